import { useEffect } from "preact/hooks";
import type { Conference } from "../meeting/conference";
import type { Floating } from "../meeting/floating";
import { NOTHING } from "../meeting/view";
import { useHidden } from "./window";

/** The most tiles that a view can name. */
const MOST = 64;

interface Shown {
	id: string;
	/** In CSS pixels. */
	height: number;
}

/**
 * Tells the server what is on the screen, most wanted first. While nobody can see this page that is what floats above
 * others, if anything does.
 */
export function useView(conference: Conference, ready: boolean, shown: readonly Shown[]): void {
	const { state, layout } = conference;
	const hidden = useHidden();
	const floating = layout.floating.value;
	const ratio = window.devicePixelRatio || 1;
	const pixels = (size: number) => Math.min(16_384, Math.max(1, Math.round(size * ratio)));
	const tiles = withFloating(hidden ? [] : shown, floating)
		.filter(({ id }) => id !== state.you.value)
		.slice(0, MOST)
		.map(({ id, height }) => ({ participant: id, width: pixels((height * 16) / 9), height: pixels(height) }));
	const screen = !hidden || floating?.participant === null;
	const view = { ...NOTHING, tiles, screen, sharer: conference.screens.wanted.value };
	const key = JSON.stringify(view);
	useEffect(() => {
		if (ready) conference.setView(view);
	}, [key, ready]);
}

/** What is shown, and whoever floats: first, and as large as they are anywhere. */
function withFloating(shown: readonly Shown[], floating: Floating | null): readonly Shown[] {
	if (!floating?.participant) return shown;
	const { participant: id, height } = floating;
	const there = shown.find((tile) => tile.id === id)?.height ?? 0;
	return [{ id, height: Math.max(height, there) }, ...shown.filter((tile) => tile.id !== id)];
}
