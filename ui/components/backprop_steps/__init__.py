"""Back-propagation on screen: every matrix, every equation with its line of code, and one step worked out."""

import base64
import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from primer_core.lessons.backprop_by_hand.cells import spell
from primer_core.lessons.backprop_by_hand.explain import BackpropExplanation
from primer_core.lessons.backprop_by_hand.network import DIGIT_PIXELS
from primer_core.lessons.backprop_by_hand.steps import Array, Role, Step
from primer_core.picture.number import with_minus
from ui.components.folder import register

_component = register(Path(__file__).parent)

# Colour says where a value came from: data and what is computed from it, parameters, gradients.
_COLOURS: dict[Role, str] = {
    "input": "a",
    "activation": "a",
    "parameter": "b",
    "updated": "b",
    "gradient": "result",
}

_CENTRE = 14 * 28 + 12  # pixels of a digit that have ink, where the first and last have none
_WHOLE = 10  # an axis up to this long is drawn whole


def backprop_steps(key: str, explanation: BackpropExplanation) -> None:
    """Mount the derivation; hovering a symbol lights its matrix and its line of code, without a rerun.

    Parameters
    ----------
    key
        Of the element.
    explanation
        Of `hand_backprop`; its failure, if it has one, stands where the derivation stopped.
    """
    _component(key=key, data=payload(explanation))


def payload(explanation: BackpropExplanation) -> dict[str, object]:
    """Lay an explanation out for the component, in plain lists and numbers; long axes are elided."""
    layers = len(explanation.params.sizes) - 1
    known = explanation.quantities
    failure = explanation.failure
    return {
        "quantities": {
            name: {
                "label": quantity.label,
                "colour": _COLOURS[quantity.role],
                "shape": str(quantity.value.shape),
                **_drawn(quantity.value),
            }
            for name, quantity in known.items()
        },
        "map": [
            {"title": title, "rows": [[name for name in row if name in known] for row in rows]}
            for title, rows in _map(layers)
        ],
        "steps": [_step(explanation, step) for step in explanation.steps],
        "failure": failure and {"symbol": failure.symbol, "code": failure.code, "message": failure.message},
        "pictures": _pictures(explanation),
    }


def _map(layers: int) -> list[tuple[str, list[list[str]]]]:
    """List the quantities by layer: parameters, gradients and update in a row, activations in another."""
    blocks = [("Data", [["X", "y"]])]
    for k in range(1, layers + 1):
        weights = [f"W{k}", f"b{k}", f"dW{k}", f"db{k}", f"W{k}_new", f"b{k}_new"]
        blocks.append((f"Layer {k}", [weights, [f"z{k}", f"h{k}", f"delta{k}"]]))
    blocks.append(("Output", [["p", "loss"]]))
    return blocks


def _shown(size: int) -> list[int | None]:
    """List the indices of an axis that are drawn; None stands for those that are left out."""
    if size == DIGIT_PIXELS:
        return [None, *range(_CENTRE, _CENTRE + 4), None]
    if size <= _WHOLE:
        return list(range(size))
    return [*range(4), None, size - 2, size - 1]


def _axes(value: Array) -> tuple[list[int | None], list[int | None]]:
    """Rows and columns to draw; a vector is one row, a number one cell."""
    rows = _shown(value.shape[0]) if value.ndim == 2 else [0]
    columns = _shown(value.shape[-1]) if value.ndim else [0]
    return rows, columns


def _index(value: Array, row: int, column: int) -> tuple[int, ...]:
    return (row, column)[2 - value.ndim :] if value.ndim else ()


def _drawn(value: Array) -> dict[str, object]:
    rows, columns = _axes(value)
    cells = [
        [None if i is None or j is None else _plain(float(value[_index(value, i, j)])) for j in columns] for i in rows
    ]
    return {
        "rows": rows,
        "columns": columns,
        "values": cells,
        "decimals": _decimals(value),
        "ndim": value.ndim,
    }


def _plain(value: float) -> float | str:
    """JSON knows no infinity."""
    return round(value, 7) if math.isfinite(value) else str(value)


def _decimals(value: Array) -> int:
    """Find the fewest decimals that lose nothing, if few are enough: tidy numbers stay tidy."""
    return next((n for n in (0, 1) if np.allclose(value, np.round(value, n), rtol=0, atol=1e-6)), 4)


def _step(explanation: BackpropExplanation, step: Step) -> dict[str, object]:
    rows, columns = _axes(step.value)
    cells = {}
    for i, j in itertools.product(rows, columns):
        if i is None or j is None:
            continue
        index = _index(step.value, i, j)
        formula = spell(explanation, step.symbol, index)
        same_shape = step.autograd.shape == step.value.shape
        cells[f"{i},{j}"] = {
            "target": formula.target,
            "symbolic": formula.symbolic,
            "numeric": formula.numeric,
            "value": formula.value,
            "autograd": with_minus(f"{float(step.autograd[index]):.8g}") if same_shape else None,
            "hand": with_minus(f"{float(step.value[index]):.8g}"),
            "sources": _visible(explanation, formula.sources),
        }
    return {
        "symbol": step.symbol,
        "phase": step.phase,
        "equation": [{"text": token.text, "symbol": token.symbol} for token in step.equation],
        "code": step.code,
        "shapes": step.shapes,
        "meaning": step.meaning,
        "difference": f"{step.difference:.1e}" if step.difference else "0",
        "agrees": step.agrees,
        "shape": str(step.value.shape),
        "autograd_shape": str(step.autograd.shape),
        "cells": cells,
    }


def _visible(explanation: BackpropExplanation, sources: Sequence[tuple[str, tuple[int, ...]]]) -> list[str]:
    """Name the cells to ring as the component does; those in an elided stretch are left out."""
    names = []
    for symbol, index in sources:
        row, column = (0,) * (2 - len(index)) + index
        rows, columns = _axes(explanation.quantities[symbol].value)
        if row in rows and column in columns:
            names.append(f"{symbol}:{row},{column}")
    return names


def _pictures(explanation: BackpropExplanation) -> dict[str, object]:
    """Encode arrays with an axis of pixels as 28 x 28 pictures: one byte a pixel, 128 for a signed zero."""
    if explanation.params.sizes[0] != DIGIT_PIXELS:
        return {}
    pictures: dict[str, object] = {}
    for symbol, quantity in explanation.quantities.items():
        value = quantity.value if symbol == "X" else quantity.value.T
        if value.shape[-1:] != (DIGIT_PIXELS,):
            continue
        top = float(np.abs(value).max()) or 1.0
        levels = value * 255 if symbol == "X" else 128 + value / top * 127
        captions = (
            [f"label {k}" for k in explanation.labels] if symbol == "X" else [f"unit {k}" for k in range(len(value))]
        )
        pictures[symbol] = {
            "bytes": base64.b64encode(np.round(levels).astype(np.uint8).tobytes()).decode("ascii"),
            "captions": captions,
            "signed": symbol != "X",
        }
    return pictures
