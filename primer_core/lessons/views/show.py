"""Views and copies as parts: arrays above their memory, pairs of axes, and names above their objects."""

from collections.abc import Mapping
from dataclasses import replace

from primer_core.backend.memory import address_rule
from primer_core.claims.claim import Claim, plain
from primer_core.claims.memory import CopyMade, NewArray, NoArray, NoCells, NumberMade
from primer_core.claims.viewing import PairCompared, PairInShape, WayTried
from primer_core.language.spelling import counted, shape_text
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.lessons.views import claims, numbers, pictures
from primer_core.lessons.views import code as snippets
from primer_core.lessons.views.claims import Said
from primer_core.lessons.views.explain import Outcome
from primer_core.lessons.views.operations import operations
from primer_core.lessons.views.program import Program, Ran, Rejected, Stopped
from primer_core.lessons.views.question import View, ViewsQuestion
from primer_core.lessons.views.refused_view import RefusedWay, Viewing, viewing_code
from primer_core.lessons.views.state import Made
from primer_core.picture.code import code_panel
from primer_core.picture.number import bracketed, full_text
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Control,
    Controls,
    Fix,
    Fixes,
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
from primer_core.picture.text import Code, Text, joined, text

_NAMED = {"a": "a", "b": "b", "c": "c", "then": "Then", "to": "the shape"}

_NOTHING_RAN = text("Write a statement into the field Then, or choose an example.")

_MOST_ASKED = 12
"""Most answers of the library's that stand in a row."""

QUIZZES: Mapping[View, Quiz] = {
    "Memory": Quiz(
        text(Code("b = a[[0, 1]]"), ", then ", Code("b[0, 0] = 99"), ". What does ", Code("a"), " show?"),
        (
            QuizAnswer(
                "99 at a[0, 0]",
                text("A slice, ", Code("a[:2]"), ", would do that. A list may name any rows, so NumPy copies them."),
            ),
            QuizAnswer("No change", text("Right. Indexing with a list makes a copy: b has memory of its own.")),
            QuizAnswer("An error", text("Writing is fine: b is an ordinary array. Only it does not share with a.")),
        ),
        "No change",
    ),
    "Refused views": Quiz(
        text(Code("b = a.T"), " has shape (4, 3). Which ", Code(".view(...)"), " is given?"),
        (
            QuizAnswer(
                "(12,)", text("It joins both axes, and going down one column is not as far as going along a row.")
            ),
            QuizAnswer("(2, 2, 3)", text("Right. Axis 0 is cut in two, and nothing is joined: cutting always works.")),
            QuizAnswer("neither", text("One of them only cuts an axis into parts. Cutting needs no copy.")),
        ),
        "(2, 2, 3)",
    ),
    "Names": Quiz(
        text(Code("b = a"), ", then ", Code("a = a + 1"), ". What does ", Code("b"), " show?"),
        (
            QuizAnswer(
                "The new numbers",
                text("That is ", Code("a += 1"), ", which changes the object itself. Here a new object is made."),
            ),
            QuizAnswer(
                "The old numbers",
                text("Right. ", Code("a + 1"), " is a new array, and = moves only the name a. b stays where it was."),
            ),
            QuizAnswer("An error", text("A name may be bound to something else at any time.")),
        ),
        "The old numbers",
    ),
}


def show(question: ViewsQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    unread = outcome if isinstance(outcome, Unread) else None
    last = ("to",) if question.view == "Refused views" else ("c", "then")
    judged = chips(question, outcome)
    base = controls(question, "a", "b", unread=unread)
    panel: tuple[Part, ...] = (
        controls(question, "view", "library", quiet=True),
        replace(base, controls=(*base.controls, _chooser(question, outcome))),
        controls(question, *last, unread=unread),
        *((Controls((), chips=judged),) if judged else ()),
    )
    match outcome:
        case Unread():
            return Page(panel, None)
        case Viewing():
            return Page(panel, _viewing(question, outcome))
        case Ran() | Stopped():
            return Page(panel, _program(question, outcome))


def chips(question: ViewsQuestion, outcome: Outcome) -> tuple[Chip, ...]:
    """Say in a few words what each name is to those before it, or whether the view is given."""
    match outcome:
        case Rejected(field, _, "unknown"):
            return (Chip("error", f"{_NAMED[field]}: not known here"),)
        case Rejected(field, _, "refused"):
            return (Chip("error", f"{_NAMED[field]}: not computed here"),)
        case Rejected(field, _, "declined"):
            return (Chip("error", f"{_NAMED[field]}: refused by the library"),)
        case Unread(field):
            return (Chip("error", f"{_NAMED[field]} cannot be read"),)
        case Viewing(allowed=allowed):
            return (Chip("view" if allowed else "error", plain(claims.verdict(outcome).sentence())),)
    found = tuple(map(_chip, Said(outcome, question.view).chips()))
    if isinstance(outcome, Stopped):
        return (*found, Chip("error", f"{_NAMED[outcome.place]}: refused by the library"))
    return found


def _chip(claim: Claim) -> Chip:
    match claim:
        case CopyMade() | NewArray():
            return Chip("copy", plain(claim.sentence()))
        case NoCells() | NoArray() | NumberMade():
            return Chip("ok", plain(claim.sentence()))
    return Chip("view", plain(claim.sentence()))


def _chooser(question: ViewsQuestion, outcome: Outcome) -> Control:
    """Offer operations for b, beside its field; what is typed there stands among them, so that nothing else changes."""
    program = outcome.program if isinstance(outcome, Viewing) else outcome
    library = question.library if isinstance(program, Unread) else program.before.called("a").library
    shape = (3, 4) if isinstance(program, Unread) else program.before.called("a").values.shape
    offered = operations(shape, library)
    own = () if question.b in offered else ((question.b, "…"),)
    options = (*own, *((operation, operation) for operation in offered))
    return Control("b", "select", "Choose an operation for b", question.b, options=options)


def _program(question: ViewsQuestion, program: Ran | Stopped) -> tuple[Part, ...]:
    """Show a program's memory or its names."""
    said = Said(program, question.view)
    stop = _stop(program, said) if isinstance(program, Stopped) else ()
    warning = tuple(text(Code(line), f": {words}") for line, words in program.warnings)
    warned = (Notice("warning", warning, title="The library warns"),) if warning else ()
    if question.view == "Names":
        parts: tuple[Part, ...] = (pictures.names(program), names_table(program, said), *deeds_table(program, said))
        return _page("Names", "names", (*parts, *warned, *stop), said.story(), snippets.names(program))
    parts = (*_memory(program), *deeds_table(program, said), *_asked(program, said))
    return _page(question.view, "memory", (*parts, *warned, *stop), said.story(), snippets.memory(program))


def _memory(program: Ran | Stopped) -> tuple[Part, ...]:
    """Show arrays above their memory, and how each lies in it."""
    if not program.after.names:
        return (Note(text("Bind a name to an array to look at its memory.")),)
    return (pictures.memory(program, editable=isinstance(program, Ran)), layout_table(program))


def _viewing(question: ViewsQuestion, viewing: Viewing) -> tuple[Part, ...]:
    """Show why a view is given or refused."""
    error = (Notice("declined", (text(viewing.view.words),)),) if isinstance(viewing.view, RefusedWay) else ()
    order = tuple(map(Note, paragraphs(claims.walk(viewing))))
    parts = (*pair_table(viewing), way_table(viewing), *error, *order, pictures.refused(viewing))
    said = claims.viewing(viewing)
    return _page(question.view, "refused", parts, (said[:1], said[1:]) if said[1:] else (said,), viewing_code(viewing))


def _page(
    view: View, name: str, parts: tuple[Part, ...], said: tuple[tuple[Claim, ...], ...], code: str
) -> tuple[Part, ...]:
    story = tuple(joined(paragraphs(together), " ") for together in said)
    told = (Story(story),) if story else (Note(_NOTHING_RAN),)
    card = Card((*told, code_panel(code)), "story")
    return (Card(parts, name), Columns(((card,), (Card((QUIZZES[view],), "quiz"),)), (1.3, 1)))


def _stop(stopped: Stopped, said: Said) -> tuple[Part, ...]:
    """Show what the library refused, why, and what would work."""
    words: tuple[Text, ...] = (text(f"{stopped.line} · {stopped.words}"),)
    words += paragraphs(said.source())
    fixes = tuple(Fix(spoken(claim), puts) for claim, puts in said.fixes())
    return (
        Notice("declined", words),
        *(Notice("info", (paragraph,)) for paragraph in paragraphs(said.cause())),
        *((Fixes(fixes),) if fixes else ()),
    )


def _asked(program: Program, said: Said) -> tuple[Note, ...]:
    """Show what the library was asked about sharing."""
    answers = paragraphs(said.asked())
    if not answers:
        return ()
    when = " after these statements" if program.statements else ""
    more = f" · and {len(answers) - _MOST_ASKED} more, in the code" if len(answers) > _MOST_ASKED else ""
    return (Note(text(f"Asked of the library{when}: ", *joined(answers[:_MOST_ASKED], " · "), more)),)


def layout_table(program: Program) -> Table:
    """Show shape, strides, offset and flags of every array that has a name."""
    head = ("array", "shape", "strides", "in bytes", "offset", "address of a cell", "C order", "F order", "dtype")
    rows = []
    for name in program.after.names:
        made = program.after.called(name)
        layout = made.layout
        bytes_each = f" · {layout.itemsize} byte{'' if layout.itemsize == 1 else 's'} each"
        rows.append(
            (
                _head(name),
                *(_code(shape_text(sizes)) for sizes in (layout.shape, layout.strides, layout.byte_strides)),
                _words(str(layout.offset)),
                _code(address_rule(layout)),
                *(_words(claim.brief()) for claim in claims.in_one_run(made, name)),
                TableCell(text(Code(made.dtype), bytes_each)),
            )
        )
    return Table(_titles(head), tuple(rows), "How each array lies in memory")


def pair_table(viewing: Viewing) -> tuple[Part, ...]:
    """Show, pair by pair, whether axes can be joined, and whether the new shape joins them."""
    if not viewing.pairs:
        return tuple(map(Note, paragraphs(claims.nothing_to_join(viewing))))
    head = ("axes i, i + 1", "stride[i]", "size[i + 1] · stride[i + 1]", "equal?", "joined by the new shape?", "so")
    rows = tuple(_pair(*both) for both in zip(claims.pairs(viewing), claims.in_shape(viewing), strict=True))
    return (Table(_titles(head), rows, "Which axes can be joined"),)


def _pair(said: PairCompared, shaped: PairInShape | None) -> tuple[TableCell, ...]:
    wanted, so = ("–", "–") if shaped is None else (plain(shaped.sentence()), shaped.brief())
    needed = full_text(said.size * said.next_stride)
    return (
        TableCell(text("{}, {}".format(*said.axes)), "head"),
        _words(full_text(said.stride)),
        _words(f"{said.size} · {bracketed(full_text(said.next_stride))} = {needed}"),
        _words(said.brief()),
        _words(wanted),
        _words(so) if shaped is None or shaped.fits else TableCell(text(so), "bad"),
    )


def way_table(viewing: Viewing) -> Table:
    """Show what each way to the new shape gave, and how many bytes it copied."""
    head = ("what you write", "what you get", "copied")
    return Table(_titles(head), tuple(map(_way, claims.ways(viewing))), "Ways to the new shape")


def _way(said: WayTried) -> tuple[TableCell, ...]:
    if said.gave == "refused":
        return (_head(said.code), TableCell(text(said.brief()), "bad"), _words("–"))
    return (_head(said.code), _words(said.brief()), _words(counted(said.bytes, "byte")))


def names_table(program: Program, said: Said) -> Table:
    """Show which object each name is bound to, before and after, and whether its cells changed."""
    rows = []
    for name in said.names():
        new = program.after.called(name.name) if name.bound != "gone" else None
        old = program.before.called(name.name) if name.bound != "first" else None
        said_of = plain(name.sentence()), name.brief()
        rows.append((_head(name.name), _where(old), _where(new), *map(_words, said_of)))
    head = ("name", "bound before to", "bound after to", "which is", "its cells")
    return Table(_titles(head), tuple(rows), "What each name is bound to")


def deeds_table(program: Program, said: Said) -> tuple[Table, ...]:
    """Show what each statement bound and wrote, and what stood there then; nothing where none ran."""
    if not program.deeds:
        return ()
    rows = tuple(
        (_head(deed.code), TableCell(joined(paragraphs(told), "; ")), TableCell(numbers.of_deed(deed)))
        for deed, told in zip(program.deeds, said.deeds(), strict=True)
    )
    return (Table(_titles(("statement", "what it did", "numbers")), rows, "Statement by statement"),)


def _where(made: Made | None) -> TableCell:
    if made is None:
        return _words("nothing")
    return TableCell(text(f"object {made.number + 1} in memory {made.buffer + 1}"), note=text(Code(made.dtype)))


def _titles(titles: tuple[str, ...]) -> tuple[Text, ...]:
    return tuple(text(title) for title in titles)


def _head(name: str) -> TableCell:
    return TableCell(text(Code(name)), "head")


def _code(content: str) -> TableCell:
    return TableCell(text(Code(content)))


def _words(content: str) -> TableCell:
    return TableCell(text(content))
