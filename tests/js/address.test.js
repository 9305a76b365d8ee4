// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ownParameters, writeOwnParameters } from "../../static/primer/address.js";

/** @type {string[]} */
let written = [];

/** @param {string} address */
function at(address) {
  const { pathname, search } = new URL(address, "http://primer.test");
  Object.assign(globalThis, { location: { pathname, search } });
}

beforeEach(() => {
  written = [];
  Object.assign(globalThis, { history: { state: null, replaceState: (/** @type {any[]} */ ...given) => written.push(given[2]) } });
});

test("what is the app's stays in the address, and is none of the page's", () => {
  at("/views?base=3&desk=d1&embed=true");
  assert.equal(ownParameters().toString(), "base=3");
  writeOwnParameters("views", new URLSearchParams("base=(2, 3)"));
  assert.deepEqual(written, ["/views?base=%282%2C+3%29&desk=d1&embed=true"]);
});

test("what the app's address says twice it says twice still", () => {
  at("/views?embed_options=a&embed_options=b");
  writeOwnParameters("views", new URLSearchParams("base=3"));
  assert.deepEqual(written, ["/views?base=3&embed_options=a&embed_options=b"]);
});

test("an app that is served below a path is served there", () => {
  at("/primer/views");
  writeOwnParameters("views", new URLSearchParams("base=4"));
  assert.deepEqual(written, ["/primer/views?base=4"]);
});

test("an address that says the same already is left as it is", () => {
  at("/views?b=2&desk=d1&a=1");
  writeOwnParameters("views", new URLSearchParams("a=1&b=2"));
  assert.deepEqual(written, []);
});

test("a page that stands for a moment under the address of another leaves it alone", () => {
  at("/shapes?steps=T");
  writeOwnParameters("broadcasting", new URLSearchParams());
  assert.deepEqual(written, []);
});
