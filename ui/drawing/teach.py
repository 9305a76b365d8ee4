"""Start a run that learns a learner's own digits: the browser sends them, and they go to the process that trains.

They are in no cache and in no session of the page. The run keeps their labels, and drops them when it is dropped.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from primer_core.backend.loading import load_torch
from primer_core.data import IMAGE_SETS
from primer_core.inference import shipped_network
from primer_core.training.desk import TooManyRunsError
from primer_core.training.spec import DIGITS, SHIPPED, RunSpec, SpecError
from primer_core.training.teaching import DIGITS_RANGE, PIXELS, Teaching, TeachingError
from ui.address import on_this_server
from ui.requests import RequestError, read_object

if TYPE_CHECKING:
    from primer_core.training.desk import Desk
    from primer_core.training.run import Run

ADDRESS = "/api/teach"
#: Bytes of a request: as many digits as a run learns, each with its 784 pixels in base64, take less.
MOST_BYTES = 600_000
MOST_DEPTH = 4
#: Passes over the digits: the fewest, the most, and those at first.
EPOCHS = (1, 200, 20)
#: How a network is taught. The rate and the size of a batch can be changed while the run goes on, on Live training.
LEARNING_RATE = 1e-3
BATCH_SIZE = 16


def address(desk: Desk, visitor: str) -> str:
    """Where a visitor's browser starts a run at a desk."""
    return f"{on_this_server(ADDRESS)}?{urlencode({'desk': desk.id, 'visitor': visitor})}"


def reads_digits(run: Run) -> bool:
    """Whether the network of a run reads digits, and no clothes or points."""
    return run.spec.data in IMAGE_SETS and IMAGE_SETS[run.spec.data].classes == DIGITS


async def teach(request: Request) -> JSONResponse:
    """Start a run: JSON with ``network``, ``replay``, ``epochs`` and ``digits`` in, the ``run``'s id out.

    A digit has its ``label``, 0 to 9, and its ``image``: 784 bytes in base64, row by row, 0 for paper to 255 for full
    ink. The answer is 4xx with the ``problem`` where anything else comes, 403 where the visitor steers no such desk,
    404 where the network is not kept, 409 where a run that learns digits goes on already, 429 where too many runs of
    this browser go on.
    """
    query = request.query_params
    try:
        asked = await read_object(
            request, limit=MOST_BYTES, depth=MOST_DEPTH, expected="network, replay, epochs and digits"
        )
        run = await run_in_threadpool(_start, query.get("desk", ""), query.get("visitor", ""), asked)
    except RequestError as error:
        return error.response()
    return JSONResponse({"run": run.id}, headers={"Cache-Control": "no-store"})


def _start(desk_id: str, visitor: str, asked: dict[str, Any]) -> Run:
    from ui import cached  # it may only be imported once the server runs

    desk = cached.training_desks().get(desk_id)
    if desk is None:
        raise RequestError(404, "That desk is not kept here. Load the page again.")
    if not desk.steers(visitor):
        raise RequestError(403, "This run is another learner's: what you do here does not reach it.")
    images, labels = read_digits(asked.get("digits"))
    replay, epochs = asked.get("replay"), asked.get("epochs")
    if isinstance(epochs, bool) or not isinstance(epochs, int) or not EPOCHS[0] <= epochs <= EPOCHS[1]:
        raise RequestError(400, f"Expected passes, a whole number from {EPOCHS[0]} to {EPOCHS[1]}; got {epochs!r:.40}.")
    if isinstance(replay, bool) or not isinstance(replay, int | float):
        raise RequestError(400, f"Expected a replay share, a number from 0 to 0.9; got {replay!r:.40}.")
    network, begins_with = _network(desk, asked.get("network"))
    current = desk.current
    if current is not None and current.spec.start and not current.ended:
        raise RequestError(409, "A network is being taught already. Stop it, or wait for its end.")
    try:
        spec = RunSpec(
            **begins_with,
            learning_rate=LEARNING_RATE,
            batch_size=BATCH_SIZE,
            epochs=epochs,
            replay=float(replay),
        )
        return desk.start(spec, teaching=Teaching(network, images, labels))
    except TooManyRunsError as error:
        raise RequestError(429, str(error)) from None
    except (SpecError, TeachingError) as error:
        raise RequestError(400, str(error)) from None


def _network(desk: Desk, name: object) -> tuple[bytes, dict[str, Any]]:
    """The parameters of a network, and what a spec of a run says that begins with it."""
    if name == SHIPPED:
        load_torch()
        model, shipped = shipped_network()
        return shipped, {"model": model, "start": SHIPPED}
    run = next((run for run in desk.finished if run.id == name), None)
    parameters = None if run is None else run.state_dict_bytes
    if run is None or parameters is None:
        raise RequestError(404, "That network is not kept here any more. Choose another one.")
    if not reads_digits(run):
        raise RequestError(400, "That network did not learn digits. Choose one that reads 0 to 9.")
    spec = run.spec
    return parameters, {"data": spec.data, "model": spec.model, "normalise": spec.normalise, "start": run.id}


def read_digits(sent: object) -> tuple[bytes, tuple[int, ...]]:
    """Read digits that anybody may have sent.

    Returns
    -------
    tuple
        All images, 784 bytes each, and the labels.

    Raises
    ------
    RequestError
        With what was expected and what was given.
    """
    least, most = DIGITS_RANGE
    if not isinstance(sent, list):
        raise RequestError(400, f"Expected digits, a list of {least} to {most}; got {sent!r:.40}.")
    if not least <= len(sent) <= most:
        raise RequestError(400, f"Expected {least} to {most} digits; got {len(sent)}.")
    images, labels = [], []
    for place, digit in enumerate(sent):
        given = digit if isinstance(digit, dict) else {}
        image, label = given.get("image"), given.get("label")
        if isinstance(label, bool) or not isinstance(label, int) or not 0 <= label <= 9:
            raise RequestError(400, f"Digit {place}: expected a label, a whole number from 0 to 9; got {label!r:.40}.")
        try:
            pixels = base64.b64decode(image, validate=True) if isinstance(image, str) else b""
        except (binascii.Error, ValueError):
            raise RequestError(400, f"Digit {place}: expected an image in base64; got {image!r:.40}.") from None
        if len(pixels) != PIXELS:
            raise RequestError(400, f"Digit {place}: expected an image of 28x28 = {PIXELS} bytes; got {len(pixels)}.")
        images.append(pixels)
        labels.append(label)
    return b"".join(images), tuple(labels)


ROUTES = (Route(ADDRESS, teach, methods=["POST"]),)
