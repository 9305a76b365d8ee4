"""When it surprises where a line put its numbers: sorted apart, not transposed, along the other axis."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprising_places import (
    AddsRows,
    ColumnsSumToOne,
    FirstAlongColumns,
    FirstLeftOut,
    NothingToSwap,
    NotTransposed,
    SortedApart,
)
from primer_core.language.execution import is_array
from primer_core.lessons.own_lines.surprising_line import Line, arrays, last_name, numbers

_SHAPES = ("np.reshape", "ndarray.reshape", "torch.reshape", "Tensor.reshape", "Tensor.view")
_TURNS = ("ndarray.T", "Tensor.T", "ndarray.transpose", "np.transpose", "Tensor.t", "torch.t")
_MOST_AXES = 4
_SOFTMAX = ("softmax", "log_softmax")


def _apart(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if part.entry != "np.sort" or len(given) != 1 or not is_array(part.result) or given[0].ndim != 2:
            continue
        before, after = numbers(given[0]), numbers(part.result)
        if before.shape != after.shape or min(before.shape) < 2 or np.isnan(before).any():
            continue
        for axis in (0, 1):
            across = before if axis == 0 else before.T
            lines = after if axis == 0 else after.T
            kept = sorted(across.tolist()) == sorted(lines.tolist())
            if not kept and np.array_equal(np.sort(before, axis), after):
                yield SortedApart(line.run, part.place.text, axis)
                break


def _as_it_lies(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in _SHAPES or not part.operands or not (is_array(part.result) and is_array(part.operands[0])):
            continue
        before, after = numbers(part.operands[0]), numbers(part.result)
        if before.shape == after.shape or sorted(before.shape) != sorted(after.shape) or before.ndim > _MOST_AXES:
            continue
        if (
            sorted(size for size in before.shape if size > 1)
            == [size for size in after.shape if size > 1]
            == [size for size in before.shape if size > 1]
        ):
            continue
        orders = [axes for axes in permutations(range(before.ndim)) if before.transpose(axes).shape == after.shape]
        if not any(np.array_equal(before.transpose(axes), after) for axes in orders):
            yield NotTransposed(line.run, part.place.text, before.shape, after.shape)


def _turned(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry in _TURNS and len(part.operands) == 1 and is_array(part.operands[0]):
            shape = tuple(map(int, part.operands[0].shape))
            if len(shape) == 1:
                yield NothingToSwap(line.run, part.place.text, shape[0])


def _meshed(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if (
            part.entry != "np.meshgrid"
            or len(part.operands) != 2
            or part.keywords
            or not isinstance(part.result, list | tuple)
        ):
            continue
        first, second = (int(np.size(numbers(each) if is_array(each) else each)) for each in part.operands)
        if first != second and tuple(part.result[0].shape) == (second, first):
            yield FirstAlongColumns(line.run, part.place.text, first, second)


def _adds_rows(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("sum"), [ast.Name(name)], []) if "sum" not in line.step.names:
                shape = line.shape_of(name)
                if shape is not None and len(shape) > 1 and shape[0]:
                    yield AddsRows(line.run, line.text(call), name, shape[1:])


def _left_out(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Subscript(
                ast.Name(name), ast.Slice(start, ast.Constant(0), ast.UnaryOp(ast.USub(), ast.Constant(1)))
            ) if line.shape_of(name):
                begins = "" if start is None else line.text(start)
                yield FirstLeftOut(line.run, line.text(node), f"{name}[{begins}::-1]")


def _columns(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if last_name(part) not in _SOFTMAX or len(given) != 1 or not is_array(part.result):
            continue
        shares = numbers(part.result).astype(float)
        shares = np.exp(shares) if "log" in part.entry else shares
        if shares.ndim != 2 or min(shares.shape) < 2 or not np.allclose(shares.sum(axis=0), 1, atol=1e-4):
            continue
        if not np.allclose(shares.sum(axis=1), 1, atol=1e-3):
            yield ColumnsSumToOne(line.run, part.place.text, f"{shares[0].sum():.3f}")


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _apart,
    _as_it_lies,
    _turned,
    _meshed,
    _adds_rows,
    _left_out,
    _columns,
)
