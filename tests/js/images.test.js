// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { read } from "../../static/primer/images.js";

/** @param {number[]} numbers red, green and blue by turns */
const opaque = (numbers) => new Uint8ClampedArray(numbers.flatMap((number, at) => (at % 3 === 2 ? [number, 255] : [number])));

test("an image reads the numbers of a file by strides, as an array reads memory", () => {
  const numbers = Array.from({ length: 12 }, (_, at) => at);      // a file of 2 rows of 2 pixels
  const file = opaque(numbers);
  assert.deepEqual(read(file, { kind: "reading", shape: [2, 2, 3], strides: [6, 3, 1] }), file);
  // reshape(3, 2, 2), then its channels last
  const cut = read(file, { kind: "reading", shape: [2, 2, 3], strides: [2, 1, 4] });
  assert.deepEqual(cut, opaque([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]));
  // rows for columns
  const turned = read(file, { kind: "reading", shape: [2, 2, 3], strides: [3, 6, 1] });
  assert.deepEqual(turned, opaque([0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]));
});
