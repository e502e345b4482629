import { signal } from "@preact/signals";
import { last } from "../last";

/** What one participant says, in words. */
export interface Caption {
	participant: string;
	name: string;
	text: string;
}

/** Captions are read in few lines: as many are kept. */
const MOST = 3;
/** How long they stay when nothing follows, in ms. */
export const CAPTION_SHOWN = 7_000;

/** What was said last, in words, as far as something turns speech into text. Nothing does so far: it is empty then. */
export class Captions {
	/** Oldest first. */
	readonly lines = signal<readonly Caption[]>([]);
	/** The last line is still being spoken: what comes next of the same participant takes its place. */
	private unfinished = false;
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** Show words. While a sentence is not `finished`, each call has all of it so far. */
	show(caption: Caption, finished: boolean): void {
		const lines = this.lines.value;
		const goesOn = this.unfinished && last(lines)?.participant === caption.participant;
		this.lines.value = [...(goesOn ? lines.slice(0, -1) : lines), caption].slice(-MOST);
		this.unfinished = !finished;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.stop(), CAPTION_SHOWN);
	}

	stop(): void {
		clearTimeout(this.timer);
		this.unfinished = false;
		this.lines.value = [];
	}
}
