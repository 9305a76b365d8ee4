"""What is said of a result that is to be written into an operand, and cannot be."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NeverGrows(Claim):
    """A result has a larger shape than the array it is to be stored in.

    Parameters
    ----------
    statement
        What was asked for: ``a += b``.
    name, shape
        Of the array that it is to be stored in.
    result
        Shape of the result.
    """

    statement: str
    name: str
    shape: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Say that the array keeps its shape."""
        return (
            f"The operands meet in {self.result}, but ",
            Code(self.statement),
            f" must store that in {self.name}, which has {self.shape}. The other operand may be stretched to fit "
            f"{self.name}; {self.name} itself never grows.",
        )


@dataclass(frozen=True, slots=True)
class ReadOnly(Claim):
    """An array cannot be written to.

    Parameters
    ----------
    name
        Of the array.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so, and why NumPy makes it so."""
        return (f"{self.name} is a view that cannot be written to: several of its cells may be one in memory.",)
