/** The playground without a browser: its arithmetic, and the trainer, which asks a server that is played here. */

import assert from "node:assert/strict";
import test from "node:test";

import { border, editNumber, nearest, pointsText, rounded, shadesOf, thinned, weightsOf, withEdit } from "../../static/primer/plane_geometry.js";
import { MOST_STEPS, Trainer } from "../../static/primer/playground_trainer.js";

const base64 = (buffer) => Buffer.from(buffer).toString("base64");

test("a border lies where a slope crosses its level", () => {
  const side = 5;
  const slope = Float32Array.from({ length: side * side }, (_, place) => (place % side) - 1.5);
  const lines = border(slope, side, 0);
  assert.equal(lines.length, side - 1);
  for (const [x0, , x1] of lines) assert.deepEqual([x0, x1], [1.5, 1.5]);
  assert.deepEqual(border(slope, side, 100), []);
});

test("points are written as an address has them, with two decimals and within the plane", () => {
  assert.deepEqual([rounded(1.006), rounded(-9), rounded(-0.001)], [1.01, -4, 0]);
  assert.ok(Object.is(rounded(-0.001), 0));
  assert.equal(pointsText([{ x: -1.2, y: 3.1, label: 0 }, { x: 0, y: -2, label: 1 }]), "-1.2_3.1a0_-2b");
});

test("the nearest point is found, within reach", () => {
  const points = [{ x: 0, y: 0 }, { x: 1, y: 1 }];
  assert.equal(nearest(points, 0.9, 0.9, 0.5), 1);
  assert.equal(nearest(points, 3, 3, 0.5), -1);
});

test("weights and biases are read layer by layer, shades with two bytes", () => {
  const state = base64(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]).buffer);
  assert.deepEqual(weightsOf(state, [2, 2, 1]), [
    { weights: [[1, 2], [3, 4]], biases: [5, 6] },
    { weights: [[7, 8]], biases: [9] },
  ]);
  assert.deepEqual([...shadesOf(base64(new Uint16Array([0, 65_535, 258]).buffer))], [0, 65_535, 258]);
});

test("a long series keeps its ends and its mean", () => {
  const series = Array.from({ length: 1000 }, (_, step) => [step, 2 * step]);
  const thin = thinned(series, 100);
  assert.equal(thin.length, 100);
  assert.deepEqual(thin[0], [4.5, 9]);
  assert.equal(thinned(series.slice(0, 5), 100).length, 5);
});

test("an edit replaces the one of the same number at the same step, and no other", () => {
  let edits = withEdit("", "0w0_1_0", -1.5);
  edits = withEdit(edits, "0b0_1", 2);
  assert.equal(edits, "0w0_1_0_-1.5~0b0_1_2");
  assert.equal(withEdit(edits, "0w0_1_0", 0.1 + 0.2), "0b0_1_2~0w0_1_0_0.3");
  assert.equal(withEdit(edits, "5b0_1", 0), "0w0_1_0_-1.5~0b0_1_2~5b0_1_0");
  assert.equal(editNumber(1e-9), "0");
});

/** A server that takes steps by counting, and a trainer that asks it. */
function played({ perAnswer = 50, question = {}, fails = () => false } = {}) {
  const requests = [], shown = [], problems = [];
  const trainer = new Trainer({
    question: { data: "moons", widths: "8", edits: "", at: "", unit: "", step: "0", ...question },
    ask: async (request) => {
      requests.push(structuredClone(request));
      await null;
      if (fails()) throw new Error("The server does not answer.");
      const done = Math.min(request.steps, perAnswer);
      const step = request.step + done;
      return { step, state: `state ${step}`, losses: Array(done).fill(1 / (step + 1)), train: { loss: 1, of: 5 }, test: null };
    },
    show: (told) => shown.push(told),
    fail: (problem) => problems.push(problem),
    change: () => {},
    mayRun: () => true,
    wait: async () => {},
    now: () => 0,
  });
  const rest = async () => { for (let turn = 0; turn < 2000 && trainer.busy; turn += 1) await new Promise(setImmediate); };
  return { trainer, requests, shown, problems, rest };
}

test("a link that names a step is opened by going there, and asks for points once and for the code at the end", async () => {
  const { trainer, requests, rest } = played({ question: { step: "120" } });
  await trainer.run();
  await rest();
  assert.equal(trainer.step, 120);
  assert.deepEqual(requests.map(({ step, steps, told, code }) => [step, steps, told, code]), [
    [0, 0, true, false], ...Array.from({ length: 12 }, (_, turn) => [10 * turn, 10, false, false]), [120, 0, false, true],
  ]);
  assert.equal(trainer.losses.length, 120);
});

test("what is looked at keeps the network; any other change teaches it anew, as far as it was", async () => {
  const { trainer, requests, rest } = played();
  trainer.advance(10);
  await rest();
  trainer.put({ at: "1_2" });
  await rest();
  assert.deepEqual([requests.at(-1).step, requests.at(-1).steps, requests.at(-1).state], [10, 0, "state 10"]);
  trainer.put({ rate: "0.1" });
  await rest();
  const first = requests.findLast((request) => request.state === "");
  assert.deepEqual([first.step, first.steps, first.question.rate, first.told], [0, 0, "0.1", true]);
  assert.equal(trainer.step, 10);
});

test("a change of the network's shape drops what was set by hand, and reset keeps only what was set before the first step", async () => {
  const { trainer, rest } = played();
  trainer.edit("0w0_0_0_1");
  await rest();
  trainer.advance(3);
  await rest();
  trainer.edit("0w0_0_0_1~3b0_0_2");
  await rest();
  trainer.reset();
  await rest();
  assert.equal(trainer.question.edits, "0w0_0_0_1");
  assert.equal(trainer.step, 0);
  trainer.put({ widths: "8-8" });
  await rest();
  assert.equal(trainer.question.edits, "");
});

test("an edit while an answer is under way makes it void: the number is set at the step that was shown", async () => {
  const { trainer, requests, rest } = played();
  trainer.advance(5);
  await rest();
  trainer.play();
  trainer.stop();
  trainer.edit("5w0_0_0_1");
  await rest();
  assert.equal(trainer.step, 5);
  assert.deepEqual([requests.at(-1).step, requests.at(-1).question.edits], [5, "5w0_0_0_1"]);
});

test("it plays until it is stopped, one request at a time, and never beyond the most", async () => {
  const { trainer, requests, rest } = played({ perAnswer: 5_000 });
  trainer.pace = "full";
  trainer.play();
  await rest();
  assert.equal(trainer.step, MOST_STEPS);
  assert.equal(trainer.playing, false);
  assert.equal(requests.at(-1).code, true);
  trainer.play();
  assert.equal(trainer.playing, false);
});

test("a failure stops it and is told; the next press asks again", async () => {
  let broken = true;
  const { trainer, problems, rest } = played({ fails: () => broken });
  trainer.play();
  await rest();
  assert.deepEqual([trainer.playing, problems.at(-1)], [false, "The server does not answer."]);
  broken = false;
  trainer.advance(1);
  await rest();
  assert.deepEqual([trainer.step, problems.at(-1)], [1, ""]);
});
