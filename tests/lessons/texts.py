"""All texts of a page, in whatever part they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from primer_core.picture.grid import Grid, PerCell, Picture, visible_cells
from primer_core.picture.parts import Page
from primer_core.picture.text import plain

#: Fields that hold no text for a learner: keys and ids, what a button puts, how something looks, and code that is run.
UNSEEN = {
    "ActButton": {"name", "details", "code", "keys"},
    "Bar": {"tone"},
    "Card": {"name"},
    "Change": {"node", "saved"},
    "Chip": {"verdict"},
    "CodePanel": {"code", "marks"},
    "Control": {"field", "look", "role", "value"},
    "Curve": {"tone"},
    "Derivation": {"cell"},
    "DerivationStep": {"symbol"},
    "Edge": {"source", "target", "route"},
    "Entry": {"symbol", "row", "column"},
    "Figure": {"tone"},
    "Fix": {"puts"},
    "Flow": {"source"},
    "Formula": {"target"},
    "Grid": {"id", "role"},
    "Badge": {"tone"},
    "Images": {"sources"},
    "Link": {"source", "target"},
    "Matrix": {"symbol", "role"},
    "LabelColour": {"role"},
    "Measure": {"what", "of"},
    "Node": {"id", "look"},
    "Notice": {"tone"},
    "Offer": {"text"},
    "Picture": {"focus"},
    "Pixels": {"symbol", "levels"},
    "Positive": {"symbol", "row", "column"},
    "ProgramLine": {"tone", "name"},
    "ProgramLines": {"field"},
    "Quiz": {"field", "chosen"},
    "Ref": {"grid"},
    "Remedy": {"text"},
    "Sample": {"role"},
    "Strip": {"role"},
    "SizeCell": {"tone"},
    "SizeRow": {"field", "role"},
    "Slider": {"grid"},
    "Step": {"event", "node"},
    "SmallGrid": {"role"},
    "StepCard": {"outcome", "tone"},
    "StepRow": {"role"},
    "Steps": {"field"},
    "TableCell": {"tone"},
    "Tensor": {"tone"},
    "Term": {"symbol"},
    "Val": {"grid"},
    "Way": {"name"},
}


def texts_of(shown: Page) -> Iterator[tuple[str, str]]:
    """Yield each text of a page and where it stands: the class of the part and its field, as in ``Table.caption``."""
    yield from _texts(shown, "Page")


def texts_in(part: Any) -> Iterator[tuple[str, str]]:
    """Yield each text of one part, as `texts_of` does."""
    yield from _texts(part, type(part).__name__)


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield where, value
        case Picture():
            yield from _picture(value)
        case Mapping():
            for each in value.values():
                yield from _texts(each, where)
        case tuple():
            for each in value:
                yield from _texts(each, where)
        case _ if is_dataclass(value):
            yield from _part(value)


def _part(part: Any) -> Iterator[tuple[str, str]]:
    kind: Any = type(part)
    unseen = UNSEEN.get(kind.__name__, set())
    for name, of_spans in _fields(kind):
        value, where = getattr(part, name), f"{kind.__name__}.{name}"
        if name in unseen:
            continue
        if name == "blocks":  # titles, and symbols of matrices
            yield from ((where, block.title) for block in value)
        elif kind.__name__ == "Presets":
            yield from (("Presets.presets", title) for title, _ in part.presets)
        elif of_spans == "Text":
            yield where, plain(value)
        elif of_spans:
            yield from ((where, plain(text)) for text in value)
        else:
            yield from _texts(value, where)


def _picture(picture: Picture) -> Iterator[tuple[str, str]]:
    grids = {grid.id: grid for grid in picture.grids}
    for grid in picture.grids:
        yield from _part(grid)
    for row in picture.rows:
        if row.label:
            yield "Row.label", row.label
        yield from (("Op.text", item.text) for item in row.items if not isinstance(item, str))
    for formula in picture.formulas:
        yield from _pieces(formula.pieces, grids[formula.target])


def _pieces(pieces: tuple[Any, ...], target: Grid) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        match piece:
            case str():
                yield "Formula.pieces", piece
            case PerCell():
                yield from (("PerCell.texts", piece.text(int(flat))) for flat in visible_cells(target))
            case _ if hasattr(piece, "pieces"):
                yield from _pieces(piece.pieces, target)
                if hasattr(piece, "separator"):
                    yield "Each.separator", piece.separator


@cache
def _fields(kind: Any) -> tuple[tuple[str, str], ...]:
    """The fields of a part that can hold texts, each with whether it is one text, or several, of spans."""
    return tuple(
        (field.name, "Text" if field.type == "Text" else "texts" if field.type == "tuple[Text, ...]" else "")
        for field in fields(kind)
    )
