"""Softmax by hand against PyTorch, where each form breaks, and the snippet against the page."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from primer_core.lessons.softmax.explain import TOLERANCE, NotFinite, NotPositive, Softmax, TargetDeclined, explain
from primer_core.lessons.softmax.question import DTypeName, SoftmaxQuestion
from primer_core.lessons.softmax.rules import NAIVE, STABLE
from tests.profiles import examples
from tests.snippets import run_snippet

logit = st.floats(-10, 10).map(lambda value: round(value, 2))


def questions(*dtypes: str) -> st.SearchStrategy[SoftmaxQuestion]:
    return st.builds(
        SoftmaxQuestion,
        logit,
        logit,
        logit,
        logit,
        T=st.sampled_from([0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 10.0]),
        shift=st.sampled_from([0, 5, 100, 1000]),
        target=st.sampled_from("0123"),
        dtype=st.sampled_from(dtypes or ("float16", "float32", "float64")),
    )


def shown(question: SoftmaxQuestion) -> Softmax:
    outcome = explain(question)
    assert isinstance(outcome, Softmax)
    return outcome


def by_torch(question: SoftmaxQuestion) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    z = (torch.tensor(question.logits, dtype=getattr(torch, question.dtype)) + question.shift).requires_grad_()
    p = functional.softmax(z / question.T, dim=0)
    loss = functional.cross_entropy((z / question.T)[None], torch.tensor([int(question.target)]))
    (gradient,) = torch.autograd.grad(loss, z)
    return p.detach(), loss.detach(), gradient


@examples(400)
@given(questions("float32", "float64"))
def test_probabilities_loss_and_gradient_are_pytorchs(question: SoftmaxQuestion) -> None:
    found = shown(question)
    p, loss, gradient = by_torch(question)
    rtol, atol = (1e-5, 1e-6) if question.dtype == "float32" else (1e-11, 1e-12)
    torch.testing.assert_close(torch.tensor(found.p), p, rtol=rtol, atol=atol)
    torch.testing.assert_close(torch.tensor(found.gradient), gradient, rtol=rtol, atol=atol * max(1, 1 / question.T))
    for form in (found.loss.by_hand, found.loss.log_softmax_nll, found.loss.library):
        assert form == pytest.approx(loss.item(), rel=rtol, abs=atol * 10)
    assert found.p.sum() == pytest.approx(1, abs=1e-6)
    assert found.gradient.sum() == pytest.approx(0, abs=1e-5 / question.T)


@examples(400)
@given(questions())
def test_hand_and_pytorch_agree_in_every_dtype(question: SoftmaxQuestion) -> None:
    found = shown(question)
    assert found.agrees
    for values in (found.z, found.scaled, found.shifted, found.e, found.p, found.y, found.gradient, found.autograd):
        assert values.dtype == question.dtype
        assert np.isfinite(values).all()
    assert found.e.max() == 1
    assert ((found.p >= 0) & (found.p <= 1)).all()
    assert math.copysign(1, found.loss.minus_log_p) == 1


@examples(200)
@given(questions())
def test_softmax_keeps_the_order_of_the_logits(question: SoftmaxQuestion) -> None:
    found = shown(question)
    assert found.p[found.argmax_logits] == found.p[found.argmax_p] == found.p.max()
    assert found.argmax_p == int(np.argmax(found.p))


@examples(200)
@given(questions())
def test_the_naive_form_breaks_exactly_where_an_exponential_or_their_sum_does(question: SoftmaxQuestion) -> None:
    found = shown(question)
    naive, top = found.naive, float(found.scaled.max())
    if top > naive.limit + 1e-2:
        assert naive.overflows
        assert math.inf in naive.exp
    if top < naive.limit - math.log(len(found.p)) - 1e-2:
        assert not naive.overflows
    assert naive.vanishes == (not naive.exp.any())
    if not naive.overflows and not naive.vanishes:
        assert math.isfinite(naive.log_sum_exp)
        assert np.isfinite(naive.p).all()


@pytest.mark.parametrize(("dtype", "limit"), [("float16", 11.09), ("float32", 88.72), ("float64", 709.78)])
def test_each_dtype_overflows_at_its_own_limit(dtype: DTypeName, limit: float) -> None:
    question = SoftmaxQuestion(z0=0, z1=-10, z2=-10, z3=-10, T=10, dtype=dtype)
    below = shown(replace(question, shift=int(10 * limit) - 10)).naive
    above = shown(replace(question, z0=10, T=10 / (limit + 1))).naive
    assert below.limit == above.limit == pytest.approx(limit, abs=0.01)
    assert not below.overflows or dtype == "float16"
    assert above.exp[0] == math.inf
    assert math.isnan(above.p[0])


def test_a_shift_changes_nothing_but_the_naive_form() -> None:
    plain, shifted = shown(SoftmaxQuestion()), shown(SoftmaxQuestion(shift=100))
    assert plain.shift.p < 1e-6
    assert not shifted.shift.visible
    assert shifted.p == pytest.approx(plain.p, abs=1e-5)
    assert shifted.log_sum_exp == pytest.approx(plain.log_sum_exp + 100, abs=1e-4)
    assert shifted.naive.overflows
    assert shifted.naive.log_sum_exp == math.inf


@examples(100)
@given(questions())
def test_what_a_shift_changes_is_measured_against_pytorch_without_it(question: SoftmaxQuestion) -> None:
    effect = shown(question).shift
    assert effect.constant == (question.shift or -max(shown(question).z.tolist()) or 1.0)
    if question.shift:
        p, loss, _ = by_torch(question)
        plain_p, plain_loss, _ = by_torch(replace(question, shift=0))
        scale = TOLERANCE[question.dtype] * max(1.0, 1010 / question.T)
        assert effect.p == pytest.approx(float((p - plain_p).abs().max()), abs=scale)
        assert effect.loss == pytest.approx(abs(float(loss - plain_loss)), abs=scale)


def test_in_float16_a_large_shift_rounds_the_logits_and_is_seen_to() -> None:
    found = shown(SoftmaxQuestion(shift=1000, dtype="float16"))
    assert found.z.tolist() == [1002, 1001, 1000, 999]
    assert found.shift is not None
    assert found.shift.visible
    in_double = shown(SoftmaxQuestion(shift=1000, dtype="float64")).shift
    assert in_double is not None
    assert not in_double.visible


def test_an_underflow_is_no_overflow_and_loses_log_p_in_both_forms() -> None:
    found = shown(SoftmaxQuestion(z0=-10, z1=8, z2=-10, z3=-10, T=0.1))
    assert not found.naive.overflows
    assert not found.naive.vanishes
    assert math.isfinite(found.naive.log_sum_exp)
    assert found.p[0] == found.naive.p[0] == 0
    assert found.loss.minus_log_p == found.naive.loss == math.inf
    assert found.loss.library == pytest.approx(180)


def test_logits_far_below_zero_underflow_all_together_in_the_naive_form() -> None:
    found = shown(SoftmaxQuestion(z0=-10, z1=-10, z2=-10, z3=-10, T=0.03))
    assert found.naive.vanishes
    assert found.naive.log_sum_exp == -math.inf
    assert np.isnan(found.naive.p).all()
    assert found.p.tolist() == [0.25] * 4


def test_certainty_costs_nothing_and_not_minus_nothing() -> None:
    found = shown(SoftmaxQuestion(z0=10, z1=-10, z2=-10, z3=-10, T=0.1))
    for loss in (found.loss.minus_log_p, found.naive.loss, shown(SoftmaxQuestion(z0=10, T=0.1)).loss.by_hand):
        assert str(loss) in ("0.0", "nan")
    assert str(found.loss.minus_log_p) == "0.0"


def test_temperature_moves_between_argmax_and_uniform() -> None:
    cold, warm, hot = (shown(SoftmaxQuestion(T=t)).p for t in (0.05, 1.0, 10.0))
    assert cold[0] > 0.999 > warm[0] > hot[0]
    assert hot == pytest.approx((0.25,) * 4, abs=0.06)


def test_a_second_softmax_is_shown_to_be_another_loss() -> None:
    loss = shown(SoftmaxQuestion(z0=10, z1=-10, z2=-10, z3=-10)).loss
    assert loss.twice == pytest.approx(math.log(1 + 3 * math.exp(-1)), abs=1e-3)
    assert loss.library < 1e-3


def test_a_temperature_of_zero_has_no_softmax() -> None:
    assert isinstance(explain(SoftmaxQuestion(T=0.0)), NotPositive)


@examples(200)
@given(questions(), st.floats(0, 1e-3, exclude_min=True))
def test_a_tiny_temperature_gives_finite_numbers_or_is_said_not_to(question: SoftmaxQuestion, tiny: float) -> None:
    outcome = explain(replace(question, T=tiny))
    if isinstance(outcome, Softmax):
        assert all(
            np.isfinite(x).all() for x in (outcome.z, outcome.scaled, outcome.shifted, outcome.p, outcome.gradient)
        )
        assert math.isfinite(outcome.loss.library)
    else:
        assert isinstance(outcome, NotFinite)
        _, loss, gradient = by_torch(replace(question, T=tiny))
        scaled = torch.tensor(outcome_logits(question)) / tiny
        largest = torch.finfo(getattr(torch, question.dtype)).max
        assert outcome.largest == largest
        assert not (loss.isfinite() and gradient.isfinite().all()) or float(scaled.abs().max()) * 2 > largest


def outcome_logits(question: SoftmaxQuestion) -> list[float]:
    return [value + question.shift for value in question.logits]


def printed(found: Softmax) -> str:
    """What the snippet of a question prints: the steps of the row, and the losses with their gradients."""
    rows: tuple[tuple[str, Any], ...] = (
        ("p", found.p),
        ("log-sum-exp", (found.log_sum_exp,)),
        ("naive p", found.naive.p),
        ("naive log-sum-exp", (found.naive.log_sum_exp,)),
        ("cross-entropy", (found.loss.log_softmax_nll, found.loss.library)),
        ("softmax twice", (found.loss.twice,)),
        ("gradient", found.gradient),
    )
    losses = [
        (name, values)
        for form in found.forms
        if form.declined is None
        for name, values in ((form.name, form.value.reshape(-1)), ("    its gradient", form.gradient.reshape(-1)))
    ]
    steps, forms = (
        [f"{name}: {' '.join(f'{value:.4f}' for value in values)}" for name, values in named]
        for named in (rows, losses)
    )
    return "\n".join([*steps, f"argmax: {found.argmax_logits} {found.argmax_p}", *forms])


@examples(60)
@given(questions())
def test_the_snippet_computes_and_prints_what_the_page_shows(question: SoftmaxQuestion) -> None:
    found = shown(question)
    text, names = run_snippet(found.code)
    assert text.strip() == printed(found)
    page = {"scaled": found.scaled, "shifted": found.shifted, "e": found.e, "total": found.total, "p": found.p}
    page |= {"log_sum_exp": found.log_sum_exp, "naive_e": found.naive.exp, "naive_p": found.naive.p}
    page |= {"y": found.y, "gradient": found.gradient}
    assert page.keys() == {*(rule.name for rule in (*STABLE, *NAIVE)), "y", "gradient"}
    for name, values in page.items():
        np.testing.assert_array_equal(names[name].numpy(), values, err_msg=name)


@pytest.mark.parametrize("number", [5, -7, 1000, 1001, -1001, 999_999, 0x1E400])
def test_a_class_that_is_none_is_ignored_only_where_the_field_takes_its_number(number: int) -> None:
    question = SoftmaxQuestion(typed="[[1., 2.], [3., 4.]]", target=f"[0, {number}]", loss="classes")
    outcome = explain(question)
    assert isinstance(outcome, TargetDeclined)
    ignored = {fix.puts["ignore_index"] for fix in outcome.fixes if "ignore_index" in fix.puts}
    assert ignored == ({str(number)} if -1000 <= number <= 1000 else set())
    assert all(question.taking(fix.puts) is not None for fix in outcome.fixes)
