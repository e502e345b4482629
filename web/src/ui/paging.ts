/** One page of a list, and how many pages there are. */
export interface Page {
	ids: string[];
	page: number;
	pages: number;
}

/**
 * Who is on a page of so many tiles. Whoever is called for (spotlit, pinned, speaking) but is on another page takes the
 * last places of this one, so that nobody need look for who speaks; all others stay where they are.
 */
export function pageOf(
	ids: readonly string[],
	size: number,
	wanted: number,
	called: readonly string[],
): Page {
	const room = Math.max(1, size);
	const pages = Math.max(1, Math.ceil(ids.length / room));
	const page = Math.min(Math.max(0, wanted), pages - 1);
	const own = ids.slice(page * room, (page + 1) * room);
	const missing = called.filter((id) => ids.includes(id) && !own.includes(id)).slice(0, room - 1);
	if (missing.length === 0 || page > 0) return { ids: own, page, pages };
	const kept = own.filter((id) => !called.includes(id));
	const dropped = new Set(
		kept.slice(Math.max(0, kept.length - Math.max(0, missing.length - (room - own.length)))),
	);
	return { ids: [...own.filter((id) => !dropped.has(id)), ...missing], page, pages };
}
