import { effect } from "@preact/signals";
import type { LocalMedia } from "../media/local";

declare global {
	interface Navigator {
		/** audio-session (Safari 16.4 and later): what the system's sound is used for. */
		audioSession?: { type: "auto" | "playback" | "play-and-record" };
	}
}

/** Not every browser can be told what is on, or tells whether it took it. */
type Tellable = Omit<MediaSession, "setMicrophoneActive" | "setCameraActive"> & {
	setMicrophoneActive?(active: boolean): Promise<void> | void;
	setCameraActive?(active: boolean): Promise<void> | void;
};

interface Controlled {
	local: LocalMedia;
	/** What the meeting is called, as of now. */
	title(): string;
	leave(): void;
}

/**
 * Puts the meeting on the lock screen, the headset's button and picture-in-picture: its name, microphone and camera on
 * and off, and leaving. That a page plays a session is also why phones let its sound go on in the background. Returns
 * how to end it.
 */
export function playMediaSession({ local, title, leave }: Controlled): () => void {
	const session = navigator.mediaSession as Tellable | undefined;
	if (navigator.audioSession) navigator.audioSession.type = "play-and-record";
	if (!session) return () => {};
	const actions: Record<string, MediaSessionActionHandler> = {
		togglemicrophone: () => void local.setMicrophone(!local.microphoneOn.value),
		togglecamera: () => void local.setCamera(!local.cameraOn.value),
		hangup: leave,
		// A pause from a headset must not stop everybody's voices: it is swallowed.
		play: () => {},
		pause: () => {},
	};
	const handle = (action: string, handler: MediaSessionActionHandler | null) => {
		try {
			session.setActionHandler(action as MediaSessionAction, handler);
		} catch {
			// This browser does not know this action.
		}
	};
	for (const [action, handler] of Object.entries(actions)) handle(action, handler);
	session.playbackState = "playing";
	const disposals = [
		effect(() => {
			const name = title();
			if (typeof MediaMetadata === "function")
				session.metadata = new MediaMetadata({
					title: name,
					artist: "Balai",
					artwork: [{ src: "/icon-192.png" }],
				});
		}),
		effect(
			() => void Promise.resolve(session.setMicrophoneActive?.(local.microphoneOn.value)).catch(() => {}),
		),
		effect(() => void Promise.resolve(session.setCameraActive?.(local.cameraOn.value)).catch(() => {})),
	];
	return () => {
		for (const dispose of disposals) dispose();
		for (const action of Object.keys(actions)) handle(action, null);
		session.playbackState = "none";
		session.metadata = null;
		if (navigator.audioSession) navigator.audioSession.type = "auto";
	};
}
