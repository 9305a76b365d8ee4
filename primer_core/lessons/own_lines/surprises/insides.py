"""When it surprises what layers, optimisers and schedulers keep: variances, sizes, memory, patience."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.insides import (
    MovesWithoutSlope,
    OwnAreUnlisted,
    PatienceSpent,
    SizesForTheText,
    StatesLayersFirst,
    StepsInEachBatch,
    TwoVariances,
)
from primer_core.language.programs.networks import SCHEDULES
from primer_core.lessons.own_lines.reruns.objects import objects_of
from primer_core.lessons.own_lines.surprises.line import Line

_RECURRENT = ("RNN", "GRU", "LSTM")


def _seen(line: Line) -> Iterator[Claim]:
    watch = objects_of(line.trace)
    if watch is None:
        return
    moved, fell = watch.moved.get(line.run), watch.fell.get(line.run)
    if moved is not None:
        yield MovesWithoutSlope(line.run, moved.optimiser, moved.parameter, moved.decay)
    if fell is not None:
        numbers = (f"{each:.6g}" for each in (fell.best, fell.before, fell.after))
        yield PatienceSpent(line.run, fell.scheduler, fell.patience, *numbers)
    if line.run in watch.unlisted and line.step.printed:
        yield OwnAreUnlisted(line.run, *watch.unlisted[line.run])
    if line.run in watch.replaced:
        layer, inputs, outputs, shape = watch.replaced[line.run]
        yield SizesForTheText(line.run, layer, inputs, outputs, shape)


def _in_each_batch(line: Line) -> Iterator[Claim]:
    trace, steps = line.trace, line.trace.steps
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(), "step"), [], [])) if "StepLR(" in trace.source:
            pass
        case _:
            return
    loops = line.loops_around()
    schedules = [name for name, seen in line.step.names.items() if seen.kind in SCHEDULES]
    if len(loops) != 2 or len(schedules) != 1 or len(steps) != trace.taken or line.step.moment.functions:
        return
    if not isinstance(loops[0], ast.For):
        return
    heads = [place for place, step in enumerate(steps) if step.number == loops[0].lineno]
    calls = [step for step in steps[heads[0] : heads[1]] if step.number == line.run[0]] if len(heads) > 1 else []
    watch = objects_of(trace) if len(calls) > 1 and calls[0].run == 1 else None
    lowered = None if watch is None else watch.lowered.get((calls[-1].number, calls[-1].run))
    if lowered is not None and lowered.size <= len(calls) and lowered.now != lowered.first:
        rates = (f"{each:.6g}" for each in (lowered.first, lowered.now))
        yield StepsInEachBatch(line.run, lowered.scheduler, len(calls), loops[0].lineno, lowered.size, *rates)


def _variances(line: Line) -> Iterator[Claim]:
    if "BatchNorm" not in line.source or not _is_about_variances(line):
        return
    watch = objects_of(line.trace)
    normed = None if watch is None else watch.normed.get(line.run)
    if normed is not None and normed.biased > 0:
        numbers = (f"{each:.6g}" for each in (normed.biased, normed.unbiased))
        yield TwoVariances(line.run, normed.layer, normed.count, *numbers)


def _is_about_variances(line: Line) -> bool:
    """Return whether a program reads the variance that a batch norm keeps, or makes one that keeps the last alone."""
    for node in line.everywhere():
        match node:
            case ast.Attribute(_, "running_var"):
                return True
            case ast.keyword("momentum", ast.Constant(1 | 1.0)):
                return True
    return False


def _states(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign(
            [ast.Tuple([_, ast.Name(state) | ast.Tuple([ast.Name(state), _])])], ast.Call(ast.Name(called), [_, *_])
        ):
            pass
        case _:
            return
    layers = [each.layers[0] for each in line.step.forwards if each.called == called]
    seen = line.step.names.get(state)
    if not layers or seen is None or seen.shape is None or len(seen.shape) != 3 or line.stored().count(state) > 1:
        return
    own = layers[0]
    if own.kind not in _RECURRENT or "batch_first=True" not in own.settings or not own.given or len(own.given[0]) != 3:
        return
    if "proj_size" in own.settings or any(
        isinstance(each, ast.ClassDef) and each.name == own.kind for each in line.statements
    ):
        return
    reads = (node.id for node in line.everywhere() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    if state in reads:
        directions = 2 if "bidirectional=True" in own.settings else 1
        first, second, third = seen.shape
        yield StatesLayersFirst(line.run, called, state, (first, second, third), directions)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_seen, _in_each_batch, _variances, _states)
