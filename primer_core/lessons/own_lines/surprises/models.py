"""When it surprises which part of a model learns, what is made anew, and what a name or a mode is about."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.claims.claim import Claim
from primer_core.claims.lost_gradients import Why
from primer_core.claims.surprises.models import (
    EndsAtOnce,
    FrozenMovesOn,
    FunctionDropsStill,
    LeftAsTheyWere,
    MadeInEachCall,
    OneMemoryOften,
    OneModelTwice,
    PartStandsStill,
    SequenceFirst,
    StartsAnew,
    StillRecorded,
    TakenForConstants,
)
from primer_core.language.programs.reading import read_program
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.lost_gradients import LostStep
from primer_core.lessons.own_lines.reruns.models import AllRecorded, put_in, watched
from primer_core.lessons.own_lines.surprises.line import Line, goes_back, numbers
from primer_core.lessons.own_lines.trace import Step, Trace

Run = tuple[int, int]

_WITH_WEIGHTS = (
    "Bilinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "Embedding",
    "GRU", "GRUCell", "LSTM", "LSTMCell", "Linear", "MultiheadAttention", "RNN", "RNNCell", "TransformerEncoderLayer",
)  # fmt: skip
_REMEMBER = ("Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop")
_SETS_ANEW = ("apply", "copy_", "data", "fill_", "init", "load_state_dict", "normal_", "reset_parameters", "zeros_")
_NAMES_OF_COPIES = (
    "backup", "before", "best", "clone", "copy", "ema", "frozen", "init", "initial", "kept", "old", "orig", "original",
    "prev", "previous", "reference", "saved", "snapshot", "start", "target", "teacher",
)  # fmt: skip
"""What a name has in it whose author wants the numbers of now."""


def _part_stands_still(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    here = None if ledger is None else ledger.stepped.get(line.run)
    if here is None or not 0 < here.moved < here.count:
        return
    watch = watched(line.trace)
    stepped = None if watch is None else watch.stepped.get(line.run)
    if watch is None or stepped is None:
        return
    every = [each.without for each in watch.stepped.values() if each.name == stepped.name]
    never = frozenset.intersection(*every)
    steps: dict[tuple[int, str, Why], LostStep] = {}
    missing: dict[int, None] = {}
    for lost in stepped.lost:
        own = [each for each in watch.leaves.get(lost, {}) if each in never]
        if own:
            steps[lost.line, lost.code, lost.why] = lost
            missing |= dict.fromkeys(own)
    first = next((each for each in stepped.held if id(each) in missing), None)
    if len(steps) != 1 or first is None or id(first) not in stepped.names:
        return
    (lost,) = steps.values()
    numpy_follows = f"{lost.code}.numpy(" in line.source
    if lost.why in _WAYS and not numpy_follows:
        count = sum(id(each) in missing for each in stepped.held)
        yield PartStandsStill(
            line.run,
            stepped.name,
            stepped.names[id(first)],
            count,
            len(stepped.held),
            (lost.line, lost.time),
            lost.code,
            lost.why,
        )


_WAYS = ("anew", "detached", "no_grad", "number")


def _ends_at_once(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Call(ast.Attribute(asked, "backward")):
                watch = watched(line.trace)
                back = None if watch is None else watch.back.get(line.run)
                if back is None or not back.is_leaf or not isinstance(asked, ast.Name | ast.Attribute):
                    return
                last = {(step.line, step.code, step.why): step for step in back.lost}
                if len(last) == 1:
                    (lost,) = last.values()
                    if lost.why in _WAYS:
                        yield EndsAtOnce(line.run, line.text(asked), (lost.line, lost.time), lost.code, lost.why)


def _constants(line: Line) -> Iterator[Claim]:
    if "no_grad" not in line.source or not any(map(goes_back, line.nodes())) or _has_networks(line):
        return
    watch = watched(line.trace)
    back = None if watch is None else watch.back.get(line.run)
    if watch is None or back is None or back.is_leaf:
        return
    last = {(step.line, step.code, step.why): step for step in back.lost}
    backs = [node for node in line.nodes() if goes_back(node)]
    if len(last) != 1 or line.step.run != 1 or len(backs) != 1:
        return
    (lost,) = last.values()
    if lost.why != "no_grad":
        return
    whole = _recorded(line.trace).get(line.run[0], {})
    for name, found in back.gradients.items():
        other = whole.get(name)
        if other is None or other.shape != found.shape or id(watch.names.get(name)) not in watch.leaves[lost]:
            continue
        differs = np.argwhere(~np.isclose(found, other, rtol=1e-4, atol=1e-6))
        if len(differs):
            index = tuple(map(int, differs[0]))
            one, all_of = (f"{float(each[index]):.6g}" for each in (found, other))
            yield TakenForConstants(line.run, name, index, one, all_of, (lost.line, lost.time), lost.code)
            return


def _has_networks(line: Line) -> bool:
    """Return whether a program has networks or optimisers: there a target is often left out on purpose."""
    attributes = any(isinstance(node, ast.Attribute) and node.attr in ("nn", "optim") for node in line.everywhere())
    return attributes or any(isinstance(node, ast.Name) and node.id in ("nn", "optim") for node in line.everywhere())


@lru_cache(4)
def _recorded(trace: Trace) -> dict[int, Mapping[str, NDArray[Any]]]:
    program = read_program(trace.source)
    other = AllRecorded()
    other.names.update(trace.given())
    return other.back if other.run_program(program) is None else {}


def _sequence_first(line: Line) -> Iterator[Claim]:
    for forward in line.step.forwards:
        own = forward.layers[0]
        if own.kind != "TransformerEncoderLayer" or "batch_first" in line.source:
            continue
        if any(isinstance(each, ast.ClassDef) and each.name == own.kind for each in line.statements):
            continue
        shape = own.given[0] if own.given else ()
        if len(shape) == 3 and own.gave is not None and forward.called.isidentifier():
            yield SequenceFirst(line.run, forward.called, shape[0], shape[1])


def _made_in_each_call(line: Line) -> Iterator[Claim]:
    for forward in line.step.forwards:
        kind = forward.layers[0].kind
        for each in line.statements:
            match each:
                case ast.ClassDef(name) if name == kind and forward.called.isidentifier():
                    for method in each.body:
                        if isinstance(method, ast.FunctionDef) and method.name == "forward":
                            for layer in _made_and_called(method):
                                yield MadeInEachCall(line.run, forward.called, line.text(layer), is_network=True)
    for call in line.calls():
        match call:
            case ast.Call(ast.Name(name), [_, *_]):
                for each in line.statements:
                    match each:
                        case ast.FunctionDef(defined) if defined == name and each.col_offset == 0:
                            if _counted_calls(line, name) > 1 and not _sees_to_it(each):
                                for layer in _made_and_called(each):
                                    yield MadeInEachCall(line.run, name, line.text(layer), is_network=False)


def _counted_calls(line: Line, name: str) -> int:
    """Count how often a function had been called until the end of a line."""
    steps = line.trace.steps
    begun = steps[: steps.index(line.step) + 1]
    return sum(step.moment.happening == "call" and step.moment.functions == (name,) for step in begun)


def _sees_to_it(function: ast.FunctionDef) -> bool:
    """Return whether a function trains what it makes, seeds, sets weights or hands on a layer: a model of its own."""
    words = ("backward", "step", "manual_seed", "parameters", "state_dict", "load_state_dict", "weight", "bias", "eval")
    return any(isinstance(node, ast.Attribute) and node.attr in words for node in ast.walk(function))


def _made_and_called(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Go through the layers with weights that a function makes, calls, and neither keeps nor hands on."""
    given = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    taken = {node.func for node in nodes if isinstance(node, ast.Call)}
    kept = {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in taken
    }
    branches = any(isinstance(node, ast.If | ast.IfExp | ast.While | ast.Try | ast.Match) for node in nodes)
    if branches or any(isinstance(node, ast.Attribute) and node.attr == "manual_seed" for node in nodes):
        return
    for statement in function.body:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Call() as layer) if _has_weights(layer):
                if name in called and name not in kept | given:
                    yield layer
        for node in ast.walk(statement):
            match node:
                case ast.Call(ast.Call() as layer, [_, *_]) if _has_weights(layer):
                    yield layer


def _has_weights(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(owner, kind):
            return ast.unparse(owner) in ("nn", "torch.nn") and kind in _WITH_WEIGHTS
    return False


def _drops_in_a_function(line: Line) -> Iterator[Claim]:
    if ".dropout" not in line.source:
        return
    for call in line.calls():
        match call:
            case ast.Call(ast.Name(name)):
                functions = [each for each in line.statements if isinstance(each, ast.FunctionDef)]
                for function in functions:
                    if function.name == name and function.col_offset == 0:
                        network, drop = _evaluated(line, function), _untold(function)
                        if network and drop is not None and _dropped(line, drop):
                            yield FunctionDropsStill(line.run, network, name, line.text(drop))


def _evaluated(line: Line, function: ast.FunctionDef) -> str:
    """Return which network that a function calls is in eval mode, as the program has put it last."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    called = {each.id for each in calls if isinstance(each, ast.Name)}
    steps = line.trace.steps
    for step in reversed(steps[: steps.index(line.step)]):
        match step.moment.node:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "eval" | "train" as way))) if name in called:
                return name if way == "eval" and not step.moment.functions else ""
    return ""


def _untold(function: ast.FunctionDef) -> ast.Call | None:
    """Return a call of the function ``dropout`` that is not told whether it is to drop."""
    for node in ast.walk(function):
        match node:
            case ast.Call(ast.Attribute(owner, "dropout"), [_, *others], words):
                told = len(others) > 1 or any(word.arg in ("training", None) for word in words)
                if ast.unparse(owner).split(".")[-1] in ("F", "functional") and not told:
                    return node
    return None


def _dropped(line: Line, drop: ast.Call) -> bool:
    """Return whether a call dropped numbers when it ran last before the end of a line."""
    ledger = line.trace.ledger
    for origin in () if ledger is None else reversed(ledger.origins):
        place = origin.place
        if origin.entry != "F.dropout" or place is None or origin.call is None:
            continue
        if (place.line, place.column) == (drop.lineno, drop.col_offset):
            given = numbers(origin.call.bound.positional[0]).reshape(-1)
            return given.size == origin.values.size and bool((given != origin.values).any())
    return False


def _frozen_moves(line: Line) -> Iterator[Claim]:
    source = line.source
    if "BatchNorm" not in source or "requires_grad" not in source or not line.step.forwards:
        return
    watch = watched(line.trace)
    moved = None if watch is None else watch.moved.get(line.run)
    if moved is not None:
        before, after = (f"{each:.3g}" for each in (moved.before, moved.after))
        if before != after:
            yield FrozenMovesOn(line.run, moved.layer, moved.index, before, after)


def _starts_anew(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(owner, kind)) as call) if line.step.run > 1:
            if ast.unparse(owner) not in ("torch.optim", "optim") or not _remembers(kind, call):
                return
            loops = [each for each in line.statements if isinstance(each, ast.For | ast.While)]
            place = (line.node.lineno, line.node.col_offset)
            around = [each for each in loops if any((own.lineno, own.col_offset) == place for own in each.body)]
            ledger, steps = line.trace.ledger, line.trace.steps
            if len(around) != 1 or ledger is None or len(steps) != line.trace.taken or line.trace.stopped is not None:
                return
            inner = [node for statement in around[0].body for node in ast.walk(statement)]
            read = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
            bound = {node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            heads = [around[0].target] if isinstance(around[0], ast.For) else []
            bound |= {node.id for head in heads for node in ast.walk(head) if isinstance(node, ast.Name)}
            resets = any(isinstance(node, ast.Attribute) and node.attr in _SETS_ANEW for node in inner)
            makes = [place for place, step in enumerate(steps) if step.number == line.run[0]]
            used = [place for place, step in enumerate(steps) if _steps_by(step, name, ledger.stepped)]
            rounds = zip(makes, [*makes[1:], len(steps)], strict=True)
            once = all(sum(begin < place < end for place in used) == 1 for begin, end in rounds)
            if once and not resets and not read & bound and steps[makes[-1]] is line.step:
                yield StartsAnew(line.run, name, kind)


def _steps_by(step: Step, name: str, stepped: Mapping[Run, Any]) -> bool:
    match step.moment.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(optimiser), "step"))) if optimiser == name:
            found = stepped.get((step.number, step.run))
            return found is not None and found.moved > 0
    return False


def _remembers(kind: str, call: ast.Call) -> bool:
    if kind in _REMEMBER:
        return True
    shares = [word.value for word in call.keywords if word.arg == "momentum"]
    return kind == "SGD" and any(isinstance(each, ast.Constant) and bool(each.value) for each in shares)


def _one_model(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Name(network)) if name != network:
            words = name.lower().split("_")
            ledger, steps = line.trace.ledger, line.trace.steps
            seen = line.step.names.get(name)
            if ledger is None or seen is None or seen.shape is not None or len(steps) != line.trace.taken:
                return
            if not any(word in _NAMES_OF_COPIES for word in words) or not _is_network(line, network):
                return
            begun = steps.index(line.step)
            later = steps[begun + 1 :]
            moves = any((stepped := ledger.stepped.get((step.number, step.run))) and stepped.moved for step in later)
            read = {
                node.id
                for step in later
                for node in ast.walk(step.moment.node)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            }
            bound = {
                node.id
                for step in later
                for node in ast.walk(step.moment.node)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            if moves and {name, network} <= read and not {name, network} & bound:
                yield OneModelTwice(line.run, name, network)


def _is_network(line: Line, name: str) -> bool:
    kinds = {each.name for each in line.statements if isinstance(each, ast.ClassDef)}
    made = []
    for each in line.statements:
        match each:
            case ast.Assign([ast.Name(bound)], value) if bound == name:
                made.append(value)
    match made:
        case [ast.Call(function)]:
            return ast.unparse(function) in kinds or ast.unparse(function).startswith(("nn.", "torch.nn."))
    return False


def _one_memory(line: Line) -> Iterator[Claim]:
    put = put_in(line.node)
    if put is None or line.step.run < 2:
        return
    watch = watched(line.trace)
    entries = () if watch is None else watch.filled.get(line.run, ())
    if len(entries) < 2 or any(run[0] != line.run[0] for run, _, _ in entries):
        return
    wrote = any(then.tobytes() != entries[-1][2].tobytes() for _, _, then in entries)
    if wrote and len({_lies(array) for _, array, _ in entries}) == 1:
        instead = put.statement.format(_copied(line.asked(put.added), entries[0][1]))
        yield OneMemoryOften(line.run, put.name, line.text(put.added), len(entries), instead)


def _lies(array: Any) -> tuple[Any, ...]:
    engine = backend_of(array)
    return engine.data_pointer(array), shape_of(array), engine.byte_strides(array)


def _copied(code: str, array: Any) -> str:
    if isinstance(array, np.ndarray):
        return f"{code}.copy()"
    return f"{code}.detach().clone()" if array.requires_grad else f"{code}.clone()"


def _left(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(network, "load_state_dict"), [_], words)):
            if not any(word.arg == "strict" and ast.unparse(word.value) == "False" for word in words):
                return
            watch = watched(line.trace)
            keys = () if watch is None else watch.lacking.get(line.run, ())
            if keys:
                yield LeftAsTheyWere(line.run, line.text(network), keys)


def _still_recorded(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Attribute(ast.Name(name), "requires_grad" | "grad_fn"):
                seen = line.step.names.get(name)
                if not isinstance(node.ctx, ast.Load) or seen is None or not seen.recorded:
                    continue
                network = _gave_in_eval(line, name)
                without = any(word in line.source for word in ("no_grad", "inference_mode"))  # which is known, then
                if network and (without or not _goes_back_from(line, name)):
                    yield StillRecorded(line.run, name, network)
                    return


def _goes_back_from(line: Line, name: str) -> bool:
    """Return whether the program goes back from what is computed of a name in the same expression."""
    backs = filter(goes_back, line.everywhere())
    return any(isinstance(each, ast.Name) and each.id == name for node in backs for each in ast.walk(node))


def _gave_in_eval(line: Line, name: str) -> str:
    """Return which network a name got its tensor from, if that was in eval mode as the program has put it last."""
    steps = line.trace.steps
    before = list(steps[: steps.index(line.step)])
    network = ""
    for step in reversed(before):
        match step.moment.node:
            case ast.Assign([ast.Name(target)], ast.Call(ast.Name(called))) if not network and target == name:
                if step.moment.functions or not any(each.called == called for each in step.forwards):
                    return ""
                network = called
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(known), "eval" | "train" as way))) if known == network:
                return network if way == "eval" and not step.moment.functions else ""
    return ""


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _part_stands_still,
    _ends_at_once,
    _constants,
    _sequence_first,
    _made_in_each_call,
    _drops_in_a_function,
    _frozen_moves,
    _starts_anew,
    _one_model,
    _one_memory,
    _left,
    _still_recorded,
)
