import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import type { Subscriber } from "../media/subscriber";
import { Conference } from "../meeting/conference";
import { joined, me, person } from "../meeting/fixtures";
import type { Shown } from "../meeting/view";
import type { Event } from "../protocol";
import { Grid } from "./grid";

let root: HTMLElement;
let conference: Conference;
let setView: ReturnType<typeof vi.fn<(shown: Shown) => void>>;

beforeEach(async () => {
	vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(648);
	vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(180);
	conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	setView = vi.fn<(shown: Shown) => void>();
	conference.setView = setView;
	conference.state.joined(joined());
	root = document.createElement("div");
	await act(() => render(<Grid conference={conference} />, root));
});

afterEach(() => {
	render(null, root);
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});

/** Takes anything for a track. */
const AnyStream = class extends MediaStream {
	constructor(_: MediaStreamTrack[]) {
		super();
	}
};

/** There is a track in the slot v0. */
async function receiving(): Promise<void> {
	const tracks = signal(new Map([["v0", {} as MediaStreamTrack]]));
	vi.stubGlobal("MediaStream", AnyStream);
	await act(() => {
		conference.subscriber.value = { tracks } as unknown as Subscriber;
	});
}

async function hide(hidden: boolean): Promise<void> {
	vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
	await act(() => {
		document.dispatchEvent(new Event("visibilitychange"));
	});
}

const SHOWN = {
	tiles: [{ participant: "b", width: 320, height: 180 }],
	speaker: null,
	screen: true,
	sharer: null,
	screen_audio: true,
};

test("the others' tiles are told in their size, and that a shared screen would be shown", () => {
	expect(setView.mock.lastCall).toEqual([SHOWN]);
});

const told = (paused: boolean): Event => ({
	type: "slots_changed",
	slots: [{ slot: "v0", kind: "video", participant: "b", paused }],
});
const tile = () => root.querySelector("[data-participant=b]");

test("a paused picture stays as a still that says why, and is the very same video when it goes on", async () => {
	await receiving();
	await act(() => conference.state.receive(told(false)));
	const video = tile()?.querySelector("video");
	expect(video).not.toBeNull();
	expect(tile()?.textContent).not.toContain("Paused");
	await act(() => conference.state.receive(told(true)));
	expect(tile()?.hasAttribute("data-paused")).toBe(true);
	expect(tile()?.querySelector(".held-back")?.textContent).toBe("Paused: weak connection");
	expect(tile()?.querySelector("video")).toBe(video);
	await act(() => conference.state.receive(told(false)));
	expect(tile()?.hasAttribute("data-paused")).toBe(false);
	expect(tile()?.querySelector(".held-back")).toBeNull();
	expect(tile()?.querySelector("video")).toBe(video);
});

test("who is paused before any picture came is shown by initials, not by whatever the slot showed", async () => {
	await receiving();
	await act(() => conference.state.receive(told(true)));
	expect(tile()?.querySelector("video")).toBeNull();
	expect(tile()?.querySelector(".avatar")?.textContent).toBe("B");
	expect(tile()?.querySelector(".held-back")?.textContent).toBe("Paused: weak connection");
});

test("a camera that is off is off, and not paused", async () => {
	await receiving();
	await act(() => {
		conference.state.receive(told(true));
		const off = { ...person("b"), camera: false };
		conference.state.receive({ type: "participants_changed", changed: [off], left: [] });
	});
	expect(tile()?.querySelector(".held-back")).toBeNull();
});

test("a hidden tab shows nothing, and when it is in front again what it showed", async () => {
	await hide(true);
	expect(setView.mock.lastCall).toEqual([
		{ tiles: [], speaker: null, screen: false, sharer: null, screen_audio: true },
	]);
	await hide(false);
	expect(setView.mock.lastCall).toEqual([SHOWN]);
});

test("a hidden tab goes on to show what floats above others, and no more", async () => {
	const floats = async (participant: string | null) => {
		await act(() => {
			conference.layout.floating.value = { participant, height: 270 };
		});
	};
	await floats("b");
	await hide(true);
	expect(setView.mock.lastCall).toEqual([
		{ ...SHOWN, tiles: [{ participant: "b", width: 480, height: 270 }], screen: false },
	]);
	await floats(null);
	expect(setView.mock.lastCall).toEqual([{ ...SHOWN, tiles: [] }]);
});
