"""Runs a program once more and keeps what its networks, optimisers and lists did, where a surprise needs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.execution import is_array, is_wrapped
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.layers import is_module, path_of
from primer_core.language.programs.modes import OF_GRADIENTS
from primer_core.language.programs.reading import read_program
from primer_core.language.rejection import Place
from primer_core.language.table.costs import size_of
from primer_core.lessons.own_lines.failing import nodes_of
from primer_core.lessons.own_lines.ledger import BACKWARD
from primer_core.lessons.own_lines.lost_gradients import MAKE_ANEW, LostStep, Watch
from primer_core.lessons.own_lines.statements import statement_numbers
from primer_core.lessons.own_lines.surprises.line import numbers
from primer_core.lessons.own_lines.trace import Trace

Run = tuple[int, int]
_Entries = tuple[tuple[Run, Any, NDArray[Any]], ...]


@dataclass(frozen=True, slots=True)
class Put:
    """What a statement puts into a list or a dict.

    Parameters
    ----------
    name
        Of the list or the dict.
    added
        What it puts there.
    statement
        The statement as code, with ``{}`` for what it puts there.
    """

    name: str
    added: ast.expr
    statement: str


def put_in(node: ast.stmt) -> Put | None:
    """Return what a statement may put into a list or a dict behind what that has; None for any other statement."""
    match node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [added], [])):
            return Put(name, added, f"{name}.append({{}})")
        case ast.AugAssign(ast.Name(name), ast.Add(), ast.List([added])):
            return Put(name, added, f"{name} += [{{}}]")
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(other), ast.Add(), ast.List([added]))) if name == other:
            return Put(name, added, f"{name} = {name} + [{{}}]")
        case ast.Assign([ast.Subscript(ast.Name(name), index)], added) if not isinstance(index, ast.Slice | ast.Tuple):
            key = ast.unparse(index).replace("{", "{{").replace("}", "}}")
            return Put(name, added, f"{name}[{key}] = {{}}")
    return None


@dataclass(frozen=True, slots=True)
class _Stepped:
    """What an optimiser held when it took its last step in a line.

    Parameters
    ----------
    name
        Of the optimiser.
    held, names, without
        Its parameters; their names, by `id`; which of them had no gradient.
    lost
        What had cut gradients off on the way to the loss.
    alike
        Weights of linear layers whose rows are equal, as are those of their gradients: names, and how many rows.
    frozen
        Names of those that require no gradient, have one, and were changed.
    """

    name: str
    held: tuple[Any, ...]
    lost: tuple[LostStep, ...]
    names: Mapping[int, str]
    without: frozenset[int]
    alike: tuple[tuple[str, int], ...]
    frozen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Back:
    """What ``backward()`` was asked of."""

    is_leaf: bool
    lost: tuple[LostStep, ...]
    gradients: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class _Moved:
    """A batch norm without a trainable parameter whose running mean was changed."""

    layer: str
    index: int
    before: float
    after: float


@dataclass(eq=False)
class ModelWatch(Watch):
    """Runs a program once more and keeps what its networks, optimisers and lists did.

    Parameters
    ----------
    stepped, back, moved, lacking, filled
        By statement, and how-manieth time: a step of an optimiser, a way back, a batch norm that was changed, what a
        state that was loaded lacks, and all entries of a list or a dict where it put in the last of them: what put each
        there, and its numbers then.
    leaves
        By a step that lost a gradient: the leaves whose it was.
    reached
        Leaves to which a way back led, by `id`.
    revived
        By statement, and how-manieth time: a leaf that was made of what had lost its way back, and what made it.
    """

    merges: bool = True
    stepped: dict[Run, _Stepped] = field(default_factory=dict)
    back: dict[Run, _Back] = field(default_factory=dict)
    moved: dict[Run, _Moved] = field(default_factory=dict)
    lacking: dict[Run, tuple[str, ...]] = field(default_factory=dict)
    filled: dict[Run, _Entries] = field(default_factory=dict)
    _chains: dict[str, _Entries] = field(default_factory=dict)
    leaves: dict[LostStep, dict[int, Any]] = field(default_factory=dict)
    reached: dict[int, Any] = field(default_factory=dict)
    revived: dict[Run, tuple[Any, str]] = field(default_factory=dict)

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement, and see what it put into a list or a dict."""
        super().statement(node, source)
        put = put_in(node)
        if put is not None:
            number = self.numbers[node.lineno, node.col_offset]
            self._keeps(put.name, (number, self._times[number]))

    def _keeps(self, name: str, run: Run) -> None:
        """Keep what was put into a list or a dict behind all that was put there before; nothing of what else it has."""
        held: Any = self.names.get(name)
        entries = [*held.values()] if type(held) is dict else held if type(held) is list else []
        entries = [each for each in entries if each is not None]
        known = self._chains.pop(name, ())
        before = [array for _, array, _ in known]
        if not entries or not _is_small(entries[-1]):
            return
        if len(entries) == 1:
            known = ()
        elif len(before) != len(entries) - 1 or any(
            one is not other for one, other in zip(before, entries, strict=False)
        ):
            return
        if known:
            del self.filled[known[-1][0]]
        self._chains[name] = (*known, (run, entries[-1], numbers(entries[-1]).copy()))
        self.filled[run] = self._chains[name]

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        goes_back = name == BACKWARD and positional
        lost = self.lost_by(positional[0]) if goes_back else ()
        if goes_back:
            self.reached.update(_leaves_behind(positional[:1]))
        result = super()._perform(name, positional, keywords, node)
        if goes_back:
            gradients = {
                each: numbers(leaf.grad).copy() for each, leaf in self._leaves_in_sight() if leaf.grad is not None
            }
            self.back[self.under_way_now] = _Back(bool(positional[0].is_leaf), lost, gradients)
        if name == "Tensor.requires_grad_":
            self._revives(result, node)
        return result

    def _leaves_in_sight(self) -> Iterator[tuple[str, Any]]:
        for name, value in self.names.items():
            if is_array(value) and getattr(value, "requires_grad", False) and value.is_leaf:
                yield name, value

    def _note(self, name: str, given: tuple[Any, ...], result: Any, node: ast.AST) -> None:
        super()._note(name, given, result, node)
        read = [each for each in given if is_array(each)]
        is_new = name in MAKE_ANEW and getattr(result, "requires_grad", False) and result.is_leaf
        if is_new and any(each.requires_grad for each in read if hasattr(each, "requires_grad")):
            step = LostStep(*self.under_way_now, self._text_of_node(node), "anew")
            self._lost[id(result)] = (result, (step,))
            self._loses(step, read)
        if name in MAKE_ANEW:
            self._revives(result, node)

    def _revives(self, made: Any, node: ast.AST) -> None:
        """Keep a leaf that requires a gradient again, though what it was made of had lost its own."""
        if getattr(made, "requires_grad", False) and made.is_leaf and self.lost_by(made) and self._lines:
            self.revived.setdefault(self.under_way_now, (made, self._text_of_node(node)))

    def _text_of_node(self, node: ast.AST) -> str:
        return Place.of(node, self._source).text

    def _loses(self, step: LostStep, read: Sequence[Any]) -> None:
        self.leaves.setdefault(step, {}).update(_leaves_behind(read))

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        name = getattr(function, "__name__", "")
        owner = getattr(function, "__self__", None)
        run = self.under_way_now if self._lines else (0, 0)
        match node:
            case ast.Call(ast.Attribute(ast.Name(holder), "step"), [], []) if hasattr(
                self.names.get(holder), "param_groups"
            ):
                self.stepped[run] = self._step_of(holder, self.names[holder])
        frozen = dict(_frozen(function)) if is_module(function) else {}
        stepped = self.stepped.get(run) if name == "step" else None
        still = [(each, each.detach().clone()) for each in ([] if stepped is None else stepped.held) if _is_still(each)]
        result = super()._outside(function, positional, keywords, node)
        if stepped is not None and still:
            moved = tuple(
                stepped.names[id(each)] for each, old in still if id(each) in stepped.names and _differs(each, old)
            )
            self.stepped[run] = replace(stepped, frozen=moved)
        if name == "load_state_dict" and is_module(owner):
            self.lacking[run] = tuple(getattr(result, "missing_keys", ()))
        for path, (layer, before) in frozen.items():
            changed = np.flatnonzero(numbers(layer.running_mean) != before)
            match node:
                case ast.Call(ast.Name(called)) if changed.size:
                    index = int(changed[0])
                    means = float(before[index]), float(numbers(layer.running_mean)[index])
                    self.moved.setdefault(run, _Moved(f"{called}{path}", index, *means))
        return result

    def _step_of(self, name: str, optimiser: Any) -> _Stepped:
        held = tuple(each for group in optimiser.param_groups for each in group["params"])
        names = {id(leaf): each for each, leaf in self._leaves_in_sight()}
        for called, network in self.names.items():
            if is_module(network) and "_parameters" in vars(network):
                for dotted, own in network.named_parameters():
                    names.setdefault(id(own), f"{called}{path_of(network, dotted.split('.'))}")
        lost = () if self.asked is None else self.lost_by(self.asked)
        without = frozenset(id(each) for each in held if each.requires_grad and each.grad is None)
        units = {
            id(layer.weight)
            for network in self.names.values()
            if is_module(network) and "_modules" in vars(network)
            for layer in network.modules()
            if type(layer).__name__ == "Linear"
        }
        named = [each for each in held if id(each) in names and id(each) in units]
        alike = tuple((names[id(each)], len(each)) for each in named if _has_rows_alike(each))
        return _Stepped(name, held, lost, names, without, alike)


def _is_still(parameter: Any) -> bool:
    """Return whether a parameter requires no gradient and has one."""
    return not parameter.requires_grad and parameter.grad is not None


def _differs(one: Any, other: Any) -> bool:
    return bool((one != other).any())


def _has_rows_alike(weight: Any) -> bool:
    """Return whether a matrix and its gradient have rows that are equal each, two or more of them."""
    if weight.grad is None or weight.ndim != 2 or len(weight) < 2:
        return False
    return all(bool((each == each[0]).all()) for each in (numbers(weight), numbers(weight.grad)))


_MOST_NODES = 2_000


def _leaves_behind(tensors: Sequence[Any]) -> dict[int, Any]:
    """Return the leaves to which ways lead back from tensors, by `id`."""
    leaves: dict[int, Any] = {}
    seen: set[Any] = set()
    open_ends = []
    for each in tensors:
        if getattr(each, "requires_grad", False):
            if each.is_leaf:
                leaves[id(each)] = each
            else:
                open_ends.append(each.grad_fn)
    while open_ends and len(seen) < _MOST_NODES:
        node = open_ends.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            leaves[id(leaf)] = leaf
        open_ends.extend(following for following, _ in node.next_functions)
    return leaves


def _is_small(value: Any) -> bool:
    if not is_array(value) or isinstance(value, np.generic) or is_wrapped(value):
        return False
    return size_of(value) <= MAX_ELEMENTS


def _frozen(network: Any) -> Iterator[tuple[str, tuple[Any, NDArray[Any]]]]:
    """Go through the batch norms in train mode that have parameters, none of which requires a gradient."""
    for dotted, each in network.named_modules():
        if type(each).__name__.startswith("BatchNorm") and each.training and each.running_mean is not None:
            own = list(each.parameters())
            if own and not any(parameter.requires_grad for parameter in own):
                yield path_of(network, dotted.split(".")), (each, numbers(each.running_mean).copy())


@dataclass(eq=False)
class AllRecorded(Interpreter):
    """Runs a program as if each block were recorded, and keeps the gradients after the last way back of a line."""

    back: dict[int, Mapping[str, NDArray[Any]]] = field(default_factory=dict)

    def _context(self, item: ast.withitem) -> AbstractContextManager[Any]:
        if ast.unparse(item.context_expr) in OF_GRADIENTS:
            return nullcontext()
        return super()._context(item)

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        result = super()._perform(name, positional, keywords, node)
        if name == BACKWARD:
            leaves = {each: leaf for each, leaf in self.names.items() if is_array(leaf)}
            self.back[getattr(node, "lineno", 0)] = {
                each: numbers(leaf.grad).copy()
                for each, leaf in leaves.items()
                if getattr(leaf, "is_leaf", False) and leaf.requires_grad and leaf.grad is not None
            }
        return result


@lru_cache(4)
def watched(trace: Trace) -> ModelWatch | None:
    """Run a program once more where there may be something to see; None where there is not."""
    if not _is_worth_it(trace):
        return None
    program = read_program(trace.source)
    watch = ModelWatch(numbers=statement_numbers(program.nodes))
    watch.names.update(trace.given())
    watch.run_program(program)
    return None if watch.overflows else watch


def _is_worth_it(trace: Trace) -> bool:
    source, ledger = trace.source, trace.ledger
    if ledger is None or len(trace.steps) != trace.taken:
        return False
    stepped = ledger.stepped.values()
    writes = bool(ledger.stepped) or any(step.changed for step in trace.steps)
    return (
        any(0 < each.moved < each.count for each in stepped)
        or (".backward(" in source and "requires_grad" in source and any(word in source for word in _CUTS))
        or ("requires_grad" in source and ("BatchNorm" in source or bool(ledger.stepped)))
        or ("load_state_dict" in source and "strict" in source)
        or (writes and any(_may_put_in_an_array(node, trace) for node in nodes_of(source)))
        or (bool(ledger.stepped) and any(word in source for word in _SET_ALIKE))
    )


def _may_put_in_an_array(node: ast.AST, trace: Trace) -> bool:
    """Return whether something is put into a list or a dict there that need not be a number or a text of Python's."""
    put = put_in(node) if isinstance(node, ast.stmt) else None
    if put is None or isinstance(put.added, ast.Constant | ast.JoinedStr):
        return False
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        held = (step.names.get(put.name) for step in trace.steps)
        if not any(each is not None and each.kind in ("list", "dict") for each in held):
            return False
    return not (isinstance(put.added, ast.Call) and ast.unparse(put.added.func).rpartition(".")[2] in _GIVING_NUMBERS)


_GIVING_NUMBERS = ("item", "float", "int", "len", "str")

_SET_ALIKE = ("constant_(", "zeros_(", "ones_(", "fill_(", "zero_(")
"""What gives all numbers of a parameter one value."""

_CUTS = (".item(", "detach", ".data", "torch.tensor(", "torch.Tensor(", "float(", "no_grad", "inference_mode")
