import { expect, test } from "vitest";
import { en, type Key, type Plural } from "./en";
import { chooseLanguage, LANGUAGES, listText, setLanguage, t } from "./index";

test("every language has every key, not empty, with the same placeholders", () => {
	const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
	const general = (message: string | Plural) => (typeof message === "string" ? message : message.other);
	expect([...LANGUAGES.keys()]).toEqual(expect.arrayContaining(["en", "id"]));
	for (const messages of LANGUAGES.values()) {
		expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
		for (const key of Object.keys(en) as Key[]) {
			expect(general(messages[key]).trim()).not.toBe("");
			expect(placeholders(general(messages[key]))).toEqual(placeholders(general(en[key])));
		}
	}
});

test("what is counted has a form for each plural category of its language, and none that it has not", () => {
	for (const [tag, messages] of LANGUAGES) {
		const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
		for (const message of Object.values(messages)) {
			if (typeof message === "string") continue;
			expect(Object.keys(message).sort(), JSON.stringify(message)).toEqual([...categories].sort());
			for (const form of Object.values(message)) expect(form.trim()).not.toBe("");
		}
	}
});

test("what is counted is said as the language does, with its numbers", () => {
	expect([0, 1, 2, 1_500].map((n) => t("manyHere", { n }))).toEqual([
		"0 people are here.",
		"One person is here.",
		"2 people are here.",
		"1,500 people are here.",
	]);
	setLanguage("id");
	expect([1, 1_500].map((n) => t("manyHere", { n }))).toEqual([
		"1 orang sudah hadir.",
		"1.500 orang sudah hadir.",
	]);
	expect(listText(["Ayu", "Budi", "Citra"])).toBe("Ayu, Budi, dan Citra");
	setLanguage("en");
});

test("the stored language comes before the browser's, and English is for everybody else", () => {
	expect(chooseLanguage("id", ["en-US"])).toBe("id");
	expect(chooseLanguage(null, ["in-ID", "en"])).toBe("id");
	expect(chooseLanguage(null, ["fr", "id-ID"])).toBe("id");
	expect(chooseLanguage("xx", ["fr"])).toBe("en");
});

test("switching the language switches the texts", () => {
	setLanguage("id");
	expect(t("manyHere", { n: 3 })).toBe("3 orang sudah hadir.");
	setLanguage("en");
	expect(t("manyHere", { n: 3 })).toBe("3 people are here.");
});
