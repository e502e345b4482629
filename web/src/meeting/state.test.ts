import { expect, test } from "vitest";
import type { Event } from "../protocol";
import { joined, person } from "./fixtures";
import { MeetingState } from "./state";

const seated = joined({
	slots: [
		{ slot: "a0", kind: "audio", participant: "b" },
		{ slot: "v0", kind: "video", participant: "b" },
		{ slot: "v1", kind: "video", participant: null },
	],
});

test("joining tells who is here and who is where", () => {
	const state = new MeetingState();
	state.joined(seated);
	expect(state.others.value.map((p) => p.id)).toEqual(["b"]);
	expect(state.videoSlotOf.value.get("b")).toBe("v0");
});

test("differences are applied: newcomers, changes and departures, in order of arrival", () => {
	const state = new MeetingState();
	state.joined(seated);
	state.receive({
		type: "participants_changed",
		changed: [person("c"), person("b", { camera: false })],
		left: [],
	});
	expect(state.others.value.map((p) => [p.id, p.camera])).toEqual([
		["b", false],
		["c", true],
	]);
	state.receive({ type: "participants_changed", changed: [], left: ["b"] });
	expect(state.others.value.map((p) => p.id)).toEqual(["c"]);
});

test("a slot that is emptied or given to another is followed", () => {
	const state = new MeetingState();
	state.joined(seated);
	state.receive({ type: "slots_changed", slots: [{ slot: "v1", kind: "video", participant: "c" }] });
	state.receive({ type: "slots_changed", slots: [{ slot: "v0", kind: "video", participant: null }] });
	expect([...state.videoSlotOf.value]).toEqual([["c", "v1"]]);
});

const told = (slot: string, participant: string | null, paused: boolean): Event => ({
	type: "slots_changed",
	slots: [{ slot, kind: slot === "s0" ? "screen" : "video", participant, paused }],
});

test("a slot that is paused still holds the picture that came, and goes on", () => {
	const state = new MeetingState();
	state.joined(seated);
	state.receive(told("v0", "b", true));
	expect(state.slots.value.get("v0")).toMatchObject({ participant: "b", paused: true, pictured: true });
	expect(state.videoSlotOf.value.get("b")).toBe("v0");
	state.receive(told("v0", "b", false));
	expect(state.slots.value.get("v0")).toMatchObject({ paused: false, pictured: true });
});

test("the picture in a slot is never taken for that of whoever it is held back from", () => {
	const state = new MeetingState();
	state.joined(seated);
	state.receive(told("v0", "c", true)); // what its video shows is still b
	expect(state.slots.value.get("v0")).toMatchObject({ participant: "c", pictured: false });
	state.receive(told("v0", "c", true));
	expect(state.slots.value.get("v0")).toMatchObject({ pictured: false });
	state.receive(told("v0", null, false));
	state.receive(told("v0", "c", false));
	expect(state.slots.value.get("v0")).toMatchObject({ participant: "c", pictured: true });
});

test("all pictures are paused when none comes, the shared screen's among them", () => {
	const state = new MeetingState();
	state.joined({ ...seated, slots: [{ slot: "a0", kind: "audio", participant: "b" }] });
	expect(state.allPaused.value).toBe(false);
	state.receive(told("v0", "b", true));
	expect(state.allPaused.value).toBe(true);
	state.receive(told("s0", "b", false));
	expect(state.allPaused.value).toBe(false);
	state.receive(told("s0", "b", true));
	expect(state.allPaused.value).toBe(true);
	state.receive(told("v0", "b", false));
	expect(state.allPaused.value).toBe(false);
});

test("whose connection is better or worse is followed, and of those who are gone nothing is kept", () => {
	const state = new MeetingState();
	state.joined(seated);
	state.receive({
		type: "qualities_changed",
		changed: [
			{ participant: "b", quality: "poor" },
			{ participant: "gone", quality: "lost" },
		],
	});
	expect([...state.participants.value.values()].map(({ id, quality }) => [id, quality])).toEqual([
		["a", "good"],
		["b", "poor"],
	]);
});

test("a resumed connection replaces all that was known", () => {
	const state = new MeetingState();
	state.joined(seated);
	state.reconnecting.value = true;
	state.joined({ ...seated, resumed: true, participants: [person("a")], slots: [] });
	expect(state.others.value).toEqual([]);
	expect(state.reconnecting.value).toBe(false);
});

test("the shared screen is in a slot of its own, and is not the camera of whoever shares it", () => {
	const state = new MeetingState();
	state.joined(seated);
	expect(state.screenSlot.value).toBeNull();
	state.receive({ type: "participants_changed", changed: [person("b", { screen: true })], left: [] });
	expect(state.screenSlot.value).toBeNull();
	state.receive({ type: "slots_changed", slots: [{ slot: "s0", kind: "screen", participant: "b" }] });
	expect(state.screenSlot.value).toMatchObject({ slot: "s0", participant: "b" });
	expect([...state.videoSlotOf.value]).toEqual([["b", "v0"]]);
	state.receive({ type: "slots_changed", slots: [{ slot: "s0", kind: "screen", participant: null }] });
	expect(state.screenSlot.value).toBeNull();
});

test("a server that is to stop says when, and whoever joins the next one is not told any more", () => {
	const state = new MeetingState();
	state.joined(seated);
	expect(state.stopsAt.value).toBeNull();
	state.receive({ type: "server_stopping", seconds: 10 });
	expect((state.stopsAt.value ?? 0) - Date.now()).toBeGreaterThan(9_000);
	state.joined(seated);
	expect(state.stopsAt.value).toBeNull();
});
