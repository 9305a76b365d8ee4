"""Where a cell came from and what it went into, as tables: a row a line."""

from __future__ import annotations

from primer_core.claims.claim import cell_text, plain
from primer_core.claims.running import line_of
from primer_core.lessons.own_lines import claims
from primer_core.lessons.own_lines.explain import Shown
from primer_core.lessons.own_lines.in_sight import spelled_out
from primer_core.lessons.own_lines.sources import Chain, Group, Row
from primer_core.lessons.spoken import spoken
from primer_core.picture.grid import Formula, PerCell
from primer_core.picture.number import MINUS
from primer_core.picture.parts import Heading, Note, Part, Table, TableCell
from primer_core.picture.text import Code, Text, joined, text

NOT_KNOWN = "What went into it is not known here."

_MOST_LISTED = 6
"""Cells that are named one by one."""


def came_from(chain: Chain, source: str) -> tuple[Part, ...]:
    """Show where a cell came from.

    Parameters
    ----------
    chain
        Where it did.
    source
        The program.
    """
    lines = source.split("\n")
    rows = tuple(_row(group, lines) for group in chain.groups)
    name = cell_text(*chain.cell)
    parts: list[Part] = [
        Heading(f"Where {name} came from"),
        Table((text("line"), text("code"), text("number")), rows, f"Where {name} came from"),
    ]
    if chain.more:
        parts.append(Note(text("Earlier steps are left out.")))
    return tuple(parts)


def went_into(shown: Shown) -> tuple[Part, ...]:
    """Show what the cell that is looked into went into; nothing where that is no cell in sight."""
    said = claims.went(shown)
    if shown.chain is None or shown.forwards is None or not said:
        return ()
    lines = shown.trace.source.split("\n")
    name = cell_text(*shown.chain.cell)
    rows = tuple((*_line(*claim.run, lines), TableCell(spoken(claim), "words")) for claim in said)
    parts: list[Part] = [
        Heading(f"What {name} went into"),
        Table((text("line"), text("code"), text("cells")), rows, f"What {name} went into"),
    ]
    if shown.forwards.more:
        parts.append(Note(text("Only what is known is listed.")))
    return tuple(parts)


def arithmetic(shown: Shown) -> tuple[Formula, ...]:
    """Spell out the cells of the small arrays in sight."""
    return tuple(
        Formula(name, (PerCell(tuple(_spelled(row) for row in rows)),)) for name, rows in spelled_out(shown).items()
    )


def _spelled(row: Row | None) -> str:
    return NOT_KNOWN if row is None else plain(claims.of_row(row).sentence()).replace("-", MINUS)


def _row(group: Group, lines: list[str]) -> tuple[TableCell, ...]:
    if group.row is None:
        return (
            TableCell(text("—"), "head"),
            TableCell(text(Code(group.name)) if group.name else text("—"), "words"),
            TableCell(text(NOT_KNOWN), "words"),
        )
    return (
        *_line(group.line, group.time, lines),
        TableCell(spoken(claims.of_row(group.row)), "words", _others(group)),
    )


def _line(statement: int, time: int, lines: list[str]) -> tuple[TableCell, TableCell]:
    rounds = f" (time {time})" if time > 1 else ""
    line = line_of(statement)
    return TableCell(text(f"{line}{rounds}"), "head"), TableCell(text(Code(lines[line - 1].strip())), "words")


def _others(group: Group) -> Text:
    """Name the other cells of the same array that this line made and that went into the cell."""
    others = group.cells[1:]
    if not others:
        return ()
    if len(others) > _MOST_LISTED:
        return text(f"and {len(others)} other cells of ", Code(group.name))
    return text("and ", *joined([text(Code(cell_text(*cell))) for cell in others], ", "))
