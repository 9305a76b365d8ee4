"""When it surprises what is gone through: iterators at their end, data sets, samples that are lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.data import UsedUp
from primer_core.lessons.own_lines.object_watch import objects_of
from primer_core.lessons.own_lines.surprises.line import Line
from primer_core.lessons.own_lines.trace import Trace


def _used_up(line: Line) -> Iterator[Claim]:
    watch = objects_of(line.trace)
    for again in () if watch is None else watch.again:
        if again.again == line.run and not again.loops:
            yield UsedUp(line.run, again.name, again.kind, again.made, again.first[0], is_first=False)
            return
        if again.first == line.run and (again.loops or not _is_kept(line.trace, again.again)):
            yield UsedUp(line.run, again.first_name, again.kind, again.made, again.again[0], is_first=True)
            return


def _is_kept(trace: Trace, run: tuple[int, int]) -> bool:
    """Return whether a step of a line is there: one that fails, or goes round not once, has none."""
    return any((step.number, step.run) == run for step in trace.steps)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_used_up,)

OF_LOOPS: tuple[Callable[[Line], Iterator[Claim]], ...] = (_used_up,)
"""What is asked of the line that begins a loop."""
