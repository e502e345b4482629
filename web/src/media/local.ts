import { type Signal, signal } from "@preact/signals";
import type { Key } from "../i18n/en";
import { recallObject, remember } from "../storage";
import {
	DEVICE_KINDS,
	type DeviceChoice,
	type DeviceKind,
	deviceProblem,
	listDevices,
	openDevices,
	worthAskingAlone,
} from "./devices";

/** What is said when a device is unplugged and another goes on, and where there is no other. */
const REPLACED = { camera: "cameraReplaced", microphone: "microphoneReplaced" } as const;
const GONE = { camera: "cameraGone", microphone: "microphoneGone" } as const;

interface Remembered extends DeviceChoice {
	microphoneOn?: boolean;
	cameraOn?: boolean;
}

const STORED = "devices";
const remembered = () => recallObject<Remembered>(STORED);

/** This client's own camera and microphone: before the meeting and in it. */
export class LocalMedia {
	readonly camera = signal<MediaStreamTrack | null>(null);
	readonly microphone = signal<MediaStreamTrack | null>(null);
	readonly cameraOn = signal(remembered().cameraOn ?? true);
	readonly microphoneOn = signal(remembered().microphoneOn ?? true);
	/** What is wrong, in words that `t` knows. */
	readonly problem = signal<Key | null>(null);
	readonly choice = signal<DeviceChoice>(remembered());
	/** A device was unplugged, and what became of that: for a moment. */
	readonly unplugged = signal<{ key: Key; values?: Record<string, string> } | null>(null);

	/** What was wanted on but did not open. It counts as off, yet the user has not switched it off. */
	private readonly failed = new Set<DeviceKind>();
	private stopped = false;

	/** Open what is switched on and not open yet. Asks for both at once, so that the user is asked once. */
	async start(): Promise<void> {
		this.stopped = false;
		navigator.mediaDevices?.addEventListener?.("devicechange", this.checkSpeaker);
		this.problem.value = null;
		const wanted = DEVICE_KINDS.filter((kind) => this.wants(kind).value && this.track(kind).value === null);
		const problems = wanted.length > 1 ? await this.openTogether(wanted) : await this.openEach(wanted);
		const missing = problems.every((problem) => problem === "noCamera" || problem === "noMicrophone");
		this.problem.value =
			missing && problems.length > 1 ? "noDevices" : (problems.find((problem) => problem !== null) ?? null);
	}

	/** Try what failed once more, and only that: what the user has switched off stays off. */
	async retry(): Promise<void> {
		for (const kind of this.failed) this.wants(kind).value = true;
		this.failed.clear();
		await this.start();
	}

	async setCamera(on: boolean): Promise<void> {
		this.failed.delete("camera");
		this.cameraOn.value = on;
		this.remember();
		if (!on) {
			this.release("camera"); // its light goes off
			return;
		}
		this.problem.value = await this.open("camera");
	}

	async setMicrophone(on: boolean): Promise<void> {
		this.failed.delete("microphone");
		this.microphoneOn.value = on;
		this.remember();
		if (this.microphone.value) this.microphone.value.enabled = on;
		else if (on) this.problem.value = await this.open("microphone");
	}

	async choose(choice: DeviceChoice): Promise<void> {
		const before = this.choice.value;
		this.choice.value = { ...before, ...choice };
		this.remember();
		if (choice.camera !== undefined && choice.camera !== before.camera && this.cameraOn.value)
			this.problem.value = await this.open("camera");
		if (choice.microphone !== undefined && choice.microphone !== before.microphone)
			this.problem.value = await this.open("microphone");
	}

	stop(): void {
		this.stopped = true;
		navigator.mediaDevices?.removeEventListener?.("devicechange", this.checkSpeaker);
		for (const kind of DEVICE_KINDS) this.release(kind);
	}

	private track(kind: DeviceKind): Signal<MediaStreamTrack | null> {
		return kind === "camera" ? this.camera : this.microphone;
	}

	private wants(kind: DeviceKind): Signal<boolean> {
		return kind === "camera" ? this.cameraOn : this.microphoneOn;
	}

	private async openTogether(kinds: readonly DeviceKind[]): Promise<(Key | null)[]> {
		try {
			const tracks = await openDevices(kinds, this.choice.value);
			for (const [kind, track] of tracks) this.take(kind, track);
			return [];
		} catch (error) {
			// One of them may be missing, busy or blocked; the other is not to suffer for it.
			const alone = await worthAskingAlone(error);
			const still = kinds.filter((kind) => this.wants(kind).value);
			const hopeless = still.filter((kind) => !alone.includes(kind));
			return [
				...hopeless.map((kind) => this.fail(kind, error)),
				...(await this.openEach(still.filter((kind) => alone.includes(kind)))),
			];
		}
	}

	private async openEach(kinds: readonly DeviceKind[]): Promise<(Key | null)[]> {
		const problems: (Key | null)[] = [];
		for (const kind of kinds) problems.push(await this.open(kind));
		return problems;
	}

	private async open(kind: DeviceKind): Promise<Key | null> {
		try {
			// One camera at a time: phones can't open a second while the first is held.
			if (kind === "camera") this.camera.value?.stop();
			const tracks = await openDevices([kind], this.choice.value);
			for (const track of tracks.values()) this.take(kind, track);
			return null;
		} catch (error) {
			return this.fail(kind, error);
		}
	}

	/** A device is open. While it opened, it may have been switched off, another opened, or the page left. */
	private take(kind: DeviceKind, track: MediaStreamTrack): void {
		this.release(kind);
		if (this.stopped || (kind === "camera" && !this.cameraOn.value)) {
			track.stop();
			return;
		}
		if (kind === "microphone") track.enabled = this.microphoneOn.value;
		track.addEventListener("ended", () => {
			if (this.track(kind).value === track) void this.lost(kind);
		});
		this.failed.delete(kind);
		this.track(kind).value = track;
	}

	private fail(kind: DeviceKind, error: unknown): Key {
		this.release(kind);
		if (this.wants(kind).value) this.failed.add(kind);
		this.wants(kind).value = false;
		return deviceProblem(error, kind);
	}

	private release(kind: DeviceKind): void {
		this.track(kind).value?.stop();
		this.track(kind).value = null;
	}

	/** A device was unplugged: go on with another, if there is one. */
	private async lost(kind: DeviceKind): Promise<void> {
		this.choice.value = { ...this.choice.value, [kind]: undefined };
		const wanted = this.wants(kind).value;
		this.problem.value = await this.open(kind);
		const device = this.track(kind).value?.label;
		if (device) this.unplugged.value = { key: REPLACED[kind], values: { device } };
		// Who was muted has lost nothing that others could miss.
		else if (wanted) this.unplugged.value = { key: GONE[kind] };
	}

	/** The chosen loudspeaker may be gone: then the system's plays. */
	private readonly checkSpeaker = async () => {
		const { speaker } = this.choice.value;
		if (!speaker) return;
		const { speakers } = await listDevices();
		if (speakers.length === 0 || speakers.some(({ deviceId }) => deviceId === speaker)) return;
		this.choice.value = { ...this.choice.value, speaker: undefined };
		this.unplugged.value = { key: "speakerReplaced" };
	};

	private remember(): void {
		const { camera, microphone, speaker } = this.choice.value;
		const values: Remembered = {
			camera,
			microphone,
			speaker,
			cameraOn: this.cameraOn.value || this.failed.has("camera"),
			microphoneOn: this.microphoneOn.value || this.failed.has("microphone"),
		};
		remember(STORED, JSON.stringify(values));
	}
}
