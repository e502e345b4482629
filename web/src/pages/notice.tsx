import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import type { Key } from "../i18n/en";
import type { Ending } from "../meeting/state";
import type { ErrorCode } from "../protocol";
import { navigate } from "../route";
import { Page } from "../ui/page";

/** The words for each way a meeting can be over. */
export const ENDINGS: Record<Ending, { title: Key; hint?: Key }> = {
	left: { title: "leftTitle" },
	replaced: { title: "replacedTitle", hint: "replacedHint" },
	media_timeout: { title: "mediaTimeoutTitle", hint: "mediaTimeoutHint" },
	meeting_ended: { title: "endedTitle" },
	no_server: { title: "failedTitle", hint: "noServer" },
	no_media: { title: "failedTitle", hint: "noMedia" },
	failed: { title: "failedTitle", hint: "mediaTimeoutHint" },
	refused: { title: "refusedTitle", hint: "refusedHint" },
	removed: { title: "removedTitle", hint: "removedHint" },
	banned: { title: "bannedTitle", hint: "bannedHint" },
};

/** The words for each way in which joining can be out of the question. */
export const TURNED_AWAY: Partial<Record<ErrorCode, { title: Key; hint: Key }>> = {
	meeting_full: { title: "fullTitle", hint: "fullHint" },
	meeting_locked: { title: "lockedTitle", hint: "lockedHint" },
	banned: { title: "bannedTitle", hint: "bannedHint" },
	server_stopping: { title: "serverStoppingTitle", hint: "serverStoppingHint" },
};

interface Props {
	title: Key;
	hint?: Key | undefined;
	values?: Record<string, string | number>;
	onRejoin?: (() => void) | undefined;
	/** What stands below. */
	children?: ComponentChildren;
}

/** A page that says one thing, and where to go from here. */
export function Notice({ title, hint, values, onRejoin, children }: Props) {
	return (
		<Page>
			<main class="card notice">
				<h1>{t(title, values)}</h1>
				{hint && <p>{t(hint, values)}</p>}
				<div class="actions">
					{onRejoin && (
						<button type="button" class="primary" onClick={onRejoin}>
							{t("rejoin")}
						</button>
					)}
					<button type="button" onClick={() => navigate("/")}>
						{t("home")}
					</button>
				</div>
				{children}
			</main>
		</Page>
	);
}
