import type { VideoCodec } from "../protocol";

declare global {
	interface RTCRtpEncodingParameters {
		/** Of WebRTC 1.0 since webrtc-pc pull request 2985: the codec in which this encoding is sent. */
		codec?: RTCRtpCodec;
		/** webrtc-svc. */
		scalabilityMode?: string;
	}
}

/** What this client can be told to send in, the one that every browser decodes first: it is sent until told otherwise. */
const CODECS: readonly VideoCodec[] = ["VP8", "H264", "VP9", "AV1"];

/**
 * How VP9 and AV1 are sent. Without a mode Chromium makes one scalable stream of several VP9 encodings; with one on
 * each encoding it sends them as simulcast, of either codec (measured with Chromium 156: every encoding keeps its SSRC
 * and size through each change of codec, and the first frame in the new one comes within 130 ms). So there are the
 * same layers in every codec, and the server forwards, pauses and counts them alike. VP8 has three temporal layers
 * by itself; H.264 has none in many encoders.
 */
const SCALABLE: readonly VideoCodec[] = ["VP9", "AV1"];

/** Three temporal layers, for pictures of which small tiles get half of the frames. */
export const CAMERA_MODE = "L1T3";
export const SCREEN_MODE = "L1T1";

const nameOf = ({ mimeType }: RTCRtpCodec) => mimeType.replace(/^video\//i, "").toUpperCase();

/**
 * Whether this browser takes another codec for its encodings at any time. One that knows nothing of that drops what it
 * doesn't know.
 */
function switchesCodecs(codec: RTCRtpCodec): boolean {
	const connection = new RTCPeerConnection();
	try {
		const sendEncodings = [{ codec: { clockRate: codec.clockRate, mimeType: codec.mimeType } }];
		const { sender } = connection.addTransceiver("video", { direction: "sendonly", sendEncodings });
		return sender.getParameters().encodings[0]?.codec !== undefined;
	} catch {
		return false;
	} finally {
		connection.close();
	}
}

/**
 * The formats to offer, most preferred first: all that can be sent. Where the codec can't be switched it is one alone,
 * so that the server knows what will come. Empty where the browser does not tell what it can send: then it offers
 * what it likes, and the server takes what it knows.
 */
export function formatsToOffer(): RTCRtpCodec[] {
	// Browsers take those of the receiver for this list, also where the transceiver only sends.
	const formats = RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? [];
	const sendable = new Set(RTCRtpSender.getCapabilities?.("video")?.codecs.map(nameOf));
	const codecs = CODECS.filter((codec) => sendable.has(codec)).map((codec) =>
		formats.filter((format) => nameOf(format) === codec),
	);
	const first = codecs[0]?.[0];
	if (!first) return [];
	const offered = switchesCodecs(first) ? codecs.flat() : (codecs[0] ?? []);
	return [...offered, ...formats.filter((format) => nameOf(format) === "RTX")];
}

/**
 * Write into the parameters that all encodings are to be sent in this codec. Nothing changes where it was not agreed
 * on, or is so already. `mode`: how VP9 and AV1 are to be sent.
 */
export function setCodec(
	{ codecs = [], encodings }: RTCRtpSendParameters,
	codec: VideoCodec,
	mode: string,
): void {
	const format = codecs.find((each) => nameOf(each) === codec);
	if (!format) return;
	for (const encoding of encodings) {
		if (!isFormat(encoding.codec, format)) {
			const { clockRate, mimeType, sdpFmtpLine } = format;
			encoding.codec = { clockRate, mimeType, ...(sdpFmtpLine && { sdpFmtpLine }) };
		}
		if (SCALABLE.includes(codec)) encoding.scalabilityMode = mode;
		else delete encoding.scalabilityMode;
	}
}

const isFormat = (codec: RTCRtpCodec | undefined, format: RTCRtpCodec) =>
	codec?.mimeType === format.mimeType && codec.sdpFmtpLine === format.sdpFmtpLine;
