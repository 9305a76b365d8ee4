"""Whether a change takes an error away as it is said, found out by making it in the code."""

from __future__ import annotations

import ast

import numpy as np
import torch

from primer_core.claims.mending import (
    CreatesGraph,
    KeepsGraph,
    LeftAsItIs,
    MakesNew,
    NotDetached,
    Records,
    Reduced,
    Requires,
    Unbracketed,
    ZeroInstead,
)
from tests.claims.checking import check
from tests.claims.program import Program, Ran
from tests.claims.recording_checks import instead_of_grad
from tests.claims.rewriting import (
    failed,
    inner_of,
    instead,
    recording,
    rewritten,
    swapped,
    tensors_of,
    whole,
    with_keyword,
    without,
)


def helped(program: Program, code: str) -> Ran:
    """What the changed program leaves; the error of before must be gone."""
    words = failed(program.code)
    assert words, "nothing fails"
    assert failed(code) != words
    return whole(code)


def values_stay(program: Program, code: str) -> None:
    """Every name that both programs bind has the same numbers."""
    before, after = (tensors_of(whole(each)) for each in (program.code, code))
    for name in before.keys() & after.keys():
        torch.testing.assert_close(before[name].detach(), after[name].detach(), equal_nan=True, check_dtype=False)


@check(KeepsGraph)
def _(claim: KeepsGraph, program: Program) -> None:
    code = with_keyword(program.code, "retain_graph=True", claim.call)
    helped(program, code)
    assert "a second time" in failed(program.code)


@check(Records)
def _(_: Records, program: Program) -> None:
    code = recording(program.code)
    helped(program, code)
    values_stay(program, code)


@check(NotDetached)
def _(claim: NotDetached, program: Program) -> None:
    assert inner_of(claim.cut) == ast.unparse(ast.parse(claim.inner))
    code = swapped(program.code, claim.cut, claim.inner)
    helped(program, code)
    values_stay(program, code)


@check(Requires)
def _(claim: Requires, program: Program) -> None:
    found = 0

    def require(node: ast.stmt) -> list[ast.stmt]:
        nonlocal found
        found += 1
        return [node, *ast.parse(f"{claim.name}.requires_grad_()").body]

    binds = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(program.code))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == claim.name
    ]
    assert binds, f"{claim.name} is never bound"
    assert " = torch.tensor(" in binds[0], "it is no leaf whose numbers are written down"
    code = rewritten(program.code, binds[0], require)
    ran = helped(program, code)
    assert ran[claim.name].requires_grad or failed(code)
    values_stay(program, code)


@check(Reduced)
def _(claim: Reduced, program: Program) -> None:
    assert claim.how in ("sum", "mean")
    code = program.code.replace(f"{claim.name}.backward(", f"{claim.name}.{claim.how}().backward(")
    helped(program, code)
    value = tensors_of(Program(program.code).run())[claim.name].detach().double().numpy()
    total = float(np.add.reduce(value, axis=None))
    np.testing.assert_allclose(claim.gives, total if claim.how == "sum" else total / value.size, rtol=1e-4, atol=1e-6)


@check(LeftAsItIs)
def _(claim: LeftAsItIs, program: Program) -> None:
    code = without(program.code, claim.statement)
    helped(program, code)


@check(MakesNew)
def _(claim: MakesNew, program: Program) -> None:
    code = instead(program.code, claim.statement, claim.instead)
    helped(program, code)
    values_stay(program, code)


@check(CreatesGraph)
def _(claim: CreatesGraph, program: Program) -> None:
    helped(program, instead_of_grad(program.code, claim.name))


@check(ZeroInstead)
def _(_: ZeroInstead, program: Program) -> None:
    assert "not have been used in the graph" in failed(program.code)
    calls = sum(isinstance(n, ast.Attribute) and n.attr == "grad" and ast.unparse(n) == "torch.autograd.grad"
                for n in ast.walk(ast.parse(program.code)))  # fmt: skip
    helped(program, with_keyword(program.code, "materialize_grads=True", calls, "grad"))


@check(Unbracketed)
def _(claim: Unbracketed, program: Program) -> None:
    held = eval(claim.target, dict(program.run().names))
    assert held.tolist() == [claim.number]
    code = swapped(program.code, claim.target, f"torch.tensor({claim.number})")
    helped(program, code) if claim.target.startswith("torch.tensor(") else None
