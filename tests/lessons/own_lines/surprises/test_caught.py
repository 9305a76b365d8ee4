"""Why a line was refused is told where the program caught that, too, as it is where nothing catches it."""

import pytest

from primer_core.claims.surprises.calls import CaughtRefusal
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

LEAF = "c = torch.zeros(2, requires_grad=True)\n"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            "try:\n    np.ones((4, 4)) * np.ones(3)\nexcept ValueError as e:\n    print(e)",
            [((8, 1), 6, "np.ones((4, 4)) * np.ones(3)", "ValueError", "have 4 and 3 along axis −1")],
        ),
        (
            f"{LEAF}try:\n    c += 1\nexcept RuntimeError:\n    pass",
            [((9, 1), 7, "c += 1", "RuntimeError", "a leaf that requires a gradient")],
        ),
        (
            "def f(x):\n    return x @ np.ones((3, 2))\ntry:\n    f(np.ones((2, 4)))\nexcept (TypeError, ValueError):\n"
            "    print('no')",
            [((10, 1), 6, "x @ np.ones((3, 2))", "ValueError", "the left side has 4 there and the right 3")],
        ),
        (
            "for i in range(2, 4):\n    try:\n        np.ones(3) + np.ones(i)\n    except Exception:\n"
            "        print('no')",
            [((9, 1), 7, "np.ones(3) + np.ones(i)", "ValueError", "3 and 2 along axis −1")],
        ),
        (
            f"{LEAF}loss = (c * c).sum()\nloss.backward()\ntry:\n    loss.backward()\nexcept RuntimeError:\n"
            "    print('again')",
            [((11, 1), 9, "loss.backward()", "RuntimeError", "is freed when backward() has used it")],
        ),
        (
            f"{LEAF}h = c.exp()\nh += 1\ntry:\n    h.sum().backward()\nexcept RuntimeError:\n    print('changed')",
            [((11, 1), 9, "h.sum().backward()", "RuntimeError", "c.exp() of line 6 needs h as it was then")],
        ),
    ],
)
def test_what_was_caught_is_told(program: str, told: list[tuple[tuple[int, int], int, str, str, str]]) -> None:
    said = [claim for claim in found(program) if isinstance(claim, CaughtRefusal)]
    assert [(claim.run, claim.line, claim.code, claim.error) for claim in said] == [each[:4] for each in told]
    assert all(words in claim.said for claim, (*_, words) in zip(said, told, strict=True))


@pytest.mark.parametrize(
    "program",
    [
        "try:\n    raise ValueError('mine')\nexcept ValueError as e:\n    print(e)",
        "try:\n    a = np.ones(3)\nexcept ValueError as e:\n    print(e)",
        "try:\n    np.ones(2) + np.ones(3)\nexcept ValueError as e:\n    print(e)\nfinally:\n    print('end')",
        "try:\n    x = int('five')\nexcept ValueError:\n    for i in range(2):\n        print(i)",
    ],
)
def test_nothing_is_told_where_nothing_is_known(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, CaughtRefusal)] == []
