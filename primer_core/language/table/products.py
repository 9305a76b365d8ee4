"""Products: which letter stands on which axis says what meets, what is summed, and what it costs.

A product is written as ``einsum`` writes it: each axis of each operand has a letter, the same letter where axes run
together, and a letter that the result lacks is summed over. Letters are whole numbers here, so that there are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from primer_core.language.table.costs import arrays_in, shape_of
from primer_core.language.table.entry import Bound, Cost, Rule
from primer_core.language.table.sources import Done, Sources, result_of


@dataclass(frozen=True, slots=True)
class Letters:
    """Which letter stands on which axis.

    Parameters
    ----------
    operands
        A tuple of letters for each operand, a letter for each axis.
    result
        The letters of the result's axes.
    """

    operands: tuple[tuple[int, ...], ...]
    result: tuple[int, ...]


def product(letters: Callable[[Bound], Letters | None]) -> Rule:
    """Return the rule of a product.

    Parameters
    ----------
    letters
        Pure function from the arguments to the letters of their arrays; None where the arguments make no sense, which
        the library then says itself.
    """

    def cost(bound: Bound) -> Cost:
        found = letters(bound)
        return Cost(1, 1) if found is None else cost_of(found, [shape_of(array) for array in given(bound)])

    def sources(call: Done, cell: int, part: int) -> Sources:
        found = letters(call.bound)
        if found is None:
            raise LookupError(f"{call.entry.name} made a result of what has no letters")
        return _met(found, given(call.bound), tuple(result_of(call, part).shape), cell)

    return Rule("product", cost, sources)


def given(bound: Bound) -> list[Any]:
    """Return the operands of a product: the arrays among the arguments, and nested lists that stand for one."""
    found: list[Any] = []
    for value in bound.values.values():
        if isinstance(value, list) and not any(True for _ in arrays_in(value)):
            found.append(np.array(value))
        else:
            found.extend(arrays_in(value))
    return found


def cost_of(letters: Letters, shapes: Sequence[tuple[int, ...]]) -> Cost:
    """Return what a product costs that runs over every letter at once: the loops that ``einsum`` stands for."""
    sizes: dict[int, int] = {}
    for axes, shape in zip(letters.operands, shapes, strict=False):
        for letter, size in zip(axes, shape, strict=False):
            sizes[letter] = max(sizes.get(letter, 1), size)
    size = prod(sizes.get(letter, 1) for letter in letters.result)
    return Cost(size, max(len(letters.operands), 2) * prod(sizes.values()))


def _met(letters: Letters, arrays: Sequence[Any], shape: tuple[int, ...], cell: int) -> Sources:
    coordinates = dict(zip(letters.result, np.unravel_index(cell, shape), strict=True)) if shape else {}
    found = []
    for axes, array in zip(letters.operands, arrays, strict=True):
        sizes = tuple(array.shape)
        numbers = np.arange(prod(sizes), dtype=np.int64).reshape(sizes)
        keep = np.ones(sizes, np.bool_)
        for axis, letter in enumerate(axes):
            along = np.arange(sizes[axis]).reshape([-1 if at == axis else 1 for at in range(len(sizes))])
            if letter in coordinates and sizes[axis] != 1:
                keep &= along == coordinates[letter]
            elif letter in axes[:axis]:  # the same letter twice: the diagonal
                first = axes.index(letter)
                keep &= along == np.arange(sizes[first]).reshape([-1 if at == first else 1 for at in range(len(sizes))])
        found.append(numbers[keep])
    return tuple(found)


def _of_matmul(bound: Bound) -> Letters | None:
    """Write ``x @ y``: the last axis of x meets the last but one of y; the axes before broadcast."""
    arrays = given(bound)
    if len(arrays) != 2 or not shape_of(arrays[0]) or not shape_of(arrays[1]):
        return None
    left, right = (len(array.shape) for array in arrays)
    inner, row, column = 0, 1, 2
    stack = tuple(range(10, 10 + max(left, right, 2) - 2))

    def axes(rank: int, own: tuple[int, ...]) -> tuple[int, ...]:
        return stack[len(stack) - max(rank - 2, 0) :] + own

    one = axes(left, (row, inner)) if left > 1 else (inner,)
    other = axes(right, (inner, column)) if right > 1 else (inner,)
    ends = ((row,) if left > 1 else ()) + ((column,) if right > 1 else ())
    return Letters((one, other), stack + ends)


MATMUL = product(_of_matmul)
"""``x @ y``: rows meet columns, in stacks that broadcast."""
