"""What is said of a training loop beside the correct one: what lines do to losses, gradients, weights, memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim, Code, Sentence, Strong, counted, number_text, percent, thousands, times_text

_DIGITS = 4


def _short(number: float) -> str:
    """Write a number with up to four digits."""
    return number_text(float(f"{number:.{_DIGITS}g}"))


@dataclass(frozen=True, slots=True)
class LossFalls(Claim):
    """The correct loop is looked at alone.

    Parameters
    ----------
    steps
        Batches that went through.
    first, last
        Loss of the first and of the last of them.
    """

    steps: int
    first: float
    last: float

    def sentence(self) -> Sentence:
        """Give both losses."""
        return (
            Strong("This is the correct loop."),
            f" Its loss goes from {_short(self.first)} to {_short(self.last)} in {counted(self.steps, 'step')}. "
            "Remove, double or move a line, or choose a mistake above.",
        )


@dataclass(frozen=True, slots=True)
class LossesDiffer(Claim):
    """The losses of a loop are others than those of the correct one.

    Parameters
    ----------
    step
        The first step whose loss differs, counted from 1.
    yours, correct
        The losses there.
    """

    step: int
    yours: float
    correct: float

    def sentence(self) -> Sentence:
        """Name the step and both losses."""
        return (
            f"Step {self.step} is the first whose loss differs: {_short(self.yours)}, and {_short(self.correct)} in "
            "the correct loop.",
        )

    def brief(self) -> str:
        """Name the step."""
        return f"differs from step {self.step} on"


@dataclass(frozen=True, slots=True)
class LossesEnd(Claim):
    """Two loops have gone through.

    Parameters
    ----------
    steps
        Of the loop.
    yours, correct
        The last loss of each.
    """

    steps: int
    yours: float
    correct: float

    def sentence(self) -> Sentence:
        """Give both losses."""
        return (
            f"After {counted(self.steps, 'step')} your loss is ",
            Strong(_short(self.yours)),
            f"; that of the correct loop ends at {_short(self.correct)}.",
        )


@dataclass(frozen=True, slots=True)
class SameLosses(Claim):
    """All losses of a loop are those of the correct one.

    Parameters
    ----------
    steps
        How many there are.
    """

    steps: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"All {self.steps} losses are those of the correct loop, to the last digit.",)

    def brief(self) -> str:
        """Say so in few words."""
        return "the same losses"


@dataclass(frozen=True, slots=True)
class LoopStops(Claim):
    """An exception ends a loop.

    Parameters
    ----------
    step
        The batch that is under way, counted from 1; 0 before the first.
    line
        At which it stops.
    kind
        Class of the exception.
    """

    step: int
    line: str
    kind: str

    def sentence(self) -> Sentence:
        """Name the line and the exception."""
        where = f"In step {self.step} it" if self.step else "Before the first step it"
        return (f"{where} stops at ", Code(self.line), f" with a {self.kind}.")

    def brief(self) -> str:
        """Name the step."""
        return f"stops in step {self.step}" if self.step else "stops before the first step"


Cause = Literal["freed", "not recorded", "changed", "unbound"]


@dataclass(frozen=True, slots=True)
class WhyItStops(Claim):
    """The reason why a line raises an exception.

    Parameters
    ----------
    cause
        "freed": a graph is gone through a second time; "not recorded": the loss has no graph; "changed": weights were
        changed between forward and backward; "unbound": a name is read before any line has bound it.
    """

    cause: Cause

    def sentence(self) -> Sentence:
        """Say what the line lacks."""
        match self.cause:
            case "freed":
                return (
                    Strong("backward() frees what the graph has saved."),
                    " The second call goes through the same graph and finds nothing there. A step of its own needs a "
                    "forward pass of its own.",
                )
            case "not recorded":
                return (
                    Strong("No graph was recorded."),
                    " Under ",
                    Code("no_grad()"),
                    " the output is a number without a history: there is no way back from the loss to the weights.",
                )
            case "changed":
                return (
                    Strong("step() comes between forward and backward."),
                    " It changes the weights in place, and backward needs them as they were in the forward pass.",
                )
            case "unbound":
                return (
                    Strong("A line reads what no line has made yet."),
                    " Python looks the name up as the line runs, and no line before it has given it a value.",
                )


@dataclass(frozen=True, slots=True)
class LossBreaks(Claim):
    """A loss is no finite number.

    Parameters
    ----------
    step
        The first step where it is none, counted from 1.
    """

    step: int

    def sentence(self) -> Sentence:
        """Name the step."""
        return (f"From step {self.step} on the loss is no finite number.",)


@dataclass(frozen=True, slots=True)
class GradientsPileUp(Claim):
    """No line of a batch empties the gradients.

    Parameters
    ----------
    step
        Of the last batch, counted from 1.
    held, own
        Norm of all of ``.grad`` there, and of what the step's own backward added to it.
    """

    step: int
    held: float
    own: float

    def sentence(self) -> Sentence:
        """Give both norms."""
        return (
            Strong("The gradients pile up."),
            " ",
            Code("backward()"),
            " adds to ",
            Code(".grad"),
            f", and no line of the batch empties it. In step {self.step} its own gradient has the norm "
            f"{_short(self.own)}, and ",
            Code(".grad"),
            f" {_short(self.held)}.",
        )


@dataclass(frozen=True, slots=True)
class StepsFindNoGradient(Claim):
    """An optimiser steps while no parameter has a gradient.

    Parameters
    ----------
    times, of
        How often, and how often it steps at all.
    """

    times: int
    of: int

    def sentence(self) -> Sentence:
        """Say what it does then."""
        return (
            Strong("The optimiser finds no gradient."),
            " At ",
            f"{self.times} of {counted(self.of, 'call')} of ",
            Code("optimizer.step()"),
            " each ",
            Code(".grad"),
            " is None, so that the step changes nothing.",
        )


@dataclass(frozen=True, slots=True)
class WeightsChanged(Claim):
    """Few or none of the numbers that a model learns have changed.

    Parameters
    ----------
    changed, of
        How many differ from what they were as the first epoch began, and how many there are.
    rate
        The learning rate, where it alone is the reason; else None.
    """

    changed: int
    of: int
    rate: float | None

    def sentence(self) -> Sentence:
        """Count them, and say why where that is known."""
        number = "None" if not self.changed else str(self.changed)
        have = "has" if self.changed == 1 else "have"
        counts = f"{number} of the {self.of} weights and biases {have} changed since the first epoch began."
        if self.rate is None:
            return (counts,)
        short = "" if self.rate == 0 else ", which is too little for a float32 number to change"
        return (f"{counts} Each step is the learning rate, {self.rate:g}, times a gradient{short}.",)


@dataclass(frozen=True, slots=True)
class NeverSteps(Claim):
    """Gradients are computed, and no line takes a step with them.

    Parameters
    ----------
    batches
        After how many there was a gradient.
    """

    batches: int

    def sentence(self) -> Sentence:
        """Name the line that is missing."""
        return (
            f"After {counted(self.batches, 'batch', 'batches')} there is a gradient in ",
            Code(".grad"),
            ", and nothing uses it: no line calls ",
            Code("optimizer.step()"),
            ", which changes the weights. ",
            Code("backward()"),
            " changes none.",
        )


@dataclass(frozen=True, slots=True)
class OptimisesAnother(Claim):
    """An optimiser was made for the parameters of another model.

    Parameters
    ----------
    tensors, own
        How many it has, and how many of them are the model's.
    """

    tensors: int
    own: int

    def sentence(self) -> Sentence:
        """Count them."""
        return (
            Strong("The optimiser has another model's parameters."),
            f" Of its {counted(self.tensors, 'tensor')}, {self.own or 'none'} "
            f"{'is' if self.own == 1 else 'are'} the model's. Nobody goes back to the others: ",
            Code("step()"),
            " finds no gradient there and leaves them as they are.",
        )


@dataclass(frozen=True, slots=True)
class OnlyLastBias(Claim):
    """All weights of a network started at 0.

    Parameters
    ----------
    numbers
        Of the last bias, which alone has changed.
    """

    numbers: int

    def sentence(self) -> Sentence:
        """Say why nothing else can change."""
        return (
            Strong("Zeros pass nothing on."),
            " A hidden layer of zeros gives 0, and its weights get back their gradient through weights that are 0. "
            f"Only the {counted(self.numbers, 'number')} of the last bias changed: the network says the same of every "
            "input.",
        )


@dataclass(frozen=True, slots=True)
class SoftmaxFloor(Claim):
    """The cross-entropy of what is softmax already.

    Parameters
    ----------
    classes
        How many.
    floor, least
        What it cannot fall below, and the least that it came to.
    """

    classes: int
    floor: float
    least: float

    def sentence(self) -> Sentence:
        """Give the floor and where it comes from."""
        return (
            Strong("Softmax is taken twice."),
            " ",
            Code("CrossEntropyLoss"),
            " takes logits and does softmax itself. Of probabilities, which lie between 0 and 1, with "
            f"{self.classes} classes it cannot fall below {_short(self.floor)}, however sure the network is. "
            f"The least here is {_short(self.least)}.",
        )


@dataclass(frozen=True, slots=True)
class AllPairs(Claim):
    """The mean square of a column less a row.

    Parameters
    ----------
    rows
        Of the last batch.
    """

    rows: int

    def sentence(self) -> Sentence:
        """Give the shapes."""
        n = self.rows
        return (
            Strong("A column less a row is a table of all pairs."),
            " ",
            Code("out"),
            f" has the shape ({n}, 1) and ",
            Code("yb"),
            f" ({n},), so that ",
            Code("out - yb"),
            f" has ({n}, {n}): {thousands(n * n)} differences, where {n} are meant.",
        )


@dataclass(frozen=True, slots=True)
class DrawnToMean(Claim):
    """Predictions that should be close to all targets at once.

    Parameters
    ----------
    low, high
        Smallest and largest prediction.
    least, mean, most
        Smallest, mean and largest target.
    """

    low: float
    high: float
    least: float
    mean: float
    most: float

    def sentence(self) -> Sentence:
        """Give both ranges."""
        return (
            f"The best answer to all targets at once is their mean, {_short(self.mean)}. The predictions end between "
            f"{_short(self.low)} and {_short(self.high)}; the targets lie between {_short(self.least)} and "
            f"{_short(self.most)}.",
        )


@dataclass(frozen=True, slots=True)
class CheckedInTrainMode(Claim):
    """A validation loss was noted in train mode.

    Parameters
    ----------
    noted, measured
        The last that the loop noted, and what the same weights have in eval mode.
    layer
        Whose two ways of computing make the difference.
    """

    noted: float
    measured: float
    layer: Literal["Dropout", "BatchNorm"]

    def sentence(self) -> Sentence:
        """Give both losses."""
        does = (
            "Dropout still puts half of the hidden units to 0"
            if self.layer == "Dropout"
            else "BatchNorm still normalises by the batch at hand"
        )
        return (
            Strong("The validation is done in train mode."),
            f" {does}. The last validation loss is noted as {_short(self.noted)}; after ",
            Code("model.eval()"),
            f" the same model has {_short(self.measured)}.",
        )


@dataclass(frozen=True, slots=True)
class AveragesOver(Claim):
    """BatchNorm has averaged over other batches than those that it is trained on.

    Parameters
    ----------
    tracked, steps
        Batches that it has averaged over, and that the loop went through.
    """

    tracked: int
    steps: int

    def sentence(self) -> Sentence:
        """Count them."""
        return (
            f"The loop went through {self.steps} batches, and BatchNorm's running mean is made of {self.tracked}: each "
            "forward pass in train mode moves it, with or without gradients, and none in eval mode does.",
        )


@dataclass(frozen=True, slots=True)
class TrainedInEvalMode(Claim):
    """Steps were made in eval mode.

    Parameters
    ----------
    times, of
        How many, and how many steps there are.
    """

    times: int
    of: int

    def sentence(self) -> Sentence:
        """Count them."""
        return (
            Strong("The model is trained in eval mode."),
            f" It is in eval mode at {self.times} of {counted(self.of, 'step')}: ",
            Code("eval()"),
            " stays until ",
            Code("train()"),
            " is called again.",
        )


@dataclass(frozen=True, slots=True)
class ErrorFactor(Claim):
    """The error of a single weight is multiplied at each step.

    Parameters
    ----------
    rate, curvature
        Learning rate, and mean of the squares of the inputs.
    factor
        What the error is multiplied by.
    limit
        The rate above which it grows.
    """

    rate: float
    curvature: float
    factor: float
    limit: float

    def sentence(self) -> Sentence:
        """Give the factor, where it comes from, and the limit."""
        mean = _short(self.curvature)
        grows = "grows" if abs(self.factor) > 1 else "shrinks"
        return (
            f"Each step multiplies the error of the weight by 1 − 2 · {_short(self.rate)} · {mean} = ",
            Strong(_short(self.factor)),
            f", so that it {grows}. {mean} is the mean of x². Above the rate 1 / {mean} = {_short(self.limit)} a "
            "step overshoots by more than it corrects: inputs that are ten times as large allow a hundredth of it.",
        )


@dataclass(frozen=True, slots=True)
class LossClimbs(Claim):
    """A loss rises above where it began.

    Parameters
    ----------
    rate, correct_rate
        Learning rate of the loop, and of the correct one.
    first, most
        The first loss and the largest.
    """

    rate: float
    correct_rate: float
    first: float
    most: float

    def sentence(self) -> Sentence:
        """Give both losses and both rates."""
        return (
            Strong("The steps are too long."),
            f" With the rate {_short(self.rate)} the loss climbs from {_short(self.first)} to {_short(self.most)}. "
            f"With {_short(self.correct_rate)}, and the same lines, it never doubles.",
        )


@dataclass(frozen=True, slots=True)
class LonelyExample(Claim):
    """The last batch has one example.

    Parameters
    ----------
    examples, size
        Training examples, and how many a batch has.
    """

    examples: int
    size: int

    def sentence(self) -> Sentence:
        """Say what BatchNorm lacks."""
        return (
            Strong("The last batch has one example."),
            f" {self.examples} = {self.examples // self.size} · {self.size} + 1. BatchNorm divides by the spread of a "
            "batch, and one number has none. ",
            Code("drop_last=True"),
            " leaves that batch out.",
        )


@dataclass(frozen=True, slots=True)
class InNoBatch(Claim):
    """The last examples are too few for a batch, and are left out.

    Parameters
    ----------
    left
        How many are left out, fewer than a batch has.
    examples, size
        Training examples, and how many a batch has.
    """

    left: int
    examples: int
    size: int

    def sentence(self) -> Sentence:
        """Count them, and say whether it is always these."""
        full, be = self.examples // self.size, "is" if self.left == 1 else "are"
        return (
            Strong(f"{self.left} of the {self.examples} examples {be} in no batch."),
            f" {self.examples} = {full} · {self.size} + {self.left}, and ",
            Code("drop_last=True"),
            " leaves out what is no full batch. Here that is the same in every epoch; a ",
            Code("DataLoader"),
            " that shuffles draws anew what it leaves out.",
        )


@dataclass(frozen=True, slots=True)
class NamesTheNext(Claim):
    """A network has learned labels that are one too high.

    Parameters
    ----------
    next, right
        Shares of the validation set for which it names the class after the right one, and the right one.
    """

    next: float
    right: float

    def sentence(self) -> Sentence:
        """Give both shares."""
        return (
            Strong("It has learned the wrong labels well."),
            f" For {percent(self.next, 0)} of the validation set it names the class after the right one, for "
            f"{percent(self.right, 0)} the right one.",
        )


@dataclass(frozen=True, slots=True)
class PairsLost(Claim):
    """Inputs were put into another order than their labels.

    Parameters
    ----------
    kept, of
        Examples whose label is still their own, and all.
    """

    kept: int
    of: int

    def sentence(self) -> Sentence:
        """Count them."""
        return (
            Strong("The inputs have lost their labels."),
            " ",
            Code("X"),
            " was put into another order, and ",
            Code("y"),
            f" was not: {self.kept} of {self.of} examples still have their own label.",
        )


@dataclass(frozen=True, slots=True)
class ChosenBy(Claim):
    """An epoch was chosen, and its accuracy is reported.

    Parameters
    ----------
    by
        What it was chosen by: "test", or "validation".
    epoch
        Counted from 0.
    reported, fresh
        Accuracy on the test set there, and on 2 000 fresh examples.
    """

    by: Literal["test", "validation"]
    epoch: int
    reported: float
    fresh: float

    def sentence(self) -> Sentence:
        """Give both accuracies."""
        if self.by == "test":
            return (
                Strong("The test set chose, so it cannot judge."),
                f" Epoch {self.epoch} is taken because its accuracy on the 20 examples of the test set is the highest: "
                f"{percent(self.reported, 0)}. On 2 000 fresh examples the same network has {percent(self.fresh, 0)}. "
                "The labels are tossed coins: nothing can be learned of them.",
            )
        return (
            f"Epoch {self.epoch} is taken for its validation loss. The test set, which had no say, gives "
            f"{percent(self.reported, 0)}, and 2 000 fresh examples {percent(self.fresh, 0)}.",
        )


@dataclass(frozen=True, slots=True)
class MeanOfMeans(Claim):
    """The loss of an epoch was noted as the mean of the means of its batches.

    Parameters
    ----------
    noted, true
        What was noted of the last epoch, and the mean over its examples.
    last
        Examples of the last batch.
    """

    noted: float
    true: float
    last: int

    def sentence(self) -> Sentence:
        """Give both means."""
        return (
            Strong("A small batch counts as much as a full one."),
            f" The last epoch is noted as {_short(self.noted)}, the mean of its batches' means. The last batch has "
            f"{counted(self.last, 'example')}, the others 16: the mean over all examples is {_short(self.true)}.",
        )


@dataclass(frozen=True, slots=True)
class GraphsKept(Claim):
    """Numbers were kept together with the graphs that they came from.

    Parameters
    ----------
    graphs
        How many.
    held
        Bytes of tensors that these graphs hold for backward.
    """

    graphs: int
    held: int

    def sentence(self) -> Sentence:
        """Count the graphs and the bytes."""
        freed = (
            f" They hold {thousands(self.held)} bytes of saved tensors."
            if self.held
            else " Their saved tensors are freed, as backward went through them; the nodes stay."
        )
        return (
            Strong("The graphs are kept."),
            f" {self.graphs} of the numbers that the loop keeps {'is a tensor' if self.graphs == 1 else 'are tensors'} "
            f"with a graph behind {'it' if self.graphs == 1 else 'them'}.{freed} ",
            Code(".item()"),
            " keeps the number alone.",
        )


@dataclass(frozen=True, slots=True)
class NothingLearnedYetChanged(Claim):
    """No weight has changed, and yet the validation loss has.

    Parameters
    ----------
    first, last
        Validation loss after the first and after the last epoch.
    """

    first: float
    last: float

    def sentence(self) -> Sentence:
        """Give both losses."""
        return (
            Strong("Nothing was learned, and the answers changed."),
            f" The validation loss goes from {_short(self.first)} to {_short(self.last)} with the same weights. ",
            Code("no_grad()"),
            " switches recording off; it is ",
            Code("eval()"),
            " that keeps BatchNorm from moving its running mean.",
        )


@dataclass(frozen=True, slots=True)
class SteppedTwice(Claim):
    """An optimiser steps more than once a batch.

    Parameters
    ----------
    times
        How often.
    rate
        Learning rate.
    """

    times: int
    rate: float

    def sentence(self) -> Sentence:
        """Say what that comes to with plain SGD."""
        return (
            f"Each batch steps {times_text(self.times)} along one gradient: with plain SGD that is the rate "
            f"{_short(self.times * self.rate)} in place of {_short(self.rate)}.",
        )
