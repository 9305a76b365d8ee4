"""What often surprises in what layers, optimisers and schedulers keep: variances, sizes, memory, patience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, counted, listed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class MovesWithoutSlope(InAWord, Claim):
    """A step of an optimiser changed a parameter whose gradient is 0 everywhere.

    Parameters
    ----------
    run
        Which line, and when.
    optimiser, parameter
        What code calls them.
    decay
        float, the ``weight_decay`` that it is changed by; 0 where what the optimiser remembers changed it.
    """

    word: ClassVar[str] = "moves all the same"
    run: Run
    optimiser: str
    parameter: str
    decay: float

    def sentence(self) -> Sentence:
        """Say what moved it, and which parameters are left as they are."""
        why: Sentence = (
            (Code(f"weight_decay={self.decay:g}"), " pulls it towards 0, whatever its gradient")
            if self.decay
            else ("the optimiser goes on by what it remembers of the gradients before",)
        )
        return (
            Code(f"{self.optimiser}.step()"),
            " changes ",
            Code(self.parameter),
            ", whose gradient is 0 everywhere: ",
            *why,
            ". It leaves a parameter as it is whose gradient is None: ",
            Code(f"{self.parameter}.grad = None"),
            " before the step, or ",
            Code(f"{self.parameter}.requires_grad = False"),
            " before there is any",
        )


@dataclass(frozen=True, slots=True)
class TwoVariances(InAWord, Claim):
    """A batch norm divided by another variance than the one that it keeps.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        The batch norm, as code calls it.
    count
        int, how many numbers each channel has.
    biased, unbiased
        The variance of the first channel that it divides by, and the one that it keeps, as numbers of six digits.
    """

    word: ClassVar[str] = "two variances"
    run: Run
    layer: str
    count: int
    biased: str
    unbiased: str

    def sentence(self) -> Sentence:
        """Give both, and say where they meet."""
        return (
            Code(self.layer),
            f" divides in train mode by the root of the variance over n = {self.count} numbers, {self.biased} for "
            "channel 0. What goes into ",
            Code(f"{self.layer}.running_var"),
            f", which eval mode divides by the root of, is that over n − 1 = {self.count - 1}: {self.unbiased}. So "
            f"both modes differ even where momentum=1, by about the root of {self.count}/{self.count - 1}",
        )


@dataclass(frozen=True, slots=True)
class OwnAreUnlisted(InAWord, Claim):
    """A network was printed that has parameters or buffers of its own.

    Parameters
    ----------
    run
        Which line, and when.
    network
        Its name.
    own
        Their names.
    are_buffers
        Whether they are buffers.
    """

    word: ClassVar[str] = "not in the text"
    run: Run
    network: str
    own: tuple[str, ...]
    are_buffers: bool

    def sentence(self) -> Sentence:
        """Say what the text leaves out, and what lists it."""
        kind = "buffer" if self.are_buffers else "parameter"
        kinds = kind if len(self.own) == 1 else f"{kind}s"
        verb = ("is", "it is registered, and ") if len(self.own) == 1 else ("are", "they are registered, and ")
        return (
            "the text of ",
            Name(self.network),
            f" lists the modules in it alone. Its own {kinds} ",
            Code(listed(self.own)),
            f" {verb[0]} not in it: {verb[1]}",
            Code(f"{self.network}.named_{kind}s()"),
            " lists all",
        )


@dataclass(frozen=True, slots=True)
class SizesForTheText(InAWord, Claim):
    """The weight of a linear layer was replaced by one of another shape.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        As code calls it.
    inputs, outputs
        int, what it was made for.
    shape
        Of its weight now.
    """

    word: ClassVar[str] = "other sizes"
    run: Run
    layer: str
    inputs: int
    outputs: int
    shape: Shape

    def sentence(self) -> Sentence:
        """Say what fits now, and what the layer still says of itself."""
        return (
            Code(f"{self.layer}.weight"),
            f" is {self.shape} now, (outputs, inputs): ",
            Code(f"x @ {self.layer}.weight.T"),
            f" takes {self.shape[1]} numbers and gives {self.shape[0]}. in_features={self.inputs} and "
            f"out_features={self.outputs}, which the text of the layer shows, are what it was made with: a call does "
            "not ask for them",
        )


@dataclass(frozen=True, slots=True)
class StatesLayersFirst(InAWord, Claim):
    """The last states of a recurrent layer have their samples along axis 1, whatever ``batch_first`` says.

    Parameters
    ----------
    run
        Which line, and when.
    layer, state
        What they are called.
    shape
        Of the state.
    directions
        int, 2 for a layer that goes both ways, else 1.
    """

    word: ClassVar[str] = "layers first"
    run: Run
    layer: str
    state: str
    shape: tuple[int, int, int]
    directions: int

    def sentence(self) -> Sentence:
        """Say what the shape is, and how the state of the last layer is had."""
        layers = self.shape[0] // self.directions
        last = "of the last layer" if self.directions == 1 else "of the last layer's way back"
        return (
            Code("batch_first=True"),
            " is of the input and the output of ",
            Name(self.layer),
            " alone. ",
            Name(self.state),
            f" is {self.shape}: {counted(layers, 'layer')} × {counted(self.directions, 'direction')}, "
            f"{counted(self.shape[1], 'sample')}, {counted(self.shape[2], 'number')}. ",
            Code(f"{self.state}[-1]"),
            f" is that {last}, {self.shape[1:]}",
        )


@dataclass(frozen=True, slots=True)
class PatienceSpent(InAWord, Claim):
    """A learning rate fell as a number got no better for longer than a scheduler waits.

    Parameters
    ----------
    run
        Which line, and when.
    scheduler
        What code calls it.
    patience
        int, how many numbers it waits for.
    best, before, after
        The best number, and the learning rate before and after, as numbers of six digits.
    """

    word: ClassVar[str] = "no patience left"
    run: Run
    scheduler: str
    patience: int
    best: str
    before: str
    after: str

    def sentence(self) -> Sentence:
        """Say how many there were, and how many it waits for."""
        return (
            "the rate falls from ",
            f"{self.before} to {self.after}: this is number {self.patience + 1} in a row that does not beat the best "
            f"one, {self.best}, by the threshold, and ",
            Name(self.scheduler),
            " lets ",
            Code(f"patience={self.patience}"),
            " of them pass. The best one itself does not count",
        )


@dataclass(frozen=True, slots=True)
class StepsInEachBatch(InAWord, Claim):
    """A scheduler that lowers a rate every so many calls is called in each round of an inner loop.

    Parameters
    ----------
    run
        Which line, and when.
    scheduler
        What code calls it.
    calls
        int, how often it was called in that round.
    line
        int, the line of the outer loop, counted from 1.
    size
        int, after how many calls it lowers the rate.
    before, after
        The learning rate at the beginning, and after that round.
    """

    word: ClassVar[str] = "counts calls"
    run: Run
    scheduler: str
    calls: int
    line: int
    size: int
    before: str
    after: str

    def sentence(self) -> Sentence:
        """Say what is counted, what came of it, and what one call in each round would do."""
        rounds = counted(self.size, "round")
        return (
            Code(f"step_size={self.size}"),
            " counts calls of ",
            Code(f"{self.scheduler}.step()"),
            f", not epochs: it was called {counted(self.calls, 'time')} in the first round of the loop in line "
            f"{self.line}, and the learning rate went from {self.before} to {self.after} in that round. "
            f"Called once at the end of each, it leaves {self.before} as it is for the first {rounds}",
        )
