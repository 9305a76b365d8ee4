"""Checks of what surprises on the way back and in what is picked: it is done once more, with other numbers."""

import ast
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprising_calls import InPercent, PicksNothing
from primer_core.claims.surprising_objects import HoldsGraphs
from primer_core.claims.surprising_places import EigenvectorsInColumns, PlacesNotRanks
from primer_core.claims.surprising_slopes import FlatEverywhere, SteepAtZero
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import gradients
from tests.claims.running_checks import opened
from tests.claims.surprise_checks import computed, numbers, stands_there, statement_of
from tests.claims.surprising_checks import after_line, at_line


def call_in(program: Program, code: str) -> Any:
    """The call that stands anywhere in the program."""
    source = opened(program.code)
    found = [node for node in ast.walk(ast.parse(source)) if ast.get_source_segment(source, node) == code]
    return next(node for node in found if isinstance(node, ast.Call))


def every_gradient(names: dict[str, Any]) -> dict[str, torch.Tensor]:
    """The gradients of all leaves in sight and of all networks, as they are now."""
    found = gradients(names)
    for name, network in names.items():
        if isinstance(network, torch.nn.Module):
            own = gradients(dict(network.named_parameters()))
            found |= {f"{name}.{path}": gradient for path, gradient in own.items()}
    return {name: gradient.clone() for name, gradient in found.items()}


def brought(claim: FlatEverywhere | SteepAtZero, program: Program) -> list[torch.Tensor]:
    """The gradients that a line brings to leaves which had none, or other numbers."""
    before, after = (every_gradient(names(program, claim.run)) for names in (at_line, after_line))
    return [grad for name, grad in after.items() if name not in before or not torch.equal(grad, before[name])]


def slope(call: Any, given: torch.Tensor) -> torch.Tensor:
    """The slope of a function that is called as in the program, at other numbers."""
    given, x = given.clone().requires_grad_(), ast.Name("_x_")
    if call.args:
        again = ast.Call(call.func, [x, *call.args[1:]], call.keywords)
    else:
        again = ast.Call(ast.Attribute(x, call.func.attr), [], call.keywords)
    computed(ast.unparse(again), {"torch": torch, "_x_": given}).sum().backward()
    assert given.grad is not None
    return given.grad


@check(FlatEverywhere)
def _(claim: FlatEverywhere, program: Program) -> None:
    assert ".backward(" in ast.unparse(statement_of(program, claim.run))
    found = brought(claim, program) or list(every_gradient(after_line(program, claim.run)).values())  # 0 was added to 0
    assert found
    assert not any(bool(each.any()) for each in found)
    given = torch.randn(50, generator=torch.Generator().manual_seed(0)) * 3
    assert not bool(slope(call_in(program, claim.code), given).any())


@check(SteepAtZero)
def _(claim: SteepAtZero, program: Program) -> None:
    assert ".backward(" in ast.unparse(statement_of(program, claim.run))
    assert any(not bool(each.isfinite().all()) for each in brought(claim, program))
    call = call_in(program, claim.code)
    assert claim.of in (ast.get_source_segment(opened(program.code), each) for each in (*call.args, call.func.value))
    given = computed(claim.of, after_line(program, claim.run))
    assert not bool(given.all())
    assert torch.equal(torch.sqrt(given), computed(claim.code, after_line(program, claim.run)))
    assert slope(call, torch.tensor([0.0, 4.0])).tolist() == [torch.inf, 0.25]
    assert bool(slope(call, torch.tensor([0.0, 4.0]) + 1e-8).isfinite().all())


@check(EigenvectorsInColumns)
def _(claim: EigenvectorsInColumns, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    matrix = names[claim.name]
    rows, columns = (list(computed(each, dict(names))) for each in (claim.code, claim.instead))
    if claim.code.startswith("zip("):
        rows, columns = ([vector for _, vector in pairs] for pairs in (rows, columns))
    if "[" in claim.code:
        rows, columns = [rows], [columns]
    taken, given = (np.array([[float(abs(cell)) for cell in line] for line in lines]) for lines in (rows, columns))
    whole = np.abs(numbers(matrix))
    assert all(any(np.allclose(line, row) for row in whole) for line in taken)
    assert all(any(np.allclose(line, column) for column in whole.T) for line in given)
    source = opened(program.code)
    made = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and claim.name in ast.unparse(node.targets[0]) and ".eig" in ast.unparse(node)
    )
    call: Any = made.value
    symmetric = call.func.attr == "eigh"
    random = np.random.default_rng(0).normal(size=(3, 3))
    random = random + random.T if symmetric else random
    library = torch if isinstance(matrix, torch.Tensor) else np
    values, vectors = getattr(library.linalg, call.func.attr)(torch.tensor(random) if library is torch else random)
    values, vectors = numbers(values), numbers(vectors)
    assert np.allclose(random @ vectors, vectors * values)
    assert not np.allclose(random @ vectors.T, vectors.T * values)


@check(PlacesNotRanks)
def _(claim: PlacesNotRanks, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert "rank" in statement.targets[0].id.lower()
    names = at_line(program, claim.run)
    order = numbers(computed(claim.code, dict(names)))
    ranks = numbers(computed(f"{claim.code}.argsort()", dict(names)))
    assert (int(order[0]), int(ranks[0])) == (claim.first, claim.rank)
    assert ranks[claim.first] == 0
    assert order.tolist() != ranks.tolist()


@check(InPercent)
def _(claim: InPercent, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert claim.code.replace("percentile", "quantile") == claim.instead
    assert computed(ast.unparse(node.args[1]), dict(names)) == claim.share
    whole = np.arange(0.0, 1000.0)
    for code, place in ((claim.code, claim.share / 100), (claim.instead, claim.share)):
        call: Any = ast.parse(code, mode="eval").body
        picked = computed(
            ast.unparse(ast.Call(call.func, [ast.Name("_whole_"), call.args[1]], [])), {**names, "_whole_": whole}
        )
        assert abs(picked - place * 999) < 1e-6


@check(PicksNothing)
def _(claim: PicksNothing, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    array = computed(ast.unparse(node.value), dict(names))
    assert (node.slice.step, len(array)) == (None, claim.size)
    assert [computed(ast.unparse(each), {}) for each in (node.slice.lower, node.slice.upper)] == [
        claim.start,
        claim.stop,
    ]
    assert len(computed(claim.code, dict(names))) == 0
    assert claim.size
    if claim.backwards:
        assert claim.backwards.startswith(f"{ast.unparse(node.value)}[")
        picked = computed(claim.backwards, dict(names))
        np.testing.assert_array_equal(picked, np.asarray(array)[claim.start : claim.stop : -1])
        assert len(picked)
    else:
        nothing = not len(np.arange(claim.size)[claim.start : claim.stop : -1])
        assert nothing or isinstance(array, torch.Tensor)


@check(HoldsGraphs)
def _(claim: HoldsGraphs, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.name}.append({claim.added})"
    names = after_line(program, claim.run)
    held = names[claim.name]
    assert type(held) is list
    assert held[-1] is names[claim.added]
    graphs = [each.grad_fn for each in held[-2:]]
    assert None not in graphs
    assert graphs[0] is not graphs[1]
    assert isinstance(computed(f"{claim.added}.item()", names), float)
