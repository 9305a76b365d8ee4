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

from primer_core.backend import pytorch
from primer_core.language.evaluator import Call, Evaluator
from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_AXES, MAX_ELEMENTS
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Rejection
from primer_core.language.spelling import counted, shape_text
from primer_core.language.text import ragged
from primer_core.lessons.arrays.making import Made, Making, node_at, replaced
from primer_core.lessons.arrays.strip import unwritten_of, values_of

_BY_SHAPE = ("np.zeros", "np.ones", "np.empty")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a learner may not expect.

    Parameters
    ----------
    message
        Plain text.
    is_trap
        Whether it is likely to go wrong, not only worth knowing.
    """

    message: str
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
    message
        Plain text: what in the text its error comes from.
    works
        Code that would be made, as it is typed; in both libraries' words where that is known.
    factors
        Operands that do not go together, from left to right; empty where the error is of another kind, or where they
        are too large to be drawn.
    """

    message: str
    works: tuple[str, ...] = ()
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
        count = int(unwritten.sum())
        many = "No cell" if count == unwritten.size else f"{count} of {counted(unwritten.size, 'cell')} never"
        verb = "was ever" if count == unwritten.size else "were" if count > 1 else "was"
        yield Remark(
            f"{many} {verb} written: the memory is handed out as it is found, and what stands there is left over from "
            "something else. Such a cell is drawn as ?. Write it before it is read, or make the array with zeros.",
            is_trap=True,
        )
    if array.dtype == object:
        kinds = ", ".join(sorted({type(each).__name__ for each in np.asarray(array).ravel()}))
        yield Remark(
            f"An array of Python objects ({kinds}): its shape is {shape_text(tuple(array.shape))}, and each cell holds "
            "a pointer to an object that lies elsewhere. It is no table of numbers, and is not computed with here.",
            is_trap=True,
        )
    for call in made.calls:
        match call.entry.name:
            case "torch.Tensor":
                yield from _of_old_constructor(call)
            case "np.arange" | "torch.arange":
                yield from _of_steps(call)
    if made.seeded:
        yield Remark("No seed was given: 0 is used here, so that the numbers are the same each time.")


def _of_old_constructor(call: Call) -> Iterator[Remark]:
    """Set ``torch.Tensor`` beside ``torch.tensor``, which are both called with the same."""
    given = call.bound.values["sizes"]
    torch = pytorch().module
    if len(given) == 1 and isinstance(given[0], list):
        data = torch.tensor(given[0])
        yield Remark(
            f"torch.Tensor makes {_short(call.result)} of any numbers. torch.tensor takes the dtype from them: "
            f"here {_short(data)}."
        )
    elif given and all(type(size) is int for size in given):
        written = ", ".join(map(str, given))
        argument = written if len(given) == 1 else f"[{written}]"
        data = torch.tensor(given[0] if len(given) == 1 else list(given))
        yield Remark(
            f"torch.Tensor({written}) takes sizes: its shape is {shape_text(tuple(call.result.shape))}, dtype "
            f"{_short(call.result)}. torch.tensor({argument}) takes data: its shape is "
            f"{shape_text(tuple(data.shape))}, dtype {_short(data)}.",
            is_trap=True,
        )


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
    counted_out = np.linspace(start, stop, count, endpoint=False)
    spaced = f"np.linspace({start}, {stop}, {count}, endpoint=False)"
    yield Remark(
        f"{call.entry.name}({start}, {stop}, {step}) has {counted(size, 'cell')}, and its last is {last!r}. As the "
        f"decimals are written, (stop − start) / step is {float(meant):g}, which makes {counted(count, 'cell')}; in "
        f"floating point it is {computed!r}, and rounded up. {spaced} counts cells instead of adding "
        f"steps: it has {counted_out.size}.",
        is_trap=True,
    )


def _short(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _ragged(making: Making, node: ast.Call, rows: ast.List) -> Cause | None:
    evaluator = Evaluator()
    try:
        cells = evaluator.value_of(rows, making.source)
        np.array(cells)
    except ValueError:
        message = ragged(cells)
    except Rejection:
        return None
    else:
        return None
    as_objects = ast.Call(code_expression("np.array"), [rows], [ast.keyword("dtype", ast.Name("object", ast.Load()))])
    message += (
        " Pad the short rows, or keep a list of lists. With dtype=object NumPy makes an array of Python lists, which "
        "is no table."
    )
    return Cause(message, (replaced(making, node, as_objects),))


def _sizes(making: Making, node: ast.Call, sizes: list[ast.expr]) -> Cause | None:
    if not all(isinstance(size, ast.Constant) and type(size.value) is int for size in sizes):
        return None
    shape = ast.Tuple(sizes, ast.Load())
    name = ast.unparse(node.func).removeprefix("np.")
    fixed = ast.Call(node.func, [shape], node.keywords)
    by_torch = ast.Call(code_expression(f"torch.{name}"), sizes, [])
    return Cause(
        f"In NumPy a shape is one argument, a tuple: {ast.unparse(fixed)}. What stands second is the dtype, and "
        f"{ast.unparse(sizes[1])} is none. PyTorch takes sizes one by one as well: {ast.unparse(by_torch)}.",
        (replaced(making, node, fixed), replaced(making, node, by_torch)),
    )


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
    origin = (
        "Arrays that come from NumPy keep its float64, and PyTorch makes float32 by itself. "
        if {_short(one), _short(other)} == {"float32", "float64"}
        else ""
    )
    return Cause(
        f"The left operand has the dtype {_short(one)}, the right one {_short(other)}. {origin}Where numbers meet cell "
        f"by cell, with * or +, PyTorch converts both to {common}; a matrix product converts neither. Convert one of "
        "them once, with .to(...).",
        tuple(converted),
        _factors(evaluator, one, other),
    )


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
