"""Why a program fails where something stands in another's place: arrays side by side, sizes apart, rows for columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.causes.here import CauseHere
from primer_core.lessons.own_lines.failing import Failing, statements_of
from primer_core.lessons.own_lines.trace import Trace

_OF_ONE_LIST = {
    "concatenate": "axis", "stack": "axis", "cat": "dim", "concat": "dim", "vstack": "", "hstack": "", "dstack": "",
    "column_stack": "", "row_stack": "",
}  # fmt: skip
"""What joins arrays of a list, and what its second argument is; empty where it takes one alone."""

_LOCKS = re.compile(r"writeable\s*=(?!=)|setflags|flags\s*\[")
_OF_SHAPES = ("zeros", "ones", "empty")
_OF_SIZES = ("rand", "randn")


@dataclass(frozen=True, slots=True)
class ArraysSideBySide(CauseHere):
    """A function that joins the arrays of one list was given them as arguments of their own.

    Parameters
    ----------
    function, second
        The function, and what stands in the second place.
    shape
        Of what stands there.
    slot
        What the function calls its second argument; empty where it takes one alone.
    """

    function: str
    second: str
    shape: tuple[int, ...]
    slot: str

    def sentence(self) -> Sentence:
        """Say what it takes in both places."""
        takes: Sentence = (", and nothing else by its place",)
        if self.slot:
            takes = (", and its second argument is ", Code(self.slot), ", a whole number")
        return (
            Code(self.function),
            " takes the arrays in one list or tuple",
            *takes,
            ": in the second place stands ",
            Code(self.second),
            f", an array of shape {self.shape}. Brackets around the arrays make one argument of them.",
        )


@dataclass(frozen=True, slots=True)
class SizesApart(CauseHere):
    """A function that takes a shape was given the sizes as arguments of their own.

    Parameters
    ----------
    function, second
        The function, and what stands in the second place.
    """

    function: str
    second: str

    def sentence(self) -> Sentence:
        """Say what it takes in both places."""
        return (
            Code(self.function),
            " takes the sizes of all axes in one tuple, and its second argument is the dtype: ",
            Code(self.second),
            " stands there, and is none.",
        )


@dataclass(frozen=True, slots=True)
class SizesTogether(CauseHere):
    """A function that takes each size by itself was given a tuple of them.

    Parameters
    ----------
    function, given
        The function, and what it was given.
    """

    function: str
    given: str

    def sentence(self) -> Sentence:
        """Say what it takes."""
        return (
            Code(self.function),
            " takes the size of each axis as an argument of its own, and ",
            Code(self.given),
            " is one argument, which holds them all.",
        )


@dataclass(frozen=True, slots=True)
class OneRowOften(CauseHere):
    """What was written to was stretched: several of its cells are one in memory.

    Parameters
    ----------
    name
        The array.
    made
        What made it.
    axis, size
        int, an axis that is stretched, and its size.
    """

    name: str
    made: str
    axis: int
    size: int

    def sentence(self) -> Sentence:
        """Say what is one in memory, and what has memory of its own."""
        return (
            Code(self.made),
            " copies nothing: along axis ",
            f"{self.axis}, the {self.size} places of ",
            Code(self.name),
            " are the same cells in memory, read again and again (a stride of 0). A write to one of them would show in "
            "all, and so it is only to be read. ",
            Code(f"{self.name}.copy()"),
            " has cells of its own at each place.",
        )


@dataclass(frozen=True, slots=True)
class RowsOfTheSecond(CauseHere):
    """What was computed of the tables of ``meshgrid`` was indexed with the first argument's place first.

    Parameters
    ----------
    mesh
        The call of ``meshgrid``.
    name
        What was indexed.
    shape
        Of it, and of the tables.
    swapped
        The indexing with both places swapped, which is in range.
    """

    mesh: str
    name: str
    shape: tuple[int, int]
    swapped: str

    def sentence(self) -> Sentence:
        """Say which argument goes with which axis."""
        return (
            "The first argument of ",
            Code(self.mesh),
            " runs along axis 1 (the columns), and the second along axis 0 (the rows). ",
            Code(self.name),
            f" has the shape of its tables, {self.shape}: the place in the second argument comes first. ",
            Code(self.swapped),
            " is in range.",
        )


def of_slots(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a message where something stands in another's place; None where nothing is known to."""
    failing = trace.failing
    assert failing is not None
    match known.kind:
        case "list_index" | "arguments" | "argument_type":
            return _side_by_side(failing)
        case "no_dtype":
            return _sizes_apart(failing)
        case "not_whole":
            return _sizes_together(failing)
        case "read_only":
            return _stretched(trace, failing)
        case "index":
            return _of_mesh(trace, failing)
    return None


def _side_by_side(failing: Failing) -> ArraysSideBySide | None:
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name(library), name) as function, [_, second, *_], []) if name in _OF_ONE_LIST:
            pass
        case _:
            return None
    given = [each for each in failing.operands if each.shape is not None]
    if library not in ("np", "numpy", "torch") or isinstance(second, ast.Starred) or len(given) < 2:
        return None
    if len(failing.operands) != len(given) + 1 or (library == "torch" and not given[0].shape):
        return None
    return ArraysSideBySide(ast.unparse(function), given[1].text, given[1].shape or (), _OF_ONE_LIST[name])


def _sizes_apart(failing: Failing) -> SizesApart | None:
    match failing.node, failing.operands:
        case ast.Call(ast.Attribute(_, name) as function, [_, _], []), (_, one, other):
            if name in _OF_SHAPES and type(one.value) is type(other.value) is int:
                return SizesApart(ast.unparse(function), other.text)
    return None


def _sizes_together(failing: Failing) -> SizesTogether | None:
    match failing.node, failing.operands:
        case ast.Call(ast.Attribute(ast.Attribute(_, "random"), name) as function, [_], []), (_, given):
            if name in _OF_SIZES and given.kind == "tuple":
                return SizesTogether(ast.unparse(function), given.text)
    return None


def _stretched(trace: Trace, failing: Failing) -> OneRowOften | None:
    names = trace.steps[-1].names if trace.steps else {}
    written = next((each for each in failing.operands if each.shape is not None), None)
    seen = None if written is None else names.get(written.text)
    if written is None or seen is None or seen.memory is None or not seen.read_only:
        return None
    made = [
        value
        for value in _bound_to(trace, written.text)
        if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("broadcast_to")
    ]
    layout = seen.memory.layout
    axes = [axis for axis, size in enumerate(layout.shape) if size > 1 and not layout.strides[axis]]
    if not made or not axes or _LOCKS.search(trace.source):
        return None
    return OneRowOften(written.text, ast.unparse(made[-1]), axes[0], layout.shape[axes[0]])


def _of_mesh(trace: Trace, failing: Failing) -> RowsOfTheSecond | None:
    match failing.node:
        case ast.Subscript(ast.Name(name), ast.Tuple([row, column])):
            pass
        case _:
            return None
    places = [each.value for each in failing.operands[1:]]
    shape = failing.operands[0].shape or ()
    if len(shape) != 2 or len(places) != 2 or any(type(each) is not int or each < 0 for each in places):
        return None
    if not (shape[0] <= places[0] < shape[1] and places[1] < shape[0]):
        return None
    bound = [*_bound_to(trace, name)]
    meshes = [] if len(bound) != 1 else [*_meshes(trace, bound[0])]
    for mesh in meshes:
        parts = (part for step in trace.steps for part in step.parts if part.entry == "np.meshgrid")
        tables = [part.result for part in parts if part.place == Place.of(mesh, trace.source)]
        if tables and all(tuple(table[0].shape) == shape for table in tables):
            swapped = f"{name}[{ast.unparse(column)}, {ast.unparse(row)}]"
            return RowsOfTheSecond(ast.unparse(mesh), name, (shape[0], shape[1]), swapped)
    return None


def _bound_to(trace: Trace, name: str) -> Iterator[ast.expr]:
    for statement in statements_of(trace.source):
        match statement:
            case ast.Assign([ast.Name(bound)], value) if bound == name:
                yield value


def _meshes(trace: Trace, value: ast.expr) -> Iterator[ast.expr]:
    """Go through the calls of ``meshgrid`` of which an expression is computed, in it or by names of their tables."""
    names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    tables = [
        statement.value
        for statement in statements_of(trace.source)
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Tuple)
        and names & {node.id for node in ast.walk(statement.targets[0]) if isinstance(node, ast.Name)}
    ]
    for node in [*ast.walk(value), *tables]:
        match node:
            case ast.Call(ast.Attribute(ast.Name("np" | "numpy"), "meshgrid"), [_, _], []):
                yield node
