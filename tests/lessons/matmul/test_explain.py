import tracemalloc
from math import prod

import numpy as np
import pytest
import torch
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.lessons.lesson import Preset
from primer_core.lessons.matmul.explain import (
    Mismatch,
    Outcome,
    Product,
    TooLarge,
    explain,
    product_axes,
    product_shape,
)
from primer_core.lessons.matmul.presets import PRESETS
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.outcome import Unread
from tests.profiles import examples
from tests.snippets import printed_by

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def friendly_shapes(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shapes that have a product most of the time: one inner size, batch axes cut out of one batch."""
    m, n, k = (draw(st.integers(0, 3)) for _ in range(3))
    batch = draw(st.lists(st.integers(1, 3), max_size=2))

    def cut() -> tuple[int, ...]:
        return tuple(draw(st.sampled_from([size, size, 1])) for size in batch[draw(st.integers(0, len(batch))) :])

    return draw(st.sampled_from([(k,), (*cut(), m, k)])), draw(st.sampled_from([(k,), (*cut(), k, n)]))


def numpys_answer(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | str:
    try:
        shape: tuple[int, ...] = np.matmul(np.ones(a), np.ones(b)).shape
    except ValueError as error:
        return str(error)
    return shape


def ask(a: object, b: object) -> Outcome:
    return explain(MatmulQuestion(str(a), str(b)))


def multiplied(a: object, b: object) -> Product:
    found = ask(a, b)
    assert isinstance(found, Product)
    return found


def mismatch(a: object, b: object) -> Mismatch:
    found = ask(a, b)
    assert isinstance(found, Mismatch)
    return found


def too_large(a: object, b: object) -> TooLarge:
    found = ask(a, b)
    assert isinstance(found, TooLarge)
    return found


@examples(500)
@given(st.one_of(friendly_shapes(), st.tuples(shapes, shapes)))
def test_shape_or_error_is_numpys(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    match ask(*pair):
        case Product(shape=shape, result=result):
            assert shape == result.shape == numpys_answer(*pair)
        case Mismatch(declined=declined):
            assert declined["NumPy"].words == numpys_answer(*pair)
        case other:
            pytest.fail(f"{other} is neither")


@examples(500)
@given(friendly_shapes())
def test_every_cell_is_the_sum_over_its_pairs(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    product = ask(*pair)
    if not isinstance(product, Product):
        reject()
    a, b = (operand.values.ravel() for operand in product.operands)
    np.testing.assert_array_equal((a[product.rows] * b[product.columns]).sum(axis=1), product.result.ravel())
    np.testing.assert_array_equal(product.result, np.matmul(*(operand.values for operand in product.operands)))
    assert product.sizes.flops == 2 * product.rows.size


@examples(500)
@given(friendly_shapes())
def test_dot_is_said_to_differ_exactly_where_it_does(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    product = ask(*pair)
    if not isinstance(product, Product):
        reject()
    dot = np.dot(np.ones(pair[0]), np.ones(pair[1])).shape
    assert product.dot_shape == (dot if dot != product.shape else None)


@examples(500)
@given(st.tuples(shapes, shapes), st.booleans())
def test_every_fix_works(pair: tuple[tuple[int, ...], tuple[int, ...]], transposed: bool) -> None:
    found = ask(pair[0], "a.T" if transposed else pair[1])
    for fix in found.fixes if isinstance(found, Mismatch) else ():
        assert multiplied(*fix.texts).shape == fix.shape


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Dot product", 32),
        ("Matrix @ vector", [4, 10]),
        ("Matrix @ matrix", [[10, 13], [28, 40]]),
        ("With its own transpose", [[14, 32], [32, 77]]),
    ],
)
def test_the_worked_examples(title: str, expected: object) -> None:
    (preset,) = [preset for preset in PRESETS if preset.title == title]
    assert multiplied(preset.question.a, preset.question.b).result.tolist() == expected


def test_batch_and_head_only_repeat() -> None:
    product = multiplied("(4, 8, 16, 32)", "(32, 2)")
    assert product.shape == (4, 8, 16, 2)
    assert [axis.name for axis in product.axes] == ["batch", "head", "sequence", "feature", "output"]
    assert [axis.verdict for axis in product.axes] == ["stretched", "stretched", "remains", "summed", "remains"]
    assert product.sizes.flops == 4 * 8 * 2 * 16 * 2 * 32
    a, b = (torch.tensor(operand.values) for operand in product.operands)
    np.testing.assert_array_equal(product.result, (a @ b).numpy())


def test_a_vector_is_lent_an_axis_that_the_result_loses() -> None:
    axes = product_axes((3,), (3, 2))
    assert [axis.verdict for axis in axes] == ["dropped", "summed", "remains"]
    assert product_shape(axes) == (2,)
    assert product_axes((), (3,)) == ()
    assert product_shape(()) is None


def test_inner_sizes_that_differ_are_mended_by_turning_one() -> None:
    fixes = mismatch("(2, 3)", "(2, 3)").fixes
    assert [(fix.change, fix.shape) for fix in fixes] == [("a @ b.T", (2, 2)), ("a.T @ b", (3, 3))]
    assert mismatch("(2, 3)", "(4, 2)").fixes[0].change == "b @ a"
    assert [fix.change for fix in mismatch("(3,)", "(4,)").fixes] == ["a[:, None] @ b[None, :]"]
    assert mismatch("2", "(3,)").fixes == ()


def test_a_batch_of_vectors_is_made_columns() -> None:
    fixes = mismatch("(7, 5, 4)", "(7, 4)").fixes
    assert ("a @ b[:, :, None]", (7, 5, 1)) in [(fix.change, fix.shape) for fix in fixes]


@pytest.mark.parametrize(("a", "b"), [("(2, 1, 4, 2)", "(4, 2)"), ("(5, 4, 2)", "(1, 2)")])
def test_a_batch_that_would_be_stretched_has_no_vector_for_each_matrix(a: str, b: str) -> None:
    assert not [fix for fix in mismatch(a, b).fixes if fix.meaning == "a column each"]


def test_whole_numbers_that_wrap_are_reported() -> None:
    assert multiplied("[2**62]", "[4]").overflowed
    assert multiplied("[2**62, 2**62]", "[1, 1]").overflowed
    assert not multiplied("[2**62]", "[1]").overflowed
    assert not multiplied("[2**62, 2**62]", "[1, -1]").overflowed
    assert not multiplied("[9223372036854775807]", "[1]").overflowed
    assert not multiplied("[1e300]", "[1e300]").overflowed


def test_huge_shapes_are_judged_without_being_allocated() -> None:
    tracemalloc.start()
    met = too_large("(10**9, 10**9)", "(10**9, 3)")
    clashing = mismatch("(10**9, 10**9)", "(3, 3)")
    wide = too_large("(4096, 1)", "(1, 4096)")
    batches = too_large("(10**9, 2, 3)", "(3, 2)")
    turned = too_large("(100, 100).T", "(100, 1)")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
    assert met.shape == (10**9, 3)
    assert "262 144" in met.message
    assert "size 3 is different from 1000000000" in clashing.declined["NumPy"].words
    assert "262 144" in wide.message
    assert batches.shape == (10**9, 2, 2)
    assert "10 000 elements" in turned.message
    assert prod(multiplied("(64, 64)", "(64, 64)").shape) == 4096


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_print_what_the_page_shows(preset: Preset[MatmulQuestion]) -> None:
    match explain(preset.question):
        case Mismatch(codes=codes, declined=declined):
            assert printed_by(codes["NumPy"]) == f"{declined['NumPy'].words}\n"
        case Product(codes=codes, result=result):
            assert printed_by(codes["NumPy"]) == f"{result}\n{result.shape}\n"
            assert printed_by(codes["PyTorch"]) == f"{torch.tensor(result)!s}\n{result.shape}\n"
        case other:
            pytest.fail(f"{other} has no snippet")


def test_the_snippet_of_a_number_meets_the_error_that_the_page_shows() -> None:
    for a, b in (("(3, 4).sum()", "a.T"), ("5", "(3, 4)"), ("(3,)", "a.sum()")):
        found = mismatch(a, b)
        assert printed_by(found.codes["NumPy"]) == f"{found.declined['NumPy'].words}\n"


@examples(200)
@given(st.one_of(friendly_shapes(), st.tuples(shapes, shapes)))
def test_the_snippet_meets_pytorchs_own_error(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    found = explain(MatmulQuestion(str(pair[0]), str(pair[1]), "PyTorch"))
    if isinstance(found, Mismatch):
        assert printed_by(found.codes["PyTorch"]) == f"{found.declined['PyTorch'].words}\n"


def test_a_snippet_of_mixed_dtypes_runs_in_pytorch_too() -> None:
    code = multiplied("[[1.5, 2.0]]", "[[1], [2]]").codes["PyTorch"]
    assert printed_by(code) == "tensor([[5.5000]], dtype=torch.float64)\n(1, 1)\n"


def test_what_cannot_be_read_names_its_field() -> None:
    for a, b, field in (("x", "(3,)", "a"), ("(3,)", "x", "b"), ("", "(3,)", "a")):
        found = ask(a, b)
        assert isinstance(found, Unread)
        assert found.field == field
        assert found.message
