import { useState } from "preact/hooks";
import { t } from "../../i18n";
import type { Key } from "../../i18n/en";
import type { Conference } from "../../meeting/conference";
import type { Policy } from "../../protocol";
import { Dialog } from "../dialog";
import { Switch } from "../switch";

const GROUPS: readonly [Key, readonly [keyof Policy, Key][]][] = [
	[
		"door",
		[
			["lobby", "policyLobby"],
			["locked", "policyLocked"],
			["ask_unit", "policyAskUnit"],
		],
	],
	[
		"peopleMay",
		[
			["speak", "policySpeak"],
			["show", "policyShow"],
			["share", "policyShare"],
			["several_screens", "policySeveralScreens"],
			["chat", "policyChat"],
			["private_chat", "policyPrivateChat"],
			["files", "policyFiles"],
			["react", "policyReact"],
		],
	],
];

/** What the chair leaves open to people, and the end of the meeting. */
export function ChairSettings({ conference }: { conference: Conference }) {
	const [ending, setEnding] = useState(false);
	const { chairing, self } = conference.state;
	const policy = chairing.policy.value;
	return (
		<div class="panel-body">
			{GROUPS.map(([title, switches]) => (
				<fieldset class="settings" key={title}>
					<legend>{t(title)}</legend>
					{switches.map(([name, words]) => (
						<Switch
							key={name}
							label={t(words)}
							on={policy[name]}
							onChange={(on) => void conference.ask({ type: "set_policy", [name]: on })}
						/>
					))}
				</fieldset>
			))}
			{self.value?.role === "host" && (
				<button type="button" class="danger" onClick={() => setEnding(true)}>
					{t("endForAll")}
				</button>
			)}
			{ending && (
				<Dialog title={t("endForAllTitle")} onClose={() => setEnding(false)}>
					<p>{t("endForAllHint", { n: conference.state.participants.value.size })}</p>
					<div class="actions">
						<button type="button" onClick={() => setEnding(false)}>
							{t("cancel")}
						</button>
						<button type="button" class="danger" onClick={() => void conference.ask({ type: "end_meeting" })}>
							{t("endForAll")}
						</button>
					</div>
				</Dialog>
			)}
		</div>
	);
}
