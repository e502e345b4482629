import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import { Conference } from "../meeting/conference";
import { Sharing } from "../meeting/sharing";
import type { Participant } from "../protocol";
import { ShareButton, SharingNote } from "./share-button";
import { SharedScreen } from "./shared-screen";

let root: HTMLElement;
const sharer: Participant = {
	id: "b",
	name: "<b>Ketut</b>",
	role: "participant",
	microphone: true,
	camera: true,
	screen: true,
};

beforeEach(() => {
	root = document.createElement("div");
});

test("a shared screen says whose it is, before there is a picture too", () => {
	const conference = new Conference("abc-defg-hjk", "Wayan", new LocalMedia());
	render(<SharedScreen conference={conference} sharer={sharer} />, root);
	expect(root.querySelector("section")?.getAttribute("aria-label")).toBe("Shared screen");
	expect(root.querySelector("h2")?.textContent).toBe("<b>Ketut</b> is sharing their screen");
	expect(root.querySelector("video")).toBeNull();
});

test("where screens can't be shared there is no button", () => {
	vi.stubGlobal("navigator", { mediaDevices: {} });
	render(<ShareButton sharing={new Sharing(() => null)} />, root);
	expect(root.querySelector("button")).toBeNull();
	vi.unstubAllGlobals();
});

test("who shares is reminded, and can stop", async () => {
	const sharing = new Sharing(() => null);
	render(<SharingNote sharing={sharing} />, root);
	expect(root.textContent).toBe("");
	const stop = vi.fn();
	await act(() => {
		sharing.track.value = { stop } as unknown as MediaStreamTrack;
	});
	expect(root.querySelector("[role=status]")?.textContent).toBe("You are sharing your screen");
	await act(() => root.querySelector("button")?.click());
	expect(stop).toHaveBeenCalled();
	expect(root.textContent).toBe("");
});
