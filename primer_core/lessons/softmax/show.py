"""Softmax as parts: the bars and their arrows, every step in numbers, the naive form beside the stable one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from primer_core.lessons.show import controls
from primer_core.lessons.softmax.explain import Array, NaiveForm, NotFinite, NotPositive, Outcome, Softmax
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.picture.code import code_panel
from primer_core.picture.number import CELL_DIGITS, bracketed, cell_text, full_text, number_text
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
from primer_core.picture.probability_bars import ProbabilityBar, ProbabilityBars, StepCell, StepRow, StepTable
from primer_core.picture.text import Code, Number, Role, Strong, Text, text

QUIZ = Quiz(
    text("You add 100 to every logit. What happens to the probabilities?"),
    (
        QuizAnswer("Nothing", text("Right, but for rounding: e^100 stands above and below the line, and cancels.")),
        QuizAnswer(
            "The largest grows",
            text("Multiplying the logits does that, as a lower temperature would. Adding keeps their distances."),
        ),
        QuizAnswer(
            "They overflow",
            text("Only in the naive form. Try the preset “Overflow” and look at its last rows."),
        ),
    ),
    "Nothing",
)

COOLEST = 0.1
"""A temperature at which every question of the lesson has finite results, in each dtype."""

NOT_POSITIVE: tuple[Text, ...] = (
    text("Expected a temperature above 0, not 0: the logits are divided by it."),
    text(
        "As T goes to 0, softmax goes to argmax: all of the probability on the largest logit, shared where several "
        "are the largest."
    ),
)


def show(question: SoftmaxQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    panel = (
        controls(question, "z0", "z1", "z2", "z3"),
        controls(question, "T", "shift", "target", "dtype", chip=chip(outcome)),
    )
    match outcome:
        case NotPositive():
            return Page(panel, _refused(NOT_POSITIVE))
        case NotFinite(largest):
            message = text(
                f"Divided by T = {full_text(question.T)}, the logits give an infinite result, or one that is not a "
                f"number: the largest number of {question.dtype} is {full_text(largest)}. Not even the stable form "
                "helps there."
            )
            return Page(panel, _refused((message,)))
        case Softmax():
            return Page(panel, _shown(question, outcome))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case NotPositive():
            return Chip("error", "no softmax at T = 0")
        case NotFinite():
            return Chip("error", "the result is not finite")
        case Softmax(loss=loss):
            return Chip("ok", f"cross-entropy {cell_text(loss.library)}")


def _refused(paragraphs: tuple[Text, ...]) -> tuple[Part, ...]:
    fix = Fix(text("a higher temperature: ", Code(f"T = {COOLEST}")), {"T": str(COOLEST)})
    return (Card((Notice("refused", paragraphs), Fixes((fix,))), "picture"), Card((QUIZ,), "quiz"))


def _shown(question: SoftmaxQuestion, found: Softmax) -> tuple[Part, ...]:
    cards = (log_sum_exp(question, found), cross_entropy(question, found), argmax(found))
    return (
        Card((bars(question, found),), "picture"),
        Columns(tuple((Card(parts, name),) for name, parts in zip(("lse", "loss", "argmax"), cards, strict=True))),
        Columns(((Card(story(question, found), "story"),), (Card((QUIZ,), "quiz"),)), (1.3, 1)),
        Card((code_panel(found.code),), "code"),
    )


def bars(question: SoftmaxQuestion, found: Softmax) -> ProbabilityBars:
    """Lay out a bar a class with the gradient as an arrow, and every step in the same columns."""
    columns = []
    for k, p in enumerate(found.p):
        tags = ("target",) * (k == question.right) + ("argmax",) * (k == found.argmax_p)
        gradient = number_text(found.gradient[k], CELL_DIGITS, plus=True)
        columns.append(ProbabilityBar(f"class {k}", float(p), float(found.y[k]), f"{p:.1%}", gradient, tags))
    arrow = "from p to y: the gradient p − y, against which a step goes"
    if question.T != 1:
        arrow = "from p to y, as long as p − y; the gradient above it is (p − y) / T"
    return ProbabilityBars(
        tuple(columns),
        arrow,
        (StepTable("Softmax, step by step", _stable(question, found)), _naive(question, found)),
        focus=(0, 5, question.right),
    )


def _stable(question: SoftmaxQuestion, found: Softmax) -> tuple[StepRow, ...]:
    temperature, top = full_text(question.T), bracketed(full_text(found.scaled.max()))
    z, scaled, shifted, e, p, y = map(_written, (found.z, found.scaled, found.shifted, found.e, found.p, found.y))
    total = full_text(found.p.dtype.type(found.total))
    tiny = f"too small for {question.dtype}: it rounds to 0"

    def logit(k: int) -> StepCell:
        exact = full_text(question.logits[k] + question.shift)
        rounded = f"{question.dtype} rounds {exact} to {z[k]}" if exact != z[k] else ""
        return _cell(found.z[k], f"{full_text(question.logits[k])} + {question.shift}", rounded)

    def slope(k: int) -> StepCell:
        return _cell(found.gradient[k], f"({p[k]} − {y[k]}) / {temperature}", _advice(float(found.gradient[k]), k))

    def row(
        name: str, values: Array, formula: Callable[[int], str], role: Role = "plain", *, vanishing: bool = False
    ) -> StepRow:
        notes = [tiny if vanishing and value == 0 else "" for value in values]
        return StepRow(name, tuple(_cell(value, formula(k), notes[k]) for k, value in enumerate(values)), role)

    places = range(len(z))
    return (
        StepRow("z", tuple(map(logit, places)), "a"),
        row("z / T", found.scaled, lambda k: f"{z[k]} / {temperature}"),
        row("− max", found.shifted, lambda k: f"{scaled[k]} − {top}"),
        row("exp", found.e, lambda k: f"e^({shifted[k]})", vanishing=True),
        StepRow("Σ", (_cell(found.p.dtype.type(found.total), " + ".join(e)),)),
        row("p", found.p, lambda k: f"{e[k]} / {total}", "result", vanishing=True),
        row("y", found.y, lambda k: f"[{k} = {question.target}]", "b"),
        StepRow("∂L/∂z", tuple(map(slope, places)), "result"),
    )


def _naive(question: SoftmaxQuestion, found: Softmax) -> StepTable:
    naive = found.naive
    total = found.p.dtype.type(naive.total)
    scaled, e = _written(found.scaled), _written(naive.exp)

    def note(value: float) -> str:
        if np.isnan(value):
            return "not a number"
        if np.isinf(value):
            return f"overflow: larger than {question.dtype} can hold"
        return f"underflow: too small for {question.dtype}, it rounds to 0" if value == 0 else ""

    def cell(value: np.floating[Any], formula: str, *, zero_breaks: bool = False) -> StepCell:
        broken = not bool(np.isfinite(value)) or (zero_breaks and bool(value == 0))
        return _cell(value, formula, note(float(value)), broken=broken)

    quotient = f"/ {full_text(total)}"
    return StepTable(
        "The naive form: nothing subtracted",
        (
            StepRow("exp(z / T)", tuple(cell(value, f"e^({scaled[k]})") for k, value in enumerate(naive.exp))),
            StepRow("Σ", (cell(total, " + ".join(e), zero_breaks=True),)),
            StepRow("p", tuple(cell(value, f"{e[k]} {quotient}") for k, value in enumerate(naive.p)), "result"),
        ),
    )


def log_sum_exp(question: SoftmaxQuestion, found: Softmax) -> tuple[Part, ...]:
    """Set both forms of log-sum-exp side by side, and say what becomes of the naive one."""
    naive = found.naive
    table = _figures(
        "Log-sum-exp by two forms",
        (text("max + log Σ exp(z/T − max)"), found.log_sum_exp),
        (text("log Σ exp(z/T), naive"), naive.log_sum_exp),
        (text("exp overflows above"), naive.limit),
    )
    return (Heading("Log-sum-exp"), table, _naive_chip(naive), *_notes(_naive_cause(question, naive)))


def _naive_chip(naive: NaiveForm) -> Chip:
    if naive.overflows:
        return Chip("error", "the naive form overflows")
    if naive.vanishes:
        return Chip("error", "the naive form underflows")
    return Chip("ok", "both forms are finite")


def _naive_cause(question: SoftmaxQuestion, naive: NaiveForm) -> Text:
    if naive.overflows:
        return text(f"An exponential, or their sum, is larger than {question.dtype} can hold.")
    if naive.vanishes:
        return text(f"Every exponential is too small for {question.dtype} and rounds to 0; log 0 is −inf.")
    return ()


def cross_entropy(question: SoftmaxQuestion, found: Softmax) -> tuple[Part, ...]:
    """Set the forms of the loss side by side, and say which of them lose it."""
    loss, naive = found.loss, found.naive
    table = _figures(
        "Cross-entropy by several forms",
        (text("log-softmax, then NLL"), loss.log_softmax_nll),
        (text(Code("cross_entropy(z / T)")), loss.library),
        (text("−log p, stable p"), loss.minus_log_p),
        (text("−log p, naive p"), naive.loss),
        (text("softmax twice"), loss.twice),
    )
    twice = text(
        Code("cross_entropy"),
        " takes logits. Given probabilities, it takes softmax of them once more: “softmax twice” is the loss of other "
        "probabilities.",
    )
    lost: Text = ()
    if found.p[question.right] == 0:
        lost = text(
            f"p[{question.target}] is too small for {question.dtype} and rounds to 0, in the stable form as well: "
            "−log p is lost. Log-softmax never computes p, so it keeps the loss."
        )
    return (Heading("Cross-entropy"), table, *_notes(lost), Note(twice))


def argmax(found: Softmax) -> tuple[Part, ...]:
    """Say whether logits and probabilities predict the same class."""
    table = _figures(
        "Argmax before and after softmax",
        (text("of the logits"), found.argmax_logits),
        (text("of the probabilities"), found.argmax_p),
    )
    if found.argmax_logits == found.argmax_p:
        same = text("exp never changes the order, so a prediction needs no softmax.")
        return (Heading("Argmax"), table, Chip("ok", "the same class"), Note(same))
    tie = text("The largest probabilities round to the same number, and argmax takes the first of them.")
    return (Heading("Argmax"), table, Chip("error", "a tie by rounding"), Note(tie))


def story(question: SoftmaxQuestion, found: Softmax) -> tuple[Part, ...]:
    """Say where the gradient comes from, what a shift does, and how far PyTorch is from it."""
    paragraphs = [
        text(
            "The gradient of the loss by each logit is ",
            Strong("p − y"),
            ", divided by T. But for rounding it sums to 0: what a step adds to the target's logit, it takes from the "
            "others.",
        ),
        text(
            "In exact arithmetic, adding a constant to every logit changes neither p nor the loss. That is why the "
            "largest may be taken off first, and then no exponential is above 1."
        ),
    ]
    warning: tuple[Part, ...] = ()
    if found.shift is not None:
        held = ", ".join(_written(found.z))
        measured = (
            f"Against no shift, a probability changes by at most {number_text(found.shift.p, 3)} and the loss by "
            f"{number_text(found.shift.loss, 3)}."
        )
        if found.shift.visible:
            title = f"Adding {question.shift} rounds the logits in {question.dtype}."
            warning = (Notice("warning", (text(f"z is held as {held}. {measured}"),), title),)
        else:
            paragraphs.append(text(f"{question.dtype} holds the shifted logits as {held}. {measured}"))
    agreement = Chip(
        "ok" if found.agrees else "error",
        f"hand and PyTorch differ by at most {number_text(found.difference, 3)}",
    )
    return (Story(tuple(paragraphs)), *warning, agreement)


def _written(values: Array) -> list[str]:
    return [full_text(value) for value in values]


def _cell(value: object, formula: str, note: str = "", *, broken: bool = False) -> StepCell:
    return StepCell(cell_text(value), f"{formula} = {full_text(value)}", note, broken)


def _advice(gradient: float, k: int) -> str:
    if gradient == 0:
        return f"A step leaves z[{k}] alone."
    return f"A step against the gradient {'lowers' if gradient > 0 else 'raises'} z[{k}]."


def _figures(caption: str, *rows: tuple[Text, float]) -> Table:
    return Table(
        (),
        tuple((TableCell(name, "head"), TableCell(text(Number(_figure(value))), "number")) for name, value in rows),
        caption,
    )


def _figure(value: float) -> str:
    return number_text(value, 6)


def _notes(*notes: Text) -> Sequence[Note]:
    return [Note(note) for note in notes if note]
