"""What is said of cells that are infinite or nan: a division by 0, numbers beyond a dtype, what has no value."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, cell_text, number_text


@dataclass(frozen=True, slots=True)
class DividedByZero(Claim):
    """A cell was divided by 0.

    Parameters
    ----------
    name, index
        Of the result.
    dividend
        What was divided.
    result
        The infinity that came of it; None for nan.
    """

    name: str
    index: tuple[int, ...]
    dividend: float
    result: float | None

    def sentence(self) -> Sentence:
        """Say what floats have for that."""
        cell = Code(cell_text(self.name, self.index))
        divided = f" is {number_text(self.dividend)} divided by 0"
        if self.result is None:
            return (cell, f"{divided}, which has no value: it is nan. NumPy warns, and raises no error.")
        infinite = number_text(self.result)
        return (cell, f"{divided}: floats have an infinity for that, {infinite}. NumPy warns, and raises no error.")


@dataclass(frozen=True, slots=True)
class WentBeyond(Claim):
    """A cell is infinite, as what finite numbers came to is beyond what its dtype holds.

    Parameters
    ----------
    name, index
        Of the result.
    dtype
        Of the result.
    most
        The largest number that it holds.
    wider
        What it is in float64; None where that is infinite as well.
    """

    name: str
    index: tuple[int, ...]
    dtype: str
    most: float
    wider: float | None

    def sentence(self) -> Sentence:
        """Give the limit, and what float64 makes of it."""
        wider = () if self.wider is None else (f" In float64 it is {number_text(self.wider)}.",)
        return (
            Code(cell_text(self.name, self.index)),
            f" went beyond {number_text(self.most)}, the largest number of {self.dtype}. Floats do not wrap around: it "
            "became infinite.",
            *wider,
        )


@dataclass(frozen=True, slots=True)
class NoValue(Claim):
    """A cell is nan, as two numbers, an infinity among them, have no result.

    Parameters
    ----------
    name, index
        Of the result.
    left, sign, right
        The two numbers and what stands between them.
    among
        Whether that is one of the products of a sum.
    """

    name: str
    index: tuple[int, ...]
    left: float
    sign: str
    right: float
    among: bool

    def sentence(self) -> Sentence:
        """Spell it out."""
        right = f"({number_text(self.right)})" if str(self.right).startswith("-") else number_text(self.right)
        numbers = f"{number_text(self.left)} {self.sign} {right}"
        if self.among:
            why = f" is nan: {numbers}, one of its products, has no value, and a sum that holds nan is nan."
        else:
            why = f" is nan: {numbers} has no value."
        return (Code(cell_text(self.name, self.index)), why)
