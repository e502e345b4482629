import { expect, test } from "vitest";
import { Redundancy, type VoiceCounts } from "./redundancy";

/** A voice of 50 packets a second of which `again` are sent again and `fractionLost` stays lost. */
class Voice {
	readonly rule = new Redundancy();
	private counts: VoiceCounts = { sent: 0, again: 0, fractionLost: 0 };
	private now = 0;

	/** Lets it speak for so many seconds. */
	speak(seconds: number, loss: { again?: number; fractionLost?: number; packets?: number } = {}): boolean {
		const { again = 0, fractionLost = 0, packets = 50 } = loss;
		for (let second = 0; second < seconds; second++) {
			this.now += 1_000;
			this.counts = {
				sent: this.counts.sent + packets + again,
				again: this.counts.again + again,
				fractionLost,
			};
			this.rule.update({ ...this.counts }, this.now);
		}
		return this.rule.on;
	}
}

test("what is lost for some seconds, be it sent again in time or not, asks for redundancy", () => {
	for (const loss of [{ again: 5 }, { fractionLost: 0.04 }, { again: 1, fractionLost: 0.02 }]) {
		const voice = new Voice();
		expect(voice.speak(10)).toBe(false);
		expect(voice.speak(3, loss)).toBe(false);
		expect(voice.speak(1, loss)).toBe(true);
	}
});

test("a loss that passes, or is small, asks for none", () => {
	const voice = new Voice();
	for (let i = 0; i < 10; i++) {
		voice.speak(3, { again: 10 });
		expect(voice.speak(2)).toBe(false);
	}
	expect(voice.speak(60, { again: 1 })).toBe(false);
});

test("it stays on until the way up has been good for longer", () => {
	const voice = new Voice();
	voice.speak(10, { fractionLost: 0.1 });
	expect(voice.speak(14)).toBe(true);
	expect(voice.speak(1, { fractionLost: 0.02 })).toBe(true);
	expect(voice.speak(15)).toBe(true);
	expect(voice.speak(1)).toBe(false);
});

test("silence says nothing about the way up", () => {
	const voice = new Voice();
	expect(voice.speak(60, { packets: 1, again: 1, fractionLost: 0.5 })).toBe(false);
	voice.speak(10, { again: 10 });
	expect(voice.speak(15, { packets: 1 })).toBe(true);
});

test("counts that begin anew are no loss", () => {
	const rule = new Redundancy();
	rule.update({ sent: 5_000, again: 100, fractionLost: 0 }, 0);
	for (let second = 1; second < 20; second++)
		expect(rule.update({ sent: second * 50, again: 0, fractionLost: 0 }, second * 1_000)).toBe(false);
});
