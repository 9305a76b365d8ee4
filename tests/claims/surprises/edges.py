"""Checks of what surprises about edges and places: Python counts once more, number by number."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import Any

import numpy as np

from primer_core.claims.running import line_of
from primer_core.claims.surprises.edges import (
    CountsAsBefore,
    FromTheEnd,
    LastBinClosed,
    MovedUp,
    OverlapsInPart,
    PastTheEdges,
    TakenForSorted,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import at_line, computed, made_of, numbers, stands_there


def given(node: Any, names: dict[str, Any]) -> list[Any]:
    """What a call is given, by their places and then by name, as lists."""
    values = [*node.args, *(word.value for word in node.keywords)]
    return [np.asarray(computed(ast.unparse(each), names)).tolist() for each in values]


@check(LastBinClosed)
def _(claim: LastBinClosed, program: Program) -> None:
    (counts, _), names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    values, edges = given(node, names)
    values = list(np.ravel(values))
    half_open = [sum(low <= each < high for each in values) for low, high in pairwise(edges)]
    upper = [sum(low <= each == high for each in values) for low, high in pairwise(edges)]
    assert counts.tolist() == [*half_open[:-1], half_open[-1] + upper[-1]]
    assert (edges[-2], edges[-1], upper[-1]) == (claim.lower, claim.upper, claim.count)
    assert claim.count


@check(PastTheEdges)
def _(claim: PastTheEdges, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    values, edges = (np.ravel(each).tolist() for each in given(node, names))
    assert np.ravel(result).tolist() == [sum(edge <= each for edge in edges) for each in values]
    assert (edges[-1], len(edges)) == (claim.edge, claim.place)
    place = values.index(claim.edge)
    assert np.ravel(result)[place] == claim.place
    closed = np.ravel(computed(claim.instead, names))
    assert closed[place] == claim.place - 1
    assert closed.tolist() == [sum(edge < each for edge in edges) for each in values]


@check(TakenForSorted)
def _(claim: TakenForSorted, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    arguments = [ast.unparse(each) for each in node.args]
    of_points = ast.unparse(node.func) == "np.interp"
    known = computed(claim.name, names)
    assert ast.unparse(ast.parse(claim.name)) == arguments[of_points]
    falls = [pair for pair in pairwise(np.asarray(known).tolist()) if pair[0] > pair[1]]
    assert falls[0] == (claim.before, claim.after)
    made = np.ravel(computed(claim.instead, names)).tolist()
    if not of_points:
        wanted = np.ravel(computed(arguments[1], names)).tolist()
        assert made == [sum(each < one for each in np.asarray(known).tolist()) for one in wanted]
        return
    points = sorted(zip(np.asarray(known).tolist(), np.asarray(computed(arguments[2], names)).tolist(), strict=True))
    wanted = np.ravel(computed(arguments[0], names)).tolist()
    assert np.allclose(made, [between(one, points) for one in wanted])


def between(wanted: float, points: list[tuple[float, float]]) -> float:
    """What lies on the lines between points, and is the first or the last beyond them."""
    if wanted <= points[0][0]:
        return points[0][1]
    for (low, first), (high, second) in pairwise(points):
        if low <= wanted <= high:
            return first + (second - first) * (wanted - low) / (high - low)
    return points[-1][1]


@check(OverlapsInPart)
def _(claim: OverlapsInPart, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    values, weights = given(node, names)
    assert (len(values), len(weights), len(result)) == (claim.given, claim.weights, claim.made)
    assert np.allclose(sum(weights), 1)
    padded = [0.0] * (len(weights) - 1)
    padded = [*padded, *values, *padded]
    windows = [padded[first : first + len(weights)] for first in range(len(result))]
    assert np.allclose(result, [sum(map(float.__mul__, map(float, window), weights[::-1])) for window in windows])
    whole = computed(claim.instead, names)
    assert len(whole) == claim.whole
    assert np.allclose(whole, result[len(weights) - 1 : len(values)])
    assert claim.made > claim.given >= claim.whole


@check(FromTheEnd)
def _(claim: FromTheEnd, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    source = opened(program.code)
    assert claim.index in [ast.get_source_segment(source, each) for each in places]
    axis = [ast.get_source_segment(source, each) for each in places].index(claim.index)
    assert claim.name in [each.id for each in ast.walk(places[axis]) if isinstance(each, ast.Name)]
    assert (names[claim.name], computed(claim.index, names)) == (claim.value, claim.place)
    loops = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.For)]
    assert claim.name in [ast.unparse(each.target) for each in loops]
    array = numbers(computed(ast.unparse(node.value), names))
    others = [computed(ast.unparse(each), names) for each in places]
    others[axis] = array.shape[axis] + claim.place
    assert 0 <= others[axis] < array.shape[axis]
    np.testing.assert_array_equal(array[tuple(others)], numbers(result))


@check(CountsAsBefore)
def _(claim: CountsAsBefore, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    values, places, put = given(node, names)
    put = put if isinstance(put, list) else [put] * len(places)
    made: list[tuple[bool, int, Any]] = []
    for place, value in enumerate([*values, None]):
        made += [(True, at, new) for at, new in zip(places, put, strict=True) if at == place]
        made += [(False, place, value)] if place < len(values) else []
    assert result.tolist() == [each for _, _, each in made]
    assert [at for is_new, at, _ in made if is_new].count(claim.place) == 1
    assert made[claim.stands][:2] == (True, claim.place)
    assert claim.stands != claim.place


@check(MovedUp)
def _(claim: MovedUp, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    array, place = (computed(ast.unparse(each), names) for each in node.args)
    assert place == claim.place
    (loop,) = (
        each
        for each in ast.walk(ast.parse(opened(program.code)))
        if isinstance(each, ast.For) and each.body[0].lineno <= line_of(claim.run[0]) <= (each.end_lineno or 0)
    )
    places = list(computed(ast.unparse(loop.iter), names))
    before = at_line(program, (claim.run[0], 1))[ast.unparse(node.args[0])]
    left = list(enumerate(before.tolist()))
    for done in places[: claim.run[1] - 1]:
        del left[done]
    assert [value for _, value in left] == array.tolist()
    assert left[place][0] == claim.was != claim.place
    name = ast.unparse(node.args[0])
    again = {**names, name: before}
    exec(claim.instead, again)
    assert again[name].tolist() == [each for at, each in enumerate(before.tolist()) if at not in places]
