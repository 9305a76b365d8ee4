"""When it surprises what is compared or measured: nan, numbers that are no classes, objects, and one length for all."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.arrays import AnyCellEqual
from primer_core.claims.surprises.equalities import (
    AnswersCompared,
    AnswersEachNumber,
    DiffersFromNan,
    JoinedNotStacked,
    NanKeepsApart,
    NeverAClass,
    NewEachTime,
    OneLengthForAll,
    OneMemoryTwoObjects,
    ValuesNoClasses,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.surprises.arrays import bound_once, known, part_at, values_of
from primer_core.lessons.own_lines.surprises.line import Line, as_array, last_name, numbers
from primer_core.lessons.own_lines.trace import Part

_ROWS = re.compile(r"(?:^|_)(?:x|data|points?|vectors?|vecs?|emb|embeddings?|features?|rows?|samples?)(?:_|$)")
_EQUAL = ("array_equal", "equal", "allclose")
_JOINS = ("torch.cat", "torch.concat", "torch.concatenate", "np.concatenate")
_COLOURS = 3
_COMPARE = {
    "operator.==": True, "np.equal": True, "torch.eq": True, "Tensor.eq": True, "operator.!=": False,
    "np.not_equal": False, "torch.ne": False, "Tensor.ne": False, "torch.not_equal": False, "Tensor.not_equal": False,
}  # fmt: skip
"""What compares number by number, and whether it asks what is equal."""

_OF_ANSWERS = ("all", "any", "sum", "mean", "prod", "min", "max", "amin", "amax", "count_nonzero", "argmax", "argmin")
_MADE_OF_LISTS = ("np.array", "np.asarray", "torch.tensor", "torch.as_tensor")
_ONE_ROW = re.compile(
    r"(?:^|_)(?:colou?rs?|rgb|pixel|background|bg|row|point|wanted|white|black|red|green|blue)(?:_|$)"
)


def _differs_from_nan(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "operator.!=" or len(part.operands) != 2 or not is_array(part.operands[0]):
            continue
        other = as_array(part.operands[1])
        found = line.at(part.place)
        if other.dtype.kind != "f" or other.size != 1 or not np.isnan(other).all() or found is None:
            continue
        match found:
            case ast.Compare(left, [ast.NotEq()], [right]) if ast.unparse(left) != ast.unparse(right):
                library = "np" if isinstance(part.operands[0], np.ndarray | np.generic) else "torch"
                yield DiffersFromNan(line.run, part.place.text, f"~{library}.isnan({line.text(left)})")


def _apart(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place)
        if not isinstance(found, ast.Call) or part.result is None:
            continue
        call, name = found, last_name(part)
        is_tensor = part.entry.startswith(("torch.", "Tensor."))
        if name in _EQUAL and len(part.operands) == 2 and "equal_nan" not in part.keywords:
            operands: tuple[Any, ...] = part.operands
            function = ast.unparse(call.func)
            arguments = ", ".join(map(ast.unparse, (*call.args, *call.keywords)))
            if name == "equal":
                function = "torch.allclose" if function == "torch.equal" else function.replace(".equal", ".allclose")
            instead = f"{function}({arguments}, equal_nan=True)"
        elif name == "all" and len(part.operands) == 1 and not part.keywords:
            compared = call.args[0] if call.args else getattr(call.func, "value", None)
            inner = None if compared is None else part_at(line, compared)
            match compared:
                case ast.Compare(left, [ast.Eq()], [right]) if inner is not None and len(inner.operands) == 2:
                    one, other = ast.unparse(left), ast.unparse(right)
                    operands = inner.operands
                case _:
                    continue
            if one == other:
                continue  # which asks whether there is no nan
            function = "torch.allclose" if is_tensor else "np.array_equal"
            instead = f"{function}({one}, {other}, equal_nan=True)"
        else:
            continue
        if name == "equal" and not is_tensor:
            continue  # NumPy's gives an array
        nans = _nans_alone(operands)
        if nans and not np.any(numbers(part.result) if is_array(part.result) else part.result):
            yield NanKeepsApart(line.run, part.place.text, nans, instead)


def _nans_alone(operands: tuple[Any, ...]) -> int:
    """Return how many cells of two arrays are nan in both, where all others are equal; 0 where not."""
    if not all(map(is_array, operands)):
        return 0
    one, other = map(numbers, operands)
    if one.dtype.kind != "f" or other.dtype.kind != "f" or one.shape != other.shape or one.dtype != other.dtype:
        return 0
    return int(np.isnan(one).sum()) if np.array_equal(one, other, equal_nan=True) else 0


def _any_cell(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(left, [ast.In()], [ast.Name(name)]) if line.before is not None:
                values, row = values_of(line.before, name), known(line, left)
                if values is None or row is None or values.ndim != 2 or row.shape != values.shape[1:]:
                    continue
                if len(row) < 2 or (line.is_tensor(name) and not isinstance(left, ast.Name | ast.Subscript)):
                    continue
                equal = values == row
                if not isinstance(equal, np.ndarray) or not equal.any() or equal.all(axis=1).any():
                    continue
                compared = f"{name} == {ast.unparse(left)}"
                word = "dim" if line.is_tensor(name) else "axis"
                instead = f"({compared}).all({word}=1).any()"
                yield AnyCellEqual(line.run, line.text(node), compared, int(equal.sum()), instead)


def _values_no_classes(line: Line) -> Iterator[Claim]:
    for part, left, right, one, other in _compared(line):
        for values, classes, found, labels in ((left, right, one, other), (right, left, other, one)):
            call = _largest_of(line, values)
            if call is None or found.ndim != 1 or found.dtype.kind != "f" or labels.dtype.kind not in "iu":
                continue
            if found.shape != labels.shape or (labels < 0).any() or (found == labels).any() or found.size < 2:
                continue
            if labels.max() >= _columns(line, call) or not _is_as_it_was(line, call):
                continue
            function, text = ast.unparse(call.func), ast.unparse(call)
            owner, _, name = function.rpartition(".")
            instead = f"{owner}.arg{name.removeprefix('a')}{text[len(function) :]}"
            texts = ast.unparse(values), ast.unparse(classes)
            yield ValuesNoClasses(line.run, part.place.text, *texts, found.size, instead)


def _compared(line: Line) -> Iterator[tuple[Part, ast.expr, ast.expr, NDArray[Any], NDArray[Any]]]:
    """Go through comparisons of two arrays that ask whether they are equal: both sides, and the numbers of both."""
    for part in line.step.parts:
        if part.entry not in ("operator.==", "torch.eq", "Tensor.eq") or len(part.operands) != 2:
            continue
        found = line.at(part.place)
        if found is None or not all(map(is_array, part.operands)) or not is_array(part.result):
            continue
        one, other = map(numbers, part.operands)
        match found:
            case ast.Compare(left, [ast.Eq()], [right]):
                yield part, left, right, one, other


def _largest_of(line: Line, node: ast.expr) -> ast.Call | None:
    """Return the call whose largest values an expression, or the name that it is, stands for; None for all else."""
    if isinstance(node, ast.Name):
        for statement in line.statements:
            match statement:
                case ast.Assign([ast.Tuple([ast.Name(name), ast.Name()])], ast.Call() as call):
                    if name == node.id and line.stored().count(name) == 1:
                        return call if _is_max(call) else None
        made = bound_once(line, node.id)
    else:
        made = node
    match made:
        case ast.Subscript(ast.Call() as call, ast.Constant(0)) | ast.Attribute(ast.Call() as call, "values"):
            return call if _is_max(call) else None
        case ast.Call(ast.Attribute(_, "max" | "amax"), arguments, words):
            along = [*arguments, *(each.value for each in words if each.arg in ("axis", "dim"))]
            return made if [ast.unparse(each) for each in along[-1:]] in (["1"], ["-1"]) and len(along) < 3 else None
    return None


def _is_as_it_was(line: Line, call: ast.Call) -> bool:
    """Return whether no name in a call is bound by more than one statement of the program."""
    stored = line.stored()
    return all(stored.count(each.id) < 2 for each in ast.walk(call) if isinstance(each, ast.Name))


def _columns(line: Line, call: ast.Call) -> int:
    """Return how many columns an array had whose largest numbers were asked for; 0 where that is not known."""
    place = Place.of(call, line.source)
    given = [part.operands[0] for step in line.trace.steps for part in step.parts if part.place == place]
    shapes = {shape_of(each) for each in given if is_array(each)}
    return max((shape[1] for shape in shapes if len(shape) == 2), default=0)


def _is_max(call: ast.Call) -> bool:
    """Return whether a call asks for the largest numbers of each row and their places."""
    match call:
        case ast.Call(ast.Attribute(ast.Name("torch"), "max"), [_, ast.Constant(1) | ast.UnaryOp()], []):
            return True
        case ast.Call(ast.Attribute(ast.Name("torch"), "max"), [_], [ast.keyword("dim")]):
            return True
        case ast.Call(ast.Attribute(_, "max"), [ast.Constant(1) | ast.UnaryOp()], []):
            return True
        case ast.Call(ast.Attribute(_, "max"), [], [ast.keyword("dim")]):
            return True
    return False


def _never_a_class(line: Line) -> Iterator[Claim]:
    for part, left, right, one, other in _compared(line):
        if one.shape != other.shape or one.size < 2:
            continue
        for shares, labels, between, classes in ((one, other, left, right), (other, one, right, left)):
            if shares.dtype.kind != "f" or labels.dtype.kind not in "iuf" or _largest_of(line, between) is not None:
                continue
            if {*labels.reshape(-1).tolist()} == {0, 1} and ((shares > 0) & (shares < 1)).all():
                texts = ast.unparse(between), ast.unparse(classes)
                instead = f"({texts[0]} > 0.5) == {texts[1]}"
                yield NeverAClass(line.run, part.place.text, *texts, instead)


def _same_object(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(left, [ast.Is() | ast.IsNot() as sign], [right]):
                pass
            case _:
                continue
        taken = next((each for each in (left, right) if _is_taken(line, each)), None)
        one, other = ast.unparse(left), ast.unparse(right)
        if taken is not None:
            is_same = isinstance(sign, ast.Is)
            if other in ("np.nan", "torch.nan"):
                asks = f"{other.removesuffix('nan')}isnan({one})"
                yield NewEachTime(line.run, line.text(node), line.text(taken), asks if is_same else f"~{asks}")
            elif all(isinstance(each, ast.Name) or _is_taken(line, each) for each in (left, right)):
                yield NewEachTime(
                    line.run, line.text(node), line.text(taken), f"{one} {'==' if is_same else '!='} {other}"
                )
        elif isinstance(left, ast.Name) and isinstance(right, ast.Name) and _are_views(line, left.id, right.id):
            yield OneMemoryTwoObjects(line.run, line.text(node), left.id, right.id)


def _are_views(line: Line, one: str, other: str) -> bool:
    """Return whether of two names the one that was bound last is a view of the other, and another object."""
    bindings = [bound for step in line.trace.steps for bound in step.bound if bound.name in (one, other)]
    first, second = (line.step.names.get(name) for name in (one, other))
    if first is None or second is None or first.memory is None or second.memory is None or not bindings:
        return False
    is_view = bindings[-1].relation == "view" and bindings[-1].of in (one, other)
    return is_view and first.number != second.number and first.memory.number == second.memory.number


def _is_taken(line: Line, node: ast.expr) -> bool:
    """Return whether a node takes something out of an array, of whose numbers none is one object everywhere."""
    part = part_at(line, node) if isinstance(node, ast.Subscript) else None
    if part is None or part.entry not in ("ndarray.[]", "Tensor.[]") or not is_array(part.result):
        return False
    return numbers(part.operands[0]).dtype.kind in "iufc"


def _one_length(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("operator./", "operator./=") or len(part.operands) != 2:
            continue
        found = line.at(part.place)
        match found:
            case ast.BinOp(ast.Name(name), ast.Div(), right) | ast.AugAssign(ast.Name(name), ast.Div(), right):
                made = bound_once(line, right.id) if isinstance(right, ast.Name) else right
            case _:
                continue
        left, length = part.operands
        if not (is_array(left) and is_array(part.result)) or left.ndim != 2 or min(left.shape) < 2:
            continue
        by = as_array(length)
        if by.ndim or not _ROWS.search(name.lower()) or not np.isclose(by, np.linalg.norm(numbers(left).astype(float))):
            continue
        match made:
            case ast.Call(ast.Attribute(ast.Attribute(ast.Name("np" | "torch"), "linalg"), "norm"), [ast.Name(of)], []):
                pass
            case ast.Call(ast.Attribute(ast.Name("torch"), "norm"), [ast.Name(of)], []):
                pass
            case ast.Call(ast.Attribute(ast.Name(of), "norm"), [], []):
                pass
            case _:
                continue
        rows = np.linalg.norm(numbers(part.result).astype(float), axis=1)
        if of != name or not np.isfinite(rows).all() or not rows.all():
            continue
        words = "dim=1, keepdim=True" if line.is_tensor(name) else "axis=1, keepdims=True"
        code = ast.unparse(made)[:-1]
        each = f"{code}{words})" if code.endswith("(") else f"{code}, {words})"
        yield OneLengthForAll(line.run, part.place.text, ast.unparse(made), f"{rows[0]:.3f}", each)


def _joined(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in _JOINS or len(part.operands) != 1 or part.keywords or not is_array(part.result):
            continue
        each = part.operands[0]
        found = line.at(part.place)
        if not isinstance(each, list) or len(each) < 2 or not all(map(is_array, each)):
            continue
        shapes = {shape_of(one) for one in each}
        match found:
            case ast.Call(ast.Attribute(ast.Name(library)), [given], []) if len(shapes) == 1:
                (shape,) = shapes
                made = bound_once(line, given.id) if isinstance(given, ast.Name) else given
                is_image = len(shape) == 3 and shape[0] == _COLOURS and shape[1] == shape[2] > 2
                is_gathered = isinstance(made, ast.ListComp) or (isinstance(made, ast.List) and not made.elts)
                if not (is_image and is_gathered) and not (len(shape) == 1 < shape[0] and _is_of_rows(line, made)):
                    continue
                joined = shape_of(part.result)
                instead = f"{library}.stack({ast.unparse(given)})"
                yield JoinedNotStacked(
                    line.run, part.place.text, len(each), shape, joined, instead, (len(each), *shape)
                )


def _is_of_rows(line: Line, node: ast.expr | None) -> bool:
    """Return whether a list is made of the rows of an array: ``[x[i] for i in …]`` or ``[row for row in x]``."""
    match node:
        case ast.ListComp(ast.Subscript(ast.Name(of), ast.Name(one)), [ast.comprehension(ast.Name(known), _, [])]):
            pass
        case ast.ListComp(ast.Name(one), [ast.comprehension(ast.Name(known), ast.Name(of), [])]):
            pass
        case _:
            return False
    return one == known and len(line.shape_of(of) or ()) == 2


def _each_number(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in _COMPARE or len(part.operands) != 2 or part.keywords or not is_array(part.result):
            continue
        found, answers = line.at(part.place), numbers(part.result)
        match found:
            case ast.Compare(left, [_], [right]) | ast.Call(_, [left, right], []):
                sides = [left, right]
            case ast.Call(ast.Attribute(left), [right], []):
                sides = [left, right]
            case _:
                continue
        shapes = [as_array(each).shape for each in part.operands]
        rows = [each for each, shape in zip(sides, shapes, strict=True) if shape == answers.shape[-1:]]
        if answers.ndim < 2 or answers.shape[-1] < 2 or answers.shape not in shapes or len(rows) != 1:
            continue
        mixed = answers.any(axis=-1) & ~answers.all(axis=-1)
        if not mixed.any() or not _is_one_row(line, rows[0]) or _is_taken_together(line, answers):
            continue
        place, equal = tuple(map(int, np.argwhere(mixed)[0])), _COMPARE[part.entry]
        code = part.place.text if isinstance(found, ast.Call) else f"({part.place.text})"
        word = "axis" if isinstance(part.result, np.ndarray) else "dim"
        instead = f"{code}.{'all' if equal else 'any'}({word}=-1)"
        trues = int(answers[place].sum())
        yield AnswersEachNumber(line.run, part.place.text, answers.shape, place, trues, instead, equal)


def _is_one_row(line: Line, node: ast.expr) -> bool:
    """Return whether an expression stands for one row, colour or point: it is written so, picked, or called so."""
    match node:
        case ast.List(each) | ast.Tuple(each):
            return all(isinstance(one, ast.Constant | ast.UnaryOp | ast.Name) for one in each)
        case ast.Call(function, [given], _):
            return ast.unparse(function) in _MADE_OF_LISTS and _is_one_row(line, given)
        case ast.Subscript(_, ast.Constant(int())):
            return True
        case ast.Name(name):
            made = bound_once(line, name)
            return _is_one_row(line, made) if made is not None else bool(_ONE_ROW.search(name.lower()))
    return False


def _is_taken_together(line: Line, answers: NDArray[Any]) -> bool:
    """Return whether the program goes on to ask something of such answers along an axis, of columns, or of all."""
    if len(line.trace.steps) < line.trace.taken:
        return True  # what the steps did that are not kept is not known
    if any(isinstance(each, ast.Call) and ast.unparse(each.func) in ("all", "any") for each in line.everywhere()):
        return True
    for step in line.trace.steps:
        for part in step.parts:
            given = part.operands[0] if part.operands else None
            if not is_array(given) or numbers(given).dtype.kind not in "biuf":
                continue
            shape = shape_of(given)
            if part.entry.endswith(".[]") and shape == answers.shape and _goes_last(part.operands[1], len(shape)):
                if numbers(given).dtype.kind == "b":
                    return True
            elif last_name(part) in _OF_ANSWERS and shape in (answers.shape, answers.shape[-1:]):
                along = len(part.operands) > 1 or part.keywords.keys() & {"axis", "dim"}
                own = np.array_equal(numbers(given).astype(bool), answers)
                alike = own or numbers(given).dtype.kind == "b"
                if alike and (along or last_name(part) in ("all", "mean") or shape != answers.shape):
                    return True
    return False


def _goes_last(index: object, axes: int) -> bool:
    """Return whether an index picks along the last axis of so many."""
    return isinstance(index, tuple) and (any(each is Ellipsis for each in index) or len(index) == axes)


def _answers(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(left, [ast.Eq()], [right]):
                one, other = _asked_of(left), _asked_of(right)
            case _:
                continue
        if one is None or other is None or one[0] != other[0] or ast.dump(one[1]) == ast.dump(other[1]):
            continue
        asked = [part_at(line, each) for each in (left, right)]
        if any(each is None or not each.operands or not is_array(each.operands[0]) for each in asked):
            continue
        arrays = [each.operands[0] for each in asked if each is not None]
        answers = [bool(each.result) for each in asked if each is not None and each.result is not None]
        given, of = [numbers(each) for each in arrays], {isinstance(each, np.ndarray) for each in arrays}
        if len(answers) != 2 or answers[0] != answers[1] or len(of) != 1 or given[0].dtype != given[1].dtype:
            continue
        if any(each.dtype.kind not in "iuf" or not each.ndim for each in given) or np.array_equal(given[0], given[1]):
            continue
        texts = [line.text(each[1]) for each in (one, other)]
        asks = f"{'np.array_equal' if of == {True} else 'torch.equal'}({', '.join(texts)})"
        yield AnswersCompared(line.run, line.text(node), texts[0], texts[1], answers[0], asks)


def _asked_of(node: ast.expr) -> tuple[str, ast.expr] | None:
    """Return ``all`` or ``any`` and the array that it is asked of, by its name; None for all else."""
    match node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "torch"), "all" | "any" as name), [ast.Name() as of], []):
            return name, of
        case ast.Call(ast.Attribute(ast.Name() as of, "all" | "any" as name), [], []):
            return name, of
    return None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _differs_from_nan,
    _apart,
    _any_cell,
    _values_no_classes,
    _never_a_class,
    _same_object,
    _one_length,
    _joined,
    _each_number,
    _answers,
)
