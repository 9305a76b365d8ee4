import tracemalloc
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from primer_core.language.operand import stand_in
from primer_core.lessons.alignment import axis_rule
from primer_core.lessons.broadcasting.explain import (
    OPERATIONS,
    Broadcast,
    Clash,
    NotStored,
    Outcome,
    TooLarge,
    Unsupported,
    explain,
)
from primer_core.lessons.broadcasting.presets import PRESETS
from primer_core.lessons.broadcasting.question import NAMES, BroadcastingQuestion, Loss, OperationName
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

LOSSES: list[Loss] = ["y.sum()", "y.mean()", "1, 2, 3, …"]


def asked(texts: Sequence[str], operation: OperationName = "add", of: Loss = "y.sum()") -> Outcome:
    """Ask what comes of operands."""
    a, b, c = (*texts, "")[:3]
    return explain(BroadcastingQuestion(a=a, op=operation, b=b, c=c, of=of))


def met(texts: Sequence[str], operation: OperationName = "add", of: Loss = "y.sum()") -> Broadcast:
    """Ask what comes of operands that meet; others are no example."""
    outcome = asked(texts, operation, of)
    if not isinstance(outcome, Broadcast):
        reject()
    return outcome


operations = st.sampled_from(list(OPERATIONS))
shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def friendly_shapes(draw: st.DrawFn, least: int = 2, smallest: int = 0) -> list[tuple[int, ...]]:
    """Shapes cut out of one shape and partly flattened to 1, so that they meet most of the time."""
    whole = draw(st.lists(st.integers(smallest, 4), max_size=4))
    many = draw(st.integers(least, 3))
    found = []
    for _ in range(many):
        cut = whole[draw(st.integers(0, len(whole))) :]
        found.append(tuple(draw(st.sampled_from([size, size, 1])) for size in cut))
    return found


def numpys_answer(shapes: list[tuple[int, ...]], operation: OperationName) -> tuple[int, ...] | str:
    ufunc = OPERATIONS[operation].ufunc
    try:
        result = np.ones(shapes[0])
        for shape in shapes[1:]:
            result = ufunc(result, np.ones(shape))
    except ValueError as error:
        return str(error)
    return result.shape


@examples(600)
@given(st.one_of(friendly_shapes(), st.lists(shapes, min_size=2, max_size=3)), operations)
def test_shape_or_error_is_numpys(shapes: list[tuple[int, ...]], operation: OperationName) -> None:
    expected = numpys_answer(shapes, operation)
    outcome = asked([str(shape) for shape in shapes], operation)
    assert isinstance(outcome, Broadcast | Clash)
    assert (outcome.declined.words if isinstance(outcome, Clash) else outcome.result.shape) == expected


@examples(600)
@given(friendly_shapes(), operations)
def test_every_cell_is_recomputed_from_its_sources(shapes: list[tuple[int, ...]], operation: OperationName) -> None:
    explained = met([str(shape) for shape in shapes], operation)
    for flat, value in enumerate(explained.result.ravel()):
        terms = [
            operand.values.ravel()[stretched.sources[flat]]
            for operand, stretched in zip(explained.operands, explained.stretched, strict=True)
        ]
        total = terms[0]
        for term in terms[1:]:
            total = OPERATIONS[operation].ufunc(total, term)
        assert total == value


@examples(500)
@given(friendly_shapes())
def test_what_is_stretched_is_numpys_view_and_owns_each_element_once(shapes: list[tuple[int, ...]]) -> None:
    explained = met([str(shape) for shape in shapes])
    for operand, stretched in zip(explained.operands, explained.stretched, strict=True):
        assert stretched.view.strides == np.broadcast_to(operand.values, explained.shape).strides
        if not stretched.view.size:
            assert stretched.saved == 0
            continue
        assert np.shares_memory(stretched.view, operand.values)
        assert stretched.saved == np.array(stretched.view).nbytes - operand.values.nbytes
        solid = stretched.view[~stretched.ghost]
        np.testing.assert_array_equal(np.sort(solid), np.sort(operand.values.ravel()))


@examples(500)
@given(friendly_shapes(smallest=1), operations, st.sampled_from(LOSSES))
def test_gradients_are_autograds(shapes: list[tuple[int, ...]], operation: OperationName, of: Loss) -> None:
    explained = met([str(shape) for shape in shapes], operation, of)
    leaves = [torch.tensor(operand.values, dtype=torch.float64, requires_grad=True) for operand in explained.operands]
    result = leaves[0]
    for leaf in leaves[1:]:
        result = getattr(torch, {"divide": "div"}.get(operation, operation))(result, leaf)
    reaching = {
        "y.sum()": torch.ones_like(result),
        "y.mean()": torch.full_like(result, 1 / result.numel()),
        "1, 2, 3, …": torch.arange(1, result.numel() + 1, dtype=torch.float64).reshape(result.shape),
    }[of]
    expected = torch.autograd.grad(result, leaves, reaching)
    for gradient, stretched in zip(expected, explained.stretched, strict=True):
        assert stretched.gradient.shape == tuple(gradient.shape)
        np.testing.assert_allclose(stretched.gradient, gradient.numpy(), rtol=1e-12, atol=1e-15)


@examples(500)
@given(st.lists(shapes, min_size=2, max_size=3), operations)
def test_every_fix_works(shapes: list[tuple[int, ...]], operation: OperationName) -> None:
    explained = asked([str(shape) for shape in shapes], operation)
    assume(isinstance(explained, Clash))
    assert isinstance(explained, Clash)
    for fix in explained.fixes:
        fixed = asked(fix.texts, operation)
        assert isinstance(fixed, Broadcast | TooLarge)
        assert fixed.shape == fix.shape
        changed = [before.text != after for before, after in zip(explained.operands, fix.texts, strict=True)]
        assert sum(changed) == 1
        assert fix.name == NAMES[changed.index(True)]


def test_two_that_differ_in_one_axis_can_always_be_brought_together() -> None:
    explained = asked(["(4, 3)", "(4,)"])
    assert isinstance(explained, Clash)
    assert [fix.name + fix.change for fix in explained.fixes] == ["b[:, None]", "a.T"]
    apart = asked(["(2, 3)", "(4, 5)"])
    assert isinstance(apart, Clash)
    assert apart.fixes[0].shape == (2, 3, 4, 5)


def test_the_rule_names_what_happens_along_each_axis() -> None:
    rule = axis_rule([(4, 3, 1), (3, 2), (5, 3, 2)])
    assert [axis.axis for axis in rule] == [-3, -2, -1]
    assert [axis.verdict for axis in rule] == ["clash", "equal", "stretched"]
    assert rule[0].sizes == (4, None, 5)
    assert rule[2].stretched == (0,)
    assert axis_rule([(), ()]) == ()


def test_a_vector_is_added_to_each_row_of_a_matrix() -> None:
    explained = explain(BroadcastingQuestion())
    assert isinstance(explained, Broadcast)
    assert explained.result.tolist() == [[2, 2, 4], [5, 5, 7], [8, 8, 10], [11, 11, 13]]
    vector = explained.stretched[1]
    assert vector.view.strides == (0, 8)
    assert vector.saved == 72
    assert vector.axes == (0,)
    assert vector.gradient.tolist() == [4, 4, 4]


def test_a_column_against_a_vector_is_called_a_trap_with_its_two_losses() -> None:
    explained = met(["[[1], [2], [4]]", "[1, 2, 3]"], "subtract")
    grid = np.array([[1], [2], [4]]) - np.array([1, 2, 3])
    assert explained.trap is not None
    assert explained.trap.n == 3
    assert explained.trap.losses == (np.mean(grid**2), 1 / 3)
    added = met(["[[1], [2], [4]]", "[1, 2, 3]"], "add")
    assert added.trap is not None
    assert added.trap.losses is None, "only a difference is squared to a loss"
    for texts in (["(3,)", "(3,)"], ["(3, 1)", "(3, 1)"], ["(1, 1)", "(1,)"], ["(3, 1)", "(4,)"]):
        assert met(texts).trap is None


def test_huge_shapes_are_judged_without_being_allocated() -> None:
    tracemalloc.start()
    large = asked(["(10**9, 10**9)", "(10**9, 1)"])
    clashing = asked(["(10**9, 10**9)", "(3,)"], "divide")
    beyond = asked(["(10**9, 1, 1)", "(10**9, 1)", "(10**9,)"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert isinstance(large, TooLarge)
    assert large.shape == (10**9, 10**9)
    assert large.largest == 10**18
    with pytest.raises(ValueError, match="could not be broadcast") as error:
        np.divide(stand_in((10**9, 10**9)), stand_in((3,)))
    assert isinstance(clashing, Clash)
    assert clashing.declined.words == str(error.value)
    assert isinstance(beyond, TooLarge)


def test_an_operand_that_cannot_be_read_is_named() -> None:
    explained = asked(["(4, 3)", "(4, 3"])
    assert isinstance(explained, Unread)
    assert explained.field == "b"
    assert "(4, 3" in explained.message


def test_later_operands_may_speak_of_earlier_ones() -> None:
    explained = met(["(3, 4, 4)", "a.mean((1, 2), keepdims=True)"], "subtract")
    np.testing.assert_allclose(explained.result.mean(axis=(1, 2)), 0, atol=1e-12)


def test_dividing_by_zero_is_numpys_infinity_not_a_warning() -> None:
    explained = met(["[1, 0]", "0"], "divide")
    assert explained.result[0] == np.inf
    assert np.isnan(explained.result[1])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
@pytest.mark.parametrize("of", LOSSES)
def test_the_snippets_print_what_the_page_shows(preset: Preset[BroadcastingQuestion], of: Loss) -> None:
    explained = explain(replace(preset.question, of=of))
    assert isinstance(explained, Broadcast | Clash | NotStored)
    assert printed_by(explained.code) == shown(explained)
    if isinstance(explained, Broadcast):
        printed, names = run_snippet(explained.backward_code)
        for name, stretched in zip(NAMES, explained.stretched, strict=False):
            gradient = names[name].grad
            assert str(gradient) in printed
            np.testing.assert_allclose(gradient.numpy(), stretched.gradient, rtol=1e-12)


def shown(explained: Broadcast | Clash | NotStored) -> str:
    """What the page shows of it: the error, or the result and the strides of every stretched operand."""
    if isinstance(explained, Clash):
        return f"{explained.declined.words}\n"
    if isinstance(explained, NotStored):
        return f"{explained.declined.words}\n"
    if explained.inplace:
        return f"{explained.result}\n"
    strides = [
        f"{stretched.view.strides}\n"
        for operand, stretched in zip(explained.operands, explained.stretched, strict=True)
        if operand.shape != explained.shape
    ]
    return f"{explained.result}\n{''.join(strides)}"


@examples(500)
@given(st.lists(shapes, min_size=2, max_size=3), operations)
def test_snippets_of_any_shapes_print_what_the_page_shows(
    shapes: list[tuple[int, ...]], operation: OperationName
) -> None:
    explained = asked([str(shape) for shape in shapes], operation)
    assert isinstance(explained, Broadcast | Clash)
    assert printed_by(explained.code) == shown(explained)


@pytest.mark.parametrize(
    ("a", "b", "operation", "overflows"),
    [
        ("[9223372036854775807]", "[0, 1]", "add", True),
        ("[9223372036854775807]", "[0, -1]", "add", False),
        ("[-9223372036854775807]", "[2, 1]", "subtract", True),
        ("[4294967296]", "[2147483647]", "multiply", False),
        ("[4294967296]", "[2147483648]", "multiply", True),
        ("[9223372036854775807]", "[1.0]", "add", False),
        ("[9223372036854775807]", "[2]", "divide", False),
    ],
)
def test_whole_numbers_that_wrap_around_are_noticed(a: str, b: str, operation: OperationName, overflows: bool) -> None:
    assert met([a, b], operation).overflowed is overflows


@pytest.mark.parametrize("b", ["[True, False]", "a", "[[True], [False]]"])
def test_booleans_are_not_subtracted_and_whole_numbers_are_offered(b: str) -> None:
    outcome = explain(BroadcastingQuestion("[True, False]", "subtract", b))
    assert isinstance(outcome, Unsupported)
    assert "boolean subtract" in outcome.declined.words
    assert outcome.declined.words in printed_by(outcome.code)
    mended = explain(BroadcastingQuestion(outcome.texts[0], "subtract", outcome.texts[1]))
    assert isinstance(mended, Broadcast)
    assert isinstance(explain(BroadcastingQuestion("[True, False]", "add", b)), Broadcast)
