import tracemalloc
from math import prod

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.lessons.matmul.explain import explain_matmul, product_axes, product_shape
from primer_core.lessons.matmul.presets import DEFAULT, PRESETS, MatmulPreset
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


@examples(500)
@given(st.one_of(friendly_shapes(), st.tuples(shapes, shapes)))
def test_shape_or_error_is_numpys(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    explained = explain_matmul([str(shape) for shape in pair])
    assert explained.refusal is None
    expected = numpys_answer(*pair)
    assert (explained.error if explained.shape is None else explained.shape) == expected
    assert (explained.result is None) == (explained.sizes is None) == isinstance(expected, str)


@examples(500)
@given(friendly_shapes())
def test_every_cell_is_the_sum_over_its_pairs(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    explained = explain_matmul([str(shape) for shape in pair])
    assume(explained.result is not None)
    assert explained.result is not None
    assert explained.rows is not None
    assert explained.columns is not None
    a, b = (operand.values.ravel() for operand in explained.operands)
    np.testing.assert_array_equal((a[explained.rows] * b[explained.columns]).sum(axis=1), explained.result.ravel())
    np.testing.assert_array_equal(explained.result, np.matmul(*(operand.values for operand in explained.operands)))


@examples(500)
@given(friendly_shapes())
def test_dot_is_said_to_differ_exactly_where_it_does(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    explained = explain_matmul([str(shape) for shape in pair])
    assume(explained.result is not None)
    dot = np.dot(np.ones(pair[0]), np.ones(pair[1])).shape
    assert explained.dot_shape == (dot if dot != explained.shape else None)


@examples(500)
@given(st.tuples(shapes, shapes), st.booleans())
def test_every_fix_works(pair: tuple[tuple[int, ...], tuple[int, ...]], transposed: bool) -> None:
    texts = [str(pair[0]), "a.T" if transposed else str(pair[1])]
    explained = explain_matmul(texts)
    assert explained.error is not None or not explained.fixes
    for fix in explained.fixes:
        fixed = explain_matmul(fix.texts)
        assert fixed.shape == fix.shape
        assert fixed.error is None


@examples(500)
@given(friendly_shapes())
def test_flops_are_two_for_each_pair_that_meets(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    explained = explain_matmul([str(shape) for shape in pair])
    assume(explained.sizes is not None)
    assert explained.sizes is not None
    assert explained.rows is not None
    assert explained.sizes.flops == 2 * explained.rows.size


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
    explained = explain_matmul(preset.texts)
    assert explained.result is not None
    assert explained.result.tolist() == expected


def test_batch_and_head_only_repeat() -> None:
    explained = explain_matmul(["(4, 8, 16, 32)", "(32, 2)"])
    assert explained.shape == (4, 8, 16, 2)
    assert [axis.name for axis in explained.axes] == ["batch", "head", "sequence", "feature", "output"]
    assert [axis.verdict for axis in explained.axes] == ["stretched", "stretched", "remains", "summed", "remains"]
    assert explained.sizes is not None
    assert explained.sizes.flops == 4 * 8 * 2 * 16 * 2 * 32
    a, b = (torch.tensor(operand.values) for operand in explained.operands)
    assert explained.result is not None
    np.testing.assert_array_equal(explained.result, (a @ b).numpy())


def test_a_vector_is_lent_an_axis_that_the_result_loses() -> None:
    axes = product_axes((3,), (3, 2))
    assert [axis.verdict for axis in axes] == ["dropped", "summed", "remains"]
    assert product_shape(axes) == (2,)
    assert product_axes((), (3,)) == ()
    assert product_shape(()) is None


def test_inner_sizes_that_differ_are_mended_by_turning_one() -> None:
    explained = explain_matmul(["(2, 3)", "(2, 3)"])
    assert [(fix.change, fix.shape) for fix in explained.fixes] == [("a @ b.T", (2, 2)), ("a.T @ b", (3, 3))]
    assert next(iter(explain_matmul(["(2, 3)", "(4, 2)"]).fixes)).change == "b @ a"
    assert [fix.change for fix in explain_matmul(["(3,)", "(4,)"]).fixes] == ["a[:, None] @ b[None, :]"]
    assert explain_matmul(["2", "(3,)"]).fixes == ()


def test_whole_numbers_that_wrap_are_reported() -> None:
    assert explain_matmul(["[2**62]", "[4]"]).overflowed
    assert explain_matmul(["[2**62, 2**62]", "[1, 1]"]).overflowed
    assert not explain_matmul(["[2**62]", "[1]"]).overflowed
    assert not explain_matmul(["[1e300]", "[1e300]"]).overflowed


def test_huge_shapes_are_judged_without_being_allocated() -> None:
    tracemalloc.start()
    met = explain_matmul(["(10**9, 10**9)", "(10**9, 3)"])
    clashing = explain_matmul(["(10**9, 10**9)", "(3, 3)"])
    wide = explain_matmul(["(4096, 1)", "(1, 4096)"])
    batches = explain_matmul(["(10**9, 2, 3)", "(3, 2)"])
    turned = explain_matmul(["(100, 100).T", "(100, 1)"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
    assert met.shape == (10**9, 3)
    assert "262 144" in str(met.refusal)
    assert "size 3 is different from 1000000000" in str(clashing.error)
    assert "262 144" in str(wide.refusal)
    assert batches.result is None
    assert "10 000 elements" in str(turned.refusal)
    assert prod(explain_matmul(["(64, 64)", "(64, 64)"]).shape or ()) == 4096


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_print_what_the_page_shows(preset: MatmulPreset) -> None:
    explained = explain_matmul(preset.texts)
    if explained.result is None:
        assert printed_by(explained.code) == f"{explained.error}\n"
        return
    assert printed_by(explained.code) == f"{explained.result}\n{explained.shape}\n"
    assert printed_by(explained.torch_code) == f"{torch.tensor(explained.result)!s}\n{explained.shape}\n"


def test_the_snippet_of_a_number_meets_the_error_that_the_page_shows() -> None:
    for a, b in (("(3, 4).sum()", "a.T"), ("5", "(3, 4)"), ("(3,)", "a.sum()")):
        explained = explain_matmul([a, b])
        assert explained.error
        assert printed_by(explained.code) == f"{explained.error}\n"


def test_a_snippet_of_mixed_dtypes_runs_in_pytorch_too() -> None:
    explained = explain_matmul(["[[1.5, 2.0]]", "[[1], [2]]"])
    assert printed_by(explained.torch_code) == "tensor([[5.5000]], dtype=torch.float64)\n(1, 1)\n"


@examples(1000)
@given(
    st.lists(
        st.one_of(st.text(max_size=40), st.text(alphabet="()[],.:x0123456789Tab *-", max_size=40), st.just("(2, 3)")),
        min_size=2,
        max_size=2,
    )
)
def test_garbage_is_explained_and_never_raises(texts: list[str]) -> None:
    explained = explain_matmul(texts)
    assert explained.refusal or explained.error or explained.result is not None


def test_the_first_thing_shown_has_a_product() -> None:
    assert explain_matmul(DEFAULT.texts).shape == (2, 2)
