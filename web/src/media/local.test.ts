import { beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "./local";

class FakeTrack extends EventTarget {
	enabled = true;
	stopped = false;
	stop(): void {
		this.stopped = true;
	}
}

let cameras: { track: FakeTrack; open(): void; fail(name: string): void }[];

beforeEach(() => {
	localStorage.clear();
	cameras = [];
	const getUserMedia = (constraints: MediaStreamConstraints) =>
		new Promise<MediaStream>((resolve, reject) => {
			const track = new FakeTrack();
			const stream = { getVideoTracks: () => [track], getAudioTracks: () => [track] };
			const open = () => resolve(stream as unknown as MediaStream);
			if (constraints.audio) open();
			else cameras.push({ track, open, fail: (name) => reject(Object.assign(new Error(), { name })) });
		});
	vi.stubGlobal("navigator", { ...navigator, mediaDevices: { getUserMedia } });
});

const settle = () => new Promise((resolve) => setTimeout(resolve));

test("a camera that is switched off while it opens stays off, and its light goes off", async () => {
	const local = new LocalMedia();
	const starting = local.start();
	await settle();
	await local.setCamera(false);
	cameras[0]?.open();
	await starting;
	expect(local.camera.value).toBeNull();
	expect(cameras[0]?.track.stopped).toBe(true);
});

test("of two that open at once one stays open", async () => {
	const local = new LocalMedia();
	const starting = local.start();
	await settle();
	const again = local.setCamera(true);
	await settle();
	for (const camera of cameras) camera.open();
	await Promise.all([starting, again]);
	expect(cameras.map((camera) => camera.track.stopped)).toEqual([true, false]);
	expect(local.camera.value).toBe(cameras[1]?.track);
});

test("a camera that fails is off, and the reason is told", async () => {
	const local = new LocalMedia();
	const starting = local.start();
	await settle();
	cameras[0]?.fail("NotReadableError");
	await starting;
	expect(local.cameraOn.value).toBe(false);
	expect(local.problem.value).toBe("deviceBusy");
});

test("a camera that is unplugged gives way to another", async () => {
	const local = new LocalMedia();
	const starting = local.start();
	await settle();
	cameras[0]?.open();
	await starting;
	cameras[0]?.track.dispatchEvent(new Event("ended"));
	await settle();
	cameras[1]?.open();
	await settle();
	expect(local.camera.value).toBe(cameras[1]?.track);
});
