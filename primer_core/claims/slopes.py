"""What is said of gradients beside slopes that were found by differences."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence
from primer_core.claims.numbers import short_number
from primer_core.claims.recording import codes


@dataclass(frozen=True, slots=True)
class ChangedUnrecorded(Claim):
    """A gradient differs from differences, as a tensor is changed in place and autograd does not record it.

    Parameters
    ----------
    name
        Of the leaf whose gradient it is.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say of what each of the two is."""
        return (
            Code(f"{self.name}.grad"),
            ": a tensor is changed in place here without autograd recording it. The differences are of the program as "
            "it runs, the gradient is of what was recorded.",
        )


@dataclass(frozen=True, slots=True)
class HeldFixed(Claim):
    """Differences were taken with what is detached held at its value.

    Parameters
    ----------
    cuts
        The expressions that detach.
    name
        Of the leaf.
    """

    cuts: tuple[str, ...]
    name: str

    def sentence(self) -> Sentence:
        """Say what is held, and for what."""
        return (
            "The differences by ",
            Code(self.name),
            " hold ",
            *codes(self.cuts),
            " at what it is here: that is the function whose gradient autograd computes.",
        )


@dataclass(frozen=True, slots=True)
class OneSided(Claim):
    """A function is defined on one side of a point only.

    Parameters
    ----------
    name
        Of the leaf.
    side
        On which it is: ``above`` or ``below``.
    """

    name: str
    side: str

    def sentence(self) -> Sentence:
        """Say on which side the slope is taken."""
        other = "below" if self.side == "above" else "above"
        sign = "+" if self.side == "above" else "−"
        return (
            f"A little {other} this value of ",
            Code(self.name),
            f" the function is not defined. The slope is taken {self.side} it, from f(x), f(x {sign} h) and "
            f"f(x {sign} 2h).",
        )


@dataclass(frozen=True, slots=True)
class LostInFloat32(Claim):
    """A gradient is computed in float64, and is lost in float32.

    Parameters
    ----------
    name
        Of the leaf.
    finite
        Whether it is finite in float32, too, and only far off.
    """

    name: str
    finite: bool

    def sentence(self) -> Sentence:
        """Say what became of it."""
        became = "rounding moves it by more than a thousandth" if self.finite else "it is not finite"
        return (
            "In float64 the gradient of ",
            Code(self.name),
            f" is that of the differences. In float32, in which the program runs, {became}.",
        )


@dataclass(frozen=True, slots=True)
class Kink(Claim):
    """A function has two slopes at a point.

    Parameters
    ----------
    name, index
        Of the leaf, and the place of its number.
    below, above
        The slopes on both sides.
    """

    name: str
    index: tuple[int, ...]
    below: float
    above: float

    def sentence(self) -> Sentence:
        """Give both slopes."""
        index = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        return (
            "The function has a kink here: below this value of ",
            Code(self.name + index),
            f" its slope is {short_number(self.below)}, above it {short_number(self.above)}. Autograd gives one "
            "number, and differences give the mean of the two.",
        )


@dataclass(frozen=True, slots=True)
class SlopeGrows(Claim):
    """A slope is infinite: differences grow as their step shrinks.

    Parameters
    ----------
    name, index
        Of the leaf, and the place of its number.
    side
        On which differences can be taken: ``above`` or ``below``.
    step
        Of the first of the two differences.
    slope, steeper
        The differences with this step and with a hundredth of it, each over its step.
    """

    name: str
    index: tuple[int, ...]
    side: str
    step: float
    slope: float
    steeper: float

    def sentence(self) -> Sentence:
        """Give both differences."""
        index = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        return (
            "The gradient of ",
            Code(self.name + index),
            f" is infinite, which no difference can be: the slope from here to a point {self.side} is "
            f"{short_number(self.slope)} where that is {short_number(self.step)} away, and "
            f"{short_number(self.steeper)} at a hundredth of that. It grows as the step shrinks.",
        )


@dataclass(frozen=True, slots=True)
class OutputNotFinite(Claim):
    """The output is infinite or nan, so that it has no slope.

    Parameters
    ----------
    name
        Of the output.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.name), " is not finite here: it has no slope to compare with.")
