"""When it surprises how an index is read: as places and no mask, as rows and no cells, of every row."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.arrays import (
    BindsMoreStrongly,
    FillsColumns,
    KeptAsView,
    LengthOfMask,
    NotSwapped,
    OrderOfEvery,
    OrdersDrawnApart,
    PlaceAmongAll,
    PlacesOfSmallest,
    RowsJoined,
    TruthsAsPlaces,
)
from primer_core.language.execution import is_array
from primer_core.language.parsing import typed_literal
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.failing import nodes_at
from primer_core.lessons.own_lines.surprises.line import Line, as_array, last_name, numbers
from primer_core.lessons.own_lines.trace import Part, Seen, Step

_COMPARES: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_MASKS = re.compile(r"(?:^|_)(?:mask|keep|kept|valid|selected|flags?)(?:\d|_|$)")
_LARGEST = re.compile(r"(?:^|_)(?:largest|highest|biggest|max(?:imum)?|top(?:k|most)?)(?:\d|_|$)")
_MORE_IS_BETTER = re.compile(r"score|prob|logit|simil|accura|frequen|import|confid|count|sales")
_TARGETS = re.compile(r"(?:^|_)(?:y|labels?|targets?|classes)(?:_|$)")
_SAMPLES = re.compile(r"(?:^|_)(?:x|data|images?|imgs?|features?|inputs?|samples?|points?)(?:_|$)")
_IN_BRACKETS = (ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.NamedExpr)
_SHUFFLES = ("shuffle", "permutation", "permuted", "randperm")


def part_at(line: Line, node: ast.expr) -> Part | None:
    """Return the last part of a line that computed an expression of it; None where none did."""
    place = Place.of(node, line.source)
    return next((part for part in reversed(line.step.parts) if part.place == place), None)


def bound_once(line: Line, name: str) -> ast.expr | None:
    """Return what the program binds a name to, where one statement does so and nothing else binds it."""
    stored = [
        node
        for node in line.everywhere()
        if (isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.arg) and node.arg == name)
    ]
    for statement in line.statements:
        match statement:
            case ast.Assign([ast.Name(known)], value) if known == name and len(stored) == 1:
                return value
    return None


def _binds(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Compare(ast.BinOp(_, ast.BitAnd() | ast.BitOr()) as mixed, [sign], [_]):
                at_left = True
                stands_bare = (mixed.lineno, mixed.col_offset) == (node.lineno, node.col_offset)
            case ast.Compare(_, [sign], [ast.BinOp(_, ast.BitAnd() | ast.BitOr()) as mixed]):
                at_left = False
                ends = mixed.end_lineno, mixed.end_col_offset
                stands_bare = ends == (node.end_lineno, node.end_col_offset)
            case _:
                continue
        whole, inner = part_at(line, node), part_at(line, mixed)
        compares = _COMPARES.get(type(sign))
        if not stands_bare or compares is None or whole is None or inner is None or len(inner.operands) != 2:
            continue
        left, right = map(as_array, inner.operands)
        truths, near = (left, right) if at_left else (right, left)
        if truths.dtype.kind != "b" or near.dtype.kind not in "iu" or not is_array(whole.result):
            continue
        far = as_array(whole.operands[1 if at_left else 0])
        combine = operator.and_ if isinstance(mixed.op, ast.BitAnd) else operator.or_
        compared = compares(near, far) if at_left else compares(far, near)
        trues, others = int(numbers(whole.result).sum()), int(combine(truths, compared).sum())
        if trues != others:
            yield BindsMoreStrongly(line.run, line.text(node), *_readings(node, mixed, trues), others)


def _readings(node: ast.Compare, mixed: ast.BinOp, trues: int) -> tuple[str, int, str]:
    """Return how a comparison with ``&`` in it is read, how often that is True, and the one with brackets around it."""
    (right,), (sign,) = node.comparators, node.ops
    if node.left is mixed:
        apart = ast.BinOp(mixed.left, mixed.op, ast.Compare(mixed.right, [sign], [right]))
    else:
        apart = ast.BinOp(ast.Compare(node.left, [sign], [mixed.left]), mixed.op, mixed.right)
    marked = ast.unparse(ast.Compare(ast.Name("_"), [sign], [ast.Name("_")])).strip("_")
    one, other = (f"({ast.unparse(each)})" if isinstance(each, _IN_BRACKETS) else ast.unparse(each)
                  for each in (node.left, right))  # fmt: skip
    return f"{one}{marked}{other}", trues, ast.unparse(apart)


def _swapped(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Tuple([ast.Subscript(ast.Name(name)) as first, ast.Subscript(ast.Name(also)) as second])],
            ast.Tuple([one, other]),
        ) if name == also and [*map(ast.unparse, (one, other))] == [*map(ast.unparse, (second, first))]:
            before, after = values_of(line.before, name), values_of(line.step, name)
            if before is None or after is None or before.shape != after.shape or name not in line.step.changed:
                return
            reads = [part for part in line.step.parts if part.entry in ("ndarray.[]", "Tensor.[]")]
            writes = [part for part in line.step.parts if part.entry in ("ndarray.[]=", "Tensor.[]=")]
            if len(reads) != 2 or len(writes) != 2 or not all(_is_view(part.operands[1]) for part in reads):
                return
            at = [part.operands[1] for part in writes]
            alike = all(np.array_equal(after[index], before[at[1]]) for index in at)
            is_tensor = line.is_tensor(name)
            are_views = is_tensor or np.ndim(before[at[0]])  # one element of an array of NumPy's is a number
            if are_views and alike and not np.array_equal(before[at[0]], before[at[1]]):
                instead = _swap(name, first, second, is_tensor=is_tensor)
                yield NotSwapped(line.run, line.text(first), line.text(second), instead)


def _is_view(index: Any) -> bool:
    """Return whether an index picks cells without copying them."""
    return all(type(each) in (int, slice) or each is Ellipsis for each in _along(index))


def _along(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _swap(name: str, first: ast.Subscript, second: ast.Subscript, *, is_tensor: bool) -> str:
    """Return a statement that swaps two parts of an array."""
    one, other = (each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice] for each in (first, second))
    differ = [place for place, pair in enumerate(zip(one, other, strict=False)) if len({*map(ast.unparse, pair)}) == 2]
    if len(one) == len(other) and len(differ) == 1 and not isinstance(one[differ[0]], ast.Slice):
        (at,) = differ
        orders = [f"[{ast.unparse(a[at])}, {ast.unparse(b[at])}]" for a, b in ((one, other), (other, one))]
        parts = [
            ", ".join(order if place == at else ast.unparse(each) for place, each in enumerate(one)) for order in orders
        ]
        return f"{name}[{parts[0]}] = {name}[{parts[1]}]"
    copies = "clone" if is_tensor else "copy"
    left, right = map(ast.unparse, (first, second))
    return f"{left}, {right} = {right}.{copies}(), {left}.{copies}()"


def values_of(step: Step | None, name: str) -> NDArray[Any] | None:
    seen: Seen | None = None if step is None else step.names.get(name)
    return None if seen is None else seen.values


def _rows_joined(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(_, "append"), [ast.Name(before), _], []) as call):
            pass
        case _:
            return
    steps = line.trace.steps
    if before != name or len(steps) != line.trace.taken:
        return
    adding = [step for step in steps if any(each.name == name for each in step.bound)]
    added = [(step, part) for step in adding for part in step.parts if part.entry == "np.append"]
    sizes = [[int(np.size(each)) for each in part.operands] for _, part in added]
    ranks = {len(np.shape(each)) for _, part in added for each in part.operands}
    if len(added) < 2 or added[-1][0] is not line.step or ranks != {1} or sizes[0][0]:
        return
    rows = {size for _, size in sizes}
    if len(rows) == 1 and (row := rows.pop()) > 1 and sizes[-1][0] == row * (len(added) - 1):
        yield RowsJoined(line.run, line.text(call), len(added), row, (row * len(added),))


def _kept(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Subscript(ast.Name(name)) as into], ast.Name(kept)):
            value = bound_once(line, kept)
            steps = list(line.trace.steps[: line.trace.steps.index(line.step)])
            since = [place for place, step in enumerate(steps) if any(each.name == kept for each in step.bound)]
            if not isinstance(value, ast.Subscript) or not since or len(line.trace.steps) != line.trace.taken:
                return
            made = steps[since[-1]]
            (bound,) = (each for each in made.bound if each.name == kept)
            if bound.relation != "view" or ast.unparse(value.value) != name:
                return
            wanted = f"{ast.unparse(value)} = {ast.unparse(into)}"
            later = steps[since[-1] + 1 :]
            lost = [step for step in later if kept in step.changed]
            if [ast.unparse(step.moment.node) for step in lost] != [wanted]:
                return
            if any(each.name == name for step in later for each in step.bound):
                return
            held, there = values_of(lost[0], kept), values_of(made, kept)
            if held is not None and there is not None and not np.array_equal(held, there):
                copies = "clone" if line.is_tensor(name) else "copy"
                part = line.text(value)
                yield KeptAsView(line.run, kept, part, line.text(into), f"{part}.{copies}()")


def _among_all(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if last_name(part) not in ("argmax", "argmin") or len(part.operands) != 1 or part.keywords:
            continue
        found, array = nodes_at(line.source, part.place), part.operands[0]
        if found is None or not is_array(array) or array.ndim < 2 or not is_array(part.result):
            continue
        call, statement = found
        match call:
            case ast.Call(ast.Attribute(ast.Name("np" | "torch")), [ast.Name(name)]):
                pass
            case ast.Call(ast.Attribute(ast.Name(name)), []):
                pass
            case _:
                continue
        shape, place = shape_of(array), int(numbers(part.result))
        cell = tuple(map(int, np.unravel_index(place, shape)))
        bound = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is call else None
        index = bound.id if isinstance(bound, ast.Name) else ""
        if cell[0] == place or (index and bound_once(line, index) is not call):
            continue
        used = next((node for node in line.everywhere() if _takes(node, name, index, call)), None)
        if isinstance(used, ast.Subscript) and bound_once(line, name) is not None and not _is_reshaped(line, name):
            at = ast.unparse(used.slice)
            instead = f"np.unravel_index({at}, {name}.shape)"
            if part.entry.startswith(("torch.", "Tensor.")):
                if len(shape) != 2:
                    continue
                instead = f"divmod({at}.item(), {name}.shape[1])"
            yield PlaceAmongAll(line.run, part.place.text, name, place, line.text(used), instead, cell)


def _takes(node: ast.AST, array: str, index: str, call: ast.AST) -> bool:
    """Return whether a node indexes an array by a name alone, or by a call."""
    match node:
        case ast.Subscript(ast.Name(name), at):
            return name == array and (at is call or (isinstance(at, ast.Name) and at.id == index))
    return False


def _is_reshaped(line: Line, name: str) -> bool:
    return any(changed == name for step in line.trace.steps for changed, _ in step.reshaped)


def _fills(line: Line) -> Iterator[Claim]:
    match line.written_to(), line.node:
        case (
            ast.Subscript(ast.Name(name), ast.Tuple([ast.Slice(None, None, None), ast.Name(index)])) as target,
            ast.Assign(_, ast.Constant(value)) | ast.AugAssign(_, ast.Add(), ast.Constant(value)),
        ) if value == 1:
            write = next((part for part in line.step.parts if part.entry.endswith(".[]=")), None)
            before = values_of(line.before, name)
            if write is None or before is None or before.ndim != 2 or before.any():
                return
            picked = _whole(write.operands[1][1])
            rows = len(before)
            if picked is None or picked.shape != (rows,) or rows < 2:
                return
            library = "torch" if line.is_tensor(name) else "np"
            cells = rows * len({*np.arange(before.shape[1])[picked].tolist()})
            instead = f"{name}[{library}.arange({rows}), {index}]"
            yield FillsColumns(line.run, line.text(target), rows, cells, instead)


def _whole(index: Any) -> NDArray[Any] | None:
    """Return the whole numbers of an index; None for any other index."""
    if isinstance(index, list) and index and all(type(each) is int for each in index):
        return np.array(index)
    found = numbers(index) if is_array(index) else None
    return found if found is not None and found.dtype.kind in "iu" else None


def _no_mask(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if not part.entry.endswith((".[]", ".[]=")) or not part.operands or not is_array(part.operands[0]):
            continue
        found, picked = line.at(part.place), _whole(part.operands[1])
        array = part.operands[0]
        shape = shape_of(array)
        if found is None or picked is None or not picked.ndim or picked.shape != shape[: picked.ndim]:
            continue
        if part.entry.startswith("Tensor.") and picked.dtype == np.uint8:
            continue  # which PyTorch takes for truths
        match found:
            case ast.Subscript(ast.Name() | ast.Attribute() as value, index) if len(picked) > 2:
                if {*picked.reshape(-1).tolist()} - {0, 1} or not _meant_as_truths(line, found, picked.ndim):
                    continue
                library = "torch.tensor" if part.entry.startswith("Tensor.") else "np.array"
                of_list = isinstance(part.operands[1], list)
                truths = f"{library}({line.text(index)}) == 1" if of_list else f"{line.asked(index)} == 1"
                zeros, ones = int((picked == 0).sum()), int((picked == 1).sum())
                name = line.text(value)
                yield TruthsAsPlaces(line.run, line.text(found), name, zeros, ones, f"{name}[{truths}]")


def _meant_as_truths(line: Line, indexing: ast.Subscript, axes: int) -> bool:
    """Return whether zeros and ones that stand as an index were made as answers, or have the place of a mask."""
    index = indexing.slice
    match line.node:
        case ast.Assign([ast.Subscript() as target], ast.Constant()) if ast.dump(target) == ast.dump(indexing):
            return True
    if axes > 1:
        return True
    if not isinstance(index, ast.Name):
        return _is_cast(index)
    made = (
        statement.value
        for statement in line.statements
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == index.id
    )
    return _MASKS.search(index.id.lower()) is not None or any(map(_is_cast, made))


def _is_cast(node: ast.expr) -> bool:
    """Return whether an expression makes whole numbers of answers."""
    match node:
        case ast.Call(ast.Attribute(ast.Compare(), "astype" | "int" | "long")):
            return True
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"), "where"), [_, one, other]):
            return {ast.unparse(one), ast.unparse(other)} == {"0", "1"}
        case ast.Call(
            ast.Attribute(ast.Name("np" | "torch"), "array" | "asarray" | "tensor"), [ast.ListComp() as made]
        ):
            return _is_cast(made)
        case ast.BinOp(ast.Constant(1), ast.Mult(), ast.Compare()) | ast.BinOp(
            ast.Compare(), ast.Mult(), ast.Constant(1)
        ):
            return True
        case ast.ListComp(ast.IfExp(_, one, other)):
            return {ast.unparse(one), ast.unparse(other)} == {"0", "1"}
        case ast.ListComp(ast.Call(ast.Name("int"), [ast.Compare()])):
            return True
    return False


def known(line: Line, node: ast.expr) -> NDArray[Any] | None:
    """Return numbers that stand in a line, or that a name or an index stands for; None where they are not known."""
    part = part_at(line, node)
    if part is not None:
        return numbers(part.result) if is_array(part.result) else None
    if isinstance(node, ast.Name):
        return values_of(line.before, node.id)
    try:
        return np.array(typed_literal(ast.unparse(node)), dtype=float)
    except (SyntaxError, ValueError, TypeError):
        return None


def _every_order(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place) if part.entry in ("ndarray.[]", "Tensor.[]") else None
        match found:
            case ast.Subscript(ast.Name(name), ast.Tuple([ast.Slice(None, None, None), index]), ast.Load()):
                picked = part.operands[1][1]
            case ast.Subscript(ast.Name(name), index, ast.Load()):
                picked = part.operands[1]
            case _:
                continue
        array, order = part.operands[0], _whole(picked) if is_array(picked) else None
        if order is None or order.ndim != 2 or array.ndim != 2 or not _is_order(line, index):
            continue
        shape = shape_of(array)
        axis = next((axis for axis in (1, 0) if _is_order_along(order, axis, shape)), None)
        if axis is None or min(shape) < 2 or not is_array(part.result):
            continue
        is_tensor = part.entry.startswith("Tensor.")
        takes = "torch.take_along_dim({}, {}, dim={})" if is_tensor else "np.take_along_axis({}, {}, axis={})"
        instead = takes.format(name, ast.unparse(index), axis)
        wanted, given = (shape_of(each) for each in (order, part.result))
        yield OrderOfEvery(line.run, part.place.text, axis, given, instead, wanted)


def _is_order(line: Line, index: ast.expr) -> bool:
    """Return whether an index was made by ``argsort``, in its place or where its name was bound."""
    made = bound_once(line, index.id) if isinstance(index, ast.Name) else index
    return made is not None and any(
        isinstance(node, ast.Attribute) and node.attr in ("argsort", "argpartition") for node in ast.walk(made)
    )


def _is_order_along(order: NDArray[Any], axis: int, shape: tuple[int, ...]) -> bool:
    """Return whether each line along an axis names different places of that axis of a matrix, as often as it has."""
    lines = order if axis == 1 else order.T
    fits = order.shape[1 - axis] == shape[1 - axis] and order.shape[axis] <= shape[axis]
    distinct = all(len({*each.tolist()}) == order.shape[axis] for each in lines)
    return bool(fits and distinct and order.size and (order >= 0).all() and (order < shape[axis]).all())


def _smallest(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Subscript(inner, ast.Slice(None | ast.Constant(0), stop, None)) as value):
            order = bound_once(line, inner.id) if isinstance(inner, ast.Name) else inner
            read = part_at(line, value)
            if stop is None or read is None or not is_array(read.result) or not _speaks_of_largest(name, order):
                return
            array = _sorted_array(order)
            cells = known(line, array)
            places, whole = numbers(read.result), numbers(read.operands[0])
            if cells is None or cells.ndim != 1 or cells.shape != whole.shape or not 0 < len(places) < len(cells):
                return
            if (cells != cells).any() or not np.array_equal(cells[whole], np.sort(cells)):
                return
            if np.array_equal(np.sort(cells[places]), np.sort(cells)[-len(places) :]):
                return
            text, end = line.text(inner), line.text(stop)
            if line.is_tensor(ast.unparse(array)):
                instead = f"torch.argsort({ast.unparse(array)}, descending=True)[:{end}]"
            else:
                instead = f"{text}[::-1][:{end}]"
            yield PlacesOfSmallest(line.run, name, line.text(value), len(places), instead)


def _sorted_array(order: ast.expr | None) -> ast.expr:
    """Return the array of which a call asks for the order that sorts."""
    match order:
        case ast.Call(_, [array]) | ast.Call(ast.Attribute(array)):
            return array
    raise ValueError(f"{order!r} is no call of argsort")


def _speaks_of_largest(name: str, order: ast.expr | None) -> bool:
    """Return whether a name that is bound to the first places of an order speaks of the largest numbers."""
    match order:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"), "argsort"), [ast.Name(array)], []):
            pass
        case ast.Call(ast.Attribute(ast.Name(array), "argsort"), [], []):
            pass
        case _:
            return False
    found = _LARGEST.search(name.lower())
    is_top = found is not None and "top" in found.group()
    return found is not None and (not is_top or _MORE_IS_BETTER.search(array.lower()) is not None)


def _shuffles(step: Step) -> bool:
    """Return whether a statement does nothing but shuffle an array."""
    match step.moment.node:
        case ast.Expr(ast.Call(ast.Attribute(_, "shuffle"), [ast.Name()], [])):
            return True
    return False


def _read_together(line: Line, one: str, other: str) -> bool:
    """Return whether a later statement of the program reads two names."""
    later = [each for each in line.statements if each.lineno > line.node.lineno and not hasattr(each, "body")]
    names = [{node.id for node in ast.walk(each) if isinstance(node, ast.Name)} for each in later]
    return any({one, other} <= each for each in names)


def _pairs_lost(line: Line) -> Iterator[Claim]:
    trace = line.trace
    other = _drawn_for(line.step)
    if other is None or len(trace.steps) != trace.taken:
        return
    place = trace.steps.index(line.step)
    for earlier in range(place - 1, 0, -1):
        step = trace.steps[earlier]
        if step.moment.functions:
            return
        one = _drawn_for(step)
        if one is None or one == other:
            if other in _touched(step):
                return
            continue
        kinds = [pattern.search(name.lower()) for name, pattern in ((one, _SAMPLES), (other, _TARGETS))]
        turned = [pattern.search(name.lower()) for name, pattern in ((one, _TARGETS), (other, _SAMPLES))]
        between = [each for each in trace.steps[earlier + 1 : place + 1] if one in _touched(each)]
        beside = earlier == place - 1 and _shuffles(step) and _shuffles(line.step) and _read_together(line, one, other)
        if not (all(kinds) or all(turned) or beside) or between:
            continue
        before, after = ([values_of(at, name) for name in (one, other)] for at in (trace.steps[earlier - 1], line.step))
        if _pairs(before) is not None and _pairs(after) is not None and _pairs(before) != _pairs(after):
            size = len(after[0]) if after[0] is not None else 0
            draws = "torch.randperm" if line.is_tensor(other) else "np.random.permutation"
            yield OrdersDrawnApart(line.run, (step.number, step.run), one, other, f"{draws}({size})")
        return


def _touched(step: Step) -> set[str]:
    return {*step.changed, *(each.name for each in step.bound)}


def _drawn_for(step: Step) -> str | None:
    """Return the array that a step put into an order which it drew itself, all of its rows; None where it did not."""
    node = step.moment.node
    drawn = any(last_name(part) in _SHUFFLES for part in step.parts)
    match node:
        case ast.Expr(ast.Call(ast.Attribute(_, "shuffle"), [ast.Name(name)])):
            return name if drawn else None
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(_, "permutation" | "permuted"), [ast.Name(of)])):
            return name if drawn and name == of else None
        case ast.Assign([ast.Name(name)], ast.Subscript(ast.Name(of), ast.Call())):
            return name if drawn and name == of else None
    return None


def _pairs(arrays: list[NDArray[Any] | None]) -> list[bytes] | None:
    """Return the pairs of rows of two arrays, in an order of their own; None where there are none."""
    one, other = arrays
    if one is None or other is None or not one.ndim or not other.ndim or len(one) != len(other) or len(one) < 2:
        return None
    return sorted(each.tobytes() + label.tobytes() for each, label in zip(one, other, strict=True))


def _length(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place)
        if part.entry.rpartition(".")[2] != "len" or not isinstance(found, ast.Call) or len(found.args) != 1:
            continue
        mask = part.operands[0] if part.operands else None
        if is_array(mask) and shape_of(mask) and numbers(mask).dtype == bool and type(part.result) is int:
            true = int(numbers(mask).sum())
            if true != part.result and not any(isinstance(node, ast.Div | ast.FloorDiv) for node in line.nodes()):
                yield LengthOfMask(line.run, line.text(found), part.result, f"{line.asked(found.args[0])}.sum()", true)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _binds,
    _swapped,
    _kept,
    _rows_joined,
    _among_all,
    _fills,
    _no_mask,
    _every_order,
    _smallest,
    _pairs_lost,
    _length,
)
