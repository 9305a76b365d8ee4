// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { roomAt, scrolledBy } from "../../static/primer/dragging.js";

const BOXES = [[0, 30], [30, 90], [90, 120], [120, 150]].map(([top, bottom]) => ({ top, bottom }));

test("the others make room where the one that is dragged would stand", () => {
  assert.deepEqual(roomAt(BOXES, 1, 1, 60), { shifts: [0, 0, 0, 0], top: 30 });
  assert.deepEqual(roomAt(BOXES, 1, 2, 60), { shifts: [0, 0, 0, 0], top: 30 });
  assert.deepEqual(roomAt(BOXES, 1, 3, 60), { shifts: [0, 0, -60, 0], top: 60 });
  assert.deepEqual(roomAt(BOXES, 1, 4, 60), { shifts: [0, 0, -60, -60], top: 90 });
  assert.deepEqual(roomAt(BOXES, 2, 0, 30), { shifts: [30, 30, 0, 0], top: 0 });
  assert.deepEqual(roomAt(BOXES, 3, 1, 30), { shifts: [0, 30, 30, 0], top: 30 });
});

test("what scrolls does so near its edges, the faster the nearer", () => {
  assert.equal(scrolledBy(400, 0, 800), 0);
  assert.equal(scrolledBy(56, 0, 800), 0);
  assert.equal(scrolledBy(28, 0, 800), -7);
  assert.equal(scrolledBy(0, 0, 800), -14);
  assert.equal(scrolledBy(-300, 0, 800), -14);
  assert.equal(scrolledBy(772, 0, 800), 7);
  assert.equal(scrolledBy(2_000, 0, 800), 14);
  assert.equal(scrolledBy(10, 10, 10), 0);
});
