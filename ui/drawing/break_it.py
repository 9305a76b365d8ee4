"""What the section "Break it" asks: a drawing that was disturbed, and how many test images stand the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.inference import parse_strokes, preprocess, render_strokes
from primer_core.inference.disturbances import FACTORS, Disturbance, count_right, look
from primer_core.inference.strokes import Stroke
from ui.drawing.reader import Reader
from ui.drawing.sections import BLANK, Asked, counted_images, route
from ui.requests import RequestError

ADDRESS = "/api/draw/break"
CURVE = "/api/draw/break/right"

RANGES: Mapping[str, tuple[float, float]] = {
    "rotation": (-180.0, 180.0),
    "zoom": (0.3, 2.0),
    "right": (-14.0, 14.0),
    "down": (-14.0, 14.0),
    "noise": (0.0, 1.0),
    "fgsm": (0.0, 0.5),
    "factor": (0.1, 20.0),
    "pen": (0.2, 4.0),
    "seed": (0, 2**31 - 1),
}
"""Lowest and highest of every number that may be asked for."""

CURVES: Mapping[str, tuple[float, ...]] = {
    "noise": tuple(round(0.1 * step, 1) for step in range(9)),
    "rotation": tuple(float(degrees) for degrees in range(-90, 91, 15)),
}
"""The amounts at which test images are counted."""


def answer(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Read ``strokes`` as they are and with what ``disturbance`` does to them."""
    given = asked.get("disturbance", {})
    if not isinstance(given, Mapping):
        raise RequestError(400, "Expected the disturbance as an object.")
    numbers: dict[str, Any] = {name: _number(given, name) for name in RANGES if name in given}
    invert = given.get("invert", False)
    if not isinstance(invert, bool):
        raise RequestError(400, "Expected invert to be true or false.")
    pen = numbers.pop("pen", 1.0)
    numbers["seed"] = int(numbers.get("seed", 0))
    try:
        strokes = parse_strokes(asked.get("strokes"))
    except ValueError as problem:
        raise RequestError(400, str(problem)) from None
    image = preprocess(render_strokes([Stroke(stroke.points, stroke.width * pen) for stroke in strokes]))
    plain = image if pen == 1 else preprocess(render_strokes(strokes))
    if image is None or plain is None:
        return BLANK
    disturbance = replace(Disturbance(invert=invert), **numbers)
    found = look(image, reader.model, disturbance)
    before = found.before if plain is image else look(plain, reader.model, Disturbance()).before
    return {
        "state": "read",
        "shape": list(found.image.shape),
        "values": np.rint(found.image.ravel() * 1000).astype(int).tolist(),
        "classes": list(reader.classes),
        "probabilities": [round(float(share), 5) for share in found.probabilities],
        "answer": _told(found.probabilities, reader),
        "before": _told(before, reader),
        "random": None if found.random_signs is None else _told(found.random_signs, reader),
        "factors": [
            {"factor": factor, **_told(shares, reader)} for factor, shares in zip(FACTORS, found.by_factor, strict=True)
        ],
    }


def count(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Count the test images that are read right with an ``amount`` of a ``kind`` of disturbance."""
    kind, amount = asked.get("kind"), asked.get("amount")
    if kind not in ("noise", "rotation") or amount not in CURVES[kind]:
        raise RequestError(400, f"Expected a kind, one of {', '.join(CURVES)}, and one of its amounts.")
    images, labels = counted_images(reader)
    return {"right": count_right(reader.model, images, labels, kind, float(amount)), "of": len(labels)}


def _number(given: Mapping[str, Any], name: str) -> float:
    low, high = RANGES[name]
    value = given[name]
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise RequestError(400, f"Expected {name} to be a number from {low:g} to {high:g}.")
    return float(value)


def _told(probabilities: NDArray[np.floating], reader: Reader) -> dict[str, Any]:
    label = int(probabilities.argmax())
    return {"label": reader.classes[label], "probability": round(float(probabilities[label]), 5)}


ROUTES = (route(ADDRESS, answer), route(CURVE, count))
