"""What the lesson on a learner's own lines is asked."""

from dataclasses import dataclass

from primer_core.language.programs.reading import MAX_LINES
from primer_core.lessons.own_lines.trace import MAX_STEPS
from primer_core.lessons.own_lines.traps import TRAPS
from primer_core.lessons.question import Question, choice, program, text, whole

FIRST = "First steps"
"""Group of the examples that ask nothing."""

SHOWN = "shown"
"""What stands for a guess where a learner has not guessed, and asked to be shown."""

START = """import numpy as np

scores = np.array([[2., 1., 0.], [4., 6., 5.],
                   [9., 7., 8.], [3., 3., 1.]])
rows = scores[1:3]
rows += 1
best = scores.max(axis=1)
shifted = scores - best"""


@dataclass(frozen=True, slots=True)
class OwnLinesQuestion(Question):
    """A program, the step up to which it is shown, and the sub-expression that is opened."""

    examples: str = choice(
        FIRST,
        (FIRST, *dict.fromkeys(trap.group for trap in TRAPS)),
        label="Examples",
        segments=True,
    )
    program: str = program(
        START,
        label="Your lines",
        help=f"Up to {MAX_LINES} lines of Python with NumPy and PyTorch: loops, functions, classes and print, too. "
        "np, torch, nn and F are there without an import.",
        lines=14,
        most_lines=MAX_LINES,
    )
    at: int = whole(
        MAX_STEPS,
        least=1,
        most=MAX_STEPS,
        label="Step",
        help="What stands behind the end is the end. Arrow keys go step by step.",
        slider=True,
    )
    opened: str = text("", hidden=True)
    """Place of the sub-expression that is opened: line, column, line and column of its end, as ``8:10-8:23``."""
    guess: str = text("", hidden=True)
    """Of a trap: the place of the answer that was chosen, counted from 0, or `SHOWN`; empty while it waits for one."""
    cell: str = text("", hidden=True)
    """The cell whose number is looked into: the name of an array in sight and the flat place, as ``rows:1``."""
