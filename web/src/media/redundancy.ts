import { type LossLimits, LossSwitch } from "./loss-switch";

/** What became of one's own voice, as `getStats` counts it since the beginning. */
export interface VoiceCounts {
	/** Packets that were sent, those that were sent again included. */
	sent: number;
	/** Packets that were sent again, because the server missed them. */
	again: number;
	/** Share of the packets that the server missed lately, also of those sent again: 0 to 1. */
	fractionLost: number;
}

const LIMITS: LossLimits = { much: 0.03, little: 0.01, onAfter: 3_000, offAfter: 15_000 };
/** Fewer packets between two counts tell nothing: in silence next to none are sent. */
const TELLING = 20;

/**
 * Whether each packet of one's voice is to carry the frame before it too (RED, RFC 2198): where the way up loses packets
 * for some seconds, until it has lost next to none for longer. A rule in given time (ms); it reads no clock.
 */
export class Redundancy {
	private before: VoiceCounts | null = null;
	private readonly lossy = new LossSwitch(LIMITS);

	get on(): boolean {
		return this.lossy.on;
	}

	/** These are the counts now. Gives whether redundancy is to be on. */
	update(counts: VoiceCounts, now: number): boolean {
		const loss = this.before && lossBetween(this.before, counts);
		this.before = counts;
		if (loss !== null) this.lossy.update(loss, now);
		return this.on;
	}
}

/**
 * The share that was lost of what was sent between two counts; null where too little was. What is sent again in time
 * hides losses from the server's reports, since Opus goes again in the stream itself; so both are added.
 */
function lossBetween(before: VoiceCounts, after: VoiceCounts): number | null {
	const again = after.again - before.again;
	const first = after.sent - before.sent - again;
	return first < TELLING ? null : again / first + after.fractionLost;
}
