"""When the commonest things surprise: numbers that wrap, copies that are changed and lost, gradients that add up."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend, backend_of
from primer_core.backend.memory import shares_memory
from primer_core.claims.claim import Claim
from primer_core.claims.surprises.common import (
    ColumnMeetsRow,
    GradientsAddUp,
    InNobodysCopy,
    KeptNowhere,
    OnceEach,
    OneListOften,
    OtherAxis,
    ProbabilitiesAgain,
    SqueezedAll,
    StoredOtherwise,
    WrapsAround,
)
from primer_core.claims.surprises.training import NumberByNumber
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table import entry_named
from primer_core.language.table.costs import shape_of
from primer_core.language.table.sources import named_again, numbered
from primer_core.lessons.own_lines.failing import statements_of
from primer_core.lessons.own_lines.surprises.line import Line, as_array, elements, numbers, squeezed
from primer_core.lessons.own_lines.trace import MAX_NAMES, Part

_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "**": operator.pow,
}  # fmt: skip
_ALONE: Mapping[str, Callable[[Any], Any]] = {
    "operator.-x": operator.neg, "np.negative": operator.neg, "np.abs": abs, "builtins.abs": abs, "torch.abs": abs,
    "Tensor.abs": abs,
}  # fmt: skip
"""What changes the sign of numbers."""

_OF_TWO: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "subtract": operator.sub, "mul": operator.mul, "multiply": operator.mul,
    "pow": operator.pow, "power": operator.pow,
}  # fmt: skip
_OF_MANY: Mapping[str, Callable[..., Any]] = {"sum": np.sum, "prod": np.prod}
_AXES = {"axis": "axis", "dim": "axis", "keepdims": "keepdims", "keepdim": "keepdims", "dtype": ""}
"""What a sum is asked for, and how NumPy calls it; its dtype is told by its result."""

_MEANT_AS_COLUMN = ("None", "newaxis", "unsqueeze", "reshape", "view", "expand_dims", "keepdim", "meshgrid", "outer")
"""What stands in an operand that its author made a column or a row on purpose."""

_COPIES = ("ndarray.flatten", "ndarray.copy", "np.copy", "Tensor.clone", "torch.clone")
_CASTS = (
    "ndarray.astype", "Tensor.to", "Tensor.type", "Tensor.float", "Tensor.double", "Tensor.half", "Tensor.int",
    "Tensor.long", "Tensor.bool",
)  # fmt: skip
_RESHAPES = ("reshape", "ravel", "flatten")
_ELSEWHERE = ("resize", "resize_", "requires_grad_", "shape=", "set_")
"""What changes more of an array than its numbers."""
_PICKED = "picked"
_MOST_POWER = 99


def _wrapped(line: Line) -> Iterator[WrapsAround]:
    for part in line.step.parts:
        if part.entry in _ALONE and len(part.operands) == 1 and part.result is not None and is_array(part.result):
            given, turned = part.operands[0], numbers(part.result)
            if turned.dtype.kind in "iu" and is_array(given):
                yield from _differing(line, part, np.asarray(_ALONE[part.entry](numbers(given).astype(object))), turned)
            continue
        owner, _, name = part.entry.partition(".")
        sign = name.removesuffix("=")
        if part.result is None or not is_array(part.result):
            continue
        if owner in ("np", "ndarray", "torch", "Tensor"):
            yield from _wrapped_by_call(line, part)
            continue
        if owner != "operator" or sign not in _SIGNS:
            continue
        result = numbers(part.result)
        operands = [numbers(each) if is_array(each) else each for each in part.operands]
        if result.dtype.kind not in "iu" or len(operands) != 2 or not all(map(_is_whole, operands)):
            continue
        power = np.asarray(operands[1])
        if sign == "**" and ((power < 0).any() or (power > _MOST_POWER).any()):
            continue
        exact = np.asarray(_SIGNS[sign](*(np.asarray(each).astype(object) for each in operands)))
        yield from _differing(line, part, exact, result)


def _wrapped_by_call(line: Line, part: Part) -> Iterator[WrapsAround]:
    """Say where a function or a method gave other whole numbers than the exact ones."""
    name = part.entry.partition(".")[2].removesuffix("(out=)").removesuffix("_")
    result = numbers(part.result)
    operands = [numbers(each) if is_array(each) else each for each in part.operands]
    if result.dtype.kind not in "iu" or not isinstance(line.at(part.place), ast.Call) or not operands:
        return
    array = operands[0]
    if not _is_whole(array) or not result.size:
        return
    told_elsewhere = len(operands) == 1 and not part.keywords  # a total of all
    if name in _OF_MANY and not told_elsewhere and not part.keywords.keys() - _AXES.keys() and len(operands) < 3:
        asked = {_AXES[each]: value for each, value in part.keywords.items() if _AXES[each]}
        if len(operands) == 2:
            asked["axis"] = operands[1]
        if all(type(each) in (int, bool, tuple, type(None)) for each in asked.values()) and np.size(array):
            yield from _differing(
                line, part, np.asarray(_OF_MANY[name](np.asarray(array).astype(object), **asked)), result
            )
    elif name == "square" and len(operands) == 1:
        yield from _differing(line, part, np.asarray(np.asarray(array).astype(object) ** 2), result)
    elif (
        name in _OF_TWO
        and len(operands) == 2
        and _is_whole(operands[1])
        and not part.keywords.keys() - {"out", "dtype"}
    ):
        power = np.asarray(operands[1])
        if name not in ("pow", "power") or ((power >= 0).all() and (power <= _MOST_POWER).all()):
            both = (np.asarray(each).astype(object) for each in operands)
            yield from _differing(line, part, np.asarray(_OF_TWO[name](*both)), result)


def _differing(line: Line, part: Part, exact: NDArray[Any], result: NDArray[Any]) -> Iterator[WrapsAround]:
    """Say where the whole numbers of a result are others than the exact ones."""
    differs = np.flatnonzero((np.broadcast_to(exact, result.shape) != result).reshape(-1))
    if differs.size:
        first = int(differs[0])
        wanted, stored = np.broadcast_to(exact, result.shape).reshape(-1)[first], result.reshape(-1)[first]
        dtype = backend_of(part.result).dtype_name(part.result)
        yield WrapsAround(line.run, part.place.text, int(wanted), int(stored), _short(dtype), int(differs.size))


def _lost(line: Line) -> Iterator[InNobodysCopy]:
    target = line.written_to()
    if target is None or line.step.changed or isinstance(target.value, ast.Name | ast.Attribute):
        return
    write = next((part for part in reversed(line.step.parts) if part.entry.endswith(".[]=")), None)
    inner = line.text(target.value)
    made = next((part for part in line.step.parts if part.place.text == inner and is_array(part.result)), None)
    if write is None or made is None or not (_is_of_array(line, target.value) or _is_copied(made)):
        return
    before, after = numbers(made.result), _put(write)
    if after is not None and before.shape == after.shape and before.tobytes() != after.tobytes():
        yield InNobodysCopy(line.run, inner)


def _lost_in_place(line: Line) -> Iterator[InNobodysCopy]:
    """Say so where a statement calls what works in place, of a copy that it made itself."""
    node = line.node
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call) or line.step.changed or line.step.bound:
        return
    into = _changed_by(line, node.value)
    while isinstance(into, ast.Call) and (before := _changed_by(line, into)) is not None:
        into = before
    if not isinstance(into, ast.Call | ast.Subscript):
        return
    inner, place = line.text(into), Place.of(into, line.source)
    made = next((part for part in line.step.parts if part.place == place and is_array(part.result)), None)
    if made is not None and (_is_copied(made) or _is_new(made)) and numbers(made.result).size:
        yield InNobodysCopy(line.run, inner, _written_back(line, into, made, node.value))


def _changed_by(line: Line, call: ast.Call) -> ast.expr | None:
    """Return which expression a call works on in place; None where it does not."""
    place = Place.of(call, line.source)
    part = next((part for part in reversed(line.step.parts) if part.place == place), None)
    match call.func:
        case ast.Attribute(owner, name):
            pass
        case _:
            return None
    if part is None:  # what starts the weights of a layer is not among what the libraries computed
        starts = ast.unparse(owner) in ("nn.init", "torch.nn.init", "init") and name.endswith("_")
        return call.args[0] if starts and call.args else None
    kind, _, done = part.entry.partition(".")
    entry = entry_named(part.entry)
    out = [each.value for each in call.keywords if each.arg == "out"]
    if part.entry.endswith("(out=)"):
        return out[0] if out else None
    if kind in ("ndarray", "Tensor") and done == name:
        works = name.endswith("_") or (entry is not None and entry.writes)
        return owner if works and name not in _ELSEWHERE else None
    return call.args[0] if entry is not None and entry.writes and call.args and done.endswith(name) else None


def _is_new(made: Part) -> bool:
    """Return whether a part gave an array with memory of its own, whatever it was given."""
    if made.entry in _COPIES or (made.entry == "ndarray.astype" and len(made.operands) == 2 and not made.keywords):
        return True
    array: Any = made.operands[0] if made.operands else None
    kind, _, name = made.entry.partition(".")
    if not is_array(array):
        return False
    if kind in ("ndarray", "Tensor") and name in _RESHAPES and made.lies_alike:
        return not shares_memory(getattr(array, name)(*made.operands[1:], **made.keywords), array)
    if made.entry not in _CASTS:
        return False
    return backend_of(array).dtype_name(array) != backend_of(made.result).dtype_name(made.result)


def _written_back(line: Line, into: ast.expr, made: Part, call: ast.Call) -> str:
    """Return statements that pick cells of an array with a name, change them in place, and write them back."""
    match into:
        case ast.Subscript(ast.Name(name)) if line.shape_of(name) is not None and _PICKED not in line.step.names:
            if line.before is None or line.before.names[name].requires or line.before.names[name].recorded:
                return ""
            places = np.asarray(numbered(made.operands[0], 0)[made.operands[1]])
            code, done = line.text(into), line.text(call)
            if np.unique(places).size == places.size and done.count(code) == 1:
                return f"{_PICKED} = {code}; {done.replace(code, _PICKED)}; {code} = {_PICKED}"
    return ""


def _is_of_array(line: Line, node: ast.expr) -> bool:
    """Return whether an expression begins with a name of an array, so that what changes in its memory is seen."""
    while not isinstance(node, ast.Name):
        match node:
            case ast.Subscript(inner) | ast.Attribute(inner) | ast.Call(ast.Attribute(inner)):
                node = inner
            case _:
                return False
    seen = line.step.names.get(node.id)
    return seen is not None and seen.shape is not None


def _is_copied(made: Part) -> bool:
    """Return whether a part picked cells of an array in a way that copies them."""
    if made.entry not in ("ndarray.[]", "Tensor.[]"):
        return False
    array, index = made.operands
    return not shares_memory(array[index], array)


def _not_kept(line: Line) -> Iterator[KeptNowhere]:
    step, node = line.step, line.node
    if step.bound or step.changed or step.printed or not isinstance(node, ast.Expr) or not step.parts:
        return
    if not isinstance(node.value, ast.Call) or line.is_last:
        return
    last = step.parts[-1]
    entry = entry_named(last.entry)
    is_whole = (last.place.line, last.place.column) == (node.value.lineno, node.value.col_offset)
    ends = last.place.text == line.text(node.value)
    in_place = entry is None or entry.writes or last.entry.endswith("_") or "out" in last.keywords
    if is_whole and ends and not in_place and is_array(last.result) and not isinstance(last.result, np.generic):
        yield KeptNowhere(line.run, last.place.text)


def _returned(line: Line) -> Iterator[KeptNowhere]:
    """Say so where a function of the program returns an array, has changed none, and its result is not kept."""
    step = line.step
    if not isinstance(line.node, ast.Expr) or step.bound or step.changed or step.printed or line.is_last:
        return
    last = line.just_before
    if last is None:
        return
    match line.node, last.moment.node, last.moment.functions:
        case ast.Expr(ast.Call(ast.Name(name)) as call), ast.Return(ast.Name(given)), (function,) if function == name:
            seen, steps = last.names.get(given), line.trace.steps
            until = reversed(steps[: steps.index(last) + 1])
            inner = takewhile(lambda each: each.moment.functions[:1] == (name,), until)
            if seen is None or seen.shape is None or any(each.changed or each.printed for each in inner):
                return
            if len(step.names) >= MAX_NAMES:
                return  # names beyond these are not shown, and one of them may keep it
            if all(seen.number != known.number for known in step.names.values()):  # else a name keeps it
                yield KeptNowhere(line.run, line.text(call))


def _once_each(line: Line) -> Iterator[OnceEach]:
    target = line.written_to()
    found = None if target is None else _added_to(line, target)
    if found is None or target is None or not isinstance(target.value, ast.Name) or not line.step.changed:
        return
    sign, value, place = found
    write = next((part for part in line.step.parts if part.entry.endswith(".[]=")), None)
    done = next((part for part in line.step.parts if part.place == place and len(part.operands) == 2), None)
    if write is None or not is_array(write.operands[0]):
        return
    array, index, _ = write.operands
    changed = _put(write)
    if changed is None:
        return
    old = numbers(array)
    for cell, count in named_again(array, index):
        if old.reshape(-1)[cell] != changed.reshape(-1)[cell]:
            given = None if done is None else done.operands[0 if isinstance(line.node, ast.Assign) and value[1] else 1]
            instead = "" if given is None else _each_time(line, target, sign, value[0], (array, index, given))
            where = tuple(map(int, np.unravel_index(cell, old.shape)))
            yield OnceEach(line.run, target.value.id, where, count, instead)
            return


def _added_to(line: Line, target: ast.Subscript) -> tuple[ast.operator, tuple[ast.expr, bool], Place] | None:
    """Return the sign with which a line changes what it reads, with what, whether that stands in front, and where."""
    match line.node:
        case ast.AugAssign(_, ast.Add() | ast.Sub() | ast.Mult() as sign, value):
            return sign, (value, False), Place.of(line.node, line.source)
        case ast.Assign([_], ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() as sign, right) as whole):
            place = Place.of(whole, line.source)
            if ast.unparse(left) == ast.unparse(target):
                return sign, (right, False), place
            if ast.unparse(right) == ast.unparse(target) and not isinstance(sign, ast.Sub):
                return sign, (left, True), place
    return None


def _each_time(
    line: Line, target: ast.Subscript, sign: ast.operator, value: ast.expr, given: tuple[Any, Any, Any]
) -> str:
    """Return what changes a cell as often as an index names it; empty where the library has nothing for it."""
    array, index, by = given
    name, text, place = ast.unparse(target.value), line.text(value), line.text(target.slice)
    if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(value)):
        return ""
    if any(isinstance(each, ast.Slice) for each in ast.walk(target.slice)):
        return ""
    if isinstance(array, np.ndarray):
        function = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply}[type(sign)]
        try:
            function.at(array.copy(), index, by)
        except (TypeError, ValueError, IndexError):
            return ""
        listed = f"({place})" if isinstance(target.slice, ast.Tuple) and not place.startswith("(") else place
        return f"np.{function.__name__}.at({name}, {listed}, {text})"
    is_list = isinstance(index, list) and all(type(each) is int for each in index)
    if isinstance(sign, ast.Mult) or not (is_list or is_array(index)):
        return ""
    if not is_list and (index.dtype != _index_dtype() or index.ndim != 1):
        return ""
    if type(by) is int or (type(by) is float and array.is_floating_point()):
        text = f"torch.full_like({line.text(target)}, {text})"
    elif not is_array(by) or by.dtype != array.dtype or shape_of(by) != (len(index), *shape_of(array)[1:]):
        return ""
    place = f"torch.tensor({place})" if is_list else place
    return f"{name}.index_add_(0, {place}, {text}{', alpha=-1' if isinstance(sign, ast.Sub) else ''})"


def _index_dtype() -> Any:
    return backend("PyTorch").module.int64


def _other_axis(line: Line) -> Iterator[OtherAxis]:
    for part in line.step.parts:
        sign = part.entry.removeprefix("operator.")
        if part.entry == sign or sign not in ("+", "-", "*", "/") or len(part.operands) != 2:
            continue
        found = line.at(part.place)
        square, row = part.operands
        if not isinstance(found, ast.BinOp) or not (is_array(square) and is_array(row)):
            continue
        size = shape_of(row)
        if len(size) != 1 or size[0] < 2 or shape_of(square) != (size[0], size[0]):
            continue
        reduced = _of_rows(line, found.right, line.text(found.left))
        if not reduced:
            continue
        given, kept = part.result, _SIGNS.get(sign, operator.truediv)(numbers(square), numbers(row)[:, None])
        if given is not None and not np.array_equal(numbers(given), kept.astype(numbers(given).dtype)):
            yield OtherAxis(line.run, part.place.text, reduced, size[0])


def _of_rows(line: Line, node: ast.expr, array: str) -> str:
    """Return the column of an array, or its reduction along the last axis, that an expression or a name stands for."""
    if isinstance(node, ast.Name):
        bound = [
            statement.value
            for statement in statements_of(line.source)
            if (statement.lineno, statement.col_offset) < (line.node.lineno, line.node.col_offset)
            and isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
            and statement.targets[0].id == node.id
        ]
        if len(bound) != 1:
            return ""
        node = bound[0]
    match node:
        case ast.Call(ast.Attribute(holder, _), arguments, words):
            of, rest = line.text(holder), arguments
            if of in ("np", "torch") and arguments:
                of, rest = line.text(arguments[0]), arguments[1:]
            axes = [each.value for each in words if each.arg in ("axis", "dim")] + rest[:1]
            if of == array and len(axes) == 1 and ast.unparse(axes[0]) in ("1", "-1"):
                return line.text(node)
        case ast.Subscript(holder, ast.Tuple([ast.Slice(None, None, None), ast.Constant(int())])):
            return line.text(node) if line.text(holder) == array else ""
    return ""


def _every_pair(line: Line) -> Iterator[ColumnMeetsRow | NumberByNumber]:
    for text, left, right, found in _meetings(line):
        column, row = (left, right) if len(left) == 2 else (right, left)
        if len(column) != 2 or column[1] != 1 or row != column[:1] or row[0] < 2:
            continue
        if not any(word in text for word in _MEANT_AS_COLUMN):
            yield ColumnMeetsRow(line.run, text, left, right, (row[0], row[0]))
            squeezed = None if found is None else _with_column_squeezed(found, is_left=column is left)
            if squeezed is not None:
                yield NumberByNumber(line.run, squeezed, row)


def _meetings(line: Line) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...], ast.AST | None]]:
    """Go through the elementwise operations of two arrays: as code, both shapes, and the expression."""
    seen = set[str]()
    for part in line.step.parts:
        if part.entry.startswith("operator.") and len(part.operands) == 2 and all(map(is_array, part.operands)):
            seen.add(part.place.text)
            if part.entry != "operator.@":
                left, right = (shape_of(each) for each in part.operands)
                yield part.place.text, left, right, line.at(part.place)
    for node in line.nodes():  # of large arrays no part is kept
        match node:
            case ast.BinOp(ast.Name(one), sign, ast.Name(other)) if not isinstance(sign, ast.MatMult):
                shapes = line.shape_of(one), line.shape_of(other)
                if line.text(node) not in seen and shapes[0] is not None and shapes[1] is not None:
                    yield line.text(node), shapes[0], shapes[1], node


def _with_column_squeezed(node: ast.AST, *, is_left: bool) -> str | None:
    """Return an operation whose operand of shape (n, 1) has lost its axis 1, as code."""
    match node:
        case ast.BinOp(left, sign, right):
            return ast.unparse(
                ast.BinOp(squeezed(left), sign, right) if is_left else ast.BinOp(left, sign, squeezed(right))
            )
        case ast.Compare(left, signs, [right]):
            one, other = (squeezed(left), right) if is_left else (left, squeezed(right))
            return ast.unparse(ast.Compare(one, signs, [other]))
    return None


def _squeezed(line: Line) -> Iterator[SqueezedAll]:
    for part in line.step.parts:
        if part.entry.rpartition(".")[2] != "squeeze" or len(part.operands) != 1 or part.keywords:
            continue
        shape = shape_of(part.operands[0])
        axes = tuple(axis for axis, size in enumerate(shape) if size == 1)
        if len(axes) > 1:
            yield SqueezedAll(line.run, part.place.text, axes, tuple(size for size in shape if size != 1))


def _stored(line: Line) -> Iterator[StoredOtherwise]:
    target = line.written_to()
    if target is None or not isinstance(target.value, ast.Name) or not isinstance(line.node, ast.Assign):
        return
    write = next((part for part in line.step.parts if part.entry.endswith(".[]=")), None)
    changed = None if write is None else _put(write)
    if write is None or changed is None or changed.dtype.kind not in "iuU":
        return
    array, index, value = write.operands
    given = as_array(value)
    of_texts = changed.dtype.kind == "U"
    if given.dtype.kind not in ("U" if of_texts else "iuf"):
        return
    places = np.asarray(numbered(array, 0)[index])
    wanted = np.broadcast_to(given, places.shape).reshape(-1)
    for number, place in zip(wanted, places.reshape(-1), strict=True):
        stored = changed.reshape(-1)[int(place)]
        if (of_texts or np.isfinite(number)) and number != stored and (places == place).sum() == 1:
            dtype = _short(backend_of(array).dtype_name(array))
            kept = repr(stored.item()) if of_texts else str(stored.item())
            yield StoredOtherwise(line.run, target.value.id, dtype, repr(number.item()), kept)
            return


def _probabilities(line: Line) -> Iterator[ProbabilitiesAgain]:
    for name, origin, call in line.losses_here():
        if name != "F.cross_entropy" or origin.call is None:
            continue
        given = numbers(origin.call.bound.positional[0])
        if given.ndim != 2 or given.shape[1] < 2:
            continue
        if (given >= 0).all() and np.allclose(given.sum(axis=1), 1, atol=1e-5):
            yield ProbabilitiesAgain(line.run, line.text(call.args[0]))


def _added_up(line: Line) -> Iterator[GradientsAddUp]:
    ledger = line.trace.ledger
    names = () if ledger is None else ledger.added_up.get(line.run, ())
    if names:
        yield GradientsAddUp(line.run, names)


def _one_list(line: Line) -> Iterator[OneListOften]:
    match line.node:
        case ast.Assign([ast.Name(name)], value):
            inner = _repeated(value)
        case _:
            return
    if inner is None or (isinstance(inner, ast.Name) and not _writes_within(line, name)):
        return
    held = elements(line.step.names.get(name))
    match held:
        case [ast.List(), _, *_] if isinstance(inner, ast.List | ast.ListComp | ast.BinOp | ast.Name):
            yield OneListOften(line.run, name, len(held), "list")
        case [ast.Call(ast.Name("array" | "tensor" as kind)), _, *_] if not isinstance(inner, ast.Starred):
            yield OneListOften(line.run, name, len(held), kind)


def _repeated(node: ast.expr) -> ast.expr | None:
    """Return what stands in each entry of a list that has one object in all of them; None for any other value."""
    match node:
        case ast.BinOp(ast.List([inner]), ast.Mult(), _) | ast.BinOp(_, ast.Mult(), ast.List([inner])):
            return inner
        case ast.ListComp(ast.Name(name) as inner, [ast.comprehension(ast.Name(each), _, [])]) if name != each:
            return inner
    return None


def _writes_within(line: Line, name: str) -> bool:
    """Return whether the program writes to cells of an entry of a list by the name of the list."""
    for node in line.everywhere():
        match node:
            case ast.Subscript(ast.Subscript(ast.Name(written)), _, ast.Store()) if written == name:
                return True
            case ast.AugAssign(ast.Subscript(ast.Name(written))) if written == name:
                return True
    return False


def _put(write: Part) -> NDArray[Any] | None:
    """Return an array after ``x[index] = value``; None where the library would not do it again."""
    array, index, value = write.operands
    if not is_array(array):
        return None
    again = array.clone() if hasattr(array, "clone") else array.copy()
    try:
        again[index] = value
    except (ValueError, IndexError, RuntimeError, TypeError):
        return None
    return numbers(again)


def _is_whole(value: Any) -> bool:
    return (isinstance(value, np.ndarray) and value.dtype.kind in "iu") or type(value) is int


def _short(dtype: str) -> str:
    return dtype.removeprefix("torch.")


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _wrapped,
    _stored,
    _lost,
    _lost_in_place,
    _once_each,
    _not_kept,
    _returned,
    _other_axis,
    _every_pair,
    _squeezed,
    _probabilities,
    _added_up,
    _one_list,
)
