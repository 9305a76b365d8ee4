"""What is said of gradients on their way back."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Name, Sentence, Shape, axis_text, times_text


@dataclass(frozen=True, slots=True)
class SummedBack(Claim):
    """Each element of an operand was read several times, and collects as many gradients.

    Parameters
    ----------
    name, shape
        Of the operand, and of its gradient.
    times
        How often each element was read, 2 or more.
    axes
        Of the result, counted from 0: those over which the gradients are summed.
    """

    name: str
    shape: Shape
    times: int
    axes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say how many gradients arrive and over which axes they are summed."""
        return (
            "Each element of ",
            Name(self.name),
            f" was read {times_text(self.times)}, so {self.times} gradients arrive at it. They are summed over "
            f"{axis_text(*self.axes)} of y, back to {self.shape}.",
        )


@dataclass(frozen=True, slots=True)
class BroughtBack(Claim):
    """The gradient of the result's shape becomes one of an operand's.

    Parameters
    ----------
    name, shape
        Of the operand, and of its gradient.
    axes
        Of the result, counted from 0: those over which it is summed; none where the shapes are the same.
    """

    name: str
    shape: Shape
    axes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        summed = f"sum over {axis_text(*self.axes)}" if self.axes else "nothing to sum"
        return (f"back to {self.name} {self.shape}: {summed}",)


@dataclass(frozen=True, slots=True)
class ArrivesOnce(Claim):
    """Each element of an operand was read once, so that its gradient is what arrives there.

    Parameters
    ----------
    name
        Of the operand.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("Each element of ", Name(self.name), " was read once: its gradient is what arrives there.")
