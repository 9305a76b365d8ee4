"""The address that lessons' pages ask: from a question and what the learner did since, to all that is shown then.

``POST /api/lessons/<lesson>`` takes ``{"question": {...}, "events": [...], "n": 7}``, where ``question`` has a text for
each parameter, or for those of an address, as `primer_core.lessons.lesson.Lesson.opened` reads it. The answer is what
`primer_core.lessons.answer.answer` returns, with the same ``n``; with ``refusal`` where an event could not be followed,
and ``problems`` where the question had parameters that could not be taken. Where a library has to be loaded first, the
answer is ``{"n": 7, "loading": "PyTorch"}`` at once; with ``"wait": true`` in the request it comes when the library is
there. An answer that takes more than the limits is the lesson's controls, with the limit at one of them.

``windows`` in the request says by the id of a grid that is elided where the part of it that is opened begins.

``POST /api/lessons/<lesson>/picture`` takes ``{"question": {...}, "picture": 0, "theme": "light"}`` and answers with
that drawing of the page's body as SVG, its text alternative inside; with ``"panel": true``, of what stands above the
body. ``at`` says where the learner left it, as `primer_core.picture.seen.as_seen` takes it. Bars that were measured are
in no question: ``bars`` instead of ``picture`` holds them as they were answered.

``POST /api/lessons/<lesson>/measure`` takes ``{"question": {...}, "what": "..."}`` and answers ``{"parts": [...]}``,
measured on this machine just now; one measurement is under way at a time. What starts processes of its own
is answered with ``at``, when it was measured, and with ``busy`` where that is a measurement of before, because others
are under way; ``"kept": true`` in the request asks for what was measured last, and measures nothing.

This module reads requests, and hands them to the evaluation processes (`ui.lesson_jobs`); it computes nothing. Who asks
may be named by the header ``X-Visitor``: one visitor's requests take all processes but one.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from primer_core.evaluation import Answer, Busy, Crashed, Exceeded, NotReady, Result
from primer_core.evaluation.bench import Failed, Measured
from primer_core.lessons.answer import problem_sentences
from primer_core.lessons.event import Event, EventError, Put, Resize, read_event
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.question import Problem, Question, TextField
from ui import catalog
from ui.address import on_this_server
from ui.answer_cache import AnswerCache
from ui.evaluation import BENCH, POOL
from ui.lesson_jobs import STATUS_DIGITS
from ui.requests import RequestError, read_json

_ADDRESS = "/api/lessons"
_MOST_BYTES = 200_000
_MOST_DEPTH = 8
_MOST_EVENTS = 200
_MOST_WINDOWS = 50
_OPENED_WITHIN = 0.3
_MEASURES = 6.0
"""Seconds of computing that a measurement may take: it repeats what it measures for about two."""
_MEASURED_WITHIN = 25.0

_AHEAD = "ahead"
"""Who asks, where nobody does yet."""

_kept = AnswerCache()
_answered_ahead: set[str] = set()
_under_way: dict[bytes, Future[Result]] = {}
_lock = Lock()


def address(slug: str) -> str:
    """Return the path on this server that a lesson's page asks."""
    return on_this_server(f"{_ADDRESS}/{slug}")


def opening(lesson: AnyLesson, question: Question) -> str:
    """Return the answer that a page opens with, as JSON; empty if it is not there within a moment.

    The browser asks for it then, and this request is joined with the page's.
    """
    future = _asked(_job(lesson, question), "", waits=False)
    future.add_done_callback(lambda _: _answer_presets(lesson))
    with suppress(TimeoutError):
        match future.result(_OPENED_WITHIN):
            case Answer(content):
                return content[STATUS_DIGITS:].decode()
    return ""


def _answer_presets(lesson: AnyLesson) -> None:
    """Have all presets of a lesson answered, one after another, so that who presses one waits for none; once."""
    with _lock:
        if lesson.slug in _answered_ahead:
            return
        _answered_ahead.add(lesson.slug)
    presets = iter(lesson.presets)

    def answer_next(_: object = None) -> None:
        preset = next(presets, None)
        if preset is not None:
            texts = dict(lesson.puts(preset))
            job = _job(lesson, lesson.question().with_texts(texts), events=[{"kind": "put", "texts": texts}])
            _asked(job, _AHEAD, waits=True).add_done_callback(answer_next)

    answer_next()


async def answers(request: Request) -> Response:
    """Answer a question; 404 for a lesson that there is not, 4xx with the reason for what is no question.

    The answer is 503 where too many others wait.
    """
    try:
        lesson, question, problems, body = await _read(request)
        sent = body.get("events", [])
        if not isinstance(sent, list) or len(sent) > _MOST_EVENTS:
            raise RequestError(400, f"Expected events, a list of at most {_MOST_EVENTS}.")
        try:
            events = [read_event(event) for event in sent]
        except EventError as error:
            raise RequestError(422, str(error)) from error
        job = _job(lesson, _pressed(lesson, question, events), events=sent, windows=_windows(body))
        more: dict[str, Any] = {"n": body["n"] if type(body.get("n")) is int else 0}
        if problems:
            more["problems"] = problem_sentences(problems)
        waits = body.get("wait") is True
        visitor = visitor_of(request)
        result = await done(_asked(job, visitor, waits=waits))
        match result:
            case NotReady(missing):
                return JSONResponse({**more, "loading": missing})
            case Exceeded(sentence=sentence) | Crashed(sentence):
                field = _field(lesson, question, events)
                if field is None:
                    raise RequestError(422, sentence)
                at_field = {**job, "field": field, "message": sentence}
                result = await done(POOL.ask("limited", at_field, visitor=visitor, waits=waits))
                if not isinstance(result, Answer):
                    raise RequestError(422, sentence)
        head = json.dumps(more, ensure_ascii=False)[:-1].encode(errors="replace")
        return Response(head + b"," + content_of(result)[1:], media_type="application/json")
    except RequestError as error:
        return error.response()


async def measurements(request: Request) -> Response:
    """Answer with what was measured just now; the errors are those of `answers`."""
    try:
        lesson, question, _, body = await _read(request)
        what = body.get("what")
        if lesson.measure is None or not isinstance(what, str):
            raise RequestError(400, "Expected the name of something that this lesson measures, in what.")
        if what in lesson.measures_apart:
            return await _measured_apart(lesson, question, what, kept=body.get("kept") is True)
        job = {**_job(lesson, question), "what": what}
        future = POOL.ask("measure", job, visitor=visitor_of(request), lane="measure", seconds=_MEASURES, waits=True)
        try:
            result = await asyncio.wait_for(asyncio.wrap_future(future), _MEASURED_WITHIN)
        except TimeoutError:
            busy = "Somebody else's measurement is still under way. Press again in a few seconds."
            raise RequestError(429, busy) from None
        return Response(content_of(result), media_type="application/json", headers={"Cache-Control": "no-store"})
    except RequestError as error:
        return error.response()


async def _measured_apart(lesson: AnyLesson, question: Question, what: str, *, kept: bool) -> Response:
    """Answer with what a measuring process gave: it waits for its turn, or is the last one where that takes long."""
    fields, texts = lesson.question.fields(), question.texts()
    names = [fields[name].parameter or name for name in lesson.measures_apart[what]]
    job = {"lesson": lesson.slug, "question": {name: texts[name] for name in names}, "what": what}
    if kept:
        return _dated(BENCH.last(job))
    try:
        future = BENCH.ask(job)
    except OverflowError:
        return _last_of(job)
    done = asyncio.wrap_future(future)
    try:
        result = await asyncio.wait_for(asyncio.shield(done), _MEASURED_WITHIN)
    except TimeoutError:
        if not future.running():  # others are under way still, and more wait, perhaps
            return _last_of(job)
        result = await done
    match result:
        case Failed(sentence):
            raise RequestError(422, sentence)
        case Measured():
            return _dated(result)


def _last_of(job: dict[str, Any]) -> Response:
    last = BENCH.last(job)
    if last is None:
        raise RequestError(429, "Other measurements are still under way. Press again in a few seconds.")
    return _dated(last, busy=True)


def _dated(measured: Measured | None, *, busy: bool = False) -> Response:
    found: dict[str, Any] = {"parts": []}
    if measured is not None:
        found = json.loads(content_of(Answer(measured.content))) | {"at": measured.at.isoformat()}
    return JSONResponse(found | ({"busy": True} if busy else {}), headers={"Cache-Control": "no-store"})


async def pictures(request: Request) -> Response:
    """Answer with a picture as SVG; the errors are those of `answers`."""
    try:
        lesson, question, _, body = await _read(request)
        theme = body.get("theme")
        if theme not in ("light", "dark"):
            raise RequestError(400, "Expected theme, light or dark.")
        job = _job(lesson, question, windows=_windows(body)) | {"theme": theme}
        job |= {name: body[name] for name in ("picture", "panel", "at", "bars") if name in body}
        result = await done(POOL.ask("picture", job, visitor=visitor_of(request), waits=True))
        return Response(content_of(result), media_type="image/svg+xml")
    except RequestError as error:
        return error.response()


async def _read(request: Request) -> tuple[AnyLesson, Question, tuple[Problem, ...], dict[str, Any]]:
    lesson = catalog.LESSONS_BY_SLUG.get(request.path_params["lesson"])
    if lesson is None:
        raise RequestError(404, f"Expected one of {', '.join(catalog.LESSONS_BY_SLUG)}.")
    body = await read_json(request, limit=_MOST_BYTES, depth=_MOST_DEPTH)
    texts = body.get("question") if isinstance(body, dict) else None
    if isinstance(body, dict) and isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values()):
        question, problems = lesson.opened(texts)
        return lesson, question, problems, body
    raise RequestError(400, "Expected a JSON object with question, an object of texts.")


def _pressed(lesson: AnyLesson, question: Question, events: list[Event]) -> Question:
    """Return the question with a preset that is put first as if it had been there before: that leads to the same.

    Whoever presses it then is given what is kept, whatever he looked at before.
    """
    match events:
        case [Put(texts), *_] if frozenset(texts.items()) in _presets(lesson):
            return question.with_texts(texts)
    return question


@cache
def _presets(lesson: AnyLesson) -> frozenset[frozenset[tuple[str, str]]]:
    return frozenset(frozenset(lesson.puts(preset).items()) for preset in lesson.presets)


def _job(
    lesson: AnyLesson, question: Question, *, events: list[Any] | None = None, windows: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"lesson": lesson.slug, "question": question.texts(), "events": events or [], "windows": windows or {}}


def _asked(job: dict[str, Any], visitor: str, *, waits: bool) -> Future[Result]:
    """Ask for an answer, unless it is kept or under way: whoever asks the same meanwhile gets the same."""
    key = blake2b(json.dumps(job, sort_keys=True).encode(), digest_size=16).digest()
    kept = _kept.get(key)
    if kept is not None:
        answered: Future[Result] = Future()
        answered.set_result(Answer(kept))
        return answered
    asked = key + bytes([waits])
    with _lock:
        future = _under_way.get(asked)
        if future is not None:
            return future
        future = _under_way[asked] = POOL.ask("answer", job, visitor=visitor, waits=waits)

    def keep(done: Future[Result]) -> None:
        match done.result():
            case Answer(content):
                _kept.put(key, content)
        with _lock:
            del _under_way[asked]

    future.add_done_callback(keep)
    return future


async def done(future: Future[Result]) -> Result:
    """Wait for a result that others may wait for, too."""
    return await asyncio.shield(asyncio.wrap_future(future))


def content_of(result: Result) -> bytes:
    """Return what a job answered.

    Raises
    ------
    RequestError
        With the status that the job gave, with 422 where it was ended, and with 503 where asking again helps.
    """
    match result:
        case Answer(content):
            status, content = int(content[:STATUS_DIGITS]), content[STATUS_DIGITS:]
            if status >= 400:
                raise RequestError(status, content.decode())
            return content
        case NotReady(missing):
            raise RequestError(503, f"{missing} is being loaded. Ask again in a few seconds.")
        case Busy(sentence):
            raise RequestError(503, sentence)
        case Exceeded(sentence=sentence) | Crashed(sentence):
            raise RequestError(422, sentence)


def visitor_of(request: Request) -> str:
    named = request.headers.get("x-visitor", "")[:64]
    return named or (request.client.host if request.client else "")


def _field(lesson: AnyLesson, question: Question, events: list[Any]) -> str | None:
    """Return the parameter of the text to which a limit is told: the one changed last, or else one to shorten.

    A lesson that has no texts has none.
    """
    fields = lesson.question.fields().items()
    texts = [field.parameter or name for name, field in fields if isinstance(field, TextField) and not field.hidden]
    changed = set(question.parameters())
    match events[-1] if events else None:
        case Put(put):
            changed = set(put)
        case Resize(resized):
            changed = {resized}
    return next((name for name in texts if name in changed), next(iter(texts), None))


def _windows(body: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    windows = body.get("windows", {})
    if isinstance(windows, dict) and len(windows) <= _MOST_WINDOWS and all(map(_is_start, windows.values())):
        return {str(grid)[:200]: tuple(start) for grid, start in windows.items()}
    raise RequestError(400, "Expected windows, an object that has lists of whole numbers from 0 by ids of grids.")


def _is_start(start: object) -> bool:
    return isinstance(start, list) and len(start) <= 8 and all(type(i) is int and 0 <= i < 2**31 for i in start)


ROUTES = (
    Route(f"{_ADDRESS}/{{lesson}}", answers, methods=["POST"]),
    Route(f"{_ADDRESS}/{{lesson}}/picture", pictures, methods=["POST"]),
    Route(f"{_ADDRESS}/{{lesson}}/measure", measurements, methods=["POST"]),
)
