import { useState } from "preact/hooks";
import { t } from "../../i18n";
import type { Key } from "../../i18n/en";
import type { Conference } from "../../meeting/conference";
import type { PhoneCallState } from "../../protocol";
import { Icon } from "../icons";
import { DialDialog } from "./dial-dialog";

const STATES: Record<PhoneCallState, Key> = {
	calling: "callCalling",
	ringing: "callRinging",
	answered: "callAnswered",
	in: "callIn",
	busy: "callBusy",
	no_answer: "callNoAnswer",
	failed: "callFailed",
	cancelled: "callCancelled",
	ended: "callEnded",
};
const UNDER_WAY: readonly PhoneCallState[] = ["calling", "ringing", "answered"];

/** Whom this meeting calls, and what has come of it, for the chair. Whoever is in stands among the people. */
export function PhoneCalls({ conference }: { conference: Conference }) {
	const [dialling, setDialling] = useState(false);
	const { access, calls } = conference.state.telephone;
	const shown = calls.value.filter(({ direction, state }) => direction === "out" && state !== "in");
	if (!access.value?.can_dial && shown.length === 0) return null;
	return (
		<section class="phone-calls" aria-label={t("phoneCalls")}>
			{access.value?.can_dial && (
				<button type="button" class="small" onClick={() => setDialling(true)}>
					<Icon name="telephone" />
					{t("callPhone")}
				</button>
			)}
			<div class="outcomes" role="status">
				{shown.length > 0 && (
					<ul class="people">
						{shown.map(({ id, number, state }) => (
							<li class="person" key={id} data-state={state}>
								<Icon name="telephone" />
								<span class="who">
									<bdi class="name">{number}</bdi>
									<span class="soft about">{t(STATES[state])}</span>
								</span>
								<button
									type="button"
									class="quiet"
									aria-label={t(UNDER_WAY.includes(state) ? "cancelCall" : "forgetCall", { number })}
									onClick={() => void conference.ask({ type: "cancel_call", call: id })}
								>
									<Icon name="close" />
								</button>
							</li>
						))}
					</ul>
				)}
			</div>
			{dialling && (
				<DialDialog
					onClose={() => setDialling(false)}
					onDial={(number) => conference.ask({ type: "dial", number })}
				/>
			)}
		</section>
	);
}
