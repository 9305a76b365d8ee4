"""What surprises in models, in masks and in copies is named, and only where it surprises."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.models import (
    EndsAtOnce,
    FrozenMovesOn,
    FunctionDropsStill,
    LeftAsTheyWere,
    MadeInEachCall,
    OneMemoryOften,
    OneModelTwice,
    PartStandsStill,
    SequenceFirst,
    StartsAnew,
    StillRecorded,
    TakenForConstants,
)
from primer_core.claims.surprises.shares import (
    AllMasked,
    ComparesColumns,
    LogOfNothing,
    MaskedAfterwards,
    SharedAgain,
    ShiftedFirst,
    ZeroHasWeight,
)
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.code import program_code
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.reruns.models import watched
from primer_core.lessons.own_lines.trace import run
from tests.claims import every_check
from tests.claims.checking import assert_holds
from tests.lessons.own_lines.surprises.test_common import HEADER

pytestmark = pytest.mark.filterwarnings("ignore")

assert every_check  # what it imports registers the checks

KINDS = (
    AllMasked, ComparesColumns, EndsAtOnce, FrozenMovesOn, FunctionDropsStill, LeftAsTheyWere, MadeInEachCall,
    MaskedAfterwards, OneMemoryOften, OneModelTwice, PartStandsStill, SequenceFirst, SharedAgain, StartsAnew,
    StillRecorded, TakenForConstants, ZeroHasWeight, LogOfNothing, ShiftedFirst,
)  # fmt: skip


def found(program: str) -> list[Claim]:
    """What is said of models, lines counted from the first after the imports, each claim checked in plain Python."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    said: list[Claim] = [claim for claims in surprising(shown).values() for claim in claims if isinstance(claim, KINDS)]
    for claim in said:
        assert_holds(claim, program_code(shown.trace))
    return said


TWO_PARTS = (
    "x = torch.randn(8, 3)\ny = torch.randn(8, 1)\nenc = nn.Linear(3, 4)\ndec = nn.Linear(4, 1)\n"
    "opt = torch.optim.Adam(list(enc.parameters()) + list(dec.parameters()), lr=0.01)\nfor i in range(3):\n"
    "    z = {}\n    loss = F.mse_loss(dec(z), y)\n    opt.zero_grad()\n    loss.backward()\n    opt.step()"
)
FROZEN = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.enc = nn.Linear(3, 4)\n"
    "        self.dec = nn.Linear(4, 1)\n    def forward(self, x):\n        with torch.no_grad():\n"
    "            h = torch.relu(self.enc(x))\n        return self.dec(h)\nnet = Net()\n"
    "opt = torch.optim.SGD(net.parameters(), lr=0.1)\nloss = net(torch.randn(4, 3)).pow(2).mean()\n"
    "loss.backward()\nopt.step()"
)
MEASURED = (
    "model = nn.Linear(3, 1)\nx = torch.randn(10, 3)\npred = model(x)\ntarget = torch.randn(10, 1)\n{}\nloss.backward()"
)
FILLS = (
    "lst = {}\na = np.zeros(3)\nfor i in range(3):\n    for j in range(3):\n        a[j] = 10 * i + j\n    {}\n"
    "print(lst)\nlst = []\nfor i in range(3):\n    a = 10 * i + np.arange(3)\n    lst.append(a)\nprint(lst)"
)
MASK = "torch.manual_seed(0)\ns = torch.randn(3, 3)\nmask = torch.tril(torch.ones(3, 3))\n"
ANEW = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(4, 4)\n"
    "    def forward(self, x):\n        {}\nnet = Net()\nx = torch.ones(1, 4)\ny = net(x)"
)
DROPS = (
    "model = nn.Linear(8, 1)\n{}\ndef predict(x):\n    h = F.dropout({})\n    return model(h)\n"
    "y = predict(torch.ones(8))"
)
NORMS = (
    "torch.manual_seed(0)\nmodel = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))\nfor p in model.parameters():\n"
    "    p.requires_grad = False\n{}\nwith torch.no_grad():\n    model(torch.ones(16, 4) * 5)"
)
ROUNDS = (
    "model = nn.Linear(2, 2)\nx = torch.ones(4, 2)\nfor epoch in range(3):\n    {}\n    loss = model(x).pow(2).mean()\n"
    "    opt.zero_grad()\n    loss.backward()\n    opt.step()"
)
BEST = (
    "import copy\nmodel = nn.Linear(2, 1)\n{}\nopt = torch.optim.SGD(model.parameters(), lr=1.0)\n"
    "model(torch.ones(1, 2)).sum().backward()\nopt.step()\nprint({}.weight, model.weight)"
)
KEEPS = (
    "w = torch.zeros(2, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)\nkept = []\nfor i in range(3):\n"
    "    loss = ((w - 3) ** 2).sum()\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\n    kept.append({})"
)
EVALUATED = "net = nn.Sequential(nn.Linear(4, 2), nn.Dropout(0.5))\nnet.{}()\nx = torch.ones(1, 4)\n{}\nprint(out.{})"


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            TWO_PARTS.format("enc(x).detach()"),
            [PartStandsStill((15, 3), "opt", "enc.weight", 2, 4, (11, 3), "enc(x).detach()", "detached")],
        ),
        (
            TWO_PARTS.format("torch.tensor(enc(x))"),
            [PartStandsStill((15, 3), "opt", "enc.weight", 2, 4, (11, 3), "torch.tensor(enc(x))", "anew")],
        ),
        (
            TWO_PARTS.format("x[:, :1].repeat(1, 4) * enc(x).mean().item()"),
            [PartStandsStill((15, 3), "opt", "enc.weight", 2, 4, (11, 3), "enc(x).mean().item()", "number")],
        ),
        (FROZEN, [PartStandsStill((18, 1), "opt", "net.enc.weight", 2, 4, (12, 1), "self.enc(x)", "no_grad")]),
        (
            "a = torch.ones(3, requires_grad=True)\nb = torch.ones(3, requires_grad=True)\n"
            "opt = torch.optim.SGD([a, b], lr=0.1)\nloss = (a * b.data).sum()\nloss.backward()\nopt.step()",
            [PartStandsStill((10, 1), "opt", "b", 1, 2, (8, 1), "b.data", "detached")],
        ),
        (
            "x = torch.tensor([1., 2.], requires_grad=True)\na = x * 2\nwith torch.no_grad():\n    b = a * 3\n"
            "c = a + b\nc.sum().backward()\nprint(x.grad)",
            [TakenForConstants((10, 1), "x", (0,), "2", "8", (8, 1), "a * 3")],
        ),
        (
            "w = torch.tensor([1., 2., 3.], requires_grad=True)\nwith torch.no_grad():\n    m = w.mean()\n"
            "loss = ((w - m) ** 3).sum()\nloss.backward()",
            [TakenForConstants((9, 1), "w", (0,), "3", "1", (7, 1), "w.mean()")],
        ),
        (
            MEASURED.format("loss = torch.tensor(F.mse_loss(pred, target).item(), requires_grad=True)"),
            [EndsAtOnce((10, 1), "loss", (9, 1), "F.mse_loss(pred, target).item()", "number")],
        ),
        (
            MEASURED.format("loss = torch.tensor(F.mse_loss(pred, target), requires_grad=True)"),
            [EndsAtOnce((10, 1), "loss", (9, 1), "torch.tensor(F.mse_loss(pred, target), requires_grad=True)", "anew")],
        ),
        (
            MEASURED.format("loss = (pred - target).pow(2).mean().detach()\nloss.requires_grad = True"),
            [EndsAtOnce((11, 1), "loss", (9, 1), "(pred - target).pow(2).mean().detach()", "detached")],
        ),
        (
            "scores = torch.randn(2, 3)\npad = torch.tensor([[True, True, True], [False, False, True]])\n"
            "scores = scores.masked_fill(pad, float('-inf'))\nprint(F.softmax(scores, dim=-1))",
            [AllMasked((8, 1), "F.softmax(scores, dim=-1)", "scores", "0", 1)],
        ),
        (
            "s = torch.zeros(2, 3, 3)\ns[1, :, 1:] = -torch.inf\nsoft = nn.Softmax(dim=1)\np = soft(s)\n"
            "q = s.softmax(1)",
            [AllMasked((8, 1), "soft(s)", "s", "1, :, 1", 2), AllMasked((9, 1), "s.softmax(1)", "s", "1, :, 1", 2)],
        ),
        (
            MASK + "p = F.softmax(s * 0, dim=-1)\np = p.masked_fill(mask == 0, 0)\nout = p @ s",
            [MaskedAfterwards((9, 1), "p.masked_fill(mask == 0, 0)", "0", "0.333")],
        ),
        (
            MASK + "p = torch.softmax(s[None] * 0, dim=2)\nw = p * mask\nout = torch.matmul(w, s)",
            [MaskedAfterwards((9, 1), "p * mask", "0, 0", "0.333")],
        ),
        (
            MASK + "s = (s * 0).masked_fill(mask == 0, 0)\np = F.softmax(s, dim=-1)",
            [
                ZeroHasWeight(
                    (9, 1), "F.softmax(s, dim=-1)", (8, 1), "(s * 0).masked_fill(mask == 0, 0)", (0, 1), "0.333"
                )
            ],
        ),
        (
            MASK + "p = (torch.ones(3, 3) * mask).softmax(-1)",
            [
                ZeroHasWeight(
                    (8, 1), "(torch.ones(3, 3) * mask).softmax(-1)", (8, 1), "torch.ones(3, 3) * mask", (0, 1), "0.212"
                )
            ],
        ),
        (
            "p = torch.tensor([[0.2, 0.5, 0.3]]).softmax(dim=1)\nlog = torch.log_softmax(p, dim=1)",
            [SharedAgain((6, 1), "torch.log_softmax(p, dim=1)", "p", "0.391", "0.353", is_log=True)],
        ),
        (
            "net = nn.Sequential(nn.Flatten(), nn.Softmax(dim=1))\nout = net(torch.arange(3.)[None])\n"
            "p = F.softmax(out, dim=1)",
            [SharedAgain((7, 1), "F.softmax(out, dim=1)", "out", "0.665", "0.451", is_log=False)],
        ),
        (
            "x = torch.tensor([[0.0, 200.0]])\np = torch.softmax(x, dim=1)\nlog = torch.log(p)",
            [LogOfNothing((7, 1), "torch.log(p)", "torch.softmax(x, dim=1)", "torch.log_softmax(x, dim=1)", "-200")],
        ),
        (
            "x = np.array([1000.0, 1001.0])\ne = np.exp(x)\np = e / e.sum()\nq = np.exp(x) / np.exp(x).sum()",
            [
                ShiftedFirst((7, 1), "e / e.sum()", "np.exp(x)", "np.exp(x - x.max())"),
                ShiftedFirst((8, 1), "np.exp(x) / np.exp(x).sum()", "np.exp(x)", "np.exp(x - x.max())"),
            ],
        ),
        (
            "enc = nn.TransformerEncoderLayer(d_model=8, nhead=2)\nx = torch.randn(2, 5, 8)\ny = enc(x)",
            [SequenceFirst((7, 1), "enc", 2, 5)],
        ),
        (
            ANEW.format("fc = nn.Linear(4, 2)\n        return fc(self.a(x))"),
            [MadeInEachCall((14, 1), "net", "nn.Linear(4, 2)", is_network=True)],
        ),
        (
            "def layer(x):\n    return nn.Linear(3, 2)(x)\nx = torch.ones(1, 3)\na = layer(x)\nb = layer(x)",
            [MadeInEachCall((9, 1), "layer", "nn.Linear(3, 2)", is_network=False)],
        ),
        (
            DROPS.format("model.eval()", "x, 0.5"),
            [FunctionDropsStill((10, 1), "model", "predict", "F.dropout(x, 0.5)")],
        ),
        (
            NORMS.format("model[0].weight.data.fill_(0.5), model[0].bias.data.fill_(0.0)"),
            [FrozenMovesOn((11, 1), "model[1]", 0, "0", "1")],
        ),
        (
            ROUNDS.format("opt = torch.optim.Adam(model.parameters(), lr=0.01)"),
            [StartsAnew((8, 3), "opt", "Adam")],
        ),
        (
            ROUNDS.format("opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)"),
            [StartsAnew((8, 3), "opt", "SGD")],
        ),
        (BEST.format("best = model", "best"), [OneModelTwice((7, 1), "best", "model")]),
        (
            KEEPS.format("w.detach()"),
            [OneMemoryOften((13, 3), "kept", "w.detach()", 3, "kept.append(w.detach().clone())")],
        ),
        (KEEPS.format("w"), [OneMemoryOften((13, 3), "kept", "w", 3, "kept.append(w.detach().clone())")]),
        (
            "pos = np.zeros(2)\npath = []\nfor i in range(3):\n    pos += i\n    path.append(pos)",
            [OneMemoryOften((9, 3), "path", "pos", 3, "path.append(pos.copy())")],
        ),
        *(
            (FILLS.format(start, put), [OneMemoryOften((10, 3), "lst", "a", 3, instead)])
            for start, put, instead in (
                ("[]", "lst.append(a)", "lst.append(a.copy())"),
                ("[]", "lst += [a]", "lst += [a.copy()]"),
                ("[]", "lst = lst + [a]", "lst = lst + [a.copy()]"),
                ("{}", "lst[f'{i}'] = a", "lst[f'{i}'] = a.copy()"),
                ("[None] * 3", "lst[i] = a", "lst[i] = a.copy()"),
            )
        ),
        (
            "def fill(n):\n    out = []\n    b = torch.zeros(2)\n    for i in range(n):\n        b[0] = i\n"
            "        out.append(b)\n    return out\nprint(fill(1))\nprint(fill(3))",
            [
                OneMemoryOften((10, 4), "out", "b", 3, "out.append(b.clone())"),
            ],
        ),
        (
            "a = nn.Sequential(nn.Linear(3, 2))\nb = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))\n"
            "b.load_state_dict(a.state_dict(), strict=False)",
            [LeftAsTheyWere((7, 1), "b", ("2.weight", "2.bias"))],
        ),
        (EVALUATED.format("eval", "out = net(x)", "requires_grad"), [StillRecorded((9, 1), "out", "net")]),
        (EVALUATED.format("eval", "out = net(x)", "grad_fn"), [StillRecorded((9, 1), "out", "net")]),
        (
            "a = torch.tensor([[1., 0.], [0., 1.]])\nb = torch.tensor([[1., 0.], [1., 0.]])\n"
            "print(F.cosine_similarity(a, b, dim=0))",
            [ComparesColumns((7, 1), "F.cosine_similarity(a, b, dim=0)", (2, 2), 0.707, 1.0)],
        ),
    ],
)
def test_it_is_named(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


GAN = (
    "gen, disc = nn.Linear(2, 3), nn.Linear(3, 1)\nopt_g = torch.optim.Adam(gen.parameters(), lr=0.01)\n"
    "opt_d = torch.optim.Adam(disc.parameters(), lr=0.01)\ncrit = nn.BCEWithLogitsLoss()\nfor i in range(2):\n"
    "    real, z = torch.randn(4, 3), torch.randn(4, 2)\n    fake = gen(z)\n"
    "    loss_d = crit(disc(real), torch.ones(4, 1)) + crit(disc(fake.detach()), torch.zeros(4, 1))\n"
    "    opt_d.zero_grad()\n    loss_d.backward()\n    opt_d.step()\n    loss_g = crit(disc(fake), torch.ones(4, 1))\n"
    "    opt_g.zero_grad()\n    loss_g.backward()\n    opt_g.step()\n    print(loss_d.item(), loss_g.item())"
)
TARGETS = (
    "net, goal_net = nn.Linear(4, 2), nn.Linear(4, 2)\ngoal_net.load_state_dict(net.state_dict())\n"
    "opt = torch.optim.SGD(net.parameters(), lr=0.1)\ns = torch.randn(3, 4)\nfor i in range(2):\n"
    "    q = net(s).max(1).values\n    with torch.no_grad():\n        goal = 1 + 0.9 * goal_net(s).max(1).values\n"
    "    loss = F.mse_loss(q, goal)\n    opt.zero_grad()\n    loss.backward()\n    opt.step()"
)
TRAINS = (
    "def train(lr):\n    net = nn.Linear(2, 1)\n    opt = torch.optim.SGD(net.parameters(), lr=lr)\n"
    "    x = torch.ones(3, 2)\n    for i in range(2):\n        loss = net(x).pow(2).mean()\n        opt.zero_grad()\n"
    "        loss.backward()\n        opt.step()\n    return loss.item()\nfor lr in [0.1, 0.01]:\n    print(train(lr))"
)


@pytest.mark.parametrize(
    "program",
    [
        TWO_PARTS.format("enc(x)"),
        GAN,
        TARGETS,
        "net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))\nfor p in net[0].parameters():\n"
        "    p.requires_grad = False\nopt = torch.optim.Adam(net.parameters(), lr=0.01)\n"
        "net(torch.randn(3, 4)).pow(2).mean().backward()\nopt.step()",
        "a, b = nn.Linear(2, 2), nn.Linear(2, 1)\nopt = torch.optim.SGD([*a.parameters(), *b.parameters()], lr=0.1)\n"
        "x = torch.randn(4, 2)\nb(a(x).detach()).sum().backward()\nopt.step()\nopt.zero_grad()\n"
        "b(a(x)).sum().backward()\nopt.step()",
        "w = torch.tensor([1., 2.], requires_grad=True)\nv = torch.zeros(2)\nfor i in range(3):\n"
        "    loss = (w ** 2).sum()\n    loss.backward()\n    with torch.no_grad():\n        v = 0.9 * v + w.grad\n"
        "        w -= 0.1 * v\n        w.grad.zero_()\n    print(loss.item())",
        "x = torch.tensor([1., 2.], requires_grad=True)\ny = (x ** 2).sum()\ny.backward()\nwith torch.no_grad():\n"
        "    z = x * 3\nprint(x.grad, z, y.item())",
        "x = torch.tensor([1., 2.], requires_grad=True)\nwith torch.no_grad():\n    z = x * 0\n"
        "((x + z) ** 2).sum().backward()",
        "x = torch.tensor(2.0, requires_grad=True)\nx.backward()\nprint(x.grad)",
        "t = torch.tensor(torch.ones(2).mean().item(), requires_grad=True)\n(t * 2).backward()",
        MEASURED.format("loss = F.mse_loss(pred, target)\nprint(loss.item(), torch.tensor(loss.item()))"),
        MASK + "p = F.softmax(s.masked_fill(mask == 0, float('-inf')), dim=-1)\nout = p @ s",
        MASK + "p = F.softmax(s, dim=-1) * mask\np = p / p.sum(-1, keepdim=True)\nout = p @ s",
        MASK + "p = F.softmax(s, dim=-1)\nlow = p.masked_fill(p < 0.2, 0)\nhot = (p * torch.eye(3)).sum(1)",
        MASK + "s = s.masked_fill(s < 0, 0)\np = F.softmax(s, dim=1)\ng = s * (s > 0.5)\nq = torch.softmax(g, dim=1)",
        MASK + "s = s.masked_fill(mask == 0, -1e9)\np = F.softmax(s, dim=1)",
        MASK + "p = F.softmax(s, dim=0)\nq = F.softmax(p, dim=1)\nr = F.softmax(p.log(), dim=0)\n"
        "t = F.softmax(F.softmax(s, 1) @ s, 1)",
        "enc = nn.TransformerEncoderLayer(d_model=8, nhead=2, batch_first=True)\ny = enc(torch.randn(2, 5, 8))",
        ANEW.format("act = nn.ReLU()\n        return act(self.a(x))"),
        ANEW.format("fc = nn.Linear(4, 2)\n        fc.weight = self.a.weight\n        return x"),
        "def make(n):\n    layer = nn.Linear(n, 1)\n    return layer\na, b = make(2), make(3)\ny = a(torch.ones(1, 2))",
        "def block(i, o):\n    lin = nn.Linear(i, o)\n    return nn.Sequential(lin, nn.ReLU())\n"
        "a, b = block(1, 2), block(2, 3)\ny = a(torch.ones(1, 1))",
        ANEW.format("if x.shape[1] != 4:\n            x = nn.Linear(3, 4)(x)\n        return self.a(x)"),
        "def look(x):\n    return nn.Linear(3, 2)(x)\na = look(torch.ones(1, 3))",
        TRAINS,
        DROPS.format("model.train()", "x, 0.5"),
        DROPS.format("model.eval()\nmodel.train()", "x, 0.5"),
        DROPS.format("model.eval()", "x, 0.5, model.training"),
        DROPS.format("model.eval()", "x, 0.5, training=False"),
        DROPS.format("model.eval()", "x, p=0.0"),
        NORMS.format("model.eval()"),
        NORMS.format("model[1].requires_grad_(True)"),
        ROUNDS.format("opt = torch.optim.SGD(model.parameters(), lr=0.01)"),
        ROUNDS.format("model = nn.Linear(2, 2)\n    opt = torch.optim.Adam(model.parameters(), lr=0.01)"),
        "model = nn.Linear(2, 1)\nfor lr in [0.1, 0.01]:\n    opt = torch.optim.Adam(model.parameters(), lr=0.1)\n"
        "    for i in range(3):\n        opt.zero_grad()\n        model(torch.ones(1, 2)).sum().backward()\n"
        "        opt.step()",
        BEST.format("best = copy.deepcopy(model)", "best"),
        BEST.format("net = model", "net"),
        BEST.format("best = model\nbest = copy.deepcopy(model)", "best"),
        KEEPS.format("w.detach().clone()"),
        "b = np.ones((2, 2))\nx = np.ones(2)\nfor i in range(2):\n    b[i] = x\n    x += 1",
        "d = {}\nx = np.ones(2)\nfor i in range(2):\n    d[0] = x\n    x += 1",
        "a = np.ones(2)\nlst = []\nfor i in range(2):\n    lst.append(a)\nlst.append(a)\na += 1",
        "lst = []\nfor i in range(2):\n    a = np.ones(2)\n    a += i\n    lst.append(a)",
        "a = np.ones(2)\nfor i in range(2):\n    lst = []\n    lst.append(a)\n    a += 1",
        KEEPS.format("w.tolist()"),
        KEEPS.format("loss.detach()"),
        "x = np.arange(3)\nsame = []\nfor i in range(3):\n    same.append(x)\ny = np.zeros(3)\ny += 1",
        "a = np.zeros((3, 2))\nrows = []\nfor i in range(3):\n    a[i] = i\n    rows.append(a[i])",
        "a, b = nn.Linear(3, 2), nn.Linear(3, 2)\nb.load_state_dict(a.state_dict(), strict=False)\n"
        "b.load_state_dict(a.state_dict())",
        EVALUATED.format("eval", "out = net(x)\nout.sum().backward()", "requires_grad"),
        EVALUATED.format("train", "out = net(x)", "requires_grad"),
        EVALUATED.format("eval", "with torch.no_grad():\n    out = net(x)", "requires_grad"),
        EVALUATED.format("eval", "net.train()\nout = net(x)", "requires_grad"),
        "a = torch.randn(3, 5)\ns = F.cosine_similarity(a, a, dim=1)\n"
        "t = F.cosine_similarity(a[:, None], a[None], dim=-1)\n"
        "u = F.cosine_similarity(torch.ones(4), torch.ones(4), dim=0)",
    ],
)
def test_a_program_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert found(program) == []


def test_a_program_is_run_once_more_only_where_something_may_be_seen() -> None:
    start = "a = torch.zeros(2)\nkept = []\nfor i in range(3):\n    a += i\n    kept.append({})\nprint(kept)"
    assert watched(run(HEADER + start.format("a.sum().item()"))) is None
    assert watched(run(HEADER + start.format("f'{i}'"))) is None
    assert watched(run(HEADER + start.format("a"))) is not None
    assert watched(run(HEADER + start.format("a * 1"))) is not None
