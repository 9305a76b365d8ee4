"""What often surprises in numbers that are drawn or computed again: other draws before them, other last digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence
from primer_core.claims.running import Run, line_of


@dataclass(frozen=True, slots=True)
class OtherDrawsBefore(InAWord, Claim):
    """The same draw after the same seed gave another number, as something else was drawn before it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The draw.
    first, first_code
        The line of the earlier draw, and how code asks for it there.
    between
        What was drawn before it this time.
    """

    word: ClassVar[str] = "another place"
    run: Run
    code: str
    first: int
    first_code: str
    between: str

    def sentence(self) -> Sentence:
        """Say what came before, and what a seed fixes."""
        earlier: Sentence = () if self.code == self.first_code else (Code(self.first_code), " of ")
        return (
            Code(self.code),
            " gives another number than ",
            *earlier,
            f"line {line_of(self.first)} had of the same seed: this time ",
            Code(self.between),
            " drew before it. A seed fixes one stream of bits, of which each draw takes as much as it needs, and not a "
            "number for each call: only the same draws in the same order give the same numbers",
        )


@dataclass(frozen=True, slots=True)
class LoaderDraws(InAWord, Claim):
    """A loader that goes through its samples in order drew a random number as it began.

    Parameters
    ----------
    run
        Which line, and when.
    loader
        Its name.
    """

    word: ClassVar[str] = "draws a number"
    run: Run
    loader: str

    def sentence(self) -> Sentence:
        """Say what is drawn, what that changes, and how it does not."""
        return (
            "each time that ",
            Name(self.loader),
            " begins to be gone through, it draws a number of PyTorch's generator, though it does not shuffle: what is "
            "drawn at random after that is not what it would be without. A loader that is made with ",
            Code("generator=torch.Generator()"),
            " draws of its own",
        )


@dataclass(frozen=True, slots=True)
class LastDigitsDiffer(InAWord, Claim):
    """Two arrays were found unequal that differ by little.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    apart, largest
        By how much two numbers differ at most, and the largest of all, as numbers.
    instead
        What compares them up to rounding.
    """

    word: ClassVar[str] = "nearly equal"
    run: Run
    code: str
    apart: str
    largest: str
    instead: str

    def sentence(self) -> Sentence:
        """Say how far they differ, why, and what overlooks it."""
        return (
            Code(self.code),
            f" compares all digits, and some numbers differ: by {self.apart} at most, where the largest is "
            f"{self.largest}. A sum is rounded otherwise where its terms are added in another order, and the order of "
            "a product depends on its sizes. ",
            Code(self.instead),
            " compares up to rounding",
        )
