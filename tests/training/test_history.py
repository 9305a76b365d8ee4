import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.training.history import EpochPoint, History, SettingChange, batches_in_mean

LOSSES = st.lists(st.floats(0, 1e6, width=32), min_size=1, max_size=400)


def filled(losses: list[float]) -> History:
    history = History()
    history.add_losses(range(1, len(losses) + 1), losses)
    return history


@given(LOSSES)
def test_the_running_mean_is_that_of_the_latest_quarter_and_at_most_twenty(losses: list[float]) -> None:
    means = filled(losses).means()
    for count, mean in enumerate(means, 1):
        latest = losses[max(0, count - min(20, math.ceil(count / 4))) : count]
        assert mean == pytest.approx(statistics.fmean(latest), rel=1e-9)


def test_the_running_mean_lets_go_of_the_first_loss_of_a_short_run() -> None:
    history = filled([0.9, 0.5, 0.1, 0.05, 0.03, 0.01])
    assert history.running_mean == pytest.approx(0.02)
    assert batches_in_mean(1) == 1


@given(LOSSES, st.lists(st.integers(1, 150), min_size=1, max_size=30))
def test_what_is_asked_piece_by_piece_is_the_whole_and_exact(losses: list[float], pieces: list[int]) -> None:
    history = History()
    brought = {"losses": b"", "means": b""}

    def ask(most: int) -> None:
        have = len(brought["losses"]) // 4
        stretch = history.stretch(have, most)
        assert stretch.first == have
        brought["losses"] += stretch.losses
        brought["means"] += stretch.means

    added = 0
    for place, piece in enumerate(pieces):  # what comes in and what is asked for take turns
        news = losses[added : added + piece]
        history.add_losses(range(added + 1, added + 1 + len(news)), news)
        added += len(news)
        ask(pieces[-place - 1])
    while len(brought["losses"]) < 4 * added:
        ask(100)
    assert np.frombuffer(brought["losses"], "<f4").tolist() == losses[:added]
    assert np.frombuffer(brought["means"], "<f4").tolist() == pytest.approx(filled(losses[:added]).means(), rel=1e-6)


def test_one_who_has_more_than_there_is_gets_nothing_and_learns_how_much_there_is() -> None:
    stretch = filled([1.0, 2.0]).stretch(7, 10)
    assert (stretch.first, stretch.losses, stretch.means) == (2, b"", b"")


def test_a_loss_that_is_not_finite_is_kept_at_its_batch_and_out_of_the_mean() -> None:
    history = filled([4.0] * 4 + [6.0, math.inf, math.nan, 5e38])
    steps, losses = history.losses()
    assert steps == [1, 2, 3, 4, 5, 6, 7, 8]
    assert losses[5] == math.inf
    assert math.isnan(losses[6])
    assert history.first_not_finite == 6
    assert history.means()[5] == 6.0
    assert history.means()[7] == 5e38
    assert np.frombuffer(history.stretch(7, 1).means, "<f4").tolist() == [math.inf]
    only = filled([math.nan])
    assert only.running_mean is not None
    assert math.isnan(only.running_mean)


def test_batches_that_do_not_follow_upon_those_before_are_refused() -> None:
    history = filled([1.0, 2.0])
    with pytest.raises(ValueError, match="batch 3, got that of batch 5"):
        history.add_losses([5], [1.0])
    with pytest.raises(ValueError, match="batch 3, got that of batch 2"):
        history.add_losses([2], [1.0])


def test_epochs_and_changes_are_all_kept_in_order() -> None:
    history = filled([1.0] * 500)
    points = [EpochPoint(epoch, epoch * 100, 1.0, 1.0, 0.5) for epoch in range(1, 6)]
    for point in points:
        history.add_epoch(point)
    change = SettingChange(7, "learning_rate", 0.1, 0.001)
    history.add_change(change)
    assert history.epochs == tuple(points)
    assert history.last_epoch == points[-1]
    assert history.changes == (change,)
    assert history.size == 500
