"""Why a line was refused is told where the program caught that, too, as it is where nothing catches it."""

import pytest

from primer_core.claims.surprises.calls import CaughtRefusal
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.picture.parts import Table
from primer_core.picture.text import plain as letters
from tests.claims import every_check
from tests.claims.checking import assert_holds
from tests.lessons.own_lines.surprises.test_common import HEADER, found
from tests.lessons.parts import parts

pytestmark = pytest.mark.filterwarnings("ignore")

assert every_check  # what it imports registers the checks

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


THREE = (
    "a = np.arange(6)\nfor k in ({0}):\n    try:\n        print(a[k])\n    except Exception as e:\n"
    "        print(type(e).__name__)"
)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("3.0, 9, slice(0, 3.0)", [(3, "TypeError"), (1, "IndexError"), (2, "IndexError")]),
        ("3.0, 9, 2.0", [(3, "IndexError"), (2, "IndexError")]),
        ("3.0, 1.0, 2.0", [(3, "IndexError")]),
        ("3.0, 1, slice(0, 3.0)", [(2, "TypeError"), (1, "IndexError")]),
    ],
)
def test_each_cause_of_a_line_is_told_once(asked: str, told: list[tuple[int, str]]) -> None:
    program = THREE.format(asked)
    said = [claim for claim in found(program) if isinstance(claim, CaughtRefusal)]
    assert sorted((claim.run[1], claim.error) for claim in said) == sorted(told)
    question = OwnLinesQuestion(program=HEADER + program)
    page = LESSON.show(question, explain(question))
    words = [letters(cell.text) for table in parts(page, Table) for row in table.rows for cell in row]
    assert [sum(claim.said.removesuffix(".") in each for each in words) for claim in said] == [1] * len(said)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("print((x > 0) and (x < 3))", "(x > 0) and (x < 3)"),
        ("print(not x > 0)", "not x > 0"),
        ("print(0 < x < 3)", "0 < x < 3"),
        ("print(0 < x < 3 or x)", "0 < x < 3"),
        ("print(1 if x > 0 else 2)", "1 if x > 0 else 2"),
        ("if x > 0:\n        print(1)", "x > 0"),
    ],
)
def test_what_asked_for_one_answer_is_told(asked: str, code: str) -> None:
    program = f"x = np.arange(4)\ntry:\n    {asked}\nexcept ValueError:\n    print('several')"
    (said,) = [claim for claim in found(program) if isinstance(claim, CaughtRefusal)]
    assert said.code == code
    assert_holds(said, HEADER + program)
