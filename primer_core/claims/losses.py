"""What is said of losses over classes and of yes or no: what they are, how they are asked for, and their gradients."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Strong, signed
from primer_core.claims.numbers import short_number


@dataclass(frozen=True, slots=True)
class LossIs(Claim):
    """A loss has a value.

    Parameters
    ----------
    kind
        ``cross-entropy`` or ``binary cross-entropy``.
    value
        Of the loss.
    """

    kind: str
    value: float

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return (f"{self.kind} {short_number(self.value)}",)


@dataclass(frozen=True, slots=True)
class LossPerRow(Claim):
    """Without a reduction there is a loss for each row, or for each logit; the gradient shown is that of their sum.

    Parameters
    ----------
    kind
        ``cross-entropy`` or ``binary cross-entropy``.
    count
        How many.
    """

    kind: str
    count: int

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return (f"{self.kind}: {self.count} losses, not reduced to one; the gradient is that of their sum",)


@dataclass(frozen=True, slots=True)
class PMinusY(Claim):
    """The gradient by the logits is prediction minus target, divided by the temperature and by the count of a mean.

    Parameters
    ----------
    temperature
        By which the logits are divided.
    parts
        Over how many losses their mean is taken; 1 where they are summed, or not reduced.
    """

    temperature: float
    parts: int

    def sentence(self) -> Sentence:
        """Say what it is divided by."""
        divisors = [f"T = {short_number(self.temperature)}"] if self.temperature != 1 else []
        divisors += [f"{self.parts}, over which the mean is taken"] if self.parts > 1 else []
        divided = f", divided by {' and by '.join(divisors)}" if divisors else ""
        return ("The gradient of the loss by each logit is ", Strong("p − y"), f"{divided}.")


@dataclass(frozen=True, slots=True)
class SumsNotToOne(Claim):
    """The targets of a row do not sum to 1, so that its gradient is another.

    Parameters
    ----------
    total
        Their sum.
    """

    total: float

    def sentence(self) -> Sentence:
        """Give the sum and the gradient."""
        return (
            f"These targets sum to {short_number(self.total)}. The gradient of the loss by each logit is then ",
            Strong(f"{short_number(self.total)} · p − y"),
            ", divided as the loss is, and not p − y.",
        )


@dataclass(frozen=True, slots=True)
class RowIgnored(Claim):
    """The target of a row is ``ignore_index``: whatever its logits are, it gives nothing.

    Parameters
    ----------
    row
        Its place.
    """

    row: int

    def sentence(self) -> Sentence:
        """Say what it gives."""
        return (f"Row {self.row} is ignored: its loss and its gradient are 0, whatever its logits are.",)


@dataclass(frozen=True, slots=True)
class MeanOver(Claim):
    """The loss is the mean of the losses of the rows that count.

    Parameters
    ----------
    count
        How many rows count.
    """

    count: int

    def sentence(self) -> Sentence:
        """Say over how many."""
        over = "the only row that counts" if self.count == 1 else f"the {self.count} rows that count"
        return (f"The loss is the mean over {over}.",)


@dataclass(frozen=True, slots=True)
class SumOver(Claim):
    """The loss is the sum of the losses of the rows that count.

    Parameters
    ----------
    count
        How many rows count: two or more.
    """

    count: int

    def sentence(self) -> Sentence:
        """Say over how many, and set it beside the mean."""
        return (
            f"The loss is the sum over the {self.count} rows that count: {self.count} times their mean, and so is each "
            "gradient.",
        )


@dataclass(frozen=True, slots=True)
class OneClassAlone(Claim):
    """There is one class only, whose softmax is 1 whatever the logit is."""

    def sentence(self) -> Sentence:
        """Say what that leaves to learn, and what one logit is good for."""
        return (
            "There is one class, and its probability is 1 whatever its logit is. The loss is 0 and so is its gradient, "
            "so that nothing can be learned. One logit answers yes or no: with sigmoid and binary cross-entropy.",
        )


@dataclass(frozen=True, slots=True)
class LeftOut(Claim):
    """Rows of a batch are left out, because of their target.

    Parameters
    ----------
    rows
        How many.
    index
        The target that is ignored.
    """

    rows: int
    index: int

    def sentence(self) -> Sentence:
        """Give the count and the target."""
        rows = "1 row has" if self.rows == 1 else f"{self.rows} rows have"
        return (f"{rows} the target {signed(self.index)}, which is ignore_index, and {_is(self.rows)} left out.",)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


@dataclass(frozen=True, slots=True)
class Smoothed(Claim):
    """Label smoothing takes a share of the target and spreads it over all classes.

    Parameters
    ----------
    share
        That is spread.
    classes
        Over how many.
    """

    share: float
    classes: int

    def sentence(self) -> Sentence:
        """Say what that makes of the target."""
        return (
            f"Label smoothing spreads {short_number(self.share)} of the target over all {self.classes} classes: "
            f"{short_number(self.share / self.classes)} for each, so that even a certain and right prediction has a "
            "loss.",
        )


@dataclass(frozen=True, slots=True)
class SeededBy(Claim):
    """Random numbers that have no seed of their own start from one.

    Parameters
    ----------
    name
        What is drawn: ``logits`` or ``target``.
    line
        Of code that gives the seed.
    """

    name: str
    line: str

    def sentence(self) -> Sentence:
        """Name the line."""
        begin = "are random, and start" if self.name == "logits" else "is random, and starts"
        return (f"The {self.name} {begin} from ", Code(self.line))


@dataclass(frozen=True, slots=True)
class TakesNoLogarithm(Claim):
    """``nll_loss`` takes the numbers as they are: of probabilities it is no cross-entropy, and below 0.

    Parameters
    ----------
    of_p, of_log_p
        The loss of probabilities, and of their logarithms; without a reduction those of the row with the least.
    """

    of_p: float
    of_log_p: float

    def sentence(self) -> Sentence:
        """Give both."""
        return (
            Code("nll_loss"),
            " takes no logarithm: it picks minus the number that it is given. Of probabilities that is "
            f"{short_number(self.of_p)}, below 0; of log-probabilities it is {short_number(self.of_log_p)}.",
        )


@dataclass(frozen=True, slots=True)
class SoftmaxTwice(Claim):
    """``cross_entropy`` takes softmax itself: given probabilities, it takes it once more.

    Parameters
    ----------
    once, twice
        The loss of the logits, and of their softmax.
    """

    once: float
    twice: float

    def sentence(self) -> Sentence:
        """Give both losses."""
        return (
            Code("cross_entropy"),
            " takes logits and computes their softmax itself. Given probabilities, it computes the softmax of these: "
            f"{short_number(self.twice)} in place of {short_number(self.once)}.",
        )


@dataclass(frozen=True, slots=True)
class AllTheSame(Claim):
    """Equal logits give each class the same probability, and a loss that says no more than how many classes there are.

    Parameters
    ----------
    classes
        How many there are.
    loss
        Of the row.
    """

    classes: int
    loss: float

    def sentence(self) -> Sentence:
        """Give the probability and the loss."""
        return (
            f"All logits are equal, so each of the {self.classes} classes has probability 1/{self.classes}. Whichever "
            f"is right, the loss is ln {self.classes} = {short_number(self.loss)}: that of a network that knows "
            "nothing yet.",
        )


@dataclass(frozen=True, slots=True)
class OnlyClassNumbers(Claim):
    """``nll_loss`` does not take probabilities as a target."""

    def sentence(self) -> Sentence:
        """Say which loss takes what."""
        return (
            Code("nll_loss"),
            " takes class numbers alone; ",
            Code("cross_entropy"),
            " takes these probabilities, too.",
        )


@dataclass(frozen=True, slots=True)
class ColumnsSumToOne(Claim):
    """Softmax runs over the rows of a batch, so that not its rows sum to 1, but its columns.

    Parameters
    ----------
    first
        What the probabilities of the first row sum to.
    """

    first: float

    def sentence(self) -> Sentence:
        """Say what sums to 1, and what the first row does."""
        return (
            "Along dim 0 each ",
            Strong("column"),
            " sums to 1, over the rows of the batch: the probabilities of a row depend on the other rows. Those of "
            f"row 0 sum to {short_number(self.first)}.",
        )

    def brief(self) -> str:
        """Write the claim as few words."""
        return "softmax over the rows"


@dataclass(frozen=True, slots=True)
class AnotherLoss(Claim):
    """Log-softmax over the rows gives another loss than ``cross_entropy``, and no error.

    Parameters
    ----------
    rows, classes
        The sum of the losses by log-softmax over the rows, and by ``cross_entropy``.
    """

    rows: float
    classes: float

    def sentence(self) -> Sentence:
        """Give both."""
        return (
            f"Log-softmax over the rows gives a loss of {short_number(self.rows)}, and no error; ",
            Code("cross_entropy"),
            f" takes the classes along dim 1, and gives {short_number(self.classes)}.",
        )


@dataclass(frozen=True, slots=True)
class SigmoidOfDifference(Claim):
    """Of two classes, the probability of the second is the sigmoid of the difference of their logits.

    Parameters
    ----------
    p
        That probability.
    """

    p: float

    def sentence(self) -> Sentence:
        """Say so."""
        return (
            f"With two classes, p[1] = {short_number(self.p)} is the sigmoid of z[1] − z[0], divided by T: what is "
            "asked is yes or no.",
        )


@dataclass(frozen=True, slots=True)
class SigmoidAsSoftmax(Claim):
    """The sigmoid of a logit is the softmax of two logits, of which one is 0.

    Parameters
    ----------
    p
        Of the first logit.
    """

    p: float

    def sentence(self) -> Sentence:
        """Say so."""
        return (
            f"Each logit is a question by itself. Its sigmoid, {short_number(self.p)} of the first, is the softmax of "
            "two logits, itself and 0: a choice between yes and no.",
        )


@dataclass(frozen=True, slots=True)
class NothingCounts(Claim):
    """Every target is ignored, so that the mean is over no row.

    Parameters
    ----------
    index
        The target that is ignored.
    """

    index: int

    def sentence(self) -> Sentence:
        """Say what PyTorch gives."""
        return (
            f"Each target is {signed(self.index)}, which is ignore_index: no row counts. The mean over no rows is "
            "0 / 0, and PyTorch gives nan without an error.",
        )

    def brief(self) -> str:
        """Write the claim as few words."""
        return "every row is ignored"


@dataclass(frozen=True, slots=True)
class NoProbabilities(Claim):
    """Targets of the logits' shape are below 0 or above 1, and PyTorch takes them.

    Parameters
    ----------
    least, most
        Of the row.
    """

    least: float
    most: float

    def sentence(self) -> Sentence:
        """Give both, and say what is not checked."""
        return (
            f"These targets go from {short_number(self.least)} to {short_number(self.most)}, so that they are no "
            "probabilities. PyTorch does not check that.",
        )


@dataclass(frozen=True, slots=True)
class TargetPut(Claim):
    """With another expression as its target, a loss has a value.

    Parameters
    ----------
    action
        What it makes of the target, in a few words.
    code
        The expression.
    gives
        The loss then, summed where it is not reduced.
    """

    action: str
    code: str
    gives: float

    def sentence(self) -> Sentence:
        """Name the expression and the loss."""
        return (f"{self.action}: ", Code(self.code), f" → {short_number(self.gives)}")


@dataclass(frozen=True, slots=True)
class IgnoreIndexPut(Claim):
    """With another ``ignore_index`` a loss has a value.

    Parameters
    ----------
    index
        That is put; −100 is PyTorch's own.
    gives
        The loss then, summed where it is not reduced.
    """

    index: int
    gives: float

    def sentence(self) -> Sentence:
        """Say what is left out then."""
        action = "Ignore no class" if self.index == -100 else f"Leave rows with {signed(self.index)} out"
        return (f"{action}: ", Code(f"ignore_index={self.index}"), f" → {short_number(self.gives)}")


@dataclass(frozen=True, slots=True)
class TemperaturePut(Claim):
    """With another temperature the loss is finite.

    Parameters
    ----------
    temperature
        That is put.
    gives
        The loss then, summed where it is not reduced.
    """

    temperature: float
    gives: float

    def sentence(self) -> Sentence:
        """Name it and the loss."""
        return ("Another temperature: ", Code(f"T = {self.temperature:g}"), f" → {short_number(self.gives)}")


@dataclass(frozen=True, slots=True)
class SummedInstead(Claim):
    """Where every row is ignored, the sum of their losses is 0."""

    def sentence(self) -> Sentence:
        """Name it."""
        return ("Sum in place of the mean: ", Code('reduction="sum"'), " → 0")


@dataclass(frozen=True, slots=True)
class DimPut(Claim):
    """Along another axis softmax is done, or is done over the classes of each row.

    Parameters
    ----------
    dim
        The axis.
    """

    dim: int

    def sentence(self) -> Sentence:
        """Name the axis."""
        return ("Over the classes of each row: ", Code(f"dim={self.dim}"))


@dataclass(frozen=True, slots=True)
class LogitsPut(Claim):
    """With logits of another dtype there is a softmax.

    Parameters
    ----------
    code
        The expression of the logits.
    dtype
        Theirs.
    """

    code: str
    dtype: str

    def sentence(self) -> Sentence:
        """Name the expression."""
        return (f"Logits of {self.dtype}: ", Code(self.code))
