"""Checks of what surprises: `primer_core.claims.surprises.models`."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from primer_core.claims.running import Run
from primer_core.claims.surprises.models import (
    EndsAtOnce,
    FrozenMovesOn,
    FunctionDropsStill,
    LeftAsTheyWere,
    MadeInEachCall,
    OneMemoryOften,
    OneModelTwice,
    PartStandsStill,
    SequenceFirst,
    StartsAnew,
    StillRecorded,
    TakenForConstants,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import line, opened
from tests.claims.source_checks import Between, Stopped, in_sight
from tests.claims.surprises.lines import (
    after_line,
    at_line,
    at_the_end,
    computed,
    every_gradient,
    held_by,
    numbers,
    stands_there,
    statement_of,
    times_of,
    within,
    written,
)


def seen_at(program: Program, run: Run, look: Callable[[dict[str, Any]], Any], *, begins: bool = False) -> Any:
    """What is seen of the live names where a line ends, or begins."""
    found: list[Any] = []

    def stop(frame: Any) -> None:
        found.append(look(in_sight(frame)))
        raise Stopped

    code = opened(program.code)
    Between(code, run, (0, 0), **{"begun" if begins else "ended": stop}).cells(())
    assert found, f"line {run[0]} does not run {run[1]} times"
    return found[0]


def kept(node: Any, why: str) -> str:
    """What stands in a program in the place of a step that lost the gradient, and loses none."""
    match node, why:
        case ast.Call(ast.Attribute(given, "item" | "tolist"), []), "number":
            return f"({ast.unparse(given)})"
        case ast.Call(ast.Name("float"), [given]), "number":
            return f"({ast.unparse(given)})"
        case ast.Call(ast.Attribute(given, "detach"), []), "detached":
            return f"({ast.unparse(given)})"
        case ast.Attribute(given, "data"), "detached":
            return f"({ast.unparse(given)})"
        case ast.Call(ast.Attribute(ast.Name("torch"), "tensor" | "Tensor" | "FloatTensor"), [given, *_]), "anew":
            text = ast.unparse(given)
            return f"(torch.stack(list({text})) if isinstance({text}, (list, tuple)) else ({text}))"
    raise AssertionError(f"{ast.unparse(node)} loses no gradient as {why}")


def with_text(program: Program, node: Any, text: str) -> Program:
    """The program with another text where an expression stands."""
    lines = opened(program.code).split("\n")
    first, last = node.lineno - 1, node.end_lineno - 1
    begin = lines[first].encode()[: node.col_offset].decode()
    rest = lines[last].encode()[node.end_col_offset :].decode()
    lines[first : last + 1] = [begin + text + rest, *[""] * (last - first)]
    return Program("\n".join(lines))


def with_gradient(claim: Any, program: Program, look: Callable[[Program], Any]) -> Any:
    """What is seen of a program whose step loses no gradient."""
    node = stands_there(claim.code, program, claim.lost)
    assert times_of(program, claim.lost[0], claim.run) == claim.lost[1]
    if getattr(claim, "why", "no_grad") != "no_grad":
        return look(with_text(program, node, kept(node, claim.why)))
    assert not seen_at(program, claim.lost, lambda _: torch.is_grad_enabled(), begins=True)
    assert not isinstance(node, ast.Name)
    with torch.enable_grad():
        assert computed(claim.code, {**at_line(program, claim.lost)}).requires_grad
    code = opened(program.code).replace("set_grad_enabled(False)", "enable_grad()")
    return look(
        Program(code.replace("torch.no_grad()", "torch.enable_grad()").replace("inference_mode", "enable_grad"))
    )


@check(PartStandsStill)
def _(claim: PartStandsStill, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.optimiser}.step()"

    def lacking(names: dict[str, Any]) -> tuple[list[bool], int]:
        held = held_by(names[claim.optimiser])
        first = eval(claim.parameter, {}, names)
        return [each.grad is None for each in held], next(n for n, each in enumerate(held) if each is first)

    without, place = seen_at(program, claim.run, lacking)
    assert len(without) == claim.count
    whole, _ = with_gradient(claim, program, lambda other: seen_at(other, claim.run, lacking))
    found = [n for n, (one, other) in enumerate(zip(without, whole, strict=True)) if one and not other]
    assert len(found) == claim.missing
    assert found[0] == place


@check(TakenForConstants)
def _(claim: TakenForConstants, program: Program) -> None:
    assert ".backward(" in ast.unparse(statement_of(program, claim.run))

    def gradient(program: Program) -> Any:
        return seen_at(program, claim.run, lambda names: numbers(names[claim.name].grad).copy())

    found, whole = gradient(program), with_gradient(claim, program, gradient)
    assert tuple(np.argwhere(~np.isclose(found, whole, rtol=1e-4, atol=1e-6))[0]) == claim.index
    assert (f"{found[claim.index]:.6g}", f"{whole[claim.index]:.6g}") == (claim.found, claim.whole)


@check(EndsAtOnce)
def _(claim: EndsAtOnce, program: Program) -> None:
    assert f"{claim.asked}.backward(" in ast.unparse(statement_of(program, claim.run))

    def leaf(names: dict[str, Any]) -> Any:
        asked = computed(claim.asked, names)
        assert asked.is_leaf
        assert asked.requires_grad
        asked.grad = None
        return every_gradient({name: each for name, each in names.items() if each is not asked})

    before = seen_at(program, claim.run, leaf, begins=True)

    def others(names: dict[str, Any]) -> Any:
        asked = computed(claim.asked, names)
        assert asked.grad is not None
        return every_gradient({name: each for name, each in names.items() if each is not asked})

    after = seen_at(program, claim.run, others)
    before, after = ({name: each for name, each in found.items() if each is not None} for found in (before, after))
    grads = {name for name in after if name.endswith(".grad.grad")}
    assert {name for name in after if name not in grads} - set(before) <= {f"{claim.asked}.grad"}
    assert all(torch.equal(after[name], each) for name, each in before.items() if name in after)
    node: Any = stands_there(claim.code, program, claim.lost)
    assert times_of(program, claim.lost[0], claim.run) == claim.lost[1]
    if claim.why == "no_grad":
        assert not seen_at(program, claim.lost, lambda _: torch.is_grad_enabled(), begins=True)
        return
    names = at_line(program, claim.lost)
    given = computed(kept(node, claim.why), {"torch": torch, "nn": nn, "F": functional, **names})
    assert given.requires_grad
    assert given.grad_fn is not None


def defined_as(program: Program, name: str) -> Any:
    """The function or the class that the program calls by a name."""
    tree = ast.parse(opened(program.code))
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name)


def called_there(program: Program, run: Run, name: str) -> ast.Call:
    """A call in a line of what has a name."""
    nodes = ast.walk(statement_of(program, run))
    return next(
        node
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    )


@check(SequenceFirst)
def _(claim: SequenceFirst, program: Program) -> None:
    call = called_there(program, claim.run, claim.layer)
    names = at_line(program, claim.run)
    layer = names[claim.layer]
    assert isinstance(layer, nn.Module)
    x = computed(ast.unparse(call.args[0]), dict(names)).detach().clone()
    assert tuple(x.shape[:2]) == (claim.steps, claim.samples)
    layer.eval()
    with torch.no_grad():
        before = layer(x)
        x[0, 0] += torch.arange(x.shape[-1]) * 0.5  # the first step of the first sample
        after = layer(x)
    assert not torch.equal(before[:, 0], after[:, 0])
    assert torch.allclose(before[:, 1:], after[:, 1:])
    assert claim.steps == 1 or not torch.allclose(before[1:, 0], after[1:, 0])


@check(MadeInEachCall)
def _(claim: MadeInEachCall, program: Program) -> None:
    call = called_there(program, claim.run, claim.called)
    names = at_line(program, claim.run)
    what = names[claim.called]
    assert isinstance(what, nn.Module) == claim.is_network
    owner = defined_as(program, type(what).__name__ if claim.is_network else claim.called)
    layer: Any = within(claim.code, owner, program)
    if not claim.is_network:
        here = sum(ast.unparse(node) == claim.called for node in ast.walk(statement_of(program, claim.run)))
        assert times_of(program, owner.body[-1].lineno, claim.run) + here > 1, "no call came before"
    kind = getattr(nn, layer.func.attr)
    made: list[Any] = []
    begin = kind.__init__

    def begins(self: Any, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        made.append(self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kind, "__init__", begins)
        computed(ast.unparse(call), dict(names))
        each = len(made)
        computed(ast.unparse(call), dict(names))
    assert len(made) == 2 * each > 0
    one, other = (next(made[place].parameters()) for place in (0, each))
    assert one is not other
    assert not torch.equal(one, other)
    known = list(what.parameters()) if claim.is_network else []
    assert all(own is not parameter for layer in made for own in layer.parameters() for parameter in known)


@check(FunctionDropsStill)
def _(claim: FunctionDropsStill, program: Program) -> None:
    call = called_there(program, claim.run, claim.function)
    names = at_line(program, claim.run)
    network = names[claim.network]
    assert isinstance(network, nn.Module)
    assert not network.training
    function = defined_as(program, claim.function)
    within(claim.code, function, program)
    assert any(isinstance(node, ast.Call) and ast.unparse(node.func) == claim.network for node in ast.walk(function))

    def given(seed: int) -> Any:
        torch.manual_seed(seed)
        return computed(ast.unparse(call), dict(names))

    assert any(not torch.equal(given(0), given(seed)) for seed in range(1, 30))
    drop: Any = functional.dropout
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(functional, "dropout", lambda x, p=0.5, training=network.training: drop(x, p, training))
        assert all(torch.equal(given(0), given(seed)) for seed in range(1, 5))


@check(FrozenMovesOn)
def _(claim: FrozenMovesOn, program: Program) -> None:
    def means(names: dict[str, Any]) -> Any:
        layer = computed(claim.layer, names)
        assert layer.training
        assert not any(each.requires_grad for each in layer.parameters())
        assert len(list(layer.parameters()))
        return numbers(layer.running_mean).copy()

    before, after = (seen_at(program, claim.run, means, begins=begins) for begins in (True, False))
    assert int(np.flatnonzero(before != after)[0]) == claim.index
    assert (f"{before[claim.index]:.3g}", f"{after[claim.index]:.3g}") == (claim.before, claim.after)
    source = opened(program.code)
    number = statement_of(program, claim.run).lineno
    lines = source.split("\n")
    indent = lines[number - 1][: len(lines[number - 1]) - len(lines[number - 1].lstrip())]
    lines[number - 1] = f"{indent}{claim.layer}.eval(); {lines[number - 1].lstrip()}"
    if ";" not in source:
        there = (claim.run[0] + 1_000_000, claim.run[1])
        again = seen_at(
            Program("\n".join(lines)), there, lambda names: numbers(computed(claim.layer, names).running_mean).copy()
        )
        assert np.array_equal(again, before) or claim.run[1] > 1


@check(StartsAnew)
def _(claim: StartsAnew, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    number, last = claim.run
    assert last > 1
    assert (number, last + 1) not in recorded(opened(program.code)).lines
    made = [line(program, (number, time)).names[claim.name] for time in range(1, last + 1)]
    assert len({id(each) for each in made}) == last
    for optimiser in made:
        assert type(optimiser).__name__ == claim.kind
        assert type(optimiser).__module__.startswith("torch.optim")
        states = list(optimiser.state.values())
        assert states
        if claim.kind == "SGD":
            for parameter in held_by(optimiser):
                if parameter in optimiser.state:
                    assert optimiser.state[parameter]["momentum_buffer"] is not None
        else:
            assert all(float(state["step"]) == 1 for state in states)


@check(OneModelTwice)
def _(claim: OneModelTwice, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.name} = {claim.network}"
    ends = at_the_end(program, claim.run)
    assert ends[claim.name] is ends[claim.network]
    then = seen_at(program, claim.run, lambda names: copy.deepcopy(names[claim.network]))
    now = ends[claim.name]
    assert any(not torch.equal(one, other) for one, other in zip(then.parameters(), now.parameters(), strict=True))


@check(OneMemoryOften)
def _(claim: OneMemoryOften, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert any(written(each, program) == claim.added for each in ast.walk(statement) if isinstance(each, ast.expr))
    number, last = claim.run
    first = last - claim.count + 1
    held = list(entries_of(after_line(program, claim.run)[claim.name]))
    assert len(held) == claim.count > 1
    arrays = [each.detach().numpy() if isinstance(each, torch.Tensor) else each for each in held]
    assert len({(each.__array_interface__["data"][0], each.shape, each.strides) for each in arrays}) == 1
    then = [
        seen_at(program, (number, time), lambda names: numbers(list(entries_of(names[claim.name]))[-1]).copy())
        for time in range(first, last + 1)
    ]
    assert any(not np.array_equal(each, arrays[0], equal_nan=True) for each in then)
    other = with_text(program, statement, claim.instead)
    apart = [numbers(each) for each in entries_of(after_line(other, claim.run)[claim.name])]
    assert all(np.array_equal(one, each, equal_nan=True) for one, each in zip(apart, then, strict=True))
    endings = (".copy()", ".detach().clone()", ".clone()")
    assert ast.unparse(statement) in [ast.unparse(ast.parse(claim.instead.replace(each, ""))) for each in endings]


def entries_of(held: Any) -> Any:
    return (each for each in (held.values() if isinstance(held, dict) else held) if each is not None)


@check(LeftAsTheyWere)
def _(claim: LeftAsTheyWere, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement.value.func.value) == ast.unparse(ast.parse(claim.network, mode="eval"))

    def state(names: dict[str, Any]) -> dict[str, Any]:
        return {name: each.clone() for name, each in computed(claim.network, names).state_dict().items()}

    before, after = (seen_at(program, claim.run, state, begins=begins) for begins in (True, False))
    names = at_line(program, claim.run)
    given = computed(ast.unparse(statement.value.args[0]), dict(names))
    assert tuple(name for name in before if name not in given) == claim.keys
    assert all(torch.equal(before[name], after[name]) for name in claim.keys)


@check(StillRecorded)
def _(claim: StillRecorded, program: Program) -> None:
    asked = ast.unparse(statement_of(program, claim.run))
    assert f"{claim.name}.requires_grad" in asked or f"{claim.name}.grad_fn" in asked
    names = at_line(program, claim.run)
    assert names[claim.name].requires_grad
    assert names[claim.name].grad_fn is not None
    network = names[claim.network]
    assert isinstance(network, nn.Module)
    assert not network.training
    made = [
        node.value
        for node in ast.walk(ast.parse(opened(program.code)))
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == claim.name
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == claim.network
    ]
    assert made
    with torch.no_grad():
        assert not computed(ast.unparse(made[-1]), dict(names)).requires_grad
