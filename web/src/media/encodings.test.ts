import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Encodings } from "./encodings";

/** A sender of as many encodings, whose browser takes its time and refuses what overlaps. */
class FakeSender {
	encodings: RTCRtpEncodingParameters[];
	changes: string[] = [];
	/** So many calls are refused first. */
	refusals = 0;
	codecs: RTCRtpCodecParameters[] = [];
	latest: Partial<RTCRtpSendParameters> = {};
	private changing = false;

	constructor(...active: boolean[]) {
		this.encodings = active.map((each, i) => ({ rid: "qhf"[i] ?? "", active: each }));
	}
	getParameters(): RTCRtpSendParameters {
		const { codecs, encodings } = structuredClone({ codecs: this.codecs, encodings: this.encodings });
		return { codecs, encodings } as RTCRtpSendParameters;
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
	encodings = new Encodings(sender, 1, "L1T3");
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
	new Encodings(sender, 1, "L1T3").want(3);
	await vi.runAllTimersAsync();
	expect(sender.changes).toEqual([]);
});

test("limits are of every encoding, and what goes first is told once", async () => {
	const limits = { maxBitrate: 2_500_000, maxFramerate: 15 };
	encodings.limit(limits, "maintain-resolution");
	await vi.runAllTimersAsync();
	expect(sender.encodings.map(({ maxBitrate, maxFramerate }) => ({ maxBitrate, maxFramerate }))).toEqual(
		Array(3).fill(limits),
	);
	expect(sender.latest.degradationPreference).toBe("maintain-resolution");
	encodings.limit(limits, "maintain-resolution");
	await vi.runAllTimersAsync();
	expect(sender.changes).toHaveLength(1);
	encodings.limit(limits, "maintain-framerate");
	await vi.runAllTimersAsync();
	expect(sender.latest.degradationPreference).toBe("maintain-framerate");
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

describe("another codec", () => {
	const agreed = (payloadType: number, mimeType: string, sdpFmtpLine?: string) => ({
		payloadType,
		clockRate: 90_000,
		mimeType,
		...(sdpFmtpLine && { sdpFmtpLine }),
	});
	const H264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
	const sent = () => sender.encodings.map(({ codec }) => codec?.mimeType);
	const modes = () => sender.encodings.map(({ scalabilityMode }) => scalabilityMode);

	beforeEach(() => {
		sender.codecs = [
			agreed(96, "video/VP8"),
			agreed(97, "video/rtx", "apt=96"),
			agreed(108, "video/H264", H264),
			agreed(98, "video/VP9", "profile-id=0"),
		];
	});

	test("is that of every layer, active or not, and the layers stay as they are", async () => {
		encodings.want(2);
		encodings.use("H264");
		await vi.runAllTimersAsync();
		expect(sender.active).toBe("qh-");
		expect(sent()).toEqual(Array(3).fill("video/H264"));
		expect(sender.encodings[0]?.codec).toEqual({
			clockRate: 90_000,
			mimeType: "video/H264",
			sdpFmtpLine: H264,
		});
		expect(modes()).toEqual([undefined, undefined, undefined]);
	});

	test("is sent as simulcast where it would be one scalable stream by itself", async () => {
		encodings.use("VP9");
		await vi.runAllTimersAsync();
		expect(modes()).toEqual(["L1T3", "L1T3", "L1T3"]);
		encodings.use("VP8");
		await vi.runAllTimersAsync();
		expect(sent()).toEqual(Array(3).fill("video/VP8"));
		expect(modes()).toEqual([undefined, undefined, undefined]);
	});

	test("is not set again where it is so already", async () => {
		encodings.use("VP9");
		await vi.runAllTimersAsync();
		encodings.check();
		encodings.use("VP9");
		await vi.runAllTimersAsync();
		expect(sender.changes).toHaveLength(1);
	});

	test.each(["AV1", null] as const)("that was not agreed on (%s) changes nothing", async (codec) => {
		encodings.use(codec);
		await vi.runAllTimersAsync();
		expect(sender.changes).toEqual([]);
		encodings.want(3);
		await vi.runAllTimersAsync();
		expect(sender.active).toBe("qhf");
	});

	test("that was told before the answer is used after it", async () => {
		const { codecs } = sender;
		sender.codecs = [];
		encodings.use("VP9");
		await vi.runAllTimersAsync();
		sender.codecs = codecs;
		encodings.check();
		await vi.runAllTimersAsync();
		expect(sent()).toEqual(Array(3).fill("video/VP9"));
	});
});
