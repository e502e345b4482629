import { batch, signal } from "@preact/signals";
import type { Event, Joined, Policy, Role, MeetingState as Told, Waiting } from "../protocol";

/** Whose turn it is to speak, with the end of it by this client's own clock. */
export interface Turn {
	participant: string;
	/** False while it is only offered: they have not unmuted yet. */
	taken: boolean;
	/** As of `Date.now()`, in ms; null without a limit. */
	endsAt: number | null;
}

/** Whether somebody of this role runs the meeting. What they may do, the server decides. */
export const isChair = (role: Role | undefined) => role === "host" || role === "cohost";

/** What a meeting leaves open until it says otherwise. */
export const EVERYTHING: Policy = {
	lobby: false,
	locked: false,
	speak: true,
	show: true,
	share: true,
	several_screens: false,
	chat: true,
	private_chat: true,
	files: true,
	react: true,
	ask_unit: false,
};

/** How one meeting is chaired, as signals. */
export class ChairingState {
	readonly title = signal("");
	readonly policy = signal<Policy>(EVERYTHING);
	readonly turn = signal<Turn | null>(null);
	/** Whom everybody is to see large. */
	readonly spotlit = signal<readonly string[]>([]);
	/** Who waits in the lobby, as far as this client may know. */
	readonly waiting = signal<readonly Waiting[]>([]);
	/** The chair asks this client's user to unmute, and perhaps offers the floor. */
	readonly asked = signal<"unmute" | "floor" | null>(null);
	/** Who did not want to unmute, last. */
	readonly declined = signal<string | null>(null);

	joined(message: Joined): void {
		this.tell(message.state);
		this.waiting.value = message.waiting;
		this.asked.value = null;
	}

	receive(event: Event): void {
		switch (event.type) {
			case "meeting_changed":
				this.tell(event.state);
				break;
			case "lobby_changed":
				this.waiting.value = event.waiting;
				break;
			case "unmute_asked":
				this.asked.value = event.floor ? "floor" : "unmute";
				break;
			case "unmute_declined":
				this.declined.value = event.participant;
				break;
		}
	}

	private tell({ title, policy, floor, spotlit }: Told): void {
		batch(() => {
			this.title.value = title;
			this.policy.value = policy;
			this.spotlit.value = spotlit;
			this.turn.value = floor && {
				participant: floor.participant,
				taken: floor.taken,
				endsAt: floor.seconds_left === null ? null : Date.now() + floor.seconds_left * 1_000,
			};
		});
	}
}
