"""What a function makes of its inputs is named where it surprises, and nothing is where it was meant so."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import takes
from primer_core.claims.surprises.readings import DotOfEvery
from primer_core.claims.surprises.takes import FirstTwoSwapped, KeepsAll, LastIsOut
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

THREE = "a, b, c = np.ones(2), np.arange(2.), np.full(2, 7.0)\n"
MAKE = "def make():\n    return np.random.random(9000).reshape(300, 30)\n"


def said_here(program: str) -> list[Claim]:
    """Of what is said, the claims that are tested here."""
    return [claim for claim in found(program) if type(claim).__module__ == takes.__name__]


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            THREE + "d = np.add(a, b, c)",
            LastIsOut((6, 1), "np.add(a, b, c)", "np.add", "c", "np.add(np.add(a, b), c)"),
        ),
        (
            THREE + "print(np.maximum(a, b, c))",
            LastIsOut((6, 1), "np.maximum(a, b, c)", "np.maximum", "c", "np.maximum(np.maximum(a, b), c)"),
        ),
        (
            THREE + "error = a * 1\nout = np.matmul(b, 1 - b, error)",
            LastIsOut((7, 1), "np.matmul(b, 1 - b, error)", "np.matmul", "error", "b * (1 - b) * error"),
        ),
        (
            "m = np.eye(2)\nk = np.ones((2, 2))\ns = np.dot(m, k, m * 2)",
            LastIsOut((7, 1), "np.dot(m, k, m * 2)", "np.dot", "m * 2", "np.dot(np.dot(m, k), m * 2)"),
        ),
        (
            "from numpy import multiply\n" + THREE + "d = multiply(a, b, c)",
            LastIsOut((7, 1), "multiply(a, b, c)", "multiply", "c", "multiply(multiply(a, b), c)"),
        ),
        (
            "X, Y, Z = np.meshgrid([1, 2, 3], [4, 5], [6, 7, 8])",
            FirstTwoSwapped(
                (5, 1), "np.meshgrid([1, 2, 3], [4, 5], [6, 7, 8])", (3, 2, 3), (2, 3, 3),
                'np.meshgrid([1, 2, 3], [4, 5], [6, 7, 8], indexing="ij")',
            ),
        ),
        (
            "grids = np.meshgrid(np.arange(2), np.arange(3), np.arange(4), np.arange(5))",
            FirstTwoSwapped(
                (5, 1), "np.meshgrid(np.arange(2), np.arange(3), np.arange(4), np.arange(5))",
                (2, 3, 4, 5), (3, 2, 4, 5),
                'np.meshgrid(np.arange(2), np.arange(3), np.arange(4), np.arange(5), indexing="ij")',
            ),
        ),
        (
            MAKE + "rows = []\nfor i in range(2):\n    rows.append(make()[-1])",
            KeepsAll((9, 2), "make()[-1]", "make()", 240, 72000, "make()[-1].copy()"),
        ),
        (MAKE + "x = make()[0]", KeepsAll((7, 1), "make()[0]", "make()", 240, 72000, "make()[0].copy()")),
        (
            "kept = []\nfor i in range(2):\n    data = torch.ones(1000, 3) * i\n    kept.append(data[5])",
            KeepsAll((8, 2), "data[5]", "data", 12, 12000, "data[5].clone()"),
        ),
    ],
)  # fmt: skip
def test_it_is_named(program: str, claim: Claim) -> None:
    assert claim in said_here(program)


@pytest.mark.parametrize(
    "program",
    [
        THREE + "np.add(a, b, c)\nnp.add(a, b, out=c)\nd = np.add(a, b, a)\ne = np.add(a, b)\nf = np.sqrt(a, b)",
        "c = np.where([True], 1, 2)\nd = np.clip(np.arange(3), 0, 1)\ne = np.linspace(0, 1, 5)",
        "X, Y, Z = np.meshgrid([1, 2], [4, 5], [6, 7, 8])\nP, Q, R = np.meshgrid([1], [2, 3], [4], indexing='ij')",
        "y = nn.Linear(2, 1000)(torch.ones(50, 2))[0]",
        "t = torch.ones(1, 3).expand(1000, 3)[5]\nb = np.broadcast_to(np.ones(3), (1000, 3))[5]",
        "P, Q, R = torch.meshgrid(torch.arange(2), torch.arange(3), torch.arange(2), indexing='ij')",
        MAKE + "rows = []\nfor i in range(2):\n    rows.append(make()[-1].copy())\n    rows.append(make()[[0]])",
        MAKE
        + "number = make()[0, 0]\nmost = make()[5:]\nwhole = make()\nfirst = whole[0]\nflat = whole.reshape(-1)[:3]",
        "rows = []\nfor i in range(2):\n    small = np.ones((3, 2))\n    rows.append(small[0])",
        "rows = []\ndata = np.ones((1000, 3))\nfor i in range(2):\n    rows.append(data[i])",
    ],
)
def test_what_was_meant_so_is_left_alone(program: str) -> None:
    assert said_here(program) == []


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "a = np.ones((8, 13, 13))\nb = np.ones((8, 13, 13))\nd = np.dot(a, b)",
            [DotOfEvery((7, 1), "np.dot(a, b)", (8, 13, 8, 13), (8, 13, 13), "a @ b")],
        ),
        (
            "from numpy import *\na = ones((2, 3, 4))\nb = ones((2, 4, 5))\nd = dot(a, b)",
            [DotOfEvery((8, 1), "dot(a, b)", (2, 3, 2, 5), (2, 3, 5), "a @ b")],
        ),
        ("a = np.ones((80, 70))\nb = np.ones((70, 80))\nd = np.dot(a, b)\ne = a @ b", []),
        ("a = np.ones((8, 13, 13))\nb = np.ones((8, 13, 13))\nd = a @ b\nd = np.dot(a, b[0])", []),
    ],
)
def test_dot_of_large_stacks_is_named_where_its_shapes_are_known(program: str, claims: list[Claim]) -> None:
    assert [claim for claim in found(program) if isinstance(claim, DotOfEvery)] == claims
