"""What the section "Through the layers" asks: each layer's tensors, one unit's sum, and what is lost without some."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.layers import Off, Passage, UnitSum, add_up, count_right, pass_through
from primer_core.inference.preprocess import preprocess
from ui.drawing.lesson_links import BATCH, LinkedQuestion, of_layer, of_softmax
from ui.drawing.reader import Reader
from ui.drawing.sections import BLANK, Asked, canvas_of, counted_images, route
from ui.requests import RequestError

ADDRESS = "/api/draw/layers"
COUNTS = "/api/draw/layers/right"

MOST_LAYERS = 64
MOST_OFF = 4096
MOST_UNITS = 2048
"""A layer with more units is told by its shape alone, as flattening is, which leaves the numbers as they are."""


def answer(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Send ``strokes`` through the network with the units of ``off`` switched off, and spell out the ``chosen`` one."""
    image = preprocess(canvas_of(asked))
    if image is None:
        return BLANK
    off = _off(asked)
    passage = pass_through(image, reader.model, off)
    told = {
        "state": "read",
        "image": {"shape": list(image.shape), "cells": _signed(image), "peak": 1.0},
        "batch": {"shape": [1, 1, *image.shape], "lesson": _link(BATCH)},
        "layers": [_layer(passage, number) for number in range(len(passage.layers))],
        "answer": _answer(passage, reader),
        "softmax": {
            "shape": [1, len(passage.probabilities)],
            "lesson": _link(of_softmax(passage.logits.tolist(), int(passage.logits.argmax()))),
        },
        "chosen": _chosen(_with_the_chosen(passage, image, reader, asked, off), asked.get("chosen")),
    }
    if off:
        told["whole"] = _answer(pass_through(image, reader.model), reader)
    return told


def count(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Count the test images that are read right with the units of ``off`` switched off, and with none."""
    images, labels = counted_images(reader)
    return {
        "right": count_right(reader.model, images, labels, _off(asked)),
        "whole": count_right(reader.model, images, labels),
        "of": len(labels),
    }


def _off(asked: Asked) -> Off:
    given = asked.get("off", [])
    if not isinstance(given, list) or len(given) > MOST_OFF:
        raise RequestError(400, f"Expected at most {MOST_OFF} units to switch off.")
    off: dict[int, frozenset[int]] = {}
    for pair in given:
        layer, unit = _numbers(pair, 2)
        off[layer] = off.get(layer, frozenset()) | {unit}
    return off


def _with_the_chosen(passage: Passage, image: NDArray[np.float32], reader: Reader, asked: Asked, off: Off) -> Passage:
    """The way on which the chosen unit gives what it would give, though it is switched off."""
    chosen = asked.get("chosen")
    if not off or not isinstance(chosen, Mapping):
        return passage
    layer, unit = _numbers(chosen.get("unit"), 2)
    if unit not in off.get(layer, ()):
        return passage
    return pass_through(image, reader.model, {**off, layer: off[layer] - {unit}})


def _numbers(given: object, many: int) -> list[int]:
    if not isinstance(given, list) or len(given) != many or not all(type(number) is int for number in given):
        raise RequestError(400, f"Expected {many} whole numbers: a layer and a unit, or a row and a column.")
    return given


def _chosen(passage: Passage, given: object) -> dict[str, Any] | None:
    """The sum of the chosen unit; None where nothing is chosen, or another network has no such unit."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise RequestError(400, "Expected the chosen unit as an object.")
    layer, unit = _numbers(given.get("unit"), 2)
    at = None if given.get("at") is None else _numbers(given["at"], 2)
    if not 0 <= layer < len(passage.layers) or passage.layers[layer].learnt is None:
        return None
    before = passage.layers[layer - 1] if layer else None
    try:
        found = add_up(passage.layers[layer], unit, None if at is None else (at[0], at[1]), before)
    except ValueError:
        return None
    own = passage.layers[layer].values[0, unit]
    return {"layer": layer, "unit": unit, "sum": _sum(found), "own": _cells(own) if own.ndim == 2 else None}


def _sum(found: UnitSum) -> dict[str, Any]:
    return {
        "at": found.at,
        "weight": _cells(found.weight),
        "inputs": _cells(found.inputs),
        "terms": [
            {"place": term.place, **{name: _short(getattr(term, name)) for name in ("value", "weight", "product")}}
            for term in found.terms
        ],
        "rest": _short(found.rest),
        "others": found.others,
        "bias": _short(found.bias),
        "total": _short(found.total),
        "normaliser": found.normaliser and {name: _short(x) for name, x in asdict(found.normaliser).items()},
        "activation": found.activation,
        "value": _short(found.value),
    }


def _layer(passage: Passage, number: int) -> dict[str, Any]:
    layer = passage.layers[number]
    lesson = of_layer(layer)
    told = {
        "name": layer.name,
        "kind": layer.kind,
        "code": layer.code,
        "shape": list(layer.values.shape),
        "lesson": lesson and _link(lesson),
        "switches": passage.can_switch(number),
        "weighs": layer.learnt is not None,
    }
    if layer.values.ndim == 4 or (layer.kind != "flatten" and layer.units <= MOST_UNITS):
        told |= _cells(layer.values[0]) | {"largest": [_short(float(unit.max())) for unit in layer.values[0]]}
    return told


def _answer(passage: Passage, reader: Reader) -> dict[str, Any]:
    label = int(passage.logits.argmax())
    return {
        "label": reader.classes[label],
        "probability": round(float(passage.probabilities[label]), 5),
        "classes": list(reader.classes),
        "logits": [_short(float(logit)) for logit in passage.logits],
        "probabilities": [round(float(share), 5) for share in passage.probabilities],
    }


def _cells(values: NDArray[np.float32]) -> dict[str, Any]:
    return {"dims": list(values.shape), "cells": _signed(values), "peak": _short(float(np.abs(values).max()))}


def _signed(values: NDArray[np.float32]) -> str:
    """One byte a number, 128 for zero, 1 and 255 for the largest in size; a picture needs no more."""
    peak = float(np.abs(values).max()) or 1.0
    return base64.b64encode((np.rint(values * (127 / peak)) + 128).astype(np.uint8).tobytes()).decode()


def _short(number: float) -> float:
    return float(f"{number:.5g}")


def _link(linked: LinkedQuestion) -> dict[str, str]:
    return {"title": linked.title, "address": linked.address}


ROUTES = (route(ADDRESS, answer), route(COUNTS, count))
