import { useEffect, useState } from "preact/hooks";

/** How many seconds are left until then (ms since 1970), negative afterwards; null without an end. */
export function useSecondsUntil(end: number | null): number | null {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (end === null) return;
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), 500);
		return () => clearInterval(timer);
	}, [end]);
	return end === null ? null : (end - now) / 1_000;
}
