import { expect, test } from "vitest";
import type { PhoneCall } from "../protocol";
import { joined } from "./fixtures";
import { accessOf, spoken, TelephoneState, telLink } from "./telephone";

test("one link dials the number and the PIN", () => {
	expect(telLink("+62 361 234567", "123456789")).toBe("tel:+62361234567,,,123456789%23");
	expect(spoken("123456789")).toBe("123 456 789");
	expect(spoken("12345678")).toBe("123 456 78");
});

test("a meeting without numbers or PIN has no telephone", () => {
	expect(accessOf({})).toBeNull();
	expect(accessOf({ numbers: [], pin: "123456789" })).toBeNull();
	expect(accessOf({ numbers: ["+62361234567"], pin: null })).toBeNull();
	expect(accessOf({ numbers: ["+62361234567"], pin: "123456789" })).not.toBeNull();
});

test("a chair knows whose number is whose, from the join on and after each change", () => {
	const call: PhoneCall = {
		id: "1",
		direction: "in",
		number: "+628123456789",
		state: "in",
		participant: "a",
	};
	const state = new TelephoneState();
	state.joined(joined({ calls: [call] }));
	expect(state.numberOf("a")).toBe("+628123456789");
	expect(state.numberOf("b")).toBeNull();
	state.receive({ type: "phone_calls_changed", calls: [{ ...call, number: "" }] });
	expect(state.numberOf("a")).toBeNull();
});
