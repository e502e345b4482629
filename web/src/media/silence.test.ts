import { expect, test } from "vitest";
import { Silence } from "./silence";

test("silence after a lively time is told once, and again when it has been lively again", () => {
	const silence = new Silence();
	const told: number[] = [];
	const lasted: number[] = [];
	let packets = 0;
	for (let now = 0; now < 30_000; now += 500) {
		const silent = (now > 4_000 && now < 9_000) || now > 14_000;
		if (!silent) packets += 10;
		if (silence.hears(packets, now)) told.push(now);
		if (silence.lasts) lasted.push(now);
	}
	expect(told).toEqual([5_500, 15_500]);
	expect(lasted[0]).toBe(5_500);
	expect(Math.max(...lasted.filter((now) => now < 15_500))).toBe(8_500);
	expect(Math.max(...lasted)).toBeLessThan(23_000); // everybody may have left
});

test("a connection over which little comes is not taken for dead", () => {
	const silence = new Silence();
	for (let now = 0; now < 60_000; now += 500) expect(silence.hears(Math.floor(now / 1_000), now)).toBe(false);
});
