import { afterEach, expect, test, vi } from "vitest";
import { formatsToOffer } from "./codecs";

const format = (name: string, sdpFmtpLine?: string): RTCRtpCodec => ({
	clockRate: 90_000,
	mimeType: `video/${name}`,
	...(sdpFmtpLine && { sdpFmtpLine }),
});
const RTX = format("rtx");
const VP8 = format("VP8");
const VP9 = format("VP9", "profile-id=0");
const AV1 = format("AV1", "profile=0");
const H264 = format("H264", "packetization-mode=1;profile-level-id=42e01f");
const OTHER_H264 = format("H264", "packetization-mode=0;profile-level-id=42e01f");

/** A browser that sends and receives these, and switches codecs or knows nothing of that. */
function browser(receives: RTCRtpCodec[], sends: RTCRtpCodec[], switches: boolean): void {
	vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: receives }) });
	vi.stubGlobal("RTCRtpSender", { getCapabilities: () => ({ codecs: sends }) });
	vi.stubGlobal(
		"RTCPeerConnection",
		class {
			addTransceiver(_: string, { sendEncodings = [] }: RTCRtpTransceiverInit) {
				const encodings = switches ? sendEncodings : sendEncodings.map(() => ({ active: true }));
				return { sender: { getParameters: () => ({ encodings }) } };
			}
			close(): void {}
		},
	);
}

afterEach(() => vi.unstubAllGlobals());

test("all that can be sent is offered, what every browser decodes first, and nothing unknown", () => {
	const all = [AV1, format("red"), VP9, VP8, RTX, OTHER_H264, H264, format("H265")];
	browser(all, all, true);
	expect(formatsToOffer()).toEqual([VP8, OTHER_H264, H264, VP9, AV1, RTX]);
});

test("what can only be received is not offered", () => {
	browser([VP8, RTX, VP9, AV1], [VP8, RTX, VP9], true);
	expect(formatsToOffer()).toEqual([VP8, VP9, RTX]);
});

test.each([
	[
		[H264, VP8, VP9, RTX],
		[VP8, RTX],
	],
	[
		[H264, OTHER_H264, VP9, RTX],
		[H264, OTHER_H264, RTX],
	],
])("where codecs can't be switched, one is offered", (all, expected) => {
	browser(all, all, false);
	expect(formatsToOffer()).toEqual(expected);
});

test("a browser that does not tell what it can send offers what it likes", () => {
	vi.stubGlobal("RTCRtpReceiver", {});
	vi.stubGlobal("RTCRtpSender", {});
	expect(formatsToOffer()).toEqual([]);
});
