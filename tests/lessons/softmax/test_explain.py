"""Softmax by hand against PyTorch, where the naive form breaks, and the snippet against the page."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from primer_core.lessons.softmax.explain import TOLERANCE, DTypeName, SoftmaxParams, explain_softmax
from tests.profiles import examples
from tests.snippets import printed_by

logit = st.floats(-50, 50).map(lambda value: round(value, 2))


@st.composite
def asked(draw: st.DrawFn) -> SoftmaxParams:
    logits = tuple(draw(st.lists(logit, min_size=2, max_size=12)))
    return SoftmaxParams(
        logits=logits,
        target=draw(st.integers(0, len(logits) - 1)),
        temperature=draw(st.sampled_from([0.1, 0.5, 1.0, 2.0, 10.0])),
        shift=draw(st.sampled_from([0.0, 1.5, 100.0, 1000.0])),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )


def by_torch(params: SoftmaxParams) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    z = (torch.tensor(params.logits, dtype=getattr(torch, params.dtype)) + params.shift).requires_grad_()
    p = functional.softmax(z / params.temperature, dim=0)
    loss = functional.cross_entropy((z / params.temperature)[None], torch.tensor([params.target]))
    torch.autograd.backward([loss])
    assert z.grad is not None
    return p.detach(), loss.detach(), z.grad


@examples(400)
@given(asked())
def test_probabilities_loss_and_gradient_are_pytorchs(params: SoftmaxParams) -> None:
    explanation = explain_softmax(params)
    p, loss, gradient = by_torch(params)
    close: dict[str, Any] = (
        {"rtol": 1e-5, "atol": 1e-6} if params.dtype == "float32" else {"rtol": 1e-11, "atol": 1e-12}
    )
    torch.testing.assert_close(torch.tensor(explanation.p, dtype=p.dtype), p, **close)
    torch.testing.assert_close(torch.tensor(explanation.gradient, dtype=p.dtype), gradient, **close)
    assert explanation.loss is not None
    for form in (explanation.loss.by_hand, explanation.loss.log_softmax_nll, explanation.loss.library):
        assert form == pytest.approx(loss.item(), rel=close["rtol"], abs=close["atol"] * 10)
    assert explanation.agrees
    assert sum(explanation.p) == pytest.approx(1, abs=1e-6)
    assert sum(explanation.gradient) == pytest.approx(0, abs=1e-4)


@examples(100)
@given(asked())
def test_softmax_keeps_the_order_of_the_logits(params: SoftmaxParams) -> None:
    explanation = explain_softmax(params)
    assert explanation.p[explanation.argmax_logits] == max(explanation.p)
    assert explanation.p[explanation.argmax_p] == max(explanation.p)


@examples(100)
@given(asked())
def test_the_naive_form_breaks_exactly_where_an_exponential_or_a_logarithm_does(params: SoftmaxParams) -> None:
    naive = explain_softmax(params).naive
    assert naive is not None
    scaled = [value / params.temperature for value in explain_softmax(params).logits]
    if max(scaled) > naive.limit + 1e-3:
        assert math.inf in naive.exp
        assert naive.broken
    if max(scaled) < naive.limit - math.log(len(scaled)) - 1e-3:
        assert all(map(math.isfinite, naive.exp))
        assert math.isfinite(naive.total)


@pytest.mark.parametrize(("dtype", "limit"), [("float16", 11.09), ("float32", 88.72), ("float64", 709.78)])
def test_each_dtype_overflows_at_its_own_limit(dtype: DTypeName, limit: float) -> None:
    below = explain_softmax(SoftmaxParams((limit - 1, 0.0), dtype=dtype)).naive
    above = explain_softmax(SoftmaxParams((limit + 1, 0.0), dtype=dtype)).naive
    assert below is not None
    assert above is not None
    assert below.limit == pytest.approx(limit, abs=0.01)
    assert math.isfinite(below.exp[0])
    assert above.exp[0] == math.inf
    assert math.isnan(above.p[0])


def test_a_shift_changes_nothing_but_the_naive_form() -> None:
    plain, shifted = explain_softmax(SoftmaxParams()), explain_softmax(SoftmaxParams(shift=100.0))
    assert shifted.p == pytest.approx(plain.p, abs=1e-6)
    assert shifted.log_sum_exp == pytest.approx(plain.log_sum_exp + 100, abs=1e-4)
    assert shifted.naive is not None
    assert shifted.naive.broken
    assert shifted.naive.log_sum_exp == math.inf


def test_a_confident_mistake_underflows_in_the_naive_loss_only() -> None:
    explanation = explain_softmax(SoftmaxParams((0.0, 120.0), target=0, shift=-60.0))
    assert explanation.naive is not None
    assert explanation.loss is not None
    assert explanation.naive.loss == math.inf
    assert explanation.loss.library == pytest.approx(120.0)


def test_temperature_moves_between_argmax_and_uniform() -> None:
    cold, warm, hot = (explain_softmax(SoftmaxParams(temperature=t)).p for t in (0.05, 1.0, 100.0))
    assert cold[0] > 0.999 > warm[0] > hot[0]
    assert hot == pytest.approx((0.25,) * 4, abs=0.01)


def test_a_second_softmax_is_shown_to_be_another_loss() -> None:
    loss = explain_softmax(SoftmaxParams((10.0, 0.0))).loss
    assert loss is not None
    assert loss.twice == pytest.approx(math.log(1 + math.exp(-1)), abs=1e-3)
    assert loss.library < 1e-3


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (SoftmaxParams(temperature=0.0), "above 0, given 0"),
        (SoftmaxParams(temperature=-1.0), "given -1"),
        (SoftmaxParams(logits=(1.0,)), "given 1"),
        (SoftmaxParams(logits=(1.0,) * 13), "given 13"),
        (SoftmaxParams(logits=(1.0, math.nan)), "finite"),
        (SoftmaxParams(target=4), "from 0 to 3"),
        (SoftmaxParams(dtype="int8"), "'int8'"),  # type: ignore[arg-type]  # what the type forbids, a link may say
        (SoftmaxParams(shift=1000.0, temperature=0.01, dtype="float16"), "65504"),
    ],
)
def test_what_has_no_softmax_is_a_result_with_a_fix(params: SoftmaxParams, words: str) -> None:
    error = explain_softmax(params).error
    assert error is not None
    assert words in error.message
    assert error.cause
    assert error.fix


@examples(60)
@given(asked())
def test_the_snippet_prints_what_the_page_shows(params: SoftmaxParams) -> None:
    assert printed_by(explain_softmax(params).code).strip() == explain_softmax(params).printed


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shift", [0.0, 100.0, 1000.0])
def test_the_snippet_also_breaks_where_the_page_does(dtype: DTypeName, shift: float) -> None:
    explanation = explain_softmax(SoftmaxParams(shift=shift, dtype=dtype))
    assert printed_by(explanation.code).strip() == explanation.printed
    assert explanation.agrees
