"""A part of a program is shown by a lesson only where that computes what the program computed."""

import random

import numpy as np
import pytest

from primer_core.backend import backend_of
from primer_core.lessons.answer import explanation
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.opened import LESSONS, opened_parts
from primer_core.lessons.own_lines.opening import question_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import run
from primer_core.picture.parts import Page
from tests.lessons.own_lines.states import own_lines_state
from tests.lessons.texts import texts_of
from tests.profiles import is_long, seed

pytestmark = pytest.mark.filterwarnings("ignore")

COUNT = 500 if is_long() else 60
SEED = seed()


def opened(program: str) -> tuple[str, Shown]:
    """The slug of the lesson that shows the last part of a program, or an empty text."""
    shown = explain(OwnLinesQuestion(program=program))
    assert isinstance(shown, Shown)
    return ("" if shown.opened is None else shown.opened.slug), shown


@pytest.mark.parametrize(
    ("program", "slug"),
    [
        ("y = np.ones(3, np.float32) + 1", "broadcasting"),
        ("y = 1 - np.arange(3, dtype=np.uint8)", "broadcasting"),
        ("y = torch.arange(3) / 2", ""),  # float32, and float64 in NumPy
        ("y = torch.ones(3) + torch.ones(3, dtype=torch.int64)", ""),
        ("y = torch.ones(2, 3) @ torch.ones(3, 2, dtype=torch.float64)", ""),  # an error in PyTorch alone
        ("y = torch.ones(2, 3) @ torch.ones(3, 2)", "matmul"),
        ("y = np.ones((4, 3)) - np.ones(4)", "broadcasting"),
        ("y = torch.tensor([1., 2., 4.]).std()", "reductions"),
        ("y = torch.tensor([[1., 2.], [4., 0.]]).max(dim=1)", "reductions"),
        ("a = np.arange(3)\na += 0.5", "broadcasting"),
        ("a = torch.arange(3)\na += 0.5", ""),  # the result would be float32, and float64 in NumPy
        ("a = torch.ones(2, 3) + torch.ones(3, 2)", "broadcasting"),
        ("y = np.arange(6).reshape(2, 3).T", "shapes"),
        ("p = F.softmax(torch.ones(2, 3))", ""),  # of which axis, PyTorch guesses
        ("y = np.arange(6)[np.array([[0, 1], [2, 3]])]", "indexing"),
        ("y = torch.arange(6)[torch.tensor([[0, 1], [2, 3]])]", ""),  # which a list of lists would not mean
    ],
)
def test_a_lesson_shows_what_it_computes_alike(program: str, slug: str) -> None:
    assert opened(program)[0] == slug


def test_the_lesson_computes_what_the_program_computed() -> None:
    compared = 0
    for number in range(COUNT):
        question = own_lines_state(random.Random(f"{SEED} {number}"))
        for step in run(question.program).steps:
            for part in step.parts:
                found = question_of(part)
                if found is None:
                    continue
                outcome = explanation(LESSONS[found[0]], found[1])
                result = getattr(getattr(outcome, "picked", outcome), "result", None)
                if not isinstance(result, np.ndarray):  # Shapes shows where cells go
                    continue
                own = part.result[0] if isinstance(part.result, tuple) else part.result
                own = backend_of(own).to_numpy(own)
                assert (result.dtype, result.shape) == (own.dtype, own.shape), (part, question)
                near = 1e-7 if own.dtype.itemsize > 4 else 1e-5  # another order of the same sum rounds otherwise
                np.testing.assert_allclose(result, own, rtol=near, err_msg=str((part, question)))
                compared += 1
    assert compared > 2 * COUNT, f"seed {SEED}"


def test_of_a_long_program_the_last_step_of_each_line_is_kept_and_runs_are_counted() -> None:
    program = (
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\ny = [f(9)]\nx = np.arange(3)\nprint(x)\nx[0] = 7"
    )
    slug, shown = opened(program)
    assert slug == ""
    calls = 109  # f(n) calls itself so often for n = 9
    runs = {step.line: step.run for step in shown.steps}
    assert runs == {1: 1 + calls, 2: calls, 3: 1, 4: 1, 5: 1, 6: 1}
    assert shown.trace.taken == 1 + 2 * calls + 4
    assert [step.line for step in shown.steps[-4:]] == [3, 4, 5, 6]
    assert shown.steps[-1].changed == ("x",)
    assert LESSON.claims(OwnLinesQuestion(program=program), shown)


def test_an_opened_product_is_about_its_operands_alone() -> None:
    slug, shown = opened("y = np.ones(4) @ np.ones((3, 2))")
    assert slug == "matmul"
    assert shown.opened is not None
    told = " ".join(words for _, words in texts_of(Page((), tuple(opened_parts(shown.opened, failed=True)))))
    assert "column of b" in told
    assert "FLOP" not in told


@pytest.mark.parametrize(
    ("program", "slug", "called"),
    [
        ("a = np.arange(6).reshape(2, 3)\nb = np.swapaxes(a, 0, 1)", "shapes", "x is a."),
        ("a = torch.ones(2, 3)\nb = torch.unsqueeze(a, dim=0)", "shapes", "x is a."),
        ("a = np.arange(6)\nb = a.reshape(3, 2, order='F')", "shapes", "x is a."),
        ("a = np.arange(6)\nb = np.tile(a, (2, 1))", "shapes", "x is a."),
        ("a = np.arange(3)\nb = a + 1\nc = np.stack([a, b, b * 2])", "shapes", "x is a and b1 is b and c1 is b * 2."),
        ("a = torch.ones(2)\nc = torch.cat((a, a))", "shapes", "x is a and b1 is a."),
        ("xs = [np.arange(2), np.arange(2)]\nc = np.stack(xs)", "shapes", ""),
        ("a = np.arange(6)\nb = a[1:3]", "indexing", ""),
        ("x = np.arange(6)\nb = x[1:3]", "indexing", "a is x."),
        ("x = np.ones((2, 3))\nb = x[:, 1]", "indexing", "a is x."),
        ("A = np.ones((2, 3))\nB = np.ones((3, 2))\nC = np.einsum('ij,jk->ik', A, B)", "einsum", "a is A and b is B."),
        ("x = torch.ones(2, 3)\np = F.softmax(x, dim=0)", "reductions", "a is x."),
        ("t = torch.eye(2)\nr = torch.gather(t, 1, torch.tensor([[0, 0], [1, 0]]))", "indexing", "a is t."),
        ("t = torch.eye(2)\nr = t.gather(dim=0, index=torch.tensor([[1, 0]]))", "indexing", "a is t."),
        ("x = np.arange(6)\nr = np.where(x > 2, x, 0)", "indexing", "a is x > 2."),
        ("x = np.eye(3)\nr = np.take_along_axis(x, np.array([[0], [1], [2]]), axis=1)", "indexing", "a is x."),
        ("x = np.arange(3.)\ns = np.std(x, ddof=1)", "reductions", "a is x."),
        ("x = torch.ones(2, 3)\nt = torch.tensor([0, 2])\nl = F.cross_entropy(x, t)", "softmax", "z is x and y is t."),
    ],
)  # fmt: skip
def test_operands_of_an_opened_part_are_called_as_in_the_program(program: str, slug: str, called: str) -> None:
    found, shown = opened(program)
    assert found == slug
    assert shown.opened is not None
    told = [words for _, words in texts_of(Page((), tuple(opened_parts(shown.opened, failed=False))))]
    assert [words for words in told if words.startswith("In this picture ")] == [f"In this picture {called}"] * bool(
        called
    )
