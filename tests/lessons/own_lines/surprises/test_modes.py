"""What surprises in how networks run is named where it happened, and nothing is elsewhere."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.lost_gradients import Why
from primer_core.claims.surprises.models import StillRecorded
from primer_core.claims.surprises.modes import (
    KeptFarOff,
    LeafInBetween,
    LearnsInEvalMode,
    NextRateAsked,
    NormStillMoves,
    NotTheirName,
    OneSampleSqueezed,
    StillInTrainMode,
    WeightNotTurned,
)
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

DROPS = "torch.manual_seed(0)\nnet = nn.Sequential(nn.Linear(2, 9), nn.Dropout(0.5))\nx = torch.ones(1, 2)\n"
NORMS = "x = torch.tensor([[10.0], [12.0], [14.0], [16.0]])\nbn = nn.BatchNorm1d(1)\n"
SQUARE = "torch.manual_seed(0)\nlayer = nn.Linear(2, 2)\nx = torch.tensor([[1., 2.]])\n"
OWN = (
    "torch.manual_seed(0)\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.fc = nn.Linear(2, 6)\n        self.drop = nn.Dropout()\n    def forward(self, x):\n"
    "        return {}\nnet = Net()\nx = torch.ones(1, 2)\nwith torch.no_grad():\n    a = net(x)\n    b = net(x)"
)


def of_kind(program: str, *kinds: type[Claim]) -> list[Claim]:
    return [each for each in found(program) if isinstance(each, kinds)]


@pytest.mark.parametrize(
    ("program", "run", "network"),
    [
        (DROPS + "with torch.no_grad():\n    print(net(x), net(x))", (9, 1), "net"),
        (DROPS + "with torch.inference_mode():\n    for i in range(3):\n        y = net(x)", (10, 3), "net"),
        (DROPS + "@torch.no_grad()\ndef ask(m, z):\n    return m(z)\na = ask(net, x)\nb = ask(net, x)", (10, 2), "m"),
        (OWN.format("self.drop(self.fc(x))"), (17, 1), "net"),
    ],
)
def test_dropout_is_named_that_goes_on_where_nothing_is_recorded(
    program: str, run: tuple[int, int], network: str
) -> None:
    said = of_kind(program, StillInTrainMode)
    assert [(each.run, each.network) for each in said if isinstance(each, StillInTrainMode)][-1] == (run, network)


@pytest.mark.parametrize(
    "program",
    [
        DROPS + "net.eval()\nwith torch.no_grad():\n    print(net(x), net(x))",
        DROPS + "print(net(x), net(x))",
        DROPS + "with torch.no_grad():\n    a = net(x)\n    b = net(x + 1)",
        DROPS + "with torch.no_grad():\n    for i in range(2):\n        torch.manual_seed(1)\n        y = net(x)",
        DROPS.replace("0.5", "0.0") + "with torch.no_grad():\n    print(net(x), net(x))",
        DROPS + "with torch.no_grad():\n    a = net(x)\n    net[0].weight.mul_(2)\n    b = net(x)",
        OWN.format("F.dropout(self.drop(self.fc(x)))"),
    ],
)
def test_dropout_is_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, StillInTrainMode)


def test_a_batch_norm_is_named_that_moves_where_nothing_is_recorded() -> None:
    program = NORMS + "with torch.no_grad():\n    y = bn(x)"
    assert of_kind(program, NormStillMoves) == [NormStillMoves((8, 1), "bn", "bn", "0", "1.3")]
    for other in (NORMS + "y = bn(x)", NORMS + "bn.eval()\nwith torch.no_grad():\n    y = bn(x)"):
        assert not of_kind(other, NormStillMoves)


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            NORMS + "y = bn(x)\nbn.eval()\nz = bn(x)",
            KeptFarOff((9, 1), "bn", 1, "0.1", 0, "1.3", "13", "1.567", "9.348"),
        ),
        (
            NORMS + "net = nn.Sequential(bn)\nnet.eval()\nfor i in range(2):\n    z = net(x)",
            KeptFarOff((10, 1), "net[0]", 0, "0.1", 0, "0", "13", "1", "13"),
        ),
    ],
)
def test_a_batch_norm_is_named_that_keeps_other_numbers(program: str, claim: Claim) -> None:
    assert of_kind(program, KeptFarOff) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        NORMS + "for i in range(60):\n    y = bn(x)\nbn.eval()\nz = bn(x)",
        NORMS.replace("1)", "1, momentum=1.0)") + "y = bn(x)\nbn.eval()\nz = bn(x)",
        NORMS.replace("1)", "1, track_running_stats=False)") + "y = bn(x)\nbn.eval()\nz = bn(x)",
        NORMS + "for i in range(60):\n    y = bn(x)\nbn.eval()\nz = bn(x + 100)",
        NORMS + "bn.running_mean.fill_(3.0)\nbn.eval()\nz = bn(x)",
        NORMS + "y = bn(x)\nz = bn(x)",
    ],
)
def test_a_batch_norm_is_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, KeptFarOff)


@pytest.mark.parametrize(
    ("product", "given"),
    [("x @ layer.weight", "x"), ("torch.matmul(x, layer.weight)", "x"), ("x.mm(layer.weight)", "x"),
     ("(x * 1) @ layer.weight", "(x * 1)")],
)  # fmt: skip
def test_a_weight_is_named_that_is_not_turned(product: str, given: str) -> None:
    said = of_kind(SQUARE + f"y = layer(x)\nz = {product} + layer.bias", WeightNotTurned)
    assert [(each.run, each.code, each.given) for each in said if isinstance(each, WeightNotTurned)] == [
        ((9, 1), product, given)
    ]


@pytest.mark.parametrize(
    "program",
    [
        SQUARE + "y = layer(x)\nz = x @ layer.weight.T",
        SQUARE + "y = layer(x)\nback = torch.ones(1, 2) @ layer.weight",
        SQUARE + "y = layer(x)\nnn.init.ones_(layer.weight)\nz = x @ layer.weight",
        SQUARE + "z = x @ layer.weight",
    ],
)
def test_a_weight_is_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, WeightNotTurned)


def test_eval_mode_is_told_from_recording_where_both_are_known() -> None:
    rest = "net.eval()\nout = net(x)\nprint(out.requires_grad)\nout.sum().backward()"
    known = DROPS + "with torch.no_grad():\n    y = net(x)\n" + rest
    assert of_kind(known, StillRecorded) == [StillRecorded((12, 1), "out", "net")]
    assert not of_kind(DROPS + rest, StillRecorded)


def test_a_scheduler_is_named_that_is_asked_for_the_next_rate() -> None:
    program = (
        "opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.5)\n"
        "plan = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.5)\n"
        "for i in range(4):\n    now = plan.{}()\n    opt.step()\n    plan.step()"
    )
    said = of_kind(program.format("get_lr"), NextRateAsked)
    assert said == [NextRateAsked((8, 3), "plan", "0.125", "0.25")]
    assert not of_kind(program.format("get_last_lr"), NextRateAsked)


SINGLE = (
    "class Net(nn.Module):\n    def _init_(self):\n        super()._init_()\n        self.fc = nn.Linear(2, 1)\n"
    "    def forward(self, x):\n        return x\n{}"
)
BAG = "class Bag:\n    def {}(self, items=()):\n        self.items = list(items)\nbag = Bag()"


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (SINGLE.format("net = Net()"), NotTheirName((11, 1), "net", "Net", "_init_", ("fc",))),
        (BAG.format("_init__"), NotTheirName((8, 1), "bag", "Bag", "_init__", ("items",))),
        (BAG.format("init_"), NotTheirName((8, 1), "bag", "Bag", "init_", ("items",))),
    ],
)
def test_a_method_is_named_that_is_not_called_where_an_object_is_made(program: str, claim: Claim) -> None:
    assert of_kind(program, NotTheirName) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        BAG.format("__init__"),
        BAG.format("_init_") + "\nbag._init_([1])",
        BAG.format("init"),
        BAG.format("_init_") + "\nbag.items = [2]",
        BAG.format("_init_").replace("\nbag", "\n    def __init__(self):\n        self.count = 0\nbag"),
        BAG.format("_init_").replace("\nbag", "\n    def items(self):\n        return 0\nbag"),
        BAG.format("_init_").replace("Bag()", "[Bag()]"),
        BAG.format("_init_").replace("\nbag", "\nstart = Bag._init_\nbag"),
    ],
)
def test_a_method_is_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, NotTheirName)


ENDS = (
    "torch.manual_seed(0)\nnet = nn.Linear(2, 1)\nx = torch.ones(3, 2)\nout = net(x)\ny = {}\n"
    "loss = (y ** 2).sum()\nloss.backward()\nw = net.weight.grad"
)


@pytest.mark.parametrize(
    ("code", "lost", "why"),
    [
        ("torch.tensor(out, requires_grad=True)", "torch.tensor(out, requires_grad=True)", "anew"),
        ("out.detach().requires_grad_()", "out.detach()", "detached"),
        ("out.data.requires_grad_(True)", "out.data", "detached"),
        ("torch.from_numpy(out.detach().numpy()).requires_grad_()", "out.detach()", "detached"),
        ("torch.tensor((out > 0).float(), requires_grad=True)", "out > 0", "dtype"),
    ],
)
def test_a_leaf_is_named_at_which_the_way_back_ends(code: str, lost: str, why: Why) -> None:
    said = of_kind(ENDS.format(code), LeafInBetween)
    assert said == [LeafInBetween((9, 1), code, "net.weight", 2, 11, lost, why)]


@pytest.mark.parametrize(
    "program",
    [
        ENDS.format("out"),
        ENDS.format("out.clone()"),
        ENDS.format("torch.tensor([[1.0]], requires_grad=True) * out"),
        ENDS.format("out.detach().requires_grad_()").replace("loss.backward()", "loss.detach()"),
        ENDS.format("out.detach().requires_grad_()") + "\nout.sum().backward()",
        ENDS.format("out.detach().requires_grad_()") + "\nout.backward(y.grad)",
        ENDS.format("out.detach().requires_grad_()").replace("sum()", "sum() + out.sum()") + "\nnet.zero_grad()",
    ],
)
def test_a_leaf_is_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, LeafInBetween)


BATCHES = "rows = torch.arange(18.).reshape(9, 2)\nfc = nn.Linear(2, 1)\nfor x in rows.split({}):\n    y = {}"
HEADS = "def ask(x):\n    return x.squeeze({})\nfor n in {}:\n    y = ask(torch.ones(n, 3))"


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            BATCHES.format(4, "fc(x).squeeze()"),
            OneSampleSqueezed((8, 3), "fc(x).squeeze()", 0, (4, 1), (4,), (1, 1), (), "fc(x).squeeze(-1)"),
        ),
        (
            BATCHES.format(4, "torch.squeeze(fc(x))"),
            OneSampleSqueezed((8, 3), "torch.squeeze(fc(x))", 0, (4, 1), (4,), (1, 1), (), "torch.squeeze(fc(x), -1)"),
        ),
        (
            "for n in (3, 1):\n    y = np.squeeze(np.ones((n, 1, 2)))",
            OneSampleSqueezed(
                (6, 2), "np.squeeze(np.ones((n, 1, 2)))", 0, (3, 1, 2), (3, 2), (1, 1, 2), (2,),
                "np.squeeze(np.ones((n, 1, 2)), 1)",
            ),
        ),
        (
            HEADS.format(0, "(4, 1)"),
            OneSampleSqueezed((6, 2), "x.squeeze(0)", 0, (4, 3), (4, 3), (1, 3), (3,), ""),
        ),
    ],
)  # fmt: skip
def test_a_squeeze_is_named_that_takes_the_batch(program: str, claim: Claim) -> None:
    assert of_kind(program, OneSampleSqueezed) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        BATCHES.format(3, "fc(x).squeeze()"),
        BATCHES.format(4, "fc(x).squeeze(-1)"),
        BATCHES.format(4, "fc(x).squeeze(1)"),
        HEADS.format(0, "(4, 2)"),
        "for n in (3, 1):\n    w = [t.squeeze() for t in (torch.ones(n, 1), torch.ones(2, 1))]",
        HEADS.format(0, "(1, 1)"),
        "for x in (torch.ones(3, 1), torch.ones(1)):\n    y = x.squeeze()",
    ],
)
def test_a_squeeze_is_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, OneSampleSqueezed)


ROUNDS = (
    "torch.manual_seed(0)\nnet = nn.Sequential(nn.Linear(2, 4), {layer}, nn.Linear(4, 1))\n"
    "opt = torch.optim.SGD(net.parameters(), lr=0.1)\nx = torch.randn(6, 2)\n{before}\nfor epoch in range(3):\n"
    "    {begins}\n    opt.zero_grad()\n    loss = net(x).pow(2).mean()\n    loss.backward()\n    {ends}\n"
    "    {last}"
)


@pytest.mark.parametrize(
    ("layer", "scales"), [("nn.Dropout(0.5)", False), ("nn.BatchNorm1d(4)", True), ("nn.Dropout1d()", False)]
)
def test_a_network_is_named_that_learns_in_eval_mode(layer: str, scales: bool) -> None:
    program = ROUNDS.format(layer=layer, before="net.train()", begins="pass", ends="opt.step()", last="net.eval()")
    said = LearnsInEvalMode((15, 3), "opt", "net", "net[1]", scales, 16, "net.eval()")
    assert of_kind(program, LearnsInEvalMode) == [said]


@pytest.mark.parametrize(
    ("layer", "before", "begins", "ends", "last"),
    [
        ("nn.Dropout(0.5)", "net.train()", "net.train()", "opt.step()", "net.eval()"),
        ("nn.Dropout(0.5)", "net.eval()", "pass", "opt.step()", "pass"),
        ("nn.Dropout(0.5)", "pass", "net.train()", "net.eval()", "val = net(x)\n    opt.step()"),
        ("nn.Dropout(0.5)", "pass", "pass", "opt.step()", "pass"),
        ("nn.Dropout(0.0)", "pass", "pass", "opt.step()", "net.eval()"),
        ("nn.ReLU()", "pass", "pass", "opt.step()", "net.eval()"),
        ("nn.BatchNorm1d(4)", "net[1].eval()", "pass", "opt.step()", "pass"),
    ],
)
def test_eval_mode_is_not_named_elsewhere(layer: str, before: str, begins: str, ends: str, last: str) -> None:
    program = ROUNDS.format(layer=layer, before=before, begins=begins, ends=ends, last=last)
    assert not of_kind(program, LearnsInEvalMode)
