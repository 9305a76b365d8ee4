"""The derivation as a part: every matrix, every equation with its line of code, and every cell that is drawn."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np

from primer_core.claims.claim import plain
from primer_core.lessons.backprop_by_hand.cells import pattern
from primer_core.lessons.backprop_by_hand.explain import Declined, Derived, Worked
from primer_core.lessons.backprop_by_hand.network import DIGIT_PIXELS
from primer_core.lessons.backprop_by_hand.steps import Array, Phase, Quantity, Step, Token
from primer_core.lessons.backprop_by_hand.steps import Role as Origin
from primer_core.picture.derivation import (
    GAP,
    Block,
    Derivation,
    DerivationStep,
    Matrix,
    Pixels,
    Sign,
    Stop,
    Term,
)
from primer_core.picture.number import cell_text, full_text
from primer_core.picture.text import Role

_ROLES: Mapping[Origin, Role] = {
    "input": "a",
    "activation": "a",
    "parameter": "b",
    "updated": "b",
    "gradient": "result",
}
"""Colour says where a value came from: data and what is computed from it, parameters, gradients."""

_PHASES: Mapping[Phase, str] = {"forward": "Forward", "backward": "Backward", "update": "One update step"}

_SIDE = 28
_CENTRE = 14 * _SIDE + 12  # pixels of a digit that have ink, where the first and last have none
_WHOLE = 10  # an axis up to this long is drawn whole
_PICTURES = ("X", "dW1", "W1_new")
_UNITS = 10  # most units whose weights are drawn as pictures: an answer stays small


def derivation(outcome: Derived | Declined) -> Derivation:
    """Lay a derivation out; long axes are elided."""
    worked = outcome.worked
    steps = worked.steps
    first_wrong = next((place for place, step in enumerate(steps) if not step.agrees), None)
    backward = next((place for place, step in enumerate(steps) if step.phase == "backward"), len(steps) - 1)
    return Derivation(
        tuple(map(_matrix, worked.quantities.values())),
        _blocks(worked),
        tuple(_step(worked, step) for step in steps),
        backward if first_wrong is None else first_wrong,
        Stop(outcome.line, outcome.message) if isinstance(outcome, Declined) else None,
        _pixels(worked),
    )


def _blocks(worked: Worked) -> tuple[Block, ...]:
    """Lay out by layer: parameters, gradients and update in a row, activations in another.

    A bias stands under its weights: their columns are the same units.
    """
    known = worked.quantities

    def block(title: str, *rows: tuple[tuple[str, ...], ...]) -> Block:
        there = (tuple(tuple(name for name in stack if name in known) for stack in row) for row in rows)
        filled = (tuple(stack for stack in row if stack) for row in there)
        return Block(title, tuple(row for row in filled if row))

    layers = len(worked.params.sizes) - 1
    blocks = [block("Data", (("X",), ("y",)))]
    for k in range(1, layers + 1):
        parameters = ((f"W{k}", f"b{k}"), (f"dW{k}", f"db{k}"), (f"W{k}_new", f"b{k}_new"))
        blocks.append(block(f"Layer {k}", parameters, ((f"z{k}",), (f"h{k}",), (f"delta{k}",))))
    return (*blocks, block("Output", (("p",), ("loss",), ("dp",))))


def _shown(size: int) -> tuple[int, ...]:
    """List the indices of an axis that are drawn, with `GAP` for those that are left out."""
    if size == DIGIT_PIXELS:
        return (GAP, *range(_CENTRE, _CENTRE + 4), GAP)
    if size <= _WHOLE:
        return tuple(range(size))
    return (*range(3), GAP, size - 1)


def _axes(value: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows and columns to draw; a vector is one row, a number one cell."""
    rows = _shown(value.shape[0]) if value.ndim == 2 else (0,)
    columns = _shown(value.shape[-1]) if value.ndim else (0,)
    return rows, columns


def _drawn(value: Array) -> list[list[tuple[int, ...]]]:
    """List the indices of the cells that are drawn, row by row."""
    rows, columns = ([place for place in axis if place != GAP] for axis in _axes(value))
    return [[(row, column)[2 - value.ndim :] for column in columns] for row in rows]


def _matrix(quantity: Quantity) -> Matrix:
    value = quantity.value
    rows, columns = _axes(value)
    drawn = [[value[index] for index in row] for row in _drawn(value)]
    cells = tuple(tuple(map(cell_text, row)) for row in drawn)
    full = tuple(tuple(map(_unless, texts, map(full_text, row))) for texts, row in zip(cells, drawn, strict=True))
    return Matrix(quantity.symbol, quantity.label, value.shape, _ROLES[quantity.role], rows, columns, cells, full)


def _step(worked: Worked, step: Step) -> DerivationStep:
    found = pattern(worked, step)
    same_shape = step.autograd.shape == step.value.shape
    return DerivationStep(
        step.symbol,
        _PHASES[step.phase],
        _terms(step.equation),
        step.code,
        plain(step.meaning.sentence()),
        step.agrees,
        step.comparison.brief(),
        plain(step.comparison.sentence()),
        found.symbolic,
        found.numbers,
        tuple(
            tuple(_unless(full_text(step.value[index]), full_text(step.autograd[index])) for index in row)
            for row in _drawn(step.value)
        )
        if same_shape
        else (),
    )


def _unless(known: str, text: str) -> str:
    """Return a text, or nothing where it is the one that is known."""
    return "" if text == known else text


def _terms(equation: tuple[Token, ...]) -> tuple[str | Sign | Term, ...]:
    """Say what each piece of an equation is drawn as; two matrices side by side are multiplied."""
    terms: list[str | Sign | Term] = []
    for place, token in enumerate(equation):
        after = equation[place + 1] if place + 1 < len(equation) else Token("")
        if token.symbol is not None:
            masked, transposed = after.text.startswith(" > 0"), after.text.startswith("ᵀ")
            terms.append(Term(token.symbol, transposed=transposed, masked=masked))
        else:
            between = place > 0 and equation[place - 1].symbol and after.symbol
            sign = token.text.removeprefix("ᵀ").strip() or ("@" if between else "")
            terms.append(token.text if sign == token.text.strip() else Sign(token.text, sign))
    return tuple(terms)


def _pixels(worked: Worked) -> tuple[Pixels, ...]:
    """Encode arrays with an axis of pixels as pictures."""
    if worked.params.sizes[0] != DIGIT_PIXELS:
        return ()
    found = []
    for symbol in _PICTURES:
        quantity = worked.quantities.get(symbol)
        if quantity is None:
            continue
        if symbol == "X":
            levels, captions = quantity.value * 15, tuple(f"label {k}" for k in worked.labels)
        else:
            top = float(np.abs(quantity.value).max()) or 1.0
            levels = 8 + quantity.value.T[:_UNITS] / top * 7
            units = [f"unit {k}" for k in range(len(levels))]
            left = f" of {quantity.value.shape[1]}" if len(levels) < quantity.value.shape[1] else ""
            captions = (*units[:-1], units[-1] + left)
        halves = np.round(levels).astype(np.uint8).reshape(-1, 2)
        packed = base64.b64encode((halves[:, 0] << 4 | halves[:, 1]).tobytes()).decode("ascii")
        found.append(Pixels(symbol, _SIDE, packed, captions, symbol != "X"))
    return tuple(found)
