"""One row of logits as bars and their arrows, every step in numbers, the naive form beside the stable one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from primer_core.claims.claim import Claim, percent, plain
from primer_core.lessons.softmax import claims
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
        columns.append(ProbabilityBar(f"class {k}", float(p), _height(found, k), percent(float(p)), gradient, tags))
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
    if found.has_odd_targets or abs(float(found.y.sum()) - 1) > TINY:
        return "the number above a bar is the gradient"
    parts = found.parts
    if found.asked.T == 1 and parts == 1:
        return "from p to y: where a step goes, against the gradient p − y above it"
    below = "T" if parts == 1 else f"(T · {parts}): the loss is a mean over {parts} rows"
    return f"from p to y, as long as p − y; the gradient above it is (p − y) / {below}"


def _stable(found: Softmax, drawn: Sequence[int]) -> tuple[StepRow, ...]:
    temperature, top = full_text(found.asked.T), bracketed(full_text(found.scaled.max()))
    z, scaled, shifted, e = map(_written, (found.z, found.scaled, found.shifted, found.e))
    total = full_text(found.p.dtype.type(found.total))
    said = claims.steps(found)

    def row(name: str, values: Array, formula: Callable[[int], str], role: Role = "plain") -> StepRow:
        cells = (_cell(values[k], formula(k), _words(said, name, k)) for k in drawn)
        return StepRow(name, tuple(cells), role)

    return (
        StepRow("z", tuple(_logit(found, k, _words(said, "z", k)) for k in drawn), "a"),
        row("z / T", found.scaled, lambda k: f"{z[k]} / {temperature}"),
        row("− max", found.shifted, lambda k: f"{scaled[k]} − {top}"),
        row("exp", found.e, lambda k: f"e^({shifted[k]})"),
        StepRow("Σ", (_cell(found.p.dtype.type(found.total), _sum(e)),)),
        row("p", found.p, lambda k: f"{e[k]} / {total}", "result"),
        row("y", found.y, lambda k: _aim(found, k), "b"),
        StepRow("∂L/∂z", tuple(_slope(found, k, _words(said, "slope", k)) for k in drawn), "result"),
    )


def _words(said: Mapping[claims.Cell, Claim], name: str, k: int = 0) -> str:
    claim = said.get((name, k))
    return "" if claim is None else plain(claim.sentence())


def _logit(found: Softmax, k: int, note: str) -> StepCell:
    question = found.asked.question
    shift = question.shift
    if question.is_typed:
        typed = found.asked.logits.values
        own = full_text(typed[found.row][k].item() if typed.ndim == 2 else typed[k].item())
        return _cell(found.z[k], f"{own} + {shift}")
    return _cell(found.z[k], f"{full_text(question.logits[k])} + {shift}", note)


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


def _slope(found: Softmax, k: int, note: str) -> StepCell:
    p, y = full_text(found.p[k]), bracketed(full_text(found.y[k]))
    total = float(found.y.sum())
    whole = "" if not found.counts or abs(total - 1) <= TINY else f" · {full_text(total)}"
    formula = f"({p}{whole} − {y}) / {divisor(found)}" if found.counts else "this row is ignored"
    return _cell(found.gradient[k], formula, note)


def _naive(found: Softmax, drawn: Sequence[int]) -> StepTable:
    naive = found.naive
    total = found.p.dtype.type(naive.total)
    scaled, e = _written(found.scaled), _written(naive.exp)
    said = claims.steps(found)

    def cell(value: np.floating[Any], formula: str, of: str, k: int = 0) -> StepCell:
        broken = not bool(np.isfinite(value)) or (of == "naive sum" and bool(value == 0))
        return _cell(value, formula, _words(said, of, k), broken=broken)

    quotient = f"/ {full_text(total)}"
    return StepTable(
        "The naive form: nothing subtracted",
        (
            StepRow("exp(z / T)", tuple(cell(naive.exp[k], f"e^({scaled[k]})", "naive exp", k) for k in drawn)),
            StepRow("Σ", (cell(total, _sum(e), "naive sum"),)),
            StepRow("p", tuple(cell(naive.p[k], f"{e[k]} {quotient}", "naive p", k) for k in drawn), "result"),
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
