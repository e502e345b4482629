import { t } from "../i18n";
import type { Conference } from "../meeting/conference";

/**
 * What is said, in words, over the pictures; nothing while there are no words. No live region: whoever uses a screen
 * reader hears the voices themselves.
 */
export function CaptionArea({ conference }: { conference: Conference }) {
	const lines = conference.state.captions.lines.value;
	if (lines.length === 0) return null;
	return (
		<section class="captions" aria-label={t("captions")}>
			{lines.map(({ participant, name, text }, i) => {
				const goesOn = lines[i - 1]?.participant === participant;
				return (
					<p key={i} dir="auto">
						{!goesOn && <bdi class="name">{name}: </bdi>}
						{text}
					</p>
				);
			})}
		</section>
	);
}
