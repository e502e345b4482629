import { expect, test } from "vitest";
import { withAudioRetransmission, withScreenAudioApart, withStereo, withVoiceAs } from "./offer";

const sdp = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join("");

const SESSION = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"];
const OPUS = ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc"];
const AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "a=mid:0"];
const OTHERS = ["a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111"];
const VIDEO = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack pli", "a=mid:1"];
const NACK = "a=rtcp-fb:111 nack";

test("Opus is offered to be sent again, and nothing else changes", () => {
	expect(withAudioRetransmission(sdp(...SESSION, ...AUDIO, ...OPUS, ...OTHERS, ...VIDEO))).toBe(
		sdp(...SESSION, ...AUDIO, ...OPUS, NACK, ...OTHERS, ...VIDEO),
	);
});

test("Opus without any feedback gets its first after its name", () => {
	expect(withAudioRetransmission(sdp(...SESSION, ...AUDIO, OPUS[0] ?? "", ...OTHERS))).toBe(
		sdp(...SESSION, ...AUDIO, OPUS[0] ?? "", NACK, ...OTHERS),
	);
});

test.each([
	["said for Opus", sdp(...SESSION, ...AUDIO, ...OPUS, NACK, ...OTHERS)],
	["said for all", sdp(...SESSION, ...AUDIO, ...OPUS, "a=rtcp-fb:* nack", ...OTHERS)],
	[
		"of no use, without Opus",
		sdp(...SESSION, "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=rtpmap:0 PCMU/8000", ...VIDEO),
	],
	["of no use, without sound", sdp(...SESSION, ...VIDEO)],
	["nothing at all", ""],
])("an offer in which it is %s stays as it is", (_, offer) => {
	expect(withAudioRetransmission(offer)).toBe(offer);
});

test("every audio section gets it, under its own payload type", () => {
	const second = ["m=audio 9 UDP/TLS/RTP/SAVPF 109", "a=rtpmap:109 OPUS/48000/2", "a=rtcp-fb:109 nack pli"];
	expect(withAudioRetransmission(sdp(...SESSION, ...AUDIO, ...OPUS, ...second))).toBe(
		sdp(...SESSION, ...AUDIO, ...OPUS, NACK, ...second, "a=rtcp-fb:109 nack"),
	);
});

test("a voice's codec comes first, and nothing else changes", () => {
	const answer = sdp(...SESSION, ...AUDIO, ...OPUS, ...OTHERS, ...VIDEO);
	const redundant = withVoiceAs(answer, "red") ?? "";
	expect(redundant).toBe(answer.replace("SAVPF 111 63", "SAVPF 63 111"));
	expect(withVoiceAs(redundant, "opus")).toBe(answer);
	expect(withVoiceAs(redundant, "red")).toBe(redundant);
});

test("a codec that was not agreed for the voice can't come first", () => {
	const RED_VIDEO = [...VIDEO, "a=rtpmap:98 red/48000"];
	expect(withVoiceAs(sdp(...SESSION, ...AUDIO, ...OPUS, ...RED_VIDEO), "red")).toBeNull();
	expect(withVoiceAs("", "red")).toBeNull();
});

test("the sound of a screen gets a payload type of its own and nothing but Opus", () => {
	const voice = sdp(...SESSION, ...AUDIO, ...OPUS, ...OTHERS, ...VIDEO, "a=rtpmap:127 rtx/90000");
	const offer = voice + sdp(...AUDIO, ...OPUS, NACK, ...OTHERS, "a=sendonly");
	const apart = withScreenAudioApart(offer);
	expect(apart).toBe(
		voice +
			sdp(
				"m=audio 9 UDP/TLS/RTP/SAVPF 126",
				"a=mid:0",
				"a=rtpmap:126 opus/48000/2",
				"a=rtcp-fb:126 transport-cc",
				"a=rtcp-fb:126 nack",
				"a=fmtp:126 minptime=10;useinbandfec=1",
				"a=sendonly",
			),
	);
	expect(withScreenAudioApart(apart)).toBe(apart);
	expect(withScreenAudioApart(voice)).toBe(voice);
});

test("what is offered in stereo is taken in stereo, and nothing else is", () => {
	const answer = sdp("a=fmtp:111 minptime=10", "a=fmtp:112 minptime=10;useinbandfec=1");
	const offer = sdp("a=fmtp:111 minptime=10", "a=fmtp:112 minptime=10;stereo=1;sprop-stereo=1");
	const taken = sdp("a=fmtp:111 minptime=10", "a=fmtp:112 minptime=10;useinbandfec=1;stereo=1");
	expect(withStereo(answer, offer)).toBe(taken);
	expect(withStereo(taken, offer)).toBe(taken);
	expect(withStereo(answer, sdp("a=fmtp:112 sprop-stereo=1"))).toBe(answer);
});
