import { signal } from "@preact/signals";
import type { Event, Joined, PhoneCall, Telephone } from "../protocol";

/** What is needed to come in by telephone. */
export type Access = Pick<Telephone, "numbers" | "pin">;

/** What the server tells of it before one joins; null where there is no telephone. */
export function accessOf(about: { numbers?: string[]; pin?: string | null }): Access | null {
	return about.pin && about.numbers?.length ? { numbers: about.numbers, pin: about.pin } : null;
}

/** Dials a number, waits until it has been answered, and enters the PIN: each comma is a pause (RFC 3966 has none). */
export const telLink = (number: string, pin: string) => `tel:${number.replace(/[^+\d]/g, "")},,,${pin}%23`;

/** A PIN as it is read out: in groups of three. */
export const spoken = (pin: string) => pin.replace(/(\d{3})(?=\d)/g, "$1 ");

/** The telephone of one meeting, as signals. */
export class TelephoneState {
	/** How to come in; null where that can't be done. */
	readonly access = signal<Telephone | null>(null);
	/** The calls, as far as this client may know. */
	readonly calls = signal<readonly PhoneCall[]>([]);

	joined(message: Joined): void {
		this.access.value = message.telephone;
		this.calls.value = message.calls;
	}

	receive(event: Event): void {
		if (event.type === "phone_calls_changed") this.calls.value = event.calls;
	}

	/** The whole number of a participant, where this client may know it. */
	numberOf(participant: string): string | null {
		return this.calls.value.find((call) => call.participant === participant)?.number || null;
	}
}
