"""Checks of what surprises in tensors: a call is made once more, with other numbers or a larger dtype."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import torch

from primer_core.claims.surprises.tensors import ComparedBeyond, EachByTheSame, OnlyPlacesOfIndex
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import at_line, computed, stands_there

SIGNS: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


@check(OnlyPlacesOfIndex)
def _(claim: OnlyPlacesOfIndex, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    index, source = (ast.unparse(each) for each in node.args[-2:])
    assert (index, source) == (claim.index, ast.unparse(ast.parse(claim.source, mode="eval").body))
    names = at_line(program, claim.run)
    places, given = computed(index, names), computed(source, names)
    assert (tuple(places.shape), tuple(given.shape)) == (claim.shape, claim.wanted)
    assert (places.numel(), given.numel()) == (claim.used, claim.count)
    others = given.clone() + 1000
    others[tuple(map(slice, places.shape))] = given[tuple(map(slice, places.shape))]
    text = ast.unparse(ast.Call(node.func, [*node.args[:-1], ast.Name("_given_")], node.keywords))
    made = [computed(text, {**at_line(program, claim.run), "_given_": each}).clone() for each in (given, others)]
    assert torch.equal(*made)
    assert tuple(places.expand(claim.wanted).shape) == claim.wanted


@check(ComparedBeyond)
def _(claim: ComparedBeyond, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    tensor = computed(ast.unparse(node.left), names)
    assert claim.number == ast.literal_eval(node.comparators[0])
    assert str(tensor.dtype) == f"torch.{claim.dtype}"
    info = torch.iinfo(tensor.dtype)
    assert not info.min <= claim.number <= info.max
    assert (claim.number - claim.taken) % 2**info.bits == 0
    assert info.min <= claim.taken <= info.max
    ask = SIGNS[type(node.ops[0])]
    cells = tensor.reshape(-1).tolist()
    assert computed(claim.code, names).reshape(-1).tolist() == [ask(cell, claim.taken) for cell in cells]
    exact = [ask(cell, claim.number) for cell in cells]
    assert computed(claim.instead, names).reshape(-1).tolist() == exact != [ask(cell, claim.taken) for cell in cells]


@check(EachByTheSame)
def _(claim: EachByTheSame, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    stack, matrix = names[claim.stack], names[claim.matrix]
    assert [ast.unparse(node.left), ast.unparse(node.right)] == (
        [claim.stack, claim.matrix] if claim.is_left else [claim.matrix, claim.stack]
    )
    assert (stack.ndim, matrix.ndim, len(stack)) == (3, 2, claim.count)
    result = computed(claim.code, names)
    rows = matrix.tolist()
    for made, each in zip(result.tolist(), stack.tolist(), strict=True):
        left, right = (each, rows) if claim.is_left else (rows, each)
        columns = list(zip(*right, strict=True))
        for line, row in zip(made, left, strict=True):
            wanted = [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns]
            assert all(abs(one - other) <= 1e-4 * max(1, abs(other)) for one, other in zip(line, wanted, strict=True))
