"""Back-propagation by hand as parts: its derivation, what came of it, and the loss before and after the step."""

from primer_core.lessons.backprop_by_hand.explain import TOLERANCE, Declined, Derived, Outcome
from primer_core.lessons.backprop_by_hand.facts import told
from primer_core.lessons.backprop_by_hand.picture import derivation, difference_text
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.backprop_by_hand.rules import REASONS
from primer_core.lessons.backprop_by_hand.steps import label
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls
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
from primer_core.picture.text import Code, Number, Strong, Text, joined, text

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

_RIGHTLY = Fix(text("Derive it correctly"), {"slip": "none"})
_LARGER = Fix(text("Take a batch of 3"), {"batch": "3"})

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
            happened = (notice, Story((text(REASONS[question.slip]),)), Fixes((_RIGHTLY,)))
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
            return Chip("error", f"wrong from {label(worked.wrong[0].symbol)} on")
        case Derived(worked=worked) if worked.params.slip != "none":
            return Chip("ok", "the mistake does not show here")
    return Chip("ok", "every gradient agrees with autograd")


def _story(question: BackpropQuestion, derived: Derived) -> tuple[Part, ...]:
    """Say in words what the derivation came to."""
    wrong, reason = derived.worked.wrong, REASONS[question.slip]
    if wrong:
        names: list[Text] = [text(Strong(label(step.symbol))) for step in wrong]
        differs = text("What differs from PyTorch: ", *joined(names), ".")
        return (Story((text(reason), differs, *told(derived))), Fixes((_RIGHTLY,)))
    if question.slip == "none":
        difference = derived.difference
        rounding = text(
            "The largest difference of a gradient is ", Strong(difference_text(difference)), ", which is rounding."
        )
        first = rounding if difference else text("No gradient differs in a single bit.")
        same = text("Autograd applies the same rules to the same numbers; it does not manipulate symbols.")
        story = Story((first, same, *told(derived)))
        if derived.seed is None:
            return (story,)
        return (story, Fixes((_from_random(question, derived.seed),)))
    if question.slip == "no 1/B" and question.batch == 1:
        alone = text("Here B is 1, so that 1/B is 1 and nothing changes: take a batch of more than one.")
        return (Story((text(reason), alone)), Fixes((_LARGER,)))
    nowhere = _nowhere(question, derived)
    if nowhere:
        return (Story((text(reason), text(nowhere))),)
    story = Story((text(reason), text("With these numbers it happens to change nothing.")))
    if derived.seed is None:
        return (story,)
    return (story, Fixes((_from_random(question, derived.seed),)))


def _from_random(question: BackpropQuestion, seed: int) -> Fix:
    """Offer random first weights of a seed, naming what that changes."""
    changes = ["random weights"] if question.start != "random" else []
    changes += [f"seed {seed}"] if seed != question.seed else []
    return Fix(text("Start from ", ", ".join(changes)), {"start": "random", "seed": str(seed)})


def _nowhere(question: BackpropQuestion, derived: Derived) -> str:
    """Say why a mistake has no place in this network; empty where it has one."""
    hidden = len(derived.worked.params.sizes) > 2
    if not hidden and question.slip in ("no ReLU mask", "W not transposed", "z instead of h"):
        return "This network has no hidden layer, so that nothing goes back through one: there is no such step."
    if question.slip == "no ReLU mask" and question.activation != "relu":
        return "This network has no ReLU, so that there is no mask to leave out."
    return ""


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
