"""How an array lies is named where it surprises, and nothing is where it lies as it looks."""

import pytest

from primer_core.claims.claim import Claim, plain
from primer_core.claims.surprises import arrangements
from primer_core.claims.surprises.arrangements import AxesWithin, OwnedByNoName
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

ZEROS = "a = np.zeros((3, 3))\n"
BOX = "b = np.arange(16).reshape((2, 2, 4))\n"


def said_here(program: str) -> list[Claim]:
    """Of what is said, the claims that are tested here."""
    return [claim for claim in found(program) if type(claim).__module__ == arrangements.__name__]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            ZEROS + "x = a[:, [0, 1]]\nprint(x.flags.owndata)",
            [OwnedByNoName((7, 1), "x.flags.owndata", "x", "a[:, [0, 1]]", "a")],
        ),
        (
            "x = np.arange(6).reshape(2, 3)\nmine = x.flags['OWNDATA']",
            [OwnedByNoName((6, 1), "x.flags['OWNDATA']", "x", "np.arange(6).reshape(2, 3)", "")],
        ),
        (ZEROS + "x = a[1:]\nprint(x.flags.owndata, a.flags.owndata)\ny = a[[0, 1]]\nprint(y.flags.owndata)", []),
        (ZEROS + "x = a[:, [0, 1]]\ny = x[0]\nprint(x.flags.owndata, y.flags.owndata)", []),
        (ZEROS + "x = a[:, [0, 1]].copy()\nprint(x.flags.owndata, x.flags.c_contiguous)", []),
        (ZEROS + "base = a\na = a[1:]\nx = a[:, 1:]\nprint(x.flags.owndata)", []),
        (
            BOX + "print(b.transpose((1, 0, 2)))",
            [AxesWithin((6, 1), "b.transpose((1, 0, 2))", "b", (1, 0, 2), (2, 2, 4))],
        ),
        (
            "t = torch.arange(8).view(2, 2, 2)\nu = t.permute(2, 0, -2)",
            [AxesWithin((6, 1), "t.permute(2, 0, -2)", "t", (2, 0, 1), (2, 2, 2))],
        ),
        (
            BOX + "c = np.transpose(b, axes=(1, 0, 2))",
            [AxesWithin((6, 1), "np.transpose(b, axes=(1, 0, 2))", "b", (1, 0, 2), (2, 2, 4))],
        ),
        (BOX + "c = b.transpose((2, 0, 1))\nd = b.transpose((0, 1, 2))\ne = b.T\nf = b[0].T\ng = b.swapaxes(0, 1)", []),
        ("z = np.zeros((2, 2, 3)).transpose(1, 0, 2)\ny = np.zeros((2, 2, 3))\nx = y.transpose(1, 0, 2)", []),
        ("s = np.arange(4).reshape(2, 2)\nt = s.transpose(1, 0)", []),
    ],
)
def test_it_is_named_where_it_surprises(program: str, claims: list[Claim]) -> None:
    assert said_here(program) == claims


def test_letters_tell_what_stands_where() -> None:
    (claim,) = said_here("c = np.arange(27).reshape(3, 3, 3)\nd = c.transpose(2, 0, 1)")
    assert "at [i, j, k] of c.transpose(2, 0, 1) stands what c[j, k, i] is" in plain(claim.sentence())
