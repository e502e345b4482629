import { numberText, t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { useSecondsUntil } from "./seconds-until";

/** Minutes and seconds, with a minus sign when time is up. */
export function clock(seconds: number): string {
	const left = Math.abs(Math.ceil(seconds));
	const two = numberText(left % 60, { minimumIntegerDigits: 2 });
	return `${seconds <= -1 ? "−" : ""}${numberText(Math.floor(left / 60))}:${two}`;
}

/** Who has the floor, and for how long still; for chairs, with what they may do about it. */
export function FloorBar({ conference }: { conference: Conference }) {
	const { state } = conference;
	const turn = state.chairing.turn.value;
	const left = useSecondsUntil(turn?.taken ? turn.endsAt : null);
	const who = turn && state.participants.value.get(turn.participant);
	if (!turn || !who) return null;
	const self = who.id === state.you.value;
	const words = turn.taken
		? self
			? t("youHaveFloor")
			: t("hasFloor", { name: who.name })
		: t("floorOffered", { name: who.name });
	const next = state.hands.value.find(({ id }) => id !== who.id);
	return (
		<section
			class="floor-bar"
			aria-label={t("floor")}
			data-over={left !== null && left <= 0 ? "" : undefined}
		>
			<span role="status" dir="auto">
				{words}
			</span>
			{left !== null && (
				<span class="clock" role="timer" aria-label={t("timeLeft")}>
					{clock(left)}
				</span>
			)}
			{state.chairs.value && (
				<span class="row">
					{turn.taken && (
						<button
							type="button"
							class="small"
							onClick={() =>
								void conference.ask({ type: "set_floor_time", seconds: Math.max(0, left ?? 0) + 60 })
							}
						>
							{t("oneMinuteMore")}
						</button>
					)}
					{next && (
						<button
							type="button"
							class="small next"
							onClick={() => void conference.ask({ type: "give_floor", participant: next.id })}
						>
							{t("nextSpeaker", { name: next.name })}
						</button>
					)}
					<button type="button" class="small" onClick={() => void conference.ask({ type: "end_floor" })}>
						{t("endFloor")}
					</button>
				</span>
			)}
		</section>
	);
}
