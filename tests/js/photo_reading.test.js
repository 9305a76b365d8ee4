import assert from "node:assert/strict";
import { test } from "node:test";

import { boxPlace, sentSize, summaryText } from "../../static/primer/photo_reading.js";

test("a picture is scaled until its longer side fits, and never enlarged", () => {
  assert.deepEqual(sentSize({ width: 3000, height: 1500 }), { width: 2000, height: 1000 });
  assert.deepEqual(sentSize({ width: 300, height: 200 }), { width: 300, height: 200 });
  assert.deepEqual(sentSize({ width: 1, height: 100_000 }), { width: 1, height: 2000 });
});

test("a box lies where its digit does, however large the picture is shown", () => {
  assert.deepEqual(boxPlace([10, 40, 30, 50], { width: 200, height: 100 }), { top: "10%", left: "20%", height: "20%", width: "5%" });
});

test("what was read is told in reading order", () => {
  const classes = ["zero", "one"];
  assert.equal(summaryText({ digits: [], classes }), "Nothing to read");
  assert.equal(summaryText({ digits: [{ label: 1 }], classes }), "1 digit read: one");
  assert.equal(summaryText({ digits: [{ label: 1 }, { label: 0 }], classes }), "2 digits read: one zero");
});
