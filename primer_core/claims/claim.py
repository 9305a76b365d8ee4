"""What a claim is, and the sentence that it writes: a text in spans, without colour or markup."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an array of the program."""

    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter of an axis, which is no array even where it is called like one."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """What matters most in a sentence."""

    text: str


Span = str | Code | Name | Letter | Strong
"""A piece of a sentence; a bare string is plain."""

Sentence = tuple[Span, ...]
"""One or a few sentences that belong together."""

Shape = tuple[int, ...]
"""Sizes of the axes of an array, the first axis first."""

Line = tuple[str, int]
"""A statement of the program: its code, and which of the statements that read so it is, counted from 1."""

Bound = tuple[str, str, int]
"""An array: a name, and the statement that bound the name to it, as in `Line`."""


class Claim(ABC):
    """Something that is said of a program and can be checked by running it."""

    __slots__ = ()

    @abstractmethod
    def sentence(self) -> Sentence:
        """Write the claim in plain English."""

    def brief(self) -> str:
        """Write the claim as a badge or a cell of a table says it, where it stands beside what it is said of."""
        return plain(self.sentence())

    def teaches(self) -> Hashable:
        """Return what there is to learn from it: two claims with the same need not both be said of one line."""
        return type(self)


class InAWord:
    """A claim whose badge says the same of every state: its `word`."""

    __slots__ = ()

    word: ClassVar[str]

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return self.word


def plain(sentence: Sentence) -> str:
    """Return the letters of a sentence alone."""
    return "".join(span if isinstance(span, str) else span.text for span in sentence)


def axis_text(*axes: int) -> str:
    """Write axes as the field does: ``axis 1``, ``axis −1``, ``axes −3, −2``."""
    word = "axis" if len(axes) == 1 else "axes"
    return f"{word} {', '.join(map(signed, axes))}"


def cell_text(name: str, index: tuple[int, ...]) -> str:
    """Write a cell of an array, or the name alone where it has no axis: ``a[0, 1]``."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def number_text(number: float) -> str:
    """Write a number with up to six digits."""
    return signed(str(number) if isinstance(number, bool | int) else f"{number:.6g}")


def signed(number: float | str) -> str:
    """Write a number, or numbers, with the sign that is as wide as a plus."""
    return str(number).replace("-", "−")


def times_text(times: int) -> str:
    """Write how often: ``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join a few words: ``a``, ``a and b``, ``a, b and c``."""
    *most, end = items
    return f"{', '.join(most)} {last} {end}" if most else end


def thousands(number: int) -> str:
    """Write a whole number in groups of three digits, or as a power of ten once it is astronomic."""
    return f"{number:,}".replace(",", " ") if number < 10**12 else f"about 10^{len(str(number)) - 1}"


def percent(share: float, digits: int = 1) -> str:
    """Write a share of 1 in hundredths, with so many digits behind the point: ``90.4 %``."""
    return f"{100 * share:.{digits}f} %"


def called(array: Bound, held: bool) -> str:
    """Write what an array is called: its name, or ``the old a`` where the name is bound to something else by now."""
    return array[0] if held else f"the old {array[0]}"


def counted(count: int, noun: str, several: str = "") -> str:
    """Count things: ``1 byte``, ``2 bytes``, ``2 axes``, where several of them are called so."""
    return f"{count} {noun if count == 1 else several or f'{noun}s'}"
