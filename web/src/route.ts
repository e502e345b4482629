import { signal } from "@preact/signals";

/** The page's path. */
export const path = signal(location.pathname);

addEventListener("popstate", () => {
	path.value = location.pathname;
});

/** What stands where the meeting code belongs in a path; null where the path is not a meeting's. */
export function meetingIn(path: string): string | null {
	const part = /^\/m\/([^/]+)\/?$/.exec(path)?.[1];
	if (part === undefined) return null;
	try {
		return decodeURIComponent(part);
	} catch {
		return part; // a lone %: whatever it is, it is no code
	}
}

/** Go to another page of the client. */
export function navigate(to: string): void {
	history.pushState(null, "", to);
	path.value = to;
}
