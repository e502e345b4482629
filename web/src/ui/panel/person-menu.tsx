import { useState } from "preact/hooks";
import { t } from "../../i18n";
import type { Key } from "../../i18n/en";
import { isChair } from "../../meeting/chairing";
import type { Conference } from "../../meeting/conference";
import type { Request } from "../../meeting/session";
import type { Participant } from "../../protocol";
import { Menu, MenuItem } from "../menu";
import { RemoveDialog } from "./remove-dialog";
import { RenameDialog } from "./rename-dialog";

/** How long the floor is given for, in s; null: without a limit. */
const TURNS: readonly (number | null)[] = [null, 120, 180, 300];

/** What may be done about one participant: by anybody, by a chair, by the host. */
export function PersonMenu({ conference, person }: { conference: Conference; person: Participant }) {
	const { state } = conference;
	const [removing, setRemoving] = useState(false);
	const [renaming, setRenaming] = useState(false);
	const { id, name } = person;
	const self = id === state.you.value;
	const me = state.self.value?.role;
	const chairs = isChair(me);
	const above = me === "cohost" && person.role === "host";
	const ask = (request: Request) => () => void conference.ask(request);
	const spotlit = state.chairing.spotlit.value.includes(id);
	const pinned = conference.layout.pinned.value === id;
	const floor = state.chairing.turn.value?.participant === id;
	const policy = state.chairing.policy.value;
	const phoned = person.telephone !== null;
	const writes = !self && !phoned && (policy.private_chat || chairs || isChair(person.role));

	const roles: [Key, Participant["role"]][] = [
		["makeHost", "host"],
		["makeCohost", "cohost"],
		["makeParticipant", "participant"],
		["makeListener", "listener"],
	];
	return (
		<>
			<Menu label={t("actionsFor", { name })}>
				<MenuItem
					onChoose={() => {
						conference.layout.pinned.value = pinned ? null : id;
					}}
				>
					{pinned ? t("unpin") : t("pin")}
				</MenuItem>
				{writes && <MenuItem onChoose={() => conference.layout.writeTo(id)}>{t("writePrivately")}</MenuItem>}
				{chairs && !above && !self && person.microphone && (
					<MenuItem onChoose={ask({ type: "mute", participant: id })}>{t("muteThem")}</MenuItem>
				)}
				{chairs && !self && !person.microphone && person.role !== "listener" && (
					<MenuItem onChoose={ask({ type: "ask_unmute", participant: id })}>{t("askUnmute")}</MenuItem>
				)}
				{chairs &&
					!floor &&
					TURNS.map((seconds) => (
						<MenuItem key={seconds} onChoose={ask({ type: "give_floor", participant: id, seconds })}>
							{seconds === null ? t("giveFloor") : t("giveFloorFor", { n: seconds / 60 })}
						</MenuItem>
					))}
				{chairs && floor && <MenuItem onChoose={ask({ type: "end_floor" })}>{t("endFloor")}</MenuItem>}
				{chairs && person.hand !== null && (
					<MenuItem onChoose={ask({ type: "lower_hands", participant: id })}>{t("lowerHand")}</MenuItem>
				)}
				{chairs && (
					<MenuItem onChoose={ask({ type: "spotlight", participants: spotlit ? [] : [id] })}>
						{spotlit ? t("endSpotlight") : t("spotlight")}
					</MenuItem>
				)}
				{chairs && !above && person.camera && !self && (
					<MenuItem onChoose={ask({ type: "stop_camera", participant: id })}>{t("stopTheirCamera")}</MenuItem>
				)}
				{chairs && !above && person.screen && !self && (
					<MenuItem onChoose={ask({ type: "stop_screen", participant: id })}>{t("stopTheirScreen")}</MenuItem>
				)}
				{chairs && !above && <MenuItem onChoose={() => setRenaming(true)}>{t("renameThem")}</MenuItem>}
				{me === "host" &&
					!phoned &&
					roles.map(
						([key, role]) =>
							role !== person.role && (
								<MenuItem key={role} onChoose={ask({ type: "set_role", participant: id, role })}>
									{t(key)}
								</MenuItem>
							),
					)}
				{chairs && !above && !self && (
					<MenuItem danger onChoose={() => setRemoving(true)}>
						{t("removeThem")}
					</MenuItem>
				)}
			</Menu>
			{renaming && (
				<RenameDialog
					name={name}
					onClose={() => setRenaming(false)}
					onRename={(wanted) => conference.ask({ type: "rename", participant: id, name: wanted })}
				/>
			)}
			{removing && (
				<RemoveDialog
					name={name}
					onClose={() => setRemoving(false)}
					onRemove={(ban) => void conference.ask({ type: "remove", participant: id, ban })}
				/>
			)}
		</>
	);
}
