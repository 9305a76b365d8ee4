"""Going from round to round of a line."""

import pytest

from primer_core.lessons.event import Act, EventError
from primer_core.lessons.own_lines.explain import react
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import run

PROGRAM = """import numpy as np
a = np.zeros(3)
for i in range(3):
    a += i
    b = a * 2
print(a)"""

NESTED = """def f(x):
    return x + 1
y = f(1)
z = f(f(2))"""


def walk(program: str, line: int, by: int) -> list[int]:
    """The lines' runs at which presses stop, from the first or the last step of a line on."""
    steps = run(program).steps
    places = [place for place, step in enumerate(steps, 1) if step.line == line]
    question = OwnLinesQuestion(program=program, at=places[0 if by == 1 else -1])
    runs = [steps[question.at - 1].run]
    for _ in range(99):
        try:
            question = react(question, Act("round", {"by": by}))
        except EventError:
            return runs
        step = steps[min(question.at, len(steps)) - 1]
        assert step.line == line
        runs.append(step.run)
    raise AssertionError("rounds do not end")


@pytest.mark.parametrize(
    ("program", "line", "count"),
    [(PROGRAM, 3, 3), (PROGRAM, 4, 3), (PROGRAM, 5, 3), (PROGRAM, 2, 1), (NESTED, 2, 3)],
)
def test_each_press_goes_one_round_on_or_back_and_at_the_end_it_is_refused(program: str, line: int, count: int) -> None:
    assert walk(program, line, 1) == list(range(1, count + 1))
    assert walk(program, line, -1) == list(range(count, 0, -1))


def test_an_act_that_names_no_direction_is_no_round() -> None:
    with pytest.raises(EventError):
        react(OwnLinesQuestion(program=PROGRAM), Act("round", {"by": 2}))


def test_where_nothing_has_run_there_is_no_round() -> None:
    with pytest.raises(EventError, match="No line has run"):
        react(OwnLinesQuestion(program="x = (1,"), Act("round", {"by": 1}))
