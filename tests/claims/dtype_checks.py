"""Whether dtypes are what is said of them, found out by storing single values and by Python's own numbers."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from primer_core.claims.dtypes import DoesNotFit, NotForBooleans, Promoted, StoredAs, WrappedAround
from tests.claims.checking import check
from tests.claims.program import Change, Program
from tests.claims.stretching_checks import given


def dtypes(program: Program) -> dict[str, str]:
    """The dtype of each operand."""
    return {name: array.dtype.name for name, array in given(program).items()}


def in_floats(program: Program, name: str) -> Any:
    """What a name ends as where the operands hold floats, which do not wrap around."""
    changes: dict[int, Change] = {}
    for operand in given(program):

        def widen(names: dict[str, Any], operand: str = operand) -> None:
            own = names[operand]
            names[operand] = own.double() if isinstance(own, torch.Tensor) else np.asarray(own).astype(float)

        if operand != name or program.place(name) > program.first(name):
            changes |= dict.fromkeys(program.bindings(operand), widen)
    return np.asarray(program.run(after=changes)[name])


@check(Promoted)
def _(claim: Promoted, program: Program) -> None:
    name, dtype = claim.result
    assert dict(claim.operands) == dtypes(program)
    assert name not in dict(claim.operands), "an operand is no result"
    assert len(set(dtypes(program).values())) > 1
    y = np.asarray(program.run()[name])
    assert y.dtype.name == dtype
    assert np.empty(1, dtype).nbytes == y.itemsize


@check(StoredAs)
def _(claim: StoredAs, program: Program) -> None:
    assert dict(claim.operands) == dtypes(program)
    assert len(set(dtypes(program).values())) > 1
    name, dtype = claim.operands[0]
    place = program.place(name)
    assert place > program.first(name), "it is never written into"
    held = program.run(until=place - 1)[name]
    ran = program.run()
    assert ran[name].dtype.name == held.dtype.name == dtype


@check(WrappedAround)
def _(claim: WrappedAround, program: Program) -> None:
    wrapped = np.asarray(program.run()[claim.name])
    assert wrapped.dtype.name == claim.dtype
    assert wrapped.dtype.kind in "iu"
    right = in_floats(program, claim.name)
    assert right.dtype.kind == "f"
    assert not np.allclose(wrapped.astype(float), right, rtol=1e-9)


@check(NotForBooleans)
def _(_: NotForBooleans, program: Program) -> None:
    operands = given(program)
    assert isinstance(program.run().error, TypeError)
    changes = {}
    for operand in operands:

        def count(names: dict[str, Any], operand: str = operand) -> None:
            names[operand] = np.where(names[operand], 1, 0)

        if operands[operand].dtype == bool:
            changes[program.first(operand)] = count
    assert changes, "no operand holds booleans"
    assert not isinstance(program.run(after=changes).error, TypeError)


@check(DoesNotFit)
def _(claim: DoesNotFit, program: Program) -> None:
    assert isinstance(program.replaced(claim.name, f"{claim.name}.copy()").error, TypeError)
    held = given(program)[claim.name]
    assert held.dtype.name == claim.dtype
    made = computed_apart(program, claim.statement)
    assert made.dtype.name == claim.result
    # With cells of the result's dtype no dtype is complained of any more.
    helped = program.replaced(claim.name, f"{claim.name}.astype('{claim.result}')")
    assert not isinstance(helped.error, TypeError)
    assert helped.error is None or made.shape != held.shape


def computed_apart(program: Program, statement: str) -> Any:
    """Compute what an in-place statement would have stored, in an array of its own."""
    target, _, operand = statement.partition("= ")
    place = next(n for n, line in enumerate(program.statements, start=1) if ast.unparse(line) == statement)
    return program.instead(place, f"made = {target} {operand}")["made"]
