import { expect, test } from "vitest";
import { type Findings, judge } from "./verdict";

const good: Findings = {
	server: 30,
	media: true,
	roundTrip: 60,
	up: { rate: 1_500_000, lost: 0 },
	down: { rate: 3_000_000, lost: 0.001 },
};

test.each<[string, Partial<Findings>, string]>([
	["a good link", {}, "good"],
	["a browser that tells no rates, loss or time", { up: NONE(), down: NONE(), roundTrip: null }, "good"],
	["little room up", { up: { rate: 300_000, lost: 0 } }, "fair"],
	["little room down", { down: { rate: 800_000, lost: 0 } }, "fair"],
	["some loss", { down: { rate: 3_000_000, lost: 0.05 } }, "fair"],
	["a satellite", { roundTrip: 620 }, "fair"],
	["no room for a voice", { up: { rate: 50_000, lost: 0 } }, "weak"],
	["much loss", { up: { rate: 1_500_000, lost: 0.2 } }, "weak"],
	["a very long way", { roundTrip: 1_200 }, "weak"],
	["a firewall", { media: false, up: NONE(), down: NONE() }, "blocked"],
	["no server", { server: null, media: false }, "noServer"],
	["too many others", { server: "busy", media: false }, "busy"],
])("%s", (_, findings, verdict) => {
	expect(judge({ ...good, ...findings })).toBe(verdict);
});

function NONE() {
	return { rate: null, lost: null };
}
