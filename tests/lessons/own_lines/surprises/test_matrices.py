"""What surprises in products, inverses and cuts of matrices is named, and nothing is where it is meant."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.equalities import AnswersCompared
from primer_core.claims.surprises.matrices import ColumnTimesItself, NoInverseByDigits, OneOfEachBlock, RowsTimesMatrix
from primer_core.claims.surprises.places import CellsOfMesh
from primer_core.claims.surprises.shares import SharesBelowZero
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.code import program_code
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from tests.claims import every_check
from tests.claims.checking import assert_holds
from tests.lessons.own_lines.surprises.test_common import HEADER

pytestmark = pytest.mark.filterwarnings("ignore")

assert every_check  # what it imports registers the checks

KINDS = (ColumnTimesItself, NoInverseByDigits, OneOfEachBlock, RowsTimesMatrix)
COLUMN = "x = np.array([[1.], [2.], [3.]])\n"
FLAT = "A = np.arange(1., 10).reshape(3, 3) / 10\n"


def found(program: str, kinds: tuple[type[Claim], ...] = KINDS) -> list[Claim]:
    """What is said of matrices, lines counted from the first after the imports, each claim checked in plain Python."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    said: list[Claim] = [claim for claims in surprising(shown).values() for claim in claims if isinstance(claim, kinds)]
    for claim in said:
        assert_holds(claim, program_code(shown.trace))
    return said


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (COLUMN + "print(x @ x.T)", ColumnTimesItself((6, 1), "x @ x.T", 3, "x.T @ x", "14")),
        (COLUMN + "c = x.dot(x.T)", ColumnTimesItself((6, 1), "x.dot(x.T)", 3, "x.T.dot(x)", "14")),
        (
            COLUMN + "c = np.matmul(x, np.transpose(x)) / 6",
            ColumnTimesItself((6, 1), "np.matmul(x, np.transpose(x))", 3, "np.matmul(np.transpose(x), x)", "14"),
        ),
        (
            COLUMN + "c = (x - 1) @ (x - 1).T",
            ColumnTimesItself((6, 1), "(x - 1) @ (x - 1).T", 3, "(x - 1).T @ (x - 1)", "5"),
        ),
        ("r = torch.tensor([[1, 2]])\nprint(r.t() @ r)", ColumnTimesItself((6, 1), "r.t() @ r", 2, "r @ r.t()", "5")),
        (
            "def cost(e):\n    return np.dot(e, e.T) / 2\nprint(cost(np.ones((2, 1))))",
            ColumnTimesItself((6, 1), "np.dot(e, e.T)", 2, "np.dot(e.T, e)", "2"),
        ),
        (
            "img = np.zeros((8, 8))\nimg[:, 5] = 1\na = img[::2, ::2]",
            OneOfEachBlock((7, 1), "img[::2, ::2]", (2, 2), 8, 0, "img.reshape(4, 2, 4, 2).mean(axis=(1, 3))"),
        ),
        (
            "t = torch.zeros(6, 9, dtype=torch.int64)\nt[2] = 7\nc = t[::2, 1::3]",
            OneOfEachBlock((7, 1), "t[::2, 1::3]", (2, 3), 9, 3, "t.float().reshape(3, 2, 3, 3).mean(dim=(1, 3))"),
        ),
        (
            "img = np.zeros((8, 8))\nimg[:, 5] = 1\nprint(img[::3, ::3])",
            OneOfEachBlock((7, 1), "img[::3, ::3]", (3, 3), 8, 0, ""),
        ),
    ],
)
def test_it_is_named(program: str, claim: Claim) -> None:
    assert claim in found(program)


TURN = "R = np.array([[0, -1], [1, 0]])\nA = np.array([[1, 0], [2, 0], [0, 3]])\n"
FIRST = ("0", "−1"), ("0", "1")


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            TURN + "p = R.dot(A[0])\nB = A.dot(R)",
            [RowsTimesMatrix((8, 1), "A.dot(R)", "R", "R.dot(A[0])", 0, *FIRST, "A.dot(R.T)")],
        ),
        (
            TURN + "B = A @ R\nprint(np.dot(R, A[2]))",
            [RowsTimesMatrix((7, 1), "A @ R", "R", "np.dot(R, A[2])", 2, ("3", "0"), ("−3", "0"), "A @ R.T")],
        ),
        (
            "m = torch.tensor([[0., 2.], [1., 0.]])\nx = torch.tensor([[1., 0.]])\n"
            "one = torch.mv(m, x[0])\nall = torch.mm(x, m)",
            [
                RowsTimesMatrix(
                    (8, 1), "torch.mm(x, m)", "m", "torch.mv(m, x[0])", 0, ("0", "2"), ("0", "1"), "torch.mm(x, m.T)",
                )
            ],
        ),
        (TURN + "p = R.dot(A[0])\nB = A.dot(R.T)\nC = (R @ A.T).T", []),
        (TURN + "B = A.dot(R)\nC = A[0] @ R", []),
        (TURN + "S = np.array([[2, 1], [1, 2]])\np = S.dot(A[0])\nB = A.dot(S)", []),
        (TURN + "p = R.dot(A[0])\nR = R * 2\nB = A.dot(R)", []),
        (TURN + "p = R.dot(A[0])\nC = A + 1\nB = C.dot(R)", []),
        (TURN + "A[:] = 0\np = R.dot(A[0])\nB = A.dot(R)", []),
    ],
)  # fmt: skip
def test_rows_times_a_matrix_are_told_from_the_matrix_times_a_row(program: str, claims: list[Claim]) -> None:
    assert found(program) == claims


@pytest.mark.parametrize(
    ("program", "code", "rank", "product"),
    [
        (FLAT + "B = np.linalg.inv(A)", "np.linalg.inv(A)", 2, "np.linalg.inv(A) @ A"),
        (FLAT + "x = np.linalg.solve(A, np.ones(3))", "np.linalg.solve(A, np.ones(3))", 2, "np.linalg.inv(A) @ A"),
        (
            "t = torch.tensor([[.1, .2, .3], [.4, .5, .6], [.7, .8, .9]])\nprint(t.inverse())",
            "t.inverse()",
            2,
            "t.inverse() @ t",
        ),
        (
            "t = torch.tensor([[.1, .2, .3], [.4, .5, .6], [.7, .8, .9]])\nprint(torch.linalg.inv(t))",
            "torch.linalg.inv(t)",
            2,
            "torch.linalg.inv(t) @ t",
        ),
    ],
)
def test_a_matrix_without_an_inverse_is_named(program: str, code: str, rank: int, product: str) -> None:
    (claim,) = found(program)
    assert isinstance(claim, NoInverseByDigits)
    assert (claim.code, claim.rank, claim.size, claim.product) == (code, rank, 3, product)


@pytest.mark.parametrize(
    "program",
    [
        COLUMN + "h = np.eye(3) - 2 * x @ x.T",
        COLUMN + "prod = x @ x.T\nprint(prod[0, 1])",
        COLUMN + "outer = x @ x.T\nprint(outer)",
        COLUMN + "K = x @ x.T\nprint(K)",
        COLUMN + "s = np.zeros((3, 3))\nfor i in range(2):\n    s += x @ x.T",
        COLUMN + "w = np.ones((1, 3))\nh = x @ w",
        COLUMN + "print(x.T @ x)",
        "x = np.ones((3, 2))\nprint(x @ x.T)",
        "x = np.ones((1, 1))\nprint(x @ x.T)",
        "print(np.linalg.inv(np.diag([1., 1e-20])))",
        "print(np.linalg.inv(np.array([[1e20, 1e20], [1., 2.]])))",
        "print(np.linalg.inv(np.array([[1., 2.], [3., 4.]])))",
        "print(np.linalg.pinv(np.array([[1., 2.], [2., 4.]])))",
        "f = np.ones((4, 4))[::2, ::2]\nimg = np.ones((4, 4))\ng = img[::2, ::2]",
        "img = np.zeros((8, 8))\nimg[::2, ::2] = 1\ng = img[::2, ::2]\nimg[1::4, ::2] = 0",
        "img = np.zeros((8, 8))\nimg[3] = 1\ng = img[:6:2, ::2]\nh = img[::2]\nk = img[::1, ::2]\nm = img[5::2, ::2]",
    ],
)
def test_what_is_meant_is_left_alone(program: str) -> None:
    assert found(program) == []


SCORES = "x = np.array([-1., 0., 3.])\n"
PAIR = "a = np.array([1, 2])\nb = np.array([3, 4])\n"
OTHERS = (AnswersCompared, CellsOfMesh, SharesBelowZero)


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (SCORES + "y = x / np.sum(x)", SharesBelowZero((6, 1), "x / np.sum(x)", "x", None, "-0.5", "np.exp(x)")),
        (SCORES + "s = x.sum()\ny = x / s", SharesBelowZero((7, 1), "x / s", "x", None, "-0.5", "np.exp(x)")),
        (
            "t = torch.tensor([[-1., 2.], [1., 1.]])\ny = t / t.sum(dim=1, keepdim=True)",
            SharesBelowZero((6, 1), "t / t.sum(dim=1, keepdim=True)", "t", 1, "-1", "torch.exp(t)"),
        ),
        (
            "def norm(x):\n    return x / np.sum(x)\nnorm(np.array([-1., 3.]))\nprint(norm(np.array([-1., 1.])))",
            SharesBelowZero((6, 1), "x / np.sum(x)", "x", None, "-0.5", "np.exp(x)"),
        ),
        (
            PAIR + "print(a.all() == b.all())",
            AnswersCompared((7, 1), "a.all() == b.all()", "a", "b", True, "np.array_equal(a, b)"),
        ),
        (
            PAIR + "a[0] = 0\nb[1] = 0\nif np.all(a) == np.all(b):\n    print('equal')\nsame = np.all(a) == np.all(b)",
            AnswersCompared((11, 1), "np.all(a) == np.all(b)", "a", "b", False, "np.array_equal(a, b)"),
        ),
        (
            "a = torch.tensor([1, 2])\nb = torch.tensor([1, 2, 3])\nprint(torch.any(a) == b.any())",
            AnswersCompared((7, 1), "torch.any(a) == b.any()", "a", "b", True, "torch.equal(a, b)"),
        ),
        (PAIR + "x, y = np.meshgrid(a, b)", CellsOfMesh((7, 1), "np.meshgrid(a, b)", "a", "b", (2, 2), is_across=True)),
        (
            "a = np.arange(3)\nb = np.arange(2)\nx, y = np.meshgrid(a, b, indexing='ij')",
            CellsOfMesh((7, 1), "np.meshgrid(a, b, indexing='ij')", "a", "b", (3, 2), is_across=False),
        ),
        (
            "a = torch.arange(3)\nb = torch.arange(3)\nx, y = torch.meshgrid(a, b, indexing='xy')",
            CellsOfMesh((7, 1), "torch.meshgrid(a, b, indexing='xy')", "a", "b", (3, 3), is_across=True),
        ),
    ],
)
def test_what_it_makes_of_numbers_is_named(program: str, claim: Claim) -> None:
    assert found(program, OTHERS) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        "x = np.array([1., 3.])\ny = x / np.sum(x)",
        "x = np.array([-1., -3.])\ny = x / np.sum(x)",
        "kernel = np.array([-1., 3.])\ny = kernel / kernel.sum()",
        SCORES + "y = x / np.linalg.norm(x)",
        SCORES + "y = np.exp(x) / np.exp(x).sum()",
        SCORES + "y = x / np.abs(x).sum()",
        PAIR + "print((a == b).all())",
        PAIR + "b[:] = a\nprint(a.all() == b.all())",
        PAIR + "b[0] = 0\nprint(a.all() == b.all())",
        PAIR + "print((a > 0).all() == (b > 0).all())\nm = a > 0\nn = b > 3\nprint(m.any() == n.any())",
        "a = np.array([1, 1])\nb = np.array([2, 3])\nx, y = np.meshgrid(a, b)",
        "a = np.arange(3)\nb = np.arange(2)\nx, y = np.meshgrid(a, b)",
    ],
)
def test_what_gives_what_is_meant_is_left_alone(program: str) -> None:
    assert found(program, OTHERS) == []
