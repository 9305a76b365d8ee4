from collections.abc import Callable

import pytest

from primer_core.lessons.event import EventError
from primer_core.lessons.matmul.measure import measure, measured
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.matmul.speed import GPT3_FLOPS, measure_flops
from primer_core.picture.bars import Bars
from primer_core.picture.parts import CodePanel, Story
from primer_core.picture.text import plain


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that is this much later whenever it is read."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += seconds
        return now

    return clock


def test_speed_is_flops_by_the_best_time() -> None:
    speed = measure_flops((4, 8), ("float32",), budget=10.0, clock=ticking(0.01))
    assert [rate.size for rate in speed.rates] == [4, 8]
    for rate in speed.rates:
        assert rate.flops == 2 * rate.size**3
        assert rate.seconds == pytest.approx(0.01)
        assert rate.gigaflops == pytest.approx(rate.flops / 0.01 / 1e9)
    assert speed.best.size == 8
    assert speed.years_for(GPT3_FLOPS) == pytest.approx(3.14e23 / (2 * 8**3 / 0.01) / (365.25 * 24 * 3600))


def test_a_size_for_which_there_is_no_time_is_left_out() -> None:
    speed = measure_flops((4, 8, 4096), ("float32", "float64"), budget=1.0, clock=ticking(0.02))
    assert {rate.size for rate in speed.rates} == {4, 8}


def test_this_machine_is_measured_within_its_time() -> None:
    speed = measure_flops(budget=0.2)
    assert {rate.dtype for rate in speed.rates} == {"float32", "float64"}
    assert all(rate.gigaflops > 0 and rate.repeats > 1 for rate in speed.rates)
    assert speed.clock == "perf_counter"
    compile(speed.code, "snippet", "exec")


def test_a_measurement_is_shown_as_a_bar_for_each_rate_and_only_what_is_known_is_measured() -> None:
    speed = measure_flops((4, 8), budget=10.0, clock=ticking(0.01))
    bars, story, panel = measured(speed)
    assert isinstance(bars, Bars)
    assert [bar.value for bar in bars.bars] == [rate.gigaflops for rate in speed.rates]
    assert [(bar.group, plain(bar.name)) for bar in bars.bars] == [
        (size, dtype) for size in ("4", "8") for dtype in ("float32", "float64")
    ]
    assert isinstance(story, Story)
    assert "clock" in plain(story.note)
    assert isinstance(panel, CodePanel)
    with pytest.raises(EventError, match="Expected speed"):
        measure(MatmulQuestion(), "weight")
