"""Runs a program in PyTorch and takes down what autograd records and what its engine does.

Nothing here imitates autograd: operations are observed where they reach ATen, nodes are the real `grad_fn`
objects, and the order and the flows of a backward pass come from hooks on those nodes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node, get_gradient_edge
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from primer_core.language.program import (
    Array,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Place,
    Program,
)
from primer_core.lessons.autograd_graph.derivatives import Operand, Recorded
from primer_core.lessons.autograd_graph.graph import SavedTensor, Switches, TensorValue

MAX_RESULT = 256
SYMBOLS: Mapping[str, str] = {"*": "×", "-": "−"}
# What PyTorch's operators raise for operands that do not fit.
REFUSALS = (RuntimeError, IndexError, ValueError, TypeError)
# ATen calls that keep books but compute nothing that autograd follows.
_BOOKKEEPING = frozenset({"detach", "lift_fresh", "_to_copy", "alias"})


class ForwardRefusedError(Exception):
    """PyTorch, or the bound on sizes, refused an operation of the program."""

    def __init__(self, library: str, place: Place, cause: str = "", fix: str = "") -> None:
        super().__init__(library or cause)
        self.library, self.place, self.cause, self.fix = library, place, cause, fix


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A tensor that was written down, not computed."""

    id: str
    label: str
    tensor: Tensor
    value: TensorValue
    line: int

    @property
    def text(self) -> str:
        """The part of the program that stands for it: its name, or its numbers."""
        return self.label


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation of the program, computed.

    Parameters
    ----------
    label
        The operator's symbol, or the function's name.
    expression
        What it computes; None where a tensor is detached.
    operands
        The (node id, label, value) of each tensor operand.
    records
        What reached ATen, in order; one for most operations.
    engine_nodes
        The `grad_fn` nodes made, in order; those of the last records. Empty if autograd did not record it.
    """

    id: str
    label: str
    text: str
    line: int
    expression: Expression | None
    operands: tuple[tuple[str, str, TensorValue], ...]
    tensor: Tensor
    value: TensorValue
    records: tuple[Recorded, ...]
    engine_nodes: tuple[Node, ...]


def take(tensor: Tensor) -> TensorValue:
    """The numbers of `tensor` now."""
    plain = tensor.detach()
    return TensorValue(tuple(plain.shape), tuple(float(number) for number in plain.flatten().tolist()))


def version(tensor: Tensor) -> int:
    """PyTorch's count of the in-place changes to `tensor`."""
    return tensor._version  # noqa: SLF001 documented, and the lesson is about it


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One ATen call: its arguments, and copies of the numbers that went in and came out.

    The tensors themselves are kept, too, so that no other tensor takes over the `id` of one that has gone.
    """

    function: str
    arguments: Sequence[Any]
    operands: Sequence[Operand]
    copies: Sequence[Operand]
    result: Tensor
    out: Tensor


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees every ATen operation below autograd, with its operands."""

    def __init__(self, labels: Mapping[int, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._labels = dict(labels)
        self._seen: list[_Seen] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        operands = [argument for argument in args if isinstance(argument, (Tensor, int, float))]
        copies = [operand.clone() if isinstance(operand, Tensor) else operand for operand in operands]
        out = func(*args, **(kwargs or {}))
        result = out[0] if isinstance(out, tuple) else out
        self._seen.append(_Seen(func.overloadpacket.__name__, args, operands, copies, result, result.clone()))
        return out

    def records(self) -> tuple[Recorded, ...]:
        """What was computed, in order; asked for once all has been seen."""
        labels = dict(self._labels)
        records = []
        for seen in self._seen:
            if seen.function in _BOOKKEEPING:
                continue
            axes = next((argument for argument in seen.arguments[1:] if isinstance(argument, (list, tuple))), None)
            named = tuple(
                labels.get(id(operand), "a") if isinstance(operand, Tensor) else f"{operand:g}"
                for operand in seen.operands
            )
            axis = axes[0] if axes else None
            records.append(Recorded(seen.function, tuple(seen.copies), named, seen.out, axis))
            labels[id(seen.result)] = seen.function.strip("_")
        return tuple(records)


@dataclass(slots=True, eq=False)
class Evaluation:
    """A program being computed, and then computed.

    Parameters
    ----------
    program, dtype
        What to compute, and in which floating-point type.
    switches
        Of these, `no_grad`, `detach` and `retain_grad` matter here.
    overrides
        A leaf's numbers in place of the program's, flat.
    constants
        What tensors that are cut off are to be, in place of what they would be: as `detached` of another evaluation.
    record
        Whether to take down operations and nodes, or only to compute.
    detached
        What autograd takes as constant: every detached tensor by its operation's id, and the class numbers of every
        cross_entropy by `_classes_key`.
    probabilities
        The places of the calls of cross_entropy whose target holds probabilities, not class numbers.
    """

    program: Program
    dtype: torch.dtype
    switches: Switches
    overrides: Mapping[str, Tensor] = field(default_factory=dict)
    constants: Mapping[str, Tensor] = field(default_factory=dict)
    record: bool = True
    tensors: dict[str, Tensor] = field(default_factory=dict)
    node_of: dict[str, str] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    detached: dict[str, Tensor] = field(default_factory=dict)
    probabilities: set[Place] = field(default_factory=set)
    engine_ids: dict[Node, str] = field(default_factory=dict)
    _count: int = 0

    def run(self) -> "Evaluation":
        """Compute every line.

        Raises
        ------
        ForwardRefusedError
            If PyTorch refuses one; what was computed before stays.
        """
        with torch.no_grad() if self.switches.no_grad else nullcontext():
            for statement in self.program.statements:
                name, expression = statement.name, statement.expression
                if statement.kind == "compute":
                    tensor, node, _ = self._tensor(expression)
                else:
                    tensor = self.overrides.get(name, literal(expression, self.dtype))
                    tensor = tensor.clone().requires_grad_(statement.kind == "param")
                    node = f"leaf:{name}"
                    self._keep_source(Source(node, name, tensor, take(tensor), statement.place.line))
                if self.switches.detach == name:
                    operand = (node, name, take(tensor))
                    tensor, node = self._detach(tensor, operand, f"{name}.detach()", f"detach:{name}", statement.place)
                if self.switches.retain_grad and not tensor.is_leaf:
                    tensor.retain_grad()
                self.tensors[name], self.node_of[name] = tensor, node
        return self

    @property
    def output(self) -> Tensor:
        """The last line's tensor."""
        return self.tensors[self.program.output]

    def _keep_source(self, source: Source) -> None:
        if self.record:
            self.sources.append(source)
            if source.tensor.requires_grad:
                self.engine_ids[get_gradient_edge(source.tensor).node] = source.id

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{kind}:{self._count}"

    def _value(self, expression: Expression) -> tuple[Operand, str, str]:
        """An operand with its node id (none for a number) and its label."""
        if isinstance(expression, Number):
            return expression.value, "", expression.text
        return self._tensor(expression)

    def _tensor(self, expression: Expression) -> tuple[Tensor, str, str]:
        if isinstance(expression, Name):
            return self.tensors[expression.name], self.node_of[expression.name], expression.name
        if isinstance(expression, (Number, Array)):
            tensor, node = literal(expression, self.dtype), self._next("data")
            self._keep_source(Source(node, expression.text, tensor, take(tensor), expression.place.line))
            return tensor, node, expression.text
        if isinstance(expression, Negative):
            operand = self._value(expression.operand)
            return self._operation(expression, "−", [operand], lambda: -operand[0])
        if isinstance(expression, Binary):
            left, right = self._value(expression.left), self._value(expression.right)
            symbol = SYMBOLS.get(expression.operator, expression.operator)
            apply = _BINARY[expression.operator]
            return self._operation(expression, symbol, [left, right], lambda: apply(left[0], right[0]))
        return self._call(expression)

    def _call(self, call: Call) -> tuple[Tensor, str, str]:
        first = self._tensor(call.arguments[0])
        if call.function == "detach":
            operand = (first[1], first[2], take(first[0]))
            tensor, node = self._detach(first[0], operand, call.text, self._next("op"), call.place)
            return tensor, node, call.text
        if call.function in {"sum", "mean"} and len(call.arguments) == 2:
            axis = call.arguments[1]
            reduce, along = getattr(torch, call.function), int(axis.value) if isinstance(axis, Number) else 0
            return self._operation(call, call.function, [first], lambda: reduce(first[0], along))
        if len(call.arguments) == 1:
            apply = FUNCTIONS[call.function]
            return self._operation(call, call.function, [first], lambda: apply(first[0]))
        other = self._tensor(call.arguments[1])
        if call.function == "cross_entropy":
            target = self._target(call, first[0], other[0])
            return self._operation(
                call, call.function, [first, other], lambda: functional.cross_entropy(first[0], target)
            )
        return self._operation(
            call, call.function, [first, other], lambda: functional.binary_cross_entropy(first[0], other[0])
        )

    def _target(self, call: Call, logits: Tensor, target: Tensor) -> Tensor:
        """The target of cross_entropy as PyTorch wants it: probabilities as they are, class numbers as integers.

        PyTorch tells the two apart by their type. Every tensor of a program is floating, so their shape does it here:
        probabilities have the shape of the logits, class numbers have one axis less.
        """
        if logits.dim() and target.shape == logits.shape:
            self.probabilities.add(call.place)
            return target
        key = _classes_key(call)
        numbers = self.constants.get(key, target).detach()
        self.detached[key] = numbers
        if not bool((numbers.isfinite() & (numbers == numbers.round())).all()):
            words, shape = call.arguments[1].text, tuple(target.shape)
            raise ForwardRefusedError(
                "",
                call.arguments[1].place,
                f"The target {words} has shape {shape}, the logits have shape {tuple(logits.shape)}. A target of "
                f"another shape than the logits must hold whole class numbers, and {words} does not.",
                "Write 0, 1, 2 … for the class of each row, or a probability for each logit.",
            )
        return numbers.long()

    def _operation(
        self,
        expression: Expression,
        label: str,
        operands: list[tuple[Operand, str, str]],
        compute: Callable[[], Any],
    ) -> tuple[Tensor, str, str]:
        identity = self._next("op")
        labels = {id(operand): label for operand, _, label in operands if isinstance(operand, Tensor)}
        recorder = _Recorder({key: short(label) for key, label in labels.items()}) if self.record else None
        try:
            # Nothing but the library's own call: what it raises is shown as the library's words.
            with recorder or nullcontext():
                tensor: Tensor = compute()
        except REFUSALS as error:
            fix = _advice(expression, [operand for operand, _, _ in operands])
            raise ForwardRefusedError(str(error), expression.place, fix=fix) from None
        if tensor.numel() > MAX_RESULT:
            raise ForwardRefusedError(
                "",
                expression.place,
                f"A tensor here holds at most {MAX_RESULT} numbers; this one would hold {tensor.numel()}.",
                "Use smaller operands.",
            )
        if recorder is not None:
            nodes = tuple(self._new_nodes(tensor.grad_fn))
            for index, node in enumerate(nodes):
                self.engine_ids[node] = identity if index == len(nodes) - 1 else f"{identity}.{index}"
            used = tuple((node, label, take(x)) for x, node, label in operands if isinstance(x, Tensor))
            self.operations.append(
                Operation(
                    identity,
                    label,
                    expression.text,
                    expression.place.line,
                    expression,
                    used,
                    tensor,
                    take(tensor),
                    recorder.records(),
                    nodes,
                )
            )
        return tensor, identity, expression.text

    def _detach(
        self, tensor: Tensor, operand: tuple[str, str, TensorValue], text: str, identity: str, place: Place
    ) -> tuple[Tensor, str]:
        result = self.constants.get(identity, tensor).detach()
        self.detached[identity] = result
        if self.record:
            self.operations.append(
                Operation(identity, "detach", text, place.line, None, (operand,), result, take(result), (), ())
            )
        return result, identity

    def _new_nodes(self, grad_fn: Node | None) -> Iterator[Node]:
        """The nodes that an operation made, in the order of their making."""
        fresh: list[Node] = []
        todo = [grad_fn]
        while todo:
            node = todo.pop()
            if node is not None and node not in self.engine_ids and node not in fresh:
                fresh.append(node)
                todo += [parent for parent, _ in node.next_functions]
        yield from sorted(fresh, key=lambda node: node._sequence_nr())  # noqa: SLF001 no public twin


def _classes_key(call: Call) -> str:
    return f"classes:{call.place.line}:{call.place.column}"


def _advice(expression: Expression, operands: Sequence[Operand]) -> str:
    """What to do about an operation that PyTorch refuses, in a sentence or two."""
    shapes = [tuple(operand.shape) if isinstance(operand, Tensor) else () for operand in operands]
    match expression:
        case Call("cross_entropy") if not shapes[0]:
            return "The logits need an axis: write one number for each class."
        case Call("cross_entropy"):
            classes = shapes[0][min(1, len(shapes[0]) - 1)]
            rows = f" for each row, {shapes[0][0]} in all" if len(shapes[0]) > 1 else ""
            return f"As target write a class number from 0 to {classes - 1}{rows}, or a probability for each logit."
        case Call("bce") if shapes[0] == shapes[1]:
            return "bce takes numbers from 0 to 1 only, as sigmoid makes them, both as prediction and as target."
        case Call("sum" | "mean", arguments) if len(arguments) == 2:
            rank = len(shapes[0])
            if not rank:
                return f"{arguments[0].text} is a single number: leave the axis out."
            axes = f"its axes are 0 to {rank - 1}" if rank > 1 else "its only axis is 0"
            return f"{arguments[0].text} has shape {shapes[0]}: {axes}."
    given = " and ".join(map(str, shapes))
    return f"The shapes of its operands are {given}. Change the numbers of a leaf so that they fit."


def short(label: str) -> str:
    """A label that fits into a formula: long expressions give way to a letter."""
    return label if len(label) <= 16 else "a"


def literal(expression: Expression, dtype: torch.dtype) -> Tensor:
    """The tensor that a number or an array in brackets stands for.

    Raises
    ------
    TypeError
        If `expression` is computed.
    """
    if isinstance(expression, Number):
        return torch.tensor(float(expression.value), dtype=dtype)
    if isinstance(expression, Array):
        return torch.tensor(expression.rows[0] if expression.ndim == 1 else expression.rows, dtype=dtype)
    raise TypeError(f"{expression.text!r} is computed, not written down")


def saved(node: Node) -> tuple[tuple[SavedTensor, ...], tuple[tuple[str, str], ...]]:
    """What `node` keeps for backward: tensors (None if no longer readable), and other attributes as text."""
    tensors: list[SavedTensor] = []
    numbers: list[tuple[str, str]] = []
    held = tensor_names(node)
    for attribute in dir(node):
        if attribute.startswith("_saved_") and "_sym_" not in attribute:
            name = attribute.removeprefix("_saved_")
            content = readable(node, name)
            if name in held and isinstance(content, (Tensor, RuntimeError)):
                tensors.append(SavedTensor(name, take(content) if isinstance(content, Tensor) else None))
            elif name not in held and content is not None:
                numbers.append((name, _signed(content)))
    return tuple(tensors), tuple(numbers)


def tensor_names(node: Node) -> frozenset[str]:
    """The names of the saved tensors that `node` may hold."""
    return frozenset(name.removeprefix("_raw_saved_") for name in dir(node) if name.startswith("_raw_saved_"))


def readable(node: Node, name: str) -> Any:
    """``node._saved_<name>``, or PyTorch's refusal to give it."""
    try:
        return getattr(node, f"_saved_{name}")
    except RuntimeError as error:
        return error


def _is_kept(node: Node, name: str) -> bool:
    return isinstance(readable(node, name), Tensor)


def _signed(content: object) -> str:
    # PyTorch shows a negative int64 attribute as its unsigned twin.
    if isinstance(content, int) and content >= 2**63:
        return str(content - 2**64)
    return str(content)


@dataclass(slots=True, eq=False)
class RawStep:
    """One node run by the engine, as its hooks saw it."""

    node: Node
    upstream: Tensor
    handed: tuple[Tensor | None, ...]
    grad_before: Tensor | None
    grad_after: Tensor | None
    freed: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Watch:
    """Hooks on every node of a graph; collects the steps of each backward call.

    Parameters
    ----------
    nodes
        All nodes reachable from the output.
    """

    nodes: tuple[Node, ...]
    steps: list[RawStep] = field(default_factory=list)
    running: Node | None = None
    _before: Tensor | None = None
    _alive: tuple[str, ...] = ()
    _last: RawStep | None = None
    _fault: Exception | None = None

    def start(self) -> None:
        """Put the hooks in place."""
        for node in self.nodes:
            node.register_prehook(self._enter(node))
            node.register_hook(self._leave(node))

    def _enter(self, node: Node) -> Callable[[tuple[Tensor, ...]], None]:
        def hook(_: tuple[Tensor, ...]) -> None:
            with self._own():
                self._settle()
                self.running = node
                self._before = _grad_of(node)
                self._alive = tuple(held for held in sorted(tensor_names(node)) if _is_kept(node, held))

        return hook

    def _leave(self, node: Node) -> Callable[[tuple[Tensor | None, ...], tuple[Tensor, ...]], None]:
        def hook(handed: tuple[Tensor | None, ...], upstream: tuple[Tensor, ...]) -> None:
            with self._own():
                copies = tuple(flow.detach().clone() if flow is not None else None for flow in handed or ())
                step = RawStep(node, upstream[0].detach().clone(), copies, self._before, _grad_of(node))
                self.steps.append(step)
                self.running, self._last = None, step

        return hook

    @contextmanager
    def _own(self) -> Iterator[None]:
        """Marks what a hook of this lesson raises, so that it is not taken for PyTorch's refusal."""
        try:
            yield
        except Exception as fault:
            self._fault = fault
            raise

    def _settle(self) -> None:
        """The engine frees a node's saved tensors after its hooks have run, so look at them now."""
        if self._last is not None:
            node = self._last.node
            self._last.freed = tuple(name for name in self._alive if isinstance(readable(node, name), RuntimeError))
            self._last = None

    def backward(self, output: Tensor, *, retain_graph: bool) -> tuple[list[RawStep], str, Node | None]:
        """Call ``output.backward()``; its steps, PyTorch's refusal (or ``""``) and the node that was running then."""
        self.steps, self.running = [], None
        message = ""
        try:
            output.backward(retain_graph=retain_graph)  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            if self._fault is not None:
                raise self._fault from error
            message = str(error)
        self._settle()
        return self.steps, message, self.running if message else None


def _grad_of(node: Node) -> Tensor | None:
    variable = getattr(node, "variable", None)
    if variable is None or variable.grad is None:
        return None
    return variable.grad.detach().clone()  # type: ignore[no-any-return]


def reachable(output: Tensor) -> tuple[Node, ...]:
    """The nodes that a backward from `output` may run; none if it has no graph."""
    if not output.requires_grad:
        return ()
    found: list[Node] = []
    todo: list[Node | None] = [get_gradient_edge(output).node]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.append(node)
            todo += [parent for parent, _ in node.next_functions]
    return tuple(found)


_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "@": lambda a, b: a @ b,
}
FUNCTIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "sin": torch.sin,
    "exp": torch.exp,
    "log": torch.log,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "softmax": lambda x: torch.softmax(x, -1),
    "sum": torch.sum,
    "mean": torch.mean,
}
