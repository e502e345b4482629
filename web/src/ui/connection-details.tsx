import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { type Details, detailsBetween, type Snapshot, takeSnapshot } from "../media/statistics";
import type { Conference } from "../meeting/conference";
import type { ConnectionDetails as ServerSide } from "../protocol";
import { asText, sectionsOf } from "./details-rows";
import { Dialog } from "./dialog";
import { QualityBars, sentenceFor } from "./quality";

/** How often the figures are taken anew, in ms. */
const EVERY = 1_000;

/** What a helper wants to know of this client's connection, second by second. */
export function ConnectionDetails({ conference, onClose }: { conference: Conference; onClose(): void }) {
	const { state } = conference;
	const details = useDetails(conference);
	const [copied, setCopied] = useState<"" | "copied" | "copyRefused">("");
	const nameOf = (mid: string) => {
		const slot = state.slots.value.get(mid);
		const name = state.participants.value.get(slot?.participant ?? "")?.name ?? t("section", { mid });
		return slot?.kind === "screen" ? t("shares", { name }) : name;
	};
	const sections = details ? sectionsOf(details.browser, nameOf, details.server) : [];
	const quality = state.self.value?.quality ?? "good";
	const sentence = t(sentenceFor(quality, state.somePaused.value));

	async function copy(): Promise<void> {
		const about = `Balai ${conference.code} ${new Date().toISOString()}\n${sentence}\n${navigator.userAgent}\n`;
		try {
			await navigator.clipboard.writeText(about + asText(sections));
			setCopied("copied");
		} catch {
			setCopied("copyRefused");
		}
	}

	return (
		<Dialog title={t("connectionDetails")} onClose={onClose}>
			<p class="own-sentence">
				<QualityBars quality={quality} />
				{sentence}
			</p>
			{/* What is longer than the window is scrolled, also by keyboard. */}
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard reaches what is below. */}
			<section class="details" aria-label={t("connectionDetails")} tabIndex={0}>
				{sections.length === 0 && <p class="soft">{t("measuring")}</p>}
				{sections.map(({ title, rows }) => (
					<section key={title}>
						<h3>{title}</h3>
						<dl>
							{rows.map(([label, value], i) => (
								<div key={i}>
									<dt>
										<bdi>{label}</bdi>
									</dt>
									<dd>{value}</dd>
								</div>
							))}
						</dl>
					</section>
				))}
			</section>
			<div class="row">
				<button type="button" onClick={() => void copy()} disabled={sections.length === 0}>
					{t("copyDetails")}
				</button>
				<button type="button" class="primary" onClick={onClose}>
					{t("close")}
				</button>
				<span class="soft" role="status">
					{copied && t(copied)}
				</span>
			</div>
		</Dialog>
	);
}

/** What either side knows of a connection. */
interface Known {
	browser: Details;
	server: ServerSide | null;
}

/** The details of the last second; null until there is one. */
function useDetails(conference: Conference): Known | null {
	const [details, setDetails] = useState<Known | null>(null);
	useEffect(() => {
		let over = false;
		let before: Snapshot | null = null;
		const look = async () => {
			const { connections } = conference;
			const now = connections && (await takeSnapshot(connections).catch(() => null));
			const server = await conference.readConnection();
			if (over || !now) return;
			if (before) setDetails({ browser: detailsBetween(before, now), server });
			before = now;
		};
		void look();
		const timer = setInterval(() => void look(), EVERY);
		return () => {
			over = true;
			clearInterval(timer);
		};
	}, [conference]);
	return details;
}
