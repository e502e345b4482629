import type { ComponentChild } from "preact";

/** What begins a link; http: and https: alone, so that none can be a script. */
const LINK = /https?:\/\/[^\s<>"'`]+/gi;
/** Punctuation at the end of a sentence, or of brackets around the link, is not the link's. */
const TAIL = /[.,;:!?'")\]}»”’]+$/;

/** A text with its links made into links. They open elsewhere, and learn nothing of where they came from. */
export function withLinks(text: string): ComponentChild[] {
	const parts: ComponentChild[] = [];
	let from = 0;
	for (const match of text.matchAll(LINK)) {
		const url = safe(match[0].replace(TAIL, ""));
		if (!url) continue;
		const shown = match[0].replace(TAIL, "");
		parts.push(text.slice(from, match.index));
		parts.push(
			<a href={url} target="_blank" rel="noopener noreferrer nofollow">
				{shown}
			</a>,
		);
		from = match.index + shown.length;
	}
	parts.push(text.slice(from));
	return parts.filter((part) => part !== "");
}

function safe(text: string): string | null {
	try {
		const url = new URL(text);
		return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
	} catch {
		return null;
	}
}
