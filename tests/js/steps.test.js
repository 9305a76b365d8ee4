// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { argumentsOf, placeDraggedTo } from "../../static/primer/steps.js";

const BOXES = [0, 40, 80, 120].map((top) => ({ top, bottom: top + 34 }));

test("a card passes another once its leading edge is over that one's middle", () => {
  assert.equal(placeDraggedTo(BOXES, 0, 0), 0);
  assert.equal(placeDraggedTo(BOXES, 0, 22), 0);
  assert.equal(placeDraggedTo(BOXES, 0, 24), 1);
  assert.equal(placeDraggedTo(BOXES, 0, 500), 3);
  assert.equal(placeDraggedTo(BOXES, 3, -62), 2);
  assert.equal(placeDraggedTo(BOXES, 3, -64), 1);
  assert.equal(placeDraggedTo(BOXES, 3, -500), 0);
});

test("a new step has its arguments selected, or all of it where it has none", () => {
  assert.deepEqual(argumentsOf("view(2, -1)"), [5, 10]);
  assert.deepEqual(argumentsOf("split(2, dim=0)[0]"), [6, 14]);
  assert.deepEqual(argumentsOf("squeeze()"), [8, 8]);
  assert.deepEqual(argumentsOf("T"), [0, 1]);
});
