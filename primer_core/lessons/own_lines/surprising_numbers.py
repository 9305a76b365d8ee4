"""When numbers of a line surprise: cut or rounded otherwise than meant, nearly equal, or nan."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprising_numbers import CutTowardZero, NanStays, NearlyEqual, RoundedDown
from primer_core.language.execution import is_array
from primer_core.lessons.own_lines.surprising_line import Line, arrays, last_name, numbers

_CASTS = ("astype", "int", "long", "short", "to", "type")
_REDUCES = ("mean", "sum", "max", "min", "std", "var", "prod", "median", "average", "amax", "amin", "norm", "ptp")
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
        left, right = (np.asarray(numbers(each) if is_array(each) else each) for each in part.operands)
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
        left, right = (np.asarray(numbers(each) if is_array(each) else each) for each in part.operands)
        kinds = left.dtype.kind + right.dtype.kind
        if "f" not in kinds or not set(kinds) <= set("fiu"):
            continue
        near = _NEAR.get(min(each.itemsize for each in (left, right) if each.dtype.kind == "f"), 0.0)
        one, other = np.broadcast_arrays(left, right)
        apart = (one != other) & np.isclose(one, other, rtol=near, atol=0)
        if apart.any():
            yield NearlyEqual(line.run, part.place.text, float(one[apart][0]), float(other[apart][0]))


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_cut, _down, _nan, _nearly)
