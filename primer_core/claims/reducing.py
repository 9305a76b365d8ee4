"""What is said of reductions and scans: what becomes of each axis, what a result is made of, whether it fits back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim, Code, Sentence, Shape, Strong, axis_text, cell_text, listed, number_text

Index = tuple[int, ...]
Axes = tuple[tuple[int, int], ...]
"""Axes, counted from 0, each with its size."""

Total = Literal["sum", "product"]


def _axes_text(axes: Axes) -> str:
    return listed([f"axis {axis} (size {size})" for axis, size in axes])


def _beginning(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


@dataclass(frozen=True, slots=True)
class ReducedTo(Claim):
    """An array of one shape becomes one of another, or a number.

    Parameters
    ----------
    shape
        Of a.
    result
        Of s.
    number
        Whether s is a bare number, which has no axes and is no array.
    """

    shape: Shape
    result: Shape
    number: bool

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{self.shape} becomes {'a number' if self.number else self.result}",)


@dataclass(frozen=True, slots=True)
class AxesDisappear(Claim):
    """The axes that are named are gone from the shape.

    Parameters
    ----------
    axes
        That are reduced.
    shape, result
        Of a and of s.
    """

    axes: Axes
    shape: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Cross the axes out of the shape."""
        one = len(self.axes) == 1
        left = f"{self.result} is left" if self.result else "no axis is left"
        return (
            f"{_beginning(_axes_text(self.axes))} {'disappears' if one else 'disappear'}: cross "
            f"{'it' if one else 'them'} out of {self.shape}, and {left}.",
        )


@dataclass(frozen=True, slots=True)
class AxesKeepSizeOne(Claim):
    """The axes that are reduced stay, with size 1.

    Parameters
    ----------
    axes
        That are reduced.
    shape, result
        Of a and of s.
    """

    axes: Axes
    shape: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Give the shapes."""
        keeps = "keeps" if len(self.axes) == 1 else "keep"
        return (f"{_beginning(_axes_text(self.axes))} {keeps} size 1: {self.shape} becomes {self.result}.",)


@dataclass(frozen=True, slots=True)
class NothingReduced(Claim):
    """Each cell is a group of its own.

    Parameters
    ----------
    shape
        Of a and of s.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"No axis is reduced: each cell is a group of its own, and the shape stays {self.shape}.",)


@dataclass(frozen=True, slots=True)
class MadeOf(Claim):
    """Each result is made of so many cells.

    Parameters
    ----------
    count
        Cells that a result is made of.
    result
        Index of one result.
    cells
        Indices of its cells, in order; of many the first two and the last.
    """

    count: int
    result: Index
    cells: tuple[Index, ...]

    def sentence(self) -> Sentence:
        """Count the cells, and list those of one result."""
        if not self.cells:
            return ("Each result is made of no cell at all.",)
        *most, last = [Code(cell_text("a", cell)) for cell in self.cells]
        found: Sentence = (
            f"Each result is made of {self.count} {'cell' if self.count == 1 else 'cells'}: ",
            Code(cell_text("s", self.result)),
            " of ",
        )
        for place, cell in enumerate(most):
            found = (*found, ", " if place else "", cell)
        if most:
            found = (*found, " and " if len(self.cells) == self.count else ", … ")
        return (*found, last, ".")


@dataclass(frozen=True, slots=True)
class CountedFromEnd(Claim):
    """An axis below zero is counted from the end.

    Parameters
    ----------
    axis
        As it was named, below 0.
    place
        The same axis, counted from 0.
    """

    axis: int
    place: int

    def sentence(self) -> Sentence:
        """Give the axis as it is counted from 0."""
        return (f"{_beginning(axis_text(self.axis))} is counted from the end: here it is axis {self.place}.",)


@dataclass(frozen=True, slots=True)
class NumberedAnew(Claim):
    """The array is what a reduction left, and its axes have other numbers than before.

    Parameters
    ----------
    taken
        The axes that the reduction took, of the array before it.
    before, shape
        Of the array before it, and of a.
    moved
        Axes that stayed and have another number now: the number before it, and the number in a.
    """

    taken: tuple[int, ...]
    before: Shape
    shape: Shape
    moved: tuple[tuple[int, int], ...]

    def sentence(self) -> Sentence:
        """Say which axes went, and how those that stay are numbered."""
        moved = ", ".join(f"axis {old} there is axis {new} here" for old, new in self.moved)
        count = len(self.shape)
        left = "no axis is left" if not count else "axis 0 alone is left" if count == 1 else f"{count} axes are left"
        return (
            f"The array is a reduction already: it took {axis_text(*self.taken)} out of {self.before}, and {left}, "
            f"of shape {self.shape}" + (f". They are numbered anew: {moved}." if moved else "."),
        )


@dataclass(frozen=True, slots=True)
class SharesOfOne(Claim):
    """The cells of a softmax sum to 1 along the axes that it runs along.

    Parameters
    ----------
    axes
        That it runs along.
    shape
        Of a and of s.
    """

    axes: Axes
    shape: Shape

    def sentence(self) -> Sentence:
        """Say that the shape stays, and what sums to 1."""
        along = f"along {_axes_text(self.axes)} its cells sum to 1" if self.axes else "each cell is alone, and so 1"
        return (f"Softmax keeps the shape {self.shape}: {along}.",)


@dataclass(frozen=True, slots=True)
class LargestSubtracted(Claim):
    """Subtracting the largest cell of a group changes no share, and no exponential overflows.

    Parameters
    ----------
    result
        Index of the first share.
    largest
        Largest cell of its group.
    """

    result: Index
    largest: float

    def sentence(self) -> Sentence:
        """Say what is subtracted, and why."""
        largest = number_text(self.largest)
        return (
            "Only differences count. So the largest cell of each group is subtracted first, for ",
            Code(cell_text("s", self.result)),
            f" it is {largest}: no exponential is above exp({largest} − {largest}) = 1, and none overflows.",
        )


@dataclass(frozen=True, slots=True)
class SoftmaxWraps(Claim):
    """A softmax of whole numbers goes wrong, since a difference goes beyond what their dtype holds.

    Parameters
    ----------
    dtype
        Of a.
    """

    dtype: str

    def sentence(self) -> Sentence:
        """Say why, and what would not wrap around."""
        return (
            Strong("This is no softmax."),
            f" a holds {self.dtype}, and a difference from the largest cell goes beyond what that holds: it wraps "
            "around. With ",
            Code("a.astype(float)"),
            " it is one.",
        )


@dataclass(frozen=True, slots=True)
class RunsAlong(Claim):
    """Each cell of a scan is the total of all cells up to its place along one axis.

    Parameters
    ----------
    total
        What is run.
    axis
        Counted from 0; None where the array has none.
    shape
        Of a and of s.
    """

    total: Total
    axis: int | None
    shape: Shape

    def sentence(self) -> Sentence:
        """Say that no axis disappears, and what a cell is."""
        along = "of its one cell" if self.axis is None else f"of all up to its place along axis {self.axis}"
        return (f"No axis disappears, {self.shape} stays: each cell of s is the {self.total} {along}.",)


@dataclass(frozen=True, slots=True)
class RunsThroughAll(Claim):
    """Without an axis a scan runs through all cells, row by row.

    Parameters
    ----------
    total
        What is run.
    shape
        Of a.
    size
        Cells of a, and of s.
    """

    total: Total
    shape: Shape
    size: int

    def sentence(self) -> Sentence:
        """Give the shape that it is flattened to."""
        return (
            f"Without an axis {self.shape} is flattened to {(self.size,)}: each cell of s is the {self.total} of all "
            "up to its place, row by row.",
        )


@dataclass(frozen=True, slots=True)
class MeetsItsOwn(Claim):
    """An array fits its own reduction: each cell meets the result that it went into.

    Parameters
    ----------
    small, own
        Shapes of s and of a.
    """

    small: Shape
    own: Shape

    def sentence(self) -> Sentence:
        """Say how s is read."""
        if self.small == self.own:
            return (f"s has the shape of a, {self.own}: each cell meets the result that it went into.",)
        return (f"s of {self.small} is stretched back to {self.own}: each cell meets the result that it went into.",)


@dataclass(frozen=True, slots=True)
class WrongCellsMeet(Claim):
    """An array and its own reduction meet without an error, but not each cell with the result that it went into.

    Parameters
    ----------
    small, own
        Shapes of s and of a.
    cell
        Index of a cell of a that meets another result than its own.
    went, met
        Indices of the result that it went into, and of the one that it meets.
    """

    small: Shape
    own: Shape
    cell: Index
    went: Index
    met: Index

    def sentence(self) -> Sentence:
        """Follow one cell, and say how the shapes line up."""
        axes = "axis" if len(self.small) == 1 else f"{len(self.small)} axes"
        return (
            Strong("No error, but the wrong cells meet."),
            " ",
            Code(cell_text("a", self.cell)),
            " went into ",
            Code(cell_text("s", self.went)),
            " and meets ",
            Code(cell_text("s", self.met)),
            f": {self.small} lines up with the last {axes} of {self.own}. The axis that was reduced is gone and "
            "holds no place.",
        )


@dataclass(frozen=True, slots=True)
class NoLongerFits(Claim):
    """A reduction without its axis does not line up with the array.

    Parameters
    ----------
    small, own
        Shapes of s and of a.
    axis
        Where the sizes clash, counted from the end.
    sizes
        Along it: of a and of s.
    """

    small: Shape
    own: Shape
    axis: int
    sizes: tuple[int, int]

    def sentence(self) -> Sentence:
        """Name the axis and the sizes."""
        own, small = self.sizes
        return (
            f"The axis that was reduced is gone, so {self.small} lines up with {self.own} from the right: along "
            f"{axis_text(self.axis)} a has {own} and s {small}, and neither is 1.",
        )


@dataclass(frozen=True, slots=True)
class FitsWithSizeOne(Claim):
    """With the reduced axes kept as size 1, the reduction fits back.

    Parameters
    ----------
    word
        What the library calls it: ``keepdims``.
    small, shape
        Shapes of s and of the result then.
    """

    word: str
    small: Shape
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the change and the shapes."""
        return (
            "Keep the axis as size 1: ",
            Code(f"{self.word}=True"),
            f" → s has {self.small}, and meets a in {self.shape}",
        )


@dataclass(frozen=True, slots=True)
class SameCall(Claim):
    """PyTorch understands NumPy's words for an axis.

    Parameters
    ----------
    own, numpys
        The call in PyTorch's words, and in NumPy's.
    """

    own: str
    numpys: str

    def sentence(self) -> Sentence:
        """Give both."""
        return (
            "PyTorch says dim where NumPy says axis, and understands both: ",
            Code(self.own),
            " is ",
            Code(self.numpys),
            ".",
        )


@dataclass(frozen=True, slots=True)
class AxisBecomes(Claim):
    """What becomes of an axis.

    Parameters
    ----------
    axis, size
        Of the array.
    becomes
        "stays", "disappears", "reduced, kept" with size 1, "runs" where results are running ones, "flattened" with all
        others, or "shared out" among its cells.
    """

    axis: int
    size: int
    becomes: str

    def sentence(self) -> Sentence:
        """Write the claim as a word or two."""
        return (self.becomes,)
