import { useEffect, useState } from "preact/hooks";
import { numberText, t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { playMediaSession } from "../meeting/media-session";
import { keepAwake } from "../meeting/wake-lock";
import { useShortcuts } from "../ui/actions";
import { Announcer } from "../ui/announcer";
import { CaptionArea } from "../ui/captions";
import { ConnectionDetails } from "../ui/connection-details";
import { Controls } from "../ui/controls";
import { DeviceDialog } from "../ui/device-dialog";
import { clock, FloorBar } from "../ui/floor-bar";
import { Grid } from "../ui/grid";
import { Icon } from "../ui/icons";
import { InviteDialog } from "../ui/invite-dialog";
import { OwnQuality } from "../ui/own-quality";
import { Panel } from "../ui/panel/panel";
import { sentenceFor } from "../ui/quality";
import { useSecondsUntil } from "../ui/seconds-until";
import { SharingNote } from "../ui/share-button";
import { SharedScreen } from "../ui/shared-screen";
import { ShortcutSheet } from "../ui/shortcut-sheet";
import { SpeakerView } from "../ui/speaker-view";
import { UnmutePrompt } from "../ui/unmute-prompt";

export function Meeting({ conference }: { conference: Conference }) {
	const { state, local, sharing } = conference;
	const [devicesOpen, setDevicesOpen] = useState(false);
	const [detailsOpen, setDetailsOpen] = useState(false);
	const [shortcutsOpen, setShortcutsOpen] = useState(false);
	const [inviting, setInviting] = useState(false);
	const [toast, setToast] = useState("");
	const subscriber = conference.subscriber.value;

	useEffect(() => keepAwake(), []);
	useEffect(
		() =>
			playMediaSession({
				local,
				title: () => state.chairing.title.value || t("meetingIs", { code: conference.code }),
				leave: () => conference.leave(),
			}),
		[conference, local, state],
	);
	useEffect(() => subscriber?.resumeWhenSeen(), [subscriber]);

	useShortcuts(conference, {
		devices: () => setDevicesOpen(true),
		help: () => setShortcutsOpen(true),
	});

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

	const telephone = state.telephone.access.value;
	async function copyLink(): Promise<void> {
		const link = linkOf(conference.code);
		try {
			await navigator.clipboard.writeText(link);
			setToast(t("linkCopied"));
		} catch {
			setToast(t("copyFailed", { link }));
		}
	}

	const sharer = conference.screens.shown.value;
	const here = state.participants.value.size;
	const alone = state.others.value.length === 0;
	const trouble = state.reconnecting.value
		? t(state.restarting.value ? "restarting" : "reconnecting")
		: conference.mediaLost.value
			? t("rejoining")
			: !conference.mediaConnected.value
				? t("connectingMedia")
				: "";
	const stopsIn = useSecondsUntil(trouble ? null : state.stopsAt.value);
	const quality = state.self.value?.quality ?? "good";
	const poor = quality === "poor" || quality === "lost";
	const weak = !trouble && stopsIn === null && (state.allPaused.value || poor);
	const weakness = state.allPaused.value ? "allPaused" : sentenceFor(quality, state.somePaused.value);
	const problem = local.problem.value;
	const banner =
		trouble || (stopsIn !== null ? t("serverStopping") : weak ? t(weakness) : problem ? t(problem) : "");
	const { layout } = conference;
	const pinned = layout.pinned.value;
	const large = layout.name.value === "speaker" || (pinned !== null && state.participants.value.has(pinned));
	const title = state.chairing.title.value;
	return (
		<div class="meeting" data-panel={layout.panel.value ?? undefined}>
			<header class="meeting-top">
				<h1 class="meeting-name">
					{title && <bdi class="title">{title}</bdi>}
					<span class="meeting-code">{conference.code}</span>
				</h1>
				<span class="count" role="img" aria-label={t("manyHere", { n: here })}>
					<Icon name="people" />
					{numberText(here)}
				</span>
				<OwnQuality conference={conference} onDetails={() => setDetailsOpen(true)} />
				<button
					type="button"
					class="quiet copy-link"
					title={t(telephone ? "invite" : "copyLink")}
					onClick={() => (telephone ? setInviting(true) : void copyLink())}
				>
					<Icon name="link" />
					<span>{t(telephone ? "invite" : "copyLink")}</span>
				</button>
			</header>
			<div class={weak ? "banner weak" : "banner"} role="status">
				{banner}
				{stopsIn !== null && (
					<span class="clock" role="timer">
						{clock(Math.max(0, stopsIn))}
					</span>
				)}
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
				<CaptionArea conference={conference} />
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
				onShortcuts={() => setShortcutsOpen(true)}
			/>
			<UnmutePrompt conference={conference} />
			<DeviceDialog open={devicesOpen} onClose={() => setDevicesOpen(false)} local={local} />
			{detailsOpen && <ConnectionDetails conference={conference} onClose={() => setDetailsOpen(false)} />}
			{inviting && telephone && (
				<InviteDialog
					title={title}
					link={linkOf(conference.code)}
					telephone={telephone}
					onClose={() => setInviting(false)}
				/>
			)}
			{shortcutsOpen && <ShortcutSheet onClose={() => setShortcutsOpen(false)} />}
			<Announcer conference={conference} />
			<div class="toast" role="status">
				{toast}
			</div>
		</div>
	);
}

/** By which anybody comes in. */
const linkOf = (code: string) => `${location.origin}/m/${code}`;
