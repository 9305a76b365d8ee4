"""What is said of operands that meet in one elementwise operation: how each is read, and why they cannot meet."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import (
    Claim,
    Code,
    Name,
    Sentence,
    Shape,
    Strong,
    axis_text,
    listed,
    signed,
    thousands,
    times_text,
)


@dataclass(frozen=True, slots=True)
class MeetIn(Claim):
    """The operands meet in a shape.

    Parameters
    ----------
    shape
        Of the result.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"broadcasts to {self.shape}",)


@dataclass(frozen=True, slots=True)
class ShapesClash(Claim):
    """Shapes do not meet.

    Parameters
    ----------
    shapes
        Of the operands, in their order.
    """

    shapes: tuple[Shape, ...]

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{listed([str(shape) for shape in self.shapes])} clash",)


@dataclass(frozen=True, slots=True)
class MeetInMany(Claim):
    """The operands meet, and one of the arrays is large.

    Parameters
    ----------
    shape
        Of the result.
    largest
        Elements of the largest array, the result or an operand.
    """

    shape: Shape
    largest: int

    def sentence(self) -> Sentence:
        """Say how large it is."""
        return (f"The shapes meet in {self.shape}, and the largest array has {thousands(self.largest)} elements.",)


@dataclass(frozen=True, slots=True)
class StretchedAlong(Claim):
    """Operands are read again and again along one axis.

    Parameters
    ----------
    names
        Of the operands.
    axis
        Counted from the end.
    """

    names: tuple[str, ...]
    axis: int

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{listed(self.names)} stretched",)


@dataclass(frozen=True, slots=True)
class EqualAlong(Claim):
    """No operand is stretched along an axis.

    Parameters
    ----------
    axis
        Counted from the end.
    """

    axis: int

    def sentence(self) -> Sentence:
        """Write the claim as a word."""
        return ("equal",)


@dataclass(frozen=True, slots=True)
class ClashAlong(Claim):
    """Sizes along an axis differ, and more than one of them is not 1.

    Parameters
    ----------
    axis
        Counted from the end.
    """

    axis: int

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return ("clash: neither equal nor 1",)


@dataclass(frozen=True, slots=True)
class ReadStretched(Claim):
    """An operand is read in a larger shape than its own, without a copy.

    Parameters
    ----------
    name
        Of the operand.
    shape
        Its own.
    missing
        Axes of the result that it does not have, counted from the end: −1 is the last.
    repeats
        Axes along which it is read again, counted from the end, and how often.
    """

    name: str
    shape: Shape
    missing: tuple[int, ...]
    repeats: tuple[tuple[int, int], ...]

    def sentence(self) -> Sentence:
        """Say what the operand is taken for, and how often it is read."""
        lacks = ""
        if self.missing:
            taken = (1,) * len(self.missing) + self.shape
            lacks = f"has no {axis_text(*self.missing)}: {self.shape} is taken for {taken}. It "
        if not self.repeats:
            return (Name(self.name), f" {lacks}is read as it stands.")
        often = listed([f"{times_text(times)} along {axis_text(axis)}" for axis, times in self.repeats])
        return (Name(self.name), f" {lacks}is read {often}, with a stride of 0: nothing is copied.")


@dataclass(frozen=True, slots=True)
class MeetInPlace(Claim):
    """The shapes are equal, so that each cell meets the one in its own place.

    Parameters
    ----------
    shape
        Of every operand and of the result.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Say that nothing is stretched."""
        return (f"All shapes are {self.shape}: each cell meets the one in its own place, and nothing is stretched.",)


@dataclass(frozen=True, slots=True)
class Saved(Claim):
    """What reading without a copy saves.

    Parameters
    ----------
    bytes
        That copies of the result's shape would take on top of what the operands take.
    strides
        Of each operand that is read larger than it is: its name, and the strides as it is read, in bytes.
    """

    bytes: int
    strides: tuple[tuple[str, tuple[int, ...]], ...]

    def sentence(self) -> Sentence:
        """Give the bytes and the strides."""
        read = ", ".join(f"{name} {signed(str(strides))}" for name, strides in self.strides)
        return (f"{self.bytes} bytes were not copied · strides as read: {read}",)


@dataclass(frozen=True, slots=True)
class CannotMeet(Claim):
    """Sizes of an axis differ, and more than one of them is not 1.

    Parameters
    ----------
    axis
        Counted from the end.
    sizes
        Name and size of each operand that has this axis with another size than 1.
    """

    axis: int
    sizes: tuple[tuple[str, int], ...]

    def sentence(self) -> Sentence:
        """Name the axis and the sizes, and say why they are refused."""
        found = listed([f"{size} in {name}" for name, size in self.sizes])
        return (
            f"Shapes line up from the right. Along {axis_text(self.axis)} the sizes differ and none of them is 1: "
            f"{found}. It cannot be told which cells belong together.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class EveryPair(Claim):
    """A vector met a column of as many values: every value met every other.

    Parameters
    ----------
    vector, column
        Names of the two.
    n
        Values in each.
    losses
        Mean square of all differences, and of the differences of paired values, where differences were asked for.
    """

    vector: str
    column: str
    n: int
    losses: tuple[float, float] | None

    def sentence(self) -> Sentence:
        """Say how many cells that are, and what to do where pairs were meant."""
        loss = ""
        if self.losses is not None:
            every, paired = self.losses
            loss = (
                f" As a regression loss, the mean square of this grid is {signed(f'{every:.4g}')}; of the {self.n} "
                f"pairs it is {signed(f'{paired:.4g}')}."
            )
        return (
            Strong(f"No error, but {self.n} × {self.n} cells."),
            f" A vector of {self.n}, {self.vector}, met a column of {self.n}, {self.column}, so every value met every "
            f"other.{loss} If each was to meet its own partner, bring both to one shape first: ",
            Code(f"{self.column}[:, 0]"),
            " or ",
            Code(f"{self.vector}[:, None]"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class FitsEitherAxis(Claim):
    """A vector met a square table: its values line up with the columns, and would have fitted the rows as well.

    Parameters
    ----------
    table, vector
        Names of the two.
    n
        Rows, columns, and values of the vector; 2 or more.
    """

    table: str
    vector: str
    n: int

    def sentence(self) -> Sentence:
        """Say which axis the values belong to, and how they would belong to the other."""
        return (
            f"{self.table} is square, so the {self.n} values of {self.vector} fit either axis without an error. They "
            f"belong to its columns: {self.vector}[0] meets all of column 0. For a value a row write ",
            Code(f"{self.vector}[:, None]"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class NotTheMatrixProduct(Claim):
    """Operands that are multiplied cell by cell, or cannot be, have a matrix product.

    Parameters
    ----------
    left, right
        Names of the operands.
    shape
        Of their matrix product.
    """

    left: str
    right: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Tell the two products apart."""
        return (
            Code(f"{self.left} * {self.right}"),
            " multiplies cell by cell. The matrix product, rows times columns, is another: ",
            Code(f"{self.left} @ {self.right}"),
            f" → {self.shape}.",
        )
