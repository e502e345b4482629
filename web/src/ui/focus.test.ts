import { afterEach, beforeEach, expect, test } from "vitest";
import { keepFocus } from "./focus";

let root: HTMLElement;
let end: () => void;

beforeEach(() => {
	root = document.createElement("div");
	document.body.append(root);
	end = keepFocus(root);
});

afterEach(() => {
	end();
	document.body.replaceChildren();
});

const find = (id: string) => root.querySelector(`#${id}`) as HTMLElement;
/** Takes something away, with what has the focus in it; gives what has it then. */
async function without(id: string): Promise<string> {
	find(id).remove();
	// Of a browser: happy-dom leaves the focus with what is gone.
	if (!document.activeElement?.isConnected) (document.activeElement as HTMLElement | null)?.blur();
	await new Promise((done) => setTimeout(done));
	return document.activeElement?.id || (document.activeElement?.tagName ?? "");
}

test("when the button that has the focus goes away, the heading of its part has it", async () => {
	root.innerHTML =
		'<main><h1 id="m">M</h1><aside><h2 id="h">H</h2><p id="row"><button id="b">b</button></p></aside></main>';
	find("b").focus();
	expect(await without("row")).toBe("h");
});

test("a list that takes the focus itself gets it, and a part without a heading gives it to its first button", async () => {
	root.innerHTML =
		'<div id="list" tabindex="0"><p id="row"><button id="b">b</button></p></div><nav><button id="first">f</button><button id="c">c</button></nav>';
	find("b").focus();
	expect(await without("row")).toBe("list");
	find("c").focus();
	expect(await without("c")).toBe("first");
});

test("when a whole page goes away, the next one's heading has it", async () => {
	root.innerHTML = '<main id="old"><h1>Old</h1><button id="b">b</button></main>';
	find("b").focus();
	root.insertAdjacentHTML("beforeend", '<header><h1 id="new">New</h1></header><main><h2>else</h2></main>');
	expect(await without("old")).toBe("new");
});

test("where nothing that goes away had the focus, it stays where it is", async () => {
	root.innerHTML = '<h1 id="h">H</h1><button id="a">a</button><p id="row"><button id="b">b</button></p>';
	find("a").focus();
	expect(await without("row")).toBe("a");
	find("a").blur();
	find("h").textContent = "Other";
	await new Promise((done) => setTimeout(done));
	expect(document.activeElement).toBe(document.body);
});
