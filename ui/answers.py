"""The address that lessons' pages ask: from a question and what the learner did since, to all that is shown then.

``POST /api/lessons/<lesson>`` takes ``{"question": {...}, "events": [...], "n": 7}``, where ``question`` has a text for
each parameter, or for those of an address, as `primer_core.lessons.lesson.Lesson.opened` reads it. The answer is what
`primer_core.lessons.answer.answer` returns, with the same ``n``; with ``refusal`` where an event could not be followed,
and ``problems`` where the question had parameters that could not be taken. Where a library has to be loaded first, the
answer is ``{"n": 7, "loading": "PyTorch"}`` at once; with ``"wait": true`` in the request it comes when the library is
there.

``windows`` in the request says by the id of a grid that is elided where the part of it that is opened begins.

``POST /api/lessons/<lesson>/picture`` takes ``{"question": {...}, "picture": 0, "theme": "light"}`` and answers with
that picture of the page as SVG, its text alternative inside.

``POST /api/lessons/<lesson>/measure`` takes ``{"question": {...}, "what": "..."}`` and answers ``{"parts": [...]}``,
measured on this machine just now; one measurement is under way at a time.
"""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from primer_core.backend.loading import load_torch, load_torch_in_background, torch_is_loaded
from primer_core.lessons.answer import answer, fold, loads_torch, page, problem_sentences
from primer_core.lessons.event import EventError, read_event
from primer_core.lessons.lesson import AnyLesson
from primer_core.picture.page import description, pictures_of
from primer_core.picture.payload import payload
from primer_core.picture.svg import svg
from ui import catalog
from ui.address import on_this_server
from ui.requests import RequestError, read_json

_ADDRESS = "/api/lessons"
_MOST_BYTES = 200_000
_MOST_DEPTH = 8
_MOST_EVENTS = 200
_MOST_WINDOWS = 50
_measuring = Lock()


def address(slug: str) -> str:
    """Return the path on this server that a lesson's page asks."""
    return on_this_server(f"{_ADDRESS}/{slug}")


async def answers(request: Request) -> Response:
    """Answer a question; 404 for a lesson that there is not, 4xx with the reason for what is no question."""
    try:
        lesson, body = await _read(request)
        return await run_in_threadpool(_answer, lesson, body)
    except RequestError as error:
        return error.response()


async def measurements(request: Request) -> Response:
    """Answer with what was measured just now; the errors are those of `answers`."""
    try:
        lesson, body = await _read(request)
        return await run_in_threadpool(_measure, lesson, body)
    except RequestError as error:
        return error.response()


async def pictures(request: Request) -> Response:
    """Answer with a picture as SVG; the errors are those of `answers`."""
    try:
        lesson, body = await _read(request)
        return await run_in_threadpool(_picture, lesson, body)
    except RequestError as error:
        return error.response()


async def _read(request: Request) -> tuple[AnyLesson, dict[str, Any]]:
    lesson = catalog.LESSONS_BY_SLUG.get(request.path_params["lesson"])
    if lesson is None:
        raise RequestError(404, f"Expected one of {', '.join(catalog.LESSONS_BY_SLUG)}.")
    body = await read_json(request, limit=_MOST_BYTES, depth=_MOST_DEPTH)
    texts = body.get("question") if isinstance(body, dict) else None
    if isinstance(body, dict) and isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values()):
        return lesson, body
    raise RequestError(400, "Expected a JSON object with question, an object of texts.")


def _answer(lesson: AnyLesson, body: dict[str, Any]) -> Response:
    sent = body.get("events", [])
    if not isinstance(sent, list) or len(sent) > _MOST_EVENTS:
        raise RequestError(400, f"Expected events, a list of at most {_MOST_EVENTS}.")
    question, problems = lesson.opened(body["question"])
    try:
        events = [read_event(event) for event in sent]
    except EventError as error:
        raise RequestError(422, str(error)) from error
    n = body["n"] if type(body.get("n")) is int else 0
    if not torch_is_loaded():
        if body.get("wait") is True:
            load_torch()
        elif loads_torch(lesson, question, events):
            load_torch_in_background()
            return JSONResponse({"n": n, "loading": "PyTorch"})
    question, refusal = fold(lesson, question, events)
    more: dict[str, Any] = {"n": n}
    if refusal:
        more["refusal"] = refusal
    if problems:
        more["problems"] = problem_sentences(problems)
    windows = _windows(body)
    head = json.dumps(more, ensure_ascii=False)[:-1].encode(errors="replace")
    return Response(head + b"," + answer(lesson, question, windows)[1:], media_type="application/json")


def _windows(body: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    windows = body.get("windows", {})
    if isinstance(windows, dict) and len(windows) <= _MOST_WINDOWS and all(map(_is_start, windows.values())):
        return {str(grid)[:200]: tuple(start) for grid, start in windows.items()}
    raise RequestError(400, "Expected windows, an object that has lists of whole numbers from 0 by ids of grids.")


def _is_start(start: object) -> bool:
    return isinstance(start, list) and len(start) <= 8 and all(type(i) is int and 0 <= i < 2**31 for i in start)


def _picture(lesson: AnyLesson, body: dict[str, Any]) -> Response:
    place, theme = body.get("picture"), body.get("theme")
    if type(place) is not int or theme not in ("light", "dark"):
        raise RequestError(400, "Expected picture, a whole number from 0, and theme, light or dark.")
    question, _ = lesson.opened(body["question"])
    if lesson.needs_torch(question):
        load_torch()
    shown = page(lesson, question)
    found = pictures_of(shown)
    if not 0 <= place < len(found):
        raise RequestError(404, f"There are {len(found)} pictures for this question.")
    drawn = svg(
        found[place], theme=theme, title=f"{lesson.title}: {lesson.lit(question) or 'a picture'}",
        description=description(found[place]), windows=_windows(body),
    )  # fmt: skip
    return Response(drawn.encode(errors="replace"), media_type="image/svg+xml")


def _measure(lesson: AnyLesson, body: dict[str, Any]) -> Response:
    what = body.get("what")
    if lesson.measure is None or not isinstance(what, str):
        raise RequestError(400, "Expected the name of something that this lesson measures, in what.")
    question, _ = lesson.opened(body["question"])
    if not _measuring.acquire(timeout=20):
        raise RequestError(429, "Somebody else's measurement is still under way. Press again in a few seconds.")
    try:
        parts = lesson.measure(question, what)
    except EventError as error:
        raise RequestError(422, str(error)) from error
    finally:
        _measuring.release()
    return JSONResponse({"parts": payload(parts)}, headers={"Cache-Control": "no-store"})


ROUTES = (
    Route(f"{_ADDRESS}/{{lesson}}", answers, methods=["POST"]),
    Route(f"{_ADDRESS}/{{lesson}}/picture", pictures, methods=["POST"]),
    Route(f"{_ADDRESS}/{{lesson}}/measure", measurements, methods=["POST"]),
)
