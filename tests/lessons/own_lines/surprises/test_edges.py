"""What surprises about edges, places, orders and prints of NumPy's is named, and nothing is where it was meant so."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import edges, functions, orders, prints
from primer_core.claims.surprises.edges import (
    CountsAsBefore,
    FromTheEnd,
    LastBinClosed,
    MovedUp,
    OverlapsInPart,
    PastTheEdges,
    TakenForSorted,
)
from primer_core.claims.surprises.functions import (
    BetweenTwo,
    CloseAsSmall,
    NanNotIn,
    NaturalLogarithm,
    PassedOver,
    SignsLost,
    StoredBelow,
)
from primer_core.claims.surprises.orders import EachRepeated, HighestFirst, LastKeyFirst
from primer_core.claims.surprises.prints import Abridged, EveryTextIsTrue, NotPythonsInt, WithExponents
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = "import numpy as np\nimport torch\n"
MODULES = [each.__name__ for each in (edges, functions, orders, prints)]

pytestmark = pytest.mark.filterwarnings("ignore")


def found(program: str) -> list[Claim]:
    """What is said of edges, functions, orders and prints, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    claims = [claim for claims in surprising(shown).values() for claim in claims]
    return [claim for claim in claims if type(claim).__module__ in MODULES]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "x = np.array([1, 2, 3, 3])\nc, e = np.histogram(x, [1, 2, 3])",
            [LastBinClosed((4, 1), "np.histogram(x, [1, 2, 3])", 2.0, 3.0, 2)],
        ),
        (
            "x = np.array([0.5, 4.0])\nb = np.digitize(x, [0, 2, 4])",
            [PastTheEdges((4, 1), "np.digitize(x, [0, 2, 4])", 4.0, 3, "np.digitize(x, [0, 2, 4], right=True)")],
        ),
        (
            "a = np.array([7, 3, 9])\np = np.searchsorted(a, 3)",
            [TakenForSorted((4, 1), "np.searchsorted(a, 3)", "a", 7.0, 3.0, "np.searchsorted(np.sort(a), 3)")],
        ),
        (
            "x = np.array([1., 3., 2.])\ny = x * 2\nz = np.interp(2.5, x, y)",
            [
                TakenForSorted(
                    (5, 1), "np.interp(2.5, x, y)", "x", 3.0, 2.0, "np.interp(2.5, np.sort(x), y[np.argsort(x)])"
                )
            ],
        ),
        (
            "a = np.ones(5)\ns = np.convolve(a, [0.5, 0.5])",
            [
                OverlapsInPart(
                    (4, 1), "np.convolve(a, [0.5, 0.5])", 5, 2, 6, 4, 'np.convolve(a, [0.5, 0.5], mode="valid")'
                )
            ],
        ),
        (
            "a = np.arange(3)\nfor i in range(3):\n    d = a[i] - a[i - 1]",
            [FromTheEnd((5, 1), "a[i - 1]", "i - 1", "i", 0, -1)],
        ),
        (
            "g = np.eye(3)\nfor i in range(3):\n    up = g[i - 2, 0]",
            [FromTheEnd((5, 1), "g[i - 2, 0]", "i - 2", "i", 0, -2)],
        ),
        (
            "a = np.arange(4)\nb = np.insert(a, [1, 3], 9)",
            [CountsAsBefore((4, 1), "np.insert(a, [1, 3], 9)", 3, 4)],
        ),
        (
            "a = np.arange(5)\nfor i in [0, 2]:\n    a = np.delete(a, i)",
            [MovedUp((5, 2), "np.delete(a, i)", 2, 3, "a = np.delete(a, [0, 2])")],
        ),
        (
            "c = np.allclose(np.array([1e-9]), np.array([6e-9]))",
            [
                CloseAsSmall(
                    (3, 1),
                    "np.allclose(np.array([1e-9]), np.array([6e-9]))",
                    1e-9,
                    6e-9,
                    "np.allclose(np.array([1e-9]), np.array([6e-9]), atol=0)",
                )
            ],
        ),
        ("n = np.log(1000)", [NaturalLogarithm((3, 1), "np.log(1000)", 1000.0, 3, 10, "np.log10(1000)")]),
        (
            "t = torch.tensor([2., 8.])\nn = torch.log(t)",
            [NaturalLogarithm((4, 1), "torch.log(t)", 8.0, 3, 2, "torch.log2(t)")],
        ),
        (
            "q = np.quantile(np.array([4, 1, 2]), 0.25)",
            [
                BetweenTwo(
                    (3, 1),
                    "np.quantile(np.array([4, 1, 2]), 0.25)",
                    1.0,
                    2.0,
                    1.5,
                    'np.quantile(np.array([4, 1, 2]), 0.25, method="lower")',
                )
            ],
        ),
        (
            "x, y = np.array([1., -2.]), np.array([3., 3.])\na = np.arctan(y / x)",
            [SignsLost((4, 1), "np.arctan(y / x)", 3.0, -2.0, "np.arctan2(y, x)")],
        ),
        (
            "r = round(2.675, 2)",
            [StoredBelow((3, 1), "round(2.675, 2)", "2.675", "2.67499999999999982236", "2.67", "2.68")],
        ),
        (
            "a = np.array([2., np.nan, 1.])\nm = min(a)",
            [PassedOver((4, 1), "min(a)", 1, "np.min(a)", "np.nanmin(a)")],
        ),
        (
            "a = np.array([2., np.nan])\nprint(np.nan in a)",
            [NanNotIn((4, 1), "np.nan in a", 1, "np.isnan(a).any()")],
        ),
        (
            "x = np.arange(4.)\nc = np.polyfit(x, x ** 2, 2)\na = c[0]",
            [HighestFirst((5, 1), "c[0]", "np.polyfit(x, x ** 2, 2)", 2, "c[-1]")],
        ),
        (
            "a = np.array([1, 0])\nb = np.array([0, 1])\no = np.lexsort((a, b))",
            [LastKeyFirst((5, 1), "np.lexsort((a, b))", "b", "a", "np.lexsort((b, a))")],
        ),
        (
            "a = np.arange(3)\nr = np.repeat(a, 2).reshape(2, 3)",
            [EachRepeated((4, 1), "np.repeat(a, 2).reshape(2, 3)", "np.repeat(a, 2)", "np.tile(a, (2, 1))")],
        ),
        ("a = np.arange(2000)\nprint(a)", [Abridged((4, 1), "a", 2000, 6)]),
        ("a = np.array([0.5, 1e6])\nprint(a)", [WithExponents((4, 1), "a", 1e6, 0.5)]),
        (
            "t = np.array(['no', 'yes'])\nb = t.astype(bool)",
            [EveryTextIsTrue((4, 1), "t.astype(bool)", "no", "t != 'no'")],
        ),
        (
            "a = np.arange(3)\nprint(isinstance(a[1], int))",
            [NotPythonsInt((4, 1), "isinstance(a[1], int)", "a[1]", "int64", "isinstance(a[1], (int, np.integer))")],
        ),
        (
            "n = np.arange(3).max()\np = isinstance(n, int)",
            [NotPythonsInt((4, 1), "isinstance(n, int)", "n", "int64", "isinstance(n, (int, np.integer))")],
        ),
    ],
)
def test_what_surprises_is_said(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "x = np.array([1, 2, 3, 3])\nc, e = np.histogram(x, 2)\nd, f = np.histogram(x[:2], [1, 2, 3])",
        "b = np.digitize([0.5, 5.0], [0, 2, 4])\nc = np.digitize([4], [0, 4], right=True)",
        "d = np.digitize([4], [4, 0])",
        "a = np.array([3, 7, 7, 9])\np = np.searchsorted(a, [1, 8])\nz = np.interp(2, a, a)",
        "s = np.convolve(np.ones(5), [0.5, 0.5], mode='same')\nt = np.convolve([1, 2, 3], [1, 1])",
        "a = np.arange(3)\nfor i in range(1, 3):\n    d = a[i] - a[i - 1]\nk = 0\nz = a[k - 1]\nl = a[-1]",
        "a = np.arange(4)\nb = np.insert(a, [0, 0], 9)\nc = np.insert(a, 2, 9)\nd = np.insert(a, [2, -1], 9)",
        "a = np.arange(5)\nfor i in [3, 1]:\n    a = np.delete(a, i)\nb = np.delete(a, [0, 1])",
        "c = np.isclose(np.array([1e-9, 0.0]), np.array([1.1e-9, 5e-9]))\nd = np.allclose(1e-9, 6e-9, atol=0)",
        "n = np.log(np.array([1.0, 2.0, 10.0]))\nm = np.log(2)\nk = np.log(1.0)\nl = np.log10(100)",
        "q = np.percentile([1, 2, 3], 50)\nr = np.percentile([1.0, 2.0], 25)",
        "s = np.percentile([1, 3], 5, method='lower')",
        "x, y = np.array([1., 2.]), np.array([3., -3.])\na = np.arctan(y / x)\nb = np.arctan2(y, -x)",
        "r = np.round(np.array([1.115, 0.5, 2.0]), 2)\ns = round(1.25, 1)\nt = np.round(2.5)",
        "x = np.array([1., 8.])\nr = x ** (1 / 3)\ns = -x ** (1 / 3)\nt = np.cbrt(-x)",
        "a = np.array([2., 1.])\nm = max(a)\nb = np.array([np.nan, 1.])\nn = max(b)\nk = np.nanmax(b)",
        "a = np.array([2., 1.])\nprint(np.nan in a, 2. in a)",
        "x = np.arange(4.)\nc = np.polyfit(x, x ** 2, 2)\na = c[1]\nd = [3, 4]\ne = d[0]",
        "a = np.array([0, 1])\no = np.lexsort((a, a * 2))",
        "a = np.arange(3)\nr = np.repeat(a, 2).reshape(3, 2)\ns = np.repeat(a, 2)\nt = np.tile(a, 2).reshape(2, 3)",
        "a = np.arange(900)\nprint(a)\nprint(np.arange(2000).sum())",
        "a = np.array([0.5, 100.0])\nprint(a)\nb = np.array([1, 10 ** 9])\nprint(b)",
        "t = np.array(['a', ''])\nb = t.astype(bool)\nc = np.array([0, 1]).astype(bool)",
        "a = np.arange(3)\nprint(isinstance(a[1].item(), int), isinstance(a, int), isinstance(a[1], np.integer))",
    ],
)
def test_nothing_is_said_of_what_may_be_meant_so(program: str) -> None:
    assert found(program) == []
