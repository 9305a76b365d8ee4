"""From a program's text to a `GraphTrace`: every value, flow and answer of PyTorch, as plain data."""

from primer_core.language.program import ProgramError, parse
from primer_core.lessons.autograd_graph.graph import GraphTrace, Switches, TraceError


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
        Mistakes and refusals stand in its `error`; nothing is raised for them.
    """
    switches = switches or Switches()
    program = parse(text)
    if isinstance(program, ProgramError):
        cause = f"Expected {program.expected}, but got {program.given}."
        return GraphTrace(text, switches, None, TraceError("program", cause, program.fix, place=program.place))
    # PyTorch takes over a second to import: only now is it needed.
    from primer_core.lessons.autograd_graph.assemble import assemble

    return assemble(text, program, switches)
