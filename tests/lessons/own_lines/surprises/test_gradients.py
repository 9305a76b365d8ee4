"""What surprises of gradients is named: a leaf bound anew, a branch left out too late, what backward() takes."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.lost_gradients import NoGradient
from primer_core.claims.surprises.gradients import (
    AtTheCorner,
    GradientOfPiece,
    LeafLeftBehind,
    MaskedTooLate,
    SaturatedSoftmax,
    SavedChangedByData,
    SumOfShares,
    WeighedBackward,
)
from primer_core.claims.surprises.training import NumbersTaken
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from tests.lessons.own_lines.surprises.test_common import HEADER, found

pytestmark = pytest.mark.filterwarnings("ignore")

LEARNS = "w = torch.tensor(1.0, requires_grad=True)\n(w * 3).backward()\n"
ANEW = "with torch.no_grad():\n    w = w - 0.1 * w.grad\n"


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (LEARNS + ANEW, [LeafLeftBehind((8, 1), "w", "w - 0.1 * w.grad", "w -= 0.1 * w.grad")]),
        (
            LEARNS + ANEW + "g = w.grad",
            [
                LeafLeftBehind((8, 1), "w", "w - 0.1 * w.grad", "w -= 0.1 * w.grad"),
                NoGradient((9, 1), "w", "anew", 8),
            ],
        ),
        (LEARNS + "w = w.data + w.grad", [LeafLeftBehind((7, 1), "w", "w.data + w.grad", "w += w.grad")]),
        (
            LEARNS + "def step(w):\n    with torch.no_grad():\n        w = w - 0.1 * w.grad\n    return w\nv = step(w)",
            [LeafLeftBehind((9, 1), "w", "w - 0.1 * w.grad", "w -= 0.1 * w.grad")],
        ),
        (
            "w, b = torch.ones(1, requires_grad=True), torch.zeros(2, requires_grad=True)\n"
            "(w * b).sum().backward()\n@torch.no_grad()\ndef step(w, b):\n"
            "    w, b = w - w.grad, b - 0.5 * b.grad\n    return w, b\nv, c = step(w, b)",
            [
                LeafLeftBehind((9, 1), "w", "w - w.grad", "w -= w.grad"),
                LeafLeftBehind((9, 1), "b", "b - 0.5 * b.grad", "b -= 0.5 * b.grad"),
            ],
        ),
    ],
)
def test_it_is_named(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        LEARNS + "with torch.no_grad():\n    w -= 0.1 * w.grad",
        LEARNS + ANEW + "w.requires_grad_()",
        LEARNS + ANEW + "w.requires_grad = True",
        LEARNS + "with torch.no_grad():\n    w = (w - 0.1 * w.grad).requires_grad_()",
        LEARNS + "with torch.no_grad():\n    v = w - 0.1 * w.grad",
        LEARNS + "w = w.detach()",
        "w = torch.tensor(1.0)\nwith torch.no_grad():\n    w = w - 0.1",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert found(program) == []


MASKED = "x = torch.tensor([{}], requires_grad=True)\n{}\ny.sum().backward()"


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            MASKED.format("100., 1.", "y = torch.where(x < 5, torch.exp(x), x)"),
            [
                MaskedTooLate(
                    (7, 1), "torch.exp(x)", "x < 5", chosen=True, instead="torch.exp(torch.where(x < 5, x, 0.0))"
                )
            ],
        ),
        (
            MASKED.format("0., 2.", "r = 1 / x\ny = torch.where(x == 0, x, r)"),
            [MaskedTooLate((8, 1), "1 / x", "x == 0", chosen=False, instead="1 / torch.where(x == 0, 1.0, x)")],
        ),
        (
            MASKED.format("0., 2.", "y = torch.where(x > 0, x.log(), 0.0)"),
            [MaskedTooLate((7, 1), "x.log()", "x > 0", chosen=True, instead="torch.where(x > 0, x, 1.0).log()")],
        ),
        (
            MASKED.format("0., 2.", "y = torch.where(x > 0, x ** 0.5, x)"),
            [MaskedTooLate((7, 1), "x ** 0.5", "x > 0", chosen=True, instead="torch.where(x > 0, x, 1.0) ** 0.5")],
        ),
        (
            "x = torch.tensor([1., 2.], requires_grad=True)\ny = x * x\ny.backward(torch.tensor([1., 0.5]))",
            [
                WeighedBackward(
                    (7, 1), "y", "torch.tensor([1., 0.5])", "x", "(y * torch.tensor([1., 0.5])).sum()", added=False
                )
            ],
        ),
        (
            "x = torch.tensor([1., 2.], requires_grad=True)\ny = x * x\ny.backward(gradient=x)",
            [WeighedBackward((7, 1), "y", "x", "x", "(y * x.detach()).sum()", added=False)],
        ),
        (
            "z = torch.tensor([[0., 40.], [30., 0.]], requires_grad=True)\np = F.softmax(z, dim=1)\n"
            "(p * torch.tensor([2., 1.])).sum().backward()",
            [SaturatedSoftmax((7, 1), "F.softmax(z, dim=1)", "9.4e-14")],
        ),
        (
            "z = torch.tensor([[1., 2., 3.]], requires_grad=True)\nF.softmax(z, dim=1).sum().backward()",
            [SumOfShares((6, 1), "F.softmax(z, dim=1)", 3, logs=False)],
        ),
        (
            "z = torch.tensor([[1., 2., 3.]], requires_grad=True)\np = z.log_softmax(-1)\ntorch.sum(p).backward()",
            [SumOfShares((7, 1), "z.log_softmax(-1)", 3, logs=True)],
        ),
        (
            "z = torch.tensor([[1., 2.]], requires_grad=True)\nn = torch.logsumexp(z, dim=1, keepdim=True)\n"
            "(z - n).sum().backward()",
            [SumOfShares((7, 1), "z - n", 2, logs=True)],
        ),
        (
            "x = torch.tensor([0., 3.], requires_grad=True)\nF.relu(x).sum().backward()",
            [AtTheCorner((6, 1), "F.relu(x)", "x", "0", "0", "0", "1")],
        ),
        (
            "x = torch.tensor(2., requires_grad=True)\nx.clamp(0, 2).backward()",
            [AtTheCorner((6, 1), "x.clamp(0, 2)", "x", "2", "0", "1", "0")],
        ),
        (
            "x = torch.tensor([0.], requires_grad=True)\n(torch.maximum(x, torch.zeros(1)) * 3).sum().backward()",
            [AtTheCorner((6, 1), "torch.maximum(x, torch.zeros(1))", "x", "0", "0.5", "0", "1")],
        ),
        (
            "a = torch.tensor([1., 2.], requires_grad=True)\nout = a.exp()\nb = out.data\nb.zero_()\n"
            "out.sum().backward()",
            [SavedChangedByData((9, 1), "out", 7, "a", "[0, 0]", "[2.72, 7.39]")],
        ),
        (
            "w = torch.tensor([1., 2.], requires_grad=True)\nloss = (w ** 2).sum()\nw.data.mul_(3)\nloss.backward()",
            [SavedChangedByData((8, 1), "w", 7, "w", "[6, 12]", "[2, 4]")],
        ),
    ],
)
def test_what_surprises_on_the_way_back_is_named(program: str, claims: list[Claim]) -> None:
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    said = [claim for found in surprising(shown).values() for claim in found]
    assert [claim for claim in said if type(claim).__module__ == AtTheCorner.__module__] == claims


@pytest.mark.parametrize(
    "program",
    [
        MASKED.format("100., 1.", "y = torch.where(x < 5, torch.exp(torch.where(x < 5, x, 0.0)), x)"),
        MASKED.format("100., 1.", "e = torch.exp(x)\ny = torch.where(x < 5, e, x) + e / e"),
        MASKED.format("3., 1.", "y = torch.where(x < 2, torch.exp(x), x)"),
        MASKED.format("-1., 2.", "y = torch.where(x > 0, torch.log(x), x)"),
        MASKED.format("0., 2.", "y = 1 / x - 1 / x"),
        "x = torch.tensor([1., 2.], requires_grad=True)\ny = x * x\ny.backward(torch.ones(2))",
        "x = torch.tensor([1., 2.], requires_grad=True)\n(x * x).sum().backward(torch.tensor(2.))",
        "z = torch.tensor([[0., 40.]], requires_grad=True)\np = F.softmax(z, dim=1)\n(-p.log()[0, 0]).backward()",
        "z = torch.tensor([[1., 2.]], requires_grad=True)\nF.softmax(z, dim=1)[:, 0].sum().backward()",
        "z = torch.tensor([[1., 2.]], requires_grad=True)\nF.log_softmax(z, dim=1)[0, 0].backward()",
        "z = torch.tensor([[1., 2.]], requires_grad=True)\n(F.softmax(z, dim=1) * z).sum().backward()",
        "z = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\nn = torch.logsumexp(z, dim=1)\n"
        "(z - n).sum().backward()",
        "z = torch.tensor([[1., 2.]], requires_grad=True)\nn = torch.logsumexp(z * 2, dim=1, keepdim=True)\n"
        "(z - n).sum().backward()",
        "x = torch.tensor([1e-6, 3.], requires_grad=True)\nF.relu(x).sum().backward()",
        "x = torch.tensor([0., 3.])\nw = torch.ones(2, requires_grad=True)\n(F.relu(x) * w).sum().backward()",
        "x = torch.tensor([0., 3.], requires_grad=True)\n(x * 2).sum().backward()\ny = F.relu(x)",
        "x = torch.tensor([0., 3.], requires_grad=True)\nF.relu(x + 1).sum().backward()",
        "a = torch.tensor([1., 2.], requires_grad=True)\nout = a * 2\nb = out.data\nb.zero_()\nout.sum().backward()",
        "w = torch.tensor([1., 2.], requires_grad=True)\nloss = (w ** 2).sum()\nloss.backward()\nw.data.mul_(3)",
        "a = torch.tensor([1., 2.], requires_grad=True)\nout = a.exp()\nb = out.data.clone()\nb.zero_()\n"
        "out.sum().backward()",
    ],
)
def test_a_way_back_that_does_what_it_says_is_left_alone(program: str) -> None:
    said = found(program)
    assert [claim for claim in said if type(claim).__module__ == AtTheCorner.__module__] == []


TAKEN = "w = torch.tensor(2.0, requires_grad=True)\nkept = [{} for i in range(3)]\nt = torch.tensor(kept{})"


@pytest.mark.parametrize("more", ["", ", requires_grad=True"])
def test_a_named_list_of_tensors_is_said_to_lose_their_way_back(more: str) -> None:
    code = f"torch.tensor(kept{more})"
    assert found(TAKEN.format("w * i", more)) == [NumbersTaken((7, 1), code, "torch.stack(kept)")]


@pytest.mark.parametrize("each", ["(w * i).item()", "(w * i).detach()", "torch.tensor(1.0 + i)", "2 * i"])
def test_a_list_of_plain_numbers_loses_nothing(each: str) -> None:
    assert [claim for claim in found(TAKEN.format(each, "")) if isinstance(claim, NumbersTaken)] == []


PIECES = "x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\n"


@pytest.mark.parametrize(
    ("piece", "instead"),
    [("x[0]", "x.grad[0]"), ("x[:, 1:]", "x.grad[:, 1:]"), ("x.view(-1)", "x.grad.view(-1)")],
)
def test_a_piece_is_named_whose_gradient_is_asked_for(piece: str, instead: str) -> None:
    said = found(f"{PIECES}(x ** 2).sum().backward()\ng = {piece}.grad")
    assert said == [GradientOfPiece((7, 1), piece, "x", instead)]


@pytest.mark.parametrize(
    "program",
    [
        "(x ** 2).sum().backward()\ng = x.grad[0]",
        "g = x[0].grad",
        "y = x * 2\ny.sum().backward()\ng = y[0].grad",
        "x[0].sum().backward()\nt = [x]\ng = t[0].grad",
    ],
)
def test_no_piece_is_named_elsewhere(program: str) -> None:
    assert not [each for each in found(PIECES + program) if isinstance(each, GradientOfPiece)]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("t = x[0]\n(x ** 2).sum().backward()\ng = t.grad", "beside"),
        ("y = x * 3\nt = y.sum()\ny.mean().backward()\ng = t.grad", "beside"),
        ("t = x[0]\n(t ** 2).sum().backward()\ng = t.grad", "result"),
        ("def f(a):\n    t = a * 2\n    (a * t).sum().backward()\n    return t.grad\nf(x)", "result"),
        ("t = x[0]\ng = t.grad", "result"),
        ("x.sum().backward()\nt = x - 0.1 * x.grad\ng = t.grad", "later"),
        ("x.sum().backward()\nt = x * 2\nt.sum().backward()\ng = t.grad", "result"),
    ],
)
def test_what_retain_grad_keeps_is_told_apart_from_what_it_does_not(program: str, why: str) -> None:
    assert [each.why for each in found(PIECES + program) if isinstance(each, NoGradient)] == [why]
