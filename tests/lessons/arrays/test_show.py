import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.claims.dtypes import ValuesChanged, WrittenAnew
from primer_core.lessons.answer import fold, page
from primer_core.lessons.arrays import LESSON
from primer_core.lessons.arrays.anatomy import Anatomy, explain_array
from primer_core.lessons.arrays.claims import conversion
from primer_core.lessons.arrays.dtypes import explain_dtypes, explain_encoding
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.question import CONVERSIONS, SHOWN, VIEWS, ArraysQuestion, View
from primer_core.lessons.arrays.show import bits, dtype_table, picture, tensors
from primer_core.lessons.arrays.twins import ranked_tensors
from primer_core.lessons.event import Put
from primer_core.lessons.lesson import Preset
from primer_core.picture.grid import PerCell, Picture
from primer_core.picture.parts import Card, Chip, Controls, Notice, Presets, Quiz, Table
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.profiles import examples

MADE = [
    preset
    for preset in PRESETS
    if preset.question.view == "Anatomy" and isinstance(explain_array(preset.question.make), Anatomy)
]


def anatomy(text: str, dtype: str = "no change") -> Anatomy:
    explained = explain_array(text, dtype)
    assert isinstance(explained, Anatomy)
    return explained


shapes = st.lists(st.integers(1, 4), max_size=4).map(tuple)


@examples(500)
@given(shapes, st.booleans(), st.sampled_from(CONVERSIONS), st.integers(0, 999))
def test_every_cell_lies_where_its_sum_says(shape: tuple[int, ...], turned: bool, dtype: str, place: int) -> None:
    drawn = picture(anatomy(f"arange({np.prod(shape, dtype=int)}).reshape({shape}){'.T' if turned else ''}", dtype))
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
    assert not left or eval(left) == int(right)


@pytest.mark.parametrize("preset", MADE, ids=lambda preset: preset.title)
def test_presets_are_drawn_with_their_dtype(preset: Preset[ArraysQuestion]) -> None:
    explained = anatomy(preset.question.make, preset.question.to)
    drawn = picture(explained)
    assert drawn.grids[0].badges[0].text == explained.drawn.dtype == explained.drawn.values.dtype
    assert len(drawn.rows) == (2 if explained.conversion is None else 3)


def test_a_conversion_says_copy_and_marks_the_cells_that_changed() -> None:
    y = next(grid for grid in picture(anatomy("[300, 1]", "int8")).grids if grid.id == "y")
    assert [badge.text for badge in y.badges] == ["int8", "COPY"]
    assert y.marked is not None
    assert y.marked.tolist() == [True, False]
    assert conversion(anatomy("[300, 1]", "int8")) == (
        WrittenAnew("x.astype(np.int8)", "x", 2),
        ValuesChanged("x.astype(np.int8)", 1, ("wraps around",)),
    )
    assert conversion(anatomy("[3, 1]", "int8")) == (WrittenAnew("x.astype(np.int8)", "x", 2),)
    assert ValuesChanged("x.astype(np.float16)", 2, ("too large",)) in conversion(anatomy("[1e300, 1e300]", "float16"))
    warned = page(LESSON, ArraysQuestion(make="[1e300, 1e300]", to="float16"))
    words = [plain(line) for notice in parts(warned, Notice) for line in notice.paragraphs]
    assert words == ["overflow encountered in cast"]


def test_arrays_without_cells_and_without_axes_are_drawn() -> None:
    for text in ("zeros((0, 3))", "7", "[[[]]]"):
        for dtype in ("no change", "int8"):
            assert picture(anatomy(text, dtype)).payload()["grids"]


def test_tensors_wear_their_dtype_and_device() -> None:
    drawn = tensors(ranked_tensors())
    assert [grid.values.ndim for grid in drawn.grids] == [0, 1, 2, 3]
    assert all([badge.text for badge in grid.badges] == ["float32", "cpu"] for grid in drawn.grids)
    assert drawn.payload()["rows"][0]["items"] == [grid.id for grid in drawn.grids]


@examples(100)
@given(st.lists(st.one_of(st.integers(-300, 300), st.floats(-70000, 70000)), min_size=1, max_size=12))
def test_the_table_marks_what_changed_and_gives_a_reason(values: list[float]) -> None:
    explained = explain_dtypes(", ".join(map(repr, values)))
    table = dtype_table(explained)
    assert len(table.head) == len(explained.texts) + 1
    for row, cells in zip(explained.rows, table.rows, strict=True):
        assert plain(cells[0].text) == row.dtype
        for cell, drawn in zip(row.cells, cells[1:], strict=True):
            assert plain(drawn.text) == cell.text.replace("-", "−")
            assert (drawn.tone == "changed") == bool(drawn.note) == (cell.effect != "kept")


@pytest.mark.parametrize("dtype", SHOWN)
def test_the_bits_that_are_drawn_are_those_in_memory(dtype: str) -> None:
    drawn = bits(explain_encoding("-1.5", dtype))
    kept = "".join(group.bits for group in drawn.groups if group.name != "dropped")
    assert len(kept) == np.dtype(dtype).itemsize * 8
    assert dtype in drawn.caption


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_its_presets_and_a_quiz_of_its_own(view: View) -> None:
    shown = page(LESSON, ArraysQuestion(view))
    assert {control.field for control in parts(shown, Controls)[0].controls} == {"view"}
    assert bool(parts(shown, Presets)) == (view != "Races")
    others = [part(page(LESSON, ArraysQuestion(other)), Quiz) for other in VIEWS if other != view]
    assert part(shown, Quiz) not in others


@pytest.mark.parametrize(
    ("expression", "view"),
    [
        (lambda: np.array([300]).astype(np.int8)[0], "Anatomy"),
        (lambda: np.array([1.9, -1.9]).astype(np.int64).tolist(), "Dtypes"),
        (lambda: f"{np.arange(1_000_000).nbytes:,}".replace(",", " "), "Races"),
        (lambda: str(torch.zeros(2, 3).dtype).removeprefix("torch."), "PyTorch"),
    ],
)
def test_the_right_answers_are_what_the_libraries_say(expression: object, view: View) -> None:
    assert callable(expression)
    assert part(page(LESSON, ArraysQuestion(view)), Quiz).right == str(expression())


def test_wrong_answers_name_what_does_give_them() -> None:
    assert np.rint([1.9, -1.9]).tolist() == [2, -2]
    assert np.floor([1.9, -1.9]).tolist() == [1, -2]
    with pytest.raises(TypeError):
        np.zeros(2, 3)  # type: ignore[call-overload]  # the mistake that the quiz is about
    numbers = list(range(1000, 2000))
    assert sys.getsizeof(numbers[0]) == 28
    assert sys.getsizeof(numbers) // len(numbers) == 8


def test_the_view_that_was_called_numpy_and_pytorch_opens_without_a_problem() -> None:
    question, problems = ArraysQuestion.parse({"view": "NumPy and PyTorch", "make": "eye(2)"})
    assert not problems
    assert question == ArraysQuestion("PyTorch", "eye(2)")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: f"{preset.question.view}: {preset.title}")
def test_a_preset_leaves_what_other_views_hold(preset: Preset[ArraysQuestion]) -> None:
    mine = ArraysQuestion(preset.question.view, "ones(3)", "bool", "1, 2", "5", "float64", "x += 1")
    pressed, _ = fold(LESSON, mine, [Put(LESSON.puts(preset))])
    changed = {name for name in mine.texts() if mine.texts()[name] != pressed.texts()[name]}
    views = {"Anatomy": {"make", "then", "to"}, "Dtypes": {"values", "bits", "as"}, "PyTorch": {"make"}}
    assert changed
    assert changed <= views[preset.question.view]
    assert page(LESSON, pressed).panel[1] == Presets(
        tuple((other.title, LESSON.puts(other)) for other in LESSON.offered(preset.question)), preset.title
    )


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (ArraysQuestion(make="zeros("), "make"),
        (ArraysQuestion(make="np.array(['ab', 'cd'])"), "make"),
        (ArraysQuestion(make="np.arange(3)", then="x[0] = y"), "then"),
        (ArraysQuestion(make="np.arange(3)", then="del x"), "then"),
        (ArraysQuestion("Dtypes", values="np.ones((2, 2))"), "values"),
        (ArraysQuestion("Dtypes", values="a, b"), "values"),
        (ArraysQuestion("Dtypes", number="1, 2"), "bits"),
        (ArraysQuestion("PyTorch", "zeros(10**9)"), "make"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_the_picture_stays(question: ArraysQuestion, field: str) -> None:
    shown = page(LESSON, question)
    assert shown.body is None
    controls = [control for row in parts(shown, Controls) for control in row.controls]
    assert [control.field for control in controls if control.problem] == [field]
    assert part(shown, Chip).verdict == "error"


@pytest.mark.parametrize("view", ["Anatomy", "PyTorch"])
@pytest.mark.parametrize("make", ["full(2, 300, int8)", "[[1, 2], [3]]"])
def test_an_error_of_a_library_is_shown_without_an_empty_frame(view: View, make: str) -> None:
    shown = page(LESSON, ArraysQuestion(view, make))
    assert all(card.parts for card in parts(shown, Card))
    assert any(notice.tone == "declined" for notice in parts(shown, Notice))
    assert all(picture.grids for picture in parts(shown, Picture))
    assert not any(table.caption == "Attributes of x" for table in parts(shown, Table))
