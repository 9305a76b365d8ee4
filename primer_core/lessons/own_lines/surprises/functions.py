"""When it surprises what a function of NumPy's computes: of another base, by another rule, within another tolerance."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.functions import (
    BetweenTwo,
    CloseAsSmall,
    NanNotIn,
    NaturalLogarithm,
    PassedOver,
    SignsLost,
    StoredBelow,
)
from primer_core.language.execution import is_array
from primer_core.lessons.own_lines.surprises.arrays import values_of
from primer_core.lessons.own_lines.surprises.line import Line, as_array, number_of, numbers, whole_number, with_argument

_FAR = 0.5
"""How far numbers are apart at least, measured by the larger one, that nobody would call close."""

_MOST = 1000
"""Numbers of which each is looked at."""


def _close(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.isclose", "np.allclose", "torch.isclose", "torch.allclose") or part.keywords:
            continue
        if len(part.operands) != 2 or part.result is None:
            continue
        left, right = (as_array(each) for each in part.operands)
        if not {left.dtype.kind, right.dtype.kind} <= {"f"} or max(left.size, right.size) > _MOST:
            continue
        found = part.result if isinstance(part.result, bool) else numbers(part.result)
        one, other, close = np.broadcast_arrays(left, right, found)
        apart = np.abs(one - other) > _FAR * np.maximum(np.abs(one), np.abs(other))
        odd = close & apart & (one != 0) & (other != 0)
        if odd.any():
            instead = with_argument(part.place.text, "atol=0")
            yield CloseAsSmall(line.run, part.place.text, float(one[odd][0]), float(other[odd][0]), instead)


def _logarithm(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        call = line.at(part.place)
        if part.entry not in ("np.log", "torch.log") or len(part.operands) != 1 or part.keywords:
            continue
        given = as_array(part.operands[0])
        if not isinstance(call, ast.Call) or given.dtype.kind not in "iuf" or not 0 < given.size <= _MOST:
            continue
        cells = {float(each) for each in given.reshape(-1).tolist()}
        largest = max(cells)
        for base, least in ((10, 1), (2, 2)):
            powers = {float(base**power): power for power in range(20)}
            if cells <= powers.keys() and len(cells - {1.0}) >= least:
                instead = f"{line.text(call.func)}{base}({line.text(call.args[0])})"
                yield NaturalLogarithm(line.run, part.place.text, largest, powers[largest], base, instead)
                break


_SHARES = {"np.percentile": 100.0, "np.quantile": 1.0}


def _between(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        whole = _SHARES.get(part.entry)
        if whole is None or len(part.operands) != 2 or part.keywords or part.result is None:
            continue
        values, share = np.asarray(part.operands[0]), part.operands[1]
        if values.ndim != 1 or values.dtype.kind not in "iu" or type(share) not in (int, float) or not values.size:
            continue
        if whole > 1 >= share:
            continue  # it may be meant as a share of 1
        gives = float(part.result)
        lower = float(np.percentile(values, share / whole * 100, method="lower"))
        upper = float(np.percentile(values, share / whole * 100, method="higher"))
        if not lower < gives < upper:
            continue
        instead = with_argument(part.place.text, 'method="lower"')
        yield BetweenTwo(line.run, part.place.text, lower, upper, gives, instead)


def _angle(line: Line) -> Iterator[Claim]:
    quotients = {part.place: part for part in line.step.parts if part.entry == "operator./"}
    for part in line.step.parts:
        match line.at(part.place):
            case ast.Call(
                ast.Attribute(ast.Name("np" | "torch" as library)), [ast.BinOp(up, ast.Div(), across) as node], []
            ):
                pass
            case _:
                continue
        made = next((each for place, each in quotients.items() if line.at(place) is node), None)
        if part.entry not in ("np.arctan", "torch.atan", "torch.arctan") or made is None or len(made.operands) != 2:
            continue
        ups, acrosses = (as_array(each) for each in made.operands)
        if not is_array(made.operands[1]) or not {ups.dtype.kind, acrosses.dtype.kind} <= {*"iuf"}:
            continue
        ups, acrosses = np.broadcast_arrays(ups, acrosses)
        behind = (acrosses < 0) & np.isfinite(acrosses) & np.isfinite(ups) & (ups != 0)
        if behind.any():
            instead = f"{library}.arctan2({line.text(up)}, {line.text(across)})"
            if library == "torch" and not is_array(made.operands[0]):
                continue
            yield SignsLost(line.run, part.place.text, float(ups[behind][0]), float(acrosses[behind][0]), instead)


def _stored_below(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.round", "np.around", "ndarray.round") or not part.operands:
            continue
        digits = [*part.operands[1:], *part.keywords.values()]
        places = digits[0] if digits else 0
        if part.keywords.keys() - {"decimals"} or type(places) is not int or not 0 < places < 9:
            continue
        given = part.operands[0]
        before, after = (as_array(each) for each in (given, part.result))
        if before.dtype != np.float64 or before.shape != after.shape or before.size > _MOST:
            continue
        for number, rounded in zip(before.reshape(-1).tolist(), after.reshape(-1).tolist(), strict=True):
            said = _below(number, places, rounded)
            if said is not None:
                yield StoredBelow(line.run, part.place.text, *said)
                break
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("round"), [ast.Constant(float(number)), digits_given], []):
                digits_known = whole_number(digits_given)
                if digits_known is not None and 0 < digits_known < 9 and line.is_pythons("round"):
                    said = _below(number, digits_known, round(number, digits_known))
                    if said is not None:
                        yield StoredBelow(line.run, line.text(call), *said)


def _below(number: float, places: int, rounded: float) -> tuple[str, str, str, str] | None:
    """Return what is said of a float that was rounded down, though it is written as the middle of two shorter ones.

    These are the float, more of its digits, and both shorter ones.
    """
    if not math.isfinite(number) or number <= 0:
        return None
    written, unit = Fraction(Decimal(repr(number))), Fraction(1, 10**places)
    lower = written // unit * unit
    if written - lower != unit / 2 or Fraction(number) >= written or rounded != float(lower):
        return None
    stored = str(Decimal(number))[: len(repr(number)) + 17]
    return repr(number), stored, repr(float(lower)), repr(float(lower + unit))


def _passed_over(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("builtins.max", "builtins.min") or len(part.operands) != 1 or part.keywords:
            continue
        given, call = part.operands[0], line.at(part.place)
        if not isinstance(given, np.ndarray) or given.ndim != 1 or given.dtype.kind != "f" or not given.size:
            continue
        nans = int(np.isnan(given).sum())
        if nans and not np.isnan(given[0]) and isinstance(call, ast.Call):
            name, of = part.entry.removeprefix("builtins."), line.text(call.args[0])
            yield PassedOver(line.run, part.place.text, nans, f"np.{name}({of})", f"np.nan{name}({of})")


def _passed_over_in_list(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("max" | "min" as name), [ast.List(parts) as given], []) if line.is_pythons(name):
                found = [_written_number(each) for each in parts]
            case _:
                continue
        known = [each for each in found if each is not None]
        nans = sum(map(math.isnan, known))
        if len(known) == len(found) and nans and not math.isnan(known[0]) and nans < len(known):
            of = line.text(given)
            yield PassedOver(line.run, line.text(call), nans, f"np.{name}({of})", f"np.nan{name}({of})")


def _written_number(node: ast.expr) -> float | None:
    """Return a number that is written in a list, nan too; None for all else."""
    match node:
        case ast.Attribute(ast.Name("np" | "numpy" | "math"), "nan") | ast.Name("nan"):
            return math.nan
        case ast.Call(ast.Name("float"), [ast.Constant("nan")], []):
            return math.nan
    number = number_of(ast.unparse(node))
    return None if number is None else float(number)


def _nan_in(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(ast.Attribute(ast.Name("np" | "math"), "nan"), [ast.In()], [ast.Name(name)]):
                values = values_of(line.before, name)
            case _:
                continue
        if values is not None and values.dtype.kind == "f" and np.isnan(values).any() and not line.is_tensor(name):
            yield NanNotIn(line.run, line.text(node), int(np.isnan(values).sum()), f"np.isnan({name}).any()")


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _close,
    _logarithm,
    _between,
    _angle,
    _stored_below,
    _passed_over,
    _passed_over_in_list,
    _nan_in,
)
