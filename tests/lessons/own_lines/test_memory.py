"""Which cells of memory arrays touch, and which a step changed: held against NumPy and PyTorch."""

import numpy as np
import pytest

from primer_core.claims.memory_cells import TouchesCells
from primer_core.lessons.answer import page
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.sharing import Buffer, remembered
from primer_core.lessons.own_lines.trace import MAX_STEPS
from primer_core.picture.memory_strips import MemoryStrips
from primer_core.picture.page import every_part


def buffers(program: str, at: int = MAX_STEPS) -> tuple[Buffer, ...]:
    shown = explain(OwnLinesQuestion(program=program, at=at))
    assert isinstance(shown, Shown)
    return remembered(shown.steps)


def picture(program: str, at: int = MAX_STEPS) -> MemoryStrips | None:
    shown = page(LESSON, OwnLinesQuestion(program=program, at=at))
    return next((part for part in every_part(shown) if isinstance(part, MemoryStrips)), None)


@pytest.mark.parametrize(
    "view",
    ["a[:, ::2]", "a[1:3]", "a[::-1, 1]", "a.T", "a[2]", "a[None, :, 3]", "a[1:, 1:].T", "a.ravel()[5:17:4]",
     "np.broadcast_to(a[0], (3, 6))"],
)  # fmt: skip
def test_a_view_touches_the_cells_that_a_write_through_numpy_marks(view: str) -> None:
    a = np.arange(24.0).reshape(4, 6)
    seen = eval(view, {"a": a, "np": np})
    wanted = np.unique(seen)  # each cell holds its own number
    (buffer,) = buffers(f"a = np.arange(24.)\na = a.reshape(4, 6)\nb = {view}")
    found = next(array for array in buffer.arrays if "b" in array.names)
    np.testing.assert_array_equal(found.cells, wanted)
    assert found.start == 8 * wanted[0]


def test_the_cells_that_a_step_changes_are_those_of_the_write_whichever_name_it_goes_through() -> None:
    a = np.zeros((4, 6))
    a[:, 1::2][1:3] = 5
    (buffer,) = buffers("a = np.zeros((4, 6))\nb = a[:, 1::2]\nb[1:3] = 5")
    np.testing.assert_array_equal(buffer.changed, np.flatnonzero(a))
    strips = picture("a = np.zeros((4, 6))\nb = a[:, 1::2]\nb[1:3] = 5")
    assert strips is not None
    assert strips.strips[0].changed == tuple(np.flatnonzero(a))


def test_two_names_of_one_object_share_an_arrow_and_a_copy_has_a_strip_of_its_own() -> None:
    strips = picture("a = np.arange(4)\nb = a\nc = a.copy()")
    assert strips is not None
    assert [[pointer.names for pointer in strip.pointers] for strip in strips.strips] == [[("a", "b")], [("c",)]]


def test_cells_are_as_small_as_the_smallest_element_that_looks_at_them() -> None:
    (buffer,) = buffers("z = np.zeros(3, complex)\nr = z.real\nr[1:] = 7")
    assert (buffer.itemsize, buffer.count) == (8, 6)
    np.testing.assert_array_equal(buffer.changed, [2, 4])
    (buffer,) = buffers("a = np.arange(2)\nb = a.view(np.int16)")
    assert (buffer.itemsize, buffer.count) == (2, 8)


def test_a_tensor_made_of_part_of_an_array_begins_where_that_part_begins() -> None:
    program = "a = np.arange(6.)\nt = torch.from_numpy(a[2:5])\nt += 10"
    (buffer,) = buffers(program)
    assert {array.names: array.cells.tolist() for array in buffer.arrays} == {
        ("a",): [0, 1, 2, 3, 4, 5], ("t",): [2, 3, 4],
    }  # fmt: skip
    np.testing.assert_array_equal(buffer.changed, [2, 3, 4])
    shown = explain(OwnLinesQuestion(program=program))
    (claim,) = (claim for claim in LESSON.claims(OwnLinesQuestion(program=program), shown)
                if isinstance(claim, TouchesCells))  # fmt: skip
    assert claim.start == 16


def test_of_a_long_strip_the_ends_and_the_edges_of_views_and_what_was_changed_are_drawn() -> None:
    strips = picture("a = np.arange(100_000)\nb = a[50_000:50_010]\nb[3] = 0")
    assert strips is not None
    (strip,) = strips.strips
    assert len(strip.drawn) <= 48
    assert {0, 50_000, 50_009, 99_999} <= set(strip.drawn)
    small = picture("a = np.arange(1000)\nb = a[500:510]\nb[3] = 0")
    assert small is not None
    assert small.strips[0].changed == (503,)


def test_no_memory_is_drawn_where_no_array_is_in_sight() -> None:
    assert picture("x = 3\ny = [x, 4]") is None
    assert picture("a = np.zeros((0, 3))") is None


def test_after_a_test_memory_is_as_before_it() -> None:
    program = "a = np.arange(4)\na[0] = 9\nwhile a[0] > 9:\n    a[0] -= 1"
    last, before = picture(program), picture(program, at=2)
    assert last is not None
    assert before is not None
    assert last.strips[0].pointers == before.strips[0].pointers
    assert (last.strips[0].changed, before.strips[0].changed) == ((), (0,))
