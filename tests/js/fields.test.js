// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { asOneLine } from "../../static/primer/fields.js";

test("lines of code become statements of one line", () => {
  assert.equal(asOneLine("import numpy as np\n\nx = np.ones(3)\r\nprint(x)\n"), "import numpy as np; x = np.ones(3); print(x)");
});

test("what stands in brackets over several lines stays together", () => {
  assert.equal(asOneLine("array([[1, 2],\n       [3, 4]])"), "array([[1, 2], [3, 4]])");
  assert.equal(asOneLine("[[1 2]\n [3 4]]"), "[[1 2] [3 4]]");
});

test("a comment hides nothing", () => {
  assert.equal(asOneLine("# made\nx = 1  # so\ny = '#'"), "x = 1; y = '#'");
});
