"""Questions of learners, as this lesson is asked them: what it shows is what NumPy and PyTorch do."""

from typing import Any

import numpy as np
import pytest
import torch

from primer_core.backend.interface import LIBRARIES, Library
from primer_core.claims.claim import Claim
from primer_core.claims.products import (
    CannotPair,
    CellByCell,
    DotKeepsAll,
    HasProduct,
    LentAnAxis,
    Repeated,
    SumsOfProducts,
)
from primer_core.lessons.lesson import Preset
from primer_core.lessons.matmul.claims import claims_of
from primer_core.lessons.matmul.explain import Mismatch, Product, explain
from primer_core.lessons.matmul.presets import PRESETS
from primer_core.lessons.matmul.question import NAMES, MatmulQuestion
from primer_core.lessons.matmul.show import show
from primer_core.picture.parts import CodePanel, Notice
from primer_core.picture.text import plain
from tests.lessons.parts import parts
from tests.snippets import assigned_in


def product(a: str, b: str) -> Product:
    found = explain(MatmulQuestion(a, b))
    assert isinstance(found, Product)
    return found


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("np.arange(6).reshape(3, 2)", "np.array([[10], [1]])", [[1], [23], [45]]),
        ("[[1, 2], [3, 4]]", "np.eye(2)", [[1, 2], [3, 4]]),
        ("[1, 2, 3]", "a", 14),
        ("[[1, 2, 3]]", "[1, 2, 3]", [14]),
        ("[[1, 2, 3]]", "a.T", [[14]]),
    ],
)
def test_a_row_meets_a_column(a: str, b: str, expected: Any) -> None:
    found = product(a, b)
    np.testing.assert_array_equal(found.result, expected)
    assert found.shape == np.shape(expected)


def test_a_vector_leaves_no_axis_behind() -> None:
    assert product("np.ones((4, 3))", "[1, 2, 3]").shape == (4,)
    assert product("[1, 2, 3]", "np.ones((3, 2))").shape == (2,)


def test_two_rows_have_no_product_and_dot_says_so_too() -> None:
    question = MatmulQuestion("[[1, 2, 3]]", "a")
    found = explain(question)
    assert isinstance(found, Mismatch)
    words = "ValueError: shapes (1,3) and (1,3) not aligned: 3 (dim 1) != 1 (dim 0)"
    told = [plain(line) for notice in parts(show(question, found), Notice) for line in notice.paragraphs]
    assert words in told
    asked = MatmulQuestion("[[1, 2, 3]]", "a", library="PyTorch")
    told = [plain(line) for notice in parts(show(asked, explain(asked)), Notice) for line in notice.paragraphs]
    with pytest.raises(RuntimeError, match="cannot be multiplied") as declined:
        _ = torch.ones(1, 3) @ torch.ones(1, 3)
    assert told == [f"RuntimeError: {declined.value}"]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_what_the_code_panel_prints_can_be_typed_into_the_fields(
    preset: Preset[MatmulQuestion], library: Library
) -> None:
    question = MatmulQuestion(preset.question.a, preset.question.b, library)
    first = explain(question)
    code = next(panel.code for panel in parts(show(question, first), CodePanel))
    typed = {name: text for name, text in assigned_in(code.partition("\n\na = torch")[0]).items() if name in NAMES}
    again = explain(MatmulQuestion.parse({**question.texts(), **typed})[0])
    assert isinstance(first, Product | Mismatch)
    assert isinstance(again, Product | Mismatch)
    for before, after in zip(first.operands, again.operands, strict=True):
        np.testing.assert_array_equal(after.values, before.values)
        assert after.values.dtype == before.values.dtype


@pytest.mark.parametrize(
    ("title", "insight"),
    [
        ("@ is not *", CellByCell(None)),
        ("Matrix @ matrix", SumsOfProducts(3)),
        ("Batches broadcast", Repeated((2, 3), (("a", (-3,)), ("b", (-4,))))),
        ("Batches broadcast", DotKeepsAll((2, 1, 2, 3, 2))),
        ("Matrix @ vector", LentAnAxis("b", 3, "column")),
        ("Two rows", CannotPair(3, 1, (False, False))),
        ("Inner sizes differ", HasProduct("transpose b", "a @ b.T", (2, 2))),
    ],
)
def test_an_example_ends_in_its_insight(title: str, insight: Claim) -> None:
    (question,) = [preset.question for preset in PRESETS if preset.title == title]
    assert insight in claims_of(question, explain(question))


def test_one_vector_for_each_matrix_and_every_pair_are_offered_with_what_they_mean() -> None:
    """Seven matrices and seven vectors: one each, or every matrix with every vector."""
    question = MatmulQuestion("(7, 5, 4)", "(7, 4)")
    fixes = [claim for claim in claims_of(question, explain(question)) if isinstance(claim, HasProduct)]
    assert HasProduct("a column each", "a @ b[:, :, None]", (7, 5, 1)) in fixes
    assert HasProduct("transpose b", "a @ b.T", (7, 5, 7)) in fixes
