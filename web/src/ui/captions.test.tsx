import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import { CAPTION_SHOWN } from "../meeting/captions";
import { Conference } from "../meeting/conference";
import { me } from "../meeting/fixtures";
import { CaptionArea } from "./captions";

let root: HTMLElement;
let conference: Conference;

beforeEach(async () => {
	vi.useFakeTimers();
	conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	root = document.createElement("div");
	await act(() => render(<CaptionArea conference={conference} />, root));
});

afterEach(() => {
	render(null, root);
	vi.useRealTimers();
});

const say = (participant: string, text: string, finished = true) =>
	act(() => conference.state.captions.show({ participant, name: participant.toUpperCase(), text }, finished));
const lines = () => [...root.querySelectorAll("p")].map((line) => line.textContent);

test("while nothing is said in words there is no area for it", async () => {
	expect(root.innerHTML).toBe("");
	await say("b", "<b>hello</b>");
	expect(root.querySelector("section")?.getAttribute("aria-label")).toBe("Captions");
	expect(lines()).toEqual(["B: <b>hello</b>"]);
	await act(async () => void vi.advanceTimersByTime(CAPTION_SHOWN));
	expect(root.innerHTML).toBe("");
});

test("a sentence grows in its line until it is finished or another speaks, and who goes on is not named again", async () => {
	await say("b", "We", false);
	await say("b", "We begin", false);
	expect(lines()).toEqual(["B: We begin"]);
	await say("b", "We begin.");
	await say("b", "First");
	expect(lines()).toEqual(["B: We begin.", "First"]);
	await say("c", "Wait", false);
	await say("b", "Yes?");
	expect(lines()).toEqual(["B: First", "C: Wait", "B: Yes?"]);
});
