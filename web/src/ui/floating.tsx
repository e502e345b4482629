import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { floatingKind } from "../meeting/floating";
import { mediaShortcut } from "./actions";
import { Icon } from "./icons";
import { MicrophoneButton } from "./media-buttons";
import { ParticipantTile } from "./participant-tile";
import { ScreenPicture } from "./shared-screen";
import { mainParticipants } from "./speaker-view";
import { useSize } from "./window";

/** The size of the floating window at first, in CSS pixels. */
const SIZE = { width: 400, height: 290 };

/** Lets the shared screen, or else whoever speaks, float above other windows; null where the browser can't. */
export function useFloating(conference: Conference): { open: boolean; toggle(): void } | null {
	const { layout } = conference;
	const [close, setClose] = useState<{ now(): void } | null>(null);
	const kind = floatingKind();

	useEffect(() => () => close?.now(), [close]);

	async function open(): Promise<void> {
		const closed = () => {
			layout.floating.value = null;
			setClose(null);
		};
		try {
			const end =
				kind === "window" ? await openWindow(conference, closed) : await openVideo(conference, closed);
			if (end) setClose({ now: end });
		} catch {
			conference.news.value = { key: "floatingFailed" };
		}
	}

	if (kind === null) return null;
	return { open: close !== null, toggle: () => (close ? close.now() : void open()) };
}

/** Opens a window with the picture and the controls that are needed most. Gives what closes it. */
async function openWindow(conference: Conference, closed: () => void): Promise<() => void> {
	const floating = await window.documentPictureInPicture?.requestWindow(SIZE);
	if (!floating) throw new Error("no window");
	const { document: page } = floating;
	page.documentElement.lang = document.documentElement.lang;
	page.title = document.title;
	for (const style of document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet], style")) {
		const copy = style.cloneNode(true) as HTMLLinkElement;
		if (style.href) copy.href = style.href; // absolute: that page has no address of its own
		page.head.append(copy);
	}
	page.body.className = "floating";
	render(<FloatingPicture conference={conference} />, page.body);
	floating.addEventListener("keydown", (event) => mediaShortcut(event, conference.local));
	floating.addEventListener("pagehide", () => {
		render(null, page.body);
		closed();
	});
	return () => floating.close();
}

/** Has the video that matters most float by itself. Gives what brings it back; null where there is none. */
async function openVideo(conference: Conference, closed: () => void): Promise<(() => void) | null> {
	const screen = document.querySelector<HTMLVideoElement>(".shared-screen video");
	const [main = ""] = mainParticipants(conference, null);
	const tiles = [...document.querySelectorAll<HTMLElement>(".tile")];
	const tile = tiles.find(({ dataset }) => dataset.participant === main) ?? null;
	const video =
		screen ?? tile?.querySelector("video") ?? document.querySelector<HTMLVideoElement>(".tile video");
	if (!video || video.readyState < HTMLMediaElement.HAVE_METADATA) {
		conference.news.value = { key: "nothingToFloat" };
		return null;
	}
	await video.requestPictureInPicture();
	const participant = video.closest<HTMLElement>(".tile")?.dataset.participant ?? null;
	conference.layout.floating.value = { participant, height: SIZE.height };
	video.addEventListener("leavepictureinpicture", closed, { once: true });
	return () => {
		if (document.pictureInPictureElement === video) void document.exitPictureInPicture();
		else closed();
	};
}

/** What the floating window shows: the shared screen or whoever speaks, and how to mute and to leave. */
export function FloatingPicture({ conference }: { conference: Conference }) {
	const { state, layout, screens } = conference;
	const picture = useRef<HTMLElement>(null);
	const { height } = useSize(picture);
	const latest = useRef<string | null>(null);
	const dominant = state.dominant.value;
	if (dominant && dominant !== state.you.value) latest.current = dominant;
	const sharer = screens.shown.value;
	const main = sharer ? null : (mainParticipants(conference, latest.current)[0] ?? null);
	const floats = sharer !== null || main !== null;
	useEffect(() => {
		layout.floating.value = floats ? { participant: main, height: height || SIZE.height } : null;
	}, [layout, floats, main, height]);
	const listens = state.self.value?.role === "listener";
	return (
		<>
			<main class="floating-picture" ref={picture}>
				{sharer ? (
					<section
						class="shared-screen"
						aria-label={t("shares", { name: sharer.name })}
						data-paused={state.screenSlot.value?.paused ? "" : undefined}
					>
						<ScreenPicture conference={conference} sharer={sharer} />
					</section>
				) : (
					main && (
						<ul class="main-tiles">
							<ParticipantTile key={main} conference={conference} id={main} />
						</ul>
					)
				)}
			</main>
			<footer class="floating-controls">
				{!listens && <MicrophoneButton local={conference.local} />}
				<button type="button" class="control leave" onClick={() => conference.leave()}>
					<Icon name="leave" />
					<span>{t("leave")}</span>
				</button>
			</footer>
		</>
	);
}
