import type { SetView } from "../protocol";
import { Refused, type Request } from "./session";

/** What a screen shows: tiles, most wanted first; the size of whoever speaks, or null; a shared screen, or not. */
export type Shown = Required<Omit<SetView, "type" | "id">>;

/** What a hidden tab shows: nothing. Sound goes on. */
export const NOTHING: Shown = { tiles: [], speaker: null, screen: false, sharer: null, screen_audio: true };

/** Long enough for a window that is being resized, short enough for nobody to wait for a picture. */
const SETTLE = 150;
const AGAIN = 1_000;

/** Tells the server what this screen shows: when it has been the same for a moment, and anew to every connection. */
export class View {
	private wanted: Shown | null = null;
	/** What the server knows, or will know as soon as it has read it. */
	private told = "";
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly request: (request: Request) => Promise<unknown>) {}

	set(shown: Shown): void {
		this.wanted = shown;
		this.later(SETTLE);
	}

	/** The seat, or the connection to it, is another now: what it was told before may be lost. */
	renew(): void {
		this.told = "";
		this.later(SETTLE);
	}

	stop(): void {
		this.wanted = null;
		clearTimeout(this.timer);
	}

	private later(wait: number): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.tell(), wait);
	}

	private async tell(): Promise<void> {
		const shown = this.wanted;
		const view = JSON.stringify(shown);
		if (shown === null || view === this.told) return;
		this.told = view;
		try {
			await this.request({ type: "set_view", ...shown });
		} catch (error) {
			// When it was disconnected, `renew` comes.
			if (this.told !== view || !(error instanceof Refused)) return;
			this.told = "";
			this.later(AGAIN);
		}
	}
}
