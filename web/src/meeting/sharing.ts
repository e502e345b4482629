import { batch, signal } from "@preact/signals";
import type { Key } from "../i18n/en";
import { type CapturedScreen, openScreen, screenProblem } from "../media/screen";
import type { ScreenContent } from "../media/screen-rules";
import type { Participant } from "../protocol";

export interface Problem {
	key: Key;
	values?: Record<string, string>;
}

/**
 * This client's own shared screen. It outlives seats and connections: as long as the browser shares it, so does
 * whatever seat this client has.
 */
export class Sharing {
	readonly track = signal<MediaStreamTrack | null>(null);
	/** Its sound; null where the browser gave none. */
	readonly sound = signal<MediaStreamTrack | null>(null);
	/** What it shows, as its user says: each screen is taken for text at first. */
	readonly content = signal<ScreenContent>("text");
	/** Why it is not shared (any more), unless the user wanted it so. */
	readonly problem = signal<Problem | null>(null);
	/** The browser's question is open. */
	private asking = false;
	private cancelled = false;

	/** `inTheWay`: whoever else shares now, where only one may. */
	constructor(private readonly inTheWay: () => Participant | null) {}

	/** Ask which screen, and share it. To be called from a click: the browser asks only then. */
	async start(): Promise<void> {
		if (this.asking || this.track.value) return;
		this.problem.value = null;
		if (this.inTheWay()) {
			this.taken(); // nobody chooses a screen in vain
			return;
		}
		this.asking = true;
		this.cancelled = false;
		try {
			this.take(await openScreen());
		} catch (error) {
			const key = screenProblem(error);
			if (key && !this.cancelled) this.problem.value = { key };
		} finally {
			this.asking = false;
		}
	}

	stop(): void {
		this.cancelled = true;
		this.track.value?.stop();
		this.sound.value?.stop();
		batch(() => {
			this.track.value = null;
			this.sound.value = null;
		});
	}

	/** Somebody else was faster: this screen can't be shared. */
	taken(): void {
		this.stop();
		const name = this.inTheWay()?.name;
		this.problem.value = name ? { key: "screenTaken", values: { name } } : { key: "screenTakenBySomebody" };
	}

	private take({ picture: track, sound }: CapturedScreen): void {
		if (this.cancelled) {
			track.stop();
			sound?.stop();
			return;
		}
		// Browsers have a stop button of their own, and a window that is shared can be closed.
		track.addEventListener("ended", () => {
			if (this.track.value === track) this.stop();
		});
		sound?.addEventListener("ended", () => {
			if (this.sound.value === sound) this.sound.value = null;
		});
		batch(() => {
			this.content.value = "text";
			this.sound.value = sound;
			this.track.value = track;
		});
	}
}
