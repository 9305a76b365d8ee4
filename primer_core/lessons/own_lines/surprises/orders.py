"""When an order surprises: of coefficients, of keys to sort by, or of what is repeated."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.orders import EachRepeated, HighestFirst, LastKeyFirst
from primer_core.lessons.own_lines.surprises.arrays import bound_once
from primer_core.lessons.own_lines.surprises.line import Line, last_name


def _coefficients(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        match line.at(part.place) if part.entry == "ndarray.[]" else None:
            case ast.Subscript(ast.Name(name), ast.Constant(0)):
                fit, given = bound_once(line, name), part.operands[0]
            case _:
                continue
        match fit:
            case ast.Call(ast.Attribute(ast.Name("np"), "polyfit"), [_, _, ast.Constant(int(power))], []):
                if isinstance(given, np.ndarray) and given.shape == (power + 1,) and power:
                    yield HighestFirst(line.run, part.place.text, ast.unparse(fit), power, f"{name}[-1]")


def _keys(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        match line.at(part.place) if part.entry == "np.lexsort" else None:
            case ast.Call(function, [ast.Tuple([first, last]) | ast.List([first, last])], []) as call:
                pass
            case _:
                continue
        keys = part.operands[0]
        if not isinstance(keys, tuple | list) or part.result is None or part.keywords:
            continue
        if np.array_equal(np.lexsort(tuple(keys[::-1])), part.result):
            continue
        main, other = line.text(last), line.text(first)
        yield LastKeyFirst(line.run, line.text(call), main, other, f"{line.text(function)}(({main}, {other}))")


def _repeated(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        node = line.at(part.place) if last_name(part) == "reshape" else None
        match node:
            case ast.Call(ast.Attribute(ast.Name("np"), "reshape"), [given, *_]) | ast.Call(
                ast.Attribute(given, "reshape")
            ):
                made = bound_once(line, given.id) if isinstance(given, ast.Name) else given
            case _:
                continue
        match made:
            case ast.Call(ast.Attribute(ast.Name("np"), "repeat"), [ast.Name(name), ast.Constant(int(times))], []):
                size = line.shape_of(name)
            case _:
                continue
        if not isinstance(part.result, np.ndarray) or size is None or len(size) != 1 or times < 2 or size[0] < 2:
            continue
        if part.result.shape == (times, size[0]) and (part.result != part.result[0]).any():
            instead = f"np.tile({name}, ({times}, 1))"
            yield EachRepeated(line.run, part.place.text, ast.unparse(made), instead)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _coefficients,
    _keys,
    _repeated,
)
