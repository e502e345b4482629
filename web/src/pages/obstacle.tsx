import { useState } from "preact/hooks";
import { chromeAddress, isAndroid, type Obstacle } from "../capabilities";
import { t } from "../i18n";
import type { Key } from "../i18n/en";
import { Page } from "../ui/page";

const WORDS: Record<Obstacle, { title: Key; hint: Key }> = {
	noWebRtc: { title: "noWebRtcTitle", hint: "noWebRtcHint" },
	insecure: { title: "insecureTitle", hint: "insecureHint" },
	inApp: { title: "inAppTitle", hint: "inAppHint" },
	oldIos: { title: "oldIosTitle", hint: "oldIosHint" },
};

interface Props {
	obstacle: Obstacle;
	/** Go on without camera and microphone. */
	onContinue(): void;
}

/** What stands in the way of a meeting here, and what to do about it. */
export function ObstaclePage({ obstacle, onContinue }: Props) {
	const [told, setTold] = useState("");
	const { title, hint } = WORDS[obstacle];

	async function copy(): Promise<void> {
		try {
			await navigator.clipboard.writeText(location.href);
			setTold(t("linkCopied"));
		} catch {
			setTold(t("copyFailed", { link: location.href }));
		}
	}

	return (
		<Page>
			<main class="card notice">
				<h1>{t(title)}</h1>
				<p>{t(hint)}</p>
				<div class="actions">
					{obstacle === "insecure" && (
						<a class="button primary" href={location.href.replace(/^http:/, "https:")}>
							{t("openSecurely")}
						</a>
					)}
					{obstacle === "inApp" && isAndroid(navigator.userAgent) && (
						<a class="button primary" href={chromeAddress(location)}>
							{t("openInChrome")}
						</a>
					)}
					<button type="button" onClick={() => void copy()}>
						{t("copyLink")}
					</button>
					{obstacle !== "noWebRtc" && (
						<button type="button" onClick={onContinue}>
							{t("onlyListen")}
						</button>
					)}
				</div>
				<p role="status" class="hint">
					{told}
				</p>
			</main>
		</Page>
	);
}
