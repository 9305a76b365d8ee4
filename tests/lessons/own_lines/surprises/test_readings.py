"""What surprises in how a line is read is named where it happened, and nothing is where the line did what it says."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import readings
from primer_core.claims.surprises.readings import (
    AllAxesTurned,
    AllDifferent,
    AlwaysTrue,
    BitsTurned,
    CountedBefore,
    DotOfEvery,
    EqualWhenStretched,
    LateBound,
    ListAxisFirst,
    MinusNothing,
    NearMultipleOfPi,
    NotANumberOfThese,
    OneObjectHeld,
    PrintedShorter,
    SeedOfTheOther,
    TextsEqualNoNumber,
    VariablesInRows,
)
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"

pytestmark = pytest.mark.filterwarnings("ignore")


def found(program: str) -> list[Claim]:
    """What is said of how lines are read, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    claims = [claim for claims in surprising(shown).values() for claim in claims]
    return [claim for claim in claims if type(claim).__module__ == readings.__name__]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "a = np.array([1, 2, 3])\nfor i in range(len(a)):\n    if i == 1:\n        a = np.delete(a, i)",
            [CountedBefore((8, 1), "range(len(a))", "a", 3, 2)],
        ),
        (
            "fs = [lambda x: x * i for i in range(3)]\ny = fs[0](np.arange(2))",
            [LateBound((5, 1), "lambda x: x * i", "i", "lambda x, i=i: x * i")],
        ),
        ("y = np.sin(np.pi)", [NearMultipleOfPi((5, 1), "np.sin(np.pi)", "3.14159", "1.22e-16")]),
        (
            "x = np.array([0, np.pi / 2])\ny = np.cos(x)",
            [NearMultipleOfPi((6, 1), "np.cos(x)", "1.5708", "6.12e-17")],
        ),
        (
            "x = np.array([1.0, np.inf])\ny = x.astype(np.int32)",
            [NotANumberOfThese((6, 1), "x.astype(np.int32)", "inf", "-2147483648", "int32")],
        ),
        ("m = np.array([1, 0, 1])\nn = ~m", [BitsTurned((6, 1), "~m", -2, -1, "m == 0")]),
        ("m = torch.tensor([[0, 1]]).byte()\nn = ~m", [BitsTurned((6, 1), "~m", 254, 255, "m == 0")]),
        ("a = np.array(['1', '2'])\nb = a == 1", [TextsEqualNoNumber((6, 1), "a == 1", "1", "1", False)]),
        ("a = np.array(['1', '2'])\nb = 2.5 != a", [TextsEqualNoNumber((6, 1), "2.5 != a", "1", "2.5", True)]),
        ("x = np.zeros((3, 4, 5))\ny = x[0, :, [0, 1]]", [ListAxisFirst((6, 1), "x[0, :, [0, 1]]", (2, 4), (4, 2))]),
        (
            "x = np.zeros((3, 4, 5, 6))\ny = x[:, [0, 1], 1:, np.array([2, 3])]",
            [ListAxisFirst((6, 1), "x[:, [0, 1], 1:, np.array([2, 3])]", (2, 3, 4), (3, 2, 4))],
        ),
        (
            "x = np.arange(5)\nfor k in [1, 0]:\n    y = x[k:-k]",
            [MinusNothing((7, 2), "x[k:-k]", "k", 0, "x[k:len(x) - k]")],
        ),
        ("x = torch.arange(5)\nk = 0\ny = x[-k:]", [MinusNothing((7, 1), "x[-k:]", "k", 5, "x[len(x) - k:]")]),
        ("x = np.ones((2, 3, 4))\ny = x.T", [AllAxesTurned((6, 1), "x.T", (2, 3, 4), (4, 3, 2), (2, 4, 3), "x.mT")]),
        (
            "x = np.arange(10.).reshape(5, 2) ** 2\nc = np.cov(x)",
            [VariablesInRows((6, 1), "np.cov(x)", 5, 2, "np.cov(x, rowvar=False)")],
        ),
        (
            "a, b = np.ones((2, 3, 4)), np.ones((2, 4, 5))\nc = np.dot(a, b)\nd = a.dot(b)",
            [
                DotOfEvery((6, 1), "np.dot(a, b)", (2, 3, 2, 5), (2, 3, 5), "a @ b"),
                DotOfEvery((7, 1), "a.dot(b)", (2, 3, 2, 5), (2, 3, 5), "a @ b"),
            ],
        ),
        (
            "a, b = np.ones((2, 3)), np.ones(3)\nprint((a == b).all(), np.all(b == a))",
            [
                EqualWhenStretched((6, 1), "(a == b).all()", (2, 3), (3,), "np.array_equal(a, b)"),
                EqualWhenStretched((6, 1), "np.all(b == a)", (3,), (2, 3), "np.array_equal(b, a)"),
            ],
        ),
        (
            "d = {'a': 1, 'b': 2}\nv = np.array(d.values())",
            [OneObjectHeld((6, 1), "np.array(d.values())", "dict_values", "np.array(list(d.values()))", (2,))],
        ),
        (
            "a = np.array(x * 2 for x in range(3))",
            [
                OneObjectHeld(
                    (5, 1),
                    "np.array(x * 2 for x in range(3))",
                    "generator",
                    "np.array([x * 2 for x in range(3)])",
                    None,
                )
            ],
        ),
        (
            "b = np.any(x > 5 for x in [1, 2])",
            [AlwaysTrue((5, 1), "np.any(x > 5 for x in [1, 2])", "any(x > 5 for x in [1, 2])")],
        ),
        ("y = torch.tensor([1, 1, 2])\nn = len(set(y))", [AllDifferent((6, 1), "set(y)", 3, 2, "set(y.tolist())")]),
        (
            "np.random.seed(0)\nx = torch.rand(2)\ny = torch.rand(2)",
            [SeedOfTheOther((6, 1), "torch.rand(2)", "np.random.seed(0)", "torch.manual_seed")],
        ),
        (
            "import random\nrandom.seed(0)\nx = np.random.randn(2)",
            [SeedOfTheOther((7, 1), "np.random.randn(2)", "random.seed(0)", "np.random.seed")],
        ),
        (
            "torch.manual_seed(1)\nx = np.random.randn(2)",
            [SeedOfTheOther((6, 1), "np.random.randn(2)", "torch.manual_seed(1)", "np.random.seed")],
        ),
        (
            "t = torch.tensor(1 / 3)\nprint(t == 0.3333)",
            [PrintedShorter((6, 1), "t == 0.3333", 4, "0.3333333432674408", "0.3333")],
        ),
    ],
)
def test_what_surprises_is_said(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "a = np.array([1, 2])\nfor i in range(len(a)):\n    if a[i] == 2:\n        a = np.delete(a, i)\n        break",
        "a = np.array([1, 2, 3])\nfor i in range(2):\n    a = a[1:]\nb = a[:0]\nfor i in range(len(a)):\n    a = a * 2",
        "fs = [lambda x, i=i: x * i for i in range(3)]\ngs = [lambda i: i * 2 for i in range(3)]",
        "x = np.linspace(0, 1, 5)\ny = np.sin(x)\nz = np.tan(0.0)\nw = np.cos(1e-9)",
        "y = np.sin(np.arange(5) * 3.14)",
        "x = np.array([1.5, -2.0])\ny = x.astype(int)",
        "m = np.array([True, False])\nn = ~m\nb = ~np.array([5, 3])\nc = ~np.array([1, 1])",
        "a = np.array(['1', '2'])\nb = a == '1'\nc = a.astype(int) == 1",
        "x = np.zeros((3, 4, 5))\na = x[:, 0, [1, 2]]\nb = x[[0, 1], :, [0, 1]]\nc = x[0, :, 1]\nd = x[:, [0, 1], :]",
        "x = torch.zeros(3, 4, 5)\na = x[0, :, [0, 1]]",
        "x = np.arange(5)\nk = 2\na = x[-k:]\nb = x[:-k]\nk = 0\nc = x[k:]\nd = x[:k]\ne = x[-k]",
        "x = np.ones((2, 3))\na = x.T\nb = np.ones((3, 2, 2)).mT\nc = np.ones((1, 1, 1)).T\nd = np.ones(3).T",
        "x = np.arange(10.).reshape(2, 5) ** 2\nc = np.cov(x)\nd = np.cov(x.T, rowvar=False)\ne = np.cov(x[0])",
        "a, b = np.ones((3, 4)), np.ones((4, 5))\nc = np.dot(a, b)\nd = np.ones((2, 3, 4)) @ b",
        "a, b = np.ones((2, 3)), np.ones((2, 3))\nc = (a == b).all()\nd = (a == 1).all()\ne = (a == np.zeros(3)).all()",
        "a = np.array([x * 2 for x in range(3)])\nb = np.array(range(3))\nc = np.array((1, 2))\nd = np.array(4)",
        "a = np.array([1, 2])\nb = np.any(a > 1)\nc = any(x > 1 for x in a)\nd = np.any([x > 1 for x in a])",
        "y = torch.tensor([1, 2, 3])\nn = len(set(y))\nm = set([1, 1])\nk = set(y.tolist())",
        "np.random.seed(0)\ntorch.manual_seed(0)\nx = torch.rand(2)\ny = np.random.rand(2)",
        "np.random.seed(0)\nx = np.random.rand(2)\nlayer = nn.Linear(2, 1)",
        "x = torch.rand(2)\ny = np.random.rand(2)",
        "np.random.seed(0)\nrng = np.random.default_rng(0)\nx = rng.random(2)",
        "t = torch.tensor([0.5, 0.25])\nb = t == 0.5\nc = t == 0.3\nd = np.float64(1 / 3) == 0.3333",
    ],
)
def test_nothing_is_said_where_a_line_does_what_it_says(program: str) -> None:
    assert found(program) == []
