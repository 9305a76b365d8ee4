"""What would make sizes fit that clash: the letters of one operand in another order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

Shape = tuple[int, ...]

_MOST = 3


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of the letters with which the sizes fit.

    Parameters
    ----------
    subscripts
        The changed subscripts.
    operand
        int, whose letters changed place.
    shape
        Of the result then.
    """

    subscripts: str
    operand: int
    shape: Shape


def fixes(
    subscripts: str, shapes: Sequence[Shape], fits: Callable[[str, Sequence[Shape]], Shape | None]
) -> tuple[Fix, ...]:
    """Try every order of the letters of one operand, the last operand first, and keep those that fit.

    Parameters
    ----------
    subscripts
        That do not fit as they are.
    shapes
        Of the operands.
    fits
        Returns the shape of the result, or None.
    """
    before, arrow, after = subscripts.partition("->")
    parts = before.split(",")
    found: list[Fix] = []
    for place in reversed(range(len(parts))):
        for order in permutations(parts[place]) if len(parts[place]) <= 4 else ():
            changed = [*parts[:place], "".join(order), *parts[place + 1 :]]
            tried = ",".join(changed) + arrow + after
            shape = fits(tried, shapes) if tried != subscripts else None
            if shape is not None and all(fix.subscripts != tried for fix in found):
                found.append(Fix(tried, place, shape))
    return tuple(found[:_MOST])
