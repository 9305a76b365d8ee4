"""What surprises of gradients is named: a leaf bound anew, a branch left out too late, what backward() takes."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.lost_gradients import NoGradient
from primer_core.claims.surprises.gradients import LeafLeftBehind
from tests.lessons.own_lines.surprises.test_common import found

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
