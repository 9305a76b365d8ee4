"""Logits that are each a question by itself, as parts: bars, both losses step by step, and what one of them loses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from primer_core.claims.claim import percent, plain
from primer_core.lessons.softmax import claims
from primer_core.lessons.softmax.binary import LEAST_LOG, Yes
from primer_core.lessons.softmax.losses import Array, LossForm
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.number import CELL_DIGITS, bracketed, cell_text, full_text, number_text
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Heading,
    Note,
    Notice,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.probability_bars import ProbabilityBar, ProbabilityBars, StepCell, StepRow, StepTable
from primer_core.picture.text import Code, Number, Role, text

_MOST = 12
"""Most logits that are drawn."""

QUIZ = Quiz(
    text("A logit is 40, and the answer is no. Which loss still has a gradient?"),
    (
        QuizAnswer("With logits", text("Right: it never computes the sigmoid, which rounds to 1 in float32.")),
        QuizAnswer(
            "Sigmoid + BCELoss",
            text("The sigmoid of 40 is exactly 1 in float32, where its slope p · (1 − p) is 0."),
        ),
        QuizAnswer("Both", text("In exact arithmetic they are the same formula; in float32 one of them loses it.")),
    ),
    "With logits",
)


def yes_no(found: Yes, warnings: Sequence[Part]) -> tuple[Part, ...]:
    """Show both binary losses of logits."""
    left = len(found.z) - _MOST
    more = (Note(text(f"{left} more logits are computed with and not drawn.")),) if left > 0 else ()
    told = paragraphs((*claims.yes_no(found), *claims.seeds(found)))
    story = Card((Story(told), *_agreement(found)), "story")
    return (
        Card((_bars(found), *more, *warnings), "picture"),
        Card(_compared(found), "forms"),
        Columns(((story,), (Card((QUIZ,), "quiz"),)), (1.3, 1)),
        Card((code_panel(found.code),), "code"),
    )


def _bars(found: Yes) -> ProbabilityBars:
    slopes = found.forms[1].gradient.reshape(-1)
    columns = []
    for k in range(min(len(found.z), _MOST)):
        p, y = float(found.p[k]), float(found.y[k])
        tags = ("yes" if y == 1 else "no" if y == 0 else f"yes: {percent(y, 0)}",)
        gradient = number_text(slopes[k], CELL_DIGITS, plus=True)
        columns.append(ProbabilityBar(f"z[{k}]", p, y, percent(p), gradient, tags))
    parts = round(1 / found.share)
    below = {(True, True): "", (True, False): f" / {parts}", (False, True): " / T"}.get(
        (found.asked.T == 1, parts == 1), f" / (T · {parts})"
    )
    arrow = "from p to y; the gradient with logits above it is " + (f"(p − y){below}" if below else "p − y")
    tables = (StepTable("In one step, with logits", _one_step(found)), StepTable("In two steps", _two_steps(found)))
    return ProbabilityBars(tuple(columns), arrow, tables, focus=(0, 5, 0), share="p = sigmoid(z / T)", aim="target y")


def _one_step(found: Yes) -> tuple[StepRow, ...]:
    scaled = _written(found.scaled)
    largest, product, rest = (_written(values) for values in (found.largest, found.product, found.rest))
    y = _written(found.y)
    temperature = full_text(found.asked.T)
    own = _written(found.z)
    return (
        _row("z / T", found.scaled, lambda k: f"{own[k]} / {temperature}", "a"),
        _row("y", found.y, lambda k: f"target[{k}]", "b"),
        _row("max(z, 0)", found.largest, lambda k: f"max({scaled[k]}, 0)"),
        _row("z·y", found.product, lambda k: f"{scaled[k]} · {y[k]}"),
        _row("log1p", found.rest, lambda k: f"log(1 + e^(−|{scaled[k]}|))"),
        _row("loss", found.one_step, lambda k: f"{largest[k]} − {bracketed(product[k])} + {rest[k]}", "result"),
        _slopes(found, found.forms[1], lambda k: f"({full_text(found.p[k])} − {y[k]})"),
    )


def _two_steps(found: Yes) -> tuple[StepRow, ...]:
    scaled, p, y = (_written(values) for values in (found.scaled, found.p, found.y))
    log_p, log_q = _written(found.log_p), _written(found.log_q)
    product = _written(found.p * (1 - found.p))  # the slope of the sigmoid, by which the loss has divided before

    def clamped(values: Array) -> Callable[[int], str]:
        words = f"BCELoss takes no logarithm below {full_text(LEAST_LOG)}"
        return lambda k: words if values[k] == LEAST_LOG else ""

    flat = claims.flat(found)

    def rounded(k: int) -> str:
        return plain(flat[k].sentence()) if k in flat else ""

    return (
        _row("p", found.p, lambda k: f"1 / (1 + e^(−({scaled[k]})))", "result", rounded, fails=True),
        _row("log p", found.log_p, lambda k: f"log {p[k]}", "plain", clamped(found.log_p), fails=True),
        _row("log(1 − p)", found.log_q, lambda k: f"log(1 − {p[k]})", "plain", clamped(found.log_q), fails=True),
        _row(
            "loss",
            found.two_steps,
            lambda k: f"−({y[k]} · ({log_p[k]}) + (1 − {y[k]}) · ({log_q[k]}))",
            "result",
        ),
        _slopes(found, found.forms[0], lambda k: f"({p[k]} − {y[k]}) / max({product[k]}, 1e−12) · {product[k]}"),
    )


def _slopes(found: Yes, form: LossForm, formula: Callable[[int], str]) -> StepRow:
    below = f" / ({full_text(found.asked.T)} · {round(1 / found.share)})"
    values = form.gradient.reshape(-1)

    said = claims.slopes_lost(found) if form is found.forms[0] else {}

    def lost(k: int) -> str:
        return plain(said[k].sentence()) if k in said else ""

    return _row("∂L/∂z", values, lambda k: formula(k) + below, "result", lost, fails=True)


def _row(
    name: str,
    values: Array,
    formula: Callable[[int], str],
    role: Role = "plain",
    note: Callable[[int], str] | None = None,
    *,
    fails: bool = False,
) -> StepRow:
    cells = []
    for k, value in enumerate(values[:_MOST]):
        remark = note(k) if note is not None else ""
        cells.append(StepCell(cell_text(value), f"{formula(k)} = {full_text(value)}", remark, fails and bool(remark)))
    return StepRow(name, tuple(cells), role)


def _compared(found: Yes) -> tuple[Part, ...]:
    rows = []
    for form in found.forms:
        loss = ", ".join(number_text(value + 0.0, 6) for value in form.value.reshape(-1)[:_MOST])
        slopes = ", ".join(cell_text(value + 0.0) for value in form.gradient.reshape(-1)[:_MOST])
        temperature = found.asked.T
        z = "z" if temperature == 1 else f"z / {temperature:g}"
        call = call_of(form, z)
        rows.append(
            (
                TableCell(text(Code(call)), "head"),
                TableCell(text(Number(loss)), "number"),
                TableCell(text(Number(f"[{slopes}]"))),
            )
        )
    table = Table((text("asked of PyTorch"), text("loss"), text("gradient")), tuple(rows), "Both losses")
    return (Heading("The same formula, asked for in two ways"), table, *_lost(found))


def call_of(form: LossForm, z: str) -> str:
    """Write the call of a loss with the logits as they are called beside it."""
    whole = z if z.isidentifier() else f"({z})"
    return re.sub(r"\blogits\b", z, re.sub(r"\blogits\b(?=[\[.])", whole, form.code))


def _lost(found: Yes) -> tuple[Part, ...]:
    return tuple(Notice("warning", (spoken(claim),)) for claim in claims.sigmoid_rounds(found))


def _agreement(found: Yes) -> tuple[Part, ...]:
    difference = float(np.abs(found.two_steps - found.one_step).max())
    apart = bool(found.saturated) or difference > 1e-2 * max(1.0, float(np.abs(found.one_step).max()))
    return (Chip("error" if apart else "ok", plain(claims.forms_differ(found).sentence())),)


def _written(values: Array) -> list[str]:
    return [full_text(value) for value in values]
