import { parseSync } from "vite";
import { expect, test } from "vitest";
import { en } from "./en";

const FILES = import.meta.glob<string>(["../**/*.tsx", "!../**/*.test.tsx"], {
	eager: true,
	query: "?raw",
	import: "default",
});

/** Attributes that are read, or read out. */
const READ = [
	"title",
	"alt",
	"placeholder",
	"label",
	"words",
	"aria-label",
	"aria-description",
	"aria-roledescription",
];

/** What is the same in every language: the shape of a code. Keys of texts are no texts either. */
const NO_LANGUAGE = ["abc-defg-hjk"];

interface Node {
	type: string;
	[property: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
	typeof value === "object" && value !== null && "type" in value;

/** The texts that some JSX shows and that no language file has. */
function literalsIn(source: string): string[] {
	const found: string[] = [];
	const keep = (text: unknown) => {
		if (typeof text !== "string" || !/\p{L}/u.test(text)) return;
		if (!NO_LANGUAGE.includes(text) && !(text in en)) found.push(text.trim());
	};
	/** What an expression may come to: either side of `?:`, `&&`, `||` and `??`, and the parts of a template. */
	const value = (node: unknown): void => {
		if (!isNode(node)) return;
		if (node.type === "Literal") keep(node.value);
		if (node.type === "TemplateLiteral")
			for (const { value: part } of node.quasis as { value: { cooked: string } }[]) keep(part.cooked);
		if (node.type === "ConditionalExpression") [node.consequent, node.alternate].forEach(value);
		if (node.type === "LogicalExpression") [node.left, node.right].forEach(value);
	};
	const shown = (node: Node) => {
		if (node.type === "JSXText" || node.type === "Literal") keep(node.value);
		if (node.type === "JSXExpressionContainer") value(node.expression);
	};
	const walk = (node: unknown): void => {
		if (Array.isArray(node)) for (const each of node) walk(each);
		if (!isNode(node)) return;
		if (node.type === "JSXElement" || node.type === "JSXFragment") (node.children as Node[]).forEach(shown);
		if (node.type === "JSXAttribute" && isNode(node.value)) {
			const { name } = node.name as { name: string };
			if (READ.includes(name)) shown(node.value);
		}
		Object.values(node).forEach(walk);
	};
	walk(parseSync("component.tsx", source).program);
	return found;
}

test("every text that a component shows comes from the languages", () => {
	expect(Object.keys(FILES).length).toBeGreaterThan(30);
	const found = Object.entries(FILES).flatMap(([path, source]) =>
		literalsIn(source).map((text) => `${path}: ${text}`),
	);
	expect(found).toEqual([]);
});

test("a text is found wherever JSX can show one, and nothing else is taken for one", () => {
	expect(literalsIn('<p class="big">Hello</p>')).toEqual(["Hello"]);
	expect(literalsIn('<p>{on ? "Yes" : off && "No"} (1) · {`people: $' + "{n}`}</p>")).toEqual([
		"Yes",
		"No",
		"people:",
	]);
	expect(literalsIn('<img alt="A hall" src="hall.png" />')).toEqual(["A hall"]);
	expect(
		literalsIn('<button type="button" aria-label={on ? "Mute" : t("unmute")}>{t("x")}</button>'),
	).toEqual(["Mute"]);
});
