import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../../media/local";
import { Conference } from "../../meeting/conference";
import { joined, me } from "../../meeting/fixtures";
import { Chat } from "./chat";

let root: HTMLElement;
let asked: string[];
/** Answers the oldest request that waits. */
let answer: (done: boolean) => Promise<void>;

beforeEach(async () => {
	const conference = new Conference("abc-defg-hjk", me, new LocalMedia());
	conference.state.joined(joined());
	asked = [];
	const waiting: ((done: boolean) => void)[] = [];
	vi.spyOn(conference, "say").mockImplementation((text) => {
		asked.push(text);
		return new Promise((resolve) => waiting.push(resolve));
	});
	answer = (done) => act(async () => waiting.shift()?.(done));
	root = document.createElement("div");
	document.body.append(root);
	await act(() => render(<Chat conference={conference} />, root));
});

afterEach(() => {
	render(null, root);
	root.remove();
});

const box = () => root.querySelector("textarea") as HTMLTextAreaElement;
const write = (text: string) =>
	act(() => {
		box().value = text;
		box().dispatchEvent(new Event("input", { bubbles: true }));
	});
const enter = () =>
	act(() => {
		box().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
	});

test("whoever types on while a message is under way loses nothing", async () => {
	await write("first");
	await enter();
	await write("second");
	await enter();
	await write("third");
	await answer(true);
	await answer(true);
	expect(asked).toEqual(["first", "second"]);
	expect(box().value).toBe("third");
});

test("what was refused is back in the box, unless something else is there by then", async () => {
	await write("refused");
	await enter();
	expect(box().value).toBe("");
	await answer(false);
	expect(box().value).toBe("refused");
	await enter();
	await write("another");
	await answer(false);
	expect(box().value).toBe("another");
});
