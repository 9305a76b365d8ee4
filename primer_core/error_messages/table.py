"""All kinds of messages that are known, and what is made of a pasted text."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from primer_core.claims.claim import Sentence, Shape, counted, listed
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand
from primer_core.error_messages.kinds import (
    calling,
    conversions,
    devices,
    dtypes,
    gradients,
    indices,
    joining,
    layers,
    lists,
    memory,
    products,
    python_values,
    reshaping,
    shapes,
    state_dict,
    transforms,
    warned,
)
from primer_core.error_messages.pasted import LONGEST_MESSAGE, Pasted, Raised, has_exception, read
from primer_core.error_messages.wording import dtypes_in, names_in, shapes_in

KINDS: tuple[Kind, ...] = (
    *shapes.KINDS,
    *products.KINDS,
    *indices.KINDS,
    *dtypes.KINDS,
    *devices.KINDS,
    *transforms.KINDS,
    *gradients.KINDS,
    *state_dict.KINDS,
    *memory.KINDS,
    *reshaping.KINDS,
    *joining.KINDS,
    *layers.KINDS,
    *conversions.KINDS,
    *lists.KINDS,
    *python_values.KINDS,
    *calling.KINDS,
    *warned.KINDS,
)
"""In the order in which they are tried: the first one that fits is taken."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A message whose kind is known.

    Parameters
    ----------
    kind, library
        Name of the kind, and whose message it is: "NumPy", "PyTorch" or "Python".
    raised
        The exception that it is read from: the last one of the text whose message is known.
    cause
        The facts that were read.
    """

    kind: str
    library: str
    raised: Raised
    cause: Cause

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Return what usually lies behind the message, the most usual first."""
        return self.cause.mistakes()

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Return the arrays whose shapes were read, with the axes that clash."""
        return self.cause.operands()

    @property
    def lesson(self) -> LessonLink | None:
        """Return the lesson that shows it, or None."""
        return self.cause.lesson()

    def sentence(self) -> Sentence:
        """Write the cause in plain English."""
        return self.cause.sentence()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message whose kind is not known.

    Parameters
    ----------
    raised
        The exception that ended the program.
    shapes, dtypes, names
        What its message holds of them, in its order; names are what stands in quotes.
    """

    raised: Raised
    shapes: tuple[Shape, ...]
    dtypes: tuple[str, ...]
    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say that the message is not known, and what can be read of it."""
        if not self.raised.message and not self.raised.type:
            return ("There is no message to read.",)
        start = "This message is not known here, so that nothing is said of its cause."
        shapes, dtypes, names = self.shapes[:6], self.dtypes[:6], self.names[:6]
        parts = [
            *([f"{counted(len(shapes), 'shape')}: {listed(list(map(str, shapes)))}"] if shapes else []),
            *([f"{counted(len(dtypes), 'dtype')}: {listed(dtypes)}"] if dtypes else []),
            *([f"{counted(len(names), 'name')}: {listed(names)}"] if names else []),
        ]
        return (f"{start} What can be read of it: {'; '.join(parts)}." if parts else start,)


def recognise(pasted: Pasted) -> Recognised | Unknown:
    """Find the kind of a message, and read its facts.

    Parameters
    ----------
    pasted
        What `read` made of a text. Where the exception that ended the program is not known, those before it are tried,
        from the last to the first.
    """
    for raised in reversed(pasted.chain[-20:]):
        for known, cause in _fitting(raised.message or raised.type):  # some say nothing but what they are
            return Recognised(known.name, known.library, raised, cause)
    message = pasted.message
    return Unknown(pasted.raised, shapes_in(message), dtypes_in(message), names_in(message))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern once it is needed: all together take as long as the rest of an import."""
    return re.compile(pattern)


def _fitting(message: str) -> Iterator[tuple[Kind, Cause]]:
    text = message[:LONGEST_MESSAGE]
    for known in KINDS:
        for pattern in known.patterns:
            if (match := compiled(pattern).search(text)) and (cause := known.read(match)) is not None:
                yield known, cause


def is_error(text: str) -> bool:
    """Return whether a text is an error, and no program, for a box that takes both.

    It is one if it shows an exception as Python does, or reads like a sentence: in a program no two words follow each
    other but for keywords.

    Parameters
    ----------
    text
        Anything.
    """
    if has_exception(text):
        return True
    lines = [line for line in text[:LONGEST_MESSAGE].splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines or any(_STATEMENT.match(line) for line in lines):
        return False
    pairs = max(len(_PAIR.findall(_plain(line))) for line in lines[:20])
    if pairs == 1:
        return isinstance(recognise(read(text)), Recognised)
    return pairs > 1 or any(compiled(pattern).match(lines[0]) for known in KINDS for pattern in known.patterns)


_WORDS = "|".join((*keyword.kwlist, "match", "case"))
_PAIR = re.compile(rf"(?<![\w.])(?!(?:{_WORDS})\b)[A-Za-z_']\w{{0,40}}'? (?=(?!(?:{_WORDS})\b)[A-Za-z_]\w)")
_STATEMENT = re.compile(
    r"\s*(?:import \w|from [\w.]+ import\b|def \w+\(|class \w+[(:]|[A-Za-z_][\w.]{0,60} [-+*/@]?= \S|for \w)"
)
_STRING = re.compile(r"\"[^\"\n]{0,1000}\"|'[^'\n]{0,1000}'(?!\w)")


def _plain(line: str) -> str:
    """Return a line without its comment, and with a name in place of each text in quotes."""
    return _STRING.sub("S ", line[:2000]).split("#")[0].replace("  ", " ")
