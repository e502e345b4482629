import type { Key } from "../i18n/en";
import { SCREEN_RULES } from "./screen-rules";

/** Letters of a whole screen stay readable. */
const PICTURE: DisplayMediaStreamOptions = {
	video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: SCREEN_RULES.text.frameRate },
	audio: false,
};

/** Whether this browser can share a screen at all. Those of phones can't. */
export const canShareScreen = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** Let the user choose a screen, window or tab. */
export async function openScreen(): Promise<MediaStreamTrack> {
	const stream = await navigator.mediaDevices.getDisplayMedia(PICTURE);
	return stream.getVideoTracks()[0] as MediaStreamTrack;
}

/** The words for what went wrong; null where the user has only changed their mind. */
export function screenProblem(error: unknown): Key | null {
	const { name = "", message = "" } = error as Partial<DOMException>;
	// The browser's user and the computer's system say no by the same name; of the latter Chromium tells by its words.
	if (name === "NotAllowedError") return /system/i.test(message) ? "screenDenied" : null;
	return name === "AbortError" ? null : "screenFailed";
}
