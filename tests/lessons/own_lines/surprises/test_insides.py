"""What surprises in what layers and optimisers keep is named where it happened, and nothing is elsewhere."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.insides import (
    MovesWithoutSlope,
    OwnAreUnlisted,
    PatienceSpent,
    SizesForTheText,
    StatesLayersFirst,
    StepsInEachBatch,
    TwoVariances,
)
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

STILL = (
    "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.{}\nfor i in range(2):\n    opt.zero_grad()\n"
    "    (w * (1.0 - i)).sum().backward()\n    opt.step()"
)
OWN = (
    "class Shift(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {}\n"
    "        self.lin = nn.Linear(2, 2)\n{}net = Shift()\nprint(net)"
)
WAITS = (
    "w = torch.zeros(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)\n"
    "plan = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience={}, factor=0.5)\n"
    "for loss in [3.0, 2.0, 2.0, 2.5]:\n    plan.step(loss)"
)


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (STILL.format("SGD([w], lr=0.1, momentum=0.9)"), MovesWithoutSlope((10, 2), "opt", "w", 0.0)),
        (STILL.format("Adam([w], lr=0.1)"), MovesWithoutSlope((10, 2), "opt", "w", 0.0)),
        (STILL.format("SGD([w], lr=0.1, weight_decay=0.5)"), MovesWithoutSlope((10, 2), "opt", "w", 0.5)),
        (
            "net = nn.Linear(2, 1)\nopt = torch.optim.AdamW(net.parameters(), lr=0.1, weight_decay=0.1)\n"
            "(net(torch.ones(1, 2)) * 0).sum().backward()\nopt.step()",
            MovesWithoutSlope((8, 1), "opt", "net.weight", 0.1),
        ),
        (
            "bn = nn.BatchNorm1d(1, momentum=1.0)\nx = torch.tensor([[1.], [2.], [3.], [6.]])\ny = bn(x)\n"
            "bn.eval()\nz = bn(x)",
            TwoVariances((7, 1), "bn", 4, "3.5", "4.66667"),
        ),
        (
            "net = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1))\n"
            "nn.init.ones_(net[0].weight)\ny = net(torch.arange(4.).reshape(1, 1, 2, 2))\nprint(net[1].running_var)",
            TwoVariances((7, 1), "net[1]", 4, "1.25", "1.66667"),
        ),
        (
            OWN.format("self.shift = nn.Parameter(torch.ones(2))", ""),
            OwnAreUnlisted((11, 1), "net", ("shift",), are_buffers=False),
        ),
        (
            OWN.format("self.register_buffer('mask', torch.ones(2))", ""),
            OwnAreUnlisted((11, 1), "net", ("mask",), are_buffers=True),
        ),
        (
            "lin = nn.Linear(3, 4)\nlin.weight = nn.Parameter(torch.ones(4, 2))\ny = lin(torch.ones(1, 2))",
            SizesForTheText((6, 1), "lin", 3, 4, (4, 2)),
        ),
        (
            "net = nn.Sequential(nn.Linear(3, 4, bias=False))\nnet[0].weight = nn.Parameter(torch.ones(2, 5))",
            SizesForTheText((6, 1), "net[0]", 3, 4, (2, 5)),
        ),
        (
            "rnn = nn.GRU(3, 4, batch_first=True)\nout, h = rnn(torch.ones(5, 6, 3))\nprint(h.shape)",
            StatesLayersFirst((6, 1), "rnn", "h", (1, 5, 4), 1),
        ),
        (
            "rnn = nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)\n"
            "out, (h, c) = rnn(torch.ones(5, 6, 3))\nprint(h[-1])",
            StatesLayersFirst((6, 1), "rnn", "h", (4, 5, 4), 2),
        ),
        (WAITS.format(1), PatienceSpent((9, 4), "plan", 1, "2", "1", "0.5")),
        (WAITS.format(0), PatienceSpent((9, 4), "plan", 0, "2", "0.5", "0.25")),
    ],
)
def test_it_is_named(program: str, claim: Claim) -> None:
    assert claim in found(program)


KINDS = (MovesWithoutSlope, OwnAreUnlisted, PatienceSpent, SizesForTheText, StatesLayersFirst, TwoVariances)


@pytest.mark.parametrize(
    "program",
    [
        STILL.format("SGD([w], lr=0.1)"),
        STILL.format("ASGD([w], lr=0.1, lambd=0.5)"),
        "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1, weight_decay=0.5)\n"
        "w.sum().backward()\nopt.step()",
        "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.Adam([w], weight_decay=0.5)\nopt.step()",
        "bn = nn.BatchNorm1d(1)\ny = bn(torch.ones(4, 1) * 2)",
        "bn = nn.BatchNorm1d(1, momentum=1.0)\nbn.eval()\ny = bn(torch.ones(4, 1) * 2)",
        "bn = nn.BatchNorm1d(1, momentum=1.0)\ny = bn(torch.ones(4, 1))",
        OWN.format("self.size = 3", ""),
        OWN.format("self.a = nn.Parameter(torch.ones(1))", "    def extra_repr(self):\n        return 'a'\n"),
        "net = nn.Linear(2, 2)\nprint(net)",
        "lin = nn.Linear(3, 4)\nlin.weight = nn.Parameter(torch.ones(4, 3))",
        "rnn = nn.GRU(3, 4)\nout, h = rnn(torch.ones(5, 6, 3))\nprint(h.shape)",
        "rnn = nn.GRU(3, 4, batch_first=True)\nout, h = rnn(torch.ones(5, 6, 3))\nprint(out.shape)",
        "rnn = nn.GRU(3, 4, batch_first=True)\nout, h = rnn(torch.ones(6, 3))\nprint(h.shape)",
        WAITS.format(2),
    ],
)
def test_what_does_as_it_says_is_left_alone(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, KINDS)] == []


BATCHES = (
    "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n"
    "sched = torch.optim.lr_scheduler.{kind}\n{more}\nfor epoch in range(3):\n    for i in range(4):\n"
    "        (w * i).sum().backward()\n        opt.step()\n        {inner}\n    {outer}"
)


def test_a_scheduler_is_named_that_steps_in_each_batch() -> None:
    program = BATCHES.format(kind="StepLR(opt, 2)", more="", inner="sched.step()", outer="pass")
    said = [each for each in found(program) if isinstance(each, StepsInEachBatch)]
    assert said == [StepsInEachBatch((13, 12), "sched", 4, 9, 2, "0.1", "0.001")]


@pytest.mark.parametrize(
    ("kind", "more", "inner", "outer"),
    [
        ("StepLR(opt, 2)", "", "pass", "sched.step()"),
        ("StepLR(opt, 5)", "", "sched.step()", "pass"),
        ("ExponentialLR(opt, 0.9)", "", "sched.step()", "pass"),
        ("StepLR(opt, 2, gamma=1.0)", "", "sched.step()", "pass"),
        ("StepLR(opt, 2)", "other = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)", "sched.step()", "other.step()"),
    ],
)
def test_a_scheduler_is_not_named_elsewhere(kind: str, more: str, inner: str, outer: str) -> None:
    program = BATCHES.format(kind=kind, more=more, inner=inner, outer=outer)
    assert not [each for each in found(program) if isinstance(each, StepsInEachBatch)]
