"""The rule by which shapes meet: they are lined up from the right, and along each axis sizes are equal or 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal


@dataclass(frozen=True, slots=True)
class AxisRule:
    """What the rule says along one axis.

    Parameters
    ----------
    axis
        Whole number below 0, counted from the right: -1 is the last axis.
    sizes
        Size in each operand; None where the operand has no such axis.
    size
        Size in the result; None where the sizes clash.
    stretched
        Places of the operands that are stretched, or that lack an axis of the result.
    """

    axis: int
    sizes: tuple[int | None, ...]
    size: int | None
    stretched: tuple[int, ...]

    @property
    def verdict(self) -> Literal["equal", "stretched", "clash"]:
        """The outcome in a word."""
        return "clash" if self.size is None else "stretched" if self.stretched else "equal"


def axis_rule(shapes: Sequence[tuple[int, ...]]) -> tuple[AxisRule, ...]:
    """Line shapes up from the right and judge them axis by axis; the axes come from left to right."""
    rules: list[AxisRule] = []
    for back, sizes in enumerate(zip_longest(*(shape[::-1] for shape in shapes)), start=1):
        wanted = {size for size in sizes if size not in (None, 1)} or {1}
        size = wanted.pop() if len(wanted) == 1 else None
        short = tuple(i for i, own in enumerate(sizes) if size is not None and own != size)
        rules.append(AxisRule(-back, sizes, size, short))
    return tuple(reversed(rules))


def joint_shape(rule: Sequence[AxisRule]) -> tuple[int, ...] | None:
    """Return the shape that the rule gives, or None if it clashes along any axis."""
    sizes = tuple(axis.size for axis in rule if axis.size is not None)
    return sizes if len(sizes) == len(rule) else None
