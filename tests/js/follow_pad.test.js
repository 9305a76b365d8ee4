import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PadFollower } from "../../static/primer/follow_pad.js";

let told, requests, answerNext, sight;

beforeEach(() => {
  told = new EventTarget();
  globalThis.document = told;
  globalThis.IntersectionObserver = class {
    constructor(act) { sight = (isIntersecting) => act([{ isIntersecting }]); }
    observe() {}
  };
  requests = [];
  globalThis.fetch = (address, { body }) => new Promise((resolve, reject) => {
    requests.push(JSON.parse(body));
    answerNext = (answer, ok = true) => answer === null ? reject(new TypeError("network")) : resolve({ ok, json: async () => answer });
  });
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

function follower() {
  const shown = [], refused = [];
  let amount = 1;
  const followed = new PadFollower({
    root: { isConnected: true }, channel: "pad", address: "/asked",
    settings: () => ({ amount }), show: (answer, set) => shown.push([answer, set]), refuse: (problem) => refused.push(problem),
  });
  return { followed, shown, refused, set: (value) => { amount = value; followed.ask(); } };
}

const draw = (name, channel = "pad") => told.dispatchEvent(new CustomEvent("primer-pad-read", {
  detail: { channel, sequence: 1, strokes: name ? [name] : [], network: "n", reading: { name } },
}));

test("one request is under way at a time, and the next carries the latest", async () => {
  const { shown, set } = follower();
  sight(true);
  draw("a");
  draw("b");
  set(2);
  draw("c");
  assert.deepEqual(requests, [{ network: "n", strokes: ["a"], amount: 1 }]);
  answerNext({ of: "a" });
  await settled();
  assert.deepEqual(requests.slice(1), [{ network: "n", strokes: ["c"], amount: 2 }]);
  answerNext({ of: "c" });
  await settled();
  assert.deepEqual(shown, [[{ of: "a" }, { amount: 1 }], [{ of: "c" }, { amount: 2 }]]);
  assert.equal(requests.length, 2);
});

test("nothing is asked out of sight, of another pad, or twice of one reading", async () => {
  const { followed } = follower();
  draw("a");
  assert.equal(requests.length, 0);
  sight(true);
  assert.equal(requests.length, 1);
  answerNext({});
  await settled();
  draw("b", "another pad");
  followed.take(followed.read);
  assert.equal(requests.length, 1);
});

test("a blank pad needs no server, and a problem is told", async () => {
  const { shown, refused } = follower();
  sight(true);
  draw("");
  assert.deepEqual(shown, [[{ state: "blank" }, { amount: 1 }]]);
  draw("a");
  answerNext({ problem: "no" }, false);
  await settled();
  assert.deepEqual(refused, ["no"]);
});

test("who comes late has the pad tell it again", () => {
  const { followed } = follower();
  let wanted = null;
  told.addEventListener("primer-pad-wanted", ({ detail }) => { wanted = detail; });
  followed.catchUp();
  assert.deepEqual(wanted, { channel: "pad" });
});
