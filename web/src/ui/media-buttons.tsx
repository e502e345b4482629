import { t } from "../i18n";
import type { LocalMedia } from "../media/local";
import { Icon } from "./icons";

/** Microphone and camera, on and off. */
export function MediaButtons({ local }: { local: LocalMedia }) {
	const microphoneOn = local.microphoneOn.value && local.microphone.value !== null;
	const cameraOn = local.cameraOn.value && local.camera.value !== null;
	return (
		<>
			<button
				type="button"
				class={`control ${microphoneOn ? "" : "off"}`}
				onClick={() => void local.setMicrophone(!microphoneOn)}
				title="Ctrl+D"
			>
				<Icon name={microphoneOn ? "microphone" : "microphoneOff"} />
				<span>{microphoneOn ? t("mute") : t("unmute")}</span>
			</button>
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
	if (key === "d") void local.setMicrophone(!(local.microphoneOn.value && local.microphone.value));
	else if (key === "e") void local.setCamera(!(local.cameraOn.value && local.camera.value));
	else return;
	event.preventDefault();
}
