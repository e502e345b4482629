import { t } from "../i18n";
import type { LocalMedia } from "../media/local";
import { Icon } from "./icons";
import { keyHints } from "./shortcuts";

interface Props {
	local: LocalMedia;
	/** Single letters work here. */
	letters?: boolean;
}

/** The microphone, on and off. */
export function MicrophoneButton({ local, letters = false }: Props) {
	const microphoneOn = local.microphoneOn.value;
	return (
		<button
			type="button"
			class={`control ${microphoneOn ? "" : "off"}`}
			onClick={() => void local.setMicrophone(!microphoneOn)}
			{...keyHints("microphone", letters)}
		>
			<Icon name={microphoneOn ? "microphone" : "microphoneOff"} />
			<span>{microphoneOn ? t("mute") : t("unmute")}</span>
		</button>
	);
}

/** Microphone and camera, on and off. */
export function MediaButtons({ local, letters = false }: Props) {
	// What is wanted, not what is open: a camera takes a second to open, and pressing meanwhile means "no, off".
	const cameraOn = local.cameraOn.value;
	return (
		<>
			<MicrophoneButton local={local} letters={letters} />
			<button
				type="button"
				class={`control ${cameraOn ? "" : "off"}`}
				onClick={() => void local.setCamera(!cameraOn)}
				{...keyHints("camera", letters)}
			>
				<Icon name={cameraOn ? "camera" : "cameraOff"} />
				<span>{cameraOn ? t("stopVideo") : t("startVideo")}</span>
			</button>
		</>
	);
}
