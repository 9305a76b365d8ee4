"""Where each number of a row has an answer of its own it is said, but not where the program takes them together."""

import pytest

from primer_core.claims.surprises.equalities import AnswersEachNumber
from tests.lessons.own_lines.surprises.test_common import found

A = "a = np.array([[1, 2], [1, 3], [4, 5]])\n"
T = "a = torch.tensor([[1, 2], [1, 3], [4, 5]])\n"
IMAGE = "im = np.array([[[255, 22, 96], [255, 22, 96]], [[255, 0, 0], [1, 22, 96]]])\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            A + "m = a == np.array([1, 2])\nprint(a[m])",
            ((6, 1), "a == np.array([1, 2])", (3, 2), (1,), 1, "(a == np.array([1, 2])).all(axis=-1)", True),
        ),
        (
            A + "row = np.array([1, 2])\nprint(np.where(row == a))",
            ((7, 1), "row == a", (3, 2), (1,), 1, "(row == a).all(axis=-1)", True),
        ),
        (
            A + "print(np.equal(a, [1, 2]).sum())",
            ((6, 1), "np.equal(a, [1, 2])", (3, 2), (1,), 1, "np.equal(a, [1, 2]).all(axis=-1)", True),
        ),
        (A + "b = a[a != (1, 2)]", ((6, 1), "a != (1, 2)", (3, 2), (1,), 1, "(a != (1, 2)).any(axis=-1)", False)),
        (
            T + "m = a == torch.tensor([1, 2])\na[m] = 0",
            ((6, 1), "a == torch.tensor([1, 2])", (3, 2), (1,), 1, "(a == torch.tensor([1, 2])).all(dim=-1)", True),
        ),
        (
            T + "m = torch.eq(a, a[0])",
            ((6, 1), "torch.eq(a, a[0])", (3, 2), (1,), 1, "torch.eq(a, a[0]).all(dim=-1)", True),
        ),
        (T + "m = a.ne(a[1])\nprint(m)", ((6, 1), "a.ne(a[1])", (3, 2), (0,), 1, "a.ne(a[1]).any(dim=-1)", False)),
        (
            IMAGE + "def mask(image, colour):\n    return image == colour\nm = mask(im, np.array([255, 22, 0]))",
            ((7, 1), "image == colour", (2, 2, 3), (0, 0), 2, "(image == colour).all(axis=-1)", True),
        ),
        (
            IMAGE + "red = (255, 0, 0)\nim[im == red] = 0",
            ((7, 1), "im == red", (2, 2, 3), (0, 0), 1, "(im == red).all(axis=-1)", True),
        ),
    ],
)
def test_each_number_has_an_answer(program: str, said: tuple[object, ...]) -> None:
    claims = [claim for claim in found(program) if isinstance(claim, AnswersEachNumber)]
    assert [(each.run, each.code, each.shape, each.place, each.trues, each.instead, each.equal) for each in claims] == [
        said
    ]


@pytest.mark.parametrize(
    "program",
    [
        A + "print((a == [1, 2]).all(axis=1))",
        A + "print((a == [1, 2]).all())",
        A + "m = a == [1, 2]\nr = np.all(m, axis=-1)",
        A + "m = a == [1, 2]\nr = m[:, 0] & m[:, 1]",
        A + "m = a == [1, 2]\nr = m[..., 1]",
        A + "m = a == a.max(axis=0)",
        A + "m = a == [7, 8]",
        A + "m = a == [[1, 2]] * 3",
        A + "m = a == 1\nn = a == [[1], [1], [4]]",
        A + "r = [all(each) for each in a == [1, 2]]",
        A + "print(np.mean(a == [1, 2], axis=0), np.mean(a == [1, 2]))",
        A + "for each in a == [1, 2]:\n    print(each.all())",
        A + "def equal(one, other):\n    return one == other\nr = equal(a, np.array([1, 2])).sum(1)",
        A + "for k in range(3):\n    m = a == a[0] + k\n    print(a[m.all(axis=1)])",
        "y = np.array([0, 1, 1])\nhot = y[:, None] == np.arange(3)",
        "y = np.array([0, 1, 1])\nm = y == [0, 2, 1]",
        T + "m = (a == torch.tensor([1, 2])).all(dim=1)",
        T + "m = (a == a[0]).sum(-1) == 2",
    ],
)
def test_where_rows_are_asked_about_or_numbers_are_meant_it_is_left_alone(program: str) -> None:
    assert not any(isinstance(claim, AnswersEachNumber) for claim in found(program))
