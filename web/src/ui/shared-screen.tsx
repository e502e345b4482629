import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import type { Participant } from "../protocol";
import { Video } from "./video";

/** The screen that somebody else shares, as large as there is room for, and whole. */
export function SharedScreen({ conference, sharer }: { conference: Conference; sharer: Participant }) {
	const slot = conference.state.screenSlot.value;
	const track =
		slot?.participant === sharer.id ? conference.subscriber.value?.tracks.value.get(slot.slot) : null;
	return (
		<section class="shared-screen" aria-label={t("sharedScreen")} data-slot={slot?.slot}>
			<h2 class="sharer" dir="auto">
				{t("shares", { name: sharer.name })}
			</h2>
			<div class="picture">{track ? <Video track={track} /> : <p role="status">{t("screenComing")}</p>}</div>
		</section>
	);
}
