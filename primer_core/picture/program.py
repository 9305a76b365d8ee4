"""What an editor shows in a program: the line that is looked at, what fails, and what a press opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple


class Place(NamedTuple):
    """A stretch of a program, from its first character to the one that follows its last.

    Parameters
    ----------
    line, end_line
        Lines, the first of which is 1.
    column, end_column
        Characters of the line that stand before; `ast` counts bytes of UTF-8 instead.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class ProgramFault:
    """What fails, which is underlined in waves.

    Parameters
    ----------
    place
        Where it stands.
    message
        Plain text: what is wrong with it.
    """

    kind: ClassVar[str] = "fault"
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class ProgramMarks:
    """What is marked in a program. All of it belongs to the text that the field's control has as its value.

    A press on an expression, or Ctrl+Enter while the caret stands in it, sends the act ``open`` with the details
    ``field``, the parameter, and ``line``, ``column``, ``end_line`` and ``end_column``, as in `Place`. Of expressions
    that lie in each other the innermost is meant. A press on the number of a line, or Alt+Enter in it, sends the act
    ``line`` with ``field`` and ``line``.

    Parameters
    ----------
    current
        The line that is looked at; 0 for none.
    faulty
        Lines that fail.
    faults
        What fails in them.
    expressions
        What can be opened.
    """

    kind: ClassVar[str] = "programmarks"
    current: int = 0
    faulty: tuple[int, ...] = ()
    faults: tuple[ProgramFault, ...] = ()
    expressions: tuple[Place, ...] = ()
