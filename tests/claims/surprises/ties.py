"""Checks of the largest number at several places: Python goes through the cells one by one."""

from __future__ import annotations

import ast
from typing import Any

import torch

from primer_core.claims.surprises.ties import FirstOfTied, FirstOfTiedAlong
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import argument, computed, made_of, numbers, stands_there, written


def _of(claim: FirstOfTied | FirstOfTiedAlong, program: Program) -> tuple[Any, Any, dict[str, Any]]:
    """What the call gives, the array, and the names; the claim's own text of the array stands in the call."""
    result, names = made_of(claim, program)
    array = argument(claim, program, names)
    node: Any = stands_there(claim.code, program, claim.run)
    assert claim.array in (written(node.func.value, program) if hasattr(node.func, "value") else "", *(
        written(each, program) for each in node.args[:1]
    ))  # fmt: skip
    assert numbers(computed(claim.array, names)).tolist() == numbers(array).tolist()
    assert claim.most == ("largest" if "argmax" in claim.code else "smallest")
    return result, array, names


@check(FirstOfTied)
def _(claim: FirstOfTied, program: Program) -> None:
    result, array, names = _of(claim, program)
    cells = numbers(array).ravel().tolist()
    edge = max(cells) if claim.most == "largest" else min(cells)
    places = [place for place, each in enumerate(cells) if each == edge]
    assert claim.number == (str(edge) if isinstance(edge, int) else f"{edge:.6g}").replace("-", "−")
    assert (len(places), len(cells), places[0]) == (claim.count, claim.size, claim.place)
    assert claim.count > 1
    assert int(result) == claim.place
    assert claim.flat == (array.ndim > 1)
    if claim.every:
        assert claim.array in claim.every
        assert numbers(computed(claim.every, names)).ravel().tolist() == places
    else:
        assert "(" in claim.array


@check(FirstOfTiedAlong)
def _(claim: FirstOfTiedAlong, program: Program) -> None:
    result, array, names = _of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = [word.value for word in node.keywords if word.arg in ("axis", "dim")] or [node.args[-1]]
    assert array.ndim > 1
    assert computed(ast.unparse(given[0]), names) % array.ndim == claim.axis
    cells = torch.as_tensor(numbers(array)).movedim(claim.axis, -1)
    rows = cells.reshape(-1, cells.shape[-1]).tolist()
    picks = max if claim.most == "largest" else min
    assert numbers(result).ravel().tolist() == [row.index(picks(row)) for row in rows]
    counts = [row.count(picks(row)) for row in rows]
    assert (len(rows[0]), len(rows)) == (claim.size, claim.lines)
    assert sum(each > 1 for each in counts) == claim.tied > 0
    assert sum(each == claim.size for each in counts) == claim.level
    if claim.every:
        assert claim.array in claim.every
        found = torch.as_tensor(numbers(computed(claim.every, names))).movedim(claim.axis, -1)
        wanted = [[each == picks(row) for each in row] for row in rows]
        assert found.reshape(-1, claim.size).tolist() == wanted
    else:
        assert "(" in claim.array
