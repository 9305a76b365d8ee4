import assert from "node:assert/strict";
import { test } from "node:test";

import { cellWords, curveWords, hadOf, pathOf, resultWords, taken, topOf } from "../../static/primer/sweep_table.js";

const news = (more) => ({
  run: "r1", rate: 0, batch: 0, total: 126, of: 60, first: 0, means: [2.3, 2.1], facts: "a1", state: "Training",
  kind: "going", share: 0.1, loss: "", accuracy: "", epoch: 0, ...more,
});
const cell = (more) => taken(undefined, news(more));

test("points are added to those that are there, and begin anew where the run has another length", () => {
  const had = taken(undefined, news());
  assert.deepEqual(had.means, [2.3, 2.1]);
  const more = taken(had, news({ first: 2, means: [1.9], facts: "b2" }));
  assert.deepEqual([more.means, more.facts], [[2.3, 2.1, 1.9], "b2"]);
  assert.deepEqual(taken(more, news({ first: 1, means: [2.1, 1.9, 1.5] })).means, [2.3, 2.1, 1.9, 1.5], "an answer that came twice");
  assert.equal(taken(more, news({ first: 9, means: [1] })), more, "what lacks some in between is left");
  assert.deepEqual(taken(more, news({ total: 300, means: [2.3] })).means, [2.3]);
  assert.equal(taken(undefined, news({ first: 3 })), undefined);
});

test("a question says what the page has", () => {
  assert.equal(hadOf([cell(), cell({ run: "r2", total: 0, means: [], facts: "0" })]), "r1:126:2:a1,r2:0:0:0");
  assert.equal(hadOf([]), "");
});

test("all cells have the scale of the highest first loss", () => {
  assert.equal(topOf([]), 1);
  assert.equal(topOf([cell({ means: [] }), cell({ means: [null] })]), 1);
  assert.ok(Math.abs(topOf([cell({ means: [2, 900] }), cell({ means: [2.4, 1] })]) - 2.76) < 1e-9);
});

test("a curve runs from the left to the right end of the planned run, cut off at the top, broken where it is not finite", () => {
  assert.equal(pathOf({ means: [2, 1, 0], of: 3 }, 2), "M0.0 0.0L60.0 25.0L120.0 50.0");
  assert.equal(pathOf({ means: [2], of: 3 }, 2), "M0.0 0.0");
  assert.equal(pathOf({ means: [1, 99, null, 1], of: 5 }, 2), "M0.0 25.0L30.0 0.0M90.0 25.0");
  assert.equal(pathOf({ means: [1], of: 1 }, 2), "M60.0 25.0");
  assert.equal(pathOf({ means: [], of: 0 }, 2), "");
});

test("a curve has words", () => {
  assert.equal(curveWords({ means: [] }), "No loss yet.");
  assert.equal(curveWords({ means: [2.3026] }), "Training loss 2.3.");
  assert.equal(curveWords({ means: [2.3, 0.1234] }), "Training loss from 2.3 to 0.123.");
  assert.equal(curveWords({ means: [2.3, null] }), "Training loss from 2.3 to a loss that is not finite.");
});

test("a cell says its settings, its state and its figures", () => {
  const told = cellWords(cell({ state: "Finished", kind: "ended", loss: "0.33", accuracy: "90.0%", epoch: 2 }), {
    rate: "0.002", batch: "64", best: true, shown: true,
  });
  assert.equal(told, "Rate 0.002, batch size 64: finished. Validation loss 0.33, accuracy 90.0% after epoch 2. "
    + "The lowest validation loss. Training loss from 2.3 to 2.1. Its curve is on screen.");
});

test("the result counts, names the best and says how many diverged", () => {
  const sweep = { rates: ["0.1", "5"], batches: ["64"], best: "r1", going: true };
  const best = cell({ kind: "ended", state: "Finished", loss: "0.4", accuracy: "88.0%", epoch: 1 });
  const broken = cell({ run: "r2", rate: 1, kind: "bad", state: "Diverged at batch 7" });
  assert.equal(resultWords([best, broken, cell({ run: "r3" })], sweep),
    "2 of 3 runs have ended. The lowest validation loss so far is 0.4: rate 0.1, batch size 64. 1 diverged.");
  assert.equal(resultWords([best, broken], { ...sweep, going: false }),
    "All 2 runs have ended. The lowest validation loss is 0.4: rate 0.1, batch size 64. 1 diverged.");
  assert.equal(resultWords([cell({ kind: "waiting" })], { ...sweep, best: null }), "0 of 1 run have ended.");
});
