import { language, t } from "../i18n";
import type { Details, Direction, Picture } from "../media/statistics";
import type { ConnectionDetails } from "../protocol";

/** A heading, and what is told under it: words, each with a value. */
export interface Section {
	title: string;
	rows: [label: string, value: string][];
}

/**
 * The details of a connection in words. `nameOf`: whose picture is in a slot, by its mid. `server`: what the server
 * knows of the connection, where it was told.
 */
export function sectionsOf(
	details: Details,
	nameOf: (mid: string) => string,
	server: ConnectionDetails | null = null,
): Section[] {
	const { madeUp, sent, received } = details;
	const up = { ...details.up, lost: details.up.lost ?? server?.lost_up ?? null };
	const down = {
		...details.down,
		lost: details.down.lost ?? server?.lost_down ?? null,
		estimate: server?.estimate ?? details.down.estimate,
		roundTrip: details.down.roundTrip ?? (server?.round_trip ? server.round_trip * 1_000 : null),
	};
	const layers = new Map(server?.granted.map(({ slot, layer }) => [slot, layer]));
	const shown = (it: Picture) => {
		const layer = layers.get(it.mid) ?? null;
		const upTo = layer === null ? [] : [t("upToLayer", { layer: LAYERS[layer] ?? layer })];
		return together([...pictureOf(it), ...upTo]);
	};
	const sections: Section[] = [
		{ title: t("toServer"), rows: [...rowsOf(up)] },
		{ title: t("fromServer"), rows: [...rowsOf(down), [t("soundMadeUp"), percent(madeUp)]] },
		{ title: t("sentPictures"), rows: sent.map((it) => [layerOf(it), together(pictureOf(it))]) },
		{ title: t("shownPictures"), rows: received.map((it) => [nameOf(it.mid), shown(it)]) },
	];
	return sections.filter(({ rows }) => rows.length > 0);
}

/** The same as plain text, to be sent to whoever helps. */
export function asText(sections: readonly Section[]): string {
	const lines = sections.map(({ title, rows }) =>
		[title, ...rows.map(([label, value]) => `  ${label}: ${value}`)].join("\n"),
	);
	return `${lines.join("\n")}\n`;
}

function rowsOf(direction: Direction): Section["rows"] {
	const { rate, lost, estimate, roundTrip, protocol, voice } = direction;
	const rows: Section["rows"] = [
		[t("rate"), bits(rate)],
		[t("packetsLost"), percent(lost)],
		[t("roundTrip"), roundTrip === null ? UNKNOWN : `${figure(roundTrip)}\u00a0ms`],
		[t("transport"), protocol?.toUpperCase() ?? UNKNOWN],
		[t("soundCodec"), voice ?? UNKNOWN],
	];
	if (estimate !== null) rows.splice(1, 0, [t("linkCarries"), bits(estimate)]);
	return rows;
}

const layerOf = ({ mid, rid }: Picture) => (rid === null ? t("section", { mid }) : t("layer", { rid }));

function pictureOf({ codec, width, height, frames, rate, limitedBy }: Picture): string[] {
	const parts = [
		codec ?? UNKNOWN,
		`${width}×${height}`,
		t("framesASecond", { n: figure(frames) }),
		bits(rate),
	];
	if (limitedBy) parts.push(t("limitedBy", { what: limitedBy }));
	return parts;
}

/** What belongs together stays on one line. */
const together = (parts: string[]) => parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" · ");

/** Simulcast layers by rid, the lowest first. */
const LAYERS = ["q", "h", "f"];
const UNKNOWN = "–";
const figure = (value: number, digits = 0) =>
	value.toLocaleString(language.value, { maximumFractionDigits: digits });
export const percent = (share: number | null) =>
	share === null ? UNKNOWN : `${figure(share * 100, 1)}\u00a0%`;
export const bits = (rate: number | null) => {
	if (rate === null) return UNKNOWN;
	return rate >= 1_000_000
		? `${figure(rate / 1_000_000, 1)}\u00a0Mbit/s`
		: `${figure(rate / 1_000)}\u00a0kbit/s`;
};
