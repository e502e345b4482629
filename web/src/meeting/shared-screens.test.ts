import { beforeEach, expect, test } from "vitest";
import { joined, person } from "./fixtures";
import { SharedScreens } from "./shared-screens";
import { MeetingState } from "./state";

let state: MeetingState;
let screens: SharedScreens;

const shares = (id: string, screen = true) =>
	state.receive({ type: "participants_changed", changed: [person(id, { screen })], left: [] });
const comes = (participant: string | null) =>
	state.receive({ type: "slots_changed", slots: [{ slot: "s0", kind: "screen", participant }] });
const shown = () => screens.shown.value?.id ?? null;

beforeEach(() => {
	state = new MeetingState();
	screens = new SharedScreens(state);
	state.joined(joined({ participants: ["a", "b", "c", "d"].map((id) => person(id)) }));
});

test("the screen that comes here is shown, and one's own never is", () => {
	expect(shown()).toBeNull();
	shares("a");
	expect(shown()).toBeNull();
	shares("c");
	expect(shown()).toBe("c");
	shares("b");
	comes("b");
	expect([shown(), screens.wanted.value]).toEqual(["b", null]);
});

test("sound is of the screen that is shown, or there is none", () => {
	const sounds = (participant: string | null) =>
		state.receive({ type: "slots_changed", slots: [{ slot: "as", kind: "screen_audio", participant }] });
	for (const id of ["b", "c"]) shares(id);
	comes("b");
	expect(screens.sound.value).toBeNull();
	sounds("b");
	expect(screens.sound.value).toBe("as");
	screens.choose("c");
	expect(screens.sound.value).toBeNull();
	sounds("c");
	expect(screens.sound.value).toBe("as");
});

test("what the user chose is shown as long as it is shared, and then another takes its place", () => {
	for (const id of ["b", "c"]) shares(id);
	comes("c");
	screens.choose("b");
	expect([shown(), screens.wanted.value]).toEqual(["b", "b"]);
	comes("b");
	shares("d");
	expect(shown()).toBe("b");
	shares("b", false);
	comes(null);
	expect([shown(), screens.wanted.value]).toEqual(["d", null]);
	comes("c");
	expect(shown()).toBe("c");
});
