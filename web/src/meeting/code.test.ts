import { expect, test } from "vitest";
import { parseCode } from "./code";

test.each([
	["abc-defg-hjk", "abc-defg-hjk"],
	["  ABC defg HJK ", "abc-defg-hjk"],
	["abcdefghjk", "abc-defg-hjk"],
	["https://rapat.example.go.id/m/abc-defg-hjk?x=1", "abc-defg-hjk"],
	["abc–defg–hjk", "abc-defg-hjk"],
])("%s is the code %s", (typed, code) => expect(parseCode(typed)).toBe(code));

test.each(["", "abc", "abc-defg-hjk-lmn", "1bc-defg-hjk", "../../etc"])("%s is no code", (typed) =>
	expect(parseCode(typed)).toBeNull(),
);
