// Writes into the built service worker which files it keeps, and a version that changes with any of them. Run after
// `vite build`.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DIST = new URL("../dist/", import.meta.url).pathname;
const WORKER = join(DIST, "service-worker.js");

const assets = readdirSync(join(DIST, "assets"), { encoding: "utf8" }).sort();
const offline = readFileSync(join(DIST, "offline.html"));
const code = readFileSync(WORKER, "utf8");
/** @type {Record<string, unknown>} */
const values = {
	__PRECACHED__: ["/offline.html", ...assets.map((name) => `/assets/${name}`)],
	__VERSION__: createHash("sha256")
		.update(assets.join())
		.update(offline)
		.update(code)
		.digest("hex")
		.slice(0, 16),
};
const written = Object.entries(values).reduce((text, [name, value]) => {
	if (!text.includes(name)) throw new Error(`the service worker does not mention ${name}`);
	return text.replaceAll(name, JSON.stringify(value));
}, code);
if (/^\s*(?:import|export)\b/m.test(written))
	throw new Error("the service worker must be one classic script");
writeFileSync(WORKER, written);
