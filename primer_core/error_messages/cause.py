"""Why a library raises a message: the facts that were read, the sentence they make, and what usually lies behind.

A cause says no more than what is true of every message of its kind.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from primer_core.claims.claim import Sentence, Shape


@dataclass(frozen=True, slots=True)
class Operand:
    """An array that a message speaks of.

    Parameters
    ----------
    role
        What it is in the operation: "a", "b", "output", "value", "place", "index", "mask", "input", "weight", ...
    shape
        Its sizes.
    clashes
        Axes along which it clashes with another operand, from 0.
    """

    role: str
    shape: Shape
    clashes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of the things that usually lie behind a message.

    Parameters
    ----------
    why
        What was meant, or overlooked.
    before, after
        Code that runs as it stands: the first raises a message of the kind, the second works.
    """

    why: Sentence
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LessonLink:
    """The lesson that shows a kind of message.

    Parameters
    ----------
    slug
        Of the lesson.
    parameters
        Of its question, as in an address; empty where it cannot be asked about this message.
    """

    slug: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class Cause(ABC):
    """Why a message was raised: a frozen dataclass whose fields are the facts that were read."""

    __slots__ = ()

    @abstractmethod
    def sentence(self) -> Sentence:
        """Write the cause in plain English."""

    @abstractmethod
    def mistakes(self) -> tuple[Mistake, ...]:
        """Return what usually lies behind it, the most usual first."""

    def operands(self) -> tuple[Operand, ...]:
        """Return the arrays whose shapes are known."""
        return ()

    def lesson(self) -> LessonLink | None:
        """Return the lesson that shows it, or None."""
        return None


@dataclass(frozen=True, slots=True)
class Plain(Cause):
    """A cause whose message holds no fact.

    Parameters
    ----------
    said
        The sentence.
    usual
        What usually lies behind it.
    shown_in
        The lesson that shows it, or None.
    """

    said: Sentence
    usual: tuple[Mistake, ...]
    shown_in: LessonLink | None = None

    def sentence(self) -> Sentence:
        """Return the sentence."""
        return self.said

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return what usually lies behind it."""
        return self.usual

    def lesson(self) -> LessonLink | None:
        """Return the lesson that shows it, or None."""
        return self.shown_in


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message.

    Parameters
    ----------
    name
        Tells kinds apart: ``broadcast``.
    library
        Whose message it is: "NumPy", "PyTorch" or "Python"; a kind that several raise names the first.
    read
        Reads the facts from a match of one of the patterns; None where they contradict what the kind says.
    patterns
        Regular expressions, one a wording.
    """

    name: str
    library: str
    read: Callable[[re.Match[str]], Cause | None]
    patterns: tuple[str, ...]


def kind(name: str, library: str, read: Callable[[re.Match[str]], Cause | None] | Cause, *patterns: str) -> Kind:
    """Make a kind from its patterns; a cause without facts stands in place of `read`."""
    reads = (lambda _: read) if isinstance(read, Cause) else read
    return Kind(name, library, reads, patterns)
