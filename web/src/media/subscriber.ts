import { signal } from "@preact/signals";
import { JitterBuffers } from "./jitter-buffers";
import { asAnswer, withStereo } from "./offer";

/** The peer connection on which this client receives: one constant track for each slot. */
export class Subscriber {
	readonly connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
	/** Each slot's track, by mid. */
	readonly tracks = signal<ReadonlyMap<string, MediaStreamTrack>>(new Map());
	/** The browser refuses to play sound until the user has touched the page. */
	readonly blocked = signal(false);
	/** The server's one offer; empty before it came. */
	offer = "";
	private readonly players = new Map<string, HTMLAudioElement>();
	private speaker = "";
	private readonly buffers = new JitterBuffers(this.connection);

	constructor() {
		this.buffers.watch();
		this.connection.ontrack = ({ track, transceiver }) => {
			const mid = transceiver.mid;
			if (mid === null) return;
			this.tracks.value = new Map(this.tracks.value).set(mid, track);
			if (track.kind === "audio") this.play(mid, track);
		};
	}

	/** Answer the server's one offer. */
	async answer(offer: string): Promise<string> {
		this.offer = offer;
		await this.connection.setRemoteDescription({ type: "offer", sdp: offer });
		const { sdp = "" } = await this.connection.createAnswer();
		try {
			await this.connection.setLocalDescription({ type: "answer", sdp: withStereo(sdp, offer) });
		} catch {
			await this.connection.setLocalDescription();
		}
		return this.connection.localDescription?.sdp ?? "";
	}

	/**
	 * Look for a way to the server anew, as `Publisher.restartIce` does. Only who offers can begin that, so this side
	 * offers, and what the server once offered is the answer.
	 */
	async restartIce(): Promise<void> {
		const { connection, offer } = this;
		if (!offer || connection.signalingState !== "stable" || !connection.remoteDescription) return;
		try {
			connection.restartIce();
			const { sdp = "" } = await connection.createOffer();
			await connection.setLocalDescription({ type: "offer", sdp: withStereo(sdp, offer) });
			await connection.setRemoteDescription({ type: "answer", sdp: asAnswer(offer) });
		} catch {
			await connection.setLocalDescription({ type: "rollback" }).catch(() => undefined);
		}
	}

	/** Play all sound now: to be called from a click. */
	unblock(): void {
		this.blocked.value = false;
		for (const player of this.players.values()) this.start(player);
	}

	/** A phone call, or the system, may have stopped the sound while the page was hidden: it goes on when it is seen. */
	resumeWhenSeen(): () => void {
		const resume = () => {
			if (document.hidden) return;
			for (const player of this.players.values()) if (player.paused) this.start(player);
		};
		document.addEventListener("visibilitychange", resume);
		return () => document.removeEventListener("visibilitychange", resume);
	}

	/** Play on this loudspeaker (a deviceId, or "" for the system's). */
	async setSpeaker(deviceId: string): Promise<void> {
		this.speaker = deviceId;
		await Promise.all([...this.players.values()].map((player) => player.setSinkId?.(deviceId)));
	}

	/** How loud the sound of one slot is played: 0 to 1. */
	setVolume(mid: string, volume: number): void {
		const player = this.players.get(mid);
		if (!player) return;
		player.volume = volume;
		player.muted = volume === 0; // phones have no volume for a page to set
	}

	close(): void {
		this.buffers.stop();
		this.connection.close();
		for (const player of this.players.values()) {
			player.srcObject = null;
			player.remove();
		}
	}

	private play(mid: string, track: MediaStreamTrack): void {
		const player = document.createElement("audio");
		player.autoplay = true;
		player.srcObject = new MediaStream([track]);
		// In the document: some browsers stop sound of elements outside of it.
		document.body.append(player);
		this.players.set(mid, player);
		if (this.speaker) void player.setSinkId?.(this.speaker);
		this.start(player);
	}

	private start(player: HTMLAudioElement): void {
		player.play()?.catch((error: unknown) => {
			if (error instanceof DOMException && error.name === "NotAllowedError") this.blocked.value = true;
		});
	}
}
