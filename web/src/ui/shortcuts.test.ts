import { afterEach, expect, test } from "vitest";
import { actionOf, keyHints, keysOf, SHORTCUTS } from "./shortcuts";

afterEach(() => document.body.replaceChildren());

/** Presses a key within an element; gives what it means. */
function press(
	key: string,
	init: KeyboardEventInit = {},
	within: Element = document.body,
	singleKeys = true,
) {
	let meant: ReturnType<typeof actionOf> = null;
	const listener = (event: Event) => {
		meant = actionOf(event as KeyboardEvent, singleKeys);
	};
	addEventListener("keydown", listener, { once: true });
	within.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...init }));
	return meant;
}

function within(html: string): Element {
	document.body.innerHTML = html;
	return document.body.querySelector("#here") as Element;
}

test("each shortcut has a key of its own", () => {
	for (const { action, key } of SHORTCUTS) expect(press(key)).toBe(action);
	expect(new Set(SHORTCUTS.map(({ key }) => key)).size).toBe(SHORTCUTS.length);
});

test("capitals are the same keys, and the question mark is one with Shift", () => {
	expect(press("M")).toBe("microphone");
	expect(press("?", { shiftKey: true })).toBe("help");
	expect(press("M", { shiftKey: true })).toBeNull();
});

test.each([
	'<input id="here">',
	'<input id="here" type="search">',
	'<textarea id="here"></textarea>',
	'<select id="here"></select>',
	'<p contenteditable="true"><b id="here">text</b></p>',
	'<div role="menu"><button id="here" role="menuitem">item</button></div>',
])("a letter that is typed in %s is no shortcut, but one with Ctrl is", (html) => {
	const here = within(html);
	expect(press("m", {}, here)).toBeNull();
	expect(press("d", { ctrlKey: true }, here)).toBe("microphone");
});

test("a letter on a button or a switch is one", () => {
	expect(press("m", {}, within('<button id="here">b</button>'))).toBe("microphone");
	expect(press("m", {}, within('<input id="here" type="checkbox">'))).toBe("microphone");
});

test("while a dialog is open letters are none", () => {
	expect(press("m", {}, within('<dialog open><button id="here">b</button></dialog>'))).toBeNull();
});

test("what the browser or the system means by a key stays theirs, and a key that is held counts once", () => {
	expect(press("c", { ctrlKey: true })).toBeNull();
	expect(press("d", { ctrlKey: true, shiftKey: true })).toBeNull();
	expect(press("d", { altKey: true })).toBeNull();
	expect(press("h", { repeat: true })).toBeNull();
});

test("single keys can be switched off; those with Ctrl stay, and what is told of keys follows", () => {
	expect(press("m", {}, document.body, false)).toBeNull();
	expect(press("?", {}, document.body, false)).toBeNull();
	expect(press("e", { metaKey: true }, document.body, false)).toBe("camera");
	expect(keysOf("microphone", true)).toEqual(["M", "Ctrl+D"]);
	expect(keysOf("microphone", false)).toEqual(["Ctrl+D"]);
	expect(keyHints("microphone", true)).toEqual({ title: "M · Ctrl+D", "aria-keyshortcuts": "M Control+D" });
	expect(keyHints("hand", false)).toEqual({});
});
