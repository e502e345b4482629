import { numberText, t } from "../i18n";
import { canShareScreen } from "../media/screen";
import type { Conference } from "../meeting/conference";
import { singleKeys } from "../preferences";
import { actionsOf } from "./actions";
import { useFloating } from "./floating";
import { Icon } from "./icons";
import { MediaButtons } from "./media-buttons";
import { Menu, MenuItem } from "./menu";
import { type PanelName, TABS } from "./panel/panel";
import { ReactionItems, ReactionMenu } from "./reactions";
import { ShareButton } from "./share-button";
import { keyHints } from "./shortcuts";
import { useFullScreen } from "./window";

interface Props {
	conference: Conference;
	onDevices(): void;
	onDetails(): void;
	onShortcuts(): void;
}

/** What the user can do, most needed first. What has no room on a phone is behind one button there. */
export function Controls({ conference, onDevices, onDetails, onShortcuts }: Props) {
	const { state, layout, sharing } = conference;
	const actions = actionsOf(conference);
	const toggle = (name: PanelName) => {
		layout.panel.value = layout.panel.value === name ? null : name;
	};
	const raised = state.self.value?.hand != null;
	const speaker = layout.name.value === "speaker";
	const letters = singleKeys.value;
	const chairs = state.chairs.value;
	const names = (Object.keys(TABS) as PanelName[]).filter((name) => chairs || !TABS[name].chairsOnly);
	const floating = useFloating(conference);
	const floatingItem = floating && (
		<MenuItem onChoose={floating.toggle}>{floating.open ? t("unfloat") : t("float")}</MenuItem>
	);
	const listens = state.self.value?.role === "listener";
	return (
		<footer class="controls">
			{!listens && <MediaButtons local={conference.local} letters={letters} />}
			<button
				type="button"
				class={`control ${raised ? "on" : ""}`}
				{...keyHints("hand", letters)}
				onClick={actions.hand}
			>
				<Icon name="hand" />
				<span>{raised ? t("lowerHand") : t("raiseHand")}</span>
			</button>
			<span class="wide-only">
				{!listens && <ShareButton sharing={sharing} />}
				<ReactionMenu conference={conference} />
			</span>
			<PanelButton conference={conference} name="people" onChoose={toggle} />
			<PanelButton conference={conference} name="chat" onChoose={toggle} />
			<span class="wide-only">
				{names.slice(2).map((name) => (
					<PanelButton key={name} conference={conference} name={name} onChoose={toggle} />
				))}
				<button type="button" class="control" {...keyHints("layout", letters)} onClick={actions.layout}>
					<Icon name={speaker ? "grid" : "speakerView"} />
					<span>{speaker ? t("gridView") : t("speakerView")}</span>
				</button>
				<button type="button" class="control" {...keyHints("devices", letters)} onClick={onDevices}>
					<Icon name="devices" />
					<span>{t("devices")}</span>
				</button>
			</span>
			<span class="wide-only">
				<Menu label={t("more")} words={t("more")} look="control">
					<ScreenItems conference={conference} />
					{floatingItem}
					<MenuItem onChoose={onDetails}>{t("connectionDetails")}</MenuItem>
					<MenuItem onChoose={onShortcuts}>{t("shortcuts")}</MenuItem>
				</Menu>
			</span>
			<span class="narrow-only">
				<Menu label={t("more")} words={t("more")} look="control">
					<ReactionItems conference={conference} />
					{canShareScreen() && !listens && (
						<MenuItem onChoose={actions.share}>
							{sharing.track.value ? t("stopSharing") : t("shareScreen")}
						</MenuItem>
					)}
					{names.slice(2).map((name) => (
						<MenuItem key={name} onChoose={() => toggle(name)}>
							{t(TABS[name].title)}
						</MenuItem>
					))}
					<ScreenItems conference={conference} />
					{floatingItem}
					<MenuItem onChoose={actions.layout}>{speaker ? t("gridView") : t("speakerView")}</MenuItem>
					<MenuItem onChoose={onDevices}>{t("devices")}</MenuItem>
					<MenuItem onChoose={onDetails}>{t("connectionDetails")}</MenuItem>
					<MenuItem onChoose={onShortcuts}>{t("shortcuts")}</MenuItem>
				</Menu>
			</span>
			<button type="button" class="control leave" onClick={() => conference.leave()}>
				<Icon name="leave" />
				<span>{t("leave")}</span>
			</button>
		</footer>
	);
}

/** How this user's own screen looks. */
function ScreenItems({ conference: { layout } }: { conference: Conference }) {
	const full = useFullScreen();
	const hidesSelf = layout.hidesSelf.value;
	const toggleSelf = () => {
		layout.hidesSelf.value = !hidesSelf;
	};
	const toggleFullScreen = () =>
		void (full ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {});
	return (
		<>
			<MenuItem onChoose={toggleSelf}>{hidesSelf ? t("showSelf") : t("hideSelf")}</MenuItem>
			{document.fullscreenEnabled && (
				<MenuItem onChoose={toggleFullScreen}>{full ? t("leaveFullScreen") : t("fullScreen")}</MenuItem>
			)}
		</>
	);
}

interface PanelButtonProps {
	conference: Conference;
	name: PanelName;
	onChoose(name: PanelName): void;
}

function PanelButton({ conference, name, onChoose }: PanelButtonProps) {
	const { state, layout } = conference;
	const open = layout.panel.value === name;
	const news =
		name === "chat"
			? state.conversation.unread.value
			: name === "people"
				? state.chairing.waiting.value.length
				: 0;
	return (
		<button
			type="button"
			class={`control ${open ? "on" : ""}`}
			aria-expanded={open}
			data-panel={name}
			{...(name === "settings" ? {} : keyHints(name, singleKeys.value))}
			onClick={() => onChoose(name)}
		>
			<Icon name={TABS[name].icon} />
			<span>{t(TABS[name].title)}</span>
			{news > 0 && (
				<span class="news">
					<span aria-hidden="true">{news > 99 ? `${numberText(99)}+` : numberText(news)}</span>
					<span class="visually-hidden">
						{t(name === "chat" ? "unreadMessages" : "waitInLobby", { n: news })}
					</span>
				</span>
			)}
		</button>
	);
}
