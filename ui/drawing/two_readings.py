"""Two networks on one drawing: the address that the page's section asks mid-stroke, without a rerun of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.asking import at_rest, read_probabilities
from ui.drawing.reader import Reader, pad_route, prediction_of, reader_of
from ui.drawing.reading import percent
from ui.requests import RequestError

ADDRESS = "/api/two_readings"
_PIXELS = 28 * 28


def two_readings(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what two networks read in one drawing: ``networks``, and ``strokes`` or an ``image`` in."""
    tokens = sent.get("networks")
    if not isinstance(tokens, list) or len(tokens) != 2:
        raise RequestError(400, "Expected networks, a list of two.")
    first, second = (reader_of(token) for token in tokens)
    if list(first.classes) != list(second.classes):
        raise RequestError(400, "Expected two networks that know the same classes.")
    read = _from_image if "image" in sent else _from_strokes
    shares = [read(sent, reader) for reader in (first, second)]
    return {
        "labels": [int(row.argmax()) for row in shares],
        "probabilities": [[round(float(share), 5) for share in row] for row in shares],
        "said": said_of(first.classes, *shares),
    }


def _from_strokes(sent: Mapping[str, Any], reader: Reader) -> NDArray[np.floating]:
    return prediction_of(sent, reader, "compare").probabilities


def _from_image(sent: Mapping[str, Any], reader: Reader) -> NDArray[np.floating]:
    """Read the image that a pad was answered with mid-stroke, in 256 levels."""
    levels = sent["image"]
    if (
        not isinstance(levels, list)
        or len(levels) != _PIXELS
        or not all(type(level) is int and 0 <= level <= 255 for level in levels)
    ):
        raise RequestError(400, f"Expected image, {_PIXELS} whole numbers from 0 to 255.")
    image = np.array(levels, np.float32).reshape(28, 28) / np.float32(255)
    (shares,) = read_probabilities(image[None], at_rest(reader.model))
    return np.asarray(shares)


def said_of(classes: Sequence[str], first: NDArray[np.floating], second: NDArray[np.floating]) -> str:
    """Say what both networks read, and about which class they differ most."""
    one, other = int(first.argmax()), int(second.argmax())
    if one == other:
        reads = f"Both read {classes[one]}, at {percent(first[one])} and {percent(second[one])}."
    else:
        reads = (
            f"They disagree: the first reads {classes[one]} at {percent(first[one])}, "
            f"the second {classes[other]} at {percent(second[other])}."
        )
    most = int(np.abs(first - second).argmax())
    return f"{reads} They differ most about {classes[most]}: {percent(first[most])} against {percent(second[most])}."


ROUTES = (pad_route(ADDRESS, two_readings, "networks, and strokes or an image"),)
