/** Parts of a page that have a place to which the focus can go. */
const PARTS = "[tabindex], dialog, section, aside, nav, form, header, footer, main";
const TABBABLE =
	"a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex='0']";

/**
 * Keeps the focus on the page: when what has it goes away (a button that was pressed, a page that is over), it goes to
 * the part that this was in, or to the new page's heading. Otherwise whoever uses the keyboard would begin anew at the
 * top, and a screen reader would fall silent. Returns what ends it.
 */
export function keepFocus(root: HTMLElement): () => void {
	let last: HTMLElement | null = null;
	/** What the last one was in, from the inside out. */
	let around: HTMLElement[] = [];

	const focused = ({ target }: FocusEvent) => {
		last = target instanceof HTMLElement ? target : null;
		around = [];
		for (let part = last?.parentElement ?? null; part && part !== root; part = part.parentElement)
			if (part.matches(PARTS)) around.push(part);
	};
	const pressed = () => {
		last = null; // whatever is pressed and takes the focus, says so next
	};
	const changed = () => {
		if (!last || last.isConnected || document.activeElement !== document.body) return;
		const place = around.filter((part) => part.isConnected).map(placeIn);
		last = null;
		(place.find((found) => found !== null) ?? placeIn(root))?.focus({ preventScroll: true });
	};

	const observer = new MutationObserver(changed);
	observer.observe(root, { childList: true, subtree: true });
	root.addEventListener("focusin", focused);
	root.addEventListener("pointerdown", pressed, true);
	return () => {
		observer.disconnect();
		root.removeEventListener("focusin", focused);
		root.removeEventListener("pointerdown", pressed, true);
	};
}

/** Where the focus goes within a part: itself if it takes it, its heading, or else the first thing that can be used. */
function placeIn(part: HTMLElement): HTMLElement | null {
	if (part.hasAttribute("tabindex")) return part;
	const heading = part.querySelector<HTMLElement>("h1") ?? part.querySelector<HTMLElement>("h2, h3");
	if (!heading) return part.querySelector<HTMLElement>(TABBABLE);
	heading.tabIndex = -1;
	return heading;
}
