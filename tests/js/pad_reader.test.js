// @ts-check
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "node:http";

import { PadReader } from "../../static/primer/pad_reader.js";

/** @typedef {import("../../static/primer/strokes.js").Stroke} Stroke */

/** Requests as the server got them, in order. @type {{at: number, body: any}[]} */
const got = [];
/** How the server answers the next requests; then as soon as it can. @type {((body: any) => Promise<[number, any]>)[]} */
const answers = [];
const server = createServer((request, response) => {
  const parts = /** @type {Buffer[]} */ ([]);
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const body = JSON.parse(Buffer.concat(parts).toString());
    got.push({ at: performance.now(), body });
    const [status, answer] = await (answers.shift() ?? (async () => /** @type {[number, any]} */ ([200, { verdict: "read" }])))(body);
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  });
});
let place = { address: "", network: "token" };
const pause = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));
const until = async (/** @type {() => boolean} */ there) => {
  for (let trial = 0; trial < 1000 && !there(); trial += 1) await pause(10);
  assert.ok(there());
};
/** @returns {Stroke[]} */
const line = (/** @type {number} */ length) => [{ width: 18, points: Array.from({ length }, (_, at) => [at, at]) }];

before(() => new Promise((resolve) => {
  /** @type {any} */ (globalThis).window = globalThis;
  server.listen(0, "127.0.0.1", () => {
    place = { address: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`, network: "token" };
    resolve(undefined);
  });
}));
after(() => {
  server.closeAllConnections();
  server.close();
});

/** A reader that writes down what it tells. */
function listening() {
  const told = { /** @type {[any, any][]} */ read: [], /** @type {string[]} */ waits: [], forgotten: 0 };
  const reader = new PadReader({
    read: (answer, drawn) => told.read.push([answer, drawn]),
    forgotten: () => { told.forgotten += 1; },
    waits: (wait) => told.waits.push(wait),
  });
  got.length = 0;
  return { reader, told };
}

test("a growing drawing is asked about one at a time, and what is asked last is what was drawn last", async () => {
  const { reader, told } = listening();
  reader.ask(place);
  for (let sequence = 1; sequence <= 60; sequence += 1) {
    reader.read({ sequence, strokes: line(sequence), down: true });
    await pause(5);
  }
  await until(() => told.read.at(-1)?.[1].sequence === 60);
  assert.ok(told.read.length < 60, `${told.read.length} drawings of 60 were read`);
  assert.deepEqual(got.at(-1)?.body, { network: "token", strokes: line(60), down: true });
  const sequences = told.read.map(([, { sequence }]) => sequence);
  assert.deepEqual(sequences, [...new Set(sequences)].sort((a, b) => a - b), "no drawing is read twice");
  reader.close();
});

test("a stroke that grows while it is read is told as it was asked about", async () => {
  const { reader, told } = listening();
  const strokes = line(3);
  answers.push(async () => {
    await pause(60);
    return [200, {}];
  });
  reader.read({ sequence: 1, strokes, down: true });
  reader.ask(place);
  strokes[0].points.push([9, 9]);
  await until(() => told.read.length === 1);
  assert.deepEqual(told.read[0][1].strokes, line(3));
  reader.close();
});

test("what is drawn before there is a network waits for it", async () => {
  const { reader, told } = listening();
  reader.read({ sequence: 1, strokes: line(2), down: false });
  await pause(50);
  assert.equal(got.length, 0);
  reader.ask(place);
  await until(() => told.read.length === 1);
  reader.close();
});

test("a drawing that the server refuses gets its reason", async () => {
  const { reader, told } = listening();
  answers.push(async () => [413, { problem: "At most 300,000 bytes." }]);
  reader.ask(place);
  reader.read({ sequence: 1, strokes: line(2), down: false });
  await until(() => told.read.length === 1);
  assert.deepEqual(told.read[0][0], { state: "trouble", verdict: "No reading", message: "At most 300,000 bytes." });
  reader.close();
});

test("after a failure it asks again by itself; a network that is not kept is told, and asked for at once when it is back", async () => {
  const { reader, told } = listening();
  answers.push(async () => [500, {}], async () => [404, { problem: "not kept" }]);
  reader.ask(place);
  reader.read({ sequence: 1, strokes: line(2), down: false });
  await until(() => told.forgotten === 1);
  assert.ok(got[1].at - got[0].at > 900, "it waits before it asks again");
  reader.now();
  await until(() => told.read.length === 1);
  assert.equal(got.length, 3);
  assert.equal(told.waits.at(-1), "none");
  assert.ok(told.waits.includes("late"));
  reader.close();
});
