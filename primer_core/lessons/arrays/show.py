"""Arrays as parts: cells over their memory, what dtypes make of numbers, races, and NumPy beside PyTorch."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import plain
from primer_core.claims.memory import SharesMemory
from primer_core.language.spelling import counted
from primer_core.lessons.arrays import claims
from primer_core.lessons.arrays.anatomy import Anatomy, Attribute, Conversion, Drawn, NotMade
from primer_core.lessons.arrays.changes import MOST_WRITES, Changes, Stop
from primer_core.lessons.arrays.claims import EFFECTS
from primer_core.lessons.arrays.dtypes import DtypeCell, DtypeTable, Encoding
from primer_core.lessons.arrays.explain import Casts, Outcome, Races
from primer_core.lessons.arrays.measure import race_cards
from primer_core.lessons.arrays.question import ArraysQuestion, View
from primer_core.lessons.arrays.remarks import Factor, Remark
from primer_core.lessons.arrays.stopping import Reason
from primer_core.lessons.arrays.strip import Strip
from primer_core.lessons.arrays.twins import (
    Apart,
    DefaultDtype,
    Libraries,
    MadeBy,
    NoCounterpart,
    Tensor,
    Twin,
    Twins,
    ranks_code,
)
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.bits import BitGroup, Bits
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Badge, Formula, Grid, Link, Op, PerCell, Picture, Ref, Row, Strong, Val
from primer_core.picture.number import cell_text, with_minus
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Fix,
    Fixes,
    Heading,
    Note,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.text import Code, Number, Role, text

HIDDEN = "?"
"""Drawn in a cell that was never written."""

LONGEST_OBJECT = 24
"""Characters of a Python object that stands in a cell."""

QUIZ_ANATOMY = Quiz(
    text("What is ", Code("np.array([300]).astype(np.int8)"), "?"),
    (
        QuizAnswer("44", text("Right. 300 is 1 0010 1100 in bits; eight of them fit, and the lowest eight are 44.")),
        QuizAnswer("127", text("That is the largest int8. NumPy does not stop there: it keeps the lowest eight bits.")),
        QuizAnswer("300", text("An int8 has one byte, which tells 256 numbers apart. 300 is not among them.")),
        QuizAnswer(
            "an error",
            text(
                Code("np.array([300], dtype=np.int8)"), " is one, but ", Code("astype"), " wraps around without a word."
            ),
        ),
    ),
    "44",
)

QUIZ_DTYPES = Quiz(
    text("What is ", Code("np.array([1.9, -1.9]).astype(np.int64)"), "?"),
    (
        QuizAnswer("[1, -1]", text("Right. The fraction is cut off, which goes towards 0 from either side.")),
        QuizAnswer(
            "[2, -2]", text("That would be rounding, which ", Code("np.rint"), " does. ", Code("astype"), " cuts.")
        ),
        QuizAnswer(
            "[1, -2]",
            text("That would be rounding down, which ", Code("np.floor"), " does. ", Code("astype"), " cuts."),
        ),
        QuizAnswer("an error", text("A fraction is no error for ", Code("astype"), ": it goes without a word.")),
    ),
    "[1, -1]",
)

QUIZ_RACES = Quiz(
    text("How many bytes do the numbers of ", Code("np.arange(1_000_000)"), " take?"),
    (
        QuizAnswer("8 000 000", text("Right. Each is an int64 of 8 bytes, and they lie side by side.")),
        QuizAnswer("1 000 000", text("One byte a number tells only 256 of them apart. An int64 has 8.")),
        QuizAnswer(
            "36 000 000",
            text(
                "That is about what ",
                Code("list(range(1_000_000))"),
                " takes: for each number a pointer of 8 bytes and a Python object of 28.",
            ),
        ),
    ),
    "8 000 000",
)

QUIZ_LIBRARIES = Quiz(
    text("Which dtype has ", Code("torch.zeros(2, 3)"), "?"),
    (
        QuizAnswer("float32", text("Right. PyTorch computes in single precision unless told otherwise.")),
        QuizAnswer("float64", text("That is what ", Code("np.zeros((2, 3))"), " has. PyTorch takes half of it.")),
        QuizAnswer("int64", text("Zeros are floating-point numbers in both libraries, unless a dtype is given.")),
        QuizAnswer(
            "an error",
            text(
                "PyTorch takes sizes one by one as well. ",
                Code("np.zeros(2, 3)"),
                " is an error: NumPy takes 3 for a dtype.",
            ),
        ),
    ),
    "float32",
)


_FIELDS: Mapping[str, str] = {"make": "x", "then": "a statement", "values": "the values", "bits": "the number"}
"""What stands in a field, by its parameter."""

_ROWS: Mapping[View, tuple[tuple[str, ...], ...]] = {
    "Anatomy": (("make",), ("then", "to")),
    "Dtypes": (("values",), ("number", "dtype")),
    "PyTorch": (("make",),),
}
"""By view, the rows of fields under its presets; races have none."""


def show(question: ArraysQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    view = controls(question, "view", quiet=True)
    if isinstance(outcome, Races):
        return Page((view,), _races())
    unread = outcome if isinstance(outcome, Unread) else None
    *firsts, last = _ROWS[question.view]
    panel = (
        view,
        *(controls(question, *names, unread=unread) for names in firsts),
        controls(question, *last, chip=chip(outcome), unread=unread),
    )
    match outcome:
        case Unread():
            return Page(panel, None)
        case NotMade():
            return Page(panel, _declined(outcome, _quiz(QUIZ_ANATOMY)))
        case Anatomy():
            return Page(panel, _anatomy(outcome))
        case Casts():
            return Page(panel, _casts(outcome))
        case Libraries():
            return Page(panel, _libraries(outcome))
    assert_never(outcome)


def chip(outcome: Unread | NotMade | Anatomy | Casts | Libraries) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", f"{_FIELDS[field]} cannot be taken")
        case NotMade(library, declined):
            return Chip("error", f"{library} raises {declined.kind}")
        case Anatomy(library, changes=Changes(stop=Stop(declined=declined))):
            return Chip("error", f"{library} raises {declined.kind}")
        case Anatomy(conversion=made):
            (said,) = claims.verdict(outcome)
            shared: Literal["view", "copy", "ok"] = made.verdict if made and isinstance(said, SharesMemory) else "ok"
            return Chip(shared, plain(said.sentence()))
        case Casts(table):
            return Chip("ok", plain(claims.keeping(table).sentence()))
        case Libraries(comparison=Twins() as twins):
            return Chip("ok", plain(claims.differing(twins).sentence()))
        case Libraries():
            return Chip("error", "not made by both")
    assert_never(outcome)


def _quiz(quiz: Quiz) -> Card:
    return Card((quiz,), "quiz")


def _races() -> tuple[Part, ...]:
    told = Story(paragraphs(claims.why_fast()), title="Why NumPy is fast")
    story = Card((told, code_panel(claims.SIZES_CODE)), "story")
    return (*race_cards(), Columns(((story,), (_quiz(QUIZ_RACES),)), (1.3, 1)))


# Anatomy


def _anatomy(explained: Anatomy) -> tuple[Part, ...]:
    changes = explained.changes
    notices: list[Part] = [*map(_remark, explained.remarks)]
    notices += warned(explained.warnings, explained.library)
    if changes is not None and changes.stop is not None:
        said = text(Code(changes.stop.code), ": ", changes.stop.declined.text)
        notices.append(Notice("declined", (said,), f"{explained.library} says"))
        notices += _why_stopped(explained, changes.stop.reason)
    if explained.unconverted:
        notices.append(Notice("refused", (text(explained.unconverted),)))
    if explained.conversion is not None and explained.conversion.warning:
        notices += warned((explained.conversion.warning,), explained.library)
    stories: tuple[Part, ...] = () if changes is None else changes_parts(explained, changes)
    converted = claims.conversion(explained)
    stories += (Story(paragraphs(converted)),) if converted else ()
    attributes = (Heading("What x says of itself"), attributes_table(explained.attributes))
    told = Card((*stories, *attributes, code_panel(explained.code)), "story")
    return (
        Card((*notices, picture(explained), *_not_drawn(explained)), "picture"),
        Columns(((told,), (_quiz(QUIZ_ANATOMY),)), (1.3, 1)),
    )


def _why_stopped(explained: Anatomy, reason: Reason | None) -> tuple[Part, ...]:
    """Tell why a statement stopped, and offer what would run in its place; what stood after it is left out."""
    if reason is None or explained.changes is None:
        return ()
    told = (Notice("info", (spoken(reason.claim),)),)
    if reason.works is None:
        return told
    then = "; ".join((*explained.changes.done, reason.works.code))
    return (*told, Fixes((Fix(spoken(reason.works), {"then": then}),)))


def _not_drawn(explained: Anatomy) -> tuple[Part, ...]:
    arrays = {"x": explained.drawn} | ({} if explained.conversion is None else {"y": explained.conversion.drawn})
    names = [name for name, drawn in arrays.items() if drawn.strip is None]
    return tuple(
        Note(text("The memory of ", Code(name), " is not drawn: its cells lie too far apart, or not side by side."))
        for name in names
    )


def _remark(remark: Remark) -> Notice:
    return Notice("warning" if remark.is_trap else "info", (spoken(remark.claim),))


def _declined(outcome: NotMade, quiz: Card) -> tuple[Part, ...]:
    told = Card((code_panel(outcome.code),), "story")
    return (Card(_why_not(outcome), "picture"), Columns(((told,), (quiz,)), (1.3, 1)))


def _why_not(outcome: NotMade) -> tuple[Part, ...]:
    """Quote the library, and tell what its error comes from and what would work."""
    parts: list[Part] = [Notice("declined", (text(outcome.declined.text),), f"{outcome.library} says")]
    if outcome.cause is not None:
        parts.append(Notice("info", (spoken(outcome.cause.claim),)))
        parts += [_factors(outcome.cause.factors)] if outcome.cause.factors else []
        fixes = tuple(Fix(spoken(made), {"make": made.code}) for made in outcome.cause.works)
        parts += [Fixes(fixes)] if fixes else []
    return tuple(parts)


def _factors(factors: Sequence[Factor]) -> Picture:
    """Lay out operands that do not go together, each with its dtype."""
    roles: tuple[Role, ...] = ("a", "b")
    names = ("left", "right")
    grids = tuple(
        Grid(name, name, factor.values, role, badges=(Badge(factor.dtype, "warn"),))
        for name, role, factor in zip(names, roles, factors, strict=True)
    )
    return Picture(grids, (Row(("left", Op("@"), "right")),))


def changes_parts(explained: Anatomy, changes: Changes) -> tuple[Part, ...]:
    """Tell what statements did: number by number what was to be stored and is, and what the name means now."""
    said = claims.changes(explained)
    table = (Heading("What was written"), writes_table(changes)) if changes.writes else ()
    printed = tuple(Note(text("Printed: ", Code(line))) for line in changes.printed)
    return (*table, *((Story(paragraphs(said)),) if said else ()), *printed)


def writes_table(changes: Changes) -> Table:
    """Show what was to be stored in each cell that was written to, and what it held then."""
    rows = tuple(
        (
            TableCell(text(Code(write.cell)), "head"),
            TableCell(text(Number(with_minus(write.given))), "number"),
            TableCell(
                text(Number(with_minus(write.stored))),
                "number" if write.effect == "kept" else "changed",
                text(EFFECTS[write.effect]),
            ),
        )
        for write in changes.writes
    )
    head = (text("cell"), text("to be stored"), text(f"stored as {changes.dtype}"))
    if changes.rebindings:
        head = (*head[:2], text("stored"))
    most = f", the first {MOST_WRITES} cells" if len(rows) == MOST_WRITES else ""
    return Table(head, rows, f"What was written{most}")


def attributes_table(attributes: Sequence[Attribute]) -> Table:
    """Show the attributes of an array, each with what it means."""
    rows = tuple(
        (
            TableCell(text(Code(attribute.name)), "head"),
            TableCell(text(attribute.value), "number"),
            TableCell(spoken(attribute.meaning), "words"),
        )
        for attribute in attributes
    )
    return Table((), rows, "Attributes of x")


def picture(explained: Anatomy) -> Picture:
    """Lay out an array over its memory, and what became of it in another dtype."""
    made, own = explained.conversion, explained.drawn
    changed = explained.changes.changed if explained.changes is not None else None
    grids = [_grid("x", own, "a", (), changed)]
    top: list[str | Op] = ["x"]
    rows: list[Row] = []
    links: list[Link] = []
    place: PerCell | str = " in memory"
    if own.strip is not None:
        grids.append(_strip("x", own.strip, "a"))
        what = "the pointer of each cell" if own.values.dtype == object else "each cell"
        rows.append(Row(("x memory",), f"x in memory: {what} with its distance from the first byte", compact=True))
        links.append(Link("x memory", "x", own.strip.cells, same=True))
        place = PerCell(_places(own, own.strip))
    formulas = [Formula("x", (Ref("x"), " = ", Strong((Val("x"),)), " · ", place))]
    if made is not None:
        grids.append(_converted(made))
        top += [Op("→"), "y"]
        links.append(Link("x", "y", np.arange(made.drawn.values.size)))
        formulas.append(Formula("y", _cast_spelled(made)))
        if made.drawn.strip is not None:
            grids.append(_strip("y", made.drawn.strip, "result"))
            rows.append(Row(("y memory",), "y in memory", compact=True))
            links.append(Link("y memory", "y", made.drawn.strip.cells, same=True))
    focus = ("y" if made is not None else "x", max(own.values.size - 1, 0))
    return Picture(tuple(grids), (Row(tuple(top)), *rows), tuple(links), tuple(formulas), focus)


def _converted(made: Conversion) -> Grid:
    tone: Literal["warn", "info"] = "warn" if made.verdict == "copy" else "info"
    return _grid("y", made.drawn, "result", (Badge(made.verdict.upper(), tone),), made.changed)


def _grid(name: str, drawn: Drawn, role: Role, badges: tuple[Badge, ...], marked: NDArray[np.bool_] | None) -> Grid:
    texts = _texts(drawn.values, drawn.unwritten)
    badges = (Badge(drawn.dtype, "info"), *badges)
    return Grid(name, name, drawn.values, role, badges=badges, marked=marked, texts=texts)


def _texts(values: NDArray[Any], unwritten: NDArray[np.bool_] | None) -> tuple[str, ...] | None:
    """Return what stands in each cell where that is not its number: ``?``, or a Python object; None for numbers."""
    if values.dtype == object:
        written = [repr(value) for value in values.ravel()]
        return tuple(text if len(text) <= LONGEST_OBJECT else text[: LONGEST_OBJECT - 1] + "…" for text in written)
    if unwritten is None:
        return None
    pairs = zip(values.ravel(), unwritten.ravel(), strict=True)
    return tuple(HIDDEN if never else cell_text(value) for value, never in pairs)


def _cast_spelled(made: Conversion) -> tuple[Any, ...]:
    changed = tuple(f" ({EFFECTS[effect]})" if effect != "kept" else "" for effect in made.effects)
    dtype = made.drawn.dtype
    source = (Ref("x"), f" as {dtype} = ", Val("x"), f" as {dtype} = ")
    return (Ref("y"), " = ", *source, Strong((Val("y"),)), PerCell(changed))


def _strip(name: str, strip: Strip, role: Role) -> Grid:
    """Draw the array's own memory from its first byte to its last, cell by cell."""
    labels = tuple(f"+{place * strip.itemsize}" for place in range(strip.values.size))
    all_bytes, own = counted(strip.nbytes, "byte"), int(strip.own.sum()) * strip.itemsize
    caption = f"of {name}, {all_bytes if strip.own.all() else f'{own} of {all_bytes}'}"
    texts = _texts(strip.values, strip.unwritten)
    faded = None if strip.own.all() else ~strip.own
    return Grid(
        f"{name} memory", "memory", strip.values, role, caption=caption, axes=("",), labels=labels, texts=texts,
        faded=faded,
    )  # fmt: skip


def _places(drawn: Drawn, strip: Strip) -> tuple[str, ...]:
    """For every cell, the sum of index times stride that says how many bytes from the start it lies."""
    texts = []
    first = [str(strip.first)] if strip.first else []
    for index in np.ndindex(drawn.values.shape):
        terms = first + [f"{i}·{step}" for i, step in zip(index, drawn.strides, strict=True)]
        where = strip.first + sum(i * step for i, step in zip(index, drawn.strides, strict=True))
        texts.append(with_minus(f"at byte {' + '.join(terms)} = {where}" if len(terms) > 1 else f"at byte {where}"))
    return tuple(texts)


# Dtypes


def _casts(casts: Casts) -> tuple[Part, ...]:
    encoding = casts.encoding
    words = claims.own_words(casts.table)
    story = (Story(paragraphs(words), title="NumPy's own words"),) if words else ()
    told = Card((*story, code_panel(casts.table.code)), "story")
    return (
        Card((Heading(f"The bits of {with_minus(encoding.given)} in {encoding.dtype}"), bits(encoding)), "bits"),
        Card((dtype_table(casts.table),), "table"),
        Columns(((told,), (_quiz(QUIZ_DTYPES),)), (1.3, 1)),
    )


def bits(encoding: Encoding) -> Bits:
    """Show the bits of a number, and how they make what is stored."""
    groups = tuple(BitGroup(field.name, field.bits) for field in encoding.fields)
    return Bits(groups, encoding.formula, with_minus(f"{encoding.given} in {encoding.dtype}: {encoding.stored}"))


def dtype_table(table: DtypeTable) -> Table:
    """Show what every dtype makes of the values; a value that changed is marked and says why."""
    head = (text(Code("astype")), *(text(Number(with_minus(value))) for value in table.texts))
    rows = tuple(
        (
            TableCell(text(Code(row.dtype)), "head", text(f"{row.itemsize} B, {' to '.join(row.span)}")),
            *map(_cast_cell, row.cells),
        )
        for row in table.rows
    )
    return Table(head, rows, "What every dtype makes of the values")


def _cast_cell(cell: DtypeCell) -> TableCell:
    if cell.effect == "kept":
        return TableCell(text(Number(with_minus(cell.text))), "number")
    return TableCell(text(Number(with_minus(cell.text))), "changed", text(EFFECTS[cell.effect]))


# NumPy beside PyTorch


def _libraries(libraries: Libraries) -> tuple[Part, ...]:
    compared = libraries.comparison
    quiz = _quiz(QUIZ_LIBRARIES)
    match compared:
        case Twins(rows, code, warnings):
            story = Card((code_panel(code, "Copied into plain Python, it prints this table."),), "story")
            first: tuple[Card | Columns, ...] = (
                Card(
                    (*(part for library, words in warnings for part in warned(words, library)), twin_table(rows)),
                    "picture",
                ),
                Columns(((story,), (quiz,)), (1.3, 1)),
            )
        case Apart():
            first = (Columns(((Card(_apart(compared), "story"),), (quiz,)), (1.3, 1)),)
    ranks = (
        Heading("Tensors of rank 0, 1, 2 and 3"),
        tensors(libraries.tensors),
        code_panel(ranks_code(), "Copied into plain Python, it prints rank, shape, dtype and device of each."),
    )
    defaults = (Heading("Which dtype each library chooses"), defaults_table(libraries.defaults))
    return (*first, Card(ranks, "ranks"), Card(defaults, "defaults"))


def _apart(apart: Apart) -> tuple[Part, ...]:
    parts: list[Part] = []
    for answer in (apart.first, apart.second):
        match answer:
            case MadeBy(library, code):
                parts.append(Note(text(f"In {library}: ", Code(code.replace("\n", "; ")))))
            case NotMade(code=code):
                parts += [part for part in _why_not(answer) if part not in parts]
                parts.append(code_panel(code))
            case NoCounterpart(library, message):
                parts.append(Notice("refused", (text(message),), f"In {library}"))
    return tuple(parts)


def tensors(made: Sequence[Tensor]) -> Picture:
    """Lay tensors out side by side, each with its dtype and device."""
    roles: tuple[Role, ...] = ("a", "b", "c", "result")
    grids = tuple(
        Grid(
            f"rank {tensor.values.ndim}",
            f"t{tensor.values.ndim}",
            tensor.values,
            roles[place % len(roles)],
            badges=(Badge(tensor.dtype, "info"), Badge(tensor.device, "good")),
        )
        for place, tensor in enumerate(made)
    )
    return Picture(grids, (Row(tuple(grid.id for grid in grids)),))


def twin_table(rows: Sequence[Twin]) -> Table:
    """Show what both libraries answer, the answers that differ marked."""
    lines = tuple(
        (
            TableCell(text(row.question), "head"),
            *_pair(row.numpy_code, row.numpy, row.torch_code, row.torch, differs=row.differs),
            TableCell(text(row.why if row.differs else ""), "words"),
        )
        for row in rows
    )
    head = tuple(text(title) for title in ("", "NumPy", "", "PyTorch", "", ""))
    return Table(head, lines, "What NumPy and PyTorch say of the same array")


def defaults_table(rows: Sequence[DefaultDtype]) -> Table:
    """Show which dtype each library chooses by itself, those that differ marked."""
    lines = tuple(_pair(row.numpy_code, row.numpy, row.torch_code, row.torch, differs=row.differs) for row in rows)
    head = tuple(text(title) for title in ("NumPy", "", "PyTorch", ""))
    return Table(head, lines, "Dtypes that NumPy and PyTorch choose by themselves")


def _pair(numpy_code: str, numpy: str, torch_code: str, torch: str, *, differs: bool) -> tuple[TableCell, ...]:
    first, second = with_minus(numpy), with_minus(torch)
    return (
        TableCell(text(Code(numpy_code))),
        TableCell(text(Number(first)), "number"),
        TableCell(text(Code(torch_code))),
        TableCell(text(Number(f"≠ {second}")), "changed") if differs else TableCell(text(Number(second)), "number"),
    )
