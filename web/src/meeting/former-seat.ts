import type { Introduction } from "./conference";

/**
 * The seat of this tab, so that it is the same one after the page was loaded again or has crashed. A tab that was
 * duplicated has a copy of what is stored; a lock that the living page holds tells it that the seat is taken.
 */
export interface FormerSeat {
	/** The secret of the seat. */
	token: string;
	who: Introduction;
}

const keyOf = (code: string) => `balai.seat.${code}`;
const lockOf = (token: string) => `balai.seat.${token}`;
/** How long, in ms, the page that was here before may take to be gone. */
const GONE_WITHIN = 1_500;

let release: (() => void) | null = null;

/** This tab has this seat now. */
export function keepSeat(code: string, seat: FormerSeat): void {
	try {
		sessionStorage.setItem(keyOf(code), JSON.stringify(seat));
	} catch {
		return; // what is not stored needs no lock
	}
	void hold(seat.token);
}

/** This tab has no seat any more. */
export function forgetSeat(code: string): void {
	try {
		sessionStorage.removeItem(keyOf(code));
	} catch {
		// It was not stored either.
	}
	release?.();
	release = null;
}

/** Whether the page that was here before had a seat. */
export function hadSeat(code: string): boolean {
	return readSeat(code) !== null;
}

/** The seat of the page that was here before; null where it had none, or where another tab has it. */
export async function takeSeat(code: string): Promise<FormerSeat | null> {
	const seat = readSeat(code);
	return seat && (await hold(seat.token)) ? seat : null;
}

function readSeat(code: string): FormerSeat | null {
	try {
		const seat = JSON.parse(sessionStorage.getItem(keyOf(code)) ?? "null") as FormerSeat | null;
		return typeof seat?.token === "string" && typeof seat.who?.name === "string" ? seat : null;
	} catch {
		return null;
	}
}

let held = "";

/** Hold the lock of a seat for as long as this page lives; whether it is held. */
function hold(token: string): Promise<boolean> {
	if (!navigator.locks) return Promise.resolve(false);
	if (held === token && release) return Promise.resolve(true);
	release?.();
	release = null;
	held = token;
	return new Promise((resolve) => {
		const options = { signal: AbortSignal.timeout(GONE_WITHIN) };
		navigator.locks
			.request(lockOf(token), options, () => {
				resolve(true);
				return new Promise<void>((done) => {
					release = done;
				});
			})
			.catch(() => resolve(false));
	});
}
