import { expect, test } from "vitest";
import { strategyFor } from "./strategy";

const ORIGIN = "https://balai.example";
const asked = (path: string, mode = "cors", method = "GET") =>
	strategyFor({ method, mode, url: new URL(path, ORIGIN).href }, ORIGIN);

test("the client's pages come from the network, with the offline page for when there is none", () => {
	for (const path of ["/", "/?from=home", "/m/abc-defg-hjk", "/m/abc-defg-hjk/"])
		expect(asked(path, "navigate")).toBe("page");
});

test("hashed files come from what was kept", () => {
	expect(asked("/assets/index-abc123.js")).toBe("asset");
	expect(asked("/assets/index-abc123.css", "no-cors")).toBe("asset");
});

test.each([
	["the API", "/api/meetings/abc-defg-hjk", "cors", "GET"],
	["a file that is saved by opening its address", "/api/meetings/abc-defg-hjk/files/x", "navigate", "GET"],
	["an attendance sheet", "/api/meetings/abc-defg-hjk/attendance.pdf", "navigate", "GET"],
	["health", "/healthz", "navigate", "GET"],
	["what changes something", "/assets/index-abc123.js", "cors", "POST"],
	["other sites", "https://other.example/assets/index-abc123.js", "no-cors", "GET"],
])("%s is left alone", (_, path, mode, method) => {
	expect(asked(path, mode, method)).toBeNull();
});
