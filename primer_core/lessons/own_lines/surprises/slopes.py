"""When it surprises what came back: 0 through a function that is flat, inf or nan through a square root of 0."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.slopes import (
    DeadRelu,
    FlatEverywhere,
    FlatWhereWrong,
    ShrinksThrough,
    SigmoidOfSigmoid,
    SlopeByItsValue,
    SteepAtZero,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.ledger import BACKWARD, STEP, Cells, Ledger, Origin
from primer_core.lessons.own_lines.surprises.line import Line, as_array, goes_back, numbers

_FLAT = ("round", "floor", "ceil", "trunc", "sign")


def _flat(line: Line) -> Iterator[Claim]:
    gradients = brought(line)
    if not gradients or any(each.values.any() for each in gradients):
        return
    for origin, call in calls_on_the_way(line, gradients):
        name = origin.entry.rpartition(".")[2]
        if name in _FLAT and origin.entry.startswith(("torch.", "Tensor.")) and not call.keywords:
            yield FlatEverywhere(line.run, line.text(call))


def _steep(line: Line) -> Iterator[Claim]:
    gradients = brought(line)
    if all(np.isfinite(each.values).all() for each in gradients):
        return
    for origin, call in calls_on_the_way(line, gradients):
        if origin.entry in ("torch.sqrt", "Tensor.sqrt") and origin.call is not None:
            of = call.args[0] if origin.entry == "torch.sqrt" and call.args else getattr(call.func, "value", None)
            given = numbers(origin.call.bound.positional[0])
            if of is not None and not given.all() and (given >= 0).all() and given.dtype.itemsize > 2:
                yield SteepAtZero(line.run, line.text(call), line.text(of))


def brought(line: Line) -> list[Origin]:
    """Return the gradients that the line's backward() brought to leaves."""
    if not any(map(goes_back, line.nodes())):
        return []
    return [origin for origin in line.origins_here() if origin.entry == BACKWARD]


def calls_on_the_way(line: Line, gradients: Sequence[Origin]) -> Iterator[tuple[Origin, ast.Call]]:
    """Go through the calls among what `on_the_way` finds, of which the first thing given is an array."""
    for origin, there in on_the_way(line, gradients):
        given = () if origin.call is None else origin.call.bound.positional
        if isinstance(there, ast.Call) and given and is_array(given[0]):
            yield origin, there


def on_the_way(line: Line, gradients: Sequence[Origin]) -> Iterator[tuple[Origin, ast.Call | ast.BinOp]]:
    """Go through what lies between a leaf and what the line went back from, as far as its operands' names tell.

    What it went back from was made of their results, and they are of a name that requires a gradient.
    """
    ledger = line.trace.ledger
    if ledger is None:
        return
    waiting = [each.read[0] for each in gradients if each.read]
    found: dict[int, Origin] = {}
    while waiting:
        for number in np.unique(waiting.pop()).tolist():
            origin = ledger.origin_of(number)
            if origin is not None and origin.first not in found:
                found[origin.first] = origin
                waiting += origin.read
    said = set[str]()
    for _, origin in sorted(found.items()):
        there = line.at(origin.place)
        if origin.call is None or not isinstance(there, ast.Call | ast.BinOp):
            continue
        names = {node.id for node in ast.walk(there) if isinstance(node, ast.Name)}
        text = line.text(there)
        here = names & line.step.names.keys()
        if text not in said and any(line.step.names[name].requires or _learns(line, name) for name in here):
            said.add(text)
            yield origin, there


def _learns(line: Line, name: str) -> bool:
    """Return whether a name is that of a network with numbers to learn, which was called."""
    forwards = (forward for step in line.trace.steps for forward in step.forwards)
    return any(forward.called == name and forward.trainable for forward in forwards)


def _shrinks(line: Line) -> Iterator[Claim]:
    count = 0 if line.trace.ledger is None else line.trace.ledger.sigmoids.get(line.run, 0)
    if count >= _MANY:
        yield ShrinksThrough(line.run, count)


def _by_its_value(line: Line) -> Iterator[Claim]:
    if "sigmoid" not in line.source:
        return
    for part in line.step.parts:
        match line.at(part.place):
            case ast.BinOp(of, ast.Mult(), ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), other)) as product:
                pass
            case ast.BinOp(ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), other), ast.Mult(), of) as product:
                pass
            case _:
                continue
        if ast.unparse(of) != ast.unparse(other) or part.result is None or not part.operands:
            continue
        place = 0 if of is product.left else 1
        given, made = as_array(part.operands[place]).reshape(-1), as_array(part.result).reshape(-1)
        outside = np.flatnonzero((given < 0) | (given > 1)) if given.dtype.kind in "iuf" else np.array([], int)
        if outside.size and given.size == made.size:
            at = int(outside[0])
            yield SlopeByItsValue(line.run, line.text(product), line.text(of), f"{given[at]:g}", f"{made[at]:g}")


def _dead(line: Line) -> Iterator[Claim]:
    gradients = brought(line)
    ledger = line.trace.ledger
    if ledger is None or all(each.values.any() for each in gradients):
        return
    dead = _dead_ones(ledger, gradients)
    seen = ledger.sights.get(line.step.moment, {})
    around = ancestors(ledger, [each.read[0] for each in gradients if each.read], {each.first for each in dead})
    for relu in dead:
        behind = ancestors(ledger, relu.read, ())
        call = line.at(relu.place)
        names = []
        for name, cells in seen.items():
            leaf = _origins_of(ledger, seen.get(name.removesuffix(".grad"), np.array(0)))
            own = _origins_of(ledger, cells) if name.endswith(".grad") else []
            comes = any(each.first in behind for each in leaf) and not any(each.first in around for each in leaf)
            if comes and own and all(each in gradients and not each.values.any() for each in own):
                names.append(name)
        if names and isinstance(call, ast.Call) and relu.call is not None:
            asked = (node for node in ast.walk(call.func) if isinstance(node, ast.Name | ast.Attribute))
            within = not any((node.id if isinstance(node, ast.Name) else node.attr).lower() in _RELUS for node in asked)
            count = int(numbers(relu.call.bound.positional[0]).size)
            since = line.run[1]
            while since > 1 and _was_dead(ledger, (line.run[0], since - 1), relu):
                since -= 1
            yield DeadRelu(line.run, line.text(call), within, count, tuple(names), since)


def _was_dead(ledger: Ledger, run: tuple[int, int], relu: Origin) -> bool:
    """Return whether a line went back through the same call of relu, and that was dead, too."""
    gradients = [each for each in ledger.origins_in(run) if each.entry == BACKWARD]
    return any(each.place == relu.place for each in _dead_ones(ledger, gradients))


def _dead_ones(ledger: Ledger, gradients: Sequence[Origin]) -> list[Origin]:
    """Return each relu that gradients came through and that was given numbers below 0 alone."""
    found = ancestors(ledger, [each.read[0] for each in gradients if each.read], ())
    return [each for _, each in sorted(found.items()) if _is_dead(each)]


def _is_dead(origin: Origin) -> bool:
    name = origin.entry.rpartition(".")[2]
    if origin.call is None or name not in _RELUS or origin.written is not None:
        return False
    values, given = origin.call.bound.values, origin.call.bound.positional[:1]
    if name != "relu" and (values.get("min") not in (0, 0.0) or values.get("max") is not None):
        return False
    return bool(given) and is_array(given[0]) and bool(numbers(given[0]).size) and bool((numbers(given[0]) < 0).all())


def ancestors(ledger: Ledger, cells: Sequence[Cells], barred: Collection[int]) -> dict[int, Origin]:
    """Return what cells were computed of, by the first cell of each, back to what gradients and steps wrote.

    What is barred, and what that alone was computed of, is left out.
    """
    waiting = list(cells)
    found: dict[int, Origin] = {}
    while waiting:
        for origin in _origins_of(ledger, waiting.pop()):
            if origin.first not in found and origin.first not in barred:
                found[origin.first] = origin
                if origin.entry not in (BACKWARD, STEP):
                    waiting += origin.read
    return found


def _origins_of(ledger: Ledger, cells: Cells) -> list[Origin]:
    made = (ledger.origin_of(number) for number in np.unique(cells).tolist())
    return list(dict.fromkeys(each for each in made if each is not None))


def _flat_where_wrong(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    gradients = brought(line) if "sigmoid" in line.source.lower() else []
    if ledger is None or not gradients:
        return
    found = ancestors(ledger, [each.read[0] for each in gradients if each.read], ())
    for sigmoid in found.values():
        if sigmoid.entry.rpartition(".")[2] != "sigmoid" or sigmoid.written is not None:
            continue
        call = line.at(sigmoid.place)
        if not isinstance(call, ast.Call):
            continue
        for p, y in _squared(ledger, found, sigmoid):
            wrong = np.flatnonzero((np.abs(p - y) > _SURELY) & ((y == 0) | (y == 1)))
            if wrong.size:
                at = wrong[np.abs(p - y)[wrong].argmax()]
                square, sigmoid_, other = 2 * (p - y)[at], (p * (1 - p))[at], (p - y)[at]
                told = (f"{each + 0.0:.3g}" for each in (square, sigmoid_, square * sigmoid_, other))
                yield FlatWhereWrong(line.run, line.text(call), f"{p[at]:.6g}", int(y[at]), *told)
                return


def _squared(
    ledger: Ledger, found: Mapping[int, Origin], sigmoid: Origin
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Go through what a sigmoid gave and what that is compared with, where their difference is squared."""
    for origin in found.values():
        call = origin.call
        if call is None or not origin.read or not is_array(call.bound.positional[0]):
            continue
        name, given = origin.entry.rpartition(".")[2], call.bound.positional
        if origin.entry == "F.mse_loss":
            compared = origin
        elif name == "square" or (
            name in ("**", "pow") and len(given) > 1 and not is_array(given[1]) and given[1] == 2
        ):
            made = _origins_of(ledger, origin.read[0])
            if len(made) != 1 or made[0].entry not in _SUBTRACT or made[0].call is None:
                continue
            compared = made[0]
        else:
            continue
        assert compared.call is not None
        sides = compared.call.bound.positional[:2]
        reads = iter(compared.read)
        cells = [next(reads) if is_array(each) else np.array(0) for each in sides]
        for own, other, of_own in ((0, 1, cells[0]), (1, 0, cells[-1])) if len(sides) == 2 else ():
            p, y = (as_array(each).astype(np.float64) for each in (sides[own], sides[other]))
            if _origins_of(ledger, of_own) == [sigmoid] and (p.shape == y.shape or y.ndim == 0):
                yield p.reshape(-1), np.broadcast_to(y, p.shape).reshape(-1)


_SUBTRACT = ("operator.-", "torch.sub", "Tensor.sub")

_SURELY = 0.95
"""How far an answer is from its target that is surely wrong."""

_RELUS = ("relu", "clamp", "clamp_min")


def _twice(line: Line) -> Iterator[Claim]:
    if "exp(" not in line.source and "igmoid" not in line.source:
        return
    here, values = line.origins_here(), {origin.place: origin.values for origin in line.origins_here()}
    stands = {Place.of(node, line.source) for node in line.nodes() if isinstance(node, ast.expr)}
    for origin in here:
        found = _sigmoid_at(line, origin, here)
        if found is None:
            continue
        whole, given = found
        gave = values.get(Place.of(whole, line.source))
        if (
            gave is None
            or not gave.size
            or Place.of(whole, line.source) not in stands
            or not origin.read
            or not all(map(_is_of_sigmoid(line), _cells(origin)))
        ):
            continue
        if _is_repeated(line) or not ((gave >= 0.5) & (gave <= _MOST_TWICE)).all():
            continue
        low, high = (f"{float(number):.3g}" for number in (gave.min(), gave.max()))
        yield SigmoidOfSigmoid(line.run, line.text(whole), line.text(given), low, high, _slope_in(line))
        return


def _cells(origin: Origin) -> list[int]:
    return [int(number) for number in origin.read[0].reshape(-1)]


def _sigmoid_at(line: Line, origin: Origin, here: Sequence[Origin]) -> tuple[ast.expr, ast.expr] | None:
    """Return a sigmoid of what something read, and what that is; None where it is no sigmoid."""
    there = line.at(origin.place)
    match there:
        case ast.UnaryOp(ast.USub(), given):
            for each in here:
                whole = line.at(each.place)
                if isinstance(whole, ast.BinOp) and _argument(whole) is there:
                    return whole, given
        case ast.Call(function, arguments) if origin.entry.rpartition(".")[2] == "sigmoid":
            seen = line.step.names.get(function.id) if isinstance(function, ast.Name) else None
            if "igmoid" not in ast.unparse(function) and (seen is None or seen.kind != "Sigmoid"):
                return None
            if arguments:
                return there, arguments[0]
            if isinstance(function, ast.Attribute):
                return there, function.value
    return None


def _argument(node: ast.AST) -> ast.expr | None:
    """Return the argument of ``exp`` in a sigmoid that is written out; None for anything else."""
    match node:
        case ast.BinOp(
            ast.Constant(1 | 1.0),
            ast.Div(),
            ast.BinOp(ast.Constant(1 | 1.0), ast.Add(), power) | ast.BinOp(power, ast.Add(), ast.Constant(1 | 1.0)),
        ):
            pass
        case _:
            return None
    match power:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "torch" | "math"), "exp") | ast.Name("exp"), [given], []):
            return given
        case ast.Call(ast.Attribute(given, "exp"), [], []):
            return given
    return None


def _is_of_sigmoid(line: Line) -> Callable[[int], bool]:
    """Return what tells of the number of a cell whether a sigmoid made it."""
    ledger = line.trace.ledger

    def tells(number: int) -> bool:
        made = None if ledger is None else ledger.origin_of(number)
        if made is None:
            return False
        if made.entry.rpartition(".")[2] == "sigmoid":
            return True
        whole = line.at(made.place)
        return isinstance(whole, ast.BinOp) and isinstance(_argument(whole), ast.UnaryOp)

    return tells


def _is_repeated(line: Line) -> bool:
    """Return whether a loop of the program gives what a function or a sigmoid gave to it again, round by round."""
    loops = [each for each in line.statements if isinstance(each, ast.For | ast.While)]
    for node in (inner for loop in loops for statement in loop.body for inner in ast.walk(statement)):
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(function, arguments)):
                given = [*arguments, *([function.value] if isinstance(function, ast.Attribute) else [])]
            case ast.Assign([ast.Name(name)], value) if (argument := _argument(value)) is not None:
                given = [argument.operand] if isinstance(argument, ast.UnaryOp) else [argument]
            case _:
                continue
        if any(isinstance(each, ast.Name) and each.id == name for each in given):
            return True
    return False


def _slope_in(line: Line) -> str:
    """Return what a slope of a sigmoid is computed with, by what goes into it; empty where it is not."""
    for node in line.everywhere():
        match node:
            case ast.BinOp(
                ast.Call() as of, ast.Mult(), ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), ast.Call() as other)
            ):
                pass
            case ast.BinOp(
                ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), ast.Call() as other), ast.Mult(), ast.Call() as of
            ):
                pass
            case _:
                continue
        if ast.unparse(of) == ast.unparse(other) and "igmoid" in ast.unparse(of.func):
            return line.text(node)
    return ""


_MOST_TWICE = 0.7315
"""A sigmoid of 1 is less, even of rounded numbers."""

_MANY = 4
"""Sigmoids behind each other from which on what they leave is small."""

RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _flat,
    _steep,
    _shrinks,
    _by_its_value,
    _twice,
    _dead,
    _flat_where_wrong,
)
