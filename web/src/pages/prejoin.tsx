import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { watchLevel } from "../media/level";
import type { LocalMedia } from "../media/local";
import type { Introduction } from "../meeting/conference";
import type { Access } from "../meeting/telephone";
import { recall, remember } from "../storage";
import { mediaShortcut } from "../ui/actions";
import { DeviceChoices } from "../ui/device-dialog";
import { Icon } from "../ui/icons";
import { MediaButtons } from "../ui/media-buttons";
import { Page } from "../ui/page";
import { TelephoneAccess } from "../ui/telephone-access";
import { Video } from "../ui/video";

const STORED_NAME = "name";
const STORED_UNIT = "unit";
const STORED_POSITION = "position";

interface Props {
	code: string;
	/** What the meeting is called. */
	title: string;
	present: number;
	/** Unit and position are to be asked. */
	asksUnit: boolean;
	/** By which telephones come in; null where they don't. */
	telephone: Access | null;
	local: LocalMedia;
	joining: boolean;
	/** What the server said against the last attempt. */
	refusal: string | null;
	onJoin(who: Introduction): void;
}

export function Prejoin({
	code,
	title,
	present,
	asksUnit,
	telephone,
	local,
	joining,
	refusal,
	onJoin,
}: Props) {
	const [name, setName] = useState(recall(STORED_NAME) ?? "");
	const [unit, setUnit] = useState(recall(STORED_UNIT) ?? "");
	const [position, setPosition] = useState(recall(STORED_POSITION) ?? "");
	const [missing, setMissing] = useState(false);
	const input = useRef<HTMLInputElement>(null);

	useEffect(() => {
		void local.start();
		const shortcut = (event: KeyboardEvent) => mediaShortcut(event, local);
		addEventListener("keydown", shortcut);
		return () => removeEventListener("keydown", shortcut);
	}, [local]);

	function join(event: Event): void {
		event.preventDefault();
		const trimmed = name.trim();
		setMissing(!trimmed);
		if (!trimmed) {
			input.current?.focus();
			return;
		}
		remember(STORED_NAME, trimmed);
		if (asksUnit) {
			remember(STORED_UNIT, unit);
			remember(STORED_POSITION, position);
		}
		onJoin({ name: trimmed, unit: asksUnit ? unit : "", position: asksUnit ? position : "" });
	}

	const people = present === 0 ? t("nobodyHere") : t("manyHere", { n: present });
	const camera = local.camera.value;
	return (
		<Page>
			<main class="prejoin">
				<section class="preview" aria-label={t("camera")}>
					{camera ? (
						<Video track={camera} mirrored />
					) : (
						<span class="preview-off">
							<Icon name="cameraOff" />
							{t("cameraOff")}
						</span>
					)}
					<div class="preview-controls">
						<MediaButtons local={local} />
					</div>
				</section>
				<form class="card" onSubmit={join} noValidate>
					<h1 dir="auto">{title || t("prejoinTitle")}</h1>
					<p class="hint">
						{t("meetingIs", { code })} · {people}
					</p>
					<label class="field">
						<span>{t("yourName")}</span>
						<input
							ref={input}
							value={name}
							maxLength={64}
							autocomplete="name"
							aria-invalid={missing}
							aria-describedby="join-problem"
							onInput={(e) => {
								setName(e.currentTarget.value);
								setMissing(false);
							}}
						/>
					</label>
					{asksUnit && (
						<>
							<label class="field">
								<span>{t("unit")}</span>
								<input
									value={unit}
									maxLength={120}
									autocomplete="organization"
									placeholder={t("unitHint")}
									onInput={(e) => setUnit(e.currentTarget.value)}
								/>
							</label>
							<label class="field">
								<span>{t("position")}</span>
								<input
									value={position}
									maxLength={120}
									autocomplete="organization-title"
									placeholder={t("positionHint")}
									onInput={(e) => setPosition(e.currentTarget.value)}
								/>
							</label>
						</>
					)}
					<LevelMeter local={local} />
					<DeviceChoices local={local} />
					<TrialButton local={local} />
					{local.problem.value && (
						<p class="problem" role="status">
							{t(local.problem.value)}{" "}
							<button type="button" class="link" onClick={() => void local.retry()}>
								{t("tryAgain")}
							</button>
						</p>
					)}
					<p id="join-problem" class="problem" role="alert">
						{missing
							? t("nameMissing")
							: refusal === "bad_name"
								? t("badNameHint")
								: refusal
									? t("failedTitle")
									: ""}
					</p>
					<button type="submit" class="primary large" disabled={joining}>
						{joining ? t("joining") : t("join")}
					</button>
					{telephone && <TelephoneAccess telephone={telephone} />}
				</form>
			</main>
		</Page>
	);
}

/** The trial of the connection comes when it is asked for: most people never do. */
function TrialButton({ local }: { local: LocalMedia }) {
	const [TrialDialog, setTrialDialog] = useState<typeof import("../trial/trial-dialog").TrialDialog | null>(
		null,
	);
	const open = () =>
		void import("../trial/trial-dialog").then(
			(part) => setTrialDialog(() => part.TrialDialog),
			() => {}, // no network: it is pressed again
		);
	return (
		<>
			<button type="button" onClick={open}>
				{t("tryConnection")}
			</button>
			{TrialDialog && <TrialDialog local={local} onClose={() => setTrialDialog(null)} />}
		</>
	);
}

function LevelMeter({ local }: { local: LocalMedia }) {
	const meter = useRef<HTMLMeterElement>(null);
	const track = local.microphone.value;
	useEffect(() => {
		if (!track) return;
		return watchLevel(track, (level) => {
			if (meter.current) meter.current.value = level;
		});
	}, [track]);
	return <meter ref={meter} class="level" min={0} max={1} value={0} aria-label={t("level")} />;
}
