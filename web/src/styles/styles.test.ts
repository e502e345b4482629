import { expect, test } from "vitest";

const FILES = import.meta.glob<string>("./*.css", { eager: true, query: "?raw", import: "default" });
const TOKENS = FILES["./tokens.css"] ?? "";
const OTHERS = Object.entries(FILES).filter(([path]) => path !== "./tokens.css");

/** The blocks of an at-rule, with what is in their braces. */
function blocksOf(css: string, rule: string): string[] {
	const blocks: string[] = [];
	for (let at = css.indexOf(rule); at >= 0; at = css.indexOf(rule, at + 1)) {
		let depth = 0;
		for (let end = css.indexOf("{", at); end < css.length; end++) {
			if (css[end] === "{") depth++;
			if (css[end] === "}" && --depth === 0) {
				blocks.push(css.slice(at, end + 1));
				break;
			}
		}
	}
	return blocks;
}

/** The tokens that are set in some text. */
const tokensIn = (css: string) =>
	Object.fromEntries([...css.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]));

const LIGHT = tokensIn(TOKENS.slice(0, TOKENS.indexOf("@media")));
const DARK = { ...LIGHT, ...tokensIn(blocksOf(TOKENS, "@media (prefers-color-scheme: dark)").join("")) };
const more = tokensIn(blocksOf(TOKENS, "@media (prefers-contrast: more)").join(""));
const THEMES = {
	light: LIGHT,
	dark: DARK,
	"light, more contrast": { ...LIGHT, ...more },
	"dark, more contrast": { ...DARK, ...more },
};
type Tokens = Record<string, string | undefined>;

/** Red, green, blue (0 to 255) of a token; what can be seen through lies over white, the worst for white text. */
function colourOf(tokens: Tokens, name: string): number[] {
	const value = tokens[name];
	const other = /^var\(--([\w-]+)\)$/.exec(value ?? "");
	if (other?.[1]) return colourOf(tokens, other[1]);
	const through = /^rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)$/.exec(value ?? "");
	if (through) {
		const share = Number(through[4]) / 100;
		return through.slice(1, 4).map((part) => Number(part) * share + 255 * (1 - share));
	}
	expect(value, `--${name}`).toMatch(/^#[0-9a-f]{6}$/);
	return [1, 3, 5].map((at) => Number.parseInt(value?.slice(at, at + 2) ?? "", 16));
}

/** The relative luminance (WCAG 2.2). */
function luminance(colour: number[]): number {
	const [r = 0, g = 0, b = 0] = colour.map((part) => {
		const share = part / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(tokens: Tokens, one: string, other: string): number {
	const [light = 0, dark = 0] = [one, other]
		.map((name) => luminance(colourOf(tokens, name)))
		.sort((a, b) => b - a);
	return (light + 0.05) / (dark + 0.05);
}

const TINTS = Array.from({ length: 8 }, (_, i) => `tint-${i}`);

/** What is read, and upon what: 4.5 to 1 (WCAG 2.2, 1.4.3). */
const READ: [string, ...string[]][] = [
	["text", "ground", "surface"],
	["text-soft", "ground", "surface"],
	["on-accent", "accent", "accent-strong"],
	["on-danger", "danger"],
	["danger", "surface"],
	["warning-text", "warning-ground"],
	["on-chip", "chip"],
	["on-mine", "mine"],
	["on-hand", "hand"],
	["stage-text", "stage", "stage-surface"],
	["stage-soft", "stage", "stage-surface"],
	["stage-poor", "stage-surface"],
	["on-sharing", "sharing"],
	["on-control", "control", "control-hover"],
	["on-off", "off"],
	["on-leave", "leave"],
	["on-toast", "toast"],
	["on-plate", "plate"],
	["plate-soft", "plate"],
	["on-tint", ...TINTS],
];

/** What must be seen: the focus, edges of fields, signs (3 to 1: 1.4.11, 2.4.13). */
const SEEN: [string, ...string[]][] = [
	["ring", "ground", "surface", "stage", "stage-surface", "behind-screen"],
	["on-sharing", "sharing"],
	["field-line", "surface", "ground"],
	["danger", "surface"],
	["accent", "surface"],
	["fair", "surface"],
	["poor", "surface"],
	["stage-fair", "stage", "plate"],
	["stage-poor", "stage", "plate"],
	["stage-sharing", "plate"],
	["speaking", "stage"],
];

test.each(Object.keys(THEMES))(
	"in the theme %s what is read has 4.5 to 1, what must be seen 3 to 1",
	(theme) => {
		const tokens = THEMES[theme as keyof typeof THEMES];
		const tooLittle = (pairs: typeof READ, least: number) =>
			pairs.flatMap(([one, ...others]) =>
				others
					.map((other) => ({ pair: `${one} on ${other}`, ratio: contrast(tokens, one, other) }))
					.filter(({ ratio }) => ratio < least),
			);
		expect(tooLittle(READ, 4.5)).toEqual([]);
		expect(tooLittle(SEEN, 3)).toEqual([]);
	},
);

test("the contrast is WCAG's", () => {
	const tokens = { black: "#000000", white: "#ffffff", grey: "#767676" };
	expect(contrast(tokens, "black", "white")).toBeCloseTo(21);
	expect(contrast(tokens, "grey", "white")).toBeCloseTo(4.54, 2);
});

test("there are style sheets to be looked at", () => {
	expect(OTHERS.length).toBeGreaterThan(5);
	for (const [path, css] of OTHERS) expect(css, path).toContain("{");
});

test("every colour stands in the tokens, so that their contrast is known", () => {
	for (const [path, css] of OTHERS)
		expect(css.match(/#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\(/gi) ?? [], path).toEqual([]);
});

test("nothing moves where less motion is wanted", () => {
	for (const [path, css] of OTHERS) {
		const still = blocksOf(css, "@media (prefers-reduced-motion: no-preference)").reduce(
			(rest, block) => rest.replace(block, ""),
			css,
		);
		expect(still.match(/\b(animation|transition|scroll-behavior)\b[^;]*/g) ?? [], path).toEqual([]);
	}
});
