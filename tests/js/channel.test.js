// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { Channel, MOST_EVENTS, RefusedRequest, merge } from "../../static/primer/channel.js";

/** A clock that stands until it is moved. */
class Clock {
  constructor() {
    this.time = 0;
    /** @type {{at: number, act: () => void}[]} */
    this.timers = [];
  }

  now() { return this.time; }

  /** @param {() => void} act @param {number} after */
  set(act, after) {
    const timer = { at: this.time + after, act };
    this.timers.push(timer);
    return timer;
  }

  /** @param {any} timer */
  clear(timer) { this.timers = this.timers.filter((other) => other !== timer); }

  /** @param {number} by milliseconds, in which everything that is due happens in its order */
  async pass(by) {
    const end = this.time + by;
    for (;;) {
      await settle();
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.time = next.at;
      this.clear(next);
      next.act();
    }
    this.time = end;
    await settle();
  }
}

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/**
 * A server that folds events over a question after a while; acts append to the field `acts`.
 * @param {{takes?: number, fails?: (n: number) => Error | null}} [options]
 */
function open({ takes = 300, fails = () => null } = {}) {
  const clock = new Clock();
  /** @type {any[]} */
  const requests = [];
  /** @type {any[]} */
  const answers = [];
  /** @type {any[]} */
  const states = [];
  const channel = new Channel({
    question: { a: "0", b: "0", acts: "" },
    clock,
    send: (request) => new Promise((resolve, reject) => {
      requests.push(structuredClone(request));
      clock.set(() => {
        const error = fails(requests.length);
        if (error) reject(error);
        else resolve(/** @type {any} */ (answered(request)));
      }, takes);
    }),
    onAnswer: (answer) => answers.push(answer.question),
    onState: (state) => states.push(state),
  });
  return { channel, clock, requests, answers, states };
}

/** @param {any} request */
function answered({ question, events, n }) {
  const next = { ...question };
  for (const event of events) {
    if (event.kind === "put") Object.assign(next, event.texts);
    if (event.kind === "resize") next[event.field] = event.shape.join();
    if (event.kind === "act") next.acts += event.name;
  }
  return { n, question: next, address: "", panel: [], body: [] };
}

/** @param {string} field @param {string} text @returns {any} */
const put = (field, text) => ({ kind: "put", texts: { [field]: text } });
/** @param {string} name @returns {any} */
const act = (name) => ({ kind: "act", name, details: {} });

test("twenty presses 20 ms apart end at the twentieth value with at most four requests", async () => {
  const { channel, clock, requests, answers } = open();
  for (let press = 1; press <= 20; press += 1) {
    channel.push(put("a", String(press)));
    await clock.pass(20);
  }
  await clock.pass(2000);
  assert.equal(channel.question.a, "20");
  assert.equal(answers.at(-1).a, "20");
  assert.ok(requests.length <= 4, `${requests.length} requests`);
  assert.equal(channel.state.busy, false);
});

test("at most one request is under way", async () => {
  let under = 0;
  let most = 0;
  const clock = new Clock();
  const channel = new Channel({
    question: { a: "0" }, clock,
    send: (request) => new Promise((resolve) => {
      under += 1;
      most = Math.max(most, under);
      clock.set(() => { under -= 1; resolve(/** @type {any} */ (answered(request))); }, 70);
    }),
    onAnswer: () => {},
  });
  for (let press = 0; press < 30; press += 1) {
    channel.push(put("a", String(press)));
    await clock.pass(11);
  }
  await clock.pass(500);
  assert.equal(most, 1);
  assert.equal(channel.question.a, "29");
});

test("a text typed while a drag is answered keeps both", async () => {
  const { channel, clock } = open();
  channel.push({ kind: "resize", field: "a", start: "(1,)", shape: [4] });
  await clock.pass(100);
  channel.push(put("b", "typed"));
  assert.equal(channel.isAhead("b"), true);
  assert.equal(channel.isAhead("a"), true);      // what is under way is not answered yet
  await clock.pass(1000);
  assert.equal(channel.isAhead("a"), false);
  assert.deepEqual(channel.question, { a: "4", b: "typed", acts: "" });
});

test("what adds is never merged and never dropped", async () => {
  const { channel, clock, requests } = open();
  for (const name of "abcdefgh") {
    channel.push(act(name));
    await clock.pass(20);
  }
  await clock.pass(2000);
  assert.equal(channel.question.acts, "abcdefgh");
  assert.ok(requests.length <= 4);
});

test("more events than one request takes go with the next", async () => {
  const { channel, clock, requests } = open();
  for (let i = 0; i < MOST_EVENTS + 30; i += 1) channel.push(act("x"));
  await clock.pass(2000);
  assert.equal(channel.question.acts.length, MOST_EVENTS + 30);
  assert.ok(requests.every(({ events }) => events.length <= MOST_EVENTS));
});

test("an event that sets replaces earlier ones of its fields, up to one that adds", () => {
  assert.deepEqual(merge([put("a", "1"), put("b", "2")], put("a", "3")), [put("b", "2"), put("a", "3")]);
  assert.deepEqual(merge([put("a", "1"), act("x")], put("a", "3")), [put("a", "1"), act("x"), put("a", "3")]);
  /** @type {any} */
  const whole = { kind: "put", texts: { a: "5", b: "6" } };
  assert.deepEqual(merge([put("a", "1"), put("b", "2")], whole), [whole]);
  assert.deepEqual(merge([whole], put("a", "3")), [whole, put("a", "3")]);
  /** @type {any} */
  const edit = { kind: "edit", grid: "g", index: [0, 1], value: 3 };
  assert.deepEqual(merge([edit], { ...edit, value: 4 }), [{ ...edit, value: 4 }]);
  assert.equal(merge([edit], { ...edit, index: [1, 1] }).length, 2);
});

test("nothing is lost while the server does not answer", async () => {
  const { channel, clock, requests, states } = open({ takes: 10, fails: (n) => (n <= 3 ? new TypeError("Failed to fetch") : null) });
  channel.push(act("a"));
  await clock.pass(50);
  assert.equal(states.at(-1).failed, "The server does not answer.");
  assert.equal(states.at(-1).dim, true);
  channel.push(put("a", "7"));
  await clock.pass(60_000);
  assert.deepEqual(channel.question, { a: "7", b: "0", acts: "a" });
  assert.equal(states.at(-1).failed, "");
  assert.ok(requests.length >= 4);
});

test("what a server refuses for good is told and not asked again", async () => {
  const { channel, clock, requests, states } = open({ takes: 10, fails: (n) => (n === 1 ? new RefusedRequest("a: too long") : null) });
  channel.push(put("a", "bad"));
  await clock.pass(5);
  channel.push(put("b", "good"));
  await clock.pass(1000);
  assert.deepEqual(channel.question, { a: "0", b: "good", acts: "" });
  assert.equal(requests.length, 2);
  assert.ok(states.some(({ failed }) => failed === "a: too long"));
});

test("what is shown is set back after 300 ms, and after 5 s a line says so", async () => {
  const { channel, clock } = open({ takes: 8000 });
  channel.push(put("a", "1"));
  await clock.pass(299);
  assert.equal(channel.state.dim, false);
  await clock.pass(2);
  assert.equal(channel.state.dim, true);
  assert.equal(channel.state.late, false);
  await clock.pass(4700);
  assert.equal(channel.state.late, true);
  await clock.pass(4000);
  assert.deepEqual([channel.state.dim, channel.state.late], [false, false]);
});

test("an answer that says a library loads is asked again, and that waits", async () => {
  const clock = new Clock();
  /** @type {any[]} */
  const requests = [];
  const channel = new Channel({
    question: { a: "0" }, clock, onAnswer: () => {},
    send: (request) => {
      requests.push(structuredClone(request));
      return Promise.resolve(/** @type {any} */ (request.wait ? answered(request) : { n: request.n, loading: "PyTorch" }));
    },
  });
  channel.push(put("a", "torch"));
  await settle();
  assert.equal(channel.question.a, "torch");
  assert.deepEqual(requests.map(({ wait }) => wait), [undefined, true]);
  assert.equal(channel.state.loading, "");
});

test("each change can be undone and done again, and a drag is one step", async () => {
  const { channel, clock } = open({ takes: 10 });
  const change = async (/** @type {any} */ event, /** @type {number} */ wait) => { channel.push(event); await clock.pass(wait); };
  await change(put("a", "1"), 2000);
  for (let size = 2; size < 8; size += 1) await change(put("b", String(size)), 50);
  await clock.pass(2000);
  await change(act("x"), 20);
  await change(act("y"), 20);
  const seen = [];
  while (channel.canUndo) {
    channel.undo();
    await clock.pass(20);
    seen.push({ ...channel.question });
  }
  assert.deepEqual(seen, [
    { a: "1", b: "7", acts: "x" }, { a: "1", b: "7", acts: "" }, { a: "1", b: "0", acts: "" }, { a: "0", b: "0", acts: "" },
  ]);
  while (channel.canRedo) {
    channel.redo();
    await clock.pass(20);
  }
  assert.deepEqual(channel.question, { a: "1", b: "7", acts: "xy" });
});

test("steps that are undone in one go can be done again one by one", async () => {
  const { channel, clock } = open({ takes: 50 });
  for (const x of "xyz") { channel.push(act(x)); await clock.pass(60); }
  for (let presses = 0; presses < 10; presses += 1) { channel.undo(); await clock.pass(5); }
  await clock.pass(200);
  assert.equal(channel.question.acts, "");
  const seen = [];
  while (channel.canRedo) {
    channel.redo();
    await clock.pass(60);
    seen.push(channel.question.acts);
  }
  assert.deepEqual(seen, ["x", "xy", "xyz"]);
});

test("what is undone before it is answered is undone, and what is done after that stays", async () => {
  const { channel, clock } = open({ takes: 300 });
  channel.push(act("x"));
  await clock.pass(400);
  channel.push(act("y"));
  await clock.pass(50);
  channel.undo();
  channel.push(act("z"));
  channel.redo();
  await clock.pass(2000);
  assert.equal(channel.state.busy, false);
  assert.equal(channel.question.acts, "xz");
  channel.undo();
  await clock.pass(400);
  assert.equal(channel.question.acts, "x");
  channel.undo();
  await clock.pass(400);
  assert.equal(channel.question.acts, "");
});

test("a step of undoing that was not answered is asked again together with what came after", async () => {
  let down = false;
  const clock = new Clock();
  /** @type {import("../../static/primer/channel.js").Request[]} */
  const requests = [];
  const channel = new Channel({
    question: { a: "0", b: "0", acts: "" }, clock, onAnswer: () => {},
    send: async (request) => {
      requests.push(request);
      if (down) throw new Error("down");
      return /** @type {any} */ (answered(request));
    },
  });
  channel.push(put("a", "1"));
  await clock.pass(2000);
  down = true;
  channel.undo();
  await clock.pass(100);
  channel.push(put("b", "5"));
  down = false;
  await clock.pass(5000);
  assert.deepEqual(channel.question, { a: "0", b: "5", acts: "" });
  channel.undo();
  await clock.pass(100);
  assert.deepEqual(channel.question, { a: "0", b: "0", acts: "" });
  assert.equal(channel.canUndo, false);
});

test("fifty steps are kept", async () => {
  const { channel, clock } = open({ takes: 1 });
  for (let i = 0; i < 70; i += 1) { channel.push(act("x")); await clock.pass(5); }
  let undone = 0;
  while (channel.canUndo) { channel.undo(); await clock.pass(5); undone += 1; }
  assert.equal(undone, 50);
  assert.equal(channel.question.acts.length, 20);
});

test("an error while an answer is shown is not taken for one of the server", async () => {
  /** @type {any[]} */
  const reported = [];
  const channel = new Channel({
    question: { a: "0" }, clock: new Clock(), onAnswer: () => { throw new Error("drawing failed"); },
    onError: (error) => reported.push(error),
    send: (request) => Promise.resolve(/** @type {any} */ (answered(request))),
  });
  channel.push(put("a", "1"));
  await settle();
  assert.equal(channel.state.failed, "");
  assert.match(String(reported[0]), /drawing failed/);
});

test("an act that sets replaces an earlier one of the same, up to one that adds", () => {
  const change = (/** @type {number} */ place, /** @type {string} */ text) =>
    ({ kind: "act", name: "change", details: { place, text }, field: "steps", sets: `step ${place}` });
  /** @type {any[]} */
  let waiting = [];
  for (const event of [change(0, "v"), change(0, "vi"), change(1, "T"), act("a"), change(0, "view")]) {
    waiting = merge(waiting, /** @type {any} */ (event));
  }
  assert.deepEqual(waiting, [change(0, "vi"), change(1, "T"), act("a"), change(0, "view")]);
});

test("a field that is acted on is ahead, and what is not answered is not lost with the page", async () => {
  const { channel, clock } = open();
  channel.push(/** @type {any} */ ({ kind: "act", name: "x", details: {}, field: "acts", texts: { acts: "x" } }));
  assert.deepEqual(channel.pending(), { a: "0", b: "0", acts: "x" });
  channel.push(/** @type {any} */ ({ kind: "act", name: "y", details: {}, field: "acts", texts: { acts: "xy" } }));
  assert.equal(channel.isAhead("acts"), true);
  assert.equal(channel.isAhead("a"), false);
  assert.deepEqual(channel.pending(), { a: "0", b: "0", acts: "xy" });
  await clock.pass(2000);
  assert.equal(channel.isAhead("acts"), false);
  assert.equal(channel.pending(), null);
});

test("steps that are undone faster than they are answered can all be done again", async () => {
  const { channel, clock, answers } = open({ takes: 300 });
  for (const a of ["1", "2", "3", "4", "5"]) {
    channel.push({ kind: "put", texts: { a } });
    await clock.pass(2000);
  }
  for (let press = 0; press < 5; press += 1) { channel.undo(); await clock.pass(20); }
  await clock.pass(2000);
  assert.equal(answers.at(-1).a, "0");
  assert.equal(channel.canUndo, false);
  const again = [];
  while (channel.canRedo) { channel.redo(); await clock.pass(2000); again.push(answers.at(-1).a); }
  assert.deepEqual(again, ["1", "2", "3", "4", "5"]);
  for (let press = 0; press < 5; press += 1) { channel.undo(); await clock.pass(20); }
  await clock.pass(2000);
  for (let press = 0; press < 5; press += 1) { channel.redo(); await clock.pass(20); }
  await clock.pass(2000);
  assert.equal(answers.at(-1).a, "5");
  const back = [];
  while (channel.canUndo) { channel.undo(); await clock.pass(2000); back.push(answers.at(-1).a); }
  assert.deepEqual(back, ["4", "3", "2", "1", "0"]);
});
