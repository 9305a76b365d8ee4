"""What is said of the sizes of axes: what −1 stands for, how many cells there are, which axes went."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, axis_text, listed, signed


@dataclass(frozen=True, slots=True)
class SizeSolved(Claim):
    """One size is given as −1, and is what the number of elements leaves.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    elements
        Number of elements.
    given
        The other sizes.
    place
        Place of the −1 among the sizes.
    size
        What it stands for.
    """

    name: str
    origin: str
    elements: int
    given: tuple[int, ...]
    place: int
    size: int

    def sentence(self) -> Sentence:
        """Spell the division out."""
        return (f"−1 = {self.elements} ÷ {_product(self.given)} = {self.size}.",)


@dataclass(frozen=True, slots=True)
class NoSizeFits(Claim):
    """One size is given as −1, and no size would do, or any.

    Parameters
    ----------
    origin
        Name of the array.
    elements
        Number of its elements.
    given
        The other sizes.
    place
        Place of the −1 among the sizes.
    """

    origin: str
    elements: int
    given: tuple[int, ...]
    place: int

    def sentence(self) -> Sentence:
        """Spell the division out."""
        product = prod(self.given)
        if product:
            left = f"−1 = {self.elements} ÷ {_product(self.given)} = {self.elements / product:.4g}"
            return (f"{left}: no whole number, and a size is one.",)
        if self.elements:
            return (f"−1: with a size of 0 there are no cells, whatever it is, and {self.origin} has {self.elements}.",)
        return ("−1: with a size of 0 there are no cells, whatever it is, so no size is taken.",)


@dataclass(frozen=True, slots=True)
class OtherCount(Claim):
    """Sizes make another number of cells than an array has.

    Parameters
    ----------
    origin
        Name of the array.
    elements
        Number of its elements.
    sizes
        That were asked for.
    """

    origin: str
    elements: int
    sizes: Shape

    def sentence(self) -> Sentence:
        """Set the two numbers against each other."""
        asked = " · ".join(map(str, self.sizes))
        made = f"{asked} = {prod(self.sizes)}" if len(self.sizes) > 1 else asked
        return (f"{self.sizes} has {made} cells, and {self.origin} has {self.elements}: none is added or left out.",)


@dataclass(frozen=True, slots=True)
class NothingSqueezed(Claim):
    """An axis of size 1 was to go, and there was none.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    axes
        That were to go, with their sizes.
    """

    name: str
    origin: str
    axes: tuple[tuple[int, int], ...]

    def sentence(self) -> Sentence:
        """Give the sizes."""
        return (Code("squeeze"), f" takes axes of size 1 away: {_sized(self.axes)}, so the shape stays as it was.")


@dataclass(frozen=True, slots=True)
class NotOfSizeOne(Claim):
    """An axis was to be taken away that has another size than 1.

    Parameters
    ----------
    origin
        Name of the array.
    axes
        That were to go and cannot, with their sizes.
    """

    origin: str
    axes: tuple[tuple[int, int], ...]

    def sentence(self) -> Sentence:
        """Give the size."""
        return (f"Of {self.origin}, {_sized(self.axes)}; ", Code("squeeze"), " takes away what has size 1.")


@dataclass(frozen=True, slots=True)
class NotStretched(Claim):
    """Axes were to be stretched that have another size than 1.

    Parameters
    ----------
    origin
        Name of the array.
    axes
        Which, each with its size and the size that was asked for.
    """

    origin: str
    axes: tuple[tuple[int, int, int], ...]

    def sentence(self) -> Sentence:
        """Give both sizes, and what can be stretched."""
        told = listed([f"axis {axis} has size {size} and was to have {to}" for axis, size, to in self.axes])
        return (f"Of {self.origin}, {told}; only an axis of size 1 can be stretched, as its one cell is read again.",)


@dataclass(frozen=True, slots=True)
class FirstAxisGone(Claim):
    """A bare squeeze took the first axis away as well, as it had size 1.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    before
        Shape before.
    longer
        What the same gives with two along the first axis.
    """

    name: str
    origin: str
    before: Shape
    longer: Shape

    def sentence(self) -> Sentence:
        """Say what would have come of a batch of two."""
        two = (2, *self.before[1:])
        return (
            "Axis 0 had size 1 and went. In a batch of one that is the batch axis: of a batch of two, "
            f"{two}, the same step makes {self.longer}. Name the axis that is to go.",
        )


@dataclass(frozen=True, slots=True)
class SizesAlone(Claim):
    """The sizes changed places as if axes had been moved, and none was: cells were filed anew in the order they have.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    before, after
        The shapes.
    moved
        Code that moves the axes.
    """

    name: str
    origin: str
    before: Shape
    after: Shape
    moved: str

    def sentence(self) -> Sentence:
        """Say what would move the axes."""
        return (
            f"The sizes of {self.before} changed places, but no axis was moved: the cells stay in their order and are "
            "cut anew. ",
            Code(self.moved),
            f" moves the axes, has the same shape, {self.after}, and other cells in it.",
        )


@dataclass(frozen=True, slots=True)
class CutIntoRows(Claim):
    """Cells of two axes or more were read in their order, and cut into rows of another length.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    before, after
        The shapes.
    """

    name: str
    origin: str
    before: Shape
    after: Shape

    def sentence(self) -> Sentence:
        """Say in which order cells are read, and what the first row holds."""
        size = self.after[-1]
        row = Code(f"{self.name}[{', '.join('0' for _ in self.after[:-1])}]")
        told: Sentence = (
            "The cells of ",
            Name(self.origin),
            f" are read with the last axis fastest and filed in this order, {size} to a row: ",
            row,
            " holds ",
            self._cell(0),
            *((" to " if size > 2 else " and ", self._cell(size - 1)) if size > 1 else ()),
        )
        if prod(self.after) == size:
            return (*told, ".")
        return (*told, ", and the next row begins with ", self._cell(size), ".")

    def _cell(self, place: int) -> Code:
        """Return where the cell stood that is read at a place."""
        index = []
        for axis in reversed(self.before):
            place, at = divmod(place, axis)
            index.append(at)
        return Code(f"{self.origin}[{', '.join(map(str, reversed(index)))}]")


@dataclass(frozen=True, slots=True)
class AllReversed(Claim):
    """All of three axes or more were put into the opposite order.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    last
        Shape of the array with its last two axes alone in the opposite order.
    """

    name: str
    origin: str
    last: Shape

    def sentence(self) -> Sentence:
        """Say which axes change places, and what lets the last two do so alone."""
        return (
            "All axes come in the opposite order, the first one as the last. ",
            Code(f"{self.origin}.mT"),
            f" lets the last two alone change places: {self.last}.",
        )


@dataclass(frozen=True, slots=True)
class AxesTaken(Claim):
    """The axes of an array were put into another order, and each cell is found under its indices in that order.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    order
        For each axis of the result, the one that it is of the array before.
    """

    name: str
    origin: str
    order: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say where a cell of the result stood, and which axis each axis was."""
        letters = "ijklmn"[: len(self.order)]
        there = {axis: letter for letter, axis in zip(letters, self.order, strict=True)}
        before = ", ".join(there[axis] for axis in sorted(there))
        cells = (Code(f"{self.name}[{', '.join(letters)}]"), " is ", Code(f"{self.origin}[{before}]"))
        if len(self.order) == 2:
            return (*cells, ".")
        return (
            *cells,
            f": its axes {listed(list(map(str, range(len(letters)))))} are axes "
            f"{listed(list(map(str, self.order)))} of ",
            Code(self.origin),
            ".",
        )


@dataclass(frozen=True, slots=True)
class FlattenedFirst(Claim):
    """A function that was given no axis made one axis of all cells first.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    function
        That was called.
    shape
        Of the array before.
    word, kept
        What the library calls an axis, and the shape that comes with the first one named; None where that is refused.
    """

    name: str
    origin: str
    function: str
    shape: Shape
    word: str
    kept: Shape | None

    def sentence(self) -> Sentence:
        """Say what was made of the array, and what naming an axis gives."""
        told: Sentence = (
            Code(self.function),
            f" is given no axis, and works along the one axis of all {prod(self.shape)} cells of ",
            Name(self.origin),
            ".",
        )
        if self.kept is None:
            return told
        return (*told, " With ", Code(f"{self.word}=0"), f" it gives {self.kept}.")


@dataclass(frozen=True, slots=True)
class FirstAxisJoined(Claim):
    """A bare flatten joined all axes, the first one, too.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    before
        Shape before.
    kept
        Shape that keeps axis 0.
    """

    name: str
    origin: str
    before: Shape
    kept: Shape

    def sentence(self) -> Sentence:
        """Say what would keep the first axis."""
        return (
            f"All {len(self.before)} axes became one, axis 0 of size {self.before[0]}, too: of a batch no example is "
            "left by itself. ",
            Code(f"{self.origin}.flatten(1)"),
            f" keeps axis 0: {self.kept}.",
        )


@dataclass(frozen=True, slots=True)
class Refilled(Claim):
    """A new shape was filled with the numbers in their order.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    shape
        Of the result.
    elements
        Number of the elements before.
    """

    name: str
    origin: str
    shape: Shape
    elements: int

    def sentence(self) -> Sentence:
        """Say that nothing is cropped."""
        cells = prod(self.shape)
        left = self.elements - cells
        rest = f"; the last {left} {'is' if left == 1 else 'are'} left out" if left > 0 else " and begins anew"
        return (
            Code("resize"),
            f" fills {self.shape} with the {self.elements} numbers in their order{rest}. It looks at no axes, and "
            "crops nothing.",
        )


@dataclass(frozen=True, slots=True)
class FirstAxisFastest(Claim):
    """Cells are read and written with the first axis fastest.

    Parameters
    ----------
    statement
        That asks for it.
    name, origin
        Names of the result and of the array before.
    first
        The numbers that are read first.
    """

    statement: str
    name: str
    origin: str
    first: tuple[float, ...]

    def sentence(self) -> Sentence:
        """Say how both sides are walked."""
        first = ", ".join(signed(f"{number:g}") for number in self.first)
        return (
            Code(self.statement),
            f" reads {self.origin} with axis 0 fastest, {first}, … and writes {self.name} in the same way. It is an "
            "order of reading, not a transpose.",
        )


@dataclass(frozen=True, slots=True)
class NothingMoved(Claim):
    """Numbers are read and written in one order, and into one shape.

    Parameters
    ----------
    name, origin
        Names of the result and of the array before.
    shape
        Of both.
    """

    name: str
    origin: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say that each is where it was."""
        return (f"The shape stays {self.shape}, so each number is written to where it was read: nothing moves.",)


@dataclass(frozen=True, slots=True)
class CutIntoPieces(Claim):
    """An axis is cut by one number, which the other library's function of the same name takes for something else.

    Parameters
    ----------
    pieces, origin
        Names of all pieces and of the array before.
    axis
        That is cut.
    number
        Which is given: the size of a piece, or how many pieces there are.
    sizes
        Of the pieces along the axis.
    by_size
        Whether the number is the size of a piece.
    """

    pieces: str
    origin: str
    axis: int
    number: int
    sizes: tuple[int, ...]
    by_size: bool

    def sentence(self) -> Sentence:
        """Say what the number is here and there."""
        cut = f"{axis_text(self.axis)} is cut into pieces of {listed(list(map(str, self.sizes)))}"
        if self.by_size:
            return (
                f"{self.number} is the size of a piece: {cut}. In NumPy's ",
                Code("split"),
                f" it would be how many pieces there are: {self.number}.",
            )
        return (
            f"{self.number} is how many pieces there are: {cut}. In PyTorch's ",
            Code("split"),
            f" it would be the size of a piece: {self.number}.",
        )


def _product(sizes: tuple[int, ...]) -> str:
    below = " · ".join(map(str, sizes)) or "1"
    return f"({below})" if len(sizes) > 1 else below


def _sized(axes: tuple[tuple[int, int], ...]) -> str:
    return listed([f"axis {axis} has size {size}" for axis, size in axes])


@dataclass(frozen=True, slots=True)
class AtMostPieces(Claim):
    """An axis was cut into no more pieces than were asked for, not all of one size.

    Parameters
    ----------
    pieces, origin
        Names of all pieces and of the tensor before.
    axis
        That is cut.
    number
        How many were asked for.
    sizes
        Of the pieces along the axis.
    evenly
        The sizes that ``tensor_split`` gives.
    """

    pieces: str
    origin: str
    axis: int
    number: int
    sizes: tuple[int, ...]
    evenly: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say how large each piece is, and what cuts more evenly."""
        cut, even = (listed(list(map(str, sizes))) for sizes in (self.sizes, self.evenly))
        size = f"{sum(self.sizes)}/{self.number}, rounded up"
        return (
            f"{self.number} is how many pieces there are at most: each has {size}, and the last what is left, {cut}. ",
            Code(f"tensor_split({self.number}, dim={self.axis})" if self.axis else f"tensor_split({self.number})"),
            f" cuts into {even}.",
        )


@dataclass(frozen=True, slots=True)
class Repeats(Claim):
    """All of a vector was put behind itself, or each of its cells.

    Parameters
    ----------
    name, origin
        Of the result, and of the vector.
    times
        How often each cell stands there.
    whole
        Whether all of it was put behind itself.
    """

    name: str
    origin: str
    times: int
    whole: bool

    def sentence(self) -> Sentence:
        """Set the two orders against each other, and name who does which."""
        if self.whole:
            return (
                "All of ",
                Name(self.origin),
                f" stands there {self.times} times, one after another, as by NumPy's ",
                Code("tile"),
                ". Each cell is repeated by NumPy's ",
                Code("repeat"),
                " and PyTorch's ",
                Code("repeat_interleave"),
                ".",
            )
        return (
            "Each cell of ",
            Name(self.origin),
            f" stands there {self.times} times. All of it is put one after another by NumPy's ",
            Code("tile"),
            " and PyTorch's ",
            Code("repeat"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class NothingToTurn(Claim):
    """A transposition of one axis changes nothing.

    Parameters
    ----------
    name, origin
        Of the result, and of the array that was transposed.
    size
        Of its only axis.
    """

    name: str
    origin: str
    size: int

    def sentence(self) -> Sentence:
        """Say why, and what makes a column."""
        return (
            "There is one axis, and none that it could change places with: the shape stays ",
            f"{(self.size,)}. ",
            Code(f"{self.origin}[:, None]"),
            f" makes a column of it, {(self.size, 1)}.",
        )
