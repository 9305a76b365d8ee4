"""Numbers that a dtype could not hold: fractions that were cut off, and whole numbers that went round.

What was kept is compared with what was meant: with the value that was to be written, or with the result of the same
arithmetic on Python's own whole numbers, which have no bounds.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.language.evaluator import Call
from primer_core.language.execution import is_array
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.table.costs import size_of

_EXACT: Mapping[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}

_SIGNS: Mapping[str, str] = {
    "operator.+": "+", "operator.-": "-", "operator.*": "*", "operator.+=": "+", "operator.-=": "-", "operator.*=": "*",
    "np.add": "+", "np.subtract": "-", "np.multiply": "*", "np.add(out=)": "+", "np.subtract(out=)": "-",
    "np.multiply(out=)": "*", "torch.add": "+", "torch.sub": "-", "torch.mul": "*", "Tensor.add_": "+",
    "Tensor.sub_": "-", "Tensor.mul_": "*", "Tensor.add": "+", "Tensor.sub": "-", "Tensor.mul": "*",
}  # fmt: skip
"""Arithmetic in which whole numbers stay whole numbers, by the entry that does it."""

_FILLING: Mapping[str, str] = {"ndarray.fill": "value", "Tensor.fill_": "value", "Tensor.copy_": "src"}
"""What writes all cells of an array, and the parameter that holds what is written."""

_CASTS = (
    "ndarray.astype", "Tensor.to", "Tensor.type", "Tensor.int", "Tensor.long", "Tensor.short", "Tensor.char",
    "Tensor.byte",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """Numbers of which an array of whole numbers kept others.

    Parameters
    ----------
    code
        What was done.
    how
        "cut" where a fraction was cut off, "wrapped" where a number went round, "other" for what is no whole number at
        all, such as nan.
    dtype
        What holds them.
    count
        How many.
    meant, kept
        The first of them as it was meant and as it was kept.
    """

    code: str
    how: Literal["cut", "wrapped", "other"]
    dtype: str
    count: int
    meant: Any
    kept: Any


def losses_in(calls: Sequence[Call], statement: str) -> tuple[Loss, ...]:
    """Find the numbers that calls could not keep.

    Parameters
    ----------
    calls
        What the libraries did in one statement, right after it has run.
    statement
        The statement, as code.
    """
    found: list[Loss] = []
    lossy: list[Any] = []
    for call in calls:
        given = [] if call.given is None else [*call.given.values.values()]
        if any(value is one for value in given for one in lossy):
            lossy.append(call.result)  # what it computed with is not what was meant: only the first loss is told
            continue
        losses = tuple(_of(call, statement))
        found += losses
        lossy += [call.result] if losses and not call.entry.writes else []
    return tuple(found)


def _of(call: Call, statement: str) -> Iterator[Loss]:
    if call.given is None or any(size_of(value) > MAX_ELEMENTS for value in call.given.values.values()):
        return
    name, given = call.entry.name, call.given.values
    if name.endswith(".[]=") and is_array(given["x"]):
        kept = _read(given["x"], given["index"])
        yield from _compared(statement, kept, call.bound.values["value"])
    elif name in _FILLING and _FILLING[name] in given:
        yield from _compared(statement, given["a" if name.startswith("ndarray") else "x"], given[_FILLING[name]])
    elif name in _CASTS and is_array(call.result):
        yield from _compared(call.place.text, call.result, next(iter(call.bound.values.values())))
    elif name in _SIGNS and is_array(call.result) and not {"alpha", "dtype"} & set(given):
        left, right, *_ = call.bound.values.values()
        sides = [_whole(side) for side in (left, right)]
        if sides[0] is not None and sides[1] is not None:
            code = statement if call.entry.writes else call.place.text
            yield from _compared(code, call.result, _EXACT[_SIGNS[name]](*sides), exact=True)


def _read(array: Any, index: Any) -> Any:
    found = backend_of(array).attempt(operator.getitem, array, index)
    return found if is_array(found) else None


def _whole(value: Any) -> Any:
    """Return Python's own whole numbers in the place of a library's; None where they are none."""
    if isinstance(value, int):
        return int(value)
    if not is_array(value):
        return None
    plain = _plain(value)
    return plain.astype(object) if plain is not None and plain.dtype.kind in "iu" else None


def _plain(value: Any) -> NDArray[Any] | None:
    """Return the numbers of a value as NumPy holds them; None if they are none, or NumPy has no dtype for them."""
    if is_array(value):
        return None if str(value.dtype) == "torch.bfloat16" else backend_of(value).on_its_memory(value)
    try:
        return np.asarray(value)
    except ValueError:
        return None


def _compared(code: str, kept: Any, meant: Any, *, exact: bool = False) -> Iterator[Loss]:
    """Compare what an array of whole numbers holds with what was to be held; cells written twice are no loss.

    Where `exact` holds, what was meant are Python's own whole numbers.
    """
    held, wished = _plain(kept), _plain(meant)
    if held is None or wished is None or held.dtype.kind not in "iu" or not held.size:
        return
    if wished.dtype.kind not in ("iufO" if exact else "iuf"):
        return
    try:
        wished = np.broadcast_to(wished, held.shape)
    except ValueError:
        return
    with np.errstate(all="ignore"):
        lost = np.asarray(held.astype(object) != wished.astype(object))
        lost &= np.asarray(_kept_by(wished, held.dtype) == held)
    if not lost.any():
        return
    first = int(np.flatnonzero(lost)[0])
    number, rest = wished.ravel()[first], held.ravel()[first]
    yield Loss(code, _how(number, rest), str(held.dtype), int(lost.sum()), number, rest)


def _kept_by(wished: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return what an array of whole numbers keeps of numbers."""
    if wished.dtype != object:
        return wished.astype(dtype)
    bits = 8 * dtype.itemsize
    low = 0 if dtype.kind == "u" else 2 ** (bits - 1)
    kept = [(int(number) + low) % 2**bits - low for number in wished.ravel()]
    return np.array(kept, dtype=object).reshape(wished.shape).astype(dtype)


def _how(meant: Any, kept: Any) -> Literal["cut", "wrapped", "other"]:
    number = float(meant)
    if not np.isfinite(number):
        return "other"
    return "cut" if int(meant) == int(kept) else "wrapped" if float(int(number)) == number else "other"
