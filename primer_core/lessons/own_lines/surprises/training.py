"""When it surprises what a loss compares, what a step changes, and what dropout does."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.training import (
    AgainstEvery,
    FirstRateSkipped,
    GrewByItsStep,
    KeptAreScaled,
    NeverStepped,
    NoLeafNow,
    NumbersTaken,
    SigmoidAgain,
)
from primer_core.language.execution import is_array
from primer_core.language.programs.networks import SCHEDULES
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.ledger import Origin
from primer_core.lessons.own_lines.lost_gradients import MAKE_ANEW, no_gradient, went_back
from primer_core.lessons.own_lines.summed import stretched_over, summed
from primer_core.lessons.own_lines.surprises.line import Line, numbers, squeezed
from primer_core.lessons.own_lines.trace import Seen, Step

_COMPARING = ("F.mse_loss", "F.l1_loss", "F.huber_loss", "F.smooth_l1_loss")
_SIGNS = {ast.Sub: "-=", ast.Add: "+="}


def _against_every(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name not in _COMPARING or len(call.args) < 2 or origin.call is None:
            continue
        left, right = (shape_of(each) for each in origin.call.bound.positional[:2])
        column, row = (left, right) if len(left) == 2 else (right, left)
        if len(column) != 2 or column[1] != 1 or row != column[:1] or row[0] < 2:
            continue
        first, second, *rest = call.args
        one, other = (squeezed(first), second) if column is left else (first, squeezed(second))
        instead = ast.unparse(ast.Call(call.func, [one, other, *rest], call.keywords))
        yield AgainstEvery(line.run, line.text(call), left, right, instead)


def _sigmoid(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name != "F.binary_cross_entropy_with_logits" or not origin.read or not origin.read[0].size:
            continue
        made = [_made(line, int(number)) for number in origin.read[0]]
        if all(each is not None and each.entry.endswith(".sigmoid") for each in made):
            yield SigmoidAgain(line.run, line.text(call.args[0]))


def _made(line: Line, number: int) -> Origin | None:
    """Return how a cell came to be, and of a layer's or a function's result which."""
    return None if line.trace.ledger is None else line.trace.ledger.origin_of(number)


def _no_leaf(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(left), (ast.Sub() | ast.Add()) as sign, right) as value):
            before = {} if line.before is None else line.before.names
            seen = line.step.names.get(name)
            if left != name or seen is None or not seen.recorded or f"{name}.grad" not in before:
                return
            instead = f"{name} {_SIGNS[type(sign)]} {line.text(right)}"
            yield NoLeafNow(line.run, name, line.text(value), instead)


def _no_gradient(line: Line) -> Iterator[Claim]:
    looked_for = any(isinstance(node, ast.Is | ast.IsNot) for node in line.nodes())
    if line.before is None or looked_for or went_back((line.step,)):
        return
    for part in line.step.parts:
        name, _, last = part.place.text.rpartition(".")
        if part.entry == "Tensor.grad" and part.result is None and last == "grad" and name.isidentifier():
            said = no_gradient(line.run, name, line.before, line.trace)
            if said is not None:
                yield said


def _first_rate(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(scheduler), "step"))) if ledger is not None:
            for (number, time), early in ledger.early.items():
                if number == line.run[0] and time <= line.run[1] and early.rate != early.used:
                    rates = repr(early.rate), repr(early.used)
                    yield FirstRateSkipped((number, time), scheduler, early.optimiser, *rates)


def _kept(line: Line) -> Iterator[Claim]:
    if "rop" not in line.source:
        return
    for origin in line.origins_here():
        if origin.place is None or origin.call is None:
            continue
        values = origin.call.bound.values
        found = line.at(origin.place)
        if origin.call.entry.name != "F.dropout" or not isinstance(found, ast.Call):
            continue
        layers = (each.called for each in line.step.forwards if each.place == origin.place)
        layer = next((each for each in layers if each.isidentifier()), "")
        seen = line.step.names.get(layer)
        is_layer = seen is not None and seen.kind == "Dropout"
        if not is_layer and (layer or ast.unparse(found.func) not in _DROPS):
            continue
        share, trains = values.get("p", 0.5), values.get("training", True)
        given = numbers(origin.call.bound.positional[0]).reshape(-1)
        if not trains or type(share) is not float or not 0 < share < 1 or given.size != origin.values.size:
            continue
        kept = np.flatnonzero((origin.values != 0) & (given != 0))
        if kept.size:
            before, after = (f"{float(each[kept[0]]):.4g}" for each in (given, origin.values))
            ends = f"{layer}.eval()" if layer else "training=False"
            yield KeptAreScaled(line.run, origin.place.text, repr(share), before, after, ends)


def _never(line: Line) -> Iterator[Claim]:
    trace = line.trace
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(owner))) if ast.unparse(owner) in _OPTIMISERS:
            steps = any(_may_step(line, node) for node in line.everywhere())
            if went_back(trace.steps) and not steps and trace.stopped is None and name in line.step.names:
                yield NeverStepped(line.run, name)


def _may_step(line: Line, node: ast.AST) -> bool:
    """Return whether something is asked for ``step`` that is no scheduler."""
    match node:
        case ast.Attribute(ast.Name(name), "step"):
            kinds = {step.names[name].kind for step in line.trace.steps if name in step.names}
            return not kinds or not all(kind in SCHEDULES for kind in kinds)
    return isinstance(node, ast.Attribute) and node.attr == "step"


def _taken(line: Line) -> Iterator[Claim]:
    if any(word in line.source for word in ("no_grad", "inference_mode", "set_grad_enabled")):
        return
    for part in line.step.parts:
        found = line.at(part.place)
        if part.entry not in MAKE_ANEW or not isinstance(found, ast.Call) or not part.operands:
            continue
        match part.operands[0], found.args:
            case list() | tuple() as given, [ast.List(elements) | ast.Tuple(elements) as listed] if len(given) > 0:
                floats = (is_array(each) and shape_of(each) == () and numbers(each).dtype.kind == "f" for each in given)
                of_one = all(floats)
                if of_one and len(elements) == len(given) and any(_has_way_back(line, each) for each in elements):
                    yield NumbersTaken(line.run, line.text(found), f"torch.stack({line.text(listed)})")
            case list() as given, [ast.Name(name)] if len(given) > 0:
                seen = None if line.before is None else line.before.names.get(name)
                floats = (is_array(each) and shape_of(each) == () and numbers(each).dtype.kind == "f" for each in given)
                if seen is not None and "grad_fn=" in seen.text and all(floats):
                    yield NumbersTaken(line.run, line.text(found), f"torch.stack({name})")


def _has_way_back(line: Line, node: ast.expr) -> bool:
    """Return whether an expression is made of what requires a gradient, as far as its names tell."""
    if any(isinstance(each, ast.Attribute) and each.attr in ("detach", "data", "grad") for each in ast.walk(node)):
        return False
    seen = [line.step.names.get(each.id) for each in ast.walk(node) if isinstance(each, ast.Name)]
    return any(each is not None and each.requires for each in seen)


def _grew(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(left), ast.Sub() | ast.Add(), change) as value):
            if left != name or not _PARAMETER.search(name.lower()) or not _is_step(value):
                return
        case _:
            return
    place, known = Place.of(value, line.source), dict[tuple[str, ...], Step]()
    for step in line.trace.steps:
        here = step.moment.functions
        before, known[here] = known.get(here), step
        part = next((part for part in step.parts if part.place == place), None)
        if step.number != line.step.number or part is None or before is None or len(part.operands) != 2:
            continue
        had, other = _shape_held(before.names.get(name)), part.operands[1]
        if had is None or not is_array(other) or not is_array(part.result) or shape_of(other) != shape_of(part.result):
            continue
        shape, is_tensor = shape_of(other), not isinstance(other, np.ndarray | np.generic)
        sums = summed(change, line.text(change), had, shape, is_tensor=is_tensor)
        if sums:
            sign = "-" if isinstance(value.op, ast.Sub) else "+"
            run, axes = (step.number, step.run), stretched_over(had, shape)
            instead = f"{name} = {name} {sign} {sums}"
            yield GrewByItsStep(run, name, line.text(change), had, shape, axes, instead)
            return


def _shape_held(seen: Seen | None) -> tuple[int, ...] | None:
    """Return the shape of an array, or of a number of Python's own; None for all else."""
    if seen is None:
        return None
    return () if seen.kind in ("int", "float") else seen.shape


def _is_step(value: ast.BinOp) -> bool:
    """Return whether what is subtracted is a rate times something, or is called like a slope."""
    names = {each.id.lower() for each in ast.walk(value.right) if isinstance(each, ast.Name)}
    rates = any(isinstance(each, ast.Constant) and type(each.value) is float for each in ast.walk(value.right))
    product = isinstance(value.right, ast.BinOp) and isinstance(value.right.op, ast.Mult)
    return any(map(_SLOPE.search, names)) or (product and rates and isinstance(value.op, ast.Sub))


_PARAMETER = re.compile(
    r"^(?:b|w|theta|beta|bias|biases|weights?|intercept|slope|params?)(?:_?(?:\d+|[a-z]|hidden|out))?$"
)
_SLOPE = re.compile(r"^(?:d_?[a-z]\d*|lr|eta|alpha|rate|learning_rate)$|grad|delta|error|^err$")
_DROPS = ("F.dropout", "torch.nn.functional.dropout", "nn.functional.dropout")
_OPTIMISERS = ("torch.optim", "optim")

RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _against_every,
    _sigmoid,
    _no_leaf,
    _no_gradient,
    _first_rate,
    _kept,
    _never,
    _taken,
    _grew,
)
