import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.arrays.explain import CONVERSIONS, explain_array
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.show import anatomy, conversion_story, tensors
from primer_core.lessons.arrays.twins import ranked_tensors
from primer_core.picture.grid import PerCell
from tests.profiles import examples

shapes = st.lists(st.integers(1, 4), max_size=4).map(tuple)


@examples(500)
@given(shapes, st.booleans(), st.sampled_from(CONVERSIONS), st.integers(0, 999))
def test_every_cell_lies_where_its_sum_says(shape: tuple[int, ...], turned: bool, dtype: str, place: int) -> None:
    drawn = anatomy(
        explain_array(f"arange({np.prod(shape, dtype=int)}).reshape({shape}){'.T' if turned else ''}", dtype)
    )
    drawn.payload()
    grids = {grid.id: grid for grid in drawn.grids}
    for name in ("x", "y") if "y" in grids else ("x",):
        own, memory = grids[name], grids[f"{name} memory"]
        (link,) = [link for link in drawn.links if link.target == name and link.source == memory.id]
        assert link.same
        flat = place % own.values.size
        assert memory.values[link.cells[flat]] == own.values.ravel()[flat]
        assert memory.labels is not None
        assert memory.labels[link.cells[flat]] == f"+{link.cells[flat] * own.values.itemsize}"
    (sums,) = [piece for piece in drawn.formulas[0].pieces if isinstance(piece, PerCell)]
    own, link = grids["x"], next(link for link in drawn.links if link.target == "x")
    flat = place % own.values.size
    left, _, right = sums.text(flat).removeprefix("at byte ").replace("·", "*").rpartition("=")
    assert int(right) == link.cells[flat] * own.values.itemsize
    assert not left or eval(left) == int(right)  # noqa: S307 - written by the picture


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_presets_are_drawn_with_their_dtype(preset: object) -> None:
    explained = explain_array(preset.text, preset.dtype)  # type: ignore[attr-defined]
    drawn = anatomy(explained)
    assert drawn.grids[0].badges[0].text == str(explained.array is not None and explained.array.dtype)
    assert len(drawn.rows) == (2 if explained.conversion is None else 3)


def test_a_conversion_says_copy_and_marks_the_cells_that_changed() -> None:
    explained = explain_array("[300, 1]", "int8")
    y = next(grid for grid in anatomy(explained).grids if grid.id == "y")
    assert [badge.text for badge in y.badges] == ["int8", "COPY"]
    assert y.marked is not None
    assert y.marked.tolist() == [True, False]
    assert explained.conversion is not None
    story = conversion_story(explained.conversion)
    assert story.startswith("`astype` wrote 2 bytes of new memory")
    assert "1 cell holds another number now: wrapped." in story
    kept = explain_array("[3, 1]", "int8").conversion
    assert kept is not None
    assert "another number" not in conversion_story(kept)
    warned = explain_array("[1e300, 1e300]", "float16").conversion
    assert warned is not None
    assert "2 cells hold" in conversion_story(warned)
    assert "overflow encountered in cast" in conversion_story(warned)


def test_arrays_without_cells_and_without_axes_are_drawn() -> None:
    for text in ("zeros((0, 3))", "7", "[[[]]]"):
        for dtype in ("no change", "int8"):
            assert anatomy(explain_array(text, dtype)).payload()["grids"]
    with pytest.raises(ValueError, match="only an array that was made"):
        anatomy(explain_array("nonsense"))


def test_tensors_wear_their_dtype_and_device() -> None:
    drawn = tensors(ranked_tensors())
    assert [grid.values.ndim for grid in drawn.grids] == [0, 1, 2, 3]
    assert all([badge.text for badge in grid.badges] == ["float32", "cpu"] for grid in drawn.grids)
    assert drawn.payload()["rows"][0]["items"] == [grid.id for grid in drawn.grids]
