import { effect } from "@preact/signals";
import { language } from "./i18n";

/** The manifests that say what the installed app is called in a language; in others it has its English name. */
const MANIFESTS: Readonly<Record<string, string>> = { id: "/manifest-id.webmanifest" };

/** Makes the client installable: with a name in the user's language, and a page for when there is no network. */
export function makeInstallable(): void {
	const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
	effect(() => {
		if (link) link.href = MANIFESTS[language.value] ?? "/manifest.webmanifest";
	});
	// What it keeps must not compete with what the page itself loads.
	if (import.meta.env.PROD) addEventListener("load", keepForOffline, { once: true });
}

function keepForOffline(): void {
	// Refused in private windows, and where the certificate is not trusted: then there is no offline page.
	navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
}
