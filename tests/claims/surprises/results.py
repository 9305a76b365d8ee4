"""Checks of what surprises in what a function gives: it is found once more by counting, by writing and by looking."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprises.results import (
    BeyondItsRange,
    DifferentInOrder,
    DifferentOfAll,
    EachToNone,
    InverseOfCells,
    KeyOfItsOwn,
    MoreDigitsThanHeld,
    RolledThrough,
    SamplesCut,
    StepsWithIt,
    WrittenToCopy,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import (
    argument,
    at_line,
    computed,
    made_of,
    names_after,
    numbers,
    stands_there,
    statement_of,
)


@check(DifferentInOrder)
def _(claim: DifferentInOrder, program: Program) -> None:
    result, names = made_of(claim, program)
    given = np.asarray(argument(claim, program, names)).tolist()
    assert (repr(result.tolist()[0]), repr(given[0])) == (claim.first, claim.came)
    assert result.tolist() == sorted(set(given))
    kept = computed(claim.instead, names)
    assert kept == [each for place, each in enumerate(given) if each not in given[:place]]
    assert kept != result.tolist()


@check(DifferentOfAll)
def _(claim: DifferentOfAll, program: Program) -> None:
    result, names = made_of(claim, program)
    given = argument(claim, program, names).tolist()
    assert numbers(result).ndim == 1
    assert len(result) == claim.count == len({each for row in given for each in row})
    rows = computed(claim.instead, names).tolist()
    assert (len(given), len(rows)) == (claim.rows, claim.different)
    assert claim.different < claim.rows
    assert all(row in given for row in rows)


@check(RolledThrough)
def _(claim: RolledThrough, program: Program) -> None:
    _, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = argument(claim, program, names)
    by = int(computed(ast.unparse(node.args[-1]), names))
    rows, columns = map(int, given.shape)
    old = [place // columns for place in range(rows * columns)]
    new = [(place + by) % (rows * columns) // columns for place in range(rows * columns)]
    assert sum(one != other for one, other in zip(old, new, strict=True)) == claim.cells > 0
    within = computed(claim.instead, names).tolist()
    wanted = [[row[(place - by) % columns] for place in range(columns)] for row in given.tolist()]
    assert within == wanted


@check(WrittenToCopy)
def _(claim: WrittenToCopy, program: Program) -> None:
    names = at_line(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    target: Any = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    assert target.value.id == claim.name
    source = ast.parse(opened(program.code))
    made = [
        each for each in ast.walk(source) if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == claim.name
    ]
    assert [ast.get_source_segment(opened(program.code), each.value) for each in made] == [claim.code]
    assert claim.code.startswith((f"{claim.given}.", f"np.ravel({claim.given}", f"np.reshape({claim.given}"))
    given = computed(claim.given, names)
    assert not np.shares_memory(names[claim.name], given)
    assert not np.shares_memory(computed(claim.code, names), given)
    assert not given.flags.c_contiguous


@check(SamplesCut)
def _(claim: SamplesCut, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = computed(ast.unparse(node.func.value), names)
    assert (len(given), len(result), given[0].numel()) == (claim.samples, claim.rows, claim.numbers)
    assert claim.rows > claim.samples
    assert claim.rows % claim.samples == 0
    flat = computed(claim.instead, names)
    assert flat.shape == (claim.samples, claim.numbers)
    assert torch.equal(flat[0], given[0].reshape(-1))
    pieces = result[: claim.rows // claim.samples].reshape(-1)
    assert torch.equal(pieces, flat[0])


@check(KeyOfItsOwn)
def _(claim: KeyOfItsOwn, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    assert ast.unparse(target) == f"{claim.name}[{claim.key}]"
    names = names_after(program, claim.run)
    key, held = names[claim.key], names[claim.name]
    assert isinstance(key, torch.Tensor)
    assert any(each is key for each in held)
    others = [each for each in held if each is not key and isinstance(each, torch.Tensor)]
    assert any(repr(each.item()) == claim.number for each in others)
    assert repr(key.item()) == claim.number


@check(MoreDigitsThanHeld)
def _(claim: MoreDigitsThanHeld, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.left) == ast.unparse(ast.parse(claim.given))
    given, number = computed(claim.given, names), float(claim.number)
    assert repr(given) == claim.held
    assert ast.unparse(node.comparators[0]) == repr(number) == claim.number
    assert computed(claim.code, names) is isinstance(node.ops[0], ast.NotEq)
    assert torch.tensor(number, dtype=torch.float32).item() == given != number
    assert computed(claim.instead, names) is True
    assert claim.given in claim.instead
    assert claim.number in claim.instead


@check(BeyondItsRange)
def _(claim: BeyondItsRange, program: Program) -> None:
    result, names = made_of(claim, program)
    before, after = numbers(argument(claim, program, names)), numbers(result)
    assert str(after.dtype) == claim.dtype
    limits = np.iinfo(after.dtype)
    pairs = zip(np.ravel(before).tolist(), np.ravel(after).tolist(), strict=True)
    beyond = [(str(one), str(other)) for one, other in pairs if not limits.min - 1 < one < limits.max + 1]
    assert beyond[0] == (claim.given, claim.stored)
    held = numbers(computed(claim.instead, names))
    assert held.dtype == after.dtype
    for one, other in zip(np.ravel(before).tolist(), np.ravel(held).tolist(), strict=True):
        assert other == int(min(max(one, limits.min), limits.max))


@check(EachToNone)
def _(claim: EachToNone, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.comparators[0]) == "None"
    assert result.shape == claim.shape
    assert result.tolist() == np.full(claim.shape, isinstance(node.ops[0], ast.NotEq)).tolist()
    one = computed(claim.instead, names)
    assert type(one) is bool
    assert one is isinstance(node.ops[0], ast.NotEq)


@check(StepsWithIt)
def _(claim: StepsWithIt, program: Program) -> None:
    names = at_line(program, claim.run)
    kept, parameter = names[claim.name], computed(claim.parameter, names)
    assert isinstance(parameter, torch.nn.Parameter)
    assert kept.data_ptr() == parameter.data_ptr()
    source = opened(program.code)
    made = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Assign)]
    bound = [each.value for each in made if ast.unparse(each.targets[0]) == claim.name]
    assert [ast.get_source_segment(source, each) for each in bound] == [claim.code]
    assert {claim.name, claim.parameter} <= {ast.unparse(each) for each in ast.walk(statement_of(program, claim.run))}
    cloned = parameter.detach().clone()
    assert cloned.data_ptr() != parameter.data_ptr()


@check(InverseOfCells)
def _(claim: InverseOfCells, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    matrix = numbers(computed(ast.unparse(node.right if isinstance(node.op, ast.Div) else node.left), names))
    np.testing.assert_allclose(numbers(result), 1 / matrix)
    inverse = numbers(computed(claim.instead, names))
    np.testing.assert_allclose(inverse @ matrix, np.eye(len(matrix)), atol=1e-3)
