import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ErrorCode } from "../protocol";
import { Disconnected, Refused } from "./session";
import { type Media, Switches } from "./switches";

const ON: Media = { microphone: true, camera: true, screen: true };
const OFF: Media = { microphone: false, camera: false, screen: false };

let answer: () => Promise<void>;
let told: unknown[];
let taken: ReturnType<typeof vi.fn<() => void>>;
let notPermitted: ReturnType<typeof vi.fn<() => void>>;
let switches: Switches;

const refusing = (code: ErrorCode) => () => Promise.reject(new Refused(code, "no"));

beforeEach(() => {
	vi.useFakeTimers();
	told = [];
	answer = async () => {};
	taken = vi.fn<() => void>();
	notPermitted = vi.fn<() => void>();
	switches = new Switches(
		(request) => {
			told.push(request);
			return answer();
		},
		taken,
		notPermitted,
	);
});

afterEach(() => {
	switches.stop();
	vi.useRealTimers();
});

test("every change is told at once", () => {
	switches.tell(ON);
	switches.tell(OFF);
	expect(told).toEqual([
		{ type: "set_media", ...ON },
		{ type: "set_media", ...OFF },
	]);
});

test("what was refused for haste is told again, unless something else is so by then", async () => {
	answer = refusing("rate_limited");
	switches.tell(ON);
	switches.tell(OFF);
	await vi.advanceTimersByTimeAsync(500);
	answer = async () => {};
	await vi.advanceTimersByTimeAsync(5_000);
	expect(told.slice(2)).toEqual([{ type: "set_media", ...OFF }]);
});

test("a screen that is refused is told to whoever shares it, and not tried again", async () => {
	answer = refusing("screen_taken");
	switches.tell(ON);
	await vi.advanceTimersByTimeAsync(5_000);
	expect(taken).toHaveBeenCalledOnce();
	expect(told).toHaveLength(1);
});

test("a screen that was given up before it was refused is nobody's concern", async () => {
	answer = refusing("screen_taken");
	switches.tell(ON);
	answer = async () => {};
	switches.tell(OFF);
	await vi.advanceTimersByTimeAsync(0);
	expect(taken).not.toHaveBeenCalled();
});

test("what a lost connection has swallowed is left to the next one", async () => {
	answer = () => Promise.reject(new Disconnected());
	switches.tell(ON);
	await vi.advanceTimersByTimeAsync(5_000);
	expect(told).toHaveLength(1);
});

test("what is not permitted is told once, and not asked for again", async () => {
	answer = refusing("not_permitted");
	switches.tell({ microphone: true, camera: false, screen: false });
	await vi.advanceTimersByTimeAsync(5_000);
	expect(told).toHaveLength(1);
	expect(notPermitted).toHaveBeenCalledOnce();
	expect(switches.agreed).toBeNull();
});

test("what the server took is agreed until something newer is on its way", async () => {
	const on = { microphone: true, camera: false, screen: false };
	switches.tell(on);
	expect(switches.agreed).toBeNull();
	await vi.advanceTimersByTimeAsync(0);
	expect(switches.agreed).toEqual(on);
	switches.tell({ ...on, microphone: false });
	expect(switches.agreed).toBeNull();
});

test("what an earlier seat agreed on is not what a new one has", async () => {
	switches.tell({ microphone: true, camera: false, screen: true });
	await vi.advanceTimersByTimeAsync(0);
	switches.stop();
	expect(switches.agreed).toBeNull();
});
