import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { Icon } from "./icons";
import { capacity, fitGrid } from "./layout";
import { pageOf } from "./paging";
import { ParticipantTile } from "./participant-tile";
import { useView } from "./use-view";
import { useSize } from "./window";

const GAP = 8;
/** Narrower tiles show nobody's face. */
const MIN_TILE = 150;
const MOST_TILES = 49;
/** The height of the page buttons with their gap, in CSS pixels. */
const PAGER = 52;

/** Everybody, page by page as far as the window has room. */
export function Grid({ conference }: { conference: Conference }) {
	const { state, layout } = conference;
	const region = useRef<HTMLElement>(null);
	const size = useSize(region);
	const you = state.you.value;
	const everybody = [...state.participants.value.keys()].filter(
		(id) => !(layout.hidesSelf.value && id === you),
	);
	const all = capacity(size.width, size.height, GAP, MIN_TILE, MOST_TILES);
	const crowded = everybody.length > all;
	const height = crowded ? Math.max(1, size.height - PAGER) : size.height;
	const room = crowded ? capacity(size.width, height, GAP, MIN_TILE, MOST_TILES) : all;
	const called = [...state.chairing.spotlit.value, layout.pinned.value, state.dominant.value].filter(
		(id): id is string => id !== null,
	);
	const { ids, page, pages } = pageOf(everybody, room, layout.page.value, called);
	const grid = fitGrid(ids.length, size.width, height, GAP);
	useEffect(() => {
		layout.page.value = page;
	}, [page, layout]);

	const first = new Set(called);
	const wanted = [...ids].sort((a, b) => Number(first.has(b)) - Number(first.has(a)));
	useView(
		conference,
		size.width > 0,
		wanted.map((id) => ({ id, height: grid.height })),
	);

	const style = { "--columns": grid.columns, "--tile-width": `${grid.width}px` };
	return (
		<section class="stage" aria-label={t("participants")} ref={region}>
			<ul class="grid" ref={(list) => setProperties(list, style)}>
				{ids.map((id) => (
					<ParticipantTile key={id} conference={conference} id={id} />
				))}
			</ul>
			{pages > 1 && (
				<nav class="pager" aria-label={t("pages")}>
					<button
						type="button"
						class="icon-only"
						aria-disabled={page === 0}
						aria-label={t("previousPage")}
						onClick={() => {
							layout.page.value = Math.max(0, page - 1);
						}}
					>
						<Icon name="previous" />
					</button>
					<span role="status">{t("pageOf", { page: page + 1, pages })}</span>
					<button
						type="button"
						class="icon-only"
						aria-disabled={page === pages - 1}
						aria-label={t("nextPage")}
						onClick={() => {
							layout.page.value = Math.min(pages - 1, page + 1);
						}}
					>
						<Icon name="next" />
					</button>
				</nav>
			)}
		</section>
	);
}

/** Through the CSSOM: the Content-Security-Policy allows no style attributes. */
function setProperties(element: HTMLElement | null, properties: Record<string, string | number>): void {
	for (const [name, value] of Object.entries(properties)) element?.style.setProperty(name, String(value));
}
