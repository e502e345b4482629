import { effect, signal } from "@preact/signals";
import { recall, remember } from "../storage";
import { en, type Key, type Messages, type Plural } from "./en";

/** Every file beside this one whose name is a language's BCP 47 tag, such as `id.ts` or `pt-br.ts`. */
const FILES = import.meta.glob<Messages>(["./[a-z][a-z].ts", "./[a-z][a-z]-*.ts"], {
	eager: true,
	import: "default",
});

/** The languages, by tag. Adding one is adding its file. */
export const LANGUAGES: ReadonlyMap<string, Messages> = new Map(
	Object.entries(FILES).map(([path, messages]) => [path.slice("./".length, -".ts".length), messages]),
);

const STORED = "language";

/** The best language for what the user chose before, or the browser asks for. */
export function chooseLanguage(stored: string | null, wanted: readonly string[]): string {
	for (const asked of [stored ?? "", ...wanted]) {
		// "in" is what old Android calls Indonesian.
		const tag = asked.toLowerCase().replace(/^in(?=-|$)/, "id");
		const primary = tag.split("-")[0] ?? "";
		for (const known of [tag, primary]) if (LANGUAGES.has(known)) return known;
	}
	return "en";
}

export const language = signal(chooseLanguage(recall(STORED), navigator.languages));

effect(() => {
	document.documentElement.lang = language.value;
});

export function setLanguage(tag: string): void {
	language.value = tag;
	remember(STORED, tag);
}

/**
 * The text of a key in the current language, with `{name}` replaced, and numbers written as in that language. Of a
 * text that depends on a number, the form is taken that fits `n`. A component that calls it follows changes.
 */
export function t(key: Key, values: Record<string, string | number> = {}): string {
	const message: string | Plural = (LANGUAGES.get(language.value) ?? en)[key];
	const text = typeof message === "string" ? message : formFor(message, Number(values.n));
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
		const value = values[name] ?? whole;
		return typeof value === "number" ? numberText(value) : value;
	});
}

/** A number as in the current language. */
export function numberText(value: number, options?: Intl.NumberFormatOptions): string {
	return new Intl.NumberFormat(language.value, options).format(value);
}

/** Names one after the other, as in the current language: "A, B, and C". */
export function listText(names: readonly string[]): string {
	// Safari 14.0 has none.
	if (typeof Intl.ListFormat !== "function") return names.join(", ");
	return new Intl.ListFormat(language.value, { type: "conjunction" }).format(names);
}

function formFor(forms: Plural, count: number): string {
	return forms[new Intl.PluralRules(language.value).select(count)] ?? forms.other;
}
