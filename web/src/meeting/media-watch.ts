import { signal } from "@preact/signals";

/** How long sound and pictures may take to connect, or to come back by themselves, before they are lost. */
const CONNECT_WITHIN = 15_000;

interface MediaWatchEvents {
	/** Everything is connected, for the first time or again. */
	connected(): void;
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
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly events: MediaWatchEvents) {}

	/** Watch these connections instead of any others. */
	watch(...connections: RTCPeerConnection[]): void {
		this.stop();
		this.connections = connections;
		for (const connection of connections) connection.onconnectionstatechange = () => this.check();
		this.check();
	}

	stop(): void {
		for (const connection of this.connections.splice(0)) connection.onconnectionstatechange = null;
		this.settle();
		this.connected.value = false;
	}

	private check(): void {
		const states = this.connections.map((connection) => connection.connectionState);
		const before = this.connected.value;
		this.connected.value = states.every((state) => state === "connected");
		if (this.connected.value) {
			this.settle();
			if (!before) this.events.connected();
		} else if (states.includes("failed")) this.lost();
		else this.timer ??= setTimeout(() => this.lost(), CONNECT_WITHIN);
	}

	private settle(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
	}

	private lost(): void {
		this.stop();
		this.events.lost();
	}
}
