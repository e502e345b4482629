// What the client weighs: which files a page needs, and how large they are as they are sent.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** @typedef {{ file: string, imports?: string[], dynamicImports?: string[], css?: string[] }} Chunk As in Vite's manifest. */
/** @typedef {{ plain: number, gzip: number, brotli: number }} Size In bytes. */

/** @param {Buffer} content */
export const gzip = (content) => gzipSync(content, { level: 9 });

/** @param {Buffer} content */
export const brotli = (content) =>
	brotliCompressSync(content, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
			[constants.BROTLI_PARAM_SIZE_HINT]: content.length,
		},
	});

/**
 * The files that come with a chunk: its own, and those of every chunk that it imports; with `later`, also of those that
 * it imports when they are needed.
 * @param {Record<string, Chunk>} manifest
 * @param {string} name
 * @param {{ later?: boolean }} options
 * @returns {Set<string>}
 */
export function filesOf(manifest, name, { later = false } = {}) {
	const files = new Set();
	const seen = new Set();
	const visit = (/** @type {string} */ key) => {
		if (seen.has(key)) return;
		seen.add(key);
		const chunk = manifest[key];
		if (!chunk) throw new Error(`there is no chunk ${key} in the manifest`);
		files.add(chunk.file);
		for (const sheet of chunk.css ?? []) files.add(sheet);
		for (const other of chunk.imports ?? []) visit(other);
		for (const other of later ? (chunk.dynamicImports ?? []) : []) visit(other);
	};
	visit(name);
	return files;
}

/**
 * @param {string} folder
 * @param {Iterable<string>} files
 * @returns {Size}
 */
export function sizeOf(folder, files) {
	const size = { plain: 0, gzip: 0, brotli: 0 };
	for (const file of files) {
		const content = readFileSync(join(folder, file));
		size.plain += content.length;
		size.gzip += gzip(content).length;
		size.brotli += brotli(content).length;
	}
	return size;
}
