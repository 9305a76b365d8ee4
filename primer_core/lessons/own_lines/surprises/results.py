"""When it surprises what a function gives: in order, of one row, cut across samples, as no view, as a new key."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.results import (
    BeyondItsRange,
    DifferentInOrder,
    DifferentOfAll,
    EachToNone,
    InverseOfCells,
    KeyOfItsOwn,
    MoreDigitsThanHeld,
    RolledThrough,
    SamplesCut,
    StepsWithIt,
    WrittenToCopy,
)
from primer_core.language.execution import is_array
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.surprises.arrays import bound_once, part_at
from primer_core.lessons.own_lines.surprises.line import Line, last_name, numbers, with_argument


def _different(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.unique", "torch.unique") or len(part.operands) != 1 or part.keywords:
            continue
        call, array = line.at(part.place), part.operands[0]
        if (
            not isinstance(call, ast.Call)
            or len(call.args) != 1
            or call.keywords
            or not is_array(part.result)
            or not (is_array(array) or isinstance(array, list))
        ):
            continue
        cells, found = numbers(array) if is_array(array) else np.asarray(array), numbers(part.result)
        if cells.dtype.kind not in "iuU" or cells.ndim not in (1, 2) or not cells.size:
            continue
        if cells.ndim == 1:
            came, ordered = list(dict.fromkeys(cells.tolist())), found.tolist()
            if came != ordered:
                of = f"{line.asked(call.args[0])}.tolist()" if is_array(array) else line.text(call.args[0])
                instead = f"list(dict.fromkeys({of}))"
                yield DifferentInOrder(line.run, part.place.text, repr(ordered[0]), repr(came[0]), instead)
            continue
        different = len({tuple(row) for row in cells.tolist()})
        if min(cells.shape) > 1 and different < len(cells):
            axis = "dim=0" if part.entry.startswith("torch.") else "axis=0"
            instead = with_argument(line.text(call), axis)
            yield DifferentOfAll(line.run, part.place.text, int(found.size), instead, len(cells), different)


def _rolled(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.roll", "torch.roll", "Tensor.roll") or len(part.operands) != 2 or part.keywords:
            continue
        call, (array, by) = line.at(part.place), part.operands
        if not isinstance(call, ast.Call) or not is_array(array) or type(by) is not int or len(shape_of(array)) != 2:
            continue
        rows, columns = shape_of(array)
        if rows < 2 or columns < 2 or by % (rows * columns) == 0:
            continue
        row = np.repeat(np.arange(rows), columns)
        moved = int((np.roll(row, by) != row).sum())
        if by % columns:  # else whole rows are moved
            instead = with_argument(line.text(call), "axis=1" if part.entry.startswith("np.") else "dims=1")
            yield RolledThrough(line.run, part.place.text, moved, instead)


def _to_copy(line: Line) -> Iterator[Claim]:
    target = line.written_to()
    if target is None or not isinstance(target.value, ast.Name) or line.is_tensor(target.value.id):
        return
    name = target.value.id
    made = bound_once(line, name)
    match made:
        case ast.Call(ast.Attribute(ast.Name("np"), "ravel" | "reshape"), [given, *_], []):
            pass
        case ast.Call(ast.Attribute(given, "ravel" | "reshape"), _, []):
            pass
        case _:
            return
    inner = {each.id for each in ast.walk(given) if isinstance(each, ast.Name)} - {"np"}
    before = {} if line.before is None else line.before.names
    if len(inner) != 1 or any(isinstance(each, ast.Call | ast.BinOp | ast.UnaryOp) for each in ast.walk(given)):
        return
    (base,) = inner
    steps = [step for step in line.trace.steps if any(each.name == name for each in step.bound)]
    if len(steps) != 1 or len(line.trace.steps) != line.trace.taken or base not in before:
        return
    at, now = steps[0].names.get(base), before[base]
    (bound,) = (each for each in steps[0].bound if each.name == name)
    if bound.relation != "own" or at is None or at.number != now.number or now.number < 0:
        return
    viewed = steps[0].names.get(name)
    part = next((each for each in steps[0].parts if each.place.text == line.text(given)), None)
    is_view = isinstance(given, ast.Name) or (part is not None and part.entry == "ndarray.T") or _is_sliced(given)
    if is_view and viewed is not None and line.step.changed == (name,):
        yield WrittenToCopy(line.run, name, line.text(made), line.text(given))


def _is_sliced(node: ast.expr) -> bool:
    match node:
        case ast.Subscript(ast.Name(), ast.Tuple(parts)):
            return all(isinstance(each, ast.Slice) for each in parts)
    return False


def _cut(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Name(name)],
            ast.Call(
                ast.Attribute(ast.Name(given), "view" | "reshape"), [ast.UnaryOp(ast.USub(), ast.Constant(1)), _], []
            ) as call,
        ) if line.is_tensor(given):
            before, seen = line.shape_of(given), line.step.names.get(name)
        case _:
            return
    after = None if seen is None else seen.shape
    if before is None or after is None or len(before) != 4 or not before[0] or not after[0] > before[0]:
        return
    # else a row for each place of an image, or for each of its lines, or of two samples
    if not after[0] % before[0] and after[1] not in (before[1], before[3]):
        size = int(np.prod(before[1:]))
        yield SamplesCut(line.run, line.text(call), before[0], after[0], size, f"{given}.flatten(1)")


def _keys(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Subscript(ast.Name(name), ast.Name(key))]) | ast.AugAssign(
            ast.Subscript(ast.Name(name), ast.Name(key))
        ):
            pass
        case _:
            return
    names = line.step.names
    held, given = names.get(name), names.get(key)
    if held is None or held.kind not in ("dict", "defaultdict", "Counter") or given is None or not line.is_tensor(key):
        return
    if given.shape != () or given.values is None or len(line.trace.steps) != line.trace.taken:
        return
    if bound_once(line, name) is None or any(_takes_out(node, name) for node in line.everywhere()):
        return
    for step in line.trace.steps[: line.trace.steps.index(line.step)]:
        if step.moment.node is not line.node:
            continue
        other = step.names.get(key)
        if other is None or other.values is None or other.shape != () or other.number == given.number:
            continue
        if other.values.item() == given.values.item():
            yield KeyOfItsOwn(line.run, name, key, repr(given.values.item()))
            return


def _takes_out(node: ast.AST, name: str) -> bool:
    """Return whether keys of a dict may go by a node, or come to another name."""
    match node:
        case ast.Delete():
            return True
        case ast.Attribute(ast.Name(held), method):
            return held == name and method not in ("get", "items", "keys", "values", "setdefault")
        case ast.Assign(_, ast.Name(held)):
            return held == name
    return False


def _digits(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(
                ast.Call(ast.Attribute(_, "item"), [], []) | ast.Call(ast.Name("float"), [_], []) as given,
                [ast.Eq() | ast.NotEq()],
                [ast.Constant(float(number))],
            ):
                pass
            case _:
                continue
        if isinstance(given.func, ast.Attribute):
            part = part_at(line, given)
            array = None if part is None or not part.operands or last_name(part) != "item" else part.operands[0]
        else:
            inner = part_at(line, given.args[0])
            array = None if inner is None else inner.result
        if array is None or not is_array(array):
            continue
        cell = numbers(array).reshape(-1)
        if cell.dtype != np.float32 or cell.size != 1 or not 1e-3 <= abs(number) < 8:
            continue
        if cell[0] == np.float32(number) and float(cell[0]) != number:
            instead = f"abs({line.text(given)} - {number!r}) < 1e-6"
            yield MoreDigitsThanHeld(
                line.run, line.text(node), line.text(given), repr(float(cell[0])), repr(number), instead
            )


def _beyond(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        call = line.at(part.place) if part.entry in ("ndarray.astype", *_SHORT_CASTS) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not is_array(part.result):
            continue
        before, after = numbers(part.operands[0]), numbers(part.result)
        if before.dtype.kind not in "iuf" or after.dtype.kind not in "iu" or after.dtype.itemsize > _FEW_BYTES:
            continue
        least, most = np.iinfo(after.dtype).min, np.iinfo(after.dtype).max
        beyond = np.isfinite(before) & ((np.trunc(before) < least) | (np.trunc(before) > most))
        if beyond.any() and before.shape == after.shape:
            holder = line.text(call.func.value)
            rest = f".{call.func.attr}{line.text(call)[len(line.text(call.func)) :]}"
            bounded = f"{line.asked(call.func.value)}.clamp({least}, {most})"
            if part.entry.startswith("ndarray."):
                bounded = f"np.clip({holder}, {least}, {most})"
            given, stored = (str(each[beyond].reshape(-1)[0].item()) for each in (before, after))
            yield BeyondItsRange(line.run, part.place.text, given, stored, str(after.dtype), f"{bounded}{rest}")


_FEW_BYTES = 2
"""Bytes of a whole number that is cast to: a limit of these is a number of each dtype that is cast from."""

_SHORT_CASTS = ("Tensor.byte", "Tensor.char", "Tensor.short", "Tensor.to", "Tensor.type")


def _to_none(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(ast.Name(name), [ast.Eq() | ast.NotEq() as sign], [ast.Constant(None)]):
                shape = line.shape_of(name)
                if shape and not line.is_tensor(name):
                    word = "is" if isinstance(sign, ast.Eq) else "is not"
                    yield EachToNone(line.run, line.text(node), shape, f"{name} {word} None")


def _steps_with_it(line: Line) -> Iterator[Claim]:
    called = [each for each in line.calls() if isinstance(each.func, ast.Attribute)]
    compared = [each for each in called if ast.unparse(each.func) in ("torch.equal", "torch.allclose")]
    sides = [call.args[:2] for call in compared if len(call.args) >= _BOTH]
    for node in line.nodes():
        match node:
            case ast.Compare(left, [ast.Eq() | ast.NotEq()], [right]) | ast.BinOp(left, ast.Sub(), right):
                sides.append([left, right])
    for pair in sides:
        for one, other in (pair, pair[::-1]):
            made = bound_once(line, one.id) if isinstance(one, ast.Name) else None
            parameter, text = ast.unparse(other), "" if made is None else ast.unparse(made)
            ending = text.removeprefix(parameter)
            if made is None or not text.startswith(parameter) or ending not in ("", ".data", ".detach()"):
                continue
            if not isinstance(other, ast.Attribute) or other.attr not in ("weight", "bias") or not _steps(line):
                continue
            if isinstance(one, ast.Name) and not _is_set(line, parameter):
                yield StepsWithIt(line.run, one.id, line.text(made), parameter)


_BOTH = 2


def _steps(line: Line) -> bool:
    """Return whether an optimiser of the program steps before a line."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "step"
        and each.lineno < line.node.lineno
        for each in line.everywhere()
    )


def _is_set(line: Line, parameter: str) -> bool:
    """Return whether a parameter, or what it belongs to, is bound to something else in the program."""
    names = {parameter[:end] for end in range(len(parameter) + 1) if parameter[end : end + 1] in ("", ".", "[")}
    made = [
        ast.unparse(target)
        for statement in line.statements
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    ]
    return sum(each in names for each in made) > 1 or any("." in each and each in names for each in made)


def _inverse(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Name(name)],
            ast.BinOp(ast.Constant(1 | 1.0), ast.Div(), ast.Name(matrix))
            | ast.BinOp(ast.Name(matrix), ast.Pow(), ast.UnaryOp(ast.USub(), ast.Constant(1 | 1.0))) as value,
        ) if _INVERSE.search(name.lower()):
            cells = None if line.before is None else line.before.names.get(matrix)
        case _:
            return
    if cells is None or cells.values is None or cells.values.ndim != 2 or cells.values.dtype.kind != "f":
        return
    rows, columns = cells.values.shape
    if rows == columns > 1 and np.linalg.matrix_rank(cells.values) == rows:
        library = "torch.linalg" if line.is_tensor(matrix) else "np.linalg"
        yield InverseOfCells(line.run, line.text(value), f"{library}.inv({matrix})")


_INVERSE = re.compile(r"(?:^|_)inv(?:erse)?(?:_|$)|[a-z]inv$")


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _different,
    _rolled,
    _to_copy,
    _cut,
    _keys,
    _digits,
    _beyond,
    _to_none,
    _steps_with_it,
    _inverse,
)
