"""What surprises in losses and on the way back from them is named where it happened, and nothing is elsewhere."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.layers import LayersInARow
from primer_core.claims.surprises.losses import (
    DividesByWeights,
    EvenShares,
    GradientOfSum,
    KlOfNoShares,
    KlOverAllNumbers,
    OneRowCosts,
    SmallerBatchWeighsMore,
    TimesAFactor,
)
from primer_core.claims.surprises.slopes import ShrinksThrough, SlopeByItsValue
from primer_core.claims.surprises.training import NumbersTaken
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

SQUARES = "x, y = torch.eye(2), torch.ones(2, 2)\nw = torch.zeros(2, 2, requires_grad=True)\n"
DEEP = "x = torch.ones(1, requires_grad=True)\nh = x\nfor _ in range(5):\n    h = {}\nh.sum().backward()"
SLOPE = "def sigmoid_slope(a):\n    return a * (1 - a)\n"


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            "z = torch.zeros(4, 3)\ny = torch.tensor([0, 1, 2, 0])\nloss = F.cross_entropy(z, y)",
            EvenShares((7, 1), "F.cross_entropy(z, y)", "1.099", 3),
        ),
        (
            SQUARES + "F.mse_loss(x @ w, y).backward()\ng = x.T @ (x @ w - y).detach()",
            TimesAFactor((8, 1), "g", "w.grad", "F.mse_loss(x @ w, y)", "mean and square", 4),
        ),
        (
            SQUARES + "F.mse_loss(x @ w, y).backward()\ng = x.T @ (x @ w - y).detach() / 4",
            TimesAFactor((8, 1), "g", "w.grad", "F.mse_loss(x @ w, y)", "square", 4),
        ),
        (
            SQUARES + "F.mse_loss(x @ w, y).backward()\ng = 2 * x.T @ (x @ w - y).detach()",
            TimesAFactor((8, 1), "g", "w.grad", "F.mse_loss(x @ w, y)", "mean", 4),
        ),
        (DEEP.format("torch.sigmoid(h)"), ShrinksThrough((9, 1), 5)),
        (
            SLOPE + "z = np.array([0.5, 2.0])\ns = sigmoid_slope(z)",
            SlopeByItsValue((6, 1), "a * (1 - a)", "a", "2", "-2"),
        ),
        (
            SLOPE + "z = np.array([0.5, 2.0])\ns = sigmoid_slope(z)\nt = sigmoid_slope(np.array([0.5]))",
            SlopeByItsValue((6, 1), "a * (1 - a)", "a", "2", "-2"),
        ),
        (
            "a = torch.tensor(1., requires_grad=True)\nv = torch.tensor([a * 2, a], requires_grad=True)",
            NumbersTaken((6, 1), "torch.tensor([a * 2, a], requires_grad=True)", "torch.stack([a * 2, a])"),
        ),
        (
            "a, b = nn.Linear(2, 8), nn.Linear(8, 3)\ny = b(a(torch.ones(1, 2)))",
            LayersInARow((6, 1), "b(a(torch.ones(1, 2)))", "b", "a", 2, 3),
        ),
    ],
)
def test_it_is_named(program: str, claim: Claim) -> None:
    assert claim in found(program)


KINDS = (EvenShares, TimesAFactor, ShrinksThrough, SlopeByItsValue, NumbersTaken, LayersInARow)


@pytest.mark.parametrize(
    "program",
    [
        "z = torch.eye(3) * 9\nloss = F.cross_entropy(z, torch.tensor([0, 1, 2]))",
        "z = torch.zeros(2, 3)\nloss = F.cross_entropy(z, torch.tensor([0, 1]), reduction='sum')",
        "z = torch.zeros(2, 3)\nloss = F.cross_entropy(z * 9, torch.tensor([0, 1]), weight=torch.tensor([1., 2., 3.]))",
        SQUARES + "F.mse_loss(x @ w, y).backward()\ng = x.T @ (x @ w - y).detach() / 2",
        SQUARES + "F.mse_loss(x @ w, y).backward()\ng = w.grad",
        SQUARES + "F.mse_loss(x @ w, y, reduction='sum').backward()\ng = x.T @ (x @ w - y).detach()",
        DEEP.format("torch.relu(h)"),
        DEEP.format("torch.sigmoid(x)"),
        DEEP.format("torch.sigmoid(h.detach()) * x"),
        "net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())\nopt = torch.optim.SGD(net.parameters(), lr=1)\n"
        "for _ in range(8):\n    loss = net(torch.ones(3, 2)).mean()\n    opt.zero_grad()\n    loss.backward()\n"
        "    opt.step()",
        "w = torch.ones(1, requires_grad=True)\nfor _ in range(8):\n    loss = torch.sigmoid(w).sum()\n"
        "    loss.backward()\n    with torch.no_grad():\n        w -= w.grad\n    w.grad = None",
        SLOPE + "s = sigmoid_slope(np.array([0.0, 0.5, 1.0]))",
        "def bump(a):\n    return a * (1 - a)\ns = bump(np.array([2.0]))",
        "a = torch.tensor(1., requires_grad=True)\nv = torch.tensor([a.item(), 2.0])\nu = torch.stack([a, a])",
        "a = torch.tensor(1., requires_grad=True)\nv = torch.tensor([a.detach(), a.detach() * 2])",
        "a = torch.tensor(1., requires_grad=True)\nv = torch.tensor([a > 0, a > 2])",
        "a = torch.tensor(1., requires_grad=True)\nwith torch.no_grad():\n    v = torch.tensor([a * 2, a])",
        SQUARES + "F.mse_loss(x @ w, y).backward()\ng = w.grad\nstep = 0.5 * g",
        "a, b = nn.Linear(2, 8), nn.Linear(8, 3)\ny = b(torch.relu(a(torch.ones(1, 2))))",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, KINDS)] == []


LOGS = "x = torch.tensor([[0.5, 0.5], [0.25, 0.75]]).log()\nt = torch.tensor([[0.25, 0.75], [0.5, 0.5]])\n"
BATCHES = (
    "x, y = torch.zeros(5, 1), torch.tensor([[1.], [1.], [1.], [1.], [4.]])\ntotal, count = 0.0, 0\nlosses = []\n"
    "for out, lab in zip(x.split({}), y.split({})):\n    loss = F.mse_loss(out, lab{})\n    {}\n    count += 1\n"
)
WEIGHED = "w = torch.tensor([0.5, 2.0])\nz = torch.eye(2)\ny = torch.tensor([0, 0])\n"


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            LOGS + "a = F.kl_div(x, t * 0.5, reduction='sum')",
            KlOfNoShares((7, 1), "F.kl_div(x, t * 0.5, reduction='sum')", "-0.5558", "t * 0.5", True, 0, "0.5"),
        ),
        (
            LOGS + "a = F.kl_div(x - 1, t, reduction='sum')",
            KlOfNoShares((7, 1), "F.kl_div(x - 1, t, reduction='sum')", "2.275", "x - 1", False, 0, "0.3679"),
        ),
        (
            LOGS + "a = nn.KLDivLoss()(x, t)",
            KlOverAllNumbers((7, 1), "nn.KLDivLoss()(x, t)", "0.06866", 4, 2, "0.1373"),
        ),
        (
            BATCHES.format(2, 2, "", "total += loss.item()") + "print(total / count)",
            SmallerBatchWeighsMore((12, 1), "total / count", "6", "loss", (2, 2, 1), "4"),
        ),
        (
            BATCHES.format(3, 3, "", "losses.append(loss.item())") + "mean = sum(losses) / len(losses)",
            SmallerBatchWeighsMore((12, 1), "sum(losses) / len(losses)", "4.75", "loss", (3, 2), "4"),
        ),
        (
            BATCHES.format(2, 2, "", "total = total + loss") + "total /= count",
            SmallerBatchWeighsMore((12, 1), "total /= count", "6", "loss", (2, 2, 1), "4"),
        ),
        (
            "e = torch.tensor([1., 1., 1., 1., 6.])\nfor size in (5, 4, 3):\n    total = 0.0\n"
            "    for few in e.split(size):\n        total += few.mean().item()\n"
            "    mean = total / len(e.split(size))\n    again = total / 2",
            SmallerBatchWeighsMore((11, 3), "total / 2", "2.25", "few.mean()", (3, 2), "2"),
        ),
        (
            "e = np.array([1., 1., 1., 1., 6.])\nmeans = []\nfor i in range(0, 5, 2):\n"
            "    means.append(np.mean(e[i:i + 2]))\nmean = np.mean(means)",
            SmallerBatchWeighsMore((9, 1), "np.mean(means)", "2.66667", "np.mean(e[i:i + 2])", (2, 2, 1), "2"),
        ),
        (
            "right = torch.tensor([1, 1, 1, 1, 0])\nacc = 0\nfor i, few in enumerate(right.split(2)):\n"
            "    share = (few == 1).float().mean()\n    acc += float(share)\nprint(acc / (i + 1))",
            SmallerBatchWeighsMore((10, 1), "acc / (i + 1)", "0.666667", "share", (2, 2, 1), "0.8"),
        ),
        (
            WEIGHED + "loss = F.cross_entropy(z, y, weight=w)\nprint(loss)",
            DividesByWeights((8, 1), "F.cross_entropy(z, y, weight=w)", 1.0, 2),
        ),
    ],
)
def test_what_a_loss_is_divided_by_is_named(program: str, claim: Claim) -> None:
    assert claim in found(program)


OF_MEANS = (DividesByWeights, KlOfNoShares, KlOverAllNumbers, SmallerBatchWeighsMore)


@pytest.mark.parametrize(
    "program",
    [
        LOGS + "a = F.kl_div(x, t, reduction='batchmean')\nb = F.kl_div(x, t, reduction='none')",
        LOGS + "a = F.kl_div(x, t.log(), reduction='sum', log_target=True)",
        LOGS + "a = F.kl_div(x[0], t[0], reduction='sum')",
        BATCHES.format(1, 1, "", "total += loss.item()") + "print(total / count)",
        BATCHES.format(2, 2, "", "total += loss.item() * len(out)") + "print(total / count)",
        BATCHES.format(2, 2, "", "total += loss.item() + 1") + "print(total / count)",
        BATCHES.format(2, 2, "", "total += loss.item()") + "print(total / (count + 1))",
        "e = torch.tensor([1., 1., 1., 1., 6.])\ntotal = 0.0\nfor few in e.split(2):\n    m = few.sum()\n"
        "    total += m.item()\nmean = total / 3",
        "e = torch.ones(5, 2)\ntotal = 0.0\nfor few in e.split(2):\n    m = (few * torch.ones(2)).mean()\n"
        "    m = m * len(few)\n    total += m.item()\nmean = total / 3",
        "e = torch.tensor([[1., 2.], [1., 3.], [1., 6.]])\ntotal = 0.0\nfor few in e.split(2):\n"
        "    m = few.mean(dim=0)\n    total += m[1].item()\nmean = total / 2",
        BATCHES.format(2, 2, ", reduction='sum'", "total += loss.item()") + "print(total / count)",
        BATCHES.format(2, 2, "", "total += loss.item()") + "print(total / 5)",
        BATCHES.format(2, 2, "", "total += loss.item()") + "total += 1\nprint(total / count)",
        BATCHES.format(2, 2, "", "losses.append(loss.item() * len(out))") + "mean = np.mean(losses)",
        WEIGHED + "loss = F.cross_entropy(z, y, weight=w, reduction='sum')",
        WEIGHED + "z.requires_grad_()\nloss = F.cross_entropy(z, y, weight=w)\nloss.backward()",
        WEIGHED + "loss = F.cross_entropy(z, y)",
    ],
)
def test_a_mean_that_is_what_it_seems_is_left_alone(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, OF_MEANS)] == []


FITS = (
    "x = torch.ones(20, 1)\ndef fit(n, rate):\n    w = torch.zeros(1, requires_grad=True)\n"
    "    opt = torch.optim.{}([w], lr=rate)\n    for step in range(3):\n        opt.zero_grad()\n"
    "        loss = {}\n        loss.backward()\n        opt.step()\nfit(1, 0.1)\nfit(20, {})"
)


@pytest.mark.parametrize(
    ("loss", "old", "new"),
    [
        ("F.mse_loss(x[:n] @ w, x[:n, 0], reduction='sum')", "reduction='sum'", "reduction='mean'"),
        ("((x[:n] @ w - 1) ** 2).sum()", ".sum()", ".mean()"),
        ("torch.sum((x[:n] @ w - 1) ** 2)", "torch.sum", "torch.mean"),
        ("nn.MSELoss(reduction='sum')(x[:n] @ w, x[:n, 0])", "reduction='sum'", "reduction='mean'"),
    ],
)
def test_a_loss_is_named_that_grows_as_it_is_a_sum(loss: str, old: str, new: str) -> None:
    said = [each for each in found(FITS.format("SGD", loss, 0.1)) if isinstance(each, GradientOfSum)]
    assert said == [GradientOfSum((11, 6), "loss", 20, "180", "1620", 11, old, new, "0.64", "0.4096")]


@pytest.mark.parametrize(
    ("optimiser", "loss", "rate"),
    [
        ("SGD", "((x[:n] @ w - 1) ** 2).sum()", "0.1 / 20"),
        ("SGD", "((x[:n] @ w - 1) ** 2).mean()", "0.1"),
        ("SGD", "((x[:n] @ w - 1) ** 2).mean()", "1.2"),
        ("SGD", "((x[:1] @ w - 1) ** 2).sum()", "1.2"),
        ("SGD", "((x[:n] @ w - 1) ** 2).sum()", "50"),
        ("SGD", "((x[:n] @ w - 1) ** 2).sum() / n", "0.1"),
        ("Adam", "((x[:n] @ w - 1) ** 2).sum()", "4.0"),
    ],
)
def test_a_sum_is_not_named_elsewhere(optimiser: str, loss: str, rate: str) -> None:
    assert not [each for each in found(FITS.format(optimiser, loss, rate)) if isinstance(each, GradientOfSum)]


@pytest.mark.parametrize("loss", ["F.cross_entropy(z, y)", "nn.CrossEntropyLoss()(z, y)"])
def test_a_row_is_named_that_makes_most_of_a_loss(loss: str) -> None:
    program = f"z = torch.tensor([[4., 0.], [4., 0.], [0., 4.], [9., 0.]])\ny = torch.tensor([0, 0, 1, 1])\na = {loss}"
    said = [each for each in found(program) if isinstance(each, OneRowCosts)]
    assert said == [OneRowCosts((7, 1), loss, 3, 4, "9", "9.055", 0.99, 1, 0, "0.000123", "1 − 0.00012")]


@pytest.mark.parametrize(
    ("rows", "loss"),
    [
        ("[4., 0.], [4., 0.], [0., 4.], [0., 9.]", "F.cross_entropy(z, y)"),
        ("[4., 0.], [4., 0.], [7., 0.], [9., 0.]", "F.cross_entropy(z, y)"),
        ("[4., 0.], [4., 0.], [0., 4.], [0.5, 0.]", "F.cross_entropy(z, y)"),
        ("[40., 0.], [40., 0.], [0., 40.], [0.2, 0.]", "F.cross_entropy(z, y)"),
        ("[4., 0.], [4., 0.], [0., 4.], [9., 0.]", "F.cross_entropy(z, y, reduction='none')"),
        ("[4., 0.], [4., 0.], [0., 4.], [9., 0.]", "F.cross_entropy(z, y, ignore_index=0)"),
        ("[4., 0.], [4., 0.], [0., 4.], [9., 0.]", "F.cross_entropy(z, y, weight=torch.tensor([1., 2.]))"),
        ("[4., 0.], [4., 0.], [0., 4.], [9., 0.]", "F.cross_entropy(z[2:], y[2:])"),
    ],
)
def test_no_row_is_named_elsewhere(rows: str, loss: str) -> None:
    program = f"z = torch.tensor([{rows}])\ny = torch.tensor([0, 0, 1, 1])\na = {loss}"
    assert not [each for each in found(program) if isinstance(each, OneRowCosts)]
