"""Questions of learners, as this lesson is asked them: what it shows is what NumPy does."""

import numpy as np
import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import NeitherHoldsAll, QuotientIsFloat
from primer_core.claims.fixes import NothingRearranged, Rearranged
from primer_core.claims.storing import NeverGrows
from primer_core.claims.stretching import CannotMeet, EveryPair, FitsEitherAxis, NotTheMatrixProduct, ReadStretched
from primer_core.lessons.broadcasting.claims import claims_of
from primer_core.lessons.broadcasting.explain import Broadcast, Clash, NotStored, explain
from primer_core.lessons.broadcasting.presets import PRESETS
from primer_core.lessons.broadcasting.question import NAMES, BroadcastingQuestion, OperationName
from primer_core.lessons.broadcasting.show import show
from primer_core.lessons.lesson import Preset
from primer_core.picture.parts import CodePanel, Fixes, Notice
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.snippets import assigned_in, printed_by


def test_a_column_can_be_added_to_a_vector_but_not_into_it() -> None:
    question = BroadcastingQuestion("np.array([1., 2., 3.])", "add", "np.array([[10.], [20.], [30.]])", inplace=True)
    kept_out = explain(question)
    assert isinstance(kept_out, NotStored)
    assert kept_out.shape == (3, 3)
    assert kept_out.declined.words == (
        "non-broadcastable output operand with shape (3,) doesn't match the broadcast shape (3,3)"
    )
    assert printed_by(kept_out.code).strip() == kept_out.declined.words
    (fix,) = part(show(question, kept_out), Fixes).fixes
    made = explain(BroadcastingQuestion.parse({**question.texts(), **fix.puts})[0])
    assert isinstance(made, Broadcast)
    assert made.shape == (3, 3)


@pytest.mark.parametrize(
    ("a", "b", "mended"),
    [
        ("np.ones((2, 3))", "np.ones(2)", ("a", "b[:, None]")),
        ("np.ones(2)", "np.ones((2, 3))", None),
        ("np.ones(2)", "np.ones(3)", None),
        ("[1, 2]", "[0.5, 0.5, 0.5]", None),
        ("np.broadcast_to(1.0, (2,))", "np.ones(3)", None),
    ],
)
def test_shapes_that_clash_in_place_are_told_of_the_line_that_was_asked_for(
    a: str, b: str, mended: tuple[str, str] | None
) -> None:
    question = BroadcastingQuestion(a, "add", b, inplace=True)
    clash = explain(question)
    assert isinstance(clash, Clash)
    assert "a += b" in clash.code
    assert "y =" not in clash.code
    assert printed_by(clash.code).rstrip("\n") == clash.declined.words
    fixes = [fix for each in parts(show(question, clash), Fixes) for fix in each.fixes]
    assert bool(fixes) is (mended is not None)
    for fix in fixes:
        made = explain(BroadcastingQuestion.parse({**question.texts(), **fix.puts})[0])
        assert isinstance(made, Broadcast)
        assert made.inplace


def test_whole_numbers_do_not_become_floats_in_place() -> None:
    question = BroadcastingQuestion("[1, 2, 3]", "add", "0.5", inplace=True)
    kept_out = explain(question)
    assert isinstance(kept_out, NotStored)
    assert kept_out.declined.kind == "UFuncTypeError" or "cast" in kept_out.declined.words
    for fix in part(show(question, kept_out), Fixes).fixes:
        made = explain(BroadcastingQuestion.parse({**question.texts(), **fix.puts})[0])
        assert isinstance(made, Broadcast)
        np.testing.assert_array_equal(made.result, [1.5, 2.5, 3.5])


def test_what_is_a_stretched_view_is_not_written_into() -> None:
    question = BroadcastingQuestion("np.broadcast_to([1, 2, 3], (2, 3))", "add", "1", inplace=True)
    kept_out = explain(question)
    assert isinstance(kept_out, NotStored)
    assert "read-only" in kept_out.declined.words
    for fix in part(show(question, kept_out), Fixes).fixes:
        assert isinstance(explain(BroadcastingQuestion.parse({**question.texts(), **fix.puts})[0]), Broadcast)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("a.sum(axis=1)", [[0.25, 0.375], [0.5, 0.75]]),
        ("a.sum(axis=1, keepdims=True)", [[0.25, 0.75], [0.25, 0.75]]),
    ],
)
def test_row_sums_line_up_with_columns_unless_the_axis_is_kept(by: str, expected: list[list[float]]) -> None:
    met = explain(BroadcastingQuestion("[[1., 3.], [2., 6.]]", "divide", by))
    assert isinstance(met, Broadcast)
    np.testing.assert_array_equal(met.result, expected)


def test_row_sums_of_a_table_that_is_not_square_clash() -> None:
    clash = explain(BroadcastingQuestion("np.ones((2, 3))", "divide", "a.sum(axis=1)"))
    assert isinstance(clash, Clash)
    assert clash.declined.words == "operands could not be broadcast together with shapes (2,3) (2,) "


def test_cells_multiplied_are_no_matrix_product() -> None:
    clash = explain(BroadcastingQuestion("np.arange(6).reshape(3, 2)", "multiply", "np.array([[10], [1]])"))
    assert isinstance(clash, Clash)
    assert clash.declined.words == "operands could not be broadcast together with shapes (3,2) (2,1) "
    diagonal = explain(BroadcastingQuestion("[[1, 2], [3, 4]]", "multiply", "np.eye(2)"))
    assert isinstance(diagonal, Broadcast)
    np.testing.assert_array_equal(diagonal.result, [[1, 0], [0, 4]])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_what_the_code_panel_prints_can_be_typed_into_the_fields(preset: Preset[BroadcastingQuestion]) -> None:
    first = explain(preset.question)
    (panel,) = parts(show(preset.question, first), CodePanel)
    typed = {name: text for name, text in assigned_in(panel.code).items() if name in NAMES}
    again = explain(BroadcastingQuestion.parse({**preset.question.texts(), **typed})[0])
    assert type(again) is type(first)
    assert isinstance(first, Broadcast | Clash | NotStored)
    assert isinstance(again, Broadcast | Clash | NotStored)
    for before, after in zip(first.operands, again.operands, strict=True):
        np.testing.assert_array_equal(after.values, before.values)
        assert after.values.dtype == before.values.dtype


@pytest.mark.usefixtures("heard")
def test_warnings_of_numpy_are_shown_in_its_words() -> None:
    question = BroadcastingQuestion("[1, 0]", "divide", "[0, 0]")
    page = show(question, explain(question))
    told = [plain(line) for notice in parts(page, Notice) for line in notice.paragraphs]
    assert "RuntimeWarning: divide by zero encountered in divide" in "\n".join(told)
    assert "RuntimeWarning: invalid value encountered in divide" in "\n".join(told)


@pytest.mark.usefixtures("heard")
def test_what_pytorch_warns_of_is_not_laid_to_numpy() -> None:
    question = BroadcastingQuestion("torch.ones(2, 3, 4).T", "add", "1")
    titles = [notice.title for notice in parts(show(question, explain(question)), Notice) if notice.tone == "warning"]
    assert titles
    assert not any("NumPy" in title for title in titles)


def test_what_wraps_around_does_not_with_what_is_advised() -> None:
    texts = ("np.array([100, 27], dtype=np.int8)", "np.array([100, 1], dtype=np.int8)")
    question = BroadcastingQuestion(texts[0], "add", texts[1])
    wraps = explain(question)
    assert isinstance(wraps, Broadcast)
    assert wraps.overflowed
    told = "".join(plain(line) for notice in parts(show(question, wraps), Notice) for line in notice.paragraphs)
    assert "int8" in told
    assert ".astype(float)" in told
    advised = explain(BroadcastingQuestion(texts[0] + ".astype(float)", "add", texts[1]))
    assert isinstance(advised, Broadcast)
    assert not advised.overflowed
    np.testing.assert_array_equal(advised.result, [200, 28])


@pytest.mark.parametrize(
    ("title", "insight"),
    [
        ("(N, 1) against (N,)", EveryPair("b", "a", 4, (2.5, 0.0))),
        ("÷ row sums, lined up wrong", FitsEitherAxis("a", "b", 2)),
        ("* is not @", NotTheMatrixProduct("a", "b", (3, 1))),
        ("a += b cannot grow", NeverGrows("a += b", "a", (3,), (3, 3))),
        ("Shapes that clash", CannotMeet(-1, (("a", 3), ("b", 4)))),
        ("Shapes that clash", Rearranged("b", "[:, None]", (4, 3))),
        ("Outer sum", ReadStretched("b", (3,), (-2,), ((-2, 4),))),
        ("÷ row sums, keepdims", ReadStretched("b", (2, 1), (), ((-1, 2),))),
    ],
)
def test_an_example_ends_in_its_insight(title: str, insight: Claim) -> None:
    (question,) = [preset.question for preset in PRESETS if preset.title == title]
    assert insight in claims_of(question, explain(question))


def said_of(a: str, op: OperationName, b: str) -> tuple[Claim, ...]:
    question = BroadcastingQuestion(a, op, b)
    return claims_of(question, explain(question))


def test_what_another_operand_is_made_of_is_not_moved_to_make_them_meet() -> None:
    question = BroadcastingQuestion("(5, 3)", "subtract", "a.mean(axis=1)")
    clash = explain(question)
    assert isinstance(clash, Clash)
    assert [fix.name + fix.change for fix in clash.fixes] == ["b[:, None]"]
    (fix,) = part(show(question, clash), Fixes).fixes
    made = explain(BroadcastingQuestion.parse({**question.texts(), **fix.puts})[0])
    assert isinstance(made, Broadcast)
    assert made.shape == (5, 3)
    (only,) = [claim for claim in claims_of(question, clash) if isinstance(claim, Rearranged | NothingRearranged)]
    assert only == Rearranged("b", "[:, None]", (5, 3))


@pytest.mark.parametrize(
    ("dtypes", "result"),
    [
        (("int64", "uint64"), "float64"),
        (("uint8", "int8"), "int16"),
        (("int32", "float32"), "float64"),
        (("int16", "float16"), "float32"),
        (("uint8", "int16"), None),
        (("int8", "float16"), None),
        (("float32", "float64"), None),
    ],
)
def test_two_dtypes_make_a_third_where_neither_holds_the_numbers_of_the_other(
    dtypes: tuple[str, str], result: str | None
) -> None:
    said = said_of(f"np.ones(2, dtype=np.{dtypes[0]})", "add", f"np.ones(2, dtype=np.{dtypes[1]})")
    found = [claim for claim in said if isinstance(claim, NeitherHoldsAll)]
    assert found == ([] if result is None else [NeitherHoldsAll(dtypes, result)])


@pytest.mark.parametrize(
    ("a", "op", "b", "told"),
    [
        ("[10, 20]", "divide", "2", True),
        ("[10, 20]", "divide", "[5, 5]", True),
        ("[10, 20]", "divide", "0.5", False),
        ("[10., 20.]", "divide", "2", False),
        ("[10, 20]", "multiply", "2", False),
        ("[True, False]", "divide", "[True, True]", False),
    ],
)
def test_a_quotient_of_whole_numbers_is_told_to_be_a_float(a: str, op: OperationName, b: str, told: bool) -> None:
    found = [claim for claim in said_of(a, op, b) if isinstance(claim, QuotientIsFloat)]
    assert [claim.result for claim in found] == ([("y", "float64")] if told else [])
