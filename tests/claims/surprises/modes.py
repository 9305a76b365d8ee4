"""Checks of what surprises in networks that run: PyTorch tells of each call, and they are called once more."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from primer_core.claims.running import Run
from primer_core.claims.surprises.modes import (
    KeptFarOff,
    LeafInBetween,
    LearnsInEvalMode,
    NextRateAsked,
    NormStillMoves,
    NotTheirName,
    OneSampleSqueezed,
    StillInTrainMode,
    WeightNotTurned,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened, statement_called
from tests.claims.surprises.lines import after_line, at_line, computed, expression, inner_of, stands_there, statement_of


@dataclass(frozen=True)
class Called:
    """A module that was called, as it was then."""

    module: nn.Module
    training: bool
    recorded: bool
    given: torch.Tensor
    gave: torch.Tensor
    mean: torch.Tensor | None
    learned: dict[str, torch.Tensor]


@contextmanager
def heard() -> Iterator[list[Called]]:
    """All modules that are called within the block, in the order in which they ended."""
    found: list[Called] = []
    means: dict[int, torch.Tensor] = {}
    learned: dict[int, dict[str, torch.Tensor]] = {}

    def begins(module: nn.Module, _: Any) -> None:
        mean: Any = getattr(module, "running_mean", None)
        if mean is not None:
            means[id(module)] = mean.clone()
        own = module.named_parameters(recurse=False)
        learned[id(module)] = {name: each.detach().clone() for name, each in own}

    def ends(module: nn.Module, given: Any, gave: Any) -> None:
        if len(given) == 1 and isinstance(given[0], torch.Tensor) and isinstance(gave, torch.Tensor):
            mode = module.training, torch.is_grad_enabled()
            cells = given[0].detach().clone(), gave.detach().clone()
            found.append(Called(module, *mode, *cells, means.get(id(module)), learned[id(module)]))

    hooks = register_module_forward_pre_hook(begins), register_module_forward_hook(ends)
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def during(program: Program, run: Run) -> tuple[list[Called], list[Called], dict[str, Any]]:
    """What was called before a line and in it, and what names are bound to there, live."""
    with heard() as before:
        at_line(program, run)
    with heard() as every:
        names = after_line(program, run)
    return every[: len(before)], every[len(before) :], names


def first_apart(one: torch.Tensor, other: torch.Tensor) -> tuple[str, ...]:
    """The first two numbers that differ, at one place."""
    pairs = zip(one.ravel(), other.ravel(), strict=True)
    return next((tuple(map(digits, each)) for each in pairs if not torch.isclose(*each, rtol=1e-2, atol=1e-6)), ())


def digits(value: Any) -> str:
    return f"{float(value) + 0.0:.4g}"


@check(StillInTrainMode)
def _(claim: StillInTrainMode, program: Program) -> None:
    before, here, names = during(program, claim.run)
    network = names[claim.network]
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.func) == claim.network

    def is_it(each: Called) -> bool:
        return each.module is network and each.training and not each.recorded

    pairs = [
        (one, other)
        for place, other in enumerate([*before, *here])
        if place >= len(before) and is_it(other)
        for one in [*before, *here][:place]
        if is_it(one) and torch.equal(one.given, other.given)
    ]
    assert any(first_apart(one.gave, other.gave) == (claim.first, claim.second) for one, other in pairs)
    assert claim.first != claim.second
    layer = next(each for each in network.modules() if repr(each) == claim.layer)
    drawn = [layer.train()(torch.ones(64)) for _ in range(20)]
    assert any(not torch.equal(drawn[0], each) for each in drawn)
    network.eval()
    one, other = (computed(claim.code, dict(names)) for _ in range(2))
    assert torch.equal(one, other)
    assert one.requires_grad == any(each.requires_grad for each in network.parameters()) or not torch.is_grad_enabled()


@check(NormStillMoves)
def _(claim: NormStillMoves, program: Program) -> None:
    _, here, names = during(program, claim.run)
    layer = computed(claim.layer, dict(names))
    assert any(each is layer for each in names[claim.network].modules())
    calls = [each for each in here if each.module is layer]
    assert calls
    assert calls[0].training
    assert not calls[0].recorded
    assert calls[0].mean is not None
    assert digits(calls[0].mean[0]) == claim.before
    share = layer.momentum
    mean = calls[0].given.transpose(0, 1)[0].mean()
    if share is not None:
        moved = (1 - share) * float(calls[0].mean[0]) + share * float(mean)
        assert abs(moved - float(claim.after)) <= 1e-3 * max(abs(float(claim.after)), 1e-4)
    assert claim.before != claim.after
    kept = layer.running_mean.clone()
    names[claim.network].eval()
    layer(calls[0].given)
    assert torch.equal(kept, layer.running_mean)


@check(KeptFarOff)
def _(claim: KeptFarOff, program: Program) -> None:
    before, here, names = during(program, claim.run)
    layer: Any = computed(claim.layer, dict(names))
    assert isinstance(layer, nn.modules.batchnorm._BatchNorm)
    calls = [each for each in here if each.module is layer and not each.training]
    trained = [each for each in before if each.module is layer and each.training]
    assert calls
    fresh: Any = type(layer)(layer.num_features, eps=layer.eps, momentum=float(claim.momentum), affine=False)
    assert abs(float(claim.momentum) - float(layer.momentum or 0)) < 1e-6
    assert len(trained) == claim.calls
    assert fresh.running_mean[0] == 0
    assert fresh.running_var[0] == 1
    for each in trained:
        fresh(each.given)
    fresh.eval()
    assert digits(fresh.running_mean[claim.channel]) == claim.kept
    assert digits(fresh.running_var[claim.channel]) == claim.spread
    given = calls[0].given.transpose(0, 1)[claim.channel]
    assert abs(float(given.mean()) - float(claim.mean)) <= 2e-3 * abs(float(claim.mean))
    scaled = fresh(calls[0].given).transpose(0, 1).flatten(1).mean(1)
    assert abs(float(scaled[claim.channel]) - float(claim.scaled)) <= 2e-3 * abs(float(claim.scaled))
    assert abs(float(scaled[claim.channel])) >= float(scaled.abs().max()) * 0.999
    fresh.train()
    for _ in range(5):
        fresh(calls[0].given)
    fresh.eval()
    nearer = fresh(calls[0].given).transpose(0, 1).flatten(1).mean(1)[claim.channel]
    assert abs(float(nearer)) < abs(float(claim.scaled))


@check(NextRateAsked)
def _(claim: NextRateAsked, program: Program) -> None:
    stands_there(f"{claim.scheduler}.get_lr()", program, claim.run)
    names = at_line(program, claim.run)
    scheduler: Any = names[claim.scheduler]
    assert isinstance(scheduler, torch.optim.lr_scheduler.LRScheduler)
    used = scheduler.optimizer.param_groups[0]["lr"]
    assert scheduler.get_last_lr()[0] == used
    assert (f"{scheduler.get_lr()[0]:.6g}", f"{used:.6g}") == (claim.found, claim.used)
    assert claim.found != claim.used


class Kept(ast.NodeTransformer):
    """Hands an expression of a program to a function, where it stands at one place."""

    def __init__(self, node: ast.expr) -> None:
        self.dumped, self.place = ast.dump(node), (node.lineno, node.col_offset, node.end_col_offset)

    def visit(self, node: ast.AST) -> ast.AST:
        here = isinstance(node, ast.expr) and (node.lineno, node.col_offset, node.end_col_offset) == self.place
        if isinstance(node, ast.expr) and here and ast.dump(node) == self.dumped:
            return ast.copy_location(ast.Call(ast.Name("_kept_", ast.Load()), [node], []), node)
        return self.generic_visit(node)


@check(LeafInBetween)
def _(claim: LeafInBetween, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    lost: Any = expression(claim.lost)
    source = opened(program.code)
    assert claim.lost in source
    lines: list[int] = []
    made: list[torch.Tensor] = []

    def kept(value: torch.Tensor) -> torch.Tensor:
        made.append(value)
        return value

    backward: Any = torch.Tensor.backward

    def noted(own: torch.Tensor, *given: Any, **named: Any) -> Any:
        frame: Any = inspect.currentframe()
        lines.append(frame.f_back.f_lineno)
        backward(own, *given, **named)
        assert all(each.grad is None for each in parameters_of(names))

    tree: Any = ast.fix_missing_locations(Kept(node).visit(ast.parse(source)))
    names: dict[str, Any] = {"_kept_": kept}
    with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(io.StringIO()):
        patched.setattr(torch.Tensor, "backward", noted)
        exec(compile(tree, "program", "exec"), names)
    leaf = made[claim.run[1] - 1]
    assert leaf.is_leaf
    assert leaf.grad is not None
    assert statement_called(source, claim.back).lineno in lines
    assert all(each.grad is None for each in parameters_of(names))
    assert computed(claim.parameter, names).grad is None
    assert claim.missing == len(reached(claim, program))
    match claim.why:
        case "anew":
            assert isinstance(lost, ast.Call)
            assert ast.unparse(lost.func).startswith("torch.")
        case "detached":
            assert claim.lost.endswith((".detach()", ".data"))
        case "number":
            assert claim.lost.endswith((".item()", ".tolist()")) or claim.lost.startswith("float(")
        case "dtype":
            assert isinstance(lost, ast.Compare | ast.Call)
            assert not claim.lost.endswith((".detach()", ".data", ".item()"))
        case _:
            raise AssertionError(claim.why)


def parameters_of(names: dict[str, Any]) -> list[nn.Parameter]:
    return [own for each in names.values() if isinstance(each, nn.Module) for own in each.parameters()]


def reached(claim: LeafInBetween, program: Program) -> list[str]:
    """The parameters of which the parts of what lost the gradient were computed."""
    seen = at_line(program, claim.run)
    lines = []
    for node in ast.walk(expression(claim.lost)):
        if isinstance(node, ast.expr):
            with contextlib.suppress(Exception):
                value = computed(ast.unparse(node), dict(seen))
                lines += [value] if isinstance(value, torch.Tensor) and value.grad_fn is not None else []
    found: dict[int, str] = {}
    for value in lines:
        ends = [value.grad_fn]
        while ends:
            here: Any = ends.pop()
            if hasattr(here, "variable"):
                found[id(here.variable)] = str(here)
            ends += [each for each, _ in here.next_functions if each is not None]
    return list(found.values())


@check(OneSampleSqueezed)
def _(claim: OneSampleSqueezed, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    source = opened(program.code)
    shapes: list[list[tuple[int, ...]]] = []
    for part in (inner_of(node), node):
        found: list[tuple[int, ...]] = []

        def kept(value: Any, found: list[tuple[int, ...]] = found) -> Any:
            found.append(tuple(value.shape))
            return value

        tree: Any = ast.fix_missing_locations(Kept(part).visit(ast.parse(source)))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            exec(compile(tree, "program", "exec"), {"_kept_": kept})
        shapes.append(found)
    pairs = list(zip(*shapes, strict=True))
    assert pairs[claim.run[1] - 1] == (claim.given, claim.gives)
    assert (claim.before, claim.gave) in pairs[: claim.run[1] - 1]
    assert claim.given[claim.axis] == 1 < claim.before[claim.axis]
    assert len(claim.gave) == len(claim.gives) + 1
    if claim.instead:
        rest = tuple(size for axis, size in enumerate(claim.given) if claim.before[axis] != 1)
        assert tuple(computed(claim.instead, at_line(program, claim.run)).shape) == rest
        assert rest[0 : claim.axis + 1].count(1) >= 1
    else:
        assert claim.gave == claim.before


@check(NotTheirName)
def _(claim: NotTheirName, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement).startswith(f"{claim.name} = {claim.kind}(")
    made = after_line(program, claim.run)[claim.name]
    assert type(made).__name__ == claim.kind
    assert claim.method in vars(type(made))
    assert "__init__" not in vars(type(made))
    assert claim.missing
    assert not any(hasattr(made, each) for each in claim.missing)
    called = re.sub(rf"(?<!\w){claim.method}(?!\w)", "__init__", opened(program.code))
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        exec(called, names)
    assert all(hasattr(names[claim.name], each) for each in claim.missing)


@check(WeightNotTurned)
def _(claim: WeightNotTurned, program: Program) -> None:
    names = at_line(program, claim.run)
    stands_there(claim.code, program, claim.run)
    layer: Any = computed(claim.layer, dict(names))
    assert isinstance(layer, nn.Linear)
    assert tuple(layer.weight.shape) == (claim.size, claim.size)
    with torch.no_grad():
        given = computed(claim.given, dict(names))
        made = computed(claim.code, dict(names))
        bare = layer(given) if layer.bias is None else layer(given) - layer.bias
        turned = computed(f"{claim.given} @ {claim.layer}.weight.T", dict(names))
    assert torch.allclose(bare, turned, atol=1e-5)
    assert first_apart(made, turned) == (claim.found, claim.other)


@check(LearnsInEvalMode)
def _(claim: LearnsInEvalMode, program: Program) -> None:
    before, here, names = during(program, claim.run)
    network, optimiser = names[claim.network], names[claim.optimiser]
    assert any(f"{claim.optimiser}.step()" == ast.unparse(each) for each in ast.walk(statement_of(program, claim.run)))
    calls = [each for each in [*before, *here] if each.module is network and each.recorded]
    assert any(each.training for each in calls)
    assert not calls[-1].training
    held = [each for group in optimiser.param_groups for each in group["params"]]
    assert any(own is each for own in network.parameters() for each in held)
    layer = computed(claim.layer, dict(names))
    assert any(layer is each for each in network.modules())
    assert claim.scales == isinstance(layer, nn.modules.batchnorm._BatchNorm)
    last = [each for each in [*before, *here] if each.module is layer and each.recorded][-1]
    if claim.scales:
        assert last.mean is not None
        assert torch.equal(last.mean, layer.running_mean)
        own = last.learned  # what it had then
        kept = layer.running_mean, layer.running_var, own.get("weight"), own.get("bias")
        alone = nn.functional.batch_norm(last.given[:1], *kept, eps=layer.eps)
        assert torch.allclose(alone, last.gave[:1], atol=1e-5)
    else:
        assert torch.equal(last.given, last.gave)
        assert not torch.equal(layer.train()(torch.ones(64)), torch.ones(64))
    lines = opened(program.code).split("\n")
    assert claim.code in lines[claim.line - 1]
    assert claim.code.endswith(".eval()")
    lines[claim.line - 1] = lines[claim.line - 1].replace(claim.code, "None")
    before, here, names = during(Program("\n".join(lines)), claim.run)
    calls = [each for each in [*before, *here] if each.module is names[claim.network] and each.recorded]
    assert calls[-1].training
