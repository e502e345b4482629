import { computed, signal } from "@preact/signals";
import { last } from "../last";
import type { MeetingState } from "./state";

/** Which of the screens that others share is shown here: what the user chose, as long as it lasts, or else the latest. */
export class SharedScreens {
	private readonly chosen = signal<string | null>(null);

	constructor(private readonly state: MeetingState) {}

	/** Everybody else who shares a screen, in order of arrival. */
	readonly sharers = computed(() => this.state.others.value.filter((p) => p.screen));
	/** Whose screen the server is to show here; null: the latest. */
	readonly wanted = computed(() => this.sharers.value.find(({ id }) => id === this.chosen.value)?.id ?? null);
	/** Whose screen is shown here, or is about to be. */
	readonly shown = computed(() => {
		const sharers = this.sharers.value;
		const id = this.wanted.value ?? this.state.screenSlot.value?.participant;
		return sharers.find((sharer) => sharer.id === id) ?? last(sharers) ?? null;
	});

	/** The slot of its sound; null while it has none. */
	readonly sound = computed(() => {
		const slot = this.state.screenAudioSlot.value;
		return slot && slot.participant === this.shown.value?.id ? slot.slot : null;
	});
	/** How loud that is played here: 0 to 1. */
	readonly volume = signal(1);

	/** Show the screen of this participant, for as long as they share it. */
	choose(participant: string): void {
		this.chosen.value = participant;
	}
}
