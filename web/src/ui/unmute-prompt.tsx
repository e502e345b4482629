import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { Dialog } from "./dialog";

/** The chair asks this user to unmute: only they can. */
export function UnmutePrompt({ conference }: { conference: Conference }) {
	const asked = conference.state.chairing.asked.value;
	if (!asked) return null;
	return (
		<Dialog
			title={asked === "floor" ? t("floorYours") : t("unmuteAsked")}
			onClose={() => conference.answerAsked(false)}
		>
			<p>{t("unmuteAskedHint")}</p>
			<div class="actions">
				<button type="button" onClick={() => conference.answerAsked(false)}>
					{t("notNow")}
				</button>
				<button type="button" class="primary" onClick={() => conference.answerAsked(true)}>
					{t("unmute")}
				</button>
			</div>
		</Dialog>
	);
}
