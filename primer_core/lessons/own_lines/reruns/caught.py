"""Exceptions that a program catches: each as if nothing had caught it, so that its cause can be told."""

from __future__ import annotations

import ast
from functools import lru_cache

from primer_core.lessons.own_lines.failing import nodes_of
from primer_core.lessons.own_lines.trace import Trace, uncaught

_MOST = 4
"""Exceptions that are looked at."""


@lru_cache(maxsize=4)
def caught_in(trace: Trace) -> tuple[Trace, ...]:
    """Return for each of the first exceptions that a program catches what it did until then."""
    tries = [node for node in nodes_of(trace.source) if isinstance(node, ast.Try)]
    if not tries or any(node.finalbody for node in tries) or len(trace.steps) < trace.taken:
        return ()
    found: list[Trace] = []
    while len(found) < _MOST:
        until = uncaught(trace.source, trace.given, len(found))
        if until is None:
            break
        found.append(until)
    return tuple(found)
