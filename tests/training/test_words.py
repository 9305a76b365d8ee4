"""Settings in words."""

from dataclasses import fields, replace

import pytest

from primer_core.training.spec import LIVE, RunSpec
from ui.training.words import differences, in_words, optimizer_text, setting_text

OTHER = RunSpec(
    data="mnist",
    model="cnn-wide",
    optimizer="sgd",
    momentum=0.9,
    learning_rate=0.02,
    schedule="one-cycle",
    weight_decay=1e-4,
    dropout=0.5,
    batch_size=1,
    noise=0.1,
    frozen=1,
    mode="eval",
    epochs=1,
    normalise=False,
    drop_last=True,
    seed=3,
    device="cuda",
    target=0.95,
    patience=1,
    start="shipped",
    replay=0.5,
)


def test_every_setting_is_told_in_words_that_hold_its_value() -> None:
    told = in_words(OTHER)
    assert told == (
        "Wide CNN · MNIST · SGD · rate 0.02 · batch 1 · 1 epoch · seed 3 · momentum 0.9 · schedule one cycle · "
        "weight decay 0.0001 · dropout 0.5 · noise 0.1 · frozen layers 1 · mode eval · pixels from 0 to 1 · "
        "last batch dropped if not full · device cuda · target accuracy 95 % · 1 epoch of patience · "
        "own digits, from the shipped network · replay share 50 %"
    )


def test_what_is_as_usual_is_left_out_but_for_what_sets_runs_apart() -> None:
    usual = "MLP 784-128-64-10 · MNIST sample · Adam · rate 0.001 · batch 64 · 5 epochs · seed 42"
    assert in_words(RunSpec()) == usual


def test_two_runs_differ_in_what_they_were_made_with() -> None:
    assert differences(RunSpec(), RunSpec()) == []
    assert differences(RunSpec(), replace(RunSpec(), learning_rate=0.01, epochs=6)) == [
        "rate 0.01, not 0.001",
        "6 epochs, not 5 epochs",
    ]
    assert len(differences(RunSpec(), OTHER)) == len(fields(RunSpec))


def test_how_a_run_steps_is_told_with_its_rate() -> None:
    assert optimizer_text(RunSpec()) == "Adam, rate 0.001"
    assert optimizer_text(OTHER) == "SGD with momentum 0.9, rate 0.02"


@pytest.mark.parametrize("name", LIVE)
def test_a_setting_has_other_words_for_another_value(name: str) -> None:
    texts = [setting_text(name, getattr(spec, name)) for spec in (RunSpec(), OTHER)]
    assert len(set(texts)) == 2
    assert all(texts)
