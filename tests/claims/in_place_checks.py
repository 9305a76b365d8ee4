"""Whether changes in place do what is said, found out by looking right before and right after them."""

from __future__ import annotations

import ast
from typing import Any

import torch

from primer_core.claims.in_place import (
    LeafChanged,
    RecordedInPlace,
    SavedThenChanged,
    StaysALeaf,
    Unnoticed,
    WroteThrough,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.rewriting import (
    around,
    failed,
    instead,
    name_of,
    nodes_behind,
    normal,
    saved_by,
    tensors_of,
    texts,
    whole,
    without,
)


def around_it(program: Program, statement: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The tensors themselves, and their numbers right before and right after a statement."""
    looks: list[dict[str, Any]] = []
    tensors: dict[str, Any] = {}

    def look(names: dict[str, Any]) -> None:
        found = {name: value for name, value in names.items() if isinstance(value, torch.Tensor)}
        tensors.update(found)
        looks.append({name: value.detach().clone() for name, value in found.items()})

    code = around(program.code, statement, before="_look(dict(globals()))", after="_look(dict(globals()))")
    whole(code, _look=look)
    assert len(looks) >= 2, "it was not run"
    return tensors, looks[0], looks[1]


def differ(one: Any, other: Any) -> bool:
    return not torch.equal(one.nan_to_num(), other.nan_to_num())


@check(WroteThrough)
def _(claim: WroteThrough, program: Program) -> None:
    _, before, after = around_it(program, claim.statement)
    assert differ(before[claim.name], after[claim.name])
    assert claim.name not in claim.others
    assert len(set(claim.others)) == len(claim.others)
    for other in claim.others:
        assert differ(before[other], after[other])
    # With memory of its own, the change reaches none of them.
    own = around(program.code, claim.statement, before=f"{claim.name} = {claim.name}.clone()")
    looks: list[dict[str, Any]] = []
    code = around(own, claim.statement, after="_look(dict(globals()))")
    whole(code, _look=lambda names: looks.append({name: names[name].detach().clone() for name in claim.others}))
    for other in claim.others:
        assert not differ(before[other], looks[0][other])


@check(RecordedInPlace)
def _(claim: RecordedInPlace, program: Program) -> None:
    seen: list[Any] = []
    code = around(program.code, claim.statement, before=f"_look({claim.name})", after=f"_look({claim.name})")
    whole(code, _look=lambda tensor: seen.append((id(tensor), tensor.grad_fn, tensor._version)))
    (identity, grad_fn, version), (same, made, later) = seen[:2]
    assert identity == same
    assert later > version
    assert made is not grad_fn
    assert name_of(made) == claim.node


@check(StaysALeaf)
def _(claim: StaysALeaf, program: Program) -> None:
    tensors, before, after = around_it(program, claim.statement)
    assert tensors[claim.name].is_leaf
    assert tensors[claim.name].requires_grad
    assert differ(before[claim.name], after[claim.name])


@check(Unnoticed)
def _(claim: Unnoticed, program: Program) -> None:
    assert not failed(program.code)
    if ".data" in claim.statement:
        told = instead(program.code, claim.statement, claim.statement.replace(".data", ".detach()"))
    else:
        name = claim.statement.partition(".")[0].partition(" ")[0].partition("[")[0]
        (bound,) = [line.strip() for line in program.code.split("\n") if line.strip().startswith(f"{name} = ")]
        assert bound.endswith(".data")
        told = instead(program.code, bound, f"{bound.removesuffix('.data')}.detach()")
    assert "modified by an inplace operation" in failed(told)
    held: list[dict[str, Any]] = []

    def look(names: dict[str, Any]) -> None:
        found = {}
        for value in names.values():
            if isinstance(value, torch.Tensor):
                for node in nodes_behind(value):
                    tensors = {k: v for k, v in saved_by(node).items() if isinstance(v, torch.Tensor)}
                    found.update({f"{name_of(node)} {k}": v.detach().clone() for k, v in tensors.items()})
        held.append(found)

    whole(around(program.code, claim.statement, "_look(dict(globals()))", "_look(dict(globals()))"), _look=look)
    changed = {key.split()[0] for key in held[0] if differ(held[0][key], held[1][key])}
    assert claim.node in changed


@check(SavedThenChanged)
def _(claim: SavedThenChanged, program: Program) -> None:
    assert "modified by an inplace operation" in failed(program.code)
    assert "modified by an inplace operation" not in failed(without(program.code, claim.statement))
    ran = Program(program.code).run()
    stale = {
        name_of(node)
        for tensor in tensors_of(ran).values()
        for node in nodes_behind(tensor)
        if any(isinstance(value, RuntimeError) and "inplace" in str(value) for value in saved_by(node).values())
    }
    assert claim.node in stale


@check(LeafChanged)
def _(claim: LeafChanged, program: Program) -> None:
    ran = Program(program.code).run()
    assert "leaf Variable that requires grad" in str(ran.error)
    assert ran[claim.name].is_leaf
    assert ran[claim.name].requires_grad
    failing = next(
        ast.unparse(program.statements[place - 1])
        for place in range(1, len(program.statements) + 1)
        if program.run(until=place).error
    )
    assert claim.name in texts(failing)
    other = Program(program.code)
    place = next(n for n, s in enumerate(other.statements) if ast.unparse(s) == normal(failing))
    allowed = ast.parse(f"with torch.no_grad():\n    {failing}").body
    other.statements = [*other.statements[:place], *allowed]
    assert other.run().error is None
