"""Typed values: what is read, which network they make, and what is told of those that do not go together."""

import ast
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.answer import page
from primer_core.lessons.backprop_by_hand import LESSON
from primer_core.lessons.backprop_by_hand.explain import Derived, explain
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.outcome import Unread
from primer_core.picture.parts import CodePanel
from tests.lessons.parts import part
from tests.profiles import examples
from tests.snippets import printed_by

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def derived(question: BackpropQuestion) -> Derived:
    outcome = explain(question)
    assert isinstance(outcome, Derived), outcome
    return outcome


def message(values: str, **fields: str) -> str:
    question = BackpropQuestion(values=values).with_texts(fields)
    outcome = explain(question)
    assert isinstance(outcome, Unread)
    assert outcome.field == "values"
    assert page(LESSON, question).body is None
    return outcome.message


@examples(60)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.integers(2, 5),
    st.integers(1, 5),
    st.integers(0, 99),
    st.sampled_from(["relu", "round", "straight through"]),
    st.sampled_from(["at once", "by its Jacobian"]),
)
def test_typed_values_are_those_of_the_derivation(
    widths: list[int], classes: int, rows: int, seed: int, activation: str, softmax: str
) -> None:
    drawn = np.random.default_rng(seed)
    sizes = (*widths, classes)
    values = {"X": drawn.normal(size=(rows, sizes[0])).round(2)}
    for k in range(1, len(sizes)):
        values[f"W{k}"] = drawn.normal(size=sizes[k - 1 : k + 1]).round(2)
        values[f"b{k}"] = drawn.normal(size=sizes[k]).round(2)
    labels = drawn.integers(0, classes, rows)
    text = "\n".join(f"{name} = torch.tensor({value.tolist()})" for name, value in values.items())
    question = BackpropQuestion(values=f"{text}\nlabels = {labels.tolist()}", dtype="float64").with_texts(
        {"activation": activation, "softmax": softmax}
    )
    found = derived(question)
    assert found.worked.params.sizes == sizes
    assert found.worked.labels == tuple(labels.tolist())
    assert found.worked.wrong == ()
    for name, value in values.items():
        np.testing.assert_allclose(found.worked.quantities[name].value, torch.tensor(value.tolist()).double().numpy())
    assert printed_by(found.code).strip() == found.printed


def test_what_is_not_typed_is_drawn_and_fits() -> None:
    found = derived(BackpropQuestion(values="W1 = torch.ones(5, 4)"))
    assert found.worked.params.sizes == (5, 4)
    found = derived(BackpropQuestion(values="W2 = torch.ones(5, 4)"))
    assert found.worked.params.sizes == (2, 5, 4)
    found = derived(BackpropQuestion(values="X = np.ones((2, 4))", net="784-16-12-10"))
    assert found.worked.params.sizes == (4, 3, 3, 10)
    assert len(found.worked.labels) == 2


def typed_back(code: str) -> str:
    """What a snippet starts from, as statements that can be typed."""
    names = {"X", "labels", *(f"{kind}{k}" for kind in "Wb" for k in (1, 2, 3))}
    return "\n".join(
        ast.unparse(node)
        for node in ast.parse(code).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names
    )


@pytest.mark.parametrize(
    "preset", [preset for preset in LESSON.presets if preset.question.net != "784-16-12-10"], ids=lambda p: p.title
)
def test_what_the_code_panel_prints_can_be_typed_back(preset) -> None:  # type: ignore[no-untyped-def]  # of any lesson
    code = part(page(LESSON, preset.question), CodePanel).code
    again = replace(preset.question, values=typed_back(code), start="random", seed=preset.question.seed + 1)
    outcome, before = explain(again), explain(preset.question)
    assert not isinstance(outcome, Unread)
    assert not isinstance(before, Unread)
    assert outcome.printed == before.printed


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("X = [[1, 2]]\nW1 = torch.ones(3, 4)", "3 against 2"),
        ("W1 = torch.ones(3, 4)\nW2 = torch.ones(5, 2)", "4 against 5"),
        ("W1 = torch.ones(3, 4)\nb1 = torch.ones(3)", "do not go together"),
        ("X = [[1, 2]]\nlabels = [0, 1]", "1 rows and there are 2 labels"),
        ("labels = [0, 7]", "label 7 is no class"),
        ("labels = [0, -1]", "label -1 is no class"),
        ("labels = [0.5]", "integer dtype"),
        ("X = [1, 2]", "2 axes"),
        ("X = torch.zeros(0, 2)", "no cells"),
        ("W1 = torch.ones(3, 13)", "at most 12"),
        ("X = torch.ones(9, 2)", "at most 8"),
        ("W4 = torch.ones(3, 3)", "at most 3 layers"),
        ("W1 = torch.ones(3, 1)", "at least 2 classes"),
        ("x = 1", "these lines set x"),
        ("X = torch.empty(2, 2)", "never written"),
        ("X = [[1, 2], [3]]", "PyTorch makes no tensor"),
        ("X = torch.ones(2", "Line 1"),
        ("X = [[1e30]]", "beyond 10^6"),
        ("\nX = torch.ones(2, 3) @ torch.ones(2, 3)", "RuntimeError"),
    ],
)
def test_values_that_do_not_go_together_are_told_at_the_field(values: str, expected: str) -> None:
    assert expected in message(values)


def test_a_mistake_that_has_no_place_in_the_network_is_not_called_luck() -> None:
    for slip in ("no ReLU mask", "W not transposed", "z instead of h"):
        question = BackpropQuestion(net="1-3").with_texts({"slip": slip})
        assert "no hidden layer" in str(page(LESSON, question).body)
        assert "seed" not in str((page(LESSON, question).body or ())[1])
    rounded = BackpropQuestion(activation="straight through", slip="no ReLU mask")
    assert "no ReLU" in str(page(LESSON, rounded).body)


def test_units_are_called_clones_only_where_they_are() -> None:
    assert derived(BackpropQuestion()).worked.clones == ()
    assert derived(BackpropQuestion(start="constant")).worked.clones == (1,)
    apart = BackpropQuestion(start="constant", values="W1 = torch.tensor([[1., 2.], [3., 4.]])\nW2 = torch.ones(2, 2)")
    assert derived(apart).worked.clones == ()
