import { expect, test } from "vitest";
import { en, type Key } from "./en";
import { chooseLanguage, LANGUAGES, setLanguage, t } from "./index";

test("every language has every key, not empty, with the same placeholders", () => {
	const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
	for (const { messages } of Object.values(LANGUAGES)) {
		expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
		for (const key of Object.keys(en) as Key[]) {
			expect(messages[key].trim()).not.toBe("");
			expect(placeholders(messages[key])).toEqual(placeholders(en[key]));
		}
	}
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
