import { signal } from "@preact/signals";
import { backoff } from "./backoff";

/** How long each attempt waits; the last is for all that follow. */
const BACKOFF = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Some three minutes, of which most are spent on waiting for media. */
const ATTEMPTS = 8;
/** Media that holds for so long is well again: the next loss is another matter. */
const WELL_AFTER = 30_000;

/** Decides whether and when a seat whose media is lost is changed for a new one. */
export class Rejoining {
	/** It has been decided, and there is no new seat yet. */
	readonly active = signal(false);
	/** Media was connected once. Where it never was, the network does not let it through, and trying on is no use. */
	worked = false;
	private attempts = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly rejoin: () => void) {}

	connected(): void {
		this.worked = true;
		this.in(WELL_AFTER, () => {
			this.attempts = 0;
		});
	}

	/** Rejoin after a while. False when that is hopeless. */
	lost(): boolean {
		if (this.active.value) return true;
		if (!this.worked || this.attempts >= ATTEMPTS) return false;
		this.active.value = true;
		this.in(backoff(BACKOFF, this.attempts++), this.rejoin);
		return true;
	}

	/** A new seat was taken, for this reason or another. */
	seated(): void {
		this.stop();
	}

	stop(): void {
		clearTimeout(this.timer);
		this.active.value = false;
	}

	private in(ms: number, act: () => void): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(act, ms);
	}
}
