import { batch, computed, signal } from "@preact/signals";
import type { Event, GoodbyeReason, Joined, Participant, SlotState } from "../protocol";
import { Captions } from "./captions";
import { ChairingState, isChair } from "./chairing";
import { ConversationState } from "./conversation";
import { TelephoneState } from "./telephone";

/** Why somebody is not in the meeting any more. */
export type Ending = Exclude<GoodbyeReason, "server_stopping"> | "no_server" | "no_media" | "failed";

/** What is known of one slot. */
export interface Slot extends SlotState {
	/** Its picture has been coming: what its video shows, if only as a still, is of this participant. */
	pictured: boolean;
}

/** What is known of one meeting, as signals. Knows neither DOM nor sockets: messages go in, views read. */
export class MeetingState {
	readonly chairing = new ChairingState();
	readonly conversation = new ConversationState();
	readonly telephone = new TelephoneState();
	readonly captions = new Captions();
	readonly you = signal<string | null>(null);
	/** In order of arrival. */
	readonly participants = signal<ReadonlyMap<string, Participant>>(new Map());
	/** The slots (by mid) that somebody is in. */
	readonly slots = signal<ReadonlyMap<string, Slot>>(new Map());
	readonly dominant = signal<string | null>(null);
	/** The WebSocket is lost and being opened again. */
	readonly reconnecting = signal(false);
	/** The server has said that it is being restarted, and has not been back since. */
	readonly restarting = signal(false);
	/** When the server will be restarted, as it said (ms since 1970). */
	readonly stopsAt = signal<number | null>(null);
	readonly ending = signal<Ending | null>(null);

	/** The video slot in which each participant is. */
	readonly videoSlotOf = computed(() => {
		const slots = new Map<string, string>();
		for (const { slot, kind, participant } of this.slots.value.values())
			if (kind === "video" && participant) slots.set(participant, slot);
		return slots;
	});
	/** The slot in which the shared screen is, once its first picture has been sent, and whose it is. */
	readonly screenSlot = computed(
		() => [...this.slots.value.values()].find(({ kind }) => kind === "screen") ?? null,
	);
	/** The slot of its sound, while there is some, and whose it is. */
	readonly screenAudioSlot = computed(
		() => [...this.slots.value.values()].find(({ kind }) => kind === "screen_audio") ?? null,
	);
	/** Somebody's picture is to be seen here, and this client's link has room for none. */
	readonly allPaused = computed(() => {
		const pictures = [...this.slots.value.values()].filter(
			({ kind }) => kind === "video" || kind === "screen",
		);
		return pictures.length > 0 && pictures.every(({ paused }) => paused);
	});
	/** Some picture is held back, since this client's link has no room for it. */
	readonly somePaused = computed(() => [...this.slots.value.values()].some(({ paused }) => paused));
	readonly self = computed(() => this.participants.value.get(this.you.value ?? "") ?? null);
	readonly others = computed(() =>
		[...this.participants.value.values()].filter((p) => p.id !== this.you.value),
	);
	/** Raised hands, in order. */
	readonly hands = computed(() =>
		[...this.participants.value.values()]
			.filter((p) => p.hand !== null)
			.sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0)),
	);
	/** This client's user runs the meeting. */
	readonly chairs = computed(() => isChair(this.self.value?.role));

	joined(message: Joined): void {
		batch(() => {
			this.you.value = message.you;
			this.participants.value = new Map(message.participants.map((p) => [p.id, p]));
			this.slots.value = changed(new Map(), message.slots);
			this.dominant.value = message.dominant;
			this.reconnecting.value = false;
			this.restarting.value = false;
			this.stopsAt.value = null;
			this.chairing.joined(message);
			this.conversation.joined(message);
			this.telephone.joined(message);
		});
	}

	receive(event: Event): void {
		this.chairing.receive(event);
		this.conversation.receive(event);
		this.telephone.receive(event);
		switch (event.type) {
			case "participants_changed": {
				const participants = new Map(this.participants.value);
				for (const participant of event.changed) participants.set(participant.id, participant);
				for (const id of event.left) participants.delete(id);
				this.participants.value = participants;
				break;
			}
			case "qualities_changed": {
				const participants = new Map(this.participants.value);
				for (const { participant, quality } of event.changed) {
					const before = participants.get(participant);
					if (before) participants.set(participant, { ...before, quality });
				}
				this.participants.value = participants;
				break;
			}
			case "slots_changed":
				this.slots.value = changed(this.slots.value, event.slots);
				break;
			case "dominant_changed":
				this.dominant.value = event.participant;
				break;
			case "server_stopping":
				this.stopsAt.value = Date.now() + event.seconds * 1_000;
				break;
			case "goodbye":
				// A server that stops is waited for: that ends nothing.
				if (event.reason !== "server_stopping") this.ending.value = event.reason;
				break;
		}
	}
}

function changed(before: ReadonlyMap<string, Slot>, changes: readonly SlotState[]): Map<string, Slot> {
	const slots = new Map(before);
	for (const state of changes) {
		const old = slots.get(state.slot);
		// A slot that is paused as soon as it is another's still holds the picture of whoever was there before.
		const pictured = !state.paused || (old?.participant === state.participant && old.pictured);
		if (state.participant) slots.set(state.slot, { ...state, pictured });
		else slots.delete(state.slot);
	}
	return slots;
}
