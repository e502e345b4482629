import { type Details, detailsBetween, type Snapshot, takeSnapshot } from "../media/statistics";
import type { Quality } from "../protocol";

/** What this client measured in a meeting, as the server keeps it with feedback (`SessionFigures` there). */
export interface Figures {
	seconds?: number;
	round_trip?: number;
	lost_up?: number;
	lost_down?: number;
	made_up?: number;
	rate_up?: number;
	rate_down?: number;
	weak?: number;
}

/** How often, in ms, it is measured. */
const EVERY = 5_000;

type Connections = { publisher: RTCPeerConnection; subscriber: RTCPeerConnection };

/** Means over a whole meeting of what one is asked about afterwards. */
export class SessionFigures {
	private readonly sums = new Map<keyof Figures, { sum: number; count: number }>();
	private milliseconds = 0;
	private before: Snapshot | null = null;
	private timer: ReturnType<typeof setInterval> | undefined;

	/** Measure from now on. `connections` are those of the seat as of now; null while there is none. */
	watch(connections: () => Connections | null, quality: () => Quality): void {
		this.timer ??= setInterval(() => void this.look(connections(), quality()).catch(() => {}), EVERY);
	}

	stop(): void {
		clearInterval(this.timer);
		this.timer = undefined;
		this.before = null;
	}

	/** What happened in so many ms. */
	add({ up, down, madeUp }: Details, quality: Quality, milliseconds: number): void {
		this.milliseconds += milliseconds;
		this.note("round_trip", up.roundTrip ?? down.roundTrip);
		this.note("lost_up", up.lost);
		this.note("lost_down", down.lost);
		this.note("made_up", madeUp);
		this.note("rate_up", up.rate);
		this.note("rate_down", down.rate);
		this.note("weak", quality === "poor" || quality === "lost" ? 1 : 0);
	}

	/** The means; what was never known is left out. */
	get summary(): Figures {
		const means = [...this.sums].map(([name, { sum, count }]) => [name, sum / count]);
		return this.milliseconds > 0 ? { ...Object.fromEntries(means), seconds: this.milliseconds / 1_000 } : {};
	}

	private async look(connections: Connections | null, quality: Quality): Promise<void> {
		const now = connections && (await takeSnapshot(connections));
		if (now && this.before) this.add(detailsBetween(this.before, now), quality, now.at - this.before.at);
		this.before = now;
	}

	private note(name: keyof Figures, value: number | null): void {
		if (value === null) return;
		const { sum, count } = this.sums.get(name) ?? { sum: 0, count: 0 };
		this.sums.set(name, { sum: sum + value, count: count + 1 });
	}
}
