import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Encodings } from "./encodings";

/** A sender of as many encodings, whose browser takes its time and refuses what overlaps. */
class FakeSender {
	encodings: RTCRtpEncodingParameters[];
	changes: string[] = [];
	/** So many calls are refused first. */
	refusals = 0;
	latest: Partial<RTCRtpSendParameters> = {};
	private changing = false;

	constructor(...active: boolean[]) {
		this.encodings = active.map((each, i) => ({ rid: "qhf"[i] ?? "", active: each }));
	}
	getParameters(): RTCRtpSendParameters {
		return { encodings: structuredClone(this.encodings) } as RTCRtpSendParameters;
	}
	async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
		if (this.changing) throw new Error("overlapping");
		this.changing = true;
		await new Promise((resolve) => setTimeout(resolve, 10));
		this.changing = false;
		if (this.refusals-- > 0) throw new Error("refused");
		this.latest = parameters;
		this.encodings = parameters.encodings;
		this.changes.push(this.active);
	}
	get active(): string {
		return this.encodings.map(({ rid, active }) => (active ? rid : "-")).join("");
	}
}

let sender: FakeSender;
let encodings: Encodings;

beforeEach(() => {
	vi.useFakeTimers();
	sender = new FakeSender(true, false, false);
	encodings = new Encodings(sender, 1);
});

afterEach(() => vi.useRealTimers());

test.each([
	[0, "---"],
	[1, "q--"],
	[2, "qh-"],
	[3, "qhf"],
])("where %i layers are watched, %s are sent", async (count, expected) => {
	encodings.want(count);
	await vi.runAllTimersAsync();
	expect(sender.active).toBe(expected);
});

test("what is so already is not set again", async () => {
	encodings.want(1);
	encodings.check();
	await vi.runAllTimersAsync();
	expect(sender.changes).toEqual([]);
});

test("changes never overlap, and the latest wins", async () => {
	encodings.want(3);
	encodings.want(0);
	encodings.want(2);
	await vi.runAllTimersAsync();
	expect(sender.changes).toEqual(["qhf", "qh-"]);
});

test("a wish that comes while nothing need change any more is kept too", async () => {
	encodings.want(3);
	await vi.advanceTimersByTimeAsync(5);
	encodings.want(1);
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("q--");
});

test("what a negotiation or another track has undone is done again", async () => {
	encodings.want(2);
	await vi.runAllTimersAsync();
	sender.encodings = new FakeSender(true, true, true).encodings;
	encodings.check();
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("qh-");
});

test("what the browser refuses is tried again, not for ever", async () => {
	sender.refusals = 2;
	encodings.want(3);
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("qhf");
	sender.refusals = Number.POSITIVE_INFINITY;
	encodings.want(0);
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("qhf");
	expect(vi.getTimerCount()).toBe(0);
});

test("a refusal after it was stopped is the last", async () => {
	sender.refusals = 1;
	encodings.want(3);
	encodings.stop();
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("q--");
});

test("a sender that has no encodings yet is left alone", async () => {
	sender = new FakeSender();
	new Encodings(sender, 1).want(3);
	await vi.runAllTimersAsync();
	expect(sender.changes).toEqual([]);
});

test("what can't be said beforehand is set with the encodings", async () => {
	sender = new FakeSender(false);
	new Encodings(sender, 0, { degradationPreference: "maintain-resolution" }).want(1);
	await vi.runAllTimersAsync();
	expect(sender.latest.degradationPreference).toBe("maintain-resolution");
});

test("a small picture has fewer layers, scaled down by less, however many are watched", async () => {
	encodings.want(3);
	encodings.scale([2, 1]);
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("qh-");
	expect(sender.encodings.map((each) => each.scaleResolutionDownBy)).toEqual([2, 1, undefined]);
	encodings.scale([4, 2, 1]);
	await vi.runAllTimersAsync();
	expect(sender.active).toBe("qhf");
	expect(sender.encodings.map((each) => each.scaleResolutionDownBy)).toEqual([4, 2, 1]);
});
