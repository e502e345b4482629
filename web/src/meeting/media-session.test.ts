import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import { playMediaSession } from "./media-session";

let handlers: Map<string, (() => void) | null>;
let session: Record<string, unknown>;
let local: LocalMedia;
const title = signal("Weekly");
const leave = vi.fn();
let end: () => void;

beforeEach(() => {
	handlers = new Map();
	session = {
		metadata: null,
		playbackState: "none",
		setMicrophoneActive: vi.fn(async () => {}),
		setActionHandler: (action: string, handler: (() => void) | null) => {
			if (action === "togglecamera") throw new TypeError("unknown action");
			handlers.set(action, handler);
		},
	};
	vi.stubGlobal("navigator", { mediaSession: session });
	vi.stubGlobal(
		"MediaMetadata",
		class {
			constructor(readonly init: MediaMetadataInit) {}
		},
	);
	local = new LocalMedia();
	end = playMediaSession({ local, title: () => title.value, leave });
});

afterEach(() => {
	end();
	vi.unstubAllGlobals();
	localStorage.clear();
});

test("the system's buttons mute and hang up, and it is told what is muted", () => {
	expect(session.playbackState).toBe("playing");
	handlers.get("togglemicrophone")?.();
	expect(local.microphoneOn.value).toBe(false);
	expect(session.setMicrophoneActive).toHaveBeenLastCalledWith(false);
	handlers.get("hangup")?.();
	expect(leave).toHaveBeenCalledOnce();
});

test("the system shows what the meeting is called now", () => {
	title.value = "Coordination";
	expect(session.metadata).toMatchObject({ init: { title: "Coordination" } });
});

test("when the meeting is over nothing of it is left there", () => {
	end();
	expect(session.playbackState).toBe("none");
	expect(session.metadata).toBeNull();
	expect([...handlers.values()].every((handler) => handler === null)).toBe(true);
});
