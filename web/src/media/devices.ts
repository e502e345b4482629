import type { Key } from "../i18n/en";

export interface DeviceChoice {
	camera?: string | undefined;
	microphone?: string | undefined;
	speaker?: string | undefined;
}

/** Up to 720 lines: what the simulcast layers are cut from. */
const VIDEO: MediaTrackConstraints = {
	width: { ideal: 1280 },
	height: { ideal: 720 },
	frameRate: { ideal: 24, max: 30 },
};
const AUDIO: MediaTrackConstraints = {
	echoCancellation: true,
	noiseSuppression: true,
	autoGainControl: true,
};

/** The words for what went wrong with a camera or microphone. */
export function deviceProblem(error: unknown, kind: "camera" | "microphone" | "both"): Key {
	const name = error instanceof Error || error instanceof DOMException ? error.name : "";
	switch (name) {
		case "NotAllowedError":
		case "SecurityError":
			return "denied";
		case "NotFoundError":
		case "OverconstrainedError":
			return kind === "camera" ? "noCamera" : kind === "microphone" ? "noMicrophone" : "noDevices";
		case "NotReadableError":
		case "AbortError":
			return "deviceBusy";
		case "InsecureContext":
			return "insecure";
		default:
			return "deviceFailed";
	}
}

function requireDevices(): MediaDevices {
	if (!navigator.mediaDevices) {
		throw Object.assign(new Error("no secure context"), { name: "InsecureContext" });
	}
	return navigator.mediaDevices;
}

export async function openCamera(deviceId?: string): Promise<MediaStreamTrack> {
	const video = deviceId ? { ...VIDEO, deviceId: { ideal: deviceId } } : VIDEO;
	const stream = await requireDevices().getUserMedia({ video });
	return stream.getVideoTracks()[0] as MediaStreamTrack;
}

export async function openMicrophone(deviceId?: string): Promise<MediaStreamTrack> {
	const audio = deviceId ? { ...AUDIO, deviceId: { ideal: deviceId } } : AUDIO;
	const stream = await requireDevices().getUserMedia({ audio });
	return stream.getAudioTracks()[0] as MediaStreamTrack;
}

export interface DeviceLists {
	cameras: MediaDeviceInfo[];
	microphones: MediaDeviceInfo[];
	speakers: MediaDeviceInfo[];
}

/** The devices that have names; browsers hide them until leave is given. */
export async function listDevices(): Promise<DeviceLists> {
	const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
	const of = (kind: MediaDeviceKind) =>
		all.filter((device) => device.kind === kind && device.deviceId !== "");
	return { cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput") };
}

/** Whether this browser lets a page choose the loudspeaker. */
export const canChooseSpeaker = () => "setSinkId" in HTMLMediaElement.prototype;
