"""Photos of handwriting: the browser sends one, it is cleaned, and each digit on it is read. Nothing of it is kept.

Photos are decoded and cleaned in one thread of their own, one after the other: what they take of memory and of the
processor has a bound, and pads are answered meanwhile.
"""

from __future__ import annotations

import asyncio
import base64
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from primer_core.backend.loading import torch_is_loaded
from primer_core.data.errors import DataError
from primer_core.data.sample import read_sample_images
from primer_core.inference import judge, predict_digit
from primer_core.inference.photos import PhotoError, Stage, decode_photo, digits_on
from primer_core.inference.photos.decoding import EXPECTED, MOST_BYTES, SMALLER
from primer_core.inference.photos.paper import Paper, made_photo
from ui.address import on_this_server
from ui.components.code_view import code_view
from ui.components.photo_reading import photo_reading
from ui.drawing.networks import WEIGHTS_FILE, Network
from ui.drawing.reader import Reader, open_reader, reader_of
from ui.drawing.reading import written
from ui.requests import RequestError, read_bytes

ADDRESS = "/api/read_photo"
MADE = "/api/made_photo"

#: Photos that may be here at once; who sends another is asked to wait.
MOST_AT_ONCE = 16
#: Seconds that a photo may take to arrive.
PATIENCE = 60
#: Pixels of the longer side of a step's picture.
SHOWN_SIDE = 640
#: Digits on a made page, and seeds that a page may name.
MADE_DIGITS = 15
MOST_SEED = 2**32 - 1

_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photos")
_PLACES = asyncio.Semaphore(MOST_AT_ONCE)
_SAMPLE_IMAGES = 5_000

CODE = """\
from pathlib import Path
from primer_core.inference import judge, predict_digit
from primer_core.inference.photos import decode_photo, digits_on
{setup}

file = next(Path().glob("photo.*"))  # what “Save what was read” gave
photo = decode_photo(file.read_bytes())
cleaned, found = digits_on(photo.grey)
for digit in found.digits:
    prediction = predict_digit(digit.canvas, model)
    print(prediction.label, f"{{prediction.probabilities.max():.4f}}")
"""


def photo_section(network: Network) -> None:
    """Draw the part of the page that takes a photo, and the code that reads it."""
    place = None
    if torch_is_loaded():
        with suppress(LookupError):  # the pad says so
            _, place = open_reader(network)
    with st.container(border=True):
        st.subheader("Photo or scan", anchor=False)
        photo_reading(
            "photo",
            reader=None if place is None else {"address": on_this_server(ADDRESS), "network": place["network"]},
            made=on_this_server(MADE),
        )
        with st.expander("The code that reads a photo"):
            weights = f" It reads {WEIGHTS_FILE}, which “This network” has to download." if network.weights else ""
            note = f"In one folder with the photo that was read, it prints what this page shows.{weights}"
            code_view("photo_code", CODE.format(setup=network.setup), note=note)


async def read_photo(request: Request) -> JSONResponse:
    """Answer with what is read of a photo, whose file is the body; the parameter ``network`` names the reader.

    The answer is 422 with the problem where the body is no photo to read, 413 where it is too large, 429 where too many
    are here, and 404 where the network is not kept (any more).
    """
    try:
        reader = reader_of(request.query_params.get("network"))
        if _PLACES.locked():
            raise RequestError(429, "Many photos are being read here. Try again in a moment.")
        async with _PLACES:
            data = await _photo_of(request)
            return JSONResponse(await asyncio.get_running_loop().run_in_executor(_WORKER, read, data, reader))
    except RequestError as error:
        return error.response()


async def _photo_of(request: Request) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await read_bytes(request, limit=MOST_BYTES)
    except TimeoutError:
        raise RequestError(408, f"The photo did not arrive within {PATIENCE} seconds. Send it again.") from None
    except RequestError as error:
        if error.status != 413:
            raise
        raise RequestError(413, f"{EXPECTED} of at most {MOST_BYTES / 1e6:g} MB; got more. {SMALLER}") from None


def read(data: bytes, reader: Reader) -> dict[str, Any]:
    """What the component shows of a photo, in plain JSON.

    Raises
    ------
    RequestError
        If it is no photo to read.
    """
    try:
        photo = decode_photo(data)
    except PhotoError as problem:
        raise RequestError(422, str(problem)) from None
    cleaned, found = digits_on(photo.grey)
    height, width = cleaned.ink.shape
    return {
        "width": width,
        "height": height,
        "classes": list(reader.classes),
        "stages": [_shown(stage) for stage in (*cleaned.stages, found.stage)],
        "digits": [
            {"box": list(digit.box), **reading}
            for digit in found.digits
            if (reading := _read_digit(digit.canvas, reader)) is not None
        ],
    }


def _read_digit(canvas: np.ndarray, reader: Reader) -> dict[str, Any] | None:
    prediction = predict_digit(canvas, reader.model)
    if prediction.label is None:
        return None
    verdict = judge(prediction, canvas, reader.model)
    return written(prediction, verdict, classes=reader.classes, calibrated=reader.calibrated)


def _shown(stage: Stage) -> dict[str, Any]:
    image = Image.fromarray(stage.image)
    image.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    file = io.BytesIO()
    image.save(file, "WEBP", quality=75, method=1)
    picture = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    return {"title": stage.title, "sentence": stage.sentence, "image": picture}


async def made(request: Request) -> Response:
    """Answer with a made photo, a JPEG: MNIST images on made paper, by the parameter ``seed``."""
    seed = request.query_params.get("seed", "")
    if not (seed.isascii() and seed.isdigit() and len(seed) < 12 and int(seed) <= MOST_SEED):
        return RequestError(400, f"Expected a seed from 0 to {MOST_SEED}; got {seed[:40]!r}.").response()
    try:
        return Response(await run_in_threadpool(_made, int(seed)), media_type="image/jpeg")
    except DataError as error:
        return RequestError(404, str(error)).response()


def _made(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    images = read_sample_images(rng.permutation(_SAMPLE_IMAGES)[:MADE_DIGITS].tolist())
    photo = made_photo(list(images / 255), rng, Paper())
    file = io.BytesIO()
    Image.fromarray(photo.grey).save(file, "JPEG", quality=88)
    return file.getvalue()


ROUTES = (Route(ADDRESS, read_photo, methods=["POST"]), Route(MADE, made, methods=["GET"]))
