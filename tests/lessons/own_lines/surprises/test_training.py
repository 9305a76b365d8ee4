"""What a step of training by hand leaves of a parameter is named where it is not what is often meant."""

import pytest

from primer_core.claims.surprises.slopes import SigmoidOfSigmoid
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


WRITTEN = "def sigmoid(x):\n    return 1.0 / (1.0 + np.exp(-x))\n"
PRIME = WRITTEN + "def sigmoid_prime(x):\n    return sigmoid(x) * (1.0 - sigmoid(x))\n"
Z = "z = np.array([-4.0, 0.0, 4.0])\n"
TENSOR = "z = torch.tensor([-4.0, 0.0])\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            PRIME + Z + "a = sigmoid(z)\nprint(sigmoid_prime(z))\nprint(sigmoid_prime(a))",
            ((6, 5), "1.0 / (1.0 + np.exp(-x))", "x", "0.504", "0.728", "sigmoid(x) * (1.0 - sigmoid(x))"),
        ),
        (
            Z + "a = 1 / (1 + np.exp(-z))\nd = 1 / (np.exp(-a) + 1)",
            ((7, 1), "1 / (np.exp(-a) + 1)", "a", "0.504", "0.728", ""),
        ),
        (
            TENSOR + "a = torch.sigmoid(z)\nd = torch.sigmoid(a) * (1 - torch.sigmoid(a))",
            ((7, 1), "torch.sigmoid(a)", "a", "0.504", "0.622", "torch.sigmoid(a) * (1 - torch.sigmoid(a))"),
        ),
        (TENSOR + "d = z.sigmoid().sigmoid()", ((6, 1), "z.sigmoid().sigmoid()", "z.sigmoid()", "0.504", "0.622", "")),
        (
            "net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())\nwith torch.no_grad():\n    net[0].weight.zero_()\n"
            "    net[0].bias.zero_()\nout = torch.sigmoid(net(torch.ones(3, 2)))",
            ((9, 1), "torch.sigmoid(net(torch.ones(3, 2)))", "net(torch.ones(3, 2))", "0.622", "0.622", ""),
        ),
        (
            TENSOR + "act = nn.Sigmoid()\na = act(z)\nb = act(a.reshape(1, 2))",
            ((8, 1), "act(a.reshape(1, 2))", "a.reshape(1, 2)", "0.504", "0.622", ""),
        ),
    ],
)
def test_a_sigmoid_of_what_a_sigmoid_gave_is_named(program: str, said: tuple[object, ...]) -> None:
    claims = [claim for claim in found(program) if isinstance(claim, SigmoidOfSigmoid)]
    assert [(each.run, each.code, each.given, each.low, each.high, each.slope) for each in claims] == [said]


@pytest.mark.parametrize(
    "program",
    [
        WRITTEN + Z + "a = sigmoid(z)\nb = sigmoid(a * 2)",
        WRITTEN + Z + "a = sigmoid(z)\nb = sigmoid(a @ np.eye(3))",
        WRITTEN + Z + "a = sigmoid(z)\nd = a * (1 - a)",
        PRIME + Z + "a = sigmoid(z)\nprint(sigmoid_prime(z))",
        WRITTEN + Z + "a = sigmoid(z)\nb = sigmoid(np.concatenate([a, z]))",
        WRITTEN + Z + "a = sigmoid(z)\nb = np.exp(-a)\nc = 1 / (2 + np.exp(-a))",
        WRITTEN + Z + "for i in range(3):\n    z = sigmoid(z)",
        TENSOR + "for i in range(3):\n    z = torch.sigmoid(z)",
        "x = np.array([0.2, 0.7])\ny = 1 / (1 + np.exp(-x))",
        "net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid())\n"
        "out = net(torch.ones(1, 2))",
        TENSOR + "a = torch.sigmoid(z)\nb = torch.relu(a)",
        "sigmoid = lambda x: 1 / (1 + np.exp(-x))\n" + Z + "a = sigmoid(z)\nb = sigmoid(a)",  # x is not in sight
    ],
)
def test_a_sigmoid_of_anything_else_is_left_alone(program: str) -> None:
    assert not any(isinstance(claim, SigmoidOfSigmoid) for claim in found(program))
