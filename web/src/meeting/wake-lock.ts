/**
 * Keeps the screen on (Screen Wake Lock). The browser takes the lock away when the page is hidden, so it is asked for
 * again when it is seen. Where there is no such thing (iOS before 16.4), or the battery is low, the screen goes off
 * when the device likes. Returns how to end it.
 */
export function keepAwake(): () => void {
	let lock: WakeLockSentinel | null = null;
	let over = false;
	let asking = false;

	async function ask(): Promise<void> {
		if (over || asking || document.hidden || (lock && !lock.released)) return;
		asking = true;
		try {
			const given = await navigator.wakeLock?.request("screen");
			lock = given ?? null;
			if (over) void given?.release();
		} catch {
			// Refused for now; it is asked for again when the page is seen again.
		} finally {
			asking = false;
		}
	}

	const seen = () => void ask();
	document.addEventListener("visibilitychange", seen);
	void ask();
	return () => {
		over = true;
		document.removeEventListener("visibilitychange", seen);
		void lock?.release();
	};
}
