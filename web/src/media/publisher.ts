/** The simulcast layers, lowest first. The server names them by these rids. */
export const LAYERS: RTCRtpEncodingParameters[] = [
	{ rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
	{ rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
	{ rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];

/**
 * The peer connection on which this client sends. Its two sections stand from the beginning, with or without devices:
 * tracks come and go by `replaceTrack`, and nothing is ever negotiated again.
 */
export class Publisher {
	readonly connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
	private readonly audio: RTCRtpTransceiver;
	private readonly video: RTCRtpTransceiver;
	private offer: string | null = null;

	constructor() {
		this.audio = this.connection.addTransceiver("audio", { direction: "sendonly" });
		this.video = this.connection.addTransceiver("video", { direction: "sendonly", sendEncodings: LAYERS });
		preferVp8(this.video);
	}

	/** Exchange the one offer and answer. After a lost connection it may be called again: the offer stays the same. */
	async negotiate(exchange: (offer: string) => Promise<string>): Promise<void> {
		if (this.offer === null) {
			await this.connection.setLocalDescription();
			this.offer = this.connection.localDescription?.sdp ?? "";
		}
		const sdp = await exchange(this.offer);
		await this.connection.setRemoteDescription({ type: "answer", sdp });
	}

	setMicrophone(track: MediaStreamTrack | null): Promise<void> {
		return this.audio.sender.replaceTrack(track);
	}

	setCamera(track: MediaStreamTrack | null): Promise<void> {
		if (track) track.contentHint = "motion";
		return this.video.sender.replaceTrack(track);
	}

	close(): void {
		this.connection.close();
	}
}

function preferVp8(transceiver: RTCRtpTransceiver): void {
	const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? [];
	const wanted = codecs.filter((codec) => /^video\/(VP8|rtx)$/i.test(codec.mimeType));
	if (wanted.length > 0) transceiver.setCodecPreferences?.(wanted);
}
