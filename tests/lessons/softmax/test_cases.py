"""Questions that learners asked, each posed as the lesson asks it, with what PyTorch really does in what is shown."""

import math

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.losses import MeanOver, OneClassAlone, SumOver, TakesNoLogarithm
from primer_core.claims.rounding import SigmoidRounds
from primer_core.claims.targets import CountedFromOne, NoSuchClass
from primer_core.lessons.answer import page
from primer_core.lessons.softmax import LESSON
from primer_core.lessons.softmax.explain import Softmax, TargetDeclined, explain
from primer_core.lessons.softmax.question import Reduction, SoftmaxQuestion
from primer_core.picture.grid import Picture
from primer_core.picture.parts import CodePanel, Fixes, Note, Notice, Story, Table
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.snippets import printed_by

ROWS = "torch.tensor([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])"
INDEX = "torch.tensor([1, 2])"


def losses(question: SoftmaxQuestion) -> dict[str, tuple[str, str]]:
    """The table of what is asked of PyTorch: by the call, its loss and its gradient as they are shown."""
    tables = [table for table in parts(page(LESSON, question), Table) if table.head]
    (rows,) = (table.rows for table in tables if plain(table.head[0]) == "asked of PyTorch")
    return {plain(row[0].text): (plain(row[1].text), plain(row[2].text)) for row in rows}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def words(question: SoftmaxQuestion) -> str:
    shown = page(LESSON, question)
    told = [line for story in parts(shown, Story) for line in story.paragraphs]
    told += [note.text for note in parts(shown, Note)]
    told += [line for notice in parts(shown, Notice) for line in notice.paragraphs]
    return " ".join(map(plain, told))


def refusal(question: SoftmaxQuestion) -> str:
    """PyTorch's words as they are shown; the snippet prints the same."""
    shown = page(LESSON, question)
    notice = next(notice for notice in parts(shown, Notice) if notice.tone == "declined")
    said = plain(notice.paragraphs[0])
    assert printed_by(part(shown, CodePanel).code).strip() == said.partition(": ")[2]
    return said


def said(question: SoftmaxQuestion) -> tuple[Claim, ...]:
    return LESSON.claims(question, explain(question))


def preset(title: str) -> SoftmaxQuestion:
    return next(preset.question for preset in LESSON.presets if preset.title == title)


def test_g20_a_loss_below_zero_is_nll_of_what_is_no_logarithm() -> None:
    question = preset("A batch, and a loss below 0")
    shown = losses(question)
    assert number(shown["nll_loss(softmax(z, -1), target)"][0]) == pytest.approx(-0.8475, abs=5e-5)
    assert number(shown["nll_loss(log_softmax(z, -1), target)"][0]) == pytest.approx(0.1681, abs=5e-5)
    assert number(shown["cross_entropy(z, target)"][0]) == pytest.approx(0.1681, abs=5e-5)
    (no_logarithm,) = (claim for claim in said(question) if isinstance(claim, TakesNoLogarithm))
    assert (no_logarithm.of_p, no_logarithm.of_log_p) == pytest.approx((-0.8475, 0.1681), abs=5e-5)
    printed = printed_by(part(page(LESSON, question), CodePanel).code)
    assert "nll of softmax: -0.8475" in printed


def test_g22_a_sigmoid_that_rounds_to_one_takes_the_gradient_away() -> None:
    question = preset("Yes or no: sure and wrong")
    shown = losses(question)
    assert shown["binary_cross_entropy(torch.sigmoid(z), target)"] == ("100.0", "[0.0]")
    assert shown["binary_cross_entropy_with_logits(z, target)"] == ("40.0", "[1.0]")
    assert SigmoidRounds(40.0, 1.0, "float32", flat=True) in said(question)
    (one, two) = part(page(LESSON, question), ProbabilityBars).tables
    cells = {row.name: row.cells[0] for row in two.rows}
    assert [cells[name].text for name in ("p", "log(1 − p)", "loss", "∂L/∂z")] == ["1.0", "−100.0", "100.0", "0.0"]
    assert [name for name, cell in cells.items() if cell.broken] == ["p", "log(1 − p)", "∂L/∂z"]
    assert not any(cell.broken for row in one.rows for cell in row.cells)


@pytest.mark.parametrize("target", [INDEX, f"F.one_hot({INDEX}, 3).float()", "[1, 2]", "[[0., 1, 0], [0, 0, 1]]"])
def test_g24_what_cross_entropy_takes(target: str) -> None:
    question = SoftmaxQuestion(typed=ROWS, target=target)
    shown = losses(question)
    assert number(shown["cross_entropy(z, target)"][0]) == pytest.approx(0.2513, abs=5e-5)


@pytest.mark.parametrize(
    ("target", "said", "why", "fix"),
    [
        (f"{INDEX}.int()", "expected target dtype to be Long or Byte, but got Int", "int32", ".long()"),
        (f"{INDEX}.float()", "expected target dtype to be Long or Byte, but got Float", "float32", ".long()"),
        (
            f"F.one_hot({INDEX}, 3)",
            "Expected floating point type for target with class probabilities",
            "int64",
            ".float()",
        ),
        (f"{INDEX}[:, None]", "0D or 1D target tensor expected, multi-target not supported", "(2, 1)", ".reshape(-1)"),
    ],
)
def test_g24_what_cross_entropy_declines_and_why(target: str, said: str, why: str, fix: str) -> None:
    question = SoftmaxQuestion(typed=ROWS, target=target)
    assert refusal(question).startswith(f"RuntimeError: {said}")
    assert why in words(question)
    first = part(page(LESSON, question), Fixes).fixes[0]
    assert first.puts == {"target": f"{target}{fix}"}
    mended = explain(question.with_texts(first.puts))
    assert isinstance(mended, Softmax)
    assert float(mended.batch.loss) == pytest.approx(0.2513, abs=5e-5)


def test_g26_labels_are_counted_from_zero() -> None:
    right = SoftmaxQuestion(typed="torch.zeros(4, 3)", target="torch.tensor([0, 1, 2, 2])")
    assert number(losses(right)["cross_entropy(z, target)"][0]) == pytest.approx(math.log(3), abs=5e-5)
    from_one = preset("Labels from 1")
    assert refusal(from_one) == "IndexError: Target 3 is out of bounds."
    assert NoSuchClass("batch", "targets", 3, ((2, 3), (3, 3))) in said(from_one)
    assert CountedFromOne(3) in said(from_one)
    first = part(page(LESSON, from_one), Fixes).fixes[0]
    mended = explain(from_one.with_texts(first.puts))
    assert isinstance(mended, Softmax)
    assert mended.asked.target.values.tolist() == [0, 1, 2, 2]


def test_g26_minus_one_is_not_the_last_class() -> None:
    question = SoftmaxQuestion(typed="torch.zeros(4, 3)", target="torch.tensor([0, 1, -1, 2])")
    assert refusal(question) == "IndexError: Target -1 is out of bounds."
    assert NoSuchClass("batch", "targets", 3, ((2, -1),)) in said(question)
    assert "−1 is not the last class" in words(question)
    outcome = explain(question)
    assert isinstance(outcome, TargetDeclined)
    assert (outcome.fault.places, outcome.fault.values) == ((2,), (-1,))
    target = next(grid for grid in part(page(LESSON, question), Picture).grids if grid.id == "y")
    assert target.marked is not None
    assert target.marked.tolist() == [False, False, True, False]


def test_g26_one_class_more_takes_shifted_labels_without_a_word() -> None:
    """What the page says of labels from 1 is true: with another column of scores there is no error."""
    outcome = explain(SoftmaxQuestion(typed="torch.zeros(4, 4)", target="torch.tensor([1, 2, 3, 3])"))
    assert isinstance(outcome, Softmax)


@pytest.mark.parametrize(
    ("reduction", "target", "told"),
    [
        ("sum", "[1, 0]", [SumOver(2)]),
        ("sum", "[1, -100]", []),
        ("mean", "[1, 0]", [MeanOver(2)]),
        ("none", "[1, 0]", []),
    ],
)
def test_a_sum_of_losses_is_set_beside_their_mean(reduction: Reduction, target: str, told: list[Claim]) -> None:
    question = SoftmaxQuestion(typed="[[1., 2.], [3., 0.]]", target=target, reduction=reduction)
    assert [claim for claim in said(question) if isinstance(claim, SumOver | MeanOver)] == told


@pytest.mark.parametrize(
    ("typed", "target", "told"),
    [
        ("[[0.3], [-2.0]]", "[0, 0]", True),
        ("[0.3]", "0", True),
        ("[[0.3, 1.0], [-2.0, 0.0]]", "[0, 0]", False),
        ("[[-inf], [1.0]]", "[0, 0]", False),
    ],
)
def test_a_single_class_is_told_to_leave_nothing_to_learn(typed: str, target: str, told: bool) -> None:
    assert (OneClassAlone() in said(SoftmaxQuestion(typed=typed, target=target))) is told
