import type { ComponentChildren } from "preact";
import { Logo } from "./icons";
import { LanguageSwitch } from "./language";

/** What every page outside of a meeting has around it. */
export function Page({ children }: { children: ComponentChildren }) {
	return (
		<div class="page">
			<header class="top">
				<Logo />
				<LanguageSwitch />
			</header>
			{children}
		</div>
	);
}
