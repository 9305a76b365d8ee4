"""What is said of dtypes: which one a result has, what it holds, and what it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Strong


@dataclass(frozen=True, slots=True)
class Promoted(Claim):
    """Operands of different dtypes give a result of one.

    Parameters
    ----------
    operands
        Name and dtype of each.
    result
        Name and dtype of the result.
    """

    operands: tuple[tuple[str, str], ...]
    result: tuple[str, str]

    def sentence(self) -> Sentence:
        """List the dtypes and give what NumPy makes of them."""
        name, dtype = self.result
        each = ", ".join(f"{operand} is {of}" for operand, of in self.operands)
        return (f"The dtypes differ: {each}. NumPy's rule of promotion makes {name} {dtype}.",)


@dataclass(frozen=True, slots=True)
class StoredAs(Claim):
    """What operands of different dtypes give is written into one of them.

    Parameters
    ----------
    operands
        Name and dtype of each, the one that is written into first.
    """

    operands: tuple[tuple[str, str], ...]

    def sentence(self) -> Sentence:
        """List the dtypes and say which stays."""
        each = ", ".join(f"{operand} is {of}" for operand, of in self.operands)
        name, dtype = self.operands[0]
        return (f"The dtypes differ: {each}. What is computed is stored in {name}, which stays {dtype}.",)


@dataclass(frozen=True, slots=True)
class WrappedAround(Claim):
    """Whole numbers went beyond what their dtype holds, without a word.

    Parameters
    ----------
    name
        Of the result.
    dtype
        Of the result.
    """

    name: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what a cell then holds, and what would not wrap."""
        return (
            Strong(f"A result went beyond what {self.dtype} holds."),
            f" Whole numbers wrap around without a word, so what stands in a cell of {self.name} is not what its "
            "formula spells out. With ",
            Code(".astype(float)"),
            " it is computed in floats, which do not wrap around.",
        )


@dataclass(frozen=True, slots=True)
class NotForBooleans(Claim):
    """NumPy does not do an operation with booleans, and does it with whole numbers."""

    def sentence(self) -> Sentence:
        """Say so, and what the booleans would count as."""
        return (
            "The shapes meet, but NumPy does not do this with booleans; with whole numbers, True is 1 and False 0.",
        )


@dataclass(frozen=True, slots=True)
class DoesNotFit(Claim):
    """A result has a dtype that the array it is to be stored in cannot take.

    Parameters
    ----------
    statement
        What was asked for: ``a /= b``.
    name, dtype
        Of the array that it is to be stored in.
    result
        Dtype of the result.
    """

    statement: str
    name: str
    dtype: str
    result: str

    def sentence(self) -> Sentence:
        """Say that the cells keep their dtype."""
        return (
            f"The result is {self.result}, but ",
            Code(self.statement),
            f" must store it in {self.name}, whose cells are {self.dtype} and stay so.",
        )
