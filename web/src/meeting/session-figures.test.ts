import { expect, test } from "vitest";
import type { Details, Direction } from "../media/statistics";
import { SessionFigures } from "./session-figures";

const unknown: Direction = {
	rate: null,
	lost: null,
	estimate: null,
	roundTrip: null,
	protocol: null,
	voice: null,
};
const details = (more: Partial<Details> = {}): Details => ({
	up: unknown,
	down: unknown,
	madeUp: null,
	sent: [],
	received: [],
	...more,
});

test("each figure is the mean of the times in which it was known", () => {
	const figures = new SessionFigures();
	figures.add(details({ up: { ...unknown, roundTrip: 50, lost: 0 }, madeUp: 0.1 }), "good", 5_000);
	figures.add(details({ up: { ...unknown, roundTrip: 150, lost: 0.2 } }), "lost", 5_000);
	expect(figures.summary).toEqual({ seconds: 10, round_trip: 100, lost_up: 0.1, made_up: 0.1, weak: 0.5 });
});

test("of a meeting that was over before anything was measured there are none", () => {
	expect(new SessionFigures().summary).toEqual({});
});
