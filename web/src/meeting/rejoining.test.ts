import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rejoining } from "./rejoining";

let rejoin: ReturnType<typeof vi.fn<() => void>>;
let rejoining: Rejoining;

beforeEach(() => {
	vi.useFakeTimers();
	vi.spyOn(Math, "random").mockReturnValue(0.5);
	rejoin = vi.fn<() => void>();
	rejoining = new Rejoining(rejoin);
});

afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
});

test("media that never worked is not tried again", () => {
	expect(rejoining.lost()).toBe(false);
});

test("each attempt that fails is followed by a later one, until it is hopeless", async () => {
	rejoining.connected();
	const waits: number[] = [];
	for (;;) {
		const before = Date.now();
		if (!rejoining.lost()) break;
		await vi.advanceTimersToNextTimerAsync();
		waits.push(Date.now() - before);
		rejoining.seated();
	}
	expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
	expect(rejoin).toHaveBeenCalledTimes(8);
});

test("media that holds makes the next loss another matter", async () => {
	for (let i = 0; i < 20; i++) {
		rejoining.connected();
		await vi.advanceTimersByTimeAsync(30_000);
		expect(rejoining.lost()).toBe(true);
		await vi.advanceTimersByTimeAsync(1_000);
		rejoining.seated();
	}
	expect(rejoin).toHaveBeenCalledTimes(20);
});

test("one loss that is told in two ways is one", async () => {
	rejoining.connected();
	rejoining.lost();
	rejoining.lost();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(rejoin).toHaveBeenCalledOnce();
});

test("a seat that was taken meanwhile for another reason ends it", async () => {
	rejoining.connected();
	rejoining.lost();
	rejoining.seated();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(rejoin).not.toHaveBeenCalled();
	expect(rejoining.active.value).toBe(false);
});
