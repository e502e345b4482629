import "../styles/trial.css";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Key } from "../i18n/en";
import type { LocalMedia } from "../media/local";
import { bits, percent } from "../ui/details-rows";
import { Dialog } from "../ui/dialog";
import { NOTHING_FOUND, tryConnection } from "./trial";
import { type Findings, judge, type Verdict, type Way } from "./verdict";

const VERDICTS: Record<Verdict, Key> = {
	good: "trialVerdictGood",
	fair: "trialVerdictFair",
	weak: "trialVerdictWeak",
	blocked: "trialVerdictBlocked",
	noServer: "trialVerdictNoServer",
	busy: "trialVerdictBusy",
};

/** Something that was looked at: well, not well, or not known yet. */
interface Check {
	what: string;
	words: string;
	well: boolean | null;
}

/** "Test my connection": what works from here, in words. */
export function TrialDialog({ local, onClose }: { local: LocalMedia; onClose(): void }) {
	const [findings, setFindings] = useState<Findings>(NOTHING_FOUND);
	const [over, setOver] = useState(false);
	const [attempt, setAttempt] = useState(0);
	useEffect(() => {
		const end = new AbortController();
		setFindings(NOTHING_FOUND);
		setOver(false);
		void tryConnection(setFindings, end.signal).then((all) => {
			if (end.signal.aborted) return;
			setFindings(all);
			setOver(true);
		});
		return () => end.abort();
	}, [attempt]);

	const verdict = judge(findings);
	return (
		<Dialog title={t("tryConnection")} onClose={onClose}>
			<ul class="trial" aria-busy={!over}>
				{[...deviceChecks(local), ...linkChecks(findings, over)].map(({ what, words, well }) => (
					<li key={what} data-well={well ?? "unknown"}>
						<span class="sign" aria-hidden="true">
							{well === null ? "…" : well ? "✓" : "!"}
						</span>
						<span class="what">{what}</span>
						<span class="soft">{words}</span>
					</li>
				))}
			</ul>
			<p class="verdict" role="status">
				{over ? t(VERDICTS[verdict]) : t("measuring")}
			</p>
			<div class="row">
				<button type="button" disabled={!over} onClick={() => setAttempt(attempt + 1)}>
					{t("trialAgain")}
				</button>
				<button type="button" class="primary" onClick={onClose}>
					{t("close")}
				</button>
			</div>
		</Dialog>
	);
}

function deviceChecks(local: LocalMedia): Check[] {
	const problem = local.problem.value;
	const check = (what: string, on: boolean, open: boolean): Check => ({
		what,
		words: on && open ? t("trialWorks") : problem ? t(problem) : on ? t("measuring") : t("trialDevicesOff"),
		well: open ? true : problem ? false : on ? null : true,
	});
	return [
		check(t("microphone"), local.microphoneOn.value, local.microphone.value !== null),
		check(t("camera"), local.cameraOn.value, local.camera.value !== null),
	];
}

function linkChecks({ server, media, roundTrip, up, down }: Findings, over: boolean): Check[] {
	const known = server !== null || over;
	const reached = typeof server === "number";
	const checks: Check[] = [
		{
			what: t("trialServer"),
			words: reached
				? t("trialReached", { ms: Math.round(server) })
				: server === "busy"
					? t("trialBusy")
					: known
						? t("trialUnreachable")
						: "",
			well: known ? reached : null,
		},
	];
	if (known && !reached) return checks;
	const took = roundTrip === null ? "" : ` · ${Math.round(roundTrip)}\u00a0ms`;
	checks.push({
		what: t("trialMedia"),
		words: media ? t("trialThrough") + took : over ? t("trialBlocked") : "",
		well: media ? true : over ? false : null,
	});
	if (over && !media) return checks;
	const way = (what: string, { rate, lost }: Way): Check => ({
		what,
		words: rate === null ? "" : t("trialTaken", { rate: bits(rate), lost: percent(lost) }),
		well: over ? (lost ?? 0) <= 0.1 : null,
	});
	return [...checks, way(t("toServer"), up), way(t("fromServer"), down)];
}
