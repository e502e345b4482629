import type { Joined, Participant } from "../protocol";
import { EVERYTHING } from "./chairing";

/** For tests: a participant, and what joining is answered with. */
export const person = (id: string, more: Partial<Participant> = {}): Participant => ({
	id,
	name: id.toUpperCase(),
	role: "participant",
	microphone: true,
	camera: true,
	screen: false,
	hand: null,
	unit: "",
	position: "",
	quality: "good",
	telephone: null,
	...more,
});

export const joined = (more: Partial<Joined> = {}): Joined => ({
	type: "joined",
	id: 1,
	you: "a",
	person: "person-secret",
	resume: "secret",
	resumed: false,
	meeting: "abc-defg-hjk",
	participants: [person("a"), person("b")],
	slots: [],
	dominant: null,
	state: {
		title: "",
		policy: EVERYTHING,
		floor: null,
		spotlit: [],
	},
	waiting: [],
	chat: [],
	chat_more: false,
	polls: [],
	telephone: null,
	calls: [],
	...more,
});

export const me = { name: "A", unit: "", position: "" };
