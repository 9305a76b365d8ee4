// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { actOf, focusAfter, landing, placeAfter, sideAt } from "../../static/primer/program_lines.js";

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
  assert.deepEqual(focusAfter({ name: "move", details: { place: 4, by: 5 } }, "handle"), { place: 9, part: "handle" });
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

test("a line that is dragged far takes the others one place along", () => {
  const down = { name: "move", details: { place: 2, by: 3 } };
  assert.deepEqual([1, 2, 3, 4, 5, 6].map((place) => placeAfter([down], place)), [1, 5, 2, 3, 4, 6]);
  const up = { name: "move", details: { place: 5, by: -3 } };
  assert.deepEqual([1, 2, 3, 4, 5, 6].map((place) => placeAfter([up], place)), [1, 3, 4, 5, 2, 6]);
  assert.equal(placeAfter([{ name: "remove", details: { place: 4 } }, down], 4), -1);
  for (const [length, place, by] of [[7, 2, 3], [7, 5, -3], [4, 0, 3], [4, 3, -3], [4, 1, 1]]) {
    const names = [...Array(length).keys()];
    names.splice(place + by, 0, ...names.splice(place, 1));      // as the server moves it
    for (let each = 0; each < length; each++) {
      assert.equal(placeAfter([{ name: "move", details: { place, by } }], each), names.indexOf(each));
    }
  }
});

test("the half of a row that is pointed at says on which side of it a line lands", () => {
  const boxes = [{ top: 0, bottom: 30 }, { top: 30, bottom: 90 }, { top: 90, bottom: 120 }];
  assert.deepEqual(sideAt(boxes, -20), { row: 0, below: false });
  assert.deepEqual(sideAt(boxes, 14), { row: 0, below: false });
  assert.deepEqual(sideAt(boxes, 15), { row: 0, below: true });
  assert.deepEqual(sideAt(boxes, 59), { row: 1, below: false });
  assert.deepEqual(sideAt(boxes, 60), { row: 1, below: true });
  assert.deepEqual(sideAt(boxes, 500), { row: 2, below: true });
});

test("a line lands in the block of the row that is pointed at", () => {
  const last = { ...line, place: 7, depth: 2 };      // of the batches; the mark of their end is at place 8
  const next = { ...line, place: 9, depth: 1 };
  assert.deepEqual(landing(last, true, []), { gap: 8, depth: 2 });
  assert.deepEqual(landing(next, false, []), { gap: 9, depth: 1 });
  const head = { ...line, place: 4, depth: 1, stays: true };
  assert.deepEqual(landing(head, false, []), { gap: 4, depth: 1 });
  assert.deepEqual(landing(head, true, []), { gap: 5, depth: 2 });
  /** @type {import("../../static/primer/types.js").ProgramLine} */
  const gone = { kind: "programline", code: "", depth: 2, gap: 6, tone: "gone" };
  assert.deepEqual(landing(gone, false, []), { gap: 6, depth: 2 });
  assert.deepEqual(landing(gone, true, []), { gap: 6, depth: 2 });
  const removed = { name: "remove", details: { place: 4 } };
  assert.equal(landing({ ...line, place: 4 }, true, [removed]), null);
  assert.deepEqual(landing({ ...line, place: 5, depth: 2 }, true, [removed]), { gap: 5, depth: 2 });
});
