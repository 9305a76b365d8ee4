"""From a `GraphTrace` to what the component draws: texts, positions and, step by step, what changes on screen."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from primer_core.lessons.autograd_graph.graph import (
    BackwardStep,
    Flow,
    ForwardStep,
    GraphNode,
    GraphTrace,
    TensorValue,
    TraceError,
)
from primer_core.lessons.autograd_graph.show import layout

_SHOWN = 6

Payload = dict[str, Any]


def number(value: float) -> str:
    """A number in at most four significant digits."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def shape_text(value: TensorValue) -> str:
    """The shape, as PyTorch prints it; a scalar's is ``()``."""
    return f"({value.shape[0]},)" if len(value.shape) == 1 else str(tuple(value.shape))


def inline(value: TensorValue) -> str:
    """The numbers in one line, elided in the middle where there are many."""
    if not value.shape:
        return number(value.values[0])
    rows = [f"[{', '.join(_elided([number(item) for item in row], '…'))}]" for row in value.rows]
    return rows[0] if len(value.shape) == 1 else f"[{', '.join(_elided(rows, '…'))}]"


def _elided(items: Sequence[Any], gap: Any) -> list[Any]:
    if len(items) <= _SHOWN:
        return list(items)
    half = _SHOWN // 2
    return [*items[:half], gap, *items[-half:]]


def grid(value: TensorValue, label: str, tone: str) -> Payload:
    """A tensor as a small table of texts, elided in the middle."""
    rows = _elided([_elided([number(item) for item in row], "…") for row in value.rows], None)
    width = next(len(row) for row in rows if row is not None)
    cells = [row if row is not None else ["⋮"] * width for row in rows]
    return {
        "type": "grid",
        "label": label,
        "shape": shape_text(value),
        "tone": tone,
        "cells": cells,
        "ndim": len(value.shape),
    }


def sign(text: str) -> Payload:
    """Something written between tables."""
    return {"type": "sign", "text": text}


def payload(trace: GraphTrace) -> Payload:
    """All that the component needs to draw and play `trace`, as plain JSON."""
    steps = _Steps(trace)
    drawing = layout(trace)
    boxes = {box.id: box for box in drawing.boxes}
    guilty = trace.error.node if trace.error else ""
    return {
        "width": drawing.width,
        "height": drawing.height,
        "nodeWidth": drawing.node_width,
        "nodeHeight": drawing.node_height,
        "nodes": [{**_node(trace, node, guilty), "x": boxes[node.id].x, "y": boxes[node.id].y} for node in trace.nodes],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "slot": edge.slot,
                "path": _path(route),
                "gradient": edge.carries_gradient,
                "title": f"operand {edge.slot}, output {edge.input_number}",
            }
            for edge, route in zip(trace.edges, drawing.routes, strict=True)
        ],
        "steps": steps.told,
    }


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A smooth curve through `points`, level at each of them."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        parts.append(f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}")
    return " ".join(parts)


def _badges(node: GraphNode) -> list[str]:
    badges = ["LEAF"] if node.is_leaf and node.kind in {"leaf", "data"} else []
    if not node.requires_grad:
        badges.append("NO GRAD")
    if node.retains_grad:
        badges.append("RETAINS")
    return badges


def _title(node: GraphNode) -> str:
    if node.kind in {"leaf", "data"}:
        return node.label
    return f"{', '.join(node.names)} = {node.label}" if node.names else node.label


def _node(trace: GraphTrace, node: GraphNode, guilty: str) -> Payload:
    facts = [("grad_fn", "None" if node.kind in {"leaf", "data", "plain"} else node.engine_name)]
    if node.kind == "leaf":
        facts.append(("its engine node", node.engine_name))
    if node.kind == "inner":
        facts.append(("inside", node.expression))
    else:
        facts += [
            ("is_leaf", str(node.is_leaf)),
            ("requires_grad", str(node.requires_grad)),
            ("retains_grad", str(node.retains_grad)),
        ]
    facts += [(f"_saved_{name}", text) for name, text in node.saved_numbers]
    why = [
        f"{named.name}.grad is None. {named.why_none}"
        for named in trace.names
        if named.node == node.id and named.why_none
    ]
    return {
        "id": node.id,
        "kind": node.kind,
        "title": _title(node),
        "engine": node.engine_name or "no grad_fn",
        "expression": node.expression,
        "value": inline(node.value),
        "shape": shape_text(node.value),
        "grid": grid(node.value, "value", "value"),
        "badges": _badges(node),
        "facts": facts,
        "saved": [
            {"name": f"_saved_{held.name}", "text": "changed" if held.value is None else inline(held.value)}
            for held in node.saved
        ],
        "why": why,
        "version": node.version,
        "output": trace.program is not None and trace.program.output in node.names,
        "guilty": node.id == guilty,
    }


class _Steps:
    """The playback, one entry a step; ``set`` says what each step changes on the nodes."""

    def __init__(self, trace: GraphTrace) -> None:
        self.trace = trace
        self.told: list[Payload] = []
        self.title = {node.id: _title(node) for node in trace.nodes}
        self.engine = {node.id: node.engine_name for node in trace.nodes}
        self._start()
        for index, step in enumerate(trace.forward, start=1):
            self._forward(step, index)
        self._edit()
        for call in trace.calls:
            if call.zeroed:
                self._zero()
            for index, step in enumerate(call.steps, start=1):
                self._backward(step, index, len(call.steps), len(trace.calls) > 1)
            if call.error:
                self._error(call.error)
        if trace.error and trace.error.stage == "forward":
            self._error(trace.error)

    def _add(self, kind: str, phase: str, title: str, text: str, node: str, rows: list[Payload], **more: Any) -> None:
        entry = {"kind": kind, "phase": phase, "title": title, "text": text, "node": node, "rows": rows}
        self.told.append({**entry, "set": {}, "flows": [], **more})

    def _start(self) -> None:
        written = {node.id: {"value": True} for node in self.trace.nodes if node.kind in {"leaf", "data"}}
        count = sum(node.kind == "leaf" for node in self.trace.nodes)
        leaves = "One leaf requires" if count == 1 else f"{count} leaves require" if count else "No leaf requires"
        self._add("start", "Start", "The tensors as written", f"{leaves} a gradient.", "", [], set=written)

    def _forward(self, step: ForwardStep, index: int) -> None:
        node = self.trace.node(step.node)
        inner = [other for other in self.trace.nodes if other.id.startswith(f"{step.node}.")]
        changed: Payload = {other.id: {"value": True, "saved": "alive"} for other in (*inner, node)}
        cells: list[Payload] = []
        binary = len(step.operands) == 2 and node.label in {"+", "−", "×", "/", "**", "@"}
        for place, (label, value) in enumerate(step.operands):
            if place:
                cells.append(sign(node.label if binary else ","))
            cells.append(grid(value, label, "operand"))
        if not binary:
            cells.insert(0, sign(step.text if len(step.operands) == 1 and len(node.label) < 3 else node.label))
        cells += [sign("="), grid(step.value, ", ".join(node.names) or "value", "value")]
        text = f"autograd notes {node.engine_name}" if node.engine_name else "autograd notes nothing"
        kept = ", ".join(f"_saved_{held.name}" for other in (*inner, node) for held in other.saved)
        text += f", which keeps {kept} for its backward." if kept else "."
        phase = f"Forward {index} of {len(self.trace.forward)}"
        self._add("forward", phase, step.text, text, step.node, [{"cells": cells}], set=changed)

    def _edit(self) -> None:
        edit = self.trace.edit
        if edit is None:
            return
        stale: dict[str, list[str]] = {}
        for node, name, _ in edit.stale:
            stale.setdefault(node, []).append(f"_saved_{name}")
        changed: Payload = {node: {"stale": names} for node, names in stale.items()}
        for node, value, version in edit.changed:
            after = {"version": version, "now": inline(value), "grid": grid(value, "value", "value")}
            changed.setdefault(node, {}).update(after)
        hit = ", ".join(f"{self.engine[node]} ({', '.join(names)})" for node, names in stale.items())
        text = f"_version goes from {edit.version_before} to {edit.version_after}. "
        text += f"Saved at the old version: {hit}." if hit else "No node had saved it, so backward will not mind."
        cells = [grid(edit.value, f"{edit.name} now", "value")]
        self._add("edit", "In-place edit", f"{edit.name}.add_(1)", text, edit.node, [{"cells": cells}], set=changed)

    def _zero(self) -> None:
        changed = {node.id: {"grad": None, "upstream": None} for node in self.trace.nodes if node.kind == "leaf"}
        self._add("zero", "Between the calls", "zero_grad()", "Every leaf's .grad is None again.", "", [], set=changed)

    def _backward(self, step: BackwardStep, index: int, count: int, several: bool) -> None:
        rows = []
        if len(step.arrivals) > 1:
            rows.append(
                {"caption": f"{len(step.arrivals)} paths meet here: the sum over paths", "cells": self._arrivals(step)}
            )
        rows += [self._flow(step, flow) for flow in step.flows]
        changed: Payload = {step.node: {"upstream": inline(step.upstream)}}
        if step.freed:
            changed[step.node]["saved"] = "freed"
        if step.grad_after is not None:
            before = sign("None") if step.grad_before is None else grid(step.grad_before, ".grad before", "grad")
            after = grid(step.grad_after, ".grad", "grad")
            cells = [before, sign("+"), grid(step.upstream, "g", "grad"), sign("="), after]
            rows.append({"caption": f"AccumulateGrad adds g to {self.title[step.node]}.grad", "cells": cells})
            changed[step.node]["grad"] = inline(step.grad_after)
        if step.arrivals[0].source:
            text = "Its upstream gradient g is the output's gradient by this value."
        else:
            text = "Backward starts here, with g = 1: the gradient of the output by itself."
        if step.freed:
            text += f" Done, it frees {', '.join(f'_saved_{name}' for name in step.freed)}."
        which = f"Backward call {step.call}, node" if several else "Backward"
        flows = [{"target": flow.target, "slot": flow.slot, "text": inline(flow.value)} for flow in step.flows]
        self._add(
            "backward", f"{which} {index} of {count}", f"{self.engine[step.node]} · {self.title[step.node]}", text,
            step.node, rows, set=changed, flows=flows,
        )  # fmt: skip

    def _arrivals(self, step: BackwardStep) -> list[Payload]:
        cells: list[Payload] = []
        for arrival in step.arrivals:
            if cells:
                cells.append(sign("+"))
            cells.append(grid(arrival.value, f"from {self.title[arrival.source]}", "grad"))
        return [*cells, sign("="), grid(step.upstream, "g", "grad")]

    def _flow(self, step: BackwardStep, flow: Flow) -> Payload:
        g = grid(step.upstream, "g", "grad")
        cells = _product(g, flow)
        if flow.summed_axes:
            axes = " and ".join(str(axis) for axis in flow.summed_axes)
            word = "axis" if len(flow.summed_axes) == 1 else "axes"
            cells += [grid(flow.full, "g · local", "grad"), sign(f"→ sum over {word} {axes} →")]
        cells.append(grid(flow.value, f"to {flow.operand}", "grad"))
        caption = flow.derivative
        if flow.summed_axes:
            caption += f"; {flow.operand} was broadcast, so its gradient is summed back to {shape_text(flow.value)}"
        return {"caption": caption, "formula": flow.product, "cells": cells}

    def _error(self, error: TraceError) -> None:
        engine = self.engine.get(error.node, "")
        title = f"PyTorch stops at {engine}" if engine else "PyTorch refuses" if error.library else "Not possible here"
        rows = [{"quote": error.library}] if error.library else []
        self._add("error", "Error", title, f"{error.cause} {error.fix}", error.node, rows)


def _product(g: Payload, flow: Flow) -> list[Payload]:
    """Upstream and local derivative, in the order in which they are multiplied, up to the equals sign."""
    if flow.local is None:
        return [g, sign(f"→ {flow.product} →")]
    name = {
        "×": "local",
        "⊗": "local",
        "g@": flow.product.removeprefix("g @ "),
        "@g": flow.product.removesuffix(" @ g"),
    }
    local = grid(flow.local, name[flow.operator], "local")
    if flow.operator == "@g":
        return [local, sign("@"), g, sign("=")]
    return [g, sign("@" if flow.operator == "g@" else flow.operator), local, sign("=")]
