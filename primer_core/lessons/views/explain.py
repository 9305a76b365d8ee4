"""What comes of a question to the lesson on views, and what an event makes of a question."""

from dataclasses import replace

from primer_core.language.limits import Refused
from primer_core.lessons.event import Edit, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views.edits import with_edit
from primer_core.lessons.views.fixes import Fix
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import Ran, Stopped, run_program
from primer_core.lessons.views.question import ViewsQuestion
from primer_core.lessons.views.refused_view import GivenWay, Viewing, explain_viewing

Outcome = Unread | Stopped | Ran | Viewing
"""What comes of a question."""


def explain(question: ViewsQuestion) -> Outcome:
    """Explain what is made of a base, and what statements change, or whether a view is given. It never raises."""
    if question.view == "Refused views":
        return explain_viewing(question.a, question.b, question.to, question.library)
    found = run_program(question.a, question.b, question.c, question.then, question.library)
    if not isinstance(found, Stopped):
        return found
    fixes = (_with_axes(fix, question) if fix.how == "pairs" else fix for fix in found.fixes)
    return replace(found, fixes=tuple(fix for fix in fixes if fix is not None))


def _with_axes(fix: Fix, question: ViewsQuestion) -> Fix | None:
    """Return a fix that leads to the view of pairs with the pair that refuses there; None where none does."""
    found = explain_viewing(question.a, fix.texts.get("b", question.b), fix.texts["to"], question.library)
    pairs = found.pairs if isinstance(found, Viewing) else ()
    pair = next((pair for pair in pairs if pair.refuses), None)
    return None if pair is None else replace(fix, axes=(pair.left, pair.right))


def react(question: ViewsQuestion, event: Event) -> ViewsQuestion:
    """Answer an event: a number typed into a cell becomes a statement, and another view opens with something to see.

    Raises
    ------
    EventError
        If the event cannot be followed; the message says why.
    """
    match event:
        case Edit(grid, index, value):
            return _edited(question, grid, index, value)
        case Put(texts) if set(texts) == {"view"}:
            return opened(put_fields(question, event))
    return put_fields(question, event)


def opened(question: ViewsQuestion) -> ViewsQuestion:
    """Return the question with which a view opens that was chosen just now.

    All fields stay, but for an untouched example of another view that has nothing to show in this one: then the view
    opens with its own first example.
    """
    untouched = any(replace(preset.question, view=question.view) == question for preset in PRESETS)
    if not untouched or _shows_something(question):
        return question
    return next(preset.question for preset in PRESETS if preset.question.view == question.view)


def _shows_something(question: ViewsQuestion) -> bool:
    """Return whether there is more to see than where things lie: a change, or a way to another shape."""
    match question.view:
        case "Memory":
            return True
        case "Names":
            return bool(question.then.strip())
    found = explain(question)
    return isinstance(found, Viewing) and any(isinstance(way, GivenWay) for way in found.ways)


def _edited(question: ViewsQuestion, grid: str, index: tuple[int, ...], value: float) -> ViewsQuestion:
    """Append the statement that writes a number into a cell to those that stand."""
    if question.view != "Memory":
        raise EventError("Cells take numbers in the view Memory: choose it first.")
    found = run_program(question.a, question.b, question.c, question.then, question.library)
    if isinstance(found, Unread):
        raise EventError(f"{_named(found.field)} cannot be taken, so nothing is written into a cell: mend it first.")
    if isinstance(found, Stopped):
        raise EventError(f"{_named(found.place)} stops at an error, so no statement after it runs: mend it first.")
    kind, _, name = grid.partition(" ")
    place = int(name) if kind == "memory" and name.isdecimal() and name.isascii() and len(name) < 6 else name
    try:
        return put_fields(question, Put({"then": with_edit(found.after, question.then, place, index, value)}))
    except Refused as refused:
        raise EventError(str(refused)) from refused


def _named(field: str) -> str:
    return {"then": "Then", "to": "The shape"}.get(field, f"The field {field}")
