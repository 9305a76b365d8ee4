"""From a program's text to what PyTorch makes of it: every value, flow and answer, as plain data."""

import logging
from dataclasses import dataclass

from primer_core.backend.loading import load_torch
from primer_core.language.program import Array, Number, Program, ProgramError, parse, with_value
from primer_core.lessons.autograd_graph.graph import Finished, Refused, Switches
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.lessons.event import Edit, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.outcome import Unread

LEAF = "leaf "
"""What the ids of leaves begin with where their numbers are edited; the leaf's name follows."""

_LONGEST_QUOTE = 24
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """This lesson failed on a program, by a fault of its own.

    Parameters
    ----------
    message
        Plain text: who is to blame, and what to do.
    """

    message: str


Outcome = Unread | Failed | Finished | Refused
"""What comes of a question."""


def explain(question: GraphQuestion) -> Outcome:
    """Explain what PyTorch makes of a program; nothing that is typed makes it raise."""
    return trace(question.program, question.switches)


def trace(text: str, switches: Switches | None = None) -> Outcome:
    """Run a program forward and backward in PyTorch, in float32, and take down what happens.

    Parameters
    ----------
    text
        In the language of `primer_core.language.program`.
    switches
        What else is done to it; nothing by default. Names that the program does not have are ignored.

    Returns
    -------
    Unread, Failed, Finished or Refused
        Nothing is raised, whatever the text. A fault of this lesson is logged.
    """
    program = parse(text)
    if isinstance(program, ProgramError):
        return Unread("program", _unreadable(text, program))
    switches = switches or Switches()
    try:
        return observed(program, switches)
    except Exception:
        _log.exception("cannot trace %r with %r", text, switches)
        return Failed(
            "This lesson fails on the program, by a fault of its own: neither the program nor PyTorch is to blame. "
            "Change the program a little."
        )


def observed(program: Program, switches: Switches) -> Finished | Refused:
    """Do what `trace` does for a text that is a program; a fault of this lesson is raised."""
    # PyTorch takes over a second to import: only now is it needed.
    load_torch()
    from primer_core.lessons.autograd_graph.assemble import assemble

    return assemble(program, switches)


def react(question: GraphQuestion, event: Event) -> GraphQuestion:
    """Answer a number of a leaf that was edited: it is written into the program, where the leaf stands."""
    match event:
        case Edit(grid, index, value) if grid.startswith(LEAF):
            name = grid.removeprefix(LEAF)
            program = parse(question.program)
            if isinstance(program, ProgramError):
                raise EventError(f"{name} cannot be changed while the program cannot be read: {program.message}")
            text = with_value(program, name, _literal(program, name, index, value))
            changed = parse(text)
            if isinstance(changed, ProgramError):
                raise EventError(f"{name} cannot be {_written(value)}. {changed.message}")
            return put_fields(question, Put({"program": text}))
    return put_fields(question, event)


def _literal(program: Program, name: str, index: tuple[int, ...], value: float) -> str:
    """Return the numbers of a leaf, one of them replaced, as they are typed."""
    leaf = next((leaf.expression for leaf in program.leaves if leaf.name == name), None)
    written = _written(value)
    match leaf, index:
        case Number(), ():
            return written
        case Array(rows, ndim), (*_, column) if len(index) == ndim:
            row = index[0] if ndim == 2 else 0
            if 0 <= row < len(rows) and 0 <= column < len(rows[row]):
                texts = [[_written(number) for number in numbers] for numbers in rows]
                texts[row][column] = written
                lines = [f"[{', '.join(numbers)}]" for numbers in texts]
                return lines[0] if ndim == 1 else f"[{', '.join(lines)}]"
    raise EventError(f"Expected a number of a leaf of the program, not {name}{list(index)}.")


def _written(value: float) -> str:
    """Return a number as short as it can be read back: 2 and not 2.0."""
    return str(int(value)) if value == int(value) else repr(value)


def _unreadable(text: str, error: ProgramError) -> str:
    """Return what is wrong with a program, and at which of its letters."""
    lines = text.replace("\r\n", "\n").split("\n")
    line = lines[error.place.line - 1] if error.place.line <= len(lines) else ""
    piece = line[error.place.column - 1 : error.place.end_column - 1].strip()
    if not piece or piece in error.given or len(piece) > _LONGEST_QUOTE:
        return error.message
    return f"{error.message} It stands at {piece}."
