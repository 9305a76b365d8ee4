"""What comes of a learner's lines, and what an event makes of a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from primer_core.error_messages import Recognised, Unknown, is_error, read, recognise
from primer_core.language.programs.layers import Forward
from primer_core.lessons.event import Act, Click, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.own_lines.apart import apart
from primer_core.lessons.own_lines.cause import cause_of
from primer_core.lessons.own_lines.failing import operand_names
from primer_core.lessons.own_lines.fixes import Fix, fixes_of
from primer_core.lessons.own_lines.forwards import Forwards, forwards_of
from primer_core.lessons.own_lines.inputs import Input, input_of
from primer_core.lessons.own_lines.lost_gradients import NoWayBack, lost_gradients_of
from primer_core.lessons.own_lines.opening import MOST_WRITTEN, is_join, letters_of, question_of, question_of_shapes
from primer_core.lessons.own_lines.question import SHOWN, OwnLinesQuestion
from primer_core.lessons.own_lines.rounds import round_from
from primer_core.lessons.own_lines.sources import Chain, chain_of, place_of
from primer_core.lessons.own_lines.trace import MAX_STEPS, Part, Step, Trace, run
from primer_core.lessons.own_lines.traps import BY_PROGRAM, Trap, answer_of
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
    called
        What the lesson calls an operand, and what it is called in the program.
    shapes_alone
        Whether the operands were too large to be written out, so that the question has others of their shapes.
    """

    part: Part
    slug: str
    question: Question
    called: tuple[tuple[str, str], ...]
    shapes_alone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A trap whose question stands on the page.

    Parameters
    ----------
    trap
        The trap.
    answer
        What its last statement printed when it ran, or the class of the error that it ended in.
    guess
        As `OwnLinesQuestion.guess`.
    """

    trap: Trap
    answer: str
    guess: str


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
    cause
        Why it failed; None where nothing is known of it that is true here.
    input
        What a network could be given that is never called; None where there is none.
    asked
        What is asked of it; None of a program that is no trap.
    chain
        Where the cell that is looked into came from; None where none is.
    forwards
        What that cell went into; None where nothing is known of it.
    lost
        Where it stopped because there is no way back from a loss: which steps lost the gradient; where it asked for a
        gradient that is None, why it is.
    """

    trace: Trace
    at: int
    opened: Opened | None
    fixes: tuple[Fix, ...]
    cause: Recognised | None = None
    input: Input | None = None
    asked: Asked | None = None
    chain: Chain | None = None
    forwards: Forwards | None = None
    lost: tuple[NoWayBack, ...] = ()

    @property
    def waits(self) -> bool:
        """Return whether nothing is shown before the question is answered."""
        return self.asked is not None and not self.asked.guess

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that are shown."""
        return self.trace.steps[: self.at]

    @property
    def at_end(self) -> bool:
        """Return whether all steps are shown."""
        return self.at == len(self.trace.steps) and not self.waits

    @property
    def forward(self) -> Forward | None:
        """The network that broke, else the one that holds layers and was called last; None where none was."""
        if self.at_end and self.trace.broken is not None:
            return self.trace.broken
        called = [forward for step in self.steps for forward in step.forwards if forward.layers[0].holds]
        return called[-1] if called else None


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """What was pasted is an error message, or a traceback.

    Parameters
    ----------
    known
        Its kind, with what was read out of it.
    """

    known: Recognised | Unknown


Outcome = Shown | Message
"""What comes of a question."""


def explain(question: OwnLinesQuestion) -> Outcome:
    """Run a program and show it up to a step, or read an error message. It never raises."""
    if is_error(question.program):
        return Message(recognise(read(question.program)))
    return explain_trace(question, run(question.program))


def explain_trace(question: OwnLinesQuestion, trace: Trace, most_cells: int = MOST_WRITTEN) -> Shown:
    """Explain a program that has run.

    Parameters
    ----------
    question
        Of that program.
    trace
        What it did.
    most_cells
        As of `question_of`.
    """
    trap = BY_PROGRAM.get(question.program)
    asked = None if trap is None else Asked(trap, answer_of(trace), question.guess)
    if asked is not None and not question.guess:
        return Shown(trace, 0, None, (), asked=asked)
    at = min(question.at, len(trace.steps))
    stops = at == len(trace.steps) and trace.stopped is not None
    lost = apart(partial(lost_gradients_of, trace), ()) if stops else ()
    fixes = apart(partial(fixes_of, trace), ()) if stops else ()
    opened = _opened(question, trace, at, most_cells, stops=stops)
    cause = cause_of(trace) if stops else None
    given = input_of(trace) if at == len(trace.steps) else None
    chain, further = chain_of(trace, at, question.cell), forwards_of(trace, at, question.cell)
    return Shown(trace, at, opened, fixes, cause, given, asked, chain, further, lost)


def asks_pytorch(question: OwnLinesQuestion) -> bool:
    """Return whether PyTorch is needed for the answer."""
    text = question.program
    if is_error(text):
        known = recognise(read(text))
        mistakes = known.mistakes if isinstance(known, Recognised) else ()
        text = "".join(mistake.before + mistake.after for mistake in mistakes)
    return any(word in text for word in ("torch", "nn.", "F."))


def _opened(question: OwnLinesQuestion, trace: Trace, at: int, most_cells: int, *, stops: bool) -> Opened | None:
    """Return the part that a place names; else the one that failed; else the last that a lesson shows."""
    steps = trace.steps[:at]
    if question.opened:
        everywhere = [part for step in reversed(steps) for part in reversed(step.parts)]
        wanted = [part for part in everywhere if place_text(part) == question.opened]
    else:
        wanted = []
    if stops and trace.failed is not None:
        wanted.append(trace.failed)
    for step in reversed(steps):
        wanted.extend(reversed(step.parts))
        if step.bound or step.changed or step.reshaped:
            break  # what stands before a line that only prints is what that speaks of
    for part in wanted:
        whole = question_of(part, most_cells)
        found = whole or question_of_shapes(part)
        if found is not None:
            given = len(part.operands) + len(part.keywords)
            letters = letters_of(part, found[0])
            called = operand_names(trace.source, part.place, letters, given, listed=is_join(part))
            return Opened(part, *found, called, shapes_alone=whole is None)
    return None


def place_text(part: Part) -> str:
    """Write the place of a part as the question keeps it."""
    place = part.place
    return f"{place.line}:{place.column}-{place.end_line}:{place.end_column}"


def react(question: OwnLinesQuestion, event: Event) -> OwnLinesQuestion:
    """Answer an event: a part is opened, a line or a round gone to, a cell looked into; what is at the end stays there.

    Raises
    ------
    EventError
        If the event cannot be followed; the message says why.
    """
    match event:
        case Act("open", {"line": int(line), "column": int(start), "end_line": int(last), "end_column": int(end)}):
            return replace(question, opened=f"{line}:{start}-{last}:{end}")
        case Act("line", {"line": int(line)}):
            steps = run(question.program).steps
            found = [place for place, step in enumerate(steps) if step.line <= line]
            if not found:
                raise EventError(f"Nothing has run up to line {line}.")
            return _ended(replace(question, at=found[-1] + 1, opened="", guess=question.guess or SHOWN))
        case Act("round", {"by": 1 | -1 as by}):
            trace = run(question.program)
            at = round_from(trace, question.at, by)
            return _ended(replace(question, at=at, opened="", guess=question.guess or SHOWN))
        case Click(grid, index):
            cell = place_of(run(question.program), question.at, grid, index)
            return replace(question, cell="" if cell == question.cell else cell)
        case Put(texts):
            changed = put_fields(question, event)
            if "guess" not in texts:
                untold = "program" in texts and changed.program in BY_PROGRAM
                kept = "" if untold else question.guess or SHOWN * ("at" in texts)
                changed = replace(changed, guess=kept if changed.program in BY_PROGRAM else "")
            if "program" in texts or "at" in texts:
                changed = replace(changed, opened=changed.opened if "opened" in texts else "")
            return _ended(changed) if "at" in texts else changed
    return put_fields(question, event)


def _ended(question: OwnLinesQuestion) -> OwnLinesQuestion:
    """Have a step at the end stand at the end, wherever that comes to be."""
    return replace(question, at=MAX_STEPS) if question.at >= len(run(question.program).steps) else question
