"""What surprises in what a function gives is named where it happened, and nothing is where it gave what it says."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import results
from primer_core.claims.surprises.results import (
    BeyondItsRange,
    DifferentInOrder,
    DifferentOfAll,
    EachToNone,
    InverseOfCells,
    KeyOfItsOwn,
    MoreDigitsThanHeld,
    RolledThrough,
    SamplesCut,
    StepsWithIt,
    WrittenToCopy,
)
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"

STEP = (
    "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nbefore = {}\n"
    "model(torch.ones(1, 2)).sum().backward()\nopt.step()\nsame = torch.equal(before, model.weight)"
)

pytestmark = pytest.mark.filterwarnings("ignore")


def found(program: str) -> list[Claim]:
    """What is said of what functions give, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    claims = [claim for claims in surprising(shown).values() for claim in claims]
    return [claim for claim in claims if type(claim).__module__ == results.__name__]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "names = np.array(['b', 'a', 'b'])\nu = np.unique(names)",
            [DifferentInOrder((6, 1), "np.unique(names)", "'a'", "'b'", "list(dict.fromkeys(names.tolist()))")],
        ),
        (
            "a = np.array([[1, 2], [1, 2], [3, 4]])\nu = np.unique(a)",
            [DifferentOfAll((6, 1), "np.unique(a)", 4, "np.unique(a, axis=0)", 3, 2)],
        ),
        (
            "a = torch.tensor([[1, 2], [1, 2]])\nu = torch.unique(a)",
            [DifferentOfAll((6, 1), "torch.unique(a)", 2, "torch.unique(a, dim=0)", 2, 1)],
        ),
        (
            "m = np.arange(6).reshape(2, 3)\ny = np.roll(m, -1)",
            [RolledThrough((6, 1), "np.roll(m, -1)", 2, "np.roll(m, -1, axis=1)")],
        ),
        (
            "m = torch.ones(2, 3)\ny = m.roll(2)",
            [RolledThrough((6, 1), "m.roll(2)", 4, "m.roll(2, dims=1)")],
        ),
        (
            "m = np.arange(6).reshape(2, 3)\nf = m.T.ravel()\nf[0] = 99",
            [WrittenToCopy((7, 1), "f", "m.T.ravel()", "m.T")],
        ),
        (
            "m = np.arange(6).reshape(2, 3)\nf = m[:, :2].reshape(-1)\nf[0] += 1",
            [WrittenToCopy((7, 1), "f", "m[:, :2].reshape(-1)", "m[:, :2]")],
        ),
        (
            "x = torch.arange(64.).reshape(2, 2, 4, 4)\nh = x.view(-1, 8)",
            [SamplesCut((6, 1), "x.view(-1, 8)", 2, 8, 32, "x.flatten(1)")],
        ),
        (
            "y = torch.tensor([0, 1, 0])\nc = {}\nfor t in y:\n    c[t] = c.get(t, 0) + 1",
            [KeyOfItsOwn((8, 3), "c", "t", "0")],
        ),
        (
            "t = torch.tensor(0.1)\nsame = t.item() == 0.1",
            [
                MoreDigitsThanHeld(
                    (6, 1), "t.item() == 0.1", "t.item()", "0.10000000149011612", "0.1", "abs(t.item() - 0.1) < 1e-6"
                )
            ],
        ),
        (
            "img = np.array([100, 200], dtype=np.uint8)\ny = (img * 1.5).astype(np.uint8)",
            [
                BeyondItsRange(
                    (6, 1),
                    "(img * 1.5).astype(np.uint8)",
                    "300.0",
                    "44",
                    "uint8",
                    "np.clip(img * 1.5, 0, 255).astype(np.uint8)",
                )
            ],
        ),
        (
            "t = torch.tensor([1, 300])\ny = t.to(torch.uint8)",
            [BeyondItsRange((6, 1), "t.to(torch.uint8)", "300", "44", "uint8", "t.clamp(0, 255).to(torch.uint8)")],
        ),
        ("a = np.array([1, 2])\ny = a == None", [EachToNone((6, 1), "a == None", (2,), "a is None")]),
        (
            STEP.format("model.weight"),
            [StepsWithIt((10, 1), "before", "model.weight", "model.weight")],
        ),
        (
            "A = np.array([[2., 1.], [1., 3.]])\nA_inv = 1 / A",
            [InverseOfCells((6, 1), "1 / A", "np.linalg.inv(A)")],
        ),
    ],
)
def test_what_surprises_is_said(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "u = np.unique(np.array([1, 2, 2]))\nv = np.unique(np.array([[1, 2], [3, 4]]))",
        "a = np.array([3, 1])\nu, i = np.unique(a, return_index=True)\nv = np.unique(np.array([[1], [1]]))",
        "m = np.arange(6).reshape(2, 3)\ny = np.roll(m, 1, axis=1)\nz = np.roll(m, 3)\nw = np.roll(np.arange(3), 1)",
        "m = np.arange(6).reshape(2, 3)\nf = m.ravel()\nf[0] = 99\ng = m.T.ravel().copy()\ng[0] = 1",
        "m = np.arange(6).reshape(2, 3)\nf = (m + 1).ravel()\nf[0] = 9\nh = m[[0, 1]].ravel()\nh[0] = 3",
        "x = torch.ones(2, 3, 4, 4)\nh = x.view(-1, 48)\ng = x.view(-1, 4)\nk = x.permute(0, 2, 3, 1).reshape(-1, 3)",
        "c = {}\nfor t in torch.tensor([0, 1, 0]):\n    c[t.item()] = 1",
        "c = {}\nfor t in torch.tensor([0, 1]):\n    c[t] = 1",
        "c = {}\nfor t in torch.tensor([0, 0]):\n    c[t] = 1\n    c.pop(t)",
        "t = torch.tensor(0.5)\na = t.item() == 0.5\nb = torch.tensor(0.1, dtype=torch.float64).item() == 0.1",
        "t = torch.tensor(0.2)\na = t.item() == 0.1",
        "a = np.array([1.0, 255.9, -0.5])\ny = a.astype(np.uint8)\nz = np.array([2**40]).astype(np.int32)",
        "a = np.array([1, 2])\ny = a is None\nb = None\nz = b == None",
        STEP.format("model.weight.clone()"),
        STEP.format("model.weight").replace("opt.step()\n", "\n"),
        "A = np.array([[2., 1.], [1., 3.]])\ny = 1 / A\ninv = 1 / np.array([2., 4.])",
    ],
)
def test_nothing_is_said_of_what_gives_what_it_says(program: str) -> None:
    assert found(program) == []
