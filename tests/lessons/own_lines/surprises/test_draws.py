"""What surprises in numbers that are drawn or computed again is named where it happened, and nothing is elsewhere."""

from dataclasses import replace
from typing import Any

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.draws import LastDigitsDiffer, LoaderDraws, OtherDrawsBefore
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

LOADER = (
    "from torch.utils.data import DataLoader, TensorDataset\ndata = TensorDataset(torch.arange(4))\n"
    "for _ in range(2):\n    torch.manual_seed(0)\n    held = DataLoader(data{})\n    for x in held:\n        pass\n"
    "    y = torch.rand(1)"
)
PRODUCTS = (
    "torch.manual_seed(0)\na, b = torch.rand(60, 80), torch.rand(80, 50)\nwhole = a @ b\n"
    "rows = torch.stack([row @ b for row in a])\n"
)


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            "torch.manual_seed(0)\na = torch.rand(3)\ntorch.manual_seed(0)\nn = torch.randn(2)\nb = torch.rand(3)",
            OtherDrawsBefore((9, 1), "torch.rand(3)", 6, "torch.rand(3)", "torch.randn(2)"),
        ),
        (
            "np.random.seed(1)\nx = np.random.rand()\nnp.random.seed(1)\nk = np.random.randint(9)\n"
            "y = np.random.rand()",
            OtherDrawsBefore((9, 1), "np.random.rand()", 6, "np.random.rand()", "np.random.randint(9)"),
        ),
        (
            "one = np.random.default_rng(3)\nx = one.random(2)\ntwo = np.random.default_rng(3)\n"
            "k = two.integers(5)\ny = two.random(2)",
            OtherDrawsBefore((9, 1), "two.random(2)", 6, "one.random(2)", "two.integers(5)"),
        ),
        (LOADER.format(""), LoaderDraws((10, 8), "held")),
        (
            LOADER.format("").replace("for x in held:\n        pass", "x = next(iter(held))"),
            LoaderDraws((10, 2), "held"),
        ),
        (
            PRODUCTS + "print(torch.equal(whole, rows))",
            LastDigitsDiffer((9, 1), "torch.equal(whole, rows)", "", "", "torch.allclose(whole, rows)"),
        ),
    ],
)
def test_it_is_named(program: str, claim: Claim) -> None:
    said: list[Any] = [each for each in found(program) if type(each) is type(claim)]
    if isinstance(claim, LastDigitsDiffer):  # how a product adds up is up to the machine
        assert [replace(each, apart="", largest="") for each in said] in ([claim], [])
    else:
        assert said == [claim]


KINDS = (LastDigitsDiffer, LoaderDraws, OtherDrawsBefore)


@pytest.mark.parametrize(
    "program",
    [
        "torch.manual_seed(0)\na = torch.rand(3)\ntorch.manual_seed(0)\nb = torch.rand(3)\nc = torch.rand(3)",
        "torch.manual_seed(0)\na = torch.rand(3)\ntorch.manual_seed(1)\nn = torch.randn(2)\nb = torch.rand(3)",
        "np.random.seed(1)\nx = np.random.rand()\nnp.random.seed(1)\nn = torch.randn(2)\ny = np.random.rand()",
        "rng = np.random.default_rng(3)\nx = rng.random(2)\nk = rng.integers(5)\ny = rng.random(2)",
        LOADER.format(", generator=torch.Generator()"),
        LOADER.format(", shuffle=True"),
        LOADER.format("").replace("torch.manual_seed(0)", "n = 1"),
        PRODUCTS + "print(torch.equal(whole, whole.clone()))",
        PRODUCTS + "print(torch.equal(whole, rows * 2), torch.allclose(whole, rows))",
        "a = torch.arange(6)\nprint(torch.equal(a, a + 1))",
        "a = torch.tensor([1e-9, 1.0])\nprint(torch.equal(a, torch.tensor([1e-9, 1.1])))",
    ],
)
def test_what_comes_as_it_is_meant_is_left_alone(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, KINDS)] == []
