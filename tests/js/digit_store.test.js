// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { DigitStore } from "../../static/primer/digit_store.js";

const digit = (/** @type {number} */ label) => ({ label, image: new Uint8Array(784).fill(label), strokes: null, drawn: "2026-11-28T10:00:00Z" });

// Node has no IndexedDB: this is what a browser does that keeps nothing. The journey in a browser tries the one that does.
test("without a database digits last as long as the page, and can be changed likewise", async () => {
  const store = await DigitStore.open();
  assert.equal(store.lasts, false);
  await store.add([digit(4), digit(7)]);
  await store.add([digit(9)]);
  assert.deepEqual((await store.all()).map(({ id, label }) => [id, label]), [[1, 4], [2, 7], [3, 9]]);
  await store.relabel(2, 1);
  await store.remove(1);
  assert.deepEqual((await store.all()).map(({ id, label }) => [id, label]), [[2, 1], [3, 9]]);
  await store.clear();
  assert.deepEqual(await store.all(), []);
  store.channel?.close();
});
