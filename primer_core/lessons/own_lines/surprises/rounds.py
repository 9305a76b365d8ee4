"""When batches, losses and steps surprise, and places of the best that are used as an index."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.rounds import (
    AllIgnored,
    BatchesCounted,
    BestOfEvery,
    BothComputed,
    CellStateTaken,
    ClippedTooLate,
    FirstOfAll,
    LastRoundAlone,
    OutOfReach,
    RowsOfPlaces,
    TakenAway,
    UnitsAlike,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.failing import assignments_to
from primer_core.lessons.own_lines.reruns.calls import calls_of
from primer_core.lessons.own_lines.reruns.models import watched
from primer_core.lessons.own_lines.surprises.line import Line, goes_back, number_of, numbers
from primer_core.lessons.own_lines.trace import Part, run

_REACH: Mapping[str, tuple[float, float]] = {"relu": (0.0, inf), "sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""By a function between which numbers its results lie."""

_CELL_BY_CELL = ("F.mse_loss", "F.l1_loss", "F.huber_loss", "F.smooth_l1_loss")


def _first_of_all(line: Line) -> Iterator[Claim]:
    if "DataLoader" not in line.source or len(line.loops_around()) > 1:
        return
    if any(isinstance(node, ast.IfExp | ast.BoolOp | ast.Lambda) for node in line.nodes()):
        return
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("next"), [ast.Call(ast.Name("iter"), [ast.Name(loader)], [])], []):
                watch = calls_of(line.trace)
                shuffled = None if watch is None else watch.begins_again(line.run)
                if shuffled is not None:
                    yield FirstOfAll(line.run, line.text(call), loader, shuffled)


def _called(statement: ast.stmt, name: str) -> bool:
    """Return whether a statement is the call of a method or a function of a name, and no more."""
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(attr=called) | ast.Name(called))):
            return called == name
    return False


def _clipped(line: Line) -> Iterator[Claim]:
    if not any(_called(line.node, each) for each in ("clip_grad_norm_", "clip_grad_value_")):
        return
    for loop in line.loops_around()[-1:]:
        body = list(map(_where, loop.body))
        here = _where(line.node)
        cleared = [_where(each) for each in loop.body if _called(each, "zero_grad")]
        back = [_where(each) for each in loop.body if any(map(goes_back, ast.walk(each)))]
        steps = [_where(each) for each in loop.body if _called(each, "step")]
        inner = any(hasattr(each, "body") for each in loop.body)
        if inner or here not in body or not (len(cleared) == len(back) == len(steps) == 1):
            return
        if back[0] < steps[0] < here and (cleared[0] < back[0] or here < cleared[0]):
            known = {_where(step.moment.node): step.number for step in line.trace.steps}
            step, clear = known.get(steps[0]), known.get(cleared[0])
            if step is not None and clear is not None and isinstance(line.node, ast.Expr):
                yield ClippedTooLate(line.run, line.text(line.node.value), step, clear)


def _where(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _taken_away(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    stepped = None if ledger is None else ledger.stepped.get(line.run)
    if stepped is None or stepped.moved or not _called(line.node, "step") or not isinstance(line.node, ast.Expr):
        return
    loops = line.loops_around()[-1:]
    body = loops[0].body if loops else [each for each in line.statements if not each.col_offset]
    before = [each for each in body if _where(each) < _where(line.node)]
    back = [each for each in before if any(map(goes_back, ast.walk(each))) and not hasattr(each, "body")]
    cleared = [each for each in before if _called(each, "zero_grad") and back and _where(each) > _where(back[-1])]
    known = {_where(step.moment.node): step.number for step in line.trace.steps}
    if any(_where(each) == _where(line.node) for each in body) and len(cleared) == 1:
        at, found = known.get(_where(cleared[0])), known.get(_where(back[-1]))
        match cleared[0]:
            case ast.Expr(call) if at is not None and found is not None and _moves_without(line, call):
                yield TakenAway(line.run, line.text(line.node.value), line.text(call), at, found)


def _moves_without(line: Line, call: ast.expr) -> bool:
    """Return whether a step finds gradients where a call before it is left out."""
    lines = line.source.split("\n")
    place = Place.of(call, line.source)
    if place.line != place.end_line:
        return False
    old = lines[place.line - 1]
    lines[place.line - 1] = f"{old[: place.column]}None{old[place.end_column :]}"
    ledger = run("\n".join(lines)).ledger
    stepped = None if ledger is None else ledger.stepped.get(line.run)
    return stepped is not None and bool(stepped.moved)


def _ignored(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name not in ("F.cross_entropy", "F.nll_loss") or origin.call is None:
            continue
        values = origin.call.bound.values
        target, ignored = values.get("target"), values.get("ignore_index", -100)
        if target is None or not is_array(target) or values.get("reduction", "mean") != "mean":
            continue
        classes = numbers(target)
        if classes.dtype.kind in "iu" and classes.size and (classes == ignored).all():
            yield AllIgnored(line.run, line.text(call), int(classes.size), int(ignored))


def _cell_state(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        node = line.at(part.place)
        match node if part.entry == "tuple.[]" else None:
            case ast.Subscript(ast.Name(name), index) if ast.unparse(index) == "-1":
                if _is_of_lstm(line, name) and not _binds_cells(line.node):
                    yield CellStateTaken(line.run, part.place.text, name)


def _binds_cells(node: ast.stmt) -> bool:
    """Return whether a statement binds a name that begins as that of a cell state does."""
    return isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id[:1] == "c" for to in node.targets)


def _is_of_lstm(line: Line, name: str) -> bool:
    """Return whether a name was bound to the second of what an LSTM returns, in the last statement that binds it."""
    bound = [
        each
        for each in line.statements
        if isinstance(each, ast.Assign)
        and each.lineno < line.node.lineno
        and any(isinstance(node, ast.Name) and node.id == name for target in each.targets for node in ast.walk(target))
    ]
    match bound[-1:]:
        case [ast.Assign([ast.Tuple([_, ast.Name(second)])], ast.Call(ast.Name(layer)))] if second == name:
            seen = line.step.names.get(layer)
            return seen is not None and seen.kind == "LSTM"
    return False


def _last_round(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.BinOp(
                ast.Name(name)
                | ast.Call(ast.Attribute(ast.Name(name), "item" | "float"), [], [])
                | ast.Call(ast.Name("float"), [ast.Name(name)], [])
                | ast.BinOp(ast.Constant(), ast.Mult(), ast.Name(name)),
                ast.Div(),
                right,
            ) as division if not any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(right)):
                counting = _counts_anew(line, name)
                found = None if counting is None else _rounds_of(line, *counting, division)
                if found is not None:
                    yield LastRoundAlone(line.run, line.text(division), name, *found)
                    return


def _counts_anew(line: Line, name: str) -> tuple[ast.Assign, ast.Compare] | None:
    """Return what alone binds a name to a count of equals, in a loop that ends before a line; None of all else."""
    if any(isinstance(each, ast.FunctionDef | ast.While | ast.Break | ast.Continue) for each in line.everywhere()):
        return None
    binds = [
        each
        for each in line.statements
        if isinstance(each, ast.Assign | ast.AugAssign | ast.AnnAssign) and name in _bound_in(each)
    ]
    counting = [each for each in binds if not (isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant))]
    if line.stored().count(name) != len(binds) or len(counting) != 1:
        return None
    match counting[0]:
        case ast.Assign([ast.Name()], value) as assign:
            compares = [each for each in ast.walk(value) if isinstance(each, ast.Compare)]
        case _:
            return None
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and not value.args:
        value = value.func.value
    loops = [each for each in line.statements if isinstance(each, ast.For) and assign in each.body]
    ended = len(loops) == 1 and (loops[0].end_lineno or 0) < line.node.lineno
    if not ended or value is not compares[0] if compares else True:
        return None
    return (assign, compares[0]) if [*map(type, compares[0].ops)] == [ast.Eq] else None


def _bound_in(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> set[str]:
    """Return the names that a statement binds."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _rounds_of(
    line: Line, assign: ast.Assign, compare: ast.Compare, division: ast.BinOp
) -> tuple[int, int, int] | None:
    """Return what the last round counted, of how many, and how many all rounds compared, if that is divided by."""
    steps, here = line.trace.steps, Place.of(compare, line.source)
    if len(steps) != line.trace.taken:
        return None
    sizes: list[int] = []
    held = None
    for step in steps[: steps.index(line.step)]:
        if step.number == line.step.number:
            sizes = []
        if _where(step.moment.node) == _where(assign) and not step.moment.functions:
            results = [part.result for part in step.parts if part.place == here and is_array(part.result)]
            if len(results) != 1:
                return None
            sizes.append(int(np.prod(shape_of(results[0]), dtype=int)))
            counted = [part.result for part in step.parts if part.place == Place.of(assign.value, line.source)]
            held = counted[-1] if counted else None
    seen = line.step.names.get(assign.targets[0].id if isinstance(assign.targets[0], ast.Name) else "")
    if held is None and seen is not None and seen.kind in ("int", "float"):
        held = number_of(seen.text)
    divisor = _divisor(line, division)
    if len(sizes) < 2 or held is None or divisor != sum(sizes) or sizes[-1] >= divisor:
        return None
    count = np.asarray(numbers(held) if is_array(held) else held)
    if count.shape != ():
        return None
    return int(count), sizes[-1], divisor


def _divisor(line: Line, division: ast.BinOp) -> int:
    """Return the whole number that a line divides by; 0 where it is not known."""
    whole = [part for part in line.step.parts if part.place == Place.of(division, line.source)]
    match division.right:
        case _ if len(whole) == 1 and type(whole[0].operands[-1]) is int:
            return whole[0].operands[-1]
        case ast.Name(name) if name in line.step.names and line.step.names[name].kind == "int":
            number = number_of(line.step.names[name].text)
            return number if isinstance(number, int) else 0
        case ast.Call(ast.Name("len"), [ast.Name(name)], []) if line.is_pythons("len"):
            return (line.shape_of(name) or (0,))[0]
    return 0


def _batches(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.BinOp(
                ast.Name(count) | ast.BinOp(ast.Constant(), ast.Mult(), ast.Name(count)),
                ast.Div(),
                ast.Call(ast.Name("len"), [ast.Name(loader)], []),
            ) as division if _counts_samples(line, count):
                seen = line.step.names.get(loader)
                if seen is not None and seen.sizes is not None and seen.sizes[0] != seen.sizes[1]:
                    yield BatchesCounted(line.run, line.text(division), loader, *seen.sizes)


def _counts_samples(line: Line, name: str) -> bool:
    """Return whether a name is added to by sums of comparisons, as right answers are counted, and by nothing else."""
    added = [
        each.value
        for each in line.statements
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and each.target.id == name
    ]
    return bool(added) and all(_is_count(each) for each in added)


def _is_count(node: ast.expr) -> bool:
    match node:
        case ast.Call(ast.Attribute(inner, "item" | "float" | "int"), [], []):
            return _is_count(inner)
        case ast.Call(ast.Name("int" | "float"), [inner], []):
            return _is_count(inner)
        case ast.Call(ast.Attribute(ast.Compare(ops=[ast.Eq()]), "sum"), [], []):
            return True
        case ast.Call(ast.Attribute(ast.Name("torch" | "np"), "sum"), [ast.Compare(ops=[ast.Eq()])], []):
            return True
    return False


def _alike(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    if ledger is None or line.run not in ledger.stepped:
        return
    watch = watched(line.trace)
    stepped = None if watch is None else watch.stepped.get(line.run)
    if stepped is not None and stepped.alike:
        yield UnitsAlike(line.run, stepped.name, *stepped.alike[0])


def _bound_by(line: Line, name: str) -> ast.expr | None:
    """Return what a name was bound to before a line, where one statement of the program binds it."""
    bound = assignments_to(name, line.statements)
    return bound[0].value if len(bound) == 1 and bound[0].lineno < line.node.lineno else None


def _index_by_name(line: Line) -> Iterator[tuple[Part, str, str, str, NDArray[Any]]]:
    """Go through what picks by the name of whole numbers: the part, its code, both names and the numbers."""
    for part in line.step.parts:
        found = line.at(part.place) if part.entry in ("ndarray.[]", "Tensor.[]") else None
        match found:
            case ast.Subscript(ast.Name(holder), ast.Name(name)) if is_array(part.operands[1]):
                places = numbers(part.operands[1])
                if places.dtype.kind in "iu":
                    yield part, part.place.text, holder, name, places


def _rows_of_places(line: Line) -> Iterator[Claim]:
    for part, code, holder, name, places in _index_by_name(line):
        shape = shape_of(part.operands[0])
        if len(shape) < 2 or places.ndim != 2 or places.shape[1] != len(shape) or not len(places):
            continue
        match _bound_by(line, name):
            case ast.Call(ast.Attribute(ast.Name("np" | "torch"), "argwhere"), [_], []):
                pass
            case ast.Call(ast.Attribute(_, "nonzero" | "argwhere"), [], []) if hasattr(
                part.operands[0], "requires_grad"
            ):
                pass
            case _:
                continue
        if (places < shape).all():
            gives = shape_of(part.result)
            yield RowsOfPlaces(line.run, code, name, places.shape, gives, f"{holder}[tuple({name}.T)]")


def _best_of_every(line: Line) -> Iterator[Claim]:
    for part, code, holder, name, places in _index_by_name(line):
        array = part.operands[0]
        shape = shape_of(array)
        match _bound_by(line, name):
            case ast.Call(ast.Attribute(ast.Name(of), "argmax" | "argmin"), [], [ast.keyword("axis" | "dim", axis)]):
                pass
            case ast.Call(ast.Attribute(ast.Name(of), "argmax" | "argmin"), [axis], []) if of not in ("np", "torch"):
                pass
            case ast.Call(
                ast.Attribute(ast.Name("np" | "torch"), "argmax" | "argmin"),
                [ast.Name(of)],
                [ast.keyword("axis" | "dim", axis)],
            ):
                pass
            case _:
                continue
        along = ast.unparse(axis)
        if of != holder or len(shape) != 2 or along not in ("0", "1", "-1") or places.ndim != 1:
            continue
        counted = f"{'torch' if hasattr(array, 'requires_grad') else 'np'}.arange({len(places)})"
        instead = f"{holder}[{name}, {counted}]" if along == "0" else f"{holder}[{counted}, {name}]"
        if len(places) == shape[1 if along == "0" else 0]:
            yield BestOfEvery(line.run, code, name, shape_of(part.result), instead, len(places))


def _both(line: Line) -> Iterator[Claim]:
    results = {part.place.text: part.result for part in line.step.parts}
    for part in line.step.parts:
        found = line.at(part.place) if part.entry in ("np.where", "torch.where") else None
        match found:
            case ast.Call(_, [condition, *choices], []) if len(choices) == 2 and is_array(part.result):
                pass
            case _:
                continue
        whole = numbers(part.result)
        if whole.dtype.kind != "f" or not np.isfinite(whole).all():
            continue
        for choice, chosen in zip(choices, (True, False), strict=True):
            made = results.get(line.text(choice))
            is_computed = isinstance(choice, ast.Call | ast.BinOp) and made is not None and is_array(made)
            if is_computed and numbers(made).dtype.kind == "f" and not np.isfinite(numbers(made)).all():
                yield BothComputed(line.run, line.text(choice), line.text(condition), chosen)


def _out_of_reach(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    for name, origin, call in line.losses_here():
        if name not in _CELL_BY_CELL or origin.call is None or ledger is None or len(origin.read) != 2:
            continue
        target = origin.call.bound.values.get("target")
        made = {ledger.origin_of(int(cell)) for cell in origin.read[0]}
        if target is None or not is_array(target) or len(made) != 1 or None in made:
            continue
        (by,) = made
        function = "" if by is None else by.entry.rpartition(".")[2].removesuffix("_")
        if function not in _REACH or by is None or by.written is not None:
            continue
        low, high = _REACH[function]
        goals = numbers(target)
        beyond = int(((goals < low) | (goals > high)).sum())
        if goals.dtype.kind == "f" and beyond and np.isfinite(goals).all():
            limit = high if high < inf else None
            yield OutOfReach(line.run, line.text(call), function, low, limit, beyond, int(goals.size))


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _first_of_all,
    _clipped,
    _taken_away,
    _ignored,
    _cell_state,
    _batches,
    _last_round,
    _alike,
    _rows_of_places,
    _best_of_every,
    _both,
    _out_of_reach,
)
