"""Checks of how an array lies: memory is looked up in the run, and cells are compared one by one."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from primer_core.claims.surprises.arrangements import AxesWithin, OwnedByNoName
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import LIBRARIES, at_line, computed, made_of, numbers, stands_there


@check(OwnedByNoName)
def _(claim: OwnedByNoName, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    assert computed(claim.code, names) is False
    assert ast.unparse(node.value.value) == claim.array
    assert "owndata" in claim.code.lower() or "'O'" in ast.unparse(node)
    source = opened(program.code)
    bound = [
        each.value
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == claim.array
    ]
    assert [ast.get_source_segment(source, each) for each in bound] == [claim.made]
    array = names[claim.array]
    assert isinstance(array.base, np.ndarray)
    others = {name: each for name, each in names.items() if isinstance(each, np.ndarray) and name != claim.array}
    assert not any(each is array.base or np.shares_memory(each, array) for each in others.values())
    if claim.other:
        assert isinstance(bound[0], ast.Subscript)
        assert ast.unparse(bound[0].value) == claim.other
        assert claim.other in others
    else:
        assert isinstance(bound[0], ast.Call)


@check(AxesWithin)
def _(claim: AxesWithin, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    parts = [ast.unparse(each) for each in (*node.args[:1], node.func.value if hasattr(node.func, "value") else node)]
    assert claim.array in parts
    old, new = numbers(computed(claim.array, names)), numbers(result)
    assert old.shape == new.shape == claim.shape
    assert old.tolist() != new.tolist()
    for place in np.ndindex(*new.shape):
        at = [0] * len(place)
        for letter, axis in zip(place, claim.axes, strict=True):
            at[axis] = letter
        assert new[place].tolist() == old[tuple(at)].tolist()
    assert claim.axes != tuple(range(len(claim.axes)))
    numbered = np.arange(old.size).reshape(old.shape)
    again = {**names, claim.array: numbered} if claim.array.isidentifier() and isinstance(result, np.ndarray) else None
    if again is not None:
        assert computed(claim.code, again).tolist() == numbered.transpose(claim.axes).tolist()
