"""A program that reduces ``a`` to ``s``: run with other cells, other axes and other words, to find out what it does."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from tests.claims.program import Change, Names, Program, Ran

Index = tuple[int, ...]
Axis = int | tuple[int, ...] | None

MARKS = ((0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (0.0, float("nan")))
"""What all cells hold, and what one of them holds instead: some pair changes every result that this cell goes into."""

MOST_CELLS = 64
"""Cells of an array of which each is tried."""

AXIS_WORDS = ("axis", "dim")
KEEP_WORDS = ("keepdims", "keepdim")


def is_torchs(program: Program) -> bool:
    """Whether a is a tensor."""
    return isinstance(own_a(program), torch.Tensor)


def own_a(program: Program) -> Any:
    """What a is bound to first."""
    return program.run(until=program.first("a"))["a"]


def a_of(program: Program) -> Any:
    """The array a, as NumPy has it."""
    return np.asarray(own_a(program))


def s_of(program: Program) -> Any:
    """The reduction, as NumPy has it."""
    ran = program.run(until=program.place("s"))
    assert ran.error is None, ran.error
    return np.asarray(ran["s"])


def at(array: Any, index: Index) -> Any:
    """A cell, at an index that counts from 0."""
    assert len(index) == array.ndim
    assert all(0 <= place < size for place, size in zip(index, array.shape, strict=True))
    return array[index].item()


def holding(program: Program, values: Any) -> Change:
    """A change that puts other values into a, as an array of the library that it is of."""
    tensor = is_torchs(program)

    def put(names: Names) -> None:
        names["a"] = torch.tensor(values) if tensor else values

    return put


def reduced_of(program: Program, values: Any) -> Ran:
    """Run it up to s with other values in a."""
    return program.run(after={program.first("a"): holding(program, values)}, until=program.place("s"))


def code_of(program: Program) -> str:
    return "\n".join(map(ast.unparse, program.statements))


def touched(program: Program, cell: Index) -> Any:
    """Mask of s: the results that change with one cell of a."""
    return _touched(code_of(program), cell)


@lru_cache(maxsize=20_000)
def _touched(code: str, cell: Index) -> Any:
    program = Program(code)
    shape = a_of(program).shape
    found = np.zeros(s_of(program).shape, np.bool_)
    for usual, mark in MARKS:
        before = _base(code, usual)
        values = np.full(shape, usual)
        values[cell] = mark
        after = reduced_of(program, values)
        if before is not None and after.error is None:
            s = np.asarray(after["s"])
            found |= ~((s == before) | ((s != s) & (before != before)))
    return found


@lru_cache(maxsize=2_000)
def _base(code: str, usual: float) -> Any:
    program = Program(code)
    ran = reduced_of(program, np.full(a_of(program).shape, usual))
    return None if ran.error is not None else np.asarray(ran["s"])


def group(program: Program, result: Index) -> list[Index]:
    """The cells that one result is made of, in order.

    A place among one cell is always 0, and the spread of one cell by n - 1 is always NaN: where no cell changes
    anything, each result has the cell that stands as far as it.
    """
    a, s = a_of(program), s_of(program)
    at(s, result)
    cells = list(np.ndindex(*a.shape))
    if a.size > MOST_CELLS:
        assert s.size == 1, "too many cells to try each"
        return cells
    own = [cell for cell in cells if touched(program, cell)[result]]
    if own or not cells:
        return own
    assert s.size == a.size
    return [cells[int(np.ravel_multi_index(result, s.shape)) if s.ndim else 0]]


def values_of(program: Program, result: Index) -> list[Any]:
    """What the cells hold that one result is made of, as Python's numbers."""
    a = a_of(program)
    return [a[cell].item() for cell in group(program, result)]


def varies(program: Program) -> set[int]:
    """The axes of size 2 and more along which the cells of one group differ; of a without cells, none."""
    a = a_of(program)
    if not a.size:
        return set()
    origin = (0,) * a.ndim
    mask, found = touched(program, origin), set()
    for axis, size in enumerate(a.shape):
        if size > 1:
            other = touched(program, tuple(int(place == axis) for place in range(a.ndim)))
            if (mask & other).any():
                found.add(axis)
    return found


def calls_with(words: tuple[str, ...], program: Program) -> list[ast.keyword]:
    """The words of calls that bind e, m or s."""
    return [
        keyword
        for statement in reducing(program)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in words
    ]


def reducing(program: Program) -> list[ast.Assign]:
    """The statements that make the reduction."""
    return [
        statement
        for statement in program.statements
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in ("e", "m", "s")
    ]


def axis_of(program: Program) -> Axis:
    """The axis that it names; None where it names none."""
    found = calls_with(AXIS_WORDS, program)
    return ast.literal_eval(found[0].value) if found else None


def rewritten(program: Program, change: Callable[[ast.Call], None]) -> Program:
    """The same program with the outermost calls that reduce changed."""
    other = Program("")
    other.statements = [copy.deepcopy(statement) for statement in program.statements]
    for statement in reducing(other):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and _reduces(node):
                change(node)
                ast.fix_missing_locations(statement)
    return other


REDUCTIONS = frozenset(
    {
        *("sum", "prod", "mean", "std", "var", "max", "min", "amax", "amin", "argmax", "argmin", "median", "any"),
        *("all", "norm", "vector_norm", "softmax", "cumsum", "cumprod"),
    }
)


def calls(program: Program, operation: str) -> bool:
    """Whether it calls this operation, under whatever name the library has for it."""
    code = code_of(program)
    if operation == "softmax" and not is_torchs(program):
        return "np.exp(" in code
    names = {"max": ("max", "amax"), "min": ("min", "amin"), "norm": ("norm", "vector_norm")}
    return any(f".{name}(" in code for name in names.get(operation, (operation,)))


def _reduces(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in REDUCTIONS


def with_word(program: Program, words: tuple[str, ...], code: str | None) -> Program:
    """The same program with a word of its calls given another value, put in, or left out where the code is None."""
    own = {"axis": "dim", "keepdims": "keepdim"}.get(words[0], words[0]) if is_torchs(program) else words[0]

    def change(call: ast.Call) -> None:
        given = next((keyword.arg for keyword in call.keywords if keyword.arg in words), own)
        call.keywords = [keyword for keyword in call.keywords if keyword.arg not in words]
        if code is not None:
            call.keywords.append(ast.keyword(given, ast.parse(code, mode="eval").body))

    return rewritten(program, change)


def over(program: Program, axis: Axis, values: Any) -> Ran:
    """Run it up to s over other axes of other values; of all cells, with or without the word None."""
    if axis is not None:
        return reduced_of(with_word(program, AXIS_WORDS, str(axis)), values)
    without = reduced_of(with_word(program, AXIS_WORDS, None), values)
    return without if without.error is None else reduced_of(with_word(program, AXIS_WORDS, "None"), values)


def ones(program: Program, dtype: Any = np.float64) -> Any:
    """An array of a's shape, in which no size is 0."""
    return np.ones([max(size, 1) for size in a_of(program).shape], dtype)


def labelled(program: Program) -> tuple[Any, Any]:
    """For each cell of d, the flat indices of the cells of a and of s that meet in it."""
    a, s = a_of(program), s_of(program)
    divides = any("a / s" in ast.unparse(statement) for statement in program.statements)
    usual = 1.0 if divides else 0.0

    def met(first: Any, second: Any) -> Any:
        def put(names: Names) -> None:
            holding(program, first)(names)
            names["s"] = torch.tensor(second) if is_torchs(program) else second

        ran = program.run(after={program.place("s"): put}, until=program.place("d"))
        assert ran.error is None, ran.error
        return np.asarray(ran["d"])

    own = met(np.arange(1.0, a.size + 1).reshape(a.shape), np.full(s.shape, usual))
    numbers = np.arange(1.0, s.size + 1).reshape(s.shape)
    taken = met(np.full(a.shape, usual), numbers)
    taken = 1 / taken if divides else -taken
    return np.rint(own).astype(int) - 1, np.rint(taken).astype(int) - 1


def named(names: Mapping[str, Any], code: str) -> Any:
    """What an expression of a page is where these names are bound."""
    return eval(code, dict(names))


def error_of(call: Callable[[], Any]) -> Exception | None:
    """What a call raises; None where it raises nothing."""
    try:
        call()
    except Exception as error:
        return error
    return None


def sub_axes(rank: int, count: int) -> list[tuple[int, ...]]:
    """All choices of so many axes."""
    return list(itertools.combinations(range(rank), count))
