"""Whether each step through a graph does what is said, found out by watching every call of PyTorch from outside."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any

import torch
import torch.nn.functional

from primer_core.claims.noting import (
    AddsToGrad,
    BeginsWithOne,
    BeginsWithWeights,
    ChangedUnnoticed,
    Frees,
    GradSet,
    Kept,
    LeavesWritten,
    NoNodeSaved,
    Noted,
    NotNoted,
    NumbersAlone,
    PathsInto,
    SavedAtOldVersion,
    SummedToOperand,
    VersionGoes,
)
from tests.claims.checking import check
from tests.claims.observed import Call, Observed, observed
from tests.claims.program import Program
from tests.claims.rewriting import calls_of, name_of, normal

ENGINE = ("backward", "grad")


def even(nodes: tuple[Kept, ...]) -> Counter[Kept]:
    return Counter((name, tuple(sorted(saved))) for name, saved in nodes)


@check(LeavesWritten)
def _(claim: LeavesWritten, program: Program) -> None:
    assert len(observed(program.code).watch.leaves) == claim.count
    assert "torch" in program.code


@check(Noted)
def _(claim: Noted, program: Program) -> None:
    assert any(Counter(call.nodes) == even(claim.nodes) for call in observed(program.code).calls)
    assert claim.nodes


def nodeless(call: Call) -> list[tuple[int, ...]]:
    return [tuple(each.shape) for each in call.made if each.grad_fn is None]


@check(NotNoted)
def _(claim: NotNoted, program: Program) -> None:
    assert any(
        claim.shape in nodeless(call)
        for call in observed(program.code).calls
        if call.given and call.function not in ENGINE
    )


@check(NumbersAlone)
def _(claim: NumbersAlone, program: Program) -> None:
    calls = observed(program.code).calls
    assert any(claim.shape in nodeless(call) for call in calls if call.function == "grad")


@check(SavedAtOldVersion)
def _(claim: SavedAtOldVersion, program: Program) -> None:
    assert any(Counter(call.stale) == even(claim.nodes) for call in observed(program.code).calls)
    assert claim.nodes


@check(ChangedUnnoticed)
def _(claim: ChangedUnnoticed, program: Program) -> None:
    assert any(Counter(call.unnoticed) == even(claim.nodes) for call in observed(program.code).calls)
    assert claim.nodes


def written(name: str, seen: Observed) -> list[tuple[Call, Any, int, int]]:
    """The calls that write to what a name stands for, with the tensor that they write to and its versions."""
    tensor = eval(name, dict(seen.ran.names))
    made_anew = name.endswith(".data")  # each time that it is asked for, as a tensor with a version of its own
    return [
        (call, each, old, new)
        for call in seen.calls
        for each, old, new in call.versions[:1]
        if call.function.endswith("_") and not call.function.startswith(("__get", "__set"))
        if each is tensor or (made_anew and each.data_ptr() == tensor.data_ptr())
    ]


@check(VersionGoes)
def _(claim: VersionGoes, program: Program) -> None:
    versions = [(old, new) for _, _, old, new in written(claim.name, observed(program.code))]
    assert (claim.before, claim.after) in versions


@check(NoNodeSaved)
def _(claim: NoNodeSaved, program: Program) -> None:
    edits = [(call, each) for call, each, old, new in written(claim.name, observed(program.code)) if old != new]
    assert any(not any(each is saved for saved in call.saved_ones) for call, each in edits)


@check(GradSet)
def _(claim: GradSet, program: Program) -> None:
    seen = observed(program.code)
    assert claim.names
    for name in claim.names:
        leaf = seen.leaf(name)
        changed = [each for call in seen.calls for each in (call.cleared if claim.cleared else call.refilled)]
        assert any(each is leaf for each in changed)


def roots(call: Call) -> set[str]:
    return {"AccumulateGrad" if each.grad_fn is None else name_of(each.grad_fn) for each in call.given}


@check(BeginsWithOne)
def _(claim: BeginsWithOne, program: Program) -> None:
    assert any(
        claim.node in roots(call)
        for call in observed(program.code).calls
        if call.function in ENGINE and not call.seeded
    )


@check(BeginsWithWeights)
def _(claim: BeginsWithWeights, program: Program) -> None:
    tree = ast.parse(program.code)
    assert normal(claim.call) in [ast.unparse(call) for name in ENGINE for call in calls_of(tree, name)]
    assert any(
        claim.node in roots(call) for call in observed(program.code).calls if call.function in ENGINE and call.seeded
    )


@check(Frees)
def _(claim: Frees, program: Program) -> None:
    wanted = (claim.node, tuple(sorted(claim.saved)))
    assert any(wanted in call.freed for call in observed(program.code).calls if call.function in ENGINE)


@check(PathsInto)
def _(claim: PathsInto, program: Program) -> None:
    found = set()
    for call in observed(program.code).calls:
        if call.function in ENGINE:
            into = Counter(edge for root in call.given for edge in edges_behind(root))
            found |= {(name_of(node), count, output) for (node, output), count in into.items()}
    assert any((claim.node, claim.count, output) in found for output in ([claim.output] if claim.output else range(9)))


def edges_behind(root: Any) -> list[tuple[Any, int]]:
    seen, todo, found = [], [root.grad_fn], []
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.append(node)
            found += [edge for edge in node.next_functions if edge[0] is not None]
            todo += [parent for parent, _ in node.next_functions]
    return found


@check(AddsToGrad)
def _(claim: AddsToGrad, program: Program) -> None:
    seen = observed(program.code)
    added_to = [node.variable for node in seen.watch.nodes if hasattr(node, "variable")]
    if not claim.name:
        assert any(not any(leaf is value for value in seen.ran.names.values()) for leaf in added_to)
    elif "…" in claim.name:  # it has no name
        assert claim.name.partition("(")[0] in program.code
        assert any(not any(leaf is value for value in seen.ran.names.values()) for leaf in added_to)
    else:
        assert any(leaf is seen.leaf(claim.name) for leaf in added_to)
    assert any(call.function == "backward" for call in seen.calls)


@check(SummedToOperand)
def _(claim: SummedToOperand, program: Program) -> None:
    seen = observed(program.code)
    functions = {**vars(torch.nn.functional), **vars(torch)}
    operand = eval(claim.operand, {**functions, **seen.ran.names})
    assert tuple(operand.shape) == claim.shape
    made = [call for call in seen.calls if claim.node in [name for name, _ in call.nodes]]
    assert any(
        tuple(each.shape) == claim.shape != tuple(result.shape)
        for call in made
        for each in call.given
        for result in call.made
    )
