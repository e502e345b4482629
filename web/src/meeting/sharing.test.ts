import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Participant } from "../protocol";
import { Sharing } from "./sharing";

class FakeTrack extends EventTarget {
	stopped = false;
	stop(): void {
		this.stopped = true;
	}
}

let track: FakeTrack;
let sound: FakeTrack | null;
let choose: () => Promise<void>;
let refuse: (name: string) => Promise<void>;
let asked: number;
let sharer: Participant | null;
let sharing: Sharing;

const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

beforeEach(() => {
	track = new FakeTrack();
	sound = null;
	asked = 0;
	sharer = null;
	const getDisplayMedia = () =>
		new Promise((resolve, reject) => {
			asked++;
			choose = () => {
				resolve({ getVideoTracks: () => [track], getAudioTracks: () => (sound ? [sound] : []) });
				return settle();
			};
			refuse = (name) => {
				reject(new DOMException("no", name));
				return settle();
			};
		});
	vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia } });
	sharing = new Sharing(() => sharer);
});

afterEach(() => vi.unstubAllGlobals());

test("what was chosen is shared until it is stopped", async () => {
	void sharing.start();
	await choose();
	expect(sharing.track.value).toBe(track);
	sharing.stop();
	expect([sharing.track.value, track.stopped]).toEqual([null, true]);
	expect(sharing.problem.value).toBeNull();
});

test("its sound comes and goes with it, where there is any", async () => {
	sound = new FakeTrack();
	void sharing.start();
	await choose();
	expect(sharing.sound.value).toBe(sound);
	sharing.stop();
	expect([sharing.sound.value, sound.stopped]).toEqual([null, true]);
	sound = null;
	void sharing.start();
	await choose();
	expect([sharing.track.value, sharing.sound.value]).toEqual([track, null]);
});

test("the browser's own stop button stops it too", async () => {
	void sharing.start();
	await choose();
	track.dispatchEvent(new Event("ended"));
	expect(sharing.track.value).toBeNull();
});

test("who presses twice is asked once", async () => {
	void sharing.start();
	void sharing.start();
	await choose();
	await sharing.start();
	expect(asked).toBe(1);
});

test("who changes their mind is told nothing; a failure is told", async () => {
	void sharing.start();
	await refuse("NotAllowedError");
	expect(sharing.problem.value).toBeNull();
	void sharing.start();
	await refuse("NotReadableError");
	expect(sharing.problem.value).toEqual({ key: "screenFailed" });
	void sharing.start();
	expect(sharing.problem.value).toBeNull();
});

test("while somebody else shares, nobody chooses in vain", async () => {
	sharer = { name: "Ketut" } as Participant;
	await sharing.start();
	expect(asked).toBe(0);
	expect(sharing.problem.value).toEqual({ key: "screenTaken", values: { name: "Ketut" } });
});

test("whose screen is refused stops capturing it", async () => {
	void sharing.start();
	await choose();
	sharing.taken();
	expect([sharing.track.value, track.stopped]).toEqual([null, true]);
	expect(sharing.problem.value).toEqual({ key: "screenTakenBySomebody" });
});

test("a screen that is chosen when the meeting has been left is not captured", async () => {
	void sharing.start();
	sharing.stop();
	await choose();
	expect([sharing.track.value, track.stopped]).toEqual([null, true]);
});
