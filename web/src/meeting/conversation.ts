import { batch, computed, signal } from "@preact/signals";
import { last } from "../last";
import type { ChatMessage, ChatPage, Event, Joined, Poll, Reaction } from "../protocol";

/** How long a reaction is shown, in ms. */
export const REACTION_SHOWN = 5_000;

/** What was said in one meeting without a voice, as signals. */
export class ConversationState {
	/** Oldest first. */
	readonly messages = signal<readonly ChatMessage[]>([]);
	/** There are earlier ones on the server. */
	readonly more = signal(false);
	/** The id of the newest message that was seen. */
	private readonly seen = signal(0);
	readonly unread = computed(
		() => this.messages.value.filter((message) => !message.mine && message.id > this.seen.value).length,
	);
	readonly polls = signal<ReadonlyMap<number, Poll>>(new Map());
	/** The reaction that each participant shows now. */
	readonly reactions = signal<ReadonlyMap<string, Reaction>>(new Map());
	private readonly fading = new Map<string, ReturnType<typeof setTimeout>>();

	joined(message: Joined): void {
		const before = this.messages.value;
		batch(() => {
			this.messages.value = message.chat;
			this.more.value = message.chat_more;
			// What was said before one came is no news; after a lost connection it is.
			if (before.length === 0) this.markSeen();
			this.polls.value = new Map(message.polls.map((poll) => [poll.id, poll]));
		});
	}

	receive(event: Event): void {
		switch (event.type) {
			case "chat_said":
				this.messages.value = [...this.messages.value, event.message];
				break;
			case "chat_deleted":
				this.messages.value = this.messages.value.filter(({ id }) => id !== event.message);
				break;
			case "reacted":
				for (const { participant, reaction } of event.reactions) this.show(participant, reaction);
				break;
			case "poll_changed":
				this.polls.value = new Map(this.polls.value).set(event.poll.id, event.poll);
				break;
			case "poll_deleted": {
				const polls = new Map(this.polls.value);
				polls.delete(event.poll);
				this.polls.value = polls;
				break;
			}
		}
	}

	/** Earlier messages have come. */
	prepend({ messages, more }: ChatPage): void {
		const known = new Set(this.messages.value.map(({ id }) => id));
		batch(() => {
			this.messages.value = [...messages.filter(({ id }) => !known.has(id)), ...this.messages.value];
			this.more.value = more;
		});
	}

	/** The user has the messages before their eyes. */
	markSeen(): void {
		this.seen.value = last(this.messages.value)?.id ?? this.seen.value;
	}

	stop(): void {
		for (const timer of this.fading.values()) clearTimeout(timer);
		this.fading.clear();
	}

	private show(participant: string, reaction: Reaction): void {
		clearTimeout(this.fading.get(participant));
		this.reactions.value = new Map(this.reactions.value).set(participant, reaction);
		const timer = setTimeout(() => {
			this.fading.delete(participant);
			const reactions = new Map(this.reactions.value);
			reactions.delete(participant);
			this.reactions.value = reactions;
		}, REACTION_SHOWN);
		this.fading.set(participant, timer);
	}
}
