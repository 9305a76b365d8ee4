"""What surprises in how an index or a comparison is read is named, and only where it surprises."""

import pytest

from primer_core.claims.claim import Claim, plain
from primer_core.claims.surprises import arrays, equalities
from primer_core.claims.surprises.arrays import (
    AnyCellEqual,
    BindsMoreStrongly,
    FillsColumns,
    KeptAsView,
    NotSwapped,
    OrderOfEvery,
    OrdersDrawnApart,
    PlaceAmongAll,
    PlacesOfSmallest,
    TruthsAsPlaces,
)
from primer_core.claims.surprises.equalities import (
    DiffersFromNan,
    DtypeOfFirst,
    HalfOfADigit,
    JoinedNotStacked,
    NanKeepsApart,
    NeverAClass,
    NewEachTime,
    OneLengthForAll,
    OneMemoryTwoObjects,
    StopsGrowing,
    ValuesNoClasses,
)
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from tests.lessons.own_lines.surprises.test_common import HEADER, found

pytestmark = pytest.mark.filterwarnings("ignore")  # some of what surprises is warned of, too

ROOT = "def f(x):\n    if x < 0:\n        return 0\n    return x ** 0.5\n"
LABELS = "labels = torch.tensor([0, 1, 2, 0])\n"
OUT = "out = torch.tensor([[0.1, 0.9, 0.2], [0.5, 0.3, 0.1], [0.2, 0.2, 0.4], [0.7, 0.1, 0.3]])\n"


def said_here(program: str) -> list[Claim]:
    """Of what is said, the claims that are tested here."""
    modules = {arrays.__name__, equalities.__name__}
    return [claim for claim in found(program) if type(claim).__module__ in modules]


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "a = np.array([1, 5, 3, 8])\nsel = a[(a > 2) & a < 6]",
            [BindsMoreStrongly((6, 1), "(a > 2) & a < 6", "((a > 2) & a) < 6", 4, "(a > 2) & (a < 6)", 2)],
        ),
        (
            "t = torch.tensor([1, 5, 3, 8])\nm = t > 4\nz = m | t == 3",
            [BindsMoreStrongly((7, 1), "m | t == 3", "(m | t) == 3", 1, "m | (t == 3)", 3)],
        ),
        (
            "t = torch.tensor([1, 5, 3, 8])\nprint(5 > t & (t > 4))",
            [BindsMoreStrongly((6, 1), "5 > t & (t > 4)", "5 > (t & (t > 4))", 4, "(5 > t) & (t > 4)", 0)],
        ),
        (
            "m = np.array([[1, 2], [3, 4]])\nm[0], m[1] = m[1], m[0]",
            [NotSwapped((6, 1), "m[0]", "m[1]", "m[[0, 1]] = m[[1, 0]]")],
        ),
        (
            "m = torch.arange(6).reshape(2, 3)\nm[:, 0], m[:, 2] = m[:, 2], m[:, 0]",
            [NotSwapped((6, 1), "m[:, 0]", "m[:, 2]", "m[:, [0, 2]] = m[:, [2, 0]]")],
        ),
        (
            "x = torch.tensor([4, 8, 3])\nx[0], x[1] = x[1], x[0]",
            [NotSwapped((6, 1), "x[0]", "x[1]", "x[[0, 1]] = x[[1, 0]]")],
        ),
        (
            "def swap(t, i, j):\n    t[i, 0], t[j, 1] = t[j, 1], t[i, 0]\nswap(torch.arange(4.).reshape(2, 2), 0, 1)",
            [
                NotSwapped(
                    (6, 1), "t[i, 0]", "t[j, 1]", "t[i, 0], t[j, 1] = t[j, 1].clone(), t[i, 0].clone()",
                )
            ],
        ),
        (
            "b = np.arange(6)\nb[:3], b[3:] = b[3:], b[:3]",
            [NotSwapped((6, 1), "b[:3]", "b[3:]", "b[:3], b[3:] = b[3:].copy(), b[:3].copy()")],
        ),
        (
            "m = np.array([[1, 2], [3, 4]])\ntmp = m[0]\nm[0] = m[1]\nm[1] = tmp",
            [KeptAsView((8, 1), "tmp", "m[0]", "m[1]", "m[0].copy()")],
        ),
        (
            "m = np.array([[1, 8], [9, 2], [0, 0]])\ni = m.argmax()\nprint(m[i])",
            [PlaceAmongAll((6, 1), "m.argmax()", "m", 2, "m[i]", "np.unravel_index(i, m.shape)", (1, 0))],
        ),
        (
            "m = torch.tensor([[1, 8], [9, 2], [0, 0]])\nprint(m[torch.argmax(m)])",
            [
                PlaceAmongAll(
                    (6, 1), "torch.argmax(m)", "m", 2, "m[torch.argmax(m)]",
                    "divmod(torch.argmax(m).item(), m.shape[1])", (1, 0),
                )
            ],
        ),
        (
            "y = np.array([0, 1, 2, 1])\none_hot = np.zeros((4, 3))\none_hot[:, y] = 1",
            [FillsColumns((7, 1), "one_hot[:, y]", 4, 12, "one_hot[np.arange(4), y]")],
        ),
        (
            "x = np.array([10, 20, 30])\nmask = [0, 1, 1]\nprint(x[mask])",
            [TruthsAsPlaces((7, 1), "x[mask]", "x", 1, 2, "x[np.array(mask) == 1]")],
        ),
        (
            "c = np.zeros(4)\nwhere = [1, 1, 1, 1]\nc[where] = 5",
            [TruthsAsPlaces((7, 1), "c[where]", "c", 0, 4, "c[np.array(where) == 1]")],
        ),
        (
            "c = np.array([7, 1, 8])\nhigh = [1 if n > 5 else 0 for n in c]\nhigh = list(high)\nn = c[high]",
            [TruthsAsPlaces((8, 1), "c[high]", "c", 1, 2, "c[np.array(high) == 1]")],
        ),
        (
            "x = np.array([5, 1, 7])\ny = x[np.where(x > 2, 1, 0)]\nz = x[(x > 6) * 1]",
            [
                TruthsAsPlaces((6, 1), "x[np.where(x > 2, 1, 0)]", "x", 1, 2, "x[np.where(x > 2, 1, 0) == 1]"),
                TruthsAsPlaces((7, 1), "x[(x > 6) * 1]", "x", 2, 1, "x[((x > 6) * 1) == 1]"),
            ],
        ),
        (
            "img = np.arange(12).reshape(3, 4)\nm = (img % 5 == 0).astype(int)\nn = img[m]",
            [TruthsAsPlaces((7, 1), "img[m]", "img", 9, 3, "img[m == 1]")],
        ),
        (
            "x = torch.tensor([10, 20, 30])\nbig = (x > 15).long()\nx[big] = 0",
            [TruthsAsPlaces((7, 1), "x[big]", "x", 1, 2, "x[big == 1]")],
        ),
        (
            "a = np.array([[1, 2], [3, 4], [5, 6]])\nprint([1, 4] in a)",
            [AnyCellEqual((6, 1), "[1, 4] in a", "a == [1, 4]", 2, "(a == [1, 4]).all(axis=1).any()")],
        ),
        (
            "a = np.array([[3, 1, 2], [9, 7, 8]])\norder = np.argsort(a, axis=1)\nprint(a[:, order])",
            [
                OrderOfEvery(
                    (7, 1), "a[:, order]", 1, (2, 2, 3), "np.take_along_axis(a, order, axis=1)", (2, 3),
                )
            ],
        ),
        (
            "t = torch.tensor([[3, 1], [2, 7]])\nk = t.argsort(dim=1)\nq = t[k]",
            [OrderOfEvery((7, 1), "t[k]", 1, (2, 2, 2), "torch.take_along_dim(t, k, dim=1)", (2, 2))],
        ),
        (
            "scores = np.array([0.1, 0.9, 0.5])\ntop2 = np.argsort(scores)[:2]",
            [PlacesOfSmallest((6, 1), "top2", "np.argsort(scores)[:2]", 2, "np.argsort(scores)[::-1][:2]")],
        ),
        (
            "d = torch.tensor([0.1, 0.9, 0.5])\norder = d.argsort()\nlargest = order[:1]",
            [PlacesOfSmallest((7, 1), "largest", "order[:1]", 1, "torch.argsort(d, descending=True)[:1]")],
        ),
        (
            "np.random.seed(1)\nX = np.arange(12).reshape(6, 2)\ny = np.arange(6)\n"
            "np.random.shuffle(X)\nnp.random.shuffle(y)",
            [OrdersDrawnApart((9, 1), (8, 1), "X", "y", "np.random.permutation(6)")],
        ),
        (
            "rng = np.random.default_rng(1)\nX = np.arange(12).reshape(6, 2)\nlabels = np.arange(6)\n"
            "labels = rng.permutation(labels)\nX = rng.permutation(X)",
            [OrdersDrawnApart((9, 1), (8, 1), "labels", "X", "np.random.permutation(6)")],
        ),
        (
            "x = torch.tensor([1.0, float('nan')])\nmask = x != float('nan')",
            [DiffersFromNan((6, 1), "x != float('nan')", "~torch.isnan(x)")],
        ),
        (
            "a = np.array([1, np.nan])\nb = np.array([1, np.nan])\nprint(np.array_equal(a, b))\nprint((a == b).all())",
            [
                NanKeepsApart((7, 1), "np.array_equal(a, b)", 1, "np.array_equal(a, b, equal_nan=True)"),
                NanKeepsApart((8, 1), "(a == b).all()", 1, "np.array_equal(a, b, equal_nan=True)"),
            ],
        ),
        (
            "a = torch.tensor([1, torch.nan])\nsame = torch.equal(a, a.clone())",
            [NanKeepsApart((6, 1), "torch.equal(a, a.clone())", 1, "torch.allclose(a, a.clone(), equal_nan=True)")],
        ),
        (
            OUT + LABELS + "pred = torch.max(out, 1)[0]\nacc = (pred == labels).sum()",
            [ValuesNoClasses((8, 1), "pred == labels", "pred", "labels", 4, "torch.argmax(out, 1)")],
        ),
        (
            OUT + LABELS + "best, where = out.max(dim=1)\nacc = (labels == best).sum()",
            [ValuesNoClasses((8, 1), "labels == best", "best", "labels", 4, "out.argmax(dim=1)")],
        ),
        (
            "labels = torch.tensor([1, 0, 1])\npreds = torch.tensor([0.9, 0.2, 0.4])\nacc = (preds == labels).float()",
            [NeverAClass((7, 1), "preds == labels", "preds", "labels", "(preds > 0.5) == labels")],
        ),
        (
            "a = np.array([1000.0])\nb = a\nprint(a[0] is b[0])\nprint(a[0] is np.nan)",
            [
                NewEachTime((7, 1), "a[0] is b[0]", "a[0]", "a[0] == b[0]"),
                NewEachTime((8, 1), "a[0] is np.nan", "a[0]", "np.isnan(a[0])"),
            ],
        ),
        ("a = np.arange(3)\nc = a[:]\nprint(c is a)", [OneMemoryTwoObjects((7, 1), "c is a", "c", "a")]),
        (
            "X = np.array([[3., 4.], [6., 8.]])\nnorms = np.linalg.norm(X)\nY = X / norms",
            [
                OneLengthForAll(
                    (7, 1), "X / norms", "np.linalg.norm(X)", "0.447", "np.linalg.norm(X, axis=1, keepdims=True)",
                )
            ],
        ),
        (
            "x = torch.ones(3, 4)\nh = [x[i] for i in range(3)]\ns = torch.cat(h)",
            [JoinedNotStacked((7, 1), "torch.cat(h)", 3, (4,), (12,), "torch.stack(h)", (3, 4))],
        ),
        (
            "imgs = [torch.ones(3, 8, 8) for _ in range(4)]\nbatch = torch.cat(imgs)",
            [JoinedNotStacked((6, 1), "torch.cat(imgs)", 4, (3, 8, 8), (12, 8, 8), "torch.stack(imgs)", (4, 3, 8, 8))],
        ),
        (
            "x = np.ones(3000, dtype=np.float16)\nprint(np.cumsum(x)[-1])",
            [StopsGrowing((6, 1), "np.cumsum(x)", "float16", 2048.0, 1.0)],
        ),
        (
            ROOT + "root = np.vectorize(f)\nprint(root(np.array([-1, 2, 9])))",
            [
                DtypeOfFirst(
                    (10, 1), "root(np.array([-1, 2, 9]))", "f", "0", "1.41421", "1",
                    "np.vectorize(f, otypes=[float])",
                )
            ],
        ),
        (
            "def f(x):\n    return max(0, 1 - abs(x))\nx = np.linspace(-4, 4, 10)\nprint(np.vectorize(f)(x))",
            [
                DtypeOfFirst(
                    (8, 1), "np.vectorize(f)(x)", "f", "0", "0.555556", "0", "np.vectorize(f, otypes=[float])",
                )
            ],
        ),
        (
            "def f(x):\n    return 0 if x < 0 else x / 2\ny = np.vectorize(f)([-1, 4, 3])",
            [
                DtypeOfFirst(
                    (7, 1), "np.vectorize(f)([-1, 4, 3])", "f", "0", "1.5", "1", "np.vectorize(f, otypes=[float])",
                )
            ],
        ),
        (
            "print(np.round([0.5, 1.5, 2.5]))\nprint(np.round(2.675, 2))\nprint(round(2.5), round(0.125, 2))",
            [
                HalfOfADigit((5, 1), "np.round([0.5, 1.5, 2.5])", "0.5", "0.0"),
                HalfOfADigit((7, 1), "round(2.5)", "2.5", "2"),
                HalfOfADigit((7, 1), "round(0.125, 2)", "0.125", "0.12"),
            ],
        ),
    ],
)  # fmt: skip
def test_it_is_named(program: str, claims: list[Claim]) -> None:
    assert said_here(program) == claims


@pytest.mark.parametrize(
    "program",
    [
        "a = np.array([1, 5, 3, 8])\nsel = a[(a > 2) & (a < 6)]\neven = a & 1 == 0\nmeant = ((a > 2) & a) < 6",
        "m = np.array([True, False])\nn = np.array([True, True])\nboth = m & n == True",
        "a = np.array([1, 2, 3])\na[0], a[1] = a[1], a[0]\nrows = [[1], [2]]\nrows[0], rows[1] = rows[1], rows[0]",
        "x = torch.tensor([4, 8])\nx[0], x[1] = x[1].item(), x[0].item()\nx[[0, 1]] = x[[1, 0]]",
        "m = np.array([[1, 2], [3, 4]])\nm[0, 0], m[1, 1] = m[1, 1], m[0, 0]",
        "m = np.array([[1, 2], [3, 4]])\nm[0], m[1] = m[1].copy(), m[0].copy()\nm[[0, 1]] = m[[1, 0]]",
        "m = np.array([[1, 2], [1, 2]])\nm[0], m[1] = m[1], m[0]",
        "m = np.array([[1, 2], [3, 4]])\ntmp = m[0].copy()\nm[0] = m[1]\nm[1] = tmp\nrow = m[0]\nm[1] = row",
        "m = np.array([[1, 8], [9, 2]])\ni = m.argmax()\nprint(m.flat[i])\n"
        "print(m.ravel()[i], m[np.unravel_index(i, m.shape)])",
        "m = np.array([[1], [9], [2]])\ni = m.argmax()\nprint(m[i])\nv = np.array([3, 9])\nprint(v[v.argmax()])",
        "m = np.array([[1, 8], [9, 2]])\nbest = m.argmax(axis=0)\nprint(m[best])",
        "m = np.array([[1, 8], [9, 2]])\ni = m.argmax()\nm = m.ravel()\nprint(m[i])",
        "X = np.ones((2, 3))\ncols = np.array([0, 2])\nX[:, cols] = 0\nX[:, cols] = 1",
        "y = np.array([0, 1, 2, 1])\none_hot = np.zeros((4, 3))\none_hot[np.arange(4), y] = 1",
        "names = np.array(['cat', 'dog', 'cow'])\nlabels = np.array([0, 1, 1])\nprint(names[labels])",
        "x = np.array([10, 20, 30])\nx[[0, 1, 1]] = np.arange(3)\nx[[0, 2, 1]] = 4\nx[[0, 1]] = 2",
        "perm = np.array([1, 0, 1])\ny = np.array([1, 2, 3])[perm]\npair = np.array([3, 4])\nz = pair[[1, 0]]",
        "palette = np.array([9, 8])\nimg = np.array([[0, 1], [1, 1]])\nshown = palette[img]",
        "x = np.array([10, 20, 30])\nmask = [False, True, True]\nprint(x[mask], x[[0, 1, 1]])",
        "x = np.array([10, 20, 30])\nmask = np.array([0, 1, 1])\nprint(x[mask.astype(bool)], x[mask == 1])",
        "def f(x):\n    return max(0.0, 1 - abs(x))\ny = np.vectorize(f)([-4.0, 0.5])",
        "def f(x):\n    return max(0, 1 - abs(x))\ny = np.vectorize(f)([0.5, -4.0])\nz = np.vectorize(f)([-4, 0, 1])",
        "def max(*given):\n    return 1.0\ndef f(x):\n    return max(0, x / 2)\ny = np.vectorize(f)([-4, 1, 3])",
        ROOT + "root = np.vectorize(f, otypes=[float])\nprint(root(np.array([-1, 2, 9])))",
        ROOT + "root = np.vectorize(f)\nprint(root(np.array([2, -1, 9])), root(np.array([3.0, -1])))",
        ROOT + "root = np.vectorize(f)\nprint(root(np.array([-1, 4, 9])))\nprint(f(-1), f(2))",
        "m = np.array([[1, 2], [3, 4]])\ntmp = m[0]\nm[0] = m[1]\nm = m.copy()\nm[1] = tmp",
        "x = np.array([10, 20, 30, 40])\nkeep = np.array([0, 1, 3, 2])\nprint(x[keep])\nmask = [0, 1]\nprint(x[mask])",
        "a = np.array([[1, 2], [3, 4]])\nprint([3, 4] in a, [9, 9] in a, 3 in a, [1, 4] in a.tolist())",
        "a = np.array([[3, 1, 2], [9, 7, 8]])\norder = np.argsort(a, axis=1)\nb = np.take_along_axis(a, order, axis=1)",
        "a = np.array([[3, 1, 2], [9, 7, 8]])\nby_first = a[np.argsort(a[:, 0])]\nby_row = a[:, np.argsort(a[0])]",
        "scores = np.array([0.1, 0.9, 0.5])\ntop = np.argsort(-scores)[:2]\nbest = np.argsort(scores)[::-1][:2]",
        "distances = np.array([0.1, 0.9, 0.5])\ntop2 = np.argsort(distances)[:2]\nnearest = np.argsort(distances)[:1]",
        "scores = np.array([0.1, 0.9, 0.5])\nlowest = np.argsort(scores)[:2]\ntop = np.argsort(scores)[-2:]",
        "X = np.arange(12).reshape(6, 2)\ny = np.arange(6)\norder = np.random.permutation(6)\n"
        "X = X[order]\ny = y[order]",
        "X = np.arange(6)\ny = np.arange(6)\nnp.random.seed(1)\nnp.random.shuffle(X)\nnp.random.seed(1)\n"
        "np.random.shuffle(y)",
        "red = np.arange(6)\nblue = np.arange(6)\nnp.random.shuffle(red)\nnp.random.shuffle(blue)",
        "X = np.arange(12).reshape(6, 2)\ny = np.arange(6)\nfor i in range(3):\n    np.random.shuffle(y)",
        "x = np.array([1.0, np.nan])\nmask = x != x\ngood = ~np.isnan(x)\nother = x != 1",
        "a = np.array([1, np.nan])\nb = np.array([2, np.nan])\nprint(np.array_equal(a, b), (a == a).all())\n"
        "print(np.array_equal(a, a.copy(), equal_nan=True), np.array_equal(a, a[:1]))",
        OUT + LABELS + "pred = torch.max(out, 1)[1]\nacc = (pred == labels).sum()",
        OUT + LABELS + "acc = (out.argmax(1) == labels).sum()\nlargest = torch.max(out, 1)[0]",
        "x = np.array([[1., 4.], [3., 2.]])\nlargest = x.max(axis=1)\nprint(largest == np.array([5, 6]))",
        "labels = torch.tensor([1, 0, 1])\npreds = torch.tensor([0.9, 0.2, 0.4])\n"
        "acc = ((preds > 0.5) == labels).float()",
        "shares = np.array([0.5, 1.0])\nprint(shares == np.array([0, 1]), np.array([0.3, 0.2]) == np.zeros(2))",
        "a = np.array([1, 2])\nb = a\nc = a.copy()\nprint(a is b, a is None, c is a, a[0] is None)",
        "flags = np.array([True, False])\nprint(flags[0] is flags[0])\nlines = [[1], [2]]\nprint(lines[0] is lines[0])",
        "X = np.array([[3., 4.], [6., 8.]])\nY = X / np.linalg.norm(X, axis=1, keepdims=True)\n"
        "W = np.ones((2, 2))\nW = W / np.linalg.norm(W)\nx = np.array([3., 4.])\nx = x / np.linalg.norm(x)",
        "preds = []\nfor i in range(3):\n    preds.append(torch.ones(4))\nwhole = torch.cat(preds)",
        "chunks = [np.ones(2), np.zeros(2)]\nback = np.concatenate([chunks[i] for i in (1, 0)])\n"
        "steps = [torch.ones(2, 5, 4) for _ in range(2)]\nlonger = torch.cat(steps)",
        "left = torch.ones(3, 8, 8)\nright = torch.zeros(3, 8, 8)\nboth = torch.cat([left, right])",
        "x = np.ones(3000, dtype=np.float32)\ny = np.cumsum(x)\nz = np.array([1, 0, 0], dtype=np.float16).cumsum()",
        "print(np.round([1.5, 0.6]), np.round(2.675, 2), round(2.6), round(3.5), round(2.675, 2))",
    ],
)
def test_a_line_that_does_what_it_says_is_left_alone(program: str) -> None:
    assert said_here(program) == []


def test_a_place_among_all_is_named_where_it_is_out_of_bounds_as_a_row() -> None:
    shown = explain(OwnLinesQuestion(program=HEADER + "m = np.array([[1, 8], [9, 2]])\ni = m.argmax()\nprint(m[i])"))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is not None
    (said,) = [claim for claims in surprising(shown).values() for claim in claims]
    assert plain(said.sentence()).startswith("m.argmax() names no axis: 2 is a place among all numbers of m")
