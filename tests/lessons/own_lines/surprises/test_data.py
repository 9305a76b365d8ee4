"""What surprises in iterators, data sets and loaders is named where it happened, and nothing is elsewhere."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.data import UsedUp
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "z = zip([1, 2], [3, 4])\nprint(list(z))\nprint(list(z))",
            [UsedUp((7, 1), "z", "zip", "zip([1, 2], [3, 4])", 6, is_first=False)],
        ),
        (
            "g = (i * i for i in range(3))\ntotal = sum(g)\nshares = [x / total for x in g]",
            [UsedUp((7, 1), "g", "generator", "(i * i for i in range(3))", 6, is_first=False)],
        ),
        (
            "net = nn.Linear(2, 1)\nparams = net.parameters()\nfor p in params:\n    n = p.numel()\n"
            "for p in params:\n    p.requires_grad = False",
            [UsedUp((7, 2), "params", "generator", "net.parameters()", 9, is_first=True)],
        ),
        (
            "def show(parts):\n    for p in parts:\n        print(p)\nit = iter([1, 2])\nshow(it)\nshow(it)",
            [UsedUp((6, 2), "parts", "list_iterator", "iter([1, 2])", 6, is_first=True)],
        ),
        (
            "def count(n):\n    for i in range(n):\n        yield i\nc = count(2)\na = max(c)\nb = [*c]",
            [UsedUp((10, 1), "c", "generator", "count(2)", 9, is_first=False)],
        ),
        (
            "r = reversed([1, 2])\na = list(r)\nb = dict(enumerate(r))",
            [UsedUp((7, 1), "r", "list_reverseiterator", "reversed([1, 2])", 6, is_first=False)],
        ),
    ],
)
def test_what_is_used_up_is_named(program: str, claims: list[Claim]) -> None:
    assert [claim for claim in found(program) if isinstance(claim, UsedUp)] == claims


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        (UsedUp((1, 1), "z", "zip", "zip(a, b)", 2, is_first=True), "list(zip(a, b))"),
        (UsedUp((1, 1), "z", "generator", "(x for x in a)", 2, is_first=True), "list(x for x in a)"),
        (UsedUp((1, 1), "z", "list_iterator", "iter(a)", 2, is_first=False), "list(a)"),
    ],
)
def test_what_keeps_values_is_written_as_one_would(claim: UsedUp, kept: str) -> None:
    assert claim.kept == kept


@pytest.mark.parametrize(
    "program",
    [
        "z = list(zip([1, 2], [3, 4]))\nprint(list(z))\nprint(list(z))",
        "for _ in range(2):\n    z = zip([1, 2], [3, 4])\n    print(list(z))",
        "it = iter([1, 2, 3])\nfirst = next(it)\nrest = list(it)\nnone = next(it, None)",
        "it = iter(range(5))\nfor x in it:\n    if x == 2:\n        break\nrest = list(it)",
        "import itertools\nit = iter(range(5))\nwhile part := list(itertools.islice(it, 2)):\n    print(part)",
        "it = iter(range(6))\npairs = list(zip(it, it))",
        "z = zip([], [])\na = list(z)\nb = list(z)",
        "r = range(3)\na = list(r)\nb = list(r)\nd = {'a': 1}\nk = d.keys()\na = list(k)\nb = list(k)",
        "net = nn.Linear(2, 1)\nfor _ in range(2):\n    for p in net.parameters():\n        n = p.numel()",
        "def read(a):\n    return list(a)\nread(zip([1], [2]))\nread(zip([1], [2]))",
    ],
)
def test_what_is_gone_through_once_or_anew_is_left_alone(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, UsedUp)] == []
