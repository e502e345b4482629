/**
 * What the offline page does. It stands alone: it imports nothing, so that the pages before a meeting need not share
 * chunks with it. Without it, the page speaks both languages.
 */
function storedLanguage(): string | null {
	try {
		return localStorage.getItem("balai.language");
	} catch {
		return null;
	}
}

const known = [...document.querySelectorAll<HTMLElement>("section[lang]")];
const wanted = [storedLanguage(), ...navigator.languages].map((tag) => tag?.toLowerCase().split("-")[0]);
const chosen = wanted.map((tag) => known.find(({ lang }) => lang === tag)).find((section) => section);
if (chosen) {
	document.documentElement.lang = chosen.lang;
	for (const section of known) section.hidden = section !== chosen;
}

/** How often, in ms, the server is looked for: a device that says it is online may have no way to it yet. */
const EVERY = 3_000;

async function look(): Promise<void> {
	if (document.hidden) return;
	const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
	if (answer?.ok) location.reload();
}
addEventListener("online", () => void look());
document.addEventListener("visibilitychange", () => void look());
setInterval(() => void look(), EVERY);

export {};
