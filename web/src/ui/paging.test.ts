import { expect, test } from "vitest";
import { pageOf } from "./paging";

const ids = [..."abcdefghij"];

test("pages follow one another, and the last one is as full as it is", () => {
	expect(pageOf(ids, 4, 0, [])).toEqual({ ids: ["a", "b", "c", "d"], page: 0, pages: 3 });
	expect(pageOf(ids, 4, 2, [])).toEqual({ ids: ["i", "j"], page: 2, pages: 3 });
});

test("a page that is gone is the last one there is", () => {
	expect(pageOf(ids, 4, 9, []).page).toBe(2);
	expect(pageOf([], 4, 3, [])).toEqual({ ids: [], page: 0, pages: 1 });
});

test("whoever speaks comes onto the first page, and nobody else moves", () => {
	expect(pageOf(ids, 4, 0, ["h"]).ids).toEqual(["a", "b", "c", "h"]);
	expect(pageOf(ids, 4, 0, ["b"]).ids).toEqual(["a", "b", "c", "d"]);
	expect(pageOf(ids, 4, 0, ["d", "h"]).ids).toEqual(["a", "b", "d", "h"]);
});

test("nobody is called onto other pages, nor who is not here", () => {
	expect(pageOf(ids, 4, 1, ["a"]).ids).toEqual(["e", "f", "g", "h"]);
	expect(pageOf(ids, 4, 0, ["z"]).ids).toEqual(["a", "b", "c", "d"]);
});
