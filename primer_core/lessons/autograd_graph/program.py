"""A learner's program: statements of the one language, with the tensors that it writes down number by number.

Two forms of it are read, which may be mixed:

- PyTorch's own, ``w = torch.tensor([1., 2.], requires_grad=True)``;
- a short form, ``w = param([1, 2])``, in which numbers and lists are tensors of floats and functions need no prefix
  (`primer_core.lessons.autograd_graph.short_form`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from primer_core.language.evaluator import Evaluator
from primer_core.language.reader import read_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.lessons.autograd_graph.short_form import data_names, is_short, is_written
from primer_core.lessons.autograd_graph.watching import without_watch

Numbers = float | list["Numbers"]

_MAKERS = ("torch.tensor", "tensor", "param")
_MOST_AXES = 2
_MOST_NUMBERS = 64
"""Axes and numbers of a leaf that can be edited cell by cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A tensor that a program writes down, whose numbers can be moved.

    Parameters
    ----------
    name
        What it is called.
    requires_grad
        Whether it is a leaf that requires a gradient.
    node
        Syntax tree of the numbers: one, or a list of them, or a list of lists.
    numbers
        The same as Python's own: a number, a list or a list of lists.
    whole
        Whether it holds integers alone, so that PyTorch makes an integer tensor of it.
    bare
        Whether the numbers stand alone behind the name, as in the short form.
    floats_by_point
        Whether it is of floats only because one of its numbers has a point.
    """

    name: str
    requires_grad: bool
    node: ast.expr
    numbers: Numbers
    whole: bool
    bare: bool
    floats_by_point: bool


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A program as it was read.

    Parameters
    ----------
    source
        str, the text that the trees were parsed from, in which places count.
    nodes
        Its statements; some are blocks: ``with torch.no_grad():`` and ``try:``.
    short
        Whether the short form is read in it.
    data
        The names that stand for tensors of numbers that are written out, where it is.
    goes_back
        Whether it says itself where backward runs.
    """

    source: str
    nodes: tuple[ast.stmt, ...]
    short: bool
    data: frozenset[str]
    goes_back: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it binds, in the order of their first binding."""
        bound = (name for statement in self.statements for name in _bound(statement))
        return tuple(dict.fromkeys(bound))

    @property
    def statements(self) -> tuple[ast.stmt, ...]:
        """Its statements, those in blocks too, without the blocks."""
        return tuple(_within(self.nodes))

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The tensors that it writes down and names, once each, as far as their numbers can be edited one by one."""
        found = [leaf for statement in self.statements if (leaf := _leaf(statement, self.data)) is not None]
        bound = [name for statement in self.statements for name in _bound(statement)]
        return tuple(leaf for leaf in found if bound.count(leaf.name) == 1)


@lru_cache(maxsize=64)
def read_program(text: str) -> Program:
    """Read a program.

    Raises
    ------
    Rejection
        With the verdict *unread*, *unknown* or *refused*, and the place of what is at fault.
    """
    read = read_statements(without_watch(text), blocks=True)
    if not read.nodes:
        message = "There is no statement here yet. Begin with w = torch.tensor(2.0, requires_grad=True)."
        raise Rejection("unread", message, Place(1, 0, 1, 0, ""))
    short = is_short(read.nodes)
    data = data_names(read.nodes) if short else frozenset()
    return Program(read.source, read.nodes, short, data, any(map(_goes_back, read.nodes)))


def _goes_back(statement: ast.stmt) -> bool:
    attributes = [node for node in ast.walk(statement) if isinstance(node, ast.Attribute)]
    return any(node.attr == "backward" or ast.unparse(node) == "torch.autograd.grad" for node in attributes)


def with_number(program: Program, leaf: Leaf, index: Sequence[int], written: str) -> str:
    """Return the program's text with one number of a leaf replaced, where it stands.

    Parameters
    ----------
    index
        Of the number: empty for a leaf that is one number.
    written
        The new number as code.

    Raises
    ------
    IndexError
        If the leaf has no such number.
    """
    node = leaf.node
    for place in index:
        if not isinstance(node, ast.List) or not 0 <= place < len(node.elts):
            raise IndexError(f"{leaf.name} has no number at {list(index)}")
        node = node.elts[place]
    if isinstance(node, ast.List):
        raise IndexError(f"{leaf.name} has no single number at {list(index)}")
    return replaced(program.source, Place.of(node, program.source), written)


def with_text(program: Program, leaf: Leaf, text: str) -> str:
    """Return the program's text with all numbers of a leaf replaced by a text."""
    return replaced(program.source, Place.of(leaf.node, program.source), text)


def replaced(source: str, place: Place, text: str) -> str:
    """Return a source with what stands at a place replaced by a text."""
    lines = source.split("\n")
    head = lines[place.line - 1][: place.column]
    tail = lines[place.end_line - 1][place.end_column :]
    return "\n".join([*lines[: place.line - 1], head + text + tail, *lines[place.end_line :]])


def _within(nodes: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in nodes:
        if isinstance(node, ast.With | ast.Try):
            yield from _within(node.body)
        else:
            yield node


def _bound(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    inner = [node for target in targets for node in ast.walk(target)]
    return [node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _leaf(statement: ast.stmt, data: frozenset[str]) -> Leaf | None:
    match statement:
        case ast.Assign([ast.Name(name)], ast.Call(function, [node], keywords)) if ast.unparse(function) in _MAKERS:
            words = {keyword.arg: ast.unparse(keyword.value) for keyword in keywords}
            if words.keys() - {"requires_grad", "dtype"}:
                return None
            short = isinstance(function, ast.Name) and function.id == "param"
            floating = short or "dtype" in words
            return _made(name, node, requires_grad=short or words.get("requires_grad") == "True", floating=floating)
        case ast.Assign([ast.Name(name)], node) if name in data:
            return _made(name, node, requires_grad=False, floating=True, bare=True)
    return None


def _made(name: str, node: ast.expr, *, requires_grad: bool, floating: bool, bare: bool = False) -> Leaf | None:
    if not is_written(node):
        return None
    try:
        numbers = Evaluator().value_of(node, "")
    except Rejection:
        return None
    cells = _cells(numbers)
    if cells is None or not 0 < len(cells) <= _MOST_NUMBERS:
        return None
    whole = not floating and all(isinstance(cell, int) for cell in cells)
    return Leaf(name, requires_grad, node, numbers, whole, bare, not floating and not whole)


def _cells(numbers: Numbers, axes: int = 0) -> list[float] | None:
    """Return the numbers of a regular array of at most two axes; None for anything else."""
    if not isinstance(numbers, list):
        return [numbers] if isinstance(numbers, int | float) and not isinstance(numbers, bool) else None
    parts = [_cells(part, axes + 1) for part in numbers]
    shapes = {len(part) if isinstance(part, list) else -1 for part in numbers}
    if axes >= _MOST_AXES or len(shapes) != 1 or any(part is None for part in parts):
        return None
    return [cell for part in parts if part is not None for cell in part]
