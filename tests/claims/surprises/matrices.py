"""Checks of what surprises in products, inverses and cuts of matrices: all is computed once more, cell by cell."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprises.matrices import ColumnTimesItself, NoInverseByDigits, OneOfEachBlock, RowsTimesMatrix
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import computed, expression, inner_of, made_of, numbers, stands_there


@check(ColumnTimesItself)
def _(claim: ColumnTimesItself, program: Program) -> None:
    table, names = made_of(claim, program)
    turned = numbers(computed(claim.turned, names))
    table = numbers(table)
    assert table.shape == (claim.size, claim.size)
    assert turned.shape == (1, 1)
    assert f"{float(turned[0, 0]):.6g}" == claim.total
    assert sorted(re.findall(r"\w+", claim.turned)) == sorted(re.findall(r"\w+", claim.code))
    assert np.isclose(sum(float(table[place, place]) for place in range(claim.size)), float(turned[0, 0]))
    squares = [float(table[place, place]) for place in range(claim.size)]
    for row, column in np.ndindex(*table.shape):
        assert np.isclose(float(table[row, column]) ** 2, squares[row] * squares[column], rtol=1e-3)


@check(RowsTimesMatrix)
def _(claim: RowsTimesMatrix, program: Program) -> None:
    product, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.right if isinstance(node, ast.BinOp) else node.args[-1]) == claim.matrix
    assert claim.single in opened(program.code)
    single: Any = expression(claim.single)
    sides = [ast.unparse(each) for each in ast.walk(single) if isinstance(each, ast.Name | ast.Subscript)]
    assert claim.matrix in sides
    assert any(each.endswith(f"[{claim.row}]") for each in sides)
    matrix = numbers(computed(claim.matrix, names)).tolist()
    again, point = numbers(computed(claim.instead, names)), numbers(computed(claim.single, names))
    table = computed(ast.unparse(node.left if isinstance(node, ast.BinOp) else _left(node)), names)
    for place, row in enumerate(numbers(table).tolist()):
        turned = [sum(a * b for a, b in zip(each, row, strict=True)) for each in matrix]
        np.testing.assert_allclose(again[place], turned, rtol=1e-4, atol=1e-6)
        back = [sum(a * b for a, b in zip(each, row, strict=True)) for each in zip(*matrix, strict=True)]
        np.testing.assert_allclose(numbers(product)[place], back, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(point, again[claim.row], rtol=1e-4, atol=1e-6)
    for said, found in ((claim.gives, numbers(product)[claim.row]), (claim.wanted, point)):
        given = [float(each.replace("−", "-")) for each in said]
        np.testing.assert_allclose(given, found, rtol=1e-4, atol=1e-6)
    assert claim.gives != claim.wanted


def _left(call: ast.Call) -> ast.expr:
    return call.args[0] if len(call.args) == 2 else inner_of(call)


@check(NoInverseByDigits)
def _(claim: NoInverseByDigits, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    parts = [ast.unparse(each) for each in [*node.args[:1], node.func.value]]
    assert ast.unparse(expression(claim.matrix)) in parts
    matrix = computed(claim.matrix, names)
    result = numbers(result)
    cells = numbers(matrix).astype(result.dtype)
    assert (result.dtype.name, cells.shape) == (claim.dtype, (claim.size, claim.size))
    assert claim.matrix in claim.asks
    assert claim.matrix in claim.product
    assert int(computed(claim.asks, names)) == claim.rank < claim.size
    assert f"{max(abs(float(each)) for each in result.ravel()):.2g}" == claim.largest
    product = numbers(computed(claim.product, names))
    off = max(abs(float(product[row, column]) - (row == column)) for row, column in np.ndindex(claim.size, claim.size))
    assert f"{off:.2g}" == claim.off
    assert off > 0.01
    again: ast.BinOp = expression(claim.product)
    inverse = ast.unparse(again.left)
    given = computed(inverse, names)
    library: Any = torch if isinstance(matrix, torch.Tensor) else np
    assert np.array_equal(numbers(given), numbers(library.linalg.inv(matrix)))
    if "inv" in ast.unparse(node.func):
        assert inverse == ast.unparse(node)
    # The nearest singular matrix is no farther away than rounding.
    left, values, right = np.linalg.svd(cells.astype(np.float64))
    nearest = (left[:, :-1] * values[:-1]) @ right[:-1]
    assert np.abs(nearest - cells).max() <= claim.size * np.finfo(result.dtype).eps * np.abs(cells).max()


@check(OneOfEachBlock)
def _(claim: OneOfEachBlock, program: Program) -> None:
    kept, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = numbers(computed(ast.unparse(node.value), names))
    high, wide = claim.steps
    assert [ast.unparse(each.step) for each in node.slice.elts] == [str(high), str(wide)]
    assert sum(bool(each) for each in array.ravel().tolist()) == claim.filled < array.size / 2
    assert sum(bool(each) for each in numbers(kept).ravel().tolist()) == claim.kept < claim.filled
    whole = not (array.shape[0] % high or array.shape[1] % wide)
    assert whole == bool(claim.averages)
    if not whole:
        return
    blocks = [(row, column) for row in range(0, array.shape[0], high) for column in range(0, array.shape[1], wide)]
    assert numbers(kept).size == len(blocks)
    for (row, column), cell in zip(blocks, numbers(kept).ravel().tolist(), strict=True):
        assert cell in array[row : row + high, column : column + wide].ravel().tolist()
    means = [
        sum(array[row : row + high, column : column + wide].astype(float).ravel().tolist()) / (high * wide)
        for row, column in blocks
    ]
    np.testing.assert_allclose(numbers(computed(claim.averages, names)).ravel(), means, rtol=1e-5)
