import { expect, test } from "vitest";
import { JitterTarget } from "./jitter-target";

const PACKETS = 60;

/** Plays seconds in which this share of the packets is missed, and the picture stands still so often. */
function player() {
	const rule = new JitterTarget();
	const counts = { received: 0, missed: 0, freezes: 0 };
	let now = 0;
	return (seconds: number, share: number, freezes = 0, packets = PACKETS): number | null => {
		for (let second = 0; second < seconds; second++) {
			now += 1_000;
			counts.received += packets;
			counts.missed += packets * share;
			counts.freezes += freezes;
			rule.update({ ...counts }, now);
		}
		return rule.target;
	};
}

test("a picture of which much is missed for some seconds is kept long enough to be repaired", () => {
	const play = player();
	expect(play(10, 0.02, 1)).toBe(null);
	expect(play(2, 0.1)).toBe(null);
	expect(play(1, 0.1)).toBe(250);
});

test("a picture that still stands still is kept for longer, and no longer than that", () => {
	const play = player();
	play(4, 0.1);
	expect(play(20, 0.1)).toBe(250);
	expect(play(2, 0.1, 1)).toBe(400);
	expect(play(60, 0.1, 1)).toBe(400);
});

test("once next to nothing is missed for twenty seconds, it is the browser's again", () => {
	const play = player();
	play(4, 0.1);
	expect(play(15, 0)).toBe(250);
	expect(play(1, 0.1)).toBe(250);
	expect(play(20, 0)).toBe(250);
	expect(play(1, 0)).toBe(null);
});

test("a slot that shows nothing says nothing", () => {
	const play = player();
	play(4, 0.1);
	expect(play(60, 0, 0, 0)).toBe(250);
});
