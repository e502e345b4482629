import type { Figures } from "./session-figures";

/** What somebody says of a meeting's sound and pictures. */
export interface Feedback {
	/** 1 (bad) to 5 (good). */
	rating: number;
	words: string;
	figures: Figures;
}

/** Send feedback on the latest visit of whoever has this secret. Resolves with whether it is kept. */
export async function sendFeedback(code: string, person: string, feedback: Feedback): Promise<boolean> {
	const response = await fetch(`/api/meetings/${encodeURIComponent(code)}/feedback`, {
		method: "POST",
		headers: { "Content-Type": "application/json", Authorization: `Person ${person}` },
		body: JSON.stringify(feedback),
	}).catch(() => null);
	return response?.ok ?? false;
}
