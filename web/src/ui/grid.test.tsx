import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import { Conference } from "../meeting/conference";
import type { Shown } from "../meeting/view";
import type { Participant } from "../protocol";
import { Grid } from "./grid";

const person = (id: string): Participant => ({
	id,
	name: id,
	role: "participant",
	microphone: true,
	camera: true,
	screen: false,
});

let root: HTMLElement;
let conference: Conference;
let setView: ReturnType<typeof vi.fn<(shown: Shown) => void>>;

beforeEach(async () => {
	vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(648);
	vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(180);
	conference = new Conference("abc-defg-hjk", "a", new LocalMedia());
	setView = vi.fn<(shown: Shown) => void>();
	conference.setView = setView;
	conference.state.joined({
		type: "joined",
		id: 1,
		you: "a",
		resume: "secret",
		resumed: false,
		meeting: "abc-defg-hjk",
		participants: [person("a"), person("b")],
		slots: [],
		dominant: null,
	});
	root = document.createElement("div");
	await act(() => render(<Grid conference={conference} />, root));
});

afterEach(() => {
	render(null, root);
	vi.restoreAllMocks();
});

async function hide(hidden: boolean): Promise<void> {
	vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
	await act(() => {
		document.dispatchEvent(new Event("visibilitychange"));
	});
}

const SHOWN = { tiles: [{ participant: "b", width: 320, height: 180 }], speaker: null, screen: true };

test("the others' tiles are told in their size, and that a shared screen would be shown", () => {
	expect(setView.mock.lastCall).toEqual([SHOWN]);
});

test("a hidden tab shows nothing, and when it is in front again what it showed", async () => {
	await hide(true);
	expect(setView.mock.lastCall).toEqual([{ tiles: [], speaker: null, screen: false }]);
	await hide(false);
	expect(setView.mock.lastCall).toEqual([SHOWN]);
});
