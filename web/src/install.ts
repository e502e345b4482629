import { effect } from "@preact/signals";
import { type Language, language } from "./i18n";

/** The manifest that says what the installed app is called in each language. */
const MANIFESTS: Record<Language, string> = {
	en: "/manifest.webmanifest",
	id: "/manifest-id.webmanifest",
};

/** Makes the client installable: with a name in the user's language, and a page for when there is no network. */
export function makeInstallable(): void {
	const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
	effect(() => {
		if (link) link.href = MANIFESTS[language.value];
	});
	// What it keeps must not compete with what the page itself loads.
	if (import.meta.env.PROD) addEventListener("load", keepForOffline, { once: true });
}

function keepForOffline(): void {
	// Refused in private windows, and where the certificate is not trusted: then there is no offline page.
	navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
}
