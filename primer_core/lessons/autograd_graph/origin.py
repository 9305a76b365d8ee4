"""Where a tensor comes from, and why nothing leads back from it, or its ``.grad`` is None."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from primer_core.claims.claim import Claim
from primer_core.claims.recording import (
    ConstantSlope,
    CutOff,
    HoldsNoFloats,
    MadeAsData,
    NoPath,
    NotALeaf,
    NotCalled,
    OnlyFromData,
    PassesNoFloats,
    PlainGradient,
    StoppedBefore,
    UnderNoGrad,
    WasCleared,
)
from primer_core.lessons.autograd_graph.engine import Operation, Part, WentBack, leaf_of, reachable
from primer_core.lessons.autograd_graph.graph import BackwardCall, Event

if TYPE_CHECKING:
    from primer_core.lessons.autograd_graph.assemble import Story

GRAD = "torch.autograd.grad"
"""What returns gradients instead of keeping them."""

_CUTS = ("Tensor.detach", "torch.detach", "Tensor.data", "Tensor.detach_")


def origin(story: Story, node: str) -> set[str]:
    """Return the ids of a node and of all that its value was computed from."""
    operands = {op.id: [story.now(source) for source, _, _ in op.operands] for op in story.watcher.operations}
    found: set[str] = set()
    todo = [node]
    while todo:
        identity = todo.pop()
        if identity not in found:
            found.add(identity)
            todo += operands.get(identity, operands.get(identity.partition(":")[0], []))
    return found


def cuts(story: Story, node: str) -> tuple[Operation, ...]:
    """Return the detached tensors that a value was computed from, where what they were made of has a gradient."""
    of = origin(story, node)
    followed = _followed(story)
    return tuple(
        op
        for op in story.watcher.operations
        if op.id in of and op.entry in _CUTS and op.operands and story.now(op.operands[0][0]) in followed
    )


def codes(operations: Sequence[Operation]) -> tuple[str, ...]:
    """Return operations as they stand in the code panel, each once."""
    return tuple(dict.fromkeys(operation.code for operation in operations))


def operation_at(story: Story, node: str) -> Operation | None:
    """Return the operation that made what stands at a node."""
    found = (each for each in story.watcher.operations if each.id == node or node.startswith(f"{each.id}:"))
    return next(found, None)


def _followed(story: Story) -> set[str]:
    parts: tuple[Part, ...] = (*story.watcher.sources, *story.watcher.operations)
    return {part.id for part in parts if _has_graph(part)}


def _has_graph(part: Part) -> bool:
    return bool(part.engine_nodes) if isinstance(part, Operation) else part.tensor.requires_grad


def why_untracked(story: Story, name: str, tensor: Tensor, node: str) -> Claim | None:
    """Say why a tensor does not require a gradient; nothing where there is more than one reason, or none is known.

    Parameters
    ----------
    name
        Of the tensor, or what it is in the code panel.
    node
        That it stands at.
    """
    if not tensor.dtype.is_floating_point:
        return HoldsNoFloats(name, str(tensor.dtype).removeprefix("torch."))
    operation, of, followed = operation_at(story, node), origin(story, node), _followed(story)
    cut = codes(cuts(story, node))
    operations = [each for each in story.watcher.operations if each.id in of]
    if operation is not None and operation.entry == GRAD:
        creates = any(each.creates and each.text == operation.text for each in story.runs)
        return ConstantSlope(name) if creates else PlainGradient(name)
    late = any(source.late for source in story.watcher.sources if source.id in of)
    if late or any(each.entry == GRAD for each in operations):
        return None
    if operation is None or (operation.entry in _CUTS and not cut):
        return MadeAsData(name)
    unrecorded = any(
        not each.recording and any(story.now(source) in followed for source, _, _ in each.operands)
        for each in operations
    )
    if unrecorded or cut:
        return None if unrecorded and cut else CutOff(name, cut) if cut else UnderNoGrad(name)
    if not of & followed:
        return OnlyFromData(name)
    stops = [each for each in operations if any(story.now(source) in followed for source, _, _ in each.operands)]
    if len(stops) != 1 or stops[0].changes or stops[0].tensor.is_floating_point():
        return None
    return PassesNoFloats(name, stops[0].code, str(stops[0].tensor.dtype).removeprefix("torch."))


def why_none(story: Story, name: str, tensor: Tensor, events: Sequence[Event]) -> Claim | None:
    """Say why ``.grad`` of a tensor that the program names is None."""
    node = story.watcher.node_of(tensor)
    calls = [event for event in events if isinstance(event, BackwardCall)]
    if not tensor.requires_grad:
        return why_untracked(story, name, tensor, node)
    if tensor.grad_fn is not None and not tensor.retains_grad:
        return NotALeaf(name, tensor.grad_fn.name().rpartition("::")[2])
    if all(call.is_grad for call in calls):
        return NotCalled(name)
    if any(step.node == node for call in calls for step in call.steps):
        return WasCleared(name) if tensor.is_leaf else None
    run = [each for each in story.runs if not each.is_grad][-1]
    if not leads_to(run, tensor):
        return NoPath(run.began, name)
    return StoppedBefore(name) if run.message else None


def leads_to(run: WentBack, tensor: Tensor) -> bool:
    """Return whether a path that autograd follows leads from where the engine began to a tensor."""
    nodes = reachable([run.tensor])
    return any(leaf_of(node) is tensor or node is tensor.grad_fn for node in nodes)
