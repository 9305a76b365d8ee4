"""From a program's text to what PyTorch makes of it: every value, flow and answer, as plain data."""

import logging
from dataclasses import dataclass

from primer_core.backend.loading import load_torch
from primer_core.language.rejection import Rejection
from primer_core.lessons.autograd_graph.graph import Finished, Refused, Switches
from primer_core.lessons.autograd_graph.program import Leaf, Program, read_program, with_number
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.lessons.event import Edit, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.outcome import Unread

LEAF = "leaf "
"""What the ids of leaves begin with where their numbers are edited; the leaf's name follows."""

_LONGEST_QUOTE = 40
_LARGEST_WHOLE = 1e15
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
    """Run a program forward and backward in PyTorch, and take down what happens.

    Parameters
    ----------
    text
        Statements, as `primer_core.lessons.autograd_graph.program` reads them.
    switches
        What else is done to it; nothing by default. Names that the program does not have are ignored.

    Returns
    -------
    Unread, Failed, Finished or Refused
        Nothing is raised, whatever the text. A fault of this lesson is logged.
    """
    switches = switches or Switches()
    try:
        return observed(read_program(text), switches)
    except Rejection as rejection:
        return Unread("program", unread(rejection))
    except Exception:
        _log.exception("cannot trace %r with %r", text, switches)
        return Failed(
            "This lesson fails on the program, by a fault of its own: neither the program nor PyTorch is to blame. "
            "Change the program a little."
        )


def observed(program: Program, switches: Switches) -> Finished | Refused:
    """Do what `trace` does for a text that is a program; a fault of this lesson is raised.

    Raises
    ------
    Rejection
        With the verdict *unread* or *unknown*, where something in the program is not known here.
    """
    # PyTorch takes over a second to import: only now is it needed.
    load_torch()
    from primer_core.lessons.autograd_graph.assemble import assemble

    return assemble(program, switches)


def unread(rejection: Rejection) -> str:
    """Return what is wrong with a program, and at which of its letters."""
    place = rejection.place
    if not place.text:
        return rejection.message
    where = f"Line {place.line}, column {place.column + 1}: "
    quote = (
        "" if len(place.text) > _LONGEST_QUOTE or place.text in rejection.message else f" It stands at {place.text}."
    )
    return f"{where}{rejection.message}{quote}"


def react(question: GraphQuestion, event: Event) -> GraphQuestion:
    """Answer a number of a leaf that was edited: it is written into the program, where the leaf stands."""
    match event:
        case Edit(grid, index, value) if grid.startswith(LEAF):
            name = grid.removeprefix(LEAF)
            try:
                program = read_program(question.program)
            except Rejection as rejection:
                message = f"{name} cannot be changed while the program cannot be read: {unread(rejection)}"
                raise EventError(message) from rejection
            leaf = next((leaf for leaf in program.leaves if leaf.name == name), None)
            try:
                text = with_number(program, leaf, index, _written(leaf, float(value))) if leaf is not None else ""
            except IndexError:
                text = ""
            if not text:
                raise EventError(f"Expected a number of a leaf of the program, not {name}{list(index)}.")
            return put_fields(question, Put({"program": text}))
    return put_fields(question, event)


def _written(leaf: Leaf, value: float) -> str:
    """Return a number as code: as short as it can be, but a float where the leaf would else become one of integers."""
    if not value.is_integer() or abs(value) >= _LARGEST_WHOLE:
        return repr(value)
    return f"{int(value)}.0" if leaf.floats_by_point else str(int(value))
