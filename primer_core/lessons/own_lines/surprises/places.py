"""When it surprises where a line put its numbers: sorted apart, not transposed, along the other axis."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.places import (
    AddsRows,
    AddsRowsTo,
    CellsOfMesh,
    ColumnsOfEvery,
    CutNotTurned,
    EigenvectorsInColumns,
    FirstAlongColumns,
    FirstLeftOut,
    FoundNothing,
    InverseCellByCell,
    ListRepeated,
    NothingToSwap,
    NotTransposed,
    OneCellOften,
    OneHotRows,
    PairsUp,
    PlacesNotRanks,
    ProductOfItself,
    SameAxisTwice,
    SoftmaxDownColumns,
    SortedApart,
    TakenAsOneRow,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.language.table.sources import numbered
from primer_core.lessons.own_lines.surprises.arrays import bound_once
from primer_core.lessons.own_lines.surprises.line import (
    Line,
    arrays,
    last_name,
    numbers,
    numbers_listed,
    whole_number,
)
from primer_core.lessons.own_lines.trace import Part

_SHAPES = ("np.reshape", "ndarray.reshape", "torch.reshape", "Tensor.reshape", "Tensor.view")
_TURNS = ("ndarray.T", "Tensor.T", "ndarray.transpose", "np.transpose", "Tensor.t", "torch.t")
_MOST_AXES = 4
_MOST_NAMED = 8
_RANKS = re.compile(r"(?:^|_)ranks?(?:_|$)")  # a ranking is the order itself
_ONE_ROW = ("append", "insert", "delete", "repeat", "cumsum", "cumprod")
_SOFTMAX = ("softmax", "log_softmax")


def _apart(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        sorted_apart = _sorted(part)
        if len(given) != 1 or sorted_apart is None or given[0].ndim != 2:
            continue
        before, after = numbers(given[0]), sorted_apart
        if before.shape != after.shape or min(before.shape) < 2 or (before != before).any():
            continue
        for axis in (0, 1):
            across = before if axis == 0 else before.T
            lines = after if axis == 0 else after.T
            kept = sorted(across.tolist()) == sorted(lines.tolist())
            if not kept and np.array_equal(np.sort(before, axis), after):
                yield SortedApart(line.run, part.place.text, axis)
                break


def _sorted(part: Part) -> NDArray[Any] | None:
    """Return what a call of ``sort`` gave, or put in the array's place; None for any other call."""
    match part.entry, part.result:
        case ("np.sort", result) if is_array(result):
            return numbers(result)
        case ("torch.sort" | "Tensor.sort", (values, _)):
            return numbers(values)
        case "ndarray.sort", _:
            array, *axes = part.operands
            axis = part.keywords.get("axis", axes[0] if axes else -1)
            if type(axis) is int and -array.ndim <= axis < array.ndim and not part.keywords.keys() - {"axis"}:
                return np.sort(array, axis)
    return None


def _as_it_lies(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in _SHAPES or not part.operands or not (is_array(part.result) and is_array(part.operands[0])):
            continue
        before, after = numbers(part.operands[0]), numbers(part.result)
        if part.keywords.get("order", "C") != "C":
            continue
        if before.shape == after.shape or sorted(before.shape) != sorted(after.shape) or before.ndim > _MOST_AXES:
            continue
        if (
            sorted(size for size in before.shape if size > 1)
            == [size for size in after.shape if size > 1]
            == [size for size in before.shape if size > 1]
        ):
            continue
        orders = [axes for axes in permutations(range(before.ndim)) if before.transpose(axes).shape == after.shape]
        if not any(np.array_equal(before.transpose(axes), after) for axes in orders):
            yield NotTransposed(line.run, part.place.text, before.shape, after.shape)


def _cut(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        call = line.at(part.place)
        cut = None if part.entry not in _SHAPES or not is_array(part.result) else _cut_of(call)
        turned_here = [node.value for node in line.nodes() if isinstance(node, ast.Attribute) and node.attr == "T"]
        if call is None or ast.dump(call) in map(ast.dump, turned_here):
            continue
        if cut is None or bound_once(line, cut) is None or part.keywords or not is_array(part.operands[0]):
            continue
        before, after = numbers(part.operands[0]), numbers(part.result)
        if after.ndim != 2 or before.ndim < 2 or min(after.shape) < 2 or max(after.shape) > _MOST_NAMED:
            continue
        if before.shape == after.shape[::-1]:
            continue  # of which another rule tells
        if before.dtype.kind not in "iuf" or after.reshape(-1).tolist() != before.reshape(-1).tolist():
            continue
        for node in line.everywhere():
            match node:
                case ast.Attribute(ast.Call(_, given) as turned, "T") if _cut_of(turned) == cut:
                    inner = given[0].elts if isinstance(given[0], ast.Tuple) else given
                    if [whole_number(each) for each in inner] != [*after.shape[::-1]]:
                        continue
                    other = before.reshape(after.shape[::-1]).T
                    if not np.array_equal(other, after):
                        row, column = tuple(after[0].tolist()), tuple(other[:, 0].tolist())
                        yield CutNotTurned(line.run, part.place.text, cut, line.text(node), row, column)
                        return


def _cut_of(node: ast.AST | None) -> str | None:
    """Return the name of the array that a method gives another shape."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(name), "reshape" | "view"), [_, *_], []):
            return name
    return None


def _turned(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry in _TURNS and len(part.operands) == 1 and is_array(part.operands[0]):
            shape = shape_of(part.operands[0])
            if len(shape) == 1:
                yield NothingToSwap(line.run, part.place.text, shape[0])


def _one_number(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place)
        match found:
            case ast.BinOp(ast.Name(one), ast.MatMult(), ast.Attribute(ast.Name(other), "T")) if one == other:
                pass
            case ast.BinOp(ast.Attribute(ast.Name(one), "T"), ast.MatMult(), ast.Name(other)) if one == other:
                pass
            case _:
                continue
        shape = shape_of(part.operands[0])
        if len(shape) == 1 and shape[0] > 1 and part.result is not None:
            library = "torch" if line.is_tensor(one) else "np"
            number = f"{float(numbers(part.result) if is_array(part.result) else part.result):g}"
            yield ProductOfItself(line.run, part.place.text, number, f"{library}.outer({one}, {one})", shape[0])


def _meshed(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if (
            part.entry != "np.meshgrid"
            or len(part.operands) != 2
            or part.keywords
            or not isinstance(part.result, list | tuple)
        ):
            continue
        first, second = (int(np.size(numbers(each) if is_array(each) else each)) for each in part.operands)
        if first != second and tuple(part.result[0].shape) == (second, first):
            yield FirstAlongColumns(line.run, part.place.text, first, second)


def _cells_of_mesh(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        match line.at(part.place):
            case ast.Call(_, [ast.Name(first), ast.Name(second)], words) if last_name(part) == "meshgrid":
                pass
            case _:
                continue
        if len(part.operands) != 2 or not all(map(is_array, part.operands)) or any(w.arg != "indexing" for w in words):
            continue
        given = [numbers(each) for each in part.operands]
        if any(each.ndim != 1 or len(set(each.tolist())) < 2 for each in given) or not isinstance(
            part.result, list | tuple
        ):
            continue
        sizes = len(given[0]), len(given[1])
        is_across = part.keywords.get("indexing", "ij" if part.entry.startswith("torch.") else "xy") == "xy"
        if is_across and sizes[0] != sizes[1]:
            continue  # of which another rule tells
        shape = sizes[::-1] if is_across else sizes
        if tuple(part.result[0].shape) == shape:
            yield CellsOfMesh(line.run, part.place.text, first, second, shape, is_across)


def _adds_rows(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("sum"), [ast.Name(name)], []) if line.is_pythons("sum"):
                shape = line.shape_of(name)
                if shape is not None and len(shape) > 1 and shape[0]:
                    yield AddsRows(line.run, line.text(call), name, shape[1:])
            case ast.Call(ast.Name("sum"), [ast.Name(name), ast.Name(start)], []) if line.is_pythons("sum"):
                shape, other = line.shape_of(name), line.shape_of(start)
                if shape is not None and shape == other and shape and shape[0]:
                    yield AddsRowsTo(line.run, line.text(call), name, start, shape[0])


def _left_out(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Subscript(
                ast.Name(name), ast.Slice(start, ast.Constant(0), ast.UnaryOp(ast.USub(), ast.Constant(1)))
            ) if line.shape_of(name):
                begins = "" if start is None else line.text(start)
                yield FirstLeftOut(line.run, line.text(node), f"{name}[{begins}::-1]")


def _columns(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if last_name(part) not in _SOFTMAX or len(given) != 1 or not is_array(part.result):
            continue
        shares = numbers(part.result).astype(float)
        shares = np.exp(shares) if "log" in part.entry else shares
        if shares.ndim != 2 or shares.shape[1] < 2 or not np.allclose(shares.sum(axis=0), 1, atol=1e-4):
            continue
        if not np.allclose(shares.sum(axis=1), 1, atol=1e-3):
            total = float(shares[0].sum())
            yield SoftmaxDownColumns(line.run, part.place.text, f"{total:.3f}" if total >= 0.001 else f"{total:.2g}")


def _pairs(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Subscript(_, ast.Tuple([ast.List(rows), ast.List(columns)]), ast.Load()):
                if len(rows) != len(columns) or len(rows) < 2:
                    continue
                code = line.text(node)
                made = next((part for part in line.step.parts if part.place.text == code), None)
                if made is not None and is_array(made.result) and tuple(made.result.shape) == (len(rows),):
                    yield PairsUp(line.run, code, len(rows))


def _seen_often(line: Line) -> Iterator[Claim]:
    target = line.written_to()
    if target is None or not isinstance(target.value, ast.Name) or line.before is None:
        return
    name = target.value.id
    write = next((part for part in line.step.parts if part.entry.endswith(".[]=")), None)
    before, after = line.before.names.get(name), line.step.names.get(name)
    if write is None or before is None or after is None or before.values is None or after.values is None:
        return
    named = np.unique(np.asarray(numbered(write.operands[0], 0)[write.operands[1]])).size
    # Objects are never compared here: a list within may hold itself.
    if before.values.shape == after.values.shape and after.values.dtype.kind != "O":
        old, new = before.values, after.values
        stayed = (old == new) | ((old != old) & (new != new))  # nan, too
        changed = int((~stayed).sum())
        if changed > named:
            yield OneCellOften(line.run, name, named, changed)


def _found_nothing(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if last_name(part) != "argmax" or not is_array(part.operands[0]):
            continue
        truths, found = numbers(part.operands[0]), line.at(part.place)
        if found is None or truths.dtype.kind != "b" or truths.any():
            continue
        match found:
            case ast.Call(ast.Attribute(ast.Name("np")), [given], []) | ast.Call(ast.Attribute(given), [], []):
                yield FoundNothing(line.run, part.place.text, line.text(given))


def _of_every_row(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place) if part.entry in ("ndarray.[]", "Tensor.[]") else None
        match found:
            case ast.Subscript(ast.Name(name), ast.Tuple([ast.Slice(None, None, None), ast.Name(index)]), ast.Load()):
                array, (_, picked) = part.operands
                if not is_array(picked) or picked.ndim != 1 or array.ndim != 2 or numbers(picked).dtype.kind != "i":
                    continue
                rows = int(array.shape[0])
                if rows > 1 and rows == len(picked):
                    library = "torch" if part.entry == "Tensor.[]" else "np"
                    instead = f"{name}[{library}.arange({rows}), {index}]"
                    yield ColumnsOfEvery(line.run, part.place.text, rows, instead)


def _by_cell(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "operator.*" or len(part.operands) != 2 or not all(map(is_array, part.operands)):
            continue
        left, right = (shape_of(each) for each in part.operands)
        found = line.at(part.place)
        if len(left) != 2 or left != right or left[0] != left[1] or left[0] < 2 or found is None:
            continue
        match found:
            case ast.BinOp(one, ast.Mult(), other) if any(map(_inverts, (one, other))):
                yield InverseCellByCell(line.run, part.place.text, f"{line.text(one)} @ {line.text(other)}")


def _inverts(node: ast.expr) -> bool:
    """Return whether an expression calls what gives an inverse."""
    match node:
        case ast.Call(ast.Attribute(_, "inv" | "pinv" | "inverse")):
            return True
    return False


def _repeated(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.BinOp(ast.Name(name), ast.Mult(), ast.Constant(int(times))) if line.before is not None:
                count = numbers_listed(line.before.names.get(name))
                if count > 1 and times > 1:
                    yield ListRepeated(line.run, line.text(node), count, count * times)


def _flattened(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        library, _, name = part.entry.rpartition(".")
        if name not in _ONE_ROW or library not in ("np", "ndarray") or not part.operands or part.keywords:
            continue
        array, result = part.operands[0], part.result
        if is_array(array) and is_array(result) and array.ndim > 1 == result.ndim and result.size:
            yield TakenAsOneRow(line.run, part.place.text, tuple(array.shape), tuple(result.shape))


def _same_axis(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Subscript(ast.Subscript(ast.Name(name), ast.Slice() as inner), outer, ast.Load()):
                shape = line.shape_of(name)
                picked = _picked(outer)
                if shape is None or len(shape) < 2 or picked is None or not line.step.parts:
                    continue
                if isinstance(picked, slice) or -shape[1] <= picked < shape[1]:
                    yield SameAxisTwice(line.run, line.text(node), f"{name}[{line.text(inner)}, {line.text(outer)}]")


def _one_hot(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if not part.entry.endswith(".[]") or len(part.operands) != 2 or not is_array(part.operands[0]):
            continue
        found, labels = line.at(part.place), _whole_numbers(part.operands[1])
        if found is None or labels is None or labels.ndim != 1 or labels.size < 2:
            continue
        matrix = numbers(part.operands[0])
        if matrix.ndim != 2 or len(matrix) < 2 or not np.array_equal(matrix, np.eye(len(matrix))):
            continue
        match found:
            case ast.Subscript(value, index):
                yield OneHotRows(
                    line.run, part.place.text, line.text(value), line.text(index), int(labels.size), len(matrix)
                )


def _whole_numbers(index: object) -> NDArray[Any] | None:
    """Return the numbers of a list, an array or a tensor of whole numbers; None for any other index."""
    if isinstance(index, list) and all(type(each) is int for each in index):
        return np.array(index)
    cells = numbers(index) if is_array(index) else None
    return cells if cells is not None and cells.dtype.kind in "iu" else None


def _picked(node: ast.expr) -> int | slice | None:
    """Return a whole number or a slice that stands as an index; None for another index."""
    return slice(None) if isinstance(node, ast.Slice) else whole_number(node)


def _eigenvectors(line: Line) -> Iterator[Claim]:
    for values, vectors in _decomposed(line):
        shape = line.shape_of(vectors)
        if shape is None or len(shape) != 2 or shape[0] < 2:
            continue
        for node in line.nodes():
            match node:
                case ast.Subscript(ast.Name(name), ast.Constant(int(place)) | ast.Name(place), ast.Load()):
                    if name == vectors and place != values and not line.shape_of(str(place)):
                        instead = f"{vectors}[:, {place}]"
                        yield EigenvectorsInColumns(line.run, vectors, line.text(node), instead)


def _eigenvectors_in_turn(line: Line) -> Iterator[Claim]:
    for values, vectors in _decomposed(line):
        match line.node:
            case ast.For(_, ast.Name(name) as rows) if name == vectors:
                yield EigenvectorsInColumns(line.run, vectors, line.text(rows), f"{vectors}.T")
            case ast.For(_, ast.Call(ast.Name("zip"), [ast.Name(one), ast.Name(name)], []) as rows):
                if (one, name) == (values, vectors):
                    yield EigenvectorsInColumns(line.run, vectors, line.text(rows), f"zip({values}, {vectors}.T)")


def _decomposed(line: Line) -> Iterator[tuple[str, str]]:
    """Go through the names that the program binds to eigenvalues and eigenvectors, and never to anything else."""
    bound = line.stored()
    for statement in line.statements:
        match statement:
            case ast.Assign(
                [ast.Tuple([ast.Name(values), ast.Name(vectors)])],
                ast.Call(ast.Attribute(ast.Attribute(_, "linalg"), "eig" | "eigh"), [_], []),
            ) if bound.count(vectors) == bound.count(values) == 1:
                yield values, vectors


def _ranks(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call() as call) if _RANKS.search(name.lower()):
            calls = [call]
        case ast.Expr(ast.Call(ast.Name("print"), given)):
            calls = [each for each in given if isinstance(each, ast.Call)]
        case _:
            return
    for call in calls:
        place = Place.of(call, line.source)
        part = next((part for part in line.step.parts if part.place == place), None)
        if part is None or not part.entry.endswith(".argsort") or not is_array(part.result):
            continue
        order = numbers(part.result)
        if order.ndim == 1 and order.size and not np.array_equal(order, order.argsort()):
            yield PlacesNotRanks(line.run, line.text(call), int(order[0]), int(order.argsort()[0]))


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _apart,
    _as_it_lies,
    _cut,
    _turned,
    _one_number,
    _meshed,
    _cells_of_mesh,
    _adds_rows,
    _left_out,
    _columns,
    _pairs,
    _seen_often,
    _found_nothing,
    _of_every_row,
    _by_cell,
    _repeated,
    _flattened,
    _same_axis,
    _one_hot,
    _eigenvectors,
    _ranks,
)

OF_LOOPS: tuple[Callable[[Line], Iterator[Claim]], ...] = (_eigenvectors_in_turn,)
"""What is asked of the line that begins a loop."""
