import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Publisher } from "./publisher";

class FakeSender {
	track: MediaStreamTrack | null = null;
	constructor(private parameters: RTCRtpSendParameters) {}
	async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
		this.track = track;
	}
	getParameters(): RTCRtpSendParameters {
		return structuredClone(this.parameters);
	}
	async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
		this.parameters = parameters;
	}
	get active(): (boolean | undefined)[] {
		return this.parameters.encodings.map((encoding) => encoding.active);
	}
}

let senders: FakeSender[];
let kinds: string[];
/** A browser in which an offer can't be changed. */
let refusesChanges: boolean;

const OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";

class FakeConnection {
	localDescription: RTCSessionDescriptionInit | null = null;
	addTransceiver(kind: string, { sendEncodings = [{}] }: RTCRtpTransceiverInit): { sender: FakeSender } {
		const sender = new FakeSender({ encodings: structuredClone(sendEncodings) } as RTCRtpSendParameters);
		senders.push(sender);
		kinds.push(kind);
		return { sender };
	}
	async createOffer(): Promise<RTCSessionDescriptionInit> {
		return { type: "offer", sdp: OFFER };
	}
	async setLocalDescription(description?: RTCSessionDescriptionInit): Promise<void> {
		if (description && refusesChanges) throw new DOMException("changed", "InvalidModificationError");
		this.localDescription = description ?? (await this.createOffer());
	}
	async setRemoteDescription(): Promise<void> {}
	close(): void {}
}

/** A camera of this size. */
const picture = (width: number, height: number) =>
	({ getSettings: () => ({ width, height }) }) as unknown as MediaStreamTrack;
const settle = () => new Promise((resolve) => setTimeout(resolve));
const camera = () => senders[1] as FakeSender;
const screen = () => senders[2] as FakeSender;
let publisher: Publisher;

beforeEach(() => {
	senders = [];
	kinds = [];
	refusesChanges = false;
	vi.stubGlobal("RTCPeerConnection", FakeConnection);
	vi.stubGlobal("RTCRtpReceiver", {});
	vi.stubGlobal("RTCRtpSender", {});
	publisher = new Publisher();
});

afterEach(() => {
	publisher.close();
	vi.unstubAllGlobals();
});

test("its sections stand from the beginning, the camera's before the screen's", () => {
	expect(kinds).toEqual(["audio", "video", "video", "audio"]);
	expect(camera().getParameters().encodings).toHaveLength(3);
	expect(screen().getParameters().encodings).toEqual([
		{ maxBitrate: 2_500_000, maxFramerate: 15, active: false },
	]);
});

test.each([
	[false, `${OFFER}a=rtcp-fb:111 nack\r\n`],
	[true, OFFER],
])("it offers to send lost audio again, unless the browser refuses that (%s)", async (refuses, expected) => {
	refusesChanges = refuses;
	const offers: string[] = [];
	const exchange = async (offer: string) => {
		offers.push(offer);
		return "theirs";
	};
	await publisher.negotiate(exchange);
	await publisher.negotiate(exchange); // after a lost connection
	expect(offers).toEqual([expected, expected]);
});

test("until it is told what is watched, it sends the lowest layer and no screen", async () => {
	await publisher.negotiate(async () => "theirs");
	await publisher.setCamera(picture(1280, 720));
	await settle();
	expect(camera().active).toEqual([true, false, false]);
	expect(screen().active).toEqual([false]);
});

test("what was told before the answer was read holds after it", async () => {
	await publisher.negotiate(async () => {
		publisher.watched(3, true);
		return "theirs";
	});
	await settle();
	expect(camera().active).toEqual([true, true, true]);
	expect(screen().active).toEqual([true]);
});

test("another track is sent in the layers that were watched before", async () => {
	publisher.watched(0, true);
	await publisher.setCamera(null);
	await publisher.setCamera(picture(1280, 720));
	await settle();
	expect(camera().active).toEqual([false, false, false]);
});

test("a camera is told to move, a screen to be read", async () => {
	const [face, page] = [picture(1280, 720), picture(1920, 1080)];
	await publisher.setCamera(face);
	await publisher.setScreen(page);
	expect([face.contentHint, page.contentHint]).toEqual(["motion", "detail"]);
	expect([camera().track, screen().track]).toEqual([face, page]);
});

test("a screen's sound is told to be music", async () => {
	const sound = picture(0, 0);
	await publisher.setScreenAudio(sound);
	expect(sound.contentHint).toBe("music");
	expect(senders.map(({ track }) => track)).toEqual([null, null, null, sound]);
});

test("a film that is shared has other rules from then on", async () => {
	publisher.watched(1, true);
	const film = picture(1920, 1080);
	await publisher.setScreen(film, "motion");
	await settle();
	expect(film.contentHint).toBe("motion");
	expect(screen().getParameters()).toMatchObject({
		degradationPreference: "maintain-framerate",
		encodings: [{ maxBitrate: 3_000_000, maxFramerate: 30, active: true }],
	});
});

test("of a small camera the whole picture is in the second layer", async () => {
	publisher.watched(3, false);
	await publisher.setCamera(picture(640, 480));
	await settle();
	expect(camera().active).toEqual([true, true, false]);
	expect(camera().getParameters().encodings[1]?.scaleResolutionDownBy).toBe(1);
	await publisher.setCamera(picture(1280, 720));
	await settle();
	expect(camera().active).toEqual([true, true, true]);
	expect(camera().getParameters().encodings[1]?.scaleResolutionDownBy).toBe(2);
});
