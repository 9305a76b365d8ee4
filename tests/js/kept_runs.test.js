import assert from "node:assert/strict";
import { test } from "node:test";

import { agoText, differences, sizeText } from "../../static/primer/kept_runs.js";

test("a size has few digits", () => {
  assert.deepEqual([0, 999, 51_000, 1_250_000, 3.2e9].map(sizeText), ["1 kB", "1 kB", "51 kB", "1.3 MB", "3.20 GB"]);
});

test("a time ago is told in its largest unit", () => {
  const told = [-5, 0, 59, 60, 3599, 3600, 7300, 86400, 200000].map(agoText);
  assert.deepEqual(told, [
    "just now", "just now", "just now", "1 minute ago", "59 minutes ago", "1 hour ago", "2 hours ago", "1 day ago", "2 days ago",
  ]);
});

test("only settings that differ are told", () => {
  const row = (rate, batch) => ({ settings: [["rate", rate], ["batch", batch], ["seed", "42"]] });
  assert.deepEqual(differences([row("0.1", "64"), row("0.2", "64"), row("0.1", "32")]), [
    { setting: "rate", values: ["0.1", "0.2", "0.1"] },
    { setting: "batch", values: ["64", "64", "32"] },
  ]);
  assert.deepEqual(differences([row("0.1", "64")]), []);
  assert.deepEqual(differences([row("0.1", "64"), row("0.1", "64")]), []);
});
