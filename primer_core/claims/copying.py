"""Why an operation gave a view, or a copy: what each of them did with memory.

Each claim names the statement in which the operation stands, and the expression up to the operation.
"""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Bound, Claim, Code, Line, Name, Sentence, axis_text, counted, signed

Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IndexSets(Claim):
    """An index without a list or a mask gave a view.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the index.
    offset
        Elements from the first cell of what is indexed to that of the view.
    strides
        Of the view, in elements.
    """

    line: Line
    code: str
    offset: int
    strides: Sizes

    def sentence(self) -> Sentence:
        """Say what the index set."""
        begins = counted_on(self.offset) if self.offset else "at the same cell"
        return (
            Code(self.code), f": numbers, slices, ... and None copy nothing. They set where the view begins, {begins}, "
            f"and its strides, {signed(str(self.strides))}.",
        )  # fmt: skip


def counted_on(offset: int) -> str:
    """Write how far on or back something begins, in elements."""
    return f"{counted(abs(offset), 'element')} {'on' if offset > 0 else 'back'}"


@dataclass(frozen=True, slots=True)
class AxesTurned(Claim):
    """An operation put axes into another order, and gave a view.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    before, after
        Strides of what it was done to, and of the view, in elements.
    """

    line: Line
    code: str
    before: Sizes
    after: Sizes

    def sentence(self) -> Sentence:
        """Give the strides before and after."""
        strides = f"{signed(str(self.before))} became {signed(str(self.after))}"
        return (Code(self.code), f": turning axes round only reorders shape and strides; strides {strides}.")


@dataclass(frozen=True, slots=True)
class AxesStretched(Claim):
    """An operation stretched axes, and gave a view.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    axes
        Of the view: those that read one element again and again.
    """

    line: Line
    code: str
    axes: Sizes

    def sentence(self) -> Sentence:
        """Name the axes and their stride."""
        return (
            Code(self.code),
            f": along {axis_text(*self.axes)} the stride is 0, which reads one element again and again.",
        )


@dataclass(frozen=True, slots=True)
class LiesInOrder(Claim):
    """An operation that wants cells in order found them so, and copied nothing.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    source
        What it was done to.
    """

    line: Line
    code: str
    source: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("The cells of ", Code(self.source), " lie in order already, so ", Code(self.code), " copied none.")


@dataclass(frozen=True, slots=True)
class StridesGive(Claim):
    """A new shape could be given by strides alone, and nothing was copied.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    shape, strides
        Of the view; strides in elements.
    """

    line: Line
    code: str
    shape: Sizes
    strides: Sizes

    def sentence(self) -> Sentence:
        """Give the strides."""
        return (
            Code(self.code), f": strides {signed(str(self.strides))} read the memory that is there in shape "
            f"{self.shape}, so no cell was copied.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakesBytes(Claim):
    """One library took over the memory of an array of the other.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    kinds
        What it was, and what it became: ``("array", "tensor")``.
    """

    line: Line
    code: str
    kinds: tuple[str, str]

    def sentence(self) -> Sentence:
        """Say that each sees what the other writes."""
        old, new = self.kinds
        return (
            Code(self.code),
            f": the {new} takes the bytes of the {old} as they are. Each sees what the other writes.",
        )


@dataclass(frozen=True, slots=True)
class ReadsThere(Claim):
    """An operation gave a view.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    shape, strides
        Of the view; strides in elements.
    """

    line: Line
    code: str
    shape: Sizes
    strides: Sizes

    def sentence(self) -> Sentence:
        """Give shape and strides."""
        return (
            Code(self.code),
            f" reads the memory that is there, with shape {self.shape} and strides {signed(str(self.strides))}.",
        )


@dataclass(frozen=True, slots=True)
class BitsReadAnew(Claim):
    """A view reads the bytes of an array in another dtype.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    before, after
        The dtypes.
    instead
        Code that converts the numbers.
    """

    line: Line
    code: str
    before: str
    after: str
    instead: str

    def sentence(self) -> Sentence:
        """Say that no number is converted, and what does convert."""
        return (
            Code(self.code),
            f" converts no number: it reads the bytes that hold {self.before} as {self.after}. ",
            Code(self.instead),
            " converts the numbers.",
        )


@dataclass(frozen=True, slots=True)
class PartsTaken(Claim):
    """Names on the left of = stood for the parts of an array along its first axis.

    Parameters
    ----------
    name
        One of the names.
    code
        What stands on the right.
    part
        Which part, counted from 0.
    """

    name: Bound
    code: str
    part: int

    def sentence(self) -> Sentence:
        """Say which part it is."""
        return ("Unpacking takes parts along the first axis: ", Name(self.name[0]), f" is part {self.part} of ",
                Code(self.code), ".")  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellsChosen(Claim):
    """An index with a list or a mask gave a copy.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the index.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say why an index with a list copies."""
        return (
            Code(self.code), ": a list or a mask may name any cells in any order. Strides cannot say that, so the "
            "cells are copied, whichever are named.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Computed(Claim):
    """What an operation gave are results, in memory of their own.

    Parameters
    ----------
    line
        The statement.
    code
        The expression.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("The results of ", Code(self.code), " were put into a new array.")


@dataclass(frozen=True, slots=True)
class NotInOrder(Claim):
    """An operation that wants cells in order found them otherwise, and copied them.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    source
        What it was done to.
    """

    line: Line
    code: str
    source: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("The cells of ", Code(self.source), " do not lie in order, so ", Code(self.code), " copied them.")


@dataclass(frozen=True, slots=True)
class NoStridesGive(Claim):
    """A new shape could not be given by strides, and the cells were copied.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    shape
        The new shape.
    """

    line: Line
    code: str
    shape: Sizes

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.code), f": no strides read these cells in shape {self.shape}, so they were copied, "
                "without a word.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlwaysCopies(Claim):
    """An operation copied that would have copied any array.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    operation
        Its name.
    """

    line: Line
    code: str
    operation: str

    def sentence(self) -> Sentence:
        """Say that nothing about the array was the reason."""
        return (
            Code(self.code), f": {self.operation} writes the cells to new memory, even where they lie in order and "
            "keep their dtype.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoNegativeStrides(Claim):
    """PyTorch turned axes round by copying, where NumPy would have read backwards.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say what the libraries do."""
        return (Code(self.code), ": PyTorch has no negative strides, so its flip copies; NumPy's flip is a view.")


@dataclass(frozen=True, slots=True)
class ToldToCopy(Claim):
    """An operation copied because it was told to.

    Parameters
    ----------
    line
        The statement.
    code
        The expression, in which ``copy=True`` stands.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.code), " is told to copy; with ", Code("copy=False"), " it would not.")


@dataclass(frozen=True, slots=True)
class OtherDtype(Claim):
    """An operation copied because the numbers became others of another dtype.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the operation.
    before, after
        The dtypes.
    """

    line: Line
    code: str
    before: str
    after: str

    def sentence(self) -> Sentence:
        """Give the dtypes."""
        return (Code(self.code), f": {self.before} became {self.after}, so every number was written anew.")


@dataclass(frozen=True, slots=True)
class SingleNumber(Claim):
    """A single element of an array came out as a number of NumPy's.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the index.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say what it is."""
        return (
            Code(self.code),
            ": a single element comes out as a number of its own, to which nothing can be written.",
        )


@dataclass(frozen=True, slots=True)
class ReadsThatCopy(Claim):
    """After a copy was made the expression went on, and its result lies in the memory of that copy.

    Parameters
    ----------
    name
        The result.
    code
        The expression that made the copy.
    """

    name: Bound
    code: str

    def sentence(self) -> Sentence:
        """Say whose memory is read."""
        return (Name(self.name[0]), " reads the memory that ", Code(self.code), " made.")
