"""Whether arrays are joined as it is said, found out with sizes that were changed."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from primer_core.claims.joining import (
    NewAxis,
    NoAxisToJoin,
    RanksDiffer,
    SizesAdd,
    UnequalToJoin,
    UnequalToStack,
    VectorTakenFor,
)
from tests.claims.checking import check
from tests.claims.memory import again, before_failing, failing, is_tensor, shown, statement_of, values
from tests.claims.program import Names, Program


def joined(statement: ast.stmt, names: Names) -> list[str]:
    """The names of the arrays that a statement joins, in order."""
    (listed,) = [part for part in ast.walk(statement) if isinstance(part, ast.List | ast.Tuple)][:1]
    return [part.id for part in listed.elts if isinstance(part, ast.Name) and part.id in names]


@check(SizesAdd)
def _(claim: SizesAdd, program: Program) -> None:
    names, _ = shown(program, claim.name)
    first, second = joined(ast.parse(statement_of(program, claim.name)).body[0], names)
    own, other, result = values(names[first]), values(names[second]), values(names[claim.name])
    assert own.shape == claim.own
    assert other.shape == claim.other
    at = [slice(None)] * result.ndim
    assert 0 <= claim.axis < result.ndim
    at[claim.axis] = slice(0, own.shape[claim.axis])
    np.testing.assert_array_equal(result[tuple(at)], own)
    at[claim.axis] = slice(own.shape[claim.axis], None)
    np.testing.assert_array_equal(result[tuple(at)], other)


@check(NewAxis)
def _(claim: NewAxis, program: Program) -> None:
    names, _ = shown(program, claim.name)
    arrays = joined(ast.parse(statement_of(program, claim.name)).body[0], names)
    assert len(arrays) == claim.count
    result = values(names[claim.name])
    assert 0 <= claim.axis < result.ndim
    assert result.shape[claim.axis] == claim.count
    for place, name in enumerate(arrays):
        assert names[name].shape == claim.shape
        np.testing.assert_array_equal(result.take(place, claim.axis), values(names[name]))


def tried(program: Program, **arrays: Any) -> Any:
    """What the statement that fails gives with other arrays."""
    names = before_failing(program)
    statement = program.statements[failing(program) - 1]
    found: Names = {}
    exec(ast.unparse(statement), names | arrays, found)
    return next(iter(found.values()))


def like(array: Any, shape: tuple[int, ...]) -> Any:
    return torch.zeros(shape) if is_tensor(array) else np.zeros(shape)


@check(UnequalToJoin)
def _(claim: UnequalToJoin, program: Program) -> None:
    names = before_failing(program)
    first, second = joined(program.statements[failing(program) - 1], names)
    assert first == claim.origin
    assert names[first].shape == claim.own
    assert names[second].shape == claim.other
    assert 0 <= claim.axis < len(claim.own)
    fitting = tuple(own if place != claim.axis else other
                    for place, (own, other) in enumerate(zip(claim.own, claim.other, strict=True)))  # fmt: skip
    found = tried(program, **{second: like(names[second], fitting)})
    assert found.shape[claim.axis] == claim.own[claim.axis] + claim.other[claim.axis]


@check(UnequalToStack)
def _(claim: UnequalToStack, program: Program) -> None:
    names = before_failing(program)
    first, second = joined(program.statements[failing(program) - 1], names)
    assert first == claim.origin
    assert names[first].shape == claim.own != claim.other
    assert names[second].shape == claim.other
    assert tried(program, **{second: like(names[second], claim.own)}).ndim == len(claim.own) + 1


@check(NoAxisToJoin)
def _(claim: NoAxisToJoin, program: Program) -> None:
    names = before_failing(program)
    arrays = joined(program.statements[failing(program) - 1], names)
    assert arrays[0] == claim.origin
    assert names[claim.origin].shape == claim.shape
    assert not -len(claim.shape) <= claim.axis < len(claim.shape)
    more = claim.axis + 1 if claim.axis >= 0 else -claim.axis
    deep = {name: like(names[name], (2,) * more) for name in arrays}
    longer = tried(program, **deep)
    assert longer.shape[claim.axis] > 2
    assert sum(longer.shape) - longer.shape[claim.axis] == 2 * (more - 1)


@check(VectorTakenFor)
def _(claim: VectorTakenFor, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert names[origin].ndim == 1
    assert f".{claim.function}(" in statement_of(program, claim.name)
    taken, result = names[origin].reshape(claim.shape), values(names[claim.name])
    np.testing.assert_array_equal(values(again(program, claim.name, **{origin: taken})), result)
    assert 0 <= claim.axis < result.ndim == len(claim.shape)
    assert tuple(taken.shape) == claim.shape
    for axis, (own, joint) in enumerate(zip(claim.shape, result.shape, strict=True)):
        assert (own < joint) if axis == claim.axis else (own == joint)


@check(RanksDiffer)
def _(claim: RanksDiffer, program: Program) -> None:
    names = before_failing(program)
    statement = ast.unparse(program.statements[failing(program) - 1])
    (call,) = [part for part in ast.walk(ast.parse(statement)) if isinstance(part, ast.Call)][:1]
    if claim.function == "append":
        parts, listed = call.args, ", ".join(map(ast.unparse, call.args))
    else:
        (given,) = [part for part in ast.walk(ast.parse(statement)) if isinstance(part, ast.List | ast.Tuple)][:1]
        parts, listed = given.elts, ast.unparse(given)
    values = [eval(ast.unparse(part), dict(names)) for part in parts]
    arrays = [np.array(each) if isinstance(each, list) else each for each in values]
    ranks = [array.ndim for array in arrays]
    assert f".{claim.function}(" in statement
    assert ranks[0] == claim.ranks[0]
    assert next(rank for rank in ranks if rank != ranks[0]) == claim.ranks[1]
    equal = [like(array, (2,) * max(ranks)) for array in arrays]
    named = {f"z{place}": array for place, array in enumerate(equal)}
    joined = ", ".join(named)
    exec(statement.replace(listed, joined if claim.function == "append" else f"[{joined}]"), names | named)
