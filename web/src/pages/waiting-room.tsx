import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import { MediaButtons } from "../ui/media-buttons";
import { Page } from "../ui/page";

/** The lobby, as whoever waits in it sees it. */
export function WaitingRoom({ conference, title }: { conference: Conference; title: string }) {
	return (
		<Page>
			<main class="card notice waiting-room">
				<span class="pulse" aria-hidden="true" />
				<h1 dir="auto">{title || t("meetingIs", { code: conference.code })}</h1>
				<p role="status">
					{conference.state.reconnecting.value
						? t(conference.state.restarting.value ? "restarting" : "reconnecting")
						: t("waitForHost", { name: conference.who.name })}
				</p>
				<div class="row">
					<MediaButtons local={conference.local} />
				</div>
				<button type="button" onClick={() => conference.leave()}>
					{t("leave")}
				</button>
			</main>
		</Page>
	);
}
