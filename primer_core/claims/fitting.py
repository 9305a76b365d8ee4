"""What is said of a network that learns points in the plane."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from primer_core.claims.claim import Claim, Sentence, Strong, counted, listed, number_text, thousands


@dataclass(frozen=True, slots=True)
class NumbersToLearn(Claim):
    """How many weights and biases a network of affine layers has.

    Parameters
    ----------
    sizes
        Width of the input, of each hidden layer, and of the output.
    """

    sizes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Count them layer by layer."""
        layers = [*pairwise(self.sizes)]
        total = sum(fan_in * fan_out + fan_out for fan_in, fan_out in layers)
        sums = listed([f"{fan_in}·{fan_out} + {fan_out}" for fan_in, fan_out in layers])
        network = "-".join(map(str, self.sizes))
        return (
            f"The network {network} learns ",
            Strong(f"{thousands(total)} numbers"),
            f", weights and biases: {sums}.",
        )


@dataclass(frozen=True, slots=True)
class OnTheirSide(Claim):
    """How many points a network puts into their own class.

    Parameters
    ----------
    step
        How many steps were taken.
    right, count
        Of the points that it is trained on.
    test_right, test_count
        Of the points that it is tested with.
    """

    step: int
    right: int
    count: int
    test_right: int
    test_count: int

    def sentence(self) -> Sentence:
        """Give both shares."""
        test = f", and {self.test_right} of {counted(self.test_count, 'test point')}" if self.test_count else ""
        when = f"After {counted(self.step, 'step')}" if self.step else "Before the first step"
        points = f"{self.right} of {counted(self.count, 'training point')}"
        own = "its" if self.count == 1 else "their"
        return (f"{when} the network puts ", Strong(points), f" on the side of {own} own class{test}.")


@dataclass(frozen=True, slots=True)
class BothClassesAtOnce(Claim):
    """Training points of both classes lie at one place.

    Parameters
    ----------
    place
        Its two coordinates, the first such place.
    counts
        How many training points of class 0 and of class 1 lie there.
    """

    place: tuple[float, float]
    counts: tuple[int, int]

    def sentence(self) -> Sentence:
        """Say what no network can do there."""
        x, y = map(number_text, self.place)
        zeros, ones = self.counts
        return (
            f"At ({x}, {y}) lie {counted(zeros + ones, 'training point')}, {zeros} of class 0 and {ones} of class 1. A "
            "network gives one answer at one place, so it cannot be right of all of them.",
        )


@dataclass(frozen=True, slots=True)
class LeftOver(Claim):
    """How much of the heights' spread a network leaves unexplained.

    Parameters
    ----------
    step
        How many steps were taken.
    error
        Mean squared error on the points that it is trained on.
    spread
        Mean squared distance of these points' heights from their mean.
    """

    step: int
    error: float
    spread: float

    def sentence(self) -> Sentence:
        """Compare the error with that of a level line."""
        when = f"After {counted(self.step, 'step')}" if self.step else "Before the first step"
        return (
            f"{when} the mean squared error on the training points is ",
            Strong(number_text(float(f"{self.error:.4g}"))),
            f". A level line at their mean height has {number_text(float(f'{self.spread:.4g}'))}.",
        )


@dataclass(frozen=True, slots=True)
class ErrorNotFinite(Claim):
    """The mean squared error of a network with finite weights is no finite number.

    Parameters
    ----------
    step
        How many steps were taken.
    largest
        The largest number that the dtype holds.
    """

    step: int
    largest: float

    def sentence(self) -> Sentence:
        """Say what became too large."""
        when = f"After {counted(self.step, 'step')}" if self.step else "Before the first step"
        return (
            Strong(f"{when} the mean squared error on the training points is no finite number."),
            f" It, or a number on the way to it, is beyond {self.largest:.2g}, the largest float32.",
        )


@dataclass(frozen=True, slots=True)
class StraightBorder(Claim):
    """Without an activation between them, all layers together are one affine map.

    Parameters
    ----------
    weights, bias
        Of that map: of the logit, or of the second logit less the first.
    """

    weights: tuple[float, ...]
    bias: float

    def sentence(self) -> Sentence:
        """Spell the map out."""
        names = ("x",) if len(self.weights) == 1 else ("x₁", "x₂")
        terms = [*zip(map(_short, self.weights), (f"·{name}" for name in names), strict=True), (_short(self.bias), "")]
        sum_ = " + ".join(f"{number}{name}" for number, name in terms).replace("+ −", "− ")
        if len(self.weights) == 1:
            return ("No activation bends the sums: all layers together are the line ", Strong(sum_), ".")
        if not any(self.weights):
            return (
                "No activation bends the sums: all layers together are ",
                Strong(sum_),
                ", the same everywhere: there is no border.",
            )
        return (
            "No activation bends the sums: all layers together are ",
            Strong(sum_),
            ". The border is where that is 0, which is a straight line.",
        )


@dataclass(frozen=True, slots=True)
class SilentUnits(Claim):
    """Units that give 0 at every training point.

    Parameters
    ----------
    layer
        Of the hidden layers, counted from 1.
    silent, width
        How many of how many units.
    """

    layer: int
    silent: int
    width: int

    def sentence(self) -> Sentence:
        """Say that no gradient reaches them."""
        who = f"{self.silent} of the {self.width} units" if self.width > 1 else "the only unit"
        verb, them = ("give", "them") if self.silent > 1 else ("gives", "it")
        return (
            f"In hidden layer {self.layer}, ",
            Strong(who),
            f" {verb} 0 at every training point. "
            f"ReLU passes no gradient back where it gives 0, so none reaches {them}.",
        )


@dataclass(frozen=True, slots=True)
class NoLongerFinite(Claim):
    """Weights have left the range of numbers.

    Parameters
    ----------
    step
        After which it was seen.
    """

    step: int

    def sentence(self) -> Sentence:
        """Say what is left to do."""
        return (
            Strong(f"After {counted(self.step, 'step')} the weights are no finite numbers any more."),
            " No step brings them back. Reset, and choose a smaller rate.",
        )


def _short(value: float) -> str:
    return number_text(float(f"{value:.4g}"))
