"""Typed logits and targets: what is read, what PyTorch makes of it, what it declines, and what is offered then."""

import ast
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from primer_core.language.reader import read_expression
from primer_core.lessons.answer import answer, fold, page
from primer_core.lessons.event import Click, Event, Put
from primer_core.lessons.outcome import Unread
from primer_core.lessons.softmax import LESSON
from primer_core.lessons.softmax.binary import BinaryDeclined, Yes
from primer_core.lessons.softmax.explain import (
    Across,
    AllIgnored,
    NotFinite,
    Outcome,
    Softmax,
    SoftmaxDeclined,
    TargetDeclined,
    explain,
)
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.picture.parts import CodePanel, Controls, Fixes
from primer_core.picture.probability_bars import ProbabilityBars
from tests.lessons.parts import parts
from tests.lessons.softmax.test_explain import printed
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

DTYPES = ("float32", "float64", "float16")

numbers = st.floats(-20, 20).map(lambda value: round(value, 2))


@st.composite
def batches(draw: st.DrawFn) -> SoftmaxQuestion:
    """Draw a batch or a lone row with a target that cross-entropy takes, and how the loss is asked for."""
    rows, classes = draw(st.integers(1, 5)), draw(st.integers(2, 14))
    z = draw(st.lists(st.lists(numbers, min_size=classes, max_size=classes), min_size=rows, max_size=rows))
    single = rows == 1 and draw(st.booleans())
    kind = draw(st.sampled_from(["numbers", "probabilities"]))
    ignored = -100
    if kind == "numbers":
        y = draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows))
        ignored = draw(st.sampled_from([-100, 0, y[0]]))
        target = str(y[0] if single else y)
    else:
        weights = np.array(draw(st.lists(st.lists(st.integers(1, 9), min_size=classes, max_size=classes),
                                         min_size=rows, max_size=rows)))  # fmt: skip
        shares = np.round(weights / weights.sum(axis=1, keepdims=True), 3).tolist()
        target = str(shares[0] if single else shares)
    dtype = draw(st.sampled_from(DTYPES))
    typed = draw(st.sampled_from([f"torch.tensor({z[0] if single else z}, dtype=torch.{dtype})",
                                  f"np.array({z[0] if single else z}, dtype=np.{dtype})"]))  # fmt: skip
    return SoftmaxQuestion(
        typed=typed,
        target=target,
        T=draw(st.sampled_from([0.5, 1.0, 2.0])),
        shift=draw(st.sampled_from([0, 0, 5])),
        reduction=draw(st.sampled_from(["mean", "sum", "none"])),
        ignore_index=ignored,
        smoothing=draw(st.sampled_from([0.0, 0.0, 0.1, 1.0])),
        row=draw(st.integers(0, rows)),
        dim=draw(st.sampled_from(["-1", "0" if single else "1"])),
    )


def by_torch(question: SoftmaxQuestion) -> tuple[torch.Tensor, torch.Tensor]:
    """Ask PyTorch for loss and gradient, from the texts themselves."""
    names = {"torch": torch, "np": np}
    z = eval(question.typed, names)
    z = (torch.from_numpy(z) if isinstance(z, np.ndarray) else z) + question.shift
    y = torch.tensor(ast.literal_eval(question.target), dtype=z.dtype if "." in question.target else None)
    leaf = z.clone().requires_grad_()
    loss = functional.cross_entropy(
        leaf / question.T,
        y,
        ignore_index=question.ignore_index,
        reduction=question.reduction,
        label_smoothing=question.smoothing,
    )
    (gradient,) = torch.autograd.grad(loss.sum(), leaf)
    return loss.detach(), gradient


@examples(200)
@given(batches())
def test_losses_and_gradients_are_pytorchs_and_agree_with_the_hand(question: SoftmaxQuestion) -> None:
    found = explain(question)
    if isinstance(found, AllIgnored):
        assert np.isnan(found.loss)
        assert torch.isnan(by_torch(question)[0])
        assert printed_by(found.code).strip() == "nan"
        return
    assert isinstance(found, Softmax)
    loss, gradient = by_torch(question)
    np.testing.assert_array_equal(found.batch.loss, loss.numpy())
    np.testing.assert_array_equal(found.batch.gradient.reshape(tuple(gradient.shape)), gradient.numpy())
    assert found.agrees, found.difference
    assert found.z.dtype == found.p.dtype == found.gradient.dtype
    single = (found.batch.losses * found.batch.share).sum()
    if question.reduction != "none":
        scale = 3e-2 if found.batch.dtype == "float16" else 1e-4
        assert float(single) == pytest.approx(loss.item(), rel=scale, abs=scale)


@examples(100)
@given(batches())
def test_the_code_prints_what_the_page_shows(question: SoftmaxQuestion) -> None:
    found = explain(question)
    if isinstance(found, Softmax):
        text, names = run_snippet(found.code)
        assert text.strip() == printed(found)
        np.testing.assert_array_equal(names["y"].numpy(), found.y)
        np.testing.assert_array_equal(names["gradient"].numpy(), found.gradient)


@examples(100)
@given(batches())
def test_bars_are_the_row_that_is_opened(question: SoftmaxQuestion) -> None:
    found = explain(question)
    for drawn in parts(page(LESSON, question), ProbabilityBars):
        assert isinstance(found, Softmax)
        places = drawn.places or tuple(range(len(found.p)))
        assert [bar.p for bar in drawn.bars] == [float(found.p[k]) for k in places]
        assert [bar.name for bar in drawn.bars] == [f"class {k}" for k in places]
        assert found.argmax_p in places
        for bar, k in zip(drawn.bars, places, strict=True):
            if found.counts:
                assert bar.target == pytest.approx(min(max(float(found.y[k]), 0), 1))
            else:
                assert bar.target is None
        for table in drawn.tables:
            assert all(len(row.cells) in (1, len(drawn.bars)) for row in table.rows)
    assert len(answer(LESSON, question)) <= 64_000


SHAPES = ("64, 32", "32, 32", "12, 12", "13, 12", "4096, 1", "1, 32", "4096", "33, 2", "2, 33")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dim", ["-1", "0"])
def test_a_large_batch_has_a_small_answer(shape: str, dim: str) -> None:
    for target in ("0", f"torch.zeros_like(torch.randn({shape}))", "torch.tensor([0, 1, 2])", "-1"):
        question = SoftmaxQuestion(typed=f"torch.randn({shape})", target=target, reduction="none", row=50)
        assert len(answer(LESSON, question.with_texts({"dim": dim}))) <= 64_000, target


@pytest.mark.parametrize("dim", ["-1", "0", "1"])
def test_softmax_runs_along_the_axis_that_is_asked_for(dim: str) -> None:
    rows = SoftmaxQuestion(typed="torch.tensor([[1., 2., 0.], [0., 0., 3.]])", target="[1, 2]")
    question = rows.with_texts({"dim": dim})
    found = explain(question)
    z = torch.tensor([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    assert isinstance(found, Across if dim == "0" else Softmax)
    np.testing.assert_array_equal(found.batch.p, functional.softmax(z, int(dim)).numpy())
    forms = {form.name: float(form.value) for form in found.forms}
    y = torch.tensor([1, 2])
    assert forms["nll of log_softmax"] == functional.nll_loss(functional.log_softmax(z, int(dim)), y).item()
    assert forms["cross_entropy"] == functional.cross_entropy(z, y).item()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("torch.tensor([1, 3, -2])", "not implemented for 'Long'"),
        ("torch.tensor([True, False])", "not implemented for 'Bool'"),
        ("torch.tensor([1., 2.], dtype=torch.complex64)", "not implemented for 'ComplexFloat'"),
    ],
)
def test_logits_that_are_no_decimals_are_declined_by_pytorch(typed: str, said: str) -> None:
    for temperature in (1.0, 2.0):
        found = explain(SoftmaxQuestion(typed=typed, T=temperature))
        assert isinstance(found, SoftmaxDeclined)
        assert said in found.declined.words
        assert printed_by(found.code).strip() == found.declined.words
        assert found.fixes


def test_an_axis_that_a_row_does_not_have_is_declined_and_mended() -> None:
    question = SoftmaxQuestion(typed="[1, 3, -2]", dim="1")
    found = explain(question)
    assert isinstance(found, SoftmaxDeclined)
    assert found.declined.kind == "IndexError"
    assert isinstance(explain(question.with_texts(found.fixes[0].puts)), Softmax)


TARGETS = st.sampled_from(
    [
        "0", "-1", "3", "[0, 1]", "[0., 1.]", "[0.5, 1]", "[1, 2]", "[3, 3]", "[0, -1]", "[255, 0]", "[[0], [1]]",
        "[[0, 1, 0], [1, 0, 0]]", "[[0., 1, 0], [1, 0, 0]]", "[[True, False, False]] * 2", "torch.tensor(1)",
        "torch.tensor([1])", "torch.tensor([0, 1, 2])", "torch.tensor([0, 1]).int()", "torch.tensor([0, 1]).half()",
        "torch.tensor([[0.], [1.]])", "torch.tensor([0, 1], dtype=torch.uint8)", "torch.zeros(3, 3)",
        "torch.zeros(2, 4)",
        "torch.zeros(2, 3, 1)", "[True, False]", "torch.tensor([1, 2]) - 1", "np.array([0, 1])",
        "np.eye(3)[[0, 1]]",
        "[2., -1.]", "1.5", "[-100, 1]", "torch.tensor([0, 1]).to(torch.complex64)",
    ]
)  # fmt: skip
LOGITS = st.sampled_from(
    [
        "", "[1, 3, -2]", "[[1, 2, 0], [0, 0, 3]]", "torch.zeros(2, 3)", "torch.zeros(2, 3).double()", "[40.]", "5",
        "torch.zeros(2)", "torch.zeros(3, 2).half()", "torch.zeros(2, 3, dtype=torch.bfloat16)", "torch.tensor([1, 2])",
        "[[-inf, 0, 1], [0, 1, 2]]", "[nan, 1, 2]", "[1e30, -1e38, 3e38]",
    ]
)  # fmt: skip


@examples(500)
@given(LOGITS, TARGETS, st.sampled_from(["classes", "binary"]), st.sampled_from([-100, -1, 0, 255]), st.booleans())
def test_whatever_is_wrong_is_told_truly_and_every_fix_works(
    typed: str, target: str, loss: str, ignored: int, smooth: bool
) -> None:
    question = SoftmaxQuestion(typed=typed, target=target, ignore_index=ignored, smoothing=0.1 * smooth).with_texts(
        {"loss": loss}
    )
    found = explain(question)
    json.loads(answer(LESSON, question))
    if isinstance(found, TargetDeclined | BinaryDeclined | SoftmaxDeclined):
        assert printed_by(found.code).strip() == found.declined.words
        for fix in found.fixes:
            mended = explain(question.with_texts(fix.puts))
            assert isinstance(mended, Softmax | Across | Yes) or (
                isinstance(found, SoftmaxDeclined) and isinstance(mended, TargetDeclined)
            )
    if isinstance(found, TargetDeclined):
        true_of_the_fault(found)


def true_of_the_fault(found: TargetDeclined) -> None:
    """What is said to be at fault is: a target without it is taken, or has another shape."""
    fault, target, z = found.fault, found.asked.target.values, found.asked.z
    match fault.kind:
        case "range":
            for place, value in zip(fault.places, fault.values, strict=True):
                assert target.reshape(-1)[place].item() == value
                assert not 0 <= value < found.asked.classes
            rest = target.clone()
            rest.reshape(-1)[list(fault.places)] = 0
            functional.cross_entropy(z, rest, ignore_index=found.asked.question.ignore_index)
        case "dtype":
            assert target.dtype not in (torch.int64, torch.uint8)
            assert fault.dtype == str(target.dtype).removeprefix("torch.")
            functional.cross_entropy(z, torch.zeros(target.shape, dtype=torch.int64))
        case "probabilities dtype":
            assert target.shape == z.shape
            assert not target.is_floating_point()
            functional.cross_entropy(z, torch.zeros(z.shape))
        case "listed":
            leaf = z.clone().requires_grad_()
            with pytest.raises(RuntimeError):
                torch.autograd.grad(functional.cross_entropy(leaf, target), leaf)
        case "axes" | "rows":
            assert tuple(target.shape) == fault.shape
            with pytest.raises((RuntimeError, ValueError)):
                functional.cross_entropy(z, torch.zeros(target.shape, dtype=torch.int64))
        case "ignored probabilities":
            functional.cross_entropy(z, target)
        case _:
            pytest.fail(f"nothing is told of {found.declined}")


@examples(100)
@given(
    st.lists(st.floats(-120, 120), min_size=1, max_size=5),
    st.sampled_from(DTYPES[:2]),
    st.sampled_from(["mean", "sum", "none"]),
    st.data(),
)
def test_both_binary_losses_are_pytorchs(values: list[float], dtype: str, reduction: str, data: st.DataObject) -> None:
    targets = data.draw(st.lists(st.sampled_from([0.0, 1.0, 0.25]), min_size=len(values), max_size=len(values)))
    question = SoftmaxQuestion(
        typed=f"torch.tensor({values}, dtype=torch.{dtype})", target=str(targets), loss="binary"
    ).with_texts({"reduction": reduction})
    found = explain(question)
    assert isinstance(found, Yes)
    z = torch.tensor(values, dtype=getattr(torch, dtype), requires_grad=True)
    y = torch.tensor(targets, dtype=z.dtype)
    for form, loss in zip(
        found.forms,
        (
            functional.binary_cross_entropy(z.sigmoid(), y, reduction=reduction),
            functional.binary_cross_entropy_with_logits(z, y, reduction=reduction),
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(form.value, loss.detach().numpy())
        np.testing.assert_array_equal(form.gradient, torch.autograd.grad(loss.sum(), z)[0].numpy())
    close = partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-4)
    close(found.largest - found.product + found.rest, found.one_step)
    close(-(found.y * found.log_p + (1 - found.y) * found.log_q), found.two_steps)
    slope = (found.p - found.y) / np.maximum(found.p * (1 - found.p), 1e-12) * found.p * (1 - found.p) * found.share
    close(slope, found.forms[0].gradient.reshape(-1))
    for k in found.saturated:
        assert found.p[k] in (0, 1)
        assert found.y[k] != found.p[k]
    assert printed_by(found.code).splitlines()[0].startswith("p: ")


def given_lines(code: str) -> dict[str, str]:
    """What a snippet starts from, by the field that it can be typed back into."""
    fields = {"z": "logits", "batch": "logits", "target": "target", "targets": "target"}
    found: dict[str, str] = {}
    for node in ast.parse(code).body:
        match node:
            case ast.Assign([ast.Name(name)]) if name in fields:
                found.setdefault(fields[name], ast.unparse(node))
    return found


def facts(found: Outcome) -> object:
    match found:
        case Softmax() | Across():
            return found.batch.loss.tolist(), found.batch.gradient.tolist()
        case Yes():
            return [form.value.tolist() for form in found.forms]
        case TargetDeclined() | BinaryDeclined() | SoftmaxDeclined():
            return found.declined
    return type(found)


@pytest.mark.parametrize("preset", LESSON.presets, ids=lambda preset: preset.title)
def test_what_the_code_panel_prints_can_be_typed_back(preset) -> None:  # type: ignore[no-untyped-def]  # of any lesson
    for panel in parts(page(LESSON, preset.question), CodePanel):
        lines = given_lines(panel.code)
        assert lines.keys() == {"logits", "target"}
        again = replace(preset.question.with_texts(lines), shift=0)
        assert facts(explain(again)) == facts(explain(preset.question))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[1, 3, -2]", "torch.tensor([1., 3., -2.])"),
        ("z = torch.tensor([1., 3., -2.])", "[1 3 -2]"),
        ("import torch\ntorch.tensor([[1., 3.]])", "tensor([[1., 3.]])"),
        ("np.array([1., 2.], dtype=np.float32)", "torch.tensor([1., 2.])"),
        ("np.array([1., 2.])[::-1]", "torch.tensor([2., 1.], dtype=torch.float64)"),
        ("torch.tensor([1., 2.], requires_grad=True)", "[1., 2.]"),
    ],
)
def test_spellings_of_the_same_logits(one: str, other: str) -> None:
    a, b = (explain(SoftmaxQuestion(typed=typed)) for typed in (one, other))
    assert isinstance(a, Softmax)
    assert facts(a) == facts(b)
    printed_by(a.code)


def test_random_logits_have_a_seed_that_the_code_and_the_story_name() -> None:
    question = SoftmaxQuestion(typed="torch.randn(2, 3)", target="torch.randint(0, 3, (2,))")
    found = explain(question)
    assert isinstance(found, Softmax)
    assert printed_by(found.code).strip() == printed(found)
    assert "manual_seed" in str(page(LESSON, question).body)


def test_masked_logits_are_shown_and_a_row_of_nothing_is_not() -> None:
    found = explain(SoftmaxQuestion(typed="[-inf, 0, 1]", target="2"))
    assert isinstance(found, Softmax)
    assert found.agrees
    assert found.p[0] == 0
    for typed, target in (("[-inf, -inf]", "0"), ("[nan, 1]", "0"), ("[-inf, 0]", "0"), ("[inf, 0]", "0")):
        assert isinstance(explain(SoftmaxQuestion(typed=typed, target=target)), NotFinite)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("torch.zeros(2, 3, 4)", "batch"),
        ("5", "lone number"),
        ("torch.zeros(0, 3)", "no cells"),
        ("torch.empty(3)", "never written"),
        ("[[1, 2], [3]]", "length 2"),
        ("'abc'", "no tensor"),
        ("torch.zeros(3", "closed"),
        ("torch.softmaxx(torch.ones(3), 0)", "Did you mean"),
        ("torch.ones(3) @ torch.ones(4)", "RuntimeError"),
        ("torch.zeros(100, 100)", "4 096"),
    ],
)
def test_what_cannot_be_read_is_told_at_the_field(typed: str, expected: str) -> None:
    question = SoftmaxQuestion(typed=typed)
    found = explain(question)
    assert isinstance(found, Unread)
    assert found.field == "logits"
    assert expected in found.message
    assert page(LESSON, question).body is None


# What is done with the hand


def test_a_slider_moves_one_number_of_the_typed_logits() -> None:
    question = SoftmaxQuestion(typed="[1, 3, -2]")
    assert after(question, Put({"z2": "-1.5"})).typed == "[1.0, 3.0, -1.5]"
    double = after(replace(question, typed="np.array([0.1, 1.])"), Put({"z1": "4"}))
    assert read_expression(double.typed).text == "torch.tensor([0.1, 4.0], dtype=torch.float64)"
    assert fold(LESSON, question, [Put({"z5": "1"})])[1]
    assert fold(LESSON, question, [Put({"z0": "nan"})])[1]
    assert fold(LESSON, replace(question, typed="[[1, 2]]"), [Put({"z0": "1"})])[1]


def test_a_preset_is_put_whole_whatever_is_typed() -> None:
    question = SoftmaxQuestion(typed="[1, 3, -2]", target="[0]")
    for preset in LESSON.presets:
        assert fold(LESSON, question, [Put(LESSON.puts(preset))]) == (preset.question, "")


def after(question: SoftmaxQuestion, event: Event) -> SoftmaxQuestion:
    followed, refusal = fold(LESSON, question, [event])
    assert not refusal
    assert isinstance(followed, SoftmaxQuestion)
    return followed


def control_labels(question: SoftmaxQuestion) -> list[str]:
    return [control.label for row in parts(page(LESSON, question), Controls) for control in row.controls]


@pytest.mark.parametrize(
    ("typed", "sliders"),
    [("", 4), ("[1, 2]", 2), ("torch.zeros(6)", 6), ("torch.zeros(7)", 0), ("[[1, 2]]", 0), ("[inf, 1]", 0)],
)
def test_sliders_follow_a_row_of_few_logits(typed: str, sliders: int) -> None:
    question = SoftmaxQuestion(typed=typed, target="0")
    shown = [
        control
        for row in parts(page(LESSON, question), Controls)
        for control in row.controls
        if control.look == "slider" and control.field.startswith("z")
    ]
    assert [control.field for control in shown] == [f"z{k}" for k in range(sliders)]


def test_the_classes_of_a_row_are_buttons_of_the_target() -> None:
    assert "Target class" in control_labels(SoftmaxQuestion(typed="[1, 3, -2]", target="2"))
    assert "Target class" not in control_labels(SoftmaxQuestion(typed="[[1, 3, -2]]", target="2"))
    assert "Target class" not in control_labels(SoftmaxQuestion(target="torch.tensor(1)"))


def test_a_press_on_a_row_opens_it() -> None:
    question = SoftmaxQuestion(typed="[[1, 2], [3, 4]]", target="[0, 1]")
    opened = after(question, Click("p", (1, 0)))
    assert opened.row == 1
    found = explain(opened)
    assert isinstance(found, Softmax)
    assert found.z.tolist() == [3, 4]


def test_fixes_of_the_page_are_those_that_were_tried() -> None:
    question = SoftmaxQuestion(typed="torch.zeros(2, 3)", target="[1, 3]")
    found = explain(question)
    assert isinstance(found, TargetDeclined)
    (shown,) = parts(page(LESSON, question), Fixes)
    assert [fix.puts for fix in shown.fixes] == [fix.puts for fix in found.fixes]
