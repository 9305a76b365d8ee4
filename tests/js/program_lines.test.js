// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { actOf, focusAfter, placeAfter } from "../../static/primer/program_lines.js";

/** @type {import("../../static/primer/types.js").ProgramLine} */
const line = { kind: "programline", code: "loss.backward()", place: 4, name: "backward" };

test("each button of a row has its act", () => {
  assert.deepEqual(actOf("up", line), { name: "move", details: { place: 4, by: -1 } });
  assert.deepEqual(actOf("down", line), { name: "move", details: { place: 4, by: 1 } });
  assert.deepEqual(actOf("double", line), { name: "double", details: { place: 4 } });
  assert.deepEqual(actOf("remove", line), { name: "remove", details: { place: 4 } });
  assert.deepEqual(actOf("back", line), { name: "add", details: { name: "backward" } });
  assert.equal(actOf("code", line), null);
});

test("the focus follows a line that is moved or doubled, and stays where one is removed", () => {
  assert.deepEqual(focusAfter({ name: "move", details: { place: 4, by: -1 } }, "up"), { place: 3, part: "up" });
  assert.deepEqual(focusAfter({ name: "double", details: { place: 4 } }, "double"), { place: 5, part: "double" });
  assert.deepEqual(focusAfter({ name: "remove", details: { place: 4 } }, "remove"), { place: 4, part: "remove" });
  assert.equal(focusAfter({ name: "restore", details: {} }, ""), null);
});

test("what is pressed while an act is under way is meant for the line that was pressed", () => {
  const up = { name: "move", details: { place: 4, by: -1 } };
  assert.equal(placeAfter([], 4), 4);
  assert.equal(placeAfter([up], 4), 3);
  assert.equal(placeAfter([up], 3), 4);
  assert.equal(placeAfter([up, { name: "move", details: { place: 3, by: -1 } }], 4), 2);
  assert.equal(placeAfter([{ name: "double", details: { place: 4 } }], 5), 6);
  assert.equal(placeAfter([{ name: "remove", details: { place: 4 } }], 5), 4);
  assert.equal(placeAfter([{ name: "remove", details: { place: 4 } }], 4), -1);
});
