import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.training.history import SMOOTHING_STEPS, EpochPoint, History, SettingChange

loss_lists = st.lists(st.floats(0, 1e6), min_size=1, max_size=3000)


def filled(losses: list[float]) -> History:
    history = History()
    history.add_losses(range(1, len(losses) + 1), losses)
    return history


@given(loss_lists, st.integers(10, 400))
def test_thinning_keeps_order_extremes_and_true_values(losses: list[float], points: int) -> None:
    curve = filled(losses).curve(points)
    assert len(curve.raw_steps) <= max(points, 1)
    assert curve.raw_steps == sorted(set(curve.raw_steps))
    assert all(losses[step - 1] == loss for step, loss in zip(curve.raw_steps, curve.raw_losses, strict=True))
    assert (min(curve.raw_losses), max(curve.raw_losses)) == (min(losses), max(losses))
    assert len(curve.smooth_steps) <= points
    assert curve.smooth_steps[-1] == len(losses)


@given(loss_lists)
def test_the_smoothed_loss_is_the_weighted_mean_of_what_came_before(losses: list[float]) -> None:
    weights = [math.exp(-(len(losses) - 1 - place) / SMOOTHING_STEPS) for place in range(len(losses))]
    expected = sum(weight * loss for weight, loss in zip(weights, losses, strict=True)) / sum(weights)
    assert filled(losses).last_smooth_loss == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_what_is_not_a_number_is_left_out() -> None:
    history = History()
    history.add_losses([1, 2, 3], [2.0, float("nan"), float("inf")])
    assert history.losses() == ([1], [2.0])


def test_epochs_and_changes_are_all_kept() -> None:
    history = filled([1.0] * 5000)
    points = [EpochPoint(epoch, epoch * 100, 1.0, 1.0, 0.5) for epoch in range(1, 51)]
    for point in points:
        history.add_epoch(point)
    history.add_change(SettingChange(7, "learning_rate", 0.1, 0.2))
    curve = history.curve(100)
    assert curve.epochs == tuple(points)
    assert curve.changes == (SettingChange(7, "learning_rate", 0.1, 0.2),)
    assert history.last_epoch == points[-1]
