"""What surprises on the way back, in what is picked and in networks is named, and only where it surprises."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.calls import InPercent, PicksNothing
from primer_core.claims.surprises.common import OtherAxis
from primer_core.claims.surprises.layers import DropsStill, NotAParameter, NothingBetween
from primer_core.claims.surprises.numbers import NotLogProbabilities
from primer_core.claims.surprises.objects import DropsAtRandom, HoldsGraphs
from primer_core.claims.surprises.places import (
    EigenvectorsInColumns,
    PlacesNotRanks,
    SoftmaxDownColumns,
    SortedApart,
    TakenAsOneRow,
)
from primer_core.claims.surprises.slopes import DeadRelu, FlatEverywhere, FlatWhereWrong, SteepAtZero
from primer_core.claims.surprises.training import KeptAreScaled
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")  # some of what surprises is warned of, too

NET = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 4)\n"
    "    def forward(self, x):\n        return F.dropout(self.fc(x), {})\nnet = Net()\n"
)
TWO_LAYERS = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.one = nn.Linear(2, 3)\n"
    "        self.two = nn.Linear(3, 1)\n    def forward(self, x):\n        return {}\nnet = Net()\n"
)
LEARNS = (
    "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nx, y = torch.ones(4, 2), torch.zeros(4, 1)"
    "\nlosses = []\nfor i in range(3):\n    opt.zero_grad()\n    loss = F.mse_loss(net(x), y)\n    {}\n"
    "    loss.backward()\n    opt.step()"
)
HELD_BY_NAME = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.layers = nn.ModuleDict({'a': nn.Linear(2, 3), 'b': nn.Linear(3, 1)})\n"
    "    def forward(self, x):\n        x = self.layers['a'](x)\n        return self.layers['b'](x)\nnet = Net()\n"
)
GUARDED = (
    "class Net(nn.Module):\n    def forward(self, x):\n        if self.training:\n            x = F.dropout(x, 0.5)\n"
    "        return x\nnet = Net()\nnet.eval()"
)
DYING = (
    "x = torch.tensor([[1.], [2.], [3.]])\nw = torch.tensor([[3.]], requires_grad=True)\nfor step in range(4):\n"
    "    pred = {}\n    loss = ((pred - x) ** 2).mean()\n    loss.backward()\n    with torch.no_grad():\n"
    "        w -= 0.5 * w.grad\n    w.grad = None"
)
DEAD_LAYER = (
    "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))\nwith torch.no_grad():\n"
    "    net[0].bias.fill_(-9.)\n"
)
SYMMETRIC = "A = np.array([[2., 1.], [1., 3.]])\nw, v = np.linalg.eigh(A)\n"


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (NET.format("0.5") + "net.eval()", [DropsStill((12, 1), "net", "F.dropout(self.fc(x), 0.5)")]),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(4, 4)\n        self.scale = torch.ones(1, requires_grad=True)\nnet = Net()",
            [NotAParameter((10, 1), "net", "scale")],
        ),
        (SYMMETRIC + "print(v[0])", [EigenvectorsInColumns((7, 1), "v", "v[0]", "v[:, 0]")]),
        (
            SYMMETRIC + "for i in range(2):\n    print(w[i], v[i])",
            [EigenvectorsInColumns((8, 2), "v", "v[i]", "v[:, i]")],
        ),
        (
            SYMMETRIC + "for value, vector in zip(w, v):\n    print(value, vector)",
            [EigenvectorsInColumns((7, 2), "v", "zip(w, v)", "zip(w, v.T)")],
        ),
        (
            "scores = np.array([30, 10, 20, 40])\nrank = scores.argsort()",
            [PlacesNotRanks((6, 1), "scores.argsort()", 1, 2)],
        ),
        (
            "x = torch.tensor([0.3, 1.7], requires_grad=True)\nloss = (torch.round(x) - 1).pow(2).sum()\n"
            "loss.backward()",
            [FlatEverywhere((7, 1), "torch.round(x)")],
        ),
        (
            "x = torch.tensor([4., 0.], requires_grad=True)\ny = torch.where(x > 0, x.sqrt(), torch.zeros(2))\n"
            "y.sum().backward()",
            [SteepAtZero((7, 1), "x.sqrt()", "x")],
        ),
        (
            "p = torch.tensor([[0.2, 0.8]])\nloss = nn.KLDivLoss(reduction='sum')(p, p)",
            [NotLogProbabilities((6, 1), "nn.KLDivLoss(reduction='sum')(p, p)", "0.800")],
        ),
        ("a = np.array([[3, 1], [1, 2], [2, 9]])\na.sort(axis=0)", [SortedApart((6, 1), "a.sort(axis=0)", 0)]),
        (
            "a = torch.tensor([[3, 1], [1, 2], [2, 9]])\nb, c = a.sort(dim=0)",
            [SortedApart((6, 1), "a.sort(dim=0)", 0)],
        ),
        (
            "out = np.empty((0, 3))\nout = np.append(out, [1, 2, 3])",
            [TakenAsOneRow((6, 1), "np.append(out, [1, 2, 3])", (0, 3), (3,))],
        ),
        (
            "a = np.arange(9.).reshape(3, 3)\nb = a - a[:, 0]",
            [OtherAxis((6, 1), "a - a[:, 0]", "a[:, 0]", 3)],
        ),
        (
            "x = np.array([1, 2, 3, 4])\na = np.percentile(x, 0.5)",
            [InPercent((6, 1), "np.percentile(x, 0.5)", "np.quantile(x, 0.5)", 0.5)],
        ),
        ("x = np.arange(9)\na = x[5:2]", [PicksNothing((6, 1), "x[5:2]", 5, 2, 9, "x[5:2:-1]")]),
        (
            "p = F.softmax(torch.tensor([[0., 0.], [9., 9.]]), dim=0)",
            [SoftmaxDownColumns((5, 1), "F.softmax(torch.tensor([[0., 0.], [9., 9.]]), dim=0)", "0.00025")],
        ),
        ("x = torch.arange(9)\na = x[-1:-3]", [PicksNothing((6, 1), "x[-1:-3]", -1, -3, 9, "")]),
        ("x = np.arange(9)\na = x[-2:0]", [PicksNothing((6, 1), "x[-2:0]", -2, 0, 9, "", "x[-2:]")]),
        ("x = torch.arange(9)\na = x[-2:0]", [PicksNothing((6, 1), "x[-2:0]", -2, 0, 9, "", "x[-2:]")]),
        ("x = np.arange(9)\na = x[3:-6]", [PicksNothing((6, 1), "x[3:-6]", 3, -6, 9, "")]),
        (
            NET.format("0.5, inplace=True") + "net.eval()",
            [DropsStill((12, 1), "net", "F.dropout(self.fc(x), 0.5, inplace=True)")],
        ),
        (
            HELD_BY_NAME + "out = net(torch.ones(4, 2))",
            [NothingBetween((13, 1), "net", "net.layers['a']", "net.layers['b']", 2, 1)],
        ),
        (LEARNS.format("losses.append(loss)"), [HoldsGraphs((12, 3), "losses", "loss")]),
        (
            TWO_LAYERS.format("self.two(self.one(x))") + "out = net(torch.ones(4, 2))",
            [NothingBetween((13, 1), "net", "net.one", "net.two", 2, 1)],
        ),
        (
            DYING.format("torch.relu(x @ w)"),
            [DeadRelu((10, 4), "torch.relu(x @ w)", False, 3, ("w.grad",), 2)],
        ),
        (DYING.format("(x @ w).clamp(min=0)"), [DeadRelu((10, 4), "(x @ w).clamp(min=0)", False, 3, ("w.grad",), 2)]),
        (DYING.format("nn.ReLU()(x @ w)"), [DeadRelu((10, 4), "nn.ReLU()(x @ w)", False, 3, ("w.grad",), 2)]),
        (
            "w = torch.tensor(-3., requires_grad=True)\nF.relu(w * 2).sub(1).pow(2).backward()",
            [DeadRelu((6, 1), "F.relu(w * 2)", False, 1, ("w.grad",), 1)],
        ),
        (
            DEAD_LAYER + "loss = net(torch.ones(4, 2)).sum()\nloss.backward()",
            [DeadRelu((9, 1), "net(torch.ones(4, 2))", True, 12, ("net[0].weight.grad", "net[0].bias.grad"), 1)],
        ),
    ],
)
def test_it_is_named(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        NET.format("0.5, training=self.training") + "net.eval()",
        NET.format("0.5, self.training") + "net.eval()",
        NET.format("p=0.0") + "net.eval()",
        NET.format("0.5") + "net.train()",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.scale = nn.Parameter(torch.ones(1))\n        self.mean = torch.ones(1)\n"
        "        self.register_buffer('kept', torch.ones(1))\nnet = Net()",
        GUARDED,
        GUARDED.replace("if self.training:", "if not self.training:").replace("x = F.dropout(x, 0.5)", "return x"),
        "p = 0.0\n" + NET.format("p") + "net.eval()",
        "w = torch.tensor([0.3], requires_grad=True)\n(w * 0).sum().backward()\nprint(torch.round(w))",
        "w = torch.tensor([0.3], requires_grad=True)\nr = torch.round(w)\n(w * 0).sum().backward()",
        "class Solver:\n    def eig(self, A):\n        return A[0], A\nw, v = Solver().eig(np.eye(2))\nprint(v[0])",
        "scores = np.array([30, 10, 20, 40])\nranking = np.argsort(-scores)\nbest = ranking[0]",
        "perc = np.percentile\na = perc(np.arange(9.), 0.5)",
        SYMMETRIC + "print(v[:, 0], v.T[0], w[0])\nfor vector in v.T:\n    print(vector)",
        SYMMETRIC + "v = v.T\nprint(v[0])",
        "u, s, v = np.linalg.svd(np.eye(2) * [2, 1])\nprint(v[0])",
        "scores = np.array([30, 10])\nrank = scores.argsort().argsort()\norder = scores.argsort()",
        "scores = np.array([10, 20, 30])\nranks = scores.argsort()",
        "x = torch.tensor([0.3, 1.7], requires_grad=True)\n(x + torch.round(x)).sum().backward()",
        "x = torch.tensor([0.3, 1.7])\nr = torch.round(x)\nw = torch.zeros(2, requires_grad=True)\n"
        "(w * w + r).sum().backward()",
        "x = torch.tensor([4., 1.], requires_grad=True)\nx.sqrt().sum().backward()",
        "p = torch.tensor([[0.2, 0.8]])\nloss = nn.KLDivLoss(reduction='sum')(p.log(), p)",
        "a = np.array([3, 1, 2])\na.sort()\nb = np.array([[1, 9], [2, 8], [3, 9]])\nb[:2].sort(axis=1)",
        "a = np.arange(9.).reshape(3, 3)\nb = a - a[:, [0]]\nc = a - a[0]",
        "x = np.array([1, 2, 3])\na = np.percentile(x, 50)\nb = np.percentile(x, 1)\nc = np.quantile(x, 0.5)",
        "x = np.arange(9)\na = x[2:5]\nb = x[5:2:-1]\nc = x[3:3]\nd = x[20:30]\ne = x[-3:-1]\nf = x[:0]",
        DYING.format("F.leaky_relu(x @ w)"),
        DYING.format("torch.relu(x @ w) + 0 * w"),
        DYING.format("torch.relu(x @ w - 9 * (1 - x)) - w * 0"),
        "w = torch.tensor(-3., requires_grad=True)\nd = torch.relu(w)\n(w * 0).backward()\nprint(w.grad)",
        "w = torch.tensor([-3., 1.], requires_grad=True)\nz = torch.zeros(2)\n(torch.relu(w) * z).sum().backward()",
        "w = torch.tensor(-3., requires_grad=True)\nv = torch.tensor(1., requires_grad=True)\n"
        "with torch.no_grad():\n    d = torch.relu(w)\n(v * d).backward()",
        DEAD_LAYER + "x = torch.ones(4, 2) * torch.tensor([[1.], [1.], [1.], [90.]])\n"
        "(net(x) + net[0](x).sum()).sum().backward()",
        LEARNS.format("losses.append(loss.item())"),
        LEARNS.format("losses.append(loss.detach())"),
        "losses = []\nw = torch.ones(1, requires_grad=True)\nfor i in range(2):\n    loss = (w * i).sum()\n"
        "    losses.append(loss)\ntotal = sum(losses)\ntotal.backward()",
        TWO_LAYERS.format("self.two(torch.relu(self.one(x)))") + "out = net(torch.ones(4, 2))",
        TWO_LAYERS.format("self.one(x)[:, :1] + self.two(x @ torch.ones(2, 3))") + "out = net(torch.ones(4, 2))",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert found(program) == []


def test_eval_is_no_advice_where_a_call_drops_in_eval_mode_too() -> None:
    with_layer = NET.replace("nn.Linear(4, 4)", "nn.Dropout(0.2)")
    called = "out = net(torch.ones(2, 4))"
    told, untold = (found(with_layer.format(share) + called) for share in ("0.5, self.training", "0.5"))
    assert [type(claim) for claim in told] == [KeptAreScaled, DropsAtRandom]
    assert [type(claim) for claim in untold] == [KeptAreScaled]


def flat_ones(program: str) -> list[Claim]:
    return [each for each in found(program) if isinstance(each, FlatWhereWrong)]


@pytest.mark.parametrize(
    ("sigmoid", "loss"),
    [
        ("torch.sigmoid(z)", "((p - y) ** 2).mean()"),
        ("z.sigmoid()", "((y - p) ** 2).sum()"),
        ("nn.Sigmoid()(z)", "F.mse_loss(p, y)"),
        ("torch.sigmoid(z)", "nn.MSELoss()(p, y)"),
        ("F.sigmoid(z)", "torch.square(p - y).mean()"),
        ("torch.sigmoid(z)", "(p - y).pow(2).mean()"),
    ],
)
def test_a_sigmoid_is_named_that_is_flat_where_it_is_wrong(sigmoid: str, loss: str) -> None:
    program = (
        f"z = torch.tensor([-8., 1.], requires_grad=True)\ny = torch.tensor([1., 1.])\np = {sigmoid}\n"
        f"loss = {loss}\nloss.backward()"
    )
    numbers = "-2", "0.000335", "-0.00067", "-1"
    assert flat_ones(program) == [FlatWhereWrong((9, 1), sigmoid, "0.00033535", 1, *numbers)]


@pytest.mark.parametrize(
    ("start", "loss"),
    [
        ("-8., 1.", "F.binary_cross_entropy(p, y)"),
        ("-8., 1.", "(p - y).abs().mean()"),
        ("8., 1.", "F.mse_loss(p, y)"),
        ("-2., 1.", "F.mse_loss(p, y)"),
        ("-8., 1.", "F.mse_loss(p, y - y * 0.5)"),
        ("-8., 1.", "F.mse_loss(p, y * 3)"),
        ("-8., 1.", "F.mse_loss(p * 2, y)"),
        ("-8., 1.", "((p - y) ** 3).mean()"),
        ("-8., 1.", "F.mse_loss(z, y)"),
    ],
)
def test_a_sigmoid_is_not_named_elsewhere(start: str, loss: str) -> None:
    program = (
        f"z = torch.tensor([{start}], requires_grad=True)\ny = torch.tensor([1., 1.])\np = torch.sigmoid(z)\n"
        f"loss = {loss}\nloss.backward()"
    )
    assert flat_ones(program) == []
