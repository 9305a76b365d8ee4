"""einsum as parts: a letter for each axis in its colour, the cells that meet, and the loops that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from numpy.typing import NDArray

from primer_core.claims.claim import plain
from primer_core.lessons.einsum import claims
from primer_core.lessons.einsum.explain import LetterUse, Outcome, Read, Refusal, Summed, TooLarge
from primer_core.lessons.einsum.question import NAMES, EinsumQuestion
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import CODE_NOTE, code_panel
from primer_core.picture.grid import HUES, Each, Formula, Grid, Link, Op, Picture, Piece, Ref, Row, Strong, Val
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Fix,
    Fixes,
    Heading,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.text import Code, Hue, Name, Role, Text, text

_ROLES: tuple[Role, ...] = ("a", "b", "c")
_COLOURS: Mapping[str, Role] = {**dict(zip(NAMES, _ROLES, strict=True)), "y": "result"}
_LETTERS: tuple[Hue, ...] = ("hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5")

QUIZ = Quiz(
    text("a has shape (2, 3). What is ", Code('np.einsum("ij->j", a)'), "?"),
    (
        QuizAnswer("the sum of each column", text("Right. i is missing behind the arrow, so it is summed over.")),
        QuizAnswer("the sum of each row", text("That keeps i: ij->i. The letter that is missing is summed over.")),
        QuizAnswer("the first row", text("No cell is left out: every letter runs through all its values.")),
        QuizAnswer("the transpose", text("That keeps both letters in another order: ij->ji.")),
    ),
    "the sum of each column",
)


def show(question: EinsumQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    unread = outcome if isinstance(outcome, Unread) else None
    panel: tuple[Part, ...] = (controls(question, "subscripts", "a", "b", "c", chip=chip(outcome), unread=unread),)
    if isinstance(outcome, Unread):
        return Page(panel, None)
    columns = Columns(((Card(_told(question, outcome), "story"),), (Card((QUIZ,), "quiz"),)), (1.3, 1))
    return Page(panel, (Card(_drawn(outcome), "picture"), columns))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            what = "the subscripts" if field == "subscripts" else f"operand {field}"
            return Chip("error", f"{what} cannot be read")
        case Refusal():
            return Chip("error", "the letters do not fit")
        case TooLarge() | Summed():
            return Chip("ok", plain(claims.gives(outcome).sentence()))


def _drawn(outcome: Refusal | TooLarge | Summed) -> tuple[Part, ...]:
    match outcome:
        case Refusal(declined=declined, fixes=fixes):
            offered = tuple(Fix(spoken(fix), {"subscripts": fix.subscripts}) for fix in fixes)
            notice = Notice("declined", (text(declined.text),))
            return (apart(outcome), notice, *((Fixes(offered),) if offered else ()))
        case TooLarge(letters=letters, message=message):
            return (table(outcome, letters), Notice("refused", (text(message),)))
        case Summed():
            wrapped = tuple(Notice("warning", (spoken(claim),)) for claim in claims.warnings(outcome))
            return (table(outcome, outcome.letters), picture(outcome), *wrapped)


def _told(question: EinsumQuestion, outcome: Refusal | TooLarge | Summed) -> tuple[Part, ...]:
    if isinstance(outcome, Refusal):
        return (Story(paragraphs(outcome.causes, _COLOURS)), code_panel(outcome.code))
    told = Story(paragraphs(claims.story(question, outcome), _COLOURS, _hues(outcome)))
    match outcome:
        case TooLarge():
            return (told, code_panel(outcome.code))
        case Summed():
            library = controls(question, "library")
            loops = (Heading("The loops that it stands for"), code_panel(outcome.loops))
            return (told, *loops, library, code_panel(outcome.codes[question.library], CODE_NOTE))


def _hues(outcome: TooLarge | Summed) -> dict[str, Hue]:
    """Give each letter its colour."""
    return {use.letter: _LETTERS[place % HUES] for place, use in enumerate(outcome.letters)}


def table(read: Read, letters: tuple[LetterUse, ...]) -> Table:
    """Say of each letter how far it runs, on which axes it stands, and whether it remains."""
    names = NAMES[: len(read.operands)]
    head = (text("letter"), text("runs through"), *(text("axes of ", Name(name, _ROLES[place]))
            for place, name in enumerate(names)), text("in the result"))  # fmt: skip
    rows = []
    for place, (use, claim) in enumerate(zip(letters, claims.becomes(letters), strict=True)):
        axes = [", ".join(map(str, own)) or "–" for own in use.axes]
        becomes = TableCell(spoken(claim), "good" if use.kept else "changed")
        cells = (
            TableCell(_letter(use, place), "head"),
            TableCell(text(f"0 to {use.size - 1}" if use.size else "nothing")),
        )
        rows.append((*cells, *(TableCell(text(own), "" if own != "–" else "quiet") for own in axes), becomes))
    return Table(head, tuple(rows), "What each letter stands for")


def picture(summed: Summed) -> Picture:
    """Lay the operands and the result side by side, each axis named by its letter."""
    hues = {use.letter: place for place, use in enumerate(summed.letters)}
    grids = []
    for place, (name, operand) in enumerate(zip(NAMES, summed.operands, strict=False)):
        letters = _letters_of(summed.letters, place, operand.values.ndim)
        grids.append(_grid(name, operand.values, _ROLES[place], letters, hues))
    grids.append(_grid("y", summed.result, "result", tuple(use.letter for use in summed.kept), hues))
    items: list[str | Op] = []
    for grid in grids[:-1]:
        items += [Op("·"), grid.id] if items else [grid.id]
    wide = max(grid.values.ndim for grid in grids) > 2
    return Picture(
        tuple(grids),
        rows=(Row((*items, Op("→"), "y"), compact=wide),),
        links=tuple(Link(grid.id, "y", cells) for grid, cells in zip(grids, summed.cells, strict=False)),
        formulas=(Formula("y", _spelled(summed)),),
        focus=("y", 0),
    )


def apart(read: Refusal) -> Picture:
    """Lay out the operands without a result, the letter that clashes marked."""
    letters = read.axes or tuple(() for _ in read.operands)
    order = {letter: place for place, letter in enumerate(dict.fromkeys(each for own in letters for each in own))}
    grids = tuple(
        Grid(
            name,
            name,
            operand.values,
            _ROLES[place],
            axes=own or None,
            hues=tuple(order[letter] for letter in own) or None,
            marked_axes=tuple(axis for axis, letter in enumerate(own) if letter in read.clashing),
        )
        for place, (name, operand, own) in enumerate(zip(NAMES, read.operands, letters, strict=False))
    )
    items: list[str | Op] = []
    for grid in grids:
        items += [Op(","), grid.id] if items else [grid.id]
    return Picture(grids, rows=(Row(tuple(items)),))


def _spelled(summed: Summed) -> tuple[Piece, ...]:
    names = [name for name, _ in zip(NAMES, summed.operands, strict=False)]
    if not prod(use.size for use in summed.gone):
        return (Ref("y"), " = ", Strong((Val("y"),)), ", a sum without terms")

    def factors(kind: type[Ref] | type[Val]) -> Each:
        pieces: list[Piece] = []
        for name in names:
            pieces += ["·", kind(name)] if pieces else [kind(name)]
        return Each(tuple(pieces))

    return (Ref("y"), " = ", factors(Ref), "\n= ", factors(Val), " = ", Strong((Val("y"),)))


def _grid(name: str, values: NDArray[Any], role: Role, letters: tuple[str, ...], hues: dict[str, int]) -> Grid:
    return Grid(name, name, values, role, axes=letters, hues=tuple(hues[letter] % HUES for letter in letters))


def _letters_of(letters: tuple[LetterUse, ...], place: int, rank: int) -> tuple[str, ...]:
    found = [""] * rank
    for use in letters:
        for axis in use.axes[place]:
            found[axis] = use.letter
    return tuple(found)


def _letter(use: LetterUse, place: int) -> Text:
    return text(Name(use.letter, _LETTERS[place % HUES]))
