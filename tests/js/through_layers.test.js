import assert from "node:assert/strict";
import { test } from "node:test";

import { factorText, fgsmText, valueAt } from "../../static/primer/break_it.js";
import { bytesOf, laidOut, numbersOf } from "../../static/primer/signed_cells.js";
import { shapeText, short, sumLines, unitText } from "../../static/primer/through_layers.js";

test("numbers travel as bytes about 128", () => {
  const numbers = numbersOf(bytesOf(btoa(String.fromCharCode(128, 255, 1))), 2);
  assert.deepEqual([...numbers], [0, 2, -2]);
});

test("pictures are laid out in as many rows as they need", () => {
  assert.deepEqual(laidOut(32, 30, 300), { columns: 10, rows: 4 });
  assert.deepEqual(laidOut(3, 30, 300), { columns: 3, rows: 1 });
  assert.deepEqual(laidOut(5, 30, 10), { columns: 1, rows: 5 });
});

test("numbers, shapes and units are written as a reader of Python knows them", () => {
  assert.equal(short(-0.123456), "−0.1235");
  assert.equal(short(0), "0");
  assert.equal(shapeText([1, 1, 28, 28]), "(1, 1, 28, 28)");
  assert.equal(shapeText([10]), "(10,)");
  assert.equal(unitText({ shape: [1, 16, 28, 28] }, 7), "channel 7");
  assert.equal(unitText({ shape: [1, 64] }, 7), "unit 7");
});

test("a sum is spelled out up to its activation", () => {
  const sum = {
    terms: [{ place: [0, 9, 14], value: 1, weight: 0.5, product: 0.5 }], rest: 0.1, others: 3, bias: -0.2, total: 0.4,
    normaliser: { mean: 0.2, var: 4, eps: 0, scale: 3, shift: -0.1 }, activation: "relu", value: 0.2,
  };
  assert.deepEqual(sumLines(sum), [
    ["input (0, 9, 14): 1 × 0.5", "0.5"],
    ["3 other products", "0.1"],
    ["bias", "−0.2"],
    ["weighted sum", "0.4"],
    ["batch norm: (0.4 − 0.2) / √(4 + 0) × 3 − 0.1", "0.2"],
    ["relu(0.2)", "0.2"],
  ]);
});

test("a slider of powers is 1 in the middle and keeps its ends", () => {
  const knob = { low: 0.2, high: 4, isPower: true };
  assert.equal(valueAt(knob, 0), 1);
  assert.equal(valueAt(knob, 60), 4);
  assert.equal(valueAt(knob, -60), 0.2);
  assert.equal(valueAt({ low: 0, high: 1 }, 0.35), 0.35);
});

test("what is said of FGSM and of growing values is what the numbers say", () => {
  const answer = { label: "7", probability: 0.6 };
  const other = { label: "2", probability: 0.9 };
  assert.equal(fgsmText({ random: null, answer, before: answer }), "");
  assert.match(fgsmText({ random: answer, answer, before: answer }), /reads 7, 60.0 %\.$/);
  assert.match(fgsmText({ random: answer, answer: other, before: answer }), /It is the direction/);
  assert.doesNotMatch(fgsmText({ random: other, answer: other, before: answer }), /It is the direction/);
  const grows = [0.5, 1, 2, 16].map((factor, place) => ({ factor, label: "7", probability: 0.5 + place / 10 }));
  assert.match(factorText(grows), /grows with size alone/);
  assert.doesNotMatch(factorText([...grows.slice(0, 3), { factor: 16, label: "2", probability: 0.9 }]), /grows/);
});
