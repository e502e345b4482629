import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../media/local";
import { FakeSocket } from "../meeting/fake-socket";
import { Room } from "./room";

let root: HTMLElement;

beforeEach(async () => {
	FakeSocket.all = [];
	vi.stubGlobal("WebSocket", FakeSocket);
	vi.stubGlobal("fetch", async () => ({ ok: true, json: async () => ({ participants: 1 }) }));
	localStorage.setItem("balai.name", "Wayan");
	root = document.createElement("div");
	document.body.append(root);
	await act(() => render(<Room code="abc-defg-hjk" />, root));
	await act(() => root.querySelector<HTMLButtonElement>("button[type=submit]")?.click());
	await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
	FakeSocket.all[0]?.opens();
});

afterEach(() => {
	render(null, root);
	root.remove();
	vi.unstubAllGlobals();
	localStorage.clear();
});

const asked = () => FakeSocket.all.flatMap((socket) => socket.asked);

test("whoever goes to another page of the client leaves at once", async () => {
	expect(asked()).toEqual(["join"]);
	await act(() => render(null, root));
	expect(asked()).toEqual(["join", "leave"]);
	expect(FakeSocket.all[0]?.readyState).toBe(3);
});

test.each([
	[false, ["join", "leave"]],
	[true, ["join"]],
])("whose page is hidden leaves, unless it is kept to be shown again (%s)", (persisted, expected) => {
	dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));
	expect(asked()).toEqual(expected);
});

test("a meeting that is full lets go of the camera and says so", async () => {
	const stop = vi.spyOn(LocalMedia.prototype, "stop");
	await act(async () => {
		FakeSocket.all[0]?.answers("join", { type: "error", code: "meeting_full", message: "full" });
	});
	expect(root.textContent).toContain("The meeting is full");
	expect(stop).toHaveBeenCalled();
});
