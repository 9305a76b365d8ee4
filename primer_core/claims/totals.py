"""What is said of sums, products and spreads: in which dtype they are computed, and by what is divided."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import Literal

from primer_core.claims.claim import Claim, Code, Sentence, Strong, cell_text, counted, number_text, signed

Index = tuple[int, ...]
Total = Literal["sum", "product"]


def _whole(number: int) -> str:
    """Write a whole number, or the power of ten that it is about."""
    if abs(number) < 10**20:
        return signed(number)
    return f"about {'−' if number < 0 else ''}10^{round(log10(abs(number)))}"


@dataclass(frozen=True, slots=True)
class Widened(Claim):
    """A total of few bits is computed in more.

    Parameters
    ----------
    total
        What is computed.
    own, result
        Dtypes of a and of s.
    """

    total: Total
    own: str
    result: str

    def sentence(self) -> Sentence:
        """Give the dtypes, and tell a total from what is done cell by cell."""
        return (
            f"a holds {self.own}, its {self.total} is {self.result}: a total of whole numbers is widened to 64 bits, "
            "while each cell of ",
            Code("a * a"),
            f" stays {self.own}.",
        )


@dataclass(frozen=True, slots=True)
class MeanInFloats(Claim):
    """The mean of whole numbers is a float.

    Parameters
    ----------
    own, result
        Dtypes of a and of s.
    """

    own: str
    result: str

    def sentence(self) -> Sentence:
        """Say why, and that nothing is rounded to a whole number."""
        return (
            f"a holds {self.own}, its mean is {self.result}: a mean of whole numbers need not be whole, and is not "
            "rounded to one.",
        )


@dataclass(frozen=True, slots=True)
class ConvertedFirst(Claim):
    """Each cell is converted to the dtype that was asked for before anything is computed.

    Parameters
    ----------
    dtype
        That was asked for, and that s has.
    changed, cells
        Cells of a that hold something else then, and all of them.
    """

    dtype: str
    changed: int
    cells: int

    def sentence(self) -> Sentence:
        """Say so, and what it changes."""
        changes = f"{self.changed} of {self.cells}" if self.changed else "none of them"
        return (
            Code(f"dtype={self.dtype}"),
            f" converts each cell of a before, which changes {changes}. s is {self.dtype}.",
        )


@dataclass(frozen=True, slots=True)
class TotalWrapped(Claim):
    """A total of whole numbers went beyond what its dtype holds.

    Parameters
    ----------
    total
        What is computed.
    dtype
        Of s.
    result
        Index of one such result.
    found, exact
        What stands there, and what its cells come to.
    """

    total: Total
    dtype: str
    result: Index
    found: int
    exact: int

    def sentence(self) -> Sentence:
        """Give both numbers, and what would not wrap around."""
        return (
            Strong(f"A {self.total} went beyond what {self.dtype} holds."),
            " ",
            Code(cell_text("s", self.result)),
            f" is {_whole(self.found)}; its cells come to {_whole(self.exact)}. Whole numbers wrap around without a "
            "word. With ",
            Code("dtype=float64"),
            " it is computed in floats, which do not.",
        )


@dataclass(frozen=True, slots=True)
class NotKept(Claim):
    """A result is not what its cells come to, because floats of few bits have not kept it.

    Parameters
    ----------
    dtype
        Of s.
    result
        Index of the first such result.
    found, exact
        What stands there, None where that is no finite number, and what it comes to in float64.
    bits, most
        Bits that the dtype keeps of a number, and the largest number that it holds.
    """

    dtype: str
    result: Index
    found: float | None
    exact: float
    bits: int
    most: float

    def sentence(self) -> Sentence:
        """Give both numbers, and what the dtype keeps."""
        found = "no finite number" if self.found is None else number_text(self.found)
        return (
            Strong(f"{self.dtype} has not kept it."),
            " ",
            Code(cell_text("s", self.result)),
            f" is {found}; in float64 the same comes to {number_text(self.exact)}. {self.dtype} keeps {self.bits} bits "
            f"of a number and reaches up to {self.most:.6g}.",
        )


@dataclass(frozen=True, slots=True)
class NanSpreads(Claim):
    """A result is nan because a cell of it is.

    Parameters
    ----------
    result
        Index of the result.
    nans, count
        How many of its cells are nan, and how many it has.
    instead
        Code that leaves them out; empty where there is none.
    """

    result: Index
    nans: int
    count: int
    instead: str

    def sentence(self) -> Sentence:
        """Count the cells, and say what leaves them out."""
        found: Sentence = (
            f"{self.nans} of the {self.count} cells of ",
            Code(cell_text("s", self.result)),
            f" {'is' if self.nans == 1 else 'are'} nan, and so the result is nan: nothing is left out by itself.",
        )
        return (*found, " ", Code(self.instead), " leaves out what is nan.") if self.instead else found


@dataclass(frozen=True, slots=True)
class TwoDivisors(Claim):
    """NumPy and PyTorch divide the sum of squares by different numbers.

    Parameters
    ----------
    operation
        ``std`` or ``var``.
    n
        Cells of a group.
    off
        What is taken off n here.
    result
        Index of the first result.
    here, otherwise
        What it is, and with the other divisor; None where that is no number.
    """

    operation: str
    n: int
    off: int
    result: Index
    here: float | None
    otherwise: float | None

    def sentence(self) -> Sentence:
        """Say both divisors, which one is used, and what each gives."""
        here, otherwise = ("nan" if one is None else number_text(one) for one in (self.here, self.otherwise))
        names = ("n − 1", "n") if self.off else ("n", "n − 1")
        return (
            f"Two definitions of {self.operation}: NumPy divides the sum of squares by n = {self.n} (",
            Code("ddof=0"),
            f"), PyTorch by n − 1 = {self.n - 1} (",
            Code("correction=1"),
            "), unless told otherwise. ",
            Code(cell_text("s", self.result)),
            f" divides by {names[0]} and is {here}; by {names[1]} it is {otherwise}.",
        )


@dataclass(frozen=True, slots=True)
class TruthsCounted(Claim):
    """True counts as 1 in a sum and in a mean.

    Parameters
    ----------
    operation
        ``sum`` or ``mean``.
    result
        Index of a result.
    true, count
        How many of its cells are True, and how many it has.
    """

    operation: str
    result: Index
    true: int
    count: int

    def sentence(self) -> Sentence:
        """Say what the result counts."""
        counts: Sentence = ("True counts as 1 and False as 0, so ", Code(cell_text("s", self.result)))
        if self.operation == "sum":
            return (*counts, f" is how many of its {counted(self.count, 'cell')} are True: {self.true}.")
        return (*counts, f" is the share of True among its {counted(self.count, 'cell')}: {self.true} of {self.count}.")


@dataclass(frozen=True, slots=True)
class OfNoCell(Claim):
    """A result is made of no cell.

    Parameters
    ----------
    operation
        ``sum``, ``prod``, ``any`` or ``all``.
    """

    operation: str

    def sentence(self) -> Sentence:
        """Say what it is then, and why."""
        return (_OF_NONE[self.operation],)


_OF_NONE = {
    "sum": "A sum of no cells is 0: what it is added to stays as it is.",
    "prod": "A product of no cells is 1: what it is multiplied with stays as it is.",
    "any": "any of no cells is False: none of them is True.",
    "all": "all of no cells is True: none of them is False.",
}


@dataclass(frozen=True, slots=True)
class LostDigits(Claim):
    """A sum of large numbers and small ones has lost the small ones.

    Parameters
    ----------
    result
        Index of the first such result.
    found, exact
        What stands there, and what its cells come to without any rounding.
    """

    result: Index
    found: float
    exact: float

    def sentence(self) -> Sentence:
        """Give both numbers, and what rounds."""
        return (
            Strong("The sum has lost digits."),
            " ",
            Code(cell_text("s", self.result)),
            f" is {number_text(self.found)}; without rounding its cells come to {number_text(self.exact)}. float64 "
            "keeps 53 bits of each sum on the way, so a small number that meets a large one is rounded away.",
        )
