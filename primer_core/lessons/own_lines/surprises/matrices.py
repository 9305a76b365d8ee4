"""When it surprises what products, inverses and cuts of matrices give: a table, huge numbers, cells left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.claims.claim import Claim, number_text
from primer_core.claims.surprises.matrices import ColumnTimesItself, NoInverseByDigits, OneOfEachBlock, RowsTimesMatrix
from primer_core.language.execution import is_array
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.surprises.line import Line, last_name, numbers, whole_number
from primer_core.lessons.own_lines.trace import Part

_PRODUCTS = (
    "operator.@", "np.dot", "np.matmul", "ndarray.dot", "torch.matmul", "torch.mm", "Tensor.matmul", "Tensor.mm",
)  # fmt: skip
_VECTOR_PRODUCTS = (*_PRODUCTS, "torch.mv", "Tensor.mv")
_EXACT = ("int64", "float32", "float64")
_MOST_SHOWN = 6
"""Numbers of a row that are told one by one at most."""

_TURNS = ("T", "mT", "t", "transpose")
_OF_TABLES = ("diag", "diagonal", "trace", "det", "inv", "eig", "eigh", "svd", "solve", "[]", "[]=", "T", "t")
"""What is asked of a table, and not of a number in brackets."""

_TABLES = re.compile(
    r"outer|gram|cov|kernel|proj|table|matrix|pair|simil|corr|hess|atten|reflect|rank|mask|grid|dist", re.I
)
"""Names of what is meant as a table."""

_INVERSES = ("np.linalg.inv", "torch.linalg.inv", "torch.inverse", "Tensor.inverse")
_SOLVES = ("np.linalg.solve", "torch.linalg.solve")
_LEAST_OFF = 0.01


def _all_products(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        sides = _sides(node)
        if sides is None or not isinstance(node, ast.expr) or not _is_itself(*sides):
            continue
        text = line.text(node)
        part = next((each for each in line.step.parts if each.place.text == text and each.entry in _PRODUCTS), None)
        if part is None or not is_array(part.result) or len(part.operands) != 2:
            continue
        column, row = (shape_of(each) for each in part.operands)
        size = column[0] if column else 0
        if size < 2 or (column, row) != ((size, 1), (1, size)) or _is_meant(line, size):
            continue
        given = numbers(part.operands[0])
        if given.dtype.kind not in "if" or not np.isfinite(given).all():
            continue
        total = f"{float((given.T @ given)[0, 0]):.6g}"
        yield ColumnTimesItself(line.run, text, size, _turned(line, node, *sides), total)


def _sides(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """Return both operands of a product of two matrices, as code; None for anything else."""
    match node:
        case ast.BinOp(left, ast.MatMult(), right):
            return left, right
        case ast.Call(
            ast.Attribute(ast.Name("np" | "numpy" | "torch"), "dot" | "matmul" | "mm" | "mv"), [left, right], []
        ):
            return left, right
        case ast.Call(ast.Attribute(left, "dot" | "matmul" | "mm" | "mv"), [right], []):
            return left, right
    return None


def _is_itself(left: ast.expr, right: ast.expr) -> bool:
    """Return whether one of two expressions is the other, transposed, and computes nothing that differs each time."""
    one, other = (_untransposed(each) for each in (left, right))
    turned = right if one is None else left if other is None else None
    inner = other if one is None else one
    if inner is None or turned is None:
        return False
    plain = right if turned is left else left
    if any(ast.unparse(node) in ("None", "np.newaxis", "numpy.newaxis") for node in ast.walk(inner)):
        return False  # who writes the axis there means a column
    alone = not any(isinstance(node, ast.Call) for node in ast.walk(inner))
    return alone and ast.dump(inner) == ast.dump(plain)


def _untransposed(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Attribute(inner, name) if name in _TURNS:
            return inner
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "torch"), "transpose" | "t"), [inner], []):
            return inner
        case ast.Call(ast.Attribute(inner, name), [], []) if name in _TURNS:
            return inner
    return None


def _turned(line: Line, node: ast.expr, left: ast.expr, right: ast.expr) -> str:
    match node:
        case ast.BinOp():
            return f"{line.asked(right)} @ {line.asked(left)}"
        case ast.Call(ast.Attribute(_, name) as function, [_]):
            return f"{line.asked(right)}.{name}({line.text(left)})"
        case ast.Call(function):
            return f"{line.text(function)}({line.text(right)}, {line.text(left)})"
    raise AssertionError(node)


def _is_meant(line: Line, size: int) -> bool:
    """Return whether a table of products may be meant: by a name, or as the program computes with such tables."""
    names = [*line.step.moment.functions]
    match line.node:
        case ast.Assign([ast.Name(name)]):
            names.append(name)
    if any(_TABLES.search(name) or (len(name) == 1 and name.isupper()) for name in names):
        return True
    return any(_takes_tables(part, size) for step in line.trace.steps for part in step.parts)


def _takes_tables(part: Part, size: int) -> bool:
    """Return whether a part takes a table of a size as one: cell by cell with another array, or for what it has."""
    given = [each for each in (*part.operands, *part.keywords.values()) if is_array(each)]
    if not any(shape_of(each) == (size, size) for each in given):
        return False
    of_many = [each for each in given if int(np.prod(shape_of(each))) > 1]
    return len(of_many) > 1 or last_name(part) in _OF_TABLES


def _of_rows(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in _PRODUCTS or len(part.operands) != 2 or not all(map(is_array, part.operands)):
            continue
        node = line.at(part.place)
        match None if node is None else _sides(node):
            case [ast.Name(table), ast.Name(matrix)] if table != matrix:
                pass
            case _:
                continue
        rows, square = (numbers(each) for each in part.operands)
        if rows.ndim != 2 or square.ndim != 2 or square.shape[0] != square.shape[1] or square.shape[0] > _MOST_SHOWN:
            continue
        if any(each.dtype not in _EXACT or not np.isfinite(each).all() for each in (rows, square)):
            continue
        both = rows @ square, rows @ square.T
        differ = np.flatnonzero(~np.isclose(*both, rtol=1e-3, atol=1e-6).all(axis=1))
        singles = _times_a_row(line, matrix, table, square) if differ.size and isinstance(node, ast.expr) else {}
        found = [row for row in singles if row in differ]
        if found and isinstance(node, ast.expr):
            gives, wanted = (tuple(number_text(each.item()) for each in table[found[0]]) for table in both)
            instead = _with_right(line, node, f"{matrix}.T")
            yield RowsTimesMatrix(
                line.run, line.text(node), matrix, singles[found[0]], found[0], gives, wanted, instead
            )


def _times_a_row(line: Line, matrix: str, table: str, square: NDArray[Any]) -> dict[int, str]:
    """Return rows of a table by which the program multiplies a matrix from the left, and these products as code."""
    found: dict[int, str] = {}
    for step in line.trace.steps:
        for part in step.parts:
            if part.entry not in _VECTOR_PRODUCTS or len(part.operands) != 2 or not all(map(is_array, part.operands)):
                continue
            node = line.at(part.place)
            match None if node is None else _sides(node):
                case [ast.Name(left), ast.Subscript(ast.Name(of), ast.Constant(int(row)))] if (left, of) == (
                    matrix,
                    table,
                ):
                    pass
                case _:
                    continue
            if isinstance(node, ast.expr) and np.array_equal(numbers(part.operands[0]), square):
                found[row] = line.text(node)
    return found


def _with_right(line: Line, node: ast.expr, right: str) -> str:
    """Return a product with another matrix at its right, as code."""
    match node:
        case ast.BinOp(left):
            return f"{line.text(left)} @ {right}"
        case ast.Call(function, [*before, _]):
            return f"{line.text(function)}({', '.join([*map(line.text, before), right])})"
    raise AssertionError(node)


def _no_inverse(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in (*_INVERSES, *_SOLVES) or not is_array(part.result) or not part.operands:
            continue
        call, matrix = line.at(part.place), part.operands[0]
        shape = shape_of(matrix) if is_array(matrix) else ()
        if len(shape) != 2 or shape[0] < 2 or not isinstance(call, ast.Call) or call.keywords:
            continue
        given = numbers(matrix)
        if given.dtype.kind not in "iuf" or not np.isfinite(given).all() or not given.any():
            continue
        if not isinstance(call.func, ast.Attribute):
            continue
        asked = call.args[0] if call.args else call.func.value
        if isinstance(asked, ast.Starred) or "rand" in line.text(asked):
            continue  # what is drawn anew is another matrix
        of_torch = part.entry not in ("np.linalg.inv", "np.linalg.solve")
        result = numbers(part.result)
        rank, off = _rank(given.astype(result.dtype)), _off(matrix)
        largest = float(np.abs(result).max()) if result.size else 0.0
        if rank is None or off is None or not np.isfinite(largest):
            continue
        library = _library_of(line, call, "torch" if of_torch else "np")
        code = line.text(asked)
        inverse = part.place.text if part.entry in _INVERSES else f"{library}.linalg.inv({code})"
        yield NoInverseByDigits(
            line.run,
            part.place.text,
            code,
            result.dtype.name,
            rank,
            shape[0],
            f"{library}.linalg.matrix_rank({code})",
            f"{largest:.2g}",
            f"{inverse} @ {line.asked(asked)}",
            f"{off:.2g}",
        )


def _rank(matrix: NDArray[Any]) -> int | None:
    """Return the rank of a matrix that is singular up to rounding, however its rows and columns are scaled."""
    size = len(matrix)
    rank = int(np.linalg.matrix_rank(matrix))
    scaled = matrix / np.abs(matrix).max(axis=1, keepdims=True).clip(np.finfo(matrix.dtype).tiny)
    scaled = scaled / np.abs(scaled).max(axis=0, keepdims=True).clip(np.finfo(matrix.dtype).tiny)
    singular = rank < size and np.linalg.matrix_rank(scaled) < size
    return rank if singular else None


def _off(matrix: Any) -> float | None:
    """Return by how much the inverse times a matrix is off the identity, if by much."""
    inv = backend_of(matrix).module.linalg.inv
    try:
        product = numbers(inv(matrix) @ matrix)
    except (ValueError, RuntimeError):  # an exact 0, which is an error of both libraries
        return None
    off = float(np.abs(product - np.eye(len(product))).max())
    return off if np.isfinite(off) and off > _LEAST_OFF else None


def _library_of(line: Line, call: ast.Call, usual: str) -> str:
    """Return what the program calls the library of a call ``np.linalg.inv(...)``."""
    match call.func:
        case ast.Attribute(ast.Attribute(ast.Name(name), "linalg")):
            return name
        case ast.Attribute(ast.Name(name)) if usual == "torch" and not line.shape_of(name):
            return name
    return usual


def _blocks(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("ndarray.[]", "Tensor.[]") or not is_array(part.operands[0]):
            continue
        match line.at(part.place):
            case ast.Subscript(ast.Name(name), ast.Tuple([ast.Slice() as rows, ast.Slice() as columns]), ast.Load()):
                steps = _step(rows), _step(columns)
            case _:
                continue
        array = numbers(part.operands[0])
        if min(steps) < 2 or array.ndim != 2 or array.dtype.kind not in "iuf" or not is_array(part.result):
            continue
        filled, kept = int(np.count_nonzero(array)), int(np.count_nonzero(numbers(part.result)))
        if kept == filled or filled * 2 >= array.size or array.shape[0] < steps[0] or array.shape[1] < steps[1]:
            continue
        averages = ""
        if not any(size % step for size, step in zip(array.shape, steps, strict=True)):
            high, wide = (size // step for size, step in zip(array.shape, steps, strict=True))
            of_torch = part.entry == "Tensor.[]"
            floats = f"{name}.float()" if of_torch and array.dtype.kind != "f" else name
            word = "dim" if of_torch else "axis"
            averages = f"{floats}.reshape({high}, {steps[0]}, {wide}, {steps[1]}).mean({word}=(1, 3))"
        yield OneOfEachBlock(line.run, part.place.text, steps, filled, kept, averages)


def _step(cut: ast.Slice) -> int:
    """Return the step of a slice that goes on to the end, and begins in the first block; 0 of any other."""
    step, start = whole_number(cut.step), 0 if cut.lower is None else whole_number(cut.lower)
    return step if step is not None and start is not None and cut.upper is None and 0 <= start < step else 0


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_all_products, _of_rows, _no_inverse, _blocks)
