import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { canChooseSpeaker, type DeviceLists, listDevices } from "../media/devices";
import type { LocalMedia } from "../media/local";
import { Dialog } from "./dialog";

interface Props {
	local: LocalMedia;
}

/** Which camera, microphone and loudspeaker. */
export function DeviceChoices({ local }: Props) {
	const [lists, setLists] = useState<DeviceLists>({ cameras: [], microphones: [], speakers: [] });
	const opened = [local.camera.value, local.microphone.value];
	useEffect(() => {
		const refresh = () => void listDevices().then(setLists);
		refresh();
		navigator.mediaDevices?.addEventListener("devicechange", refresh);
		return () => navigator.mediaDevices?.removeEventListener("devicechange", refresh);
	}, opened);
	const current = (track: MediaStreamTrack | null, chosen?: string) =>
		track?.getSettings().deviceId ?? chosen ?? "";
	const choice = local.choice.value;
	return (
		<div class="choices">
			<Choice
				label={t("camera")}
				devices={lists.cameras}
				value={current(local.camera.value, choice.camera)}
				onChoose={(camera) => void local.choose({ camera })}
			/>
			<Choice
				label={t("microphone")}
				devices={lists.microphones}
				value={current(local.microphone.value, choice.microphone)}
				onChoose={(microphone) => void local.choose({ microphone })}
			/>
			{canChooseSpeaker() && (
				<Choice
					label={t("speaker")}
					devices={lists.speakers}
					value={choice.speaker ?? ""}
					onChoose={(speaker) => void local.choose({ speaker })}
				/>
			)}
		</div>
	);
}

interface ChoiceProps {
	label: string;
	devices: MediaDeviceInfo[];
	value: string;
	onChoose(deviceId: string): void;
}

function Choice({ label, devices, value, onChoose }: ChoiceProps) {
	const known = devices.some((device) => device.deviceId === value);
	return (
		<label class="field">
			<span>{label}</span>
			<select
				value={known ? value : ""}
				disabled={devices.length === 0}
				onChange={(e) => onChoose(e.currentTarget.value)}
			>
				{!known && <option value="">{t("systemDefault")}</option>}
				{devices.map((device) => (
					<option key={device.deviceId} value={device.deviceId}>
						{device.label || label}
					</option>
				))}
			</select>
		</label>
	);
}

interface DialogProps extends Props {
	open: boolean;
	onClose(): void;
}

export function DeviceDialog({ open, onClose, local }: DialogProps) {
	if (!open) return null;
	return (
		<Dialog title={t("devices")} onClose={onClose}>
			<DeviceChoices local={local} />
			<button type="button" class="primary" onClick={onClose}>
				{t("close")}
			</button>
		</Dialog>
	);
}
