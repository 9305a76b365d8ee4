"""What calls cost at most, from the shapes, dtypes and, where they decide it, the values of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from primer_core.language.limits import MAX_SIZE
from primer_core.language.of_types import OfTypes
from primer_core.language.table.entry import Bound, Cost

CostRule = Callable[[Bound], Cost]


def arrays_in(value: Any) -> Iterator[Any]:
    """Yield the arrays and tensors in an argument, in order: those in lists and tuples, too."""
    if _ARRAYS[type(value)]:
        yield value
    elif isinstance(value, tuple | list):
        for inner in value:
            if _ARRAYS[type(inner)]:
                yield inner
            elif isinstance(inner, tuple | list):
                yield from arrays_in(inner)


def has_shape(value: Any) -> bool:
    """Return whether an argument is an array or a tensor, or has a shape as they do."""
    return _SHAPED[type(value)]


def _is_shaped(kind: type) -> bool:
    """Return whether objects of a type have a shape; the weight of a lazy layer has none before its first input."""
    return hasattr(kind, "shape") and not issubclass(kind, type) and not kind.__name__.startswith("Uninitialized")


_SHAPED = OfTypes(_is_shaped)
_ARRAYS = OfTypes(lambda kind: _is_shaped(kind) and hasattr(kind, "dtype"))


def size_of(value: Any) -> int:
    """Return how many elements an argument has: of arrays together, of nested lists what is written out."""
    if isinstance(value, tuple | list):
        return sum(map(size_of, value))
    return prod(value.shape) if _SHAPED[type(value)] else 1


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of an array, or the shape that nested lists make; () of a number."""
    if isinstance(value, tuple | list):
        return (len(value), *(shape_of(value[0]) if value else ()))
    return tuple(value.shape) if _SHAPED[type(value)] else ()


def given(bound: Bound) -> int:
    """Return the elements of all arguments together."""
    return sum(map(size_of, bound.values.values()))


def sizes_in(value: Any) -> int:
    """Return how many elements a shape has: a number, a tuple of numbers; 0 where a size is negative or no number."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, int | np.integer):
        return max(int(value), 0)
    if isinstance(value, tuple | list):
        return prod(max(sizes_in(inner), 0) for inner in value) if value else 1
    return size_of(value)


def asked(bound: Bound) -> Cost:
    """Cost of what only looks at an array's head."""
    del bound
    return Cost(1, 1)


def viewed(bound: Bound) -> Cost:
    """Cost of what may copy its operands, once."""
    size = given(bound)
    return Cost(size, size)


def each(bound: Bound) -> Cost:
    """Cost of an operation cell by cell, of operands that broadcast."""
    shapes = [shape_of(value) for value in bound.values.values()]
    rank = max((len(shape) for shape in shapes), default=0)
    sizes = [[shape[len(shape) - place] for shape in shapes if len(shape) >= place] for place in range(1, rank + 1)]
    size = prod(max((0 if 0 in along else 1, *along)) if 0 not in along else 0 for along in sizes)
    return Cost(size, 4 * size)


def every(bound: Bound) -> Cost:
    """Cost of what reads all cells a few times and makes at most as many."""
    size = given(bound)
    return Cost(size, 4 * size)


def sorting(bound: Bound) -> Cost:
    """Cost of what sorts all cells."""
    size = given(bound)
    return Cost(2 * size, size * max(size.bit_length(), 1) * 4)


def shaped(*names: str) -> CostRule:
    """Return the cost of making an array of the shape in one of these parameters."""

    def cost(bound: Bound) -> Cost:
        wanted = bound.get(*names)
        size = sizes_in(wanted) if wanted is not None else 1
        return Cost(size, size)

    return cost


def beyond() -> Cost:
    """Return a cost that is beyond every bound, for what cannot be told before."""
    return Cost(MAX_SIZE * 1000, MAX_SIZE * 1000)
