"""Two networks on one drawing: the section of the page, and the address that its component asks mid-stroke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from primer_core.inference import predict_digit, render_strokes
from primer_core.inference.asking import at_rest, logits_of, probabilities_of
from ui import session
from ui.address import on_this_server
from ui.components.two_networks import two_networks
from ui.drawing import networks
from ui.drawing.networks import Network
from ui.drawing.reader import MOST_BYTES, MOST_DEPTH, READERS, Reader, open_reader
from ui.drawing.why_words import percent
from ui.requests import RequestError, read_json

ADDRESS = "/api/two_readings"
#: A run that takes some seconds and reads most drawings: what the link to Live training sets.
READY_RUN = {"model": "Small CNN", "epochs": "4", "pace": "full speed"}
_PIXELS = 28 * 28


def side_by_side(key: str, pad: str, first: Network, strokes: Sequence[Any], sequence: int) -> None:
    """Draw the section that compares the chosen network with another.

    Parameters
    ----------
    key
        Of the component.
    pad
        Key of the pad, on whose channel readings are announced while the pen moves.
    first
        The network that the page reads with, which is loaded.
    strokes
        The drawing, as the pad sent it when the pen was last lifted; none for a blank pad.
    sequence
        Number of that drawing.
    """
    with st.container(border=True):
        st.subheader("Two networks side by side", anchor=False)
        others = {one.id: one for one in networks.choices() if one.id != first.id and one.classes == first.classes}
        if others:
            _compare(key, pad, first, others, strokes, sequence)
        else:
            st.html('<p class="primer-note">There is no other network here that knows the same classes.</p>')
        st.page_link(
            "pages/live_training.py",
            label="Train another one: a small CNN, in seconds",
            icon=":material/arrow_forward:",
            query_params={**session.link_parameters(), **READY_RUN},
        )


def _compare(
    key: str, pad: str, first: Network, others: Mapping[str, Network], strokes: Sequence[Any], sequence: int
) -> None:
    chosen = st.selectbox("Beside it", list(others), format_func=lambda name: others[name].title, key="second_network")
    second = others[chosen]
    try:
        places = [open_reader(network)[1]["network"] for network in (first, second)]
    except LookupError as problem:
        st.html(f'<p class="primer-note">{problem}</p>')
        return
    two_networks(
        key,
        address=on_this_server(ADDRESS),
        networks=places,
        titles=[first.title, second.title],
        classes=first.classes,
        strokes=strokes,
        answers=(pad, sequence),
    )


async def two_readings(request: Request) -> JSONResponse:
    """Answer what two networks read in one drawing: JSON with ``networks``, and ``strokes`` or an ``image`` in.

    The answer is 4xx with the problem where the body is something else, and 404 where a network is not kept.
    """
    try:
        sent = await read_json(request, limit=MOST_BYTES, depth=MOST_DEPTH)
        if not isinstance(sent, dict):
            raise RequestError(400, "Expected a JSON object with networks, and strokes or an image.")
        return JSONResponse(await run_in_threadpool(_answer, sent))
    except RequestError as error:
        return error.response()


def _answer(sent: Mapping[str, Any]) -> dict[str, Any]:
    tokens = sent.get("networks")
    if not isinstance(tokens, list) or len(tokens) != 2:
        raise RequestError(400, "Expected networks, a list of two.")
    readers = [READERS.get(token) for token in tokens]
    first, second = readers
    if first is None or second is None:
        raise RequestError(404, "That network is not kept here. Load the page again.")
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
    try:
        prediction = predict_digit(render_strokes(sent.get("strokes")), reader.model)
    except ValueError as problem:
        raise RequestError(400, f"{str(problem)[0].upper()}{str(problem)[1:]}.") from None
    if prediction.is_blank:
        raise RequestError(400, "Nothing is drawn, so there is nothing to compare.")
    return prediction.probabilities


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
    return probabilities_of(logits_of(image[None], at_rest(reader.model))[0])


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


ROUTES = (Route(ADDRESS, two_readings, methods=["POST"]),)
