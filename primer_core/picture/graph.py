"""A computational graph that can be played step by step, as plain data: nodes, edges, and what each step changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Tensor:
    """The numbers of a tensor as a small table.

    Parameters
    ----------
    label, shape
        Plain text under it; the shape of a scalar is empty.
    tone
        Where the numbers come from: an operand, the value going forward, a local derivative, or a gradient.
    rows
        Texts of its numbers, row by row; one row for a scalar or a vector.
    """

    kind: ClassVar[str] = "tensor"
    label: str
    shape: str
    tone: Literal["operand", "value", "local", "grad"]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Something written between tensors, in plain text."""

    kind: ClassVar[str] = "sign"
    text: str


@dataclass(frozen=True, slots=True)
class Equation:
    """Tensors and what stands between them.

    Parameters
    ----------
    terms
        From left to right.
    caption, formula
        Plain text above: what it is, and how it is computed in symbols.
    """

    kind: ClassVar[str] = "equation"
    terms: tuple[Tensor | Sign, ...]
    caption: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a step changes on a node; what is empty stays as it is.

    Parameters
    ----------
    node
        Its id.
    computed
        Whether its value is there from now on.
    value, tensor
        Its numbers from now on: line by line for its box, and as a table.
    saved
        What becomes of the tensors that it keeps for backward.
    stale
        Names of those that were changed since they were saved.
    version
        Its ``_version`` from now on.
    upstream, grad
        The gradient that arrived, and its ``.grad``, line by line.
    """

    kind: ClassVar[str] = "change"
    node: str
    computed: bool = False
    value: tuple[str, ...] = ()
    tensor: Tensor | None = None
    saved: Literal["", "alive", "freed"] = ""
    stale: tuple[str, ...] = ()
    version: int | None = None
    upstream: tuple[str, ...] = ()
    grad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """An edge along which a step hands a gradient back: its source's id, and its slot."""

    kind: ClassVar[str] = "flow"
    source: str
    slot: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the playback.

    Parameters
    ----------
    event
        What happens.
    phase, title, text
        Plain text: where in the playback it is, what happens in a few words, and in a sentence.
    node
        Id of the node that it happens at; empty for none.
    equations
        The numbers.
    quote
        Words of a library; empty for none.
    changes, flows
        What it changes, and what it hands back.
    """

    kind: ClassVar[str] = "step"
    event: Literal["start", "forward", "edit", "zero", "backward", "error"]
    phase: str
    title: str
    text: str
    node: str = ""
    equations: tuple[Equation, ...] = ()
    quote: str = ""
    changes: tuple[Change, ...] = ()
    flows: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A node.

    Parameters
    ----------
    id
        The same for the same place in another graph of the same structure.
    look
        How it is drawn: a leaf, data, an operation, a node inside an operation, or what autograd did not record.
    title, engine, expression
        Plain text: its name, the engine's name for it, and the code that it stands for.
    value, shape, tensor
        Its numbers when all is computed, line by line for its box; its shape, empty for a scalar; and as a table.
    badges
        A word or two each.
    facts
        (name, value) of what is known of it.
    saved
        (name, numbers) of each tensor that it keeps for backward.
    why
        Sentences on why ``.grad`` of a name is None.
    version
        Its ``_version`` before backward.
    output, guilty
        Whether it is the graph's output, and whether an error is its.
    x, y, height
        Where it stands, in pixels.
    """

    kind: ClassVar[str] = "node"
    id: str
    look: Literal["leaf", "data", "op", "inner", "plain"]
    title: str
    engine: str
    expression: str
    value: tuple[str, ...]
    shape: str
    tensor: Tensor
    x: float
    y: float
    height: float
    badges: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    saved: tuple[tuple[str, str], ...] = ()
    why: tuple[str, ...] = ()
    version: int = 0
    output: bool = False
    guilty: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """From an operand to the node that uses it.

    Parameters
    ----------
    source, target, slot
        Ids of nodes, in forward direction, and which operand of the target it is.
    route
        Points that it passes, in pixels.
    carries_gradient
        Whether a gradient comes back along it.
    """

    kind: ClassVar[str] = "edge"
    source: str
    target: str
    slot: int
    route: tuple[tuple[float, float], ...]
    carries_gradient: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph with its playback.

    Parameters
    ----------
    nodes
        Operands before the nodes that use them.
    edges
        From operands to what uses them.
    steps
        The playback, at least one.
    width, height, node_width
        Sizes of the drawing and of each node, in pixels.
    """

    kind: ClassVar[str] = "graph"
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    steps: tuple[Step, ...]
    width: float
    height: float
    node_width: float


@dataclass(frozen=True, slots=True)
class NodeState:
    """What a node shows after a step; the fields are those of `Change`."""

    computed: bool = False
    value: tuple[str, ...] = ()
    tensor: Tensor | None = None
    saved: Literal["", "alive", "freed"] = ""
    stale: tuple[str, ...] = ()
    version: int = 0
    upstream: tuple[str, ...] = ()
    grad: tuple[str, ...] = ()


def last_state(graph: Graph) -> Mapping[str, NodeState]:
    """Return what each node shows after the last step, by its id: the changes of all steps, one over the other."""
    states = {node.id: NodeState(version=node.version) for node in graph.nodes}
    for step in graph.steps:
        for change in step.changes:
            news = {name: value for name in _CHANGED if (value := getattr(change, name)) not in ((), "", None, False)}
            states[change.node] = replace(states[change.node], **news)
    return states


_CHANGED = ("computed", "value", "tensor", "saved", "stale", "version", "upstream", "grad")
