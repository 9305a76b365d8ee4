// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { curve, savedState, stateAt } from "../../static/primer/graph.js";

/** @typedef {import("../../static/primer/types.js").Graph} Graph */
/** @typedef {import("../../static/primer/types.js").GraphNode} GraphNode */

/** @type {GraphNode} */
const node = {
  kind: "node", id: "a", look: "op", title: "a", engine: "MulBackward0", expression: "x * x", value: ["9.0"], shape: "",
  tensor: { kind: "tensor", label: "value", shape: "", tone: "value", rows: [["9.0"]] }, x: 0, y: 0, height: 80,
  saved: [["_saved_self", "3.0"], ["_saved_other", "3.0"]],
};

/** @type {Graph} */
const graph = {
  kind: "graph", nodes: [node, { ...node, id: "b", version: 2 }], edges: [], width: 1, height: 1, node_width: 1,
  steps: [
    { kind: "step", event: "start", phase: "", title: "", text: "" },
    { kind: "step", event: "forward", phase: "", title: "", text: "", changes: [{ kind: "change", node: "a", computed: true, saved: "alive" }] },
    { kind: "step", event: "edit", phase: "", title: "", text: "", changes: [{ kind: "change", node: "a", version: 1, stale: ["_saved_self"] }] },
    { kind: "step", event: "backward", phase: "", title: "", text: "", changes: [{ kind: "change", node: "a", saved: "freed", upstream: ["1.0"] }] },
  ],
};

test("what a node shows is made of the changes up to a step, each over those before", () => {
  assert.deepEqual(stateAt(graph, 0).get("a"), { version: undefined });
  assert.deepEqual(stateAt(graph, 2).get("a"), { version: 1, computed: true, saved: "alive", stale: ["_saved_self"] });
  assert.equal(stateAt(graph, 3).get("a")?.saved, "freed");
  assert.deepEqual(stateAt(graph, 3).get("b"), { version: 2 });
});

test("a saved tensor is not there yet, alive, changed since, or freed", () => {
  const states = [0, 1, 2, 3].map((step) => savedState(node, stateAt(graph, step).get("a") ?? {}).map(({ state }) => state));
  assert.deepEqual(states, [["none yet", "none yet"], ["alive", "alive"], ["changed since", "alive"], ["freed", "freed"]]);
});

test("a curve goes through its points and is level at each", () => {
  assert.equal(curve([[0, 1], [10, 5], [20, 5]]), "M0 1C5 1 5 5 10 5 C15 5 15 5 20 5".replace("M0 1C", "M0 1 C"));
});
