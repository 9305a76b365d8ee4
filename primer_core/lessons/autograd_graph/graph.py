"""What a traced program looks like: nodes, edges and every flow of a backward pass, as plain frozen data."""

import math
from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim
from primer_core.language.rejection import Place
from primer_core.lessons.autograd_graph.program import Program

Repair = tuple[tuple[str, str | bool], ...]
"""Fields of the question, with their new values."""

NodeKind = Literal["leaf", "data", "op", "inner", "plain"]


@dataclass(frozen=True, slots=True)
class TensorValue:
    """The numbers of a tensor at one moment.

    Parameters
    ----------
    shape
        As PyTorch gives it: ``()`` for a scalar.
    values
        Row by row, as Python's floats, whole numbers or booleans; ``nan`` and ``inf`` may be among them.
    """

    shape: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def is_finite(self) -> bool:
        """Whether none of the numbers is nan or infinite."""
        return all(math.isfinite(value) for value in self.values)

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """The numbers as rows: one row for a scalar or a vector."""
        width = self.shape[-1] if self.shape else 1
        return tuple(self.values[i : i + width] for i in range(0, len(self.values), max(width, 1)))


@dataclass(frozen=True, slots=True)
class Switches:
    """What is done to the program besides running it forward and backward once.

    Parameters
    ----------
    no_grad
        Compute under ``torch.no_grad()``.
    detach
        The name to detach right after its line, or ``""``.
    retain_grad
        Call ``retain_grad()`` on every named tensor that is not a leaf.
    in_place
        The name to add 1 to in place, between forward and backward, or ``""``.
    backward_calls
        1 or 2.
    retain_graph
        Whether the first of two calls keeps the saved tensors.
    zero_grad
        Whether gradients are set to None between the two calls, as ``optimizer.zero_grad()`` does.
    """

    no_grad: bool = False
    detach: str = ""
    retain_grad: bool = False
    in_place: str = ""
    backward_calls: Literal[1, 2] = 1
    retain_graph: bool = False
    zero_grad: bool = False


@dataclass(frozen=True, slots=True)
class Mend:
    """A change that takes the error away; it was tried.

    Parameters
    ----------
    claim
        What it changes, and what comes of it.
    repair
        What it puts into the question.
    """

    claim: Claim
    repair: Repair


@dataclass(frozen=True, slots=True)
class Refusal:
    """What stopped a program that could be read.

    Parameters
    ----------
    stage
        Where it stopped.
    causes
        Why, as far as it is known.
    message
        Plain text: the language's or this lesson's own refusal; ``""`` where a library refuses.
    library
        PyTorch's own words, ``""`` where this lesson refuses.
    place
        Where in the program; None if no single place is to blame.
    caught
        Whether the program catches it and goes on.
    by
        Whose words they are: PyTorch's, NumPy's or Python's.
    node
        The guilty node's id, where there is one.
    mends
        What would mend it; empty if nothing is known that would.
    """

    stage: Literal["forward", "backward"]
    causes: tuple[Claim, ...] = ()
    message: str = ""
    library: str = ""
    place: Place | None = None
    node: str = ""
    mends: tuple[Mend, ...] = ()
    caught: bool = False
    by: str = "PyTorch"


@dataclass(frozen=True, slots=True)
class SavedTensor:
    """A tensor that a node keeps for its backward: ``_saved_<name>`` of its `grad_fn`."""

    name: str
    value: TensorValue | None


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A tensor together with what will carry its gradient.

    Parameters
    ----------
    id
        Depends on the program's structure only, never on its values.
    kind
        ``leaf``: a leaf that requires a gradient, with its AccumulateGrad; ``data``: a leaf that does not;
        ``op``: the output of an operation, with its `grad_fn`; ``inner``: a `grad_fn` inside one operation of the
        program; ``plain``: the output of an operation that autograd did not record.
    label
        A name or a symbol, to write large.
    expression
        The part of the program it stands for.
    names
        The program's names for this tensor.
    engine_name
        The node's class in the engine, such as ``MulBackward0`` or ``AccumulateGrad``; ``""`` without one.
    value
        The forward value; None for a node inside an operation whose result was not seen.
    others
        Values of further outputs of the same node.
    dtype
        Of the value, as PyTorch names it without its prefix.
    is_leaf, requires_grad, retains_grad
        As PyTorch answers.
    version
        ``_version`` when it was made.
    saved, saved_numbers
        What the node keeps for backward: tensors, and other attributes as text.
    grad
        ``.grad`` when all is done.
    line
        Of the program; 0 if none.
    late
        Whether it is there only once backward has run: a ``.grad``.
    """

    id: str
    kind: NodeKind
    label: str
    expression: str
    names: tuple[str, ...]
    engine_name: str
    value: TensorValue | None
    is_leaf: bool
    requires_grad: bool
    retains_grad: bool
    version: int
    saved: tuple[SavedTensor, ...]
    saved_numbers: tuple[tuple[str, str], ...]
    grad: TensorValue | None
    line: int
    dtype: str = ""
    others: tuple[TensorValue, ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """From an operand to the node that uses it.

    Parameters
    ----------
    source, target
        Node ids, in forward direction.
    slot
        Which operand of `target` this is: the index in ``next_functions``.
    input_number
        Which output of `source` it carries: the second half of that entry.
    carries_gradient
        Whether ``next_functions`` holds this edge. If not, the value goes forward and nothing comes back.
    """

    source: str
    target: str
    slot: int
    input_number: int
    carries_gradient: bool


@dataclass(frozen=True, slots=True)
class ForwardStep:
    """One operation computed, with its operands.

    Parameters
    ----------
    operands
        The (node id, label, value) of each tensor.
    values
        Of its outputs.
    changed
        (node id, numbers, ``_version``) of other tensors in the memory that it wrote to.
    stale, unnoticed
        (node id, saved tensor) of every saved tensor that it made unreadable, and of those that it changed without
        autograd noticing.
    of_backward
        Whether its result is a gradient that backward computed.
    """

    node: str
    text: str
    operands: tuple[tuple[str, str, TensorValue], ...]
    values: tuple[TensorValue, ...]
    changed: tuple[tuple[str, TensorValue, int], ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    unnoticed: tuple[tuple[str, str], ...] = ()
    of_backward: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """What a node hands to one of its operands.

    Parameters
    ----------
    slot
        Of the operand.
    target
        The node id that receives it.
    derivative
        The local derivative, in symbols.
    product
        How the upstream gradient g and the local derivative combine, in symbols.
    local
        The local derivative in numbers, None where it is not one tensor times g.
    operator
        What stands between upstream and local: ``×`` elementwise, ``g@`` and ``@g`` for matrix products with g on
        the left or right, ``⊗`` for an outer product, ``→`` where `product` says it all.
    full
        Upstream times local, before it is summed back to the operand's shape.
    summed_axes
        The axes of `full` along which broadcasting had stretched the operand.
    value
        What the engine handed on.
    """

    slot: int
    target: str
    operand: str
    derivative: str
    product: str
    local: TensorValue | None
    operator: Literal["×", "g@", "@g", "⊗", "→"]
    full: TensorValue
    summed_axes: tuple[int, ...]
    value: TensorValue


@dataclass(frozen=True, slots=True)
class Arrival:
    """One of the flows that make up a node's upstream gradient; `source` is ``""`` for what backward begins with.

    Parameters
    ----------
    source, slot
        The node that handed it on, and the operand of that node that it is for.
    output
        Which output of the node it is the gradient by.
    """

    source: str
    slot: int
    value: TensorValue
    output: int = 0


@dataclass(frozen=True, slots=True)
class BackwardStep:
    """One node run by the engine.

    Parameters
    ----------
    call
        Which `backward()` call, from 1.
    node
        Its id.
    arrivals
        The flows that met here; their sum is `upstream`.
    upstream
        What the engine gave the node: the gradient of the output by this node's value; of a node with several outputs,
        by the first that one came to.
    output, more
        Which output that is, and the (output, gradient) of others.
    flows
        What it handed on.
    grad_before, grad_after
        Of a leaf: ``.grad`` before and after this step.
    freed
        The saved tensors that could no longer be read once the node had run.
    """

    call: int
    node: str
    arrivals: tuple[Arrival, ...]
    upstream: TensorValue
    flows: tuple[Flow, ...]
    grad_before: TensorValue | None
    grad_after: TensorValue | None
    freed: tuple[str, ...]
    output: int = 0
    more: tuple[tuple[int, TensorValue], ...] = ()


@dataclass(frozen=True, slots=True)
class BackwardCall:
    """One run of the engine: a call of ``backward()`` or of ``torch.autograd.grad``.

    Parameters
    ----------
    text, root
        The call as code, and the name of what it began at.
    is_grad
        Whether it is ``torch.autograd.grad``.
    seed
        The gradient that it was given to begin with; None for the number 1.
    steps
        The nodes it ran, in the engine's order.
    refusal
        PyTorch's, if it refused.
    """

    number: int
    text: str
    root: str
    retain_graph: bool
    is_grad: bool
    seed: TensorValue | None
    steps: tuple[BackwardStep, ...]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class InPlaceEdit:
    """A tensor was changed in place, and autograd did not record it.

    Parameters
    ----------
    name, text
        Of the tensor, and the call as code.
    node, value, version_before, version_after
        Of the tensor: its node's id, its numbers after the change, and its ``_version`` before and after.
    changed
        (node id, numbers, ``_version``) after the change of every tensor whose memory it is, this one's included:
        ``detach()`` shares the memory of its operand, and its version.
    stale, unnoticed
        (node id, saved tensor) of every saved tensor that can no longer be read, and of those that have other numbers
        now without autograd noticing.
    """

    name: str
    text: str
    node: str
    value: TensorValue
    version_before: int
    version_after: int
    changed: tuple[tuple[str, TensorValue, int], ...]
    stale: tuple[tuple[str, str], ...]
    unnoticed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GradChange:
    """The program set ``.grad`` of tensors itself: (node id, numbers or None)."""

    text: str
    grads: tuple[tuple[str, TensorValue | None], ...]


Event = ForwardStep | InPlaceEdit | GradChange | BackwardCall | Refusal
"""What happens in a program; a refusal that is no backward's stands for itself."""


@dataclass(frozen=True, slots=True)
class NamedTensor:
    """What PyTorch answers about one name of the program when all is done.

    Parameters
    ----------
    grad
        ``.grad``.
    why_none
        Why ``.grad`` is None; None if it is not, or if nothing is known of it.
    library
        What PyTorch says to someone who reads ``.grad`` here; ``""`` if nothing.
    """

    name: str
    node: str
    value: TensorValue
    is_leaf: bool
    requires_grad: bool
    retains_grad: bool
    version: int
    grad_fn: str
    grad: TensorValue | None
    why_none: Claim | None
    library: str


@dataclass(frozen=True, slots=True)
class LeafCheck:
    """A leaf's gradient from one backward call against finite differences.

    Parameters
    ----------
    gradient
        From autograd, in float64; in float32 where the program cannot be computed in float64.
    difference
        Central differences, in float64, with a step of 6e-6 times the value's size, at least 1; one-sided where the
        function is defined on one side only, nan where it is defined on none.
    largest
        The largest absolute difference between the two; nan if either holds one.
    verdict
        ``agrees``: `largest` is within 1e-6 of the gradient's or the output's size, at least 1, and the gradient in
        float32 within 1e-3 of it; ``unchecked``: differences cannot be taken, or the
        gradient is infinite and they grow towards it; ``differs``: neither.
    notes
        Why the two differ at this point, and how the differences were taken.
    limit
        Plain text: why this lesson does not check it; ``""`` if it does.
    """

    name: str
    gradient: TensorValue
    difference: TensorValue
    largest: float
    verdict: Literal["agrees", "differs", "unchecked"]
    notes: tuple[Claim, ...] = ()
    limit: str = ""


@dataclass(frozen=True, slots=True)
class GraphTrace:
    """A program run forward and backward by PyTorch, step by step, as far as it went.

    Parameters
    ----------
    program, switches
        What was run, without the switches for names that the program does not have.
    nodes
        Operands before the operations that use them.
    events
        What happened, in order.
    output
        The name of the program's last tensor.
    names
        What PyTorch answers about every name.
    checks
        One for each leaf that has a gradient.
    insights
        What else is worth saying of what happened.
    code, printed
        A snippet that runs as copied, and what it prints: one string per line printed.
    said
        What the program's own ``print`` wrote, a line each.
    warnings
        The library's, in its words.
    seeded
        Whether random numbers were drawn without a seed of the program's own.
    """

    program: Program
    switches: Switches
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    events: tuple[Event, ...]
    output: str
    names: tuple[NamedTensor, ...]
    checks: tuple[LeafCheck, ...]
    insights: tuple[Claim, ...]
    code: str
    printed: tuple[str, ...]
    said: tuple[str, ...]
    warnings: tuple[str, ...]
    seeded: bool

    @property
    def forward(self) -> tuple[ForwardStep, ...]:
        """The operations, in the order of computation."""
        return tuple(event for event in self.events if isinstance(event, ForwardStep))

    @property
    def edits(self) -> tuple[InPlaceEdit, ...]:
        """What was changed in place and not recorded."""
        return tuple(event for event in self.events if isinstance(event, InPlaceEdit))

    @property
    def calls(self) -> tuple[BackwardCall, ...]:
        """The runs of the engine."""
        return tuple(event for event in self.events if isinstance(event, BackwardCall))

    @property
    def not_finite(self) -> tuple[str, ...]:
        """The names whose ``.grad`` holds nan or infinity."""
        return tuple(named.name for named in self.names if named.grad is not None and not named.grad.is_finite)

    @property
    def backward_steps(self) -> tuple[BackwardStep, ...]:
        """The steps of every call, in the engine's order."""
        return tuple(step for call in self.calls for step in call.steps)

    def node(self, identity: str) -> GraphNode:
        """The node of that id.

        Raises
        ------
        KeyError
            If there is none.
        """
        for node in self.nodes:
            if node.id == identity:
                return node
        raise KeyError(f"the graph has no node {identity!r}")


@dataclass(frozen=True, slots=True)
class Finished(GraphTrace):
    """A program that PyTorch ran forward, and backward as often as it was asked to."""


@dataclass(frozen=True, slots=True)
class Refused(GraphTrace):
    """A program that was stopped on its way.

    Parameters
    ----------
    refusal
        Why; what was run before it is there.
    """

    refusal: Refusal
