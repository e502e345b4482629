import { t } from "../i18n";
import type { Participant, Reaction } from "../protocol";
import { Icon } from "./icons";
import { QualityMark } from "./quality";
import { Video } from "./video";

/** Up to two initials, for whoever shows no picture. */
export function initials(name: string): string {
	const words = name.trim().split(/\s+/);
	const letters = [words[0], words.length > 1 ? words[words.length - 1] : ""].map(
		(word) => [...(word ?? "")][0] ?? "",
	);
	return letters.join("").toLocaleUpperCase();
}

/** One of eight colours that a person keeps through a meeting. */
export function tint(id: string): number {
	return [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7) % 8;
}

interface Props {
	participant: Participant;
	track: MediaStreamTrack | null;
	slot: string | null;
	self: boolean;
	speaking: boolean;
	/** The picture is held back: the track, if there is one, shows the last of it as a still. */
	paused?: boolean | undefined;
	reaction?: Reaction | undefined;
}

export function Tile({ participant, track, slot, self, speaking, paused = false, reaction }: Props) {
	const { id, name, microphone, camera, screen, hand, quality, telephone } = participant;
	return (
		<li
			class="tile"
			data-participant={id}
			data-slot={slot ?? undefined}
			data-speaking={speaking ? "" : undefined}
			data-paused={paused ? "" : undefined}
			data-tint={tint(id)}
		>
			{track ? (
				<Video track={track} mirrored={self} />
			) : (
				<span class="avatar" aria-hidden="true">
					{telephone === null ? initials(name) : <Icon name="telephone" />}
				</span>
			)}
			<span class="plate">
				{!microphone && (
					<span class="badge" title={t("muted")}>
						<Icon name="microphoneOff" />
						<span class="visually-hidden">{t("muted")}</span>
					</span>
				)}
				{screen && (
					<span class="badge sharing" title={t("sharing")}>
						<Icon name="screen" />
						<span class="visually-hidden">{t("sharing")}</span>
					</span>
				)}
				{quality !== "good" && <QualityMark quality={quality} />}
				<span class="name" dir="auto">
					{name}
				</span>
				{self && <span class="you">({t("you")})</span>}
				{telephone !== null && <span class="visually-hidden">{t("byTelephone")}</span>}
				{!camera && <span class="visually-hidden">{t("cameraOff")}</span>}
				{speaking && <span class="visually-hidden">{t("speaking")}</span>}
			</span>
			{hand !== null && (
				<span class="raised" title={t("handRaised")}>
					<Icon name="hand" />
					<span class="visually-hidden">{t("handRaised")}</span>
				</span>
			)}
			{reaction && (
				<span class="reaction" role="img" aria-label={reaction}>
					{reaction}
				</span>
			)}
			{paused && <span class="held-back">{t("paused")}</span>}
		</li>
	);
}
