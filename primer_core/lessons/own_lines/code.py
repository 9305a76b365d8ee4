"""A learner's program as code that runs in plain Python to its end, line by line as it was typed."""

from __future__ import annotations

import ast
from textwrap import indent

from primer_core.language.programs.reading import read_program
from primer_core.lessons.own_lines.trace import Trace


def program_code(trace: Trace) -> str:
    """Return a program up to the statement that stops it, which is caught if it fails and left out if it is not run."""
    lines = _seeded(trace).split("\n")
    stopped = trace.stopped
    if stopped is None:
        return "\n".join(lines)
    if trace.stopped_in is None or stopped.declined is None:
        line = stopped.place.line if trace.stopped_in is None else trace.stopped_in[0]
        return "\n".join([*lines[: line - 1], f"# line {stopped.place.line} is not run here"])
    first, last = trace.stopped_in
    failing = indent("\n".join(lines[first - 1 : last]), "    ")
    return "\n".join([*lines[: first - 1], "try:", failing, "except Exception as error:", "    print(repr(error))"])


def _seeded(trace: Trace) -> str:
    """Return the source, with the seed that random numbers start from here behind the import of their library."""
    lines = trace.source.split("\n")
    if not trace.seeded:
        return trace.source
    program = read_program(trace.source)
    for module, sow in (("numpy", "np.random.seed(0)"), ("torch", "torch.manual_seed(0)")):
        for node in program.nodes:
            match node:
                case ast.Import([ast.alias(name)]) if name == module and node.lineno == node.end_lineno:
                    lines[node.lineno - 1] += f"; {sow}"
                    break
    return "\n".join(lines)
