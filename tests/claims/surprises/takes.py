"""Checks of what a function makes of its inputs: it is called once more, with objects that are then looked at."""

from __future__ import annotations

import ast
from itertools import product
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprises.takes import FirstTwoSwapped, KeepsAll, LastIsOut
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import LIBRARIES, Instead, at_line, computed, made_of, numbers, stands_there, written


@check(LastIsOut)
def _(claim: LastIsOut, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert (written(node.func, program), written(node.args[2], program)) == (claim.function, claim.out)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    held = [np.array(computed(ast.unparse(each), names)) for each in node.args]
    names["_out_"] = held[2].copy()
    given = ast.Call(node.func, [*node.args[:2], ast.Name("_out_", ast.Load())], [])
    result = computed(ast.unparse(given), names)
    assert result is names["_out_"]
    apart = computed(ast.unparse(ast.Call(node.func, node.args[:2], [])), names)
    np.testing.assert_array_equal(result, apart)
    if not claim.instead:
        return
    function: Any = computed(claim.function, names)
    names |= {name: np.array(value) for name, value in names.items() if isinstance(value, np.ndarray)}
    found = computed(claim.instead, names)
    wanted: Any = ast.parse(claim.instead, mode="eval").body
    if isinstance(wanted, ast.Call):
        np.testing.assert_array_equal(found, function(function(*held[:2]), held[2]))
    else:
        assert function in (np.matmul, np.dot)
        np.testing.assert_allclose(found, np.multiply(np.multiply(*held[:2]), held[2]))


@check(FirstTwoSwapped)
def _(claim: FirstTwoSwapped, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = [np.ravel(numbers(computed(ast.unparse(each), names))) for each in node.args]
    assert tuple(each.size for each in given) == claim.sizes
    for place in product(*map(range, claim.sizes)):
        swapped = (place[1], place[0], *place[2:])
        assert [each[swapped] for each in result] == [each[at] for each, at in zip(given, place, strict=True)]
    assert {each.shape for each in result} == {claim.gives}
    in_order = computed(claim.instead, names)
    assert {each.shape for each in in_order} == {claim.sizes}
    assert claim.instead.startswith(claim.code[:-1])


@check(KeepsAll)
def _(claim: KeepsAll, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert isinstance(node, ast.Subscript)
    assert written(node.value, program) == claim.array
    names = {**LIBRARIES, **at_line(program, claim.run)}
    names["_array_"] = computed(ast.unparse(node.value), names)
    index = ast.unparse(Instead(node.value, "_array_").visit(ast.parse(ast.unparse(node), mode="eval").body))
    view, copy = computed(index, names), computed(claim.instead, names)
    assert (view.nbytes, names["_array_"].nbytes, copy.nbytes) == (claim.own, claim.whole, claim.own)
    assert memory_of(view) == memory_of(names["_array_"]) >= claim.whole
    assert memory_of(copy) == claim.own


def memory_of(array: Any) -> int:
    """Bytes of the memory that an array keeps, all that it was made with."""
    if isinstance(array, torch.Tensor):
        return array.untyped_storage().nbytes()
    while isinstance(array.base, np.ndarray):
        array = array.base
    size: int = array.nbytes
    return size
