import type { CodecsWanted } from "../protocol";
import { CAMERA_MODE, formatsToOffer, SCREEN_MODE } from "./codecs";
import { Encodings } from "./encodings";
import { LAYERS, scales } from "./layers";
import { withAudioRetransmission, withScreenAudioApart, withVoiceAs } from "./offer";
import { applyToTrack, SCREEN_RULES, type ScreenContent } from "./screen-rules";
import { Voice } from "./voice";

/** What is sent until the server has said what is watched: a weak link isn't to be filled by what nobody sees. */
const LAYERS_AT_FIRST = 1;
const SCREEN_AT_FIRST = 0;

/**
 * The peer connection on which this client sends. Its sections (microphone, camera, screen, and its sound) stand from
 * the beginning, with or without devices: tracks come and go by `replaceTrack`, and nothing is ever negotiated again.
 */
export class Publisher {
	readonly connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
	private readonly microphone: RTCRtpSender;
	private readonly camera: RTCRtpSender;
	private readonly screen: RTCRtpSender;
	private readonly screenAudio: RTCRtpSender;
	private readonly cameraLayers: Encodings;
	private readonly screenLayer: Encodings;
	private readonly voice: Voice;
	private offer: string | null = null;

	constructor() {
		this.microphone = this.connection.addTransceiver("audio", { direction: "sendonly" }).sender;
		this.voice = new Voice(this.microphone, (redundant) => this.sendVoice(redundant ? "red" : "opus"));
		const formats = formatsToOffer();
		this.camera = this.addVideo(LAYERS, LAYERS_AT_FIRST, formats);
		this.screen = this.addVideo([{ ...SCREEN_RULES.text.limits }], SCREEN_AT_FIRST, formats);
		this.screenAudio = this.connection.addTransceiver("audio", { direction: "sendonly" }).sender;
		this.cameraLayers = new Encodings(this.camera, LAYERS_AT_FIRST, CAMERA_MODE);
		this.screenLayer = new Encodings(this.screen, SCREEN_AT_FIRST, SCREEN_MODE);
	}

	/** Exchange the one offer and answer. After a lost connection it may be called again: the offer stays the same. */
	async negotiate(exchange: (offer: string) => Promise<string>): Promise<void> {
		if (this.offer === null) {
			await this.setOffer();
			this.offer = this.connection.localDescription?.sdp ?? "";
		}
		const sdp = await exchange(this.offer);
		await this.connection.setRemoteDescription({ type: "answer", sdp });
		this.cameraLayers.check();
		this.screenLayer.check();
		this.voice.watch();
	}

	/** So many layers of the camera, and the screen or not, are watched by somebody. The rest need not be sent. */
	watched(camera: number, screen: boolean): void {
		this.cameraLayers.want(camera);
		this.screenLayer.want(screen ? 1 : 0);
	}

	/** The pictures are to be sent in these codecs, which everybody else decodes. */
	send({ camera, screen }: Pick<CodecsWanted, "camera" | "screen">): void {
		this.cameraLayers.use(camera);
		this.screenLayer.use(screen);
	}

	/**
	 * Look for a way to the server anew, from whatever addresses there are now (RFC 8445 section 9). Nothing is said to
	 * the server: it is a lite agent, which follows an authentic check wherever it comes from.
	 */
	async restartIce(): Promise<void> {
		await this.agreeAlone(this.connection.remoteDescription?.sdp ?? null, true);
	}

	setMicrophone(track: MediaStreamTrack | null): Promise<void> {
		return this.microphone.replaceTrack(track);
	}

	async setCamera(track: MediaStreamTrack | null): Promise<void> {
		if (track) track.contentHint = "motion";
		await this.camera.replaceTrack(track);
		const { width, height } = track?.getSettings() ?? {};
		if (width && height) this.cameraLayers.scale(scales(width, height));
		else this.cameraLayers.check();
	}

	/** Share this screen by the rules of what it shows. */
	async setScreen(track: MediaStreamTrack | null, content: ScreenContent = "text"): Promise<void> {
		const rules = SCREEN_RULES[content];
		if (track) await applyToTrack(track, rules);
		await this.screen.replaceTrack(track);
		this.screenLayer.limit(rules.limits, rules.degradationPreference);
	}

	/** Share this sound along with the screen. */
	setScreenAudio(track: MediaStreamTrack | null): Promise<void> {
		if (track) track.contentHint = "music";
		return this.screenAudio.replaceTrack(track);
	}

	close(): void {
		this.voice.stop();
		this.cameraLayers.stop();
		this.screenLayer.stop();
		this.connection.close();
	}

	/** Lost audio too is sent again, and a screen's in stereo, where the browser lets its offer say so. */
	private async setOffer(iceRestart = false): Promise<void> {
		if (iceRestart) this.connection.restartIce();
		const { sdp = "" } = await this.connection.createOffer();
		const changed = withAudioRetransmission(sdp);
		for (const offer of [withScreenAudioApart(changed), changed]) {
			try {
				await this.connection.setLocalDescription({ type: "offer", sdp: offer });
				return;
			} catch {
				// With fewer changes, then.
			}
		}
		await this.connection.setLocalDescription();
	}

	/**
	 * Sends the voice in this codec from now on, which the server takes already: this side alone applies its offer and the
	 * answer once more, in another order. Gives whether it was done.
	 */
	private sendVoice(codec: "opus" | "red"): Promise<boolean> {
		return this.agreeAlone(withVoiceAs(this.connection.remoteDescription?.sdp ?? "", codec));
	}

	/** Applies its offer and this answer to itself once more. Gives whether it was done. */
	private async agreeAlone(answer: string | null, iceRestart = false): Promise<boolean> {
		const { connection } = this;
		if (!answer || connection.signalingState !== "stable") return false;
		try {
			await this.setOffer(iceRestart);
			await connection.setRemoteDescription({ type: "answer", sdp: answer });
			return true;
		} catch {
			await connection.setLocalDescription({ type: "rollback" }).catch(() => undefined);
			return false;
		} finally {
			this.cameraLayers.check();
			this.screenLayer.check();
		}
	}

	/** A video section of which the first `active` encodings are sent at first. */
	private addVideo(
		encodings: RTCRtpEncodingParameters[],
		active: number,
		formats: RTCRtpCodec[],
	): RTCRtpSender {
		const sendEncodings = encodings.map((encoding, i) => ({ ...encoding, active: i < active }));
		const transceiver = this.connection.addTransceiver("video", { direction: "sendonly", sendEncodings });
		try {
			if (formats.length > 0) transceiver.setCodecPreferences?.(formats);
		} catch {
			// It offers all that it has, in its own order.
		}
		return transceiver.sender;
	}
}
