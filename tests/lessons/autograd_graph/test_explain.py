import contextlib
import io
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from torch import Tensor

from primer_core.claims.claim import Claim
from primer_core.claims.going_back import BecameNotFinite, FreedBefore
from primer_core.claims.in_place import LeafChanged
from primer_core.claims.mending import KeepsGraph, Records
from primer_core.claims.operands import InnerSizesDiffer, NeedsAnAxis, NoSuchAxis, SizesClash
from primer_core.claims.recording import (
    CutOff,
    MadeAsData,
    NotALeaf,
    NotCalled,
    OnlyFromData,
    StoppedBefore,
    UnderNoGrad,
    WasCleared,
)
from primer_core.claims.slopes import Kink, LostInFloat32, OutputNotFinite
from primer_core.claims.targets import NoSuchClass, OutsideZeroToOne, ShapesDiffer, TargetInBrackets, TargetShape
from primer_core.language.limits import MAX_TEXT
from primer_core.lessons.autograd_graph.assemble import summed_axes
from primer_core.lessons.autograd_graph.engine import MAX_NODES
from primer_core.lessons.autograd_graph.graph import Finished, GraphTrace, Mend, Switches, TensorValue
from primer_core.lessons.autograd_graph.playback import layout
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from tests.lessons.autograd_graph.programs import RandomProgram, programs
from tests.lessons.autograd_graph.traced import gradient, in_place_edit, refusal, repaired_program, trace
from tests.profiles import examples
from tests.snippets import printed_by

PROJECT = Path(__file__).resolve().parents[3]
# The product of the upstream gradient and the local derivative that each operator stands for.
PRODUCTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "×": lambda upstream, local: upstream * local,
    "g@": lambda upstream, local: upstream @ local,
    "@g": lambda upstream, local: local @ upstream,
    "⊗": torch.outer,
}


def tensor(value: TensorValue) -> Tensor:
    return torch.tensor(value.values).reshape(value.shape)


def run_in_torch(program: RandomProgram) -> dict[str, Tensor]:
    """The same program in plain PyTorch, back-propagated, with every gradient retained."""
    names: dict[str, Tensor] = {}
    for name, right in program.torch_lines:
        names[name] = eval(right, {"torch": torch}, names)
        if names[name].requires_grad:
            names[name].retain_grad()
    torch.autograd.backward(names["y"])
    return names


def of_example(name: str) -> GraphTrace:
    question = EXAMPLES[name].question
    return trace(question.program, question.switches)


def grads(traced: GraphTrace) -> dict[str, TensorValue | None]:
    return {one.name: one.grad for one in traced.names}


def saturates(program: RandomProgram, found: dict[str, Tensor]) -> bool:
    """Whether a binary cross-entropy is so sure of the wrong class that PyTorch divides by its least, 1e-12."""
    return "binary_cross_entropy(" in program.torch_lines[-1][1] and bool((found["y"] > -math.log(1e-12)).any())


@examples(300)
@given(programs())
def test_random_programs_have_the_values_and_gradients_of_torch(program: RandomProgram) -> None:
    traced, expected = trace(program.text), run_in_torch(program)
    assert isinstance(traced, Finished), refusal(traced)
    upstream = {step.node: step.upstream for step in traced.backward_steps}
    for one in traced.names:
        reference = expected[one.name]
        torch.testing.assert_close(tensor(one.value), reference.detach(), equal_nan=True)
        assert one.requires_grad == reference.requires_grad
        assert one.is_leaf == reference.is_leaf
        if reference.grad is None:
            assert one.node not in upstream
        else:
            torch.testing.assert_close(tensor(upstream[one.node]), reference.grad, equal_nan=True)
            if reference.is_leaf:
                assert one.grad is not None
                torch.testing.assert_close(tensor(one.grad), reference.grad, equal_nan=True)
    for step in traced.backward_steps:
        arrived = torch.stack([tensor(arrival.value) for arrival in step.arrivals]).sum(0)
        torch.testing.assert_close(arrived, tensor(step.upstream), equal_nan=True)
        for flow in step.flows:
            # where nearly all cancels, what is left is rounding, which no rule gives again
            cancelled = tensor(flow.value).abs().max() < 1e-6 * arrived.abs().max()
            assert flow.derivative or cancelled, f"no rule for {traced.node(step.node).engine_name}"
            summed = tensor(flow.full).sum(flow.summed_axes) if flow.summed_axes else tensor(flow.full)
            torch.testing.assert_close(summed.reshape(flow.value.shape), tensor(flow.value), rtol=1e-4, atol=1e-5)
    for check in traced.checks:
        # at a kink, such as that of relu, differences have another slope on either side, and the page says so
        kinks = any(isinstance(note, Kink) for note in check.notes)
        assert check.verdict == "agrees" or kinks or saturates(program, expected), (check.name, check.largest)
    assert {check.name for check in traced.checks} == {
        name for name, right in program.torch_lines if "requires_grad=True" in right and expected[name].grad is not None
    }


@examples(40)
@given(programs())
def test_a_flow_is_upstream_times_local(program: RandomProgram) -> None:
    for step in trace(program.text).backward_steps:
        g = tensor(step.upstream)
        for flow in step.flows:
            if flow.local is None:
                continue
            local = tensor(flow.local)
            product = PRODUCTS[flow.operator](g, local)
            expected = tensor(flow.full)
            torch.testing.assert_close(product.expand_as(expected), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_code_prints_what_the_page_shows(name: str) -> None:
    traced = of_example(name)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(traced.code, {})
    assert out.getvalue().rstrip("\n").split("\n") == list(traced.printed)


def test_the_code_runs_as_copied_into_a_python_of_its_own() -> None:
    traced = of_example("two_layers")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", traced.code], capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout.rstrip("\n").split("\n") == list(traced.printed)
    assert not done.stderr


@examples(40)
@given(programs())
def test_the_code_of_random_programs_prints_what_the_trace_says(program: RandomProgram) -> None:
    traced = trace(program.text, Switches(retain_grad=True, backward_calls=2, retain_graph=True, zero_grad=True))
    lines: list[str] = []

    def note(*parts: object) -> None:
        lines.extend(" ".join(str(part) for part in parts).split("\n"))

    exec(traced.code, {"print": note})
    assert tuple(lines) == traced.printed


def test_square_a01() -> None:
    traced = of_example("square")
    assert traced.node("op:1").engine_name == "PowBackward0"
    assert traced.node("op:1").value == TensorValue((), (4.0,))
    assert grads(traced)["x"] == TensorValue((), (4.0,))
    (flow,) = traced.backward_steps[0].flows
    assert (flow.derivative, flow.local) == ("∂(x ** 2)/∂x = 2 · x", TensorValue((), (4.0,)))


@pytest.mark.parametrize(
    ("name", "loss", "weight", "bias"),
    [("neuron", 0.0852, -0.0898, -0.0817), ("neuron_worse", 0.2368, -0.2319, -0.2108)],
)
def test_neuron_a02_a03(name: str, loss: float, weight: float, bias: float) -> None:
    traced = of_example(name)
    named = {one.name: one for one in traced.names}
    assert named["loss"].value.values[0] == pytest.approx(loss, abs=5e-5)
    assert gradient(traced, "w").values[0] == pytest.approx(weight, abs=5e-5)
    assert gradient(traced, "b").values[0] == pytest.approx(bias, abs=5e-5)


def test_why_grad_is_none_a04() -> None:
    traced = of_example("why_none")
    named = {one.name: one for one in traced.names}
    assert named["w"].grad == TensorValue((3,), (1.0, 2.0, 3.0))
    assert [name for name, one in named.items() if one.grad is None] == ["x", "pred", "loss"]
    assert named["x"].why_none == MadeAsData("x")
    assert named["pred"].why_none == NotALeaf("pred", "DotBackward0")
    assert "retain_grad()" in named["loss"].library
    kept = trace(EXAMPLES["why_none"].question.program, Switches(retain_grad=True))
    assert grads(kept)["pred"] == TensorValue((), (1.0,))
    assert grads(kept)["loss"] == TensorValue((), (1.0,))


def test_second_backward_a05() -> None:
    traced = of_example("second_backward")
    first, second = traced.calls
    assert first.refusal is None
    assert first.steps[0].freed == ("self",)
    assert second.steps == ()
    assert second.refusal is refusal(traced)
    assert "Trying to backward through the graph a second time" in refusal(traced).library
    assert refusal(traced).node == "op:1"
    assert refusal(traced).causes == (FreedBefore("PowBackward0", 1, 2),)
    assert refusal(traced).mends == (Mend(KeepsGraph(1), (("retain_graph", True),)),)
    mended = trace(traced.program.source, Switches(backward_calls=2, retain_graph=True))
    assert isinstance(mended, Finished)
    assert grads(mended)["x"] == TensorValue((), (12.0,))


def test_saved_tensors_are_freed_by_the_last_call_only() -> None:
    steps = of_example("doubled").backward_steps
    assert [(step.call, step.freed) for step in steps if step.node == "op:1"] == [(1, ()), (2, ("self",))]


def test_nothing_saved_nothing_missed() -> None:
    assert isinstance(trace("x = param([1, 2])\ny = sum(x + 1)", Switches(backward_calls=2)), Finished)


def test_doubled_gradient_a06() -> None:
    traced = of_example("doubled")
    once, twice = [step for step in traced.backward_steps if step.node == "leaf:x"]
    assert (once.grad_before, once.grad_after) == (None, TensorValue((), (6.0,)))
    assert (twice.grad_before, twice.grad_after) == (TensorValue((), (6.0,)), TensorValue((), (12.0,)))
    zeroed = trace(traced.program.source, Switches(backward_calls=2, retain_graph=True, zero_grad=True))
    assert grads(zeroed)["x"] == TensorValue((), (6.0,))


def test_no_grad_a07() -> None:
    traced = of_example("no_grad")
    (y,) = (one for one in traced.names if one.name == "y")
    assert (y.value.values, y.requires_grad, y.grad_fn) == ((4.0,), False, "")
    assert not any(edge.carries_gradient for edge in traced.edges)
    assert "does not require grad" in refusal(traced).library
    assert refusal(traced).causes == (UnderNoGrad("y"),)
    assert refusal(traced).mends == (Mend(Records(), (("no_grad", False),)),)


def test_a_reused_variable_gets_the_sum_over_its_paths() -> None:
    last = of_example("reused").backward_steps[-1]
    assert last.node == "leaf:x"
    assert len(last.arrivals) == 4
    assert sum(arrival.value.values[0] for arrival in last.arrivals) == pytest.approx(last.upstream.values[0])


def test_a_broadcast_operand_gets_its_gradient_summed_back() -> None:
    traced = of_example("broadcasting")
    (step,) = (step for step in traced.backward_steps if traced.node(step.node).engine_name == "AddBackward0")
    assert [(flow.operand, flow.full.shape, flow.summed_axes, flow.value.shape) for flow in step.flows] == [
        ("col", (3, 4), (1,), (3, 1)),
        ("row", (3, 4), (0,), (4,)),
    ]


def test_two_layers_end_in_log_softmax_and_nll() -> None:
    traced = of_example("two_layers")
    order = [traced.node(step.node).engine_name for step in traced.backward_steps]
    assert order[:3] == ["NllLossBackward0", "LogSoftmaxBackward0", "AddBackward0"]
    assert order.count("AccumulateGrad") == 4
    assert [node.label for node in traced.nodes if node.kind == "inner"] == ["log_softmax"]


def test_an_in_place_edit_is_refused_at_the_node_that_had_saved_the_tensor() -> None:
    traced = of_example("in_place")
    edit = in_place_edit(traced)
    assert (edit.version_before, edit.version_after) == (0, 1)
    assert {(node, name) for node, name in edit.stale} == {
        ("op:1", "result"), ("op:2", "self"), ("op:2", "other"),
    }  # fmt: skip
    assert "is at version 1; expected version 0" in refusal(traced).library
    assert traced.node(refusal(traced).node).engine_name == "MulBackward0"
    assert [step.node for step in traced.backward_steps] == ["op:3"]


def test_an_in_place_edit_of_what_nobody_saved_is_allowed() -> None:
    traced = trace("x = param([1, 2])\nh = x + 1\ny = sum(h)", Switches(in_place="h"))
    assert isinstance(traced, Finished)
    assert in_place_edit(traced).stale == ()


def test_detach_cuts_the_path_and_is_held_still_in_the_check() -> None:
    traced = of_example("detached")
    assert grads(traced)["x"] == TensorValue((), (9.0,))
    assert "detach:a" not in {step.node for step in traced.backward_steps}
    assert traced.checks[0].verdict == "agrees"


def test_a_kink_is_reported_as_one() -> None:
    (check,) = trace("x = param(0)\ny = relu(x)").checks
    assert check.verdict == "differs"
    (kink,) = check.notes
    assert isinstance(kink, Kink)
    assert (kink.below, kink.above) == pytest.approx((0, 1))
    assert check.difference.values[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("x = param([1, 2])\ny = x + [1, 2, 3]", "must match the size"),
        ("x = param([[1, 2]])\ny = sum(x @ x)", "shapes cannot be multiplied"),
        ("x = param(2)\ny = x @ x", "1D"),
        ("p = param(2)\ny = bce(p, 1)", "between 0 and 1"),
        ("z = param([1, 2])\ny = cross_entropy(z, 5)", "out of bounds"),
    ],
)
def test_what_pytorch_refuses_going_forward_is_a_result(program: str, words: str) -> None:
    traced = trace(program)
    assert refusal(traced).stage == "forward"
    assert words in refusal(traced).library
    place = refusal(traced).place
    assert place is not None
    assert place.line == 2
    assert not traced.calls
    assert traced.nodes
    exec(traced.code, {"print": lambda *_: None})


@pytest.mark.parametrize(
    "program",
    [
        "z = param([1, 2])\ny = cross_entropy(z, 0.5)",
        f"a = param({[1] * 64})\nb = {[[1]] * 65}\ny = sum(a * b)",
    ],
)
def test_what_the_lesson_refuses_going_forward_has_a_place(program: str) -> None:
    error = refusal(trace(program))
    assert (error.stage, error.library) == ("forward", "")
    assert error.place is not None


def test_a_vector_output_is_refused_and_mended_with_a_sum() -> None:
    traced = trace("x = param([1, 2])\nx * x")
    assert "only for scalar outputs" in refusal(traced).library
    assert isinstance(trace(repaired_program(traced)), Finished)
    named = trace("x = param([1, 2])\ny = x * x")
    assert isinstance(trace(repaired_program(named)), Finished)


def test_data_alone_is_refused_and_mended_with_a_param() -> None:
    traced = trace("x = 2\ny = x * x")
    assert "does not require grad" in refusal(traced).library
    assert repaired_program(traced) == "x = param(2)\ny = x * x"


def whys(traced: GraphTrace) -> dict[str, Claim | None]:
    return {one.name: one.why_none for one in traced.names}


@pytest.mark.parametrize(
    ("program", "repaired"),
    [
        ("w = param([[0.5, -1]])\nx = [1, 3]\np = w @ x\nloss = detach(mean(p))", "loss = mean(p)"),
        ("w = param([1, 2])\nloss = sum(detach(w - 1) * 3)", "loss = sum((w - 1) * 3)"),
        ("w = param(2)\nunused = detach(w)\nv = w * 3\nloss = 2 * detach(v)", "loss = 2 * v"),
    ],
)
def test_a_call_of_detach_is_what_cuts_the_last_path_and_is_taken_away(program: str, repaired: str) -> None:
    traced = trace(program)
    assert "does not require grad" in refusal(traced).library
    assert isinstance(refusal(traced).causes[0], CutOff)
    assert repaired_program(traced).split("\n")[-1] == repaired
    assert isinstance(trace(repaired_program(traced)), Finished)


def test_several_cuts_are_all_named_and_mended_one_by_one() -> None:
    traced = trace("w = param(2)\nv = param(3)\ny = detach(w) * 2 + detach(v)")
    assert refusal(traced).causes == (CutOff("y", ("w.detach()", "v.detach()")),)
    for mend in refusal(traced).mends:
        assert isinstance(trace(str(dict(mend.repair)["program"])), Finished)


def test_a_cut_that_the_output_does_not_use_is_not_to_blame() -> None:
    traced = trace("w = param(2)\nx = [1, 2]\ny = sum(x * 3)", Switches(detach="w"))
    assert refusal(traced).causes == (OnlyFromData("y"),)
    mended = trace(repaired_program(traced), Switches(detach="w"))
    assert isinstance(mended, Finished)
    other = trace("a = [1, 2]\nb = [3, 4]\ny = sum(b)")
    assert repaired_program(other) == "a = [1, 2]\nb = param([3, 4])\ny = sum(b)"


def test_a_name_that_was_cut_off_does_not_blame_its_operands() -> None:
    traced = trace("w = param([0.5, -1])\np = w @ [1, 3]\nq = detach(p)\nr = q * 2\nk = param(1)\nloss = (r - k) ** 2")
    assert whys(traced)["q"] == CutOff("q", ("p.detach()",))
    assert whys(traced)["r"] == CutOff("r", ("p.detach()",))
    kept = trace("x = [1, 2]\nw = param(2)\ny = sum(x * w)", Switches(detach="x"))
    assert whys(kept)["x"] == MadeAsData("x")


def test_why_a_gradient_is_none_tells_what_backward_did() -> None:
    assert whys(trace("x = param([1, 2])\ny = sum(x, 1)"))["x"] == NotCalled("x")
    zeroed = trace("w = param(4)\nloss = 5 * w", Switches(backward_calls=2, zero_grad=True))
    assert whys(zeroed)["w"] == WasCleared("w")
    never = trace("w = param([4, 5])\nloss = 5 * w", Switches(backward_calls=2, zero_grad=True))
    assert whys(never)["w"] == StoppedBefore("w")


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        ("z = param([1, 2, 3])\nloss = cross_entropy(z, 3)", NoSuchClass("z", "torch.tensor(3)", 3, ((-1, 3),))),
        (
            "z = param([[1, 2], [3, 4]])\nloss = cross_entropy(z, [1, 2])",
            NoSuchClass("z", "torch.tensor([1, 2])", 2, ((1, 2),)),
        ),
        (
            "z = param([[1, 2], [3, 4]])\nloss = cross_entropy(z, [1, 0, 1])",
            TargetShape("z", (2, 2), "torch.tensor([1, 0, 1])", (3,), (2,)),
        ),
        ("z = param(2)\nloss = cross_entropy(z, 0)", NeedsAnAxis("z", "cross_entropy")),
        ("x = param(2)\ny = bce(x, 1)", OutsideZeroToOne("x", 1)),
        ("x = param(0.5)\ny = bce(x, [1, 0])", ShapesDiffer(("x", ()), ("torch.tensor([1.0, 0.0])", (2,)))),
        ("x = param([1, 2])\ny = sum(x, 1)", NoSuchAxis("x", (2,), 1)),
        ("x = param(1)\ny = mean(x, 1)", NoSuchAxis("x", (), 1)),
        (
            "x = param([1, 2])\ny = x + [1, 2, 3]",
            SizesClash(("x", (2,)), ("torch.tensor([1.0, 2.0, 3.0])", (3,)), -1),
        ),
        ("x = param([[1, 2]])\ny = x @ x", InnerSizesDiffer(("x", (1, 2)), ("x", (1, 2)))),
        ("w = torch.tensor([1.], requires_grad=True)\nw.mul_(2)", LeafChanged("w")),
    ],
)
def test_what_is_refused_going_forward_has_a_cause_of_its_kind(program: str, cause: Claim) -> None:
    assert refusal(trace(program)).causes == (cause,)


def test_a_function_that_is_infinite_here_is_not_told_as_a_fault_of_float32() -> None:
    (check,) = trace("x = param(2)\ny = 1 / (x - 2)").checks
    assert check.notes == (OutputNotFinite("y"),)
    assert check.verdict == "unchecked"
    (lost,) = trace("x = param(100)\ny = exp(x)").checks
    assert lost.notes == (LostInFloat32("x", finite=False),)


def test_a_vector_times_a_matrix_has_the_products_rule() -> None:
    traced = trace("x = param([1, 2, 3])\nw = param([[1, 2], [3, 4], [5, 6]])\ny = sum(x @ w)")
    assert grads(traced)["x"] == TensorValue((3,), (3.0, 7.0, 11.0))
    product = next(step for step in traced.backward_steps if traced.node(step.node).engine_name == "MmBackward0")
    assert [flow.operator for flow in product.flows] == ["g@", "@g"]


def test_node_ids_and_layout_do_not_depend_on_values() -> None:
    a, b = trace(EXAMPLES["neuron"].question.program), trace(EXAMPLES["neuron_worse"].question.program)
    assert layout(a) == layout(b)
    assert [node.id for node in a.nodes] == [node.id for node in b.nodes]


def test_a_leaf_alone_is_its_own_output() -> None:
    traced = trace("x = param(2)")
    assert [step.node for step in traced.backward_steps] == ["leaf:x"]
    assert grads(traced)["x"] == TensorValue((), (1.0,))


def test_switches_for_names_that_are_gone_are_ignored() -> None:
    traced = trace("x = param(2)\ny = x * x", Switches(detach="h", in_place="k"))
    assert isinstance(traced, Finished)
    assert traced.switches == Switches()


@pytest.mark.parametrize(
    ("full", "operand", "axes"),
    [
        ((3, 4), (3, 1), (1,)),
        ((3, 4), (4,), (0,)),
        ((2, 3), (), (0, 1)),
        ((2, 1), (2, 1), ()),
        ((2, 3), (1, 1), (0, 1)),
    ],
)
def test_summed_axes(full: tuple[int, ...], operand: tuple[int, ...], axes: tuple[int, ...]) -> None:
    assert summed_axes(full, operand) == axes


def test_what_computes_imports_nothing_that_draws() -> None:
    for path in (PROJECT / "primer_core" / "lessons" / "autograd_graph").glob("*.py"):
        if path.name not in {"show.py", "playback.py"}:
            assert "primer_core.picture" not in path.read_text(encoding="utf-8"), path.name


def test_reading_a_program_needs_no_torch() -> None:
    read = "from primer_core.lessons.autograd_graph.explain import trace; trace('x =')"
    code = f"import sys; {read}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout.strip() == "False"


def in_torch(program: str) -> dict[str, Tensor]:
    """Lines of PyTorch run as they stand, `loss` back-propagated."""
    names: dict[str, Tensor] = {}
    exec(program, {"torch": torch, "F": torch.nn.functional}, names)
    torch.autograd.backward(names["loss"])
    return names


@pytest.mark.parametrize(
    ("program", "torch_lines", "leaf"),
    [
        (
            "z = param([[0.4, 1], [2, 0.1], [0, 0]])\nloss = cross_entropy(z, [1, -100, 0])",
            "z = torch.tensor([[0.4, 1], [2, 0.1], [0, 0]], requires_grad=True)\n"
            "loss = F.cross_entropy(z, torch.tensor([1, -100, 0]))",
            "z",
        ),
        (
            "z = param([[0.4, 1], [2, 0.1]])\nloss = cross_entropy(z, [-100, -100])",
            "z = torch.tensor([[0.4, 1], [2, 0.1]], requires_grad=True)\n"
            "loss = F.cross_entropy(z, torch.tensor([-100, -100]))",
            "z",
        ),
        (
            "z = param([1, 2, 0])\nloss = cross_entropy(z, -100)",
            "z = torch.tensor([1.0, 2, 0], requires_grad=True)\nloss = F.cross_entropy(z, torch.tensor(-100))",
            "z",
        ),
        (
            "z = param([[1, 2, 0], [0, 0, 3]])\ny = param([1, 2])\nloss = cross_entropy(z, y)",
            "z = torch.tensor([[1.0, 2, 0], [0, 0, 3]], requires_grad=True)\n"
            "y = torch.tensor([1, 2])\nloss = F.cross_entropy(z, y)",
            "z",
        ),
        (
            "z = param([1, 2, 0])\nloss = cross_entropy(z, [0.05, 0.9, 0.05])",
            "z = torch.tensor([1.0, 2, 0], requires_grad=True)\n"
            "loss = F.cross_entropy(z, torch.tensor([0.05, 0.9, 0.05]))",
            "z",
        ),
        (
            "z = param([[1, 2, 0], [0, 0, 3]])\nloss = cross_entropy(z, [[0, 1, 0], [0, 0, 1]])",
            "z = torch.tensor([[1.0, 2, 0], [0, 0, 3]], requires_grad=True)\n"
            "loss = F.cross_entropy(z, torch.tensor([[0.0, 1, 0], [0, 0, 1]]))",
            "z",
        ),
        (
            "z = [[1, 2, 0], [0, 0, 3]]\ny = param([[0.1, 0.9, 0], [0, 0.2, 0.8]])\nloss = cross_entropy(z, y)",
            "z = torch.tensor([[1.0, 2, 0], [0, 0, 3]])\n"
            "y = torch.tensor([[0.1, 0.9, 0], [0, 0.2, 0.8]], requires_grad=True)\nloss = F.cross_entropy(z, y)",
            "y",
        ),
        (
            "p = param([0.2, 1])\nloss = bce(p, [0, 1])",
            "p = torch.tensor([0.2, 1.0], requires_grad=True)\n"
            "loss = F.binary_cross_entropy(p, torch.tensor([0.0, 1.0]))",
            "p",
        ),
        (
            "x = param([1, 2])\nt = param([0, 1])\nloss = bce(sigmoid(x), t)",
            "x = torch.tensor([1.0, 2.0])\nt = torch.tensor([0.0, 1.0], requires_grad=True)\n"
            "loss = F.binary_cross_entropy(torch.sigmoid(x), t)",
            "t",
        ),
        ("x = param(2)\nloss = mean(x, 0)", "x = torch.tensor(2.0, requires_grad=True)\nloss = x.mean(0)", "x"),
        ("x = param(2)\nloss = sum(x, -1)", "x = torch.tensor(2.0, requires_grad=True)\nloss = x.sum(-1)", "x"),
    ],
)
def test_the_edges_of_a_function_have_the_numbers_of_torch(program: str, torch_lines: str, leaf: str) -> None:
    traced, expected = trace(program), in_torch(torch_lines)
    assert isinstance(traced, Finished), refusal(traced)
    named = {one.name: one for one in traced.names}
    torch.testing.assert_close(tensor(named["loss"].value), expected["loss"].detach(), equal_nan=True)
    torch.testing.assert_close(tensor(gradient(traced, leaf)), expected[leaf].grad, equal_nan=True)
    assert all(flow.derivative for step in traced.backward_steps for flow in step.flows)


def test_class_numbers_get_no_gradient_and_are_not_checked() -> None:
    traced = trace("z = param([[1, 2, 0], [0, 0, 3]])\ny = param([1, 2])\nloss = cross_entropy(z, y)")
    assert grads(traced)["y"] is None
    assert [(check.name, check.verdict) for check in traced.checks] == [("z", "agrees")]
    also = trace(f"{traced.program.source} + sum(y)")
    assert [(check.name, check.verdict) for check in also.checks] == [("z", "agrees"), ("y", "agrees")]


def test_probabilities_enter_the_graph_at_the_product_and_class_numbers_at_the_loss() -> None:
    def meets(program: str) -> str:
        traced = trace(program)
        (edge,) = (edge for edge in traced.edges if edge.source.startswith("data:"))
        return traced.node(edge.target).engine_name

    assert meets("z = param([1, 2])\nloss = cross_entropy(z, [0.5, 0.5])") == "MulBackward0"
    assert meets("z = param([1, 2])\nloss = cross_entropy(z, 1)") == "NllLossBackward0"


@pytest.mark.parametrize(
    ("program", "verdict", "slope"),
    [
        ("p = param(0.9999999)\nloss = bce(p, 1)", "agrees", -1.0),
        # PyTorch keeps a denominator away from 0, and hands on 0 where the slope is -1.
        ("p = param(1)\nloss = bce(p, 1)", "differs", -1.0),
        ("x = param(0)\nloss = bce(x, 0) + bce(-x, 0)", "unchecked", None),
    ],
)
def test_where_a_function_ends_the_difference_is_one_sided(program: str, verdict: str, slope: float | None) -> None:
    (check,) = trace(program).checks
    assert check.verdict == verdict
    assert check.notes or check.limit
    if slope is None:
        assert not check.difference.is_finite
    else:
        assert check.difference.values[0] == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize(
    ("program", "lost_in_single"),
    [
        ("z = param([0, 250])\ny = sum([1, 0] * log(softmax(z)))", True),
        ("t = param(-200)\ny = log(sigmoid(t))", True),
        ("t = param(100)\ny = exp(t) / exp(t)", True),
        ("x = param([0, 0])\ny = sum(x ** 2) ** 0.5", False),
    ],
)
def test_a_gradient_of_nan_is_never_called_fine(program: str, lost_in_single: bool) -> None:
    traced = trace(program)
    (check,) = traced.checks
    assert traced.not_finite == (check.name,)
    assert check.verdict == "differs"
    assert (LostInFloat32(check.name, finite=False) in check.notes) == lost_in_single
    assert any(isinstance(claim, BecameNotFinite) for claim in traced.insights)
    assert check.gradient.is_finite == lost_in_single


def test_the_base_of_a_power_keeps_its_brackets_in_the_code() -> None:
    traced = trace("x = param(-2)\ny = (-2) ** x")
    assert traced.node("op:1").value == TensorValue((), (0.25,))
    assert traced.printed[0].startswith("y = tensor(0.2500")
    assert printed_by(traced.code).rstrip("\n").split("\n") == list(traced.printed)


def test_an_edit_in_place_reaches_every_tensor_of_the_same_memory() -> None:
    a = torch.tensor([0.3, -0.7], requires_grad=True)
    s = torch.tanh(a)
    s.detach().add_(1)
    traced = trace("a = param([0.3, -0.7])\ns = tanh(a)\nd = detach(s)\ny = sum(s)", Switches(in_place="d"))
    names = {one.node: one.name for one in traced.names}
    changed = {names[node]: (value, version) for node, value, version in in_place_edit(traced).changed}
    assert set(changed) == {"s", "d"}
    for value, version in changed.values():
        torch.testing.assert_close(tensor(value), s.detach())
        assert version == s._version


def test_a_target_in_brackets_for_one_example_is_told_and_mended() -> None:
    for program in (
        "x = param([1, 2, 3])\ny = cross_entropy(x, [2])",
        "x = param([1, 2, 3])\nk = [2]\ny = cross_entropy(x, k)",
    ):
        traced = trace(program)
        assert "size mismatch" in refusal(traced).library
        assert isinstance(refusal(traced).causes[0], TargetInBrackets)
        assert isinstance(trace(repaired_program(traced)), Finished)


@pytest.mark.parametrize(
    "program",
    [
        "x = param([-4, 0, 9])\ny = sum(relu(x) ** 0.5)",
        "x = param([0, 9])\ny = sum((x ** 0 - 1) ** 0.5)",
        "z = param([1, 2, 0])\ny = cross_entropy(z, 1) ** 0.5 / 0 - 1",
        "b = param([0, 2])\na = [0, 0]\ny = sum((a ** b - a ** b) ** 0.5)",
        "x = param([[1, 2, 3], [1, 2, 4]])\ny = sum(mean(x, 1) ** 2)",
    ],
)
def test_an_equation_that_is_shown_holds_where_numbers_are_not_finite(program: str) -> None:
    for step in trace(program).backward_steps:
        g = tensor(step.upstream)
        for flow in step.flows:
            full = tensor(flow.full)
            if flow.local is not None and flow.operator == "×":
                torch.testing.assert_close((g * tensor(flow.local)).expand_as(full), full, equal_nan=True)
            summed = full.sum(flow.summed_axes) if flow.summed_axes else full
            torch.testing.assert_close(summed.reshape(flow.value.shape), tensor(flow.value), equal_nan=True)


def test_a_program_of_too_many_nodes_is_refused_where_they_become_too_many() -> None:
    lines = ["x = param(2)", "y0 = x", *(f"y{index} = y{index - 1} + 1" for index in range(1, MAX_NODES + 1))]
    error = refusal(trace("\n".join(lines)))
    assert (error.stage, error.library) == ("forward", "")
    assert error.place is not None
    assert error.place.line == MAX_NODES + 2


def test_a_repair_that_makes_no_program_is_not_offered() -> None:
    comment = "#" * (MAX_TEXT - len("x = [1, 2]\ny = sum(x)\n"))
    assert refusal(trace(f"x = [1, 2]\ny = sum(x)\n{comment}")).mends == ()


@pytest.mark.parametrize(
    "program",
    [
        "p = param(-1.9563)\nt = sigmoid(p) ** p\ny = (2 + sin(t)) ** -1.5",
        "p = param(3.0)\ny = sin(p * 500)",
        "p = param([0.3, 7.0])\ny = sum(sin(exp(p)))",
    ],
)
def test_differences_of_a_function_that_bends_much_agree_with_its_gradient(program: str) -> None:
    traced = trace(program)
    assert isinstance(traced, Finished), refusal(traced)
    assert [check.verdict for check in traced.checks] == ["agrees"]
