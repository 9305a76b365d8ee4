"""Checks of what an index picks: places are counted one by one, and both ways of writing are computed."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
import torch

from primer_core.claims.surprises.picks import (
    ClippedAtTheEnd,
    EmptySpan,
    GoesDownFirst,
    ListIsOneIndex,
    ListPerAxis,
    NoAxisInSlice,
    OneAxisForLists,
    PlacesNotValues,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import LIBRARIES, at_line, computed, expression, numbers, stands_there, written


def written_parts(node: Any) -> list[Any]:
    return [*node.slice.elts] if isinstance(node.slice, ast.Tuple) else [node.slice]


@check(EmptySpan)
def _(claim: EmptySpan, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    array = computed(ast.unparse(node.value), names)
    assert numbers(computed(ast.unparse(ast.Subscript(node.value, node.slice, ast.Load())), names)).size == 0
    assert array.shape[claim.axis] == claim.size
    parts = written_parts(node)
    dots = [place for place, each in enumerate(parts) if ast.unparse(each) == "..."]
    behind = sum(ast.unparse(each) != "None" for each in parts[dots[0] + 1 :]) if dots else 0
    before = [each for each in parts[: dots[0] if dots else None] if ast.unparse(each) != "None"]
    own = (
        before[claim.axis]
        if claim.axis < len(before)
        else [each for each in parts if ast.unparse(each) != "None"][claim.axis - array.ndim]
    )
    assert claim.axis < len(before) or array.ndim - claim.axis <= behind
    bounds = [None if each is None else computed(ast.unparse(each), names) for each in (own.lower, own.upper, own.step)]
    assert bounds == [claim.start, claim.stop, claim.step]
    places = list(range(claim.size))
    step = claim.step or 1
    begins = 0 if step > 0 else claim.size - 1
    start = begins if claim.start is None else places[claim.start] if claim.start < claim.size else claim.start
    assert claim.begins == start
    assert claim.stop is not None
    assert claim.ends == (places[claim.stop] if claim.stop < 0 else claim.stop)
    assert claim.ends <= claim.begins if step > 0 else claim.ends >= claim.begins
    if claim.instead:
        assert numbers(computed(claim.instead, names)).size or 0 in array.shape
        wanted = written_parts(expression(claim.instead))
        changed = [(one, other) for one, other in zip(parts, wanted, strict=True) if ast.dump(one) != ast.dump(other)]
        ((was, now),) = changed
        assert ast.unparse(was) == ast.unparse(own)
        assert now.upper is None or ast.unparse(now.lower) == f"max({ast.unparse(was.lower)}, 0)"


@check(NoAxisInSlice)
def _(claim: NoAxisInSlice, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    (own,) = [each for each in written_parts(node) if written(each, program) == claim.part]
    assert isinstance(own, ast.Slice)
    assert any(each is not None and computed(ast.unparse(each), names) is None for each in (own.lower, own.upper))
    found, wanted = computed(claim.code, names), computed(claim.instead, names)
    assert (tuple(found.shape), tuple(wanted.shape)) == (claim.gives, claim.wanted)
    assert len(claim.wanted) == len(claim.gives) + 1
    assert numbers(found).ravel().tolist() == numbers(wanted).ravel().tolist()
    assert claim.instead.replace(",", "").replace(" ", "") == ast.unparse(node).replace(",", "").replace(" ", "")


@check(ListPerAxis)
def _(claim: ListPerAxis, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    array = computed(ast.unparse(node.value), names)
    index = computed(ast.unparse(node.slice), names)
    assert isinstance(array, torch.Tensor)
    assert len(index) == claim.lists < 32
    found, wanted = computed(claim.code, names), computed(claim.instead, names)
    assert found.tolist() == [array[place].tolist() for place in zip(*index, strict=True)]
    assert wanted.tolist() == [[array[one].tolist() for one in each] for each in index]
    assert (tuple(found.shape), tuple(wanted.shape)) == (claim.gives, claim.wanted)
    long = array[[index[0]] * 32]
    assert tuple(long.shape) == (32, len(index[0]), *array.shape[1:])


@check(ListIsOneIndex)
def _(claim: ListIsOneIndex, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert written(node.slice, program) == claim.position
    names = {**LIBRARIES, **at_line(program, claim.run)}
    array, index = computed(ast.unparse(node.value), names), computed(claim.position, names)
    assert isinstance(index, list)
    assert index == list(claim.places)
    found = numbers(computed(claim.code, names))
    assert found.tolist() == [numbers(array)[place].tolist() for place in index]
    assert found.shape == claim.gives
    cell = numbers(array)
    for place in index:
        cell = cell[place]
    assert written(node.value, program) in claim.instead
    assert numbers(computed(claim.instead, names)).tolist() == cell.tolist()
    assert np.ndim(cell) == 0


@check(OneAxisForLists)
def _(claim: OneAxisForLists, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    parts, apart = written_parts(node), written_parts(expression(claim.instead))
    lists = [place for place, each in enumerate(parts) if isinstance(each, ast.List)]
    assert len(lists) == claim.lists > 1
    found, wanted = computed(claim.code, names), computed(claim.instead, names)
    assert (tuple(found.shape), tuple(wanted.shape)) == (claim.gives, claim.wanted)
    assert numbers(found).ravel().tolist() == numbers(wanted).ravel().tolist()
    assert len(claim.wanted) == len(claim.gives) + claim.lists - 1
    assert all(isinstance(apart[place], ast.Slice) for place in lists)


@check(PlacesNotValues)
def _(claim: PlacesNotValues, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    assert [ast.unparse(each) for each in node.args] == [claim.array, ast.unparse(expression(claim.given))]
    array, given = computed(claim.array, names), computed(claim.given, names)
    assert given.tolist() == list(claim.places)
    assert [str(array[place]) for place in claim.places] == list(claim.there)
    left = computed(ast.unparse(node), names)
    for place in sorted(claim.places, reverse=True):
        array = [*array[:place], *array[place + 1 :]]
    assert left.tolist() == list(array)
    kept = [value for value in computed(claim.array, names) if value not in claim.places]
    assert computed(claim.instead, names).tolist() == kept


@check(ClippedAtTheEnd)
def _(claim: ClippedAtTheEnd, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**LIBRARIES, **at_line(program, claim.run)}
    array = computed(ast.unparse(node.value), names)
    own = written_parts(node)[claim.axis]
    bounds = [computed(ast.unparse(each), names) for each in (own.lower, own.upper)]
    assert bounds == [claim.start, claim.stop]
    assert array.shape[claim.axis] == claim.size
    along = [slice(None)] * claim.axis
    cut = array[(*along, slice(*bounds))]
    assert cut.shape[claim.axis] == claim.size - claim.start < claim.stop - claim.start
    with pytest.raises(IndexError):
        array[(*along, claim.stop - 1)]


@check(GoesDownFirst)
def _(claim: GoesDownFirst, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    x, y = (int(names[name]) for name in (claim.across, claim.down))
    held: Any = node.value
    while isinstance(held, ast.Subscript):
        held = held.value
    array = numbers(computed(ast.unparse(held), names))
    assert array.shape[claim.axis : claim.axis + 2] == (claim.rows, claim.columns)
    where: dict[str, set[tuple[int, int]]] = {}
    for code in (claim.code, claim.instead):
        marked = array * 0
        swapped: Any = ast.parse(code.replace(ast.unparse(held), "_marked_", 1), mode="eval").body
        exec(f"{ast.unparse(swapped)} = 1", {"_marked_": marked, **names})
        where[code] = {(int(each[claim.axis]), int(each[claim.axis + 1])) for each in np.argwhere(marked)}
    assert where[claim.code] == {(x % claim.rows, y % claim.columns)}
    assert where[claim.instead] == {(y % claim.rows, x % claim.columns)}
    order = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in (claim.across, claim.down)]
    assert sorted(order) == sorted((claim.across, claim.down))
