// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { nextSpot } from "../../static/primer/probability_bars.js";

const WIDTHS = [4, 1, 4];

test("arrow keys keep their column across a row of one cell", () => {
  assert.deepEqual(nextSpot("ArrowDown", [0, 2], WIDTHS, false), [1, 2]);
  assert.deepEqual(nextSpot("ArrowDown", [1, 2], WIDTHS, false), [2, 2]);
  assert.deepEqual(nextSpot("ArrowUp", [1, 2], WIDTHS, false), [0, 2]);
});

test("no key leads out of the table, and other keys lead nowhere", () => {
  assert.equal(nextSpot("ArrowUp", [0, 0], WIDTHS, false), null);
  assert.equal(nextSpot("ArrowDown", [2, 0], WIDTHS, false), null);
  assert.equal(nextSpot("ArrowRight", [0, 3], WIDTHS, false), null);
  assert.equal(nextSpot("a", [0, 0], WIDTHS, false), null);
  assert.deepEqual(nextSpot("End", [0, 1], WIDTHS, false), [0, 3]);
  assert.deepEqual(nextSpot("End", [0, 1], WIDTHS, true), [2, 3]);
  assert.deepEqual(nextSpot("Home", [2, 3], WIDTHS, true), [0, 0]);
});
