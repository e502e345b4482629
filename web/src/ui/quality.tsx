import { t } from "../i18n";
import type { Key } from "../i18n/en";
import type { Quality } from "../protocol";

/** Each quality in a word. */
export const WORDS: Record<Quality, Key> = {
	good: "qualityGood",
	fair: "qualityFair",
	poor: "qualityPoor",
	lost: "qualityLost",
};

/** What this client's user is told of the own connection, in plain words. `paused`: some picture is held back. */
export function sentenceFor(quality: Quality, paused: boolean): Key {
	if (quality === "poor") return paused ? "yoursPaused" : "yoursPoor";
	return ({ good: "yoursGood", fair: "yoursFair", lost: "yoursLost" } as const)[quality];
}

const BARS = [
	{ x: 3.5, height: 6 },
	{ x: 10, height: 11 },
	{ x: 16.5, height: 16 },
];
const FILLED: Record<Quality, number> = { good: 3, fair: 2, poor: 1, lost: 0 };

/** As many bars as a connection is good, of three; crossed out where it is lost. Decorative: words stand beside it. */
export function QualityBars({ quality }: { quality: Quality }) {
	return (
		<svg class="bars" data-quality={quality} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			{BARS.map(({ x, height }, i) => (
				<rect
					key={x}
					class={i < FILLED[quality] ? "filled" : "hollow"}
					x={x}
					y={20 - height}
					width={4}
					height={height}
					rx={1}
				/>
			))}
			{quality === "lost" && <path d="M4 4l16 16" />}
		</svg>
	);
}

/** The same with its words, for screen readers and as a tooltip. */
export function QualityMark({ quality }: { quality: Quality }) {
	return (
		<span class="quality" title={t(WORDS[quality])}>
			<QualityBars quality={quality} />
			<span class="visually-hidden">{t(WORDS[quality])}</span>
		</span>
	);
}
