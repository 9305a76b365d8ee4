"""What comes of a loop, beside the correct one from the same start."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from primer_core.language.limits import Refused
from primer_core.lessons.outcome import Unread
from primer_core.lessons.training_loop.code import head, snippet
from primer_core.lessons.training_loop.lines import RATES, Loop, loop_of, right_for
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.lessons.training_loop.run import Run, Start, run


@dataclass(frozen=True, slots=True)
class Trained:
    """A loop was run, and the correct one beside it.

    Parameters
    ----------
    loop, right
        Their lines.
    yours, correct
        What came of them.
    own_rate
        Of the correct loop.
    code, right_code
        Plain Python that prints their numbers; the second is empty where the loop is the correct one.
    """

    loop: Loop
    right: Loop
    yours: Run
    correct: Run
    own_rate: float
    code: str
    right_code: str

    @property
    def is_right(self) -> bool:
        """Whether the loop is the correct one."""
        return not self.right_code

    @property
    def differs_at(self) -> int:
        """The first step, counted from 1, whose loss is another; 0 where there is none."""
        pairs = zip(self.yours.steps, self.correct.steps, strict=False)
        return next((number for number, (mine, its) in enumerate(pairs, start=1) if not _same(mine.loss, its.loss)), 0)


Outcome = Trained | Unread


def explain(question: TrainingLoopQuestion) -> Outcome:
    """Run the loop that a question asks for, and the correct one."""
    try:
        loop = loop_of(question)
    except Refused as refused:
        return Unread("lines", str(refused))
    right, rate = right_for(question), RATES[question.task]
    start = Start(question.task, question.net, question.examples, question.rate, question.seed)
    proper = replace(start, rate=rate)
    yours, correct = run(start, loop), run(proper, right)
    same = (start, loop) == (proper, right)
    return Trained(
        loop,
        right,
        yours,
        correct,
        rate,
        _code(start, loop, yours, correct=False),
        "" if same else _code(proper, right, correct, correct=True),
    )


def _code(start: Start, loop: Loop, ran: Run, *, correct: bool) -> str:
    made = head(start.task, start.net, start.examples, start.rate, start.seed, loop)
    return snippet(made, start.task, loop, stops=ran.stopped is not None, correct=correct)


def _same(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and math.isnan(one) and math.isnan(other))
