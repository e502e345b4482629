import type { Key } from "../i18n/en";

/** What a client sends from. Both names are also what the browser calls the permission. */
export const DEVICE_KINDS = ["microphone", "camera"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

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
export function deviceProblem(error: unknown, kind: DeviceKind | "both"): Key {
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

const preferring = (constraints: MediaTrackConstraints, deviceId?: string) =>
	deviceId ? { ...constraints, deviceId: { ideal: deviceId } } : constraints;

/** Open these devices with one request, so that the browser asks its user once. All open, or it throws. */
export async function openDevices(
	kinds: readonly DeviceKind[],
	choice: DeviceChoice,
): Promise<Map<DeviceKind, MediaStreamTrack>> {
	const constraints: MediaStreamConstraints = {};
	if (kinds.includes("camera")) constraints.video = preferring(VIDEO, choice.camera);
	if (kinds.includes("microphone")) constraints.audio = preferring(AUDIO, choice.microphone);
	const stream = await requireDevices().getUserMedia(constraints);
	const tracks = { camera: stream.getVideoTracks()[0], microphone: stream.getAudioTracks()[0] };
	return new Map(kinds.map((kind) => [kind, tracks[kind] as MediaStreamTrack]));
}

/**
 * Which devices are worth a request of their own after one for all was refused. Where the user said no, that is only
 * what opens without a question, or what was never asked about because the other is blocked: nobody likes to say no
 * three times.
 */
export async function worthAskingAlone(error: unknown): Promise<DeviceKind[]> {
	if (deviceProblem(error, "both") !== "denied") return [...DEVICE_KINDS];
	const states = await Promise.all(DEVICE_KINDS.map(permission));
	const blocked = states.includes("denied");
	return DEVICE_KINDS.filter((_, i) => states[i] === "granted" || (states[i] === "prompt" && blocked));
}

/** What the browser would say to a request; null where it does not tell. */
async function permission(kind: DeviceKind): Promise<PermissionState | null> {
	try {
		return (await navigator.permissions.query({ name: kind as PermissionName })).state;
	} catch {
		return null;
	}
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
