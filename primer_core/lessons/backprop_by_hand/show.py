"""Back-propagation by hand as parts: its derivation, what came of it, and the loss before and after the step."""

from primer_core.claims.claim import plain
from primer_core.lessons.backprop_by_hand import claims
from primer_core.lessons.backprop_by_hand.explain import TOLERANCE, Declined, Derived, Outcome
from primer_core.lessons.backprop_by_hand.picture import derivation
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.number import number_text
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Fix,
    Fixes,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.text import Code, Number, text

QUIZ = Quiz(
    text(
        "Every example in the batch is now there three times, so B is three times as large. What happens to ",
        Code("dW1"),
        "?",
    ),
    (
        QuizAnswer(
            "It stays the same",
            text(
                "Right. Three times as many terms, each divided by three times as much: a mean does not know how often "
                "its batch is repeated."
            ),
        ),
        QuizAnswer(
            "Three times as large",
            text("A sum would grow so. Cross-entropy is a mean: its 1/B is in the first δ."),
        ),
        QuizAnswer(
            "A third",
            text("1/B alone would give a third, but the sum over rows has three times as many terms."),
        ),
    ),
    "It stays the same",
)

_LOSS_DIGITS, _CHANGE_DIGITS = 6, 3


def show(question: BackpropQuestion, outcome: Outcome) -> Page:
    """Show what came of a derivation."""
    happened: tuple[Part, ...]
    panel = _panel(question, outcome)
    match outcome:
        case Unread():
            return Page(panel, None)
        case Declined(message=message):
            notice = Notice("declined", (text(message),), "PyTorch says")
            happened = (notice, *_story(question, outcome))
        case Derived():
            happened = (*_story(question, outcome), _losses(outcome))
    body = (
        Card((derivation(outcome),), "picture"),
        Columns(((Card(happened, "story"),), (Card((QUIZ,), "quiz"),))),
        Card((code_panel(outcome.code),), "code"),
    )
    return Page(panel, body)


def _panel(question: BackpropQuestion, outcome: Outcome) -> tuple[Part, ...]:
    unread = outcome if isinstance(outcome, Unread) else None
    typed = {} if isinstance(outcome, Unread) else outcome.worked.params.typed
    rows = {"batch": "The typed values say how many rows there are."} if {"X", "labels"} & typed.keys() else {}
    return (
        controls(question, "net", "batch", "seed", "lr", "dtype", disabled=rows),
        controls(question, "start", "activation", "softmax", "slip", chip=chip(outcome)),
        controls(question, "values", unread=unread),
    )


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread():
            return Chip("error", "the values cannot be read")
        case Declined():
            return Chip("error", "PyTorch refuses")
        case Derived(worked=worked) if worked.wrong:
            return Chip("error", claims.differing(worked).brief())
        case Derived():
            return Chip("ok", plain(claims.agreement(outcome).sentence()))


def _story(question: BackpropQuestion, outcome: Derived | Declined) -> tuple[Part, ...]:
    """Say in words what the derivation came to."""
    story = Story(paragraphs(claims.story(question, outcome)))
    fixes = tuple(Fix(spoken(claim), puts) for claim, puts in claims.fixes(question, outcome))
    return (story, Fixes(fixes)) if fixes else (story,)


def _losses(derived: Derived) -> Table:
    before, after = derived.loss_before, derived.loss_after
    by = after - before
    rounding = abs(by) <= TOLERANCE[derived.worked.params.dtype] * max(1.0, before)
    change = "none beyond rounding" if rounding else number_text(by, _CHANGE_DIGITS, plus=True)
    rows = (
        (TableCell(text("Loss before"), "head"), TableCell(text(Number(number_text(before, _LOSS_DIGITS))), "number")),
        (
            TableCell(text("Loss after one step"), "head"),
            TableCell(text(Number(number_text(after, _LOSS_DIGITS))), "number"),
        ),
        (
            TableCell(text("Change"), "head"),
            TableCell(text(Number(change)), "number" if rounding else "good" if by < 0 else "bad"),
        ),
    )
    return Table((), rows, "Loss before and after one step")
