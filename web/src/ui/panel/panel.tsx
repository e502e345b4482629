import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
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
	const panel = useRef<HTMLElement>(null);
	const before = useRef<Element | null>(null);
	// Before anything else looks for a place for a focus that is lost.
	useLayoutEffect(() => {
		if (!shown) {
			const lost = document.activeElement === document.body;
			if (lost && before.current instanceof HTMLElement) before.current.focus();
			before.current = null;
			return;
		}
		const active = document.activeElement;
		if (active !== document.body && !panel.current?.contains(active)) before.current = active;
		// Opened by a key from nowhere in particular: back to where it can be opened again.
		before.current ??= document.querySelector(`.controls [data-panel="${shown}"]`);
		heading.current?.focus();
	}, [shown]);
	if (!shown) return null;
	const { title, view } = TABS[shown];
	const close = () => {
		open.value = null;
	};
	return (
		<aside
			ref={panel}
			class="panel"
			aria-labelledby="panel-title"
			onKeyDown={(event) => {
				// In a dialog or a menu it closes that.
				const inDialog = event.target instanceof Element && event.target.closest("dialog") !== null;
				if (event.key === "Escape" && !event.defaultPrevented && !inDialog) close();
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
