import assert from "node:assert/strict";
import { test } from "node:test";

import { lengths } from "../../static/primer/bars.js";

/** @param {number[]} values */
const bars = (...values) => values.map((value) => ({ value }));

test("the largest bar has the full width", () => {
  assert.deepEqual(lengths({ bars: bars(1, 4, 2) }), [25, 100, 50]);
});

test("a whole that is given has the full width, and no bar is wider", () => {
  assert.deepEqual(lengths({ bars: bars(0.5, 0.25, 3), whole: 1 }), [50, 25, 100]);
});

test("nothing has no length", () => {
  assert.deepEqual(lengths({ bars: bars(0, 0) }), [0, 0]);
  assert.deepEqual(lengths({ bars: [] }), []);
});
