import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { JitterBuffers } from "./jitter-buffers";

const PICTURES = 49;

/** Receivers that write down what their buffers are set to, behind a connection whose packets are missed as told. */
function watched(missed: () => number) {
	const set: (number | null)[] = [];
	class Receiver {
		get jitterBufferTarget(): number | null {
			return null;
		}
		set jitterBufferTarget(target: number | null) {
			set.push(target);
		}
	}
	vi.stubGlobal("RTCRtpReceiver", Receiver);
	const mids = Array.from({ length: PICTURES }, (_, i) => `v${i}`);
	const transceivers = mids.map((mid) => ({ mid, receiver: new Receiver() }));
	let received = 0;
	const counted = { missed: 0 };
	const connection = {
		getTransceivers: () => transceivers,
		getStats: async () => {
			received += 100;
			counted.missed += missed();
			const counts = { packetsReceived: received, nackCount: counted.missed, freezeCount: 0 };
			return new Map(mids.map((mid) => [mid, { type: "inbound-rtp", kind: "video", mid, ...counts }]));
		},
	};
	new JitterBuffers(connection as unknown as RTCPeerConnection).watch();
	return set;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test("a buffer is set only when its target becomes another: each setting holds the page up", async () => {
	let missed = 0;
	const set = watched(() => missed);
	await vi.advanceTimersByTimeAsync(10_000);
	expect(set).toEqual([]);
	missed = 10;
	await vi.advanceTimersByTimeAsync(10_000);
	expect(set).toEqual(Array.from({ length: PICTURES }, () => 250));
});
