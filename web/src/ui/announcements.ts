import { listText, t } from "../i18n";
import { last } from "../last";
import type { ChatMessage, Participant, Waiting } from "../protocol";

/** What of a meeting screen readers may be told of, at one moment. */
export interface Moment {
	you: string | null;
	participants: ReadonlyMap<string, Participant>;
	waiting: readonly Waiting[];
	messages: readonly ChatMessage[];
	dominant: string | null;
}

/** What is wanted of it. */
export interface Wanted {
	/** Who speaks. */
	speaker: boolean;
	/** What is written: it is read out anyway where the chat is open. */
	chat: boolean;
}

/** As many are named; of more their number is told. */
const MOST_NAMES = 3;
/** As many messages are read out. */
const MOST_MESSAGES = 2;
/** Of a long message that much is read out, in characters. */
const MOST_TEXT = 200;

/**
 * What has happened between two moments, in sentences. What belongs together is one sentence, and what was undone
 * meanwhile is none. Of oneself only what one switched is told.
 */
export function announcementsBetween(before: Moment, now: Moment, wanted: Wanted): string[] {
	const own = new Set([before.you, now.you]);
	const others = (moment: Moment) => [...moment.participants.values()].filter(({ id }) => !own.has(id));
	const newIn = (test: (person: Participant) => boolean) =>
		others(now).filter((person) => {
			const earlier = before.participants.get(person.id);
			return test(person) && !(earlier && test(earlier));
		});
	const names = (people: readonly { name: string }[]) => people.map(({ name }) => name);
	const waited = new Set(before.waiting.map(({ id }) => id));
	return [
		...switched(before, now),
		...merged(names(others(now).filter(({ id }) => !before.participants.has(id))), "namesCame", "manyCame"),
		...merged(names(others(before).filter(({ id }) => !now.participants.has(id))), "namesLeft", "manyLeft"),
		...merged(names(now.waiting.filter(({ id }) => !waited.has(id))), "namesWait", "waitInLobby"),
		...merged(names(newIn(({ hand }) => hand !== null)), "namesRaised", "manyRaised"),
		...merged(names(newIn(({ screen }) => screen)), "namesShare"),
		...(wanted.chat ? written(before, now) : []),
		...(wanted.speaker ? speaks(before, now) : []),
	];
}

type Names = "namesCame" | "namesLeft" | "namesRaised" | "namesShare" | "namesWait";
type Many = "manyCame" | "manyLeft" | "manyRaised" | "waitInLobby";

/** `many` is for what so many can do that nobody wants to hear them all. */
function merged(names: readonly string[], few: Names, many?: Many): string[] {
	if (names.length === 0) return [];
	return [
		many && names.length > MOST_NAMES ? t(many, { n: names.length }) : t(few, { names: listText(names) }),
	];
}

/** What was switched of one's own, by a key perhaps, which moves no focus to where it could be read. */
function switched(before: Moment, now: Moment): string[] {
	const [old, self] = [before, now].map(({ you, participants }) => participants.get(you ?? ""));
	if (!old || !self) return [];
	const told: string[] = [];
	if (old.microphone !== self.microphone) told.push(t(self.microphone ? "microphoneOn" : "muted"));
	if (old.camera !== self.camera) told.push(t(self.camera ? "cameraOn" : "cameraOff"));
	if ((old.hand === null) !== (self.hand === null))
		told.push(t(self.hand === null ? "handLowered" : "handRaised"));
	return told;
}

function written(before: Moment, now: Moment): string[] {
	const newest = last(before.messages)?.id ?? 0;
	const messages = now.messages.filter(({ id, mine }) => id > newest && !mine);
	if (messages.length > MOST_MESSAGES) return [t("manyWrote", { n: messages.length })];
	return messages.map(({ name, text, to, file }) => {
		if (!text && file) return t("sentFile", { name, file: file.name });
		return t(to ? "wrotePrivately" : "wrote", { name, text: shortened(text) });
	});
}

function shortened(text: string): string {
	const characters = [...text];
	return characters.length > MOST_TEXT ? `${characters.slice(0, MOST_TEXT).join("")}…` : text;
}

function speaks(before: Moment, now: Moment): string[] {
	if (now.dominant === null || now.dominant === before.dominant || now.dominant === now.you) return [];
	const name = now.participants.get(now.dominant)?.name;
	return name ? [t("speaks", { name })] : [];
}
