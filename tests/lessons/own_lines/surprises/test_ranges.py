"""What surprises in ranges, draws, losses and steps is named, and not where the line did what it says."""

import pytest

from primer_core.claims.claim import Claim, plain
from primer_core.claims.lost_gradients import AllFrozen, LosesGradient, NoGradient, NothingRequires
from primer_core.claims.running import BEHIND
from primer_core.claims.surprises.common import KeptNowhere
from primer_core.claims.surprises.layers import (
    AloneInItsSum,
    FreezesNothing,
    LossOfOneClass,
    NothingBetween,
    StateIsShared,
)
from primer_core.claims.surprises.numbers import (
    BlowsUp,
    DividesBy,
    ExclusiveOr,
    InRadians,
    MakesNotFinite,
    NotLogProbabilities,
    TotalWraps,
)
from primer_core.claims.surprises.objects import NameAlone, OneLayerOften, ReturnsNothing, TimeFirst
from primer_core.claims.surprises.places import (
    ColumnsOfEvery,
    FoundNothing,
    OneHotRows,
    SameAxisTwice,
    SoftmaxDownColumns,
    TakenAsOneRow,
)
from primer_core.claims.surprises.ranges import (
    DrawnAgain,
    HighLeftOut,
    SeededAgain,
    SeedsNoGenerator,
    StopIncluded,
    StopLeftOut,
    StopReached,
    ordinal,
)
from primer_core.claims.surprises.shares import ShiftedFirst
from primer_core.claims.surprises.training import (
    AgainstEvery,
    FirstRateSkipped,
    KeptAreScaled,
    NeverStepped,
    NoLeafNow,
    SigmoidAgain,
)
from primer_core.lessons.answer import page
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.picture.page import every_part
from primer_core.picture.parts import Story
from tests.lessons.own_lines.surprises.test_common import HEADER, found

pytestmark = pytest.mark.filterwarnings("ignore")  # some of what surprises is warned of, too

SCHEDULED = (
    "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=1.0)\n"
    "sched = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.5)\nfor i in range(2):\n"
    "    opt.zero_grad()\n    net(torch.ones(1, 1)).sum().backward()\n"
)


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "x = torch.tensor([1., 1e20])\ny = torch.exp(x) / torch.exp(x).sum()",
            [
                MakesNotFinite((6, 1), "torch.exp(x)", ("1e+20",), "inf"),
                MakesNotFinite((6, 1), "torch.exp(x) / torch.exp(x).sum()", ("inf", "inf"), "nan"),
                ShiftedFirst((6, 1), "torch.exp(x) / torch.exp(x).sum()", "torch.exp(x)", "torch.exp(x - x.max())"),
            ],
        ),
        ("a = np.array([1., -4.])\nb = np.sqrt(a)", [MakesNotFinite((6, 1), "np.sqrt(a)", ("-4",), "nan")]),
        ("a = np.array([1., 0.])\na = 3 / a", [MakesNotFinite((6, 1), "3 / a", ("3", "0"), "inf")]),
        (
            "w = torch.tensor([10.])\nfor i in range(6):\n    w = w ** 2\n    loss = w.sum()",
            [
                MakesNotFinite((7, 6), "w ** 2", ("1e+32", "2"), "inf"),
                BlowsUp((8, 6), "loss", "100", "inf", 6),
            ],
        ),
        (
            "p = torch.softmax(torch.zeros(1, 2), 1)\nloss = nn.NLLLoss()(p, torch.tensor([1]))",
            [NotLogProbabilities((6, 1), "nn.NLLLoss()(p, torch.tensor([1]))", "0.500")],
        ),
        (
            "p = torch.softmax(torch.zeros(1, 2), dim=0)",
            [
                SoftmaxDownColumns((5, 1), "torch.softmax(torch.zeros(1, 2), dim=0)", "2.000"),
                AloneInItsSum((5, 1), "torch.softmax(torch.zeros(1, 2), dim=0)", 0),
            ],
        ),
        (
            "loss = F.cross_entropy(torch.ones(4, 1), torch.zeros(4, dtype=torch.long))",
            [LossOfOneClass((5, 1), "F.cross_entropy(torch.ones(4, 1), torch.zeros(4, dtype=torch.long))", (4, 1))],
        ),
        (
            "net = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1), nn.ReLU(), nn.Linear(1, 1))",
            [NothingBetween((5, 1), "net", "net[0]", "net[1]", 2, 1)],
        ),
        (
            "net = nn.Sequential(nn.Linear(2, 4), nn.ReLU())\nnet[0].requires_grad = False",
            [FreezesNothing((6, 1), "net[0]", 2)],
        ),
        (
            "q = torch.zeros(2, 3)\na = torch.tensor([2, 0])\np = q[:, a]",
            [ColumnsOfEvery((7, 1), "q[:, a]", 2, "q[torch.arange(2), a]")],
        ),
        ("a = np.array([1, 2])\ni = np.argmax(a > 50)", [FoundNothing((6, 1), "np.argmax(a > 50)", "a > 50")]),
        ("r = np.random.randint(0, 1, size=5)", [HighLeftOut((5, 1), "np.random.randint(0, 1, size=5)", 0, 1)]),
        (
            "def f(x):\n    x = x + 1\n    return x\na = np.zeros(2)\nf(a)\nprint(a)",
            [KeptNowhere((9, 1), "f(a)")],
        ),
        (
            "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nold = net.state_dict()\n"
            "net(torch.ones(1, 2)).sum().backward()\nopt.step()",
            [StateIsShared((7, 1), "old", "net")],
        ),
        (
            "mha = nn.MultiheadAttention(8, 2)\nx = torch.zeros(4, 6, 8)\ny, w = mha(x, x, x)",
            [TimeFirst((7, 1), "mha", 4, 6)],
        ),
        (
            "a = np.arange(0, 1, 0.25)",
            [StopLeftOut((5, 1), "np.arange(0, 1, 0.25)", "0.75", "1.0", "np.linspace(0, 1, 5)")],
        ),
        (
            "t = torch.arange(2, 0, -0.5)",
            [StopLeftOut((5, 1), "torch.arange(2, 0, -0.5)", "0.5", "0", "torch.linspace(2, 0, 5)")],
        ),
        (
            "a = np.arange(1, 1.3, 0.1)",
            [StopReached((5, 1), "np.arange(1, 1.3, 0.1)", 4, "1.3000000000000003", "1.3")],
        ),
        (
            "a = np.linspace(0, 1, 10)",
            [StopIncluded((5, 1), "np.linspace(0, 1, 10)", 10, "0.1111", "0.1", "np.linspace(0, 1, 11)")],
        ),
        ("d = np.random.randint(1, 6, 9)", [HighLeftOut((5, 1), "np.random.randint(1, 6, 9)", 1, 6)]),
        ("np.random.seed(0)\nw = np.random.choice(5, 4)", [DrawnAgain((6, 1), "np.random.choice(5, 4)", 4, 3)]),
        (
            "for i in range(2):\n    torch.manual_seed(3)\n    t = torch.rand(2)",
            [SeededAgain((6, 2), "torch.manual_seed(3)")],
        ),
        (
            "np.random.seed(3)\nrng = np.random.default_rng(7)\nfree = np.random.default_rng()",
            [
                SeedsNoGenerator((6, 1), "np.random.default_rng(7)", "np.random.seed(3)", seeded=True),
                SeedsNoGenerator((7, 1), "np.random.default_rng()", "np.random.seed(3)", seeded=False),
            ],
        ),
        (  # both on one line
            "np.random.seed(3); rng = np.random.default_rng(7)",
            [SeedsNoGenerator((BEHIND + 5, 1), "np.random.default_rng(7)", "np.random.seed(3)", seeded=True)],
        ),
        (
            "labels = torch.tensor([2, 0])\nhot = torch.eye(3)[labels]\ngrid = np.identity(2)\nrows = grid[[1, 1, 0]]",
            [
                OneHotRows((6, 1), "torch.eye(3)[labels]", "torch.eye(3)", "labels", 2, 3),
                OneHotRows((8, 1), "grid[[1, 1, 0]]", "grid", "[1, 1, 0]", 3, 2),
            ],
        ),
        (
            "w = torch.ones(2, requires_grad=True)\ny = w * 2\nprint(w.grad, y.grad)",
            [NoGradient((7, 1), "w", "before"), NoGradient((7, 1), "y", "result")],
        ),
        (
            "w = torch.ones(2, requires_grad=True)\nv = torch.ones(2, requires_grad=True)\nx = torch.ones(2)\n"
            "(w * x).sum().backward()\nprint(w.grad)\nprint(v.grad)\ng = x.grad",
            [NoGradient((10, 1), "v", "cleared"), NoGradient((11, 1), "x", "plain")],
        ),
        ("a = np.array([2., 6.])\ns = a.std()", [DividesBy((6, 1), "a.std()", 2, 0, "a.std(ddof=1)")]),
        (
            "t = torch.tensor([[2., 6., 7.]])\ns = torch.var(t, dim=1)",
            [DividesBy((6, 1), "torch.var(t, dim=1)", 3, 1, "torch.var(t, dim=1, correction=0)")],
        ),
        ("s = np.cos(180)", [InRadians((5, 1), "np.cos(180)", "180", "-0.598", "np.cos(np.deg2rad(180))", "-1.000")]),
        ("x = np.array([2, 5])\ny = x ^ 2", [ExclusiveOr((6, 1), "x ^ 2", 2, 2, 0, "x ** 2")]),
        (
            "t = torch.tensor([100, 100], dtype=torch.int8)\nc = t.cumsum(0, dtype=torch.int8)\n"
            "n = np.full(9, 1000)\np = n.prod()",
            [TotalWraps((8, 1), "n.prod()", 10**27, (10**27 + 2**63) % 2**64 - 2**63, "int64")],
        ),
        ("a = np.ones((2, 2))\nb = np.delete(a, 0)", [TakenAsOneRow((6, 1), "np.delete(a, 0)", (2, 2), (3,))]),
        ("a = np.eye(3)\nb = a[0:2][-1]", [SameAxisTwice((6, 1), "a[0:2][-1]", "a[0:2, -1]")]),
        ("def f(x):\n    x + 1\ny = f(2)", [ReturnsNothing((7, 1), "y", "f")]),
        ("a = np.arange(3)\nfor x in a:\n    x += 1\nprint(a)", [NameAlone((7, 1), "x", "a")]),
        ("net = nn.Sequential(*[nn.Linear(2, 1)] * 3)", [OneLayerOften((5, 1), "net", 3, 3)]),
        (
            "p, y = torch.zeros(3, 1), torch.ones(3)\nloss = F.l1_loss(y, p)",
            [AgainstEvery((6, 1), "F.l1_loss(y, p)", (3,), (3, 1), "F.l1_loss(y, p.squeeze(1))")],
        ),
        (
            "p, y = torch.zeros(2, 1), torch.ones(2)\nloss = nn.HuberLoss(delta=0.5)(p, y)",
            [
                AgainstEvery(
                    (6, 1), "nn.HuberLoss(delta=0.5)(p, y)", (2, 1), (2,), "nn.HuberLoss(delta=0.5)(p.squeeze(1), y)"
                )
            ],
        ),
        (
            "w = torch.ones(2, requires_grad=True)\nw.sum().backward()\nw = w - 0.5 * w.grad",
            [NoLeafNow((7, 1), "w", "w - 0.5 * w.grad", "w -= 0.5 * w.grad")],
        ),
        (
            SCHEDULED + "    sched.step()\n    opt.step()",
            [FirstRateSkipped((11, 1), "sched", "opt", "1.0", "0.5")],
        ),
        (
            "drop = nn.Dropout(0.5)\ny = F.dropout(torch.full((50,), 3.), 0.5)",
            [KeptAreScaled((6, 1), "F.dropout(torch.full((50,), 3.), 0.5)", "0.5", "3", "6", "training=False")],
        ),
        (
            "p, y = nn.Sigmoid()(torch.zeros(2)), torch.ones(2)\nloss = nn.BCEWithLogitsLoss()(p, y)",
            [SigmoidAgain((6, 1), "p")],
        ),
        (
            "net = nn.Linear(1, 1)\nopt = torch.optim.Adam(net.parameters())\nnet(torch.ones(1, 1)).sum().backward()",
            [NeverStepped((6, 1), "opt")],
        ),
    ],
)
def test_a_surprise_is_named(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        # ranges
        "a = np.arange(5)\nb = np.arange(0, 10, 3)\nc = np.arange(0, 1, 0.3)\nd = np.arange(2, 7)\n"
        "e = torch.arange(0, 1, 0.4)",
        "a = np.linspace(0, 1, 11)\nb = np.linspace(0, 1, 10, endpoint=False)\nc = np.linspace(0, 9, 10)\n"
        "d = np.linspace(-1, 1, 5)\ne = torch.linspace(0, 1, 101)",
        # draws
        "a = np.random.randint(0, 10, 3)\nb = np.random.randint(6)\nc = torch.randint(5, (2,))\n"
        "rng = np.random.default_rng(0)\nd = rng.integers(1, 6, endpoint=True)\ne = torch.randint(0, 2, (3,))",
        "np.random.seed(0)\na = np.random.choice(5, 4, replace=False)\nb = np.random.choice(2, 9)\n"
        "c = np.random.permutation(4)\nd = np.random.choice([1, 1, 1], 2)\ne = np.random.choice(5)",
        "np.random.seed(0)\nfor i in range(2):\n    np.random.seed(i)\n    x = np.random.rand(2)\ntorch.manual_seed(0)",
        "np.random.seed(0)\nrng = np.random.default_rng(0)\na = np.random.rand(2)\nb = rng.random(2)",
        "rng = np.random.default_rng(0)\na = rng.random(2)\nnp.random.seed(0)",
        # gradients
        "w = torch.ones(2, requires_grad=True)\nprint(((w * 2).sum().backward(), w.grad))",
        "w = torch.ones(2, requires_grad=True)\ny = w * 2\ny.retain_grad()\ny.sum().backward()\nprint(y.grad)",
        "w = torch.ones(2, requires_grad=True)\nif w.grad is not None:\n    w.grad.zero_()\nw.grad = None\n"
        "fresh = w.grad is None\nt = torch.arange(3)\nprint(t.grad)",
        # rows of an identity
        "i = np.eye(3)\na = i[1]\nb = i[:2]\nc = i[[True, False, True]]\nd = i[np.array([[0], [1]])]\n"
        "e = i[1:, [0, 1]]\nf = i[[2]]\ng = np.diag([1, 2])[[0, 1]]\nh = np.ones((2, 2))[[1, 0]]",
        # variances
        "a = np.array([1., 3.])\nb = a.std(ddof=1)\nc = np.array([4., 4.]).var()\nd = np.array([5.]).std()\n"
        "t = torch.tensor([1., 3.])\ne = t.var(correction=0)\nf = t.std(unbiased=False)",
        # angles
        "a = np.sin(np.pi / 2)\nb = np.cos(np.linspace(0, 6.28, 5))\nc = np.sin(np.deg2rad(90))\nd = np.sin(1)\n"
        "e = torch.sin(torch.arange(5.))",
        # bits and totals
        "x = np.array([True, False])\na = x ^ True\nb = np.array([1, 2]) ^ np.array([2, 3])\nc = 5 ^ 2\n"
        "d = np.array([1, 2]) ** 2\ne = np.array([6]) ^ 8",
        "a = np.prod(np.arange(1, 20))\nb = np.prod(np.arange(1., 30.))\nc = np.array([200, 100], np.uint8).sum()\n"
        "d = np.arange(9).cumsum()\ne = torch.arange(1, 15).prod()",
        # axes
        "a = np.ones((2, 2))\nb = np.append(a, [[1, 2]], axis=0)\nc = np.append([1], [2])\n"
        "d = np.repeat(a, 2, axis=1)\n"
        "e = np.delete(np.arange(3), 0)\nf = a.cumsum(axis=0)",
        "a = np.ones((3, 3))\nb = a[1][0:2]\nc = a[0:2, 0]\nd = np.arange(5)[1:][0]\nv = np.arange(5)\ne = v[1:][0]\n"
        "f = a[0:1][:, 0]\nrows = [[1, 2], [3, 4]]\ng = rows[:][1]",
        # functions and loops
        "def f(x):\n    return x\na = f(1)\ndef g(items):\n    items.append(1)\ng([])\ndef h(x):\n    if x:\n"
        "        return None\n    return 1\nb = h(True)\nc = None\nclass Net(nn.Module):\n    def forward(self, x):\n"
        "        return x\nnet = Net()\nd = net(torch.ones(1))",
        "a = np.arange(3.)\nt = 0\nfor x in a:\n    x = x * 2\n    t += x\nfor row in np.ones((2, 2)):\n    row *= 2\n"
        "b = np.ones((2, 2))\nfor part in b:\n    part *= 3\nfor i in range(3):\n    a[i] = a[i] * 2\n"
        "for each in a:\n    last = each",
        # numbers that are not finite
        "a = np.array([np.inf, 1.])\nb = a + 1\nc = np.exp(-a)\ns = torch.tensor([0., float('-inf')])\n"
        "t = torch.softmax(s, 0)\nm = s.masked_fill(s < 0, float('inf'))\n"
        "for i in range(3):\n    n = a + i if i else a",
        # networks
        "one = nn.Linear(2, 2)\nnet = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2), nn.ReLU())\n"
        "act = nn.ReLU()\nwith_act = nn.Sequential(nn.Linear(2, 2), act, nn.Linear(2, 2), act)\n"
        "held = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])",
        "p, y = torch.zeros(3, 1), torch.ones(3)\na = F.mse_loss(p.squeeze(1), y)\nb = nn.MSELoss()(p, y[:, None])\n"
        "c = F.mse_loss(torch.zeros(3), y)\nd = F.l1_loss(torch.zeros(1, 1), torch.ones(1))\n"
        "e = nn.MSELoss()(torch.zeros(2, 3), torch.zeros(2, 3))",
        # steps
        "w = torch.ones(2, requires_grad=True)\nw.sum().backward()\nwith torch.no_grad():\n    w -= 0.5 * w.grad\n"
        "v = w - 0.5 * w.grad\nx = torch.ones(2)\nx = x - 1\nh = w * 2\nh = h - 1",
        SCHEDULED + "    opt.step()\n    sched.step()",
        "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "sched = torch.optim.lr_scheduler.LinearLR(opt)\nnet(torch.ones(1, 1)).sum().backward()\nopt.step()\n"
        "sched.step()",
        "drop = nn.Dropout(0.5)\ndrop.eval()\na = drop(torch.ones(4))\n"
        "b = F.dropout(torch.ones(4), 0.5, training=False)\n"
        "c = F.dropout(torch.ones(4), 0.0)\nd = nn.Dropout(0.0)(torch.ones(3))\ne = F.dropout(torch.zeros(9), 0.5)",
        "z, y = torch.zeros(2), torch.ones(2)\na = F.binary_cross_entropy_with_logits(z, y)\n"
        "b = F.binary_cross_entropy(torch.sigmoid(z), y)\n"
        "c = F.binary_cross_entropy_with_logits(torch.sigmoid(z) * 4 - 2, y)\n"
        "d = F.binary_cross_entropy_with_logits(torch.tensor([0.2, 0.7]), y)\ne = torch.sigmoid(z).mean()",
        "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\ny = net(torch.ones(1, 1)).sum()",
        "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "net(torch.ones(1, 1)).sum().backward()\nopt.step()",
        # layers
        "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))\nnet[0].requires_grad_(False)\n"
        "net[0].requires_grad = False\nnet[2].weight.requires_grad = False\n"
        "p = torch.softmax(torch.zeros(2, 3), dim=1)\n"
        "mha = nn.MultiheadAttention(4, 2, batch_first=True)\nx = torch.zeros(2, 3, 4)\ny, w = mha(x, x, x)",
        "class Linear(nn.Module):\n    def forward(self, x):\n        return x\n"
        "class MultiheadAttention(nn.Module):\n    def forward(self, x):\n        return x * 2\n"
        "net = nn.Sequential(Linear(), Linear())\nx = torch.ones(2, 3, 4)\ny = net(x)\nmha = MultiheadAttention()\n"
        "z = mha(x)\np = torch.softmax(torch.full((2, 1), torch.inf), dim=1)",
        "def f(x):\n    return x\ndef g(x):\n    x += 1\n    return x\na = np.zeros(2)\nf(a)\ng(a)\nprint(a)",
        # numbers
        "same = np.float32(0.1) == 0.1\na = np.array([1.0, np.nan, 3.0])\na[a > 2] = 0",
        # objects that hold themselves
        "x = np.array([3], dtype=object)\nx[0] = x",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert found(program) == []


def shown_of(program: str) -> Shown:
    """What a program comes to, lines counted with the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    return shown


W = "w = torch.ones(2, requires_grad=True)\n"


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (W + "y = w.argmax().float()\ny.backward()", [LosesGradient((6, 1), "w.argmax()", "dtype")]),
        (W + "y = (w > 0).float().sum()\ny.backward()", [LosesGradient((6, 1), "w > 0", "dtype")]),
        (
            W + "y = torch.zeros(2)\nfor i in range(2):\n    y[i] = w[i].item() * 2\ny.sum().backward()",
            [LosesGradient((8, 2), "w[i].item()", "number")],
        ),
        (
            W + "y = torch.zeros(2)\ny[:] = w.detach()\ny.sum().backward()",
            [LosesGradient((7, 1), "w.detach()", "detached")],
        ),
        (W + "y = w.detach().sum()\ny.backward()", [LosesGradient((6, 1), "w.detach()", "detached")]),
        (W + "y = torch.tensor(w.sum())\ny.backward()", [LosesGradient((6, 1), "torch.tensor(w.sum())", "anew")]),
        (W + "y = w.sum().item() * 2\ntorch.tensor(y).backward()", [LosesGradient((6, 1), "w.sum().item()", "number")]),
        (
            W + "with torch.no_grad():\n    y = w * 2\n(y + 1).sum().backward()",
            [LosesGradient((7, 1), "w * 2", "no_grad")],
        ),
        (
            "net = nn.Linear(2, 1)\nwith torch.no_grad():\n    y = net(torch.ones(1, 2))\ny.sum().backward()",
            [LosesGradient((7, 1), "net(torch.ones(1, 2))", "no_grad")],
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(1, 1)\n"
            "    def forward(self, x):\n        return self.fc(x).data\nnet = Net()\n"
            "net(torch.ones(1, 1)).sum().backward()",
            [LosesGradient((10, 1), "self.fc(x).data", "detached")],
        ),
        (
            W + "a, b = w.detach(), w.argmax()\n(a * b).sum().backward()",
            [LosesGradient((6, 1), "w.detach()", "detached"), LosesGradient((6, 1), "w.argmax()", "dtype")],
        ),
        ("x = torch.ones(2)\nx.sum().backward()", [NothingRequires(6, "x.sum()")]),
        (
            "net = nn.Linear(2, 1)\nfor p in net.parameters():\n    p.requires_grad = False\n"
            "loss = net(torch.ones(1, 2)).sum()\nloss.backward()",
            [AllFrozen(9, "loss", "net", 2)],
        ),
        (
            "w = torch.ones(1, requires_grad=True)\nw = w - 0.1\nw.sum().backward()\nprint(w.grad.item())",
            [NoGradient((8, 1), "w", "result")],
        ),
        ("w = torch.ones(1, requires_grad=True)\nw.grad.zero_()", [NoGradient((6, 1), "w", "before")]),
        # what does not lead to it is not named, and nothing is where something requires a gradient elsewhere
        (W + "n = w.detach().sum().item()\nx = torch.ones(2)\ny = x.sum()\ny.backward()", []),
        (W + "torch.zeros_like(w).sum().backward()", []),
        (W + "w.sum().backward()", []),
        (W + "y = w * 2\ny.backward()", []),
        (W + "w.detach().sum().backward(1, 2, 3, 4, 5)", []),
    ],
)
def test_the_step_that_lost_the_gradient_is_named(program: str, claims: list[Claim]) -> None:
    shown = shown_of(program)
    assert list(shown.lost) == claims
    if any(isinstance(claim, LosesGradient) for claim in claims):
        assert not shown.fixes, "a gradient asked for behind that step would come to no parameter"


def test_where_the_gradient_was_lost_stands_beside_the_error() -> None:
    question = OwnLinesQuestion(program=HEADER + W + "y = w.argmax().float()\ny.backward()")
    stories = [part for part in every_part(page(LESSON, question)) if isinstance(part, Story) and part.title == "Why"]
    assert len(stories) == 1
    (claim,) = shown_of("w = torch.ones(2, requires_grad=True)\ny = w.argmax().float()\ny.backward()").lost
    assert "line 6" in plain(claim.sentence())


def test_places_are_written_as_people_do() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ]  # fmt: skip


def test_a_network_that_is_given_an_array_of_numpys_is_explained() -> None:
    shown = explain(OwnLinesQuestion(program=HEADER + "net = nn.Linear(2, 1)\nout = net(np.ones((1, 2)))"))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is not None
    assert shown.trace.stopped.declined is not None
