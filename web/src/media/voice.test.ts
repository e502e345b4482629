import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Voice } from "./voice";

let sent: number;
let again: number;
let changes: boolean[];
let can: boolean;
let voice: Voice;

/** Lets so many seconds pass in which a tenth is lost, or nothing. */
async function speak(seconds: number, lost: boolean): Promise<void> {
	for (let second = 0; second < seconds; second++) {
		again += lost ? 5 : 0;
		sent += lost ? 55 : 50;
		await vi.advanceTimersByTimeAsync(1_000);
	}
}

beforeEach(() => {
	vi.useFakeTimers();
	[sent, again, changes, can] = [0, 0, [], true];
	const getStats = async () =>
		new Map<string, object>([
			["codec", { type: "codec" }],
			["out", { type: "outbound-rtp", packetsSent: sent, retransmittedPacketsSent: again }],
			["in", { type: "remote-inbound-rtp", fractionLost: 0 }],
		]) as unknown as RTCStatsReport;
	voice = new Voice({ getStats }, async (redundant) => {
		changes.push(redundant);
		return can;
	});
	voice.watch();
});

afterEach(() => {
	voice.stop();
	vi.useRealTimers();
});

test("where much is lost the voice is sent with redundancy, until little is", async () => {
	await speak(10, false);
	expect(changes).toEqual([]);
	await speak(10, true);
	expect(changes).toEqual([true]);
	await speak(30, false);
	expect(changes).toEqual([true, false]);
});

test("a browser that can't is not asked again", async () => {
	can = false;
	await speak(60, true);
	expect(changes).toEqual([true]);
});

test("once it is stopped nothing changes any more", async () => {
	voice.stop();
	await speak(60, true);
	expect(changes).toEqual([]);
});

test("a connection that closes while it is asked is no fault", async () => {
	const refuse = async () => Promise.reject(new DOMException("closed", "InvalidStateError"));
	const other = new Voice({ getStats: refuse }, async () => true);
	other.watch();
	await vi.advanceTimersByTimeAsync(2_000); // vitest fails on rejections that nobody handles
	other.stop();
});
