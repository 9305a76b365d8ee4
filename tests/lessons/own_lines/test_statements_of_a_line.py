"""Each statement of a line that holds several is told of by itself."""

from primer_core.claims.running import BEHIND
from primer_core.lessons.answer import page
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.claims import latest
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.picture.page import every_part
from primer_core.picture.parts import Table
from primer_core.picture.text import plain

PROGRAM = "import numpy as np\na = np.ones(2); b = a[1:]; b[0] = 9\nfor i in range(3): a = a * 2\nc = a + 1"


def shown(cell: str = "") -> Shown:
    outcome = explain(OwnLinesQuestion(program=PROGRAM, cell=cell))
    assert isinstance(outcome, Shown)
    return outcome


def test_a_statement_counts_how_often_it_ran_and_not_how_many_share_its_line() -> None:
    runs = [(step.line, step.number // BEHIND, step.run) for step in latest(shown())]
    assert runs == [(2, 0, 1), (2, 1, 1), (2, 2, 1), (3, 0, 3), (3, 1, 3), (4, 0, 1)]


def test_every_statement_has_its_rows() -> None:
    rows = [row for part in every_part(page(LESSON, OwnLinesQuestion(program=PROGRAM))) if isinstance(part, Table)
            for row in part.rows]  # fmt: skip
    told = [(plain(line.text), plain(what.text)) for line, what, *_ in rows]
    for expected in (
        ("2", "a (2,) float64"), ("2", "b (1,) float64"), ("2", "changes a and b in place, together"),
        ("3 (3×)", "a (2,) float64"), ("4", "c (2,) float64"),
    ):  # fmt: skip
        assert expected in told


def test_a_cell_is_followed_through_them() -> None:
    chain = shown("c:1").chain
    assert chain is not None
    names = [(group.name, group.line % BEHIND, group.row.shown) for group in chain.groups if group.row is not None]
    assert names[:2] == [("c", 4, "a[1] + 1"), ("a", 3, "a[1] * 2")]
