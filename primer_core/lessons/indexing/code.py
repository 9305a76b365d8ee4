"""Snippets of the indexing lesson: each runs as copied and prints what the page shows."""

import ast
from collections.abc import Sequence
from math import isfinite

import numpy as np

from primer_core.backend import Backend
from primer_core.backend.imports import import_lines
from primer_core.backend.interface import IndexItem
from primer_core.language.index import Index
from primer_core.language.operand import Operand
from primer_core.language.parsing import code_expression
from primer_core.lessons.indexing.question import Then


def given(library: Backend, operand: Operand, statements: Sequence[str] = ()) -> list[str]:
    """Write the lines that import what is needed, for statements that follow too, and that bind a.

    It is bound as it was typed where that was a tensor.
    """
    if operand.tensor_code and not library.runs_numpy_code:
        lines = ["import numpy as np", library.import_line, "", f"a = {operand.tensor_code}"]
    else:
        lines = library.setup_code("a", operand.code)
    missing = [line for line in import_lines(statements) if line not in lines]
    return [lines[0], *missing, *lines[1:]]


def snippet(library: Backend, operand: Operand, index: Index, then: Then, value: Operand | None) -> str:
    """Write the snippet that reads or writes through an index."""
    done = statements(library, index, then, value)
    lines = [*given(library, operand, done), *done]
    if value is None:
        return "\n".join([*lines, "print(b)", f"print({library.shares_memory_code('a', 'b')})"])
    return "\n".join([*lines, "print(a)", *(["print(b)"] if then == "Add to b" else [])])


def failing(library: Backend, operand: Operand, index: Index, then: Then, value: Operand | None, error: str) -> str:
    """Write the snippet that meets the library's error and prints it."""
    done = statements(library, index, then, value)
    tried = [f"    {line}" for line in done]
    return "\n".join([*given(library, operand, done), "try:", *tried, f"except {error} as error:", "    print(error)"])


def statements(library: Backend, index: Index, then: Then, value: Operand | None) -> tuple[str, ...]:
    """Write what is done with the index, a line a statement; without a value it can only be read."""
    place = f"a[{index_code(library, index)}]"
    if value is None:
        return (f"b = {place}",)
    given = _number(value.values.item()) if value.values.ndim == 0 else library.from_numpy_code(value.code)
    if then == "Add to b":
        return (f"b = {place}", f"b += {given}")
    return (f"{place} {'+=' if then == 'Add in place' else '='} {given}",)


def _number(value: bool | int | float) -> str:
    """Write a number of Python; nan and infinity have no name of their own there."""
    return f'float("{value}")' if isinstance(value, float) and not isfinite(value) else repr(value)


def index_code(library: Backend, index: Index) -> str:
    """Write an index for a library: PyTorch is given the places themselves, where NumPy computes them."""
    if library.runs_numpy_code or not _computes(inside(index)):
        return index.code
    written = ", ".join(
        library.array_code(item) if isinstance(item, np.ndarray) else item_text(item) for item in index.items
    )
    return written if index.lone or len(index.items) != 1 else f"{written},"


def stay_lists(index: Index) -> tuple[bool, ...]:
    """Say of each item whether it is given to the library as the list that was typed; PyTorch words its errors so."""
    within = inside(index)
    if _computes(within):
        return (False,) * len(index.items)
    parts = within.elts if isinstance(within, ast.Tuple) else [within]
    return tuple(isinstance(part, ast.List | ast.Tuple) for part in parts)


def inside(index: Index) -> ast.expr:
    """Parse what stands between the brackets."""
    whole = code_expression(f"_[{index.code}]")
    assert isinstance(whole, ast.Subscript)
    return whole.slice


def _computes(within: ast.expr) -> bool:
    return any(map(_is_numpys, ast.walk(within)))


def _is_numpys(node: ast.AST) -> bool:
    """Whether PyTorch might not compute this as NumPy does: a function, or what it indexes by a rule of its own."""
    match node:
        case ast.Call() | ast.Attribute():
            return True
        case ast.Subscript(slice=inner):
            parts = list(ast.walk(inner))
            return any(isinstance(part, ast.List) or (isinstance(part, ast.Slice) and part.step) for part in parts)
        case _:
            return False


def source(node: ast.expr) -> str:
    """Write one item as it would stand between brackets, where alone a slice has a source."""
    return ast.unparse(ast.Subscript(ast.Name("_"), node, ast.Load()))[2:-1]


def item_text(item: IndexItem | np.generic) -> str:
    """Write one item as Python would take it."""
    if isinstance(item, slice):
        ends = ["" if end is None else str(end) for end in (item.start, item.stop)]
        return ":".join([*ends, *([str(item.step)] if item.step is not None else [])])
    if item is ...:
        return "..."
    return str(item.tolist()) if isinstance(item, np.ndarray) else str(item)
