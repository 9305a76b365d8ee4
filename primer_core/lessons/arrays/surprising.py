"""Numbers of an array that surprise: those that no real number stands for, and a dtype that nobody asked for."""

from __future__ import annotations

import cmath
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from primer_core.claims.changing import HairBelow, NoRealNumber
from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import NeitherHoldsAll
from primer_core.language.evaluator import Call
from primer_core.lessons.arrays.dtypes import Effect, value_text
from primer_core.lessons.arrays.making import NAME

_FUNCTIONS = {
    **{f"np.{name}": name for name in ("sqrt", "log", "log2", "log10", "arcsin", "arccos", "power")},
    **dict.fromkeys(("operator.**", "operator.**="), "power"),
}
"""What gives no real number of some real ones, by its entry in the language's table."""

_COMPLEX = {
    "sqrt": cmath.sqrt,
    "log": cmath.log,
    "log2": lambda z: cmath.log(z) / cmath.log(2),
    "log10": cmath.log10,
    "arcsin": cmath.asin,
    "arccos": cmath.acos,
}

_SIGNS = ("operator.+", "operator.-", "operator.*")
"""What makes a dtype of two."""

_HAIR = 1e-9
"""How far a number lies from a whole one that rounding alone keeps it from, in proportion."""


def surprising(calls: Sequence[Call], array: Any) -> tuple[Claim, ...]:
    """Say what surprises in the numbers of an array of NumPy's: asked of the call that it came of.

    Parameters
    ----------
    calls
        What the libraries did, in order; the array came of the last of them, if of one.
    array
        As it is now.
    """
    if not calls or not isinstance(array, np.ndarray) or calls[-1].result is not array:
        return ()
    return (*_no_real(calls[-1], array), *_neither(calls[-1], array))


def _no_real(call: Call, array: Any) -> Iterator[Claim]:
    function = _FUNCTIONS.get(call.entry.name)
    if function is None or array.dtype.kind != "f":
        return
    given = [np.asarray(each) for each in list(call.bound.values.values())[: 2 if function == "power" else 1]]
    if any(each.dtype.kind not in "iuf" for each in given):
        return
    numbers = [np.broadcast_to(each, array.shape).astype(np.float64) for each in given]
    lost = np.isnan(array) & np.all([np.isfinite(each) for each in numbers], axis=0)
    if not lost.any():
        return
    index = tuple(int(place) for place in np.unravel_index(int(np.argmax(lost)), array.shape))
    first = float(numbers[0][index])
    exponent = float(numbers[1][index]) if function == "power" else None
    try:
        value = complex(first) ** exponent if exponent is not None else _COMPLEX[function](first)
    except OverflowError:
        return  # it is too large among the complex numbers, too
    yield NoRealNumber(NAME, index, function, first, exponent, str(array.dtype), (value.real, value.imag))


def _neither(call: Call, array: Any) -> Iterator[Claim]:
    """Tell of two dtypes of numbers that made a third."""
    given = list(call.bound.values.values())[:2]
    if call.entry.name not in _SIGNS or not all(isinstance(each, np.ndarray) for each in given):
        return
    of = tuple(str(each.dtype) for each in given)
    if len(set(of)) == 2 and str(array.dtype) not in of and all(each.dtype.kind in "iuf" for each in given):
        yield NeitherHoldsAll((of[0], of[1]), str(array.dtype))


def hair_below(before: Any, after: Any, effects: Sequence[Effect], code: str) -> tuple[Claim, ...]:
    """Tell of numbers that rounding left a little short of whole ones, where a conversion cut off what they had.

    Parameters
    ----------
    before, after
        The numbers of x, and those of its conversion to whole numbers.
    effects
        What happened to each, in C order.
    code
        The conversion: ``x.astype(np.int64)``.
    """
    if before.dtype.kind != "f" or after.dtype.kind not in "iu":
        return ()
    numbers = before.astype(np.float64).ravel()
    cut = np.array([effect == "cut off" for effect in effects], np.bool_)
    whole = np.rint(np.where(cut, numbers, 0))
    near = cut & (np.abs(numbers - whole) <= _HAIR * np.abs(whole)) & (np.trunc(numbers) != whole)
    instead = code.replace(NAME, f"np.round({NAME})", 1)
    if not near.any() or not code.startswith(f"{NAME}.astype"):
        return ()
    place = int(np.argmax(near))
    limits = np.iinfo(after.dtype)
    if not limits.min <= whole[place] <= limits.max:
        return ()
    index = tuple(int(each) for each in np.unravel_index(place, before.shape))
    value = value_text(before.ravel()[place])
    return (HairBelow(index, value, int(after.ravel()[place]), int(whole[place]), int(near.sum()), instead),)
