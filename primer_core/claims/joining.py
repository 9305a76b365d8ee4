"""What is said of arrays that are joined: along an axis that they have, or along a new one."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, axis_text, counted


@dataclass(frozen=True, slots=True)
class SizesAdd(Claim):
    """Two arrays are joined along an axis, on which their sizes add up; all others are equal.

    Parameters
    ----------
    name
        Of the result.
    own, other
        Shapes of the two.
    axis
        That they are joined along.
    """

    name: str
    own: Shape
    other: Shape
    axis: int

    def sentence(self) -> Sentence:
        """Spell it out axis by axis."""
        return (f"{axes_met(self.own, self.other, self.axis)}.",)


@dataclass(frozen=True, slots=True)
class UnequalToJoin(Claim):
    """Two arrays cannot be joined along an axis, as their sizes differ along another.

    Parameters
    ----------
    origin
        Name of the array that another was to be joined with.
    own, other
        Shapes of the two.
    axis
        That they were to be joined along.
    """

    origin: str
    own: Shape
    other: Shape
    axis: int

    def sentence(self) -> Sentence:
        """Spell it out axis by axis."""
        return (f"{axes_met(self.own, self.other, self.axis)}. Sizes add up along one axis and are equal elsewhere.",)


@dataclass(frozen=True, slots=True)
class NewAxis(Claim):
    """Arrays of one shape lie along a new axis.

    Parameters
    ----------
    name
        Of the result.
    shape
        Of each of them.
    axis
        The new one.
    count
        How many arrays there are.
    """

    name: str
    shape: Shape
    axis: int
    count: int

    def sentence(self) -> Sentence:
        """Name the new axis."""
        return (f"{self.count} arrays of one shape, {self.shape}, lie along a new axis {self.axis}.",)


@dataclass(frozen=True, slots=True)
class UnequalToStack(Claim):
    """Arrays cannot be stacked, as their shapes differ.

    Parameters
    ----------
    origin
        Name of the array that another was to be stacked with.
    own, other
        Shapes of the two.
    """

    origin: str
    own: Shape
    other: Shape

    def sentence(self) -> Sentence:
        """Set the shapes against each other."""
        return (Code("stack"), f" wants equal shapes, and {self.own} is not {self.other}.")


@dataclass(frozen=True, slots=True)
class NoAxisToJoin(Claim):
    """Arrays cannot be joined along an axis that they do not have.

    Parameters
    ----------
    origin
        Name of the array that another was to be joined with.
    shape
        Of that array.
    axis
        That they were to be joined along.
    """

    origin: str
    shape: Shape
    axis: int

    def sentence(self) -> Sentence:
        """Name the axes that there are."""
        return (
            f"{self.origin} has shape {self.shape}, and so no {axis_text(self.axis)} that could be made longer. ",
            Code("stack"),
            " makes a new axis.",
        )


@dataclass(frozen=True, slots=True)
class VectorTakenFor(Claim):
    """A vector is given axes of size 1 before it is joined with others.

    Parameters
    ----------
    name, origin
        Names of the result and of the vector.
    function
        That joins them.
    shape
        That the vector is taken for.
    axis
        Along which all are joined then.
    """

    name: str
    origin: str
    function: str
    shape: Shape
    axis: int

    def sentence(self) -> Sentence:
        """Give the shape and the axis."""
        word = {0: "one row, ", 1: "one column, "}.get(self.axis, "")
        return (
            Code(self.function),
            " takes the vector ",
            Name(self.origin),
            f" for {word}{self.shape}, and joins along {axis_text(self.axis)}.",
        )


@dataclass(frozen=True, slots=True)
class RanksDiffer(Claim):
    """Arrays cannot be joined, as they have not the same number of axes.

    Parameters
    ----------
    function
        That was to join them.
    ranks
        Numbers of axes of the first array, and of the first one that has another number.
    """

    function: str
    ranks: tuple[int, int]

    def sentence(self) -> Sentence:
        """Count the axes, and say what adds one."""
        first, other = (counted(rank, "axis", "axes") for rank in self.ranks)
        return (
            Code(self.function),
            f" joins arrays that have the same number of axes: here one has {first} and another {other}. ",
            Code("[None]"),
            " puts an axis of size 1 in front, ",
            Code("[..., None]"),
            " one at the end.",
        )


def axes_met(own: Shape, other: Shape, axis: int) -> str:
    """Write how sizes meet: ``axis 0: 2 + 1 = 3 · axis 1: 2 = 2 ✓``."""
    parts = []
    for place, (first, second) in enumerate(zip(own, other, strict=False)):
        if place == axis:
            parts.append(f"axis {place}: {first} + {second} = {first + second}")
        else:
            equal = f"{first} = {second} ✓" if first == second else f"{first} ≠ {second} ✗"
            parts.append(f"axis {place}: {equal}")
    return " · ".join(parts)
