import { effect, signal } from "@preact/signals";
import { recall, remember } from "../storage";
import { en, type Key, type Messages } from "./en";
import { id } from "./id";

/** The languages, by BCP 47 tag, under their own names. Adding one is one file and one line here. */
export const LANGUAGES = {
	en: { name: "English", messages: en as Messages },
	id: { name: "Bahasa Indonesia", messages: id },
};
export type Language = keyof typeof LANGUAGES;

const STORED = "language";

/** The best language for what the user chose before, or the browser asks for. */
export function chooseLanguage(stored: string | null, wanted: readonly string[]): Language {
	for (const tag of [stored ?? "", ...wanted]) {
		const primary = tag.toLowerCase().split("-")[0] ?? "";
		// "in" is what old Android calls Indonesian.
		const known = primary === "in" ? "id" : primary;
		if (known in LANGUAGES) return known as Language;
	}
	return "en";
}

export const language = signal<Language>(chooseLanguage(recall(STORED), navigator.languages));

effect(() => {
	document.documentElement.lang = language.value;
});

export function setLanguage(tag: Language): void {
	language.value = tag;
	remember(STORED, tag);
}

/** The text of a key in the current language, with `{name}` replaced. A component that calls it follows changes. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
	const text = LANGUAGES[language.value].messages[key];
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
