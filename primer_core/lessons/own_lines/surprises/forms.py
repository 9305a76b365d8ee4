"""When it surprises what a result is made of: joined, of all or of each cell, or held elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.forms import (
    HalfOfALogit,
    HeldByBoth,
    JoinedEndToEnd,
    LengthOfAll,
    ListsJoined,
    LowerOfTheMiddle,
    NoBatchSeen,
    PowerOfCells,
    PutIntoTheDict,
    SpreadNotVariance,
)
from primer_core.language.execution import is_array
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.ledger import Origin
from primer_core.lessons.own_lines.surprises.arrays import bound_once
from primer_core.lessons.own_lines.surprises.line import Line, numbers, numbers_listed, with_argument

_WITH_LOGITS = "F.binary_cross_entropy_with_logits"


def _lists(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.BinOp(ast.Name(left), ast.Add(), ast.Name(right)) if line.before is not None:
                counts = [numbers_listed(line.before.names.get(name)) for name in (left, right)]
                if counts[0] > 1 and counts[0] == counts[1]:
                    yield ListsJoined(line.run, line.text(node), counts[0], sum(counts))


def _end_to_end(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.hstack", "torch.hstack") or len(part.operands) != 1 or part.keywords:
            continue
        each, call = part.operands[0], line.at(part.place)
        if not isinstance(each, list | tuple) or len(each) < 2 or not all(map(is_array, each)):
            continue
        shapes = {shape_of(one) for one in each}
        match call:
            case ast.Call(ast.Attribute(ast.Name(library)), [given], []) if len(shapes) == 1:
                (shape,) = shapes
                if len(shape) == 1 < shape[0]:
                    instead, columns = f"{library}.column_stack({line.text(given)})", (shape[0], len(each))
                    joined = len(each) * shape[0]
                    yield JoinedEndToEnd(line.run, part.place.text, len(each), shape[0], joined, instead, columns)


def _length(line: Line) -> Iterator[Claim]:
    if any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) for node in line.nodes()):
        return  # what is divided by it is scaled as a whole
    for part in line.step.parts:
        if part.entry != "np.linalg.norm" or len(part.operands) != 1 or part.keywords or not is_array(part.operands[0]):
            continue
        shape = shape_of(part.operands[0])
        match line.at(part.place):
            case ast.Call(_, [ast.Name()], []) as call if len(shape) == 2 and min(shape) > 1:
                instead = with_argument(line.text(call), "axis=1")
                yield LengthOfAll(line.run, part.place.text, shape[0] * shape[1], shape[0], instead)


def _lower(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("Tensor.median", "torch.median") or len(part.operands) != 1 or part.keywords:
            continue
        cells = np.sort(numbers(part.operands[0]).reshape(-1))
        middle = cells.size // 2
        if not cells.size or cells.size % 2 or cells.dtype.kind not in "iuf" or not np.isfinite(cells).all():
            continue
        lower, upper = cells[middle - 1], cells[middle]
        match line.at(part.place):
            case ast.Call(ast.Attribute(ast.Name("torch")), [given], []) | ast.Call(ast.Attribute(given), [], []):
                asked = line.asked(given)
                kept = f"{asked}.quantile(0.5)" if cells.dtype.kind == "f" else f"{asked}.float().quantile(0.5)"
                if f"{lower:.4g}" != f"{upper:.4g}":
                    yield LowerOfTheMiddle(line.run, part.place.text, float(lower), float(upper), kept)


def _power(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "operator.**" or not is_array(part.operands[0]) or not is_array(part.result):
            continue
        shape = shape_of(part.operands[0])
        match line.at(part.place):
            case ast.BinOp(ast.Name(name), ast.Pow(), ast.Constant(int(power))) if (
                len(shape) == 2 and shape[0] == shape[1] > 1 and power > 1 and _is_multiplied(line, name)
            ):
                matrix = numbers(part.operands[0]).astype(float)
                if np.array_equal(np.linalg.matrix_power(matrix, power), matrix**power):
                    continue
                library = "torch" if hasattr(part.result, "detach") else "np"
                instead = f"{name} @ {name}" if power == 2 else f"{library}.linalg.matrix_power({name}, {power})"
                yield PowerOfCells(line.run, part.place.text, instead)


def _is_multiplied(line: Line, name: str) -> bool:
    """Return whether the program multiplies a matrix by itself, as a matrix."""
    for node in line.everywhere():
        match node:
            case ast.BinOp(ast.Name(left), ast.MatMult(), ast.Name(right)) if left == right == name:
                return True
            case ast.Call(ast.Attribute(_, "dot" | "matmul" | "mm"), [ast.Name(left), ast.Name(right)]) if (
                left == right == name
            ):
                return True
    return False


def _in_the_dict(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Subscript(ast.Name(state), ast.Constant(str(key))) as target],
            ast.Call(ast.Attribute(ast.Name("torch"))) | ast.BinOp(),
        ) if line.before is not None and state in line.before.names:
            seen, made = line.before.names[state], bound_once(line, state)
        case _:
            return
    match made:
        case ast.Call(ast.Attribute(ast.Name(network), "state_dict"), [], []):
            pass
        case _:
            return
    if seen.kind != "OrderedDict" or f"({key!r}, " not in seen.text:
        return
    for call in (node for node in line.everywhere() if isinstance(node, ast.Call)):
        given = [*call.args, *(word.value for word in call.keywords)]
        if any(isinstance(each, ast.Name) and each.id == state for one in given for each in ast.walk(one)):
            return  # it may be loaded, or saved
    yield PutIntoTheDict(line.run, line.text(target), state, network)


def _half(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        match line.at(part.place):
            case ast.Compare(ast.Name(name), [ast.Gt()], [ast.Constant(0.5)]) if part.entry == "operator.>":
                pass
            case _:
                continue
        if bound_once(line, name) is None or not any(_takes_logits(line, name, origin) for origin in line.losses):
            continue
        cells = numbers(part.operands[0])
        count = int(((cells > 0) & (cells <= 0.5)).sum())
        if count:
            yield HalfOfALogit(line.run, part.place.text, f"{name} > 0", count)


def _takes_logits(line: Line, name: str, loss: Origin) -> bool:
    """Return whether a loss is called of what a name was bound to, and takes logits."""
    if loss.call is None or loss.call.entry.name != _WITH_LOGITS:
        return False
    found = line.at(loss.place)
    first = found.args[0] if isinstance(found, ast.Call) and found.args else None
    return isinstance(first, ast.Name) and first.id == name


def _held_by_both(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.AugAssign(ast.Subscript(ast.Name(written), ast.Constant(key)) as target):
            pass
        case _:
            return
    writes = [part for part in line.step.parts if part.entry.startswith("operator.") and part.entry.endswith("=")]
    in_place = any(is_array(part.operands[0]) for part in writes)
    names = {} if line.before is None else line.before.names
    others = [name for name, seen in names.items() if seen.kind == "dict" and name != written]
    if not in_place or written not in names or names[written].kind != "dict":
        return
    for other in others:
        for copy, whole in ((written, other), (other, written)):
            made = bound_once(line, copy)
            match made:
                case ast.Call(ast.Attribute(ast.Name(given), "copy"), [], []) | ast.Call(
                    ast.Name("dict"), [ast.Name(given)], []
                ) if given == whole and bound_once(line, whole) is not None:
                    if not any(_puts_into(node, (copy, whole)) for node in line.everywhere()):
                        entry, instead = f"{other}[{key!r}]", f"copy.deepcopy({whole})"
                        yield HeldByBoth(line.run, line.text(target), entry, ast.unparse(made), instead)


def _puts_into(node: ast.AST, names: tuple[str, str]) -> bool:
    """Return whether a node may put another value into one of two dictionaries, or may hand one of them on."""
    match node:
        case ast.Assign(targets):
            held = [each.value for each in targets if isinstance(each, ast.Subscript)]
            return any(isinstance(each, ast.Name) and each.id in names for each in held)
        case ast.Call(ast.Attribute(ast.Name(holder), method)):
            if holder in names and method not in ("copy", "keys", "values", "items", "get"):
                return True
    if isinstance(node, ast.Delete):
        return True
    if isinstance(node, ast.Call) and ast.unparse(node.func) not in ("print", "dict"):
        return any(isinstance(each, ast.Name) and each.id in names for each in node.args)
    return False


def _drawn(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(_, [_, ast.Constant(int() | float() as scale), *_]) as call):
            deviation = float(scale)
        case _:
            return
    if ast.unparse(call.func) != "np.random.normal" or deviation in (0, 1):
        return
    for node in line.everywhere():
        match node:
            case ast.Call(ast.Attribute(ast.Name(of), "var"), arguments):
                asked = of if of != "np" else ast.unparse(arguments[0]) if arguments else ""
                if asked == name:
                    yield SpreadNotVariance(line.run, line.text(call), deviation, deviation**2)
                    return


def _no_batch(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        made = bound_once(line, name) if name else None
        code = "" if made is None else ast.unparse(made)
        if not code.startswith("nn.") or "BatchNorm" not in code or "track_running_stats" in code:
            continue
        first = [
            each
            for each in line.everywhere()
            if isinstance(each, ast.Name) and each.id == name and each.lineno < line.node.lineno
        ]
        top = [each for each in line.statements if each.col_offset == 0 and each.lineno < line.node.lineno]
        told = [ast.unparse(each) for each in top]
        # Else it may have been called, trained or loaded.
        if line.node.col_offset == 0 and len(first) == 2 and f"{name} = {code}" in told and f"{name}.eval()" in told:
            yield NoBatchSeen(line.run, name)
            return


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _lists,
    _end_to_end,
    _length,
    _lower,
    _power,
    _in_the_dict,
    _half,
    _held_by_both,
    _drawn,
    _no_batch,
)
