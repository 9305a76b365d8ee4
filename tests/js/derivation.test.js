// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { atCell, brief, numberAt, spellNumbers } from "../../static/primer/derivation.js";

/** @param {string} symbol @param {number[]} shape @param {number[]} rows @param {number[]} columns @returns {any} a matrix whose numbers tell their index */
const matrix = (symbol, shape, rows, columns) => {
  const drawn = (/** @type {number[]} */ axis) => axis.filter((index) => index >= 0);
  const cells = drawn(rows).map((row) => drawn(columns).map((column) => `${row}.${column}`));
  return { kind: "matrix", symbol, label: symbol, shape, role: "a", rows, columns, cells, full: cells.map((row) => row.map(() => "")) };
};

/** @param {string} symbol @param {string} row @param {string} column @param {boolean} [bare] @returns {any} */
const entry = (symbol, row, column, bare) => ({ kind: "entry", symbol, row, column, bare });

const product = [{ kind: "sum", term: [entry("h", "{i}", "{k}"), "·", entry("w", "{k}", "{j}")] }];

/** @param {number} size @param {number[]} axis of the places that are summed over */
const factors = (size, axis) => new Map([matrix("h", [2, size], [0, 1], axis), matrix("w", [size, 2], axis, [0, 1])].map((found) => [found.symbol, found]));

test("a cell is found by its index where rows and columns are left out", () => {
  const elided = matrix("w", [784, 16], [-1, 404, 405, -1], [0, 1, 2, -1, 15]);
  assert.equal(numberAt(elided, 404, 0), "404.0");
  assert.equal(numberAt(elided, 405, 15), "405.15");
  assert.equal(numberAt(elided, 3, 0), "");
  assert.equal(numberAt(elided, 404, 7), "");
});

test("a short sum is written out, and reads every one of its cells", () => {
  const { text, read } = spellNumbers(/** @type {any} */ (product), factors(3, [0, 1, 2]), 1, 0);
  assert.equal(text, "1.0·0.0 + 1.1·1.0 + 1.2·2.0");
  assert.deepEqual(read, [["h", 1, 0], ["w", 0, 0], ["h", 1, 1], ["w", 1, 0], ["h", 1, 2], ["w", 2, 0]]);
});

test("of a sum that is drawn whole the middle is counted, yet all its cells are read", () => {
  const { text, read } = spellNumbers(/** @type {any} */ (product), factors(7, [0, 1, 2, 3, 4, 5, 6]), 0, 1);
  assert.equal(text, "0.0·0.1 + 0.1·1.1 + … 4 more … + 0.6·6.1");
  assert.equal(read.length, 14);
});

test("a sum over an axis that is drawn in part writes what is drawn, and counts what is not", () => {
  assert.equal(spellNumbers(/** @type {any} */ (product), factors(16, [0, 1, 2, -1, 15]), 0, 0).text,
    "0.0·0.0 + 0.1·1.0 + 0.2·2.0 + … 12 more … + 0.15·15.0");
  assert.equal(spellNumbers(/** @type {any} */ (product), factors(784, [-1, 404, 405, -1]), 0, 0).text,
    "… 404 more … + 0.404·404.0 + 0.405·405.0 + … 378 more …");
});

test("a negative number is in brackets unless nothing stands before it, and a mask is 1 above zero alone", () => {
  const z = { ...matrix("z", [1, 4], [0], [0, 1, 2, 3]), cells: [["−2.0", "0.0", "1e−09", "−1e−09"]] };
  const matrices = new Map([["z", z]]);
  const numbers = /** @type {any[]} */ ([entry("z", "0", "{j}", true), " − ", entry("z", "0", "{j}"), " ", { kind: "positive", symbol: "z", row: "0", column: "{j}" }]);
  assert.deepEqual([0, 1, 2, 3].map((column) => spellNumbers(numbers, matrices, 0, column).text),
    ["−2.0 − (−2.0) 0", "0.0 − 0.0 0", "1e−09 − 1e−09 1", "−1e−09 − (−1e−09) 0"]);
});

test("a text of its own stands in each row", () => {
  const numbers = /** @type {any[]} */ (["max ", { kind: "byrow", texts: ["a", "b"] }]);
  assert.equal(spellNumbers(numbers, new Map(), 1, 0).text, "max b");
  assert.equal(atCell("z[{i}, {j}] − z[{i}, k]", 1, 0), "z[1, 0] − z[1, k]");
});

test("the map shows the ends of a long axis, and the beginning of what is drawn from its middle", () => {
  assert.deepEqual(brief([0, 1, 2], 2), [0, 1, 2]);
  assert.deepEqual(brief([0, 1, 2, -1, 15], 1), [0, -1, 4]);
  assert.deepEqual(brief([-1, 404, 405, 406, 407, -1], 2), [0, 1, 2, 5]);
});
