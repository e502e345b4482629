import { expect, test } from "vitest";
import { screenOptions, screenProblem } from "./screen";

test.each([
	["NotAllowedError", "Permission denied", null],
	["NotAllowedError", "Permission denied by system", "screenDenied"],
	["AbortError", "", null],
	["NotReadableError", "Could not start video source", "screenFailed"],
	["InvalidStateError", "", "screenFailed"],
])("%s (%j) is told as %s", (name, message, key) => {
	expect(screenProblem(new DOMException(message, name))).toBe(key);
});

test("the sound of a whole system is asked for only where the others don't hear themselves in it", () => {
	expect(screenOptions({})).toMatchObject({ systemAudio: "exclude", audio: { echoCancellation: false } });
	expect(screenOptions({}).audio).not.toHaveProperty("restrictOwnAudio");
	expect(screenOptions({ restrictOwnAudio: true })).toMatchObject({
		systemAudio: "include",
		audio: { restrictOwnAudio: true },
	});
});
