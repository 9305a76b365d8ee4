"""What dragging a size writes into a field, against NumPy."""

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.limits import Refused
from primer_core.language.operand import read_operand
from primer_core.language.resizing import can_resize, resized
from tests.profiles import examples

SHAPES = st.lists(st.integers(1, 6), max_size=4).map(tuple)
SMALL = st.lists(st.integers(1, 4), max_size=3).map(tuple)


@examples(500)
@given(SHAPES, SHAPES)
def test_a_shape_is_written_anew(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    text = resized(str(before), after)
    assert read_operand(text).shape == after
    assert resized(text, before) == str(before)


@examples(500)
@given(SMALL, SMALL, st.integers(0, 2**32 - 1))
def test_an_array_goes_on_from_its_start_along_every_axis(
    before: tuple[int, ...], after: tuple[int, ...], seed: int
) -> None:
    values = np.random.default_rng(seed).integers(-9, 9, before)
    grown = read_operand(resized(str(values.tolist()), after)).values
    assert grown.shape == after
    rank = min(len(before), len(after))
    for index in np.ndindex(after):
        near = index[len(after) - rank :]
        source = (0,) * (len(before) - rank) + tuple(
            i % n for i, n in zip(near, before[len(before) - rank :], strict=True)
        )
        assert grown[index] == values[source]


@examples(500)
@given(SMALL, SMALL)
def test_what_an_array_held_is_there_again_when_it_is_cut_back(before: tuple[int, ...], more: tuple[int, ...]) -> None:
    text = str(np.arange(prod(before)).reshape(before).tolist())
    rank = max(len(before), len(more))
    padded, wider = ((1,) * (rank - len(shape)) + shape for shape in (before, more))
    grown = resized(text, tuple(map(max, padded, wider)))
    assert resized(grown, before) == text


@pytest.mark.parametrize(
    "text", ["(4, 3)", "4x3", "4, 3", "()", "(0, 3)", "[1, 2]", "[[1.5], [2.5]]", "3", "-2.5", "(10**9, 2)"]
)
def test_what_says_its_sizes_itself_can_be_resized(text: str) -> None:
    assert can_resize(text)
    assert read_operand(resized(text, (2, 1))).shape == (2, 1)


@pytest.mark.parametrize("text", ["", "a", "(4, 3).T", "(4,)[:, None]", "[1, 2].mean(0)", "[]", "[[], []]", "nonsense"])
def test_what_is_made_of_something_else_cannot(text: str) -> None:
    assert not can_resize(text)
    with pytest.raises(Refused, match="Only a shape, an array with cells, or a number"):
        resized(text, (2,))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1, 1), (10**6,), (64, 65)])
def test_what_it_would_become_has_the_limits_of_what_is_typed(shape: tuple[int, ...]) -> None:
    with pytest.raises(Refused, match=r"axes|elements"):
        resized("[1, 2]", shape)


def test_an_array_too_long_to_be_read_back_is_not_written() -> None:
    with pytest.raises(Refused, match="Written out, this array takes"):
        resized("[[1000, 1000]]", (40, 40))


@examples(1000)
@given(st.text(max_size=40))
def test_garbage_is_never_an_exception(text: str) -> None:
    assert can_resize(text) in (True, False)
