import { expect, test } from "vitest";
import { setLanguage } from "../i18n";
import type { Details, Direction, Picture } from "../media/statistics";
import type { ConnectionDetails } from "../protocol";
import { asText, sectionsOf } from "./details-rows";
import { sentenceFor } from "./quality";

const direction: Direction = {
	rate: 412_345,
	lost: 0.0512,
	estimate: null,
	roundTrip: 80.4,
	protocol: "udp",
	voice: "opus",
};
const picture: Picture = {
	mid: "v0",
	rid: null,
	codec: "VP8",
	width: 320,
	height: 180,
	frames: 14.96,
	rate: 1_250_000,
	limitedBy: null,
};
const details: Details = {
	up: { ...direction, estimate: 900_000 },
	down: direction,
	madeUp: null,
	sent: [],
	received: [picture],
};

test("figures are told with their units, the unknown as such, and sections without rows are left out", () => {
	const sections = sectionsOf(details, (mid) => (mid === "v0" ? "Made" : "?"));
	expect(sections.map(({ title }) => title)).toEqual([
		"To the server",
		"From the server",
		"Pictures that you see",
	]);
	expect(sections[0]?.rows.slice(0, 4)).toEqual([
		["Data rate", "412\u00a0kbit/s"],
		["The link carries", "900\u00a0kbit/s"],
		["Packets lost", "5.1\u00a0%"],
		["Round trip", "80\u00a0ms"],
	]);
	expect(sections[1]?.rows.slice(-1)[0]).toEqual(["Sound made up", "–"]);
	expect(sections[2]?.rows).toEqual([["Made", "VP8 · 320×180 · 15\u00a0frames/s · 1.3\u00a0Mbit/s"]]);
	expect(asText(sections)).toContain("Pictures that you see\n  Made: VP8 ·");
});

test("layers are told with what limits them, in the user's language and its figures", () => {
	setLanguage("id");
	const sent = [{ ...picture, rid: "h", limitedBy: "bandwidth" }];
	const sections = sectionsOf({ ...details, sent }, () => "");
	expect(sections[2]).toEqual({
		title: "Gambar yang Anda kirim",
		rows: [
			[
				"Lapisan h",
				"VP8 · 320×180 · 15\u00a0gambar/dtk · 1,3\u00a0Mbit/s · dibatasi\u00a0oleh\u00a0bandwidth",
			],
		],
	});
	setLanguage("en");
});

test("what the server knows of the way down, and of each slot's layers, is told too", () => {
	const server: ConnectionDetails = {
		type: "connection_details",
		id: 1,
		estimate: 700_000,
		lost_up: null,
		lost_down: null,
		round_trip: null,
		granted: [
			{ slot: "v0", layer: 1 },
			{ slot: "v1", layer: null },
		],
	};
	const both = { ...details, received: [picture, { ...picture, mid: "v1" }] };
	const [, down, shown] = sectionsOf(both, (mid) => mid, server);
	expect(down?.rows[1]).toEqual(["The link carries", "700\u00a0kbit/s"]);
	expect(shown?.rows.map(([, value]) => value.split(" · ").slice(4))).toEqual([
		["up\u00a0to\u00a0layer\u00a0h"],
		[],
	]);
});

test("pictures are said to be paused only where some are", () => {
	expect([sentenceFor("poor", true), sentenceFor("poor", false), sentenceFor("good", true)]).toEqual([
		"yoursPaused",
		"yoursPoor",
		"yoursGood",
	]);
});
