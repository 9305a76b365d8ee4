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
        return Cost(1, 1) if found is None else cost_of(found, [shape_of(array) for array in given_operands(bound)])

    def sources(call: Done, cell: int, part: int) -> Sources:
        found = letters(call.bound)
        if found is None:
            raise LookupError(f"{call.entry.name} made a result of what has no letters")
        return _met(found, given_operands(call.bound), tuple(result_of(call, part).shape), cell)

    return Rule("product", cost, sources)


def given_operands(bound: Bound) -> list[Any]:
    """Return the operands of a product: the arrays among the arguments, and nested lists that stand for one."""
    found: list[Any] = []
    for value in (*bound.positional, *bound.keywords.values()) or bound.values.values():
        if isinstance(value, list) and not any(True for _ in arrays_in(value)):
            found.append(np.array(value))
        else:
            found.extend(arrays_in(value))
    return found


def cost_of(letters: Letters, shapes: Sequence[tuple[int, ...]]) -> Cost:
    """Return what a product costs that runs over every letter at once: the loops that ``einsum`` stands for.

    Where axes of one letter have sizes that cannot meet, the library refuses before it computes anything.
    """
    sizes: dict[int, int] = {}
    for axes, shape in zip(letters.operands, shapes, strict=False):
        for letter, size in zip(axes, shape, strict=False):
            known = sizes.get(letter, 1)
            if known != size and 1 not in (known, size):
                return Cost(1, 1)
            sizes[letter] = max(known, size)
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
    arrays = given_operands(bound)
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


def _of_dot(bound: Bound) -> Letters | None:
    """Write ``np.dot(x, y)``: the last axis of x meets the last but one of y; all other axes stay side by side."""
    arrays = given_operands(bound)
    if len(arrays) != 2:
        return None
    left, right = (len(array.shape) for array in arrays)
    one, other = list(range(1, left + 1)), list(range(100, 100 + right))
    if left and right:
        one[-1] = 0
        other[max(right - 2, 0)] = 0
    return Letters((tuple(one), tuple(other)), tuple(letter for letter in one + other if letter))


def _of_inner(bound: Bound) -> Letters | None:
    """Write ``np.inner(x, y)``: the last axes meet."""
    arrays = given_operands(bound)
    if len(arrays) != 2:
        return None
    left, right = (len(array.shape) for array in arrays)
    one, other = list(range(1, left + 1)), list(range(100, 100 + right))
    if left and right:
        one[-1] = other[-1] = 0
    return Letters((tuple(one), tuple(other)), tuple(letter for letter in one + other if letter))


def _of_outer(bound: Bound) -> Letters | None:
    """Write ``outer(x, y)`` of two vectors: nothing meets."""
    return Letters(((0,), (1,)), (0, 1)) if [len(array.shape) for array in given_operands(bound)] == [1, 1] else None


def _of_trace(bound: Bound) -> Letters | None:
    """Write ``trace(x)``: the diagonal is summed."""
    rank = len(shape_of(next(iter(bound.values.values()))))
    return Letters(((0, 0, *range(1, rank - 1)),), tuple(range(1, rank - 1))) if rank > 1 else None


def _of_tensordot(bound: Bound) -> Letters | None:
    """Write ``np.tensordot(x, y, axes)``."""
    arrays = given_operands(bound)
    if len(arrays) != 2:
        return None
    left, right = (len(array.shape) for array in arrays)
    axes = bound.get("axes", "dims", default=2)
    if isinstance(axes, int):
        pairs = [(left - axes + place, place) for place in range(axes)]
    else:
        firsts, seconds = ([each] if isinstance(each, int) else list(each) for each in axes)
        pairs = [(first % max(left, 1), second % max(right, 1)) for first, second in zip(firsts, seconds, strict=False)]
    one, other = list(range(100, 100 + left)), list(range(200, 200 + right))
    for letter, (first, second) in enumerate(pairs):
        if not (0 <= first < left and 0 <= second < right):
            return None
        one[first] = other[second] = letter
    return Letters((tuple(one), tuple(other)), tuple(letter for letter in one + other if letter >= len(pairs)))


def einsum_letters(subscripts: str, ranks: Sequence[int]) -> Letters | None:
    """Read the letters that a learner wrote; ``...`` stands for the axes that have none, lined up from the right.

    Parameters
    ----------
    subscripts
        ``"ij,jk->ik"``, or without an arrow.
    ranks
        How many axes each operand has.

    Returns
    -------
    Letters or None
        A letter is its code point, an axis of ``...`` a negative number; None where the letters do not fit the axes.
    """
    before, arrow, after = subscripts.replace(" ", "").partition("->")
    parts = before.split(",")
    if len(parts) != len(ranks):
        return None
    operands: list[tuple[int, ...]] = []
    for part, rank in zip(parts, ranks, strict=True):
        axes = _letters_of(part, rank)
        if axes is None:
            return None
        operands.append(axes)
    flat = [letter for axes in operands for letter in axes]
    wide = sorted({letter for letter in flat if letter < 0})
    if arrow:
        head, dots, tail = after.partition("...")
        result = [*map(ord, head), *(wide if dots else ()), *map(ord, tail)]
    else:
        result = [*wide, *sorted(letter for letter in set(flat) if letter >= 0 and flat.count(letter) == 1)]
    known = set(result) <= set(flat) and len(set(result)) == len(result)
    return Letters(tuple(operands), tuple(result)) if known else None


def _of_einsum(bound: Bound) -> Letters | None:
    values = list(bound.values.values())
    if not values or not isinstance(values[0], str):
        return None
    arrays = given_operands(Bound((), {}, {"operands": tuple(values[1:])}))
    return einsum_letters(values[0], [len(array.shape) for array in arrays])


def _letters_of(text: str, rank: int) -> tuple[int, ...] | None:
    head, dots, tail = text.partition("...")
    more = rank - len(head) - len(tail)
    if more < 0 or (more and not dots) or (not (head + tail).isalpha() and (head + tail)):
        return None
    return (*map(ord, head), *range(-more, 0), *map(ord, tail))


MATMUL = product(_of_matmul)
"""``x @ y``: rows meet columns, in stacks that broadcast."""

DOT = product(_of_dot)
"""``np.dot``: the last axis meets the last but one."""

INNER = product(_of_inner)
"""``np.inner``: the last axes meet."""

OUTER = product(_of_outer)
"""Each cell of one vector with each of the other."""

TRACE = product(_of_trace)
"""The sum of the diagonal."""

TENSORDOT = product(_of_tensordot)
"""The axes that are named meet."""

EINSUM = product(_of_einsum)
"""Letters say what meets."""
