"""What often surprises in what a function makes of its inputs: the third is the place of the result, all is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape, thousands
from primer_core.claims.running import Run

_DONE: Mapping[str, str] = {
    "add": "added", "subtract": "subtracted", "multiply": "multiplied", "matmul": "multiplied", "dot": "multiplied",
    "maximum": "compared", "minimum": "compared", "fmax": "compared", "fmin": "compared", "divide": "divided by",
    "true_divide": "divided by", "logical_and": "asked", "logical_or": "asked",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LastIsOut(InAWord, Claim):
    """A function of two arrays was given a third one by its place, and that is where the result goes.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    function
        The function, as code.
    out
        What stands third in the brackets, as code.
    instead
        What takes all three; empty where none is known.
    """

    word: ClassVar[str] = "overwritten"
    run: Run
    code: str
    function: str
    out: str
    instead: str = ""

    def sentence(self) -> Sentence:
        """Say what becomes of the third, and what takes all three."""
        done = _DONE.get(self.function.rpartition(".")[2], "used")
        takes: Sentence = (". ", Code(self.instead), " takes all three") if self.instead else ()
        return (
            Code(self.function),
            " takes two arrays. The third is ",
            Code("out"),
            ", the place of the result: ",
            Code(self.out),
            f" is overwritten with it, and what it held is not {done}",
            *takes,
        )


@dataclass(frozen=True, slots=True)
class FirstTwoSwapped(InAWord, Claim):
    """``meshgrid`` let the first of three or more inputs run along axis 1, and the second along axis 0.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    sizes
        How many numbers each input has.
    gives
        Shape of each array that it gave.
    instead
        The call that keeps the order of the inputs.
    """

    word: ClassVar[str] = "along axis 1"
    run: Run
    code: str
    sizes: Shape
    gives: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give the shapes of both orders."""
        return (
            "the first input of ",
            Code(self.code),
            f" runs along axis 1, and the second along axis 0: the shape is {self.gives}. With ",
            Code(self.instead),
            f" axes stand in the order of the inputs, {self.sizes}",
        )


@dataclass(frozen=True, slots=True)
class KeepsAll(InAWord, Claim):
    """A small view was kept, and with it the whole memory of the array that it was picked of.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The view.
    array
        What it was picked of, as code.
    own, whole
        int, bytes of the view's numbers, and of that array's.
    instead
        What keeps the small part alone.
    """

    word: ClassVar[str] = "keeps all"
    run: Run
    code: str
    array: str
    own: int
    whole: int
    instead: str

    def sentence(self) -> Sentence:
        """Give the bytes of both, and what lets the large one go."""
        own, whole = (f"{thousands(each)} bytes" for each in (self.own, self.whole))
        return (
            Code(self.code),
            f" is a view: its numbers take {own}, and as long as it is kept, all {whole} of ",
            Code(self.array),
            " stay in memory, whether a name holds that array or not. ",
            Code(self.instead),
            f" has {own} of its own and keeps nothing else",
        )
