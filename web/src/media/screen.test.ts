import { expect, test } from "vitest";
import { screenProblem } from "./screen";

test.each([
	["NotAllowedError", "Permission denied", null],
	["NotAllowedError", "Permission denied by system", "screenDenied"],
	["AbortError", "", null],
	["NotReadableError", "Could not start video source", "screenFailed"],
	["InvalidStateError", "", "screenFailed"],
])("%s (%j) is told as %s", (name, message, key) => {
	expect(screenProblem(new DOMException(message, name))).toBe(key);
});
