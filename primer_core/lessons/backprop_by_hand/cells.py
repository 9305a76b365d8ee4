"""How each cell of a step of back-propagation comes about, in symbols and in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from primer_core.claims.derivations import label
from primer_core.lessons.backprop_by_hand.explain import Worked
from primer_core.lessons.backprop_by_hand.steps import Rule, Step
from primer_core.picture.derivation import COLUMN, EACH, ROW, ByRow, Entry, Piece, Positive, Sum
from primer_core.picture.number import bracketed, cell_text


@dataclass(frozen=True, slots=True)
class Pattern:
    """How each cell of a step comes about.

    Parameters
    ----------
    symbolic
        Its formula in symbols, in which `ROW` and `COLUMN` stand for the cell's row and column.
    numbers
        The same with the numbers of the matrices that it reads.
    """

    symbolic: str
    numbers: tuple[Piece, ...]


def pattern(worked: Worked, step: Step) -> Pattern:
    """Return what all cells of a step have in common.

    Parameters
    ----------
    worked
        The derivation.
    step
        One of its steps.
    """
    return _PATTERNS[step.rule](worked, step)


# A vector is one row, so that its cells have a column only.


def _affine(_: Worked, step: Step) -> Pattern:
    h, w, b = step.operands
    symbolic = f"Σᵢ {label(h)}[{ROW}, i]·{label(w)}[i, {COLUMN}] + {label(b)}[{COLUMN}]"
    products = Sum((Entry(h, ROW, EACH), "·", Entry(w, EACH, COLUMN)))
    return Pattern(symbolic, (products, " + ", Entry(b, "0", COLUMN)))


def _relu(_: Worked, step: Step) -> Pattern:
    (z,) = step.operands
    return Pattern(f"max(0, {label(z)}[{ROW}, {COLUMN}])", ("max(0, ", _bare(z, ROW, COLUMN), ")"))


def _round(_: Worked, step: Step) -> Pattern:
    (z,) = step.operands
    return Pattern(f"round({label(z)}[{ROW}, {COLUMN}])", ("round(", _bare(z, ROW, COLUMN), ")"))


def _softmax(worked: Worked, step: Step) -> Pattern:
    (z,) = step.operands
    symbolic = f"e^({label(z)}[{ROW}, {COLUMN}] − max) / Σₖ e^({label(z)}[{ROW}, k] − max)"
    largest = ByRow(tuple(bracketed(cell_text(row.max())) for row in worked.quantities[z].value))
    below = Sum(("e^(", _bare(z, ROW, EACH), " − ", largest, ")"))
    return Pattern(symbolic, ("e^(", _bare(z, ROW, COLUMN), " − ", largest, ") / (", below, ")"))


def _loss(worked: Worked, step: Step) -> Pattern:
    p, y = step.operands
    pieces: list[Piece] = []
    for row, column in enumerate(map(str, worked.labels)):
        pieces += [" + " if row else "", Entry(y, str(row), column), "·log ", Entry(p, str(row), column)]
    return Pattern("−(1/B) · Σₙ Σₖ y[n, k]·log p[n, k]", (f"−(1/{len(worked.labels)}) · (", *pieces, ")"))


def _delta_out(worked: Worked, step: Step) -> Pattern:
    p, y = step.operands
    symbolic = f"p[{ROW}, {COLUMN}] − y[{ROW}, {COLUMN}]"
    numbers: tuple[Piece, ...] = (_bare(p, ROW, COLUMN), " − ", Entry(y, ROW, COLUMN))
    if worked.params.slip == "no 1/B":
        return Pattern(symbolic, numbers)
    return Pattern(f"({symbolic}) / B", ("(", *numbers, f") / {worked.params.batch}"))


def _probability_grad(worked: Worked, step: Step) -> Pattern:
    y, p = step.operands
    symbolic = f"−y[{ROW}, {COLUMN}] / p[{ROW}, {COLUMN}]"
    numbers: tuple[Piece, ...] = ("−", Entry(y, ROW, COLUMN), " / ", Entry(p, ROW, COLUMN))
    if worked.params.slip == "no 1/B":
        return Pattern(symbolic, numbers)
    return Pattern(f"{symbolic} / B", (*numbers, f" / {worked.params.batch}"))


def _softmax_back(_: Worked, step: Step) -> Pattern:
    p, dp = step.operands
    cell = f"[{ROW}, {COLUMN}]"
    whole = Sum((Entry(dp, ROW, EACH), "·", Entry(p, ROW, EACH)))
    numbers: tuple[Piece, ...] = (_bare(p, ROW, COLUMN), " · (", _bare(dp, ROW, COLUMN), " − (", whole, "))")
    return Pattern(f"p{cell}·(dp{cell} − Σₖ dp[{ROW}, k]·p[{ROW}, k])", numbers)


def _diagonal(_: Worked, step: Step) -> Pattern:
    dp, p = step.operands
    cell = f"[{ROW}, {COLUMN}]"
    own = Entry(p, ROW, COLUMN)
    return Pattern(f"dp{cell}·p{cell}·(1 − p{cell})", (_bare(dp, ROW, COLUMN), " · ", own, " · (1 − ", own, ")"))


def _delta_hidden(worked: Worked, step: Step) -> Pattern:
    above, w = step.operands[:2]
    transposed = worked.params.slip != "W not transposed"
    row, column = (COLUMN, EACH) if transposed else (EACH, COLUMN)
    cell = f"{COLUMN}, k" if transposed else f"k, {COLUMN}"
    symbolic = f"Σₖ {label(above)}[{ROW}, k]·{label(w)}[{cell}]"
    products = Sum((Entry(above, ROW, EACH), "·", Entry(w, row, column)))
    if len(step.operands) == 2 and worked.params.activation == "round":
        return Pattern(f"({symbolic}) · 0", ("(", products, ") · 0"))
    if len(step.operands) == 2:
        return Pattern(symbolic, (products,))
    z = step.operands[2]
    masked = f"({symbolic}) · [{label(z)}[{ROW}, {COLUMN}] > 0]"
    return Pattern(masked, ("(", products, ") · ", Positive(z, ROW, COLUMN)))


def _weight_grad(_: Worked, step: Step) -> Pattern:
    h, delta = step.operands
    symbolic = f"Σₙ {label(h)}[n, {ROW}]·{label(delta)}[n, {COLUMN}]"
    return Pattern(symbolic, (Sum((Entry(h, EACH, ROW), "·", Entry(delta, EACH, COLUMN))),))


def _bias_grad(_: Worked, step: Step) -> Pattern:
    (delta,) = step.operands
    if step.value.ndim == 2:  # not summed, by mistake
        return Pattern(f"{label(delta)}[{ROW}, {COLUMN}]", (_bare(delta, ROW, COLUMN),))
    return Pattern(f"Σₙ {label(delta)}[n, {COLUMN}]", (Sum((Entry(delta, EACH, COLUMN),)),))


def _update(worked: Worked, step: Step) -> Pattern:
    def row_of(symbol: str) -> str:
        # a bias gradient that was not summed has rows, and the bias is broadcast against it
        return ROW if worked.quantities[symbol].value.ndim == 2 else "0"

    def cell(symbol: str) -> str:
        return f"{label(symbol)}[{ROW}, {COLUMN}]" if row_of(symbol) == ROW else f"{label(symbol)}[{COLUMN}]"

    own, gradient = step.operands
    rate = cell_text(worked.params.learning_rate)
    numbers = (_bare(own, row_of(own), COLUMN), f" − {rate}·", Entry(gradient, row_of(gradient), COLUMN))
    return Pattern(f"{cell(own)} − η·{cell(gradient)}", numbers)


_PATTERNS: Mapping[Rule, Callable[[Worked, Step], Pattern]] = {
    "affine": _affine,
    "relu": _relu,
    "softmax": _softmax,
    "loss": _loss,
    "delta_out": _delta_out,
    "delta_hidden": _delta_hidden,
    "weight_grad": _weight_grad,
    "bias_grad": _bias_grad,
    "update": _update,
    "round": _round,
    "probability_grad": _probability_grad,
    "softmax_back": _softmax_back,
    "diagonal": _diagonal,
}


def _bare(symbol: str, row: str, column: str) -> Entry:
    """Name a number that no sign stands before."""
    return Entry(symbol, row, column, bare=True)
