from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.lessons.matmul.explain import explain_matmul
from primer_core.lessons.matmul.presets import PRESETS
from primer_core.lessons.matmul.show import apart, flops_line, picture, story
from tests.formulas import equation, formula_of, holds
from tests.profiles import examples


@examples(500)
@given(
    st.lists(st.integers(1, 3), max_size=2),
    st.tuples(*[st.integers(1, 3)] * 3),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_every_formula_is_an_equation_that_holds(
    batch: list[int], sizes: tuple[int, int, int], flat_a: bool, flat_b: bool, data: Any
) -> None:
    m, n, k = sizes
    explained = explain_matmul([str((k,) if flat_a else (*batch, m, k)), str((k,) if flat_b else (k, n))])
    assume(explained.result is not None)
    drawn = picture(explained)
    drawn.payload()
    assert explained.result is not None
    filled = equation(drawn, formula_of(drawn, "c"), data.draw(st.integers(0, explained.result.size - 1)))
    assert holds(filled), filled
    assert str(explained.sizes and explained.sizes.flops) in flops_line(explained).replace(" ", "")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_axis_that_is_summed_over_is_marked_in_both(preset: Any) -> None:
    explained = explain_matmul(preset.texts)
    if explained.result is None:
        with pytest.raises(ValueError, match="only operands that fit"):
            picture(explained)
        drawn = apart(explained)
        assert drawn is not None
    else:
        drawn = picture(explained)
    a, b = drawn.grids[:2]
    assert a.marked_axes == (a.values.ndim - 1,)
    assert b.marked_axes == (max(b.values.ndim - 2, 0),)
    assert drawn.payload()["grids"]


def test_the_story_names_vectors_batches_and_what_dot_would_do() -> None:
    assert "takes (3,) for (3, 1), one column" in story(explain_matmul(["(2, 3)", "(3,)"]))[1]
    assert "takes (3,) for (1, 3), one row" in story(explain_matmul(["(3,)", "(3, 2)"]))[1]
    batches = story(explain_matmul(["(2, 1, 2, 3)", "(3, 3, 2)"]))
    assert "2 × 3 = 6 products" in batches[1]
    assert "(2, 1, 2, 3, 2)" in batches[2]
    shape = np.dot(np.ones((2, 1, 2, 3)), np.ones((3, 3, 2))).shape
    assert str(shape) in batches[2]


def test_what_does_not_fit_is_explained_in_words() -> None:
    (inner,) = story(explain_matmul(["(2, 3)", "(4, 5)"]))
    assert "A row of `a` has 3 cells (axis −1), a column of `b` has 4 (axis −2)" in inner
    (vectors,) = story(explain_matmul(["(3,)", "(4,)"]))
    assert vectors.startswith("`a` has 3 cells (axis −1), `b` has 4 (axis −1)")
    (batch,) = story(explain_matmul(["(2, 2, 2)", "(3, 2, 2)"]))
    assert "2 against 3 along batch" in batch
    (number,) = story(explain_matmul(["2", "(3,)"]))
    assert "a * b" in number
    assert apart(explain_matmul(["2", "(3,)"])).grids == ()
    assert apart(explain_matmul(["(10**9, 2)", "(3,)"])).grids == ()
    assert flops_line(explain_matmul(["2", "(3,)"])) == ""


def test_a_sum_without_terms_is_drawn() -> None:
    drawn = picture(explain_matmul(["(2, 0)", "(0, 2)"]))
    assert "a sum without terms" in str(drawn.formulas[0].pieces[-1])
    assert drawn.payload()["grids"][2]["cells"] == ["0"] * 4
