"""Whether a view of another shape is given, and why not, against the libraries themselves."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given

from primer_core.backend import Library
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import Ran, Stopped, run_program
from primer_core.lessons.views.refused_view import (
    GivenWay,
    RefusedWay,
    Viewing,
    explain_viewing,
    read_wish,
    viewing_code,
)
from tests.lessons.views.programs import Draft, drafts
from tests.profiles import examples
from tests.snippets import printed_by

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def viewed(base: str, operation: str, shape: str, library: Library = "PyTorch") -> Viewing:
    found = explain_viewing(base, operation, shape, library)
    assert isinstance(found, Viewing), found
    return found


@examples(500)
@given(drafts())
def test_a_view_is_predicted_exactly_where_the_library_gives_it(asked: Draft) -> None:
    first = run_program(asked.base, asked.b, library=asked.library)
    assume(isinstance(first, Ran) and first.before.called("b").values.ndim)
    assert isinstance(first, Ran)
    size = first.before.called("b").values.size
    found = viewed(asked.base, asked.b, str(asked.chance.choice(wishes(size))), asked.library)
    assert found.allowed == (not any(pair.refuses for pair in found.pairs))
    assert isinstance(found.in_order, GivenWay)
    assert isinstance(found.reshaped, GivenWay)
    if size:
        assert found.reshaped.shares == found.allowed
        assert (found.reshaped.copied == 0) == found.allowed


def wishes(size: int) -> list[tuple[int, ...]]:
    """Every shape of two or three axes, and flat, with so many cells."""
    cuts = [n for n in range(1, size + 1) if size % n == 0] or [1]
    return [
        (size,),
        *((n, size // n) for n in cuts),
        *((n, m, size // n // m) for n in cuts for m in cuts if size % (n * m) == 0),
    ]


@pytest.mark.parametrize(
    "preset", [one for one in PRESETS if one.question.view == "Refused views"], ids=lambda one: one.title
)
def test_the_snippet_prints_what_each_way_gave(preset: Any) -> None:
    question = preset.question
    found = viewed(question.a, question.b, question.to, question.library)
    lines = printed_by(viewing_code(found)).splitlines()
    for way in found.ways:
        assert (way.words if isinstance(way, RefusedWay) else str(way.shares)) in lines


def test_a_wish_may_leave_one_size_open() -> None:
    assert read_wish("2, -1") == (2, -1)
    assert read_wish("12") == (12,)
    assert viewed("(3, 4)", "a", "2, -1").allowed
    wrong = viewed("(3, 4)", "a.T", "(5,)")
    assert all(isinstance(way, RefusedWay) and "invalid for input of size 12" in way.words for way in wrong.ways)


def test_a_pair_is_compared_by_its_strides() -> None:
    (pair,) = viewed("(3, 4)", "a.T", "(12,)").pairs
    assert (pair.stride, pair.size, pair.next_stride, pair.needed) == (1, 3, 4, 12)
    assert pair.refuses
    with pytest.raises(RuntimeError):
        torch.arange(12).reshape(3, 4).T.view(12)


def test_an_empty_field_b_stands_for_the_base() -> None:
    made = viewed("(3, 4)", " ", "(12,)").program.before.called("b")
    np.testing.assert_array_equal(made.values, np.arange(1, 13).reshape(3, 4))


@pytest.mark.parametrize(
    ("base", "operation", "shape", "field"),
    [("nonsense", "a", "(12,)", "a"), ("(3, 4)", "a.explode()", "(12,)", "b"), ("(3, 4)", "a[0, 0]", "(1,)", "b"),
     ("(3, 4)", "torch.from_numpy(a)", "(12,)", "b"), ("(3, 4)", "a", "wide", "to"), ("(3, 4)", "a", "", "to")],
)  # fmt: skip
def test_what_cannot_be_tried_is_named_with_its_field(base: str, operation: str, shape: str, field: str) -> None:
    found = explain_viewing(base, operation, shape, "NumPy")
    assert isinstance(found, Unread)
    assert found.field == field


def test_an_array_that_the_library_refuses_to_make_stops_the_trial() -> None:
    assert isinstance(explain_viewing("(3, 4)", "a[9]", "(4,)", "NumPy"), Stopped)
