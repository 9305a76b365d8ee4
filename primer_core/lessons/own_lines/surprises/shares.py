"""When it surprises what softmax makes of masks and of shares, and along which axis vectors are compared."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.shares import (
    AllMasked,
    ComparesColumns,
    LogOfNothing,
    MaskedAfterwards,
    SharedAgain,
    SharesBelowZero,
    ShiftedFirst,
    ZeroHasWeight,
)
from primer_core.language.execution import is_array
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.ledger import Cells, Origin
from primer_core.lessons.own_lines.surprises.arrays import bound_once
from primer_core.lessons.own_lines.surprises.line import Line, numbers

_SHARES = ("F.softmax", "torch.softmax", "Tensor.softmax")
_LOG_SHARES = ("F.log_softmax", "torch.log_softmax", "Tensor.log_softmax")
_WEIGHS = ("operator.@", "torch.matmul", "Tensor.matmul", "torch.bmm", "Tensor.bmm", "torch.einsum")
_FILLS = ("Tensor.masked_fill", "torch.masked_fill")


@dataclass(frozen=True, slots=True)
class _Softmax:
    origin: Origin
    node: ast.Call
    given: ast.expr
    axis: int

    @property
    def numbers(self) -> NDArray[Any]:
        """What it was given."""
        assert self.origin.call is not None
        return numbers(self.origin.call.bound.positional[0])

    @property
    def result(self) -> NDArray[Any]:
        """What it gave."""
        return self.origin.values.reshape(self.numbers.shape)

    @property
    def is_log(self) -> bool:
        return self.origin.entry in _LOG_SHARES


def _softmaxes(line: Line) -> Iterator[_Softmax]:
    """Go through the softmaxes that a line computed of what stands in the line."""
    for origin in line.origins_here():
        if origin.entry not in (*_SHARES, *_LOG_SHARES) or origin.place is None or origin.call is None:
            continue
        found = line.at(origin.place)
        axis = _axis_of(origin)
        if not isinstance(found, ast.Call) or axis is None:
            continue
        match found:
            case ast.Call(ast.Attribute(_, "softmax" | "log_softmax"), [given, *_]) if not origin.entry.startswith(
                "Tensor"
            ):
                yield _Softmax(origin, found, given, axis)
            case ast.Call(ast.Attribute(given, "softmax" | "log_softmax")) if origin.entry.startswith("Tensor"):
                yield _Softmax(origin, found, given, axis)
            case ast.Call(_, [given]) if any(
                each.place == origin.place and each.kind in ("Softmax", "LogSoftmax") for each in line.step.forwards
            ):
                yield _Softmax(origin, found, given, axis)


def _axis_of(origin: Origin) -> int | None:
    """Return along which axis a softmax sums to 1; None where that is not known."""
    if origin.call is None or not origin.call.bound.positional:
        return None
    given, axis = origin.call.bound.positional[0], origin.call.bound.values.get("dim")
    rank = len(given.shape)
    return axis % rank if type(axis) is int and -rank <= axis < rank else None


def _made_by(line: Line, cells: Cells) -> Origin | None:
    """Return what made cells, where they are all that it made, in order."""
    ledger = line.trace.ledger
    if ledger is None or not cells.size:
        return None
    origin = ledger.origin_of(int(cells[0]))
    if origin is None or origin.values.size != cells.size or origin.written is not None:
        return None
    return origin if np.array_equal(cells, origin.first + np.arange(cells.size)) else None


def _slice_text(index: Sequence[int], axis: int) -> str:
    """Write an index of an array in which one axis is whole: ``0, :``."""
    parts = [*map(str, index[:axis]), ":", *map(str, index[axis:])]
    return ", ".join(parts[:-1] if axis == len(index) and len(parts) > 1 else parts)


def _all_masked(line: Line) -> Iterator[Claim]:
    for each in _softmaxes(line):
        empty = np.argwhere((each.numbers == -np.inf).all(axis=each.axis))
        if len(empty) and each.numbers.shape[each.axis]:
            cells = _slice_text([int(place) for place in empty[0]], each.axis)
            yield AllMasked(line.run, line.text(each.node), line.text(each.given), cells, len(empty))


def _masked_afterwards(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    for origin in line.origins_here():
        if ledger is None or origin.place is None or origin.call is None or _masked_by(origin) is None:
            continue
        shares = [_made_by(line, cells) for cells in origin.read]
        made = next((each for each in shares if each is not None and each.entry in _SHARES), None)
        axis = None if made is None else _axis_of(made)
        if made is None or axis is None or made.values.size != origin.values.size:
            continue
        assert made.call is not None
        shape = shape_of(made.call.bound.positional[0])
        before, after = (each.values.reshape(shape).sum(axis=axis) for each in (made, origin))
        less = np.argwhere((np.abs(before - 1) < _NEAR) & (np.abs(after - 1) > 100 * _NEAR) & (after > _NEAR))
        readers = [other for other in ledger.origins if any(_reads(other, origin))]
        divided = any(
            other.entry in ("operator./", "operator./=", "Tensor.div", "torch.div", "F.normalize") for other in readers
        )
        if len(less) and any(other.entry in _WEIGHS for other in readers) and not divided:
            cells = _slice_text([int(place) for place in less[0]], axis)
            total = f"{float(after[tuple(less[0])]):.3g}"
            yield MaskedAfterwards(line.run, origin.place.text, cells, total)


_NEAR = 1e-5


def _reads(reader: Origin, origin: Origin) -> Iterator[bool]:
    for cells in reader.read:
        yield bool(((cells >= origin.first) & (cells < origin.first + origin.values.size)).any())


def _masked_by(origin: Origin) -> tuple[int, NDArray[np.bool_]] | None:
    """Return which operand was masked with 0 by a call, and at which of its cells; None where none was."""
    if origin.call is None:
        return None
    given, values = origin.call.bound.positional, origin.call.bound.values
    if not given:
        return None
    if origin.entry in _FILLS:
        value, mask = values.get("value"), values.get("mask")
        shape = tuple(given[0].shape)
        is_zero = type(value) in (int, float) and value == 0
        if is_zero and mask is not None and is_array(mask) and np.broadcast_shapes(tuple(mask.shape), shape) == shape:
            return 0, np.broadcast_to(numbers(mask).astype(bool), tuple(given[0].shape))
    if origin.entry == "operator.*" and len(given) == 2 and all(map(is_array, given)):
        for place, (masked, mask) in enumerate((given, given[::-1])):
            held = numbers(mask)
            if tuple(masked.shape) == np.broadcast_shapes(tuple(masked.shape), held.shape) and held.dtype != object:
                zeros = held == 0
                if held.size > 1 and zeros.any() and (zeros | (held == 1)).all():
                    return place, np.broadcast_to(zeros, tuple(masked.shape))
    return None


def _zero_has_weight(line: Line) -> Iterator[Claim]:
    for each in _softmaxes(line):
        made = _made_by(line, each.origin.read[0]) if each.origin.read else None
        found = None if made is None else _masked_by(made)
        if made is None or found is None or each.is_log or made.place is None or made.statement is None:
            continue
        place, mask = found
        if mask.shape != each.numbers.shape or not mask.any() or mask.all() or len(made.read) != 2:
            continue
        masked, other = made.read[place], made.read[1 - place]
        if _comes_from(line, other, masked):
            continue  # what is left out depends on the numbers themselves, as where relu cuts
        weighty = np.argwhere(mask & (each.result > _NEAR))
        if len(weighty):
            cell = tuple(map(int, weighty[0]))
            weight = f"{float(each.result[cell]):.3g}"
            run = (made.statement.line, made.statement.time)
            yield ZeroHasWeight(line.run, line.text(each.node), run, made.place.text, cell, weight)


def _comes_from(line: Line, cells: Cells, others: Cells) -> bool:
    """Return whether cells were made of others, as far as that is known."""
    ledger = line.trace.ledger
    wanted = set(others.tolist())
    waiting, seen = list({int(cell) for cell in cells}), set[int]()
    while waiting and ledger is not None:
        origin = ledger.origin_of(waiting.pop())
        if origin is None or origin.first in seen:
            continue
        seen.add(origin.first)
        for read in origin.read:
            inner = set(read.tolist())
            if inner & wanted:
                return True
            waiting.extend(inner)
    return False


def _shared_again(line: Line) -> Iterator[Claim]:
    for each in _softmaxes(line):
        made = _made_by(line, each.origin.read[0]) if each.origin.read else None
        if made is None or made.entry not in _SHARES or made.call is None or _axis_of(made) != each.axis:
            continue
        if tuple(made.call.bound.positional[0].shape) != each.numbers.shape or not np.isfinite(each.numbers).all():
            continue
        if each.numbers.shape[each.axis] < 2:
            continue
        largest = int(each.numbers.argmax())
        share, again = float(each.numbers.reshape(-1)[largest]), float(each.result.reshape(-1)[largest])
        after = np.exp(again) if each.is_log else again
        if f"{share:.3g}" != f"{after:.3g}":
            yield SharedAgain(
                line.run, line.text(each.node), line.text(each.given), f"{share:.3g}", f"{after:.3g}", each.is_log
            )


def _columns(line: Line) -> Iterator[Claim]:
    for origin in line.origins_here():
        if origin.entry != "F.cosine_similarity" or origin.call is None or origin.place is None:
            continue
        if len(origin.call.bound.positional) < 2:
            continue
        one, other = origin.call.bound.positional[:2]
        shape = shape_of(one)
        axis = origin.call.bound.values.get("dim")
        if type(axis) is not int or len(shape) != 2 or tuple(other.shape) != shape or axis not in (0, -2):
            continue
        if shape[0] < 2 or shape[1] < 2:
            continue
        left, right = (numbers(each)[0].astype(float) for each in (one, other))
        lengths = float(np.linalg.norm(left)) * float(np.linalg.norm(right))
        if lengths > _NEAR and abs(float(left @ right) / lengths - float(origin.values[0])) > 1e-3:
            first, rows = float(f"{origin.values[0]:.3g}"), float(f"{float(left @ right) / lengths:.3g}")
            yield ComparesColumns(line.run, origin.place.text, shape, first + 0.0, rows + 0.0)


def _log_of_nothing(line: Line) -> Iterator[Claim]:
    for origin in line.origins_here():
        made = _made_by(line, origin.read[0]) if origin.entry in ("torch.log", "Tensor.log") and origin.read else None
        if made is None or made.entry not in _SHARES or made.place is None or origin.place is None or made.call is None:
            continue
        found, axis = line.at(made.place), _axis_of(made)
        match found:
            case ast.Call(ast.Attribute(holder, "softmax") as function) as call if axis is not None:
                text = line.text(call)
                named = f"{line.text(holder)}.log_softmax"
                instead = f"{named}{text[len(line.text(function)) :]}"
            case _:
                continue
        gone = np.flatnonzero((made.values == 0) & np.isneginf(origin.values))
        if len(gone) and np.isfinite(given := numbers(made.call.bound.positional[0]).astype(float)).all():
            logs = given - given.max(axis=axis, keepdims=True)
            logs -= np.log(np.exp(logs).sum(axis=axis, keepdims=True))
            gives = f"{logs.reshape(-1)[gone[0]]:.4g}"
            yield LogOfNothing(line.run, origin.place.text, text, instead, gives)


def _shifted_first(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place) if part.entry == "operator./" else None
        match found:
            case ast.BinOp(left, ast.Div(), right) if is_array(part.result):
                sums = [
                    each
                    for each in ast.walk(right)
                    if isinstance(each, ast.Call) and _sums(each, line.text(left), line)
                ]
                power = _power_of(line, left)
            case _:
                continue
        result = numbers(part.result)
        if not sums or power is None or result.dtype.kind != "f" or not np.isnan(result).any():
            continue
        library, given = ast.unparse(power.func).rpartition(".")[0], line.text(power.args[0])
        seen, above = line.step.names.get(given), numbers(part.operands[0]) if is_array(part.operands[0]) else None
        if seen is None or seen.values is None or above is None or not np.isfinite(seen.values).all():
            continue
        with np.errstate(over="ignore"):
            same = above.shape == seen.values.shape and np.allclose(np.exp(seen.values), above, rtol=1e-3)
        if same and np.isinf(above).any():
            yield ShiftedFirst(line.run, part.place.text, line.text(power), f"{library}.exp({given} - {given}.max())")


def _sums(call: ast.Call, of: str, line: Line) -> bool:
    match call:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"), "sum"), [given, *_]):
            return line.text(given) == of
        case ast.Call(ast.Attribute(given, "sum")):
            return line.text(given) == of
    return False


def _power_of(line: Line, node: ast.expr) -> ast.Call | None:
    """Return the exponential that stands at a node, or that its name was bound to; None for anything else."""
    if isinstance(node, ast.Name):
        bound = [
            each.value
            for each in line.statements
            if isinstance(each, ast.Assign) and [ast.unparse(to) for to in each.targets] == [node.id]
        ]
        if len(bound) != 1:
            return None
        (node,) = bound
    match node:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"), "exp"), [ast.Name()], []):
            return node
    return None


def _below_zero(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        match line.at(part.place):
            case ast.BinOp(left, ast.Div(), right) if part.entry == "operator./" and len(part.operands) == 2:
                pass
            case _:
                continue
        if _of_sum(line, right) != ast.unparse(left) or any(isinstance(node, ast.Call) for node in ast.walk(left)):
            continue
        if not is_array(part.operands[0]) or part.result is None or _FILTERS.search(line.source):
            continue
        total, result = np.asarray(_as_numbers(part.operands[1])), numbers(part.result)
        if numbers(part.operands[0]).min(initial=0) < _LOWEST:
            continue  # exp gives 0 there
        if result.dtype.kind != "f" or not np.isfinite(result).all() or result.size < 2 or result.min() >= 0:
            continue
        sums: dict[int | None, Any] = {axis: result.sum(axis=axis) for axis in range(result.ndim)}
        if total.size == 1:
            sums = {None: result.sum()}
        along = next((axis for axis, each in sums.items() if np.allclose(each, 1, rtol=0, atol=1e-5)), -1)
        if along != -1:
            library = "np" if isinstance(part.operands[0], np.ndarray) else "torch"
            low, given = f"{float(result.min()):.3g}", line.text(left)
            yield SharesBelowZero(line.run, part.place.text, given, along, low, f"{library}.exp({given})")


def _as_numbers(value: Any) -> Any:
    return numbers(value) if is_array(value) else value


def _of_sum(line: Line, node: ast.expr) -> str:
    """Return what an expression, or a name that is bound once to one, is the sum of, as code; empty for no sum."""
    if isinstance(node, ast.Name):
        bound = bound_once(line, node.id)
        node = node if bound is None else bound
    match node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "torch"), "sum"), [given, *_]):
            return ast.unparse(given)
        case ast.Call(ast.Attribute(given, "sum")):
            return ast.unparse(given)
    return ""


_LOWEST = -80
_FILTERS = re.compile(r"kernel|filter|sharp|window|coef|wavelet|stencil|conv", re.IGNORECASE)
"""Of numbers that weigh others, some may be below 0."""

RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _all_masked,
    _masked_afterwards,
    _zero_has_weight,
    _shared_again,
    _columns,
    _log_of_nothing,
    _shifted_first,
    _below_zero,
)
