"""What is said of each step of the playback, as claims."""

from __future__ import annotations

from collections.abc import Sequence

from primer_core.claims.claim import Claim
from primer_core.claims.noting import (
    AddsToGrad,
    BeginsWithOne,
    BeginsWithWeights,
    ChangedUnnoticed,
    Frees,
    GradSet,
    Kept,
    LeavesWritten,
    NoNodeSaved,
    Noted,
    NotNoted,
    NumbersAlone,
    PathsInto,
    SavedAtOldVersion,
    SummedToOperand,
    VersionGoes,
)
from primer_core.lessons.autograd_graph.graph import (
    BackwardCall,
    BackwardStep,
    Flow,
    ForwardStep,
    GradChange,
    GraphTrace,
    InPlaceEdit,
)


def of_steps(trace: GraphTrace) -> tuple[Claim, ...]:
    """List all that the steps of a trace say, each claim once."""
    found: list[Claim] = [*at_the_start(trace)]
    for event in trace.events:
        match event:
            case ForwardStep():
                found += of_forward(trace, event)
            case InPlaceEdit():
                found += of_edit(trace, event)
            case GradChange():
                found += of_grads(trace, event)
            case BackwardCall():
                for step in event.steps:
                    found += of_backward(trace, event, step)
                    for output in (step.output, *(output for output, _ in step.more)):
                        found += of_paths(trace, step, output)
                    for flow in step.flows:
                        found += of_flow(trace, step, flow)
                    found += of_leaf(trace, step)
    return tuple(dict.fromkeys(found))


def at_the_start(trace: GraphTrace) -> tuple[Claim, ...]:
    """Count the leaves that are there before anything is computed; say nothing where the first line already failed."""
    if not trace.nodes:
        return ()
    return (LeavesWritten(sum(node.kind == "leaf" and not node.late for node in trace.nodes)),)


def of_forward(trace: GraphTrace, step: ForwardStep) -> tuple[Claim, ...]:
    """Say what autograd notes of an operation, and which saved tensors the operation changed."""
    node = trace.node(step.node)
    inner = [other for other in trace.nodes if other.id.startswith((f"{step.node}.", f"{step.node}:"))]
    found: list[Claim] = []
    if node.engine_name and node.kind != "leaf":  # what makes a leaf has no node: AccumulateGrad is no part of it
        recorded = (*(other for other in inner if other.engine_name), node)
        names = [(each.engine_name, tuple(f"_saved_{held.name}" for held in each.saved)) for each in recorded]
        found.append(Noted(tuple(names)))
    else:
        found.append((NumbersAlone if step.of_backward else NotNoted)(step.values[0].shape))
    return (*found, *_changed(trace, step.stale, step.unnoticed))


def of_edit(trace: GraphTrace, edit: InPlaceEdit) -> tuple[Claim, ...]:
    """Say what a change in place does to the version of a tensor, and to what nodes have saved."""
    hit = _changed(trace, edit.stale, edit.unnoticed) or (NoNodeSaved(edit.name),)
    return (VersionGoes(edit.name, edit.version_before, edit.version_after), *hit)


def _changed(
    trace: GraphTrace, stale: Sequence[tuple[str, str]], unnoticed: Sequence[tuple[str, str]]
) -> tuple[Claim, ...]:
    found: list[Claim] = [SavedAtOldVersion(_kept(trace, stale))] if stale else []
    found += [ChangedUnnoticed(_kept(trace, unnoticed))] if unnoticed else []
    return tuple(found)


def _kept(trace: GraphTrace, saved: Sequence[tuple[str, str]]) -> tuple[Kept, ...]:
    """Gather saved tensors, given as (node id, name), by their nodes."""
    found: dict[str, list[str]] = {}
    for node, name in saved:
        found.setdefault(node, []).append(f"_saved_{name}")
    return tuple((trace.node(node).engine_name, tuple(names)) for node, names in found.items())


def of_grads(trace: GraphTrace, event: GradChange) -> tuple[Claim, ...]:
    """Say what the program made of each ``.grad`` that it set."""
    found: list[Claim] = []
    for cleared in (True, False):
        names = tuple(trace.node(node).label for node, value in event.grads if (value is None) is cleared)
        found += [GradSet(names, cleared)] if names else []
    return tuple(found)


def begins(step: BackwardStep) -> bool:
    """Return whether backward begins at a node."""
    return not step.arrivals[0].source


def of_backward(trace: GraphTrace, call: BackwardCall, step: BackwardStep) -> tuple[Claim, ...]:
    """Say what a node begins with where backward begins at it, and what it frees."""
    engine = trace.node(step.node).engine_name
    found: list[Claim] = []
    if begins(step):
        found.append(BeginsWithOne(engine) if call.seed is None else BeginsWithWeights(engine, call.text))
    return (*found, *([Frees(engine, tuple(f"_saved_{name}" for name in step.freed))] if step.freed else []))


def of_paths(trace: GraphTrace, step: BackwardStep, output: int) -> tuple[Claim, ...]:
    """Count the paths along which the gradient by an output of a node came, where they are several."""
    count = sum(arrival.output == output for arrival in step.arrivals)
    which = output if step.more else None
    return (PathsInto(trace.node(step.node).engine_name, count, which),) if count > 1 else ()


def of_flow(trace: GraphTrace, step: BackwardStep, flow: Flow) -> tuple[Claim, ...]:
    """Say where a gradient is summed back to the shape of an operand."""
    if not flow.summed_axes:
        return ()
    return (SummedToOperand(flow.operand, flow.value.shape, trace.node(step.node).engine_name),)


def of_leaf(trace: GraphTrace, step: BackwardStep) -> tuple[Claim, ...]:
    """Say what the node of a leaf adds to."""
    if step.grad_after is None:
        return ()
    node = trace.node(step.node)
    if node.names:
        return (AddsToGrad(node.names[0]),)
    return (AddsToGrad("" if node.label.isidentifier() else node.label),)
