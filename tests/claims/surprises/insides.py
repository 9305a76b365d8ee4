"""Checks of what surprises in what layers, optimisers and schedulers keep: they are asked, and made to do it again."""

from __future__ import annotations

import ast
from typing import Any

import torch
from torch import nn

from primer_core.claims.surprises.insides import (
    MovesWithoutSlope,
    OwnAreUnlisted,
    PatienceSpent,
    SizesForTheText,
    StatesLayersFirst,
    StepsInEachBatch,
    TwoVariances,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import line, opened, statement_called
from tests.claims.surprises.lines import after_line, at_line, computed, held_by, statement_of


def stepped(claim: MovesWithoutSlope, program: Program, change: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A parameter before and after a step, where something was changed before it."""
    names = at_line(program, claim.run)
    optimiser = names[claim.optimiser]
    parameter = eval(claim.parameter, {}, names)
    assert any(parameter is each for each in held_by(optimiser))
    assert parameter.grad is not None
    assert not parameter.grad.any()
    before = parameter.detach().clone()
    if change == "no gradient":
        parameter.grad = None
    if "decay" in change:
        for group in optimiser.param_groups:
            assert claim.decay in (0, group["weight_decay"]) or len(optimiser.param_groups) > 1
            group["weight_decay"] = 0
    if "memory" in change:
        optimiser.state.clear()
    optimiser.step()
    return before, parameter.detach()


@check(MovesWithoutSlope)
def _(claim: MovesWithoutSlope, program: Program) -> None:
    assert f"{claim.optimiser}.step(" in ast.unparse(statement_of(program, claim.run))
    before, moved = stepped(claim, program, "")
    assert not torch.equal(before, moved)
    assert torch.equal(*stepped(claim, program, "no gradient"))
    assert torch.equal(*stepped(claim, program, "decay, memory"))
    _, without = stepped(claim, program, "decay" if claim.decay else "memory")
    assert not torch.equal(without, moved)
    if not claim.decay:
        assert torch.equal(before, without)


@check(TwoVariances)
def _(claim: TwoVariances, program: Program) -> None:
    names = at_line(program, claim.run)
    layer: Any = computed(claim.layer, names)
    assert isinstance(layer, nn.modules.batchnorm._BatchNorm)
    assert layer.training
    given: list[torch.Tensor] = []
    layer.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0].detach().clone()))
    exec(ast.unparse(statement_of(program, claim.run)), names)
    numbers = given[0].transpose(0, 1)[0].double().ravel().tolist()
    mean = sum(numbers) / len(numbers)
    squares = sum((each - mean) ** 2 for each in numbers)
    assert claim.count == len(numbers)
    assert (claim.biased, claim.unbiased) == (f"{squares / len(numbers):.6g}", f"{squares / (len(numbers) - 1):.6g}")
    fresh = type(layer)(layer.num_features, eps=1e-12, momentum=1.0, affine=False)
    x = given[0].double()
    trained = fresh.double()(x)
    kept: Any = fresh.running_var
    assert torch.allclose(kept[0], torch.tensor(float(claim.unbiased)).double(), rtol=1e-4)
    fresh.eval()
    with torch.no_grad():
        ratio = (trained / fresh(x))[torch.abs(trained) > 1e-6]
    assert torch.allclose(ratio, torch.tensor(claim.count / (claim.count - 1)).double().sqrt(), rtol=1e-4)


@check(OwnAreUnlisted)
def _(claim: OwnAreUnlisted, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement.value.func) == "print"
    assert ast.unparse(statement.value.args[-1]) == claim.network
    network = at_line(program, claim.run)[claim.network]
    assert isinstance(network, nn.Module)
    held = network.named_buffers if claim.are_buffers else network.named_parameters
    assert tuple(name for name, _ in held(recurse=False)) == claim.own
    printed = line(program, claim.run).printed
    text = repr(network)
    assert text in printed
    bare = type("Bare", (nn.Module,), {})()
    for name, each in network.named_children():
        bare.add_module(name, each)
    assert repr(bare).removeprefix("Bare") == text.removeprefix(type(network).__name__)


@check(SizesForTheText)
def _(claim: SizesForTheText, program: Program) -> None:
    assert f"{claim.layer}.weight" in ast.unparse(statement_of(program, claim.run)).partition(" = ")[0]
    layer: Any = computed(claim.layer, after_line(program, claim.run))
    assert isinstance(layer, nn.Linear)
    assert (layer.in_features, layer.out_features) == (claim.inputs, claim.outputs)
    assert f"in_features={claim.inputs}, out_features={claim.outputs}" in repr(layer)
    plain = nn.Linear(1, 1, bias=False)
    plain.weight = layer.weight
    with torch.no_grad():
        assert tuple(plain(torch.ones(4, claim.shape[1], dtype=layer.weight.dtype)).shape) == (4, claim.shape[0])
    assert claim.shape != (claim.outputs, claim.inputs)


@check(StatesLayersFirst)
def _(claim: StatesLayersFirst, program: Program) -> None:
    assert f"= {claim.layer}(" in ast.unparse(statement_of(program, claim.run))
    names = after_line(program, claim.run)
    layer = names[claim.layer]
    assert isinstance(layer, nn.RNNBase)
    assert layer.batch_first
    assert tuple(names[claim.state].shape) == claim.shape
    assert claim.directions == (2 if layer.bidirectional else 1)
    assert claim.shape[0] == layer.num_layers * claim.directions
    layer.eval()
    with torch.no_grad():
        output, states = layer(torch.randn(claim.shape[1] + 1, 5, layer.input_size))
    state = states[0] if isinstance(states, tuple) else states
    assert tuple(state.shape) == (claim.shape[0], claim.shape[1] + 1, claim.shape[2])
    last = output[:, 0, layer.hidden_size :] if layer.bidirectional else output[:, -1]
    assert torch.allclose(state[-1], last)


@check(PatienceSpent)
def _(claim: PatienceSpent, program: Program) -> None:
    assert f"{claim.scheduler}.step(" in ast.unparse(statement_of(program, claim.run))
    scheduler = at_line(program, claim.run)[claim.scheduler]
    assert scheduler.patience == claim.patience == scheduler.num_bad_epochs
    assert (f"{scheduler.best:.6g}", f"{scheduler.optimizer.param_groups[0]['lr']:.6g}") == (claim.best, claim.before)
    after = after_line(program, claim.run)[claim.scheduler]
    assert f"{after.optimizer.param_groups[0]['lr']:.6g}" == claim.after != claim.before
    assert f"{after.best:.6g}" == claim.best


@check(StepsInEachBatch)
def _(claim: StepsInEachBatch, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.scheduler}.step()"
    ran = list(recorded(opened(program.code)).lines)
    rounds = [place for place, (number, _) in enumerate(ran) if number == claim.line]
    calls = [run for run in ran[rounds[0] : rounds[1]] if run[0] == claim.run[0]]
    assert len(calls) == claim.calls
    assert isinstance(statement_called(opened(program.code), claim.line), ast.For)
    first, last = at_line(program, calls[0]), after_line(program, calls[-1])
    scheduler = last[claim.scheduler]
    rates = [f"{names[claim.scheduler].optimizer.param_groups[0]['lr']:.6g}" for names in (first, last)]
    assert rates == [claim.before, claim.after]
    optimiser = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=float(claim.before))
    once = torch.optim.lr_scheduler.StepLR(optimiser, scheduler.step_size, scheduler.gamma)
    used = []
    for _ in range(claim.size + 1):
        used.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        once.step()
    assert used[: claim.size] == [float(claim.before)] * claim.size
    assert used[-1] != used[0]
