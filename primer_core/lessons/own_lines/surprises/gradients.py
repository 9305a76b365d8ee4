"""When gradients surprise: a leaf is bound anew, a branch is left out too late, backward() is given a tensor."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Claim
from primer_core.claims.surprises.gradients import (
    AtTheCorner,
    GradientOfPiece,
    LeafLeftBehind,
    MaskedTooLate,
    SaturatedSoftmax,
    SavedChangedByData,
    SumOfShares,
    WeighedBackward,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of, size_of
from primer_core.lessons.own_lines.failing import nodes_of
from primer_core.lessons.own_lines.ledger import BACKWARD, Cells, Origin
from primer_core.lessons.own_lines.surprises.line import Line, goes_back, numbers
from primer_core.lessons.own_lines.surprises.slopes import brought, calls_on_the_way, on_the_way
from primer_core.lessons.own_lines.trace import Seen, Step, Trace, tried

_SIGNS = {ast.Sub: "-=", ast.Add: "+="}


def _left_behind(line: Line) -> Iterator[Claim]:
    before = {} if line.before is None else line.before.names
    for name, value in _pairs(line.node):
        match value:
            case ast.BinOp(ast.Name(left) | ast.Attribute(ast.Name(left), "data"), (ast.Sub() | ast.Add()) as sign, by):
                pass
            case _:
                continue
        old, new = before.get(name), line.step.names.get(name)
        if left != name or old is None or new is None or old.recorded or not old.requires:
            continue
        if new.requires or new.shape != old.shape or new.dtype != old.dtype or new.number == old.number:
            continue
        if not any(_asks_again(each, name) for each in line.everywhere()):
            yield LeafLeftBehind(line.run, name, line.text(value), f"{name} {_SIGNS[type(sign)]} {line.text(by)}")


def _pairs(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Go through names that a statement binds, and what each is bound to."""
    match node:
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
            yield name, value
        case ast.Assign([ast.Tuple(names)], ast.Tuple(values)) if len(names) == len(values):
            for target, value in zip(names, values, strict=True):
                if isinstance(target, ast.Name):
                    yield target.id, value


def _asks_again(node: ast.AST, name: str) -> bool:
    """Return whether a node asks for a gradient of a name anew."""
    match node:
        case ast.Attribute(ast.Name(of), "requires_grad_"):
            return of == name
        case ast.Attribute(ast.Name(of), "requires_grad", ast.Store()):
            return of == name
    return False


_SAFE: Mapping[str, str] = {
    "exp": "0.0", "expm1": "0.0", "sinh": "0.0", "cosh": "0.0", "log": "1.0", "log2": "1.0", "log10": "1.0",
    "log1p": "0.0", "sqrt": "1.0", "rsqrt": "1.0", "reciprocal": "1.0", "acos": "0.0", "asin": "0.0", "/": "1.0",
    "div": "1.0", "**": "1.0", "pow": "1.0",
}  # fmt: skip
"""Functions whose slope is not finite somewhere, and an input at which it is."""

_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "/": operator.truediv, "div": operator.truediv, "**": operator.pow, "pow": operator.pow,
}  # fmt: skip


def _masked(line: Line) -> Iterator[Claim]:
    gradients = brought(line)
    if not any(np.isnan(each.values).any() for each in gradients):
        return
    found = list(on_the_way(line, gradients))
    for origin, choice in found:
        if origin.entry != "torch.where" or origin.call is None or not isinstance(choice, ast.Call):
            continue
        if len(choice.args) != 3 or choice.keywords or len(origin.call.bound.positional) != 3:
            continue
        for chosen, cells in _left_out(origin):
            for made, there in found:
                name = made.entry.rpartition(".")[2]
                of = _computed_of(there, name)
                if name not in _SAFE or of is None or made.written is not None or _is_steep(made, name):
                    continue
                out = np.isin(made.first + np.arange(made.values.size), cells)
                if out.any() and _is_read_once(line, made) and _comes_back_as_nan(made, name, out):
                    condition = choice.args[0]
                    instead = ast.unparse(_With(of, _chosen(condition, of, _SAFE[name], chosen=chosen)).visit(there))
                    yield MaskedTooLate(line.run, line.text(there), line.text(condition), chosen, instead)


def _is_read_once(line: Line, made: Origin) -> bool:
    """Return whether one thing alone was computed of a result, so that nothing else comes back to it."""
    ledger = line.trace.ledger
    if ledger is None:
        return False
    ends = made.first + made.values.size
    reading = [
        each
        for each in ledger.origins_after(made.first)
        if any(((cells >= made.first) & (cells < ends)).any() for cells in each.read)
    ]
    return len(reading) == 1


def _is_steep(made: Origin, name: str) -> bool:
    """Return whether it is a square root of which it is said that its slope at 0 is infinite."""
    return name == "sqrt" and made.call is not None and bool((numbers(made.call.bound.positional[0]) >= 0).all())


def _left_out(origin: Origin) -> Iterator[tuple[bool, Cells]]:
    """Go through both branches of a choice: for which answer each is taken, and its cells that are taken nowhere."""
    assert origin.call is not None
    arguments = origin.call.bound.positional
    reads = iter(origin.read)
    read = [next(reads) if is_array(each) else None for each in arguments]
    shape = shape_of(origin.call.result)
    asked = np.broadcast_to(numbers(arguments[0]), shape) if is_array(arguments[0]) else None
    for place, chosen in ((1, True), (2, False)):
        cells = read[place]
        if asked is not None and cells is not None and cells.size == size_of(arguments[place]):
            whole = np.broadcast_to(cells.reshape(shape_of(arguments[place])), shape)
            yield chosen, np.setdiff1d(whole[asked != chosen], whole[asked == chosen])


def _computed_of(node: ast.Call | ast.BinOp, name: str) -> ast.expr | None:
    """Return what must be safe for a function or an operator: its input, a divisor, or a base."""
    match node:
        case ast.BinOp(left, _, right):
            return right if name == "/" else left if name == "**" else None
        case ast.Call(ast.Attribute(ast.Name("torch" | "np" | "F")), [of]) if name not in _BINARY:
            return of
        case ast.Call(ast.Attribute(ast.Name("torch")), [of, by], []) if name in _BINARY:
            return by if name == "div" else of
        case ast.Call(ast.Attribute(of), []) if name not in _BINARY:
            return of
        case ast.Call(ast.Attribute(of), [by], []) if name in _BINARY:
            return by if name == "div" else of
    return None


def _comes_back_as_nan(made: Origin, name: str, out: Any) -> bool:
    """Return whether 0 comes back as nan through cells of a result, and as a number where its input is safe."""
    load_torch()
    import torch

    assert made.call is not None
    given = made.call.bound.positional[: 2 if name in _BINARY else 1]
    if made.call.bound.keywords or not all(is_array(each) or type(each) in (int, float) for each in given):
        return False
    function = _BINARY.get(name) or getattr(torch, name)
    back: list[bool] = []
    with torch.enable_grad():
        for safe in (False, True):
            leaves = [
                each.detach().clone().requires_grad_() if is_array(each) and each.is_floating_point() else each
                for each in given
            ]
            place = 1 if name in ("/", "div") else 0
            inputs = list(leaves)
            if safe:
                inputs[place] = torch.full_like(torch.as_tensor(leaves[place]), float(_SAFE[name])).requires_grad_()
            result = function(*inputs)
            if not result.requires_grad or result.numel() != out.size:
                return False
            result.backward(torch.zeros_like(result))
            grads = [each.grad for each in inputs if is_array(each) and each.is_leaf and each.grad is not None]
            back.append(any(bool(each.isnan().any()) for each in grads))
    return back == [True, False]


def _chosen(condition: ast.expr, of: ast.expr, safe: str, *, chosen: bool) -> ast.expr:
    """Return the choice between an input and a safe number."""
    number = ast.Constant(float(safe))
    branches = [of, number] if chosen else [number, of]
    return ast.Call(ast.Attribute(ast.Name("torch"), "where"), [condition, *branches], [])


class _With(ast.NodeTransformer):
    """Puts an expression in the place of another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new one for the old one, and a copy of any other."""
        if node is self.old:
            return self.new
        fields = {
            name: self.visit(value)
            if isinstance(value, ast.AST)
            else [self.visit(each) if isinstance(each, ast.AST) else each for each in value]
            if isinstance(value, list)
            else value
            for name, value in ast.iter_fields(node)
        }
        return type(node)(**fields)


def _weighed(line: Line) -> Iterator[Claim]:
    before = {} if line.before is None else line.before.names
    for part in line.step.parts:
        match line.at(part.place) if part.entry == BACKWARD else None:
            case ast.Call(ast.Attribute(holder, "backward"), [given, *_]):
                weights = part.operands[1]
            case ast.Call(ast.Attribute(holder, "backward"), [], [ast.keyword("gradient", given), *_]):
                weights = part.keywords["gradient"]
            case _:
                continue
        if not is_array(weights) or size_of(weights) < 2 or shape_of(weights) != shape_of(part.operands[0]):
            continue
        if (numbers(weights) == 1).all():
            continue
        came = [*(each.name for each in line.step.bound), *line.step.changed]
        leaves = [name.removesuffix(".grad") for name in came if name.endswith(".grad")]
        seen = line.step.names.get(given.id) if isinstance(given, ast.Name) else None
        alone = ".detach()" if seen is not None and seen.requires else ""
        total = f"({line.asked(holder)} * {line.asked(given)}{alone}).sum()"
        for name in leaves[:1]:
            added = before.get(f"{name}.grad")
            is_added = added is not None and (added.values is None or bool(added.values.any()))
            yield WeighedBackward(line.run, line.asked(holder), line.text(given), name, total, is_added)


def _saturated(line: Line) -> Iterator[Claim]:
    gradients = brought(line)
    if not gradients or any((np.abs(each.values) > _SMALL).any() or np.isnan(each.values).any() for each in gradients):
        return
    for origin, call in calls_on_the_way(line, gradients):
        if origin.entry.rpartition(".")[2] != "softmax" or origin.call is None or not is_array(origin.call.result):
            continue
        axis = origin.call.bound.values.get("dim", origin.call.bound.values.get("axis"))
        shares = numbers(origin.call.result).astype(np.float64)
        if type(axis) is not int or shares.ndim == 0 or shares.shape[axis] < 2:
            continue
        slopes = shares * (1 - shares)
        if slopes.max() <= _SMALL:
            yield SaturatedSoftmax(line.run, line.text(call), f"{slopes.max():.1e}" if slopes.max() else "0")


_SMALL = 1e-5
"""What is all but 0 of a slope or a gradient."""

_CORNERS = ("relu", "relu6", "abs", "clamp", "clamp_min", "clamp_max", "maximum", "minimum", "leaky_relu", "hardtanh")


def _at_corner(line: Line) -> Iterator[Claim]:
    for origin, call in calls_on_the_way(line, brought(line)):
        name = origin.entry.rpartition(".")[2]
        if name not in _CORNERS or origin.call is None:
            continue
        match call:
            case ast.Call(ast.Attribute(ast.Name("torch" | "F")), [ast.Name(leaf), *_]):
                pass
            case ast.Call(ast.Attribute(ast.Name(leaf)), _):
                pass
            case _:
                continue
        seen = line.step.names.get(leaf)
        if seen is None or seen.recorded or not seen.requires or seen.values is None:
            continue
        given = numbers(origin.call.bound.positional[0])
        if given.shape == seen.values.shape and np.array_equal(given, seen.values):
            yield from _corner(line, call, leaf, origin, name)


def _corner(line: Line, call: ast.Call, leaf: str, origin: Origin, name: str) -> Iterator[Claim]:
    """Say at which number there is a corner, for the first cell that stands there."""
    load_torch()
    import torch
    from torch.nn import functional

    assert origin.call is not None
    bound = origin.call.bound
    function = getattr(torch, name, None) or getattr(functional, name)
    x, *more = (each.detach().double() if is_array(each) else each for each in bound.positional)
    words = {word: each.detach().double() if is_array(each) else each for word, each in bound.keywords.items()}
    if bool((x.abs() > _FAR).any()):
        return
    near = torch.full_like(x, 2.0**-60) * torch.where(x == 0, 1.0, x.abs() * 2.0**9)
    slopes = []
    with torch.enable_grad():
        for at in (x - near, x, x + near):
            own = at.clone().requires_grad_()
            result = function(own, *more, **words)
            if result.shape != own.shape:
                return
            result.sum().backward()
            assert own.grad is not None
            slopes.append(own.grad.reshape(-1))
    below, taken, above = slopes
    for place in torch.nonzero(below != above).reshape(-1).tolist():
        told = (f"{float(each[place]):g}" for each in (taken, below, above))
        yield AtTheCorner(line.run, line.text(call), leaf, f"{float(x.reshape(-1)[place]):g}", *told)
        return


_FAR = 1e6


def _sum_of_shares(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    for gradient in brought(line)[:1]:
        if ledger is None or not gradient.read or gradient.read[0].size != 1:
            continue
        total = ledger.origin_of(int(gradient.read[0][0]))
        if total is None or total.entry not in ("Tensor.sum", "torch.sum") or total.call is None:
            continue
        if len(total.call.bound.positional) != 1 or total.call.bound.keywords:
            continue
        made = _whole(line, total.read[0])
        there = None if made is None else line.at(made.place)
        if made is None or made.call is None or not isinstance(there, ast.expr):
            continue
        name, values = made.entry.rpartition(".")[2], made.call.bound.values
        shape = shape_of(made.call.result)
        axis = values.get("dim", values.get("axis"))
        if name == "-":
            axis = _normalised(line, made)
        elif name not in ("softmax", "log_softmax"):
            continue
        if type(axis) is int and -len(shape) <= axis < len(shape) and shape[axis] > 1:
            yield SumOfShares(line.run, line.text(there), shape[axis], name != "softmax")


def _whole(line: Line, cells: Cells) -> Origin | None:
    """Return what made some cells, if they are all that it made."""
    made = line.trace.ledger.origin_of(int(cells[0])) if line.trace.ledger is not None and cells.size else None
    if made is None or made.written is not None:
        return None
    return made if np.array_equal(cells, made.first + np.arange(made.values.size)) else None


def _normalised(line: Line, made: Origin) -> int | None:
    """Return along which axis a difference takes the logsumexp away from what that is of; None if it does not."""
    assert made.call is not None
    if len(made.read) != 2 or not made.read[1].size:
        return None
    given, norm = made.call.bound.positional
    by = _whole(line, made.read[1])
    if by is None or by.call is None or by.entry.rpartition(".")[2] != "logsumexp":
        return None
    axis = by.call.bound.values.get("dim")
    if type(axis) is not int or not np.array_equal(by.read[0], made.read[0]):
        return None
    kept = list(shape_of(given))
    kept[axis] = 1
    return axis if tuple(kept) == shape_of(norm) else None


@dataclass(frozen=True, slots=True)
class _Unnoticed:
    """Where a program would be refused if ``.data`` were ``.detach()``: which run of which statement, and instead."""

    number: int
    run: int
    node: ast.Attribute
    right: Step


@lru_cache(maxsize=4)
def _unnoticed(trace: Trace) -> tuple[_Unnoticed, ...]:
    """Try ``.detach()`` in the place of each ``.data`` of a program, and a copy of it."""
    if ".data" not in trace.source or not any(map(goes_back, nodes_of(trace.source))):
        return ()
    asked = [
        node
        for node in nodes_of(trace.source)
        if isinstance(node, ast.Attribute) and node.attr == "data" and isinstance(node.ctx, ast.Load)
    ]
    found = []
    for node in asked[:_MOST_ASKED]:
        counted = tried(_put(trace.source, node, "detach()"), trace.given)
        stopped, failing = counted.stopped, counted.failing
        if stopped is None or stopped.declined is None or failing is None or _REFUSED not in stopped.declined.text:
            continue
        statement = failing.statement
        if not any(map(goes_back, ast.walk(statement))) or hasattr(statement, "body"):
            continue
        here = [each for each in trace.steps[counted.taken : counted.taken + 1] if each.line == statement.lineno]
        kept = tried(_put(trace.source, node, "data.clone()"), trace.given)
        for step in here:
            right = [each for each in kept.steps if (each.number, each.run) == (step.number, step.run)]
            found += [_Unnoticed(step.number, step.run, node, each) for each in right]
    return tuple(found)


def _put(source: str, node: ast.Attribute, name: str) -> str:
    """Return a program in which an attribute is another one."""
    lines = source.split("\n")
    place = Place.of(node, source)
    whole = lines[place.end_line - 1]
    lines[place.end_line - 1] = f"{whole[: place.end_column - len(node.attr)]}{name}{whole[place.end_column :]}"
    return "\n".join(lines)


def _through_data(line: Line) -> Iterator[Claim]:
    if not any(map(goes_back, line.nodes())):
        return
    for each in _unnoticed(line.trace):
        if (each.number, each.run) != line.run:
            continue
        for name, seen in line.step.names.items():
            right = each.right.names.get(name)
            if not name.endswith(".grad") or right is None or not (_is_small(seen) and _is_small(right)):
                continue
            given, wanted = _listed(seen), _listed(right)
            if given != wanted:
                code = line.text(each.node.value)
                yield SavedChangedByData(line.run, code, each.node.lineno, name.removesuffix(".grad"), given, wanted)
                break


def _is_small(seen: Seen) -> bool:
    return seen.values is not None and 0 < seen.values.size <= _MOST_TOLD


def _listed(seen: Seen) -> str:
    assert seen.values is not None
    told = ", ".join(f"{number:.3g}" for number in seen.values.reshape(-1).tolist())
    return told if seen.shape == () else f"[{told}]"


def _of_piece(line: Line) -> Iterator[Claim]:
    before = {} if line.before is None else line.before.names
    for part in line.step.parts:
        match line.at(part.place) if part.entry == "Tensor.grad" and part.result is None else None:
            case ast.Attribute(
                ast.Subscript(ast.Name(name)) | ast.Call(ast.Attribute(ast.Name(name), "view" | "reshape")) as piece
            ):
                leaf, code = before.get(name), line.text(piece)
                if leaf is not None and leaf.requires and not leaf.recorded and f"{name}.grad" in before:
                    yield GradientOfPiece(line.run, code, name, f"{name}.grad{code[len(name) :]}")
            case _:
                continue


_REFUSED = "modified by an inplace operation"
_MOST_ASKED = 3
_MOST_TOLD = 6

RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _left_behind,
    _masked,
    _weighed,
    _saturated,
    _at_corner,
    _sum_of_shares,
    _through_data,
    _of_piece,
)
