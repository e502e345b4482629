import { expect, test } from "vitest";
import { deviceProblem } from "./devices";

const named = (name: string) => Object.assign(new Error(name), { name });

test.each([
	["NotAllowedError", "camera", "denied"],
	["NotFoundError", "camera", "noCamera"],
	["NotFoundError", "microphone", "noMicrophone"],
	["NotFoundError", "both", "noDevices"],
	["NotReadableError", "camera", "deviceBusy"],
	["InsecureContext", "camera", "insecure"],
	["Whatever", "camera", "deviceFailed"],
] as const)("%s of the %s is told as %s", (name, kind, key) => {
	expect(deviceProblem(named(name), kind)).toBe(key);
});
