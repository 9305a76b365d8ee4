"""What surprises in what a result is made of is named where it happened, and nothing is where it was meant so."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import forms
from primer_core.claims.surprises.forms import (
    HalfOfALogit,
    HeldByBoth,
    JoinedEndToEnd,
    LengthOfAll,
    ListsJoined,
    LowerOfTheMiddle,
    NoBatchSeen,
    PowerOfCells,
    PutIntoTheDict,
    SpreadNotVariance,
)
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
TABLE = "x = np.array([[1, 2, 3], [4, 5, 6]])\n"
LOGITS = "z = torch.tensor([0.25, -1.0, 0.5, 2.0])\ny = torch.tensor([1., 0., 1., 1.])\n"
DICT = "d = {'w': np.zeros(2), 'n': 1}\n"
STATE = "m = nn.Linear(2, 1)\ns = m.state_dict()\n"

pytestmark = pytest.mark.filterwarnings("ignore")


def found(program: str) -> list[Claim]:
    """What is said of what results are made of, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    claims = [claim for claims in surprising(shown).values() for claim in claims]
    return [claim for claim in claims if type(claim).__module__ == forms.__name__]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        ("a = [1, 2, 3]\nb = [4, 5, 6.5]\nprint(a + b)", [ListsJoined((7, 1), "a + b", 3, 6)]),
        (
            "a = np.ones(3)\nb = np.zeros(3)\nt = np.hstack((a, b))",
            [JoinedEndToEnd((7, 1), "np.hstack((a, b))", 2, 3, 6, "np.column_stack((a, b))", (3, 2))],
        ),
        (
            "c = [torch.ones(2), torch.zeros(2), torch.ones(2)]\nt = torch.hstack(c)",
            [JoinedEndToEnd((6, 1), "torch.hstack(c)", 3, 2, 6, "torch.column_stack(c)", (2, 3))],
        ),
        (
            TABLE + "n = np.linalg.norm(x)",
            [LengthOfAll((6, 1), "np.linalg.norm(x)", 6, 2, "np.linalg.norm(x, axis=1)")],
        ),
        (
            "t = torch.tensor([4., 1., 2., 9.])\nprint(t.median())",
            [LowerOfTheMiddle((6, 1), "t.median()", 2.0, 4.0, "t.quantile(0.5)")],
        ),
        (
            "t = torch.tensor([1, 2])\nm = torch.median(t)",
            [LowerOfTheMiddle((6, 1), "torch.median(t)", 1.0, 2.0, "t.float().quantile(0.5)")],
        ),
        ("A = np.array([[1, 1], [0, 2]])\nB = A ** 2\nC = A @ A", [PowerOfCells((6, 1), "A ** 2", "A @ A")]),
        (
            "A = torch.tensor([[1., 1.], [0., 2.]])\nB = A ** 3\nC = torch.matmul(A, A)",
            [PowerOfCells((6, 1), "A ** 3", "torch.linalg.matrix_power(A, 3)")],
        ),
        (STATE + "s['weight'] = torch.zeros(1, 2)", [PutIntoTheDict((7, 1), "s['weight']", "s", "m")]),
        (
            LOGITS + "loss = nn.BCEWithLogitsLoss()(z, y)\np = z > 0.5",
            [HalfOfALogit((8, 1), "z > 0.5", "z > 0", 2)],
        ),
        (
            DICT + "e = d.copy()\nd['w'] += 1",
            [HeldByBoth((7, 1), "d['w']", "e['w']", "d.copy()", "copy.deepcopy(d)")],
        ),
        (
            DICT + "e = dict(d)\ne['w'] *= 2\nprint(d['w'])",
            [HeldByBoth((7, 1), "e['w']", "d['w']", "dict(d)", "copy.deepcopy(d)")],
        ),
        (
            "x = np.random.normal(1, 4, size=9)\nprint(np.var(x))",
            [SpreadNotVariance((5, 1), "np.random.normal(1, 4, size=9)", 4.0, 16.0)],
        ),
        (
            "net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))\nnet.eval()\ny = net(torch.ones(4, 2))",
            [NoBatchSeen((7, 1), "net")],
        ),
    ],
)
def test_what_surprises_is_said(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "a = [1, 2, 3]\nb = [4]\nc = a + b\nd = a + [1, 2, 3]\ne = ['x', 'y']\nf = e + e",
        "a = list(range(500))\nb = a + a\nc = a * 2\nd = [[a]] * 2",  # lists that are not shown whole
        "class A:\n    pass\na = [A(), 1]\nb = a + a\nc = a * 2\nd = [[a]] * 2",
        "a, b = np.ones(3), np.zeros(2)\nt = np.hstack((a, b))\nu = np.hstack((np.ones((2, 1)), np.ones((2, 1))))",
        "a = np.ones(3)\nt = np.concatenate((a, a))\nu = np.vstack((a, a))\nv = np.hstack((a[:1], a[1:2]))",
        TABLE + "n = np.linalg.norm(x, axis=1)\ny = x / np.linalg.norm(x)\nz = np.linalg.norm(x - 1)\n"
        "w = np.linalg.norm(x[0])",
        "t = torch.tensor([1., 2., 3.])\nm = t.median()\nn = torch.tensor([1., 2., 2., 3.]).median()\n"
        "v = torch.tensor([[1., 2.], [3., 4.]]).median(dim=1)\nw = np.median(np.array([1, 2]))",
        "A = np.array([[1, 1], [0, 2]])\nB = A ** 2\nI = np.eye(2)\nJ = I ** 2\nK = I @ I\nv = np.ones(2) ** 2",
        STATE + "s['weight'] = torch.zeros(1, 2)\nm.load_state_dict(s)",
        DICT + "import copy\ne = copy.deepcopy(d)\nd['w'] += 1",
        DICT + "e = d.copy()\ne['w'] = np.ones(2)\nd['w'] += 1",
        DICT + "e = d.copy()\nd['n'] += 1",
        DICT + "e = {'w': np.ones(2)}\nd['w'] += 1",
        "x = np.random.normal(0, 4, size=9)\ny = np.random.normal(0, 1, size=9)\nprint(x.std(), y.var())",
        "b = nn.BatchNorm1d(2)\ny = b(torch.arange(4.).reshape(2, 2))\nb.eval()\nz = b(torch.ones(3, 2))",
        "b = nn.BatchNorm1d(2)\ny = b(torch.arange(4.).reshape(2, 2))\nc = nn.Linear(2, 1)\nc.eval()\n"
        "z = c(torch.ones(3, 2))",
        "b = nn.BatchNorm1d(2)\nfor i in range(2):\n    b(torch.eye(2))\nb.eval()\nz = b(torch.ones(3, 2))",
        "b = nn.BatchNorm1d(2, track_running_stats=False)\nb.eval()\nz = b(torch.eye(2))",
        STATE + "s['other'] = torch.zeros(1, 2)\nd = {'weight': 1}\nd['weight'] = torch.zeros(2)",
        LOGITS + "loss = F.binary_cross_entropy(torch.sigmoid(z), y)\np = z > 0.5",
        LOGITS + "loss = F.binary_cross_entropy_with_logits(z, y)\np = torch.sigmoid(z) > 0.5\nq = z > 0\nr = y > 0.5",
        "z = torch.tensor([0.75, -1.0])\nloss = nn.BCEWithLogitsLoss()(z, torch.ones(2))\np = z > 0.5",
    ],
)
def test_nothing_is_said_of_what_may_be_meant_so(program: str) -> None:
    assert found(program) == []
