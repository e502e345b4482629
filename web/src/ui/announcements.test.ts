import { expect, test } from "vitest";
import { person } from "../meeting/fixtures";
import type { ChatMessage, Participant } from "../protocol";
import { announcementsBetween, type Moment } from "./announcements";

const moment = (people: Participant[], more: Partial<Moment> = {}): Moment => ({
	you: "a",
	participants: new Map(people.map((p) => [p.id, p])),
	waiting: [],
	messages: [],
	dominant: null,
	...more,
});
const message = (id: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
	id,
	at: 0,
	sender: "b",
	name: "B",
	mine: false,
	text: "hello",
	to: null,
	to_name: null,
	file: null,
	...more,
});
const told = (before: Moment, now: Moment, wanted = { speaker: false, chat: true }) =>
	announcementsBetween(before, now, wanted);
const [a, b, c] = ["a", "b", "c"].map((id) => person(id)) as [Participant, Participant, Participant];

test("who came and who left is told by name, several at once in one sentence, and many by their number", () => {
	expect(told(moment([a]), moment([a, b]))).toEqual(["B joined"]);
	expect(told(moment([a]), moment([a, b, c]))).toEqual(["B and C joined"]);
	const many = Array.from({ length: 20 }, (_, i) => person(`p${i}`));
	expect(told(moment([a, b]), moment([a, ...many]))).toEqual(["20 people joined", "B left"]);
	expect(told(moment([a, ...many]), moment([a]))).toEqual(["20 people left"]);
});

test("nothing is told of what was undone meanwhile, nor of one's own coming to another seat", () => {
	expect(told(moment([a, b]), moment([a, b]))).toEqual([]);
	expect(told(moment([a, b]), moment([person("a2"), b], { you: "a2" }))).toEqual([]);
});

test("raised hands and shared screens are told once, and not that they end", () => {
	const [hand, screen] = [person("b", { hand: 1 }), person("c", { screen: true })];
	expect(told(moment([a, b, c]), moment([a, hand, screen]))).toEqual([
		"Hand raised: B",
		"Sharing the screen now: C",
	]);
	expect(told(moment([a, hand, screen]), moment([a, hand, screen]))).toEqual([]);
	expect(told(moment([a, hand, screen]), moment([a, b, c]))).toEqual([]);
});

test("what one has switched oneself is told, also where another did it", () => {
	const off = person("a", { microphone: false, camera: false, hand: 2 });
	expect(told(moment([a]), moment([off]))).toEqual(["Muted", "Camera off", "Hand raised"]);
	expect(told(moment([off]), moment([a]))).toEqual(["Microphone on", "Camera on", "Hand lowered"]);
});

test("messages are read out unless they can be read already, shortened, and counted where they are many", () => {
	const [before, people] = [moment([a, b], { messages: [message(1)] }), [a, b]];
	const after = (...messages: ChatMessage[]) => moment(people, { messages: [message(1), ...messages] });
	expect(told(before, after(message(2)))).toEqual(["B writes: hello"]);
	expect(told(before, after(message(2, { to: "a" })))).toEqual(["B writes to you: hello"]);
	expect(told(before, after(message(2, { mine: true })))).toEqual([]);
	expect(told(before, after(message(2), message(3), message(4)))).toEqual(["3 new messages"]);
	expect(told(before, after(message(2)), { speaker: false, chat: false })).toEqual([]);
	expect(told(before, after(message(2, { text: "😀".repeat(300) })))).toEqual([
		`B writes: ${"😀".repeat(200)}…`,
	]);
	const file = { id: "f", name: "plan.pdf", media_type: "application/pdf", size: 1 };
	expect(told(before, after(message(2, { text: "", file })))).toEqual(["B sent a file: plan.pdf"]);
});

test("who waits is told to chairs, who alone know of them", () => {
	const waiting = [{ id: "w", name: "W", unit: "", position: "", seconds: 0, telephone: null }];
	expect(told(moment([a]), moment([a], { waiting }))).toEqual(["In the lobby: W"]);
});

test("who speaks is told only where that is wanted, and never of oneself", () => {
	const speaking = moment([a, b], { dominant: "b" });
	expect(told(moment([a, b]), speaking)).toEqual([]);
	expect(told(moment([a, b]), speaking, { speaker: true, chat: true })).toEqual(["B is speaking"]);
	expect(told(speaking, speaking, { speaker: true, chat: true })).toEqual([]);
	expect(told(speaking, moment([a, b], { dominant: "a" }), { speaker: true, chat: true })).toEqual([]);
});
