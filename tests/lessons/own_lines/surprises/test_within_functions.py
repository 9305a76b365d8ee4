"""What surprises within a function, or in a run of a line before its last one, is named, and which run it was."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.arrays import LengthOfMask
from primer_core.claims.surprises.numbers import MakesNotFinite
from primer_core.claims.surprises.objects import NewInFunction
from primer_core.claims.surprises.places import NothingToSwap, ProductOfItself
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.picture.parts import Table
from primer_core.picture.text import plain as letters
from tests.lessons.own_lines.surprises.test_common import HEADER, found
from tests.lessons.parts import parts

pytestmark = pytest.mark.filterwarnings("ignore")

SOFTMAX = "def softmax(z):\n    e = np.exp(z)\n    return e / e.sum()\n"


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        ("def f(v):\n    return v.T\na = f(np.arange(3))", NothingToSwap((6, 1), "v.T", 3)),
        (SOFTMAX + "p = softmax(np.array([1000.0]))", MakesNotFinite((6, 1), "np.exp(z)", ("1000",), "inf")),
        (
            SOFTMAX + "p = softmax(np.array([1.0]))\np = softmax(np.array([1000.0]))\np = softmax(np.array([2.0]))",
            MakesNotFinite((6, 2), "np.exp(z)", ("1000",), "inf"),
        ),
        (
            "def f(x):\n    x = x + 1\na = np.arange(3)\nf(a)",
            NewInFunction((6, 1), "x", "x + 1", "f", "x += 1"),
        ),
        ("v = np.array([1, 2, 3])\nt = v @ v.T", ProductOfItself((6, 1), "v @ v.T", "14", "np.outer(v, v)", 3)),
        (
            "x = np.arange(6).reshape(2, 3)\nn = len(x > 2)",
            LengthOfMask((6, 1), "len(x > 2)", 2, "(x > 2).sum()", 3),
        ),
    ],
)
def test_it_is_named(program: str, claim: Claim) -> None:
    assert claim in found(program)


@pytest.mark.parametrize(
    "program",
    [
        "def f(x):\n    x = x + 1\n    return x\nb = f(np.arange(3))",
        "def f(x):\n    x += 1\na = np.arange(3)\nf(a)",
        "def f(x):\n    x = x + 1\n    print(x)\nf(np.arange(3))",
        "def f(x):\n    y = x + 1\nf(np.arange(3))",
        "def f(n):\n    n = n + 1\nf(3)",
        "def f(w):\n    w = w - 0.1\nf(torch.ones(2, requires_grad=True))",
        "def f(a):\n    a = a + 1\nf(np.broadcast_to(np.arange(2), (2, 2)))",
        "x = np.arange(4)\nn = len(x)\nk = (x > 1).sum()\nshare = (x > 1).sum() / len(x > 1)",
        "a, b = np.array([1, 2]), np.array([3, 4])\nc = a @ b\nd = a[:, None] @ a[:, None].T\ne = b * b.reshape(2)",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert found(program) == []


def test_an_earlier_run_is_called_by_its_number() -> None:
    program = HEADER + SOFTMAX + "for z in ([1.0], [1000.0], [2.0]):\n    p = softmax(np.array(z))"
    question = OwnLinesQuestion(program=program)
    tables = list(parts(LESSON.show(question, explain(question)), Table))
    rows = [
        (letters(row[0].text), letters(row[0].note), letters(row[1].text)) for table in tables for row in table.rows
    ]
    assert [row[:2] for row in rows if "makes inf of 1000" in row[2]] == [("6", "run 2 of 3")], rows
    assert [row[1] for row in rows if row[0] == "6 (3×)"] == [""], rows
