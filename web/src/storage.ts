/** What this browser remembers from visit to visit. Where storage is forbidden, nothing is remembered, and all goes on. */

const PREFIX = "balai.";

export function recall(key: string): string | null {
	try {
		return localStorage.getItem(PREFIX + key);
	} catch {
		return null;
	}
}

export function remember(key: string, value: string): void {
	try {
		localStorage.setItem(PREFIX + key, value);
	} catch {
		// private window, or full
	}
}

/** A remembered object; empty where there is none, or something else. */
export function recallObject<T extends object>(key: string): Partial<T> {
	try {
		const value: unknown = JSON.parse(recall(key) ?? "{}");
		return typeof value === "object" && value !== null ? (value as Partial<T>) : {};
	} catch {
		return {};
	}
}
