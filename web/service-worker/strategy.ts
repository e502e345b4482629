/** As much of a Request as is looked at. */
export interface Asked {
	method: string;
	mode: string;
	url: string;
}

/**
 * How a request is answered: `page` from the network, and by the offline page where there is none; `asset` from what was
 * kept, for its name changes with its content; null: as if there were no service worker.
 */
export type Strategy = "page" | "asset" | null;

/** The addresses at which the client itself is served: the start page, and meetings. */
const PAGES = /^\/(?:m\/[^/]+\/?)?$/;

/** What is asked of the API, files of a meeting, and whatever belongs to others is never touched, let alone kept. */
export function strategyFor({ method, mode, url }: Asked, origin: string): Strategy {
	const { origin: asked, pathname } = new URL(url);
	if (method !== "GET" || asked !== origin) return null;
	if (mode === "navigate") return PAGES.test(pathname) ? "page" : null;
	return pathname.startsWith("/assets/") ? "asset" : null;
}
