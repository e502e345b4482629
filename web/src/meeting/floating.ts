declare global {
	interface Window {
		/** Document Picture-in-Picture. */
		readonly documentPictureInPicture?: {
			requestWindow(options?: { width?: number; height?: number }): Promise<Window>;
		};
	}
}

/** What floats above all other windows, also while this page is hidden behind them. */
export interface Floating {
	/** Whose picture it is; null: the shared screen. */
	participant: string | null;
	/** In CSS pixels. */
	height: number;
}

/** How pictures can float in this browser: in a small window of the page's own, as a bare video, or not at all. */
export function floatingKind(): "window" | "video" | null {
	if (window.documentPictureInPicture) return "window";
	return document.pictureInPictureEnabled ? "video" : null;
}
