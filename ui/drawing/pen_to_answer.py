"""What the section "From the pen to the answer" asks: the stages of a drawing, and what each of them is good for."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from primer_core.inference.preprocess import FIELD, Pipeline, Scaling, Stage
from primer_core.inference.stages import Answer, Switches, follow
from ui.drawing.reader import Reader
from ui.drawing.sections import BLANK, Asked, canvas_of, route
from ui.requests import RequestError

ADDRESS = "/api/draw/stages"

_WHITE = 255


def _switches(asked: Asked) -> Switches:
    given = asked.get("switches", {})
    if not isinstance(given, Mapping):
        raise RequestError(400, "Expected the switches as an object.")
    scaling = given.get("scaling", "area")
    if scaling not in get_args(Scaling):
        raise RequestError(400, f"Expected scaling to be one of {', '.join(get_args(Scaling))}.")
    on = {name: given.get(name, True) for name in ("cut", "brighten", "centre", "bright", "normalise")}
    for name, value in on.items():
        if not isinstance(value, bool):
            raise RequestError(400, f"Expected the switch {name} to be true or false.")
    pipeline = Pipeline(
        cut=on["cut"], scaling=scaling, brighten=on["brighten"], centre=on["centre"], invert=not on["bright"]
    )
    return Switches(pipeline, normalise=on["normalise"])


def answer(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Take ``strokes`` through the stages that ``switches`` leave on."""
    journey = follow(canvas_of(asked), reader.model, _switches(asked))
    if journey is None:
        return BLANK
    normalisation = journey.normalisation

    def told(found: Answer) -> dict[str, Any]:
        return {"label": reader.classes[found.label], "probability": round(found.probability, 5)}

    stages = [_stage(stage) for stage in journey.stages]
    stages.append({"name": "normalised", "shape": [1, 1, FIELD, FIELD], "values": _thousandths(journey.normalised)})
    return {
        "state": "read",
        "stages": stages,
        "normalisation": normalisation and asdict(normalisation),
        "answer": told(journey.answer),
        "usual": told(journey.usual),
        "flipped": {name: told(found) for name, found in journey.flipped.items()},
    }


def _stage(stage: Stage) -> dict[str, Any]:
    shape = stage.pixels.shape
    told = {"name": stage.name, "shape": list(shape)}
    if max(shape) <= FIELD:
        return told | {"values": _thousandths(stage.pixels)}
    return told | {"png": _png(stage.pixels)}


def _thousandths(pixels: NDArray[np.float32]) -> list[int]:
    rounded: list[int] = np.rint(pixels.ravel() * 1000).astype(int).tolist()
    return rounded


def _png(pixels: NDArray[np.float32]) -> str:
    """A grey picture of 8 bits, as many as the pad itself is drawn with."""
    written = io.BytesIO()
    Image.fromarray(np.rint(pixels * _WHITE).astype(np.uint8)).save(written, "PNG", compress_level=1)
    return base64.b64encode(written.getvalue()).decode()


ROUTES = (route(ADDRESS, answer),)
