"""What a graph saved for its way back, and does not have any more where backward() asks for it: another run tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from primer_core.backend import Declined
from primer_core.language.execution import attempted, is_array, is_wrapped
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.layers import is_module
from primer_core.language.programs.reading import read_program
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import arrays_in, shape_of
from primer_core.lessons.own_lines.layer_calls import parameters_of
from primer_core.lessons.own_lines.ledger import BACKWARD, version_of
from primer_core.lessons.own_lines.trace import Trace

_MOST_NODES = 600
"""Nodes of graphs that are followed; of a program with more of them nothing is said."""

_GOES_BACK = (BACKWARD, "torch.autograd.grad")
_CHANGED = "modified by an inplace operation"
_FREED = "backward through the graph a second time"


@dataclass(frozen=True, slots=True, eq=False)
class Did:
    """A part of the program that did something.

    Parameters
    ----------
    statement
        The innermost statement around it.
    code
        What stands there.
    node
        Its syntax tree.
    steps
        Whether it was an optimiser's step.
    """

    statement: ast.stmt
    code: str
    node: ast.AST
    steps: bool = False

    @property
    def line(self) -> int:
        """The line that it begins in."""
        return int(getattr(self.node, "lineno", self.statement.lineno))

    @property
    def gives(self) -> str:
        """The one name that its statement binds; empty for none."""
        match self.statement:
            case ast.Assign([ast.Name(name)]):
                return name
        return ""


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """A tensor that a graph saved was changed in place before the way back needed it.

    Parameters
    ----------
    used
        What saved it.
    by
        What changed it first after that.
    name
        What code calls it; empty where it has no name.
    shape
        Its shape.
    learns
        Whether it is a leaf that requires a gradient.
    shared
        What code calls what was changed, where that is another tensor in the same memory; else empty.
    gives
        What code calls the result of what saved it, or of the statement around that; empty where it has no name.
    """

    used: Did
    by: Did
    name: str
    shape: tuple[int, ...]
    learns: bool
    shared: str
    gives: str


@dataclass(frozen=True, slots=True, eq=False)
class Freed:
    """Parts of a graph were gone back through before, and what was computed of them has others of its own.

    Parameters
    ----------
    names
        Of the tensors whose graph that is.
    made
        For each of them what made it.
    before
        What went back before.
    """

    names: tuple[str, ...]
    made: tuple[Did, ...]
    before: Did


@dataclass(slots=True, eq=False)
class _Saved:
    """A tensor that a node saved."""

    attribute: str
    tensor: Any
    version: int | None
    by: Did | None = None


@lru_cache(maxsize=4)
def changed_since(trace: Trace) -> Changed | None:
    """Return which tensor was changed in place that the way back needed where a program stopped."""
    watch = _watched(trace)
    return None if watch is None else watch.changed()


@lru_cache(maxsize=4)
def freed_before(trace: Trace) -> Freed | None:
    """Return which part of a graph was gone back through before, where that stopped a program."""
    watch = _watched(trace)
    return None if watch is None else watch.freed()


@lru_cache(maxsize=2)
def _watched(trace: Trace) -> _Watch | None:
    program = read_program(trace.source)
    watch = _Watch()
    watch.names.update(trace.given())
    watch.run_program(program)
    is_there = watch.refused == 1 and trace.stopped is not None and watch.place == trace.stopped.place
    return watch if is_there and not watch.overflows and watch.asked is not None else None


@dataclass(eq=False)
class _Watch(Interpreter):
    """Runs a program and keeps which part of it made which node of a graph, and what changed what these saved.

    Parameters
    ----------
    asked
        Of what the way back that was refused began; None where none was.
    place, refused
        Where that stands, and how often one was refused.
    overflows
        Whether there were more nodes than are followed.
    """

    asked: Any = None
    place: Place | None = None
    refused: int = 0
    overflows: bool = False
    _nodes: dict[Any, tuple[Did, list[_Saved]]] = field(default_factory=dict)
    _statements: list[ast.stmt] = field(default_factory=list)
    _backs: dict[Any, Did] = field(default_factory=dict)
    _freed: frozenset[Any] = frozenset()
    _sight: dict[str, Any] = field(default_factory=dict)

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement, and know which is under way."""
        self._statements.append(node)
        try:
            super().statement(node, source)
        finally:
            self._statements.pop()

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        asks = name in _GOES_BACK and bool(positional) and is_array(positional[0])
        freed = self._freed_behind(positional[0]) if asks and self._backs else frozenset[Any]()
        try:
            result = super()._perform(name, positional, keywords, node)
        except Rejection:
            if asks:
                self.asked, self._freed, self.place = positional[0], freed, Place.of(node, self._source)
                self.refused += 1
                self._sight = dict(self.names)
            raise
        if self._statements:
            whole = self._statements[-1] if name.endswith(".[]=") else node
            did = Did(self._statements[-1], Place.of(whole, self._source).text, node)
            if asks:
                self._backs |= {each: did for each in self._freed_behind(positional[0]) if each not in self._backs}
            self._look(did, (*positional, result))
        return result

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        result = super()._outside(function, positional, keywords, node)
        if self._statements:
            steps = getattr(function, "__name__", "") == "step"
            did = Did(self._statements[-1], Place.of(node, self._source).text, node, steps)
            self._look(did, (*positional, result))
        return result

    def _look(self, did: Did, values: Sequence[Any]) -> None:
        """Keep what was changed just now, and which nodes were made."""
        if self.overflows:
            return
        for _, kept in self._nodes.values():
            for saved in kept:
                if saved.by is None and version_of(saved.tensor) != saved.version:
                    saved.by = did
        waiting = [value.grad_fn for value in arrays_in(values) if not is_wrapped(value) and _way(value) is not None]
        while waiting:
            node = waiting.pop()
            if node is None or node in self._nodes:
                continue
            self._nodes[node] = did, list(_saved_by(node))
            waiting += [each for each, _ in node.next_functions]
        self.overflows = len(self._nodes) > _MOST_NODES

    def behind(self, way: Any, until: Sequence[Any] = ()) -> list[Any]:
        """Return the nodes behind one, itself first, and none behind some of them."""
        found: dict[Any, None] = {}
        waiting = [way]
        while waiting:
            node = waiting.pop(0)
            if node is not None and node not in found:
                found[node] = None
                if node not in until:
                    waiting += [each for each, _ in node.next_functions]
        return list(found)

    def changed(self) -> Changed | None:
        """Return what was changed in place, and the way back needed."""
        for node in self.behind(_way(self.asked)):
            did, kept = self._nodes.get(node, (None, []))
            for saved in kept:
                if did is None or saved.by is None or _refusal(node, saved.attribute) != "changed":
                    continue
                names = self._names_of(saved.tensor)
                whole = [(name, value) for name, value in names if _lies_alike(value, saved.tensor)]
                name, value = whole[0] if whole else ("", saved.tensor)
                learns = bool(value.is_leaf and value.requires_grad)
                written = _written_to(saved.by.node)
                shared = written if written in [each for each, _ in names] and written != name else ""
                given = self._nodes.get(_way(self._sight.get(did.gives)))
                gives = did.gives if given is not None and given[0].statement is did.statement else ""
                return Changed(did, saved.by, name, shape_of(value), learns, shared, gives)
        return None

    def _names_of(self, tensor: Any) -> list[tuple[str, Any]]:
        """Return what code calls tensors that lie in the memory of one, and these; parameters first."""
        found = [
            (f"{name}{path}", parameter)
            for name, value in self._sight.items()
            if is_module(value)
            for path, parameter in parameters_of(value)
        ]
        found += [(name, value) for name, value in self._sight.items() if _way_or_tensor(value)]
        return [(name, value) for name, value in found if _memory(value) == _memory(tensor)]

    def freed(self) -> Freed | None:
        """Return the tensors behind which the graph was gone back through before, and not beside them."""
        way = _way(self.asked)
        everything = self.behind(way)
        saves = [each for each in everything if each in self._nodes and self._nodes[each][1]]
        if not self._freed or all(each in self._freed for each in saves):
            return None
        named = [(name, _way(value)) for name, value in self._sight.items() if _way_or_tensor(value)]
        named = [(name, own) for name, own in named if own is not None and own in everything and own is not way]
        parts = [(name, own) for name, own in named if any(each in self._freed for each in self.behind(own))]
        reached = self.behind(way, [own for _, own in parts])
        nearest = {own: name for name, own in reversed(parts) if own in reached}
        covered = {node for own in nearest for node in self.behind(own)}
        before = {self._backs.get(each) for each in self._freed}
        first = next(iter(before))
        if not nearest or not self._freed <= covered or any(own not in self._nodes for own in nearest):
            return None
        if first is None or len(before) > 1:
            return None
        return Freed(tuple(nearest.values()), tuple(self._nodes[own][0] for own in nearest), first)

    def _freed_behind(self, value: Any) -> frozenset[Any]:
        """Return the nodes behind a value whose saved tensors were freed."""
        return frozenset(
            node
            for node in self.behind(_way(value))
            if node in self._nodes and any(_refusal(node, name) == "freed" for name in _attributes(node))
        )


def _way(value: Any) -> Any:
    return getattr(value, "grad_fn", None)


def _way_or_tensor(value: Any) -> bool:
    return is_array(value) and not is_wrapped(value) and hasattr(value, "grad_fn")


def _attributes(node: Any) -> Iterator[str]:
    """Go through the names of what a node saves."""
    yield from (name for name in dir(node) if name.startswith("_saved_") and "_sym_" not in name)


def _saved_by(node: Any) -> Iterator[_Saved]:
    for name in _attributes(node):
        tensor, _ = attempted(getattr, (node, name), {})
        if is_array(tensor) and not is_wrapped(tensor):
            yield _Saved(name, tensor, version_of(tensor))


def _refusal(node: Any, name: str) -> Literal["changed", "freed", ""]:
    """Return why what a node saved is not to be had; empty where it is."""
    found, _ = attempted(getattr, (node, name), {})
    if not isinstance(found, Declined):
        return ""
    return "changed" if _CHANGED in found.text else "freed" if _FREED in found.text else ""


def _memory(tensor: Any) -> int:
    return int(tensor.untyped_storage().data_ptr())


def _lies_alike(value: Any, tensor: Any) -> bool:
    """Return whether two tensors of one memory are the same cells, maybe with their axes swapped."""
    if value.data_ptr() != tensor.data_ptr():
        return False
    steps = ([*zip(each.shape, each.stride(), strict=True)] for each in (value, tensor))
    own, other = (sorted(each for each in found if each[0] > 1) for found in steps)
    return own == other


def _written_to(node: ast.AST) -> str:
    """Return the name that a part of the program writes to; empty where it writes to none."""
    match node:
        case ast.AugAssign(ast.Name(name) | ast.Subscript(ast.Name(name))) | ast.Subscript(ast.Name(name)):
            return name
        case ast.Assign([ast.Subscript(ast.Name(name))]):
            return name
        case ast.Call(ast.Attribute(ast.Name(name))):
            return name
    return ""
