import { signal } from "@preact/signals";

/** The page's path. */
export const path = signal(location.pathname);

addEventListener("popstate", () => {
	path.value = location.pathname;
});

/** Go to another page of the client. */
export function navigate(to: string): void {
	history.pushState(null, "", to);
	path.value = to;
}
