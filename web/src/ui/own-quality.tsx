import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { QualityBars, sentenceFor, WORDS } from "./quality";

/** The own connection, in the top bar: a sign, a sentence for whoever looks closer, and the way to the details. */
export function OwnQuality({ conference, onDetails }: { conference: Conference; onDetails(): void }) {
	const quality = conference.state.self.value?.quality ?? "good";
	const sentence = t(sentenceFor(quality, conference.state.somePaused.value));
	return (
		<button type="button" class="quiet own-quality" title={sentence} onClick={onDetails}>
			<QualityBars quality={quality} />
			<span class="wide-only" aria-hidden="true">
				{quality !== "good" && <span>{t(WORDS[quality])}</span>}
			</span>
			<span class="visually-hidden">{sentence}</span>
		</button>
	);
}
