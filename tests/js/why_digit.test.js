import assert from "node:assert/strict";
import { test } from "node:test";

import { plus, rounded, signed } from "../../static/primer/why_digit.js";

test("a value has three digits and at most four places", () => {
  assert.deepEqual([0, 12.345, -1.005, 0.123456, -0.000321, 0.00001].map(rounded), ["0", "12.35", "−1.00", "0.123", "−0.0003", "0"]);
  assert.deepEqual([0.5, -0.5, 0].map(plus), ["+0.5", "−0.5", "0"]);
});

test("a value of zero leaves the ground, and the largest hides it", () => {
  const ground = [12, 16, 23];
  assert.deepEqual(signed(0, ground), ground);
  assert.deepEqual([signed(1, ground), signed(-1, ground)], [[86, 156, 255], [255, 176, 32]]);
  assert.deepEqual(signed(3, ground), signed(1, ground));
});
