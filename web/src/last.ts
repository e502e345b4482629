/** The last of them. `Array.prototype.at` came later than the browsers that are to run this (Safari 15.4, Chrome 92). */
export function last<T>(items: readonly T[]): T | undefined {
	return items[items.length - 1];
}
