"""What the sections below the pad share: each follows the drawing by asking an address of its own.

A section's component hears of each drawing that the pad has had read (``static/primer/follow_pad.js``), and asks with
the strokes and with what is set in the section. The network is the one that the pad asks, under the same token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.routing import Route

from primer_core.data.errors import DataError
from primer_core.inference import render_strokes
from primer_core.inference.held_out import held_out
from ui.drawing.reader import Reader, pad_route, reader_of
from ui.drawing.reading import DIGITS
from ui.requests import RequestError

Asked = Mapping[str, Any]
"""The body of a request: what a browser sent, unchecked but for being an object of JSON."""

Answering = Callable[[Reader, Asked], dict[str, Any]]
"""Answers a request, in plain JSON; raises RequestError where it cannot."""

BLANK: dict[str, Any] = {"state": "blank"}
"""The answer where nothing is drawn."""


def route(address: str, answer: Answering) -> Route:
    """Make the address of a section.

    It takes JSON with the token of a ``network`` and what `answer` reads; see `reader_of` and `pad_route`.
    """
    return pad_route(address, lambda asked: answer(reader_of(asked.get("network")), asked), "network and strokes")


def canvas_of(asked: Asked) -> NDArray[np.uint8]:
    """Draw the ``strokes`` of a request, as the pad's reader draws them."""
    try:
        return render_strokes(asked.get("strokes"))
    except ValueError as problem:
        raise RequestError(400, str(problem)) from None


def counted_images(reader: Reader) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Give the test images (n, 28, 28) and their labels (n,), of which a section counts what is read right.

    Raises
    ------
    RequestError
        If the network reads no digits, or the images are not installed.
    """
    if tuple(reader.classes) != DIGITS:
        raise RequestError(400, "Test images are counted for networks that read digits.")
    try:
        return held_out()
    except DataError as problem:
        raise RequestError(400, str(problem)) from None
