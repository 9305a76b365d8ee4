"""When it surprises to which bin an edge belongs, or from where a place is counted."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.edges import (
    CountsAsBefore,
    FromTheEnd,
    LastBinClosed,
    MovedUp,
    OverlapsInPart,
    PastTheEdges,
    TakenForSorted,
)
from primer_core.language.execution import is_array
from primer_core.lessons.own_lines.surprises.line import Line, as_array, numbers, with_argument
from primer_core.lessons.own_lines.trace import Part, Step


def _plain(value: Any) -> NDArray[Any] | None:
    """Return numbers with at most one axis; None for all else."""
    try:
        found = as_array(value)
    except ValueError:
        return None  # rows of several lengths
    return found if found.dtype.kind in "iuf" and found.ndim < 2 else None


def _histogram(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = [*part.operands[1:], *part.keywords.values()]
        if part.entry != "np.histogram" or len(given) != 1 or part.keywords.keys() - {"bins"} or part.result is None:
            continue
        edges, values = _plain(given[0]), _plain(part.operands[0])
        if edges is None or values is None or edges.ndim != 1 or len(edges) < 3:
            continue
        if not np.isfinite(edges).all() or (edges[1:] <= edges[:-1]).any():
            continue
        count = int((values == edges[-1]).sum())
        if count:
            yield LastBinClosed(line.run, part.place.text, float(edges[-2]), float(edges[-1]), count)


def _digitized(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "np.digitize" or len(part.operands) != 2 or part.keywords or part.result is None:
            continue
        values, edges = (_plain(each) for each in part.operands)
        if edges is None or values is None or len(edges) < 2 or (edges[1:] <= edges[:-1]).any():
            continue
        if (values == edges[-1]).any():
            instead = with_argument(part.place.text, "right=True")
            yield PastTheEdges(line.run, part.place.text, float(edges[-1]), len(edges), instead)


_SORTED = {"np.searchsorted": 0, "np.interp": 1}
"""By the function which of its arguments it takes for sorted."""


def _unsorted(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        place, call = _SORTED.get(part.entry), line.at(part.place)
        if place is None or not isinstance(call, ast.Call) or part.keywords or len(call.args) != len(part.operands):
            continue
        known, texts = _plain(part.operands[place]), [line.text(each) for each in call.args]
        if known is None or not np.isfinite(known).all() or known.ndim != 1:
            continue
        falls = np.flatnonzero(known[1:] < known[:-1])
        if not falls.size or len(texts) != 2 + place:
            continue
        if place:
            other = line.asked(call.args[2])
            instead = f"np.interp({texts[0]}, np.sort({texts[1]}), {other}[np.argsort({texts[1]})])"
            if not is_array(part.operands[2]):
                continue
        else:
            instead = f"np.searchsorted(np.sort({texts[0]}), {texts[1]})"
        before, after = (float(known[int(falls[0]) + more]) for more in (0, 1))
        yield TakenForSorted(line.run, part.place.text, texts[place], before, after, instead)


def _convolved(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "np.convolve" or len(part.operands) != 2 or part.keywords or part.result is None:
            continue
        values, weights = (_plain(each) for each in part.operands)
        if values is None or weights is None or not 1 < len(weights) <= len(values):
            continue
        if not np.allclose(weights, 1 / len(weights)):  # what is no mean may be meant so
            continue
        instead, whole = with_argument(part.place.text, 'mode="valid"'), len(values) - len(weights) + 1
        made = len(numbers(part.result))
        yield OverlapsInPart(line.run, part.place.text, len(values), len(weights), made, whole, instead)


def _from_the_end(line: Line) -> Iterator[Claim]:
    loops = {
        each.target.id for each in line.statements if isinstance(each, ast.For) and isinstance(each.target, ast.Name)
    }
    if not any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) for node in line.nodes()):
        return
    told: set[str] = set()
    for step in _rounds(line):
        for part in step.parts:
            node = line.at(part.place) if part.entry in ("ndarray.[]", "Tensor.[]") else None
            if not isinstance(node, ast.Subscript) or len(part.operands) != 2:
                continue
            places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            given = part.operands[1] if isinstance(part.operands[1], tuple) else (part.operands[1],)
            for index, place in zip(places, given, strict=False):
                match index:
                    case ast.BinOp(ast.Name(name), ast.Sub(), ast.Constant(int(less))) if (
                        name in loops and type(place) is int and place < 0 <= place + less
                    ):
                        run, text = (step.number, step.run), line.text(index)
                        if part.place.text not in told:
                            told.add(part.place.text)
                            yield FromTheEnd(run, part.place.text, text, name, place + less, place)


def _rounds(line: Line) -> list[Step]:
    """Return the steps of the line so far, the first one first; this one alone where not all are kept."""
    steps = line.trace.steps
    if len(steps) != line.trace.taken:
        return [line.step]
    return [each for each in steps if each.number == line.step.number and each.run <= line.step.run]


def _put_in(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "np.insert" or len(part.operands) != 3 or part.keywords or part.result is None:
            continue
        array, given = _plain(part.operands[0]), _plain(part.operands[1])
        if array is None or given is None or given.ndim != 1 or len(given) < 2 or given.dtype.kind not in "iu":
            continue
        if array.ndim != 1 or (given < 0).any():
            continue
        place = int(given.max())
        stands = place + int((given < place).sum())
        if (given == place).sum() == 1 and stands != place:
            yield CountsAsBefore(line.run, part.place.text, place, stands)


def _moved_up(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Name(name)], ast.Call(ast.Attribute(ast.Name("np"), "delete"), [ast.Name(known), place], []) as call
        ):
            pass
        case _:
            return
    loops = (each for each in line.statements if isinstance(each, ast.For))
    loop = next((each for each in loops if line.node.lineno in [inner.lineno for inner in each.body]), None)
    if known != name or loop is None or line.step.run < 2:
        return
    if not isinstance(place, ast.Name) or ast.unparse(loop.target) != place.id:
        return
    same = _rounds(line)
    if [each.run for each in same] != list(range(1, line.step.run + 1)):
        return
    parts = [_deleting(each.parts) for each in same]
    if any(each is None for each in parts):
        return
    deleted = [(each.operands[0], each.operands[1]) for each in parts if each is not None]
    if any(array.ndim != 1 or type(at) is not int or not 0 <= at < len(array) for array, at in deleted):
        return
    if any(len(after[0]) != len(before[0]) - 1 for before, after in pairwise(deleted)):
        return  # the loop ran anew, or something else changed it
    left = list(range(len(deleted[0][0])))
    for _, at in deleted[:-1]:
        del left[at]
    now = deleted[-1][1]
    if left[now] != now:
        instead = f"{name} = np.delete({name}, {line.text(loop.iter)})"
        if isinstance(loop.iter, ast.List | ast.Name):
            yield MovedUp(line.run, line.text(call), now, left[now], instead)


def _deleting(parts: tuple[Part, ...]) -> Part | None:
    """Return the one part that deletes one element of an array; None where there is no such."""
    found = [each for each in parts if each.entry == "np.delete" and len(each.operands) == 2 and not each.keywords]
    return found[0] if len(found) == 1 and isinstance(found[0].operands[0], np.ndarray) else None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _histogram,
    _digitized,
    _unsorted,
    _convolved,
    _from_the_end,
    _put_in,
    _moved_up,
)
