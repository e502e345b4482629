import type { Key } from "../i18n/en";

/** What a key can do in a meeting. */
export type Action =
	| "microphone"
	| "camera"
	| "hand"
	| "share"
	| "chat"
	| "people"
	| "polls"
	| "layout"
	| "devices"
	| "leave"
	| "help";

export interface Shortcut {
	action: Action;
	/** As in `KeyboardEvent.key`, in lower case. */
	key: string;
	/** The same with Ctrl or Cmd, which can't be hit by chance and is not switched off. */
	control?: string;
	/** What it does. */
	words: Key;
}

export const SHORTCUTS: readonly Shortcut[] = [
	{ action: "microphone", key: "m", control: "d", words: "keyMicrophone" },
	{ action: "camera", key: "v", control: "e", words: "keyCamera" },
	{ action: "hand", key: "h", words: "keyHand" },
	{ action: "share", key: "s", words: "keyShare" },
	{ action: "chat", key: "c", words: "keyChat" },
	{ action: "people", key: "p", words: "keyPeople" },
	{ action: "polls", key: "o", words: "keyPolls" },
	{ action: "layout", key: "g", words: "keyLayout" },
	{ action: "devices", key: "d", words: "keyDevices" },
	{ action: "leave", key: "l", words: "keyLeave" },
	{ action: "help", key: "?", words: "keyHelp" },
];

/** Where letters are typed, or choose something themselves. */
const TYPING =
	"textarea, select, [contenteditable], [role=menu], input:not([type=checkbox], [type=radio], [type=range], [type=file])";

/** What a key press means; null where it is no shortcut, or somebody is typing, or a dialog is open. */
export function actionOf(event: KeyboardEvent, singleKeys: boolean): Action | null {
	if (event.defaultPrevented || event.repeat || event.isComposing || event.altKey) return null;
	const key = event.key.toLowerCase();
	if (event.ctrlKey || event.metaKey) {
		if (event.shiftKey) return null;
		return SHORTCUTS.find(({ control }) => control === key)?.action ?? null;
	}
	// "?" is a shifted key on most keyboards, and none on others.
	if (!singleKeys || (event.shiftKey && key !== "?")) return null;
	if (event.target instanceof Element && event.target.closest(TYPING)) return null;
	if (document.querySelector("dialog[open]")) return null;
	return SHORTCUTS.find((shortcut) => shortcut.key === key)?.action ?? null;
}

const shortcutFor = (action: Action) => SHORTCUTS.find((shortcut) => shortcut.action === action);

/** The keys of an action as people read them: the letter, as far as it works, and with Ctrl. */
export function keysOf(action: Action, singleKeys: boolean): string[] {
	const { key, control } = shortcutFor(action) ?? {};
	return [
		...(key && singleKeys ? [key.toUpperCase()] : []),
		...(control ? [`Ctrl+${control.toUpperCase()}`] : []),
	];
}

/** What tells of them on a button: a tooltip to those who see, and to screen readers as they want it. */
export function keyHints(
	action: Action,
	singleKeys: boolean,
): { title?: string; "aria-keyshortcuts"?: string } {
	const keys = keysOf(action, singleKeys);
	if (keys.length === 0) return {};
	return { title: keys.join(" · "), "aria-keyshortcuts": keys.join(" ").replaceAll("Ctrl", "Control") };
}
