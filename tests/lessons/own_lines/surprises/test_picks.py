"""What an index picks is named where it surprises, and nothing is where it picks what it says."""

import pytest

from primer_core.claims.claim import Claim, plain
from primer_core.claims.surprises import picks
from primer_core.claims.surprises.picks import (
    ClippedAtTheEnd,
    EmptySpan,
    GoesDownFirst,
    ListIsOneIndex,
    ListPerAxis,
    NoAxisInSlice,
    OneAxisForLists,
    PlacesNotValues,
)
from primer_core.claims.surprises.readings import ListAxisFirst
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from tests.lessons.own_lines.surprises.test_common import HEADER, found

pytestmark = pytest.mark.filterwarnings("ignore")

TEN = "a = np.arange(10)\n"
GRID = "g = np.arange(12).reshape(3, 4)\n"
TORCH_GRID = "t = torch.arange(12).reshape(4, 3)\n"


def said_here(program: str) -> list[Claim]:
    """Of what is said, the claims that are tested here."""
    return [claim for claim in found(program) if type(claim).__module__ == picks.__name__]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            GRID + "pos = [2, 1]\nprint(g[pos])",
            [ListIsOneIndex((7, 1), "g[pos]", "pos", (2, 1), (2, 4), "g[tuple(pos)]")],
        ),
        (
            TORCH_GRID + "start_cell = [-1, 0]\nt[start_cell] = 5",
            [ListIsOneIndex((7, 1), "t[start_cell]", "start_cell", (-1, 0), (2, 3), "t[tuple(start_cell)]")],
        ),
        (
            "c = np.zeros((3, 2, 4))\ndef at(a, loc):\n    return (a + 1)[loc]\nx = at(c, [2, 1, 0])",
            [ListIsOneIndex((7, 1), "(a + 1)[loc]", "loc", (2, 1, 0), (3, 2, 4), "(a + 1)[tuple(loc)]")],
        ),
        (GRID + "rows = [2, 1]\nidx = [0, 2]\nprint(g[rows], g[idx])", []),
        (GRID + "pos = [2, 1]\nprint(g[pos[0], pos[1]], g[tuple(pos)], g[(2, 1)], g[pos, :])", []),
        (GRID + "pos = np.array([2, 1])\nprint(g[pos])\npos = [1, 2, 0]\nprint(g[pos])\npos = [1]\nprint(g[pos])", []),
        (TEN + "pos = [3]\npositions = [1, 2]\nprint(a[pos], a[positions])\ng = a.reshape(2, 5)\nx = g[[1, 0]]", []),
        (
            TEN + "i, m = 0, 3\nb = a[i + m - 1:i - 1:-1]",
            [EmptySpan((7, 1), "a[i + m - 1:i - 1:-1]", 0, 10, 2, -1, -1, 2, 9, "a[i + m - 1::-1]")],
        ),
        (
            TEN + "n = 1\nb = a[n - 3:n]",
            [EmptySpan((7, 1), "a[n - 3:n]", 0, 10, -2, 1, None, 8, 1, "a[max(n - 3, 0):n]")],
        ),
        (TEN + "k = 2\nb = a[-k:0]", [EmptySpan((7, 1), "a[-k:0]", 0, 10, -2, 0, None, 8, 0, "a[-k:]")]),
        (TEN + "b = a[1:5:-1]", [EmptySpan((6, 1), "a[1:5:-1]", 0, 10, 1, 5, -1, 1, 5)]),
        (TEN + "a[3:1] = 0", [EmptySpan((6, 1), "a[3:1]", 0, 10, 3, 1, None, 3, 1)]),
        (GRID + "b = g[:, 5:2]", [EmptySpan((6, 1), "g[:, 5:2]", 1, 4, 5, 2, None, 5, 2)]),
        (GRID + "b = g[None, [0, 1], 3:1]", [EmptySpan((6, 1), "g[None, [0, 1], 3:1]", 1, 4, 3, 1, None, 3, 1)]),
        (
            "x = np.arange(12) * 2\nb = np.delete(x, x[3:6])",
            [
                PlacesNotValues(
                    (6, 1), "np.delete(x, x[3:6])", "x[3:6]", "x", (6, 8, 10), ("12", "16", "20"),
                    "x[~np.isin(x, x[3:6])]",
                )
            ],
        ),
        ("x = np.arange(9)\nb = np.delete(x, x[3:6])\ny = x * 2\nc = np.delete(y, x[1:3])\nd = np.delete(y, [2])", []),
        (GRID + "i = 2\nb = g[1, i:i + 3]", [ClippedAtTheEnd((7, 1), "g[1, i:i + 3]", 1, 4, 2, 5)]),
        (GRID + "i = 1\nb = g[i:i + 2]\nc = g[1:9]\nd = g[:i + 8]", []),
        (GRID + "b = g[..., 3:1]", [EmptySpan((6, 1), "g[..., 3:1]", 1, 4, 3, 1, None, 3, 1)]),
        (
            "def window(t, i):\n    return t[i - 2:i]\nw = window(torch.arange(5), 1)",
            [EmptySpan((6, 1), "t[i - 2:i]", 0, 5, -1, 1, None, 4, 1, "t[max(i - 2, 0):i]")],
        ),
        (
            "arr = np.ones((5, 3))\nb = arr[:, None :]",
            [NoAxisInSlice((6, 1), "arr[:, None :]", "None :", (5, 3), "arr[:, None, :]", (5, 1, 3))],
        ),
        (
            "arr = torch.ones(5, 3)\nb = arr[:None]\nc = arr[np.newaxis:, 0]",
            [
                NoAxisInSlice((6, 1), "arr[:None]", ":None", (5, 3), "arr[:, None]", (5, 1, 3)),
                NoAxisInSlice(
                    (7, 1), "arr[np.newaxis:, 0]", "np.newaxis:", (5,), "arr[np.newaxis, :, 0]", (1, 5),
                ),
            ],
        ),
        (
            TORCH_GRID + "b = t[[[0, 1], [1, 2]]]",
            [ListPerAxis((6, 1), "t[[[0, 1], [1, 2]]]", 2, (2,), "t[torch.tensor([[0, 1], [1, 2]])]", (2, 2, 3))],
        ),
        (
            TORCH_GRID + "pairs = [[3, 1]]\nb = t[pairs]",
            [ListPerAxis((7, 1), "t[pairs]", 1, (2, 3), "t[torch.tensor(pairs)]", (1, 2, 3))],
        ),
        (
            "x = torch.ones(6, 1, 12, 2)\nb = x[[1], :, [-1]]",
            [OneAxisForLists((6, 1), "x[[1], :, [-1]]", 2, (1, 1, 2), "x[1:2, :, -1:]", (1, 1, 1, 2))],
        ),
        (
            "x = np.ones((6, 5, 4))\nb = x[[1], [2], [3]]",
            [OneAxisForLists((6, 1), "x[[1], [2], [3]]", 3, (1,), "x[1:2, 2:3, 3:4]", (1, 1, 1))],
        ),
    ],
)  # fmt: skip
def test_it_is_named(program: str, claims: list[Claim]) -> None:
    assert said_here(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        TEN + "b = a[:0]\nc = a[5:5]\nd = a[10:]\ne = a[12:15]\nf = a[::-1]\ng = a[-3:]\nh = a[2:-2]\nk = a[8:12]",
        TEN + "i = 3\nb = a[i - 3:i]\nc = a[i:i - 2:-1]\nd = a[a > 5][3:]\ne = a[:0:-1]",
        TEN + "b = a[3:1]",  # of which another rule tells
        "a = np.ones((0, 3))\nb = a[2:1]\nc = [1, 2, 3][2:1]\ns = 'text'[3:1]",
        GRID + "mask = g > 3\nb = g[mask]\nc = g[:, 1:3]\nd = g[1:2, None, ::-1]\ne = g[None]\nf = g[:, None, :]",
        GRID + "b = g[1:None]\nc = g[None:None:-1]\nd = g[None, :]\ne = g[:, :, None]",
        TORCH_GRID + "b = t[[0, 1], [1, 2]]\nc = t[torch.tensor([[0, 1], [1, 2]])]\nd = t[[0, 2]]",
        GRID + "b = g[[[0, 1], [1, 2]]]\nc = g[[0, 1], [1, 2]]\nd = g[[1], :]\ne = g[[1], 0]",
        "t = torch.arange(50)\nw = [[k, k + 1] for k in range(32)]\nb = t[w]",
    ],
)
def test_what_picks_what_it_says_is_left_alone(program: str) -> None:
    assert said_here(program) == []


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "x = torch.zeros(3, 4, 5)\ny = x[[0, 1], :, [0, 1]]\nz = x[:, [0, 1], [0, 1]]\nw = x[0, :, [0, 1]]",
            [],
        ),
        (
            "x = torch.zeros(2, 3, 4, 5)\ny = x[:, [0, 1], :, torch.tensor([0, 1])]",
            [
                ListAxisFirst(
                    (6, 1), "x[:, [0, 1], :, torch.tensor([0, 1])]", (2, 2, 4), (2, 2, 4), "PyTorch", "lists",
                )
            ],
        ),
        (
            "x = torch.zeros(2, 3, 4, 5)\ny = x[:, [0, 1, 2], :, [0, 1, 4]]",
            [ListAxisFirst((6, 1), "x[:, [0, 1, 2], :, [0, 1, 4]]", (3, 2, 4), (2, 3, 4), "PyTorch", "lists")],
        ),
        (
            "x = torch.zeros(6, 2, 3, 4, 5)\ny = x[0, :, [0, 1, 2], :, [0, 1, 4]]",
            [ListAxisFirst((6, 1), "x[0, :, [0, 1, 2], :, [0, 1, 4]]", (3, 2, 4), (2, 3, 4), "PyTorch", "lists")],
        ),
    ],
)  # fmt: skip
def test_a_paired_axis_of_a_tensor_goes_first(program: str, claims: list[Claim]) -> None:
    wanted = [claim for claim in claims if isinstance(claim, ListAxisFirst) and claim.gives != claim.in_place]
    assert [claim for claim in found(program) if isinstance(claim, ListAxisFirst)] == wanted


def test_why_too_many_lists_are_refused_is_said() -> None:
    program = "t = torch.arange(50)\nw = [[k, k + 1] for k in range(40)]\nb = t[w]\nc = t[w[:31]]"
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.cause is not None
    said = plain(shown.cause.sentence())
    assert "w[:31] holds 31, and t has 1 axis" in said
    assert "t[torch.tensor(w[:31])]" in said


CELLS = "grid = np.zeros((4, 6), dtype=np.uint8)\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            CELLS + "y = 1\nfor x in range(1, 4):\n    grid[x, y] = 1",
            ((8, 3), "grid[x, y]", "x", "y", 0, 4, 6, "grid[y, x]"),
        ),
        (
            CELLS + "def put(x, y):\n    grid[x][y] = 1\nput(3, 1)",
            ((7, 1), "grid[x][y]", "x", "y", 0, 4, 6, "grid[y][x]"),
        ),
        (
            "img = torch.zeros(5, 5)\nfor x, y in [(1, 2), (3, 4)]:\n    img[x, y] = 1.0",
            ((7, 2), "img[x, y]", "x", "y", 0, 5, 5, "img[y, x]"),
        ),
        (
            "img = np.zeros((4, 5, 3))\nx, y = 1, 2\nprint(img[x, y, 0])",
            ((7, 1), "img[x, y, 0]", "x", "y", 0, 4, 5, "img[y, x, 0]"),
        ),
        (
            "image = torch.zeros(1, 5, 4)\nx, y = 3, 1\nimage[0, x, y] = 1",
            ((7, 1), "image[0, x, y]", "x", "y", 1, 5, 4, "image[0, y, x]"),
        ),
        (
            "pixels = np.arange(12).reshape(3, 4)\ncol, row = 2, 1\nprint(pixels[col, row])",
            ((7, 1), "pixels[col, row]", "col", "row", 0, 3, 4, "pixels[row, col]"),
        ),
        (CELLS + "cx, cy = 2, 1\ngrid[cx, cy] += 1", ((7, 1), "grid[cx, cy]", "cx", "cy", 0, 4, 6, "grid[cy, cx]")),
        (
            "class Page:\n    def __init__(self):\n        self.canvas = np.zeros((4, 4))\n    def put(self, x0, y0):\n"
            "        self.canvas[x0, y0] = 1\npage = Page()\npage.put(1, 2)",
            ((9, 1), "self.canvas[x0, y0]", "x0", "y0", 0, 4, 4, "self.canvas[y0, x0]"),
        ),
    ],
)
def test_the_axis_that_comes_first_runs_down(program: str, said: tuple[object, ...]) -> None:
    claims = [claim for claim in found(program) if isinstance(claim, GoesDownFirst)]
    assert [
        (each.run, each.code, each.across, each.down, each.axis, each.rows, each.columns, each.instead)
        for each in claims
    ] == [said]


@pytest.mark.parametrize(
    ("lines", "away"),
    [
        (GRID + "pos = [1, 3]\nprint(g[pos])", "3 is no place of the 3"),
        (TORCH_GRID + "at = [0, -5, 1]\nx = t.reshape(4, 3, 1).expand(4, 3, 2).swapaxes(0, 1)[at]", ""),
        (TORCH_GRID + "at = [1, -4]\nx = t.T[at]", "−4 is no place of the 3"),
        (GRID + "pos = [1, 3]\ng[pos] = 7", "3 is no place of the 3"),
        (GRID + "pos = [1, 4]\nprint(g[pos])", ""),
        (GRID + "pos = [3, 0]\nprint(g[pos])", ""),
        (TEN + "pos = [10]\nprint(a[pos])", ""),
        (GRID + "pos = [1, 3, 0]\nprint(g[pos])", ""),
        (GRID + "print(g[[1, 3]])", ""),
    ],
)
def test_a_position_in_a_list_that_is_no_index_of_axis_0_is_made_a_tuple(lines: str, away: str) -> None:
    outcome = explain(OwnLinesQuestion(program=HEADER + lines))
    assert isinstance(outcome, Shown)
    cause = "" if outcome.cause is None else plain(outcome.cause.sentence())
    assert ("is a list, and a list is one index, along axis 0" in cause) == bool(away)
    assert away in cause
    assert any("[tuple(" in fix.line for fix in outcome.fixes) == bool(away)


@pytest.mark.parametrize(
    "program",
    [
        CELLS + "for x in range(grid.shape[0]):\n    for y in range(grid.shape[1]):\n        grid[x, y] = x + y",
        CELLS + "y, x = 1, 2\ngrid[y, x] = 1",
        CELLS + "x, y = np.unravel_index(grid.argmax() + 1, grid.shape)\nprint(grid[x, y])",
        CELLS + "for x, y in np.argwhere(grid == 0)[:9]:\n    grid[x, y] = 1",
        CELLS + "for x in range(4):\n    for y in range(4):\n        grid[x, y] = 1",
        CELLS + "rows, cols = 4, 6\nfor x in range(rows):\n    for y in range(3):\n        grid[x, y] = 1",
        CELLS + "x, y = 3, 5\ngrid[x, y] = 1",
        CELLS + "x, y = 2, 2\ngrid[x, y] = 1",
        CELLS + "x, y = np.array([1, 2]), np.array([0, 3])\ngrid[x, y] = 1",
        CELLS + "h, w = grid.shape\nx, y = h // 2 - 1, w // 2\ngrid[x, y] = 1",
        CELLS + "x, y = 1, 2\nprint(grid[x, y], grid[y, x])",
        "table = np.zeros((4, 6))\nx, y = 1, 2\ntable[x, y] = 1",
        "w, h = 4, 6\ngrid = np.zeros((w, h))\nx, y = 1, 2\ngrid[x, y] = 1",
        "img = np.zeros((4, 4))\nn = len(img)\nfor x in range(n):\n    for y in range(n):\n        img[x, y] = x",
        "img = np.zeros((4, 4))\nfor x, line in enumerate(img):\n    for y in range(2):\n        img[x, y] = 1",
        "images = np.zeros((5, 8, 8))\nx, y = 1, 2\nprint(images[x, y])",
        CELLS + "X, Y = np.meshgrid(np.arange(4), np.arange(6), indexing='ij')\nx, y = 1, 0\ngrid[x, y] = X[x, y]",
    ],
)
def test_where_a_place_counts_rows_first_it_is_left_alone(program: str) -> None:
    assert not any(isinstance(claim, GoesDownFirst) for claim in found(program))
