"""Each mistake has its symptom, in numbers, whatever the seed: 20 seeds under ``long``, 2 in the fast profile."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.training_loops import NeverSteps, PairsLost
from primer_core.lessons.training_loop import LESSON
from primer_core.lessons.training_loop.explain import Trained, explain
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from tests.profiles import is_long

SEEDS = range(20) if is_long() else range(2)
PRESETS = {preset.title: preset.question for preset in LESSON.presets}

pytestmark = pytest.mark.filterwarnings("ignore")


def trained(title: str, seed: int) -> Trained:
    found = explain(replace(PRESETS[title], seed=seed))
    assert isinstance(found, Trained)
    return found


def learns(found: Trained) -> None:
    losses = found.yours.losses
    assert found.is_right
    assert losses[-1] < 0.6 * losses[0]
    assert (found.yours.accuracy or 0) > 0.7
    assert found.yours.graphs == found.yours.held == 0


def piles_up(found: Trained) -> None:
    steps = found.yours.steps
    assert steps[0].norm == pytest.approx(steps[0].own)  # nothing is in .grad yet
    assert all((step.norm or 0) > 1.5 * (step.own or 0) for step in steps[-4:])
    assert found.differs_at == 3  # the second step is the first that is too long


def swings(found: Trained) -> None:
    """Steps that are too long, in a direction that lies behind: the loss stays far above that of the correct loop."""
    per_epoch = len(found.yours.steps) // 8
    own, correct = (sum(losses[-per_epoch:]) for losses in (found.yours.losses, found.correct.losses))
    assert own > 3 * correct
    assert found.differs_at == 3


def never_moves(found: Trained) -> None:
    assert found.yours.changed == 0 < found.correct.changed
    per_epoch = len(found.yours.steps) // 8
    losses = found.yours.losses
    assert losses[:per_epoch] == losses[-per_epoch:]


def finds_no_gradient(found: Trained) -> None:
    never_moves(found)
    assert found.yours.idle == found.yours.stepped == len(found.yours.steps)


def stops(kind: str, words: str, step: int) -> Callable[[Trained], None]:
    def symptom(found: Trained) -> None:
        stopped = found.yours.stopped
        assert stopped is not None
        assert (stopped.kind, stopped.step) == (kind, step)
        assert words in stopped.words

    return symptom


def steps_twice_as_far(found: Trained) -> None:
    doubled = explain(replace(PRESETS["The correct loop"], rate=0.2, seed=_seed(found)))
    assert isinstance(doubled, Trained)
    assert found.yours.losses == pytest.approx(doubled.yours.losses, rel=1e-3)


def _seed(found: Trained) -> int:
    line = next(line for line in found.code.splitlines() if "manual_seed" in line)
    return int(line.partition("(")[2].rstrip(")"))


def has_another_models(found: Trained) -> None:
    never_moves(found)
    assert found.yours.optimised == (4, 0)
    assert found.correct.optimised == (4, 4)


def says_the_same(found: Trained) -> None:
    assert found.yours.changed == 3
    assert found.yours.losses[0] == pytest.approx(math.log(3), abs=1e-5)
    assert found.yours.measured > 0.9


def has_a_floor(found: Trained) -> None:
    assert min(found.yours.losses) > math.log(math.e + 2) - 1
    assert found.yours.losses[-1] > found.correct.losses[-1]


def settles_at_the_mean(found: Trained) -> None:
    assert found.yours.predicted is not None
    assert found.correct.predicted is not None
    assert found.yours.targets is not None
    wide = found.correct.predicted[1] - found.correct.predicted[0]
    narrow = found.yours.predicted[1] - found.yours.predicted[0]
    assert narrow < wide / 2
    assert found.yours.pairs == 8
    assert found.yours.measured > 2 * found.correct.measured


def leaves_the_answer(found: Trained) -> None:
    assert found.yours.losses[0] == 12.0
    assert set(found.correct.losses) == {0.0}
    assert found.yours.measured > 0.1


def counts_the_last_batch_too_much(found: Trained) -> None:
    assert found.yours.losses == found.correct.losses
    assert found.yours.means != found.correct.means
    a, b, c = found.yours.losses[-3:]
    assert found.yours.means[-1] == pytest.approx((a + b + c) / 3)
    assert found.correct.means[-1] == pytest.approx((16 * a + 16 * b + 8 * c) / 40)


def checks_with_dropout(found: Trained) -> None:
    assert found.yours.checks[-1] != pytest.approx(found.yours.measured, rel=1e-3)
    assert found.correct.checks[-1] == pytest.approx(found.correct.measured)


def averages_over_validation(found: Trained) -> None:
    checks_with_dropout(found)
    assert found.yours.losses == found.correct.losses  # train mode does not read the running mean
    assert (found.yours.tracked, found.correct.tracked) == (32, 24)


def trains_in_eval_mode(found: Trained) -> None:
    assert sum(not step.trains for step in found.yours.steps) == 21
    assert (found.yours.tracked, found.correct.tracked) == (3, 24)


def changes_without_learning(found: Trained) -> None:
    assert found.yours.changed == 0
    assert found.yours.tracked == 24
    assert found.yours.checks[0] != found.yours.checks[-1]
    assert all(step.norm is None and step.held == 0 for step in found.yours.steps)


def runs_away(found: Trained) -> None:
    finite = [loss for loss in found.yours.losses if math.isfinite(loss)]
    assert max(finite) > 10 * finite[0]
    assert max(found.correct.losses) < 10 * found.correct.losses[0]


def multiplies_by(factor: float) -> Callable[[Trained], None]:
    def symptom(found: Trained) -> None:
        first, second, third = found.yours.losses[:3]
        assert first == 300
        assert second / first == pytest.approx(factor**2, rel=1e-4)
        assert third / second == pytest.approx(factor**2, rel=1e-4)

    return symptom


def names_the_next(found: Trained) -> None:
    assert found.yours.losses[-1] < 0.6 * found.yours.losses[0]  # it falls all the same
    assert found.yours.next_class is not None
    assert found.yours.next_class > 0.6 > 0.3 > (found.yours.accuracy or 0)


def loses_its_labels(found: Trained) -> None:
    kept, of = found.yours.paired
    assert kept < of
    assert found.correct.paired == (of, of)
    assert found.yours.losses[-1] > found.correct.losses[-1]


def is_chosen_by_the_test(found: Trained) -> None:
    """Of all epochs it has the best accuracy on the test set, so that no honest choice can report more."""
    assert found.yours.chosen is not None
    assert found.correct.chosen is not None
    assert found.yours.losses == found.correct.losses
    assert found.yours.chosen[1] >= found.correct.chosen[1]
    assert abs(found.yours.chosen[2] - 0.5) < 0.06  # a coin is a coin


def keeps_nodes(found: Trained) -> None:
    assert (found.yours.graphs, found.correct.graphs) == (24, 0)
    assert found.yours.held == 0  # backward has freed what they saved


def keeps_a_chain(found: Trained) -> None:
    assert found.yours.graphs == 9  # the total, and the mean of each epoch
    assert found.yours.losses == found.correct.losses


def keeps_bytes(found: Trained) -> None:
    held = [step.held for step in found.yours.steps[2::3]]
    assert held == sorted(held)
    assert found.yours.held > 50_000
    assert found.correct.held == 0
    assert found.yours.graphs == 8


def is_right(found: Trained) -> None:
    assert found.is_right


SYMPTOMS: dict[str, Callable[[Trained], None]] = {
    "The correct loop": learns,
    "No zero_grad": piles_up,
    "No zero_grad, a regression": swings,
    "zero_grad too late": finds_no_gradient,
    "step before backward": finds_no_gradient,
    "step before backward, no zero_grad": stops("RuntimeError", "modified by an inplace operation", 2),
    "backward twice": stops("RuntimeError", "a second time", 1),
    "step twice": steps_twice_as_far,
    "Another model's optimiser": has_another_models,
    "All weights 0": says_the_same,
    "no_grad around forward": stops("RuntimeError", "does not require grad", 1),
    "Softmax twice": has_a_floor,
    "(N, 1) against (N,)": settles_at_the_mean,
    "All right, and loss 12": leaves_the_answer,
    "Mean of batch means": counts_the_last_batch_too_much,
    "No eval, Dropout": checks_with_dropout,
    "No eval, BatchNorm": averages_over_validation,
    "train only once": trains_in_eval_mode,
    "Nothing learned, yet changed": changes_without_learning,
    "A last batch of one": stops("ValueError", "more than 1 value per channel", 3),
    "Rate 1": runs_away,
    "y = 2x, rate 0.005": multiplies_by(0.25),
    "y = 2x, rate 0.012": multiplies_by(-0.8),
    "y = 2x, rate 0.02": multiplies_by(-2.0),
    "Labels shifted": names_the_next,
    "Inputs shuffled alone": loses_its_labels,
    "Chosen by the test set": is_chosen_by_the_test,
    "Chosen by validation": is_right,
    "Losses kept with graphs": keeps_nodes,
    "A running total with its graph": keeps_a_chain,
    "Validation kept with graphs": keeps_bytes,
}


def test_every_preset_has_its_symptom() -> None:
    assert list(SYMPTOMS) == list(PRESETS)


@pytest.mark.parametrize("title", SYMPTOMS)
def test_a_mistake_shows_its_symptom(title: str) -> None:
    for seed in SEEDS:
        SYMPTOMS[title](trained(title, seed))


@pytest.mark.long
def test_what_a_test_set_has_chosen_is_reported_too_well() -> None:
    """Over many seeds the accuracy that chose is above that of fresh examples; one that judged only is not."""
    found = [trained("Chosen by the test set", seed) for seed in SEEDS]
    chosen = [run.yours.chosen for run in found if run.yours.chosen is not None]
    judged = [run.correct.chosen for run in found if run.correct.chosen is not None]
    above, beside = (sum(reported - fresh for _, reported, fresh in each) / len(each) for each in (chosen, judged))
    assert above > 0.08
    assert above > beside + 0.03


def said(question: TrainingLoopQuestion) -> list[Claim]:
    return list(LESSON.claims(question, explain(question)))


@pytest.mark.parametrize(
    ("batch", "rate", "told"),
    [
        ("zero forward loss backward total", 0.1, True),
        ("zero forward loss total", 0.1, False),
        ("zero forward loss backward step total", 0.1, False),
        ("zero forward loss backward total", 0.0, False),
    ],
)
def test_gradients_that_no_step_uses_are_told(batch: str, rate: float, told: bool) -> None:
    question = TrainingLoopQuestion(lines=f"sgd / train reset / {batch} / mean eval check", rate=rate)
    found = [claim for claim in said(question) if isinstance(claim, NeverSteps)]
    assert found == ([NeverSteps(24)] if told else [])


@pytest.mark.parametrize(("line", "told"), [("mix_X", True), ("mix", False)])
def test_inputs_that_are_shuffled_alone_in_each_epoch_lose_their_labels(line: str, told: bool) -> None:
    lines = f"sgd / train {line} reset / zero forward loss backward step total / mean eval check"
    found = [claim for claim in said(TrainingLoopQuestion(theme="data", lines=lines)) if isinstance(claim, PairsLost)]
    assert [claim.of for claim in found] == ([40] if told else [])
    assert all(claim.kept < 40 for claim in found)
