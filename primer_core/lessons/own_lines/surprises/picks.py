"""When it surprises what an index picks: nothing, no new axis, an axis for each list or one for all."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from primer_core.claims.claim import Claim
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
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.across import down_of
from primer_core.lessons.own_lines.positions import fits_as_a_place, is_position
from primer_core.lessons.own_lines.surprises.line import Line, as_array, numbers, whole_number
from primer_core.lessons.own_lines.trace import Part

_READS = ("ndarray.[]", "Tensor.[]")
_WRITES = ("ndarray.[]=", "Tensor.[]=")
_NONES = ("None", "np.newaxis", "newaxis")
_MOST_TOLD = 6
"""Places that are told one by one at most."""

_MOST_LISTS = 31
"""PyTorch reads a list of more lists as one array of places."""


def _indexings(line: Line, entries: tuple[str, ...]) -> Iterator[tuple[Part, ast.Subscript, Any, Any]]:
    """Go through what the line indexed: the part, the expression, the array and the index."""
    for part in line.step.parts:
        found = line.at(part.place) if part.entry in entries and len(part.operands) > 1 else None
        if isinstance(found, ast.Subscript) and is_array(part.operands[0]):
            yield part, found, part.operands[0], part.operands[1]


def _empty(line: Line) -> Iterator[Claim]:
    for _, node, array, index in _indexings(line, (*_READS, *_WRITES)):
        for axis, place, span in _spans(node, index, len(shape_of(array))):
            size = shape_of(array)[axis]
            bounds = span.start, span.stop, span.step
            if not size or any(type(each) not in (int, type(None)) for each in bounds):
                continue
            said = _why_empty(span, size)
            if said is None or _is_plain(node):
                continue
            instead = _not_empty(node, place, span, size)
            yield EmptySpan(line.run, line.text(node), axis, size, *bounds, *said, instead)


def _is_plain(node: ast.Subscript) -> bool:
    """Return whether two written numbers are all that an index of a name holds: another rule tells of these."""
    match node:
        case ast.Subscript(ast.Name(), ast.Slice(start, stop, None), ast.Load()):
            return whole_number(start) is not None and whole_number(stop) is not None
    return False


def _spans(node: ast.Subscript, index: Any, axes: int) -> Iterator[tuple[int, int, slice]]:
    """Go through the slices that are written in an index: the axis of each, its place in the index, and it."""
    parts = index if isinstance(index, tuple) else (index,)
    written = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if len(parts) != len(written):
        return
    axis = 0
    for place, (part, code) in enumerate(zip(parts, written, strict=True)):
        if part is None:
            continue
        if part is Ellipsis:
            axis = axes - sum(each is not None for each in parts[place + 1 :])
            continue
        if is_array(part) and numbers(part).dtype.kind == "b":
            return
        if isinstance(part, slice) and isinstance(code, ast.Slice) and axis < axes:
            yield axis, place, part
        axis += 1


def _why_empty(span: slice, size: int) -> tuple[int, int] | None:
    """Return the places from and to which a slice goes, where it is empty as they lie the wrong way around."""
    step = span.step or 1
    if range(size)[span] or (span.start is None and step > 0) or (span.stop is None):
        return None
    begins = size - 1 if span.start is None else span.start + size * (span.start < 0)
    ends: int = span.stop + size * (span.stop < 0)
    inside = begins >= 0 and (step > 0 or begins < size) and 0 <= ends < size + (step > 0)
    from_end = any(bound is not None and bound < 0 for bound in (span.start, span.stop))
    away = begins > ends if step > 0 else begins < ends
    return (begins, ends) if inside and (away or (begins == ends and from_end)) else None


def _not_empty(node: ast.Subscript, place: int, span: slice, size: int) -> str:
    """Return the indexing with the bound that is meant; empty where that is not known."""
    step = span.step or 1
    changed = copy.deepcopy(node)
    code = changed.slice.elts[place] if isinstance(changed.slice, ast.Tuple) else changed.slice
    assert isinstance(code, ast.Slice)
    if (step < 0 and span.stop == -1) or (step > 0 and span.stop == 0 and span.start is not None and span.start < 0):
        code.upper, meant = None, slice(span.start, None, step)
    elif step > 0 and span.start is not None and span.start < 0 <= span.stop and whole_number(code.lower) is None:
        assert code.lower is not None
        code.lower = ast.Call(ast.Name("max"), [code.lower, ast.Constant(0)], [])
        meant = slice(0, span.stop, step)
    else:
        return ""
    return ast.unparse(changed) if range(size)[meant] else ""


def _no_axis(line: Line) -> Iterator[Claim]:
    for part, node, array, index in _indexings(line, _READS):
        parts = list(index) if isinstance(index, tuple) else [index]
        written = [*node.slice.elts] if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(parts) != len(written) or not is_array(part.result):
            continue
        for place, code in enumerate(written):
            match code:
                case ast.Slice(ast.expr() as bound, upper, step) if ast.unparse(bound) in _NONES and not _is_none(
                    upper
                ):
                    apart: list[ast.expr] = [bound, ast.Slice(None, upper, step)]
                    given: list[Any] = [None, parts[place]]
                case ast.Slice(None, ast.expr() as bound, None) if ast.unparse(bound) in _NONES:
                    apart, given = [ast.Slice(), bound], [parts[place], None]
                case _:
                    continue
            whole = ast.Tuple([*written[:place], *apart, *written[place + 1 :]], ast.Load())
            instead = ast.unparse(ast.Subscript(node.value, whole, ast.Load()))
            wanted = shape_of(array[(*parts[:place], *given, *parts[place + 1 :])])
            yield NoAxisInSlice(line.run, line.text(node), line.text(code), shape_of(part.result), instead, wanted)


def _is_none(node: ast.expr | None) -> bool:
    return node is not None and ast.unparse(node) in _NONES


def _list_per_axis(line: Line) -> Iterator[Claim]:
    for part, node, array, index in _indexings(line, ("Tensor.[]",)):
        if not isinstance(index, list) or not 0 < len(index) <= _MOST_LISTS or not is_array(part.result):
            continue
        if not all(isinstance(each, list) and each and all(type(one) is int for one in each) for each in index):
            continue
        if len({*map(len, index)}) > 1 or not all(
            -shape_of(array)[0] <= one < shape_of(array)[0] for each in index for one in each
        ):
            continue
        instead = f"{line.asked(node.value)}[torch.tensor({line.text(node.slice)})]"
        wanted = (*np.shape(index), *shape_of(array)[1:])
        gives = shape_of(part.result)
        if gives != wanted:
            yield ListPerAxis(line.run, line.text(node), len(index), gives, instead, wanted)


def _one_index(line: Line) -> Iterator[Claim]:
    for _, node, array, index in _indexings(line, (*_READS, *_WRITES)):
        if not isinstance(node.slice, ast.Name) or not isinstance(index, list) or not is_position(node.slice.id):
            continue
        shape = shape_of(array)
        if fits_as_a_place(index, shape) and all(-shape[0] <= each < shape[0] for each in index):
            instead = f"{line.asked(node.value)}[tuple({node.slice.id})]"
            gives = (len(index), *shape[1:])
            yield ListIsOneIndex(line.run, line.text(node), node.slice.id, tuple(index), gives, instead)


def _one_axis(line: Line) -> Iterator[Claim]:
    for part, node, array, index in _indexings(line, _READS):
        if not isinstance(node.slice, ast.Tuple) or not isinstance(index, tuple) or not is_array(part.result):
            continue
        written = [*node.slice.elts]
        lists = [place for place, each in enumerate(written) if isinstance(each, ast.List)]
        if len(lists) < 2 or len(written) != len(index) or not all(map(_keeps, index)):
            continue
        changed: list[ast.expr] = [*written]
        picks: list[Any] = [*index]
        for place in lists:
            code = written[place]
            at = index[place][0] if isinstance(index[place], list) and len(index[place]) == 1 else None
            if type(at) is not int or not isinstance(code, ast.List) or whole_number(code.elts[0]) is None:
                break
            stop = None if at == -1 else at + 1
            changed[place] = ast.Slice(code.elts[0], None if stop is None else ast.Constant(stop))
            picks[place] = slice(at, stop)
        else:
            instead = ast.unparse(ast.Subscript(node.value, ast.Tuple(changed, ast.Load()), ast.Load()))
            gives, wanted = shape_of(part.result), shape_of(array[tuple(picks)])
            yield OneAxisForLists(line.run, line.text(node), len(lists), gives, instead, wanted)


def _keeps(each: Any) -> bool:
    """Return whether a part of an index is a slice, a number or a list of one place."""
    return (
        isinstance(each, slice) or type(each) is int or each is Ellipsis or (isinstance(each, list) and len(each) == 1)
    )


def _clipped(line: Line) -> Iterator[Claim]:
    for _, node, array, index in _indexings(line, _READS):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        given = index if isinstance(index, tuple) else (index,)
        if len(given) != len(parts) or any(each is None or each is Ellipsis or is_array(each) for each in given):
            continue
        for axis, (part, span) in enumerate(zip(parts, given, strict=True)):
            if not isinstance(part, ast.Slice) or not isinstance(part.upper, ast.BinOp) or not isinstance(span, slice):
                continue
            size, start, stop = shape_of(array)[axis], span.start, span.stop
            if span.step is None and type(start) is int and type(stop) is int and 0 <= start < size < stop:
                yield ClippedAtTheEnd(line.run, line.text(node), axis, size, start, stop)


def _places(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        call = line.at(part.place)
        if part.entry != "np.delete" or part.keywords or len(part.operands) != 2 or not isinstance(call, ast.Call):
            continue
        array, given = part.operands
        match call.args:
            case [ast.Name(name), ast.Subscript(ast.Name(other)) as picked] if name == other:
                pass
            case _:
                continue
        if not all(
            isinstance(each, np.ndarray) and each.ndim == 1 and each.dtype.kind in "iu" for each in (array, given)
        ):
            continue
        places = tuple(given.tolist())
        there = tuple(str(array[place].item()) for place in places)
        if 0 < len(places) <= _MOST_TOLD and there != tuple(map(str, places)):
            instead = f"{name}[~np.isin({name}, {line.text(picked)})]"
            yield PlacesNotValues(line.run, part.place.text, line.text(picked), name, places, there, instead)


def _down_first(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Subscript(ast.Subscript(held, ast.Name(across)), ast.Name(down)):
                place, asked, instead = 0, node.value, f"{line.text(held)}[{down}][{across}]"
            case ast.Subscript(held, ast.Tuple([ast.Name(across), ast.Name(down), *rest])):
                others = ", ".join((down, across, *map(line.text, rest)))
                place, asked, instead = 0, node, f"{line.text(held)}[{others}]"
            case ast.Subscript(held, ast.Tuple([first, ast.Name(across), ast.Name(down)])):
                place, asked, instead = 1, node, f"{line.text(held)}[{line.text(first)}, {down}, {across}]"
            case _:
                continue
        name = ast.unparse(held).rpartition(".")[2]
        if down_of(across) != down or not _OF_PICTURES.search(name.lower()):
            continue
        shapes = _shapes_and_places(line, asked, place, across, down)
        if not shapes or _is_meant_so(line, across, down, ast.unparse(held)):
            continue
        (shape, *_), places = zip(*shapes, strict=True)
        axes = rows, columns = shape[place], shape[place + 1]
        if any(not (-axes[0] <= y < axes[0] and -axes[1] <= x < axes[1]) for x, y in places):
            continue  # the other way round it is no place
        if any(x != y for x, y in places) and not _is_walked(line, across, axes):
            yield GoesDownFirst(line.run, line.text(node), across, down, place, rows, columns, instead)
            return


def _shapes_and_places(
    line: Line, node: ast.expr, place: int, across: str, down: str
) -> list[tuple[tuple[int, ...], tuple[int, int]]]:
    """Return shapes of the pictures that an expression of the line indexed, each time that is kept, and both places."""
    found: list[tuple[tuple[int, ...], tuple[int, int]]] = []
    stands = Place.of(node, line.source)
    for step in line.trace.steps:
        for part in step.parts if step.number == line.step.number else ():
            if part.entry not in (*_READS, *_WRITES) or part.place != stands or len(part.operands) < 2:
                continue
            array, index = part.operands[:2]
            named = [step.names.get(name) for name in (across, down)]
            if any(each is None or each.kind not in _WHOLE for each in named) or not is_array(array):
                return []
            shape = shape_of(array)
            colours = shape[-1] if place == 0 else shape[0] if shape else 0
            if len(shape) != 2 + (len(shape) == 3 and colours in _COLOURS) or (place and len(shape) != 3):
                return []
            texts = [re.sub(r"^.*\((-?\d+)\)$", r"\1", each.text) for each in named if each is not None]
            if not all(re.fullmatch(r"-?\d+", each) for each in texts):
                return []
            x, y = map(int, texts)
            asked = [each for each in (index if isinstance(index, tuple) else (index,)) if np.ndim(as_array(each)) == 0]
            if x not in map(_whole, asked):
                return []
            found.append((shape, (x, y)))
    return found


def _whole(value: Any) -> int | None:
    number = as_array(value)
    return int(number) if number.dtype.kind in "iu" else None


def _is_meant_so(line: Line, across: str, down: str, held: str) -> bool:
    """Return whether the program tells that the place across counts along the first axis."""
    if any(word in line.source for word in _BY_AXIS):
        return True
    if f"{held}[{down}, {across}" in line.source or f"{held}[{down}][{across}]" in line.source:
        return True
    for node in line.everywhere():
        match node:
            case ast.Assign([ast.Name(name)], value) if name == across and _counts_rows(line, value):
                return True
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)) if len(targets) == len(values):
                if any(
                    ast.unparse(to) == across and _counts_rows(line, value)
                    for to, value in zip(targets, values, strict=True)
                ):
                    return True
            case ast.Assign([ast.Tuple(targets)], _) if any(ast.unparse(each) == across for each in targets):
                return True
            case ast.For(target, of) | ast.comprehension(target, of):
                bound = [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]
                if across in bound and (ast.unparse(of).startswith("enumerate(") or _counts_rows(line, of)):
                    return True
                if across in bound and down in bound and not isinstance(of, ast.List | ast.Tuple | ast.Name):
                    return True
            case ast.Call(function, [size, *_]) if ast.unparse(function).endswith(_MADE):
                first = size.elts[0] if isinstance(size, ast.Tuple | ast.List) and size.elts else size
                if _ACROSS.search(ast.unparse(first).lower()):
                    return True
    return False


def _counts_rows(line: Line, node: ast.expr) -> bool:
    """Return whether an expression has to do with how many rows there are, as far as it and its names are written."""
    if _DOWN.search(ast.unparse(node)):
        return True
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    for statement in line.statements:
        match statement:
            case ast.Assign([ast.Name(name)], value) if name in names and _DOWN.search(ast.unparse(value)):
                return True
            case ast.Assign([ast.Tuple([ast.Name(name), *_])], value) if name in names:
                if ".shape" in ast.unparse(value) or ".size()" in ast.unparse(value):
                    return True
    return False


def _is_walked(line: Line, across: str, axes: tuple[int, ...]) -> bool:
    """Return whether a loop has the place across go through a whole axis that has another size than the next one."""
    for node in line.everywhere():
        match node:
            case ast.For(ast.Name(name), ast.Call(ast.Name("range"), [stop])) if name == across:
                seen = line.step.names.get(ast.unparse(stop))
                ends = ast.unparse(stop) if seen is None else seen.text
                if axes[0] != axes[1] and ends == str(axes[0]):
                    return True
                if not ends.lstrip("-").isdigit():
                    return True  # how far it goes is not known
    return False


_WHOLE = ("int", "numpy.int64", "numpy.int32", "numpy.intp")
_COLOURS = (1, 3, 4)
_OF_PICTURES = re.compile(
    r"(?:^|_)(?:grid|images?|imgs?|im|canvas|picture|pic|pixels?|screen|frame|photo|drawing|digit|bitmap)\d*(?:_|$)"
)
_BY_AXIS = (
    "where(",
    "argwhere",
    "nonzero",
    "unravel_index",
    "ndindex",
    "ndenumerate",
    "'ij'",
    '"ij"',
    "mgrid",
    "indices",
)
"""What gives places in the order of the axes."""

_DOWN = re.compile(r"shape\[(?:0|-2)\]|size\((?:0|-2)\)|len\(|rows|height|\bh\b|\bH\b|\bny\b|\bn_rows\b")
_ACROSS = re.compile(r"width|cols|columns|\bw\b|\bnx\b|\bx|x\b")
_MADE = ("zeros", "ones", "empty", "full", "rand", "randn", "random", "randint")

RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _empty,
    _no_axis,
    _list_per_axis,
    _one_index,
    _one_axis,
    _clipped,
    _places,
    _down_first,
)
