import assert from "node:assert/strict";
import { test } from "node:test";

import { points, questionOf } from "../../static/primer/two_networks.js";

test("a difference has its sign, and none where it rounds to zero", () => {
  assert.deepEqual([0.5, -0.1234, 0.0004, -0.0004, 0].map(points), ["+50.0", "−12.3", "0.0", "0.0", "0.0"]);
});

test("mid-stroke it asks with the image, of a finished drawing with the strokes", () => {
  const strokes = [{ width: 18, points: [[1, 2]] }];
  assert.deepEqual(questionOf({ strokes, down: true, reading: { pixels: [0, 500, 1000] } }), { image: [0, 128, 255] });
  assert.deepEqual(questionOf({ strokes, down: true, reading: {} }), { strokes });
  assert.deepEqual(questionOf({ strokes, down: false, reading: { pixels: [0] } }), { strokes });
});
