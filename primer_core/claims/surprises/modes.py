"""What often surprises in networks that run: their mode, what a batch norm has kept, a weight that is not turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, counted, listed, signed
from primer_core.claims.lost_gradients import HOW, Why
from primer_core.claims.running import Run, line_of

_ENDS = {why: f", which{said.removeprefix(',')}" for why, said in HOW.items()}


@dataclass(frozen=True, slots=True)
class StillInTrainMode(InAWord, Claim):
    """Two calls of a network gave different numbers for the same input, where nothing is recorded.

    Parameters
    ----------
    run
        Which line, and when.
    network, code
        What is called, and the call.
    layer
        The layer that drops, as PyTorch shows it.
    first, second
        The first numbers in which the two calls differ, of four digits.
    """

    word: ClassVar[str] = "still in train mode"
    run: Run
    network: str
    code: str
    layer: str
    first: str
    second: str

    def sentence(self) -> Sentence:
        """Say what recording and the mode are about, and what both calls gave."""
        return (
            "that nothing is recorded here leaves the mode as it is: ",
            Name(self.network),
            " is in train mode, in which ",
            Code(self.layer),
            " draws anew what it drops. For the same input one call gives ",
            f"{signed(self.first)} where another gives {signed(self.second)}. ",
            Code(f"{self.network}.eval()"),
            " ends that; ",
            Code("no_grad()"),
            " is about gradients alone",
        )


@dataclass(frozen=True, slots=True)
class NormStillMoves(InAWord, Claim):
    """A batch norm changed what it keeps, where nothing is recorded.

    Parameters
    ----------
    run
        Which line, and when.
    network, layer
        What is called, and the batch norm, as code calls it.
    before, after
        The running mean of the first channel, of four digits.
    """

    word: ClassVar[str] = "still in train mode"
    run: Run
    network: str
    layer: str
    before: str
    after: str

    def sentence(self) -> Sentence:
        """Say what recording and the mode are about, and what was moved."""
        return (
            "that nothing is recorded here leaves the mode as it is: ",
            Name(self.network),
            " is in train mode, in which ",
            Code(self.layer),
            " scales by the numbers of this batch, and moves what it keeps: its running_mean for channel 0 goes from ",
            f"{signed(self.before)} to {signed(self.after)}. ",
            Code(f"{self.network}.eval()"),
            " ends both; ",
            Code("no_grad()"),
            " is about gradients alone",
        )


@dataclass(frozen=True, slots=True)
class KeptFarOff(InAWord, Claim):
    """A batch norm in eval mode scaled by numbers that are far from those of what it was given.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        The batch norm, as code calls it.
    calls
        int, how often it was called in train mode before.
    momentum
        Which part of the way it goes in each.
    channel
        int, the channel that is farthest off.
    kept, mean
        The mean that it keeps for that channel, and that of the batch, of four digits.
    spread
        The variance that it keeps.
    scaled
        The mean of what it makes of the batch before weight and bias.
    """

    word: ClassVar[str] = "kept numbers"
    run: Run
    layer: str
    calls: int
    momentum: str
    channel: int
    kept: str
    mean: str
    spread: str
    scaled: str

    def sentence(self) -> Sentence:
        """Say what it scales by, and how that comes nearer."""
        verb = "was" if self.calls == 1 else "were"
        return (
            "in eval mode ",
            Code(self.layer),
            " scales by what it keeps, not by this batch. Its running_mean begins at 0 and its running_var at 1, and "
            "each call in train mode takes them ",
            Code(f"momentum={self.momentum}"),
            f" of the way to the batch's own; there {verb} {counted(self.calls, 'call')}. For channel {self.channel} "
            f"it keeps the mean {signed(self.kept)} and the variance {self.spread}, and this batch has the mean "
            f"{signed(self.mean)}: scaled, its mean is {signed(self.scaled)} and not 0. More calls in train mode with "
            "such numbers bring it nearer",
        )


@dataclass(frozen=True, slots=True)
class NextRateAsked(InAWord, Claim):
    """A scheduler was asked for what its next step is to make of the rate, and not for the rate.

    Parameters
    ----------
    run
        Which line, and when.
    scheduler
        What code calls it.
    found, used
        What it gave for the first group, and the rate of that group, as numbers of six digits.
    """

    word: ClassVar[str] = "not the rate"
    run: Run
    scheduler: str
    found: str
    used: str

    def sentence(self) -> Sentence:
        """Say what is computed, and what gives the rate."""
        return (
            Code(f"{self.scheduler}.get_lr()"),
            " is what a step of the scheduler asks, which computes a new rate from the one in use: asked here, it goes "
            f"that way once more, and gives {self.found}. The rate in use is {self.used}: ",
            Code(f"{self.scheduler}.get_last_lr()"),
        )


@dataclass(frozen=True, slots=True)
class LeafInBetween(InAWord, Claim):
    """A new leaf was made of numbers that were computed of parameters, and a way back ended there.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What makes the leaf.
    parameter
        What code calls the first of the parameters that get no gradient.
    missing
        int, how many they are.
    back
        int, the statement whose ``backward()`` came to the leaf.
    lost, why
        What lost the gradient, and how.
    """

    word: ClassVar[str] = "a new leaf"
    run: Run
    code: str
    parameter: str
    missing: int
    back: int
    lost: str
    why: Why

    def sentence(self) -> Sentence:
        """Say where the way back ends, and what gets nothing."""
        others = f" and {counted(self.missing - 1, 'other')} get" if self.missing > 1 else " gets"
        keeps: Sentence = (
            ("what was computed, handed on as it is, keeps the way back",)
            if self.lost == self.code
            else (
                f"the way back to {'them' if self.missing > 1 else 'it'} ends before, at ",
                Code(self.lost),
                _ENDS[self.why],
            )
        )
        return (
            Code(self.code),
            f" is a new leaf, which has numbers alone. backward() in line {line_of(self.back)} runs and ends there, so "
            "that ",
            Code(self.parameter),
            f"{others} no gradient: ",
            *keeps,
        )


@dataclass(frozen=True, slots=True)
class OneSampleSqueezed(InAWord, Claim):
    """A squeeze took an axis away that it left as it was in an earlier call, as that has size 1 this time.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    axis
        int, the axis that is gone this time alone.
    before, gave
        Shapes in the earlier call, before and after.
    given, gives
        Shapes in this one.
    instead
        What leaves that axis; empty where the call is to be left out.
    """

    word: ClassVar[str] = "an axis less"
    run: Run
    code: str
    axis: int
    before: Shape
    gave: Shape
    given: Shape
    gives: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give the shapes of both, and say what leaves the axis."""
        leaves: Sentence = (
            (Code(self.instead), f" leaves axis {self.axis} as it is")
            if self.instead
            else (f"Without this call axis {self.axis} stays",)
        )
        return (
            Code(self.code),
            f" makes {self.gives} of {self.given} here, and made {self.gave} of {self.before} before: axis {self.axis} "
            "has size 1 this time, and is taken away, too. ",
            *leaves,
        )


@dataclass(frozen=True, slots=True)
class NotTheirName(InAWord, Claim):
    """An object was made of a class whose method for that has nearly the name that Python calls.

    Parameters
    ----------
    run
        Which line, and when.
    name, kind
        What the object is bound to, and its class.
    method
        The method.
    missing
        Attributes that it would have set.
    """

    word: ClassVar[str] = "never called"
    run: Run
    name: str
    kind: str
    method: str
    missing: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name both, and what is missing."""
        return (
            "Python calls ",
            Code("__init__"),
            " where an object is made. ",
            Name(self.kind),
            " has ",
            Code(self.method),
            ", a name like any other, which nothing calls: ",
            Name(self.name),
            " has no ",
            Code(listed(self.missing, "or")),
        )


@dataclass(frozen=True, slots=True)
class WeightNotTurned(InAWord, Claim):
    """Something was multiplied by the square weight of a linear layer, which the layer itself turns first.

    Parameters
    ----------
    run
        Which line, and when.
    code, given, layer
        The product, its left side and the layer, as code.
    size
        int, of both axes of the weight.
    found, other
        The first numbers in which the product and that by the turned weight differ, of four digits.
    """

    word: ClassVar[str] = "not transposed"
    run: Run
    code: str
    given: str
    layer: str
    size: int
    found: str
    other: str

    def sentence(self) -> Sentence:
        """Say how the weight lies, and what the layer computes."""
        return (
            Code(f"{self.layer}.weight"),
            f" is (outputs, inputs), here ({self.size}, {self.size}), and the layer multiplies by its transpose: ",
            Code(f"{self.given} @ {self.layer}.weight.T"),
            ". As it is square, ",
            Code(self.code),
            f" runs, too, and gives other numbers: {signed(self.found)} where the layer has {signed(self.other)}, "
            "before its bias",
        )


@dataclass(frozen=True, slots=True)
class LearnsInEvalMode(InAWord, Claim):
    """An optimiser changed a network by what it gave in eval mode, in a later round than those that ran in train mode.

    Parameters
    ----------
    run
        Which line, and when.
    optimiser, network
        Names of both.
    layer
        What code calls the layer that does another thing in each mode.
    scales
        Whether it is a batch norm, which scales; else it drops.
    line
        int, the line that asked for eval mode last, counted from 1.
    code
        How it did.
    """

    word: ClassVar[str] = "learns in eval mode"
    run: Run
    optimiser: str
    network: str
    layer: str
    scales: bool
    line: int
    code: str

    def sentence(self) -> Sentence:
        """Say how long a mode holds, and what the layer did not do."""
        missed = (
            " scaled by the mean and the variance that it keeps, not by those of the batch, and kept nothing of it"
            if self.scales
            else " dropped nothing"
        )
        return (
            Code(f"{self.optimiser}.step()"),
            " changes ",
            Name(self.network),
            " by what it gave in eval mode: ",
            Code(self.code),
            f" in line {self.line} holds until ",
            Code(f"{self.network}.train()"),
            " is called, as it often is at the beginning of each round. ",
            Code(self.layer),
            missed,
        )
