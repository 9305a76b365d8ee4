"""What would work instead of a line that failed: each is tried by running the program with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from time import perf_counter

from primer_core.language.parsing import parse
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.trace import Part, Seen, Trace, tried

MOST = 4
"""Fixes that are offered."""

_SECONDS = 0.4
"""Computing time that is spent on trying."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of the failing line with which it runs.

    Parameters
    ----------
    line
        The line, as it is then.
    gives
        What the line gives then: a shape, or a value; empty where it binds nothing.
    source
        The whole program with it.
    """

    line: str
    gives: str
    source: str


def fixes_of(trace: Trace) -> tuple[Fix, ...]:
    """Return changes of the failing line with which it runs, each with another outcome; none where none was found."""
    stopped = trace.stopped
    if stopped is None or stopped.declined is None:
        return ()
    found: list[Fix] = []
    outcomes: set[str] = set()
    began = perf_counter()
    for place, new in _candidates(trace):
        source = _replaced(trace.source, place, new)
        mended = tried(source)
        if mended.taken <= trace.taken:  # it stops where the other did
            continue
        gives = _outcome(trace, mended)
        if gives not in outcomes or not gives:
            outcomes.add(gives)
            line = source.split("\n")[place.line - 1].strip()
            found.append(Fix(line, gives, source))
        if len(found) == MOST or perf_counter() - began > _SECONDS:
            break
    return tuple(found)


def _outcome(trace: Trace, mended: Trace) -> str:
    """Return what the mended line gives; of a long program, of which that step may not be kept, when it ran last."""
    whole = mended.taken == len(mended.steps)
    line = trace.stopped.place.line if trace.stopped is not None else 0
    step = mended.steps[trace.taken] if whole else next(each for each in reversed(mended.steps) if each.line <= line)
    for binding in step.bound:
        return _told(step.names[binding.name])
    for name in step.changed:
        return _told(step.names[name])
    return " ".join(step.printed)


def _told(seen: Seen) -> str:
    return str(seen.shape) if seen.shape is not None else seen.text


def _candidates(trace: Trace) -> Iterator[tuple[Place, str]]:
    """Go through changes that might work, the likeliest first."""
    stopped = trace.stopped
    assert stopped is not None
    assert stopped.declined is not None
    node = _node_at(trace.source, stopped.place)
    if node is None:
        return
    declined, source = stopped.declined, trace.source
    if declined.builtin == "NameError" and isinstance(node, ast.Name):
        known = list(trace.steps[-1].names) if trace.steps else []
        for name in get_close_matches(node.id, known, 2):
            yield stopped.place, name
        return
    for operand, value in _operands(node, trace.failed):
        place = Place.of(operand, source)
        wrapped = (
            place.text
            if isinstance(operand, ast.Name | ast.Call | ast.Subscript | ast.Attribute)
            else f"({place.text})"
        )
        axes = len(value.shape) if hasattr(value, "shape") else 0
        if hasattr(value, "shape"):
            if axes == 1:
                yield place, f"{wrapped}[:, None]"
            if axes == 2:
                yield place, f"{wrapped}.T"
                yield place, f"{wrapped}[:, None]"
            if axes == 3:
                yield place, f"{wrapped}[:, None]"
            if type(value).__name__ == "Tensor":
                for ending in (".float()", ".long()", ".detach()", ".squeeze()", ".unsqueeze(0)"):
                    yield place, f"{wrapped}{ending}"
            else:
                for ending in (".astype(int)", ".astype(float)", ".squeeze()"):
                    yield place, f"{wrapped}{ending}"
        if isinstance(operand, ast.Constant) and type(operand.value) is int:
            for number in ("-1", "0", "1"):
                if number != place.text:
                    yield place, number
        if isinstance(operand, ast.Tuple):
            for index, part in enumerate(operand.elts):
                yield Place.of(part, source), "-1" if ast.unparse(part) != "-1" else str(index)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Mult):
        left, right = Place.of(node.left, source), Place.of(node.right, source)
        yield stopped.place, f"{left.text} {'*' if isinstance(node.op, ast.MatMult) else '@'} {right.text}"
        yield stopped.place, f"{right.text} @ {left.text}"
    if isinstance(node, ast.AugAssign):
        sign = source.split("\n")[stopped.place.line - 1]
        target, value_text = Place.of(node.target, source).text, Place.of(node.value, source).text
        symbol = sign.partition(target)[2].strip().partition("=")[0].strip()
        yield stopped.place, f"{target} = {target} {symbol} {value_text}"


def _operands(node: ast.AST, failed: Part | None) -> Iterator[tuple[ast.expr, object]]:
    """Go through the operands of a failing node, the later ones first, with their values where they are known."""
    parts: list[ast.expr] = []
    match node:
        case ast.BinOp(left, _, right):
            parts = [left, right]
        case ast.Compare(left, _, [right]):
            parts = [left, right]
        case ast.Subscript(value, index):
            parts = [value, *([index] if not isinstance(index, ast.Tuple) else index.elts)]
        case ast.Call(ast.Attribute(value, _), arguments, keywords):
            parts = [value, *arguments, *(word.value for word in keywords)]
        case ast.Call(_, arguments, keywords):
            parts = [*arguments, *(word.value for word in keywords)]
        case ast.AugAssign(_, _, value):
            parts = [value]
    values: list[object] = [] if failed is None else [*failed.operands, *failed.keywords.values()]
    if len(values) > len(parts):
        values = values[len(values) - len(parts) :]
    known = [*values, *[None] * (len(parts) - len(values))]
    yield from reversed(list(zip(parts, known, strict=True)))


def operand_names(source: str, part: Part) -> tuple[tuple[str, str], ...]:
    """Return by which letter a lesson calls the operands of a part, and what stands for each in the program."""
    node = _node_at(source, part.place)
    operands = [] if node is None else [Place.of(operand, source).text for operand, _ in _operands(node, part)]
    if isinstance(node, ast.AugAssign):
        operands.append(Place.of(node.target, source).text)
    pairs = zip("ab", reversed(operands), strict=False)
    return tuple((letter, written) for letter, written in pairs if "\n" not in written and letter != written)


def _node_at(source: str, place: Place) -> ast.AST | None:
    try:
        tree = parse(source, "exec", len(source), 1000)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.AugAssign) and Place.of(node, source) == place:
            return node
    return None


def _replaced(source: str, place: Place, new: str) -> str:
    lines = source.split("\n")
    before, after = lines[place.line - 1][: place.column], lines[place.end_line - 1][place.end_column :]
    return "\n".join([*lines[: place.line - 1], f"{before}{new}{after}", *lines[place.end_line :]])
