import type { Key } from "../i18n/en";
import { SCREEN_RULES } from "./screen-rules";

declare global {
	interface MediaTrackSupportedConstraints {
		restrictOwnAudio?: boolean;
	}
	interface MediaTrackConstraints {
		/** Screen Capture: what the capturing page itself plays is left out. */
		restrictOwnAudio?: ConstrainBoolean;
		/** Screen Capture: a tab that is shared is not heard where it is any more. */
		suppressLocalAudioPlayback?: ConstrainBoolean;
	}
	interface DisplayMediaStreamOptions {
		/** Screen Capture: whether the sound of the whole system is offered. */
		systemAudio?: "include" | "exclude";
	}
}

/**
 * What to ask for: letters of a whole screen stay readable, and its sound is music, not a voice to be cleaned.
 *
 * The sound of the whole system is the others' voices, too, which would come back to them: it is asked for where the
 * browser leaves out what this page plays. That of a tab always is.
 */
export function screenOptions(supported: MediaTrackSupportedConstraints): DisplayMediaStreamOptions {
	const leavesUsOut = supported.restrictOwnAudio === true;
	return {
		video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: SCREEN_RULES.text.frameRate },
		audio: {
			autoGainControl: false,
			echoCancellation: false,
			noiseSuppression: false,
			channelCount: 2,
			suppressLocalAudioPlayback: false,
			...(leavesUsOut && { restrictOwnAudio: true }),
		},
		systemAudio: leavesUsOut ? "include" : "exclude",
	};
}

/** Whether this browser can share a screen at all. Those of phones can't. */
export const canShareScreen = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** A screen, window or tab that is captured. */
export interface CapturedScreen {
	picture: MediaStreamTrack;
	/** Null where the browser, or its user, gave none. */
	sound: MediaStreamTrack | null;
}

/** Let the user choose a screen, window or tab. */
export async function openScreen(): Promise<CapturedScreen> {
	const { mediaDevices } = navigator;
	const stream = await mediaDevices.getDisplayMedia(
		screenOptions(mediaDevices.getSupportedConstraints?.() ?? {}),
	);
	return {
		picture: stream.getVideoTracks()[0] as MediaStreamTrack,
		sound: stream.getAudioTracks()[0] ?? null,
	};
}

/** The words for what went wrong; null where the user has only changed their mind. */
export function screenProblem(error: unknown): Key | null {
	const { name = "", message = "" } = error as Partial<DOMException>;
	// The browser's user and the computer's system say no by the same name; of the latter Chromium tells by its words.
	if (name === "NotAllowedError") return /system/i.test(message) ? "screenDenied" : null;
	return name === "AbortError" ? null : "screenFailed";
}
