import { expect, test } from "vitest";
import { capacity, fitGrid } from "./layout";

test("tiles never leave the window, keep 16:9, and there is room for all", () => {
	for (let count = 1; count <= 49; count++) {
		for (const [width, height] of [
			[1280, 800],
			[360, 740],
			[1920, 1080],
			[740, 360],
			[300, 300],
		] as const) {
			const grid = fitGrid(count, width, height, 8);
			expect(grid.columns * grid.width + (grid.columns - 1) * 8).toBeLessThanOrEqual(width);
			expect(grid.rows * grid.height + (grid.rows - 1) * 8).toBeLessThanOrEqual(height);
			expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
			expect(Math.abs(grid.width / grid.height - 16 / 9)).toBeLessThan(0.1);
		}
	}
});

test("a phone stacks two people, a desktop puts them side by side", () => {
	expect(fitGrid(2, 360, 640, 8).columns).toBe(1);
	expect(fitGrid(2, 1280, 720, 8).columns).toBe(2);
});

test("more tiles are never larger", () => {
	for (let count = 1; count < 30; count++)
		expect(fitGrid(count + 1, 1280, 720, 8).width).toBeLessThanOrEqual(fitGrid(count, 1280, 720, 8).width);
});

test("the capacity keeps tiles readable", () => {
	const most = capacity(360, 640, 8, 160, 49);
	expect(fitGrid(most, 360, 640, 8).width).toBeGreaterThanOrEqual(160);
	expect(capacity(10, 10, 8, 160, 49)).toBe(1);
});
