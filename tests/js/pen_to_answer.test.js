import assert from "node:assert/strict";
import { test } from "node:test";

import { switchText } from "../../static/primer/pen_to_answer.js";
import { pixelText, placed, two } from "../../static/primer/pixel_picture.js";

test("a switch says what the other way round would read, and whether that is another digit", () => {
  const kind = { name: "cut", title: "", isOn: ({ cut }) => cut, on: "" };
  const told = { flipped: { cut: { label: "2", probability: 0.61 } }, answer: { label: "7", probability: 0.9 } };
  assert.deepEqual(switchText(kind, { cut: true }, told), { text: "off: reads 2, 61.0 %", turns: true });
  assert.deepEqual(switchText(kind, { cut: false }, told), { text: "on: reads 2, 61.0 %", turns: true });
  assert.deepEqual(switchText({ ...kind, name: "pad" }, { cut: true }, told), { text: "", turns: false });
});

test("pixels are told by row and column, and lie in the middle of a square", () => {
  const pixels = { height: 2, width: 3, values: [0, 0.5, 1, -0.424, 0.004, -0.001] };
  assert.equal(pixelText(pixels, 0, 1), "row 0, column 1: 0.50");
  assert.equal(pixelText(pixels, 1, 0), "row 1, column 0: −0.42");
  assert.equal(two(-0.001), "0.00");
  assert.deepEqual(placed({ height: 28, width: 14, values: [] }, 280), { left: 70, top: 0, cell: 10 });
  assert.equal(placed({ height: 140, width: 56, values: [] }, 280).cell, 2);
});
