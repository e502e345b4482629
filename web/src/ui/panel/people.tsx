import { useState } from "preact/hooks";
import { language, t } from "../../i18n";
import type { Key } from "../../i18n/en";
import type { Conference } from "../../meeting/conference";
import type { Participant, Role } from "../../protocol";
import { Icon } from "../icons";
import { QualityMark } from "../quality";
import { initials, tint } from "../tile";
import { Lobby } from "./lobby";
import { PersonMenu } from "./person-menu";
import { PhoneCalls } from "./phone-calls";

export const ROLE_NAMES: Record<Role, Key> = {
	host: "host",
	cohost: "cohost",
	participant: "participant",
	listener: "listener",
};

const RANKS: Record<Role, number> = { host: 0, cohost: 1, participant: 2, listener: 3 };

/** Whether what was typed is in a name, unit or position, whatever the case and the accents. */
export function matches(person: Participant, typed: string): boolean {
	const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
	const wanted = plain(typed).split(/\s+/).filter(Boolean);
	const text = plain(`${person.name} ${person.unit} ${person.position}`);
	return wanted.every((word) => text.includes(word));
}

/** Raised hands first, in their order; then this client's user, the chairs, and the others by name. */
export function inOrder(people: readonly Participant[], you: string | null): Participant[] {
	const hand = (person: Participant) => person.hand ?? Number.POSITIVE_INFINITY;
	const rank = (person: Participant) => (person.id === you ? -1 : RANKS[person.role]);
	return [...people].sort(
		(a, b) =>
			(hand(a) === hand(b) ? 0 : hand(a) - hand(b)) || rank(a) - rank(b) || a.name.localeCompare(b.name),
	);
}

/** Everybody who is here, whose turn it is, and who waits to come in. */
export function People({ conference }: { conference: Conference }) {
	const [typed, setTyped] = useState("");
	const { state } = conference;
	const you = state.you.value;
	const all = [...state.participants.value.values()];
	const shown = inOrder(
		all.filter((person) => matches(person, typed)),
		you,
	);
	const hands = state.hands.value;
	const chairs = state.chairs.value;
	return (
		<div class="panel-body">
			{chairs && <Lobby conference={conference} />}
			{chairs && <PhoneCalls conference={conference} />}
			<label class="search">
				<span class="visually-hidden">{t("search")}</span>
				<input
					type="search"
					value={typed}
					placeholder={t("searchPeople")}
					onInput={(event) => setTyped(event.currentTarget.value)}
				/>
			</label>
			{chairs && (
				<div class="row">
					<button
						type="button"
						class="small"
						onClick={() => void conference.ask({ type: "mute", participant: null })}
					>
						{t("muteAll")}
					</button>
					{hands.length > 0 && (
						<button
							type="button"
							class="small"
							onClick={() => void conference.ask({ type: "lower_hands", participant: null })}
						>
							{t("lowerAllHands")}
						</button>
					)}
				</div>
			)}
			<ul class="people" aria-label={t("participants")}>
				{shown.map((person) => (
					<Person
						key={person.id}
						conference={conference}
						person={person}
						turn={person.hand === null ? null : hands.indexOf(person) + 1}
					/>
				))}
			</ul>
			{chairs && <Attendance conference={conference} />}
			{state.self.value?.role === "host" && <WhatPeopleSaid conference={conference} />}
			{shown.length === 0 && <p class="empty">{t("nobodyFound", { text: typed })}</p>}
		</div>
	);
}

/** Who was here, to be taken home in the form that an office needs. */
function Attendance({ conference }: { conference: Conference }) {
	const save = (form: string) =>
		void conference.files.saveExport(`attendance.${form}`, language.value).catch(() => {
			conference.news.value = { key: "failedTitle" };
		});
	return (
		<section class="attendance" aria-label={t("attendance")}>
			<span>{t("attendance")}</span>
			{["pdf", "xlsx", "csv"].map((form) => (
				<button type="button" class="small" key={form} onClick={() => save(form)}>
					{form.toUpperCase()}
				</button>
			))}
		</section>
	);
}

/** What those who left said of sound and pictures, for the host alone. */
function WhatPeopleSaid({ conference }: { conference: Conference }) {
	const form = "csv";
	const save = () =>
		void conference.files.saveExport(`feedback.${form}`, language.value).catch(() => {
			conference.news.value = { key: "failedTitle" };
		});
	return (
		<section class="attendance" aria-label={t("whatPeopleSaid")}>
			<span>{t("whatPeopleSaid")}</span>
			<button type="button" class="small" onClick={save}>
				{form.toUpperCase()}
			</button>
		</section>
	);
}

interface PersonProps {
	conference: Conference;
	person: Participant;
	/** The place among raised hands. */
	turn: number | null;
}

function Person({ conference, person, turn }: PersonProps) {
	const { state } = conference;
	const self = person.id === state.you.value;
	// Chairs are told the whole number.
	const told = state.telephone.numberOf(person.id) ?? person.telephone;
	const number = told === "" ? t("withheld") : told;
	const about = [number === person.name ? "" : number, person.position, person.unit]
		.filter(Boolean)
		.join(", ");
	const role = person.role === "participant" ? "" : t(ROLE_NAMES[person.role]);
	return (
		<li class="person" data-participant={person.id}>
			<span class="avatar" data-tint={tint(person.id)} aria-hidden="true">
				{person.telephone === null ? initials(person.name) : <Icon name="telephone" />}
			</span>
			<span class="who">
				<span class="name">
					<bdi>{person.name}</bdi>
					{self && <span class="soft"> ({t("you")})</span>}
					{person.telephone !== null && <span class="visually-hidden"> ({t("byTelephone")})</span>}
				</span>
				<span class="below-name">
					{role && <span class="role">{role}</span>}
					<bdi class="soft about">{about}</bdi>
					{turn !== null && (
						<span class="hand" title={t("handRaised")}>
							<Icon name="hand" />
							<span class="visually-hidden">{t("handRaised")}: </span>
							{turn}
						</span>
					)}
					{person.screen && <Icon name="screen" />}
					<Icon name={person.microphone ? "microphone" : "microphoneOff"} />
					<span class="visually-hidden">{person.microphone ? t("microphoneOn") : t("muted")}</span>
					<QualityMark quality={person.quality} />
				</span>
			</span>
			<PersonMenu conference={conference} person={person} />
		</li>
	);
}
