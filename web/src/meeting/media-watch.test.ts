import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MediaWatch } from "./media-watch";

/** A connection over which packets come, or not. */
class FakeConnection {
	connectionState: RTCPeerConnectionState = "connected";
	onconnectionstatechange: (() => void) | null = null;
	readonly iceTransport = { onselectedcandidatepairchange: null as (() => void) | null };
	packets = 0;
	getTransceivers(): unknown[] {
		const report = new Map([["T", { type: "transport", packetsReceived: this.packets }]]);
		return [{ direction: "sendonly", sender: { transport: this, getStats: async () => report } }];
	}
}

let told: string[] = [];
let connection: FakeConnection;
let watch: MediaWatch;

beforeEach(() => {
	vi.useFakeTimers();
	told = [];
	connection = new FakeConnection();
	const tell = (what: string) => () => void told.push(what);
	watch = new MediaWatch({ connected: tell("connected"), doubtful: tell("doubtful"), lost: tell("lost") });
	watch.watch(connection as unknown as RTCPeerConnection);
});

afterEach(() => {
	watch.stop();
	vi.useRealTimers();
});

/** So many ms in which packets come, or do not. */
async function pass(milliseconds: number, packets: boolean): Promise<void> {
	for (let passed = 0; passed < milliseconds; passed += 50) {
		if (packets) connection.packets += 2;
		await vi.advanceTimersByTimeAsync(50);
	}
}

const doubts = () => told.filter((what) => what === "doubtful").length;

test("while nothing comes another way is looked for again and again, and not any more once something does", async () => {
	await pass(3_000, true);
	expect(told).toEqual(["connected"]);
	await pass(2_000, false);
	expect(doubts()).toBe(1);
	await pass(2_500, false);
	expect(doubts()).toBe(2);
	await pass(6_000, true);
	expect(doubts()).toBe(2);
});

test("that the browser has chosen another way is followed up at once, if nothing came over the former", async () => {
	await pass(3_000, true);
	connection.iceTransport.onselectedcandidatepairchange?.();
	expect(doubts()).toBe(0);
	await pass(2_000, false);
	for (let i = 0; i < 10; i++) connection.iceTransport.onselectedcandidatepairchange?.();
	expect(doubts()).toBe(2);
});

test("a connection over which nothing comes any more, since everybody has left, is looked after for some seconds only", async () => {
	await pass(3_000, true);
	await pass(60_000, false);
	expect(doubts()).toBeLessThan(5);
	expect(told).not.toContain("lost");
	watch.stop();
	expect(connection.iceTransport.onselectedcandidatepairchange).toBeNull();
});
