/** What a shared screen shows: pages to be read, or a film to be watched. */
export type ScreenContent = "text" | "motion";

/** How a screen is captured and sent. */
export interface ScreenRules {
	/** mst-content-hint: what its encoder is to keep. */
	contentHint: "detail" | "motion";
	/** Frames a second to capture. */
	frameRate: { ideal: number; max: number };
	/** What each encoding of it may take, in bit/s and frames a second. */
	limits: { maxBitrate: number; maxFramerate: number };
	/** What goes first where the link up is too thin. */
	degradationPreference: "maintain-resolution" | "maintain-framerate";
}

/**
 * Letters that were scaled can't be read, and a page need not move: whatever happens it keeps its size, and gives frames
 * away. A film is the other way round.
 */
export const SCREEN_RULES: Readonly<Record<ScreenContent, ScreenRules>> = {
	text: {
		contentHint: "detail",
		frameRate: { ideal: 10, max: 15 },
		limits: { maxBitrate: 2_500_000, maxFramerate: 15 },
		degradationPreference: "maintain-resolution",
	},
	motion: {
		contentHint: "motion",
		frameRate: { ideal: 30, max: 30 },
		limits: { maxBitrate: 3_000_000, maxFramerate: 30 },
		degradationPreference: "maintain-framerate",
	},
};

/** Has a captured screen keep to these rules. What it is captured with stays as it is where the browser can't change it. */
export async function applyToTrack(track: MediaStreamTrack, rules: ScreenRules): Promise<void> {
	track.contentHint = rules.contentHint;
	await track.applyConstraints?.({ ...track.getConstraints(), frameRate: rules.frameRate }).catch(() => {});
}
