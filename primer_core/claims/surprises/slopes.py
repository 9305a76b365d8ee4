"""What often surprises on the way back: a function that is flat, and one whose slope is infinite at 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class FlatEverywhere(InAWord, Claim):
    """Gradients are 0, and on the way to them lies a function that jumps and is flat between its jumps.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The call of the function.
    """

    word: ClassVar[str] = "no slope"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say what comes back through it."""
        return (
            Code(self.code),
            " changes its value in jumps and is flat between them. PyTorch takes its slope to be 0 everywhere, so that "
            "0 comes back through it, whatever the loss",
        )


@dataclass(frozen=True, slots=True)
class SteepAtZero(InAWord, Claim):
    """A gradient is not finite, and on the way to it lies a square root of 0.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The square root, as code.
    of
        What it is of, as code.
    """

    word: ClassVar[str] = "infinite slope"
    run: Run
    code: str
    of: str

    def sentence(self) -> Sentence:
        """Say what comes back through it, and what has a finite slope."""
        return (
            "The slope of ",
            Code(self.code),
            " is infinite where ",
            Code(self.of),
            " is 0, as it is here: inf comes back through it, and nan where it is multiplied by 0. With ",
            Code(f"{self.of} + 1e-8"),
            " in place of ",
            Code(self.of),
            " the slope at 0 is large, and finite",
        )
