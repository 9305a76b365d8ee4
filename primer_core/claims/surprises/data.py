"""What often surprises in what is gone through: iterators at their end, data sets, samples that are lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted, listed
from primer_core.claims.running import Run, line_of

_GIVEN_BY = ("enumerate", "filter", "map", "reversed", "zip")


@dataclass(frozen=True, slots=True)
class UsedUp(InAWord, Claim):
    """Something that can be gone through once was gone through again, and gave nothing.

    Parameters
    ----------
    run
        Which line, and when: the one that got nothing, or the one that went to the end before.
    name
        What it is called there.
    kind
        Name of its type, as Python gives it.
    made
        What made it, as code.
    other
        The other one of the two lines.
    is_first
        Whether `run` is the line that went to the end.
    """

    word: ClassVar[str] = "used up"
    run: Run
    name: str
    kind: str
    made: str
    other: int
    is_first: bool

    @property
    def kept(self) -> str:
        """What keeps the values, as code."""
        if self.kind.endswith("_iterator") and self.made.startswith("iter("):
            return f"list{self.made.removeprefix('iter')}"
        return f"list{self.made}" if self.made.startswith("(") else f"list({self.made})"

    def sentence(self) -> Sentence:
        """Say which line went to its end, which gets nothing, and what can be gone through again."""
        what: tuple[Code | str, ...] = ("an iterator",)
        if self.kind == "generator":
            what = ("a generator",)
        elif self.kind in _GIVEN_BY or "." in self.kind:
            what = ("what ", Code(self.kind), " gives")
        is_same = self.run[0] == self.other
        if self.is_first:
            again = f"line {line_of(self.other)} gets nothing of it"
            gets = "this line gets nothing of it when it runs again" if is_same else again
            begins: Sentence = ("goes through ", Name(self.name), " to its end, and ", *what)
            return (*begins, f" can be gone through once: {gets}. ", Code(self.kept), " keeps its values")
        before = "this line, when it ran before," if is_same else f"line {line_of(self.other)}"
        return (
            Name(self.name),
            f" gives nothing here: {before} has gone through it to its end, and ",
            *what,
            " can be gone through once. ",
            Code(self.kept),
            " keeps its values",
        )


@dataclass(frozen=True, slots=True)
class LengthNotAsked(InAWord, Claim):
    """A loop goes on behind the length of an object.

    Parameters
    ----------
    run
        Which round of the loop.
    name
        The object.
    index, length
        int, which part the round got, and what ``len`` gives.
    """

    word: ClassVar[str] = "behind its length"
    run: Run
    name: str
    index: int
    length: int

    def sentence(self) -> Sentence:
        """Say what a loop asks for, and what keeps to the length."""
        return (
            "gets ",
            Code(f"{self.name}[{self.index}]"),
            f", though len({self.name}) is {self.length}: of a class with ",
            Code("__getitem__"),
            " and without ",
            Code("__iter__"),
            " a loop asks for ",
            Code(f"{self.name}[0]"),
            ", ",
            Code(f"{self.name}[1]"),
            ", … up to an IndexError, and for no length. ",
            Code(f"for i in range(len({self.name}))"),
            " keeps to it, and so does a ",
            Code("__getitem__"),
            " that raises IndexError there",
        )


@dataclass(frozen=True, slots=True)
class ErrorTakenForEnd(InAWord, Claim):
    """A loop over an object ended before its length, as a line of the object's class raised an IndexError.

    Parameters
    ----------
    run
        Which round of the loop was its last one; the line that bound the name of the object where it had none.
    name
        The object.
    loop
        int, the line of the loop.
    count, length
        int, how many rounds it had, and what ``len`` gives.
    at, code
        The line that raised the error, and what stands there.
    """

    word: ClassVar[str] = "ends by an error"
    run: Run
    name: str
    loop: int
    count: int
    length: int
    at: int
    code: str

    def sentence(self) -> Sentence:
        """Say where the error comes from, and what it is taken for."""
        rounds = "without a round" if not self.count else f"after {counted(self.count, 'round')}"
        return (
            f"The loop of line {self.loop} over ",
            Name(self.name),
            f" ends {rounds}, though len({self.name}) is {self.length}: it asks for ",
            Code(f"{self.name}[0]"),
            ", ",
            Code(f"{self.name}[1]"),
            ", … up to an IndexError, and takes the one that ",
            Code(self.code),
            f" raises in line {self.at} for the end. ",
            Code(f"{self.name}[{self.count}]"),
            " shows the error",
        )


@dataclass(frozen=True, slots=True)
class FieldByField(InAWord, Claim):
    """A loader took the numbers of a list for fields of a sample.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What it joined, as code calls it.
    count, size
        int, how many tensors that holds, and how many samples each of them has.
    """

    word: ClassVar[str] = "place by place"
    run: Run
    code: str
    count: int
    size: int

    def sentence(self) -> Sentence:
        """Say what each tensor is of, and of what one tensor would be made."""
        return (
            Code(self.code),
            f" is a list of {self.count} tensors with {counted(self.size, 'number')} each: a sample has a list there, "
            "and a loader takes the places of a list for fields, and joins each of them by itself. Of a tensor or an "
            f"array in each sample it makes one tensor of shape {(self.size, self.count)}",
        )


@dataclass(frozen=True, slots=True)
class SetOnThePart(InAWord, Claim):
    """An attribute of a part of a data set was set that only the data set itself reads.

    Parameters
    ----------
    run
        Which line, and when.
    name, attribute
        The part, and the attribute.
    others
        Names of other parts of the same data set.
    """

    word: ClassVar[str] = "nobody reads it"
    run: Run
    name: str
    attribute: str
    others: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say whose attribute is read, and whose samples it changes."""
        shared: Sentence = (", which all parts of it share",)
        if self.others:
            shared = (", which ", Code(listed(self.others)), f" {'has' if len(self.others) == 1 else 'have'}, too")
        return (
            Name(self.name),
            " is a Subset, which has its samples of ",
            Code(f"{self.name}.dataset"),
            ": nothing reads ",
            Code(f"{self.name}.{self.attribute}"),
            ". What makes the samples is ",
            Code(f"{self.name}.dataset.{self.attribute}"),
            ", and it stays as it is. That is an attribute of the whole data set",
            *shared,
        )


@dataclass(frozen=True, slots=True)
class BatchesNotSamples(InAWord, Claim):
    """A loader was asked for its length, and its last batch is smaller than the others.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What asks for the length.
    samples, size
        int, how many samples there are, and how many go into a batch.
    """

    word: ClassVar[str] = "batches"
    run: Run
    code: str
    samples: int
    size: int

    def sentence(self) -> Sentence:
        """Say what is counted, and how many samples are in each batch."""
        full, left = divmod(self.samples, self.size)
        return (
            Code(self.code),
            f" counts batches, not samples: {self.samples} samples in batches of {self.size} make {full + 1}, "
            f"{full} of {self.size} and a last one of {left}. An epoch goes through all of them, so many steps where "
            "each batch takes one",
        )
