import { t } from "../i18n";
import type { Conference } from "../meeting/conference";
import type { Reaction } from "../protocol";
import { Menu, MenuItem } from "./menu";

const REACTIONS: readonly Reaction[] = ["👍", "👏", "❤️", "😂", "😮", "🙏", "🎉", "👎"];

const mayReact = ({ state }: Conference) => state.chairing.policy.value.react || state.chairs.value;

/** What everybody sees for a moment on one's tile, in a menu of its own. */
export function ReactionMenu({ conference }: { conference: Conference }) {
	if (!mayReact(conference)) return null;
	return (
		<Menu label={t("react")} icon="smile" look="control" words={t("react")}>
			<ReactionItems conference={conference} />
		</Menu>
	);
}

/** The same within another menu. */
export function ReactionItems({ conference }: { conference: Conference }) {
	if (!mayReact(conference)) return null;
	return (
		<div class="reactions">
			{REACTIONS.map((reaction) => (
				<MenuItem key={reaction} onChoose={() => void conference.ask({ type: "react", reaction })}>
					{reaction}
				</MenuItem>
			))}
		</div>
	);
}
