// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { fillFormula } from "../../static/primer/formula.js";
import { moved } from "../../static/primer/keyboard.js";
import { CellLinks } from "../../static/primer/links.js";

/** @param {number[]} a @param {number} flat */
const cells = (a, flat) => ({
  place: flat,
  flat,
  sources: (/** @type {string} */ grid) => (grid === "a" ? a : []),
  address: (/** @type {string} */ grid, /** @type {number} */ at) => `${grid}[${at}]`,
  value: (/** @type {string} */ _, /** @type {number} */ at) => String(10 * at),
  role: () => "a",
});

/** @param {any[]} filled @returns {string} */
const letters = (filled) => filled.map((piece) =>
  (typeof piece === "string" ? piece : piece.chip ?? letters(piece.strong))).join("");

test("a formula names the linked cells and their numbers", () => {
  const formula = { to: "y", terms: 6, pieces: [{ ref: "y" }, " = ", { ref: "a" }, " = ", { strong: [{ val: "a" }] }] };
  assert.equal(letters(fillFormula(formula, cells([3], 1))), "y[1] = a[3] = 30");
});

test("a repeated piece is written once for each linked cell, and a long run is elided in its middle", () => {
  const formula = { to: "y", terms: 4, pieces: [{ each: [{ val: "a" }], separator: " + " }] };
  assert.equal(letters(fillFormula(formula, cells([1, 2, 3, 4], 0))), "10 + 20 + 30 + 40");
  assert.equal(letters(fillFormula(formula, cells([1, 2, 3, 4, 5, 6], 0))), "10 + 20 + 30 + … + 60");
  assert.equal(letters(fillFormula(formula, cells([], 0))), "");
});

test("a text of its own stands at each cell", () => {
  const formula = { to: "y", terms: 4, pieces: [{ texts: ["first", "second"] }] };
  assert.equal(letters(fillFormula(formula, cells([], 1))), "second");
});

test("arrow keys move by one, Page keys by a panel", () => {
  /** @type {{last: [number, number], panel: {row: number, column: number}, deep: boolean, ctrl: boolean}} */
  const array = { last: [2, 7], panel: { row: 3, column: 4 }, deep: true, ctrl: false };
  assert.deepEqual(moved("ArrowLeft", [1, 2], array), [1, 1]);
  assert.deepEqual(moved("PageDown", [1, 2], array), [1, 6]);
  assert.deepEqual(moved("End", [1, 2], array), [1, 7]);
  assert.deepEqual(moved("End", [1, 2], { ...array, ctrl: true }), [2, 7]);
  assert.equal(moved("a", [1, 2], array), null);
});

test("light goes along links one way, and both ways between cells of one memory", () => {
  const links = new CellLinks(5, [
    { from: 0, to: 2, same: false }, { from: 2, to: 3, same: false }, { from: 0, to: 1, same: true }, { from: 1, to: 0, same: true },
  ]);
  assert.deepEqual(links.below(0).sort(), [1, 2, 3]);
  assert.deepEqual(links.above(3).sort(), [0, 1, 2]);
  assert.deepEqual(links.below(4), []);
});
