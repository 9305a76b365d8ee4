"""einsum as parts: a letter for each axis in its colour, the cells that meet, and the loops that it stands for."""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.typing import NDArray

from primer_core.language.limits import thousands
from primer_core.language.spelling import shape_text
from primer_core.lessons.einsum.explain import LetterUse, Outcome, Read, Refusal, Summed, TooLarge
from primer_core.lessons.einsum.question import NAMES, EinsumQuestion
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, wrapped
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
from primer_core.picture.text import Code, Hue, Name, Role, Text, joined, text
from primer_core.picture.text import Strong as Bold

_ROLES: tuple[Role, ...] = ("a", "b", "c")
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
        case TooLarge():
            return Chip("ok", f"gives shape {shape_text(tuple(use.size for use in outcome.letters if use.kept))}")
        case Summed():
            return Chip("ok", f"gives shape {shape_text(outcome.result.shape)}")


def _drawn(outcome: Refusal | TooLarge | Summed) -> tuple[Part, ...]:
    match outcome:
        case Refusal(declined=declined, fixes=fixes):
            offered = tuple(
                Fix(
                    text(
                        f"Other letters on {NAMES[fix.operand]}: ", Code(fix.subscripts), f" → {shape_text(fix.shape)}"
                    ),
                    {"subscripts": fix.subscripts},
                )
                for fix in fixes
            )
            notice = Notice("declined", (text(declined.text),))
            return (apart(outcome), notice, *((Fixes(offered),) if offered else ()))
        case TooLarge(letters=letters, message=message):
            return (table(outcome, letters), Notice("refused", (text(message),)))
        case Summed():
            overflow = (wrapped(outcome.result.dtype),) if outcome.overflowed else ()
            return (table(outcome, outcome.letters), picture(outcome), *overflow)


def _told(question: EinsumQuestion, outcome: Refusal | TooLarge | Summed) -> tuple[Part, ...]:
    told = Story(story(outcome))
    match outcome:
        case TooLarge():
            return (told,)
        case Refusal(code=code):
            return (told, code_panel(code))
        case Summed():
            library = controls(question, "library")
            loops = (Heading("The loops that it stands for"), code_panel(outcome.loops))
            return (told, *loops, library, code_panel(outcome.codes[question.library], CODE_NOTE))


def table(read: Read, letters: tuple[LetterUse, ...]) -> Table:
    """Say of each letter how far it runs, on which axes it stands, and whether it remains."""
    names = NAMES[: len(read.operands)]
    head = (text("letter"), text("runs through"), *(text("axes of ", Name(name, _ROLES[place]))
            for place, name in enumerate(names)), text("in the result"))  # fmt: skip
    rows = []
    for place, use in enumerate(letters):
        axes = [", ".join(map(str, own)) or "–" for own in use.axes]
        kept = sum(other.kept for other in letters[:place])
        becomes = TableCell(text(f"axis {kept}"), "good") if use.kept else TableCell(text("summed over"), "changed")
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
    clashing = read.clash[0] if read.clash else ""
    grids = tuple(
        Grid(
            name,
            name,
            operand.values,
            _ROLES[place],
            axes=own or None,
            hues=tuple(order[letter] for letter in own) or None,
            marked_axes=tuple(axis for axis, letter in enumerate(own) if letter == clashing),
        )
        for place, (name, operand, own) in enumerate(zip(NAMES, read.operands, letters, strict=False))
    )
    items: list[str | Op] = []
    for grid in grids:
        items += [Op(","), grid.id] if items else [grid.id]
    return Picture(grids, rows=(Row(tuple(items)),))


def story(outcome: Refusal | TooLarge | Summed) -> tuple[Text, ...]:
    """Tell what happened."""
    if isinstance(outcome, Refusal):
        return (_why_not(outcome),)
    kept = tuple((place, use) for place, use in enumerate(outcome.letters) if use.kept)
    gone = tuple((place, use) for place, use in enumerate(outcome.letters) if not use.kept)
    operands = _named(outcome)
    many = len(outcome.operands) > 1
    met = " where each letter has one value are multiplied" if many else " are read"
    one = not kept
    head: Text = text("" if one else "Each cell of ", Name("y", "result"))
    lines = []
    if gone:
        terms = prod(use.size for _, use in gone)
        lines.append(
            text(
                *head, f" is a sum of {thousands(terms)} ",
                ("product" if many else "cell") + ("" if terms == 1 else "s"), ": ",
                *joined([_letter(use, place) for place, use in gone], " and "),
                f" {'is' if len(gone) == 1 else 'are'} missing in the result, so ",
                "it runs through all its values while the others stand still." if len(gone) == 1
                else "they run through all their values while the others stand still.",
            )
        )  # fmt: skip
    else:
        lines.append(
            text("No letter is missing in the result, so nothing is summed: the cells of ", *operands, f"{met}.")
        )
    if many and not gone and len(kept) == sum(len(operand.shape) for operand in outcome.operands):
        lines.append(text("No letter stands on two operands: every cell meets every other."))
    for place, use in enumerate(outcome.letters):
        doubled = [NAMES[at] for at, own in enumerate(use.axes) if len(own) > 1]
        if doubled:
            lines.append(
                text(
                    *_letter(use, place), " stands twice on ",
                    *joined([text(Name(name, _ROLES[NAMES.index(name)])) for name in doubled]),
                    ": only cells whose two places are equal are read, the diagonal.",
                )
            )  # fmt: skip
    if isinstance(outcome, Summed) and outcome.implicit:
        result = "".join(use.letter for use in outcome.kept)
        lines.append(
            text(
                "Without an arrow the result has the letters that stand once, in alphabetical order: ",
                Code(f"{outcome.subscripts}->{result}"), " is the same.",
            )
        )  # fmt: skip
    return tuple(lines)


def _why_not(refusal: Refusal) -> Text:
    if refusal.clash is None:
        counted = joined(
            [text(Name(name, _ROLES[place]), f" has {_axes(operand.values.ndim)}")
             for place, (name, operand) in enumerate(zip(NAMES, refusal.operands, strict=False))]
        )  # fmt: skip
        return text(
            "Each operand needs a letter for each of its axes, with a comma between operands; behind the arrow stand "
            "letters that there are, each once: ", *counted, ".",
        )  # fmt: skip
    letter, (first, second) = refusal.clash
    return text(
        "The letter ", Bold(letter), f" stands for axes of {first} and of {second} cells. Axes with one letter run "
        "together, so they need the same size.",
    )  # fmt: skip


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


def _named(read: Read) -> Text:
    names = [text(Name(name, _ROLES[place])) for place, (name, _) in enumerate(zip(NAMES, read.operands, strict=False))]
    return joined(names, " and ")


def _axes(rank: int) -> str:
    return "no axis" if not rank else f"{rank} {'axis' if rank == 1 else 'axes'}"
