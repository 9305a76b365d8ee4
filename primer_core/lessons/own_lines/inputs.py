"""Lines that give an input to a network which a program makes and never calls: the first that works, else the first."""

from __future__ import annotations

from dataclasses import dataclass
from time import thread_time

from primer_core.language.programs.layers import Forward
from primer_core.language.programs.reading import MAX_LINES
from primer_core.lessons.own_lines.trace import Trace, tried

_SECONDS = 0.3
"""Computing time that is spent on trying."""


@dataclass(frozen=True, slots=True)
class Input:
    """A line with which a network is called.

    Parameters
    ----------
    name
        Of the network.
    line
        The line.
    gives
        Shape of what the network returns; empty where it fails.
    error
        Name of the exception; empty where it works.
    source
        The program with it.
    """

    name: str
    line: str
    gives: str
    error: str
    source: str


def input_of(trace: Trace) -> Input | None:
    """Return the input that is offered; None where every network of the program is called, or there is no room."""
    if trace.stopped is not None or len(trace.source.split("\n")) >= MAX_LINES:
        return None
    failing: Input | None = None
    began = thread_time()
    for line in trace.idle:
        source = f"{trace.source}\n{line}"
        mended, name = tried(source, trace.given), line.partition("(")[0]
        forwards = [forward for step in mended.steps for forward in step.forwards]
        if mended.stopped is None and forwards:
            return Input(name, line, _given(forwards[-1]), "", source)
        stopped = mended.stopped
        if failing is None and stopped is not None and stopped.declined is not None:
            failing = Input(name, line, "", stopped.declined.kind, source)
        if thread_time() - began > _SECONDS:
            break
    return failing


def _given(forward: Forward) -> str:
    gave = forward.layers[0].gave
    return str(gave[0]) if gave else ""
