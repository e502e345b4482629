import { render } from "preact";
import { expect, test } from "vitest";
import { person } from "../meeting/fixtures";
import { initials, Tile } from "./tile";

test.each([
	["I Wayan Sudarma", "IS"],
	["wayan", "W"],
	["  ", ""],
	["😀 Ketut", "😀K"],
])("the initials of %j are %j", (name, expected) => expect(initials(name)).toBe(expected));

test("a hostile name stays text", () => {
	const root = document.createElement("ul");
	const name = "<img src=x onerror=alert(1)>";
	const participant = person("p", { name, microphone: false, camera: false });
	render(<Tile participant={participant} track={null} slot={null} self={false} speaking={false} />, root);
	expect(root.querySelector("img")).toBeNull();
	expect(root.querySelector(".name")?.textContent).toBe(name);
});
