import { batch, computed, signal } from "@preact/signals";
import type { Event, GoodbyeReason, Joined, Participant } from "../protocol";

/** Why somebody is not in the meeting any more. */
export type Ending = GoodbyeReason | "no_server" | "no_media" | "failed";

/** What is known of one meeting, as signals. Knows neither DOM nor sockets: messages go in, views read. */
export class MeetingState {
	readonly you = signal<string | null>(null);
	/** In order of arrival. */
	readonly participants = signal<ReadonlyMap<string, Participant>>(new Map());
	/** Who is in each slot (by mid). */
	readonly slots = signal<ReadonlyMap<string, string>>(new Map());
	readonly dominant = signal<string | null>(null);
	/** The WebSocket is lost and being opened again. */
	readonly reconnecting = signal(false);
	readonly ending = signal<Ending | null>(null);

	/** The video slot in which each participant is. */
	readonly videoSlotOf = computed(() => {
		const slots = new Map<string, string>();
		for (const [mid, participant] of this.slots.value) if (mid.startsWith("v")) slots.set(participant, mid);
		return slots;
	});
	readonly self = computed(() => this.participants.value.get(this.you.value ?? "") ?? null);
	readonly others = computed(() =>
		[...this.participants.value.values()].filter((p) => p.id !== this.you.value),
	);

	joined(message: Joined): void {
		batch(() => {
			this.you.value = message.you;
			this.participants.value = new Map(message.participants.map((p) => [p.id, p]));
			this.slots.value = new Map(
				message.slots.flatMap((s): [string, string][] => (s.participant ? [[s.slot, s.participant]] : [])),
			);
			this.dominant.value = message.dominant;
			this.reconnecting.value = false;
		});
	}

	receive(event: Event): void {
		switch (event.type) {
			case "participants_changed": {
				const participants = new Map(this.participants.value);
				for (const participant of event.changed) participants.set(participant.id, participant);
				for (const id of event.left) participants.delete(id);
				this.participants.value = participants;
				break;
			}
			case "slots_changed": {
				const slots = new Map(this.slots.value);
				for (const { slot, participant } of event.slots) {
					if (participant) slots.set(slot, participant);
					else slots.delete(slot);
				}
				this.slots.value = slots;
				break;
			}
			case "dominant_changed":
				this.dominant.value = event.participant;
				break;
			case "goodbye":
				this.ending.value = event.reason;
				break;
			case "subscribe_offer":
			case "layers_wanted":
				break; // the affair of the subscriber, and of the publisher
		}
	}
}
