"""The arithmetic of sizes and strides behind a step: what -1 stands for, how a join adds up, why a view is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from primer_core.language.spelling import shape_text
from primer_core.lessons.shapes.asked import Asked
from primer_core.lessons.shapes.steps import Shape


@dataclass(frozen=True, slots=True)
class Solved:
    """The arithmetic of a -1 among the sizes of a view or reshape.

    Parameters
    ----------
    elements
        Number of the tensor's elements.
    given
        The other sizes.
    place
        Place of the -1 among the sizes.
    """

    elements: int
    given: tuple[int, ...]
    place: int

    @property
    def size(self) -> int | None:
        """Return what -1 stands for; None where no whole number fits."""
        product = prod(self.given)
        return self.elements // product if product and self.elements % product == 0 else None

    @property
    def text(self) -> str:
        """Spell it out: ``−1 = 12 ÷ 2 = 6``."""
        product = prod(self.given)
        below = " · ".join(map(str, self.given)) or "1"
        below = f"({below})" if len(self.given) > 1 else below
        if product == 0:
            return f"−1 = {self.elements} ÷ 0: any number would do, so none is taken"
        if self.size is None:
            return f"−1 = {self.elements} ÷ {below} = {self.elements / product:.4g}: no whole number"
        return f"−1 = {self.elements} ÷ {below} = {self.size}"


@dataclass(frozen=True, slots=True)
class Joining:
    """How the sizes of a join meet: added along its axis, equal along all others.

    Parameters
    ----------
    own, other
        Shapes of the two tensors, of as many axes.
    axis
        Axis that they are joined along, from 0; None where they are stacked along a new one.
    """

    own: Shape
    other: Shape
    axis: int | None

    @property
    def text(self) -> str:
        """Spell it out, axis by axis: ``axis 0: 2 + 1 = 3 · axis 1: 2 = 2 ✓``."""
        if self.axis is None:
            word = "equal" if self.own == self.other else "not equal"
            return f"stack wants equal shapes: {shape_text(self.own)} and {shape_text(self.other)} are {word}"
        parts = []
        for place, (first, second) in enumerate(zip(self.own, self.other, strict=True)):
            if place == self.axis:
                parts.append(f"axis {place}: {first} + {second} = {first + second}")
            else:
                parts.append(
                    f"axis {place}: {first} = {second} ✓" if first == second else f"axis {place}: {first} ≠ {second} ✗"
                )
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Unmergeable:
    """Neighbouring axes that no single stride can walk: ``stride[i]`` is not ``size[i+1] * stride[i+1]``.

    Source: the PyTorch documentation of ``Tensor.view``.

    Parameters
    ----------
    shape, strides
        Those of the tensor; strides in elements.
    """

    shape: Shape
    strides: tuple[int, ...]

    @property
    def text(self) -> str:
        """Name each pair of axes with its strides."""
        return "; ".join(
            f"axes {axis} and {axis + 1} cannot become one: stride {self.strides[axis]} ≠ {self.shape[axis + 1]} · "
            f"{self.strides[axis + 1]} = {self.shape[axis + 1] * self.strides[axis + 1]}"
            for axis in range(len(self.shape) - 1)
            if 1 not in self.shape[axis : axis + 2]
            and self.strides[axis] != self.shape[axis + 1] * self.strides[axis + 1]
        )


Arithmetic = Solved | Joining | Unmergeable
"""What is spelled out of a step's sizes or strides."""


def solved(asked: Asked, elements: int) -> Solved | None:
    """Return the arithmetic of the -1 in a view or reshape of so many elements; None where there is not just one."""
    sizes = list(_flat([*asked.args, *(value for name, value in asked.options if name == "shape")]))
    if sizes.count(-1) != 1 or any(size < -1 for size in sizes):
        return None
    place = sizes.index(-1)
    return Solved(elements, tuple(sizes[:place] + sizes[place + 1 :]), place)


def joining(asked: Asked, own: Shape) -> Joining | None:
    """Return how the sizes of a join meet; None where there is no such axis, or one tensor has more axes."""
    if asked.other is None:
        return None
    other = asked.other.shape
    if asked.name == "stack":
        return Joining(own, other, None)
    if asked.name not in ("cat", "concat", "concatenate"):
        return None
    axis = next((value for name, value in asked.options if name in ("dim", "axis")), asked.args[0] if asked.args else 0)
    if len(own) != len(other) or type(axis) is not int or not -len(own) <= axis < len(own):
        return None
    return Joining(own, other, axis % len(own))


def _flat(values: Sequence[Any]) -> Iterator[int]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        elif type(value) is int:
            yield value
