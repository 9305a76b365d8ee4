"""Small pictures of arrays."""

import numpy as np
import pytest

from primer_core.picture.number import cell_text
from primer_core.picture.small_grid import LEFT_OUT, small_grid


@pytest.mark.parametrize("shape", [(), (1,), (6,), (7,), (5, 6), (6, 7), (50, 1), (1, 90)])
def test_a_small_grid_is_small_and_its_corners_are_those_of_the_array(shape: tuple[int, ...]) -> None:
    values = np.arange(int(np.prod(shape))).reshape(shape)
    rows = small_grid(values).rows
    full = np.atleast_2d(values)
    assert len(rows) <= 5
    assert {len(row) for row in rows} == {min(full.shape[1], 6)}
    for row in (0, -1):
        for column in (0, -1):
            assert rows[row][column] == cell_text(full[row, column])
    is_cut = full.shape[0] > 5 or full.shape[1] > 6
    assert (LEFT_OUT in {cell for row in rows for cell in row}) == is_cut


def test_what_was_never_written_is_a_question_mark() -> None:
    assert small_grid(np.zeros(2), unwritten=np.array([True, False])).rows == (("?", cell_text(0.0)),)


@pytest.mark.parametrize("shape", [(2, 2, 2), (0,), (3, 0)])
def test_an_array_that_does_not_fit_a_cell_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at most two axes"):
        small_grid(np.zeros(shape))
