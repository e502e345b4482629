import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import type { Subscriber } from "../media/subscriber";
import { Conference } from "../meeting/conference";
import { joined, me, person } from "../meeting/fixtures";
import { Sharing } from "../meeting/sharing";
import { ShareButton, SharingNote } from "./share-button";
import { SharedScreen } from "./shared-screen";

/** Takes anything for a track. */
const AnyStream = class extends MediaStream {
	constructor(_: MediaStreamTrack[]) {
		super();
	}
};
let root: HTMLElement;
const sharer = person("b", { name: "<b>Ketut</b>", screen: true });

beforeEach(() => {
	root = document.createElement("div");
});

test("a shared screen says whose it is, before there is a picture too", () => {
	const conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	render(<SharedScreen conference={conference} sharer={sharer} />, root);
	expect(root.querySelector("section")?.getAttribute("aria-label")).toBe("Shared screen");
	expect(root.querySelector("h2")?.textContent).toBe("<b>Ketut</b> is sharing their screen");
	expect(root.querySelector("video")).toBeNull();
});

test("a shared screen that is paused stays as a still, and says why", async () => {
	vi.stubGlobal("MediaStream", AnyStream);
	const conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	const tracks = signal(new Map([["s0", {} as MediaStreamTrack]]));
	conference.subscriber.value = { tracks } as unknown as Subscriber;
	const told = (paused: boolean) =>
		act(() =>
			conference.state.receive({
				type: "slots_changed",
				slots: [{ slot: "s0", kind: "screen", participant: "b", paused }],
			}),
		);
	const note = () => root.querySelector("[role=status]")?.textContent;
	await act(() => render(<SharedScreen conference={conference} sharer={sharer} />, root));
	expect(note()).toBe("The screen is about to appear…");
	await told(true);
	expect(root.querySelector("video")).toBeNull();
	expect(note()).toBe("The shared screen is paused: your connection is too weak for it");
	await told(false);
	const video = root.querySelector("video");
	expect([video === null, note()]).toEqual([false, ""]);
	await told(true);
	expect(root.querySelector("video")).toBe(video);
	expect(root.querySelector("section")?.hasAttribute("data-paused")).toBe(true);
	expect(note()).toBe("The shared screen is paused: your connection is too weak for it");
	vi.unstubAllGlobals();
});

test("of several screens one is chosen", async () => {
	const conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	const sharers = ["b", "c"].map((id) => person(id, { screen: true }));
	conference.state.joined(joined({ participants: [person("a"), ...sharers] }));
	const shown = () => conference.screens.shown.value ?? sharer;
	const show = () => act(() => render(<SharedScreen conference={conference} sharer={shown()} />, root));
	const buttons = () => [...root.querySelectorAll<HTMLButtonElement>("fieldset button")];
	await show();
	expect(
		buttons().map((b) => [b.getAttribute("aria-label"), b.textContent, b.getAttribute("aria-pressed")]),
	).toEqual([
		["B's screen", "B", "false"],
		["C's screen", "C", "true"],
	]);
	await act(() => buttons()[0]?.click());
	await show();
	expect(conference.screens.wanted.value).toBe("b");
	expect(buttons().map((b) => b.getAttribute("aria-pressed"))).toEqual(["true", "false"]);
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
	const film = root.querySelector<HTMLInputElement>("input[type=checkbox]");
	await act(() => {
		if (film) film.checked = true;
		film?.dispatchEvent(new Event("change"));
	});
	expect(sharing.content.value).toBe("motion");
	await act(() => root.querySelector("button")?.click());
	expect(stop).toHaveBeenCalled();
	expect(root.textContent).toBe("");
});
