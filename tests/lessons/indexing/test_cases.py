"""Questions of learners, as this lesson is asked them: what it shows is what NumPy and PyTorch do."""

import ast
import contextlib
import warnings
from typing import Any

import numpy as np
import pytest
import torch

from primer_core.backend.interface import LIBRARIES, Library
from primer_core.claims.claim import Claim
from primer_core.claims.lookups import (
    AtWhichPlaces,
    IndexLacksAxes,
    IsTuple,
    JoinsTuples,
    LookedUp,
    OneAfterAnother,
    PutIntoGaps,
    TakenApart,
    WhichValue,
    WindowsOverlap,
)
from primer_core.claims.picking import MaskMisfit, NeverComesTo, NumberDropsAxis, PlacesNoMask, ReadTogether
from primer_core.claims.writing import FilledInOrder
from primer_core.language.execution import hear
from primer_core.lessons.answer import fold
from primer_core.lessons.event import EventError, Put
from primer_core.lessons.indexing import LESSON
from primer_core.lessons.indexing.clicks import react
from primer_core.lessons.indexing.explain import IndexDeclined, NotWritten, Read, Written, explain
from primer_core.lessons.indexing.expression import Expressed, ExpressionDeclined
from primer_core.lessons.indexing.presets import PRESETS
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.indexing.show import show
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from primer_core.picture.grid import Picture
from primer_core.picture.parts import CodePanel, Controls, Fixes, Notice
from primer_core.picture.text import plain
from tests.formulas import sentence
from tests.lessons.indexing.index_questions import ask, sure
from tests.lessons.parts import part, parts
from tests.snippets import printed_by

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

SCORES = "torch.tensor([[5, 6, 7], [8, 9, 4]])"


def typed(expression: str, array: str = "") -> IndexingQuestion:
    """Type an array and an expression into their fields."""
    question = react(IndexingQuestion(), Put({"array": array})) if array else IndexingQuestion()
    return react(question, Put({"expression": expression}))


def valued(expression: str, array: str = "") -> Expressed:
    return sure(explain(typed(expression, array)), Expressed)


def of_page(question: IndexingQuestion) -> set[Claim]:
    return set(LESSON.claims(question, explain(question)))


def test_what_was_meant_by_a_computed_index_is_offered_and_nothing_else() -> None:
    largest = sure(ask("[[3, 8, 1], [9, 2, 4]]", "a.argmax()"), IndexDeclined)
    assert [fix.puts["index"] for fix in largest.fixes] == ["np.unravel_index(a.argmax(), (2, 3))"]
    ordered = IndexingQuestion("[[5, 6, 7], [8, 9, 4]]", "a.argsort(1)")
    assert sure(mended(ordered)[0], Read).picked.result.tolist() == [[5, 6, 7], [4, 8, 9]]


def spelled(question: IndexingQuestion, target: str, flat: int) -> str:
    return sentence(part(show(question, explain(question)), Picture), target, flat)


def mended(question: IndexingQuestion) -> list[Any]:
    """Press each button that is offered, and return what comes of it."""
    found = [explain(question.with_texts(fix.puts)) for fix in part(show(question, explain(question)), Fixes).fixes]
    assert found
    return found


def test_two_lists_are_pairs_and_a_column_and_a_row_are_a_grid() -> None:
    x = "np.arange(12).reshape(3, 4)"
    assert sure(ask(x, "[0, 2], [1, 3]"), Read).picked.result.tolist() == [1, 11]
    assert ReadTogether("b", ((2,), (2,)), (2,)) in of_page(IndexingQuestion(x, "[0, 2], [1, 3]"))
    for grid in ("np.ix_([0, 2], [1, 3])", "[[0], [2]], [1, 3]"):
        assert sure(ask(x, grid), Read).picked.result.tolist() == [[1, 3], [9, 11]]
    assert valued("x[[0, 2]][:, [1, 3]]", x).results[0].shape == (2, 2)
    declined = sure(ask(x, "[0, 1, 2], [1, 3]"), IndexDeclined)
    assert declined.error == (
        "IndexError: shape mismatch: indexing arrays could not be broadcast together with shapes (3,) (2,) "
    )
    assert "np.ix_([0, 1, 2], [1, 3])" in [fix.puts["index"] for fix in declined.fixes]


def test_a_mask_does_not_broadcast_and_what_was_meant_is_offered() -> None:
    x, sums = "np.array([[1, 2], [3, 4], [5, 6]])", "a.sum(axis=1, keepdims=True) > 5"
    words = (
        "boolean index did not match indexed array along axis 1; size of axis is 2 but size of corresponding boolean "
        "axis is 1"
    )
    declined = sure(ask(x, sums), IndexDeclined)
    assert declined.error == f"IndexError: {words}"
    assert declined.fault == MaskMisfit(0, (3, 2), (3, 1))
    rows = mended(IndexingQuestion(x, sums))[0]
    assert sure(rows, Read).picked.result.tolist() == [[3, 4], [5, 6]]
    assert sure(ask(x, "a > 2"), Read).picked.result.tolist() == [3, 4, 5, 6]
    program = f"x = {x}\ns = x.sum(axis=1, keepdims=True)\nx[s > 5]"
    assert sure(explain(typed(program)), ExpressionDeclined).declined.words == words
    assert sure(mended(typed(program))[0], Expressed).results[0].tolist() == [[3, 4], [5, 6]]
    assert sure(explain(typed(program.replace("x[s > 5]", "x[s[:, 0] > 5]"))), Expressed).results[0].shape == (2, 2)


def test_gather_looks_one_place_up_and_keeps_the_others() -> None:
    column = typed("lab = torch.tensor([2, 0])\ns.gather(1, lab[:, None])", SCORES)
    assert LookedUp("b", 1, (2, 1), (2, 3)) in of_page(column)
    assert column.library == "PyTorch"
    found = sure(explain(column), Expressed)
    assert found.results[0].tolist() == [[7], [8]]
    assert spelled(column, "b", 0) == "<0> = a[0, <0>] = <2> = 7"
    assert spelled(column, "b", 1) == "<1> = a[1, <1>] = <3> = 8"
    assert valued("s.gather(0, torch.tensor([[1, 0, 1]]))", SCORES).results[0].tolist() == [[8, 6, 4]]
    assert valued("lab = torch.tensor([2, 0]); s[torch.arange(2), lab]", SCORES).results[0].tolist() == [7, 8]
    assert valued("lab = torch.tensor([2, 0]); s[:, lab]", SCORES).results[0].shape == (2, 2)
    flat = typed("lab = torch.tensor([2, 0])\ns.gather(1, lab)", SCORES)
    declined = sure(explain(flat), ExpressionDeclined)
    assert declined.declined.text == (
        "RuntimeError: Index tensor must have the same number of dimensions as input tensor"
    )
    assert IndexLacksAxes(1, 2) in of_page(flat)
    assert [[7], [8]] in [sure(one, Expressed).results[0].tolist() for one in mended(flat)]
    twin = valued("np.take_along_axis(s, s.argsort(1), axis=1)", "[[5, 6, 7], [8, 9, 4]]")
    assert twin.library == "NumPy"
    assert twin.results[0].tolist() == [[5, 6, 7], [4, 8, 9]]


def test_where_answers_at_which_coordinates_or_which_value() -> None:
    places = typed("np.where(a > 5)", "np.array([1, 6, 8])")
    found = sure(explain(places), Expressed)
    assert found.is_tuple
    assert [part.tolist() for part in found.results] == [[1, 2]]
    assert {IsTuple("b", 1, places=True), AtWhichPlaces("b", 2, 3)} <= of_page(places)
    assert valued("w = np.where(a > 5); w[0] + 1", "[1, 6, 8]").results[0].tolist() == [2, 3]
    values = typed("np.where(a > 5, a, 0)", "[1, 6, 8]")
    assert sure(explain(values), Expressed).results[0].tolist() == [0, 6, 8]
    assert WhichValue("b", 2, 3) in of_page(values)
    assert spelled(values, "b", 0) == "<0> = y, as the condition is False: 0"
    assert spelled(values, "b", 2) == "<2> = x, as the condition is True: 8"
    added = typed("w = np.where(a > 5)\nw + 1", "[1, 6, 8]")
    declined = sure(explain(added), ExpressionDeclined)
    assert declined.declined.text == 'TypeError: can only concatenate tuple (not "int") to tuple'
    assert JoinsTuples("w + 1") in of_page(added)
    assert sure(mended(added)[0], Expressed).results[0].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("line", "array", "expected"),
    [
        ("np.insert([1, 2, 3], -1, 9)", "[1, 2, 3]", [1, 2, 9, 3]),
        ("np.insert([1, 2, 3], 3, 9)", "[1, 2, 3]", [1, 2, 3, 9]),
        ("np.insert([1, 2, 3], [0, 2], [8, 9])", "[1, 2, 3]", [8, 1, 2, 9, 3]),
        ("np.insert([[1, 2], [3, 4]], 1, 9)", "[[1, 2], [3, 4]]", [1, 9, 2, 3, 4]),
        ("np.insert([[1, 2], [3, 4]], 1, 9, axis=1).tolist()", "[[1, 2], [3, 4]]", [[1, 9, 2], [3, 9, 4]]),
    ],
)
def test_insert_counts_gaps_of_the_array_as_it_was(line: str, array: str, expected: Any) -> None:
    question = typed(line)
    assert question.array == array
    assert sure(explain(question), Expressed).results[0].tolist() == expected
    assert any(isinstance(claim, PutIntoGaps) for claim in of_page(question))


def test_a_number_removes_the_axis_and_a_slice_or_a_list_keeps_it() -> None:
    a = "np.arange(6).reshape(3, 2)"
    shapes = {index: sure(ask(a, index), Read).picked.result.shape for index in (":, 0", ":, 0:1", ":, [0]")}
    assert shapes == {":, 0": (3,), ":, 0:1": (3, 1), ":, [0]": (3, 1)}
    assert NumberDropsAxis(":, 0", 0, 1, ":, 0:1", ":, [0]", (3, 1)) in of_page(IndexingQuestion(a, ":, 0"))
    assert valued("A[:, 0] @ A[:, 0].T", a).results[0] == 20
    assert valued("A[:, :1] @ A[:, :1].T", a).results[0].shape == (3, 3)


def test_windows_overlap_and_share_their_memory() -> None:
    found = valued("sliding_window_view(a, 3)", "np.arange(5)")
    assert found.results[0].tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert found.offset == 0
    assert found.strides == (8, 8)
    assert WindowsOverlap("b", 9, 5) in of_page(typed("sliding_window_view(a, 3)", "np.arange(5)"))
    assert valued("x.unfold(0, 3, 1)", "torch.arange(5)").results[0].tolist() == found.results[0].tolist()


def test_a_flat_place_is_taken_apart() -> None:
    question = typed("np.unravel_index(7, (3, 4))", "(3, 4)")
    assert [int(part) for part in sure(explain(question), Expressed).results] == [1, 3]
    assert TakenApart("b", 7, (3, 4), (1, 3)) in of_page(question)
    (a, *_) = part(show(question, explain(question)), Picture).grids
    assert a.marked is not None
    assert np.argwhere(a.marked).tolist() == [[1, 3]]


LINKED = [
    "np.where(a > 5, a, 0)", "np.take_along_axis(a, a.argsort(axis=1), axis=1)", "np.insert(a, 1, 0, axis=1)",
    "np.take(a, [2, 0], axis=1)", "a[[0, 1], [2, 0]]", "a[:, ::-1]", "a.T", "np.delete(a, 0, axis=0)", "np.roll(a, 1)",
    "sliding_window_view(a, (2, 2))", "i = a.argmax(axis=1, keepdims=True)\nnp.take_along_axis(a, i, axis=1)",
    "torch.gather(a, 0, torch.tensor([[1, 0, 1]]))", "a[a > 3]", "torch.flip(a, (0,))", "a.diagonal()",
]  # fmt: skip


@pytest.mark.parametrize("expression", LINKED)
def test_a_cell_is_linked_to_the_cell_of_a_that_stands_in_it(expression: str) -> None:
    question = typed(expression, "[[3, 9, 4], [7, 1, 8]]")
    found = sure(explain(question), Expressed)
    (source,) = [source for source in found.sources if source.name == "a"]
    cells, result = source.cells[0], found.results[0].ravel()
    linked = 0
    for value, row in zip(result, cells, strict=True):
        for cell in row[row >= 0]:
            assert found.operand.values.ravel()[cell] == value
            linked += 1
    assert linked >= np.count_nonzero(result)
    assert part(show(question, found), Picture).payload()["links"]


def test_what_a_computed_index_came_from_is_linked_to_a() -> None:
    found = valued("i = a.argsort(axis=1)\nnp.take_along_axis(a, i, axis=1)", "[[5, 6, 7], [8, 9, 4]]")
    (index,) = [source for source in found.sources if source.name == "i"]
    assert index.of_a is not None
    assert index.of_a.tolist() == [[0, 1, 2]] * 3 + [[3, 4, 5]] * 3


@pytest.mark.parametrize(
    ("expression", "to", "text"),
    [
        ("np.take_along_axis(a, a.argsort(axis=1), axis=1)", "PyTorch", "torch.take_along_dim"),
        ("torch.gather(a, 1, a.argsort(dim=1))", "NumPy", "np.take_along_axis"),
        ("np.where(a > 5)", "PyTorch", "torch.where(a > 5)"),
        ("a[:, :1] @ a[:, :1].T", "PyTorch", "a[:, :1].T"),
    ],
)
def test_an_expression_follows_the_library_with_the_same_result(expression: str, to: Library, text: str) -> None:
    question = typed(expression, "[[3, 9, 4], [7, 1, 8]]")
    if question.library == to:
        question = react(question, Put({"library": "NumPy" if to == "PyTorch" else "PyTorch"}))
    before = sure(explain(question), Expressed)
    switched = react(question, Put({"library": to}))
    assert switched.library == to
    assert text in switched.expression
    after = sure(explain(switched), Expressed)
    assert after.library == to
    for one, other in zip(before.results, after.results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_has_no_equivalent_keeps_its_library_and_says_so() -> None:
    question = typed("np.insert(a, -1, 9)", "[1, 2, 3]")
    stays, refusal = fold(LESSON, question, [Put({"library": "PyTorch"})])
    assert stays == question
    assert "np.insert" in refusal


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("np.foo(a)", "“np.foo” is not known here"),
        ("q + r", "“q” is not defined"),
        ("a[0] = 3", "changes something"),
        ("for x in a: x", "A loop is not read here"),
        ("np.ones(10**9)", "elements"),
        ("np.linalg.eig(a @ a.T)[0].astype(complex)", "dtype complex128"),
        ("a.tolist", "method"),
    ],
)
def test_an_expression_without_a_value_is_kept_and_says_why(expression: str, words: str) -> None:
    question = typed(expression, "(2, 3)")
    assert question.expression == expression
    found = sure(explain(question), Unread)
    assert found.field == "expression"
    assert words in found.message
    (field,) = [c for row in parts(show(question, found), Controls) for c in row.controls if c.field == "expression"]
    assert plain(field.problem) == found.message


def test_a_tensor_that_is_typed_brings_its_library() -> None:
    question = react(IndexingQuestion(index="0"), Put({"array": "torch.arange(6).reshape(2, 3)"}))
    assert question.library == "PyTorch"
    found = sure(explain(question), Read)
    assert found.picked.result.tolist() == torch.arange(6).reshape(2, 3)[0].tolist()
    assert "a = torch.arange(6).reshape(2, 3)" in found.code
    numpys = sure(explain(react(question, Put({"library": "NumPy"}))), Read)
    assert "torch" not in numpys.code
    assert numpys.picked.result.tolist() == [0, 1, 2]


def test_warnings_are_shown_in_the_librarys_words() -> None:
    question = typed("np.sqrt(a)[a > 1]", "[-1., 4.]")
    with warnings.catch_warnings(record=True, action="always") as caught:
        hear(lambda: caught)
        try:
            page = show(question, explain(question))
        finally:
            hear()
    said = [plain(line) for notice in parts(page, Notice) for line in notice.paragraphs]
    assert said == ["RuntimeWarning: invalid value encountered in sqrt"]


def test_another_control_waits_until_the_expression_is_emptied() -> None:
    question = typed("np.where(a > 5)", "(3, 4)")
    disabled = {
        c.field for row in parts(show(question, explain(question)), Controls) for c in row.controls if c.disabled
    }
    assert disabled == {"index", "then"}
    assert sure(explain(react(question, Put({"expression": ""}))), Read)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_what_the_code_panel_prints_can_be_typed_into_the_fields(
    preset: Preset[IndexingQuestion], library: Library
) -> None:
    question = following(preset.question, [Put({"library": library})])  # insert has no equivalent and stays
    first = explain(question)
    (panel,) = parts(show(question, first), CodePanel)
    printed_by(panel.code)
    again = following(question, _as_fields(panel.code, expressed=bool(question.expression)))
    typed_back = explain(again)
    assert type(typed_back) is type(first)
    match first, typed_back:
        case (Expressed(), Expressed()):
            assert [each.tolist() for each in typed_back.results] == [each.tolist() for each in first.results]
            assert typed_back.entry == first.entry
        case (Read(before) | Written(before) | NotWritten(before), Read(after) | Written(after) | NotWritten(after)):
            np.testing.assert_array_equal(after.cells, before.cells)
            assert after.operand.values.dtype == before.operand.values.dtype
            assert again.then == question.then
        case (IndexDeclined(), IndexDeclined()):
            assert typed_back.error == first.error
        case _:
            raise AssertionError(f"nothing is compared of {type(first).__name__}")
    if isinstance(first, Written) and isinstance(typed_back, Written):
        np.testing.assert_array_equal(typed_back.changed.a, first.changed.a)


def following(question: IndexingQuestion, events: list[Put]) -> IndexingQuestion:
    """Return the question after events, without those that cannot be followed."""
    for event in events:
        with contextlib.suppress(EventError):
            question = react(question, event)
    return question


def _as_fields(code: str, *, expressed: bool) -> list[Put]:
    """Type the statements of a panel into the fields that hold them, one after another."""
    body = [
        inner
        for node in ast.parse(code).body
        for inner in (node.body if isinstance(node, ast.Try) else [node])
        if not isinstance(inner, ast.Import | ast.ImportFrom) and not ast.unparse(inner).startswith("print(")
    ]
    puts = [Put({"array": ast.unparse(statement.value)}) for statement in body[:1] if isinstance(statement, ast.Assign)]
    if expressed:
        return [*puts, Put({"expression": "\n".join(map(ast.unparse, body[1:]))})]
    for statement in body[1:]:
        match statement:
            case ast.Assign([ast.Name("b")], ast.Subscript() as read):
                puts.append(Put({"index": ast.unparse(read), "then": "Read"}))
            case ast.Assign([ast.Subscript() as place], value):
                puts.append(Put({"index": ast.unparse(place), "then": "Assign", "value": ast.unparse(value)}))
            case ast.AugAssign(ast.Subscript() as place, _, value):
                puts.append(Put({"index": ast.unparse(place), "then": "Add in place", "value": ast.unparse(value)}))
            case ast.AugAssign(ast.Name("b"), _, value):
                puts.append(Put({"then": "Add to b", "value": ast.unparse(value)}))
    return puts


@pytest.mark.parametrize(
    ("index", "library", "told"),
    [
        ("5:2", "NumPy", NeverComesTo("5:2", 0, "5:2:-1", 3)),
        ("-1:0", "NumPy", NeverComesTo("-1:0", 0, "-1:0:-1", 7)),
        ("5:2", "PyTorch", NeverComesTo("5:2", 0, "", 0)),
        ("2:5", "NumPy", None),
        ("5:5", "NumPy", None),
        ("9:20", "NumPy", None),
    ],
)
def test_a_slice_that_never_comes_to_its_stop_is_told(index: str, library: Library, told: NeverComesTo | None) -> None:
    found = of_page(IndexingQuestion("(8,)", index, library=library))
    assert {claim for claim in found if isinstance(claim, NeverComesTo)} == ({told} if told else set())


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("a % 2", PlacesNoMask("a % 2", "(a % 2) == 1", 2)),
        ("[1, 0, 1, 1]", PlacesNoMask("[1, 0, 1, 1]", "np.array([1, 0, 1, 1]) == 1", 3)),
        ("a % 2 == 1", None),
        ("[1, 0]", None),
        ("[3, 0, 1, 1]", None),
        ("[0, 0, 0, 0]", None),
    ],
)
def test_numbers_0_and_1_are_places_and_no_mask(index: str, told: PlacesNoMask | None) -> None:
    found = of_page(IndexingQuestion("[10, 11, 12, 13]", index))
    assert {claim for claim in found if isinstance(claim, PlacesNoMask)} == ({told} if told else set())


@pytest.mark.parametrize(("value", "told"), [("[1, 2]", FilledInOrder(2, (1,), (3,))), ("7", None), ("[7]", None)])
def test_values_go_through_a_mask_in_their_order(value: str, told: FilledInOrder | None) -> None:
    found = of_page(IndexingQuestion("[5, 0, 7, 0]", "a == 0", "Assign", value))
    assert {claim for claim in found if isinstance(claim, FilledInOrder)} == ({told} if told else set())


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("a[1][2]", OneAfterAnother("a[1]", (4,), "2", "a[1, 2]", (), same=True)),
        ("a[:2][1]", OneAfterAnother("a[:2]", (2, 4), "1", "a[:2, 1]", (2,), same=False)),
        ("a[:][0]", OneAfterAnother("a[:]", (3, 4), "0", "a[:, 0]", (3,), same=False)),
        ("a[1, 2]", None),
        ("a[0, :][1]", None),
    ],
)
def test_two_pairs_of_brackets_work_one_after_another(expression: str, told: OneAfterAnother | None) -> None:
    found = of_page(IndexingQuestion("(3, 4)", expression=expression))
    assert {claim for claim in found if isinstance(claim, OneAfterAnother)} == ({told} if told else set())
