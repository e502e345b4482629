import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import type { Joined } from "../protocol";
import { Conference } from "./conference";
import { FakeSocket } from "./fake-socket";

class FakeConnection {
	static all: FakeConnection[] = [];
	connectionState: RTCPeerConnectionState = "new";
	signalingState: RTCSignalingState = "stable";
	onconnectionstatechange: (() => void) | null = null;
	localDescription = { sdp: "ours" };
	constructor() {
		FakeConnection.all.push(this);
	}
	addTransceiver(): unknown {
		return { sender: { replaceTrack: async () => {} } };
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

const joined = (more: Partial<Joined> = {}): Omit<Joined, "id"> => ({
	type: "joined",
	you: "me",
	resume: "token",
	resumed: false,
	meeting: "abc-defg-hjk",
	participants: [],
	slots: [],
	dominant: null,
	...more,
});
const refused = (code: string) => ({ type: "error", code, message: "no" });

let conference: Conference;
const settle = () => vi.advanceTimersByTimeAsync(0);
const socket = () => FakeSocket.all.at(-1) as FakeSocket;
/** The publisher and the subscriber of the latest seat. */
const media = () => FakeConnection.all.slice(-2);

beforeEach(async () => {
	vi.useFakeTimers();
	vi.spyOn(Math, "random").mockReturnValue(0.5);
	FakeSocket.all = [];
	FakeConnection.all = [];
	vi.stubGlobal("WebSocket", FakeSocket);
	vi.stubGlobal("RTCPeerConnection", FakeConnection);
	vi.stubGlobal("RTCRtpReceiver", {});
	conference = new Conference("abc-defg-hjk", "Wayan", new LocalMedia());
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
	await settle();
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
	const other = new Conference("abc-defg-hjk", "Wayan", new LocalMedia());
	other.connect();
	await enter(joined());
	await reconnect(refused("meeting_full"));
	expect(other.refused.value).toBe("meeting_full");
	other.close();
});

test.each([true, false])(
	"after an outage the server is told anew what the screen shows (resumed: %s)",
	async (resumed) => {
		conference.setView([{ participant: "b", width: 320, height: 180 }]);
		await vi.advanceTimersByTimeAsync(500);
		await reconnect(joined({ resumed }));
		await vi.advanceTimersByTimeAsync(500);
		expect(socket().sent).toContainEqual(
			expect.objectContaining({ type: "set_view", tiles: [expect.objectContaining({ participant: "b" })] }),
		);
	},
);
