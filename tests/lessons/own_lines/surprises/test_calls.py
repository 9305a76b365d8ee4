"""What surprises in a call is named, and nothing where the call gives what it seems to."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.calls import (
    ComparedNotStored,
    FloatsOfWholes,
    LossNotComputed,
    MadeAlike,
    MethodNotCalled,
    PlacesInATuple,
    SizeNotNumber,
    SqueezesNothing,
)
from primer_core.claims.surprises.common import GradientsAddUp
from primer_core.claims.surprises.objects import NameAlone
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")  # a loss warns of its old settings


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        ("x = torch.ones(3)\nm = x.mean", [MethodNotCalled((6, 1), "x.mean")]),
        ("a = np.ones(3)\nprint(a.max, a.shape)", [MethodNotCalled((6, 1), "a.max")]),
        ("net = nn.Linear(2, 1)\nnet.eval\nnet.bias\nnet.train(False)", [MethodNotCalled((6, 1), "net.eval")]),
        ("net = nn.Linear(2, 1)\nprint(net.parameters)", [MethodNotCalled((6, 1), "net.parameters")]),
        (
            "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n(w * w).sum().backward()\n"
            "opt.step\nopt.param_groups\nopt.zero_grad()",
            [MethodNotCalled((8, 1), "opt.step")],
        ),
        (
            "class Net(nn.Module):\n    def forward(self, x):\n        return x\nnet = Net()\nnet.train\n"
            "net.training\nnet.forward",
            [MethodNotCalled((9, 1), "net.train")],
        ),
        (
            "w = torch.ones(2, requires_grad=True)\nloss = w.sum()\nloss.backward",
            [MethodNotCalled((7, 1), "loss.backward")],
        ),
        ("x = torch.ones(2, 1)\ny = x.squeeze(0)", [SqueezesNothing((6, 1), "x.squeeze(0)", 0, 2)]),
        (
            "x = torch.ones(2, 1, 4)\ny = torch.squeeze(x, dim=-1)",
            [SqueezesNothing((6, 1), "torch.squeeze(x, dim=-1)", 2, 4)],
        ),
        ("a = np.arange(4)\nprint(np.where(a > 1))", [PlacesInATuple((6, 1), "np.where(a > 1)", 1)]),
        ("a = np.eye(2)\ni = a.nonzero()\nn = len(i)", [PlacesInATuple((6, 1), "a.nonzero()", 2)]),
        ("t = torch.eye(2)\ni = torch.where(t > 0)", [PlacesInATuple((6, 1), "torch.where(t > 0)", 2)]),
        ("a = np.array([1, 'b'])", [MadeAlike((5, 1), "np.array([1, 'b'])", "<U21", "1", "'1'")]),
        (
            "t = torch.tensor([[2, True]])",
            [MadeAlike((5, 1), "torch.tensor([[2, True]])", "torch.int64", "True", "1")],
        ),
        ("t = torch.Tensor(3)", [SizeNotNumber((5, 1), "torch.Tensor(3)", (3,))]),
        ("t = torch.FloatTensor(3)", [SizeNotNumber((5, 1), "torch.FloatTensor(3)", (3,))]),
        (
            "a = torch.tensor([2, 3])\nt = torch.Tensor(2, 3)",
            [SizeNotNumber((6, 1), "torch.Tensor(2, 3)", (2, 3))],
        ),
        (
            "k = [1, 2]\na = torch.tensor(k)\nt = torch.Tensor(k)",
            [FloatsOfWholes((7, 1), "torch.Tensor(k)", "torch.tensor(k)", "float32")],
        ),
        (
            "a = torch.tensor([1, 2])\nt = torch.Tensor([[1], [2]])",
            [FloatsOfWholes((6, 1), "torch.Tensor([[1], [2]])", "torch.tensor([[1], [2]])", "float32")],
        ),
        (
            "p, y = torch.ones(1), torch.ones(1)\nloss = nn.MSELoss(p, y)\nprint(loss)",
            [LossNotComputed((6, 1), "loss", "nn.MSELoss(p, y)", "nn.MSELoss()(p, y)")],
        ),
        (
            "x = np.arange(4)\nx[x > 1] == 0\nprint(x)",
            [ComparedNotStored((6, 1), "x[x > 1] == 0", "x[x > 1] = 0")],
        ),
        ("net = nn.Linear(2, 1)\nfor p in net.parameters():\n    p = p * 0", [NameAlone((7, 1), "p", "net")]),
        (
            "net = nn.Linear(1, 1)\nfor i in range(2):\n    net(torch.ones(1, 1)).sum().backward()",
            [GradientsAddUp((7, 2), ("net.weight.grad", "net.bias.grad"))],
        ),
    ],
)
def test_a_surprise_is_named(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "x = torch.ones(3)\nm = x.mean\nn = m()\nf = x.sum\ng = list(map(f, [0]))\ns = x.shape\nprint(x.dtype)",
        "x = torch.ones(2, 1)\ny = x.squeeze(1)\nz = x.squeeze(-1)\nw = np.ones((1, 2)).squeeze(0)",
        "a = np.arange(4)\ni = np.where(a > 1)[0]\n(j,) = np.where(a > 1)\nk = np.where(a > 1)\na[k] = 0\n"
        "b = a[np.where(a > 1)]\nc = np.where(a > 1, 1, 0)\nt = torch.eye(2).nonzero()\nfor r in np.where(a > 1):\n"
        "    s = r + 1",
        "a = np.array([1, 2.5])\nb = np.array(['a', 'b'])\nc = np.array([True, False])",
        "t = torch.Tensor([3])\nu = torch.zeros(2, 3)\nv = torch.tensor(3)",
        "a = torch.tensor([1, 2])\nt = torch.FloatTensor([1, 2])",
        "a = torch.tensor([1, 2])\nt = torch.Tensor([1.5, 2])",
        "t = torch.Tensor([1, 2])",
        "t = torch.Tensor(2, 3).zero_()",
        "p, y = torch.ones(1), torch.ones(1)\nloss = nn.MSELoss()(p, y)\nf = nn.CrossEntropyLoss(torch.ones(3))",
        "x = np.arange(4)\nsame = x == 0\nn = (x[1:] == 0).sum()\nx[0] == 0",
        "items = [1, 2]\nfor x in items:\n    x = x + 1\nt = torch.where(torch.tensor(1) > 0)",
        "net = nn.Linear(1, 1)\nfor i in range(2):\n    net.zero_grad()\n    net(torch.ones(1, 1)).sum().backward()",
    ],
)
def test_a_call_that_gives_what_it_seems_to_is_left_alone(program: str) -> None:
    assert found(program) == []
