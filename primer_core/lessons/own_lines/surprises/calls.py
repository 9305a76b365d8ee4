"""When it surprises what a call gives, or that something is no call."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from primer_core.backend import backend_of
from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Claim, plain
from primer_core.claims.surprises.calls import (
    CaughtRefusal,
    ComparedNotStored,
    FloatsOfWholes,
    InPercent,
    LossNotComputed,
    MadeAlike,
    MethodNotCalled,
    PicksNothing,
    PlacesInATuple,
    SizeNotNumber,
    SqueezesNothing,
)
from primer_core.language.execution import is_array
from primer_core.language.programs import networks
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.cause import cause_of
from primer_core.lessons.own_lines.failing import nodes_at
from primer_core.lessons.own_lines.surprises.line import Line, numbers, whole_number


def _not_called(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Call(ast.Name("print"), arguments):
                for argument in arguments:
                    if _is_method(line, argument):
                        yield MethodNotCalled(line.run, line.text(argument))
            case ast.BinOp(left, _, right):
                for operand in (left, right):
                    if _is_method(line, operand):
                        yield MethodNotCalled(line.run, line.text(operand))
    match line.node:
        case ast.Expr(ast.Attribute() as value) if _is_method(line, value):
            yield MethodNotCalled(line.run, line.text(value))
        case ast.Assign([ast.Name(name)], ast.Attribute() as value) if _is_method(line, value, of_networks=False):
            used = any(isinstance(node, ast.Call) and _reads(node, name) for node in line.everywhere())
            if not used:
                yield MethodNotCalled(line.run, line.text(value))


def _reads(call: ast.Call, name: str) -> bool:
    """Return whether something is called by a name, or is given to something that may call it."""
    asked = isinstance(call.func, ast.Name) and call.func.id == name
    given = any(isinstance(each, ast.Name) and each.id == name for each in call.args)
    return asked or (given and ast.unparse(call.func) != "print")


def _is_method(line: Line, node: ast.expr, *, of_networks: bool = True) -> bool:
    """Return whether a method of an array stands there, or one without arguments of a network, or what trains it."""
    match node:
        case ast.Attribute(ast.Name(name), attribute):
            seen = line.step.names.get(name)
            if seen is None or seen.shape is None:
                return of_networks and seen is not None and _is_of_network(line, seen.kind, attribute)
            if not seen.dtype.startswith("torch."):
                return callable(getattr(np.ndarray, attribute, None))
            load_torch()
            import torch

            return callable(getattr(torch.Tensor, attribute, None))
    return False


def _is_of_network(line: Line, kind: str, name: str) -> bool:
    """Return whether a class of PyTorch's, or one of the program that derives from its networks, has such a method."""
    load_torch()
    import torch

    made: Any = None
    for each in line.statements:
        match each:
            case ast.ClassDef(known, [base]) if known == kind and ast.unparse(base).endswith("nn.Module"):
                own = any(isinstance(inner, ast.FunctionDef) and inner.name == name for inner in each.body)
                made = None if own else torch.nn.Module
    for module in (torch.nn, torch.optim, torch.optim.lr_scheduler):
        made = made or (getattr(module, kind, None) if kind in networks.MADE.values() else None)
    method = getattr(made, name, None)
    if not inspect.isroutine(method):
        return False
    _, *parameters = inspect.signature(method).parameters.values()
    return all(each.default is not each.empty or each.kind in _ANY for each in parameters)


_ANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _squeezes_nothing(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        axes = [*part.operands[1:], *part.keywords.values()]
        if part.entry not in ("Tensor.squeeze", "torch.squeeze") or len(axes) != 1 or type(axes[0]) is not int:
            continue
        shape = shape_of(part.operands[0])
        axis = axes[0] % len(shape) if shape else 0
        if shape and shape[axis] != 1:
            yield SqueezesNothing(line.run, part.place.text, axis, shape[axis])


def _places(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        name = part.entry.rpartition(".")[2]
        found = nodes_at(line.source, part.place)
        if name not in ("where", "nonzero") or len(part.operands) != 1 or found is None:
            continue
        if name == "nonzero" and part.entry.partition(".")[0] in ("torch", "Tensor") and not part.keywords:
            continue  # it gives one tensor, with a row for each place
        call, statement = found
        bound = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is call else None
        known = bound.id if isinstance(bound, ast.Name) else ""
        axes = getattr(part.operands[0], "ndim", 0)
        used = any(_as_places(node, call, known) for node in (*ast.walk(statement), *line.everywhere()))
        if axes and not used:
            yield PlacesInATuple(line.run, part.place.text, axes)


def _as_places(node: ast.AST, call: ast.AST, name: str) -> bool:
    """Return whether what a call gives, which may have a name, is unpacked, indexed, an index, walked or handed on."""

    def is_it(each: ast.AST) -> bool:
        return each is call or (bool(name) and isinstance(each, ast.Name) and each.id == name)

    match node:
        case ast.Subscript(value, index):
            return is_it(value) or is_it(index)
        case ast.Call(function, arguments):
            return ast.unparse(function) not in ("print", "len", "type") and any(map(is_it, arguments))
        case ast.Assign([ast.Tuple() | ast.List()], value):
            return is_it(value)
        case ast.For(_, value) | ast.comprehension(_, value) | ast.Starred(value) | ast.Return(ast.expr() as value):
            return is_it(value)
    return False


def _alike(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.array", "np.asarray", "torch.tensor") or len(part.operands) != 1 or part.keywords:
            continue
        if not isinstance(part.operands[0], list | tuple) or not is_array(part.result):
            continue
        given = list(_flat(part.operands[0]))
        stored = numbers(part.result).reshape(-1).tolist()
        texts = [isinstance(each, str) for each in given]
        truths = [isinstance(each, bool) for each in given]
        others = texts if any(texts) else truths
        if len(given) != len(stored) or all(others) or not any(others):
            continue
        # Of texts it is the numbers that become texts; of truths and numbers the truths become numbers.
        at = others.index(not any(texts))
        dtype = backend_of(part.result).dtype_name(part.result)
        yield MadeAlike(line.run, part.place.text, dtype, repr(given[at]), repr(stored[at]))


def _flat(values: Any) -> Iterator[Any]:
    for each in values:
        if isinstance(each, list | tuple):
            yield from _flat(each)
        else:
            yield each


_MAKES = "torch.tensor"


def _sizes(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if not part.entry.startswith("torch.") or not part.entry.endswith("Tensor") or part.keywords:
            continue
        known = [each for each in line.everywhere() if isinstance(each, ast.Call) and ast.unparse(each.func) == _MAKES]
        both = any(each.args and not isinstance(each.args[0], ast.Constant) for each in known)
        sizes = part.operands if all(type(each) is int for each in part.operands) else ()
        if sizes and (known or len(sizes) == 1) and isinstance(line.at(part.place), ast.Call):
            yield SizeNotNumber(line.run, part.place.text, sizes)
        match line.at(part.place), part.operands:
            case ast.Call(ast.Attribute(_, "Tensor") | ast.Name("Tensor"), [given], []), [list() as listed] if (
                both and is_array(part.result) and listed
            ):
                dtype = backend_of(part.result).dtype_name(part.result).removeprefix("torch.")
                if dtype.startswith("float") and all(type(each) is int for each in _flat(listed)):
                    yield FloatsOfWholes(line.run, part.place.text, f"torch.tensor({line.text(given)})", dtype)


def _no_loss(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(function, [first, second]) as call):
            seen, kind = line.step.names.get(name), line.text(function).rpartition(".")[2]
            if seen is None or seen.kind != kind or not kind.endswith("Loss"):
                return
            known = [line.step.names.get(each.id) for each in (first, second) if isinstance(each, ast.Name)]
            arrays = any(each is not None and each.shape is not None for each in known)
            called = any(
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
                for node in line.everywhere()
            )
            if arrays and not called:
                given = ", ".join(map(line.text, (first, second)))
                yield LossNotComputed(line.run, name, line.text(call), f"{line.text(function)}()({given})")


def _compared(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Expr(ast.Compare(ast.Subscript() as left, [ast.Eq()], [right]) as value):
            whole = [part for part in line.step.parts if part.entry == "operator.==" and is_array(part.result)]
            if whole and not line.is_last:
                yield ComparedNotStored(line.run, line.text(value), f"{line.text(left)} = {line.text(right)}")


def _percent(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.percentile", "np.nanpercentile") or len(part.operands) != 2 or part.keywords:
            continue
        found, share = line.at(part.place), part.operands[1]
        if not isinstance(share, float) or not 0 < share < 1:
            continue
        match found:
            case ast.Call(ast.Attribute(owner, "percentile" | "nanpercentile" as name), given):
                called = f"{line.text(owner)}.{name.replace('percentile', 'quantile')}"
                instead = f"{called}({', '.join(map(line.text, given))})"
                yield InPercent(line.run, part.place.text, instead, share)


def _empty(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Subscript(ast.Name(name), ast.Slice(start, stop, None), ast.Load()):
                begins, ends, shape = whole_number(start), whole_number(stop), line.shape_of(name)
                if begins is None or ends is None or not shape or not shape[0]:
                    continue
                if begins != ends and begins < shape[0] and not range(*slice(begins, ends).indices(shape[0])):
                    backwards = f"{name}[{begins}:{ends}:-1]"
                    if line.is_tensor(name) or not range(*slice(begins, ends, -1).indices(shape[0])):
                        backwards = ""  # a tensor takes no step below 0
                    on = f"{name}[{begins}:]" if begins < 0 == ends else ""
                    backwards = "" if on else backwards
                    yield PicksNothing(line.run, line.text(node), begins, ends, shape[0], backwards, on)


def _caught(line: Line) -> Iterator[Claim]:
    if not any(isinstance(each, ast.Try) for each in line.statements):
        return
    trace = line.trace
    finishes = any(isinstance(each, ast.Try) and each.finalbody for each in line.statements)
    if len(trace.steps) < trace.taken or finishes:
        return
    for each in trace.caught:
        if each.taken >= trace.taken or trace.steps[each.taken] is not line.step or each.rejection.declined is None:
            continue
        until = replace(
            trace,
            steps=trace.steps[: each.taken],
            taken=each.taken,
            stopped=each.rejection,
            failed=each.failed,
            failing=each.failing,
            broken=each.broken,
        )
        cause = cause_of(until)
        if cause is not None and any(_begins(node, line.node) for node in line.everywhere()):
            place = _asking(line, each.rejection.place)
            yield CaughtRefusal(line.run, place.line, place.text, each.rejection.declined.kind, plain(cause.sentence()))


def _asking(line: Line, place: Place) -> Place:
    """Return where one answer was asked for, where what was refused is an operand of ``and``, ``or`` or ``not``."""
    refused = line.at(place)
    for node in line.everywhere():
        match node:
            case ast.BoolOp(values=values) if any(each is refused for each in values[:-1]):
                return place if _is_refused_itself(refused) else Place.of(node, line.source)
            case ast.UnaryOp(ast.Not(), inner) | ast.IfExp(inner) if inner is refused:
                return place if _is_refused_itself(refused) else Place.of(node, line.source)
    return place


def _is_refused_itself(node: ast.AST | None) -> bool:
    """Return whether an expression asks for an answer itself, as a chain of comparisons does."""
    return not isinstance(node, ast.Name) and not (isinstance(node, ast.Compare) and len(node.ops) == 1)


def _begins(node: ast.AST, statement: ast.stmt) -> bool:
    """Return whether a node catches exceptions, and begins with a statement then."""
    place = statement.lineno, statement.col_offset
    return isinstance(node, ast.ExceptHandler) and (node.body[0].lineno, node.body[0].col_offset) == place


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _not_called,
    _squeezes_nothing,
    _places,
    _alike,
    _sizes,
    _no_loss,
    _compared,
    _percent,
    _empty,
    _caught,
)
