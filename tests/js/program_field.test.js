// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { change, excess, placeOf, stretch, written } from "../../static/primer/program_field.js";

test("a program of at most so many lines is taken, whether or not its last line ends", () => {
  const lines = "x = 1\n".repeat(80);
  assert.equal(excess(lines, 80), "");
  assert.equal(excess(lines.trimEnd(), 80), "");
  assert.match(excess(`${lines}y = 2`, 80), /at most 80 lines, not 81/);
  assert.match(excess("\n".repeat(81), 80), /not 81/);
  assert.equal(excess("", 80), "");
});

test("characters are counted as a reader counts them", () => {
  assert.equal(excess("😀".repeat(10_000), 80), "");
  assert.match(excess("a".repeat(10_001), 80), /at most 10000 characters, not 10001/);
});

test("one change makes a text another, and leaves what is the same at both ends", () => {
  for (const [before, after] of [["", ""], ["", "a"], ["a", ""], ["x = 1\ny", "x = 12\ny"], ["aaa", "aa"], ["abab", "ab"], ["ab", "xaby"]]) {
    const { from, to, insert } = change(before, after);
    assert.equal(before.slice(0, from) + insert + before.slice(to), after);
  }
  assert.deepEqual(change("x = 1\ny", "x = 12\ny"), { from: 5, to: 5, insert: "2" });
  assert.deepEqual(change("same", "same"), { from: 4, to: 4, insert: "" });
});

test("a place is found by line and character, also behind a sign that JavaScript counts twice", () => {
  const text = 'a = "😀"; b = c + d\ne = (f\n     - g)';
  const lines = text.split("\n");
  /** @param {[number, number, number, number]} place */
  const found = (place) => text.slice(...stretch(lines, place) ?? [0, 0]);
  assert.equal(found([1, 13, 1, 18]), "c + d");
  assert.equal(found([2, 4, 3, 9]), "(f\n     - g)");
  assert.equal(found([2, 0, 2, 99]), "e = (f");
  for (const place of [[1, 13, 1, 18], [2, 4, 3, 9], [3, 5, 3, 8]]) {
    const [from, to] = stretch(lines, /** @type {[number, number, number, number]} */ (place)) ?? [0, 0];
    assert.deepEqual(placeOf(text, from, to), place);
  }
});

test("a place that the text does not have is none", () => {
  assert.equal(stretch(["ab"], [2, 0, 2, 1]), null);
  assert.equal(stretch(["ab"], [0, 0, 1, 1]), null);
  assert.equal(stretch(["ab"], [1, 1, 1, 1]), null);
  assert.equal(stretch(["ab", "c"], [2, 0, 1, 1]), null);
  assert.equal(stretch([""], [1, 0, 1, 1]), null);
});

test("what is underlined is what is written, and not the blanks before a line", () => {
  const text = "x = f(a,\n\n      b)";
  assert.deepEqual(written(text, 4, text.length).map(([from, to]) => text.slice(from, to)), ["f(a,", "b)"]);
  assert.deepEqual(written("x", 0, 1), [[0, 1]]);
});
