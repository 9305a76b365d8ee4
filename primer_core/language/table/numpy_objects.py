"""What NumPy has beside plain functions: methods of ufuncs, as ``np.add.at``, and what is indexed, as ``np.mgrid``."""

from __future__ import annotations

from math import ceil, isfinite, prod
from typing import Any

import numpy as np

from primer_core.language.limits import Refused
from primer_core.language.table import costs, sources
from primer_core.language.table.costs import arrays_in, shape_of, size_of
from primer_core.language.table.entry import Bound, Cost, Entry, Rule
from primer_core.language.table.rules import WRITTEN, chosen, moved, reduction, scan
from primer_core.language.table.sources import Cells, Done, Sources

INDEXED = ("mgrid", "ogrid", "r_", "c_")
"""Names of NumPy's objects that make arrays by being indexed."""


def _each_with_each(bound: Bound) -> Cost:
    size = size_of(bound.get("A")) * size_of(bound.get("B"))
    return Cost(size, 4 * size)


def _met(call: Done, cell: int, part: int) -> Sources:
    """Return the cell of the first operand, and that of the second, which counts faster."""
    del part
    first, second = call.bound.values["A"], call.bound.values["B"]
    places = divmod(cell, prod(shape_of(second)))
    found: list[Cells] = []
    for value, place in zip((first, second), places, strict=True):
        if size_of(value) == 1 or not any(True for _ in arrays_in(value)):
            found.extend(np.zeros(1, np.int64) for _ in arrays_in(value))
        else:
            found.append(np.array([place], np.int64))
    return tuple(found)


def _length(part: Any) -> int:
    """Return how many numbers a slice counts through; 1 where it has no numbers, which NumPy declines."""
    if not isinstance(part, slice):
        return size_of(part)
    start, stop, step = (0 if part.start is None else part.start), part.stop, (1 if part.step is None else part.step)
    if isinstance(step, complex):
        return max(int(abs(step)), 1) if isfinite(abs(step)) else 1
    ends = [float(np.asarray(value)) for value in (start, stop, step) if np.ndim(value) == 0 and _is_real(value)]
    if len(ends) < 3 or not all(map(isfinite, ends)) or not ends[2]:
        return 1
    return max(ceil((ends[1] - ends[0]) / ends[2]), 0)


def _is_real(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number | np.ndarray) and not np.iscomplexobj(value)


def _parts(bound: Bound) -> tuple[Any, ...]:
    index = bound.get("index")
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, str) for part in parts):
        raise Refused("A text in these brackets is not read here. np.concatenate and np.stack name the axis.")
    return parts


def _dense(bound: Bound) -> Cost:
    parts = _parts(bound)
    size = prod(map(_length, parts)) * len(parts)
    return Cost(size, size)


def _joined(bound: Bound) -> Cost:
    parts = _parts(bound)
    size = sum(map(_length, parts)) * len(parts)
    return Cost(size, size)


_RUNNING = Rule("chosen", costs.every, sources.up_to("axis", default=0))
_OUTER = Rule("elementwise", _each_with_each, _met)

ENTRIES: tuple[Entry, ...] = (
    *(Entry(f"np.{name}.reduce", "array, axis, dtype, | keepdims", reduction("axis", default=0),
            f"np.{name}.reduce(t, axis=1); np.{name}.reduce(v)") for name in ("add", "multiply")),
    *(Entry(f"np.{name}.reduce", "array, axis, dtype, | keepdims", chosen("axis", default=0),
            f"np.{name}.reduce(t, axis=1); np.{name}.reduce(v)") for name in ("maximum", "minimum")),
    *(Entry(f"np.{name}.accumulate", "array, axis, dtype", scan("axis", default=0),
            f"np.{name}.accumulate(t, axis=1); np.{name}.accumulate(v)") for name in ("add", "multiply")),
    *(Entry(f"np.{name}.accumulate", "array, axis, dtype", _RUNNING,
            f"np.{name}.accumulate(t, axis=1); np.{name}.accumulate(v)") for name in ("maximum", "minimum")),
    *(Entry(f"np.{name}.outer", "A, B", _OUTER, f"np.{name}.outer(v, w); np.{name}.outer(m, w)")
      for name in ("add", "subtract", "multiply", "divide")),
    *(Entry(f"np.{name}.at", "a, indices, b", WRITTEN, f"np.{name}.at(v, [0, 0], 1)", writes="a")
      for name in ("add", "subtract", "multiply", "maximum", "minimum")),
    Entry("np.mgrid.[]", "x, index", Rule("made", _dense, sources.none), "np.mgrid[0:3, 0:2]; np.mgrid[-1:1:5j]"),
    Entry("np.ogrid.[]", "x, index", Rule("made", _joined, sources.none), "np.ogrid[0:3, 0:2]"),
    Entry("np.r_.[]", "x, index", moved(_joined), "np.r_[v, w]; np.r_[1:4, 0, v]"),
    Entry("np.c_.[]", "x, index", moved(_joined), "np.c_[v, w]"),
)  # fmt: skip
