"""What the browser asks about a network and the data it sees, without a rerun of the page: looks, and images.

The browser asks for looks while a view is open, and only then; asking is what keeps the training process looking.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from primer_core.backend.loading import load_torch
from primer_core.data import IMAGE_SETS, DataError, is_available, toy_points
from primer_core.data.overview import COLUMNS, PARTS, images_of, mean_images, overview, part_of, sheet
from primer_core.training.messages import Looked
from primer_core.training.moments import moment_near
from primer_core.training.spec import TOY
from ui.address import on_this_server
from ui.requests import RequestError

if TYPE_CHECKING:
    from primer_core.training.run import Run

DATA = "/api/data"
IMAGES = "/api/data/images"
LOOKS = "/api/inside"

#: Images on one sheet.
MOST_IMAGES = 512
#: The first layer of no network here has more units.
MOST_UNITS = 4096
#: No run trains on more batches.
MOST_STEPS = 10**9
#: Milliseconds between two questions of a page for a look: while the run goes on, while it is paused, and where there
#: will be no other look until the run goes on after its end.
REFRESH = 250
REFRESH_PAUSED = 400
REFRESH_ENDED = 2000

#: What is known of a set, and its pictures, never change.
_KEPT = {"Cache-Control": "private, max-age=3600"}


def data_address(data: str) -> str:
    """Where the browser asks what is to be known of a set."""
    return f"{on_this_server(DATA)}?set={quote(data)}"


def images_address(data: str) -> str | None:
    """Where the browser asks for images of a set: what follows is the part and the rows; None for points."""
    return None if data == TOY else f"{on_this_server(IMAGES)}?set={quote(data)}"


def looks_address(desk: str, data: str) -> str:
    """Where the browser asks for looks at the run on a desk, if it trains on this data."""
    return f"{on_this_server(LOOKS)}?desk={quote(desk)}&set={quote(data)}"


async def data(request: Request) -> JSONResponse:
    """Answer with what is to be known of a set, or 404 where it is not here."""
    try:
        return JSONResponse(await run_in_threadpool(_known, request.query_params.get("set", "")), headers=_KEPT)
    except RequestError as error:
        return error.response()


def _known(name: str) -> dict[str, Any]:
    load_torch()
    if name == TOY:
        return _points()
    seen = overview(_here(name))
    return {
        **asdict(seen),
        "parts": [{**asdict(part), "size": part.size} for part in seen.parts],
        "normalised": [seen.normalised(value) for value in (0.0, 1.0, 255.0)],
    }


def _points() -> dict[str, Any]:
    split = toy_points()
    parts = (("train", split.train_points, split.train_labels), ("validation", split.test_points, split.test_labels))
    return {
        "name": TOY,
        "points": [
            {"part": part, "x": round(x, 3), "y": round(y, 3), "label": label}
            for part, points, labels in parts
            for (x, y), label in zip(points.tolist(), labels.tolist(), strict=True)
        ],
    }


def _here(name: str) -> str:
    if name not in IMAGE_SETS:
        raise RequestError(404, f"There is no set {name[:40]!r}; there are {', '.join([*IMAGE_SETS, TOY])}.")
    if not is_available(name):
        raise RequestError(404, f"The images of {IMAGE_SETS[name].title} are not on this server yet.")
    return name


async def images(request: Request) -> Response:
    """Answer with a sheet of images, a PNG: those of a part whose numbers are asked for, or the means."""
    query = request.query_params
    try:
        png = await run_in_threadpool(_sheet, query.get("set", ""), query.get("part", ""), query.get("rows", ""))
    except RequestError as error:
        return error.response()
    return Response(png, media_type="image/png", headers=_KEPT)


def _sheet(name: str, part: str, rows: str) -> bytes:
    from PIL import Image

    load_torch()
    try:
        split = images_of(_here(name))
    except DataError as error:
        raise RequestError(404, str(error)) from None
    if part == "means":
        chosen = mean_images(split)
    elif part in PARTS:
        chosen = part_of(split, part).images.numpy()
        chosen = chosen[_rows(rows, len(chosen))]
    else:
        raise RequestError(400, f"Expected a part, one of {', '.join((*PARTS, 'means'))}; got {part[:40]!r}.")
    png = io.BytesIO()
    Image.fromarray(sheet(chosen, COLUMNS)).save(png, "PNG")
    return png.getvalue()


def _rows(text: str, size: int) -> list[int]:
    """Read the numbers of images: ``3,1,4``, or ``:500`` for the first 500 or all where there are fewer."""
    problem = RequestError(400, f"Expected 1 to {MOST_IMAGES} numbers from 0 to {size - 1}; got {text[:40]!r}.")
    try:
        rows = list(range(min(size, int(text[1:])))) if text.startswith(":") else [int(row) for row in text.split(",")]
    except ValueError:
        raise problem from None
    if not 0 < len(rows) <= MOST_IMAGES or not all(0 <= row < size for row in rows):
        raise problem
    return rows


async def look(request: Request) -> Response:
    """Answer with the latest look at the run on a desk, and when it is worth asking again."""
    query = request.query_params
    try:
        unit = _number("unit", query.get("unit", "0"), MOST_UNITS)
        back = query.get("moment", "")
        step = _number("moment", back, MOST_STEPS) if back else None
        body = await run_in_threadpool(
            _told, query.get("desk", ""), query.get("set", ""), unit, step, query.get("seen", "")
        )
    except RequestError as error:
        return error.response()
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _number(name: str, text: str, end: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) < end):
        raise RequestError(400, f"Expected a {name}, a whole number from 0 to {end - 1}; got {text[:40]!r}.")
    return int(text)


def _told(desk_id: str, data: str, unit: int, step: int | None, seen: str) -> str:
    """The answer as JSON: a look is text already, and is put in as it is.

    Parameters
    ----------
    step
        The kept moment of the run that is looked back at; None for the network as it is now.
    seen
        The run and batch of the look that the browser has, as ``run:batch:unit``; the same is not sent again.
    """
    from ui import cached  # it may only be imported once the server runs

    desk = cached.training_desks().get(desk_id)
    if desk is None:
        raise RequestError(404, "That desk is not kept here. Load the page again.")
    run = desk.current
    if run is None or run.spec.data != data:
        return json.dumps({"run": None, "again": REFRESH_ENDED, "look": None})
    looked = run.watch(unit) if step is None else _looked_back(run, step, unit)
    state = run.state()
    if looked is None and state.ended and run.state_dict_bytes is None:
        looked = _looked_back(run, state.step, unit)  # a diverged run leaves no network, but moments on the way there
    now = None if looked is None else f"{run.id}:{looked.step}:{unit}:{'now' if step is None else 'then'}"
    up_to_date = looked is not None and (step is not None or state.ended)
    again = REFRESH_ENDED if up_to_date else REFRESH_PAUSED if state.status == "paused" else REFRESH
    head = json.dumps({"run": run.id, "seen": now, "again": again, "going": not state.ended})
    look = looked.look if looked is not None and now != seen else "null"
    return f'{head[:-1]}, "look": {look}}}'


def _looked_back(run: Run, step: int, unit: int) -> Looked | None:
    """The look at the kept moment nearest to a batch; None where it has not come yet, or none is kept."""
    moment = moment_near(run, step)
    if moment is None:
        return None
    try:
        return run.look_back(moment.state_dict_bytes, moment.step, unit)
    except LookupError:  # it was thinned out meanwhile
        return None


ROUTES = (
    Route(DATA, data, methods=["GET"]),
    Route(IMAGES, images, methods=["GET"]),
    Route(LOOKS, look, methods=["GET"]),
)
