import { effect, type Signal, signal } from "@preact/signals";
import { recall, remember } from "./storage";

/** Whether single letters are shortcuts: who dictates, or hits keys by chance, switches them off (WCAG 2.1.4). */
export const singleKeys = remembered("singleKeys", true);

/** Whether screen readers are told who speaks: others hear that anyway. */
export const announcesSpeaker = remembered("announcesSpeaker", false);

/** A switch that this browser remembers from visit to visit, once it was thrown. */
function remembered(key: string, first: boolean): Signal<boolean> {
	const stored = recall(key);
	let known = stored === null ? first : stored === "true";
	const preference = signal(known);
	effect(() => {
		if (preference.value === known) return;
		known = preference.value;
		remember(key, String(known));
	});
	return preference;
}
