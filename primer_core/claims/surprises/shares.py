"""What often surprises in softmax and its masks, and in comparing vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape, counted, number_text, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class AllMasked(InAWord, Claim):
    """A softmax was given numbers that are all −inf.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The softmax.
    given
        What it was given, as code.
    cells
        Where they stand, as an index.
    count
        int, at how many such places that is so.
    """

    word: ClassVar[str] = "0/0"
    run: Run
    code: str
    given: str
    cells: str
    count: int

    def sentence(self) -> Sentence:
        """Say where, and what comes of it."""
        more = f", and at {counted(self.count - 1, 'more place')}," if self.count > 1 else ""
        return (
            "All that ",
            Code(self.given),
            f" holds at [{signed(self.cells)}]{more} is −inf. There ",
            Code(self.code),
            " divides each exp(−inf), which is 0, by their sum, which is 0, too, and 0/0 is nan. One number "
            "above −inf there is enough",
        )


@dataclass(frozen=True, slots=True)
class MaskedAfterwards(InAWord, Claim):
    """What a softmax gave was masked, and then used as weights.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What masked it.
    cells
        Where the first numbers stand that no longer sum to 1, as an index.
    total
        Their sum.
    """

    word: ClassVar[str] = "masked too late"
    run: Run
    code: str
    cells: str
    total: str

    def sentence(self) -> Sentence:
        """Give the sum, and say where a mask belongs."""
        return (
            Code(self.code),
            f" masks what a softmax has shared out already: the numbers at [{self.cells}] sum to {self.total} and no "
            "longer to 1. Masked with ",
            Code("float('-inf')"),
            " before the softmax, they would sum to 1",
        )


@dataclass(frozen=True, slots=True)
class ZeroHasWeight(InAWord, Claim):
    """A softmax was given 0 at places that a mask names.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The softmax.
    masked
        Which line put 0 there, and when.
    mask
        What did there.
    cell
        The first masked place.
    weight
        What the softmax gives it.
    """

    word: ClassVar[str] = "exp(0) is 1"
    run: Run
    code: str
    masked: Run
    mask: str
    cell: tuple[int, ...]
    weight: str

    def sentence(self) -> Sentence:
        """Give the weight of a masked place."""
        return (
            Code(self.mask),
            " puts 0 at the masked places, and exp(0) is 1: ",
            Code(self.code),
            f" gives {self.weight} to the first of them, {list(self.cell)}. ",
            Code("masked_fill(..., float('-inf'))"),
            " leaves them 0",
        )


@dataclass(frozen=True, slots=True)
class SharedAgain(InAWord, Claim):
    """A softmax was given what another softmax gave along the same axis.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The second.
    given
        What it was given, as code.
    before, after
        The largest share that it was given, and what became of it.
    is_log
        Whether the second gives logarithms: what became of the share is then their exponential.
    """

    word: ClassVar[str] = "softmax again"
    run: Run
    code: str
    given: str
    before: str
    after: str
    is_log: bool

    def sentence(self) -> Sentence:
        """Say what that does to the largest share."""
        if self.is_log:
            made = f"its result is the log of {self.after} where the largest share is {self.before}"
        else:
            made = f"the largest share, {self.before}, becomes {self.after}"
        return (
            Code(self.given),
            " is what a softmax gave, and its numbers are shares of 1 already. ",
            Code(self.code),
            f" takes it for scores: {made}",
        )


@dataclass(frozen=True, slots=True)
class ComparesColumns(InAWord, Claim):
    """A cosine similarity was taken along axis 0 of two arrays of rows.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    shape
        Of both arrays.
    first
        The similarity of the first two columns.
    other
        That of the first two rows.
    """

    word: ClassVar[str] = "column by column"
    run: Run
    code: str
    shape: Shape
    first: float
    other: float

    def sentence(self) -> Sentence:
        """Say what is compared with what, with both numbers."""
        rows, columns = self.shape
        return (
            Code(self.code),
            f" runs over axis 0 and compares {counted(columns, 'pair')} of columns: the first gives "
            f"{number_text(self.first)}. ",
            Code("dim=1"),
            f" compares {counted(rows, 'pair')} of rows: the first gives {number_text(self.other)}",
        )


@dataclass(frozen=True, slots=True)
class LogOfNothing(InAWord, Claim):
    """The logarithm of a softmax is −inf, as a share is too small for its dtype.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The logarithm.
    shares
        The softmax.
    instead
        What computes the logarithm of each share itself.
    gives
        What that gives there.
    """

    word: ClassVar[str] = "log of 0"
    run: Run
    code: str
    shares: str
    instead: str
    gives: str

    def sentence(self) -> Sentence:
        """Give the number that the logarithm has."""
        return (
            "A share in ",
            Code(self.shares),
            " is too small for a float of its dtype and is 0, so that ",
            Code(self.code),
            " is −inf there. ",
            Code(self.instead),
            f" computes the logarithm of each share itself, and gives {signed(self.gives)}",
        )


@dataclass(frozen=True, slots=True)
class ShiftedFirst(InAWord, Claim):
    """Shares that were computed by hand are nan, as a power is too large for its dtype.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The division.
    power, instead
        What is too large, and the same of numbers that are 0 at most.
    """

    word: ClassVar[str] = "inf/inf"
    run: Run
    code: str
    power: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what gives the same shares."""
        return (
            Code(self.code),
            " divides inf by inf. Shares stay the same where one number is subtracted from all: ",
            Code(self.instead),
            " in place of ",
            Code(self.power),
            " is 1 at most",
        )


@dataclass(frozen=True, slots=True)
class SharesBelowZero(InAWord, Claim):
    """Numbers, some of them below 0, were divided by their sum: they add up to 1, and some are below 0.

    Parameters
    ----------
    run
        Which line, and when.
    code, given
        The division, and what is divided.
    along
        int, the axis along which they add up to 1; None for all numbers together.
    low
        The lowest of them, with three digits.
    positive
        What is positive in the place of each, as code.
    """

    word: ClassVar[str] = "below 0"
    run: Run
    code: str
    given: str
    along: int | None
    low: str
    positive: str

    def sentence(self) -> Sentence:
        """Say what they are not, and what softmax does."""
        along = "" if self.along is None else f" along axis {self.along}"
        return (
            Code(self.code),
            f" adds up to 1{along}, and has {self.low} among its numbers: shares or probabilities are never below 0. ",
            Code(self.positive),
            " is positive whatever ",
            Code(self.given),
            " is, and softmax divides that by its sum",
        )
