import assert from "node:assert/strict";
import { test } from "node:test";

import { Curve, floats } from "../../static/primer/curve.js";
import { lookAt, looked, onLook } from "../../static/primer/look.js";

const encoded = (values) => Buffer.from(new Float32Array(values).buffer).toString("base64");

/** What a server with a run of so many losses answers to a cursor. */
function answer(losses, cursor, more = {}) {
  const first = Math.min(Number(cursor.batches), losses.length);
  const news = losses.slice(first, first + 300);
  return {
    run: "a", batches: losses.length,
    curve: { first, losses: encoded(news), means: encoded(news.map((loss) => loss / 2)) },
    epochs: { first: 0, points: [] }, changes: { first: 0, points: [] }, ...more,
  };
}

test("numbers arrive exactly", () => {
  assert.deepEqual([...floats(encoded([0.1, 3e22, NaN, 0]))], [Math.fround(0.1), Math.fround(3e22), NaN, 0]);
  assert.equal(floats("").length, 0);
});

test("a curve that grows by what is new is the whole curve", () => {
  const losses = Array.from({ length: 5000 }, (_, place) => Math.fround(2 / (place + 1)));
  const curve = new Curve("a");
  for (let size = 0; size <= losses.length; size += 37) curve.take(answer(losses.slice(0, size), curve.cursor()));
  const all = answer(losses, curve.cursor());
  for (let asked = 0; curve.lacks(all); asked += 1) {
    assert.ok(asked < 100);
    curve.take(answer(losses, curve.cursor()));
  }
  assert.deepEqual([...curve.losses.values.subarray(0, curve.size)], losses);
  assert.equal(curve.means.at(4), Math.fround(losses[4] / 2));
  assert.ok(Number.isNaN(curve.losses.at(5000)));
});

test("an answer that comes twice or too early changes nothing", () => {
  const curve = new Curve("a");
  const epochs = { first: 0, points: [[1, 2, 0.5, 0.6, 0.9]] };
  const once = answer([3, 2, 1], curve.cursor(), { epochs });
  curve.take(once);
  curve.take(once);
  curve.take({ ...once, curve: { first: 9, losses: encoded([7]), means: encoded([7]) } });
  assert.deepEqual([...curve.losses.values.subarray(0, curve.size)], [3, 2, 1]);
  assert.equal(curve.epochs.length, 1);
  assert.equal(curve.cursor().epochs, "1");
});

test("the first loss that is not finite is known", () => {
  const curve = new Curve("a");
  curve.take(answer([3, 2], curve.cursor()));
  assert.equal(curve.notFinite, 0);
  curve.take(answer([3, 2, Infinity, NaN], curve.cursor()));
  assert.equal(curve.notFinite, 3);
});

test("earlier runs behind it grow by themselves and go when they are taken away", () => {
  const curve = new Curve("a");
  const behind = (first, values, batches) => [{ run: "b", name: "before", batches, first, means: encoded(values) }];
  const view = answer([1], curve.cursor(), { behind: behind(0, [5, 4], 3) });
  curve.take(view);
  assert.ok(curve.lacks(view));
  assert.equal(curve.cursor().behind, "b:2");
  curve.take(answer([1], curve.cursor(), { behind: behind(2, [3], 3) }));
  assert.deepEqual([...curve.behind[0].means.values.subarray(0, 3)], [5, 4, 3]);
  curve.take(answer([1], curve.cursor(), { behind: [] }));
  assert.equal(curve.behind.length, 0);
});

test("a batch knows its epoch, and the nearest moment, the earlier of two", () => {
  const curve = new Curve("a");
  curve.take(answer(Array(10).fill(1), curve.cursor(), {
    epochs: { first: 0, points: [[1, 4, 1, 1, 0.5], [2, 8, 1, 1, 0.5]] },
    moments: { version: "3-8", steps: [0, 4, 8] },
  }));
  assert.deepEqual([1, 4, 5, 8, 9].map((step) => curve.epochOf(step)), [1, 1, 2, 2, 3]);
  assert.deepEqual([0, 2, 3, 6, 7, 99].map((step) => curve.momentNear(step)), [0, 0, 4, 4, 8, 8]);
  assert.equal(new Curve("b").momentNear(3), null);
});

test("who listens is told of each other look, once", () => {
  const told = [];
  const end = onLook((look) => told.push(look.step));
  lookAt({ run: "a", step: 3, moment: 4 });
  lookAt({ run: "a", step: 3, moment: 4 });
  assert.equal(looked().moment, 4);
  lookAt({ run: "a", step: null, moment: null });
  end();
  lookAt({ run: "a", step: 9, moment: 4 });
  assert.deepEqual(told, [3, null]);
});
