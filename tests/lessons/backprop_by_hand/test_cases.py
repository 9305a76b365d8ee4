"""Questions that learners asked, each posed as the lesson asks it, with PyTorch's own numbers in what is shown."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from primer_core.lessons.answer import page
from primer_core.lessons.backprop_by_hand import LESSON
from primer_core.lessons.backprop_by_hand.explain import Derived, explain
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.picture.derivation import Derivation
from primer_core.picture.parts import Chip, Fixes, Story
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts


def preset(title: str) -> BackpropQuestion:
    return next(preset.question for preset in LESSON.presets if preset.title == title)


def cells(question: BackpropQuestion, symbol: str) -> list[list[float]]:
    """The numbers of a matrix as they are drawn."""
    drawn = part(page(LESSON, question), Derivation)
    matrix = next(matrix for matrix in drawn.matrices if matrix.symbol == symbol)
    return [[float(text.replace("−", "-")) for text in row] for row in matrix.cells]


def words(question: BackpropQuestion) -> str:
    return " ".join(plain(line) for story in parts(page(LESSON, question), Story) for line in story.paragraphs)


def chip(question: BackpropQuestion) -> Chip:
    (only,) = parts(page(LESSON, question), Chip)
    return only


def test_g14_the_jacobian_of_softmax_cancels_to_p_minus_y() -> None:
    z = torch.tensor([1.0, 3.0, -2.0], requires_grad=True)
    y = torch.tensor([0.0, 0.0, 1.0])
    (gradient,) = torch.autograd.grad(functional.cross_entropy(z, y), z)
    p = torch.softmax(z.detach(), 0)
    through = (-y / p) @ (torch.diag(p) - torch.outer(p, p))
    question = preset("Through softmax's Jacobian")
    assert cells(question, "z1") == [[1, 3, -2]]
    for truth in (gradient, through, p - y, torch.tensor([0.1185, 0.8756, -0.9941])):
        np.testing.assert_allclose(cells(question, "delta1")[0], truth.numpy(), atol=1e-4)
    assert chip(question).verdict == "ok"
    assert "off the diagonal" in words(question)


def test_g14_the_diagonal_alone_pushes_the_right_class_only() -> None:
    question = preset("Its diagonal only")
    np.testing.assert_allclose(cells(question, "delta1"), [[0, 0, -0.9941]], atol=1e-4)
    assert chip(question).text == "wrong from δ₁ on"
    (fixes,) = parts(page(LESSON, question), Fixes)
    np.testing.assert_allclose(
        cells(question.with_texts(fixes.fixes[0].puts), "delta1"),
        [[0.1185, 0.8756, -0.9941]],
        atol=1e-4,
    )


def test_g16_rounding_carries_nothing_back_and_straight_through_does() -> None:
    s = torch.tensor([0.2, 1.7, 0.9], requires_grad=True)
    (flat,) = torch.autograd.grad((s * 10).round().sum(), s)
    rounded, straight = preset("Rounded: nothing comes back"), preset("Rounded, straight through")
    for question in (rounded, straight):
        assert cells(question, "h1") == [[2, 17, 9]]
    assert cells(rounded, "dW1") == [flat.tolist()] == [[0, 0, 0]]
    assert cells(straight, "dW1") == [[10, 10, 10]]
    assert chip(rounded).verdict == chip(straight).verdict == "ok"
    assert "staircase" in words(rounded)
    assert "no weight of w₁ has a gradient" in words(rounded).lower()


def by_torch(fill: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    first, second = torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)
    parameters = [*first.parameters(), *second.parameters()]
    for parameter in parameters:
        torch.nn.init.constant_(parameter, fill)
    x = torch.tensor([[1.0, -2.0, 4.0]])
    loss = functional.cross_entropy(second(torch.relu(first(x))), torch.tensor([1]))
    w1, _, w2, b2 = torch.autograd.grad(loss, parameters)
    return w1, w2, b2


@pytest.mark.parametrize(("title", "fill"), [("All weights 0", 0.0), ("All weights 0.3", 0.3)])
def test_g18_weights_that_are_alike_do_not_learn_apart(title: str, fill: float) -> None:
    question = preset(title)
    w1, w2, b2 = by_torch(fill)
    np.testing.assert_allclose(cells(question, "dW1"), w1.T.numpy(), atol=1e-4)
    np.testing.assert_allclose(cells(question, "dW2"), w2.T.numpy(), atol=1e-4)
    np.testing.assert_allclose(cells(question, "db2")[0], b2.numpy(), atol=1e-4)
    assert np.abs(cells(question, "dW1")).max() == 0
    assert np.abs(cells(question, "dW2")).max() == pytest.approx(0.6 if fill else 0)
    assert len({tuple(row) for row in cells(question, "dW2")}) == 1
    assert np.abs(cells(question, "db2")).max() == 0.5
    assert "clones" in words(question)
    assert "what came back, δ₁, is 0" in words(question)
    assert ("what came in, h₁, is 0" in words(question)) == (fill == 0)
    (fixes,) = parts(page(LESSON, question), Fixes)
    mended = explain(question.with_texts(fixes.fixes[0].puts))
    assert isinstance(mended, Derived)
    assert mended.worked.quantities["dW1"].value.any()
