"""Checks of what surprises: `primer_core.claims.surprises.objects`."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import warnings
from typing import Any

import numpy as np
import torch
from torch import nn

from primer_core.claims.surprises.objects import (
    CopiedIntoOne,
    DefaultKept,
    DropsAtRandom,
    HoldsGraphs,
    KeepsGraphs,
    NameAlone,
    NewInFunction,
    NoneReturned,
    NotHeld,
    NothingToStep,
    NotRegistered,
    OneLayerOften,
    OneNetworkTwoNames,
    ReturnsNothing,
    ThroughATuple,
    TimeFirst,
    ValuesAndIndices,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import is_array
from tests.claims.running_checks import ADDRESS, line, opened
from tests.claims.source_checks import Once
from tests.claims.surprises.lines import (
    LIBRARIES,
    after_line,
    at_line,
    begun,
    computed,
    held_by,
    names_before,
    numbers,
    stands_there,
    statement_of,
    written,
)


@check(NoneReturned)
def _(claim: NoneReturned, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    assert written(statement.value, program) == claim.code
    assert done.names[claim.name] is None
    assert computed(claim.code, names) is None


@check(ValuesAndIndices)
def _(claim: ValuesAndIndices, program: Program) -> None:
    done, names = begun(program, claim.run)
    stands_there(claim.code, program, claim.run)
    found = computed(claim.code, names)
    assert len(found) == 2
    assert torch.equal(done.names[claim.name].values, found.values)
    assert torch.equal(done.names[claim.name].indices, found.indices)


@check(KeepsGraphs)
def _(claim: KeepsGraphs, program: Program) -> None:
    seen = after_line(program, claim.run)
    total = seen[claim.name]
    assert total.requires_grad
    assert getattr(at_line(program, claim.run)[claim.name], "requires_grad", False), "nothing had been added before"
    statement: Any = statement_of(program, claim.run)
    assert isinstance(statement, ast.AugAssign)
    assert ast.unparse(statement.target) == claim.name
    assert written(statement.value, program) == claim.added
    waiting, added = [total.grad_fn], set()
    while waiting:  # each loss that was added hangs on its own branch
        node = waiting.pop()
        if node is not None and node not in added:
            added.add(node)
            waiting.extend(before for before, _ in node.next_functions)
    assert len(added) > claim.run[1]
    assert isinstance(computed(f"{claim.added}.item()", seen), float)


@check(NothingToStep)
def _(claim: NothingToStep, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.name}.step()"
    own = held_by(at_line(program, claim.run)[claim.name])
    assert len(own) == claim.count
    before = [each.detach().clone() for each in own]
    names = at_line(program, claim.run)
    own = held_by(names[claim.name])
    names[claim.name].step()
    assert all(each.grad is None for each in own)
    assert all(map(torch.equal, before, own))


@check(NotHeld)
def _(claim: NotHeld, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.name}.step()"
    names = at_line(program, claim.run)
    parameter = computed(claim.parameter, dict(names))
    assert isinstance(parameter, nn.Parameter)
    assert parameter.grad is not None
    before = parameter.detach().clone()
    names[claim.name].step()
    assert torch.equal(before, parameter)
    assert all(each is not parameter for each in held_by(names[claim.name]))


@check(NotRegistered)
def _(claim: NotRegistered, program: Program) -> None:
    done = line(program, claim.run)
    assert done.before.get(claim.name) is not done.names[claim.name]
    network = after_line(program, claim.run)[claim.name]
    held = getattr(network, claim.attribute)
    assert type(held) in (list, dict)
    known = {id(each) for each in network.parameters()}
    layers = [each for each in (held.values() if isinstance(held, dict) else held) if isinstance(each, nn.Module)]
    lost = [each for each in layers if any(id(own) not in known for own in each.parameters())]
    assert len(lost) == claim.count
    found = {id(each) for each in nn.ModuleList(layers).parameters()}
    assert all(id(own) in found for each in lost for own in each.parameters())


@check(DefaultKept)
def _(claim: DefaultKept, program: Program) -> None:
    statement = statement_of(program, claim.run)
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    assert any(isinstance(call.func, ast.Name) and call.func.id == claim.function for call in calls)
    tree = ast.parse(opened(program.code))
    written_down = next(node for node in tree.body if getattr(node, "name", "") == claim.function)
    fresh = names_before(line(program, claim.run))
    exec(ast.unparse(written_down), fresh)
    names = at_line(program, claim.run)

    def default(function: Any) -> Any:
        taken = function.__code__.co_varnames[: function.__code__.co_argcount]
        return dict(zip(reversed(taken), reversed(function.__defaults__), strict=False))[claim.name]

    changed, new = default(names[claim.function]), default(fresh[claim.function])
    assert repr(changed) != repr(new)


@check(DropsAtRandom)
def _(claim: DropsAtRandom, program: Program) -> None:
    names = at_line(program, claim.run)
    network = names[claim.network]
    assert any(repr(layer) == claim.layer for layer in network.modules())
    call = next(
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == claim.network
    )
    met: list[nn.Module] = []
    hooks = [layer.register_forward_hook(lambda layer, *_: met.append(layer)) for layer in network.modules()]
    computed(ast.unparse(call), dict(names))
    for hook in hooks:
        hook.remove()
    layer = next(layer for layer in met if repr(layer) == claim.layer)
    torch.manual_seed(0)
    found = [layer(torch.ones(8)) for _ in range(40)]
    assert any(not torch.equal(found[0], other) for other in found[1:])
    network.eval()
    one, other = (computed(ast.unparse(call), dict(names)) for _ in range(2))
    assert torch.equal(one, other)


@check(TimeFirst)
def _(claim: TimeFirst, program: Program) -> None:
    names = at_line(program, claim.run)
    layer = names[claim.layer]
    call = next(
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == claim.layer
    )
    x = computed(ast.unparse(call.args[0]), dict(names)).detach().clone()
    assert tuple(x.shape[:2]) == (claim.steps, claim.samples)
    with torch.no_grad():
        count = 3 if isinstance(layer, torch.nn.MultiheadAttention) else 1
        before, _ = layer(*[x] * count)
        x[0, 0] += 1  # the first step of the first sample
        after, _ = layer(*[x] * count)
    assert not torch.equal(before[:, 0], after[:, 0])
    assert torch.equal(before[:, 1:], after[:, 1:])
    assert not layer.batch_first
    if claim.steps > 1:
        assert not torch.equal(before[1:, 0], after[1:, 0])


@check(ReturnsNothing)
def _(claim: ReturnsNothing, program: Program) -> None:
    done = line(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    assert done.names[claim.name] is None
    names = at_line(program, claim.run)
    called = names[statement.value.func.id]
    function = called if claim.function == statement.value.func.id else type(called).forward
    assert function.__qualname__ == claim.function
    assert computed(ast.unparse(statement.value), dict(names)) is None
    tree = ast.parse(opened(program.code))
    name = claim.function.rpartition(".")[2]
    bodies = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    assert any(
        not any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(body)) for body in bodies
    )


@check(NameAlone)
def _(claim: NameAlone, program: Program) -> None:
    assert claim.run[1] == 1  # it is said of all rounds
    done = line(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    target: Any = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    assert target.id == claim.name
    of = done.names[claim.array]
    if isinstance(of, nn.Module):
        held = list[torch.Tensor]()
        took = Once(
            opened(program.code),
            claim.run,
            lambda names: held.extend(each.detach().clone() for each in names[claim.array].parameters()),
        )
        after = took.names()
        assert after is not None
        assert all(map(torch.equal, held, after[claim.array].parameters()))
    else:
        assert is_array(of)
        assert done.cells[claim.array] == done.cells_before[claim.array]
    assert done.names[claim.name] is not done.before[claim.name]
    tree = ast.parse(opened(program.code))
    loop: Any = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.For) and any(each.lineno == statement.lineno for each in node.body)
    )
    assert ast.unparse(loop.iter) == claim.array + (".parameters()" if isinstance(of, nn.Module) else "")
    without = ast.unparse(ast.fix_missing_locations(_Passes(statement.lineno).visit(tree)))
    assert _printed(without) == _printed(opened(program.code))


class _Passes(ast.NodeTransformer):
    """Does nothing in the place of a statement."""

    def __init__(self, line: int) -> None:
        self.line = line

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Assign | ast.AugAssign) and node.lineno == self.line:
            return ast.copy_location(ast.Pass(), node)
        return super().generic_visit(node)


def _printed(code: str) -> str:
    """What a program prints, up to what stops it."""
    out = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(out), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        exec(compile(code, "again", "exec"), {})
    return ADDRESS.sub("0x", out.getvalue())


@check(OneLayerOften)
def _(claim: OneLayerOften, program: Program) -> None:
    done = line(program, claim.run)
    network = done.names[claim.name]
    assert done.before.get(claim.name) is not network
    at: dict[int, list[Any]] = {}
    waiting = [network]
    while waiting:
        each = waiting.pop()
        held = list(each._modules.values())
        waiting += held
        if not held:
            at.setdefault(id(each), []).append(each)
    counts = [(len(same), sum(own.numel() for own in same[0].parameters())) for same in at.values() if len(same) > 1]
    assert (claim.places, claim.parameters) in counts
    assert claim.parameters > 0


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


@check(NewInFunction)
def _(claim: NewInFunction, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    before, after = at_line(program, claim.run), after_line(program, claim.run)
    assert after[claim.name] is not before[claim.name]
    source = opened(program.code)
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    function = next(node for node in functions if node.name == claim.function)
    assert claim.name in [each.arg for each in function.args.args]
    assert not any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))
    names = {**LIBRARIES, **at_line(program, claim.run)}
    given, new = names[claim.name], numbers(after[claim.name]).copy()
    exec(claim.instead, names)
    assert names[claim.name] is given
    assert numbers(given).tolist() == new.tolist()


@check(OneNetworkTwoNames)
def _(claim: OneNetworkTwoNames, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement) == f"{claim.name} = {claim.network}"
    names = after_line(program, claim.run)
    network, other = names[claim.network], names[claim.name]
    copied = copy.deepcopy(network)
    before = [each.clone() for each in network.parameters()]
    optimiser = torch.optim.SGD(network.parameters(), lr=1.0)
    for each in network.parameters():
        each.grad = torch.ones_like(each)
    optimiser.step()
    changed, kept = list(other.parameters()), list(copied.parameters())
    assert len(before) > 0
    assert not any(torch.equal(now, was) for now, was in zip(changed, before, strict=True))
    assert all(torch.equal(now, was) for now, was in zip(kept, before, strict=True))


@check(CopiedIntoOne)
def _(claim: CopiedIntoOne, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.args[0]) == claim.of
    names = at_line(program, claim.run)
    held = [each.copy() for each in names[claim.of]]
    assert len(held) == claim.count
    result = computed(claim.code, names)
    assert result.shape == (claim.count, *held[0].shape)
    result[...] = 1 - result
    for now, was in zip(names[claim.of], held, strict=True):
        np.testing.assert_array_equal(now, was)


@check(ThroughATuple)
def _(claim: ThroughATuple, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert [ast.unparse(each) for each in statement.target.elts] == list(claim.names)
    assert [ast.unparse(each) for each in statement.iter.elts] == list(claim.arrays)
    names = at_line(program, claim.run)
    exec("for {} in {}:\n    break".format(", ".join(claim.names), ", ".join(claim.arrays)), names)
    for name, row in zip(claim.names, names[claim.arrays[0]], strict=True):
        np.testing.assert_array_equal(names[name], row)
    exec("for {} in zip({}):\n    break".format(", ".join(claim.names), ", ".join(claim.arrays)), names)
    for name, array in zip(claim.names, claim.arrays, strict=True):
        np.testing.assert_array_equal(names[name], names[array][0])
