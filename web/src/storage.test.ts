import { afterEach, expect, test, vi } from "vitest";
import { recall, recallObject, remember } from "./storage";

afterEach(() => {
	vi.unstubAllGlobals();
	localStorage.clear();
});

test("what is remembered is recalled, under a name that is ours", () => {
	remember("name", "Wayan");
	expect(recall("name")).toBe("Wayan");
	expect(localStorage.getItem("balai.name")).toBe("Wayan");
});

test("where storage is forbidden, nothing is remembered and nothing breaks", () => {
	const forbidden = () => {
		throw new DOMException("no", "SecurityError");
	};
	vi.stubGlobal("localStorage", { getItem: forbidden, setItem: forbidden, clear: () => {} });
	remember("name", "Wayan");
	expect(recall("name")).toBeNull();
	expect(recallObject("devices")).toEqual({});
});

test.each(["", "{", "null", "3", '"text"'])("%j is recalled as an empty object", (stored) => {
	localStorage.setItem("balai.devices", stored);
	expect(recallObject("devices")).toEqual({});
});
