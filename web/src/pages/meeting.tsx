import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { ConnectionDetails } from "../ui/connection-details";
import { Controls } from "../ui/controls";
import { DeviceDialog } from "../ui/device-dialog";
import { FloorBar } from "../ui/floor-bar";
import { Grid } from "../ui/grid";
import { Icon } from "../ui/icons";
import { mediaShortcut } from "../ui/media-buttons";
import { OwnQuality } from "../ui/own-quality";
import { Panel } from "../ui/panel/panel";
import { sentenceFor } from "../ui/quality";
import { SharingNote } from "../ui/share-button";
import { SharedScreen } from "../ui/shared-screen";
import { SpeakerView } from "../ui/speaker-view";
import { UnmutePrompt } from "../ui/unmute-prompt";

export function Meeting({ conference }: { conference: Conference }) {
	const { state, local, sharing } = conference;
	const [devicesOpen, setDevicesOpen] = useState(false);
	const [detailsOpen, setDetailsOpen] = useState(false);
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

	const news = conference.news.value;
	useEffect(() => {
		if (news) setToast(t(news.key, news.values));
	}, [news]);

	const unplugged = local.unplugged.value;
	useEffect(() => {
		if (unplugged) setToast(t(unplugged.key, unplugged.values));
	}, [unplugged]);

	const declined = state.chairing.declined.value;
	useEffect(() => {
		const name = declined && state.participants.value.get(declined)?.name;
		if (name) setToast(t("declinedUnmute", { name }));
	}, [declined]);

	async function copyLink(): Promise<void> {
		const link = `${location.origin}/m/${conference.code}`;
		try {
			await navigator.clipboard.writeText(link);
			setToast(t("linkCopied"));
		} catch {
			setToast(t("copyFailed", { link }));
		}
	}

	const sharer = conference.screens.shown.value;
	const alone = state.others.value.length === 0;
	const trouble = state.reconnecting.value
		? t(state.restarting.value ? "restarting" : "reconnecting")
		: conference.mediaLost.value
			? t("rejoining")
			: !conference.mediaConnected.value
				? t("connectingMedia")
				: "";
	const quality = state.self.value?.quality ?? "good";
	const poor = quality === "poor" || quality === "lost";
	const weak = !trouble && (state.allPaused.value || poor);
	const weakness = state.allPaused.value ? "allPaused" : sentenceFor(quality, state.somePaused.value);
	const problem = local.problem.value;
	const banner = trouble || (weak ? t(weakness) : problem ? t(problem) : "");
	const { layout } = conference;
	const pinned = layout.pinned.value;
	const large = layout.name.value === "speaker" || (pinned !== null && state.participants.value.has(pinned));
	const title = state.chairing.title.value;
	return (
		<div class="meeting" data-panel={layout.panel.value ?? undefined}>
			<header class="meeting-top">
				<span class="meeting-name">
					{title && <bdi class="title">{title}</bdi>}
					<span class="meeting-code">{conference.code}</span>
				</span>
				<span class="count">
					<Icon name="people" />
					{state.participants.value.size}
				</span>
				<OwnQuality conference={conference} onDetails={() => setDetailsOpen(true)} />
				<button type="button" class="quiet copy-link" title={t("copyLink")} onClick={() => void copyLink()}>
					<Icon name="link" />
					<span>{t("copyLink")}</span>
				</button>
			</header>
			<div class={weak ? "banner weak" : "banner"} role="status">
				{banner}
			</div>
			<SharingNote sharing={sharing} />
			<FloorBar conference={conference} />
			<main class={`floor ${sharer ? "presenting" : ""}`}>
				{sharer && <SharedScreen conference={conference} sharer={sharer} />}
				{large && !sharer ? <SpeakerView conference={conference} /> : <Grid conference={conference} />}
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
			<Panel conference={conference} />
			<Controls
				conference={conference}
				onDevices={() => setDevicesOpen(true)}
				onDetails={() => setDetailsOpen(true)}
			/>
			<UnmutePrompt conference={conference} />
			<DeviceDialog open={devicesOpen} onClose={() => setDevicesOpen(false)} local={local} />
			{detailsOpen && <ConnectionDetails conference={conference} onClose={() => setDetailsOpen(false)} />}
			<div class="toast" role="status">
				{toast}
			</div>
		</div>
	);
}
