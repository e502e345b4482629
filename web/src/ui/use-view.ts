import { useEffect } from "preact/hooks";
import type { Conference } from "../meeting/conference";
import { NOTHING } from "../meeting/view";
import { useHidden } from "./window";

/** The most tiles that a view can name. */
const MOST = 64;

interface Shown {
	id: string;
	/** In CSS pixels. */
	height: number;
}

/** Tells the server what is on the screen, most wanted first; nothing while nobody can see this page. */
export function useView(conference: Conference, ready: boolean, shown: readonly Shown[]): void {
	const { state } = conference;
	const hidden = useHidden();
	const ratio = window.devicePixelRatio || 1;
	const pixels = (size: number) => Math.min(16_384, Math.max(1, Math.round(size * ratio)));
	const tiles = shown
		.filter(({ id }) => id !== state.you.value)
		.slice(0, MOST)
		.map(({ id, height }) => ({ participant: id, width: pixels((height * 16) / 9), height: pixels(height) }));
	const sharer = conference.screens.wanted.value;
	const view = hidden
		? { ...NOTHING, sharer }
		: { tiles, speaker: null, screen: true, sharer, screen_audio: true };
	const key = JSON.stringify(view);
	useEffect(() => {
		if (ready) conference.setView(view);
	}, [key, ready]);
}
