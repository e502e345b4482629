import { signal } from "@preact/signals";
import type { Floating } from "./floating";

export type LayoutName = "grid" | "speaker";

/** How this user wants the meeting to look; nobody else's affair. */
export class ScreenLayout {
	readonly name = signal<LayoutName>("grid");
	/** Whom this user wants to see large, whoever speaks. */
	readonly pinned = signal<string | null>(null);
	/** The own picture is not to be seen here. */
	readonly hidesSelf = signal(false);
	/** Which page of the grid is shown, from 0. */
	readonly page = signal(0);
	/** To whom a private message is being written. */
	readonly writingTo = signal<string | null>(null);
	/** What floats above other windows. */
	readonly floating = signal<Floating | null>(null);
	/** The panel that is open beside the pictures. */
	readonly panel = signal<"people" | "chat" | "polls" | "settings" | null>(null);

	/** Begin a private message. */
	writeTo(participant: string): void {
		this.writingTo.value = participant;
		this.panel.value = "chat";
	}
}
