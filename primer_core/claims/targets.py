"""What is said of the targets of losses: which value is at fault, and what a loss takes."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape, counted, listed, signed


@dataclass(frozen=True, slots=True)
class NoSuchClass(Claim):
    """Values of a target are no class numbers of the logits.

    Parameters
    ----------
    logits, target
        As code.
    classes
        How many there are.
    faults
        Place and value of each number of the target that names none; the place is −1 in a target of one number.
    """

    logits: str
    target: str
    classes: int
    faults: tuple[tuple[int, int], ...]

    def sentence(self) -> Sentence:
        """Name the values and where they stand, and the classes that there are."""
        shown = self.faults[:_MOST]
        found = listed([signed(value) + (f" at place {place}" if place >= 0 else "") for place, value in shown])
        more = f", and {len(self.faults) - _MOST} more" if len(self.faults) > _MOST else ""
        only = "the only class is 0" if self.classes == 1 else f"its classes are 0 to {self.classes - 1}"
        count = counted(self.classes, "score")
        minus = " Unlike an index of Python, −1 is not the last class." if -1 in dict(self.faults).values() else ""
        return (
            Code(self.target),
            f" holds {found}{more}. ",
            Code(self.logits),
            f" has {count} in a row, so {only}.{minus}",
        )


_MOST = 4
"""Values at fault that a sentence names."""


@dataclass(frozen=True, slots=True)
class CountedFromOne(Claim):
    """The labels run from 1 to the number of classes: one class more would take them without an error.

    Parameters
    ----------
    classes
        How many the logits have.
    """

    classes: int

    def sentence(self) -> Sentence:
        """Say what would become of one more class."""
        return (
            f"These labels run up to {self.classes}, and none is 0. With {self.classes + 1} scores in a row PyTorch "
            "would take them without a word, and class 0 would never be right.",
        )


@dataclass(frozen=True, slots=True)
class TwoKinds(Claim):
    """A target is class numbers, or a probability for each class.

    Parameters
    ----------
    numbers, probabilities
        The shape of each for these logits.
    """

    numbers: Shape
    probabilities: Shape

    def sentence(self) -> Sentence:
        """Say how PyTorch tells which is meant."""
        return (
            f"A target is either class numbers, of shape {self.numbers} and int64, or a probability for each class, "
            f"of shape {self.probabilities} and a floating dtype.",
        )


@dataclass(frozen=True, slots=True)
class IgnoresNoClass(Claim):
    """``ignore_index`` names a class number, and the target holds probabilities.

    Parameters
    ----------
    index
        That was given.
    """

    index: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (
            Code(f"ignore_index={self.index}"),
            " names a class number, and this target has none: it holds a probability for each class.",
        )


@dataclass(frozen=True, slots=True)
class AnswerDtype(Claim):
    """The answers to yes or no have another dtype than the logits.

    Parameters
    ----------
    target, dtype
        As code, and its dtype.
    wanted
        That of the logits.
    """

    target: str
    dtype: str
    wanted: str

    def sentence(self) -> Sentence:
        """Say how yes and no are written."""
        return (
            Code(self.target),
            f" holds {self.dtype}. Yes and no are 1.0 and 0.0, in the dtype of the logits, {self.wanted}.",
        )


@dataclass(frozen=True, slots=True)
class NeedsFloats(Claim):
    """An operation takes floats alone, and was given something else.

    Parameters
    ----------
    name, dtype
        As code, and its dtype.
    by
        The operation.
    """

    name: str
    dtype: str
    by: str

    def sentence(self) -> Sentence:
        """Say what it takes."""
        return (Code(self.name), f" holds {self.dtype}, and ", Code(self.by), " takes floats alone.")


@dataclass(frozen=True, slots=True)
class TargetShape(Claim):
    """A target has another shape than the logits call for.

    Parameters
    ----------
    logits, of
        As code, and their shape.
    target, given
        As code, and its shape.
    wanted
        Shape of class numbers for these logits.
    """

    logits: str
    of: Shape
    target: str
    given: Shape
    wanted: Shape

    def sentence(self) -> Sentence:
        """Give both shapes and what would do."""
        return (
            Code(self.logits),
            f" has the shape {self.of}, and ",
            Code(self.target),
            f" has {self.given}. Class numbers have the shape {self.wanted} here, probabilities {self.of}.",
        )


@dataclass(frozen=True, slots=True)
class TargetDtype(Claim):
    """A target has the right shape, and a dtype that its shape does not go with.

    Parameters
    ----------
    target, dtype
        As code, and its dtype.
    wanted
        The dtype with which it is taken.
    """

    target: str
    dtype: str
    wanted: str

    def sentence(self) -> Sentence:
        """Say what PyTorch takes it for, and which dtype that needs."""
        what = "class numbers, by its shape, which are" if self.wanted == "int64" else "a probability for each logit, "
        what += " int64" if self.wanted == "int64" else f"by its shape, which is {self.wanted}"
        return (Code(self.target), f" holds {self.dtype}. PyTorch takes it for {what}.")


@dataclass(frozen=True, slots=True)
class OutsideZeroToOne(Claim):
    """Binary cross-entropy was given numbers that are no probabilities.

    Parameters
    ----------
    name
        Of what holds them, as code.
    count
        How many of its numbers lie outside of 0 to 1.
    """

    name: str
    count: int

    def sentence(self) -> Sentence:
        """Say how many, and what makes probabilities."""
        some = "one number" if self.count == 1 else f"{self.count} numbers"
        return (
            Code(self.name),
            f" holds {some} outside of 0 to 1. Binary cross-entropy takes probabilities, as sigmoid makes them.",
        )


@dataclass(frozen=True, slots=True)
class ShapesDiffer(Claim):
    """Prediction and target of a loss differ in shape.

    Parameters
    ----------
    first, second
        As code, with its shape.
    """

    first: tuple[str, Shape]
    second: tuple[str, Shape]

    def sentence(self) -> Sentence:
        """Give both shapes."""
        (one, shape), (other, another) = self.first, self.second
        return (
            Code(one),
            f" has the shape {shape}, and ",
            Code(other),
            f" has {another}. This loss pairs them number by number: both need one shape.",
        )


@dataclass(frozen=True, slots=True)
class TargetInBrackets(Claim):
    """One example has a target that is a vector with one number in it.

    Parameters
    ----------
    logits, target
        As code.
    """

    logits: str
    target: str

    def sentence(self) -> Sentence:
        """Say what it should be, and where PyTorch notices."""
        return (
            Code(self.logits),
            " has one axis, so it is one example, and its target is one number. ",
            Code(self.target),
            " is a vector with one number in it: going forward PyTorch lets it pass, going back not.",
        )
