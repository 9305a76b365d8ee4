// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { withStrokes } from "../../static/primer/digit_steps.js";
import { nextPixel, pixelText } from "../../static/primer/seen_image.js";

test("keys go over the image and stop at its edges", () => {
  assert.deepEqual(nextPixel("ArrowLeft", [3, 0], false), [3, 0]);
  assert.deepEqual(nextPixel("ArrowDown", [26, 5], false), [27, 5]);
  assert.deepEqual(nextPixel("ArrowDown", [27, 5], false), [27, 5]);
  assert.deepEqual(nextPixel("End", [3, 4], false), [3, 27]);
  assert.deepEqual(nextPixel("Home", [3, 4], true), [0, 0]);
  assert.equal(nextPixel("a", [3, 4], false), null);
});

test("a pixel is told by its place and its value", () => {
  const pixels = Array.from({ length: 784 }, (_, at) => at);
  assert.equal(pixelText(pixels, 9, 14), "row 9, column 14: 0.27");
  assert.equal(pixelText([], 9, 14), "row 9, column 14: –");
});

test("strokes stand in the code between its two parts, and every colour stays with its text", () => {
  const [first, second] = ["x = 1\nstrokes = [\n", "]\nprint(2, \"a\")\n"];
  /** @type {[number, number, string][]} */
  const marks = [[4, 5, "number"], [first.length + 8, first.length + 9, "number"], [first.length + 11, first.length + 14, "string"]];
  const { code, marks: found } = withStrokes({ before: first, after: second, marks }, [{ width: 18, points: [[84, 62.5], [1, 0]] }, { width: 3, points: [[0, 0]] }]);
  assert.equal(code, `${first}    {"width": 18, "points": [[84, 62.5], [1, 0]]},\n    {"width": 3, "points": [[0, 0]]},\n${second}`);
  assert.deepEqual(found.map(([start, end, kind]) => `${kind} ${code.slice(start, end)}`), [
    "number 1", 'string "width"', "number 18", 'string "points"', "number 84", "number 62.5", "number 1", "number 0",
    'string "width"', "number 3", 'string "points"', "number 0", "number 0", "number 2", 'string "a"',
  ]);
});
