"""What surprises in a line that runs is named where it happened, and nothing is where the line did what it says."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.arrays import RowsJoined
from primer_core.claims.surprises.common import (
    ColumnMeetsRow,
    GradientsAddUp,
    InNobodysCopy,
    KeptNowhere,
    OnceEach,
    OneListOften,
    OtherAxis,
    ProbabilitiesAgain,
    SqueezedAll,
    StoredOtherwise,
    WrapsAround,
)
from primer_core.claims.surprises.functions import PassedOver
from primer_core.claims.surprises.numbers import (
    CutTowardZero,
    HalfToEven,
    NanEqualsNothing,
    NanStays,
    NearlyEqual,
    NoRealPower,
    NotLogProbabilities,
    NotQuiteThere,
    RoundedDown,
    TooCoarse,
    TotalWraps,
)
from primer_core.claims.surprises.objects import (
    CopiedIntoOne,
    DefaultKept,
    DropsAtRandom,
    KeepsGraphs,
    NoneReturned,
    NotHeld,
    NothingToStep,
    NotRegistered,
    OneNetworkTwoNames,
    ThroughATuple,
    TimeFirst,
    ValuesAndIndices,
)
from primer_core.claims.surprises.places import (
    AddsRows,
    AddsRowsTo,
    FirstAlongColumns,
    FirstLeftOut,
    InverseCellByCell,
    ListRepeated,
    NothingToSwap,
    NotTransposed,
    OneCellOften,
    PairsUp,
    SoftmaxDownColumns,
    SortedApart,
)
from primer_core.claims.surprises.ranges import SeededAlike
from primer_core.claims.surprises.training import NumberByNumber
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def found(program: str) -> list[Claim]:
    """What is said, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    return [claim for claims in surprising(shown).values() for claim in claims]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "img = np.array([250, 10], dtype=np.uint8)\nc = img + 10\nimg -= 20",
            [
                WrapsAround((6, 1), "img + 10", 260, 4, "uint8", 1),
                WrapsAround((7, 1), "img -= 20", -10, 246, "uint8", 1),
            ],
        ),
        ("a = np.arange(6)\na[a > 2][0] = 99\nprint(a)", [InNobodysCopy((6, 1), "a[a > 2]")]),
        ("a = torch.arange(6)\na[[1, 2]][0] += 1", [InNobodysCopy((6, 1), "a[[1, 2]]")]),
        (
            "a = np.zeros(3)\na[[0, 0, 1]] += 1",
            [OnceEach((6, 1), "a", (0,), 2, "np.add.at(a, [0, 0, 1], 1)")],
        ),
        (
            "f = np.zeros((3, 3))\nr, c = [0, 0], [1, 1]\nf[r, c] = f[r, c] - 2",
            [OnceEach((7, 1), "f", (0, 1), 2, "np.subtract.at(f, (r, c), 2)")],
        ),
        (
            "i, g = np.array([3, 2]), np.ones(4)\ng[i[[0, 0]]] = 3 * g[i[[0, 0]]]",
            [OnceEach((6, 1), "g", (3,), 2, "np.multiply.at(g, i[[0, 0]], 3)")],
        ),
        (
            "t, i = torch.zeros(4), torch.tensor([1, 0, 1])\nt[i] -= torch.ones(3)",
            [OnceEach((6, 1), "t", (1,), 2, "t.index_add_(0, i, torch.ones(3), alpha=-1)")],
        ),
        (
            "t = torch.zeros(4, 2, dtype=torch.int64)\nt[[1, 0, 1]] += 2",
            [
                OnceEach(
                    (6, 1), "t", (1, 0), 2, "t.index_add_(0, torch.tensor([1, 0, 1]), torch.full_like(t[[1, 0, 1]], 2))"
                )
            ],
        ),
        ("a = np.zeros((3, 3))\na[[0, 0], :] += 1", [OnceEach((6, 1), "a", (0, 0), 2, "")]),
        ("t = torch.ones(3)\nt[[1, 1]] *= 3", [OnceEach((6, 1), "t", (1,), 2, "")]),
        ("a = np.zeros(3, dtype=int)\na[1:] = [2.7, 3.0]", [StoredOtherwise((6, 1), "a", "int64", "2.7", "2")]),
        ("t = torch.zeros(2, dtype=torch.uint8)\nt[0] = 2.5", [StoredOtherwise((6, 1), "t", "uint8", "2.5", "2")]),
        ("a = np.array(['ab', 'cd'])\na[1] = 'xyz'", [StoredOtherwise((6, 1), "a", "<U2", "'xyz'", "'xy'")]),
        ("a = np.arange(3)\nnp.append(a, 1)\nprint(a)", [KeptNowhere((6, 1), "np.append(a, 1)")]),
        ("t = torch.ones(3)\nt.unsqueeze(0)\nprint(t)", [KeptNowhere((6, 1), "t.unsqueeze(0)")]),
        (
            "x = np.arange(4.).reshape(2, 2)\nd = x - x.mean(axis=1)",
            [OtherAxis((6, 1), "x - x.mean(axis=1)", "x.mean(axis=1)", 2)],
        ),
        (
            "x = torch.arange(4.).reshape(2, 2)\nm = torch.sum(x, dim=-1)\nd = x / m",
            [OtherAxis((7, 1), "x / m", "torch.sum(x, dim=-1)", 2)],
        ),
        (
            "y = torch.zeros(3, 1)\nt = torch.ones(3)\nloss = (y - t).mean()",
            [
                ColumnMeetsRow((7, 1), "y - t", (3, 1), (3,), (3, 3)),
                NumberByNumber((7, 1), "y.squeeze(1) - t", (3,)),
            ],
        ),
        ("x = torch.zeros(1, 1, 5)\ny = x.squeeze()", [SqueezedAll((6, 1), "x.squeeze()", (0, 1), (5,))]),
        (
            "p = torch.softmax(torch.eye(2), dim=1)\nloss = nn.CrossEntropyLoss()(p, torch.tensor([0, 1]))",
            [ProbabilitiesAgain((6, 1), "p")],
        ),
        (
            "p = torch.softmax(torch.eye(2), dim=1)\nloss = F.cross_entropy(p, torch.tensor([0, 1]))",
            [ProbabilitiesAgain((6, 1), "p")],
        ),
        (
            "w = torch.tensor(2., requires_grad=True)\nfor i in range(2):\n    (w * 3).backward()",
            [GradientsAddUp((7, 2), ("w.grad",))],
        ),
        ("rows = [[0] * 2] * 3\nrows[0][0] = 1", [OneListOften((5, 1), "rows", 3, "list")]),
        ("rows = [np.zeros(2)] * 3\nrows[0][0] = 1", [OneListOften((5, 1), "rows", 3, "array")]),
        ("rows = 2 * [torch.zeros(2)]\nrows[0] += 1", [OneListOften((5, 1), "rows", 2, "tensor")]),
        (
            "row = np.zeros(2)\nrows = [row for _ in range(3)]\nrows[1][0] = 1",
            [OneListOften((6, 1), "rows", 3, "array")],
        ),
        ("row = [0, 0]\nrows = [row] * 2\nrows[0][0] = 1", [OneListOften((6, 1), "rows", 2, "list")]),
        ("x = np.array([2.2, 2.9])\nn = x.astype(int)", [CutTowardZero((6, 1), "x.astype(int)", "2.9", "2")]),
        ("t = torch.tensor([-1.5]).long()", [CutTowardZero((5, 1), "torch.tensor([-1.5]).long()", "-1.5", "-1")]),
        ("a = np.array([7, -7])\nb = a // 2", [RoundedDown((6, 1), "a // 2", -7, 2, -4)]),
        ("x = np.array([1., np.nan])\nm = x.mean()", [NanStays((6, 1), "x.mean()", 1, 2)]),
        ("x = np.array([0.1]) + 0.2\ny = x == 0.3", [NearlyEqual((6, 1), "x == 0.3", 0.1 + 0.2, 0.3)]),
        (
            "x = torch.tensor([0.1])\ny = np.array([0.1])\nz = x == torch.from_numpy(y)",
            [NearlyEqual((7, 1), "x == torch.from_numpy(y)", 0.10000000149011612, 0.1, ("float32", "float64"))],
        ),
        (
            "t = torch.tensor([1.0, torch.nan])\nm = t == torch.nan",
            [NanEqualsNothing((6, 1), "t == torch.nan", "torch.isnan(t)")],
        ),
        ("t = torch.tensor([1.5, -2.5])\nr = t.round()", [HalfToEven((6, 1), "t.round()", "-2.5", "-2.0")]),
        ("h = np.array([2048.0], np.float16)\nh += 1", [TooCoarse((6, 1), "h += 1", 2048.0, 1.0, "float16")]),
        (
            "p = torch.full((1, 4), 0.25)\nl = F.nll_loss(p, torch.tensor([2]))",
            [NotLogProbabilities((6, 1), "F.nll_loss(p, torch.tensor([2]))", "0.250")],
        ),
        ("a = np.eye(3)\nc = a[[0, 2], [1, 2]]", [PairsUp((6, 1), "a[[0, 2], [1, 2]]", 2)]),
        ("t = torch.zeros(3, 1).expand(3, 4)\nt[:2, 0] = 5", [OneCellOften((6, 1), "t", 2, 8)]),
        (
            "a = np.array([[2.0, 1.0], [1.0, 1.0]])\nb = np.linalg.inv(a) * a",
            [InverseCellByCell((6, 1), "np.linalg.inv(a) * a", "np.linalg.inv(a) @ a")],
        ),
        ("p = [1, 2.5]\nq = p * 3", [ListRepeated((6, 1), "p * 3", 2, 6)]),
        ("a = np.array([[2, 1], [1, 3]])\nb = np.sort(a, axis=0)", [SortedApart((6, 1), "np.sort(a, axis=0)", 0)]),
        (
            "a = np.arange(6).reshape(2, 3)\nb = a.reshape(3, 2)",
            [NotTransposed((6, 1), "a.reshape(3, 2)", (2, 3), (3, 2))],
        ),
        ("a = np.arange(3)\nb = np.dot(a, a.T)", [NothingToSwap((6, 1), "a.T", 3)]),
        (
            "X, Y = np.meshgrid(np.arange(3), [1, 2])",
            [FirstAlongColumns((5, 1), "np.meshgrid(np.arange(3), [1, 2])", 3, 2)],
        ),
        ("a = np.ones((2, 3))\ns = sum(a)", [AddsRows((6, 1), "sum(a)", "a", (3,))]),
        ("a, b = np.ones((2, 3)), np.zeros((2, 3))\ns = sum(a, b)", [AddsRowsTo((6, 1), "sum(a, b)", "a", "b", 2)]),
        (
            "m = max([0, np.nan])",
            [PassedOver((5, 1), "max([0, np.nan])", 1, "np.max([0, np.nan])", "np.nanmax([0, np.nan])")],
        ),
        (
            "n = np.prod([3037000500, 3037000500])",
            [
                TotalWraps(
                    (5, 1), "np.prod([3037000500, 3037000500])", 9223372037000250000, -9223372036709301616, "int64"
                )
            ],
        ),
        ("a = np.arange(4)\nb = a[2:0:-1]", [FirstLeftOut((6, 1), "a[2:0:-1]", "a[2::-1]")]),
        (
            "z = torch.tensor([[0., 0.], [0., 0.], [0., 0.]])\np = F.softmax(z, dim=0)",
            [SoftmaxDownColumns((6, 1), "F.softmax(z, dim=0)", "0.667")],
        ),
        ("items = [2, 1]\nitems = items.sort()", [NoneReturned((6, 1), "items", "items.sort()")]),
        ("x = torch.eye(2)\nm = torch.max(x, dim=1)\nprint(m)", [ValuesAndIndices((6, 1), "m", "torch.max(x, dim=1)")]),
        (
            "w = torch.ones(1, requires_grad=True)\ns = 0\nfor i in range(2):\n    s += w.sum()",
            [KeepsGraphs((8, 2), "s", "w.sum()")],
        ),
        (
            "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=1)\nopt.step()",
            [NothingToStep((7, 1), "opt", 2)],
        ),
        (
            "net = nn.Sequential(nn.Linear(1, 1), nn.Tanh(), nn.Linear(1, 1))\n"
            "opt = torch.optim.SGD(net.parameters(), lr=1)\n"
            "net[2] = nn.Linear(1, 1)\nnet(torch.ones(1, 1)).sum().backward()\nopt.step()",
            [NotHeld((9, 1), "opt", "net[2].weight")],
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.parts = [nn.Linear(1, 1)]\nnet = Net()",
            [NotRegistered((9, 1), "net", "parts", 1)],
        ),
        (
            "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)\na = f(1)\nb = f(2)",
            [DefaultKept((9, 1), "f", "seen")],
        ),
        (
            "net = nn.Sequential(nn.Linear(1, 4), nn.Dropout(0.5))\ny = net(torch.ones(1, 1))",
            [DropsAtRandom((6, 1), "net", "Dropout(p=0.5, inplace=False)")],
        ),
        (
            "arr = np.array([])\nfor i in range(3):\n    arr = np.append(arr, [i, 2 * i])",
            [RowsJoined((7, 3), "np.append(arr, [i, 2 * i])", 3, 2, (6,))],
        ),
        (
            "arr = np.array([], dtype=int)\narr = np.append(arr, [1, 2, 3])\narr = np.append(arr, [4, 5, 6])",
            [RowsJoined((7, 1), "np.append(arr, [4, 5, 6])", 2, 3, (6,))],
        ),
        (
            "v = 0.6\nprint(v in np.linspace(0, 1, 11), np.isin(0.3, np.linspace(0, 0.9, 10)))",
            [
                NotQuiteThere(
                    (6, 1),
                    "v in np.linspace(0, 1, 11)",
                    0.6,
                    0.6000000000000001,
                    "np.isclose(np.linspace(0, 1, 11), v).any()",
                ),
                NotQuiteThere(
                    (6, 1),
                    "np.isin(0.3, np.linspace(0, 0.9, 10))",
                    0.3,
                    0.30000000000000004,
                    "np.isclose(np.linspace(0, 0.9, 10), 0.3).any()",
                ),
            ],
        ),
        (
            "np.random.seed(0)\na = np.random.rand(2)\nnp.random.seed(0)\nb = np.random.permutation(4)",
            [SeededAlike((7, 1), "np.random.seed(0)", 5)],
        ),
        (
            "a = np.array([8., -8.])\nb = a ** (1 / 3)",
            [NoRealPower((6, 1), "a ** (1 / 3)", -8.0, 1 / 3, "np.cbrt(a)", "-2")],
        ),
        (
            "t = torch.tensor([-1., 4.]).pow(0.5)",
            [NoRealPower((5, 1), "torch.tensor([-1., 4.]).pow(0.5)", -1.0, 0.5, "", "")],
        ),
        (
            "w, v = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)\n(w * 2).backward()\n"
            "(v * 3).backward()\n(v * 5).backward()",
            [GradientsAddUp((8, 1), ("v.grad",))],
        ),
        (
            "net = nn.Linear(2, 1)\nbest = net\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
            "net(torch.ones(1, 2)).sum().backward()\nopt.step()",
            [OneNetworkTwoNames((6, 1), "best", "net")],
        ),
        (
            "a = [np.zeros(2), np.ones(2)]\nb = np.array(a)\nb[0] += 1",
            [CopiedIntoOne((6, 1), "np.array(a)", "a", 2)],
        ),
        (
            "a, b = np.arange(6).reshape(2, 3), np.ones((2, 3))\nfor x, y in a, b:\n    print(x @ y)",
            [ThroughATuple((6, 1), ("x", "y"), ("a", "b"))],
        ),
        (
            "a, b = np.zeros((100,)), np.zeros((100, 1))\nc = a + b",
            [
                ColumnMeetsRow((6, 1), "a + b", (100,), (100, 1), (100, 100)),
                NumberByNumber((6, 1), "a + b.squeeze(1)", (100,)),
            ],
        ),
        ("rnn = nn.RNN(2, 3)\ny, h = rnn(torch.ones(4, 5, 2))", [TimeFirst((6, 1), "rnn", 4, 5)]),
    ],
)
def test_a_surprise_is_named(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "x = np.ones((2, 2))\nm = x.sum(axis=1)\nx = np.arange(4.).reshape(2, 2); m = x.sum(0) + 1; z = x / m",
        "a = np.array([250], dtype=np.uint8)\nb = a + 5\nc = a.astype(int) + 10\nd = np.array([0.5]) + 300",
        "a = np.arange(6)\na[2:][0] = 99\na.reshape(2, 3)[0] = 7",
        "a = np.arange(6)\na[a > 9][:] = 1\nb = a[a > 2]\nb[0] = 9",
        "a = np.zeros(3)\na[[0, 1]] += 1\nnp.add.at(a, [0, 0], 1)\na[[0, 0]] = 5",
        "a = np.zeros(3, dtype=int)\na[0] = 2.0\nb = np.zeros(2)\nb[0] = 2.7",
        "a = np.arange(3)\nb = np.append(a, 1)\nnp.random.seed(0)\ntorch.manual_seed(0)\nt = torch.ones(2)\nt.add_(1)",
        "t = torch.ones(2)\nt.zero_()\nt.zero_()\nprint(t.sum())\nt.reshape(1, 2)",
        "x = np.arange(6.).reshape(2, 3)\nd = x - x.mean(axis=0)\ne = x - x.mean(axis=1, keepdims=True)",
        "x = np.ones((2, 2))\nd = x - x.mean(axis=1)",
        "a = np.arange(3)\ntable = a[:, None] * a\nother = a.reshape(3, 1) + a",
        "y = torch.zeros(3, 1)\nd = y - torch.ones(3, 1)\ne = torch.zeros(4, 1) * torch.ones(3)",
        "x = torch.zeros(1, 5)\ny = x.squeeze()\nz = torch.zeros(1, 1, 5).squeeze(0)",
        "z = torch.eye(2)\nloss = F.cross_entropy(z * 3, torch.tensor([0, 1]))",
        "w = torch.tensor(2., requires_grad=True)\n(w * 3).backward()\nw.grad = None\n(w * 3).backward()\n"
        "w.grad.zero_()\n(w * 3).backward()",
        "layers = [np.zeros(2), np.ones(2)]\nlayers[0][0] = 9\nlayers[1][1:][0] = 5\nd = {'a': layers}\n"
        "d['a'][0][1] = 1",
        "x = np.array([2.2, 3.0])\nn = x.astype(int)\nm = np.round(x + 0.4).astype(int)\nb = (x > 2).astype(int)",
        "a = np.array([7, -8])\nb = a // 2\nc = -a / 2\nx = np.array([1., np.nan])\nm = np.nanmean(x)\ny = x == 1.5",
        "a = np.array([[1, 2], [3, 4]])\nb = np.sort(a, axis=0)\nc = a.reshape(4)\nd = a.T\n"
        "e = np.ones((2, 3)).reshape(3, 2)",
        "a = np.arange(6).reshape(1, 6)\nb = a.reshape(6, 1)\nX, Y = np.meshgrid([1, 2], [3, 4])\ns = sum([1, 2])",
        "z = torch.eye(3)\np = F.softmax(z[:2], dim=1)\nm, i = torch.max(z, dim=1)\nbest = z.max(dim=0)\n"
        "v = best.values",
        "w = torch.ones(1, requires_grad=True)\ns = 0\nt = 0\nfor i in range(2):\n    s += w.sum()\n"
        "    t += w.sum().item()\n"
        "s.backward()",
        "net = nn.Sequential(nn.Linear(1, 4), nn.Dropout(0.5))\nnet.eval()\ny = net(torch.ones(1, 1))",
        "def f(x, seen=None, k=[]):\n    return len(k)\na = f(1)\nb = f(2)\nitems = [2, 1]\nitems.sort()",
        "arr = np.array([1, 2])\narr = np.append(arr, [3, 4])\narr = np.append(arr, [5, 6])",
        "arr = np.zeros((0, 2))\nfor i in range(3):\n    arr = np.append(arr, [[i, i]], axis=0)",
        "arr = np.array([])\nfor i in range(3):\n    arr = np.append(arr, i)",
        "arr = np.array([])\narr = np.append(arr, [1, 2])\narr = np.append(arr, [3, 4, 5])",
        "a = np.linspace(0, 1, 11)\nprint(0.5 in a, 0.65 in a, 3 in [1, 3], 0.3 in [0.1 + 0.2])",
        "np.random.seed(0)\na = np.random.rand(2)\nnp.random.seed(1)\nb = np.random.rand(2)\nnp.random.seed(0)",
        "np.random.seed(0)\na = np.ones(2)\nnp.random.seed(0)\nb = np.random.rand(2)",
        "np.random.seed(0)\na = np.random.rand(2)\ntorch.manual_seed(0)",
        "a = np.array([-8., 8.]) ** 2\nb = np.array([8.]) ** 0.5\nc = np.cbrt(np.array([-8.]))",
        "m = max([0, 1.5])\nn = max([float('nan'), 2])\nfrom numpy import max\no = max([0, np.nan]) if False else 0",
        "from numpy import sum\na, b = np.ones((2, 3)), np.zeros((2, 3))\nn = np.prod([1, 2, 3])",
        "from numpy import *\na = ones((2, 3))\ns = sum(a)",
        "net = nn.Linear(2, 1)\nbest = net\nopt = torch.optim.SGD(net.parameters(), lr=0.1)",
        "a = [np.zeros(2), np.ones(2)]\nb = np.array(a)\nc = np.array([1, 2])\nc[0] = 5",
        "a, b = np.arange(6).reshape(2, 3), np.ones((2, 3))\nfor x, y in zip(a, b):\n    z = x @ y\n"
        "for x, y in [(1, 2), (3, 4)]:\n    z = x\nfor x, y in (1, 2), (3, 4):\n    z = y",
        "from numpy import sum\na = np.ones((2, 3))\ns = sum(a)",
        "rows = [[0] * 2 for _ in range(3)]\nflat = [0] * 3\nnp.zeros((2, 2))",
        "rows = [np.zeros(2) for _ in range(3)]\nrow = np.ones(2)\nboth = [row] * 2\n"
        "three = [row for _ in range(3)]\ntable = np.stack(both)",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert found(program) == []


def test_a_program_that_breaks_off_is_looked_at_up_to_there() -> None:
    shown = explain(OwnLinesQuestion(program=HEADER + "t = torch.ones(2)\nt.add(1)\nx = = 3"))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is not None
    said = [claim for claims in surprising(shown).values() for claim in claims]
    assert [claim.code for claim in said if isinstance(claim, KeptNowhere)] == ["t.add(1)"]
