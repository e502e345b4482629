import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { last } from "../last";
import { LocalMedia } from "../media/local";
import { Publisher } from "../media/publisher";
import type { Joined } from "../protocol";
import { Conference } from "./conference";
import { FakeSocket } from "./fake-socket";
import { joined as fixture, me } from "./fixtures";

class FakeConnection {
	static all: FakeConnection[] = [];
	connectionState: RTCPeerConnectionState = "new";
	signalingState: RTCSignalingState = "stable";
	onconnectionstatechange: (() => void) | null = null;
	localDescription = { sdp: "ours" };
	constructor() {
		FakeConnection.all.push(this);
	}
	/** How many encodings of each sender are active. */
	readonly active: number[] = [];
	addTransceiver(_: string, { sendEncodings = [] }: RTCRtpTransceiverInit): unknown {
		let encodings = sendEncodings;
		const i = this.active.push(0) - 1;
		const sender = {
			replaceTrack: async () => {},
			getParameters: () => ({ encodings: structuredClone(encodings) }),
			setParameters: async (parameters: RTCRtpSendParameters) => {
				encodings = parameters.encodings;
				this.active[i] = encodings.filter(({ active }) => active).length;
			},
		};
		return { sender };
	}
	getTransceivers(): unknown[] {
		return [];
	}
	async createOffer(): Promise<RTCSessionDescriptionInit> {
		return { type: "offer", sdp: "ours" };
	}
	async setLocalDescription(): Promise<void> {}
	async setRemoteDescription(): Promise<void> {}
	close(): void {
		this.signalingState = "closed";
		this.connectionState = "closed";
	}
	becomes(state: RTCPeerConnectionState): void {
		this.connectionState = state;
		this.onconnectionstatechange?.();
	}
}

const joined = (more: Partial<Joined> = {}) => fixture({ you: "me", participants: [], ...more });
const refused = (code: string) => ({ type: "error", code, message: "no" });

let conference: Conference;
const settle = () => vi.advanceTimersByTimeAsync(0);
/** Until the first attempt to open the next connection. */
const nextAttempt = () => vi.advanceTimersByTimeAsync(300);
const socket = () => last(FakeSocket.all) as FakeSocket;
/** The publisher and the subscriber of the latest seat. */
const media = () => FakeConnection.all.slice(-2);

beforeEach(async () => {
	vi.useFakeTimers();
	vi.spyOn(Math, "random").mockReturnValue(0.5);
	FakeSocket.all = [];
	FakeSocket.alive = true;
	FakeConnection.all = [];
	vi.stubGlobal("WebSocket", FakeSocket);
	vi.stubGlobal("RTCPeerConnection", FakeConnection);
	vi.stubGlobal("RTCRtpReceiver", class {});
	vi.stubGlobal("RTCRtpSender", {});
	conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	conference.connect();
	await enter(joined());
});

afterEach(() => {
	conference.close();
	vi.useRealTimers();
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});

/** Open the latest socket and answer its join. */
async function enter(answer: object): Promise<void> {
	socket().opens();
	socket().answers("join", answer);
	await settle();
}

async function reconnect(answer: object): Promise<void> {
	socket().breaks();
	await nextAttempt();
	await enter(answer);
}

test("a resumed seat keeps its media", async () => {
	socket().answers("publish_offer", { type: "publish_answer", sdp: "theirs" });
	await settle();
	await reconnect(joined({ resumed: true }));
	expect(FakeConnection.all).toHaveLength(2);
	expect(socket().asked).not.toContain("publish_offer");
});

test("a seat that was given up is replaced by a new one with media of its own", async () => {
	const before = media();
	await reconnect(refused("resume_failed"));
	socket().answers("join", joined({ you: "me-again" }));
	await settle();
	expect(before.map((connection) => connection.signalingState)).toEqual(["closed", "closed"]);
	expect(FakeConnection.all).toHaveLength(4);
	expect(socket().asked).toContain("publish_offer");
	expect(conference.state.you.value).toBe("me-again");
	expect(conference.state.ending.value).toBeNull();
});

test("a meeting that is gone or full meanwhile has its own page, all else is a failure", async () => {
	await reconnect(refused("bad_name"));
	expect(conference.state.ending.value).toBe("failed");
	const other = new Conference("abc-defg-hjk", me, new LocalMedia());
	other.connect();
	await enter(joined());
	await reconnect(refused("meeting_full"));
	expect(other.refused.value).toBe("meeting_full");
	other.close();
});

test.each([true, false])(
	"after an outage the server is told anew what the screen shows (resumed: %s)",
	async (resumed) => {
		conference.setView({
			tiles: [{ participant: "b", width: 320, height: 180 }],
			speaker: null,
			screen: true,
			sharer: null,
			screen_audio: true,
		});
		await vi.advanceTimersByTimeAsync(500);
		await reconnect(joined({ resumed }));
		await vi.advanceTimersByTimeAsync(500);
		expect(socket().sent).toContainEqual(
			expect.objectContaining({ type: "set_view", tiles: [expect.objectContaining({ participant: "b" })] }),
		);
	},
);

test("what is watched is sent, and nothing else", async () => {
	socket().answers("publish_offer", { type: "publish_answer", sdp: "theirs" });
	socket().says({ type: "layers_wanted", camera: 2, screen: true });
	await settle();
	expect(media()[0]?.active).toEqual([0, 2, 1, 0]);
	socket().says({ type: "layers_wanted", camera: 0, screen: false });
	await settle();
	expect(media()[0]?.active).toEqual([0, 0, 0, 0]);
});

test("pictures are sent in the codec that the server has chosen", async () => {
	const send = vi.spyOn(Publisher.prototype, "send");
	socket().says({ type: "codecs_wanted", camera: "VP9", screen: null });
	expect(send).toHaveBeenCalledWith(expect.objectContaining({ camera: "VP9", screen: null }));
});

const connect = () => {
	for (const connection of media()) connection.becomes("connected");
};

/** The waiting before the first rejoin, and the server's answers until there is a new seat. */
async function rejoined(): Promise<void> {
	await vi.advanceTimersByTimeAsync(1_000);
	await enter(joined({ you: "me-again" }));
}

test.each([
	["publisher", 0],
	["subscriber", 1],
] as const)("when the %s fails, another seat is taken, and the user is told meanwhile", async (_, which) => {
	connect();
	expect(conference.mediaConnected.value).toBe(true);
	media()[which]?.becomes("failed");
	expect(conference.mediaConnected.value).toBe(false);
	expect(conference.mediaLost.value, "another way may still be found").toBe(false);
	await vi.advanceTimersByTimeAsync(5_000);
	expect(conference.mediaLost.value).toBe(true);
	await rejoined();
	expect(conference.mediaLost.value).toBe(false);
	expect(FakeConnection.all).toHaveLength(4);
	expect(FakeConnection.all.slice(0, 2).every((old) => old.signalingState === "closed")).toBe(true);
	connect();
	expect(conference.mediaConnected.value).toBe(true);
	expect(conference.state.ending.value).toBeNull();
});

test("a connection that recovers in time is left alone", async () => {
	connect();
	media()[0]?.becomes("disconnected");
	expect(conference.mediaConnected.value).toBe(false);
	await vi.advanceTimersByTimeAsync(4_000);
	media()[0]?.becomes("connected");
	await vi.advanceTimersByTimeAsync(9_000);
	expect(conference.mediaConnected.value).toBe(true);
	expect(socket().asked).not.toContain("leave");
});

test("one that does not recover is replaced, however its states change", async () => {
	connect();
	media()[0]?.becomes("disconnected");
	await vi.advanceTimersByTimeAsync(4_000);
	media()[0]?.becomes("connecting");
	await vi.advanceTimersByTimeAsync(6_000);
	await vi.advanceTimersByTimeAsync(5_000);
	expect(conference.mediaLost.value).toBe(true);
	await rejoined();
});

test("when the server has given up the media, another seat is taken", async () => {
	connect();
	socket().says({ type: "goodbye", reason: "media_timeout" });
	socket().breaks();
	expect(conference.mediaLost.value).toBe(true);
	expect(conference.state.ending.value).toBeNull();
	await vi.advanceTimersByTimeAsync(1_000);
	await enter(joined({ you: "me-again" }));
	expect(conference.state.you.value).toBe("me-again");
});

test("every other goodbye is the end", async () => {
	connect();
	socket().says({ type: "goodbye", reason: "meeting_ended" });
	expect(conference.state.ending.value).toBe("meeting_ended");
	expect(FakeConnection.all.every((connection) => connection.signalingState === "closed")).toBe(true);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(FakeSocket.all).toHaveLength(1);
});

test("media that never gets through is told, and the seat is left", async () => {
	await vi.advanceTimersByTimeAsync(10_000);
	await vi.advanceTimersByTimeAsync(5_000);
	expect(conference.state.ending.value).toBe("no_media");
	expect(socket().last.type).toBe("leave");
});

test("who leaves while media is lost is not brought back", async () => {
	connect();
	media()[0]?.becomes("failed");
	conference.leave();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(FakeSocket.all).toHaveLength(1);
	expect(conference.state.ending.value).toBe("left");
});

test.each([
	["resumed", true],
	["anew", false],
])(
	"a first connection that is lost is not taken for media that can't get through (%s)",
	async (_, resumed) => {
		socket().breaks();
		for (let i = 0; i < 6; i++) {
			await vi.advanceTimersByTimeAsync(3_000); // none of which opens
			socket().breaks();
		}
		await nextAttempt();
		await vi.advanceTimersByTimeAsync(1_200);
		expect(conference.state.ending.value).toBeNull();
		await enter(joined({ resumed }));
		expect(socket().asked).toContain("publish_offer");
		connect();
		expect(conference.mediaConnected.value).toBe(true);
	},
);

/** A user who shares a screen, on a seat that is published. */
async function sharing(): Promise<void> {
	socket().answers("publish_offer", { type: "publish_answer", sdp: "theirs" });
	const track = Object.assign(new EventTarget(), { stop: () => {} });
	vi.stubGlobal("navigator", {
		mediaDevices: {
			getDisplayMedia: async () => ({ getVideoTracks: () => [track], getAudioTracks: () => [] }),
		},
	});
	await conference.sharing.start();
	await settle();
	expect(socket().last).toMatchObject({ type: "set_media", screen: true });
}

test("the server is told of a shared screen, and when it stops", async () => {
	await sharing();
	conference.sharing.stop();
	expect(socket().last).toMatchObject({ type: "set_media", screen: false });
});

test("a screen that is refused is given up, and the rest is told again", async () => {
	await sharing();
	socket().says({
		type: "participants_changed",
		changed: [{ id: "b", name: "Ketut", role: "participant", microphone: true, camera: true, screen: true }],
		left: [],
	});
	socket().answers("set_media", refused("screen_taken"));
	await settle();
	expect(conference.sharing.track.value).toBeNull();
	expect(conference.sharing.problem.value).toEqual({ key: "screenTaken", values: { name: "Ketut" } });
	expect(socket().last).toMatchObject({ type: "set_media", screen: false });
});

test("after an outage the same seat is told whether the screen is still shared", async () => {
	await sharing();
	socket().breaks();
	conference.sharing.stop(); // meanwhile
	await nextAttempt();
	await enter(joined({ resumed: true }));
	expect(socket().last).toMatchObject({ type: "set_media", screen: false });
});

test("another seat goes on sharing the screen", async () => {
	await sharing();
	await reconnect(refused("resume_failed"));
	socket().answers("join", joined({ you: "me-again" }));
	await settle();
	expect(socket().last.type).toBe("publish_offer");
	socket().answers("publish_offer", { type: "publish_answer", sdp: "theirs" });
	await settle();
	expect(socket().last).toMatchObject({ type: "set_media", screen: true });
	expect(conference.sharing.track.value).not.toBeNull();
});

test("who leaves the meeting shares no more", async () => {
	await sharing();
	conference.leave();
	expect(conference.sharing.track.value).toBeNull();
});
