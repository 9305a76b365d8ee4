"""One row of logits as bars and their arrows, every step in numbers, the naive form beside the stable one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from primer_core.lessons.softmax.explain import TINY, Softmax
from primer_core.lessons.softmax.losses import Array
from primer_core.picture.number import CELL_DIGITS, bracketed, cell_text, full_text, number_text
from primer_core.picture.probability_bars import ProbabilityBar, ProbabilityBars, StepCell, StepRow, StepTable
from primer_core.picture.text import Role

MOST_CLASSES = 12
"""Most classes of a row that are drawn."""

_FIRST = 9
"""Of a longer row, so many of its beginning, besides those that matter."""


def bars(found: Softmax) -> ProbabilityBars:
    """Lay out a bar a class with the gradient as an arrow, and every step in the same columns."""
    drawn = drawn_classes(found)
    columns = []
    for k in drawn:
        p = found.p[k]
        tags = ("target",) * (k == found.number) + ("argmax",) * (k == found.argmax_p)
        gradient = number_text(found.gradient[k], CELL_DIGITS, plus=True)
        columns.append(ProbabilityBar(f"class {k}", float(p), _height(found, k), f"{p:.1%}", gradient, tags))
    aim = "one-hot target y" if found.number is not None and not found.asked.question.smoothing else "target y"
    tables = (StepTable("Softmax, step by step", _stable(found, drawn)), _naive(found, drawn))
    best = drawn.index(found.number if found.number is not None else found.argmax_p)
    return ProbabilityBars(
        tuple(columns), _arrow(found), tables, focus=(0, 5, best), aim=aim, places=_places(found, drawn)
    )


def drawn_classes(found: Softmax) -> tuple[int, ...]:
    """Return the classes that are drawn: all of a short row; of a longer one its beginning and those that matter."""
    classes = len(found.p)
    if classes <= MOST_CLASSES:
        return tuple(range(classes))
    kept = {found.argmax_p, found.argmax_logits, *(() if found.number is None else (found.number,))}
    return tuple(sorted({*range(_FIRST), *kept}))


def divisor(found: Softmax) -> str:
    """Write what p − y is divided by."""
    temperature, parts = full_text(found.asked.T), found.parts
    return temperature if parts == 1 else f"({temperature} · {parts})"


def _places(found: Softmax, drawn: Sequence[int]) -> tuple[int, ...]:
    return () if len(drawn) == len(found.p) else tuple(drawn)


def _height(found: Softmax, k: int) -> float | None:
    if not found.counts or found.has_odd_targets:
        return None
    return min(max(float(found.y[k]), 0.0), 1.0)


def _arrow(found: Softmax) -> str:
    if not found.counts:
        return "this row is ignored: its gradient is 0"
    if found.has_odd_targets:
        return "the number above a bar is the gradient"
    parts = found.parts
    if found.asked.T == 1 and parts == 1:
        return "from p to y: the gradient p − y, against which a step goes"
    below = "T" if parts == 1 else f"(T · {parts}): the loss is a mean over {parts} rows"
    return f"from p to y, as long as p − y; the gradient above it is (p − y) / {below}"


def _stable(found: Softmax, drawn: Sequence[int]) -> tuple[StepRow, ...]:
    temperature, top = full_text(found.asked.T), bracketed(full_text(found.scaled.max()))
    z, scaled, shifted, e = map(_written, (found.z, found.scaled, found.shifted, found.e))
    total = full_text(found.p.dtype.type(found.total))
    dtype = found.batch.dtype
    tiny = f"too small for {dtype}: it rounds to 0"

    def row(
        name: str, values: Array, formula: Callable[[int], str], role: Role = "plain", *, vanishing: bool = False
    ) -> StepRow:
        def note(k: int) -> str:
            return tiny if vanishing and values[k] == 0 and np.isfinite(found.shifted[k]) else ""

        return StepRow(name, tuple(_cell(values[k], formula(k), note(k)) for k in drawn), role)

    return (
        StepRow("z", tuple(_logit(found, k) for k in drawn), "a"),
        row("z / T", found.scaled, lambda k: f"{z[k]} / {temperature}"),
        row("− max", found.shifted, lambda k: f"{scaled[k]} − {top}"),
        row("exp", found.e, lambda k: f"e^({shifted[k]})", vanishing=True),
        StepRow("Σ", (_cell(found.p.dtype.type(found.total), _sum(e)),)),
        row("p", found.p, lambda k: f"{e[k]} / {total}", "result", vanishing=True),
        row("y", found.y, lambda k: _aim(found, k), "b"),
        StepRow("∂L/∂z", tuple(_slope(found, k) for k in drawn), "result"),
    )


def _logit(found: Softmax, k: int) -> StepCell:
    question = found.asked.question
    shift = question.shift
    if question.is_typed:
        typed = found.asked.logits.values
        own = full_text(typed[found.row][k].item() if typed.ndim == 2 else typed[k].item())
        return _cell(found.z[k], f"{own} + {shift}")
    exact = full_text(question.logits[k] + shift)
    held = full_text(found.z[k])
    rounded = f"{question.dtype} rounds {exact} to {held}" if exact != held else ""
    return _cell(found.z[k], f"{full_text(question.logits[k])} + {shift}", rounded)


def _aim(found: Softmax, k: int) -> str:
    """Spell out how a target came about."""
    smoothing = found.asked.question.smoothing
    if not found.counts:
        return "a row that is ignored has no target"
    own = f"[{k} = {found.number}]" if found.number is not None else f"target[{k}]"
    if not smoothing:
        return own
    share = full_text(smoothing)
    return f"(1 − {share}) · {own} + {share} / {len(found.p)}"


def _slope(found: Softmax, k: int) -> StepCell:
    p, y = full_text(found.p[k]), bracketed(full_text(found.y[k]))
    total = float(found.y.sum())
    whole = "" if not found.counts or abs(total - 1) <= TINY else f" · {full_text(total)}"
    if not found.counts:
        return _cell(found.gradient[k], "this row is ignored", "A step leaves it alone.")
    return _cell(found.gradient[k], f"({p}{whole} − {y}) / {divisor(found)}", _advice(float(found.gradient[k]), k))


def _naive(found: Softmax, drawn: Sequence[int]) -> StepTable:
    naive, dtype = found.naive, found.batch.dtype
    total = found.p.dtype.type(naive.total)
    scaled, e = _written(found.scaled), _written(naive.exp)

    def note(value: float, k: int | None) -> str:
        if np.isnan(value):
            return "not a number"
        if np.isinf(value):
            return f"overflow: larger than {dtype} can hold"
        finite = k is None or bool(np.isfinite(found.scaled[k]))
        return f"underflow: too small for {dtype}, it rounds to 0" if value == 0 and finite else ""

    def cell(value: np.floating[Any], formula: str, k: int | None = None, *, zero_breaks: bool = False) -> StepCell:
        broken = not bool(np.isfinite(value)) or (zero_breaks and bool(value == 0))
        return _cell(value, formula, note(float(value), k), broken=broken)

    quotient = f"/ {full_text(total)}"
    return StepTable(
        "The naive form: nothing subtracted",
        (
            StepRow("exp(z / T)", tuple(cell(naive.exp[k], f"e^({scaled[k]})", k) for k in drawn)),
            StepRow("Σ", (cell(total, _sum(e), zero_breaks=True),)),
            StepRow("p", tuple(cell(naive.p[k], f"{e[k]} {quotient}", k) for k in drawn), "result"),
        ),
    )


def _sum(terms: Sequence[str]) -> str:
    if len(terms) <= MOST_CLASSES:
        return " + ".join(terms)
    return " + ".join([*terms[:3], f"… {len(terms) - 4} more …", terms[-1]])


def _written(values: Array) -> list[str]:
    return [full_text(value) for value in values]


def _cell(value: object, formula: str, note: str = "", *, broken: bool = False) -> StepCell:
    return StepCell(cell_text(value), f"{formula} = {full_text(value)}", note, broken)


def _advice(gradient: float, k: int) -> str:
    if gradient == 0:
        return f"A step leaves z[{k}] alone."
    return f"A step against the gradient {'lowers' if gradient > 0 else 'raises'} z[{k}]."
