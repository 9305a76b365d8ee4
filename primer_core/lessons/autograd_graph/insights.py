"""What is worth saying of a program that ran: what its gradients are made of, and what was cut, kept or shared."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from torch import Tensor

from primer_core.claims.claim import Claim
from primer_core.claims.going_back import (
    AddedUp,
    BecameNotFinite,
    Detached,
    FlatThere,
    KeptForSecond,
    NoNumberForward,
    NothingSaved,
    PathsMeet,
    StretchedBack,
    Weighed,
)
from primer_core.claims.in_place import RecordedInPlace, StaysALeaf, Unnoticed, WroteThrough
from primer_core.claims.recording import HasGraph
from primer_core.language.evaluator import carried_out
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.entry import Entry
from primer_core.lessons.autograd_graph.engine import Computed, Edited, leaf_of
from primer_core.lessons.autograd_graph.graph import BackwardCall, Event
from primer_core.lessons.autograd_graph.origin import GRAD, codes, cuts
from primer_core.lessons.autograd_graph.run import Run, bound_names

if TYPE_CHECKING:
    from primer_core.lessons.autograd_graph.assemble import Story

_MOST_NUMBERS = 6
"""Numbers of a gradient that a sentence gives."""

_FLAT_BEYOND = frozenset({"relu", "clamp", "clip"})
"""Functions that give one number for all beyond a bound."""

_STAIRCASES = frozenset({"sign", "round", "floor", "ceil", "trunc"})
"""Functions that are flat but for steps."""

_FLAT = _FLAT_BEYOND | _STAIRCASES

_CUTS = ("Tensor.detach", "torch.detach", "Tensor.data")


def insights(story: Story, events: Sequence[Event]) -> tuple[Claim, ...]:
    """List them; the program must have come to its end."""
    calls = [event for event in events if isinstance(event, BackwardCall)]
    found = [
        *_detached(story),
        *_in_place(story),
        *_several_calls(story),
        *_weighed(story),
        *_not_finite_forward(story),
        *_not_finite(story),
        *_graphs_of_gradients(story),
    ]
    if len(calls) == 1 and not calls[0].is_grad:
        found += [*_paths(story, calls[0]), *_stretched(story, calls[0]), *_flat(story, calls[0])]
    return tuple(dict.fromkeys(found))


def _leaves(story: Story) -> Mapping[str, Tensor]:
    """The leaves by their names, those that are bound once and stay what they were; of two names the first."""
    bound = [name for statement in story.program.statements for name in bound_names(statement)]
    found: dict[str, Tensor] = {}
    for name, tensor in story.watcher.tensors.items():
        named = any(tensor is other for other in found.values())
        if tensor.is_leaf and tensor.requires_grad and bound.count(name) == 1 and not named:
            found[name] = tensor
    return {name: tensor for name, tensor in found.items() if name != story.switches.detach}


def _once(story: Story, name: str) -> bool:
    """Whether one statement of the program binds a name; that others change its tensor in place is no matter."""
    assigned = (statement for statement in story.program.statements if isinstance(statement, ast.Assign))
    return sum(name in bound_names(statement) for statement in assigned) == 1


def _values(tensor: Tensor | None) -> tuple[float, ...] | None:
    return None if tensor is None else tuple(map(float, tensor.detach().flatten().tolist()))


def _told(values: tuple[float, ...] | None) -> bool:
    """Whether a sentence can give these numbers."""
    return values is None or (len(values) <= _MOST_NUMBERS and all(map(math.isfinite, values)))


def _detached(story: Story) -> Iterator[Claim]:
    runs = [run for run in story.runs if not run.is_grad]
    if not runs or any(isinstance(event, Edited) for event in story.watcher.events):
        return
    cut = cuts(story, runs[0].root[0])
    if not cut or any(operation.entry not in _CUTS for operation in cut):
        return
    run = Run(story.program, replace(story.switches, retain_grad=False), _uncut, writes=False)
    try:
        if run.forward() and not story.program.goes_back:
            run.go_back()
    except Rejection:
        return
    if run.stops:
        return
    for name, tensor in _leaves(story).items():
        now, other = _values(tensor.grad), _values(run.tensors[name].grad)
        if now != other and _told(now) and _told(other):
            yield Detached(codes(cut), name, now, other)
            return


def _uncut(
    entry: Entry, place: Place, positional: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[Any, tuple[str, ...]]:
    """Carry out a call as the libraries do, but detach nothing."""
    return (positional[0], ()) if entry.name in _CUTS else carried_out(entry, place, positional, keywords)


def _in_place(story: Story) -> Iterator[Claim]:
    names = {id(tensor): name for name, tensor in story.watcher.tensors.items() if _once(story, name)}
    nodes = {story.watcher.node_of(tensor): names[id(tensor)] for tensor in story.watcher.tensors.values()
             if id(tensor) in names}  # fmt: skip
    for event in story.watcher.events:
        match event:
            case Edited():
                name, statement, changes = event.name, event.statement, event.changes
                leaf = story.watcher.tensors.get(name)
                if (
                    leaf is not None
                    and leaf.is_leaf
                    and leaf.requires_grad
                    and story.watcher.node_of(leaf) == event.node
                ):
                    yield StaysALeaf(statement, name)
                if changes.unnoticed and (".data" in statement or _is_data(story, name)):
                    yield Unnoticed(statement, story.engine_name(changes.unnoticed[0][0]))
            case Computed(operation, changes) if operation.changes:
                statement, name = operation.changes, names.get(id(operation.tensor), "")
                main = operation.tensor.grad_fn
                if main is not None and main in operation.engine_nodes and statement.startswith(name) and name:
                    yield RecordedInPlace(statement, name, main.name().rpartition("::")[2])
            case _:
                continue
        others = tuple(nodes[node] for node, _, _ in changes.values if nodes.get(node, name) != name)
        if others and name.isidentifier() and name in names.values():
            yield WroteThrough(statement, name, others)


def _is_data(story: Story, name: str) -> bool:
    """Whether a name is bound to the ``.data`` of a tensor, and to nothing else."""
    return _once(story, name) and any(
        isinstance(statement, ast.Assign)
        and name in bound_names(statement)
        and isinstance(statement.value, ast.Attribute)
        and statement.value.attr == "data"
        for statement in story.program.statements
    )


def _several_calls(story: Story) -> Iterator[Claim]:
    runs = story.runs
    for name, leaf in _leaves(story).items():
        steps = [step for run in runs for step in run.steps if leaf_of(step.node) is leaf]
        after = [_values(step.grad_after) for step in steps]
        before = [_values(step.grad_before) for step in steps]
        if len(steps) > 1 and before[1:] == after[:-1] and before[0] is None:
            told = tuple(each for each in after if each is not None)
            if all(map(_told, told)):
                yield AddedUp(name, told)
    if len(runs) != 2 or runs[0].root != runs[1].root or any(run.is_grad or run.creates for run in runs):
        return
    freed = [step.node.name().rpartition("::")[2] for step in runs[1].steps if step.freed]
    if runs[0].keeps and freed and not runs[1].keeps:
        yield KeptForSecond(tuple(dict.fromkeys(freed)))
    elif not runs[0].keeps and runs[0].began.isidentifier() and runs[0].steps:
        yield NothingSaved(runs[0].began)


def _weighed(story: Story) -> Iterator[Claim]:
    runs = story.runs
    if len(runs) != 1 or runs[0].seed is None or runs[0].is_grad or not runs[0].began.isidentifier():
        return
    weights = _values(runs[0].seed)
    for name, leaf in _leaves(story).items():
        if leaf.grad is not None and weights is not None and len(weights) > 1 and _told(weights):
            yield Weighed(runs[0].began, weights, name)
            return


def _not_finite(story: Story) -> Iterator[Claim]:
    run = next(iter(story.runs), None)
    if run is None or len(story.runs) > 1:
        return
    grads = {name: leaf.grad for name, leaf in _leaves(story).items() if leaf.grad is not None}
    name = next((name for name, grad in grads.items() if not grad.isfinite().all()), None)
    first = next((step for step in run.steps if _is_finite(step.upstreams) and not _is_finite(step.handed)), None)
    if first is not None and name is not None:
        zero = any(each is not None and bool((each == 0).any()) for each in first.upstreams)
        to_nan = next((step for step in run.steps if _has_nan(step.handed) and not _has_nan(step.upstreams)), first)
        holds_nan = bool(grads[name].isnan().any())
        from_infinity = holds_nan and not _is_finite(to_nan.upstreams)
        later = to_nan.node.name().rpartition("::")[2] if from_infinity else ""
        yield BecameNotFinite(first.node.name().rpartition("::")[2], name, holds_nan, zero, later)


def _not_finite_forward(story: Story) -> Iterator[Claim]:
    """Say of the first operation whose result is not finite that it is; nothing where a number was not before."""
    operations = story.watcher.operations
    if any(each.changes for each in operations) or any(isinstance(each, Edited) for each in story.watcher.events):
        return
    sources = [source.tensor for source in story.watcher.sources]
    first = next((each for each in operations if not _is_finite(each.outputs)), None)
    text = "\n".join(story.watcher.run.code)
    if first is not None and _is_finite(sources) and text.count(first.code) == 1:
        yield NoNumberForward(first.code, any(bool(each.isnan().any()) for each in first.outputs))


def _is_finite(tensors: Sequence[Tensor | None]) -> bool:
    return all(each is None or bool(each.isfinite().all()) for each in tensors)


def _has_nan(tensors: Sequence[Tensor | None]) -> bool:
    return any(each is not None and bool(each.isnan().any()) for each in tensors)


def _graphs_of_gradients(story: Story) -> Iterator[Claim]:
    for name, tensor in story.watcher.tensors.items():
        node = story.watcher.node_of(tensor)
        made = next((each for each in story.watcher.operations if each.entry == GRAD and node == each.id), None)
        if made is not None and tensor.grad_fn is not None:
            yield HasGraph(name)


def _paths(story: Story, call: BackwardCall) -> Iterator[Claim]:
    if any(isinstance(event, Edited) for event in story.watcher.events):
        return
    for name, leaf in _leaves(story).items():
        node = story.watcher.node_of(leaf)
        step = next((step for step in call.steps if step.node == node), None)
        if step is not None and len(step.arrivals) > 1 and leaf.grad is not None and leaf.grad.isfinite().all():
            yield PathsMeet(name, len(step.arrivals))


def _stretched(story: Story, call: BackwardCall) -> Iterator[Claim]:
    text = "\n".join(story.watcher.run.code)
    leaves = _leaves(story)
    for step in call.steps:
        operation = next((each for each in story.watcher.operations if each.id == step.node), None)
        for flow in step.flows:
            leaf = leaves.get(flow.operand)
            if operation is None or leaf is None or not flow.summed_axes or not _is_finite([leaf.grad]):
                continue
            if text.count(operation.code) == 1 and not operation.changes:
                yield StretchedBack(operation.code, flow.operand, flow.value.shape, flow.summed_axes)


def _flat(story: Story, call: BackwardCall) -> Iterator[Claim]:
    text = "\n".join(story.watcher.run.code)
    for step in call.steps:
        operation = next((each for each in story.watcher.operations if each.id == step.node), None)
        if operation is None or operation.changes or operation.entry.rpartition(".")[2] not in _FLAT:
            continue
        stairs = operation.entry.rpartition(".")[2] in _STAIRCASES
        for flow in step.flows:
            given = operation.operands[0][2]
            if flow.local is None or given.shape != operation.value.shape or given.shape != flow.local.shape:
                continue
            # At a bound itself it bends, and is not flat: there it gives back what it is given.
            found = tuple(
                number
                for number, made, local in zip(given.values, operation.value.values, flow.local.values, strict=True)
                if local == 0 and (not _is_step(operation.entry, number) if stairs else made != number)
            )
            if found and _told(found) and text.count(operation.code) == 1:
                yield FlatThere(operation.code, found, len(given.values))


def _is_step(entry: str, number: float) -> bool:
    """Return whether a staircase has a step at a number, or so near that rounding may reach it."""
    match entry.rpartition(".")[2]:
        case "sign":
            nearest = 0.0
        case "round":
            nearest = math.floor(number) + 0.5
        case _:
            nearest = round(number)  # trunc has none at 0, which is passed over, too
    return abs(number - nearest) < _BESIDE


_BESIDE = 1e-4
