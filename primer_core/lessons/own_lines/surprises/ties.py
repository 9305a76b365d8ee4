"""When the place of the largest number surprises: there are several, and the first is given."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim, number_text
from primer_core.claims.surprises.ties import FirstOfTied, FirstOfTiedAlong
from primer_core.language.execution import is_array
from primer_core.lessons.own_lines.surprises.line import Line, as_array, last_name, numbers
from primer_core.lessons.own_lines.trace import Part

_CELLS = 1000
_MOST = {"argmax": ("largest", "max"), "argmin": ("smallest", "min")}


def _tied(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        name = last_name(part)
        if name not in _MOST or part.result is None or not part.operands or not is_array(part.operands[0]):
            continue
        node = _array_of(line.at(part.place), part.entry)
        array = numbers(part.operands[0])
        if node is None or not 1 < array.size <= _CELLS or array.dtype.kind not in "iuf":
            continue
        if np.isnan(array).any() or set(np.unique(array)) == {0, 1}:
            continue
        most, function = _MOST[name]
        given, text = as_array(part.result), line.text(node)
        asked = "" if any(isinstance(each, ast.Call) for each in ast.walk(node)) else line.asked(node)
        of_torch = part.entry.startswith(("torch.", "Tensor."))
        axes = _axes(part, array.ndim)
        if axes is None:
            continue
        if not axes or array.ndim == 1:
            edge = getattr(array, function)()
            places = np.flatnonzero(array == edge)
            if len(places) < 2 or given.size != 1 or int(given.reshape(-1)[0]) != places[0]:
                continue
            flat, equal = array.ndim > 1, f"{asked} == {asked}.{function}()"
            every = f"({equal}){'.flatten()' if flat else ''}.nonzero()" if of_torch else f"np.flatnonzero({equal})"
            yield FirstOfTied(
                line.run, part.place.text, text, most, number_text(edge.item()), len(places), array.size,
                int(places[0]), flat, every if asked else "",
            )  # fmt: skip
            continue
        axis = axes[0]
        at = array == getattr(array, function)(axis=axis, keepdims=True)
        counts = at.sum(axis=axis)
        if (counts < 2).all() or not np.array_equal(given.reshape(-1), at.argmax(axis=axis).reshape(-1)):
            continue
        edges = f"amax(dim={axis}, keepdim=True)" if of_torch else f"max(axis={axis}, keepdims=True)"
        every = f"{asked} == {asked}.{edges.replace('max', function, 1)}" if asked else ""
        size = array.shape[axis]
        yield FirstOfTiedAlong(
            line.run, part.place.text, text, most, axis, size, counts.size, int((counts > 1).sum()),
            int((counts == size).sum()), every,
        )  # fmt: skip


def _array_of(node: ast.AST | None, entry: str) -> ast.expr | None:
    """Return what stands in the program for the array of which a call asks."""
    match node:
        case ast.Call(_, [ast.expr() as given, *_]) if entry.startswith(("np.", "torch.")):
            return None if isinstance(given, ast.Starred) else given
        case ast.Call(ast.Attribute(given, _)) if entry.startswith(("ndarray.", "Tensor.")):
            return given
    return None


def _axes(part: Part, rank: int) -> tuple[int, ...] | None:
    """Return the axis that a call was given, counted from the first, if any; None for what is not known."""
    given = part.operands[1:]
    if part.keywords.keys() - {"axis", "dim", "keepdims", "keepdim"} or len(given) > 1:
        return None
    axis = given[0] if given else part.keywords.get("axis", part.keywords.get("dim"))
    return () if axis is None else (axis % rank,) if type(axis) is int and rank else None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_tied,)
