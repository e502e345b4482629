import { signal } from "@preact/signals";
import type { Key } from "../i18n/en";
import { type DeviceChoice, deviceProblem, openCamera, openMicrophone } from "./devices";

const STORED = "balai.devices";

interface Remembered extends DeviceChoice {
	microphoneOn?: boolean;
	cameraOn?: boolean;
}

function remembered(): Remembered {
	try {
		return JSON.parse(localStorage.getItem(STORED) ?? "{}") as Remembered;
	} catch {
		return {};
	}
}

/** This client's own camera and microphone: before the meeting and in it. */
export class LocalMedia {
	readonly camera = signal<MediaStreamTrack | null>(null);
	readonly microphone = signal<MediaStreamTrack | null>(null);
	readonly cameraOn = signal(remembered().cameraOn ?? true);
	readonly microphoneOn = signal(remembered().microphoneOn ?? true);
	/** What is wrong, in words that `t` knows. */
	readonly problem = signal<Key | null>(null);
	readonly choice = signal<DeviceChoice>(remembered());

	/** Open what is switched on. Asks for both at once, so that the user is asked once. */
	async start(): Promise<void> {
		this.problem.value = null;
		const [camera, microphone] = [this.cameraOn.value, this.microphoneOn.value];
		const problems = [
			microphone ? await this.openMicrophone() : null,
			camera ? await this.openCamera() : null,
		];
		const missing = problems.every((problem) => problem === "noCamera" || problem === "noMicrophone");
		this.problem.value = missing ? "noDevices" : (problems.find((problem) => problem !== null) ?? null);
	}

	async setCamera(on: boolean): Promise<void> {
		this.cameraOn.value = on;
		this.remember();
		if (!on) {
			this.camera.value?.stop(); // the camera's light goes off
			this.camera.value = null;
			return;
		}
		this.problem.value = await this.openCamera();
	}

	async setMicrophone(on: boolean): Promise<void> {
		this.microphoneOn.value = on;
		this.remember();
		if (this.microphone.value) this.microphone.value.enabled = on;
		else if (on) this.problem.value = await this.openMicrophone();
	}

	async choose(choice: DeviceChoice): Promise<void> {
		const before = this.choice.value;
		this.choice.value = { ...before, ...choice };
		this.remember();
		if (choice.camera !== undefined && choice.camera !== before.camera && this.cameraOn.value)
			this.problem.value = await this.openCamera();
		if (choice.microphone !== undefined && choice.microphone !== before.microphone)
			this.problem.value = await this.openMicrophone();
	}

	stop(): void {
		this.camera.value?.stop();
		this.microphone.value?.stop();
		this.camera.value = null;
		this.microphone.value = null;
	}

	private async openCamera(): Promise<Key | null> {
		try {
			// One camera at a time: phones can't open a second while the first is held.
			this.camera.value?.stop();
			const track = await openCamera(this.choice.value.camera);
			// While it opened, it may have been switched off, or another opened.
			this.camera.value?.stop();
			if (!this.cameraOn.value) track.stop();
			track.addEventListener("ended", () => {
				if (this.camera.value === track) void this.lost("camera");
			});
			this.camera.value = this.cameraOn.value ? track : null;
			return null;
		} catch (error) {
			this.camera.value = null;
			this.cameraOn.value = false;
			return deviceProblem(error, "camera");
		}
	}

	private async openMicrophone(): Promise<Key | null> {
		try {
			const track = await openMicrophone(this.choice.value.microphone);
			this.microphone.value?.stop();
			track.enabled = this.microphoneOn.value;
			track.addEventListener("ended", () => {
				if (this.microphone.value === track) void this.lost("microphone");
			});
			this.microphone.value = track;
			return null;
		} catch (error) {
			this.microphone.value = null;
			this.microphoneOn.value = false;
			return deviceProblem(error, "microphone");
		}
	}

	/** A device was unplugged: go on with another, if there is one. */
	private async lost(kind: "camera" | "microphone"): Promise<void> {
		this.choice.value = { ...this.choice.value, [kind]: undefined };
		this.problem.value = kind === "camera" ? await this.openCamera() : await this.openMicrophone();
	}

	private remember(): void {
		const { camera, microphone, speaker } = this.choice.value;
		const values: Remembered = {
			camera,
			microphone,
			speaker,
			cameraOn: this.cameraOn.value,
			microphoneOn: this.microphoneOn.value,
		};
		localStorage.setItem(STORED, JSON.stringify(values));
	}
}
