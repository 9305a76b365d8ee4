from collections.abc import Callable

import numpy as np
import pytest

from primer_core.lessons.arrays.measure import measure, measured, race_cards
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.races import Race, python_add, python_dot, race_add, race_dot
from primer_core.lessons.event import EventError
from primer_core.picture.bars import Bars
from primer_core.picture.parts import Chip, CodePanel, Measure, Page
from tests.lessons.parts import part, parts
from tests.snippets import printed_by


def ticking(*steps: float) -> Callable[[], float]:
    """A clock that goes on by given steps, the last one for ever."""
    now, rest = 0.0, list(steps)

    def clock() -> float:
        nonlocal now
        now += rest.pop(0) if len(rest) > 1 else rest[0]
        return now

    return clock


def test_both_ways_to_the_dot_product_give_one_number() -> None:
    race = race_dot(2_000_000, loops=1, repeats=2)
    assert race.same
    assert race.loop.value == race.numpy.value == str(sum(i * i for i in range(2_000_000)))
    assert race.loop.seconds > race.numpy.seconds > 0
    assert race.ratio == race.loop.seconds / race.numpy.seconds


def test_both_ways_to_add_give_one_matrix() -> None:
    race = race_add((30, 40), 10, loops=1, repeats=2)
    assert race.same
    assert race.loop.value == race.numpy.value == f"sum of all cells {sum(range(1200)) + 12_000}"
    np.testing.assert_array_equal(python_add(np.array([[1, 2, 3], [4, 5, 6]]), 10), [[11, 12, 13], [14, 15, 16]])
    assert python_dot([1, 2, 3], [4, 5, 6]) == 32


def test_the_shortest_run_counts() -> None:
    race = race_dot(3, loops=2, repeats=1, clock=ticking(8.0, 4.0, 2.0, 1.0, 0.5, 0.25))
    assert race.loop.seconds == pytest.approx(1.0)  # runs of 4 s and 1 s
    assert race.numpy.seconds == pytest.approx(0.25)
    assert race.ratio == pytest.approx(4.0)
    assert race.loop.repeats == 2


@pytest.mark.parametrize(
    ("race", "result"),
    [
        (race_dot(1000, loops=1, repeats=1), "332833500 332833500"),
        (race_add((5, 6), loops=1, repeats=1), "True 735"),
    ],
)
def test_the_snippets_print_the_same_results(race: Race, result: str) -> None:
    first, times = printed_by(race.code).splitlines()
    assert first == result
    assert times.endswith("times")


@pytest.mark.parametrize(
    ("steps", "words"),
    [((1.0, 1.0, 1.0, 0.25), "4.0 times faster"), ((1.0, 0.5, 1.0, 2.0), "4.0 times slower")],
)
def test_a_race_is_shown_as_two_bars_and_who_was_faster(steps: tuple[float, ...], words: str) -> None:
    shown = Page(measured(race_dot(3, loops=1, repeats=1, clock=ticking(*steps))), None)
    assert [bar.value for bar in part(shown, Bars).bars] == [steps[1], steps[3]]
    assert part(shown, Chip).text == f"{words}{'' if 'faster' in words else ' this time'}, and the same result: 5"
    assert part(shown, CodePanel).code


def test_every_race_that_is_offered_is_run_and_no_other() -> None:
    offered = parts(Page(race_cards(), None), Measure)
    assert len(offered) == 2
    for button in offered:
        assert part(Page(measure(ArraysQuestion(), button.what), None), Bars).bars
    with pytest.raises(EventError, match="Expected one of"):
        measure(ArraysQuestion(), "swim")
