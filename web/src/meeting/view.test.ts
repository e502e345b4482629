import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tile } from "../protocol";
import { Refused } from "./session";
import { View } from "./view";

const tile = (participant: string): Tile => ({ participant, width: 320, height: 180 });
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
	view.set([tile("a")]);
	view.set([tile("b")]);
	await vi.advanceTimersByTimeAsync(500);
	view.set([tile("b")]);
	await vi.advanceTimersByTimeAsync(500);
	expect(told).toEqual(["b"]);
});

test("another connection or seat is told anew, even though the screen is the same", async () => {
	view.set([tile("a")]);
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
	view.set([tile("a")]);
	await vi.advanceTimersByTimeAsync(500);
	answer = async () => {};
	await vi.advanceTimersByTimeAsync(2_000);
	expect(told).toEqual(["a", "a"]);
});

test("a screen that is as before while the answer is under way is told too", async () => {
	let resolve = () => {};
	view.set([tile("a")]);
	await vi.advanceTimersByTimeAsync(500);
	answer = () => new Promise((done) => (resolve = done));
	view.set([tile("b")]);
	await vi.advanceTimersByTimeAsync(500);
	answer = async () => {};
	view.set([tile("a")]);
	await vi.advanceTimersByTimeAsync(500);
	resolve();
	expect(told).toEqual(["a", "b", "a"]);
});
