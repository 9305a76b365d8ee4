"""What a learner may not expect of how an array was made, or why a library would not make it: facts, and what works."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of, pytorch
from primer_core.claims.changing import HoldsTheSizes
from primer_core.claims.claim import Claim
from primer_core.claims.making import (
    ApartByRounding,
    DtypesMeet,
    HoldsObjects,
    IsScalar,
    MakesFloats,
    MakesInstead,
    NeverWritten,
    RowsDiffer,
    SeedChosen,
    ShapeIsOne,
    StepsMiscounted,
    TakesSizes,
)
from primer_core.language.evaluator import Call, Evaluator
from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_AXES, MAX_ELEMENTS, Refused
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Rejection
from primer_core.lessons.arrays.making import NAME, Made, Making, make, node_at, read_making, replaced
from primer_core.lessons.arrays.strip import unwritten_of, values_of
from primer_core.lessons.arrays.surprising import surprising

_NEARLY = 1e-12
"""How far two floats lie apart that rounding alone keeps from being equal, in proportion."""

_BY_SHAPE = ("np.zeros", "np.ones", "np.empty")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a learner may not expect.

    Parameters
    ----------
    claim
        What it is.
    is_trap
        Whether it is likely to go wrong, not only worth knowing.
    """

    claim: Claim
    is_trap: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """An operand of a product that a library declined.

    Parameters
    ----------
    values
        Its values, of its shape.
    dtype
        Its name, without the library's.
    """

    values: NDArray[Any]
    dtype: str


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """Why a library would not make an array.

    Parameters
    ----------
    claim
        What in the text its error comes from.
    works
        Code that makes an array, as it is typed, with what it makes; in both libraries' words where that is known.
    factors
        Operands that do not go together, from left to right; empty where the error is of another kind, or where they
        are too large to be drawn.
    """

    claim: Claim
    works: tuple[MakesInstead, ...] = ()
    factors: tuple[Factor, ...] = ()


def remarks_on(made: Made, array: Any) -> tuple[Remark, ...]:
    """Tell what is not expected of an array: asked of the array as it is now, and of the calls that made it."""
    return tuple(_remarks(made, array))


def cause_of(making: Making, rejection: Rejection) -> Cause | None:
    """Find what an error of a library comes from, and what would work; None where that is not known."""
    node = node_at(making, rejection.place)
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), _), [ast.List() as rows, *_]) if (
            "inhomogeneous" in rejection.message
        ):
            return _ragged(making, node, rows)
        case ast.Call(function, [ast.List() as rows, *_]) if ast.unparse(function) == "torch.tensor":
            return _ragged(making, node, rows)
        case ast.Call(function, [_, _, *_] as sizes, _) if ast.unparse(function) in _BY_SHAPE:
            return _sizes(making, node, sizes)
        case ast.BinOp(left, ast.MatMult(), right) if rejection.declined is not None:
            return _two_dtypes(making, node, left, right)
    return None


def _remarks(made: Made, array: Any) -> Iterator[Remark]:
    unwritten = unwritten_of(array, made.evaluator.uninitialised)
    if unwritten is not None:
        yield Remark(NeverWritten(NAME, int(unwritten.sum()), unwritten.size), is_trap=True)
    if array.dtype == object:
        kinds = tuple(sorted({type(each).__name__ for each in np.asarray(array).ravel()}))
        yield Remark(HoldsObjects(NAME, kinds, tuple(array.shape), array.itemsize), is_trap=True)
    if isinstance(array, np.generic):
        yield Remark(IsScalar(NAME, type(array).__name__))
    if made.calls and made.calls[-1].entry.name == "operator.==" and made.calls[-1].result is array:
        yield from _of_equality(made.calls[-1], array)
    yield from (Remark(claim) for claim in surprising(made.calls, array))
    yield from _of_two_sizes(made)
    for call in made.calls:
        match call.entry.name:
            case "torch.Tensor":
                yield from _of_old_constructor(call)
            case "np.arange" | "torch.arange":
                yield from _of_steps(call)
    if made.seeded:
        yield Remark(SeedChosen(made.evaluator.seed))


def _of_old_constructor(call: Call) -> Iterator[Remark]:
    """Set ``torch.Tensor`` beside ``torch.tensor``, which are both called with the same."""
    given = call.bound.values["sizes"]
    torch = pytorch().module
    if len(given) == 1 and isinstance(given[0], list):
        new = torch.tensor(given[0])
        if call.result.dtype != new.dtype:
            yield Remark(MakesFloats(str(given[0]), _short(call.result), _short(new)))
    elif given and all(type(size) is int for size in given):
        written = ", ".join(map(str, given))
        data = written if len(given) == 1 else f"[{written}]"
        new = torch.tensor(given[0] if len(given) == 1 else list(given))
        yield Remark(TakesSizes(tuple(given), data, tuple(new.shape), _short(new)), is_trap=True)


def _of_two_sizes(made: Made) -> Iterator[Remark]:
    """Tell a pair of numbers in brackets, which an array is made of, from the shape of a table."""
    match made.making.statements:
        case [
            ast.Assign([ast.Name()], ast.Call(ast.Attribute(ast.Name("np"), "array"), [ast.Tuple(given)], _) as call)
        ]:
            sizes = tuple(each.value for each in given if isinstance(each, ast.Constant) and type(each.value) is int)
            if len(sizes) == len(given) == 2 and min(sizes) > 0 and prod(sizes) <= MAX_ELEMENTS:
                yield Remark(HoldsTheSizes(ast.unparse(call), (sizes[0], sizes[1]), f"np.zeros({sizes})"))


def _of_equality(call: Call, array: Any) -> Iterator[Remark]:
    """Tell of the first pair of floats that is apart by rounding alone."""
    positional = () if call.given is None else call.given.positional
    given = [np.asarray(values_of(each) if hasattr(each, "dtype") else each) for each in positional]
    if array.ndim == 0 or any(each.dtype.kind not in "iu" and each.dtype != np.float64 for each in given):
        return
    left, right = (np.broadcast_to(each.astype(np.float64), tuple(array.shape)) for each in given)
    apart = np.isfinite(left) & np.isfinite(right) & (left != right) & ~values_of(array)
    near = apart & (np.abs(left - right) <= _NEARLY * np.maximum(np.abs(left), np.abs(right)))
    if near.any():
        index = tuple(int(place) for place in np.unravel_index(int(np.argmax(near)), near.shape))
        yield Remark(ApartByRounding(NAME, index, float(left[index]), float(right[index])))


def _of_steps(call: Call) -> Iterator[Remark]:
    """Tell where a step that is a fraction gives another count than its decimals promise."""
    start, stop, step = (call.bound.get(*names) for names in (("start",), ("stop", "end"), ("step",)))
    if stop is None:
        start, stop = 0, start
    bounds = (start, stop, step)
    if not all(type(bound) in (int, float) and np.isfinite(bound) for bound in bounds) or step == int(step):
        return
    meant = (Fraction(repr(stop)) - Fraction(repr(start))) / Fraction(repr(step))
    count, size, computed = max(ceil(meant), 0), int(prod(call.result.shape)), (stop - start) / step
    if size in (0, count) or count > MAX_ELEMENTS or size != ceil(computed):
        return
    last = float(values_of(call.result).ravel()[-1])
    spaced = f"np.linspace({start}, {stop}, {count}, endpoint=False)"
    code = f"{call.entry.name}({start}, {stop}, {step})"
    yield Remark(StepsMiscounted(code, size, repr(last), count, spaced), is_trap=True)


def _short(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _ragged(making: Making, node: ast.Call, rows: ast.List) -> Cause | None:
    evaluator = Evaluator()
    try:
        cells = evaluator.value_of(rows, making.source)
        np.array(cells)
    except ValueError:
        claim = _rows_apart(rows, cells)
    except Rejection:
        return None
    else:
        return None
    if claim is None:
        return None
    as_objects = ast.Call(code_expression("np.array"), [rows], [ast.keyword("dtype", ast.Name("object", ast.Load()))])
    return Cause(claim, _made_by(replaced(making, node, as_objects)))


def _rows_apart(node: ast.expr, cells: list[Any]) -> Claim | None:
    """Name two rows that differ, in the innermost list in which rows differ; None where it is not written out."""
    shapes = []
    for place, row in enumerate(cells):
        try:
            shapes.append(np.shape(row))
        except ValueError:
            parts = node.elts if isinstance(node, ast.List | ast.Tuple) else []
            return _rows_apart(parts[place], row) if place < len(parts) else None
    other = next(place for place, shape in enumerate(shapes) if shape != shapes[0])
    return RowsDiffer(ast.unparse(node), (0, other), (shapes[0], shapes[other]))


def _made_by(*codes: str) -> tuple[MakesInstead, ...]:
    """Make the array of each code, and say what it is; codes of which none comes are left out."""
    found = []
    for code in codes:
        try:
            made = make(read_making(code))
        except (Rejection, Refused):
            continue
        found.append(MakesInstead(code, tuple(made.array.shape), backend_of(made.array).dtype_name(made.array)))
    return tuple(found)


def _sizes(making: Making, node: ast.Call, sizes: list[ast.expr]) -> Cause | None:
    if not all(isinstance(size, ast.Constant) and type(size.value) is int for size in sizes):
        return None
    shape = ast.Tuple(sizes, ast.Load())
    name = ast.unparse(node.func).removeprefix("np.")
    fixed = ast.Call(node.func, [shape], node.keywords)
    by_torch = ast.Call(code_expression(f"torch.{name}"), sizes, [])
    claim = ShapeIsOne(*map(ast.unparse, (node, sizes[1], fixed, by_torch)))
    return Cause(claim, _made_by(replaced(making, node, fixed), replaced(making, node, by_torch)))


def _two_dtypes(making: Making, node: ast.BinOp, left: ast.expr, right: ast.expr) -> Cause | None:
    """Tell of two dtypes that meet in a product of PyTorch, which converts neither."""
    evaluator = Evaluator()
    try:
        for statement in making.statements:
            evaluator.statement(statement, making.source)
    except Rejection:
        pass  # as it was before, at the product: what was bound before it is known now
    try:
        one, other = evaluator.value_of(left, making.source), evaluator.value_of(right, making.source)
    except Rejection:
        return None
    if owner_of(one) != "Tensor" or owner_of(other) != "Tensor" or one.dtype == other.dtype:
        return None
    common = _short(pytorch().module.ones((), dtype=pytorch().module.result_type(one, other)))
    converted = [replaced(making, node, _product(node, *pair)) for pair in ((right, other), (left, one))]
    claim = DtypesMeet(ast.unparse(left), ast.unparse(right), (_short(one), _short(other)), common)
    return Cause(claim, _made_by(*converted), _factors(evaluator, one, other))


def _factors(evaluator: Evaluator, *tensors: Any) -> tuple[Factor, ...]:
    for tensor in tensors:
        large = tensor.ndim > MAX_AXES or tensor.numel() > MAX_ELEMENTS
        if large or unwritten_of(tensor, evaluator.uninitialised) is not None:
            return ()
    return tuple(Factor(values_of(tensor), _short(tensor)) for tensor in tensors)


def _product(node: ast.BinOp, kept: ast.expr, like: Any) -> ast.expr:
    """Return the product in which the operand that is not kept has the dtype of the kept one."""
    dtype = code_expression(str(like.dtype))
    operands = [
        operand if operand is kept else ast.Call(ast.Attribute(operand, "to", ast.Load()), [dtype], [])
        for operand in (node.left, node.right)
    ]
    return ast.BinOp(operands[0], node.op, operands[1])
