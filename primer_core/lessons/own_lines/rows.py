"""What each line did, as the rows of a table: a row a name, with a small picture of its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from primer_core.claims.claim import Claim
from primer_core.claims.running import (
    BoundAgain,
    BoundArray,
    CellsChanged,
    FirstBound,
    SameArray,
    ShapeChanged,
    SharesCells,
)
from primer_core.lessons.own_lines import claims
from primer_core.lessons.own_lines.explain import Shown
from primer_core.lessons.own_lines.trace import Seen, Step
from primer_core.lessons.spoken import spoken
from primer_core.picture.grid import Badge
from primer_core.picture.parts import Note, Part, Table, TableCell
from primer_core.picture.small_grid import SmallGrid, small_grid
from primer_core.picture.text import Role, joined, text

ROLES: tuple[Role, ...] = ("a", "b", "c", "result")
"""The colours of buffers: all that lies in one memory wears one."""


def colours(step: Step) -> Mapping[int, Role]:
    """Give each buffer in sight after a step its colour, by its number; those that came up later have none."""
    numbers = sorted({seen.memory.number for seen in step.names.values() if seen.memory is not None})
    return dict(zip(numbers, ROLES, strict=False))


def rows(shown: Shown) -> Iterator[Part]:
    """Say of each line what it did when it ran last."""
    now = shown.steps[-1] if shown.steps else None
    wear = {} if now is None else colours(now)
    surprising = claims.surprising(shown)
    of_line: dict[int, list[tuple[Step, Sequence[Claim]]]] = {}
    for step, said in sorted(surprising.items(), key=lambda each: each[0].run):
        of_line.setdefault(step.number, []).append((step, said))
    found = [
        row
        for step in claims.latest(shown)
        for row in _rows(step, of_line.get(step.number, ()), wear, is_now=step is now)
    ]
    if not found:
        yield Note(text("No line has bound, changed or printed anything yet."))
        return
    yield Table((text("line"), text("what it did")), tuple(found), "What each line did")
    left_out = shown.trace.taken - len(shown.trace.steps)
    if left_out:
        yield Note(text(f"{left_out} steps are left out: the first ones are kept, and the last one of each line."))


def _rows(
    step: Step, surprises: Sequence[tuple[Step, Sequence[Claim]]], wear: Mapping[int, Role], *, is_now: bool
) -> Iterator[tuple[TableCell, ...]]:
    rounds = f" ({step.run}×)" if step.run > 1 else ""
    line = TableCell(text(f"{step.line}{rounds}"), "head", text("this step") if is_now else ())
    for group in claims.of_step(step):
        badges = tuple(badge for claim in group for badge in _badge(claim))
        # What a badge says in full is not said a second time, as what a view or a second name means is.
        said = [claim for claim in group if not isinstance(claim, FirstBound | BoundAgain)]
        note = joined([spoken(claim) for claim in said[1:]], " · ")
        grid = _picture(step, said[0], wear)
        yield line, TableCell(spoken(said[0]), "wide", note, badges, grid)
    for when, said_of_it in surprises:
        at = line if when is step else TableCell(text(str(step.line)), "head", text(f"run {when.run} of {step.run}"))
        for surprise in said_of_it:
            yield at, TableCell(spoken(surprise), "wide", badges=(Badge(surprise.brief(), "warn"),))


def _badge(claim: Claim) -> Iterator[Badge]:
    match claim:
        case FirstBound():
            yield Badge(claim.brief(), "good")
        case SharesCells() | SameArray():
            yield Badge(claim.brief(), "info")
        case BoundAgain():
            yield Badge(claim.brief())
        case CellsChanged() | ShapeChanged():
            yield Badge(claim.brief(), "warn")


def _picture(step: Step, claim: Claim, wear: Mapping[int, Role]) -> SmallGrid | None:
    """Draw the array that a line bound, or the first of those that it changed."""
    names: Sequence[str] = ()
    match claim:
        case BoundArray(_, name):
            names = (name,)
        case CellsChanged(_, changed):
            names = changed[:1]
        case ShapeChanged(_, name):
            names = (name,)
    for name in names:
        seen = step.names[name]
        if seen.values is not None and seen.values.ndim <= 2 and seen.values.size:
            return small_grid(seen.values, _role(seen, wear), seen.unwritten)
    return None


def _role(seen: Seen, wear: Mapping[int, Role]) -> Role:
    return "plain" if seen.memory is None else wear.get(seen.memory.number, "plain")
