// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { acrossOf, heightOf, lastPlace, read, stretches } from "../../static/primer/curves.js";

/** @typedef {import("../../static/primer/types.js").Curves} Curves */

/** @type {Curves} */
const curves = {
  kind: "curves", title: "Loss", across: "step", low: 0, high: 2, ticks: [[0, "0"], [2, "2"]], places: [[1, "1"]],
  curves: [
    { kind: "curve", name: "yours", values: [1, null, 2], texts: ["1.0", "inf", "2.0"] },
    { kind: "curve", name: "correct", values: [1, 0.5], texts: ["1.0", "0.5"] },
  ],
};

test("a line is parted where a value is missing, and its points are shares of the axes", () => {
  assert.equal(lastPlace(curves), 3);
  assert.deepEqual(stretches(curves, curves.curves[0]), [[[0, 0.5]], [[1, 1]]]);
  assert.deepEqual(stretches(curves, curves.curves[1]), [[[0, 0.5], [0.5, 0.25]]]);
});

test("equal ratios are equal lengths on a logarithmic axis", () => {
  const news = { ...curves, low: 0.01, high: 100, logarithmic: true };
  assert.ok(Math.abs(heightOf(news, 1) - 0.5) < 1e-9);
  assert.ok(Math.abs(heightOf(news, 10) - 0.75) < 1e-9);
});

test("a place is read with what each curve has there", () => {
  assert.equal(read(curves, 1), "step 1: yours 1.0, correct 1.0");
  assert.equal(read(curves, 2), "step 2: yours inf, correct 0.5");
  assert.equal(read(curves, 3), "step 3: yours 2.0");
  assert.equal(read({ ...curves, curves: [] }, 1), "step 1: —");
});

test("a place alone stands in the middle", () => {
  assert.equal(acrossOf({ ...curves, curves: [{ ...curves.curves[0], values: [1], texts: ["1.0"] }] }, 1), 0.5);
});
