"""The graph of a trace as a part: boxes with their numbers, and step by step what changes on them."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import Literal

from primer_core.claims.claim import Claim, plain
from primer_core.language.spelling import shape_text
from primer_core.lessons.autograd_graph import noted
from primer_core.lessons.autograd_graph.graph import (
    Arrival,
    BackwardCall,
    BackwardStep,
    Flow,
    ForwardStep,
    GradChange,
    GraphNode,
    GraphTrace,
    InPlaceEdit,
    Refusal,
    Refused,
    TensorValue,
)
from primer_core.picture import graph as picture
from primer_core.picture.graph import Change, Edge, Equation, Graph, Node, Sign, Step, Tensor
from primer_core.picture.layered import GraphLayout, layered_layout
from primer_core.picture.number import cell_text, with_minus

MOST_SHOWN = 12
"""Most numbers of a row, and rows of a matrix, that are shown in full; of longer ones both ends are."""

LINE = 22
"""Most letters of a line in a box: room for any two numbers."""

_MOST_LINES = 6
# Heights in pixels, as the style sheet has them: what a box always has, and each of its lines.
_HEAD, _SHAPE_LINE, _NUMBER_LINE, _SCALAR_LINE = 49.0, 15.0, 15.0, 18.0
_ENDS = MOST_SHOWN // 2

CAME_BACK = "Its upstream gradient g is what came back to it, added up over all paths."
"""What g is in each node but the one that backward begins at."""

BY_ONE = "Each slope is by one operand alone, while the others stay as they are."
"""How the local derivatives of an operation with several operands are meant."""

Tone = Literal["operand", "value", "local", "grad"]


def said(claims: Sequence[Claim]) -> str:
    """Write claims one after another."""
    return " ".join(plain(claim.sentence()) for claim in claims)


def graph(trace: GraphTrace) -> Graph:
    """Draw a trace as a graph that can be played forward and backward."""
    drawing = layout(trace)
    boxes = {box.id: box for box in drawing.boxes}
    guilty = trace.refusal.node if isinstance(trace, Refused) else ""
    return Graph(
        nodes=tuple(
            _node(trace, node, boxes[node.id].x, boxes[node.id].y, boxes[node.id].height, guilty=node.id == guilty)
            for node in trace.nodes
        ),
        edges=tuple(
            Edge(
                edge.source,
                edge.target,
                edge.slot,
                tuple((round(x, 1), round(y, 1)) for x, y in route),
                edge.carries_gradient,
            )
            for edge, route in zip(trace.edges, drawing.routes, strict=True)
        ),
        steps=_Steps(trace).steps(),
        width=drawing.width,
        height=round(drawing.height, 1),
        node_width=drawing.node_width,
    )


def layout(trace: GraphTrace) -> GraphLayout:
    """Place the nodes and the edges of `trace`, in their order there, in layers from left to right, in pixels.

    The places depend on the graph's structure and its shapes only: a value that changes moves nothing.
    """
    return _placed(
        tuple((node.id, _height(node)) for node in trace.nodes),
        tuple((edge.source, edge.target) for edge in trace.edges),
    )


@lru_cache(maxsize=256)
def _placed(nodes: tuple[tuple[str, float], ...], edges: tuple[tuple[str, str], ...]) -> GraphLayout:
    return layered_layout([identity for identity, _ in nodes], edges, dict(nodes))


def _height(node: GraphNode) -> float:
    """Room for a node's value, and for its gradient where one can come."""
    if node.value is None:
        return _HEAD
    numbers = _SCALAR_LINE if not node.value.shape else _SHAPE_LINE + _NUMBER_LINE * _most_lines(node.value)
    return _HEAD + numbers * (2 if node.requires_grad else 1)


def _most_lines(value: TensorValue) -> int:
    """Return how many lines the numbers take where each is as long as a number can be."""
    if not value.values:
        return 1
    lines = ceil(min(value.shape[-1], MOST_SHOWN + 1) / 2)
    rows = len(value.rows)
    fit = max(1, _MOST_LINES // max(lines, 1))
    return lines * min(rows, fit) + (rows > fit)


def box_lines(value: TensorValue) -> tuple[str, ...]:
    """Write the numbers for a box: as many in a line as fit, each row of a matrix in a line of its own."""
    if not value.shape:
        return (cell_text(value.values[0]),)
    if not value.values:
        return ("[]",)
    per_row = ceil(min(value.shape[-1], MOST_SHOWN + 1) / 2)
    fit = max(1, _MOST_LINES // max(per_row, 1))
    rows = value.rows
    lines = [line for row in rows[:fit] for line in _wrapped(_elided([cell_text(item) for item in row], "…"))]
    if len(rows) > fit:
        hidden = len(rows) - fit
        lines.append(f"⋮ {hidden} more row{'s' if hidden > 1 else ''}")
    return tuple(lines)


def _wrapped(texts: Sequence[str]) -> list[str]:
    """Break a row in brackets into lines of at most `LINE` letters."""
    pieces = [f"{text}," for text in texts[:-1]] + [f"{texts[-1]}]"]
    lines = ["["]
    for piece in pieces:
        joint = "" if lines[-1] == "[" else " "
        if len(lines[-1]) + len(joint) + len(piece) > LINE:
            lines.append(f" {piece}")
        else:
            lines[-1] += joint + piece
    return lines


def inline(value: TensorValue) -> str:
    """Write the numbers in one line, elided in the middle where there are more than `MOST_SHOWN`."""
    return _nested(value.values, value.shape)


def _nested(values: Sequence[float], shape: tuple[int, ...]) -> str:
    if not shape:
        return cell_text(values[0])
    size = len(values) // max(shape[0], 1)
    places = [*range(_ENDS), *range(shape[0] - _ENDS, shape[0])] if shape[0] > MOST_SHOWN else list(range(shape[0]))
    parts = [_nested(values[place * size : (place + 1) * size], shape[1:]) for place in places]
    if shape[0] > MOST_SHOWN:
        parts.insert(_ENDS, "…")
    return f"[{', '.join(parts)}]"


def _elided(items: list[str], gap: str) -> list[str]:
    return items if len(items) <= MOST_SHOWN else [*items[:_ENDS], gap, *items[-_ENDS:]]


def table(value: TensorValue, label: str, tone: Tone) -> Tensor:
    """Write a tensor as a small table of texts, elided in the middle where it is long."""
    shown = value.rows if len(value.rows) <= MOST_SHOWN else (*value.rows[:_ENDS], *value.rows[-_ENDS:])
    rows = [tuple(_elided([cell_text(item) for item in row], "…")) for row in shown] or [("[]",)]
    if len(value.rows) > MOST_SHOWN:
        rows.insert(_ENDS, ("⋮",) * len(rows[0]))
    return Tensor(label, shape_text(value.shape) if value.shape else "", tone, tuple(rows))


def _badges(node: GraphNode) -> tuple[str, ...]:
    badges = ["LEAF"] if node.is_leaf and node.kind in {"leaf", "data"} else []
    if node.dtype not in ("", "float32"):  # there is no room for a third word
        badges.append(node.dtype)
    elif not node.requires_grad:
        badges.append("NO GRAD")
    if node.retains_grad:
        badges.append("RETAINS")
    return tuple(badges)


def _title(node: GraphNode) -> str:
    if node.id.startswith(("leaf:", "data:")):
        return node.label
    if not node.names:
        return node.label
    names = ", ".join(node.names)
    if node.label.endswith("_"):
        return f"{names}.{node.label}"
    if node.label.endswith("=") and len(node.label) > 1 and node.label not in _BETWEEN:
        return f"{names}{node.label}" if node.label.startswith("[") else f"{names} {node.label}"
    return f"{names} = {node.label}"


def _node(trace: GraphTrace, node: GraphNode, x: float, y: float, height: float, *, guilty: bool) -> Node:
    value = node.value if node.value is not None else TensorValue((0,), ())
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
    if node.dtype:
        facts.append(("dtype", node.dtype))
    facts += [(f"output {place}", inline(value)) for place, value in enumerate(node.others, start=1)]
    facts += [(f"_saved_{name}", with_minus(text)) for name, text in node.saved_numbers]
    return Node(
        id=node.id,
        look=node.kind,
        title=_title(node),
        engine=node.engine_name or "no grad_fn",
        expression=node.expression,
        value=box_lines(value) if node.value is not None else (),
        shape=shape_text(value.shape) if node.value is not None and value.shape else "",
        tensor=table(value, "value", "value") if node.value is not None else Tensor("not seen", "", "value", (("–",),)),
        x=round(x, 1),
        y=round(y, 1),
        height=height,
        badges=_badges(node),
        facts=tuple(facts),
        saved=tuple(
            (f"_saved_{held.name}", "changed" if held.value is None else inline(held.value)) for held in node.saved
        ),
        why=tuple(
            plain(named.why_none.sentence())
            for named in trace.names
            if named.node == node.id and named.why_none is not None
        ),
        version=node.version,
        output=bool(trace.output) and trace.output in node.names,
        guilty=guilty,
    )


_BETWEEN = frozenset(
    ("+", "−", "×", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=")
)
"""What is written between its two operands."""


def _effects(changed: Sequence[tuple[str, TensorValue, int]], stale: Sequence[tuple[str, str]]) -> tuple[Change, ...]:
    """Return what changes on nodes where memory is written to."""
    unreadable: dict[str, list[str]] = {}
    for identity, name in stale:
        unreadable.setdefault(identity, []).append(f"_saved_{name}")
    changes = {
        identity: Change(
            identity,
            value=box_lines(value),
            tensor=table(value, "value", "value"),
            version=version,
            stale=tuple(unreadable.get(identity, ())),
        )
        for identity, value, version in changed
    }
    for identity, names in unreadable.items():
        changes.setdefault(identity, Change(identity, stale=tuple(names)))
    return tuple(changes.values())


class _Steps:
    """The playback of a trace."""

    def __init__(self, trace: GraphTrace) -> None:
        self.trace = trace
        self.title = {node.id: _title(node) for node in trace.nodes}
        self.engine = {node.id: node.engine_name for node in trace.nodes}

    def steps(self) -> tuple[Step, ...]:
        trace = self.trace
        found = [self._start()]
        number = 0
        for event in trace.events:
            match event:
                case ForwardStep():
                    number += not event.of_backward
                    found.append(self._forward(event, number))
                case InPlaceEdit():
                    found.append(self._edit(event))
                case GradChange():
                    found.append(self._grads(event))
                case BackwardCall():
                    count = len(event.steps)
                    found += [self._backward(event, step, index, count) for index, step in enumerate(event.steps, 1)]
                    if event.refusal:
                        found.append(self._refused(event.refusal))
                case Refusal():
                    found.append(self._refused(event))
        return tuple(found)

    def _start(self) -> Step:
        written = tuple(
            Change(node.id, computed=True)
            for node in self.trace.nodes
            if node.id.startswith(("leaf:", "data:")) and not node.late
        )
        return Step("start", "Start", "The tensors as written", said(noted.at_the_start(self.trace)), changes=written)

    def _forward(self, step: ForwardStep, index: int) -> Step:
        node = self.trace.node(step.node)
        made = [other for other in self.trace.nodes if other.id.startswith((f"{step.node}.", f"{step.node}:"))]
        terms: list[Tensor | Sign] = []
        binary = len(step.operands) == 2 and node.label in _BETWEEN
        for place, (_, label, value) in enumerate(step.operands):
            if place:
                terms.append(Sign(node.label if binary else ","))
            terms.append(table(value, label, "operand"))
        if not binary:
            terms.insert(0, Sign(step.text if len(step.operands) == 1 and len(node.label) < 3 else node.label))
        terms.append(Sign("="))
        for place, value in enumerate(step.values):
            terms += [Sign(",")] if place else []
            terms.append(table(value, self._output_name(step, node, place), "value"))
        late = [source for source, _, _ in step.operands if self._is_late(source)]
        count = sum(not other.of_backward for other in self.trace.forward)
        return Step(
            "forward",
            "What it returns" if step.of_backward else f"Forward {index} of {count}",
            step.text,
            said(noted.of_forward(self.trace, step)),
            step.node,
            (Equation(tuple(terms)),),
            changes=(
                *(Change(source, computed=True) for source in late),
                *(Change(other.id, computed=True, saved="alive") for other in (*made, node)),
                *_effects(step.changed, step.stale),
            ),
        )

    def _output_name(self, step: ForwardStep, node: GraphNode, place: int) -> str:
        if not place:
            return ", ".join(node.names) or "value"
        other = next((other for other in self.trace.nodes if other.id == f"{step.node}:{place}"), None)
        return ", ".join(other.names) if other is not None and other.names else f"output {place}"

    def _is_late(self, identity: str) -> bool:
        return any(node.id == identity and node.late for node in self.trace.nodes)

    def _edit(self, edit: InPlaceEdit) -> Step:
        return Step(
            "edit",
            "In-place edit",
            edit.text,
            said(noted.of_edit(self.trace, edit)),
            edit.node,
            (Equation((table(edit.value, f"{edit.name} now", "value"),)),),
            changes=_effects(edit.changed, edit.stale),
        )

    def _grads(self, event: GradChange) -> Step:
        changes = tuple(
            Change(node, grad=("None",) if value is None else box_lines(value)) for node, value in event.grads
        )
        return Step("zero", "Between the calls", event.text, said(noted.of_grads(self.trace, event)), changes=changes)

    def _backward(self, call: BackwardCall, step: BackwardStep, index: int, count: int) -> Step:
        equations = []
        outputs = [(step.output, step.upstream), *step.more]
        for output, upstream in outputs:
            arrivals = [arrival for arrival in step.arrivals if arrival.output == output]
            if len(arrivals) > 1:
                equations.append(
                    Equation(self._arrivals(arrivals, upstream), said(noted.of_paths(self.trace, step, output)))
                )
            elif len(outputs) > 1:
                equations.append(Equation((table(upstream, "g", "grad"),), f"The gradient by output {output}"))
        equations += [self._flow(step, flow) for flow in step.flows]
        grad: tuple[str, ...] = ()
        if step.grad_after is not None:
            before = Sign("None") if step.grad_before is None else table(step.grad_before, ".grad before", "grad")
            after = table(step.grad_after, ".grad", "grad")
            terms = (before, Sign("+"), table(step.upstream, "g", "grad"), Sign("="), after)
            equations.append(Equation(terms, said(noted.of_leaf(self.trace, step))))
            grad = box_lines(step.grad_after)
        sentences = [] if noted.begins(step) else [CAME_BACK]
        sentences += [said(noted.of_backward(self.trace, call, step))]
        if len(step.flows) > 1:
            sentences.append(BY_ONE)
        which = f"Backward call {step.call}, node" if len(self.trace.calls) > 1 else "Backward"
        change = Change(step.node, saved="freed" if step.freed else "", upstream=box_lines(step.upstream), grad=grad)
        return Step(
            "backward",
            f"{which} {index} of {count}",
            f"{self.engine[step.node]} · {self.title[step.node]}",
            " ".join(filter(None, sentences)),
            step.node,
            tuple(equations),
            changes=(change,),
            flows=tuple(picture.Flow(flow.target, flow.slot) for flow in step.flows),
        )

    def _flow(self, step: BackwardStep, flow: Flow) -> Equation:
        terms = _product(table(step.upstream, "g", "grad"), flow)
        if flow.summed_axes:
            axes = " and ".join(str(axis) for axis in flow.summed_axes)
            word = "axis" if len(flow.summed_axes) == 1 else "axes"
            terms += [table(flow.full, "g · local", "grad"), Sign(f"→ sum over {word} {axes} →")]
        terms.append(table(flow.value, f"to {flow.operand}", "grad"))
        summed = said(noted.of_flow(self.trace, step, flow))
        return Equation(tuple(terms), "; ".join(filter(None, (flow.derivative, summed))), flow.product)

    def _arrivals(self, arrivals: Sequence[Arrival], upstream: TensorValue) -> tuple[Tensor | Sign, ...]:
        terms: list[Tensor | Sign] = []
        for arrival in arrivals:
            if terms:
                terms.append(Sign("+"))
            terms.append(table(arrival.value, f"from {self.title[arrival.source]}", "grad"))
        return (*terms, Sign("="), table(upstream, "g", "grad"))

    def _refused(self, refusal: Refusal) -> Step:
        engine = self.engine.get(refusal.node, "")
        by = f"{refusal.by} refuses" if refusal.library else "Not possible here"
        title = f"{refusal.by} stops at {engine}" if engine else by
        why = " ".join(plain(claim.sentence()) for claim in refusal.causes) or refusal.message
        return Step("error", "Error", title, why, refusal.node, quote=refusal.library)


def _product(g: Tensor, flow: Flow) -> list[Tensor | Sign]:
    """Upstream and local derivative, in the order in which they are multiplied, up to the equals sign."""
    if flow.local is None:
        return [g, Sign(f"→ {flow.product} →")]
    name = {
        "×": "local",
        "⊗": "local",
        "g@": flow.product.removeprefix("g @ "),
        "@g": flow.product.removesuffix(" @ g"),
    }
    local = table(flow.local, name[flow.operator], "local")
    if flow.operator == "@g":
        return [local, Sign("@"), g, Sign("=")]
    return [g, Sign("@" if flow.operator == "g@" else flow.operator), local, Sign("=")]
