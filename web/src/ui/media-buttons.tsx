import { t } from "../i18n";
import type { LocalMedia } from "../media/local";
import { Icon } from "./icons";

/** The microphone, on and off. */
export function MicrophoneButton({ local }: { local: LocalMedia }) {
	const microphoneOn = local.microphoneOn.value;
	return (
		<button
			type="button"
			class={`control ${microphoneOn ? "" : "off"}`}
			onClick={() => void local.setMicrophone(!microphoneOn)}
			title="Ctrl+D"
		>
			<Icon name={microphoneOn ? "microphone" : "microphoneOff"} />
			<span>{microphoneOn ? t("mute") : t("unmute")}</span>
		</button>
	);
}

/** Microphone and camera, on and off. */
export function MediaButtons({ local }: { local: LocalMedia }) {
	// What is wanted, not what is open: a camera takes a second to open, and pressing meanwhile means "no, off".
	const cameraOn = local.cameraOn.value;
	return (
		<>
			<MicrophoneButton local={local} />
			<button
				type="button"
				class={`control ${cameraOn ? "" : "off"}`}
				onClick={() => void local.setCamera(!cameraOn)}
				title="Ctrl+E"
			>
				<Icon name={cameraOn ? "camera" : "cameraOff"} />
				<span>{cameraOn ? t("stopVideo") : t("startVideo")}</span>
			</button>
		</>
	);
}

/** Ctrl+D (or Cmd+D) for the microphone, Ctrl+E for the camera. */
export function mediaShortcut(event: KeyboardEvent, local: LocalMedia): void {
	if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
	const key = event.key.toLowerCase();
	if (key === "d") void local.setMicrophone(!local.microphoneOn.value);
	else if (key === "e") void local.setCamera(!local.cameraOn.value);
	else return;
	event.preventDefault();
}
