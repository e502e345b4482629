import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import type { Participant } from "../protocol";
import { Video } from "./video";

/** The screen that somebody else shares, as large as there is room for, and whole. */
export function SharedScreen({ conference, sharer }: { conference: Conference; sharer: Participant }) {
	const { screenSlot } = conference.state;
	const slot = screenSlot.value?.participant === sharer.id ? screenSlot.value : null;
	const track = slot?.pictured ? conference.subscriber.value?.tracks.value.get(slot.slot) : null;
	const paused = slot?.paused ?? false;
	const note = paused ? t("screenPaused") : track ? "" : t("screenComing");
	return (
		<section
			class="shared-screen"
			aria-label={t("sharedScreen")}
			data-slot={slot?.slot}
			data-paused={paused ? "" : undefined}
		>
			<header class="screen-top">
				<h2 dir="auto">{t("shares", { name: sharer.name })}</h2>
				<ScreenChoice conference={conference} shown={sharer.id} />
			</header>
			<div class="picture">
				{track && <Video track={track} />}
				<p role="status">{note}</p>
			</div>
		</section>
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
