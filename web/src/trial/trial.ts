import { Publisher } from "../media/publisher";
import { type Direction, detailsBetween, takeSnapshot } from "../media/statistics";
import { Subscriber } from "../media/subscriber";
import { Session } from "../meeting/session";
import { NOTHING } from "../meeting/view";
import type { Event, Joined } from "../protocol";
import { movingPicture } from "./moving-picture";
import type { Findings, Way } from "./verdict";

/** How long, in ms, media may take to get through, as in a meeting. */
const CONNECT_WITHIN = 15_000;
/** For how long it is sent, and what of that is left for the rates to rise. */
const LASTS = 8_000;
const RISES = 4_000;
const PINGS = 3;

const UNKNOWN: Way = { rate: null, lost: null };
export const NOTHING_FOUND: Findings = {
	server: null,
	media: false,
	roundTrip: null,
	up: UNKNOWN,
	down: UNKNOWN,
};

/**
 * Tries the connection out: a meeting of this browser with itself, of which one half sends a picture and the other
 * receives it, over the very ways that a meeting's take. `found` hears of each finding as it comes.
 */
export async function tryConnection(
	found: (findings: Findings) => void,
	over: AbortSignal,
): Promise<Findings> {
	let findings = NOTHING_FOUND;
	const tell = (more: Partial<Findings>) => {
		findings = { ...findings, ...more };
		if (!over.aborted) found(findings);
	};
	const response = await fetch("/api/connection-trials", { method: "POST" }).catch(() => null);
	if (response?.status === 429) tell({ server: "busy" });
	if (!response?.ok) return findings;
	const { code } = (await response.json()) as { code: string };
	const trial = new Trial(code);
	over.addEventListener("abort", () => trial.stop());
	try {
		tell({ server: await trial.begin() });
		tell({ media: await trial.connected() });
		if (findings.media) tell(await trial.measure());
	} catch {
		// The connection broke: what was found by then is what there is.
	} finally {
		trial.stop();
	}
	return findings;
}

class Trial {
	private readonly publisher = new Publisher();
	private readonly subscriber = new Subscriber();
	private readonly picture = movingPicture();
	private readonly sends: Half;
	private readonly receives: Half;

	constructor(code: string) {
		this.sends = new Half(code, this.picture !== null, (event) => {
			if (event.type === "layers_wanted") this.publisher.watched(event.camera, event.screen);
			if (event.type === "codecs_wanted") this.publisher.send(event);
		});
		this.receives = new Half(code, false, (event) => {
			if (event.type === "subscribe_offer") void this.subscribe(event.sdp).catch(() => {});
		});
	}

	/** Join twice, and begin to send. Resolves with how long the server takes to answer, in ms. */
	async begin(): Promise<number> {
		const { you } = await this.sends.joined;
		await this.receives.joined;
		let quickest = Number.POSITIVE_INFINITY;
		for (let i = 0; i < PINGS; i++) {
			const asked = performance.now();
			await this.sends.session.request({ type: "ping" });
			quickest = Math.min(quickest, performance.now() - asked);
		}
		if (this.picture) await this.publisher.setCamera(this.picture.track);
		await this.publisher.negotiate(
			async (sdp) => (await this.sends.session.request({ type: "publish_offer", sdp })).sdp,
		);
		const tiles = [{ participant: you, width: 1280, height: 720 }];
		await this.receives.session.request({ type: "set_view", ...NOTHING, tiles });
		return quickest;
	}

	/** Whether media got through both ways in time. */
	async connected(): Promise<boolean> {
		const until = performance.now() + CONNECT_WITHIN;
		const both = [this.publisher.connection, this.subscriber.connection];
		while (performance.now() < until) {
			if (both.every(({ connectionState }) => connectionState === "connected")) return true;
			if (both.some(({ connectionState }) => connectionState === "failed" || connectionState === "closed"))
				break;
			await pause(100);
		}
		return false;
	}

	/** What both ways carry and lose. */
	async measure(): Promise<Pick<Findings, "roundTrip" | "up" | "down">> {
		const connections = { publisher: this.publisher.connection, subscriber: this.subscriber.connection };
		const first = await takeSnapshot(connections);
		await pause(RISES);
		const risen = await takeSnapshot(connections);
		await pause(LASTS - RISES);
		const last = await takeSnapshot(connections);
		const server = await this.receives.session.request({ type: "read_connection" }).catch(() => null);
		const all = detailsBetween(first, last);
		const full = detailsBetween(risen, last);
		return {
			roundTrip: full.up.roundTrip ?? full.down.roundTrip,
			up: wayOf(full.up, full.up.estimate, all.up.lost),
			down: wayOf(full.down, server?.estimate ?? full.down.estimate, all.down.lost),
		};
	}

	stop(): void {
		this.picture?.stop();
		this.publisher.close();
		this.subscriber.close();
		this.sends.session.leave();
		this.receives.session.leave();
	}

	private async subscribe(offer: string): Promise<void> {
		const sdp = await this.subscriber.answer(offer);
		await this.receives.session.request({ type: "subscribe_answer", sdp });
	}
}

/** One of the two that a browser is in a trial. */
class Half {
	readonly session: Session;
	readonly joined: Promise<Joined>;

	constructor(code: string, camera: boolean, heard: (event: Event) => void) {
		let session: Session | null = null;
		this.joined = new Promise((resolve, reject) => {
			const join = () => ({
				meeting: code,
				name: "Balai",
				unit: "",
				position: "",
				host_key: null,
				person: null,
				microphone: false,
				camera,
			});
			session = new Session(join, {
				joined: resolve,
				waiting: () => {},
				event: heard,
				lost: () => {},
				failed: reject,
			});
			session.connect();
		});
		this.joined.catch(() => {}); // whoever waits for it hears of it
		this.session = session as unknown as Session;
	}
}

/** A way carries what it is believed to, and at least what it did. */
function wayOf({ rate }: Direction, estimate: number | null, lost: number | null): Way {
	const carries = Math.max(rate ?? 0, estimate ?? 0);
	return { rate: carries > 0 ? carries : null, lost };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
