"""What would make shapes broadcast that do not: a new axis, or a transposition, of one operand."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from primer_core.language.limits import MAX_AXES
from primer_core.language.operand import Operand
from primer_core.language.parsing import code_expression

_MOST = 4

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of one operand with which the shapes meet.

    Parameters
    ----------
    name
        Of the operand.
    change
        What stands behind its name then: ``[:, None]``.
    shape
        Of the result then.
    texts
        All operands, as they would be typed.
    """

    name: str
    change: str
    shape: Shape
    texts: tuple[str, ...]


def fixes(
    operands: Sequence[Operand], names: Sequence[str], meet: Callable[[Sequence[Shape]], Shape | None]
) -> tuple[Fix, ...]:
    """Try every rearrangement of one operand and keep those that meet in the fewest axes.

    An operand that another is made of stays: with it the other would change, too.

    Parameters
    ----------
    operands
        That do not meet as they are.
    names
        What the operands are called.
    meet
        Returns the shape in which shapes meet, or None.
    """
    shapes = [operand.shape for operand in operands]
    found: dict[tuple[int, Shape], Fix] = {}
    for rearrangements in (_new_axes, _swaps):
        for place, operand in enumerate(operands):
            if any(speaks_of(other, names[place]) for other in operands):
                continue
            for suffix, changed in rearrangements(operand.shape):
                shape = meet([*shapes[:place], changed, *shapes[place + 1 :]])
                if shape is not None:
                    texts = [other.text for other in operands]
                    texts[place] = operand.followed_by(suffix)
                    found.setdefault((place, changed), Fix(names[place], suffix, shape, tuple(texts)))
    # What keeps the result small was most likely meant; every cell against every cell is the last resort.
    least = min((len(fix.shape) for fix in found.values()), default=0)
    return tuple(fix for fix in found.values() if len(fix.shape) == least)[:_MOST]


def speaks_of(operand: Operand, name: str) -> bool:
    """Return whether an operand is made of another."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(code_expression(operand.text)))


def _new_axes(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield where axes of size 1 can go, as code behind the name, and the shape that comes of it."""
    rank = len(shape)
    for more in range(1, MAX_AXES - rank + 1):
        for places in sorted(combinations(range(rank + more), more), reverse=True):
            index = ["None" if place in places else ":" for place in range(rank + more)]
            sizes = iter(shape)
            code = index[: places[-1] + 1] if more == 1 else index
            yield f"[{', '.join(code)}]", tuple(1 if place in places else next(sizes) for place in range(rank + more))


def _swaps(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield which two axes can change places, and other orders of three axes or more, in the same form."""
    rank = len(shape)
    if rank == 2:
        yield ".T", shape[::-1]
    if rank < 3:
        return
    for first, second in combinations(range(rank), 2):
        swapped = list(shape)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        yield f".swapaxes({first}, {second})", tuple(swapped)
    for order in permutations(range(rank)):
        if sum(axis != place for place, axis in enumerate(order)) > 2:
            yield f".transpose({', '.join(map(str, order))})", tuple(shape[axis] for axis in order)
