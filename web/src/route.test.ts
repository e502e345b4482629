import { expect, test } from "vitest";
import { parseCode } from "./meeting/code";
import { meetingIn } from "./route";

test.each([
	["/m/abc-defg-hjk", "abc-defg-hjk"],
	["/m/abc-defg-hjk/", "abc-defg-hjk"],
	["/m/abc%20defg%20hjk", "abc-defg-hjk"],
	["/m/%", null],
	["/m/%E0%A4%A", null],
	["/m/nonsense", null],
])("the path %s is of the meeting %s", (path, code) => expect(parseCode(meetingIn(path) ?? "")).toBe(code));

test.each(["/", "/m/", "/m/abc-defg-hjk/more", "/about"])("the path %s is not a meeting's", (path) =>
	expect(meetingIn(path)).toBeNull(),
);
