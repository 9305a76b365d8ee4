"""One cell of the hand-made back-propagation, spelled out term by term in symbols and in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from primer_core.lessons.backprop_by_hand.explain import Worked
from primer_core.lessons.backprop_by_hand.steps import Array, Rule, Step, label
from primer_core.picture.derivation import COLUMN, EVERY, ROW, Read
from primer_core.picture.number import bracketed, cell_text

_Values: TypeAlias = Mapping[str, Array]

MAX_TERMS = 4
"""Longer sums are elided in the middle, as NumPy prints arrays."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How each cell of a step comes about.

    Parameters
    ----------
    symbolic
        Its formula in symbols, in which ``{i}`` and ``{j}`` stand for the cell's row and column.
    reads
        The cells that it is made from.
    """

    symbolic: str
    reads: tuple[Read, ...]


def pattern(worked: Worked, step: Step) -> Pattern:
    """Return what all cells of a step have in common."""
    return _PATTERNS[step.rule](worked, step)


def numeric(worked: Worked, step: Step, index: tuple[int, ...]) -> str:
    """Write the formula of one cell in numbers, from the values that its step read.

    Parameters
    ----------
    worked
        The derivation.
    step
        One of its steps.
    index
        The cell, one integer an axis; empty for the loss.
    """
    values = {name: worked.quantities[name].value for name in step.operands}
    return _NUMERIC[step.rule](step, values, index, worked)


# Patterns. A vector is one row, so that its cells have a column only.


def _affine(_: Worked, step: Step) -> Pattern:
    h, w, b = step.operands
    symbolic = f"Σᵢ {label(h)}[{ROW}, i]·{label(w)}[i, {COLUMN}] + {label(b)}[{COLUMN}]"
    return Pattern(symbolic, (Read(h, ROW, EVERY), Read(w, EVERY, COLUMN), Read(b, "0", COLUMN)))


def _relu(_: Worked, step: Step) -> Pattern:
    (z,) = step.operands
    return Pattern(f"max(0, {label(z)}[{ROW}, {COLUMN}])", (Read(z, ROW, COLUMN),))


def _softmax(_: Worked, step: Step) -> Pattern:
    (z,) = step.operands
    symbolic = f"e^({label(z)}[{ROW}, {COLUMN}] − max) / Σₖ e^({label(z)}[{ROW}, k] − max)"
    return Pattern(symbolic, (Read(z, ROW, EVERY),))


def _loss(worked: Worked, step: Step) -> Pattern:
    reads = [Read(name, str(n), str(k)) for n, k in enumerate(worked.labels) for name in step.operands]
    return Pattern("−(1/B) · Σₙ log p[n, label n]", tuple(reads))


def _delta_out(worked: Worked, step: Step) -> Pattern:
    symbolic = f"p[{ROW}, {COLUMN}] − y[{ROW}, {COLUMN}]"
    reads = tuple(Read(name, ROW, COLUMN) for name in step.operands)
    return Pattern(symbolic if worked.params.slip == "no 1/B" else f"({symbolic}) / B", reads)


def _delta_hidden(worked: Worked, step: Step) -> Pattern:
    above, w = step.operands[:2]
    transposed = worked.params.slip != "W not transposed"
    cell = f"{COLUMN}, k" if transposed else f"k, {COLUMN}"
    product = f"Σₖ {label(above)}[{ROW}, k]·{label(w)}[{cell}]"
    weights = Read(w, COLUMN, EVERY) if transposed else Read(w, EVERY, COLUMN)
    reads = (Read(above, ROW, EVERY), weights)
    if len(step.operands) == 2:
        return Pattern(product, reads)
    z = step.operands[2]
    return Pattern(f"({product}) · [{label(z)}[{ROW}, {COLUMN}] > 0]", (*reads, Read(z, ROW, COLUMN)))


def _weight_grad(_: Worked, step: Step) -> Pattern:
    h, delta = step.operands
    symbolic = f"Σₙ {label(h)}[n, {ROW}]·{label(delta)}[n, {COLUMN}]"
    return Pattern(symbolic, (Read(h, EVERY, ROW), Read(delta, EVERY, COLUMN)))


def _bias_grad(_: Worked, step: Step) -> Pattern:
    (delta,) = step.operands
    if step.value.ndim == 2:  # not summed, by mistake
        return Pattern(f"{label(delta)}[{ROW}, {COLUMN}]", (Read(delta, ROW, COLUMN),))
    return Pattern(f"Σₙ {label(delta)}[n, {COLUMN}]", (Read(delta, EVERY, COLUMN),))


def _update(worked: Worked, step: Step) -> Pattern:
    def cell(symbol: str) -> tuple[str, Read]:
        # a bias gradient that was not summed is broadcast against the bias
        if worked.quantities[symbol].value.ndim == 1:
            return f"{label(symbol)}[{COLUMN}]", Read(symbol, "0", COLUMN)
        return f"{label(symbol)}[{ROW}, {COLUMN}]", Read(symbol, ROW, COLUMN)

    (name, first), (gradient, second) = map(cell, step.operands)
    return Pattern(f"{name} − η·{gradient}", (first, second))


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
}


# Numbers.


def _at(values: _Values, symbol: str, *index: int) -> str:
    """Write one number that a step read."""
    return cell_text(values[symbol][index])


def _factor(values: _Values, symbol: str, *index: int) -> str:
    """Write one number that a step read, in brackets where a minus sign would meet another sign."""
    return bracketed(_at(values, symbol, *index))


def _sum(count: int, term: Callable[[int], str]) -> str:
    """Join the terms with +, writing out only those that are shown."""
    if count <= MAX_TERMS:
        return " + ".join(term(i) for i in range(count))
    return f"{term(0)} + {term(1)} + … {count - 3} more … + {term(count - 1)}"


def _affine_numbers(step: Step, values: _Values, index: Sequence[int], _: Worked) -> str:
    (n, j), (h, w, b) = index, step.operands
    products = _sum(values[h].shape[1], lambda i: f"{_factor(values, h, n, i)}·{_factor(values, w, i, j)}")
    return f"{products} + {_factor(values, b, j)}"


def _relu_numbers(step: Step, values: _Values, index: Sequence[int], _: Worked) -> str:
    return f"max(0, {_at(values, step.operands[0], *index)})"


def _softmax_numbers(step: Step, values: _Values, index: Sequence[int], _: Worked) -> str:
    (z,), (n, j) = step.operands, index
    top = _factor(values, z, n, int(values[z][n].argmax()))
    below = _sum(values[z].shape[1], lambda k: f"e^({_at(values, z, n, k)} − {top})")
    return f"e^({_at(values, z, n, j)} − {top}) / ({below})"


def _loss_numbers(_: Step, values: _Values, __: Sequence[int], worked: Worked) -> str:
    labels = worked.labels
    logs = _sum(len(labels), lambda n: f"log {_at(values, 'p', n, labels[n])}")
    return f"−(1/{len(labels)}) · ({logs})"


def _delta_out_numbers(_: Step, values: _Values, index: Sequence[int], worked: Worked) -> str:
    difference = f"{_at(values, 'p', *index)} − {_at(values, 'y', *index)}"
    return difference if worked.params.slip == "no 1/B" else f"({difference}) / {worked.params.batch}"


def _delta_hidden_numbers(step: Step, values: _Values, index: Sequence[int], worked: Worked) -> str:
    (n, i), (above, w) = index, step.operands[:2]
    transposed = worked.params.slip != "W not transposed"
    products = _sum(
        values[above].shape[1],
        lambda k: f"{_factor(values, above, n, k)}·{_factor(values, w, *((i, k) if transposed else (k, i)))}",
    )
    if len(step.operands) == 2:
        return products
    return f"({products}) · {int(values[step.operands[2]][n, i] > 0)}"


def _weight_grad_numbers(step: Step, values: _Values, index: Sequence[int], _: Worked) -> str:
    (i, j), (h, delta) = index, step.operands
    return _sum(len(values[h]), lambda n: f"{_factor(values, h, n, i)}·{_factor(values, delta, n, j)}")


def _bias_grad_numbers(step: Step, values: _Values, index: Sequence[int], _: Worked) -> str:
    (delta,) = step.operands
    if len(index) == 2:  # not summed, by mistake
        return _at(values, delta, *index)
    return _sum(len(values[delta]), lambda n: _factor(values, delta, n, index[0]))


def _update_numbers(step: Step, values: _Values, index: Sequence[int], worked: Worked) -> str:
    # a bias gradient that was not summed is broadcast against the bias, so its cell is found from the right
    own, gradient = (values[name][tuple(index[len(index) - values[name].ndim :])] for name in step.operands)
    return f"{cell_text(own)} − {cell_text(worked.params.learning_rate)}·{bracketed(cell_text(gradient))}"


_NUMERIC: Mapping[Rule, Callable[[Step, _Values, Sequence[int], Worked], str]] = {
    "affine": _affine_numbers,
    "relu": _relu_numbers,
    "softmax": _softmax_numbers,
    "loss": _loss_numbers,
    "delta_out": _delta_out_numbers,
    "delta_hidden": _delta_hidden_numbers,
    "weight_grad": _weight_grad_numbers,
    "bias_grad": _bias_grad_numbers,
    "update": _update_numbers,
}
