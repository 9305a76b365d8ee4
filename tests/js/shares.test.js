// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { levelsOf } from "../../static/primer/grey_levels.js";
import { answerText, percent } from "../../static/primer/shares.js";

test("a share is never rounded to a certainty", () => {
  assert.deepEqual([0, 0.0004, 0.961, 0.9994, 0.9996, 1].map(percent), ["0.0 %", "0.0 %", "96.1 %", "99.9 %", "> 99.9 %", "> 99.9 %"]);
});

test("an answer is written with its probability", () => {
  assert.equal(answerText({ label: "7", probability: 0.9611 }), "7, 96.1 %");
  assert.equal(answerText({ label: "7", probability: 0.99999 }), "7, > 99.9 %");
});

test("thousandths are told in 256 levels", () => {
  assert.deepEqual([...levelsOf([0, 1, 2, 500, 1000])], [0, 0, 1, 128, 255]);
});
