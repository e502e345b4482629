/** A grid of equal 16:9 tiles. */
export interface Grid {
	columns: number;
	rows: number;
	/** Size of one tile in CSS pixels. */
	width: number;
	height: number;
}

const RATIO = 16 / 9;

/** The grid in which `count` tiles fill a room of `width` by `height` CSS pixels best, with `gap` between them. */
export function fitGrid(count: number, width: number, height: number, gap: number): Grid {
	let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
	for (let columns = 1; columns <= Math.max(1, count); columns++) {
		const rows = Math.max(1, Math.ceil(count / columns));
		const roomWidth = (width - gap * (columns - 1)) / columns;
		const roomHeight = (height - gap * (rows - 1)) / rows;
		const tileWidth = Math.floor(Math.max(0, Math.min(roomWidth, roomHeight * RATIO)));
		if (tileWidth > best.width)
			best = { columns, rows, width: tileWidth, height: Math.floor(tileWidth / RATIO) };
	}
	return best;
}

/** How many tiles of at least `minWidth` fit; at least one, at most `most`. */
export function capacity(width: number, height: number, gap: number, minWidth: number, most: number): number {
	let count = 1;
	while (count < most && fitGrid(count + 1, width, height, gap).width >= minWidth) count++;
	return count;
}
