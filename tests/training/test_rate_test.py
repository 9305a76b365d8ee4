"""The test that finds a learning rate."""

from dataclasses import replace

import pytest
import torch

from primer_core.training.history import SettingChange
from primer_core.training.loop import train
from primer_core.training.messages import Started, Steps
from primer_core.training.rate_test import LAST_RATE, rate_of_batch, rate_test, read_rate_test
from primer_core.training.run import Run
from primer_core.training.spec import RunSpec

SIZE = 4000
ADAM = RunSpec()
SGD = RunSpec(optimizer="sgd", momentum=0.9)


def run_of_rates(spec: RunSpec) -> tuple[Run, list[float]]:
    """The run of a test, as the server has it, and the rate of each batch."""
    torch.set_num_threads(1)
    steps = [event for event in train(rate_test(spec, SIZE)) if event.kind == "step"]
    run = Run("run", rate_test(spec, SIZE), lambda _: None)
    run.take(Started("run", SIZE, steps[0].total_steps))
    losses = tuple(event.train_loss or 0.0 for event in steps)
    run.take(Steps("run", tuple(range(1, len(losses) + 1)), losses, 1, 0.0))
    return run, [event.learning_rate for event in steps]


@pytest.mark.parametrize("spec", [ADAM, SGD, replace(SGD, drop_last=True, batch_size=300)], ids=str)
def test_the_rate_of_each_batch_is_known_and_the_proposed_one_trains(spec: RunSpec) -> None:
    run, rates = run_of_rates(spec)
    assert [rate_of_batch(run.spec, step, SIZE) for step in range(1, len(rates) + 1)] == rates
    assert rates[0] == pytest.approx(LAST_RATE / 1e5)
    assert LAST_RATE / 1.5 < rates[-1] < LAST_RATE
    read = read_rate_test(run)
    assert read is not None
    assert read.rises_beyond
    assert read.rate == rates[read.step - 1]
    last = list(train(replace(spec, learning_rate=read.proposed, epochs=2)))[-1]
    assert (last.test_accuracy or 0) > 0.8


def test_other_runs_and_too_short_ones_tell_nothing() -> None:
    run = Run("run", rate_test(ADAM, SIZE), lambda _: None)
    run.take(Started("run", SIZE, 189))
    run.take(Steps("run", tuple(range(1, 11)), (2.0,) * 10, 1, 0.0))
    assert read_rate_test(run) is None
    run.take(Steps("run", (11,), (1.0,), 1, 0.0))
    read = read_rate_test(run)
    assert read is not None
    assert (read.step, read.rises_beyond) == (6, False)
    run.history.add_change(SettingChange(3, "batch_size", 32, 64))
    assert read_rate_test(run) is None
    assert read_rate_test(Run("other", ADAM, lambda _: None)) is None
