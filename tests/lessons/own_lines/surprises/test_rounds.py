"""What surprises in batches, losses and steps is named where it happened, and nothing is where it was meant."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import rounds
from primer_core.claims.surprises.common import WrapsAround
from primer_core.claims.surprises.rounds import (
    AllIgnored,
    BatchesCounted,
    BestOfEvery,
    BothComputed,
    CellStateTaken,
    ClippedTooLate,
    FirstOfAll,
    LastRoundAlone,
    OutOfReach,
    RowsOfPlaces,
    TakenAway,
    UnitsAlike,
)
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = (
    "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
    "from torch.utils.data import DataLoader, TensorDataset\ntorch.manual_seed(0)\n"
)

pytestmark = pytest.mark.filterwarnings("ignore")


def found(program: str, module: str = rounds.__name__) -> list[Claim]:
    """What is said of rounds, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    claims = [claim for claims in surprising(shown).values() for claim in claims]
    return [claim for claim in claims if type(claim).__module__ == module]


COUNTED = (
    "out = torch.tensor([1., 0., 1., 1., 0.])\ny = torch.tensor([1., 0., 0., 1., 0.])\n{}for i in range(0, 5, 2):\n"
    "    got, b = out[i:i + 2], y[i:i + 2]\n    {}\n{}"
)


@pytest.mark.parametrize(
    ("start", "count", "reads", "code"),
    [
        ("", "right = (got == b).float().sum()", "print(right / y.shape[0])", "right / y.shape[0]"),
        ("right = 0\n", "right = (got == b).sum().item()", "share = 100 * right / len(y)", "100 * right / len(y)"),
        ("n = 5\n", "right = (got == b).sum()", "print('share', right.item() / n)", "right.item() / n"),
    ],
)
def test_a_count_of_the_last_round_is_told_to_be_that(start: str, count: str, reads: str, code: str) -> None:
    said = [each for each in found(COUNTED.format(start, count, reads)) if isinstance(each, LastRoundAlone)]
    line = 13 if start else 12
    assert said == [LastRoundAlone((line, 1), code, "right", 1, 1, 5)]


@pytest.mark.parametrize(
    ("start", "count", "reads"),
    [
        ("right = 0\n", "right += (got == b).sum()", "print(right / len(y))"),
        ("right = 0\n", "right = right + (got == b).sum()", "print(right / len(y))"),
        ("", "right = (got == b).sum()", "print(right / len(b))"),
        ("", "right = (got == b).sum()", "    print(right / len(y))"),
        ("all = 0\n", "right = (got == b).sum(); all += right", "print(all / len(y))"),
        ("", "right = (got == b).float().mean()", "print(right / 3)"),
        ("", "right = (got > b).sum()", "print(right / 5)"),
        ("", "right = (got == b).sum()", "right = (out == y).sum()\nprint(right / len(y))"),
    ],
)
def test_a_count_of_all_rounds_is_left_alone(start: str, count: str, reads: str) -> None:
    assert not [each for each in found(COUNTED.format(start, count, reads)) if isinstance(each, LastRoundAlone)]


LOADER = "dl = DataLoader(TensorDataset(torch.arange(6.).reshape(6, 1), torch.arange(6)), batch_size=4)\n"
LEARNER = "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
ROUND = (
    "for i in range(2):\n    loss = net(torch.ones(4, 2)).pow(2).mean()\n    opt.zero_grad()\n    loss.backward()\n"
    "    {}\n    {}"
)
CLIP = "nn.utils.clip_grad_norm_(net.parameters(), 1.0)"
HIDDEN = "lstm = nn.LSTM(2, 3)\nout, h = lstm(torch.ones(4, 1, 2))\n"
COUNT = "net = nn.Linear(1, 6)\nright = 0\nfor x, y in dl:\n    right += (net(x).argmax(1) == y).sum().item()\n"
EQUAL = (
    "net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))\nfor p in net.parameters():\n"
    "    nn.init.{}\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nnet(torch.tensor([[1., 2.]])).sum().backward()\n"
    "opt.step()"
)


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            LOADER + "for i in range(3):\n    x, y = next(iter(dl))",
            [FirstOfAll((9, 3), "next(iter(dl))", "dl")],
        ),
        (
            LOADER.replace("4)", "4, shuffle=True)") + "for i in range(3):\n    batch = next(iter(dl))",
            [FirstOfAll((9, 3), "next(iter(dl))", "dl", shuffled=True)],
        ),
        (
            LOADER + "one = next(iter(dl))\n(x, y) = next(iter(dl))",
            [FirstOfAll((9, 1), "next(iter(dl))", "dl")],
        ),
        (
            LOADER + "def batch():\n    return next(iter(dl))\nfor i in range(2):\n    x, y = batch()",
            [FirstOfAll((9, 2), "next(iter(dl))", "dl")],
        ),
        (
            LEARNER + ROUND.replace("    opt.zero_grad()\n", "").format("opt.zero_grad()", "opt.step()"),
            [TakenAway((13, 2), "opt.step()", "opt.zero_grad()", 12, 11)],
        ),
        (LEARNER + ROUND.format("opt.step()", CLIP), [ClippedTooLate((14, 2), CLIP, 13, 11)]),
        (
            "s, y = torch.randn(2, 3), torch.tensor([-100, -100])\nloss = nn.CrossEntropyLoss()(s, y)",
            [AllIgnored((8, 1), "nn.CrossEntropyLoss()(s, y)", 2, -100)],
        ),
        (
            "s, y = torch.randn(2, 3), torch.tensor([0, 0])\nloss = F.cross_entropy(s, y, ignore_index=0)",
            [AllIgnored((8, 1), "F.cross_entropy(s, y, ignore_index=0)", 2, 0)],
        ),
        (HIDDEN + "last = h[-1]", [CellStateTaken((9, 1), "h[-1]", "h")]),
        (LOADER + COUNT + "share = right / len(dl)", [BatchesCounted((12, 1), "right / len(dl)", "dl", 2, 6)]),
        (EQUAL.format("constant_(p, 0.5)"), [UnitsAlike((12, 1), "opt", "net[0].weight", 3)]),
        (EQUAL.format("zeros_(p)"), [UnitsAlike((12, 1), "opt", "net[0].weight", 3)]),
        (
            "a = np.array([[0, 5], [7, 0]])\nidx = np.argwhere(a > 0)\nb = a[idx]",
            [RowsOfPlaces((9, 1), "a[idx]", "idx", (2, 2), (2, 2, 2), "a[tuple(idx.T)]")],
        ),
        (
            "a = torch.tensor([[0, 5], [7, 0]])\nidx = (a > 0).nonzero()\nb = a[idx]",
            [RowsOfPlaces((9, 1), "a[idx]", "idx", (2, 2), (2, 2, 2), "a[tuple(idx.T)]")],
        ),
        (
            "t = np.array([[3, 1, 2], [9, 7, 8]])\nbest = t.argmin(axis=0)\nb = t[best]",
            [BestOfEvery((9, 1), "t[best]", "best", (3, 3), "t[best, np.arange(3)]", 3)],
        ),
        (
            "t = torch.tensor([[3., 1.], [7., 8.]])\nbest = torch.argmax(t, dim=1)\nb = t[best]",
            [BestOfEvery((9, 1), "t[best]", "best", (2, 2), "t[torch.arange(2), best]", 2)],
        ),
        (
            "x = np.array([1., 0.])\ny = np.where(x > 0, np.log(x), 0)\nz = np.where(x == 0, 0, 1 / x)",
            [
                BothComputed((8, 1), "np.log(x)", "x > 0", chosen=True),
                BothComputed((9, 1), "1 / x", "x == 0", chosen=False),
            ],
        ),
        (
            "net = nn.Sequential(nn.Linear(2, 1), nn.ReLU())\n"
            "loss = F.mse_loss(net(torch.ones(3, 2)), -torch.ones(3, 1))",
            [OutOfReach((8, 1), "F.mse_loss(net(torch.ones(3, 2)), -torch.ones(3, 1))", "relu", 0.0, None, 3, 3)],
        ),
        (
            "p = torch.sigmoid(torch.randn(3))\nloss = nn.MSELoss()(p, torch.tensor([0.5, 2.0, 9.0]))",
            [OutOfReach((8, 1), "nn.MSELoss()(p, torch.tensor([0.5, 2.0, 9.0]))", "sigmoid", 0.0, 1.0, 2, 3)],
        ),
    ],
)
def test_what_surprises_is_said(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        LOADER + "x, y = next(iter(dl))\nfor x, y in dl:\n    z = x * 2",
        LOADER.replace("4)", "40)") + "for i in range(3):\n    x, y = next(iter(dl))",
        LOADER + "for i in range(2):\n    for k in range(2):\n        x, y = next(iter(dl))",
        LOADER + "for x, y in dl:\n    z = x\nx, y = next(iter(dl))",
        LOADER + "it = iter(dl)\nfor i in range(2):\n    x, y = next(it)",
        LOADER + "for epoch in range(2):\n    first = next(iter(dl))[0] if epoch > 5 else None",
        LEARNER + ROUND.format(CLIP, "opt.step()"),
        LEARNER + "for i in range(2):\n    net(torch.ones(4, 2)).mean().backward()\n    opt.step()\n    " + CLIP,
        LEARNER + ROUND.format("opt.step()", "opt.zero_grad()"),
        LEARNER + "other = nn.Linear(2, 1)\nother(torch.ones(1, 2)).sum().backward()\nopt.zero_grad()\nopt.step()",
        "s, y = torch.randn(2, 3), torch.tensor([-100, 1])\nloss = F.cross_entropy(s, y)",
        "s, y = torch.randn(2, 3), torch.tensor([-100, -100])\nloss = F.cross_entropy(s, y, reduction='sum')",
        HIDDEN + "last = h[0][-1]\nc = h[-1]\nh, c = h\nd = h[-1]",
        "gru = nn.GRU(2, 3)\nout, h = gru(torch.ones(4, 1, 2))\nlast = h[-1]",
        LOADER + COUNT + "share = right / len(dl.dataset)",
        LOADER + "total = 0.0\nfor x, y in dl:\n    total += x.mean().item()\nmean = total / len(dl)",
        LEARNER + "net(torch.ones(4, 2)).mean().backward()\nopt.step()\nnn.init.zeros_(net.weight)",
        "table = nn.Embedding(3, 2)\nnn.init.zeros_(table.weight)\nopt = torch.optim.SGD(table.parameters(), lr=0.1)\n"
        "table(torch.arange(3)).sum().backward()\nopt.step()",
        "w = torch.zeros(3, 2).fill_(0.5).requires_grad_()\nopt = torch.optim.SGD([w], lr=0.1)\n"
        "(torch.ones(4, 3) @ w).sum().backward()\nopt.step()",
        "net = nn.Linear(2, 3)\nnn.init.zeros_(net.bias)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "net(torch.ones(4, 2)).pow(2).sum().backward()\nopt.step()",
        "a = np.array([[0, 5], [7, 0]])\nidx = np.argwhere(a > 0)\nfor i, j in idx:\n    b = a[i, j]",
        "a = np.array([0, 5, 7])\nidx = np.argwhere(a > 0)\nb = a[idx]",
        "t = np.array([[3, 1, 2], [9, 7, 8]])\nbest = t.argmin(axis=0)\nb = t[best, np.arange(3)]\ni = t.argmin()",
        "d = np.array([[3, 1], [2, 7]])\nc = np.array([[0, 0], [5, 5]])\nnearest = d.argmin(axis=1)\nb = c[nearest]",
        "x = np.array([1., 2.])\ny = np.where(x > 1, np.log(x), 0)\nz = np.where(x > 0, x, 1 / (x + 1))",
        "x = np.array([1., 0.])\ny = np.where(x >= 0, np.log(x), 0)",
        "net = nn.Sequential(nn.Linear(2, 1), nn.ReLU())\nloss = F.mse_loss(net(torch.ones(3, 2)), torch.ones(3, 1))",
        "net = nn.Sequential(nn.ReLU(), nn.Linear(2, 1))\nloss = F.mse_loss(net(torch.ones(3, 2)), -torch.ones(3, 1))",
        "p = torch.sigmoid(torch.randn(3)) * 10\nloss = nn.MSELoss()(p, torch.tensor([0.5, 2.0, 9.0]))",
    ],
)
def test_nothing_is_said_where_it_was_meant(program: str) -> None:
    assert found(program) == []


def test_a_sign_that_does_not_fit_wraps_around() -> None:
    program = "a = np.array([-128, 5], dtype=np.int8)\nb = np.abs(a)\nc = torch.tensor([5]).byte()\nd = -c\ne = -a[1:]"
    assert found(program, WrapsAround.__module__) == [
        WrapsAround((8, 1), "np.abs(a)", 128, -128, "int8", 1),
        WrapsAround((10, 1), "-c", -5, 251, "uint8", 1),
    ]


def test_functions_and_methods_that_wrap_around_are_named() -> None:
    program = (
        "x = torch.tensor(87, dtype=torch.uint8)\na = torch.square(x)\nb = x.pow(2)\nc = torch.add(x, 200)\n"
        "n = np.array([200, 87], dtype=np.uint8)\nd = np.multiply(n, n)\ne = n.sum(dtype=np.uint8)\n"
        "f = np.add(n, 56, out=n)\nx.mul_(3)"
    )
    assert found(program, WrapsAround.__module__) == [
        WrapsAround((8, 1), "torch.square(x)", 7569, 145, "uint8", 1),
        WrapsAround((9, 1), "x.pow(2)", 7569, 145, "uint8", 1),
        WrapsAround((10, 1), "torch.add(x, 200)", 287, 31, "uint8", 1),
        WrapsAround((12, 1), "np.multiply(n, n)", 40000, 64, "uint8", 2),
        WrapsAround((13, 1), "n.sum(dtype=np.uint8)", 287, 31, "uint8", 1),
        WrapsAround((14, 1), "np.add(n, 56, out=n)", 256, 0, "uint8", 1),
        WrapsAround((15, 1), "x.mul_(3)", 261, 5, "uint8", 1),
    ]


def test_functions_that_give_exact_numbers_are_left_alone() -> None:
    program = (
        "n = np.array([200, 87], dtype=np.uint8)\na = np.add(n, 60, dtype=np.int64)\nb = n.sum()\n"
        "c = np.sum(n, axis=0)\nt = torch.tensor([200, 87], dtype=torch.uint8)\nd = t.sum()\n"
        "e = torch.square(t.long())\nf = np.multiply(n, 1.5)\n"
        "g = torch.add(torch.tensor([1]), torch.tensor([2]), alpha=3)\n"
        "h = np.square(n.astype(int))\nk = t.mul(1)"
    )
    assert found(program, WrapsAround.__module__) == []
