"""One cell of the hand-made back-propagation, spelled out term by term in symbols and in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from primer_core.lessons.backprop_by_hand.explain import BackpropExplanation
from primer_core.lessons.backprop_by_hand.steps import Array, Rule, Step, label

Source: TypeAlias = tuple[str, tuple[int, ...]]
"""A cell: the symbol of its array, and its index."""

_Read: TypeAlias = Mapping[str, Array]
_Spelled: TypeAlias = tuple[str, str, list[Source]]

MAX_TERMS = 4
"""Longer sums are elided in the middle, as NumPy prints arrays."""


@dataclass(frozen=True, slots=True)
class CellFormula:
    """How one cell came about.

    Parameters
    ----------
    target
        The cell, as code writes it: ``z1[0, 2]``.
    symbolic, numeric
        Its formula in symbols and in numbers.
    value
        The result, as text.
    sources
        Symbol and index of each cell it was made from.
    """

    target: str
    symbolic: str
    numeric: str
    value: str
    sources: tuple[Source, ...]


def number(value: float) -> str:
    """Write a number as formulas do: four decimals at most, and a real minus sign."""
    if value == 0:  # -0.0 too
        return "0"
    if abs(value) < 5e-5:
        return f"{value:.1e}".replace("-", "−")
    text = f"{value:.4f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def spell(explanation: BackpropExplanation, symbol: str, index: tuple[int, ...]) -> CellFormula:
    """Spell out one cell of a step in symbols and in numbers, from the values the step read.

    Parameters
    ----------
    explanation
        Of `hand_backprop`.
    symbol
        The step's.
    index
        The cell, one integer an axis; empty for the loss.

    Raises
    ------
    KeyError
        If no step gave that symbol.
    """
    step = {step.symbol: step for step in explanation.steps}[symbol]
    read = {name: explanation.quantities[name].value for name in step.operands}
    symbolic, numeric, sources = _SPELLERS[step.rule](step, read, index, explanation)
    return CellFormula(_name(symbol, index), symbolic, numeric, number(float(step.value[index])), tuple(sources))


def _name(symbol: str, index: Sequence[int]) -> str:
    return f"{label(symbol)}[{', '.join(map(str, index))}]" if index else label(symbol)


def _at(read: _Read, symbol: str, *index: int) -> str:
    """Write one number that a step read."""
    return number(float(read[symbol][index]))


def _factor(read: _Read, symbol: str, *index: int) -> str:
    """Write one number that a step read, in brackets where a minus sign would meet another sign."""
    text = _at(read, symbol, *index)
    return f"({text})" if text.startswith("−") else text


def _sum(count: int, term: Callable[[int], str]) -> str:
    """Join the terms with +, writing out only those that are shown."""
    if count <= MAX_TERMS:
        return " + ".join(term(i) for i in range(count))
    return f"{term(0)} + {term(1)} + … {count - 3} more … + {term(count - 1)}"


def _spell_affine(step: Step, read: _Read, index: tuple[int, ...], _: BackpropExplanation) -> _Spelled:
    (n, j), (h, w, b) = index, step.operands
    inner = read[h].shape[1]
    sources: list[Source] = [
        *((h, (n, i)) for i in range(inner)),
        *((w, (i, j)) for i in range(inner)),
        (b, (j,)),
    ]
    products = _sum(inner, lambda i: f"{_factor(read, h, n, i)}·{_factor(read, w, i, j)}")
    symbolic = f"Σᵢ {label(h)}[{n}, i]·{label(w)}[i, {j}] + {_name(b, (j,))}"
    return symbolic, f"{products} + {_factor(read, b, j)}", sources


def _spell_relu(step: Step, read: _Read, index: tuple[int, ...], _: BackpropExplanation) -> _Spelled:
    (z,) = step.operands
    return f"max(0, {_name(z, index)})", f"max(0, {_at(read, z, *index)})", [(z, index)]


def _spell_softmax(step: Step, read: _Read, index: tuple[int, ...], _: BackpropExplanation) -> _Spelled:
    (z,), (n, j) = step.operands, index
    width = read[z].shape[1]
    top = _factor(read, z, n, int(read[z][n].argmax()))
    below = _sum(width, lambda k: f"e^({_at(read, z, n, k)} − {top})")
    symbolic = f"e^({_name(z, index)} − max) / Σₖ e^({label(z)}[{n}, k] − max)"
    return symbolic, f"e^({_at(read, z, n, j)} − {top}) / ({below})", [(z, (n, k)) for k in range(width)]


def _spell_loss(step: Step, read: _Read, _: tuple[int, ...], explanation: BackpropExplanation) -> _Spelled:
    labels = explanation.labels
    logs = _sum(len(labels), lambda n: f"log {_at(read, 'p', n, labels[n])}")
    sources: list[Source] = [(name, (n, k)) for n, k in enumerate(labels) for name in step.operands]
    return "−(1/B) · Σₙ log p[n, label n]", f"−(1/{len(labels)}) · ({logs})", sources


def _spell_delta_out(step: Step, read: _Read, index: tuple[int, ...], explanation: BackpropExplanation) -> _Spelled:
    sources: list[Source] = [(name, index) for name in step.operands]
    symbolic = f"{_name('p', index)} − {_name('y', index)}"
    numeric = f"{_at(read, 'p', *index)} − {_at(read, 'y', *index)}"
    if explanation.params.slip == "no 1/B":
        return symbolic, numeric, sources
    return f"({symbolic}) / B", f"({numeric}) / {explanation.params.batch}", sources


def _spell_delta_hidden(step: Step, read: _Read, index: tuple[int, ...], explanation: BackpropExplanation) -> _Spelled:
    (n, i), (above, w) = index, step.operands[:2]
    width = read[above].shape[1]
    transposed = explanation.params.slip != "W not transposed"
    cells = [(i, k) if transposed else (k, i) for k in range(width)]
    products = _sum(width, lambda k: f"{_factor(read, above, n, k)}·{_factor(read, w, *cells[k])}")
    symbolic = f"Σₖ {label(above)}[{n}, k]·{label(w)}[{f'{i}, k' if transposed else f'k, {i}'}]"
    sources: list[Source] = [*((above, (n, k)) for k in range(width)), *((w, cell) for cell in cells)]
    if len(step.operands) == 2:
        return symbolic, products, sources
    z = step.operands[2]
    passed = int(read[z][index] > 0)
    return f"({symbolic}) · [{_name(z, index)} > 0]", f"({products}) · {passed}", [*sources, (z, index)]


def _spell_weight_grad(step: Step, read: _Read, index: tuple[int, ...], _: BackpropExplanation) -> _Spelled:
    (i, j), (h, delta) = index, step.operands
    rows = range(len(read[h]))
    products = _sum(len(rows), lambda n: f"{_factor(read, h, n, i)}·{_factor(read, delta, n, j)}")
    sources: list[Source] = [*((h, (n, i)) for n in rows), *((delta, (n, j)) for n in rows)]
    return f"Σₙ {label(h)}[n, {i}]·{label(delta)}[n, {j}]", products, sources


def _spell_bias_grad(step: Step, read: _Read, index: tuple[int, ...], _: BackpropExplanation) -> _Spelled:
    (delta,) = step.operands
    if len(index) == 2:  # not summed, by mistake
        return _name(delta, index), _at(read, delta, *index), [(delta, index)]
    (j,) = index
    rows = range(len(read[delta]))
    return (
        f"Σₙ {label(delta)}[n, {j}]",
        _sum(len(rows), lambda n: _factor(read, delta, n, j)),
        [(delta, (n, j)) for n in rows],
    )


def _spell_update(step: Step, read: _Read, index: tuple[int, ...], explanation: BackpropExplanation) -> _Spelled:
    name, gradient = step.operands
    rate = number(explanation.params.learning_rate)
    # a bias gradient that was not summed is broadcast against the bias, so its cell is found from the right
    here = {symbol: index[len(index) - read[symbol].ndim :] for symbol in step.operands}
    return (
        f"{_name(name, here[name])} − η·{_name(gradient, here[gradient])}",
        f"{_at(read, name, *here[name])} − {rate}·{_factor(read, gradient, *here[gradient])}",
        list(here.items()),
    )


_SPELLERS: Mapping[Rule, Callable[[Step, _Read, tuple[int, ...], BackpropExplanation], _Spelled]] = {
    "affine": _spell_affine,
    "relu": _spell_relu,
    "softmax": _spell_softmax,
    "loss": _spell_loss,
    "delta_out": _spell_delta_out,
    "delta_hidden": _spell_delta_hidden,
    "weight_grad": _spell_weight_grad,
    "bias_grad": _spell_bias_grad,
    "update": _spell_update,
}
