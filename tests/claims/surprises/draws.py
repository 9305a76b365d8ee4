"""Checks of numbers that surprise as they are drawn or computed again: draws are made again, and left out."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, SequentialSampler

from primer_core.claims.running import line_of
from primer_core.claims.surprises.draws import LastDigitsDiffer, LoaderDraws, OtherDrawsBefore
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import at_line, computed, numbers, stands_there, statement_of
from tests.claims.surprises.models import with_text


def drawn(program: Program, run: tuple[int, int], code: str) -> Any:
    return np.asarray(numbers(computed(code, at_line(program, run))))


@check(OtherDrawsBefore)
def _(claim: OtherDrawsBefore, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    source = opened(program.code)
    runs = [run for run in recorded(source).lines if run[0] == claim.first]
    stands_there(claim.first_code, program, (claim.first, 1))
    earlier = [drawn(program, run, claim.first_code) for run in sorted(runs)]
    now = drawn(program, claim.run, claim.code)
    assert any(each.shape == now.shape for each in earlier)
    assert not all(np.array_equal(each, now) for each in earlier)
    nodes = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.get_source_segment(source, node) == claim.between
    ]
    assert nodes
    value = computed(claim.between, {**at_line(program, claim.run)})
    constant = repr(np.asarray(numbers(value)).tolist())
    made = f"torch.tensor({constant})" if isinstance(value, torch.Tensor) else f"({constant})"
    without = [drawn(with_text(program, node, made), claim.run, claim.code) for node in nodes]
    assert any(not np.array_equal(each, now) for each in without)


@check(LoaderDraws)
def _(claim: LoaderDraws, program: Program) -> None:
    there = statement_of(program, claim.run)
    read: ast.AST = there.iter if isinstance(there, ast.For) else there
    assert claim.loader in {each.id for each in ast.walk(read) if isinstance(each, ast.Name)}
    loader = at_line(program, claim.run)[claim.loader]
    assert isinstance(loader, DataLoader)
    assert isinstance(loader.sampler, SequentialSampler)

    def draws(one: DataLoader[Any]) -> bool:
        before = torch.get_rng_state()
        iter(one)
        return not torch.equal(before, torch.get_rng_state())

    assert draws(loader)
    assert not draws(DataLoader(loader.dataset, generator=torch.Generator()))


@check(LastDigitsDiffer)
def _(claim: LastDigitsDiffer, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.left, node.comparators[0]) if isinstance(node, ast.Compare) else node.args
    names = at_line(program, claim.run)
    one, other = (np.asarray(numbers(computed(ast.unparse(each), names))) for each in (left, right))
    assert one.shape == other.shape
    assert one.dtype == other.dtype
    assert (one != other).any()
    apart, largest = np.abs(one - other).max(), max(np.abs(one).max(), np.abs(other).max())
    assert 0.1 < apart / float(claim.apart) < 10  # how a machine adds up may be up to where numbers lie
    assert math.isclose(largest, float(claim.largest), rel_tol=0.01)
    assert apart < largest * (1e-4 if one.dtype.itemsize == 4 else 1e-12)
    asked = ast.parse(claim.instead, mode="eval").body
    assert isinstance(asked, ast.Call)
    assert list(map(ast.unparse, asked.args)) == [ast.unparse(left), ast.unparse(right)]
    assert ast.unparse(asked.func) in ("np.allclose", "torch.allclose")
    assert line_of(claim.run[0]) > 0
