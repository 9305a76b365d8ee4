"""Questions that learners asked, each posed as the lesson asks it, with PyTorch's own numbers in what is shown."""

import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional

from primer_core.lessons.answer import page
from primer_core.lessons.training_loop import LESSON
from primer_core.lessons.training_loop.explain import Trained, explain
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.picture.parts import Story
from primer_core.picture.text import plain
from tests.lessons.parts import parts


def preset(title: str) -> TrainingLoopQuestion:
    return next(preset.question for preset in LESSON.presets if preset.title == title)


def trained(question: TrainingLoopQuestion) -> Trained:
    found = explain(question)
    assert isinstance(found, Trained)
    return found


def words(question: TrainingLoopQuestion) -> str:
    return " ".join(plain(line) for story in parts(page(LESSON, question), Story) for line in story.paragraphs)


def test_g28_batchnorm_moves_without_a_gradient_and_eval_stops_it() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
    x = torch.randn(8, 3)
    before = net.eval()(x)
    with torch.no_grad():
        net.train()(x)
    assert not torch.equal(before, net.eval()(x))
    assert torch.equal(net(x), net(x))
    question = preset("Nothing learned, yet changed")
    found = trained(question)
    assert found.yours.changed == 0
    assert found.yours.tracked == len(found.yours.steps)
    assert found.yours.checks[0] != found.yours.checks[-1]
    assert "Nothing was learned, and the answers changed." in words(question)
    assert "eval()" in words(question)


@pytest.mark.parametrize(
    ("rate", "losses"),
    [(0.005, [300, 18.75, 1.17]), (0.012, [300, 192, 122.88]), (0.02, [300, 1200, 4800, 19200, 76800])],
)
def test_g30_each_step_multiplies_the_error(rate: float, losses: list[float]) -> None:
    question = preset(f"y = 2x, rate {rate}")
    found = trained(question)
    assert found.yours.losses[: len(losses)] == pytest.approx(losses, rel=3e-3)
    assert f"{1 - 2 * rate * 75:.4g}".replace("-", "−") in words(question)
    assert "0.01333" in words(question)


@pytest.mark.filterwarnings("ignore")
def test_g32_right_predictions_have_a_loss_of_12() -> None:
    pred, y = torch.tensor([[1.0], [4.0], [7.0]]), torch.tensor([1.0, 4.0, 7.0])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        mistaken = functional.mse_loss(pred, y).item()
    assert [warning.category for warning in told] == [UserWarning]
    question = preset("All right, and loss 12")
    found = trained(question)
    assert found.yours.losses[0] == mistaken == 12
    assert set(found.correct.losses) == {functional.mse_loss(pred.squeeze(1), y).item()} == {0.0}
    assert tuple((pred - y).shape) == (3, 3)
    assert "(3, 3)" in words(question)
    assert "their mean, 4." in words(question)


def test_m09_each_of_the_primers_lines_is_shown_by_its_effect() -> None:
    for title, said in (
        ("No zero_grad", "The gradients pile up."),
        ("No eval, Dropout", "The validation is done in train mode."),
        ("train only once", "The model is trained in eval mode."),
        ("Chosen by the test set", "The test set chose, so it cannot judge."),
        ("Chosen by validation", "The test set, which had no say"),
    ):
        assert said in words(preset(title)), title


def test_any_place_before_backward_does_for_zero_grad() -> None:
    usual = trained(TrainingLoopQuestion())
    for lines in (
        "sgd / train reset / forward zero loss backward step total / mean eval check",
        "sgd / train reset / forward loss zero backward step total / mean eval check",
        "sgd / train reset / forward loss backward step zero total / mean eval check",
    ):
        assert trained(TrainingLoopQuestion(lines=lines)).yours.losses == usual.yours.losses
