"""What a step of training by hand leaves of a parameter is named where it is not what is often meant."""

import pytest

from primer_core.claims.surprises.training import GrewByItsStep
from tests.lessons.own_lines.surprises.test_common import found

COLUMN = "dz = np.array([[-2.0], [-1.0], [-3.0]])\n"
TABLE = "dz = np.arange(6.0).reshape(3, 2)\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            COLUMN + "b = np.zeros((1, 1))\nfor i in range(9):\n    b = b - 0.1 * dz",
            ((8, 1), "b", "0.1 * dz", (1, 1), (3, 1), (0,), "b = b - (0.1 * dz).sum(axis=0, keepdims=True)"),
        ),
        (
            COLUMN + "bias, lr = 0.0, 0.1\nbias = bias - lr * dz",
            ((7, 1), "bias", "lr * dz", (), (3, 1), (0, 1), "bias = bias - (lr * dz).sum()"),
        ),
        (
            TABLE + "def step(b1, dz):\n    b1 = b1 + dz\n    return b1\nstep(np.zeros(2), dz)",
            ((7, 1), "b1", "dz", (2,), (3, 2), (0,), "b1 = b1 + dz.sum(axis=0)"),
        ),
        (
            "grad = torch.ones(3, 2)\nw = torch.zeros(2)\nw = w - 0.1 * grad",
            ((7, 1), "w", "0.1 * grad", (2,), (3, 2), (0,), "w = w - (0.1 * grad).sum(dim=0)"),
        ),
    ],
)
def test_a_parameter_that_grows_by_its_step_is_named(program: str, said: tuple[object, ...]) -> None:
    claims = [claim for claim in found(program) if isinstance(claim, GrewByItsStep)]
    assert [(each.run, each.name, each.code, each.before, each.after, each.axes, each.instead) for each in claims] == [
        said
    ]


@pytest.mark.parametrize(
    "program",
    [
        COLUMN + "b = np.zeros((1, 1))\nb = b - 0.1 * dz.sum(axis=0)",
        COLUMN + "b = np.zeros((3, 1))\nb = b - 0.1 * dz",
        TABLE + "b = np.zeros(2)\nb2 = b - 0.1 * dz",
        TABLE + "x = np.zeros(2)\nx = x - 0.1 * dz",
        TABLE + "b = np.zeros(2)\nb = b + np.ones((3, 1))",
        TABLE + "b = np.ones((3, 1))\nb = b - dz[0]",
        TABLE + "b = np.zeros(2)\nb = b - dz.mean(axis=0)",
        TABLE + "total = 0.0\ntotal = total + dz",
        TABLE + "b = np.ones(2)\nb = b * dz",
    ],
)
def test_what_keeps_its_shape_or_is_no_step_is_left_alone(program: str) -> None:
    assert not any(isinstance(claim, GrewByItsStep) for claim in found(program))
