import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused } from "./session";
import { NOTHING, type Shown, View } from "./view";

const showing = (participant: string): Shown => ({
	tiles: [{ participant, width: 320, height: 180 }],
	speaker: null,
	screen: true,
	sharer: null,
	screen_audio: true,
});
let answer: () => Promise<void>;
let told: unknown[];
let view: View;

beforeEach(() => {
	vi.useFakeTimers();
	told = [];
	answer = async () => {};
	view = new View((request) => {
		if (request.type === "set_view") told.push(request.tiles.map((t) => t.participant).join());
		return answer();
	});
});

afterEach(() => {
	view.stop();
	vi.useRealTimers();
});

test("only what has been the same for a moment is told, and only once", async () => {
	view.set(showing("a"));
	view.set(showing("b"));
	await vi.advanceTimersByTimeAsync(500);
	view.set(showing("b"));
	await vi.advanceTimersByTimeAsync(500);
	expect(told).toEqual(["b"]);
});

test("a hidden tab wants nothing, and when it is shown again what it shows", async () => {
	const request = vi.fn(async (_: unknown) => {});
	view = new View(request);
	for (const shown of [showing("a"), NOTHING, showing("a")]) {
		view.set(shown);
		await vi.advanceTimersByTimeAsync(500);
	}
	expect(request.mock.calls).toEqual([
		[{ type: "set_view", ...showing("a") }],
		[{ type: "set_view", tiles: [], speaker: null, screen: false, sharer: null, screen_audio: true }],
		[{ type: "set_view", ...showing("a") }],
	]);
});

test("another connection or seat is told anew, even though the screen is the same", async () => {
	view.set(showing("a"));
	await vi.advanceTimersByTimeAsync(500);
	view.renew();
	await vi.advanceTimersByTimeAsync(500);
	expect(told).toEqual(["a", "a"]);
});

test("a screen that shows nothing yet tells nothing", async () => {
	view.renew();
	await vi.advanceTimersByTimeAsync(500);
	expect(told).toEqual([]);
});

test("what was refused is told again, unless something else is shown by then", async () => {
	answer = () => Promise.reject(new Refused("rate_limited", "wait"));
	view.set(showing("a"));
	await vi.advanceTimersByTimeAsync(500);
	answer = async () => {};
	await vi.advanceTimersByTimeAsync(2_000);
	expect(told).toEqual(["a", "a"]);
});

test("a screen that is as before while the answer is under way is told too", async () => {
	let resolve = () => {};
	view.set(showing("a"));
	await vi.advanceTimersByTimeAsync(500);
	answer = () => new Promise((done) => (resolve = done));
	view.set(showing("b"));
	await vi.advanceTimersByTimeAsync(500);
	answer = async () => {};
	view.set(showing("a"));
	await vi.advanceTimersByTimeAsync(500);
	resolve();
	expect(told).toEqual(["a", "b", "a"]);
});
