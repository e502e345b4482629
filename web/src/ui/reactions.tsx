import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import type { Reaction } from "../protocol";
import { Menu, MenuItem } from "./menu";

const REACTIONS: readonly Reaction[] = ["👍", "👏", "❤️", "😂", "😮", "🙏", "🎉", "👎"];

/** What everybody sees for a moment on one's tile. */
export function ReactionMenu({ conference }: { conference: Conference }) {
	const { state } = conference;
	if (!state.chairing.policy.value.react && !state.chairs.value) return null;
	return (
		<Menu label={t("react")} icon="smile" look="control" words={t("react")}>
			<div class="reactions">
				{REACTIONS.map((reaction) => (
					<MenuItem key={reaction} onChoose={() => void conference.ask({ type: "react", reaction })}>
						{reaction}
					</MenuItem>
				))}
			</div>
		</Menu>
	);
}
