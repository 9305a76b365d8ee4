"""Claims of calls that give something else than they seem to, and of what looks like a call and is none."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted, listed, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class MethodNotCalled(InAWord, Claim):
    """A method of an array, a network or what trains one stands without brackets, so that it is not called.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The method, as ``x.mean``.
    """

    word: ClassVar[str] = "not called"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say what stands there, and what would call it."""
        return (Code(self.code), " is the method itself, and no call: ", Code(f"{self.code}()"), " calls it")


@dataclass(frozen=True, slots=True)
class SqueezesNothing(InAWord, Claim):
    """An axis was to be squeezed whose size is not 1, and stays.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    axis, size
        The axis, counted from 0, and its size.
    """

    word: ClassVar[str] = "squeezes nothing"
    run: Run
    code: str
    axis: int
    size: int

    def sentence(self) -> Sentence:
        """Say why the axis stays."""
        return (
            Code(self.code),
            f" leaves the shape as it is: axis {self.axis} has size {self.size}, and squeeze takes away axes of size 1 "
            "alone",
        )


@dataclass(frozen=True, slots=True)
class PlacesInATuple(InAWord, Claim):
    """What says where a condition holds gives a tuple of arrays.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    axes
        int, how many axes the condition has, and so many arrays stand in the tuple.
    """

    word: ClassVar[str] = "a tuple"
    run: Run
    code: str
    axes: int

    def sentence(self) -> Sentence:
        """Say what stands in it."""
        if self.axes == 1:
            return (
                Code(self.code),
                " is a tuple, though there is one axis: the places are in ",
                Code(f"{self.code}[0]"),
            )
        return (
            Code(self.code),
            f" is a tuple with an entry for each of {self.axes} axes: ",
            Code(f"{self.code}[0]"),
            " holds the indices along axis 0",
        )


@dataclass(frozen=True, slots=True)
class MadeAlike(InAWord, Claim):
    """A list of values of several types became an array of one dtype.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    dtype
        Of the array.
    given, stored
        One of the values, and what stands in its place.
    """

    word: ClassVar[str] = "one dtype"
    run: Run
    code: str
    dtype: str
    given: str
    stored: str

    def sentence(self) -> Sentence:
        """Say what the value became."""
        return (
            "all cells of an array have one dtype. That of ",
            Code(self.code),
            f" is {self.dtype}, so ",
            Code(self.given),
            " is stored as ",
            Code(self.stored),
        )


@dataclass(frozen=True, slots=True)
class SizeNotNumber(InAWord, Claim):
    """Numbers were given to ``torch.Tensor`` or its like, which takes them as sizes.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    sizes
        The numbers.
    """

    word: ClassVar[str] = "a size"
    run: Run
    code: str
    sizes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say what is made, and what holds the numbers."""
        alone = len(self.sizes) == 1
        made = counted(self.sizes[0], "cell") if alone else f"cells of shape {self.sizes}"
        return (
            Code(self.code),
            f" makes {made} and puts no number there. ",
            Code(f"torch.tensor({self.sizes[0] if alone else list(self.sizes)})"),
            f" holds the {'number' if alone else 'numbers'} {listed(list(map(str, self.sizes)))}",
        )


@dataclass(frozen=True, slots=True)
class FloatsOfWholes(InAWord, Claim):
    """A list of whole numbers was given to ``torch.Tensor`` in a program that knows ``torch.tensor``, too.

    Parameters
    ----------
    run
        Which line, and when.
    code, instead
        The call, and the same list given to ``torch.tensor``.
    dtype
        What the call makes.
    """

    word: ClassVar[str] = "always floats"
    run: Run
    code: str
    instead: str
    dtype: str

    def sentence(self) -> Sentence:
        """Give both dtypes."""
        return (
            Code(self.code),
            f" is {self.dtype}, whatever numbers stand in the list. ",
            Code(self.instead),
            " takes its dtype from them: of whole numbers alone it makes int64",
        )


@dataclass(frozen=True, slots=True)
class LossNotComputed(InAWord, Claim):
    """A loss function was made with tensors in the place of its settings, and never called.

    Parameters
    ----------
    run
        Which line, and when.
    name
        What it is bound to.
    code, instead
        What made it, and what computes a loss.
    """

    word: ClassVar[str] = "no loss"
    run: Run
    name: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what the name is, and what to write."""
        return (
            Name(self.name),
            " is a loss function and no loss: the first brackets behind ",
            Code(self.code.partition("(")[0]),
            " hold its settings. ",
            Code(self.instead),
            " asks it for the loss",
        )


@dataclass(frozen=True, slots=True)
class ComparedNotStored(InAWord, Claim):
    """A line compared, and nothing keeps the answers.

    Parameters
    ----------
    run
        Which line, and when.
    code, instead
        The comparison, and the assignment.
    """

    word: ClassVar[str] = "compares"
    run: Run
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what the line does, and what would store."""
        return (Code(self.code), " compares, and nothing keeps the answers. ", Code(self.instead), " assigns")


@dataclass(frozen=True, slots=True)
class InPercent(InAWord, Claim):
    """A percentile was asked for by a number below 1, as a share of the whole would be.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    instead
        The call that takes a share.
    share
        That number.
    """

    word: ClassVar[str] = "percent"
    run: Run
    code: str
    instead: str
    share: float

    def sentence(self) -> Sentence:
        """Say what the number means here, and what takes a share."""
        return (
            Code(self.code),
            f" counts in percent: {self.share:g} means {self.share:g} %. ",
            Code(self.instead),
            f" takes {self.share:g} as a share of all",
        )


@dataclass(frozen=True, slots=True)
class PicksNothing(InAWord, Claim):
    """A slice picks nothing, as it stops where it starts, or before.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What picks.
    start, stop
        int, where the slice starts and stops, as written.
    size
        int, of the axis.
    backwards
        What picks backwards between the two, as code; empty where nothing does.
    on
        What goes on to the end from a start that is counted from there, as code; empty where the stop is not 0.
    """

    word: ClassVar[str] = "picks nothing"
    run: Run
    code: str
    start: int
    stop: int
    size: int
    backwards: str
    on: str = ""

    def sentence(self) -> Sentence:
        """Say why."""
        return (
            Code(self.code),
            f" is empty: of size {self.size} it goes forwards from {signed(self.start)}, and {signed(self.stop)} is "
            "not behind that",
            *((". ", Code(self.on), " goes on to the end") if self.on else ()),
            *((". ", Code(self.backwards), " goes backwards") if self.backwards else ()),
        )


@dataclass(frozen=True, slots=True)
class CaughtRefusal(InAWord, Claim):
    """An exception that the program catches, and why it was raised.

    Parameters
    ----------
    run
        Which line comes next, and when: the first in the handler.
    line
        int, the line that was refused.
    code
        What was refused there.
    error
        Name of the exception.
    said
        Why, in a sentence.
    """

    word: ClassVar[str] = "caught"
    run: Run
    line: int
    code: str
    error: str
    said: str

    def sentence(self) -> Sentence:
        """Name the line and the exception, and say why."""
        return (
            f"Line {self.line} failed at ",
            Code(self.code),
            f", and its {self.error} was caught. {self.said.removesuffix('.')}",
        )

    def teaches(self) -> Hashable:
        """Return why: a line that is refused in other ways each time teaches each of them."""
        return type(self), self.said
