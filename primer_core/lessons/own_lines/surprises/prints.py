"""When it surprises how values are printed or told: abridged, with exponents, or as another type."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.prints import (
    LARGE,
    RATIO,
    SMALL,
    Abridged,
    EveryTextIsTrue,
    NotPythonsInt,
    WithExponents,
)
from primer_core.lessons.own_lines.surprises.line import Line
from primer_core.lessons.own_lines.trace import Seen

_THRESHOLD = 1000
"""Numbers of an array that are printed without leaving any out, unless NumPy was told otherwise."""

_LIKE_NO = ("False", "false", "0", "no", "No", "off")


def _printed_alone(line: Line) -> tuple[str, Seen] | None:
    """Return the array of NumPy's that a line prints, and nothing else; None of other lines."""
    match line.node:
        case ast.Expr(ast.Call(ast.Name("print"), [ast.Name(name)], [])):
            seen = line.step.names.get(name)
            if seen is not None and seen.shape and not seen.dtype.startswith("torch.") and line.step.printed:
                return name, seen
    return None


def _abridged(line: Line) -> Iterator[Claim]:
    found = _printed_alone(line)
    if found is None:
        return
    name, seen = found
    count = math.prod(seen.shape or ())
    words = " ".join(line.step.printed).replace("[", " ").replace("]", " ").split()
    if count > _THRESHOLD and "..." in words:
        yield Abridged(line.run, name, count, sum(each != "..." for each in words))


def _exponents(line: Line) -> Iterator[Claim]:
    found = _printed_alone(line)
    values = None if found is None else found[1].values
    if found is None or values is None or values.dtype.kind != "f":
        return
    cells = np.abs(values[np.isfinite(values) & (values != 0)])
    if cells.size < 2 or not any("e+" in each or "e-" in each for each in line.step.printed):
        return
    largest, smallest = float(cells.max()), float(cells.min())
    if largest >= LARGE or smallest < SMALL or largest / smallest > RATIO:
        yield WithExponents(line.run, found[0], largest, smallest)


def _truths(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        call = line.at(part.place) if part.entry == "ndarray.astype" else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        texts, made = part.operands[0], part.result
        if not isinstance(texts, np.ndarray) or texts.dtype.kind != "U" or not isinstance(made, np.ndarray):
            continue
        told = [each for each in texts[made].reshape(-1).tolist() if each in _LIKE_NO] if made.dtype == bool else []
        if told:
            instead = f"{line.asked(call.func.value)} != {told[0]!r}"
            yield EveryTextIsTrue(line.run, part.place.text, told[0], instead)


def _types(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("isinstance"), [asked, ast.Name("int")], []):
                text = line.text(asked)
                values = [part.result for part in line.step.parts if part.place.text == text]
            case _:
                continue
        if isinstance(asked, ast.Name):
            seen = line.step.names.get(asked.id)
            kind = seen.kind.removeprefix("numpy.") if seen is not None else ""
        else:
            kind = type(values[0]).__name__ if values and isinstance(values[0], np.integer) else ""
        if hasattr(np, kind) and isinstance(getattr(np, kind), type) and issubclass(getattr(np, kind), np.integer):
            instead = f"isinstance({text}, (int, np.integer))"
            yield NotPythonsInt(line.run, line.text(call), text, kind, instead)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _abridged,
    _exponents,
    _truths,
    _types,
)
