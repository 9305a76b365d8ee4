"""What often surprises about an order: of coefficients, of keys to sort by, and of what is repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class HighestFirst(InAWord, Claim):
    """The first coefficient of a fitted polynomial was read, which is that of its highest power.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The coefficient.
    fit
        The call that fitted it.
    power
        int, the highest power.
    last
        The constant, as code.
    """

    word: ClassVar[str] = "highest power first"
    run: Run
    code: str
    fit: str
    power: int
    last: str

    def sentence(self) -> Sentence:
        """Say which power it belongs to, and which is the constant."""
        power = "x" if self.power == 1 else f"x ** {self.power}"
        return (
            Code(self.code),
            " belongs to ",
            Code(power),
            ": ",
            Code(self.fit),
            " gives the coefficient of the highest power first. The constant is ",
            Code(self.last),
        )


@dataclass(frozen=True, slots=True)
class LastKeyFirst(InAWord, Claim):
    """An order was made by several keys, the last of which comes before the others.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    main, other
        The last key and the one before it, as code.
    instead
        The call with the keys the other way round.
    """

    word: ClassVar[str] = "last key first"
    run: Run
    code: str
    main: str
    other: str
    instead: str

    def sentence(self) -> Sentence:
        """Say which key decides, and when the other does."""
        return (
            Code(self.code),
            " sorts by its last key, ",
            Code(self.main),
            ", and asks ",
            Code(self.other),
            " only where that is equal. ",
            Code(self.instead),
            " sorts by ",
            Code(self.other),
            " first",
        )


@dataclass(frozen=True, slots=True)
class EachRepeated(InAWord, Claim):
    """What repeats each element was cut into rows of the array's length, which are no copies of it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What cuts it into rows.
    repeats
        The call that repeats.
    instead
        What gives rows that are all the array.
    """

    word: ClassVar[str] = "each repeated"
    run: Run
    code: str
    repeats: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what is repeated, and what repeats the whole."""
        return (
            Code(self.repeats),
            " repeats each element before the next one comes, so that the rows of ",
            Code(self.code),
            " are not the array. ",
            Code(self.instead),
            " repeats the whole of it, row by row",
        )
