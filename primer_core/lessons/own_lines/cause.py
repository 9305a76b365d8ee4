"""Why a program fails: what its message says of every program that raises it, where it is true of this one."""

from __future__ import annotations

import ast
import operator
from dataclasses import replace
from functools import partial
from math import prod

from primer_core.backend import Declined
from primer_core.error_messages import Recognised, read, recognise
from primer_core.error_messages.cause import Cause
from primer_core.error_messages.kinds.calling import UnknownArgument
from primer_core.error_messages.kinds.products import InnerSizesDiffer
from primer_core.language.execution import attempted
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.apart import apart
from primer_core.lessons.own_lines.causes.arrays import of_arrays, of_masks
from primer_core.lessons.own_lines.causes.gradients import of_gradients
from primer_core.lessons.own_lines.causes.layers import made_of_data, of_layers
from primer_core.lessons.own_lines.causes.losses import loss_is_made, of_losses
from primer_core.lessons.own_lines.causes.networks import nearly_its_name, of_functions, of_networks
from primer_core.lessons.own_lines.causes.slots import of_slots
from primer_core.lessons.own_lines.failing import Entry, Failing
from primer_core.lessons.own_lines.trace import Trace


def cause_of(trace: Trace) -> Recognised | None:
    """Return what is known of the message that stopped a program.

    The shapes that are read out of a message must be those of operands that the program had there. A cause of which
    they are not is none, nor is one that speaks of a layer where none was called.
    """
    stopped = trace.stopped
    if stopped is None or stopped.declined is None or trace.failing is None:
        return None
    known = recognise(read(stopped.declined.text))
    made = apart(partial(_is_made, known if isinstance(known, Recognised) else None, trace), None)
    if made is not None:
        return Recognised("made_of_data", "PyTorch", known.raised, made)
    if not isinstance(known, Recognised):
        near = apart(partial(nearly_its_name, trace), None)
        return None if near is None else Recognised("nearly_its_name", "Python", known.raised, near)
    turned = apart(partial(of_functions, known, trace), None)
    if turned is not None:
        return replace(known, cause=turned)
    layer = trace.broken is not None and trace.broken.broke is not None and not trace.broken.broke.holds
    if isinstance(known.cause, InnerSizesDiffer) and known.cause.layer and not layer:
        return None
    if isinstance(known.cause, UnknownArgument) and not _gives(trace.failing, known.cause.name):
        return None  # what the program called gave it
    if known.kind in _OF_BATCHES and _asks_a_loader(trace.failing):
        return known  # what a loader joins are samples, which are no operands of the program
    masks = apart(partial(of_masks, trace.failing), None) if known.kind in _OF_LISTS else None
    if masks is not None:
        return replace(known, cause=masks)
    there = _shapes(trace)
    here = [operand.shape for operand in known.operands if operand.role not in _ELSEWHERE]
    if not all(_is_there(shape, there) for shape in here):
        return None
    for closer in (of_networks, of_layers, of_slots, of_arrays, of_losses, of_gradients):
        cause = apart(partial(closer, known, trace), None)
        if cause is not None:
            return replace(known, cause=cause)
    return known


def _is_made(known: Recognised | None, trace: Trace) -> Cause | None:
    """Return what was made of data, that was to be computed of it."""
    return loss_is_made(known, trace) or made_of_data(trace)


def _gives(failing: Failing, name: str) -> bool:
    """Return whether a call gives an argument by a name, or by ``**``."""
    words = failing.node.keywords if isinstance(failing.node, ast.Call) else []
    return any(word.arg in (name, None) for word in words)


def _asks_a_loader(failing: Failing) -> bool:
    """Return whether a batch of a loader was asked for."""
    names = {each.id for each in ast.walk(failing.node) if isinstance(each, ast.Name)}
    made = any(isinstance(each, ast.Attribute) and each.attr == "DataLoader" for each in ast.walk(failing.node))
    return made or "DataLoader" in names or any(failing.scope.get(name) == "DataLoader" for name in names)


_OF_LISTS = ("index_lists", "index_lists_torch")
"""Kinds of messages on lists in an index."""

_OF_BATCHES = ("stack_torch", "collate", "collate_lists")
"""Kinds of messages that a loader raises where it makes a batch."""

_ELSEWHERE = ("result", "saved", "model", "kernel", "wanted", "padded", "one sample")
"""Roles of what is no operand, but a result that never was, or lies within one."""


def _shapes(trace: Trace) -> set[tuple[int, ...]]:
    """Return the shapes that the program had where it stopped: of operands, and of a layer's input and weight."""
    assert trace.failing is not None
    found = {operand.shape for operand in trace.failing.operands if operand.shape is not None}
    for operand in trace.failing.operands:
        if isinstance(operand.value, tuple):
            found |= {each.shape for each in operand.value if isinstance(each, Entry)}
            if all(type(each) is int for each in operand.value):
                found |= {operand.value, (len(operand.value),)}
    found.add(tuple(each.value for each in trace.failing.operands if type(each.value) is int))
    if trace.failed is not None and trace.failed.entry.endswith(".[]="):
        array, index, value = trace.failed.operands
        place, _ = attempted(operator.getitem, (array, index), {})
        found |= {shape_of(value), *(() if isinstance(place, Declined) else (shape_of(place),))}
    broke = trace.broken.broke if trace.broken is not None else None
    if broke is not None:
        found |= set(broke.given)
        if broke.weight is not None:
            found |= {broke.weight, broke.weight[::-1]}
    return found


def _is_there(shape: tuple[int, ...], there: set[tuple[int, ...]]) -> bool:
    """Return whether a shape is one of those, as it is, with its first axes as one, or with other axes of size 1."""
    if shape in there or not shape:
        return True
    for known in there:
        if known and shape[-1:] == known[-1:] and prod(shape) == prod(known):
            return True
        if tuple(size for size in shape if size != 1) == tuple(size for size in known if size != 1):
            return True
    return False
