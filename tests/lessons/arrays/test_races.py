import contextlib
import io
from collections.abc import Callable

import numpy as np
import pytest

from primer_core.lessons.arrays.races import python_add, python_dot, race_add, race_dot


def ticking() -> Callable[[], float]:
    """A clock that stands still within a run longer and longer."""
    now, step = 0.0, 8.0

    def clock() -> float:
        nonlocal now, step
        now, step = now + step, step / 2
        return now

    return clock


def printed(code: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "snippet", "exec"), {})  # noqa: S102 - the snippet that the page offers to copy
    return out.getvalue()


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
    race = race_dot(3, loops=2, repeats=1, clock=ticking())
    assert race.loop.seconds == pytest.approx(1.0)  # runs of 4 s and 1 s
    assert race.numpy.seconds == pytest.approx(0.25)
    assert race.ratio == pytest.approx(4.0)
    assert race.loop.repeats == 2


@pytest.mark.parametrize("race", [race_dot(1000, loops=1, repeats=1), race_add((5, 6), loops=1, repeats=1)])
def test_the_snippets_print_the_same_results(race: object) -> None:
    first, times = printed(race.code).splitlines()  # type: ignore[attr-defined]
    expected = {1000: "332833500 332833500"}
    assert first in (expected[1000], "True 735")
    assert times.endswith("times")
