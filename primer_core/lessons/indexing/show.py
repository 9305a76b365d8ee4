"""Indexing as parts: the fields, what each item does to its axis, the cells that are picked, and what was changed."""

from collections.abc import Mapping, Sequence

from primer_core.claims.claim import Claim, plain
from primer_core.language.operand import Operand
from primer_core.lessons.indexing import claims, expression_show, pictures
from primer_core.lessons.indexing.clicks import why
from primer_core.lessons.indexing.explain import (
    IndexDeclined,
    NotWritten,
    Outcome,
    Picked,
    Read,
    Unindexed,
    Written,
)
from primer_core.lessons.indexing.expression import Expressed, ExpressionDeclined, settled
from primer_core.lessons.indexing.fixes import Fix as Change
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.indexing.table import table
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, own_sizes, warned
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Picture
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Fix,
    Fixes,
    Note,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Sizes,
    Story,
)
from primer_core.picture.text import Code, Role, text

QUIZ = Quiz(
    text(Code("a"), " has shape ", Code("(2, 3, 4)"), ". What is the shape of ", Code("a[[0, 1], :, [0, 3]]"), "?"),
    (
        QuizAnswer(
            "(2, 3, 4)",
            text("The slice keeps axis 1, but each list drops its axis: only one axis comes of the two lists."),
        ),
        QuizAnswer(
            "(2, 3)",
            text(
                "Right. The lists are read in pairs, (0, 0) and (1, 3), which gives one axis of 2. A slice stands "
                "between them, so that axis goes to the front, before the 3 of the slice."
            ),
        ),
        QuizAnswer(
            "(3, 2)",
            text(
                "So it would be if the lists were neighbours. A slice stands between them: their axis goes to the "
                "front."
            ),
        ),
        QuizAnswer(
            "(2, 3, 2)",
            text(
                "Two lists do not span a rectangle: they are read together, pair by pair. ", Code("np.ix_"), " spans "
                "one."
            ),
        ),
    ),
    "(2, 3)",
)  # fmt: skip

_COLOURS: Mapping[str, Role] = {"a": "a", "b": "result"}
_CLICK = "Click cells of a to write an index that picks them."
_FIELDS = {"array": "a", "index": "the index", "value": "v", "expression": "the expression"}
_INSTEAD = "The expression below is shown. Empty it to index a here."


def show(question: IndexingQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    question = settled(question)
    match outcome:
        case Unread():
            unread: Unread | None = outcome
        case Unindexed(message=message):
            unread = Unread("index", message)
        case _:
            unread = None
    written = ("value",) if question.then != "Read" else ()
    expressed = bool(question.expression.strip())
    disabled = dict.fromkeys(("index", "then", "value"), _INSTEAD) if expressed else {}
    panel: tuple[Part, ...] = (
        controls(question, "array", "index", unread=unread, disabled=disabled),
        controls(question, "then", *written, "library", chip=chip(question, outcome), unread=unread, disabled=disabled),
        controls(question, "expression", unread=unread),
    )
    match outcome:
        case Unread():
            return Page(panel, None)
        case Expressed():
            warnings = warned(outcome.warnings, outcome.library)
            card = Card((expression_show.picture(outcome), *warnings), "picture")
            told = _story(claims.of_expression(outcome), outcome.code, claims.lies_at(outcome))
            return Page(panel, _body(card, told))
        case ExpressionDeclined():
            notice = Notice("declined", (text(outcome.declined.text),))
            fixes = tuple(Fix(spoken(claim), {"expression": put}) for claim, put in claims.expression_fixes(outcome))
            shown = (pictures.whole(outcome.operand), notice, *((Fixes(fixes),) if fixes else ()))
            told = _story((claims.why_declined(outcome),), outcome.code)
            return Page(panel, _body(Card(shown, "picture"), told))
        case Unindexed(operand):
            return Page(panel, (_card(question, operand, outcome), _quiz()))
        case IndexDeclined(operand):
            declined = _declined(outcome.error, outcome.fixes)
            explained = _story(claims.faults(outcome), outcome.code)
            return Page(panel, _body(_card(question, operand, outcome, *declined), explained))
        case NotWritten(picked):
            declined = _declined(outcome.error, outcome.fixes)
            explained = _story((claims.why_not_written(outcome, question.then),), outcome.code)
            return Page(panel, _body(_card(question, picked.operand, outcome, *declined), explained))
        case Read(picked) | Written(picked):
            said = claims.told(outcome, question)
            explained = _story(said, outcome.code, claims.note(outcome, question.then))
            return Page(panel, _body(_card(question, picked.operand, outcome), explained))


def chip(question: IndexingQuestion, outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", f"{_FIELDS[field]} cannot be read")
        case Unindexed():
            return Chip("error", "no index yet")
        case IndexDeclined(error=error) | NotWritten(error=error):
            return Chip("error", error.split(":")[0])
        case ExpressionDeclined(declined=declined):
            return Chip("error", declined.kind)
        case Expressed():
            is_view = outcome.offset is not None
            return Chip("view" if is_view else "copy", plain(claims.value_comes_as(outcome).sentence()))
        case Read(picked) | Written(picked):
            return Chip("view" if picked.memory else "copy", plain(claims.comes_as(outcome, question.then).sentence()))


def _card(question: IndexingQuestion, operand: Operand, outcome: Outcome, *more: Part) -> Card:
    """Frame the sizes of the array, the table of the index, and the picture, with the note on clicks below it."""
    sizes = own_sizes("array", "a", question.array, operand.shape)
    items = _items(outcome)
    parts: list[Part] = [sizes] if _drags(sizes) else []
    if items is not None and (listed := table(items)) is not None:
        parts.append(listed)
    note = Note(text(why(question, outcome) or _CLICK))
    return Card((*parts, _picture(question, operand, outcome), note, *more), "picture")


def _drags(sizes: Sizes) -> bool:
    """Return whether a size can be dragged: a table without sliders says nothing that is not typed above it."""
    return any(row.field for row in sizes.rows)


def _items(outcome: Outcome) -> Picked | None:
    match outcome:
        case Read(picked) | NotWritten(picked) | Written(picked):
            return picked
    return None


def _picture(question: IndexingQuestion, operand: Operand, outcome: Outcome) -> Picture:
    match outcome:
        case Written():
            return pictures.written(outcome, question.then)
        case Read(picked) | NotWritten(picked):
            return pictures.read(picked)
    return pictures.whole(operand)


def _declined(error: str, fixes: tuple[Change, ...]) -> tuple[Part, ...]:
    notice = Notice("declined", (text(error),))
    # The code comes first: on a phone a long label is cut off at its end.
    buttons = tuple(Fix(spoken(fix.claim), fix.puts) for fix in fixes)
    return (notice, Fixes(buttons)) if buttons else (notice,)


def _body(card: Card, explained: Card) -> tuple[Part, ...]:
    return (card, Columns(((explained,), (_quiz(),)), (1.3, 1)))


def _story(said: Sequence[Claim], code: str, note: Sequence[Claim] = ()) -> Card:
    (small,) = paragraphs(note, _COLOURS) or ((),)
    return Card((Story(paragraphs(said, _COLOURS), small), code_panel(code)), "story")


def _quiz() -> Card:
    return Card((QUIZ,), "quiz")
