"""Checks of what surprises in how values are printed and told: they are printed once more, with other options."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np

from primer_core.claims.surprises.prints import Abridged, EveryTextIsTrue, NotPythonsInt, WithExponents
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened, statement_called
from tests.claims.surprises.lines import argument, at_line, computed, made_of, stands_there

_NUMBER = r"-?\d[\d.e+-]*|nan|inf|True|False"


def printed(name: str, program: Program, run: tuple[int, int]) -> Any:
    """The array that a line prints, and nothing else."""
    line = statement_called(opened(program.code), run[0])
    assert f"print({name})" in ast.unparse(line)
    return at_line(program, run)[name]


@check(Abridged)
def _(claim: Abridged, program: Program) -> None:
    array = printed(claim.name, program, claim.run)
    assert int(np.prod(array.shape)) == claim.count > 1000
    text = str(array)
    assert "..." in text
    assert len(re.findall(_NUMBER, text.replace("...", " "))) == claim.shown
    with np.printoptions(threshold=array.size):
        assert len(re.findall(_NUMBER, str(array))) == claim.count


@check(WithExponents)
def _(claim: WithExponents, program: Program) -> None:
    array = printed(claim.name, program, claim.run)
    cells = sorted(abs(each) for each in array.ravel().tolist() if each and np.isfinite(each))
    assert (cells[-1], cells[0]) == (claim.largest, claim.smallest)
    assert all("e" in each for each in re.findall(_NUMBER, str(array)) if each not in ("nan", "inf"))
    smaller = [each for each in (1.5, 2.25) if each]
    assert "e" not in str(np.array(smaller))
    if claim.largest >= 1e8:
        assert "e" in str(np.array([*smaller, claim.largest]))
        return
    with np.printoptions(suppress=True):
        assert "e" not in str(array)
    if claim.smallest < 1e-4:
        assert "e" in str(np.array([*smaller, claim.smallest]))
    else:
        assert claim.largest > 1000 * claim.smallest
        assert "e" in str(np.array([claim.smallest, claim.largest]))
        assert "e" not in str(np.array([claim.smallest, claim.smallest * 2]))


@check(EveryTextIsTrue)
def _(claim: EveryTextIsTrue, program: Program) -> None:
    result, names = made_of(claim, program)
    texts = argument(claim, program, names)
    assert result.ravel().tolist() == [bool(each) for each in texts.ravel().tolist()]
    assert claim.text in texts.ravel().tolist()
    assert computed(claim.instead, names).ravel().tolist() == [each != claim.text for each in texts.ravel().tolist()]


@check(NotPythonsInt)
def _(claim: NotPythonsInt, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert computed(claim.code, names) is False
    assert ast.unparse(node.args[0]) == ast.unparse(ast.parse(claim.number))
    number = computed(claim.number, names)
    assert type(number).__name__ == claim.kind
    assert number == number.item()
    assert type(number.item()) is int
    assert computed(claim.instead, names) is True
    assert eval(claim.instead, {**names, "_": 0}) == eval(claim.instead.replace(claim.number, "3", 1), {"np": np})
