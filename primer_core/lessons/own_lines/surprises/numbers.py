"""When numbers of a line surprise: cut or rounded otherwise than meant, nearly equal, or nan."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.claims.claim import Claim
from primer_core.claims.surprises.numbers import (
    BlowsUp,
    CutTowardZero,
    DividesBy,
    ExclusiveOr,
    HalfToEven,
    InRadians,
    MakesNotFinite,
    NanEqualsNothing,
    NanStays,
    NearlyEqual,
    NoRealPower,
    NotLogProbabilities,
    NotQuiteThere,
    RoundedDown,
    TooCoarse,
    TotalWraps,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table import entry_named
from primer_core.lessons.own_lines.surprises.line import Line, arrays, as_array, float_of, last_name, numbers
from primer_core.lessons.own_lines.trace import Part

_CASTS = ("astype", "int", "long", "short", "to", "type")
_REDUCES = ("mean", "sum", "max", "min", "std", "var", "prod", "median", "average", "amax", "amin", "norm", "ptp")
_MOST_TOLD = 60
"""Whole numbers whose exact product is written out at most."""

_POWERS = ("operator.**", "np.power", "np.pow", "np.float_power", "torch.pow", "Tensor.pow")
_THIRD = 1e-6
"""How far from 1 three times an exponent is at most that is meant for a third."""

_ROUNDS = ("round", "around", "rint")
_NEAR = {2: 5e-3, 4: 1e-6, 8: 1e-12}
"""By the bytes of a float: how far, measured by their size, numbers are apart at most that rounding may part."""


def _cut(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if last_name(part) not in _CASTS or len(given) != 1 or not is_array(part.result):
            continue
        before, after = numbers(given[0]), numbers(part.result)
        if before.dtype.kind != "f" or after.dtype.kind not in "iu" or before.shape != after.shape:
            continue
        cut = np.isfinite(before) & (np.trunc(before) == after) & (np.round(before) != after)
        if cut.any():
            yield CutTowardZero(line.run, part.place.text, repr(before[cut][0].item()), str(after[cut][0].item()))


def _down(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("operator.//", "operator.//=") or len(part.operands) != 2 or not is_array(part.result):
            continue
        result = numbers(part.result)
        left, right = (as_array(each) for each in part.operands)
        if not all(each.dtype.kind in "iu" for each in (left, right, result)):
            continue
        pairs = zip(*(np.broadcast_to(each, result.shape).reshape(-1) for each in (left, right, result)), strict=True)
        for one, other, quotient in pairs:
            if other and int(one) // int(other) == quotient and quotient * int(other) != one and quotient < 0:
                yield RoundedDown(line.run, part.place.text, int(one), int(other), int(quotient))
                break


def _nan(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if last_name(part) not in _REDUCES or len(given) != 1 or not is_array(part.result):
            continue
        before, after = numbers(given[0]), numbers(part.result)
        if before.dtype.kind != "f" or after.dtype.kind != "f" or before.size < 2:
            continue
        count = int(np.isnan(before).sum())
        if 0 < count < before.size and np.isnan(after).any():
            yield NanStays(line.run, part.place.text, count, before.size)


def _nearly(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("operator.==", "operator.!=") or len(part.operands) != 2 or not is_array(part.result):
            continue
        left, right = (as_array(each) for each in part.operands)
        kinds = left.dtype.kind + right.dtype.kind
        if "f" not in kinds or not set(kinds) <= set("fiu"):
            continue
        near = _NEAR.get(min(each.itemsize for each in (left, right) if each.dtype.kind == "f"), 0.0)
        one, other = np.broadcast_arrays(left, right)
        # What the library found: of an array and a number of Python's it compares in the array's dtype.
        differ = numbers(part.result) == (part.entry == "operator.!=")
        apart = differ & (one != other) & np.isclose(one, other, rtol=near, atol=0)
        if apart.any():
            arrays_alone = all(map(is_array, part.operands)) and kinds == "ff"
            sizes = {each.itemsize: str(each.dtype) for each in (left, right)} if arrays_alone else {}
            dtypes = tuple(sizes[size] for size in sorted(sizes)) if len(sizes) > 1 else ()
            yield NearlyEqual(line.run, part.place.text, float(one[apart][0]), float(other[apart][0]), dtypes)


def _equal_to_nan(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "operator.==" or len(part.operands) != 2 or not is_array(part.operands[0]):
            continue
        other = as_array(part.operands[1])
        found = line.at(part.place)
        if other.dtype.kind != "f" or other.size != 1 or not np.isnan(other).all() or found is None:
            continue
        if isinstance(found, ast.Compare) and len(found.comparators) == 1:
            library = "np" if isinstance(part.operands[0], np.ndarray | np.generic) else "torch"
            yield NanEqualsNothing(line.run, part.place.text, f"{library}.isnan({line.text(found.left)})")


def _to_even(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if last_name(part) not in _ROUNDS or len(part.operands) != 1 or part.keywords or len(given) != 1:
            continue
        before, after = numbers(given[0]), numbers(part.result)
        if before.dtype.kind != "f" or before.shape != after.shape:
            continue
        down = (np.abs(before - np.trunc(before)) == 0.5) & (np.abs(after) < np.abs(before))
        if down.any():
            yield HalfToEven(line.run, part.place.text, repr(before[down][0].item()), repr(after[down][0].item()))


def _absorbed(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("operator.+", "operator.+=") or len(part.operands) != 2 or not is_array(part.result):
            continue
        result = numbers(part.result)
        if result.dtype.kind != "f":
            continue
        left, right = (as_array(each) for each in part.operands)
        if not {left.dtype.kind, right.dtype.kind} <= set("fiu"):
            continue
        one, other = (np.broadcast_to(each, result.shape) for each in (left, right))
        lost = (np.abs(other) >= 1) & (one == result) & np.isfinite(result) & np.isfinite(other)
        if lost.any():
            dtype = backend_of(part.result).dtype_name(part.result).removeprefix("torch.")
            yield TooCoarse(line.run, part.place.text, float(one[lost][0]), float(other[lost][0]), dtype)


def _likelihoods(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        given = () if origin.call is None else numbers(origin.call.bound.positional[0])
        if name in ("F.nll_loss", "F.kl_div") and np.size(given) and np.max(given) > 1e-3:
            yield NotLogProbabilities(line.run, line.text(call), f"{np.max(given):.3f}")


def _not_finite(line: Line) -> Iterator[Claim]:
    said = set[str]()
    for part in line.step.parts:
        entry, result = entry_named(part.entry), part.result
        if entry is None or entry.rule.kind != "elementwise" or not is_array(result) or part.keywords:
            continue
        made = numbers(result)
        if made.dtype.kind != "f" or np.isfinite(made).all():
            continue
        given = _spread(part.operands, made.shape)
        if not given or any(_no_real_power_of(part)):
            continue
        finite = np.all([np.isfinite(each) for each in given], axis=0)
        known = ~np.any([np.isnan(each) for each in given], axis=0)
        born = np.atleast_1d(np.where(np.isnan(made), known, finite & np.isinf(made)))
        if born.any():
            at = tuple(int(each[0]) for each in np.nonzero(born))
            name = str(float(np.atleast_1d(made)[at]))
            if name not in said:
                values = tuple(f"{float(np.atleast_1d(each)[at]):.6g}" for each in given)
                yield MakesNotFinite(line.run, part.place.text, values, name)
            said.add(name)


def _no_real_power(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        for base, power in _no_real_power_of(part):
            of_torch = any(hasattr(each, "requires_grad") for each in part.operands)
            match line.at(part.place):
                case ast.BinOp(left, _, _) | ast.Call(_, [left, _]) if not of_torch and abs(power * 3 - 1) < _THIRD:
                    instead, root = f"np.cbrt({line.text(left)})", f"{np.cbrt(base):.6g}"
                case _:
                    instead = root = ""
            yield NoRealPower(line.run, part.place.text, base, power, instead, root)


def _no_real_power_of(part: Part) -> Iterator[tuple[float, float]]:
    """Give the first negative base and the exponent, no whole number, of a power that is nan; nothing of others."""
    if part.entry not in _POWERS or len(part.operands) != 2 or part.keywords or not is_array(part.result):
        return
    base, power = (as_array(each) for each in part.operands)
    made = numbers(part.result)
    if power.ndim or power.dtype.kind != "f" or not np.isfinite(power) or float(power).is_integer():
        return
    lost = np.isnan(made) & np.broadcast_to(np.isfinite(base) & (base < 0), made.shape)
    if lost.any():
        yield float(np.broadcast_to(base, made.shape)[lost].flat[0]), float(power)


def _not_quite(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(left, [ast.In() | ast.NotIn()], [right]):
                wanted, held = float_of(line, left), _array_at(line, right)
            case ast.Call(ast.Attribute(_, "isin"), [left, right], []):
                wanted, held = float_of(line, left), _array_at(line, right)
            case _:
                continue
        if wanted is None or held is None or held.dtype != np.float64 or (held == wanted).any():
            continue
        near = held[np.isclose(held, wanted, rtol=_NEAR[8], atol=0)]
        if near.size:
            instead = f"np.isclose({line.text(right)}, {line.text(left)}).any()"
            yield NotQuiteThere(line.run, line.text(node), wanted, float(near[0]), instead)


def _array_at(line: Line, node: ast.expr) -> NDArray[Any] | None:
    """Return the cells of an array of NumPy's that stands in a line: under a name, or computed there."""
    if isinstance(node, ast.Name):
        seen = None if line.before is None else line.before.names.get(node.id)
        return None if seen is None or seen.kind != "numpy.ndarray" else seen.values
    place = Place.of(node, line.source)
    made = [part.result for part in line.step.parts if part.place == place]
    return made[-1] if made and isinstance(made[-1], np.ndarray) else None


def _spread(operands: Sequence[Any], shape: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """Return operands as floats, stretched to a shape; none where one of them is no number or does not fit."""
    found = []
    for operand in operands:
        values = as_array(operand)
        if values.dtype.kind not in "fiub":
            return []
        try:
            found.append(np.broadcast_to(values.astype(float), shape))
        except ValueError:
            return []
    return found


def _blows_up(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)]):
            rounds = [step for step in line.trace.steps if step.number == line.step.number]
            seen = [step.names[name] for step in rounds if name in step.names]
            values = [float(each.values) for each in seen if each.shape == () and each.values is not None
                      and each.values.dtype.kind == "f"]  # fmt: skip
            if len(values) != len(rounds) or len(values) < 2 or rounds[0].run != 1 or rounds[-1] is not line.step:
                return
            if not np.isfinite(values[0]) or np.isfinite(values[-1]):
                return
            since = next(place for place, value in enumerate(values) if not np.isfinite(value))
            whole = len(rounds) == line.step.run and not np.isfinite(values[since:]).any()
            yield BlowsUp(line.run, name, f"{values[0]:.6g}", str(values[-1]), since + 1 if whole else 0)


def _divisor(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        library, _, name = part.entry.rpartition(".")
        if name not in ("var", "std") or library not in ("np", "ndarray", "torch", "Tensor"):
            continue
        given, told = part.operands[0] if part.operands else None, (*part.operands[1:], *part.keywords.values())
        known = {"ddof", "correction", "unbiased"} & set(part.keywords)
        if known or any(type(each) is bool for each in told) or not (is_array(given) and is_array(part.result)):
            continue
        result, cells = numbers(part.result), numbers(given)
        if not result.size or cells.dtype.kind not in "iuf" or not part.place.text.endswith(")"):
            continue
        count = cells.size // result.size
        if count > 1 and np.isfinite(result).all() and (result > 0).any():
            is_numpy = library in ("np", "ndarray")
            word = "ddof=1" if is_numpy else "correction=0"
            code = part.place.text[:-1].rstrip()
            other = f"{code}{word})" if code.endswith("(") else f"{code}, {word})"
            yield DividesBy(line.run, part.place.text, count, 0 if is_numpy else 1, other)


def _degrees(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        library, _, name = part.entry.rpartition(".")
        if name not in ("sin", "cos", "tan") or library not in ("np", "torch") or len(part.operands) != 1:
            continue
        given, result = part.operands[0], part.result
        angles = as_array(given)
        found = line.at(part.place)
        if angles.dtype.kind not in "iuf" or result is None or found is None or part.keywords:
            continue
        whole = np.isfinite(angles) & (angles % 15 == 0)
        if not whole.all() or not angles.size or np.abs(angles).max() < 30:
            continue
        first = int(np.flatnonzero(angles.reshape(-1))[0])
        angle = float(angles.reshape(-1)[first])
        gives = float(as_array(result).reshape(-1)[first])
        match found:
            case ast.Call(function, [argument], []):
                instead = f"{line.text(function)}({library}.deg2rad({line.text(argument)}))"
                degrees = float(getattr(np, name)(np.deg2rad(angle)))
                yield InRadians(line.run, part.place.text, f"{angle:g}", _three(gives), instead, _three(degrees))


def _three(number: float) -> str:
    """Write a number with three digits behind the point."""
    return f"{round(number, 3) + 0.0:.3f}"


def _bits(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "operator.^" or len(part.operands) != 2 or not is_array(part.operands[0]):
            continue
        found = line.at(part.place)
        cells, right = numbers(part.operands[0]), part.operands[1]
        if cells.dtype.kind not in "iu" or type(right) is not int or right not in (2, 3) or found is None:
            continue
        for left, gives in zip(cells.reshape(-1).tolist(), numbers(part.result).reshape(-1).tolist(), strict=True):
            if left**right != gives and isinstance(found, ast.BinOp):
                power = ast.unparse(ast.BinOp(found.left, ast.Pow(), found.right))
                yield ExclusiveOr(line.run, part.place.text, left, right, gives, power)
                break


def _total(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        name, given = last_name(part), part.operands
        if name not in ("prod", "sum", "cumprod", "cumsum") or len(given) != 1 or part.entry.startswith("builtins."):
            continue
        listed = isinstance(given[0], list) and all(type(each) is int for each in given[0])
        if not listed and not is_array(given[0]):
            continue
        cells, result = np.asarray(given[0]) if listed else numbers(given[0]), part.result
        if cells.dtype.kind not in "iu" or not is_array(result) or part.keywords or not 0 < cells.size <= _MOST_TOLD:
            continue
        stored = numbers(result)
        exact = np.asarray(getattr(np, name)(cells.astype(object)))
        if stored.dtype.kind not in "iu" or exact.shape != stored.shape:
            continue
        for wanted, there in zip(exact.reshape(-1).tolist(), stored.reshape(-1).tolist(), strict=True):
            if wanted != there:
                dtype = backend_of(result).dtype_name(result).removeprefix("torch.")
                yield TotalWraps(line.run, part.place.text, wanted, there, dtype)
                break


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _cut,
    _down,
    _nan,
    _nearly,
    _equal_to_nan,
    _to_even,
    _absorbed,
    _likelihoods,
    _not_finite,
    _no_real_power,
    _not_quite,
    _blows_up,
    _divisor,
    _degrees,
    _bits,
    _total,
)
