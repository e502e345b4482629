import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { DeviceDialog } from "../ui/device-dialog";
import { Grid } from "../ui/grid";
import { Icon } from "../ui/icons";
import { MediaButtons, mediaShortcut } from "../ui/media-buttons";
import { ShareButton, SharingNote } from "../ui/share-button";
import { SharedScreen } from "../ui/shared-screen";

export function Meeting({ conference }: { conference: Conference }) {
	const { state, local, sharing } = conference;
	const [devicesOpen, setDevicesOpen] = useState(false);
	const [toast, setToast] = useState("");
	const subscriber = conference.subscriber.value;

	useEffect(() => {
		const shortcut = (event: KeyboardEvent) => mediaShortcut(event, local);
		addEventListener("keydown", shortcut);
		return () => removeEventListener("keydown", shortcut);
	}, [local]);

	useEffect(() => {
		if (!toast) return;
		const timer = setTimeout(() => setToast(""), 5_000);
		return () => clearTimeout(timer);
	}, [toast]);

	const unshared = sharing.problem.value;
	useEffect(() => {
		setToast(unshared ? t(unshared.key, unshared.values) : "");
	}, [unshared]);

	async function copyLink(): Promise<void> {
		const link = `${location.origin}/m/${conference.code}`;
		try {
			await navigator.clipboard.writeText(link);
			setToast(t("linkCopied"));
		} catch {
			setToast(t("copyFailed", { link }));
		}
	}

	const sharer = state.sharer.value;
	const alone = state.others.value.length === 0;
	const trouble = state.reconnecting.value
		? t("reconnecting")
		: conference.mediaLost.value
			? t("rejoining")
			: !conference.mediaConnected.value
				? t("connectingMedia")
				: "";
	const weak = !trouble && state.allPaused.value;
	const problem = local.problem.value;
	const banner = trouble || (weak ? t("allPaused") : problem ? t(problem) : "");
	return (
		<div class="meeting">
			<header class="meeting-top">
				<span class="meeting-code">{conference.code}</span>
				<span class="count">
					<Icon name="people" />
					{state.participants.value.size}
				</span>
				<button type="button" class="quiet" onClick={() => void copyLink()}>
					<Icon name="link" />
					<span>{t("copyLink")}</span>
				</button>
			</header>
			<div class={weak ? "banner weak" : "banner"} role="status">
				{banner}
			</div>
			<SharingNote sharing={sharing} />
			<main class={`floor ${sharer ? "presenting" : ""}`}>
				{sharer && <SharedScreen conference={conference} sharer={sharer} />}
				<Grid conference={conference} />
				{alone && (
					<div class="alone">
						<strong>{t("aloneTitle")}</strong>
						<span>{t("aloneHint")}</span>
					</div>
				)}
			</main>
			{subscriber?.blocked.value && (
				<button type="button" class="primary unblock" onClick={() => subscriber.unblock()}>
					{t("tapToHear")}
				</button>
			)}
			<footer class="controls">
				<MediaButtons local={local} />
				<ShareButton sharing={sharing} />
				<button type="button" class="control" onClick={() => setDevicesOpen(true)}>
					<Icon name="devices" />
					<span>{t("devices")}</span>
				</button>
				<button type="button" class="control leave" onClick={() => conference.leave()}>
					<Icon name="leave" />
					<span>{t("leave")}</span>
				</button>
			</footer>
			<DeviceDialog
				open={devicesOpen}
				onClose={() => setDevicesOpen(false)}
				local={local}
				onSpeaker={(id) => void subscriber?.setSpeaker(id)}
			/>
			<div class="toast" role="status">
				{toast}
			</div>
		</div>
	);
}
