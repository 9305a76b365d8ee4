"""Watches a program that runs in PyTorch: what autograd records of it, and what its engine does.

Nothing here imitates autograd: operations are observed where they reach ATen, nodes are the real `grad_fn`
objects, and the order and the flows of a backward pass come from hooks on those nodes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node, get_gradient_edge
from torch.utils._python_dispatch import TorchDispatchMode

from primer_core.backend.interface import Declined
from primer_core.language.evaluator import carried_out
from primer_core.language.limits import MAX_ELEMENTS, thousands
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import arrays_in
from primer_core.language.table.entry import Bound, Entry
from primer_core.lessons.autograd_graph.derivatives import Recorded
from primer_core.lessons.autograd_graph.graph import SavedTensor, Switches, TensorValue
from primer_core.lessons.autograd_graph.program import Program
from primer_core.lessons.autograd_graph.run import Run, bound_names

LONGEST_LABEL = 24
"""Most letters of code that are written large on a node."""

MAX_NODES = 60
"""Nodes of a graph that is drawn."""

BACKWARD = ("Tensor.backward", "torch.autograd.grad")
"""What makes the engine run."""

_SYMBOLS: Mapping[str, str] = {"*": "×", "-": "−", "-x": "−", "+x": "+", "~x": "~"}
_SHORTER = {"binary_cross_entropy": "bce", "binary_cross_entropy_with_logits": "bce_with_logits"}
# What makes no tensor of its own, or whose effect is seen elsewhere: on .grad, on requires_grad.
_UNSEEN = ("Tensor.grad=", "Tensor.requires_grad=", "Tensor.requires_grad_", "Tensor.retain_grad")
# Below a dispatch mode these do not give away memory.
_OUT_OF_PYTORCH = ("Tensor.numpy", "Tensor.item", "Tensor.tolist")
# What reaches ATen only to keep its books, and gives back the same numbers.
_SAME = ("detach", "lift_fresh", "alias")
_CHANGED_SINCE = "modified by an inplace operation"


@dataclass(slots=True, eq=False)
class Source:
    """A tensor that was written down, not computed.

    Parameters
    ----------
    late
        Whether it is there only once something happened: a ``.grad``.
    """

    id: str
    text: str
    tensor: Tensor
    value: TensorValue
    version: int
    line: int
    late: bool = False
    label: str = ""

    @property
    def shown(self) -> str:
        """What is written large on its node: its name, or what it was written as."""
        if self.label or len(self.text) <= LONGEST_LABEL:
            return self.label or self.text or "tensor"
        return f"{self.text.partition('(')[0]}(…)" if "(" in self.text else f"{self.text[:LONGEST_LABEL]}…"


@dataclass(slots=True, eq=False)
class Operation:
    """An operation of the program, computed.

    Parameters
    ----------
    label
        The operator's symbol, or the function's name.
    entry
        The name of the library's function, as the table has it.
    operands
        The (node id, label, value) of each tensor operand, as it was before.
    inputs
        The operands themselves.
    outputs
        What came of it; of an operation in place, the tensor that it changed.
    value, version
        Of the first output, then.
    engine_nodes
        The `grad_fn` nodes made, in order. Empty if autograd did not record it.
    recording
        Whether autograd was recording.
    code
        What it is in the code panel.
    changes
        The statement of the code panel that changes a tensor in place by it; empty if it makes a new one.
    """

    id: str
    label: str
    text: str
    line: int
    entry: str
    operands: tuple[tuple[str, str, TensorValue], ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    value: TensorValue
    version: int
    engine_nodes: tuple[Node, ...]
    recording: bool
    code: str
    changes: str = ""

    @property
    def tensor(self) -> Tensor:
        """The first output."""
        return self.outputs[0]


Part = Source | Operation


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What an operation in place changed besides its own result.

    Parameters
    ----------
    values
        (node id, numbers, ``_version``) of every tensor in the same memory.
    stale
        (node id, saved tensor) of what can no longer be read, since it was changed after it had been saved.
    unnoticed
        (node id, saved tensor) of what has other numbers than it was saved with, and can still be read.
    """

    values: tuple[tuple[str, TensorValue, int], ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    unnoticed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """An operation was computed."""

    operation: Operation
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """A tensor was changed in place without a word to autograd.

    Parameters
    ----------
    node, text, name
        Of the tensor, the call, and what it is called.
    statement
        That did it, as the code panel has it.
    """

    node: str
    text: str
    name: str
    statement: str
    value: TensorValue
    version_before: int
    version_after: int
    changes: Changes


@dataclass(frozen=True, slots=True, eq=False)
class GradChanged:
    """The ``.grad`` of tensors was set, by the program itself: (node id, numbers or None)."""

    text: str
    grads: tuple[tuple[str, TensorValue | None], ...]


@dataclass(slots=True, eq=False)
class RawStep:
    """One node run by the engine, as its hooks saw it.

    Parameters
    ----------
    upstreams
        The gradient by each of the node's outputs; None for one that nothing came to.
    handed
        What it handed on, by the index in ``next_functions``.
    """

    node: Node
    upstreams: tuple[Tensor | None, ...]
    handed: tuple[Tensor | None, ...]
    grad_before: Tensor | None
    grad_after: Tensor | None
    freed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class WentBack:
    """The engine ran.

    Parameters
    ----------
    text, root, seed
        The call; the (node id, name) that it began at; and the gradient that it was given, None for the number 1.
    began
        What it began at, as the code panel has it.
    wanted
        (node id, name) of what ``torch.autograd.grad`` was asked for.
    is_grad
        Whether it is ``torch.autograd.grad``, which returns gradients and keeps none.
    keeps, creates
        Whether the graph is kept, and whether the way back is recorded, too.
    line
        Of the program; 0 if a switch added the call.
    guilty
        The node that was running when it failed.
    message
        The library's words; empty if it went through.
    """

    text: str
    root: tuple[str, str]
    began: str
    wanted: tuple[tuple[str, str], ...]
    tensor: Tensor
    seed: Tensor | None
    is_grad: bool
    keeps: bool
    creates: bool
    line: int
    steps: tuple[RawStep, ...]
    guilty: Node | None
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A call of a library: its line of the table, its arguments, where it stands, and as what in PyTorch."""

    entry: Entry
    bound: Bound
    place: Place
    node: ast.expr | ast.stmt | None


@dataclass(frozen=True, slots=True, eq=False)
class Halted:
    """A statement failed."""

    rejection: Rejection


Event = Computed | Edited | GradChanged | WentBack | Halted


def take(tensor: Tensor) -> TensorValue:
    """The numbers of `tensor` now."""
    plain = tensor.detach()
    if plain._is_zerotensor():  # noqa: SLF001 no public twin: zeros that PyTorch has put nowhere, as of sgn's slope
        plain = torch.zeros(plain.shape, dtype=plain.dtype)
    return TensorValue(tuple(plain.shape), tuple(plain.flatten().tolist()))


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
    keywords: Mapping[str, Any]
    copies: Sequence[Any]
    results: Sequence[Tensor]
    out: Tensor


@contextmanager
def _own(watching: _Recorder | Watch) -> Iterator[None]:
    """Notes what this lesson raises while it watches, so that it is not taken for PyTorch's refusal."""
    try:
        yield
    except Exception as fault:
        watching.fault = fault
        raise


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees every ATen operation below autograd, with its operands."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: list[_Seen] = []
        self.fault: Exception | None = None

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with _own(self):
            copies = [_copied(argument) for argument in args]
        out = func(*args, **(kwargs or {}))
        with _own(self):
            results = [each for each in (out if isinstance(out, tuple | list) else (out,)) if isinstance(each, Tensor)]
            if results:
                name = func.overloadpacket.__name__
                self.seen.append(_Seen(name, args, kwargs or {}, copies, results, _copied(results[0])))
        return out


def _copied(argument: Any) -> Any:
    """Copy the tensors in an argument, but for those that are too large to be drawn: a program with such is refused."""
    if isinstance(argument, Tensor):
        return argument.clone() if argument.numel() <= MAX_ELEMENTS else argument
    return [_copied(each) for each in argument] if isinstance(argument, list | tuple) else argument


class Watcher:
    """A program that runs, and what was seen of it.

    Parameters
    ----------
    program, switches
        What to run.
    """

    def __init__(self, program: Program, switches: Switches) -> None:
        self.program = program
        self.run = Run(program, switches, self._carry_out, self._after, self._halted)
        self.sources: list[Source] = []
        self.operations: list[Operation] = []
        self.events: list[Event] = []
        self.engine_ids: dict[Node, str] = {}
        self.records: dict[Node, Recorded] = {}
        # What a library declined last.
        self.declined: Asked | None = None
        # By the id() of a tensor: its node, and the tensor itself, so that no other one gets the same id().
        self._at: dict[int, tuple[str, Tensor]] = {}
        self._waiting: dict[int, tuple[str, int, Tensor]] = {}
        self._inside: dict[int, set[int]] = {}
        self._stale: set[tuple[Node, str]] = set()
        self._grads: dict[int, tuple[Tensor | None, int]] = {}
        self._used: set[str] = set()
        self._counts = {"op": 0, "data": 0}
        # The ids that sources had before they got one by their name.
        self.renamed: dict[str, str] = {}
        # What each node kept for backward when it was made.
        self.kept: dict[str, tuple[tuple[SavedTensor, ...], tuple[tuple[str, str], ...]]] = {}

    # What is asked when all is done

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """The names that stand for tensors."""
        return self.run.tensors

    def node_of(self, tensor: Tensor) -> str:
        """The node that a tensor stands at; empty for one that is nowhere in the graph."""
        return self._at[id(tensor)][0] if id(tensor) in self._at else ""

    def held(self) -> Iterator[tuple[str, Tensor]]:
        """Yield each node's id with the tensor that stands there."""
        yield from self._at.values()

    def enters(self, operation: Operation, tensor: Tensor) -> str:
        """The node inside an operation at which an operand enters that is not followed."""
        for node in operation.engine_nodes:
            if node in self.engine_ids and id(tensor) in self._inside.get(id(node), ()):
                return self.engine_ids[node]
        return self.engine_ids[operation.engine_nodes[0]] if operation.engine_nodes else operation.id

    # What happens while the program runs

    def _halted(self, rejection: Rejection) -> None:
        self.events.append(Halted(rejection))

    def _carry_out(
        self, entry: Entry, place: Place, positional: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> tuple[Any, tuple[str, ...]]:
        result, warned = self._watched(entry, place, positional, keywords)
        if isinstance(result, Declined):
            bound = entry.bind(positional, keywords)
            self.declined = Asked(entry, bound, place, self.run.node_at(place))
        return result, warned

    def _watched(
        self, entry: Entry, place: Place, positional: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> tuple[Any, tuple[str, ...]]:
        if entry.name in BACKWARD:
            return self._back(entry, place, positional, keywords)
        if entry.uninitialised is not None and entry.uninitialised(entry.bind(positional, keywords)):
            message = (
                f"{entry.name} hands out memory as it finds it: what stands in it is no number of the program, and has "
                "no place in a graph. Write torch.zeros(…), or the numbers."
            )
            raise Rejection("refused", message, place)
        inputs = [each for each in arrays_in([*positional, *keywords.values()]) if isinstance(each, Tensor)]
        if not inputs or entry.name in _OUT_OF_PYTORCH:
            result, warned = carried_out(entry, place, positional, keywords)
            if not isinstance(result, Declined):
                self._written(result, place)
            return result, warned
        if entry.name == "Tensor.grad":
            result, warned = carried_out(entry, place, positional, keywords)
            if isinstance(result, Tensor) and id(result) not in self._at:
                self._waiting[id(result)] = (place.text, place.line, result)
            return result, warned
        is_grad = bool(entry.writes) and any(inputs[0] is grad for grad, _ in self._grads.values())
        # w.data -= ... ends with an assignment of what is there already.
        is_same = entry.name == "Tensor.data=" and len(inputs) > 1 and _shares(inputs[0], inputs[1])
        if (
            is_same
            or is_grad
            or (entry.rule.kind == "asked" and entry.name != "Tensor.detach_")
            or entry.name in _UNSEEN
        ):
            return carried_out(entry, place, positional, keywords)
        met = {self._node(each): each for each in inputs}
        operands = tuple((node, self._label(each), take(each)) for node, each in met.items())
        self._know_leaves(inputs)
        before = [version(each) for each in inputs]
        recorder = _Recorder()
        with recorder:
            result, warned = carried_out(entry, place, positional, keywords)
        if recorder.fault is not None:
            raise recorder.fault
        if not isinstance(result, Declined):
            made = result if result is not None else inputs[:1]
            outputs = [each for each in arrays_in(made) if isinstance(each, Tensor)]
            inner = [each for seen in recorder.seen for each in seen.results if each.grad_fn is not None]
            self._check([*outputs, *inner], place)
            self._note(recorder)
            if entry.writes:
                self._changed(entry, place, operands, inputs, before[0])
            else:
                self._computed(entry, place, operands, inputs, outputs)
        return result, warned

    def _written(self, result: Any, place: Place) -> None:
        """Take note of tensors that came from no other one."""
        tensors = [each for each in arrays_in(result) if isinstance(each, Tensor)]
        self._check(tensors, place)
        for tensor in tensors:
            if id(tensor) not in self._at:
                self._source(tensor, place.text, place.line)

    def _source(self, tensor: Tensor, text: str, line: int, *, late: bool = False) -> str:
        self._counts["data"] += 1
        identity = f"data:{self._counts['data']}"
        self.sources.append(Source(identity, text, tensor, take(tensor), version(tensor), line, late))
        self._at[id(tensor)] = (identity, tensor)
        return identity

    def _node(self, tensor: Tensor) -> str:
        """The node that a tensor stands at; one that nothing was known of gets its own."""
        if id(tensor) in self._at:
            identity = self._at[id(tensor)][0]
        elif id(tensor) in self._waiting:
            text, line, _ = self._waiting.pop(id(tensor))
            fresh = tuple(self._new_nodes([tensor.grad_fn]))
            if tensor.grad_fn is None:
                identity = self._source(tensor, text, line, late=True)
            else:
                made = self._operation(text, text, text, line, "Tensor.grad", (), (), (tensor,), fresh)
                self.events.append(Computed(made))
                identity = made.id
        else:
            identity = self._source(tensor, "", 0)
        self._used.add(identity)
        return identity

    def _label(self, tensor: Tensor) -> str:
        """What a tensor is called: its name, or what it was computed by."""
        for name, value in self.run.names.items():
            if value is tensor:
                return name
        identity = self.node_of(tensor)
        parts: tuple[Part, ...] = (*self.sources, *self.operations)
        return next((part.text for part in parts if part.id == identity), identity)

    def _know_leaves(self, tensors: Sequence[Tensor]) -> None:
        for tensor in tensors:
            node = (
                _gradient_node(tensor) if tensor.is_leaf and tensor.requires_grad and id(tensor) in self._at else None
            )
            if node is not None:
                self.engine_ids.setdefault(node, self._at[id(tensor)][0])

    def _check(self, tensors: Sequence[Tensor], place: Place) -> None:
        """Refuse what cannot be drawn."""
        for tensor in tensors:
            if tensor.is_complex():
                message = "A graph of complex numbers is not drawn here. Use real ones."
                raise Rejection("refused", message, place)
            if tensor.numel() > MAX_ELEMENTS:
                message = (
                    f"A tensor here holds at most {thousands(MAX_ELEMENTS)} numbers; this one would hold "
                    f"{thousands(tensor.numel())}. Use smaller operands."
                )
                raise Rejection("refused", message, place)
        nodes = len(self.sources) + sum(max(len(each.engine_nodes), 1) for each in self.operations)
        if nodes >= MAX_NODES:
            message = f"At most {MAX_NODES} nodes are drawn here. Leave out some operations."
            raise Rejection("refused", message, place)

    def _note(self, recorder: _Recorder, seed: str = "") -> None:
        """Keep what reached ATen, by the node that autograd made of it; `seed` is what backward began with."""
        labels: dict[int, str] = {}
        for seen in recorder.seen:
            named = []
            inside: set[int] = set()
            for argument in seen.arguments:
                for each in argument if isinstance(argument, list | tuple) else (argument,):
                    if isinstance(each, Tensor):
                        known = short(self._label(each)) if id(each) in self._at else "…"
                        named.append(labels.get(id(each), known))
                        inside.add(id(each))
                    else:
                        named.append(f"{each:g}" if isinstance(each, int | float) else str(each))
            flat = [
                each
                for argument in seen.copies
                for each in (argument if isinstance(argument, list | tuple) else (argument,))
            ]
            kept = [place for place, each in enumerate(flat) if isinstance(each, Tensor | int | float)]
            recorded = Recorded(
                seen.function,
                tuple(flat[place] for place in kept),
                tuple(named[place] for place in kept),
                seen.out,
                tuple(seen.copies),
                dict(seen.keywords),
            )
            for result in seen.results:
                labels[id(result)] = labels.get(id(seen.arguments[0]), "") if seen.function in _SAME else ""
                if not labels[id(result)]:
                    labels[id(result)] = seed if seed and seen.function == "ones_like" else seen.function.strip("_")
                node = result.grad_fn
                if node is not None and node not in self.engine_ids:
                    before = self.records.get(node)
                    if before is not None and seen.function == "squeeze_":
                        # A product with a vector takes the axis that it lent away from its result, in place: what was
                        # computed before has the node behind.
                        behind = node.next_functions[0][0] if node.next_functions else None
                        if behind is not None and behind not in self.engine_ids:
                            self.records.setdefault(behind, before)
                            self._inside.setdefault(id(behind), set()).update(self._inside.get(id(node), ()))
                        self.records[node] = recorded
                    self.records.setdefault(node, recorded)
                    self._inside.setdefault(id(node), set()).update(inside)

    def _new_nodes(self, roots: Sequence[Node | None]) -> Iterator[Node]:
        """The nodes behind roots that were not there before, in the order of their making."""
        fresh: list[Node] = []
        todo = list(roots)
        while todo:
            node = todo.pop()
            if node is not None and node not in self.engine_ids and node not in fresh:
                if leaf_of(node) is not None:
                    self._node(leaf_of(node))
                    self._know_leaves([leaf_of(node)])
                    continue
                fresh.append(node)
                todo += [parent for parent, _ in node.next_functions]
        yield from _operands_first(sorted(fresh, key=lambda node: node._sequence_nr()))  # noqa: SLF001 no public twin

    def _operation(
        self,
        label: str,
        text: str,
        code: str,
        line: int,
        entry: str,
        operands: tuple[tuple[str, str, TensorValue], ...],
        inputs: Sequence[Tensor],
        outputs: tuple[Tensor, ...],
        nodes: tuple[Node, ...],
        changes: str = "",
    ) -> Operation:
        self._counts["op"] += 1
        identity = f"op:{self._counts['op']}"
        main = outputs[0].grad_fn if outputs[0].grad_fn in nodes else nodes[-1] if nodes else None
        inner = [node for node in nodes if node is not main]
        for place, node in enumerate(inner):
            self.engine_ids[node] = f"{identity}.{place}"
        if main is not None:
            self.engine_ids[main] = identity
        for node in nodes:
            self.kept[self.engine_ids[node]] = saved(node)
        for place, output in enumerate(outputs):
            own = self.engine_ids.get(output.grad_fn) if output.grad_fn is not None else None
            self._at[id(output)] = (own or (f"{identity}:{place}" if place else identity), output)
        operation = Operation(
            identity, label, text, line, entry, operands, tuple(inputs), outputs, take(outputs[0]),
            version(outputs[0]), nodes, torch.is_grad_enabled(), code, changes,
        )  # fmt: skip
        self.operations.append(operation)
        return operation

    def _computed(
        self,
        entry: Entry,
        place: Place,
        operands: tuple[tuple[str, str, TensorValue], ...],
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
    ) -> None:
        is_cut = entry.name == "Tensor.detach_"
        fresh = tuple(each for each in outputs if is_cut or id(each) not in self._at)
        if not fresh:
            return
        nodes = tuple(self._new_nodes([each.grad_fn for each in fresh]))
        label = label_of(entry)
        code = self.run.in_code(place)
        made = self._operation(label, place.text, code, self._line(place), entry.name, operands, inputs, fresh, nodes)
        self.events.append(Computed(made))

    def _changed(
        self,
        entry: Entry,
        place: Place,
        operands: tuple[tuple[str, str, TensorValue], ...],
        inputs: Sequence[Tensor],
        before: int,
    ) -> None:
        """Take note of what was changed in place: with a new node, or behind autograd's back."""
        target = inputs[0]
        text = f"{place.text} = …" if entry.name.endswith(".[]=") else place.text
        statement = ast.unparse(self.run.now)
        sharing = [(identity, each) for identity, each in self._current() if _shares(each, target)]
        followed = [each for _, each in sharing if each.requires_grad and each.grad_fn not in self.engine_ids]
        nodes = tuple(self._new_nodes([each.grad_fn for each in (target, *followed)]))
        before_at = {id(each): identity for identity, each in sharing}
        if nodes:
            changed = (target, *(each for each in followed if each is not target and each.grad_fn in nodes))
            made = self._operation(
                label_of(entry), text, self.run.in_code(place), self._line(place), entry.name, operands, inputs,
                changed, nodes, statement,
            )  # fmt: skip
            others = [each for _, each in sharing if all(each is not own for own in changed)]
            values = tuple((self.node_of(each), take(each), version(each)) for each in others)
            self.events.append(Computed(made, Changes(values, self._new_stale(), self._new_unnoticed())))
        elif version(target) != before or entry.name == "Tensor.data=":
            values = tuple((before_at[id(each)], take(each), version(each)) for _, each in sharing)
            node = self.node_of(target)
            self.events.append(
                Edited(node, text, self._label(target), statement, take(target), before, version(target),
                       Changes(values, self._new_stale(), self._new_unnoticed()))
            )  # fmt: skip

    def _current(self) -> Iterator[tuple[str, Tensor]]:
        yield from self._at.values()

    def _new_stale(self) -> tuple[tuple[str, str], ...]:
        found = []
        for node, identity in self.engine_ids.items():
            for name in sorted(tensor_names(node)):
                content = readable(node, name)
                if (
                    isinstance(content, RuntimeError)
                    and _CHANGED_SINCE in str(content)
                    and (node, name) not in self._stale
                ):
                    self._stale.add((node, name))
                    found.append((identity, name))
        return tuple(found)

    def _new_unnoticed(self) -> tuple[tuple[str, str], ...]:
        found = []
        for node, identity in self.engine_ids.items():
            for held in self.kept.get(identity, ((), ()))[0]:
                content = readable(node, held.name) if (node, held.name) not in self._stale else None
                # As texts, in which nan is equal to nan.
                if isinstance(content, Tensor) and held.value is not None and str(take(content)) != str(held.value):
                    self._stale.add((node, held.name))
                    found.append((identity, held.name))
        return tuple(found)

    def _line(self, place: Place) -> int:
        return 0 if self.run.is_added else place.line

    def _after(self, statement: ast.stmt) -> None:
        """Name what was written down, and see which ``.grad`` the program has changed."""
        for name in bound_names(statement):
            value = self.run.names.get(name)
            if isinstance(value, Tensor):
                self._named(name, value)
        text = ast.unparse(statement)
        self._compare_grads(text)

    def _named(self, name: str, tensor: Tensor) -> None:
        identity = self._node(tensor)
        source = next((each for each in self.sources if each.id == identity), None)
        if source is None or source.label:
            return
        source.label = name
        taken = {each.id for each in self.sources}
        if not any(each is source for each in self.sources) or self._is_operand(identity):
            return
        wanted = f"leaf:{name}"
        source.id = wanted if wanted not in taken else f"{wanted}.{len(taken)}"
        self.renamed[identity] = source.id
        self._at[id(tensor)] = (source.id, tensor)
        for node, known in list(self.engine_ids.items()):
            if known == identity:
                self.engine_ids[node] = source.id

    def _is_operand(self, identity: str) -> bool:
        used = any(identity == node for each in self.operations for node, _, _ in each.operands)
        return used or any(isinstance(event, Edited) and event.node == identity for event in self.events)

    def _compare_grads(self, text: str) -> None:
        changed = []
        for identity, tensor in list(self._at.values()):
            if not (tensor.is_leaf or tensor.retains_grad):
                continue
            grad = tensor.grad
            seen = (grad, version(grad) if grad is not None else 0)
            known = self._grads.get(id(tensor), (None, 0))
            if seen[0] is not known[0] or seen[1] != known[1]:
                changed.append((identity, None if grad is None else take(grad)))
            self._grads[id(tensor)] = seen
        if changed:
            self.events.append(GradChanged(text, tuple(changed)))

    def _back(
        self, entry: Entry, place: Place, positional: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> tuple[Any, tuple[str, ...]]:
        given = entry.bind(positional, keywords)
        is_grad = entry.name == "torch.autograd.grad"
        roots = [
            each for each in arrays_in(given.get("outputs") if is_grad else positional[0]) if isinstance(each, Tensor)
        ]
        seeds = [each for each in arrays_in(given.get("grad_outputs", "gradient")) if isinstance(each, Tensor)]
        wanted = [each for each in arrays_in(given.get("inputs")) if isinstance(each, Tensor)] if is_grad else []
        for tensor in (*roots, *wanted):
            self._node(tensor)
        self._know_leaves([*roots, *wanted, *(each for _, each in self._current())])
        operands = tuple((self._node(each), self._label(each), take(each)) for each in (*roots, *wanted))
        creates = bool(given.get("create_graph"))
        watch = Watch(reachable(roots))
        recorder = _Recorder() if creates else None
        watch.start()
        try:
            with recorder or nullcontext():
                result, warned = carried_out(entry, place, positional, keywords)
        finally:
            watch.stop()
        fault = watch.fault or (recorder.fault if recorder is not None else None)
        if fault is not None:
            raise fault
        failed = isinstance(result, Declined)
        root = roots[0] if roots else None
        event = WentBack(
            text=place.text,
            root=(self._node(root), self._label(root)) if root is not None else ("", ""),
            began=self._began(place),
            wanted=tuple((self._node(each), self._label(each)) for each in wanted),
            tensor=root if root is not None else torch.zeros(()),
            seed=seeds[0].detach().clone() if seeds else None,
            is_grad=is_grad,
            keeps=bool(given.get("retain_graph")) or creates,
            creates=creates,
            line=self._line(place),
            steps=tuple(watch.steps),
            guilty=watch.running if failed else None,
            message=result.words if isinstance(result, Declined) else "",
        )
        self.events.append(event)
        for _, tensor in list(self._at.values()):
            if tensor.is_leaf or tensor.retains_grad:
                grad = tensor.grad
                self._grads[id(tensor)] = (grad, version(grad) if grad is not None else 0)
        if failed:
            return result, warned
        if recorder is not None:
            self._note(recorder, seed="g")
        gradients = tuple(each for each in arrays_in(result) if isinstance(each, Tensor) and id(each) not in self._at)
        if gradients:
            nodes = tuple(self._new_nodes([each.grad_fn for each in gradients]))
            made = self._operation(
                "grad", place.text, self.run.in_code(place), self._line(place), entry.name, operands,
                (*roots, *wanted), gradients, nodes,
            )  # fmt: skip
            self.events.append(Computed(made))
        return result, warned

    def _began(self, place: Place) -> str:
        """What a run of the engine begins at, as the code panel has it."""
        match self.run.node_at(place):
            case ast.Call(ast.Attribute(root, "backward")) | ast.Call(_, [root, *_]):
                return ast.unparse(root)
        return ""


def label_of(entry: Entry) -> str:
    """What is written large on the node of a function: an operator's sign, or its name."""
    owner, _, name = entry.name.rpartition(".")
    if name in ("[]", "[]="):
        return "[ ]" if name == "[]" else "[ ] ="
    if owner == "operator":
        sign = name.removesuffix("=") if name not in ("<=", ">=", "==", "!=") else name
        return _SYMBOLS.get(sign, sign) + ("=" if sign != name else "")
    if entry.attribute:
        return f".{name}"
    return _SHORTER.get(name, name)


def short(label: str) -> str:
    """A label that fits into a formula: of a long expression what is called last, or dots."""
    if len(label) <= 16:
        return label
    match code_expression(label):
        case ast.Call(ast.Attribute(_, name) | ast.Name(name)):
            return f"{name}(…)"
    return "…"


def _operands_first(nodes: Sequence[Node]) -> Iterator[Node]:
    """Put nodes into an order in which each follows those that it hands a gradient to, else as they stand."""
    left = list(nodes)
    while left:
        node = next(each for each in left if not any(parent in left for parent, _ in each.next_functions))
        left.remove(node)
        yield node


def _shares(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors lie in the same memory."""
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


def leaf_of(node: Node) -> Any:
    """The leaf whose gradient a node accumulates; None for any other node."""
    return getattr(node, "variable", None) if node.name().endswith("AccumulateGrad") else None


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
class Watch:
    """Hooks on every node of a graph while the engine runs; collects its steps.

    Parameters
    ----------
    nodes
        All nodes reachable from the output.
    running
        The node that runs now.
    fault
        What a hook raised, by a fault of its own.
    """

    nodes: tuple[Node, ...]
    steps: list[RawStep] = field(default_factory=list)
    running: Node | None = None
    fault: Exception | None = None
    _before: Tensor | None = None
    _alive: tuple[str, ...] = ()
    _last: RawStep | None = None
    _handles: list[Any] = field(default_factory=list)

    def start(self) -> None:
        """Put the hooks in place."""
        for node in self.nodes:
            self._handles.append(node.register_prehook(self._enter(node)))
            self._handles.append(node.register_hook(self._leave(node)))

    def stop(self) -> None:
        """Take the hooks away."""
        self._settle()
        for handle in self._handles:
            handle.remove()

    def _enter(self, node: Node) -> Callable[[tuple[Tensor, ...]], None]:
        def hook(_: tuple[Tensor, ...]) -> None:
            with _own(self):
                self._settle()
                self.running = node
                self._before = _grad_of(node)
                self._alive = tuple(held for held in sorted(tensor_names(node)) if _is_kept(node, held))

        return hook

    def _leave(self, node: Node) -> Callable[[tuple[Tensor | None, ...], tuple[Tensor, ...]], None]:
        def hook(handed: tuple[Tensor | None, ...], upstream: tuple[Tensor | None, ...]) -> None:
            with _own(self):
                step = RawStep(node, _kept(upstream), _kept(handed or ()), self._before, _grad_of(node))
                self.steps.append(step)
                self.running, self._last = None, step

        return hook

    def _settle(self) -> None:
        """The engine frees a node's saved tensors after its hooks have run, so look at them now."""
        if self._last is not None:
            node = self._last.node
            self._last.freed = tuple(name for name in self._alive if isinstance(readable(node, name), RuntimeError))
            self._last = None


def _kept(tensors: Sequence[Tensor | None]) -> tuple[Tensor | None, ...]:
    return tuple(None if each is None else each.detach().clone() for each in tensors)


def _grad_of(node: Node) -> Tensor | None:
    variable = leaf_of(node)
    if variable is None or variable.grad is None:
        return None
    return variable.grad.detach().clone()  # type: ignore[no-any-return]


def _gradient_node(tensor: Tensor) -> Node | None:
    """The node that a tensor's gradient comes to; None for a view of a leaf from under ``no_grad()``: it has none."""
    try:
        return get_gradient_edge(tensor).node
    except AssertionError:
        return None


def reachable(outputs: Sequence[Tensor]) -> tuple[Node, ...]:
    """The nodes that a backward from tensors may run; none if they have no graph."""
    found: list[Node] = []
    todo = [_gradient_node(output) for output in outputs if output.requires_grad]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.append(node)
            todo += [parent for parent, _ in node.next_functions]
    return tuple(found)
