"""What one field for an array takes, all take: they read one language."""

from typing import Any

import pytest

from primer_core.backend.loading import load_torch
from primer_core.lessons.answer import page
from primer_core.picture.parts import Control, Controls
from tests.lessons.parts import parts
from ui.catalog import LESSONS_BY_SLUG

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is shown by pages, and caught by the process that answers."""

FIELDS: dict[tuple[str, str], dict[str, str]] = {
    ("broadcasting", "a"): {"b": "1"},
    ("broadcasting", "b"): {"a": "1"},
    ("matmul", "a"): {"b": "a.T"},
    ("einsum", "a"): {"subscripts": "...->...", "b": ""},
    ("reductions", "array"): {"axis": "0"},
    ("indexing", "array"): {"index": "..."},
    ("views", "a"): {"b": "a"},
    ("shapes", "x"): {"steps": "reshape(-1)"},
    ("arrays", "make"): {},
}
"""Each field by its lesson, and what the other fields hold meanwhile."""

ARRAYS = (
    "np.array([[1, 2], [3, 4]])", "np.arange(6).reshape(2, 3)", "np.ones((2, 3))", "torch.zeros(4, 5)",
    "[[1, 2], [3, 4]]", "[True, False]", "[[1 2] [3 4]]", "array([[1., 2.], [3., 4.]])", "tensor([[1, 2], [3, 4]])",
    "x = np.eye(3)", "import numpy as np; np.full((2, 2), 7)", "np.zeros((2, 3), dtype=np.float32)",
    "np.linspace(0, 1, 5)",
    "np.arange(6).reshape(2, 3).T", "np.arange(12).reshape(3, 4)[:, ::2]", "np.concatenate([np.ones(2), np.zeros(2)])",
    "torch.arange(6).reshape(2, 3)", "torch.tensor([[1., 2.]])", "torch.ones(2, 3) * 2", "torch.eye(3).t()",
    "np.array([[1, 2], [3, 4]]) @ np.array([[1], [2]])", "np.random.default_rng(0).integers(0, 9, (2, 3))",
    "np.sqrt([1, 4, 9])", "-np.arange(3)", "np.arange(6).reshape(2, 3) > 2", "np.where([1, 0], 2, 3)",
)  # fmt: skip

SHAPES = ("(2, 3)", "2, 3", "4x3", "4 × 3")
"""They stand for an array where one is asked for, and not where the question is how an array is made."""

NO_ARRAYS = ("nonsense", "np.nonsense(3)", "open('x')", "[1, 2", "lambda: 0", "np.load('x')")


def problem(slug: str, parameter: str, texts: dict[str, str]) -> Any:
    """Return what stands at the field then; empty where it was read."""
    load_torch()
    lesson = LESSONS_BY_SLUG[slug]
    question, problems = lesson.question.parse(texts)
    assert not problems
    controls = [control for group in parts(page(lesson, question), Controls) for control in group.controls]
    (found,) = [control for control in controls if isinstance(control, Control) and control.field == parameter]
    return found.problem


@pytest.mark.parametrize("text", ARRAYS)
@pytest.mark.parametrize("field", FIELDS, ids=" ".join)
def test_what_makes_an_array_is_taken_by_every_field_for_an_array(field: tuple[str, str], text: str) -> None:
    slug, parameter = field
    assert problem(slug, parameter, {**FIELDS[field], parameter: text}) == ()


@pytest.mark.parametrize("text", SHAPES)
@pytest.mark.parametrize("field", [field for field in FIELDS if field[0] != "arrays"], ids=" ".join)
def test_a_shape_stands_for_an_array(field: tuple[str, str], text: str) -> None:
    slug, parameter = field
    assert problem(slug, parameter, {**FIELDS[field], parameter: text}) == ()


@pytest.mark.parametrize("text", NO_ARRAYS)
@pytest.mark.parametrize("field", FIELDS, ids=" ".join)
def test_what_makes_none_is_told_at_the_field(field: tuple[str, str], text: str) -> None:
    slug, parameter = field
    assert problem(slug, parameter, {**FIELDS[field], parameter: text}) != ()
