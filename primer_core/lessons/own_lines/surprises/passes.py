"""When it surprises what comes of networks: values out of reach, mixed samples, sizes, frozen parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.passes import (
    AloneInALayer,
    FrozenStillMoves,
    JoinedByPlace,
    NeverBelowHalf,
    OwnRandomStart,
    PaddingRow,
    SamplesMixed,
    TakesTheSmaller,
)
from primer_core.language.execution import is_array
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.layers import LayerCall
from primer_core.language.programs.reading import read_program
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.reruns.models import watched
from primer_core.lessons.own_lines.surprises.line import Line
from primer_core.lessons.own_lines.trace import Trace

_RECURRENT = ("RNN", "GRU", "LSTM")
_COMPARES = ("torch.equal", "torch.allclose")


def _layers(line: Line, *, earlier: bool = False) -> Iterator[tuple[str, LayerCall]]:
    """Go through the layers that a line called, as code writes them; those of the lines before it, too, if asked."""
    steps = line.trace.steps
    for step in (*reversed(steps[: steps.index(line.step)]), line.step) if earlier else (line.step,):
        for forward in step.forwards:
            if forward.called.isidentifier():
                yield from ((f"{forward.called}{each.path}", each) for each in forward.layers)


def _alone(line: Line) -> Iterator[Claim]:
    for code, layer in _layers(line):
        found = re.fullmatch(r"dim=(-?\d+)", layer.settings)
        if layer.kind != "Softmax" or found is None or not layer.gave or not layer.gave[0]:
            continue
        shape = layer.gave[0]
        axis = int(found[1]) % len(shape)
        if shape[axis] == 1 and all(shape):
            yield AloneInALayer(line.run, code, axis, shape)


def _half(line: Line) -> Iterator[Claim]:
    if "igmoid" not in line.source:  # it is asked of each line, and what was computed may be long
        return
    ledger = line.trace.ledger
    for origin in line.origins_here():
        if origin.place is None or len(origin.read) != 1:
            continue
        if origin.entry.rpartition(".")[2] != "sigmoid" or not origin.read[0].size:
            continue
        made = [ledger.origin_of(int(cell)) for cell in origin.read[0].reshape(-1)] if ledger is not None else []
        found = line.at(origin.place)
        given = {"" if each is None else each.entry.rpartition(".")[2] for each in made}
        if given <= {"relu", "relu_"} and isinstance(found, ast.Call):
            yield NeverBelowHalf(line.run, line.text(found))


def _mixed(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("Tensor.view", "Tensor.reshape") or part.result is None or not part.operands:
            continue
        shape, gives = shape_of(part.operands[0]), shape_of(part.result)
        match line.at(part.place):
            case ast.Call(ast.Attribute(ast.Name(name))) if len(shape) == 3 and len(gives) == 2 and all(shape):
                layers, samples, _ = shape
            case _:
                continue
        if min(layers, samples) < 2 or gives[0] != samples or not _is_state(line, name):
            continue
        whose = np.broadcast_to(np.arange(samples)[:, None], shape).reshape(gives)
        row = tuple(int(each) for each in np.unique(whose[0]))
        if len(row) > 1:
            instead = f"{name}.transpose(0, 1).reshape({samples}, -1)"
            yield SamplesMixed(line.run, part.place.text, name, shape, row, instead)


def _is_state(line: Line, name: str) -> bool:
    """Return whether a name was bound, once, to the last states that a recurrent layer gives."""
    bound = []
    for each in line.statements:
        match each:
            case ast.Assign([target], value) if any(
                isinstance(node, ast.Name) and node.id == name for node in ast.walk(target)
            ):
                bound.append((target, value))
    match bound:
        case [(ast.Tuple([_, ast.Name(second) | ast.Tuple([ast.Name(second), _])]), ast.Call(ast.Name(layer)))]:
            seen = line.step.names.get(layer)
            return second == name and seen is not None and seen.kind in _RECURRENT
    return False


def _smaller(line: Line) -> Iterator[Claim]:
    for up, layer in _layers(line):
        if not layer.kind.startswith("ConvTranspose") or not layer.gave or not layer.given:
            continue
        settings, made, taken = _steps(layer), layer.gave[0][-1], layer.given[0][-1]
        if "output_padding" in layer.settings or "dilation" in layer.settings:
            continue
        for down, other in _layers(line, earlier=True):
            if other.kind != layer.kind.replace("Transpose", "") or not other.gave or not other.given:
                continue
            had = other.given[0][-1]
            same = _steps(other) == settings and "dilation" not in other.settings and other.gave[0][-1] == taken
            if same and 0 < had - made < settings["stride"]:
                yield TakesTheSmaller(line.run, up, down, taken, made, had)
                return


def _steps(layer: LayerCall) -> Mapping[str, int]:
    """Return the numbers of a convolution that sizes depend on, along its last axis."""
    found = dict(re.findall(r"(\w+)=\(([\d, ]+)\)", layer.settings))
    numbers = {name: int(text.rstrip(", ").rpartition(",")[2]) for name, text in found.items()}
    return {name: numbers.get(name, 0) for name in ("kernel_size", "stride", "padding")}


def _padding(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        name = part.place.text.removesuffix(".weight.grad")
        if part.entry != "Tensor.grad" or part.result is None or name == part.place.text:
            continue
        rows = {
            int(found[1])
            for code, layer in _layers(line, earlier=True)
            if code == name and layer.kind == "Embedding"
            for found in [re.search(r"padding_idx=(\d+)", layer.settings)]
            if found is not None
        }
        if len(rows) == 1:
            yield PaddingRow(line.run, name, *rows)


def _own_start(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        match line.at(part.place):
            case ast.Call(_, [ast.Call(ast.Name(one), given, []), ast.Call(ast.Name(other), same, [])]) as call:
                pass
            case _:
                continue
        alike = list(map(ast.dump, given)) == list(map(ast.dump, same)) and one != other
        if ast.unparse(call.func) not in _COMPARES or part.result is not False or not alike:
            continue
        kinds = [line.step.names[name].kind for name in (one, other) if name in line.step.names]
        forwards = (forward for step in line.trace.steps for forward in step.forwards)
        calls = [forward for forward in forwards if forward.called in (one, other) and forward.parameters]
        anew = {"load_state_dict", "step", "deepcopy", "init"} & _attributes(line)
        if len(kinds) == 2 and kinds[0] == kinds[1] and calls and not _drops(calls) and not anew:
            yield OwnRandomStart(line.run, one, other)


def _attributes(line: Line) -> set[str]:
    return {node.attr for node in line.everywhere() if isinstance(node, ast.Attribute)}


def _drops(calls: list[Any]) -> bool:
    return any(layer.drops for forward in calls for layer in forward.layers)


def _frozen(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    if ledger is None or line.run not in ledger.stepped or "requires_grad" not in line.source:
        return
    watch = watched(line.trace)
    stepped = None if watch is None else watch.stepped.get(line.run)
    if stepped is not None and stepped.frozen:
        yield FrozenStillMoves(line.run, stepped.name, stepped.frozen[0])


def _joined(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Tuple(targets)], ast.Call(ast.Name("next"), [ast.Call(ast.Name("iter"), [given], [])], [])
        ):
            pass
        case ast.For(ast.Tuple(targets), given):
            pass
        case _:
            return
    seen = line.step.names.get(given.id) if isinstance(given, ast.Name) else None
    made_here = isinstance(given, ast.Call) and ast.unparse(given.func).rpartition(".")[2] == "DataLoader"
    if not (made_here or (seen is not None and seen.kind == "DataLoader")) or "collate_fn" in line.source:
        return
    for target in targets:
        held = line.step.names.get(target.id) if isinstance(target, ast.Name) else None
        if held is None or held.kind != "list" or not isinstance(target, ast.Name):
            continue
        stored = line.stored()
        if any(stored.count(name) > 1 for name in (target.id, line.text(given))):
            continue  # to something else than these in the end, it may be
        if line.step.run != max(step.run for step in line.trace.steps if step.number == line.step.number):
            continue
        tensors = _at_the_end(line.trace, target.id)
        if tensors is not None and len(tensors) > 1:
            yield JoinedByPlace(line.run, target.id, len(tensors), len(tensors[0]))


@lru_cache(4)
def _at_the_end(trace: Trace, name: str) -> list[Any] | None:
    """Return the tensors of a list that a name is bound to at the end, each of as many numbers; None for all else."""
    program = read_program(trace.source)
    again = Interpreter()
    again.names.update(trace.given())
    stopped = again.run_program(program)
    held = again.names.get(name)
    if stopped is not None or type(held) is not list or not held or not all(map(is_array, held)):
        return None
    return held if len({shape_of(each) for each in held}) == 1 and len(shape_of(held[0])) == 1 else None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _alone,
    _half,
    _mixed,
    _smaller,
    _padding,
    _own_start,
    _frozen,
    _joined,
)

OF_LOOPS: tuple[Callable[[Line], Iterator[Claim]], ...] = (_joined,)
"""What is asked of the line that begins a loop."""
