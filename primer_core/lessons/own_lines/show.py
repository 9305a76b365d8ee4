"""A learner's lines as parts: what each did, the arrays that there are, and a part as its own lesson draws it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.running import CellsChanged, SharesCells
from primer_core.language.rejection import Place as LanguagePlace
from primer_core.lessons.outcome import Unread
from primer_core.lessons.own_lines import claims
from primer_core.lessons.own_lines.code import program_code
from primer_core.lessons.own_lines.explain import Message, Outcome, Shown
from primer_core.lessons.own_lines.layers import breaks, layers_parts
from primer_core.lessons.own_lines.message import told
from primer_core.lessons.own_lines.opened import opened_parts
from primer_core.lessons.own_lines.opening import question_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import Seen, Step
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import spoken, written
from primer_core.lessons.views.state import differing
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Badge, Grid, Link, Picture, Row
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Controls,
    Fix,
    Fixes,
    Heading,
    Note,
    Notice,
    Page,
    Part,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.program import Place, ProgramFault, ProgramMarks
from primer_core.picture.text import Code, Role, joined, text

_MOST_DRAWN = 8
"""Arrays that are drawn at once."""

_WIDTH = 20
"""Cells that stand side by side."""

_MOST_OPENED = 60
"""Sub-expressions that can be opened."""

_CODE_NOTE = (
    "Run in plain Python, it does what this page shows; a statement that fails is caught. np, torch, nn and F stand "
    "for numpy, torch, torch.nn and torch.nn.functional."
)

_MOST_PRINTED = 40
"""Lines of what was printed that are shown, the last ones."""

_ROLES: tuple[Role, ...] = ("a", "b", "c", "result")


def show(question: OwnLinesQuestion, outcome: Outcome | Unread) -> Page:
    """Show a program up to a step, or what is known of an error message."""
    steps = controls(question, "at")
    if isinstance(outcome, Message):
        return Page((controls(question, "program", chip=Chip("error", "an error message")),), told(outcome))
    if isinstance(outcome, Unread):
        editor = controls(question, "program", unread=outcome)
        return Page((editor, replace(steps, chip=Chip("error", "cannot be read"))), None)
    count = len(outcome.trace.steps)
    slider = replace(steps.controls[0], most=str(max(count, 1)), value=str(min(outcome.at, count) or 1))
    refused = Unread("program", outcome.trace.message) if outcome.at_end and outcome.trace.message else None
    editor = controls(question, "program", unread=refused, marks={"program": _marks(outcome)})
    left = (editor, Controls((slider,), _chip(outcome)))
    return Page((Columns((left, tuple(_rows(outcome))), (1, 1)),), tuple(_body(outcome)))


def _marks(shown: Shown) -> ProgramMarks:
    """Mark the line that has just run, what failed, and what a press opens."""
    current = shown.steps[-1].line if shown.steps else 0
    stopped = shown.trace.stopped if shown.at_end else None
    faults = () if stopped is None else (ProgramFault(Place(*_ends(stopped.place)), stopped.message),)
    places = {
        Place(*_ends(part.place)): part for step in shown.steps for part in step.parts if "\n" not in part.place.text
    }
    opens = tuple(sorted(place for place, part in places.items() if question_of(part) is not None))
    return ProgramMarks(current, tuple(fault.place.line for fault in faults), faults, opens[:_MOST_OPENED])


def _ends(place: LanguagePlace) -> tuple[int, int, int, int]:
    return place.line, place.column, place.end_line, place.end_column


def _chip(shown: Shown) -> Chip:
    """Say how far the program came."""
    stopped, count = shown.trace.stopped, len(shown.trace.steps)
    if not shown.at_end:
        return Chip("view", f"after step {shown.at} of {count}")
    for claim in claims.ends(shown):
        return Chip("ok" if stopped is None else "error", claim.brief())
    assert stopped is not None
    words = {"unread": "cannot be run", "unknown": "is not known here"}
    return Chip("error", f"line {stopped.place.line} {words.get(stopped.verdict, 'is not computed here')}")


def _rows(shown: Shown) -> tuple[Part, ...]:
    """Say of each line what it did when it ran last."""
    source = shown.trace.source.split("\n")
    now = shown.steps[-1] if shown.steps else None
    rows = []
    for step in claims.latest(shown):
        said = joined([joined([spoken(claim) for claim in group], " · ") for group in claims.of_step(step)], "; ")
        rounds = f" ({step.run}×)" if step.run > 1 else ""
        rows.append(
            (
                TableCell(text(f"{step.line}{rounds}"), "head", text("this step") if step is now else ()),
                TableCell(text(Code(source[step.line - 1].strip())), "words"),
                TableCell(said or text("—"), "words"),
            )
        )
    if not rows:
        return (Note(text("No line has run yet.")),)
    table = Table((text("line"), text("code"), text("what it did")), tuple(rows), "What each line did")
    left_out = shown.trace.taken - len(shown.trace.steps)
    if not left_out:
        return (table,)
    told = f"{left_out} steps are left out: the first ones are kept, and the last one of each line."
    return (table, Note(text(told)))


def _body(shown: Shown) -> Iterator[Part]:
    failed = shown.at_end and shown.trace.stopped is not None
    trouble = tuple(_trouble(shown)) if failed else ()
    opened: tuple[Part, ...] = ()
    if shown.opened is not None:
        opened = tuple(opened_parts(shown.opened, failed=failed and shown.opened.part is shown.trace.failed))
    why: tuple[Part, ...] = ()
    if shown.cause is not None:
        why = (Card((Story((written(shown.cause.sentence()),), title="Why"),), "message"),)
    if trouble and opened:
        yield Columns(((Card(trouble, "trouble"), *why), (Card(opened, "opened"),)), (1, 1.3))
    else:
        yield from (Card(parts, name) for parts, name in ((trouble, "trouble"), (opened, "opened")) if parts)
        yield from why
    layers = tuple(layers_parts(shown))
    if layers:
        yield Card(layers, "layers")
    drawn = _picture(shown)
    if drawn is not None:
        yield Card((Heading("Arrays after this step"), *drawn), "arrays")
    printed = shown.trace.printed[: shown.steps[-1].lines if shown.steps else 0]
    if printed:
        yield Card(
            (Heading("Printed"), *(Note(text(Code(line or " "))) for line in printed[-_MOST_PRINTED:])), "printed"
        )
    warnings = tuple(dict.fromkeys(words for step in shown.steps for words in step.warnings))
    yield from warned(warnings)
    yield Card((code_panel(program_code(shown.trace), _CODE_NOTE),), "code")


def _trouble(shown: Shown) -> Iterator[Part]:
    """Show the exception that stopped the program, and what would work; what is not run is told at the field."""
    stopped = shown.trace.stopped
    assert stopped is not None
    if stopped.declined is not None:
        yield Notice("declined", (text(Code(stopped.declined.text)),))
    yield from (Note(spoken(claim)) for claim in claims.ends(shown))
    yield from breaks(shown)
    fixes = tuple(
        Fix(spoken(claim), {"program": fix.source}) for claim, fix in zip(claims.fixed(shown), shown.fixes, strict=True)
    )
    if fixes:
        yield Fixes(fixes)


def _picture(shown: Shown) -> tuple[Part, ...] | None:
    """Draw the arrays in sight after the step, those that are one array once, with all their names."""
    step = shown.steps[-1] if shown.steps else None
    if step is None:
        return None
    groups: dict[int, list[str]] = {}
    for name, seen in step.names.items():
        if seen.values is not None and seen.values.ndim <= 4 and seen.shape is not None:
            groups.setdefault(seen.number, []).append(name)
    fresh = {binding.name for binding in step.bound} | set(step.changed)
    order = sorted(groups.values(), key=lambda names: not fresh & set(names))
    drawn, left = order[:_MOST_DRAWN], order[_MOST_DRAWN:]
    if not drawn:
        return None
    buffers: dict[int, Role] = {}
    grids = [_grid(names, step, shown, buffers) for names in drawn]
    small = sum(prod(grid.values.shape) for grid in grids) > 60
    rows = tuple(Row(tuple(grid.id for grid in line), compact=small) for line in _lines(grids))
    links = tuple(_links(drawn, step))
    parts: list[Part] = [Picture(tuple(grids), rows, links)]
    if left:
        names = joined([text(Code(names[0])) for names in left])
        parts.append(Note(text("Not drawn: ", *names, ".")))
    large = [name for name, seen in step.names.items() if seen.shape is not None and seen.values is None]
    if large:
        parts.append(Note(text("Too large to draw: ", *joined([text(Code(name)) for name in large]), ".")))
    return tuple(parts)


def _lines(grids: Sequence[Grid]) -> list[list[Grid]]:
    """Set grids side by side, as many to a line as there is room for."""
    lines: list[list[Grid]] = []
    room = 0
    for grid in grids:
        width = (min(grid.values.shape[-1], 12) if grid.values.ndim else 1) + 2
        if not lines or width > room:
            lines.append([])
            room = _WIDTH
        lines[-1].append(grid)
        room -= width
    return lines


def _grid(names: list[str], step: Step, shown: Shown, buffers: dict[int, Role]) -> Grid:
    seen = step.names[names[0]]
    assert seen.values is not None
    buffer = -1 if seen.memory is None else seen.memory.number
    if buffer not in buffers:
        buffers[buffer] = _ROLES[len(buffers)] if len(buffers) < len(_ROLES) else "plain"
    badges = [Badge(seen.dtype)]
    for claim in (claim for group in claims.of_step(step) for claim in group):
        match claim:
            case CellsChanged(_, changed) if set(changed) & set(names):
                badges.append(Badge(claim.brief(), "warn"))
            case SharesCells(_, name) if name in names:
                badges.append(Badge(claim.brief(), "info"))
    return Grid(
        names[0],
        names[0],
        seen.values,
        buffers[buffer],
        badges=tuple(badges),
        tags=tuple(names) if len(names) > 1 else (),
        marked=_changed_cells(names, step, shown),
        texts=_texts(seen),
    )


def _texts(seen: Seen) -> tuple[str, ...] | None:
    if seen.unwritten is None or seen.values is None:
        return None
    return tuple(
        "?" if never else str(value) for value, never in zip(seen.values.ravel(), seen.unwritten.ravel(), strict=True)
    )


def _changed_cells(names: list[str], step: Step, shown: Shown) -> NDArray[np.bool_] | None:
    """Return which cells differ from what they were before this step; None where nothing is known of before."""
    name = next((name for name in names if name in step.changed), None)
    if name is None or len(shown.steps) < 2:
        return None
    new = step.names[name]
    for before in reversed(shown.steps[:-1]):
        old = before.names.get(name)
        if old is not None and old.number == new.number:
            if old.values is None or new.values is None or old.values.shape != new.values.shape:
                return None
            return differing(new.values, old.values)
    return None


def _links(drawn: list[list[str]], step: Step) -> Iterator[Link]:
    """Link cells that are one place in memory."""
    seen = [(names[0], step.names[names[0]]) for names in drawn]
    for place, (name, one) in enumerate(seen):
        for other_name, other in seen[:place]:
            if one.memory is None or other.memory is None or one.memory.number != other.memory.number:
                continue
            if one.memory.itemsize != other.memory.itemsize:
                continue
            where = {address: flat for flat, address in enumerate(other.memory.layout.addresses.ravel().tolist())}
            addresses = one.memory.layout.addresses.ravel().tolist()
            cells = np.array([where.get(address, -1) for address in addresses], dtype=np.intp)
            if (cells >= 0).any():
                yield Link(other_name, name, cells, same=True)
