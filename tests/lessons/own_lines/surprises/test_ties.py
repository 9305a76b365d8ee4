"""Where the largest number stands at several places, that is said; where the first is meant, nothing is."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises import ties
from primer_core.claims.surprises.ties import FirstOfTied, FirstOfTiedAlong
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

VOTES = "a = np.array([2, 5, 1, 5, 1])\n"


def said_here(program: str) -> list[Claim]:
    """Of what is said, the claims that are tested here."""
    return [claim for claim in found(program) if type(claim).__module__ == ties.__name__]


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            VOTES + "best = np.argmax(a)",
            FirstOfTied(
                (6, 1), "np.argmax(a)", "a", "largest", "5", 2, 5, 1, False, "np.flatnonzero(a == a.max())",
            ),
        ),
        (
            VOTES + "least = a.argmin()",
            FirstOfTied((6, 1), "a.argmin()", "a", "smallest", "1", 2, 5, 2, False, "np.flatnonzero(a == a.min())"),
        ),
        (
            "from numpy import *\nb = array([[1, 7], [7, 0]])\ndef best(m):\n    return argmax(m)\nprint(best(b))",
            FirstOfTied((8, 1), "argmax(m)", "m", "largest", "7", 2, 4, 1, True, "np.flatnonzero(m == m.max())"),
        ),
        (
            "t = torch.tensor([0.5, 3.0, 3.0])\nprint(t.argmax(dim=0))",
            FirstOfTied(
                (6, 1), "t.argmax(dim=0)", "t", "largest", "3", 2, 3, 1, False, "(t == t.max()).nonzero()",
            ),
        ),
        (
            "print(np.argmax(np.bincount([1, 1, 2, 2])))",
            FirstOfTied(
                (5, 1), "np.argmax(np.bincount([1, 1, 2, 2]))", "np.bincount([1, 1, 2, 2])", "largest", "2", 2, 3, 1,
                False, "",
            ),
        ),
        (
            "scores = np.zeros((3, 10))\nprint(np.argmax(scores, axis=-1))",
            FirstOfTiedAlong(
                (6, 1), "np.argmax(scores, axis=-1)", "scores", "largest", 1, 10, 3, 3, 3,
                "scores == scores.max(axis=1, keepdims=True)",
            ),
        ),
        (
            "t = torch.tensor([[1, 4], [4, 4], [0, 4]])\nleast = torch.argmin(t, 1)",
            FirstOfTiedAlong(
                (6, 1), "torch.argmin(t, 1)", "t", "smallest", 1, 2, 3, 1, 1, "t == t.amin(dim=1, keepdim=True)",
            ),
        ),
    ],
)  # fmt: skip
def test_it_is_named(program: str, claim: Claim) -> None:
    assert said_here(program) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        "a = np.array([1, 5, 3])\nprint(np.argmax(a), a.argmin())",
        VOTES + "print((a > 1).argmax(), np.argmax(a == 5), (a > 2).astype(int).argmax())",
        "a = np.array([np.nan, np.nan, 2.0])\nprint(a.argmax(), np.nanargmax(a))",
        "a = np.array([[1, 2], [2, 1]])\nprint(a.argmax(axis=0), a.argmax(1))",
        "a = np.zeros((5, 1))\nprint(a.argmax(axis=1), np.zeros(1).argmax())",
        "y = torch.eye(3)\nprint(y.argmax(dim=1))",
        "def argmax(a):\n    return 0\n" + VOTES + "print(argmax(a))",
    ],
)
def test_what_was_meant_so_is_left_alone(program: str) -> None:
    assert said_here(program) == []
