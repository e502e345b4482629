import { useEffect } from "preact/hooks";
import type { LocalMedia } from "../media/local";
import { canShareScreen } from "../media/screen";
import type { Conference } from "../meeting/conference";
import { singleKeys } from "../preferences";
import type { PanelName } from "./panel/panel";
import { type Action, actionOf } from "./shortcuts";

/** What needs a dialog that the page has. */
type Dialogs = Record<"devices" | "help", () => void>;

/** What this client's user can do by button or key. What they may not do now does nothing. */
export function actionsOf(conference: Conference): Record<Exclude<Action, keyof Dialogs>, () => void> {
	const { state, local, layout, sharing } = conference;
	const unlessListening = (act: () => void) => () => {
		if (state.self.value?.role !== "listener") act();
	};
	const toggle = (name: PanelName) => () => {
		layout.panel.value = layout.panel.value === name ? null : name;
	};
	return {
		microphone: unlessListening(() => void local.setMicrophone(!local.microphoneOn.value)),
		camera: unlessListening(() => void local.setCamera(!local.cameraOn.value)),
		hand: () => void conference.ask({ type: "raise_hand", raised: state.self.value?.hand == null }),
		share: unlessListening(() => {
			if (sharing.track.value) sharing.stop();
			else if (canShareScreen()) void sharing.start();
		}),
		chat: toggle("chat"),
		people: toggle("people"),
		polls: toggle("polls"),
		layout: () => {
			layout.name.value = layout.name.value === "speaker" ? "grid" : "speaker";
		},
		// A key that was hit by chance is not to end one's meeting: Enter does.
		leave: () => document.querySelector<HTMLElement>(".controls .leave")?.focus(),
	};
}

/** Microphone and camera by their keys with Ctrl, where there is nothing else that keys could do. */
export function mediaShortcut(event: KeyboardEvent, local: LocalMedia): void {
	const action = actionOf(event, false);
	if (action === "microphone") void local.setMicrophone(!local.microphoneOn.value);
	else if (action === "camera") void local.setCamera(!local.cameraOn.value);
	else return;
	event.preventDefault();
}

/** Has keys do it, as long as the meeting is shown. */
export function useShortcuts(conference: Conference, dialogs: Dialogs): void {
	useEffect(() => {
		const actions = { ...actionsOf(conference), ...dialogs };
		const pressed = (event: KeyboardEvent) => {
			const action = actionOf(event, singleKeys.value);
			if (!action) return;
			event.preventDefault();
			actions[action]();
		};
		addEventListener("keydown", pressed);
		return () => removeEventListener("keydown", pressed);
	}, [conference]);
}
