import assert from "node:assert/strict";
import { test } from "node:test";

import { after, way } from "../../static/primer/batches.js";
import { marks } from "../../static/primer/timeline.js";

test("a way leaves its sample downwards and comes in from above", () => {
  assert.equal(way(10, 20, 50, 60), "M10 20C10 40 50 40 50 60");
});

test("keys go from sample to sample and around the ends", () => {
  assert.equal(after("ArrowRight", 4, 5), 0);
  assert.equal(after("ArrowLeft", 0, 5), 4);
  assert.equal(after("ArrowDown", 1, 5), 2);
  assert.equal(after("Home", 3, 5), 0);
  assert.equal(after("End", 3, 5), 4);
  assert.equal(after("a", 3, 5), null);
});

test("an axis of time has a few round marks from 0 on", () => {
  assert.deepEqual(marks(412, 8), [0, 100, 200, 300, 400]);
  assert.deepEqual(marks(1, 4), [0, 0.5, 1]);
  assert.deepEqual(marks(0.001, 2), [0, 0.0005, 0.001]);
});
