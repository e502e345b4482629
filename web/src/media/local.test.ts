import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "./local";

class FakeTrack extends EventTarget {
	enabled = true;
	label = "another";
	stopped = false;
	stop(): void {
		this.stopped = true;
	}
}

/** One call of getUserMedia, which the test answers. */
interface Asked {
	for: string;
	camera: FakeTrack;
	microphone: FakeTrack;
	open(): Promise<void>;
	fail(name: string): Promise<void>;
}

let asked: Asked[];
let permissions: Record<string, string>;
let local: LocalMedia;

const settle = () => new Promise<void>((resolve) => setTimeout(resolve));
const nth = (i: number) => asked[i] as Asked;
const prompts = () => asked.map((each) => each.for);

beforeEach(() => {
	localStorage.clear();
	asked = [];
	permissions = {};
	const getUserMedia = ({ audio, video }: MediaStreamConstraints) =>
		new Promise<MediaStream>((resolve, reject) => {
			const [camera, microphone] = [new FakeTrack(), new FakeTrack()];
			const stream = {
				getVideoTracks: () => (video ? [camera] : []),
				getAudioTracks: () => (audio ? [microphone] : []),
			};
			asked.push({
				for: [audio && "microphone", video && "camera"].filter(Boolean).join(" and "),
				camera,
				microphone,
				open: () => {
					resolve(stream as unknown as MediaStream);
					return settle();
				},
				fail: (name) => {
					reject(Object.assign(new Error(), { name }));
					return settle();
				},
			});
		});
	const query = async ({ name }: { name: string }) => {
		if (!(name in permissions)) throw new TypeError();
		return { state: permissions[name] };
	};
	vi.stubGlobal("navigator", { mediaDevices: { getUserMedia }, permissions: { query } });
	local = new LocalMedia();
});

afterEach(() => vi.unstubAllGlobals());

/** A client whose camera and microphone are open. */
async function opened(): Promise<void> {
	void local.start();
	await nth(0).open();
}

test("camera and microphone are asked for at once", async () => {
	await opened();
	expect(prompts()).toEqual(["microphone and camera"]);
	expect(local.camera.value).toBe(nth(0).camera);
	expect(local.microphone.value).toBe(nth(0).microphone);
	expect(local.problem.value).toBeNull();
});

test("what is switched off is not asked for", async () => {
	await local.setMicrophone(false);
	void local.start();
	await nth(0).open();
	expect(prompts()).toEqual(["camera"]);
});

test("what is open already is not asked for again", async () => {
	await opened();
	await local.start();
	expect(prompts()).toHaveLength(1);
});

test("where one is missing the other opens alone, and it is told which is missing", async () => {
	void local.start();
	await nth(0).fail("NotFoundError");
	await nth(1).open();
	await nth(2).fail("NotFoundError");
	expect(prompts()).toEqual(["microphone and camera", "microphone", "camera"]);
	expect(local.microphone.value).toBe(nth(1).microphone);
	expect(local.problem.value).toBe("noCamera");
});

test("where both are missing that is told in one", async () => {
	void local.start();
	for (const i of [0, 1, 2]) await nth(i).fail("NotFoundError");
	expect(local.problem.value).toBe("noDevices");
});

test("who says no is not asked again", async () => {
	void local.start();
	await nth(0).fail("NotAllowedError");
	expect(prompts()).toHaveLength(1);
	expect(local.problem.value).toBe("denied");
	expect([local.cameraOn.value, local.microphoneOn.value]).toEqual([false, false]);
});

test.each([
	["granted", "denied", ["microphone"]],
	["prompt", "denied", ["microphone"]],
	["prompt", "prompt", []],
	["denied", "denied", []],
])(
	"with a microphone that is %s and a camera that is %s, %j is asked for alone",
	async (microphone, camera, alone) => {
		permissions = { microphone, camera };
		void local.start();
		await nth(0).fail("NotAllowedError");
		expect(prompts().slice(1)).toEqual(alone);
	},
);

test("a camera that is switched off while it opens stays off, and its light goes off", async () => {
	void local.start();
	await local.setCamera(false);
	await nth(0).open();
	expect(local.camera.value).toBeNull();
	expect(nth(0).camera.stopped).toBe(true);
	expect(local.microphone.value).toBe(nth(0).microphone);
});

test("of two that open at once one stays open", async () => {
	void local.start();
	void local.setCamera(true);
	await nth(0).open();
	await nth(1).open();
	expect([nth(0).camera.stopped, nth(1).camera.stopped]).toEqual([true, false]);
	expect(local.camera.value).toBe(nth(1).camera);
});

test("a camera that opens when the page has been left goes off again", async () => {
	void local.start();
	local.stop();
	await nth(0).open();
	expect([nth(0).camera.stopped, nth(0).microphone.stopped]).toEqual([true, true]);
	expect(local.camera.value).toBeNull();
});

test("a camera that fails is off, and the reason is told", async () => {
	void local.start();
	await nth(0).fail("NotReadableError");
	await nth(1).open();
	await nth(2).fail("NotReadableError");
	expect(local.cameraOn.value).toBe(false);
	expect(local.problem.value).toBe("deviceBusy");
});

test("trying again opens what failed, and leaves a muted microphone muted", async () => {
	await local.setMicrophone(false);
	void local.start();
	await nth(0).fail("NotReadableError");
	void local.retry();
	await nth(1).open();
	expect(prompts()).toEqual(["camera", "camera"]);
	expect(local.cameraOn.value).toBe(true);
	expect(local.problem.value).toBeNull();
	expect(local.microphoneOn.value).toBe(false);
	expect(local.microphone.value).toBeNull();
});

test("trying again leaves a microphone muted that was muted while it was open", async () => {
	void local.start();
	await nth(0).fail("NotReadableError");
	await nth(1).open();
	await nth(2).fail("NotReadableError");
	await local.setMicrophone(false);
	void local.retry();
	await nth(3).open();
	expect(prompts().slice(3)).toEqual(["camera"]);
	expect(local.microphone.value?.enabled).toBe(false);
});

test("trying again leaves off what failed and was switched off then", async () => {
	void local.start();
	await nth(0).fail("NotAllowedError");
	await local.setMicrophone(false);
	void local.retry();
	expect(prompts().slice(1)).toEqual(["camera"]);
});

test("a failure is not remembered as the user's choice", async () => {
	void local.start();
	await nth(0).fail("NotAllowedError");
	await local.setMicrophone(false);
	const next = new LocalMedia();
	expect([next.cameraOn.value, next.microphoneOn.value]).toEqual([true, false]);
});

test("a camera that is unplugged gives way to another", async () => {
	await opened();
	nth(0).camera.dispatchEvent(new Event("ended"));
	await nth(1).open();
	expect(local.camera.value).toBe(nth(1).camera);
});

test("whoever loses a device is told what goes on instead, or that nothing does", async () => {
	await opened();
	nth(0).microphone.dispatchEvent(new Event("ended"));
	await nth(1).open();
	expect(local.unplugged.value).toEqual({ key: "microphoneReplaced", values: { device: "another" } });
	nth(0).camera.dispatchEvent(new Event("ended"));
	await nth(2).fail("NotFoundError");
	expect(local.unplugged.value).toEqual({ key: "cameraGone" });
	expect(local.cameraOn.value).toBe(false);
});

test("who is muted stays so on another microphone", async () => {
	await opened();
	await local.setMicrophone(false);
	nth(0).microphone.dispatchEvent(new Event("ended"));
	await nth(1).open();
	expect(nth(1).microphone.enabled).toBe(false);
});

test("a loudspeaker that is unplugged gives way to the system's", async () => {
	let speakers = ["chosen", "other"];
	const devices = new EventTarget();
	const enumerateDevices = async () => speakers.map((deviceId) => ({ kind: "audiooutput", deviceId }));
	vi.stubGlobal("navigator", { mediaDevices: Object.assign(devices, { enumerateDevices }) });
	await local.start();
	await local.choose({ speaker: "chosen" });
	devices.dispatchEvent(new Event("devicechange"));
	await settle();
	expect(local.choice.value.speaker).toBe("chosen");
	speakers = ["other"];
	devices.dispatchEvent(new Event("devicechange"));
	await settle();
	expect(local.choice.value.speaker).toBeUndefined();
	expect(local.unplugged.value).toEqual({ key: "speakerReplaced" });
});
