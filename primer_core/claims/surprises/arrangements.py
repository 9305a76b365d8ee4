"""What often surprises in how an array lies: whose memory it has, and which axis comes where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape
from primer_core.claims.running import Run

_LETTERS = "ijklmn"


@dataclass(frozen=True, slots=True)
class OwnedByNoName(InAWord, Claim):
    """An array was asked whether its memory is its own; it is not, and still no other name's array shares it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What asks.
    array
        The array's name.
    made
        What it was bound to, as code.
    other
        The array that it was made of, by its name; empty where that has none.
    """

    word: ClassVar[str] = "a copy all the same"
    run: Run
    code: str
    array: str
    made: str
    other: str

    def sentence(self) -> Sentence:
        """Say what is asked, and what tells whether two arrays are connected."""
        told: Sentence = (", and no other name shares it",)
        if self.other:
            told = (
                ". Whether two arrays share memory tells ",
                Code(f"np.shares_memory({self.other}, {self.array})"),
                ": False",
            )
        return (
            Code(self.code),
            " is False, as ",
            Code(self.made),
            " is a view of an array that was made on the way and has no name. It asks whether the memory is the "
            "array's own, not whose else it is",
            *told,
        )


@dataclass(frozen=True, slots=True)
class AxesWithin(InAWord, Claim):
    """Axes of equal sizes changed places, so that numbers stand elsewhere in a shape that stays as it was.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    array
        Of what it was asked, as code.
    axes
        For each new axis the old one, counted from the first.
    shape
        Before and after.
    """

    word: ClassVar[str] = "same shape"
    run: Run
    code: str
    array: str
    axes: tuple[int, ...]
    shape: Shape

    def sentence(self) -> Sentence:
        """Say with letters what stands where."""
        new = _LETTERS[: len(self.axes)]
        old = [new[self.axes.index(axis)] for axis in range(len(self.axes))]
        return (
            "at ",
            Code(f"[{', '.join(new)}]"),
            " of ",
            Code(self.code),
            " stands what ",
            Code(f"{self.array}[{', '.join(old)}]"),
            " is: ",
            Code(str(self.axes)),
            f" names for each new axis the old one that comes there. The shape stays {self.shape}, as only axes of one "
            "size change places",
        )
