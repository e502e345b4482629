import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const SCRIPT = join(import.meta.dirname, "check-budget.mjs");
let dist = "";

beforeEach(() => {
	dist = mkdtempSync(join(tmpdir(), "balai-"));
	mkdirSync(join(dist, ".vite"));
});
afterEach(() => rmSync(dist, { recursive: true }));

/** A built client whose chunks have these sizes in kB, of what nothing can compress. */
function check({ page = 1, shared = 1, later = 1 }) {
	const manifest = {
		"index.html": { file: "page.js", imports: ["_shared.js"], dynamicImports: ["later.ts"] },
		"_shared.js": { file: "shared.js" },
		"later.ts": { file: "later.js", imports: ["_shared.js"] },
	};
	writeFileSync(join(dist, ".vite/manifest.json"), JSON.stringify(manifest));
	for (const [name, size] of Object.entries({ page, shared, later }))
		writeFileSync(join(dist, `${name}.js`), randomBytes(size * 1000));
	return spawnSync(process.execPath, [SCRIPT, dist], { encoding: "utf8" });
}

test("a client within its budget passes, and its weight is printed", () => {
	const { status, stdout } = check({ page: 60, shared: 30, later: 90 });
	expect(stdout).toMatch(/join page, JavaScript +90\.0 kB/);
	expect(stdout).toMatch(/meeting, JavaScript +180\.0 kB/);
	expect(status).toBe(0);
});

test.each([
	["before the meeting, chunks that it shares with others counted", { page: 60, shared: 50 }],
	["in the meeting, chunks that come later counted", { page: 60, later: 145 }],
])("a client that is too heavy %s fails", (_, sizes) => {
	const { status, stdout } = check(sizes);
	expect(stdout).toContain("too heavy");
	expect(status).toBe(1);
});
