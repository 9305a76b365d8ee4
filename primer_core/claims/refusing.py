"""What is said of a statement that the library refused: what it left undone, why, and what runs instead."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Line, Name, Sentence, Shape, Span, counted, signed


@dataclass(frozen=True, slots=True)
class NotMade(Claim):
    """A definition was refused, so that there is no array of that name.

    Parameters
    ----------
    line
        The definition.
    name
        What it would have been called.
    """

    line: Line
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"There is no {self.name}: ", Code(self.line[0]), " was refused.")


@dataclass(frozen=True, slots=True)
class StatementRefused(Claim):
    """A statement was refused.

    Parameters
    ----------
    line
        The statement.
    untouched
        Whether no cell of any array had changed by then.
    """

    line: Line
    untouched: bool

    def sentence(self) -> Sentence:
        """Say whether it changed a cell."""
        return (Code(self.line[0]), " was refused" + (
            ": it changed no cell." if self.untouched else ", but not before it had changed cells."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaidOf(Claim):
    """An error comes from a part of a line.

    Parameters
    ----------
    line
        The line.
    code
        The part.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Name the part."""
        return ("It says so of ", Code(self.code), ".")


@dataclass(frozen=True, slots=True)
class NotRun(Claim):
    """Lines behind a refused one were not run.

    Parameters
    ----------
    line
        The refused one.
    lines
        Those behind it.
    """

    line: Line
    lines: tuple[str, ...]

    def sentence(self) -> Sentence:
        """List them."""
        spans: list[Span] = []
        for line in self.lines:
            spans += ["; " if spans else "", Code(line)]
        return ("Because of that, this was not run: ", *spans, ".")


@dataclass(frozen=True, slots=True)
class NoStridesFor(Claim):
    """A view of another shape is refused, since no strides give it.

    Parameters
    ----------
    line
        The refused statement.
    source
        The expression that was to be viewed.
    shape
        The new shape; one size may be -1.
    """

    line: Line
    source: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say that some axes cannot be joined."""
        return (
            f"No strides walk these cells in order in shape {signed(str(self.shape))}: some axes of ",
            Code(self.source), " cannot be joined without moving elements. A copy in order can have that shape.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeepsDtype(Claim):
    """A result has a dtype that the array it is to be stored in cannot take.

    Parameters
    ----------
    line
        The refused statement.
    name, dtype
        The array that it is to be stored in.
    result
        Dtype of the result.
    """

    line: Line
    name: str
    dtype: str
    result: str

    def sentence(self) -> Sentence:
        """Say that the array keeps its dtype, and what may have another."""
        return (
            f"The result is {self.result}, but ", Code(self.line[0]), " must store it in ", Code(self.name),
            f", whose cells are {self.dtype} and stay so. A new array, bound to the same name, may have another dtype.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeepsShape(Claim):
    """A result has a shape that the array it is to be stored in cannot take.

    Parameters
    ----------
    line
        The refused statement.
    name, shape
        The array that it is to be stored in.
    result
        Shape of the result.
    """

    line: Line
    name: str
    shape: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Say that the array keeps its shape, and what may have another."""
        return (
            f"Both sides meet in {self.result}, but ", Code(self.line[0]), " must store that in ", Code(self.name),
            f", which has {self.shape} and keeps it. A new array, bound to the same name, may have another shape.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OneElement(Claim):
    """An array cannot be written to, since several of its cells are one element.

    Parameters
    ----------
    line
        The refused statement.
    name
        The array.
    cells, elements
        How many cells it has, and in how many elements of memory they lie.
    """

    line: Line
    name: str
    cells: int
    elements: int

    def sentence(self) -> Sentence:
        """Count cells and elements."""
        return (
            Code(self.name), f" has {counted(self.cells, 'cell')} in {counted(self.elements, 'element')} of memory: "
            "several cells are one element, so nothing may be written through it.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnlyRead(Claim):
    """An array cannot be written to, though each of its cells is an element of its own.

    Parameters
    ----------
    line
        The refused statement.
    name
        The array.
    """

    line: Line
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.name), " is a view that is only to be read. A copy of it can be written to.")


@dataclass(frozen=True, slots=True)
class ReadsWhatItWrites(Claim):
    """PyTorch refuses a statement that reads elements that it writes.

    Parameters
    ----------
    line
        The refused statement.
    value
        The expression that is read.
    """

    line: Line
    value: str

    def sentence(self) -> Sentence:
        """Say what each library does."""
        return (
            Code(self.value), " reads elements that the left side writes, and what comes of that would hang on the "
            "order. NumPy reads all of them before it writes; PyTorch wants a copy to read from.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoNegativeStep(Claim):
    """PyTorch refuses a slice that runs backwards.

    Parameters
    ----------
    line
        The refused statement.
    code
        The expression that ends in the slice.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say what PyTorch has instead."""
        return (
            Code(self.code), ": PyTorch has no negative strides, so nothing is read backwards in place. Its flip "
            "makes a copy."
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NegativeStride(Claim):
    """PyTorch refuses to take over the memory of an array with a negative stride.

    Parameters
    ----------
    line
        The refused statement.
    name
        The array, as code.
    strides
        Its strides in bytes.
    """

    line: Line
    name: str
    strides: Shape

    def sentence(self) -> Sentence:
        """Say what a copy does about it."""
        return (
            "Reading backwards moved nothing, it only made a stride negative: ", Code(self.name),
            f" has strides {signed(str(self.strides))}, and PyTorch has no negative ones. ", Code("copy()"),
            " writes the cells down in the order in which they are read.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotSideBySide(Claim):
    """A view in a dtype of another size was refused, as cells along the last axis do not lie side by side.

    Parameters
    ----------
    line
        The refused statement.
    name
        The array, as code.
    stride, size
        Of it: bytes to the next cell along the last axis, and bytes of a cell.
    method
        What writes the cells down side by side.
    """

    line: Line
    name: str
    stride: int
    size: int
    method: str

    def sentence(self) -> Sentence:
        """Say what such a view reads, and what a copy does about it."""
        return (
            "A dtype of another size reads the bytes along the last axis one after another, so its cells must lie side "
            "by side: ", Code(self.name), f" has cells of {self.size} bytes there, and the next one is "
            f"{signed(str(self.stride))} bytes on. ", Code(f"{self.method}()"), " writes them side by side.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TooManyIndices(Claim):
    """An index names more axes than the array has.

    Parameters
    ----------
    line
        The refused statement.
    code
        The array, as code.
    axes, named
        How many axes it has, and how many the index names.
    """

    line: Line
    code: str
    axes: int
    named: int

    def sentence(self) -> Sentence:
        """Count both."""
        axes = counted(self.axes, "axis", "axes")
        return (f"The index names {self.named} axes, and ", Code(self.code), f" has {axes}.")


@dataclass(frozen=True, slots=True)
class BeyondDtype(Claim):
    """A number was to be written that the dtype of the array does not hold.

    Parameters
    ----------
    line
        The refused statement.
    name, dtype
        The array; the dtype as NumPy calls it.
    least, most
        What the dtype holds.
    """

    line: Line
    name: str
    dtype: str
    least: int
    most: int

    def sentence(self) -> Sentence:
        """Give the limits."""
        return (
            Name(self.name), f" is {self.dtype} and holds whole numbers from {signed(self.least)} to {self.most}. "
            "A copy of a wider dtype holds more.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LibrariesMixed(Claim):
    """One statement joined an array of one library with one of the other.

    Parameters
    ----------
    line
        The refused statement.
    array, tensor
        As code: the one of NumPy's, and the one of PyTorch's.
    """

    line: Line
    array: str
    tensor: str

    def sentence(self) -> Sentence:
        """Say whose is which, and how one comes to the other."""
        return (
            Code(self.array), " is an array of NumPy's, ", Code(self.tensor), " a tensor of PyTorch's. ",
            Code(f"torch.from_numpy({self.array})"), " and ", Code(f"{self.tensor}.numpy()"),
            " bring one to the other, on the same memory.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ViewTakesDtype(Claim):
    """NumPy's ``view`` was given a shape.

    Parameters
    ----------
    line
        The refused statement.
    source
        What was to be viewed, as code.
    """

    line: Line
    source: str

    def sentence(self) -> Sentence:
        """Say what it takes."""
        return ("NumPy's ", Code(f"{self.source}.view()"), " takes no shape: it reads the same bytes as another "
                "dtype. ", Code("reshape"), " takes a shape.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineRunsInstead(Claim):
    """With another line in the place of one, everything runs that was not run.

    Parameters
    ----------
    line
        The one that is replaced: the refused one, or the one that made what it could not write to.
    instead
        What stands there instead, one statement or more.
    name, shape, dtype
        What is then, in the end, bound to the name that the refused line was about; the dtype as the library calls it.
    """

    line: Line
    instead: str
    name: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Give the line and what comes of it."""
        return (Code(self.instead), f" → {self.name} has shape {self.shape}, {self.dtype}")


@dataclass(frozen=True, slots=True)
class RunsWithout(Claim):
    """Without a refused definition all lines behind it run.

    Parameters
    ----------
    line
        The definition.
    name
        What it would have been called.
    """

    line: Line
    name: str

    def sentence(self) -> Sentence:
        """Name the field to empty."""
        return (f"Leave {self.name} empty: what stands behind it runs without it",)


@dataclass(frozen=True, slots=True)
class PairRefuses(Claim):
    """A view of another shape is refused at a pair of axes, which another view of the page shows.

    Parameters
    ----------
    line
        The refused statement.
    source
        What was to be viewed, as code.
    axes
        The pair.
    """

    line: Line
    source: str
    axes: tuple[int, int]

    def sentence(self) -> Sentence:
        """Name the axes."""
        left, right = self.axes
        return ("Why, axis pair by axis pair: axes ", f"{left} and {right} of ", Code(self.source), " do not join")
