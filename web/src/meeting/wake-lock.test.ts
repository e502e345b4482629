import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepAwake } from "./wake-lock";

class FakeLock {
	released = false;
	async release(): Promise<void> {
		this.released = true;
	}
}

let locks: FakeLock[];
let hidden: boolean;
let end: () => void = () => {};

beforeEach(() => {
	locks = [];
	hidden = false;
	vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
	const request = async () => {
		const lock = new FakeLock();
		locks.push(lock);
		return lock;
	};
	vi.stubGlobal("navigator", { wakeLock: { request } });
});

afterEach(() => {
	end();
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});

async function becomes(now: "hidden" | "seen"): Promise<void> {
	hidden = now === "hidden";
	// As a browser does it: the lock is gone before the page hears of it.
	if (hidden) for (const lock of locks) lock.released = true;
	document.dispatchEvent(new Event("visibilitychange"));
	await Promise.resolve();
}

test("the screen stays on while the page is seen, also after it was hidden", async () => {
	end = keepAwake();
	await becomes("seen");
	expect(locks.map(({ released }) => released)).toEqual([false]);
	await becomes("hidden");
	await becomes("seen");
	expect(locks.map(({ released }) => released)).toEqual([true, false]);
});

test("after the meeting the screen may go off, and nothing is asked for any more", async () => {
	end = keepAwake();
	await becomes("seen");
	end();
	await becomes("hidden");
	await becomes("seen");
	expect(locks.map(({ released }) => released)).toEqual([true]);
});

test("a lock that comes when the meeting is over already is let go", async () => {
	end = keepAwake();
	end();
	await vi.waitFor(() => expect(locks.map(({ released }) => released)).toEqual([true]));
});

test("where there is no such lock, all goes on without", async () => {
	vi.stubGlobal("navigator", {});
	end = keepAwake();
	await becomes("seen");
	expect(locks).toEqual([]);
});
