"""Checks of what surprises in how an index is read: the line is computed once more, and done in the other way."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import torch

from primer_core.claims.running import Run
from primer_core.claims.surprises.arrays import (
    AnyCellEqual,
    BindsMoreStrongly,
    FillsColumns,
    KeptAsView,
    LengthOfMask,
    NotSwapped,
    OrderOfEvery,
    OrdersDrawnApart,
    PlaceAmongAll,
    PlacesOfSmallest,
    RowsJoined,
    TruthsAsPlaces,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.source_checks import Between, Stopped, in_sight
from tests.claims.surprises.lines import at_line, begun, computed, numbers, stands_there, statement_of


def without_brackets(code: str) -> str:
    return re.sub(r"[()\s]", "", code)


def ran(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Names after a statement, which is a line that a page shows, or what it says instead."""
    exec(code, names)
    return names


def left_by(program: Program, run: Run) -> dict[str, Any]:
    """What names are bound to, live, where a line has ended, and the program with it."""
    seen: dict[str, Any] = {}

    def stop(frame: Any) -> None:
        seen.update(in_sight(frame))
        raise Stopped

    Between(opened(program.code), run, (0, 0), ended=stop).cells(())
    assert seen
    return seen


def copied(value: Any) -> Any:
    return np.array(numbers(value))


@check(BindsMoreStrongly)
def _(claim: BindsMoreStrongly, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert ast.dump(ast.parse(claim.read, mode="eval").body) == ast.dump(node)
    assert claim.read.startswith("(") or claim.read.endswith(")")
    sides = [ast.unparse(each) for each in (node.left, *node.comparators) if isinstance(each, ast.BinOp)]
    assert any(f"({each})" in claim.read and ("&" in each or "|" in each) for each in sides)
    apart = ast.parse(claim.instead, mode="eval").body
    assert isinstance(node, ast.Compare)
    assert isinstance(apart, ast.BinOp)
    assert without_brackets(claim.instead) == without_brackets(ast.unparse(node))
    found = [int(numbers(computed(code, dict(names))).sum()) for code in (claim.code, claim.instead)]
    assert found == [claim.trues, claim.others]


@check(NotSwapped)
def _(claim: NotSwapped, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    both = [claim.first, claim.second]
    assert [ast.unparse(each) for each in statement.targets[0].elts] == both
    assert [ast.unparse(each) for each in statement.value.elts] == both[::-1]
    names = at_line(program, claim.run)
    before = [copied(computed(code, names)) for code in both]
    names_after = left_by(program, claim.run)
    after = [numbers(computed(code, names_after)) for code in both]
    assert not np.array_equal(*before)
    np.testing.assert_array_equal(after[0], before[1])
    np.testing.assert_array_equal(after[1], before[1])
    swapped = ran(claim.instead, names)
    for code, wanted in zip(both, before[::-1], strict=True):
        np.testing.assert_array_equal(numbers(computed(code, swapped)), wanted)


@check(KeptAsView)
def _(claim: KeptAsView, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.into} = {claim.name}"
    bound, source = f"{claim.name} = {claim.kept}", opened(program.code)
    assert source.count(bound) == 1
    names = left_by(program, claim.run)
    kept, into = (numbers(computed(code, names)) for code in (claim.kept, claim.into))
    assert np.shares_memory(kept, numbers(names[claim.name]))
    np.testing.assert_array_equal(kept, into)
    instead = f"{claim.name} = {claim.instead}"
    copying = left_by(Program(source.replace(bound, instead)), claim.run)
    kept, into = (numbers(computed(code, copying)) for code in (claim.kept, claim.into))
    assert not np.array_equal(kept, into)
    np.testing.assert_array_equal(into, numbers(copying[claim.name]))
    assert not np.shares_memory(kept, numbers(copying[claim.name]))


@check(PlaceAmongAll)
def _(claim: PlaceAmongAll, program: Program) -> None:
    call: Any = stands_there(claim.code, program, claim.run)
    assert claim.name in [node.id for node in ast.walk(call) if isinstance(node, ast.Name)]
    names = left_by(program, claim.run)
    array = numbers(names[claim.name])
    extreme = array.max() if "max" in call.func.attr else array.min()
    assert int(computed(claim.code, names)) == claim.place
    assert array.ravel()[claim.place] == array[claim.cell] == extreme
    assert len(claim.cell) == array.ndim > 1
    assert tuple(map(int, computed(claim.instead, names))) == claim.cell
    assert claim.instead.count(claim.name)
    source = opened(program.code)
    used = [node for node in ast.walk(ast.parse(source)) if ast.get_source_segment(source, node) == claim.used]
    taken: Any = next(node for node in used if isinstance(node, ast.Subscript))
    assert ast.unparse(taken.value) == claim.name
    assert int(computed(ast.unparse(taken.slice), names)) == claim.place


@check(FillsColumns)
def _(claim: FillsColumns, program: Program) -> None:
    target: Any = stands_there(claim.code, program, claim.run)
    instead: Any = ast.parse(claim.instead, mode="eval").body
    name = target.value.id
    assert ast.unparse(instead.value) == name
    assert ast.unparse(instead.slice.elts[1]) == ast.unparse(target.slice.elts[1])
    statement = ast.unparse(statement_of(program, claim.run))
    names = at_line(program, claim.run)
    array = names[name]
    assert len(array) == claim.rows
    assert not array.any()
    filled = numbers(ran(statement, dict(names))[name])
    assert int((filled == 1).sum()) == claim.cells
    array[:] = 0
    one_each = numbers(ran(f"{claim.instead} = 1", dict(names))[name])
    assert one_each.sum(axis=1).tolist() == [1] * claim.rows


@check(TruthsAsPlaces)
def _(claim: TruthsAsPlaces, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.value) == claim.array
    names = at_line(program, claim.run)
    array, index = (numbers(computed(ast.unparse(part), names)) for part in (node.value, node.slice))
    places = index.ravel().tolist()
    assert (places.count(0), places.count(1)) == (claim.zeros, claim.ones)
    assert claim.zeros + claim.ones == array[(..., *[0] * (array.ndim - index.ndim))].size
    picked, masked = (numbers(computed(code, names)) for code in (claim.code, claim.instead))
    assert picked.reshape(-1, *array.shape[1:]).tolist() == [array[place].tolist() for place in places]
    cells = array.reshape(len(places), *array.shape[index.ndim :])
    assert masked.tolist() == [each.tolist() for each, truth in zip(cells, places, strict=True) if truth]


@check(AnyCellEqual)
def _(claim: AnyCellEqual, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    row, name = (ast.unparse(part) for part in (node.left, node.comparators[0]))
    assert claim.compared == f"{name} == {row}"
    names = at_line(program, claim.run)
    assert computed(claim.code, names) is True
    equal = numbers(computed(claim.compared, names))
    assert int(equal.sum()) == claim.equal
    assert not any(all(each) for each in equal.tolist())
    assert not computed(claim.instead, names)
    assert claim.compared in claim.instead
    array = names[name]
    for place in range(len(array)):
        changed = torch.clone(array) if isinstance(array, torch.Tensor) else np.array(array)
        changed[place] = computed(row, names)
        assert computed(claim.instead, {**names, name: changed})


@check(OrderOfEvery)
def _(claim: OrderOfEvery, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    index = node.slice.elts[1] if isinstance(node.slice, ast.Tuple) else node.slice
    names = at_line(program, claim.run)
    array, order, given, taken = (
        numbers(computed(code, names))
        for code in (ast.unparse(node.value), ast.unparse(index), claim.code, claim.instead)
    )
    assert (given.shape, taken.shape) == (claim.shape, claim.wanted)
    assert claim.axis in (0, 1)
    lines = zip(*((array, order, taken) if claim.axis == 1 else (array.T, order.T, taken.T)), strict=True)
    for line, own, found in lines:
        assert [line[place] for place in own] == found.tolist()
        assert len(set(own.tolist())) == len(own)


@check(PlacesOfSmallest)
def _(claim: PlacesOfSmallest, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    assert statement.targets[0].id == claim.name
    assert statement.value is node or ast.unparse(statement.value) == ast.unparse(node)
    names = left_by(program, claim.run)
    order = numbers(computed(ast.unparse(node.value), names))
    assert numbers(names[claim.name]).tolist() == order[: claim.count].tolist()
    calls = [each for each in ast.walk(ast.parse(opened(program.code))) if isinstance(each, ast.Call)]
    sorts: list[Any] = [each for each in calls if getattr(each.func, "attr", "") == "argsort"]
    given = [ast.unparse(each.args[0] if each.args else each.func.value) for each in sorts]
    arrays = [numbers(computed(code, names)) for code in given if not code.isidentifier() or code in names]
    array = next(each for each in arrays if each.shape == order.shape and sorted(each) == each[order].tolist())
    descending = sorted(array, reverse=True)
    assert array[numbers(computed(claim.instead, names))].tolist() == descending[: claim.count]
    assert array[order[: claim.count]].tolist() == descending[::-1][: claim.count]


@check(OrdersDrawnApart)
def _(claim: OrdersDrawnApart, program: Program) -> None:
    assert claim.first != claim.run
    for run, name in ((claim.first, claim.one), (claim.run, claim.other)):
        statement = statement_of(program, run)
        assert name in [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        assert re.search(r"shuffle|perm", ast.unparse(statement))
    names = at_line(program, claim.first)
    before = [numbers(names[name]).tolist() for name in (claim.one, claim.other)]
    names = left_by(program, claim.run)
    after = [numbers(names[name]).tolist() for name in (claim.one, claim.other)]
    for old, new in zip(before, after, strict=True):
        assert sorted(map(repr, old)) == sorted(map(repr, new))
    pairs = [sorted(map(repr, zip(*each, strict=True))) for each in (before, after)]
    assert pairs[0] != pairs[1]
    assert "perm" in claim.order
    assert sorted(computed(claim.order, names).tolist()) == list(range(len(before[0])))


@check(LengthOfMask)
def _(claim: LengthOfMask, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = begun(program, claim.run)[1]
    mask = numbers(computed(ast.unparse(node.args[0]), names))
    assert mask.dtype == bool
    assert (len(mask), int(mask.sum())) == (claim.count, claim.true)
    assert int(computed(claim.sum, names)) == claim.true != claim.count
    assert len(np.zeros_like(mask)) == claim.count


@check(RowsJoined)
def _(claim: RowsJoined, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.func).endswith(".append")
    names = at_line(program, claim.run)
    before, row = (np.asarray(computed(ast.unparse(each), names)) for each in node.args)
    assert row.shape == (claim.row,)
    assert before.shape == (claim.row * (claim.times - 1),)
    statement: Any = statement_of(program, claim.run)
    after = left_by(program, claim.run)[statement.targets[0].id]
    assert after.shape == claim.shape
    np.testing.assert_array_equal(after[-claim.row :], row)
