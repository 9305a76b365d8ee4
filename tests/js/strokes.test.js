// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawing, onPad, sameStrokes, SIZE } from "../../static/primer/strokes.js";

/** @typedef {import("../../static/primer/strokes.js").Point} Point */

/** @param {number} seed numbers from 0 to 1, the same for the same seed (mulberry32) */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {Point} point */
const inside = ([x, y]) => x >= 0 && x <= SIZE && y >= 0 && y <= SIZE;

/**
 * @param {Drawing} drawing
 * @param {...Point} points
 */
function draw(drawing, ...points) {
  drawing.press(points[0], 18);
  for (const point of points.slice(1)) drawing.moveTo(point);
  drawing.lift();
}

test("the part of a movement on the pad is where its points lie on it", () => {
  const next = random(7);
  const place = () => /** @type {Point} */ ([next() * 700 - 210, next() * 700 - 210]);
  for (let trial = 0; trial < 3000; trial += 1) {
    const [from, to] = [place(), place()];
    const part = onPad(from, to);
    const samples = Array.from({ length: 401 }, (_, at) => /** @type {Point} */ ([0, 1].map((axis) => from[axis] + (at / 400) * (to[axis] - from[axis]))));
    const on = samples.filter(inside);
    if (part === null) assert.equal(on.length, 0);
    else {
      assert.ok(part.every(inside));
      const step = Math.hypot(to[0] - from[0], to[1] - from[1]) / 400;
      if (on.length) {
        assert.ok(Math.hypot(on[0][0] - part[0][0], on[0][1] - part[0][1]) <= step + 1e-9);
        assert.ok(Math.hypot(on[on.length - 1][0] - part[1][0], on[on.length - 1][1] - part[1][1]) <= step + 1e-9);
      } else assert.ok(Math.hypot(part[1][0] - part[0][0], part[1][1] - part[0][1]) <= step + 1e-9);
    }
  }
});

test("a stroke that begins beside the pad draws from where it enters", () => {
  const drawing = new Drawing();
  draw(drawing, [-40, 100], [-20, 100], [60, 100], [100, 140]);
  assert.deepEqual(drawing.strokes, [{ width: 18, points: [[0, 100], [60, 100], [100, 140]] }]);
  assert.equal(drawing.undo(), true);
  assert.deepEqual(drawing.strokes, []);
});

test("a pen beside the pad leaves no ink, and one undo takes all of its way", () => {
  const drawing = new Drawing();
  draw(drawing, [100, 100], [100, 400], [-50, 400], [-50, 200], [50, 200]);
  assert.deepEqual(drawing.strokes.map(({ points }) => points), [[[100, 100], [100, 280]], [[0, 200], [50, 200]]]);
  drawing.undo();
  assert.deepEqual(drawing.strokes, []);
  drawing.redo();
  assert.equal(drawing.strokes.length, 2);
});

test("a movement right across the pad leaves its line, one that passes by leaves nothing", () => {
  const drawing = new Drawing();
  draw(drawing, [-10, 50], [300, 50]);
  draw(drawing, [-10, -50], [300, -50], [400, 400]);
  assert.deepEqual(drawing.strokes, [{ width: 18, points: [[0, 50], [280, 50]] }]);
  assert.equal(drawing.before.length, 1, "what leaves nothing is nothing to undo");
});

test("a dot is a stroke", () => {
  const drawing = new Drawing();
  draw(drawing, [140.2, 140.4]);
  assert.deepEqual(drawing.strokes, [{ width: 18, points: [[140, 140.5]] }]);
});

test("undo and redo go over any history as over a list of drawings", () => {
  const next = random(3);
  for (let trial = 0; trial < 200; trial += 1) {
    const drawing = new Drawing();
    let states = [drawing.strokes], at = 0;
    for (let act = 0; act < 30; act += 1) {
      const choice = next();
      if (choice < 0.3) {
        assert.equal(drawing.undo(), at > 0);
        at = Math.max(0, at - 1);
      } else if (choice < 0.55) {
        assert.equal(drawing.redo(), at < states.length - 1);
        at = Math.min(states.length - 1, at + 1);
      } else {
        if (choice < 0.65) drawing.replace([]);
        else draw(drawing, [next() * 280, next() * 280], [next() * 280, next() * 280]);
        states = [...states.slice(0, at + 1), drawing.strokes];
        at += 1;
      }
      assert.ok(sameStrokes(drawing.strokes, states[at]));
    }
  }
});

test("drawings are the same when all of their strokes are", () => {
  const one = [{ width: 18, points: /** @type {Point[]} */ ([[1, 2], [3, 4]]) }];
  assert.ok(sameStrokes(one, JSON.parse(JSON.stringify(one))));
  assert.ok(!sameStrokes(one, []));
  assert.ok(!sameStrokes(one, [{ ...one[0], width: 17 }]));
  assert.ok(!sameStrokes(one, [{ width: 18, points: [[1, 2], [3, 5]] }]));
  assert.ok(!sameStrokes(one, [{ width: 18, points: [[1, 2]] }]));
});
