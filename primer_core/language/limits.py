"""All bounds of what is computed for a learner, and how a larger array is refused."""

from math import prod

from primer_core.claims.claim import thousands as thousands

MAX_AXES = 4
"""A picture has room for four axes: columns, rows, panels and rows of panels."""

MAX_ELEMENTS = 4096
"""Elements of an array that a lesson draws. Enough for 64 × 64, and explained within a few milliseconds."""

MAX_SIZE = 2**20
"""Elements of any array that is computed on the way."""

MAX_RANK = 16
"""Axes of any array that is computed on the way; ``einsum`` and windows need a few more than are drawn."""

MAX_BYTES = 16 * 2**20
"""Bytes of any array that is computed on the way."""

MAX_STEPS = 50_000_000
"""Elementary steps of one call: additions, comparisons, cells copied."""

MAX_PROGRAM_STEPS = 4 * MAX_STEPS
"""Elementary steps of all calls of a program."""

MAX_WHOLE = 2**64
"""Whole numbers that are written out or computed in Python stay below this, whatever their sign."""

MAX_TEXT = 10_000
"""Characters of a text that is read."""

MAX_NESTING = 50
"""Levels of a text's syntax tree."""

MAX_LIST = 10_000
"""Entries of a list or a tuple that is computed."""

MAX_ENTRIES = 100_000
"""Entries of a list or a tuple and of all lists in it together."""

MAX_STRING = 200
"""Characters of a text within quotes."""

SECONDS = 2.0
"""Seconds of computing that one answer may take; its process is ended then."""

WALL_SECONDS = 10.0
"""Seconds on the clock after which an answer that waits for something is ended."""

MEMORY = 512 * 2**20
"""Bytes of memory that one answer may take, beyond what its process has already."""


class Refused(ValueError):  # noqa: N818 - a learner's input is refused, the program has no error
    """A learner's input that cannot be taken; the message says what was expected, what was given, what to do.

    It never leaves `primer_core`: explain functions catch it and return its text.
    """


def check_size(shape: tuple[int, ...], what: str = "This array", *, most: int = MAX_ELEMENTS) -> None:
    """Refuse a shape that has too many axes or elements. Nothing is allocated.

    Raises
    ------
    Refused
        If `shape` has more than `MAX_AXES` axes or more than `most` elements.
    """
    if len(shape) > MAX_AXES:
        raise Refused(
            f"{what} has {len(shape)} axes, but a picture has room for {MAX_AXES}: leave out {len(shape) - MAX_AXES}."
        )
    if prod(shape) > most:
        raise Refused(
            f"{what} has {thousands(prod(shape))} elements, but at most {thousands(most)} are "
            "computed here: smaller axes show the same rule."
        )
