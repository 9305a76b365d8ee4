"""When it surprises what is gone through: iterators at their end, data sets, samples that are lists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.running import line_of
from primer_core.claims.surprises.data import (
    BatchesNotSamples,
    ErrorTakenForEnd,
    FieldByField,
    LengthNotAsked,
    SetOnThePart,
    UsedUp,
)
from primer_core.lessons.own_lines.reruns.calls import calls_of
from primer_core.lessons.own_lines.reruns.objects import objects_of
from primer_core.lessons.own_lines.surprises.line import Line
from primer_core.lessons.own_lines.trace import Trace


def _used_up(line: Line) -> Iterator[Claim]:
    watch = objects_of(line.trace)
    for again in () if watch is None else watch.again:
        if again.again == line.run and not again.loops:
            yield UsedUp(line.run, again.name, again.kind, again.made, again.first[0], is_first=False)
            return
        if again.first == line.run and (again.loops or not _is_kept(line.trace, again.again)):
            yield UsedUp(line.run, again.first_name, again.kind, again.made, again.again[0], is_first=True)
            return


def _is_kept(trace: Trace, run: tuple[int, int]) -> bool:
    """Return whether a step of a line is there: one that fails, or goes round not once, has none."""
    return any((step.number, step.run) == run for step in trace.steps)


def _by_index(line: Line) -> Iterator[Claim]:
    if "__getitem__" not in line.source:
        return
    watch = objects_of(line.trace)
    beyond = None if watch is None else watch.beyond.get(line.run)
    if beyond is not None:
        yield LengthNotAsked(line.run, beyond.name, beyond.index, beyond.length)
    for short in () if watch is None else watch.short:
        here = short.run == line.run if short.count else _binds(line, short.name, short.run[0])
        if here:
            loop = line_of(short.run[0])
            yield ErrorTakenForEnd(line.run, short.name, loop, short.count, short.length, short.at, short.code)
            return


def _binds(line: Line, name: str, before: int) -> bool:
    """Return whether a line is the only one of the program itself that binds a name, and stands before another one."""
    match line.node:
        case ast.Assign([ast.Name(bound)]) if bound == name:
            return line.node.lineno < line_of(before) and line.stored().count(name) == 1
    return False


def _of_lists(line: Line) -> Iterator[Claim]:
    if "DataLoader" not in line.source or "collate_fn" in line.source:
        return
    watch = objects_of(line.trace)
    joined = None if watch is None else watch.joined.get(line.run)
    if joined is not None:
        name = joined[0].partition("[")[0]
        if joined[0] != name or not _takes_apart(line, name):
            yield FieldByField(line.run, *joined)


def _takes_apart(line: Line, name: str) -> bool:
    """Return whether a program takes single parts of what a name is bound to."""
    for node in line.everywhere():
        match node:
            case ast.Subscript(ast.Name(known)) | ast.Assign([ast.Tuple()], ast.Name(known)) if known == name:
                return True
    return False


def _on_a_part(line: Line) -> Iterator[Claim]:
    if "random_split" not in line.source and "Subset" not in line.source:
        return
    watch = objects_of(line.trace)
    wrapped = None if watch is None else watch.wrapped.get(line.run)
    if wrapped is not None and not _reads(line, *wrapped[:2]) and _reads(line, "self", wrapped[1]):
        yield SetOnThePart(line.run, *wrapped)


def _reads(line: Line, name: str, attribute: str) -> bool:
    """Return whether a program itself reads an attribute of a name."""
    for node in line.everywhere():
        match node:
            case ast.Attribute(ast.Name(known), read, ast.Load()) if (known, read) == (name, attribute):
                return True
    return False


def _counted(line: Line) -> Iterator[Claim]:
    asks = {line.text(each) for each in line.calls() if isinstance(each.func, ast.Name) and each.func.id == "len"}
    if "DataLoader" not in line.source or not asks:
        return
    divisions = (each for each in line.nodes() if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div))
    divides = {line.text(each.right) for each in divisions}
    watch = calls_of(line.trace)
    for code, samples, size in () if watch is None else watch.lengths.get(line.run, ()):
        if code in asks - divides and samples > size and samples % size:
            yield BatchesNotSamples(line.run, code, samples, size)
            return


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_used_up, _by_index, _of_lists, _on_a_part, _counted)

OF_LOOPS: tuple[Callable[[Line], Iterator[Claim]], ...] = (_used_up, _by_index, _of_lists)
"""What is asked of the line that begins a loop."""
