"""NumPy's ways to go through an array, one number after the other, as lists that are given once."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from primer_core.language.limits import MAX_LIST, Refused, thousands
from primer_core.language.programs.values import Once
from primer_core.language.table.costs import size_of


def ndenumerate(arr: Any) -> Once:
    """Return each index of an array with the number that stands there, in C order."""
    _check(size_of(arr))
    return Once("ndenumerate", list(np.ndenumerate(arr)))


def ndindex(*shape: Any) -> Once:
    """Return each index of an array of that shape, in C order."""
    sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    _check(prod(size for size in sizes if isinstance(size, int)))
    return Once("ndindex", list(np.ndindex(*shape)))


def nditer(op: Any, order: Any = "K") -> Once:
    """Return each number of one array as an array of no axis, in the order in which memory holds them by default.

    Raises
    ------
    Refused
        For several arrays at once.
    """
    if isinstance(op, tuple | list) and any(isinstance(part, np.ndarray) for part in op):
        raise Refused("np.nditer goes through one array here. zip(a.flat, b.flat) goes through two.")
    _check(size_of(op))
    numbers: Iterable[Any] = np.nditer(op, order=order)
    return Once("numpy.nditer", [np.array(number) for number in numbers])


def _check(count: int) -> None:
    if count > MAX_LIST:
        raise Refused(f"At most {thousands(MAX_LIST)} numbers are gone through here, not {thousands(count)}.")
