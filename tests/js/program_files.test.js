// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { programOf } from "../../static/primer/program_files.js";

/** @param {...(string | string[])} sources */
const notebook = (...sources) => JSON.stringify({
  cells: [
    { cell_type: "markdown", source: ["# not code"] },
    ...sources.map((source) => ({ cell_type: "code", source, outputs: [], metadata: {} })),
  ],
  nbformat: 4,
});

test("a file is read letter by letter, with one kind of line end", () => {
  assert.deepEqual(programOf("a.py", "\uFEFFx = 1\r\ny = '%time'\r\n"), { program: "x = 1\ny = '%time'\n", told: "Opened a.py." });
  assert.equal(programOf("a.txt", "%time\n!ls").program, "%time\n!ls");
});

test("of a notebook the cells of code are joined, in their order", () => {
  const { program, told } = programOf("day.ipynb", notebook(["import numpy as np\n", "a = np.arange(3)\n"], "", "print(a)\n\n"));
  assert.equal(program, "import numpy as np\na = np.arange(3)\n\nprint(a)");
  assert.match(told, /2 cells of code/);
  assert.doesNotMatch(told, /left out/);
});

test("what a notebook alone understands is left out, and that is said", () => {
  const { program, told } = programOf("B.IPYNB", notebook("%matplotlib inline\n!pip install x\nx = 7 % 4\ny = (x\n  != 3)", "%%time\nz = 1", "%%bash\nls\nrm x"));
  assert.equal(program, "x = 7 % 4\ny = (x\n  != 3)\n\nz = 1");
  assert.match(told, /6 lines .* are left out/);
  assert.match(programOf("c.ipynb", notebook("%time\nx = 1")).told, /its cell of code\. 1 line .* is left out/);
});

test("what is no notebook, or has no code, says what was expected", () => {
  for (const text of ["", "{", "[]", "null", '{"cells": 3}', "x = 1"]) assert.throws(() => programOf("n.ipynb", text), /Expected a notebook/);
  for (const text of ['{"cells": []}', '{"cells": [null, {}]}', notebook()]) assert.throws(() => programOf("n.ipynb", text), /with code/);
});
