import { expect, test } from "vitest";
import { scales } from "./layers";

test.each([
	[1280, 720, [4, 2, 1]],
	[720, 1280, [4, 2, 1]],
	[640, 480, [2, 1]],
	[640, 360, [2, 1]],
	[320, 240, [1]],
])("a camera of %i by %i is sent whole, in the highest of its layers", (width, height, expected) => {
	expect(scales(width, height)).toEqual(expected);
});
