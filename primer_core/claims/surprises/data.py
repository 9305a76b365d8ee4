"""What often surprises in what is gone through: iterators at their end, data sets, samples that are lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence
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
