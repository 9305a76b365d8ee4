"""When it surprises what names and networks hold: None, a pair, graphs, layers and parameters nobody knows of."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.objects import (
    CopiedIntoOne,
    DefaultKept,
    DropsAtRandom,
    HoldsGraphs,
    KeepsGraphs,
    NameAlone,
    NewInFunction,
    NoneReturned,
    NotHeld,
    NothingToStep,
    NotRegistered,
    OneLayerOften,
    OneNetworkTwoNames,
    ReturnsNothing,
    ThroughATuple,
    TimeFirst,
    ValuesAndIndices,
)
from primer_core.lessons.own_lines.surprises.layers import untold_dropout
from primer_core.lessons.own_lines.surprises.line import Line, goes_back, within
from primer_core.lessons.own_lines.trace import Step

_IN_PLACE = (
    "append", "clear", "copyto", "extend", "fill", "fill_diagonal", "insert", "partition", "place", "put", "putmask",
    "remove", "reverse", "shuffle", "sort", "update",
)  # fmt: skip

_RECURRENT = ("LSTM", "GRU", "RNN")

_OF_SEQUENCES = (*_RECURRENT, "MultiheadAttention")


def _none(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(_, method)) as call) if method in _IN_PLACE:
            seen = line.step.names.get(name)
            if seen is not None and seen.text == "None":
                yield NoneReturned(line.run, name, line.text(call))


def _pair(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call() as call):
            seen = line.step.names.get(name)
            if seen is None or not seen.text.startswith("torch.return_types."):
                return
            for node in line.everywhere():
                match node:
                    case ast.Attribute(ast.Name(known)) | ast.Subscript(ast.Name(known)) if known == name:
                        return
                    case ast.Assign([ast.Tuple()], ast.Name(known)) if known == name:
                        return
            yield ValuesAndIndices(line.run, name, line.text(call))


def _graphs(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.AugAssign(ast.Name(name), ast.Add(), value):
            seen = line.step.names.get(name)
            if seen is None or not seen.recorded or seen.shape != () or line.step.run < 2:
                return
            used = filter(goes_back, line.everywhere())
            if not any(isinstance(each, ast.Name) and each.id == name for node in used for each in ast.walk(node)):
                yield KeepsGraphs(line.run, name, line.text(value))


def _held_graphs(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [ast.Name(loss)], [])) if line.step.run > 1:
            seen = line.step.names.get(loss)
            if seen is None or not seen.recorded or seen.shape != ():
                return
            # Where the list itself is gone back from, its entries must have their graphs.
            texts = [ast.unparse(node.value) for node in line.everywhere() if goes_back(node)]
            joined = any(_joins(node, name) for node in line.everywhere())
            if loss in texts and not joined:
                yield HoldsGraphs(line.run, name, loss)


def _joins(node: ast.AST, name: str) -> bool:
    """Return whether a call makes a tensor of the tensors of a list."""
    match node:
        case ast.Call(ast.Attribute(_, "stack" | "cat"), [ast.Name(given), *_]):
            return given == name
    return False


def _steps(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "step"), [], [])) if ledger is not None:
            stepped = ledger.stepped.get(line.run)
            if stepped is None:
                return
            if not stepped.moved:
                yield NothingToStep(line.run, name, stepped.count)
            elif stepped.unheld:
                yield NotHeld(line.run, name, stepped.unheld)


def _loose(line: Line) -> Iterator[Claim]:
    for binding in line.step.bound:
        for attribute, count in line.step.names[binding.name].loose:
            yield NotRegistered(line.run, binding.name, attribute, count)
        for places, parameters in line.step.names[binding.name].repeated:
            yield OneLayerOften(line.run, binding.name, places, parameters)


def _default(line: Line) -> Iterator[Claim]:
    functions = {each.name: each for each in line.statements if isinstance(each, ast.FunctionDef)}
    for call in line.calls():
        match call:
            case ast.Call(ast.Name(name), given, words) if name in functions and functions[name].col_offset == 0:
                arguments = functions[name].args
                named = arguments.args[len(arguments.args) - len(arguments.defaults) :]
                for parameter, default in zip(named, arguments.defaults, strict=True):
                    place = arguments.args.index(parameter)
                    if isinstance(default, ast.Constant | ast.UnaryOp) or len(given) > place:
                        continue
                    if any(word.arg in (parameter.arg, None) for word in words) or not _is_always_left_out(
                        line, name, place, parameter.arg
                    ):
                        continue
                    if _has_changed(line, name, parameter.arg):
                        yield DefaultKept(line.run, name, parameter.arg)


def _is_always_left_out(line: Line, function: str, place: int, parameter: str) -> bool:
    """Return whether no call in the program gives a function that argument."""
    for node in line.everywhere():
        match node:
            case ast.Call(ast.Name(name), given, words) if name == function:
                starred = any(isinstance(each, ast.Starred) for each in given)
                if len(given) > place or starred or any(word.arg in (parameter, None) for word in words):
                    return False
    return True


def _has_changed(line: Line, function: str, parameter: str) -> bool:
    """Return whether the last call of a function up to a line began with another argument than its first call."""
    begun = [step for step in _until(line) if step.moment.happening == "call" and step.moment.functions == (function,)]
    if len(begun) < 2:
        return False
    first, last = (step.names.get(parameter) for step in (begun[0], begun[-1]))
    if first is None or last is None or first.number != last.number:
        return False
    if first.values is None or last.values is None:
        return first.text != last.text and first.number < 0
    return first.values.tobytes() != last.values.tobytes()


def _until(line: Line) -> Iterator[Step]:
    for step in line.trace.steps:
        yield step
        if step is line.step:
            return


def _drops(line: Line) -> Iterator[Claim]:
    forwards = line.step.forwards
    if not forwards or any(map(goes_back, line.everywhere())):
        return
    for forward in forwards:
        drops = next((layer.made for layer in forward.layers if layer.drops), "")
        untold = any(untold_dropout(line, forward.layers[0].kind))
        if drops and not untold and forward.called.isidentifier():
            yield DropsAtRandom(line.run, forward.called, drops)


def _time_first(line: Line) -> Iterator[Claim]:
    for forward in line.step.forwards:
        own = forward.layers[0]
        if any(isinstance(each, ast.ClassDef) and each.name == own.kind for each in line.statements):
            continue  # a class of the program that is called as PyTorch's
        told = own.settings if own.kind in _RECURRENT else line.source  # attention does not show its settings
        if own.kind in _OF_SEQUENCES and "batch_first" not in told and forward.called.isidentifier():
            shape = own.given[0] if own.given else ()
            if len(shape) == 3 and own.gave is not None:
                yield TimeFirst(line.run, forward.called, shape[0], shape[1])


def _returns_nothing(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Name(called))):
            seen, own = line.step.names.get(name), line.step.names.get(called)
            if seen is None or seen.text != "None" or own is None:
                return
            for each in line.statements:
                match each:
                    case ast.FunctionDef(defined, body=body) if defined == called and each.col_offset == 0:
                        if not _gives(body):
                            yield ReturnsNothing(line.run, name, called)
                    case ast.ClassDef(defined) if defined == own.kind:
                        for method in each.body:
                            match method:
                                case ast.FunctionDef("forward", body=body) if not _gives(body):
                                    yield ReturnsNothing(line.run, name, f"{defined}.forward")


def _gives(body: Sequence[ast.stmt]) -> bool:
    """Return whether a value stands behind a ``return``, or something is yielded, anywhere in a function."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    returned = any(isinstance(node, ast.Return) and node.value is not None for node in nodes)
    return returned or any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Raise) for node in nodes)


def _name_alone(line: Line) -> Iterator[Claim]:
    name = ""
    match line.node:
        case ast.Assign([ast.Name(target)], ast.expr()) | ast.AugAssign(ast.Name(target)):
            name = target
    place = line.node.lineno
    loops = [each for each in line.statements if isinstance(each, ast.For)]
    loop = next((each for each in loops if any(inner.lineno == place for inner in each.body)), None)
    if not name or loop is None:
        return
    array = ""
    match loop.iter:
        case ast.Name(each) if line.shape_of(each):
            array = each
        case ast.Call(ast.Attribute(ast.Name(each), "parameters")) if each in line.step.names:
            array = each
    match loop.target:
        case ast.Name(known) if known == name and array:
            bound = [each for each in line.step.bound if each.name == name]
            follow = [each for each in line.statements if each.lineno > place]
            read = any(isinstance(node, ast.Name) and node.id == name for each in follow for node in ast.walk(each))
            if bound and bound[0].relation in ("own", "value") and not line.step.changed and not read:
                yield NameAlone((line.run[0], 1), name, array)


def _new_in_function(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(left), sign, right) as value) if left == name:
            symbol = _WRITTEN_TO.get(type(sign))
        case _:
            return
    place = line.node.lineno, line.node.col_offset
    functions = [each for each in line.statements if isinstance(each, ast.FunctionDef)]
    around = [each for each in functions if place in [(own.lineno, own.col_offset) for own in each.body]]
    if symbol is None or line.before is None or not line.step.moment.functions or not around:
        return
    function = around[-1]
    seen, before = line.step.names.get(name), line.before.names.get(name)
    parameters = [each.arg for each in function.args.args]
    inside = [node for statement in function.body for node in ast.walk(statement)]
    reads = [node for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    later = [node for node in reads if node.id == name and node.lineno > line.node.lineno]
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in inside)
    if seen is None or before is None or before.shape != seen.shape or not seen.shape or before.dtype != seen.dtype:
        return
    if before.read_only or (before.requires and not before.recorded):
        return  # it cannot be written to
    if name in parameters and not later and not returns and line.step.moment.functions[-1] == function.name:
        instead = f"{name} {symbol} {line.text(right)}"
        yield NewInFunction(line.run, name, line.text(value), function.name, instead)


_WRITTEN_TO = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*="}


def _two_names(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Name(network)) if name != network:
            pass
        case _:
            return
    seen = None if line.before is None else line.before.names.get(network)
    asked, steps = set[str](), False
    for node in line.everywhere():
        match node:
            case ast.Attribute(ast.Name(of), attribute) if of == network:
                asked.add(attribute)
    for step in line.trace.steps[line.trace.steps.index(line.step) :]:
        if step.moment.happening == "statement":
            nodes = within(step.moment.node)
            steps |= any(isinstance(node, ast.Attribute) and node.attr == "step" for node in nodes)
    if seen is not None and seen.shape is None and not seen.text and "parameters" in asked and steps:
        yield OneNetworkTwoNames(line.run, name, network)


def _copied(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(_, [ast.Name(of)], []) as call) if name != of:
            pass
        case _:
            return
    later = line.trace.steps[line.trace.steps.index(line.step) + 1 :]
    for part in line.step.parts:
        given = part.operands[0] if part.entry == "np.array" and len(part.operands) == 1 else None
        if not isinstance(given, list) or not given or not all(isinstance(each, np.ndarray) for each in given):
            continue
        shared = len({each.shape for each in given}) == 1 and given[0].ndim and part.place.text == line.text(call)
        if shared and any(name in step.changed for step in later):
            yield CopiedIntoOne(line.run, part.place.text, of, len(given))


def _through_a_tuple(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.For(ast.Tuple(targets), ast.Tuple(parts)) if line.step.run == 1:
            pass
        case _:
            return
    names = [each.id for each in targets if isinstance(each, ast.Name)]
    arrays = [each.id for each in parts if isinstance(each, ast.Name)]
    shapes = [line.shape_of(each) for each in arrays]
    if len(names) != len(targets) or len(arrays) != len(parts) or len(arrays) != len(names) or len(arrays) < 2:
        return
    if all(shape is not None and len(shape) > 1 and shape[0] == len(names) for shape in shapes) and len({*shapes}) == 1:
        yield ThroughATuple(line.run, tuple(names), tuple(arrays))


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _none,
    _pair,
    _graphs,
    _held_graphs,
    _steps,
    _loose,
    _default,
    _drops,
    _time_first,
    _returns_nothing,
    _name_alone,
    _new_in_function,
    _two_names,
    _copied,
)

OF_LOOPS: tuple[Callable[[Line], Iterator[Claim]], ...] = (_through_a_tuple,)
"""What is asked of the line that begins a loop."""
