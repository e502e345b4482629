import { type LossLimits, LossSwitch } from "./loss-switch";

/** What became of one received picture's packets, as `getStats` counts it since the beginning. */
export interface PictureCounts {
	/** Packets that came, those that were sent again included. */
	received: number;
	/** Packets that were asked for because they were missing, each time that they were. */
	missed: number;
	/** How often the picture stood still. */
	freezes: number;
}

const LIMITS: LossLimits = { much: 0.04, little: 0.01, onAfter: 2_000, offAfter: 20_000 };
/**
 * What is buffered where packets are missed, in ms: what is lost comes after one round trip of a mobile link, and what
 * is lost again after two.
 */
const TARGETS = [250, 400] as const;
/** So many freezes within this long, in ms, and the next one is tried. */
const FREEZES = 2;
const WITHIN = 8_000;
/** Fewer packets between two counts tell nothing. */
const TELLING = 5;

/**
 * For how long a picture is kept before it is shown: where packets are missed, long enough for them to be sent again,
 * since a picture that is a quarter of a second late moves, and one that waits for a packet stands still. Browsers do so
 * by themselves only where the loss is on their own link. A rule in given time (ms); it reads no clock.
 */
export class JitterTarget {
	/** In ms; null leaves it to the browser. */
	target: number | null = null;
	private before: PictureCounts | null = null;
	private readonly lossy = new LossSwitch(LIMITS);
	private frozen: number[] = [];

	/** These are the counts now. Gives the target. */
	update(counts: PictureCounts, now: number): number | null {
		const before = this.before;
		this.before = counts;
		if (!before) return this.target;
		const received = counts.received - before.received;
		if (received < TELLING) return this.target;
		const missed = (counts.missed - before.missed) / received;
		if (this.lossy.update(missed, now)) this.move(this.lossy.on ? TARGETS[0] : null);
		else if (this.lossy.on) this.count(counts.freezes - before.freezes, now);
		return this.target;
	}

	private count(freezes: number, now: number): void {
		for (let freeze = 0; freeze < freezes; freeze++) this.frozen.push(now);
		this.frozen = this.frozen.filter((at) => now - at < WITHIN);
		if (this.frozen.length < FREEZES) return;
		this.move(TARGETS.find((target) => target > (this.target ?? 0)) ?? this.target);
	}

	private move(target: number | null): void {
		this.target = target;
		this.lossy.beginAnew();
		this.frozen = [];
	}
}
