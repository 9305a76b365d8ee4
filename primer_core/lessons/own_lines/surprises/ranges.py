"""When it surprises where a range of numbers ends, or what is drawn at random."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.ranges import (
    DrawnAgain,
    HighLeftOut,
    SeededAgain,
    SeededAlike,
    SeedsNoGenerator,
    StopIncluded,
    StopLeftOut,
    StopReached,
)
from primer_core.language.execution import is_array
from primer_core.language.table import entry_named
from primer_core.lessons.own_lines.surprises.line import Line, numbers

_NEAR = 1e-6
"""By which share of a step floats are told to be equal here."""


def _stops(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.arange", "torch.arange") or len(part.operands) != 3 or not is_array(part.result):
            continue
        found = line.at(part.place)
        cells = numbers(part.result)
        if cells.dtype.kind != "f" or not cells.size or found is None or part.keywords:
            continue
        _, stop, step = map(float, part.operands)
        last, near = float(cells[-1]), abs(step) * _NEAR
        written = repr(cells.dtype.type(stop).item()) if cells.dtype.itemsize == 8 else f"{stop:g}"
        ends = repr(last) if cells.dtype.itemsize == 8 else f"{last:g}"
        if abs(last - stop) < near:
            yield StopReached(line.run, part.place.text, int(cells.size), ends, written)
        elif abs(last + step - stop) < near:
            match found:
                case ast.Call(ast.Attribute(ast.Name(library)), [start, end, _], []):
                    given = f"{line.text(start)}, {line.text(end)}, {cells.size + 1}"
                    yield StopLeftOut(line.run, part.place.text, ends, written, f"{library}.linspace({given})")


def _steps(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.linspace", "torch.linspace") or len(part.operands) != 3 or part.keywords:
            continue
        found = line.at(part.place)
        start, stop, count = part.operands
        if any(type(each) not in (int, float) for each in part.operands) or count < 2 or found is None:
            continue
        step, other = (stop - start) / (count - 1), (stop - start) / count
        if len(f"{abs(other):.10g}") + 4 > len(f"{abs(step):.10g}"):
            continue
        match found:
            case ast.Call(function, [first, last, ast.Constant()], []):
                instead = f"{line.text(function)}({line.text(first)}, {line.text(last)}, {count + 1})"
                yield StopIncluded(line.run, part.place.text, count, f"{step:.4g}", f"{other:.4g}", instead)


def _high(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(
                ast.Attribute(owner, ("randint" | "integers") as name),
                [ast.Constant(int(low)), ast.Constant(int(high)), *_],
                words,
            ) if 1 <= low < high - 1 or low == high - 1:
                is_library = ast.unparse(owner) in ("np.random", "torch")
                if any(word.arg == "endpoint" for word in words) or is_library != (name == "randint"):
                    continue
                yield HighLeftOut(line.run, line.text(call), low, high)


def _drawn(line: Line) -> Iterator[Claim]:
    drawing = [part for part in line.step.parts if (entry := entry_named(part.entry)) is not None and entry.random]
    for part in drawing:
        if part.entry != "np.random.choice" or part.keywords.keys() - {"size"} or len(part.operands) > 2:
            continue
        if len(drawing) > 1 or not is_array(part.result) or numbers(part.result).dtype.kind not in "iuf":
            continue
        found, among = numbers(part.result).reshape(-1), part.operands[0]
        many = int(numbers(among).size) if is_array(among) else among if type(among) is int else 0
        different = int(np.unique(found).size)
        alike = is_array(among) and np.unique(numbers(among)).size < many
        if 1 < found.size <= many and different < found.size and not alike:
            yield DrawnAgain(line.run, part.place.text, int(found.size), different)


def _seeds(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(owner, "seed" | "manual_seed"), [ast.Constant(int())], []) as call):
            if line.step.run > 1 and ast.unparse(owner) in ("np.random", "torch"):
                yield SeededAgain(line.run, line.text(call))


def _seeded_alike(line: Line) -> Iterator[Claim]:
    call = _seeding(line.node)
    if call is None or line.step.run > 1 or line.node.col_offset:
        return
    source = line.source
    here = (line.node.lineno, line.node.col_offset)
    earlier = [each for each in line.statements if (each.lineno, each.col_offset) < here and not each.col_offset]
    for place in reversed(range(len(earlier))):
        other = _seeding(earlier[place])
        if other is None or ast.unparse(other.func) != ast.unparse(call.func):
            continue
        between = [node for each in earlier[place + 1 :] for node in ast.walk(each)]
        if ast.unparse(other) == ast.unparse(call) and any(isinstance(node, ast.Call) for node in between):
            drawn = [step for step in line.trace.steps if other.lineno < step.line < line.step.line]
            if any(_draws(part.entry) for step in drawn for part in step.parts):
                yield SeededAlike(line.run, ast.get_source_segment(source, call) or "", other.lineno)
        return


def _seeding(statement: ast.stmt) -> ast.Call | None:
    """Return the call of a statement that seeds the one generator of a library with a number; None of another."""
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(owner, "seed" | "manual_seed"), [ast.Constant(int())], []) as call):
            return call if ast.unparse(owner) in ("np.random", "numpy.random", "torch") else None
    return None


def _draws(name: str) -> bool:
    """Return whether what the table knows by a name draws from its library's own generator."""
    entry = entry_named(name)
    return entry is not None and entry.random


def _apart(line: Line) -> Iterator[Claim]:
    made = [call for call in line.calls() if _of_random(call) == "default_rng"]
    if not made:
        return
    drawn = {_of_random(node) for node in line.everywhere() if isinstance(node, ast.Call)}
    seeds = [
        each.value
        for each in line.statements
        if isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Call)
        and _of_random(each.value) == "seed"
        and (each.lineno, each.col_offset) < (line.node.lineno, line.node.col_offset)
        and not each.col_offset
    ]
    if seeds and not drawn - {"", "seed", "default_rng"}:
        for call in made:
            match call.args, call.keywords:
                case ([ast.Constant(int())], []) | ([], []):
                    yield SeedsNoGenerator(line.run, line.text(call), line.text(seeds[-1]), bool(call.args))


def _of_random(call: ast.Call) -> str:
    """Return the name of a function of NumPy's module of random numbers that is called; empty for another call."""
    match call.func:
        case ast.Attribute(owner, name) if ast.unparse(owner) in ("np.random", "numpy.random"):
            return name
    return ""


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _stops,
    _steps,
    _high,
    _drawn,
    _seeds,
    _seeded_alike,
    _apart,
)
