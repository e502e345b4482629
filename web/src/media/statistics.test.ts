import { expect, test } from "vitest";
import { detailsBetween, type Snapshot, type Stats } from "./statistics";

const pair = (more: Stats): Stats[] => [
	{ id: "T", type: "transport", selectedCandidatePairId: "P", ...more },
	{ id: "P", type: "candidate-pair", localCandidateId: "L", currentRoundTripTime: 0.08, ...more },
	{ id: "L", type: "local-candidate", protocol: "udp" },
	{ id: "C", type: "codec", mimeType: "video/VP8" },
	{ id: "A", type: "codec", mimeType: "audio/opus" },
];

/** What both connections told after so many seconds of a steady meeting. */
const after = (seconds: number): Snapshot => ({
	at: seconds * 1_000,
	publisher: [
		...pair({ bytesSent: seconds * 50_000, availableOutgoingBitrate: 900_000 }),
		{ id: "ov", type: "outbound-rtp", kind: "audio", codecId: "A", packetsSent: seconds * 50 },
		...["h", "q"].map((rid, i) => ({
			id: `o${rid}`,
			type: "outbound-rtp",
			kind: "video",
			mid: "1",
			rid,
			codecId: "C",
			packetsSent: seconds * 25,
			bytesSent: seconds * 10_000 * (2 - i),
			framesSent: seconds * 20,
			frameWidth: 640 / (i + 1),
			frameHeight: 360 / (i + 1),
			qualityLimitationReason: i === 0 ? "bandwidth" : "none",
		})),
		{ id: "of", type: "outbound-rtp", kind: "video", mid: "1", rid: "f", bytesSent: 4_000, framesSent: 9 },
		{ id: "ri", type: "remote-inbound-rtp", kind: "audio", packetsLost: seconds * 5 },
	],
	subscriber: [
		...pair({ bytesReceived: seconds * 125_000 }),
		{
			id: "iv",
			type: "inbound-rtp",
			kind: "audio",
			mid: "a0",
			codecId: "A",
			packetsReceived: seconds * 49,
			packetsLost: seconds,
			totalSamplesReceived: seconds * 48_000,
			concealedSamples: seconds * 10_480,
			silentConcealedSamples: seconds * 10_000,
		},
		{
			id: "i0",
			type: "inbound-rtp",
			kind: "video",
			mid: "v0",
			codecId: "C",
			packetsReceived: seconds * 46,
			packetsLost: seconds * 4,
			bytesReceived: seconds * 25_000,
			framesReceived: seconds * 15,
			frameWidth: 320,
			frameHeight: 180,
		},
		{ id: "i1", type: "inbound-rtp", kind: "video", mid: "v1", bytesReceived: 70_000, frameHeight: 90 },
	],
});

test("rates, loss and round trips are of the time between two snapshots", () => {
	const { up, down, madeUp } = detailsBetween(after(10), after(12));
	expect(up).toEqual({
		rate: 400_000,
		lost: 0.05,
		estimate: 900_000,
		roundTrip: 80,
		protocol: "udp",
		voice: "opus",
	});
	expect(down).toMatchObject({ rate: 1_000_000, lost: 0.05, estimate: null, roundTrip: 80 });
	expect(madeUp).toBeCloseTo(0.01);
});

test("only pictures that come or go are told of, each layer by itself, the smallest first", () => {
	const { sent, received } = detailsBetween(after(10), after(12));
	expect(sent.map(({ rid, height, rate, limitedBy }) => [rid, height, rate, limitedBy])).toEqual([
		["q", 180, 80_000, null],
		["h", 360, 160_000, "bandwidth"],
	]);
	expect(received).toEqual([
		{
			mid: "v0",
			rid: null,
			codec: "VP8",
			width: 320,
			height: 180,
			frames: 15,
			rate: 200_000,
			limitedBy: null,
		},
	]);
});

test("what a browser does not tell is unknown, and counters that begin anew are no negative rates", () => {
	const nothing: Snapshot = { at: 0, publisher: [], subscriber: [] };
	const unknown = { rate: null, lost: null, estimate: null, roundTrip: null, protocol: null, voice: null };
	expect(detailsBetween(nothing, { ...nothing, at: 1_000 })).toEqual({
		up: unknown,
		down: unknown,
		madeUp: null,
		sent: [],
		received: [],
	});
	const anew = detailsBetween({ ...after(60), at: 0 }, after(1));
	expect([anew.up.rate, anew.down.rate, anew.down.lost, anew.received]).toEqual([0, 0, null, []]);
});
