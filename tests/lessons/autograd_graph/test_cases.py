"""Questions that learners really asked, posed to the lesson: what it shows is what PyTorch does, and why."""

from math import inf, nan

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.claim import plain as words_of
from primer_core.claims.going_back import (
    AddedUp,
    BecameNotFinite,
    Detached,
    FreedBefore,
    NoNumberForward,
    PathsMeet,
    StretchedBack,
    Weighed,
)
from primer_core.claims.in_place import RecordedInPlace, SavedThenChanged, StaysALeaf, Unnoticed, WroteThrough
from primer_core.claims.mending import CreatesGraph
from primer_core.claims.recording import ConstantSlope, HasGraph, NotALeaf, PassesNoFloats, UnderNoGrad
from primer_core.claims.slopes import HeldFixed, Kink
from primer_core.lessons.answer import page
from primer_core.lessons.autograd_graph import LESSON
from primer_core.lessons.autograd_graph.explain import explain
from primer_core.lessons.autograd_graph.graph import BackwardStep, GraphTrace, Refused
from primer_core.lessons.autograd_graph.playback import graph
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.picture.parts import Table
from primer_core.picture.text import plain
from tests.lessons.autograd_graph.traced import gradient, refusal, trace
from tests.lessons.parts import parts


def of(name: str) -> GraphTrace:
    question = EXAMPLES[name].question
    return trace(question.program, question.switches)


def ran(traced: GraphTrace, engine_name: str) -> BackwardStep:
    (step,) = (step for step in traced.backward_steps if traced.node(step.node).engine_name == engine_name)
    return step


def values(traced: GraphTrace, name: str) -> tuple[float, ...]:
    return {named.name: named.value for named in traced.names}[name].values


def close(*numbers: float) -> object:
    """Return what is equal to numbers that are nearly these; nan is equal to nan."""
    return pytest.approx(numbers, nan_ok=True)


def words(question: GraphQuestion) -> str:
    return " ".join(
        plain(cell.text) for table in parts(page(LESSON, question), Table) for row in table.rows for cell in row
    )


def test_g02_only_writing_over_what_a_node_has_saved_is_forbidden() -> None:
    traced = of("saved")
    assert "modified by an inplace operation" in refusal(traced).library
    assert traced.node(refusal(traced).node).engine_name == "ExpBackward0"
    assert [held.name for held in traced.node("op:1").saved] == ["result"]
    assert traced.forward[1].stale == (("op:1", "result"),)
    allowed = of("not_saved")
    assert not isinstance(allowed, Refused)
    assert gradient(allowed, "a").values == pytest.approx((32.0, 96.0))
    assert [held.name for held in allowed.node("op:2").saved] == ["self"]
    assert allowed.forward[2].stale == ()


def test_g04_backward_of_a_vector_is_the_vector_times_the_jacobian() -> None:
    traced = of("vector")
    assert gradient(traced, "x").values == (2.0, 1.0, 60.0)
    assert traced.said == ("tensor([ 2.,  1., 60.])",)
    (call,) = traced.calls
    assert call.seed is not None
    assert call.seed.values == (1.0, 10.0)
    assert [check.verdict for check in traced.checks] == ["agrees"]
    without = trace(EXAMPLES["vector"].question.program.replace("torch.tensor([1., 10.])", ""))
    assert refusal(without).library == "grad can be implicitly created only for scalar outputs"
    rows = [
        gradient(trace(EXAMPLES["vector"].question.program.replace("[1., 10.]", row)), "x").values
        for row in ("[1., 0.]", "[0., 1.]")
    ]
    assert rows == [(2.0, 1.0, 0.0), (0.0, 0.0, 6.0)]


def test_g06_a_copy_in_another_dtype_is_no_leaf_and_stores_no_gradient() -> None:
    traced = of("not_a_leaf")
    (x,) = (named for named in traced.names if named.name == "x")
    assert (x.is_leaf, x.grad, x.grad_fn) == (False, None, "ToCopyBackward0")
    assert "is not a leaf Tensor is being accessed" in x.library
    (leaf,) = (node for node in traced.nodes if node.kind == "leaf")
    assert leaf.names == ()
    assert leaf.grad is not None
    assert leaf.grad.values == (6.0, 12.0)
    assert traced.said == ("False",)
    same = trace(EXAMPLES["not_a_leaf"].question.program.replace("float64", "float32"))
    assert gradient(same, "x").values == (6.0, 12.0)
    kept = trace(
        "t = torch.tensor([1., 2.], requires_grad=True)\nh = t * 5\nh.retain_grad()\n(h ** 2).sum().backward()\n"
        "print(t.grad, h.grad)"
    )
    assert (gradient(kept, "t").values, gradient(kept, "h").values) == ((50.0, 100.0), (10.0, 20.0))


def test_g08_data_hides_a_change_that_detach_would_not() -> None:
    traced = of("data")
    assert not isinstance(traced, Refused)
    assert gradient(traced, "a").values == pytest.approx((0.75, 0.75))
    assert "tensor([0.7500, 0.7500]) tensor([0.9151, 0.6347])" in traced.said
    (edit,) = traced.edits
    assert (edit.stale, edit.unnoticed) == ((), (("op:1", "result"),))
    assert [check.verdict for check in traced.checks] == ["differs"]
    told = trace(EXAMPLES["data"].question.program.replace("s.data", "s.detach()"))
    assert "modified by an inplace operation" in refusal(told).library
    assert told.edits[0].stale == (("op:1", "result"),)


def test_g10_zero_times_an_infinite_slope_is_nan_in_the_branch_that_was_not_taken() -> None:
    traced = of("where")
    assert values(traced, "y") == (-8.0, 0.0, 3.0)
    assert gradient(traced, "x").values == close(nan, nan, 1 / 6)
    (flow,) = ran(traced, "SqrtBackward0").flows
    assert ran(traced, "SqrtBackward0").upstream.values == (0.0, 0.0, 1.0)
    assert flow.local is not None
    assert flow.local.values == close(nan, inf, 1 / 6)
    assert flow.value.values == close(nan, nan, 1 / 6)
    assert traced.not_finite == ("x",)
    assert gradient(of("where_safe"), "x").values == pytest.approx((2.0, 2.0, 1 / 6))


def test_g12_the_second_derivative_of_a_straight_line_has_no_path() -> None:
    plain_numbers = trace(
        "x = torch.tensor(2., requires_grad=True)\ng1, = torch.autograd.grad(x ** 3, x)\nprint(g1.requires_grad)"
    )
    assert values(plain_numbers, "g1") == (12.0,)
    assert plain_numbers.said == ("False",)
    second = of("second")
    assert (values(second, "g"), values(second, "h")) == ((12.0,), (12.0,))
    assert [node.engine_name for node in second.nodes if node.id.startswith("op:2")] == [
        "PowBackward0", "MulBackward1", "MulBackward0",
    ]  # fmt: skip
    line = of("straight")
    assert "element 0 of tensors does not require grad and does not have a grad_fn" in refusal(line).library
    assert refusal(line).causes == (ConstantSlope("g"),)
    kept = trace(EXAMPLES["straight"].question.program.replace("6 * x", "6 * x + 0 * x ** 2") + "\n")
    assert not isinstance(kept, Refused)
    without = trace(EXAMPLES["straight"].question.program.replace(", create_graph=True", ""))
    (mend,) = refusal(without).mends
    assert mend.claim == CreatesGraph("g")
    assert "create_graph=True" in str(dict(mend.repair)["program"])


def test_g16_a_staircase_is_flat_and_a_detached_one_is_not_there() -> None:
    indices = trace("s = torch.tensor([0.2, 1.7, 0.9], requires_grad=True)\ni = s.argmax()\nm = s.max()\nm.backward()")
    asked = {named.name: named.requires_grad for named in indices.names}
    assert (asked["i"], asked["m"]) == (False, True)
    rounded = trace("s = torch.tensor([0.2, 1.7, 0.9], requires_grad=True)\n(s * 10).round().sum().backward()")
    assert gradient(rounded, "s").values == (0.0, 0.0, 0.0)
    assert "staircase" in ran(rounded, "RoundBackward0").flows[0].derivative
    through = of("straight_through")
    assert values(through, "ste") == (2.0, 17.0, 9.0)
    assert gradient(through, "s").values == (10.0, 10.0, 10.0)


def test_g20_g24_losses_over_classes_take_what_pytorch_takes() -> None:
    logits = "z = torch.tensor([[2., -1., 0.5], [0., 3., 0.]], requires_grad=True)\ny = torch.tensor([0, 1])\n"
    for loss, expected in (
        ("F.nll_loss(torch.softmax(z, 1), y)", -0.8475),
        ("F.nll_loss(torch.log_softmax(z, 1), y)", 0.1681),
        ("F.cross_entropy(z, y)", 0.1681),
    ):
        traced = trace(f"{logits}loss = {loss}\nloss.backward()")
        assert values(traced, "loss")[0] == pytest.approx(expected, abs=5e-5)
    for target, said in (
        ("y.int()", "expected target dtype to be Long or Byte"),
        ("F.one_hot(y, 3)", "Expected floating point type for target with class probabilities"),
        ("y[:, None]", "multi-target not supported"),
    ):
        assert said in refusal(trace(f"{logits}F.cross_entropy(z, {target}).backward()")).library
    assert not isinstance(trace(f"{logits}F.cross_entropy(z, F.one_hot(y, 3).float()).backward()"), Refused)


def test_g22_bce_of_a_certain_sigmoid_is_flat_and_bce_with_logits_is_not() -> None:
    begin = "z = torch.tensor([40.], requires_grad=True)\ny = torch.tensor([0.])\n"
    clamped = trace(f"{begin}loss = F.binary_cross_entropy(torch.sigmoid(z), y)\nloss.backward()")
    assert (values(clamped, "loss"), gradient(clamped, "z").values) == ((100.0,), (0.0,))
    logits = trace(f"{begin}loss = F.binary_cross_entropy_with_logits(z, y)\nloss.backward()")
    assert (values(logits, "loss"), gradient(logits, "z").values) == ((40.0,), (1.0,))
    assert "sigmoid(z) − y" in ran(logits, "BinaryCrossEntropyWithLogitsBackward0").flows[0].derivative


def test_what_a_program_prints_and_why_a_gradient_is_none_stand_on_the_page() -> None:
    assert "ToCopyBackward0 hands its gradient on" in words(EXAMPLES["not_a_leaf"].question)
    steps = graph(of("straight")).steps
    assert steps[-1].event == "error"
    assert "does not require grad" in steps[-1].quote


@pytest.mark.parametrize(
    ("name", "insight"),
    [
        ("why_none", NotALeaf),
        ("second_backward", FreedBefore),
        ("doubled", AddedUp),
        ("no_grad", UnderNoGrad),
        ("reused", PathsMeet),
        ("broadcasting", StretchedBack),
        ("in_place", SavedThenChanged),
        ("detached", Detached),
        ("detached", HeldFixed),
        ("vector", Weighed),
        ("not_a_leaf", NotALeaf),
        ("saved", SavedThenChanged),
        ("not_saved", RecordedInPlace),
        ("data", Unnoticed),
        ("where", BecameNotFinite),
        ("step", StaysALeaf),
        ("second", HasGraph),
        ("straight", ConstantSlope),
        ("straight_through", Detached),
    ],
)
def test_the_insight_of_an_example_is_said(name: str, insight: type[Claim]) -> None:
    question = EXAMPLES[name].question
    claims = LESSON.claims(question, explain(question))
    assert insight in map(type, claims)


def test_what_detach_cuts_is_told_with_the_gradient_that_would_come_without_it() -> None:
    question = EXAMPLES["detached"].question
    assert Detached(("a.detach()",), "x", (9.0,), (27.0,)) in LESSON.claims(question, explain(question))
    through = EXAMPLES["straight_through"].question
    cut = "(q.round() - q).detach()"
    assert Detached((cut,), "s", (10.0,) * 3, (0.0,) * 3) in LESSON.claims(through, explain(through))


def test_memory_that_detach_shares_is_told() -> None:
    question = GraphQuestion("a = param([0.3, -0.7])\ns = 2 * a\nd = detach(s)\ny = sum(s)", in_place="d")
    assert WroteThrough("d.add_(1)", "d", ("s",)) in LESSON.claims(question, explain(question))


def claims_of(program: str) -> tuple[Claim, ...]:
    question = GraphQuestion(program)
    return LESSON.claims(question, explain(question))


_LEAF = "x = torch.tensor([1., -2.], requires_grad=True)\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("y = (x > 0).float().sum()", ("x > 0", "bool")),
        ("y = x.argmax().float()", ("x.argmax()", "int64")),
        ("y = x.long().sum() * 2.0", ("x.long()", "int64")),
        ("y = torch.where(x > 0, x, 0 * x).sum()", None),
        ("y = x.detach().sum()", None),
    ],
)
def test_numbers_without_a_gradient_on_the_way_are_named(line: str, told: tuple[str, str] | None) -> None:
    found = {claim for claim in claims_of(f"{_LEAF}{line}\ny.backward()") if isinstance(claim, PassesNoFloats)}
    assert found == ({PassesNoFloats("y", *told)} if told else set())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("y = x / x", NoNumberForward("x / x", nan=True)),
        ("y = 1 / x", NoNumberForward("1 / x", nan=False)),
        ("y = (2 * x).log()", NoNumberForward("(2 * x).log()", nan=False)),
        ("y = x * 3", None),
    ],
)
def test_what_is_not_finite_on_the_way_forward_is_told_before_the_way_back(
    line: str, told: NoNumberForward | None
) -> None:
    found = claims_of(f"x = torch.tensor(0., requires_grad=True)\n{line}\ny.backward()")
    assert [claim for claim in found if isinstance(claim, NoNumberForward)] == ([told] if told else [])


@pytest.mark.parametrize(
    ("program", "zero"),
    [
        ("x = param(0)\ny = x / x", False),
        ("x = param([0, 4])\ny = sum([0, 1] * sqrt(x))", True),
    ],
)
def test_zero_times_infinity_is_only_blamed_where_a_zero_came_back(program: str, zero: bool) -> None:
    (found,) = [claim for claim in claims_of(program) if isinstance(claim, BecameNotFinite)]
    assert found.nan
    assert found.zero is zero
    assert ("0 times infinity" in words_of(found.sentence())) is zero


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("abs(x)", Kink("x", (), -1.0, 1.0)),
        ("relu(x)", Kink("x", (), 0.0, 1.0)),
        ("x ** 2", None),
        ("abs(x - 1)", None),
    ],
)
def test_a_kink_is_told_where_the_gradient_is_the_mean_of_both_slopes_too(made: str, told: Kink | None) -> None:
    found = [claim for claim in claims_of(f"x = param(0)\ny = {made}") if isinstance(claim, Kink)]
    assert [(each.below, each.above) for each in found] == (
        [pytest.approx((told.below, told.above), abs=1e-3)] if told else []
    )
