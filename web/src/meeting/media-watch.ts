import { signal } from "@preact/signals";
import { iceTransport, packetsReceived, Silence } from "../media/silence";

/** How long sound and pictures may take to connect, or to come back by themselves, before they are lost. */
const CONNECT_WITHIN = 15_000;
/** The same once the browser has given a connection up: another way may still be found. */
const RECOVER_WITHIN = 5_000;
/** How often it is looked whether anything comes. */
const LOOK_EVERY = 250;
/** How often another way is looked for. */
const DOUBT_EVERY = 2_500;

interface MediaWatchEvents {
	/** Everything is connected, for the first time or again. */
	connected(): void;
	/** What worked does not seem to any more: another way is to be looked for. Told again and again until it does. */
	doubtful(): void;
	/** It won't connect (any more) by itself. Told once; then nothing is watched. */
	lost(): void;
}

/**
 * Watches both connections of a seat. The one that sends counts as much as the one that receives: who is neither seen
 * nor heard notices nothing of it.
 */
export class MediaWatch {
	readonly connected = signal(false);
	private connections: RTCPeerConnection[] = [];
	private silences: Silence[] = [];
	/** They were all connected once. */
	private worked = false;
	private failed = false;
	/** The browser has chosen another way in this silence. */
	private followed = false;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private looking: ReturnType<typeof setInterval> | undefined;
	private doubting: ReturnType<typeof setInterval> | undefined;

	constructor(private readonly events: MediaWatchEvents) {}

	/** Watch these connections instead of any others. */
	watch(...connections: RTCPeerConnection[]): void {
		const same = connections.every((connection, i) => connection === this.connections[i]);
		this.stop();
		if (!same) this.worked = false;
		this.connections = connections;
		this.silences = connections.map(() => new Silence());
		for (const connection of connections) connection.onconnectionstatechange = () => this.check();
		this.looking = setInterval(() => void this.look().catch(() => {}), LOOK_EVERY);
		this.check();
	}

	stop(): void {
		for (const connection of this.connections) {
			connection.onconnectionstatechange = null;
			const transport = iceTransport(connection);
			if (transport) transport.onselectedcandidatepairchange = null;
		}
		clearInterval(this.looking);
		this.silences = [];
		this.trust();
		this.connected.value = false;
	}

	private get isSilent(): boolean {
		return this.silences.some((silence) => silence.lasts);
	}

	private check(): void {
		const states = this.connections.map((connection) => connection.connectionState);
		const before = this.connected.value;
		this.connected.value = states.every((state) => state === "connected");
		if (this.connected.value) {
			for (const connection of this.connections) {
				// Over another way after a silence: a restart makes the browser tell the server which, seconds before it would.
				const transport = iceTransport(connection);
				if (transport) transport.onselectedcandidatepairchange = () => this.follow();
			}
			this.worked = true;
			this.trust();
			if (!before) this.events.connected();
			return;
		}
		this.timer ??= setTimeout(() => this.lost(), CONNECT_WITHIN);
		if (states.includes("failed") && !this.failed) {
			this.failed = true;
			clearTimeout(this.timer);
			this.timer = setTimeout(() => this.lost(), RECOVER_WITHIN);
		}
		if (this.worked) this.doubt();
	}

	/** Once for each silence: a restart may itself be why another way is chosen. */
	private follow(): void {
		if (!this.isSilent || this.followed) return;
		this.followed = true;
		this.events.doubtful();
	}

	private doubt(): void {
		if (this.doubting !== undefined) return;
		this.doubting = setInterval(() => this.events.doubtful(), DOUBT_EVERY);
		this.events.doubtful();
	}

	private async look(): Promise<void> {
		const now = performance.now();
		const counts = await Promise.all(this.connections.map(packetsReceived));
		for (const [i, count] of counts.entries()) if (count !== null) this.silences[i]?.hears(count, now);
		if (!this.isSilent) this.followed = false;
		if (this.isSilent) this.doubt();
		else if (this.connected.value) this.believe();
	}

	/** It is connected, though nothing may come over it yet. */
	private trust(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		this.failed = false;
		if (!this.isSilent) this.believe();
	}

	private believe(): void {
		clearInterval(this.doubting);
		this.doubting = undefined;
	}

	private lost(): void {
		this.stop();
		this.events.lost();
	}
}
