// @ts-check
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ASK_AFTER, Draft } from "../../static/primer/draft.js";

/** @param {string} value @returns {import("../../static/primer/types.js").Control} */
const control = (value) => ({ kind: "control", field: "a", look: "text", label: "A", value });

/** @param {(text: string) => boolean} takes */
function box(takes = () => true) {
  const state = { text: "old", focused: false, ahead: false, /** @type {string[]} */ told: [] };
  const draft = new Draft(control("old"), {
    read: () => state.text,
    write: (text) => { state.text = text; },
    hasFocus: () => state.focused,
    put: (text) => takes(text) && state.told.push(text) > 0,
    isAhead: () => state.ahead,
  });
  /** @param {string} text */
  const type = (text) => { state.text = text; draft.changed(); };
  return { state, draft, type };
}

test("a text is told once, a little after the last key", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { state, type } = box();
  type("n");
  mock.timers.tick(ASK_AFTER - 1);
  type("new");
  mock.timers.tick(ASK_AFTER - 1);
  assert.deepEqual(state.told, []);
  mock.timers.tick(1);
  mock.timers.tick(10 * ASK_AFTER);
  assert.deepEqual(state.told, ["new"]);
  mock.timers.reset();
});

test("what an input method composes is told when it is done", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { state, draft, type } = box();
  draft.compose(true);
  type("ㄱ");
  draft.send();
  mock.timers.tick(10 * ASK_AFTER);
  assert.deepEqual(state.told, []);
  state.text = "가";
  draft.compose(false);
  mock.timers.tick(ASK_AFTER);
  assert.deepEqual(state.told, ["가"]);
  mock.timers.reset();
});

test("an answer writes into a field unless somebody is at it, or it is ahead of the answer", () => {
  const { state, draft } = box();
  draft.fill(control("one"));
  assert.equal(state.text, "one");
  state.focused = true;
  draft.fill(control("two"));
  assert.equal(state.text, "one");
  [state.focused, state.ahead] = [false, true];
  draft.fill(control("three"));
  assert.equal(state.text, "one");
  state.ahead = false;
  draft.left();
  assert.equal(state.text, "three");
});

test("a text that cannot be taken stands until the field is given another value", () => {
  const { state, draft, type } = box((text) => text.length < 5);
  type("too long");
  draft.left();
  assert.deepEqual([state.text, state.told], ["too long", []]);
  draft.fill(control("old"));      // the answer to something else
  assert.equal(state.text, "too long");
  draft.fill(control("new"));
  assert.equal(state.text, "new");
});
