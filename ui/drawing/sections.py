"""What the sections below the pad share: each follows the drawing by asking an address of its own.

A section's component hears of each drawing that the pad has had read (``static/primer/follow_pad.js``), and asks with
the strokes and with what is set in the section. The network is the one that the pad asks, under the same token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from primer_core.inference import render_strokes
from ui.drawing.reader import MOST_BYTES, MOST_DEPTH, READERS, Reader
from ui.requests import RequestError, read_json

Asked = Mapping[str, Any]
"""The body of a request: what a browser sent, unchecked but for being an object of JSON."""

Answering = Callable[[Reader, Asked], dict[str, Any]]
"""Answers a request, in plain JSON; raises RequestError where it cannot."""

BLANK: dict[str, Any] = {"state": "blank"}
"""The answer where nothing is drawn."""


def route(address: str, answer: Answering) -> Route:
    """Make the address of a section.

    It takes JSON with the token of a ``network`` and what `answer` reads. It answers 4xx with the problem where
    `read_json` refuses the body, the body is no object, or `answer` raises RequestError; and 404 where the network is
    not kept (any more): the pad then has its page bring it back.
    """

    async def answered(request: Request) -> JSONResponse:
        try:
            asked = await read_json(request, limit=MOST_BYTES, depth=MOST_DEPTH)
            if not isinstance(asked, dict):
                raise RequestError(400, "Expected a JSON object.")
            reader = READERS.get(asked.get("network"))
            if reader is None:
                raise RequestError(404, "That network is not kept here. Load the page again.")
            return JSONResponse(await run_in_threadpool(answer, reader, asked))
        except RequestError as error:
            return error.response()

    return Route(address, answered, methods=["POST"])


def canvas_of(asked: Asked) -> NDArray[np.uint8]:
    """Draw the ``strokes`` of a request, as the pad's reader draws them."""
    try:
        return render_strokes(asked.get("strokes"))
    except ValueError as problem:
        raise RequestError(400, str(problem)) from None
