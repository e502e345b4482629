import { useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { ParticipantTile } from "./participant-tile";
import { useView } from "./use-view";
import { useSize } from "./window";

const GAP = 8;
/** The width of a tile in the strip, in CSS pixels. */
const STRIP_TILE = 160;

/** Who is seen large: whom this user pinned, whom the chair put into the spotlight, or whoever spoke last. */
export function mainParticipants(conference: Conference, latest: string | null): string[] {
	const { state, layout } = conference;
	const here = (id: string | null): id is string => id !== null && state.participants.value.has(id);
	if (here(layout.pinned.value)) return [layout.pinned.value];
	const spotlit = state.chairing.spotlit.value.filter(here);
	if (spotlit.length > 0) return [...spotlit];
	const others = state.others.value;
	const speaker = [state.dominant.value, latest].find((id) => here(id) && id !== state.you.value);
	return [
		speaker ?? others.find(({ camera }) => camera)?.id ?? others[0]?.id ?? state.you.value ?? "",
	].filter(Boolean);
}

/** One large, and the others in a strip as far as there is room. */
export function SpeakerView({ conference }: { conference: Conference }) {
	const { state, layout } = conference;
	const region = useRef<HTMLElement>(null);
	const latest = useRef<string | null>(null);
	const size = useSize(region);
	const dominant = state.dominant.value;
	if (dominant && dominant !== state.you.value) latest.current = dominant;
	const main = mainParticipants(conference, latest.current);
	const room = Math.max(1, Math.floor((size.width + GAP) / (STRIP_TILE + GAP)));
	const strip = [...state.participants.value.keys()]
		.filter((id) => !main.includes(id) && !(layout.hidesSelf.value && id === state.you.value))
		.slice(0, room);
	const mainHeight = Math.max(1, size.height - (STRIP_TILE * 9) / 16 - GAP);
	useView(conference, size.width > 0, [
		...main.map((id) => ({ id, height: mainHeight / Math.ceil(Math.sqrt(main.length)) })),
		...strip.map((id) => ({ id, height: (STRIP_TILE * 9) / 16 })),
	]);
	return (
		<section class="stage speaker-view" aria-label={t("participants")} ref={region} data-main={main.length}>
			<ul class="main-tiles">
				{main.map((id) => (
					<ParticipantTile key={id} conference={conference} id={id} />
				))}
			</ul>
			<ul class="strip">
				{strip.map((id) => (
					<ParticipantTile key={id} conference={conference} id={id} />
				))}
			</ul>
		</section>
	);
}
