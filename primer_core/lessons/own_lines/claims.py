"""What the page on a learner's own lines says."""

from __future__ import annotations

from collections.abc import Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.memory_cells import BufferCells, MemoryChanged, TouchesAll, TouchesCells
from primer_core.claims.networks import CallGives, LayerBroke, LayerGave, LayerWants, NetworkLearns, NeverCalled
from primer_core.claims.running import (
    BesideCells,
    BoundAgain,
    BoundArray,
    BoundKind,
    BoundText,
    CellsChanged,
    FirstBound,
    LinePrinted,
    OwnBytes,
    ProgramStops,
    RanToItsEnd,
    Run,
    RunsInstead,
    SameArray,
    ShapeChanged,
    SharesCells,
)
from primer_core.claims.sources import CellFrom, SlopeWritten, WentInto
from primer_core.language.programs.layers import Forward, LayerCall
from primer_core.lessons.own_lines.causes.layers import batch_for_channels
from primer_core.lessons.own_lines.explain import Message, Outcome, Shown
from primer_core.lessons.own_lines.in_sight import spelled_out
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.sharing import Buffer, Touching, remembered
from primer_core.lessons.own_lines.sources import Row, number_code
from primer_core.lessons.own_lines.surprises import surprises_of
from primer_core.lessons.own_lines.trace import Binding, Step


def claims_of(_: OwnLinesQuestion, shown: Outcome) -> tuple[Claim, ...]:
    """Return all claims of the page; of an error message the causes say what there is to say."""
    if isinstance(shown, Message):
        return ()
    lines = (claim for step in latest(shown) for group in of_step(step) for claim in group)
    surprises = (claim for found in surprising(shown).values() for claim in found)
    memory = (claim for buffer in remembered(shown.steps) for claim in _all_of_buffer(buffer, shown))
    return (
        *lines,
        *surprises,
        *ends(shown),
        *shown.lost,
        *of_layers(shown),
        *of_input(shown),
        *fixed(shown),
        *memory,
        *came(shown),
        *went(shown),
    )


_MOST_EARLIER = 4
"""Runs of a line before its last one that are looked at, too."""


def latest(shown: Shown) -> tuple[Step, ...]:
    """Return the last step that is shown of each statement, as they stand in the program."""
    last = {step.number: step for step in shown.steps if step.moment.happening != "test"}
    return tuple(sorted(last.values(), key=lambda step: (step.line, step.number)))


def surprising(shown: Shown) -> dict[Step, tuple[Claim, ...]]:
    """Return what each line did, when it ran last, that may not be what was meant.

    A line meets this and that where it runs often, above all in a function: what its last run does not show, the last
    one before that does, of a few.
    """
    last = latest(shown)
    often: dict[int, list[Step]] = {}
    for step in shown.steps:
        if step.moment.happening != "test":
            often.setdefault(step.number, []).append(step)
    before = [step for runs in often.values() for step in runs[-1 - _MOST_EARLIER : -1]]
    every = surprises_of(shown.trace, (*last, *before))
    found = {step: every[step] for step in last if step in every}
    taught = {step.number: {claim.teaches() for claim in claims} for step, claims in found.items()}
    for step in sorted((step for step in before if step in every), key=lambda step: -step.run):
        known = taught.setdefault(step.number, set())
        new = tuple(claim for claim in every[step] if claim.teaches() not in known)
        if new:
            found[step] = new
            known.update(claim.teaches() for claim in new)
    return found


def of_step(step: Step) -> tuple[tuple[Claim, ...], ...]:
    """Return what is said of a step: a group of claims for each name that it bound, and one for what it changed."""
    run = (step.number, step.run)
    groups = [tuple(_of_binding(run, step, binding)) for binding in step.bound]
    if step.changed:
        groups.append((CellsChanged(run, step.changed),))
    for name, before in step.reshaped:
        groups.append((ShapeChanged(run, name, before, step.names[name].shape or ()),))
    if step.printed:
        groups.append((LinePrinted(run, "\n".join(step.printed)),))
    return tuple(group for group in groups if group)


def _of_binding(run: Run, step: Step, binding: Binding) -> Iterator[Claim]:
    seen = step.names[binding.name]
    if seen.shape is None:
        yield BoundText(run, binding.name, seen.text) if seen.text else BoundKind(run, binding.name, seen.kind)
        return
    yield BoundArray(run, binding.name, seen.shape, seen.dtype)
    if binding.again:
        yield BoundAgain(run, binding.name)
    elif binding.relation == "own":
        yield FirstBound(run, binding.name)
    memory = seen.memory
    match binding.relation:
        case "same":
            yield SameArray(run, binding.name, binding.of)
        case "view" if memory is not None:
            yield SharesCells(run, binding.name, binding.of, memory.start, seen.read_only)
        case "beside":
            yield BesideCells(run, binding.name, binding.of)
        case "own" if memory is not None:
            yield OwnBytes(run, binding.name, memory.nbytes)


def run_of_memory(shown: Shown) -> Run:
    """Return after which line the memory is as it is shown."""
    here = shown.steps[-1].moment.functions
    step = [each for each in shown.steps if each.moment.happening != "test" and each.moment.functions == here][-1]
    return step.number, step.run


def of_buffer(buffer: Buffer, shown: Shown) -> tuple[Claim, ...]:
    """Return what is said of a buffer itself."""
    run = run_of_memory(shown)
    size = BufferCells(run, buffer.arrays[0].names[0], buffer.nbytes, buffer.count, buffer.itemsize)
    if not buffer.changed_name or not buffer.changed_stretches:
        return (size,)
    return size, MemoryChanged(run, buffer.changed_name, buffer.changed_stretches, buffer.itemsize)


def of_array(array: Touching, buffer: Buffer, shown: Shown) -> Claim:
    """Return what is said of an array in a buffer."""
    run = run_of_memory(shown)
    if array.cells.size == buffer.count:
        return TouchesAll(run, array.names[0])
    return TouchesCells(run, array.names[0], array.start, int(array.cells.size), buffer.itemsize)


def _all_of_buffer(buffer: Buffer, shown: Shown) -> tuple[Claim, ...]:
    return (*of_buffer(buffer, shown), *(of_array(array, buffer, shown) for array in buffer.arrays))


def ends(shown: Shown) -> tuple[Claim, ...]:
    """Say that the program ran to its end, or where it stops with an exception, once it is shown so far."""
    stopped = shown.trace.stopped
    if not shown.at_end:
        return ()
    if stopped is None:
        return (RanToItsEnd(len(shown.trace.printed)),)
    if stopped.declined is None:
        return ()
    return (ProgramStops(stopped.place.line, stopped.declined.kind, stopped.declined.words, stopped.place.text),)


def of_layers(shown: Shown) -> tuple[Claim, ...]:
    """Say of each layer of the network that was called last what it gave, and where it broke."""
    forward = shown.forward
    if forward is None:
        return ()
    said: list[Claim] = [
        LayerGave(forward.number, call.name, call.made, call.given[0], call.gave[0], call.parameters)
        for call in forward.layers
        if not call.holds and call.given and call.gave
    ]
    if not forward.waiting:
        said.append(NetworkLearns(forward.number, forward.parameters, forward.trainable))
    broke, misfit = forward.broke, forward.misfit
    if broke is not None and broke.given:
        stopped = shown.trace.stopped
        _, _, kind = ("", "", "") if stopped is None else stopped.message.partition("must be Tensor, not ")
        made = broke.kind if broke.holds else broke.made
        front = _recurrent_in_front(forward, broke) if kind.strip() == "tuple" else ""
        said.append(LayerBroke(forward.number, broke.name, made, kind.strip() or broke.given[0], front))
    if misfit is not None and batch_for_channels(shown.trace) is None:
        said.append(LayerWants(misfit.setting, misfit.had, misfit.wanted))
    return tuple(said)


def _recurrent_in_front(forward: Forward, broke: LayerCall) -> str:
    """Return the class of the recurrent layer that stands right in front of another one in a Sequential."""
    parent, _, place = broke.name.rpartition(".")
    holder = [call for call in forward.layers if call.name == parent and call.kind == "Sequential"]
    if not holder or not place.isdigit() or place == "0":
        return ""
    name = f"{parent}.{int(place) - 1}".removeprefix(".")
    before = [call.kind for call in forward.layers if call.name == name]
    return before[-1] if before and before[-1] in ("RNN", "LSTM", "GRU") else ""


def of_input(shown: Shown) -> tuple[Claim, ...]:
    """Say of a network that it is never called, and what a call gives."""
    given = shown.input
    return () if given is None else (NeverCalled(given.name), CallGives(given.line, given.gives, given.error))


def fixed(shown: Shown) -> tuple[Claim, ...]:
    """Say what would work."""
    stopped = shown.trace.stopped
    line = 0 if stopped is None else stopped.place.line
    return tuple(RunsInstead(line, fix.at, fix.line, fix.where == "added", fix.gives) for fix in shown.fixes)


def came(shown: Shown) -> tuple[Claim, ...]:
    """Say where the cell that is looked into came from, line by line, and how the small arrays in sight were made."""
    groups = () if shown.chain is None else shown.chain.groups
    rows = (*(group.row for group in groups), *(row for rows in spelled_out(shown).values() for row in rows))
    return tuple(dict.fromkeys(of_row(row) for row in rows if row is not None))


def went(shown: Shown) -> tuple[WentInto, ...]:
    """Say of the cell that is looked into what it went into: a claim for each line that made some of these cells."""
    found = shown.forwards
    if found is None:
        return ()
    at = run_of_memory(shown)
    later = [part for part in found.parts if part.run != found.since]
    return tuple(WentInto(found.cell, found.since, part.run, part.cells, at) for part in later)


def of_row(row: Row) -> CellFrom | SlopeWritten:
    """Say how one cell came to be."""
    run = (row.statement.line, row.statement.time)
    if row.slope_of:
        return SlopeWritten(run, row.cell, number_code(row.value), row.slope_of, row.added)
    return CellFrom(run, row.cell, number_code(row.value), row.shown, row.numbers, row.sources)
