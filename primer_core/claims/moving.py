"""What is said of cells that move: with their axes, or cut anew where they lie."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape


@dataclass(frozen=True, slots=True)
class AxesMoved(Claim):
    """Axes are moved, and each value keeps its place along each of them.

    Parameters
    ----------
    name, steps
        Name of the result, and what is called on x to get it.
    shared
        Whether it lies in the memory of x.
    """

    name: str
    steps: str
    shared: bool

    def sentence(self) -> Sentence:
        """Say how the axes are moved."""
        if self.shared:
            how = " moves axes by moving strides, without a copy: every value keeps its index along each axis."
        else:
            how = " moves axes by moving strides, too, but the reshape behind that has to copy."
        return (Code(f"x{self.steps}"), how)

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "axes moved"


@dataclass(frozen=True, slots=True)
class CutAnew(Claim):
    """All values are left in the order in which they lie, and only cut into other sizes.

    Parameters
    ----------
    name, steps
        Name of the result, and what is called on x to get it.
    shape
        Of the result.
    in_place, cells
        How many cells hold the element that moving the axes puts there, and how many cells there are.
    """

    name: str
    steps: str
    shape: Shape
    in_place: int
    cells: int

    def sentence(self) -> Sentence:
        """Say that nothing complains, and how little is right."""
        return (
            Code(f"x{self.steps}"),
            " leaves all values in the order in which they lie in memory and cuts that row into "
            f"{self.shape}. The shapes are the same and nothing complains, but only {_thousands(self.in_place)} of "
            f"{_thousands(self.cells)} cells hold the element that belongs there.",
        )

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "scrambled"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", " ")
