"""What surprises in what goes through layers, losses and tensors is named, and nothing is where it was meant so."""

import pytest

from primer_core.claims.claim import Claim, plain
from primer_core.claims.lost_gradients import NoGradient
from primer_core.claims.surprises import losses, passes, tensors
from primer_core.claims.surprises.losses import DividesByWeights, MeansAdded, MeansOverSamples, StepsTooLong
from primer_core.claims.surprises.passes import (
    AloneInALayer,
    FrozenStillMoves,
    JoinedByPlace,
    NeverBelowHalf,
    OwnRandomStart,
    PaddingRow,
    SamplesMixed,
    TakesTheSmaller,
)
from primer_core.claims.surprises.slopes import FlatEverywhere
from primer_core.claims.surprises.tensors import ComparedBeyond, EachByTheSame, OnlyPlacesOfIndex
from primer_core.claims.surprises.training import NeverStepped
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.code import program_code
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import run
from tests.claims import every_check
from tests.claims.checking import assert_holds

assert every_check  # what it imports registers the checks

HEADER = (
    "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"
)
MODULES = {each.__name__ for each in (losses, passes, tensors)}
OTHERS = (FlatEverywhere, NeverStepped, NoGradient)
LOADED = (
    "from torch.utils.data import DataLoader, TensorDataset\ndata = TensorDataset(torch.ones(6, 2), torch.ones(6, 1))\n"
    "loader = DataLoader(data, batch_size=2)\nnet = nn.Linear(2, 1)\ntotal = 0.0\nfor x, y in loader:\n"
)
ROWS = (
    "from torch.utils.data import DataLoader, Dataset\nclass Rows(Dataset):\n    def __len__(self):\n        return 6\n"
    "    def __getitem__(self, i):\n        return torch.zeros(2), {}\nloader = DataLoader(Rows(), batch_size=3)\n"
)
IN_ROUNDS = (
    "net = nn.Linear(2, 1)\nx = torch.ones(4, 2)\ny = torch.ones(4, 1)\n{}for a, b in zip(x.split(2), y.split(2)):\n"
    "    loss = {}\n    loss.backward(){}"
)
FROZEN = (
    "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nnet(torch.ones(1, 2)).sum().backward()\n"
    "{}net.weight.requires_grad = False\nopt.step()"
)
GROWS = (
    "x = torch.arange(20.)\nw = torch.zeros(1, requires_grad=True)\nfor i in range({}):\n"
    "    loss = ((w * x - x) ** 2){}\n    loss.backward()\n    with torch.no_grad():\n        w -= {} * w.grad\n"
    "    w.grad.zero_()"
)

pytestmark = pytest.mark.filterwarnings("ignore")


def found(program: str) -> list[Claim]:
    """What is said of passes, losses and tensors, lines counted from the first after the imports; each holds."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    claims = [claim for claims in surprising(shown).values() for claim in claims]
    said = [claim for claim in claims if type(claim).__module__ in MODULES or isinstance(claim, OTHERS)]
    for claim in said:
        assert_holds(claim, program_code(shown.trace))
    return said


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "i = torch.tensor([[0, 1]])\ns = torch.ones(3, 2)\no = torch.zeros(3, 2)\no.scatter_(1, i, s)",
            [OnlyPlacesOfIndex((9, 1), "o.scatter_(1, i, s)", "i", "s", (1, 2), (3, 2), 2, 6)],
        ),
        (
            "t = torch.tensor([1, -1], dtype=torch.int8)\nprint(t > 200)",
            [ComparedBeyond((7, 1), "t > 200", 200, -56, "int8", "t.long() > 200")],
        ),
        (
            "a = np.ones((2, 2, 2))\nb = np.eye(2)\nc = b @ a",
            [EachByTheSame((8, 1), "b @ a", "a", "b", 2, is_left=False)],
        ),
        (
            "z = torch.randn(3, 2)\ny = torch.tensor([0, 1, 1])\nw = torch.tensor([1., 3.])\n"
            "a = F.cross_entropy(z, y, weight=w)\nb = F.cross_entropy(z, y, weight=w, reduction='sum')",
            [DividesByWeights((9, 1), "F.cross_entropy(z, y, weight=w)", 7.0, 3)],
        ),
        (
            LOADED + "    loss = F.mse_loss(net(x), y)\n    total += loss.item()\nprint(total / len(data))",
            [MeansOverSamples((14, 1), "total / len(data)", "total", "loader", 3, 6)],
        ),
        (IN_ROUNDS.format("", "F.mse_loss(net(a), b)", ""), [MeansAdded((11, 2), "loss", 2)]),
        (
            GROWS.format(4, ".sum()", 0.005),
            [StepsTooLong((9, 4), "loss", "2470", "4.377e+11", 9, ".sum()", ".mean()", "0.0208", 20)],
        ),
        (
            "m = nn.Sequential(nn.Linear(2, 1), nn.Softmax(dim=-1))\np = m(torch.ones(3, 2))",
            [AloneInALayer((7, 1), "m[1]", 1, (3, 1))],
        ),
        (
            "x = torch.tensor([-1., 2.])\nh = F.relu(x)\np = h.sigmoid()",
            [NeverBelowHalf((8, 1), "h.sigmoid()")],
        ),
        (
            "r = nn.RNN(2, 2, num_layers=2)\no, h = r(torch.ones(5, 3, 2))\nf = h.view(3, 4)",
            [SamplesMixed((8, 1), "h.view(3, 4)", "h", (2, 3, 2), (0, 1), "h.transpose(0, 1).reshape(3, -1)")],
        ),
        (
            "c = nn.Conv1d(1, 1, 3, stride=2)\nu = nn.ConvTranspose1d(1, 1, 3, stride=2)\n"
            "h = c(torch.ones(1, 1, 8))\ny = u(h)",
            [TakesTheSmaller((9, 1), "u", "c", 3, 7, 8)],
        ),
        (
            "e = nn.Embedding(3, 2, padding_idx=1)\ne(torch.tensor([1, 2])).sum().backward()\nprint(e.weight.grad)",
            [PaddingRow((8, 1), "e", 1)],
        ),
        (
            "a = nn.Linear(2, 1)\nb = nn.Linear(2, 1)\nx = torch.ones(1, 2)\nprint(torch.allclose(a(x), b(x)))",
            [OwnRandomStart((9, 1), "a", "b")],
        ),
        (FROZEN.format(""), [FrozenStillMoves((10, 1), "opt", "net.weight")]),
        (
            ROWS.format("[i, i + 1]") + "rows, marks = next(iter(loader))",
            [JoinedByPlace((13, 1), "marks", 2, 3)],
        ),
        (
            "t = torch.tensor([1.], requires_grad=True)\nx = torch.ones(2, requires_grad=True)\n"
            "(x * (x > t)).sum().backward()\nprint(t.grad)",
            [NoGradient((9, 1), "t", "compared")],
        ),
        (
            "m = nn.Linear(2, 1)\no = torch.optim.SGD(m.parameters(), lr=0.1)\n"
            "s = torch.optim.lr_scheduler.StepLR(o, 2)\nm(torch.ones(1, 2)).sum().backward()\ns.step()",
            [NeverStepped((7, 1), "o")],
        ),
    ],
)
def test_what_surprises_is_said_and_holds(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "i = torch.tensor([[0, 1]]).expand(3, 2)\no = torch.zeros(3, 2).scatter(1, i, torch.ones(3, 2))",
        "t = torch.tensor([1, -1], dtype=torch.int8)\nprint(t > 100)\nprint(t.long() > 200)",
        "t = np.array([1, -1], dtype=np.int8)\nprint(t > 200)",
        "a = torch.ones(2, 2, 3)\nb = torch.eye(3)\nc = a @ b\nd = torch.ones(2, 2) @ torch.ones(2, 2)",
        "z = torch.randn(3, 2)\ny = torch.tensor([0, 1, 1])\nF.cross_entropy(z, y, weight=torch.ones(2))",
        LOADED + "    loss = F.mse_loss(net(x), y)\n    total += loss.item()\nprint(total / len(loader))",
        LOADED + "    loss = F.mse_loss(net(x), y)\n    total += loss.item() * len(x)\nprint(total / len(data))",
        LOADED
        + "    loss = F.mse_loss(net(x), y, reduction='sum')\n    total += loss.item()\nprint(total / len(data))",
        IN_ROUNDS.format("", "F.mse_loss(net(a), b) / 2", ""),
        IN_ROUNDS.format("", "F.mse_loss(net(a), b, reduction='sum')", ""),
        IN_ROUNDS.format("", "F.mse_loss(net(a), b)", "\n    net.zero_grad()"),
        GROWS.format(4, ".mean()", 0.001),
        GROWS.format(2, ".sum()", 0.01),
        "m = nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=-1))\np = m(torch.ones(3, 2))",
        "x = torch.tensor([-1., 2.])\np = torch.sigmoid(torch.tanh(x))\nh = F.relu(torch.sigmoid(x))",
        "r = nn.RNN(2, 2, num_layers=2)\no, h = r(torch.ones(5, 3, 2))\nf = h.transpose(0, 1).reshape(3, 4)",
        "r = nn.RNN(2, 2)\no, h = r(torch.ones(5, 3, 2))\nf = h.view(3, 2)",
        "c = nn.Conv1d(1, 1, 3, stride=2)\nu = nn.ConvTranspose1d(1, 1, 3, stride=2)\n"
        "h = c(torch.ones(1, 1, 7))\ny = u(h)",
        "e = nn.Embedding(3, 2)\ne(torch.tensor([1, 2])).sum().backward()\nprint(e.weight.grad)",
        "a = nn.Linear(2, 1)\nb = nn.Linear(2, 1)\nb.load_state_dict(a.state_dict())\nx = torch.ones(1, 2)\n"
        "print(torch.equal(a(x), b(x)))",
        FROZEN.format("net.zero_grad()\nnet.bias.sum().backward()\n"),
        ROWS.format("torch.tensor([i, i + 1])") + "rows, marks = next(iter(loader))",
        "m = nn.Linear(2, 1)\no = torch.optim.SGD(m.parameters(), lr=0.1)\n"
        "s = torch.optim.lr_scheduler.StepLR(o, 2)\nm(torch.ones(1, 2)).sum().backward()\no.step()\ns.step()",
    ],
)
def test_what_was_meant_so_is_not_remarked(program: str) -> None:
    assert found(program) == []


@pytest.mark.parametrize(
    ("line", "closing"),
    [
        ("y = torch.mean((x - 1) ** 2", ")"),
        ("y = x[0", "]"),
        ("y = torch.stack([x, (x", ")])"),
    ],
)
def test_the_bracket_that_is_missing_is_named(line: str, closing: str) -> None:
    message = run(f"import torch\nx = torch.ones(3)\n{line}\nprint(y)").message
    assert message.endswith(f"With {closing} at the end of that line it can be read.")


def test_a_line_that_no_bracket_mends_is_only_refused() -> None:
    assert "it can be read" not in run("x = (1 2\nprint(x)").message


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("x = torch.ones(3)\nm = torch.tensor([1., 0., 1.])\ny = x[m]", "y = x[m.bool()]"),
        ("x = np.ones(3)\nm = np.array([1., 0., 1.])\ny = x[m]", "y = x[m.astype(bool)]"),
        ("x = torch.ones(3)\nm = torch.tensor([2., 0.])\ny = x[m]", "y = x[m.long()]"),
        (
            "w = torch.zeros(2, requires_grad=True) + 1\nopt = torch.optim.SGD([w], lr=0.1)",
            "w = (torch.zeros(2) + 1).requires_grad_()",
        ),
        ("m = nn.Linear(2, 1)\nm.weight = m.weight * 2", "with torch.no_grad(): m.weight *= 2"),
        ("m = nn.Linear(2, 1)\nm.weight = torch.ones(1, 2)", "m.weight = nn.Parameter(torch.ones(1, 2))"),
        (
            "m = nn.Linear(2, 1)\ns = m.state_dict()\ny = s(torch.ones(1, 2))",
            "s = nn.Linear(2, 1); s.load_state_dict(m.state_dict())",
        ),
        (
            "r = nn.RNN(3, 6)\nh = torch.zeros(1, 4, 6)\no, n = r(torch.ones(5, 2, 3), h)",
            "",
        ),
    ],
)
def test_what_mends_it_is_offered(program: str, line: str) -> None:
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert [fix.line for fix in shown.fixes][:1] == ([line] if line else [])


def test_a_tied_weight_is_told_apart_from_one_that_is_set() -> None:
    program = "a = nn.Linear(2, 1)\nb = nn.Linear(1, 2)\nb.weight = a.weight.t()"
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.cause is not None
    assert "a.weight.t() is a result" in plain(shown.cause.cause.sentence())
    assert not shown.fixes
