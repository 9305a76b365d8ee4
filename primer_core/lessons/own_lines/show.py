"""A learner's lines as parts: what each did, the arrays that there are, and a part as its own lesson draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.lost_gradients import NoGradient
from primer_core.claims.running import CellsChanged, SharesCells
from primer_core.language.rejection import Place as LanguagePlace
from primer_core.lessons.outcome import Unread
from primer_core.lessons.own_lines import claims
from primer_core.lessons.own_lines.came_from import arithmetic, came_from, went_into
from primer_core.lessons.own_lines.code import program_code
from primer_core.lessons.own_lines.explain import Message, Outcome, Shown
from primer_core.lessons.own_lines.in_sight import MOST_DRAWN, arrays_in_sight
from primer_core.lessons.own_lines.layers import breaks, layers_parts
from primer_core.lessons.own_lines.memory_picture import memory_parts
from primer_core.lessons.own_lines.message import told
from primer_core.lessons.own_lines.opened import opened_parts
from primer_core.lessons.own_lines.opening import question_of
from primer_core.lessons.own_lines.predict import quiz
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.rows import colours, rows
from primer_core.lessons.own_lines.sharing import changed_cells
from primer_core.lessons.own_lines.sources import links_of
from primer_core.lessons.own_lines.trace import Seen, Step
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import spoken, written
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Badge, Grid, Link, Picture, Row
from primer_core.picture.parts import (
    ActButton,
    Acts,
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
)
from primer_core.picture.program import Place, ProgramFault, ProgramMarks
from primer_core.picture.text import Code, Role, joined, text

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


def show(question: OwnLinesQuestion, outcome: Outcome | Unread) -> Page:
    """Show a program up to a step, or what is known of an error message."""
    steps = controls(question, "at")
    examples = controls(question, "examples", quiet=True)
    if isinstance(outcome, Message):
        return Page((examples, controls(question, "program", chip=Chip("error", "an error message"))), told(outcome))
    if isinstance(outcome, Unread):
        editor = controls(question, "program", unread=outcome)
        return Page((examples, editor, replace(steps, chip=Chip("error", "cannot be read"))), None)
    if outcome.waits:
        waiting = (controls(question, "program"), Note(text("No line has run yet.")))
        return Page((examples, Columns((waiting, tuple(quiz(outcome.asked))), (1, 1))), ())
    count = len(outcome.trace.steps)
    slider = replace(steps.controls[0], most=str(max(count, 1)), value=str(min(outcome.at, count) or 1))
    refused = Unread("program", outcome.trace.message) if outcome.at_end and outcome.trace.message else None
    editor = controls(question, "program", unread=refused, marks={"program": _marks(outcome)})
    left: tuple[Part, ...] = (editor, Controls((slider,), _chip(outcome)), *_going(count))
    right = (*quiz(outcome.asked), *rows(outcome))
    return Page((examples, Columns((left, right), (1, 1))), tuple(_body(outcome)))


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


def _going(count: int) -> tuple[Acts, ...]:
    """Offer the rounds of the line that is shown; none where nothing has run."""
    if not count:
        return ()
    return (
        Acts(
            (
                ActButton("← Previous round", "round", {"by": -1}, "Comma", "Alt+,"),
                ActButton("Next round →", "round", {"by": 1}, "Period", "Alt+."),
            ),
            "Rounds of this line",
        ),
    )


def _body(shown: Shown) -> Iterator[Part]:
    failed = shown.at_end and shown.trace.stopped is not None
    trouble = tuple(_trouble(shown)) if failed else ()
    opened: tuple[Part, ...] = ()
    if shown.opened is not None:
        opened = tuple(opened_parts(shown.opened, failed=failed and shown.opened.part is shown.trace.failed))
    why: tuple[Part, ...] = ()
    if shown.cause is not None:
        lost = (text(*spoken(claim), "." * isinstance(claim, NoGradient)) for claim in shown.lost)
        why = (Card((Story((written(shown.cause.sentence()), *lost), title="Why"),), "message"),)
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
    if shown.chain is not None:
        yield Card((*came_from(shown.chain, shown.trace.source), *went_into(shown)), "came_from")
    memory = tuple(memory_parts(shown))
    if memory:
        yield Card((Heading("Memory after this step"), *memory), "memory")
    printed = shown.trace.printed_by(shown.steps[-1]) if shown.steps else ()
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
    order = arrays_in_sight(shown)
    drawn, left = order[:MOST_DRAWN], order[MOST_DRAWN:]
    if not drawn:
        return None
    buffers = colours(step)
    grids = [_grid(names, step, shown, buffers) for names in drawn]
    small = sum(prod(grid.values.shape) for grid in grids) > 60
    lines = tuple(Row(tuple(grid.id for grid in line), compact=small) for line in _lines(grids))
    came = (Link(*link) for link in links_of(shown.trace, shown.at, [names[0] for names in drawn]))
    focus = _focus(shown, drawn)
    links = (*_links(drawn, step), *came, *_further(shown, drawn, focus))
    parts: list[Part] = [Picture(tuple(grids), lines, links, arithmetic(shown), focus)]
    if shown.chain is None:
        parts.append(Note(text("Press a cell to see where its number came from."), hint=True))
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


def _grid(names: list[str], step: Step, shown: Shown, buffers: Mapping[int, Role]) -> Grid:
    seen = step.names[names[0]]
    assert seen.values is not None
    buffer = -1 if seen.memory is None else seen.memory.number
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
        buffers.get(buffer, "plain"),
        badges=tuple(badges),
        tags=tuple(names) if len(names) > 1 else (),
        marked=_changed_cells(names, step, shown),
        texts=_texts(seen),
        selectable=True,
    )


def _focus(shown: Shown, drawn: Sequence[list[str]]) -> tuple[str, int] | None:
    """Return the cell that is looked into, in the grid that has its name."""
    if shown.chain is None:
        return None
    name, index = shown.chain.cell
    grid = next((names[0] for names in drawn if name in names), None)
    shape = shown.steps[-1].names[name].shape if grid else None
    return None if grid is None or shape is None else (grid, int(np.ravel_multi_index(index, shape)) if index else 0)


def _further(shown: Shown, drawn: Sequence[list[str]], focus: tuple[str, int] | None) -> Iterator[Link]:
    """Link the cell that is looked into to all that it went into, however far that lies."""
    if focus is None or shown.forwards is None:
        return
    grids = {name: names[0] for names in drawn for name in names}
    lit: dict[str, list[int]] = {}
    for name, index in (cell for part in shown.forwards.parts for cell in part.cells):
        shape = shown.steps[-1].names[name].shape if name in grids else None
        if shape is not None:
            lit.setdefault(grids[name], []).append(int(np.ravel_multi_index(index, shape)) if index else 0)
    for target, cells in lit.items():
        linked = np.full(prod(shown.steps[-1].names[target].shape or ()), -1, np.intp)
        linked[cells] = focus[1]
        yield Link(focus[0], target, linked.reshape(-1, 1))


def _texts(seen: Seen) -> tuple[str, ...] | None:
    if seen.unwritten is None or seen.values is None:
        return None
    return tuple(
        "?" if never else str(value) for value, never in zip(seen.values.ravel(), seen.unwritten.ravel(), strict=True)
    )


def _changed_cells(names: list[str], step: Step, shown: Shown) -> NDArray[np.bool_] | None:
    """Return which cells differ from what they were before this step; None where nothing is known of before."""
    name = next((name for name in names if name in step.changed), None)
    return None if name is None else changed_cells(name, shown.steps)


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
