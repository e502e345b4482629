import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { NOTHING } from "../meeting/view";
import { capacity, chooseShown, fitGrid } from "./layout";
import { Tile } from "./tile";
import { useHidden, useSize } from "./window";

const GAP = 8;
/** Narrower tiles show nobody's face. */
const MIN_TILE = 150;
const MOST_TILES = 25;

/** Everybody, as far as the window has room. */
export function Grid({ conference }: { conference: Conference }) {
	const { state, local } = conference;
	const region = useRef<HTMLElement>(null);
	const size = useSize(region);
	const hidden = useHidden();

	const participants = state.participants.value;
	const room = capacity(size.width, size.height, GAP, MIN_TILE, MOST_TILES);
	const slots = state.videoSlotOf.value;
	const dominant = state.dominant.value;
	const you = state.you.value;
	const crowded = participants.size > room;
	const shown = chooseShown(
		[...participants.keys()],
		crowded ? room - 1 : room,
		(id) => id === you || id === dominant || slots.has(id),
	);
	const grid = fitGrid(shown.length + (crowded ? 1 : 0), size.width, size.height, GAP);

	const ratio = window.devicePixelRatio || 1;
	// Everybody is asked for, shown or not: the server puts speakers first, and they come onto the screen.
	const everybody = [...shown, ...[...participants.keys()].filter((id) => !shown.includes(id))];
	const wanted = everybody
		.filter((id) => id !== you)
		.sort((a, b) => Number(b === dominant) - Number(a === dominant));
	const height = Math.max(1, Math.round(grid.height * ratio));
	const width = Math.max(1, Math.round(grid.width * ratio));
	const tiles = wanted.slice(0, 64).map((participant) => ({ participant, width, height }));
	const view = hidden ? NOTHING : { tiles, speaker: null, screen: true };
	const key = JSON.stringify(view);
	useEffect(() => {
		if (size.width > 0) conference.setView(view);
	}, [key, size.width > 0]);

	const tracks = conference.subscriber.value?.tracks.value;
	const style = { "--columns": grid.columns, "--tile-width": `${grid.width}px` };
	return (
		<section class="stage" aria-label={t("participants")} ref={region}>
			<ul class="grid" ref={(list) => setProperties(list, style)}>
				{shown.map((id) => {
					const participant = participants.get(id);
					if (!participant) return null;
					const self = id === you;
					const slot = self ? undefined : state.slots.value.get(slots.get(id) ?? "");
					const track = self
						? local.camera.value
						: slot?.pictured && participant.camera
							? (tracks?.get(slot.slot) ?? null)
							: null;
					return (
						<Tile
							key={id}
							participant={participant}
							track={track}
							slot={slot?.slot ?? null}
							self={self}
							speaking={id === dominant && participant.microphone}
							paused={slot?.paused && participant.camera}
						/>
					);
				})}
				{crowded && <li class="tile more">{t("moreHere", { n: participants.size - shown.length })}</li>}
			</ul>
		</section>
	);
}

/** Through the CSSOM: the Content-Security-Policy allows no style attributes. */
function setProperties(element: HTMLElement | null, properties: Record<string, string | number>): void {
	for (const [name, value] of Object.entries(properties)) element?.style.setProperty(name, String(value));
}
