/** What one direction of a connection was seen to do. What could not be measured is null. */
export interface Way {
	/** What it carries at least, in bit/s. */
	rate: number | null;
	/** The share of packets lost, 0 to 1, before repair. */
	lost: number | null;
}

/** What a trial has found out so far. */
export interface Findings {
	/** The server answered within so many ms; null: it did not; `busy`: it lets nobody else try now. */
	server: number | "busy" | null;
	/** Sound and pictures got through. */
	media: boolean;
	/** In ms, as media takes. */
	roundTrip: number | null;
	up: Way;
	down: Way;
}

export type Verdict = "good" | "fair" | "weak" | "blocked" | "noServer" | "busy";

/** A voice takes some 40 kbit/s with all headers, twice that where it is sent redundantly. */
const VOICE = 90_000;
/** A camera's upper two layers, and a few pictures of others. In bit/s. */
const PICTURES_UP = 600_000;
const PICTURES_DOWN = 1_000_000;
/** Shares of packets lost, and ms: up to these pictures are fine, and a voice is. */
const LOSS = { pictures: 0.03, voice: 0.1 };
const ROUND_TRIP = { pictures: 400, voice: 800 };

/** What a connection is good for. What could not be measured counts for nothing. */
export function judge({ server, media, roundTrip, up, down }: Findings): Verdict {
	if (server === "busy") return "busy";
	if (server === null) return "noServer";
	if (!media) return "blocked";
	const lost = Math.max(up.lost ?? 0, down.lost ?? 0);
	const slow = roundTrip ?? 0;
	const carries = (least: number, leastDown = least) =>
		(up.rate ?? least) >= least && (down.rate ?? leastDown) >= leastDown;
	if (lost > LOSS.voice || slow > ROUND_TRIP.voice || !carries(VOICE)) return "weak";
	if (lost > LOSS.pictures || slow > ROUND_TRIP.pictures || !carries(PICTURES_UP, PICTURES_DOWN))
		return "fair";
	return "good";
}
