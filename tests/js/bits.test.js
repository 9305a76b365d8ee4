import assert from "node:assert/strict";
import { test } from "node:test";

import { captions } from "../../static/primer/bits.js";

test("a field is named with how many bits it has, and read out bit by bit", () => {
  assert.deepEqual(captions({ kind: "bitgroup", name: "exponent", bits: "01011" }), {
    caption: "exponent · 5",
    alternative: "exponent, 5 bits: 0 1 0 1 1",
  });
  assert.equal(captions({ kind: "bitgroup", name: "sign", bits: "1" }).alternative, "sign, 1 bit: 1");
});
