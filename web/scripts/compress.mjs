// Lays a .br and a .gz beside every file of the built client that gets smaller by it. Run after `vite build`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotli, gzip } from "./measure.mjs";

const DIST = new URL("../dist/", import.meta.url).pathname;
const TEXT = /\.(?:css|html|js|json|svg|txt|webmanifest)$/;

for (const file of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
	if (!TEXT.test(file) || file.startsWith(".")) continue;
	const path = join(DIST, file);
	const content = readFileSync(path);
	for (const [ending, packed] of [
		[".br", brotli(content)],
		[".gz", gzip(content)],
	]) {
		if (packed.length < content.length) writeFileSync(path + ending, packed);
	}
}
