import { t } from "../i18n";
import { canShareScreen } from "../media/screen";
import type { Sharing } from "../meeting/sharing";
import { singleKeys } from "../preferences";
import { Icon } from "./icons";
import { keyHints } from "./shortcuts";
import { Switch } from "./switch";

/** The own screen, shared or not; nothing where the browser can't. */
export function ShareButton({ sharing }: { sharing: Sharing }) {
	if (!canShareScreen()) return null;
	const on = sharing.track.value !== null;
	return (
		<button
			type="button"
			class={`control ${on ? "on" : ""}`}
			{...keyHints("share", singleKeys.value)}
			onClick={() => (on ? sharing.stop() : void sharing.start())}
		>
			<Icon name={on ? "screenOff" : "screen"} />
			<span>{on ? t("stopSharing") : t("shareScreen")}</span>
		</button>
	);
}

/** Reminds whoever shares that they do, and not by the picture itself: that would be a hall of mirrors. */
export function SharingNote({ sharing }: { sharing: Sharing }) {
	const on = sharing.track.value !== null;
	return (
		<section class={`sharing-note ${on ? "on" : ""}`} aria-label={on ? t("youShare") : undefined}>
			<span role="status">{on && t("youShare")}</span>
			{on && (
				<>
					<span class="sharing-sound">
						{sharing.sound.value && <Icon name="sound" />}
						{t(sharing.sound.value ? "withSound" : "withoutSound")}
					</span>
					<Switch
						label={t("shareMotion")}
						on={sharing.content.value === "motion"}
						onChange={(motion) => {
							sharing.content.value = motion ? "motion" : "text";
						}}
					/>
					<button type="button" onClick={() => sharing.stop()}>
						{t("stopSharing")}
					</button>
				</>
			)}
		</section>
	);
}
