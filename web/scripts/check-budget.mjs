// Prints what the client weighs, and fails where it has become too heavy for a weak link. Run after `vite build`;
// another folder than dist may be named.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesOf, sizeOf } from "./measure.mjs";

const DIST = process.argv[2] ?? new URL("../dist/", import.meta.url).pathname;
const PAGE = "index.html";
/** What the JavaScript may weigh in bytes with gzip: before one joins, and all in all in a meeting. */
const BUDGET = { join: 100_000, meeting: 200_000 };

/** @type {Record<string, import("./measure.mjs").Chunk>} */
const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));
const before = filesOf(manifest, PAGE);
const meeting = filesOf(manifest, PAGE, { later: true });
const scripts = (/** @type {Set<string>} */ files) => [...files].filter((file) => file.endsWith(".js"));
const sheets = (/** @type {Set<string>} */ files) => [...files].filter((file) => file.endsWith(".css"));

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
const rows = [
	{ name: "join page, JavaScript", size: sizeOf(DIST, scripts(before)), most: BUDGET.join },
	{ name: "join page, styles", size: sizeOf(DIST, sheets(before)) },
	{ name: "meeting, JavaScript", size: sizeOf(DIST, scripts(meeting)), most: BUDGET.meeting },
	{ name: "meeting, styles", size: sizeOf(DIST, sheets(meeting)) },
];
console.log(
	`${"".padEnd(24)}${["plain", "gzip", "brotli", "budget"].map((word) => word.padStart(9)).join("  ")}`,
);
let heavy = false;
for (const { name, size, most } of rows) {
	const over = most !== undefined && size.gzip > most;
	heavy ||= over;
	const figures = [size.plain, size.gzip, size.brotli, ...(most === undefined ? [] : [most])].map(kilobytes);
	console.log(`${name.padEnd(24)}${figures.join("  ")}${over ? "  too heavy" : ""}`);
}
if (heavy) {
	console.error(
		"The client is over its budget (gzip): load less before the meeting, or import it when it is needed.",
	);
	process.exit(1);
}
