import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LocalMedia } from "../media/local";
import { Conference } from "../meeting/conference";
import { joined, me, person } from "../meeting/fixtures";
import type { SlotState } from "../protocol";
import { Meeting } from "./meeting";

const WEAK = "Your connection is weak: you hear everybody, pictures are paused";

let root: HTMLElement;
let conference: Conference;
const connected = signal(true);

beforeEach(async () => {
	connected.value = true;
	conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	Object.assign(conference, { mediaConnected: connected });
	conference.state.joined(
		joined({
			participants: ["a", "b", "c"].map((id) => person(id)),
			slots: [slot("v0", "b", false), slot("v1", "c", false)],
		}),
	);
	root = document.createElement("div");
	await act(() => render(<Meeting conference={conference} />, root));
});

afterEach(() => render(null, root));

function slot(slot: string, participant: string, paused: boolean): SlotState {
	return { slot, kind: "video", participant, paused };
}
const told = (...slots: SlotState[]) => act(() => conference.state.receive({ type: "slots_changed", slots }));
const banner = () => root.querySelector(".banner");

test("one quiet line says that every picture is paused, and none that some are", async () => {
	await told(slot("v0", "b", true));
	expect(banner()?.textContent).toBe("");
	await told(slot("v1", "c", true));
	expect(banner()?.textContent).toBe(WEAK);
	expect(banner()?.classList.contains("weak")).toBe(true);
	await told(slot("v0", "b", false));
	expect(banner()?.textContent).toBe("");
});

test("a lost connection is told before a weak one", async () => {
	await told(slot("v0", "b", true), slot("v1", "c", true));
	await act(() => {
		connected.value = false;
	});
	expect(banner()?.textContent).toBe("Connecting sound and pictures…");
	expect(banner()?.classList.contains("weak")).toBe(false);
});

test("that pictures are paused is told before a camera that is missing all along", async () => {
	await act(() => {
		conference.local.problem.value = "noCamera";
	});
	expect(banner()?.textContent).toBe("No camera was found. You can join without one.");
	await told(slot("v0", "b", true), slot("v1", "c", true));
	expect(banner()?.textContent).toBe(WEAK);
});
