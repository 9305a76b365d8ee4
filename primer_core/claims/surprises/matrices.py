"""What often surprises in products, inverses and cuts of matrices: a table of products, no inverse, cells left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class ColumnTimesItself(InAWord, Claim):
    """A column was multiplied by itself, transposed, which gives a table of all products.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The product.
    size
        int, how many numbers the column has.
    turned
        The product of the two in the other order, as code.
    total
        What that gives, with six digits.
    """

    word: ClassVar[str] = "a table"
    run: Run
    code: str
    size: int
    turned: str
    total: str

    def sentence(self) -> Sentence:
        """Give the shapes of both orders."""
        return (
            Code(self.code),
            f" is an outer product: ({self.size}, 1) and (1, {self.size}) give ({self.size}, {self.size}), each number "
            "times each. The inner product ",
            Code(self.turned),
            f" adds the {self.size} squares up, and gives (1, 1) with {self.total} in it",
        )


@dataclass(frozen=True, slots=True)
class RowsTimesMatrix(InAWord, Claim):
    """Points in rows were multiplied by a matrix at their right, which the program multiplies a point by from the left.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The product of all rows and the matrix.
    matrix
        The matrix, as code.
    single
        The matrix times one row, as code.
    row
        int, which row that is.
    gives, wanted
        What the product has in that row, and what the matrix gives for it.
    instead
        The product that has in each row what the matrix gives for it.
    """

    word: ClassVar[str] = "the transpose"
    run: Run
    code: str
    matrix: str
    single: str
    row: int
    gives: tuple[str, ...]
    wanted: tuple[str, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Give one row of both."""
        gives, wanted = (f"[{', '.join(each)}]" for each in (self.gives, self.wanted))
        return (
            Code(self.code),
            " applies the transpose of ",
            Code(self.matrix),
            f" to each row: row {self.row} of it is {gives}, and ",
            Code(self.single),
            f" is {wanted}. Points that stand in rows take the transpose at their right: ",
            Code(self.instead),
            " has in each row what ",
            Code(self.matrix),
            " gives for it",
        )


@dataclass(frozen=True, slots=True)
class NoInverseByDigits(InAWord, Claim):
    """A matrix without an inverse, as far as its digits tell, was inverted or solved with, and no error was raised.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    matrix
        The matrix, as code.
    dtype
        Of what the call gave.
    rank, size
        int, of the matrix.
    asks
        What gives the rank, as code.
    largest
        The largest absolute number of what the call gave, with two digits.
    product
        The inverse times the matrix, as code.
    off
        By how much that is off the identity, with two digits.
    """

    word: ClassVar[str] = "no inverse"
    run: Run
    code: str
    matrix: str
    dtype: str
    rank: int
    size: int
    asks: str
    largest: str
    product: str
    off: str

    def sentence(self) -> Sentence:
        """Say what the digits tell, and by what it shows."""
        return (
            Code(self.matrix),
            f" has no inverse as far as the digits of {self.dtype} tell: a row of it is a sum of multiples of the "
            "others, up to rounding (it is singular). Where rounding leaves no exact 0 to divide by, no error is "
            "raised: ",
            Code(self.code),
            f" gives numbers up to {self.largest}, and ",
            Code(self.product),
            f" is off the identity by up to {self.off}. ",
            Code(self.asks),
            f" is {self.rank} of {self.size}",
        )


@dataclass(frozen=True, slots=True)
class OneOfEachBlock(InAWord, Claim):
    """Steps along two axes of an array of mostly zeros kept one cell of each block, and passed over most others.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The slice.
    steps
        Both steps.
    filled, kept
        int, how many cells of the array are not 0, and how many of these the slice has.
    averages
        What gives the average of each block, as code; empty where the array is no whole number of blocks.
    """

    word: ClassVar[str] = "passed over"
    run: Run
    code: str
    steps: tuple[int, int]
    filled: int
    kept: int
    averages: str

    def sentence(self) -> Sentence:
        """Count the cells, and name what passes over none."""
        rows, columns = self.steps
        said: Sentence = (
            Code(self.code),
            f" keeps one cell of each block of {rows} × {columns} and passes over the others: of "
            f"{counted(self.filled, 'cell')} that {'is' if self.filled == 1 else 'are'} not 0 it has {self.kept}",
        )
        if not self.averages:
            return said
        return (*said, ". ", Code(self.averages), " averages each block, and passes over none")
