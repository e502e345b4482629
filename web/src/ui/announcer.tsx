import { effect, untracked } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Conference } from "../meeting/conference";
import { announcesSpeaker } from "../preferences";
import { announcementsBetween, type Moment } from "./announcements";

/** What happens within that time, in ms, is told at once. */
const MERGED = 1_000;
/** As long, in ms, it can be looked up. */
const KEPT = 10_000;

/** The one place from which screen readers are told what happens and nothing on the page says aloud. */
export function Announcer({ conference }: { conference: Conference }) {
	const [told, setTold] = useState<{ at: number; lines: string[] }>({ at: 0, lines: [] });

	useEffect(() => {
		let before = momentOf(conference);
		let timer: ReturnType<typeof setTimeout> | undefined;
		const tell = () => {
			timer = undefined;
			const now = momentOf(conference);
			const chat = conference.layout.panel.value !== "chat";
			const lines = announcementsBetween(before, now, { speaker: announcesSpeaker.value, chat });
			before = now;
			if (lines.length > 0) setTold({ at: Date.now(), lines });
		};
		const dispose = effect(() => {
			momentOf(conference);
			untracked(() => {
				timer ??= setTimeout(tell, MERGED);
			});
		});
		return () => {
			dispose();
			clearTimeout(timer);
		};
	}, [conference]);

	useEffect(() => {
		if (told.lines.length === 0) return;
		const timer = setTimeout(() => setTold({ at: 0, lines: [] }), KEPT);
		return () => clearTimeout(timer);
	}, [told]);

	return (
		<div class="visually-hidden announcer" role="status">
			{told.lines.map((line, i) => (
				<p key={`${told.at} ${i}`} dir="auto">
					{line}
				</p>
			))}
		</div>
	);
}

/** Follows the signals of whatever is told. */
function momentOf({ state }: Conference): Moment {
	return {
		you: state.you.value,
		participants: state.participants.value,
		waiting: state.chairing.waiting.value,
		messages: state.conversation.messages.value,
		dominant: state.dominant.value,
	};
}
