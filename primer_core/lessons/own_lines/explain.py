"""What comes of a learner's lines, and what an event makes of a question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from primer_core.lessons.event import Event, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.own_lines.fixes import Fix, fixes_of
from primer_core.lessons.own_lines.opening import question_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import MAX_STEPS, Part, Step, Trace, run
from primer_core.lessons.question import Question


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A part of the program as another lesson shows it.

    Parameters
    ----------
    part
        The part.
    slug
        Of the lesson.
    question
        What that is asked.
    """

    part: Part
    slug: str
    question: Question


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A program up to a step.

    Parameters
    ----------
    trace
        All that it did.
    at
        int, how many of its steps are shown, from 0.
    opened
        The part that is opened; where the program stopped, the one that failed. None where no lesson shows one.
    fixes
        What would work instead of the line that failed.
    """

    trace: Trace
    at: int
    opened: Opened | None
    fixes: tuple[Fix, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that are shown."""
        return self.trace.steps[: self.at]

    @property
    def at_end(self) -> bool:
        """Return whether all steps are shown."""
        return self.at == len(self.trace.steps)


def explain(question: OwnLinesQuestion) -> Shown:
    """Run a program and show it up to a step. It never raises."""
    trace = run(question.program)
    at = min(question.at, len(trace.steps))
    stops = at == len(trace.steps) and trace.stopped is not None
    return Shown(trace, at, _opened(question, trace, at, stops=stops), fixes_of(trace) if stops else ())


def _opened(question: OwnLinesQuestion, trace: Trace, at: int, *, stops: bool) -> Opened | None:
    """Return the part that a place names; else the one that failed; else the last that a lesson shows."""
    parts = [part for step in trace.steps[max(at - 1, 0) : at] for part in step.parts]
    if stops and trace.failed is not None:
        parts.append(trace.failed)
    named = [part for part in parts if place_text(part) == question.opened]
    for part in (*reversed(named), *reversed(parts)):
        found = question_of(part)
        if found is not None:
            return Opened(part, *found)
    return None


def place_text(part: Part) -> str:
    """Write the place of a part as the question keeps it."""
    place = part.place
    return f"{place.line}:{place.column}-{place.end_line}:{place.end_column}"


def react(question: OwnLinesQuestion, event: Event) -> OwnLinesQuestion:
    """Answer an event: what stands at the end stays at the end when the program changes.

    Raises
    ------
    EventError
        If the event cannot be followed; the message says why.
    """
    changed = put_fields(question, event)
    if isinstance(event, Put) and "at" in event.texts and changed.at >= len(run(changed.program).steps):
        return replace(changed, at=MAX_STEPS)
    return changed
