import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import type { Participant } from "../protocol";
import { Icon } from "./icons";
import { Video } from "./video";

/** The screen that somebody else shares, as large as there is room for, and whole. */
export function SharedScreen({ conference, sharer }: { conference: Conference; sharer: Participant }) {
	const slot = screenSlotOf(conference, sharer);
	return (
		<section
			class="shared-screen"
			aria-label={t("sharedScreen")}
			data-slot={slot?.slot}
			data-paused={slot?.paused ? "" : undefined}
		>
			<header class="screen-top">
				<h2 dir="auto">{t("shares", { name: sharer.name })}</h2>
				<ScreenSound conference={conference} />
				<ScreenChoice conference={conference} shown={sharer.id} />
			</header>
			<ScreenPicture conference={conference} sharer={sharer} />
		</section>
	);
}

/** The slot in which somebody's screen is, once it is there. */
function screenSlotOf({ state }: Conference, sharer: Participant) {
	const slot = state.screenSlot.value;
	return slot?.participant === sharer.id ? slot : null;
}

/** The picture of somebody's screen, or why there is none. */
export function ScreenPicture({ conference, sharer }: { conference: Conference; sharer: Participant }) {
	const slot = screenSlotOf(conference, sharer);
	const track = slot?.pictured ? conference.subscriber.value?.tracks.value.get(slot.slot) : null;
	const note = slot?.paused ? t("screenPaused") : track ? "" : t("screenComing");
	return (
		<div class="picture">
			{track && <Video track={track} />}
			<p role="status">{note}</p>
		</div>
	);
}

/** Says that it comes with sound, and how loud; nothing where it does not. */
function ScreenSound({ conference }: { conference: Conference }) {
	const { sound, volume } = conference.screens;
	const subscriber = conference.subscriber.value;
	const slot = sound.value;
	const loud = volume.value;
	useEffect(() => {
		if (slot) subscriber?.setVolume(slot, loud);
	}, [subscriber, slot, loud]);
	if (!slot) return null;
	return (
		<label class="screen-sound">
			<Icon name="sound" />
			<span>{t("withSound")}</span>
			<input
				type="range"
				min="0"
				max="100"
				step="5"
				value={Math.round(loud * 100)}
				aria-label={t("screenVolume")}
				onInput={(event) => {
					volume.value = event.currentTarget.valueAsNumber / 100;
				}}
			/>
		</label>
	);
}

/** Which of several screens is to be seen here; nothing where there is one. */
function ScreenChoice({ conference, shown }: { conference: Conference; shown: string }) {
	const { screens } = conference;
	const sharers = screens.sharers.value;
	if (sharers.length < 2) return null;
	return (
		<fieldset class="screen-choice" aria-label={t("sharedScreens")}>
			{sharers.map(({ id, name }) => (
				<button
					key={id}
					type="button"
					dir="auto"
					aria-pressed={id === shown}
					aria-label={t("screenOf", { name })}
					onClick={() => screens.choose(id)}
				>
					{name}
				</button>
			))}
		</fieldset>
	);
}
