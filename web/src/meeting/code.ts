/** The meeting code in whatever a person typed or pasted; null when there is none. */
export function parseCode(text: string): string | null {
	const link = /\/m\/([a-z]{3}-[a-z]{4}-[a-z]{3})/i.exec(text);
	if (link?.[1]) return link[1].toLowerCase();
	const letters = text.toLowerCase().replace(/[\s\-–—_.]/g, "");
	if (!/^[a-z]{10}$/.test(letters)) return null;
	return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
}
