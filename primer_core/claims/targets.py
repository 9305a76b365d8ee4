"""What is said of the targets of losses: which value is at fault, and what a loss takes."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, listed, signed

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NoSuchClass(Claim):
    """Values of a target are no class numbers of the logits.

    Parameters
    ----------
    logits
        As code.
    classes
        How many there are.
    values
        Those of the target that name none.
    """

    logits: str
    classes: int
    values: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Name the values, and the classes that there are."""
        found = listed([signed(value) for value in self.values])
        are = "is no class" if len(self.values) == 1 else "are no classes"
        only = "the only class is 0" if self.classes == 1 else f"its classes are 0 to {self.classes - 1}"
        count = "1 score" if self.classes == 1 else f"{self.classes} scores"
        return (f"{found} {are}: ", Code(self.logits), f" has {count} in a row, so {only}.")


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
