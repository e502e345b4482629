import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Key } from "../../i18n/en";
import type { Conference } from "../../meeting/conference";
import { Icon, type IconName } from "../icons";
import { ChairSettings } from "./chair-settings";
import { Chat } from "./chat";
import { People } from "./people";
import { Polls } from "./polls";

export type PanelName = NonNullable<Conference["layout"]["panel"]["value"]>;

interface Tab {
	title: Key;
	icon: IconName;
	chairsOnly?: true;
	view(conference: Conference): ComponentChildren;
}

export const TABS: Record<PanelName, Tab> = {
	people: { title: "people", icon: "people", view: (c) => <People conference={c} /> },
	chat: { title: "chat", icon: "chat", view: (c) => <Chat conference={c} /> },
	polls: { title: "polls", icon: "poll", view: (c) => <Polls conference={c} /> },
	settings: {
		title: "meetingSettings",
		icon: "settings",
		chairsOnly: true,
		view: (c) => <ChairSettings conference={c} />,
	},
};

/** What stands beside the pictures; over them on a phone. Escape closes it, and the focus goes where it came from. */
export function Panel({ conference }: { conference: Conference }) {
	const open = conference.layout.panel;
	const heading = useRef<HTMLHeadingElement>(null);
	const name = open.value;
	const shown = name && (!TABS[name].chairsOnly || conference.state.chairs.value) ? name : null;
	useEffect(() => {
		if (!shown) return;
		const before = document.activeElement;
		heading.current?.focus();
		return () => {
			if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
		};
	}, [shown]);
	if (!shown) return null;
	const { title, view } = TABS[shown];
	const close = () => {
		open.value = null;
	};
	return (
		<aside
			class="panel"
			aria-labelledby="panel-title"
			onKeyDown={(event) => {
				if (event.key === "Escape" && !event.defaultPrevented) close();
			}}
		>
			<header class="panel-top">
				<h2 id="panel-title" ref={heading} tabIndex={-1}>
					{t(title)}
				</h2>
				<button type="button" class="icon-only" onClick={close} aria-label={t("close")} title={t("close")}>
					<Icon name="close" />
				</button>
			</header>
			{view(conference)}
		</aside>
	);
}
