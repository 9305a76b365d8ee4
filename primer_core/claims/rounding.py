"""What is said of what a dtype can hold: overflow, underflow, and how far rounding moves a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim, Code, Sentence, Strong
from primer_core.claims.numbers import short_number


@dataclass(frozen=True, slots=True)
class SameUnderShift(Claim):
    """A constant that is added to every logit changes the probabilities by rounding alone.

    Parameters
    ----------
    constant
        That is added.
    dtype
        In which it is computed.
    tolerance
        The largest change of a probability.
    """

    constant: float
    dtype: str
    tolerance: float

    def sentence(self) -> Sentence:
        """Say what cancels, and how far rounding goes."""
        by = "leaves every probability as it is" if not self.tolerance else (
            f"moves no probability by more than {short_number(self.tolerance)}"
        )  # fmt: skip
        return (
            f"In {self.dtype}, adding {short_number(self.constant)} to every logit {by}: the same factor stands above "
            "and below the line, and cancels. That is why the largest logit may be taken off first, and then no "
            "exponential is above 1.",
        )


@dataclass(frozen=True, slots=True)
class ShiftRounds(Claim):
    """A constant that is added to every logit moves the probabilities visibly, because the logits are rounded.

    Parameters
    ----------
    constant, dtype
        That is added, and in which it is held.
    p, loss
        The largest change of a probability, and that of the loss.
    """

    constant: float
    dtype: str
    p: float
    loss: float

    def sentence(self) -> Sentence:
        """Give both changes."""
        return (
            Strong(f"Adding {short_number(self.constant)} rounds the logits in {self.dtype}."),
            f" Against no shift, a probability changes by up to {short_number(self.p)} and the loss by "
            f"{short_number(self.loss)}. In exact arithmetic neither would.",
        )


@dataclass(frozen=True, slots=True)
class Overflows(Claim):
    """An exponential, or the sum of them, is larger than a dtype can hold.

    Parameters
    ----------
    dtype
        The dtype.
    exponent
        The largest one.
    limit
        The largest whose exponential it can hold.
    """

    dtype: str
    exponent: float
    limit: float

    def sentence(self) -> Sentence:
        """Give the exponent and the limit."""
        what = f"e^{short_number(self.exponent)}" if self.exponent > self.limit else "The sum of the exponentials"
        return (f"{what} is more than {self.dtype} can hold, which overflows above e^{short_number(self.limit)}.",)

    def brief(self) -> str:
        """Write the claim as few words."""
        return "the naive form overflows"


@dataclass(frozen=True, slots=True)
class Underflows(Claim):
    """Every exponential is so small that it is rounded to 0.

    Parameters
    ----------
    dtype
        The dtype.
    exponent
        The largest one.
    """

    dtype: str
    exponent: float

    def sentence(self) -> Sentence:
        """Give the largest exponent, and what comes of it."""
        return (
            f"Even the largest exponential, e^{short_number(self.exponent)}, is too small for {self.dtype} and is "
            "rounded to 0; log 0 is −inf.",
        )

    def brief(self) -> str:
        """Write the claim as few words."""
        return "the naive form underflows"


@dataclass(frozen=True, slots=True)
class BothFinite(Claim):
    """Log-sum-exp is finite with the largest logit taken off first, and without."""

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return ("both forms are finite",)


@dataclass(frozen=True, slots=True)
class RoundsToZero(Claim):
    """The probability of the target is rounded to 0 in the stable form as well; log-softmax keeps the loss.

    Parameters
    ----------
    number
        The class.
    dtype
        The dtype.
    loss
        By log-softmax.
    """

    number: int
    dtype: str
    loss: float

    def sentence(self) -> Sentence:
        """Say what is lost and what keeps it."""
        return (
            f"p[{self.number}] is too small for {self.dtype} and is rounded to 0, in the stable form as well: −log p "
            f"is infinite. Log-softmax never computes p, and keeps the loss: {short_number(self.loss)}.",
        )


@dataclass(frozen=True, slots=True)
class SameClass(Claim):
    """Logits and probabilities have the largest number at the same class.

    Parameters
    ----------
    number
        The class.
    """

    number: int

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return (f"both predict class {self.number}",)


@dataclass(frozen=True, slots=True)
class TieByRounding(Claim):
    """Probabilities are rounded to the same number, so that the first of them is taken for the largest.

    Parameters
    ----------
    of_logits, of_p
        The class with the largest logit, and the one that is taken.
    """

    of_logits: int
    of_p: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            f"p[{self.of_logits}] and p[{self.of_p}] are rounded to the same number, and argmax takes the first of "
            "them.",
        )

    def brief(self) -> str:
        """Write the claim as few words."""
        return "a tie by rounding"


@dataclass(frozen=True, slots=True)
class HandDiffers(Claim):
    """What is worked out by hand differs from what PyTorch gives by so much at most.

    Parameters
    ----------
    difference
        The largest, over probabilities, log-sum-exp, loss and gradient.
    """

    difference: float

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return (f"hand and PyTorch differ by at most {short_number(self.difference)}",)


@dataclass(frozen=True, slots=True)
class FormsDiffer(Claim):
    """The two binary losses, which are one formula in exact arithmetic, differ by so much at most.

    Parameters
    ----------
    difference
        The largest of all logits.
    """

    difference: float

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return (f"the two losses differ by at most {short_number(self.difference)}",)


@dataclass(frozen=True, slots=True)
class SigmoidRounds(Claim):
    """A sigmoid is rounded to 0 or 1 while the answer is another, so that binary cross-entropy is held at 100.

    Parameters
    ----------
    z, p
        The logit, divided by T, and its sigmoid.
    dtype
        The dtype.
    flat
        Whether no gradient comes back through it.
    """

    z: float
    p: float
    dtype: str
    flat: bool

    def sentence(self) -> Sentence:
        """Say what is rounded, and what comes of it."""
        flat = " The slope of the sigmoid is 0 there, so that no gradient comes back." if self.flat else ""
        return (
            Strong(f"sigmoid({short_number(self.z)}) is exactly {short_number(self.p)} in {self.dtype}."),
            " BCELoss then takes −100 for log 0, and its loss does not grow any further.",
            f"{flat} With logits nothing is rounded away.",
        )


@dataclass(frozen=True, slots=True)
class GivenNotFinite(Claim):
    """A logit or a target is infinite or no number itself, and PyTorch raises no error.

    Parameters
    ----------
    value
        As Python writes it: ``inf``, ``-inf`` or ``nan``.
    row
        In which it is to blame; 0 where nothing more is known.
    because
        "right" where the logit of the right class is -inf, "all" where all of the row are; empty where nothing more is
        known.
    """

    value: str
    row: int = 0
    because: Literal["", "right", "all"] = ""

    def sentence(self) -> Sentence:
        """Say what comes of it."""
        if self.because == "right":
            return (
                f"In row {self.row} the logit of the right class is ",
                Code(self.value),
                ": its probability is 0, and −log 0 is infinite. PyTorch raises no error for that.",
            )
        if self.because == "all":
            return (
                f"In row {self.row} every logit is ",
                Code(self.value),
                ": the largest less the largest is −inf + inf, which is nan. PyTorch raises no error for that.",
            )
        return (
            "A logit or a target is ",
            Code(self.value),
            ", and the loss or its gradient is not finite. PyTorch raises no error for that.",
        )

    def brief(self) -> str:
        """Write the claim as few words."""
        return "the result is not finite"


@dataclass(frozen=True, slots=True)
class DividedTooFar(Claim):
    """Divided by the temperature, logits lie beyond what a dtype can hold.

    Parameters
    ----------
    temperature, dtype
        By which they are divided, and in which.
    largest
        The largest number of the dtype.
    """

    temperature: float
    dtype: str
    largest: float

    def sentence(self) -> Sentence:
        """Give the largest number."""
        return (
            f"Divided by T = {short_number(self.temperature)}, the logits or their distances leave what {self.dtype} "
            f"can hold: its largest number is {short_number(self.largest)}. Not even the stable form helps there.",
        )

    def brief(self) -> str:
        """Write the claim as few words."""
        return "the result is not finite"


@dataclass(frozen=True, slots=True)
class AtZero(Claim):
    """As the temperature goes to 0, all of the probability goes to the largest logits.

    Parameters
    ----------
    classes
        Those with the largest logit, in the first row.
    """

    classes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        to = f"class {self.classes[0]}" if len(self.classes) == 1 else f"classes {', '.join(map(str, self.classes))}"
        shared = "" if len(self.classes) == 1 else ", in equal shares"
        return (f"As T goes to 0, softmax goes to argmax: all of the probability of a row goes to {to}{shared}.",)
