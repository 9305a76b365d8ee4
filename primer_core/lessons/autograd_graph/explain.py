"""From a program's text to a `GraphTrace`: every value, flow and answer of PyTorch, as plain data."""

import logging

from primer_core.language.program import Program, ProgramError, parse
from primer_core.lessons.autograd_graph.graph import GraphTrace, Switches, TraceError

_log = logging.getLogger(__name__)


def trace(text: str, switches: Switches | None = None) -> GraphTrace:
    """Run a program forward and backward in PyTorch, in float32, and take down what happens.

    Parameters
    ----------
    text
        In the language of `primer_core.language.program`.
    switches
        What else is done to it; nothing by default. Names that the program does not have are ignored.

    Returns
    -------
    GraphTrace
        Mistakes and refusals stand in its `error`; nothing is raised, whatever the text. A fault of this lesson is
        logged, and stands there as what it is, at stage ``lesson``.
    """
    switches = switches or Switches()
    program = parse(text)
    if isinstance(program, ProgramError):
        cause = f"Expected {program.expected}, but got {program.given}."
        return GraphTrace(text, switches, None, TraceError("program", cause, program.fix, place=program.place))
    try:
        return observed(text, program, switches)
    except Exception:
        _log.exception("cannot trace %r with %r", text, switches)
        cause = "This lesson fails on the program, by a fault of its own: neither the program nor PyTorch is to blame."
        return GraphTrace(text, switches, program, TraceError("lesson", cause, "Change the program a little."))


def observed(text: str, program: Program, switches: Switches) -> GraphTrace:
    """Do what `trace` does for a text that is a program; a fault of this lesson is raised."""
    # PyTorch takes over a second to import: only now is it needed.
    from primer_core.lessons.autograd_graph.assemble import assemble

    return assemble(text, program, switches)
