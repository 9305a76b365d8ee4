"""Checks of what surprises in batches, losses and steps: what a line did is found out by running plain Python."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from primer_core.claims.running import line_of
from primer_core.claims.surprises.rounds import (
    AllIgnored,
    BatchesCounted,
    BestOfEvery,
    BothComputed,
    CellStateTaken,
    ClippedTooLate,
    FirstOfAll,
    LastRoundAlone,
    OutOfReach,
    RowsOfPlaces,
    TakenAway,
    UnitsAlike,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import line, opened, statement_called
from tests.claims.source_checks import Between, in_sight
from tests.claims.surprises.lines import (
    after_line,
    at_line,
    computed,
    made_of,
    numbers,
    stands_there,
    statement_of,
    times_of,
)


def lines_of(program: Program) -> list[str]:
    return opened(program.code).split("\n")


@check(FirstOfAll)
def _(claim: FirstOfAll, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node) == f"next(iter({claim.loader}))"
    loader = at_line(program, claim.run)[claim.loader]
    assert isinstance(loader, torch.utils.data.DataLoader)
    line(program, claim.run)
    assert isinstance(loader.sampler, torch.utils.data.RandomSampler) == claim.shuffled
    begun: list[Any] = []
    with pytest.MonkeyPatch.context() as patched:
        start = torch.utils.data.DataLoader.__iter__

        def noted(own: Any) -> Any:
            begun.append(own)
            return start(own)

        patched.setattr(torch.utils.data.DataLoader, "__iter__", noted)
        loader = after_line(program, claim.run)[claim.loader]
        assert sum(each is loader for each in begun) > 1
    every = list(loader)
    assert len(every) > 1
    if isinstance(loader.sampler, torch.utils.data.SequentialSampler):
        for again in (next(iter(loader)), next(iter(loader))):
            assert all(torch.equal(one, other) for one, other in zip(again, every[0], strict=True))


@check(ClippedTooLate)
def _(claim: ClippedTooLate, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    line(program, claim.run)
    source = lines_of(program)
    step, cleared = source[line_of(claim.step) - 1], source[line_of(claim.cleared) - 1]
    assert ".step()" in step
    assert ".zero_grad()" in cleared
    assert (line_of(claim.step), claim.step) < (line_of(claim.run[0]), claim.run[0])
    ended = [at_end(each) for each in (opened(program.code), without(program, claim))]
    assert ended[0] == ended[1]  # what it clips changes no parameter


def without(program: Program, claim: ClippedTooLate) -> str:
    return opened(program.code).replace(claim.code, "None")


def at_end(source: str) -> list[Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(source, names)
    networks = [each for each in names.values() if isinstance(each, nn.Module)]
    return [parameter.tolist() for each in networks for parameter in each.parameters()]


@check(AllIgnored)
def _(claim: AllIgnored, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert bool(torch.isnan(result))
    classes = np.ravel(numbers(computed(ast.unparse(node.args[1]), names)))
    assert classes.tolist() == [claim.ignored] * claim.count
    names["_counted_"] = torch.zeros_like(computed(ast.unparse(node.args[1]), names))
    scores = computed(ast.unparse(node.args[0]), names)
    assert bool(
        torch.isnan(nn.functional.cross_entropy(scores, names["_counted_"] + claim.ignored, ignore_index=claim.ignored))
    )


@check(CellStateTaken)
def _(claim: CellStateTaken, program: Program) -> None:
    names = at_line(program, claim.run)
    stands_there(claim.code, program, claim.run)
    hidden, cell = names[claim.name]
    assert torch.equal(computed(claim.code, names), cell)
    assert not torch.equal(cell, hidden)
    assert claim.code.startswith(claim.name)
    names_of = [name for name, each in names.items() if isinstance(each, nn.LSTM)]
    bound = [
        each
        for each in ast.walk(ast.parse(opened(program.code)))
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)
        if ast.unparse(each.value.func) in names_of and f", {claim.name})" in f"{ast.unparse(each.targets[0])}"
    ]
    assert bound


@check(BatchesCounted)
def _(claim: BatchesCounted, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.right) == f"len({claim.loader})"
    loader = names[claim.loader]
    batches = list(loader)
    assert len(batches) == claim.batches
    assert sum(len(each[0]) for each in batches) == claim.samples or loader.drop_last
    assert len(loader.dataset) == claim.samples
    counted = computed(ast.unparse(node.left), names)
    assert float(counted) == int(counted) or "*" in claim.code


@check(LastRoundAlone)
def _(claim: LastRoundAlone, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    assert isinstance(node.op, ast.Div)
    assert claim.name in {each.id for each in ast.walk(node.left) if isinstance(each, ast.Name)}
    assert computed(ast.unparse(node.right), names) == claim.samples
    assert computed(claim.name, names) == claim.held
    source = opened(program.code)
    loops = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.For)]
    binds = [
        (number, each)
        for number, each in numbered(source)
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == claim.name and "==" in ast.unparse(each)
    ]
    ((number, bind),) = binds
    assert any(ast.dump(bind) in map(ast.dump, loop.body) for loop in loops)
    until = times_of(program, number, claim.run)
    since = times_of(program, number, (claim.run[0], claim.run[1] - 1)) if claim.run[1] > 1 else 0
    compare = next(each for each in ast.walk(bind.value) if isinstance(each, ast.Compare))
    sizes = [
        computed(ast.unparse(compare), at_line(program, (number, time))).reshape(-1).shape[0]
        for time in range(since + 1, until + 1)
    ]
    assert len(sizes) > 1
    assert sum(sizes) == claim.samples
    assert sizes[-1] == claim.last
    assert claim.held <= claim.last < claim.samples


def numbered(source: str) -> list[tuple[int, ast.stmt]]:
    """The statements of a program, each with what a claim calls it by."""
    lines = range(1, source.count("\n") + 2)
    found = []
    for number in lines:
        try:
            found.append((number, statement_called(source, number)))
        except (StopIteration, IndexError, AssertionError, KeyError):
            continue
    return found


@check(UnitsAlike)
def _(claim: UnitsAlike, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement) == f"{claim.optimiser}.step()"
    seen: list[tuple[Any, Any]] = []

    def begun(frame: Any) -> None:
        weight = computed(claim.weight, in_sight(frame))
        seen.append((numbers(weight).copy(), numbers(weight.grad).copy()))

    Between(opened(program.code), claim.run, (0, 0), begun=begun).cells(())
    for each in seen[0]:
        assert len(each) == claim.units
        assert all(np.array_equal(row, each[0]) for row in each)


@check(RowsOfPlaces)
def _(claim: RowsOfPlaces, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    places = numbers(names[claim.name])
    assert ast.unparse(node.slice) == claim.name
    assert (places.shape, tuple(result.shape)) == (claim.places, claim.gives)
    array = numbers(computed(ast.unparse(node.value), names))
    rows = [[array[row].tolist() for row in each] for each in places]
    assert rows == numbers(result).tolist()
    assert numbers(computed(claim.instead, names)).tolist() == [array[tuple(each)].item() for each in places]


@check(BestOfEvery)
def _(claim: BestOfEvery, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    places = numbers(names[claim.name])
    assert ast.unparse(node.slice) == claim.name
    assert tuple(result.shape) == claim.gives
    array = numbers(computed(ast.unparse(node.value), names))
    assert numbers(result).tolist() == [array[place].tolist() for place in places]
    found = numbers(computed(claim.instead, names)).tolist()
    assert len(found) == claim.count == len(places)
    best = [getattr(array, ask)(axis).tolist() for ask in ("max", "min") for axis in (0, 1)]
    assert found in best


@check(BothComputed)
def _(claim: BothComputed, program: Program) -> None:
    names = at_line(program, claim.run)
    stands_there(claim.code, program, claim.run)
    stands_there(claim.condition, program, claim.run)
    made = numbers(computed(claim.code, names))
    asked = np.broadcast_to(numbers(computed(claim.condition, names)), made.shape)
    odd = ~np.isfinite(made)
    assert odd.any()
    assert (asked[odd] == (not claim.chosen)).all()


@check(OutOfReach)
def _(claim: OutOfReach, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    goals = np.ravel(numbers(computed(ast.unparse(node.args[1]), names)))
    assert goals.size == claim.count
    high = math.inf if claim.high is None else claim.high
    assert int(((goals < claim.low) | (goals > high)).sum()) == claim.beyond > 0
    wide = getattr(torch, claim.function)(torch.linspace(-60, 60, 241, dtype=torch.float64))
    assert float(wide.min()) - claim.low < 1e-9
    assert float(wide.min()) >= claim.low
    assert float(wide.max()) == claim.high or (claim.high is None and float(wide.max()) > 50)
    given = np.ravel(numbers(computed(ast.unparse(node.args[0]), names)))
    assert ((given >= claim.low) & (given <= high)).all()


@check(TakenAway)
def _(claim: TakenAway, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == claim.step
    line(program, claim.run)
    back = statement_of(program, (claim.back, 1))
    assert not hasattr(back, "body")
    assert ".backward(" in ast.unparse(back)
    assert ast.unparse(statement_of(program, (claim.at, 1))) == claim.cleared
    assert claim.cleared.endswith(".zero_grad()")
    order = [(line_of(each), each) for each in (claim.back, claim.at, claim.run[0])]
    assert order == sorted(set(order))
    found = []
    for source in (opened(program.code), opened(program.code).replace(claim.cleared, "None")):
        seen: list[Any] = []

        def begun(frame: Any, seen: list[Any] = seen) -> None:
            held = in_sight(frame)[claim.step.partition(".")[0]].param_groups
            seen.extend(each.grad for group in held for each in group["params"])

        Between(source, claim.run, (0, 0), begun=begun).cells(())
        found.append(any(each is not None and bool(each.abs().sum() > 0) for each in seen))
    assert found == [False, True]
