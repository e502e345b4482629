import { expect, test, vi } from "vitest";
import { applyToTrack, SCREEN_RULES } from "./screen-rules";

/** A captured screen whose browser has these constraints on it. */
function captured(constraints: MediaTrackConstraints, apply = vi.fn(async () => {})) {
	const track = { contentHint: "", getConstraints: () => constraints, applyConstraints: apply };
	return { track: track as unknown as MediaStreamTrack, apply };
}

test("text keeps its size and few frames, a film its frames", () => {
	const { text, motion } = SCREEN_RULES;
	expect([text.degradationPreference, motion.degradationPreference]).toEqual([
		"maintain-resolution",
		"maintain-framerate",
	]);
	expect(text.limits.maxFramerate).toBeLessThanOrEqual(15);
	expect(motion.limits.maxFramerate).toBe(30);
	for (const { limits, frameRate } of [text, motion]) expect(frameRate.max).toBe(limits.maxFramerate);
});

test("a capture goes over to other rules and keeps its other constraints", async () => {
	const { track, apply } = captured({ width: { max: 1920 }, frameRate: { max: 15 } });
	await applyToTrack(track, SCREEN_RULES.motion);
	expect(track.contentHint).toBe("motion");
	expect(apply).toHaveBeenCalledWith({ width: { max: 1920 }, frameRate: { ideal: 30, max: 30 } });
	await applyToTrack(track, SCREEN_RULES.text);
	expect(track.contentHint).toBe("detail");
});

test("a browser that refuses other constraints still has the hint", async () => {
	const { track } = captured(
		{},
		vi.fn(() => Promise.reject(new DOMException("no", "OverconstrainedError"))),
	);
	await applyToTrack(track, SCREEN_RULES.motion);
	expect(track.contentHint).toBe("motion");
});
