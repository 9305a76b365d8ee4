"""What often surprises where a network learns: what the loss compares, what a step changes, at which rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, listed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class AgainstEvery(InAWord, Claim):
    """A loss compared each of n numbers with each of n others.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    left, right
        Shapes of what it compared.
    instead
        The loss that compares each with its own.
    """

    word: ClassVar[str] = "each with every"
    run: Run
    code: str
    left: Shape
    right: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give the shapes, and name the loss of equal ones."""
        count = self.left[0]
        return (
            Code(self.code),
            f" compares each prediction with every target: {self.left} and {self.right} stretch to {(count, count)}. ",
            Code(self.instead),
            " compares each with its own",
        )


@dataclass(frozen=True, slots=True)
class NumberByNumber(InAWord, Claim):
    """What would let a column and a row meet number by number.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The operation, with the column squeezed.
    shape
        Of its result.
    """

    word: ClassVar[str] = "number by number"
    run: Run
    code: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Give the shape."""
        return (Code(self.code), f" pairs each number with its own: {self.shape}")


@dataclass(frozen=True, slots=True)
class NoLeafNow(InAWord, Claim):
    """A name of a leaf with a gradient was bound to a tensor that was computed from it.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    code
        What was computed.
    instead
        The statement that changes the leaf itself, where nothing is recorded.
    """

    word: ClassVar[str] = "no leaf now"
    run: Run
    name: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what becomes of its gradient, and name what changes the leaf."""
        return (
            Name(self.name),
            " is bound to a new tensor, ",
            Code(self.code),
            ", which is no leaf: backward() leaves its .grad None. ",
            Code(f"with torch.no_grad(): {self.instead}"),
            " changes the leaf itself",
        )


@dataclass(frozen=True, slots=True)
class FirstRateSkipped(InAWord, Claim):
    """A scheduler took a step before its optimiser took the first one.

    Parameters
    ----------
    run
        Which line, and when: the scheduler's first step.
    scheduler, optimiser
        What code calls them.
    rate, used
        The learning rate before that line, and that of the optimiser's first step, as code writes them.
    """

    word: ClassVar[str] = "first rate skipped"
    run: Run
    scheduler: str
    optimiser: str
    rate: str
    used: str

    def sentence(self) -> Sentence:
        """Give both rates."""
        return (
            Code(f"{self.scheduler}.step()"),
            " came before the first ",
            Code(f"{self.optimiser}.step()"),
            f", which so has the rate {self.used} instead of {self.rate}. The optimiser steps first",
        )


@dataclass(frozen=True, slots=True)
class KeptAreScaled(InAWord, Claim):
    """Dropout divided what it kept by the share that it keeps.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    dropped
        The probability p, as code writes it.
    given, kept
        The first number that was kept, and what became of it, with four digits.
    ends
        What makes a call change nothing: ``drop.eval()``, or the argument ``training=False``.
    """

    word: ClassVar[str] = "divided by 1 − p"
    run: Run
    code: str
    dropped: str
    given: str
    kept: str
    ends: str

    def sentence(self) -> Sentence:
        """Give p and the number."""
        return (
            Code(self.code),
            f" sets numbers to 0 at random, with p = {self.dropped}, and divides those that it keeps by 1 − p, so that "
            f"the mean stays on average: {self.given} becomes {self.kept}. With ",
            Code(self.ends),
            " it changes nothing",
        )


@dataclass(frozen=True, slots=True)
class SigmoidAgain(InAWord, Claim):
    """A loss that applies a sigmoid itself was given what a sigmoid gave.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What it was given.
    """

    word: ClassVar[str] = "sigmoid again"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say what is done to it."""
        return (
            Code(self.code),
            " is what a sigmoid gave, and this loss takes logits: it applies the sigmoid once more",
        )


@dataclass(frozen=True, slots=True)
class NeverStepped(InAWord, Claim):
    """A program found gradients, and no optimiser took a step.

    Parameters
    ----------
    run
        Which line made the optimiser, and when.
    name
        The optimiser.
    """

    word: ClassVar[str] = "never steps"
    run: Run
    name: str

    def sentence(self) -> Sentence:
        """Say what changes no parameter."""
        return (
            Name(self.name),
            " takes no step in this program: backward() finds gradients, and only ",
            Code(f"{self.name}.step()"),
            " changes the parameters by them",
        )


@dataclass(frozen=True, slots=True)
class NumbersTaken(InAWord, Claim):
    """A tensor was made of the numbers of tensors that require a gradient.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What makes it.
    instead
        What joins the tensors and keeps the way back.
    """

    word: ClassVar[str] = "no way back"
    run: Run
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what it knows of them, and what knows more."""
        return (
            Code(self.code),
            " takes the numbers of its tensors alone, and is a new leaf: no gradient comes back from it to what they "
            "were computed of. ",
            Code(self.instead),
            " keeps the way back",
        )


@dataclass(frozen=True, slots=True)
class GrewByItsStep(InAWord, Claim):
    """A step of a parameter was taken for each of many samples, so that the name stands for more numbers than before.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The parameter.
    code
        What was added to it or subtracted from it.
    before, after
        Its shape before and after the line.
    axes
        Of what was added, those along which the parameter was stretched.
    instead
        The line with the sum along these.
    """

    word: ClassVar[str] = "grew"
    run: Run
    name: str
    code: str
    before: Shape
    after: Shape
    axes: tuple[int, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Say how it grew, and what its change is where it serves all samples."""
        had = f" had shape {self.before}" if self.before else " was one number"
        places = " × ".join(str(self.after[axis]) for axis in self.axes)
        along = f"{'axis' if len(self.axes) == 1 else 'axes'} {listed(list(map(str, self.axes)))}"
        return (
            Name(self.name),
            f"{had} and has {self.after} now: ",
            Code(self.code),
            f" holds a change for each of {places} places along {along}. Where one ",
            Name(self.name),
            " serves all of them, as a bias does, its change is their sum: ",
            Code(self.instead),
        )
