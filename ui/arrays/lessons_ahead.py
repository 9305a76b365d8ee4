"""Answers the questions that array lessons ask ahead of their pages' runs: a size is dragged, a preset pressed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ui.address import on_this_server

if TYPE_CHECKING:
    from ui.components.linked_grids import CellEvent

Settings = dict[str, str]
"""What a lesson's widgets say, by their keys."""

ADDRESS = "/api/lesson"

#: Each has a module ``ui.arrays.parts.<lesson>`` with ``parts(query)``: what its page draws for widgets that stand so.
LESSONS = ()
_LONGEST = 20_000  # characters of a question: three operands as long as they are read


def address(lesson: str) -> str:
    """Where the page of a lesson asks."""
    return on_this_server(f"{ADDRESS}/{lesson}")


async def answer(request: Request) -> JSONResponse:
    """Answer a question: the lesson's parts by their names.

    The query gives each widget's value by its key. With ``resize``, the key of an operand, and ``shape``, sizes with
    commas between them, that operand is given those sizes first; with ``event``, what `linked_grids` sends of a cell,
    the lesson does first what it does at such an event. The answer is 404 for a lesson that is not asked ahead, 414
    where the question is too long, and 400 where what comes first cannot be done.
    """
    lesson = request.path_params["lesson"]
    if lesson not in LESSONS:
        return JSONResponse({"problem": f"Expected one of {', '.join(LESSONS)}, not {lesson[:40]}."}, 404)
    if len(request.url.query) > _LONGEST:
        return JSONResponse({"problem": f"A question takes at most {_LONGEST:,} characters."}, 414)
    return await run_in_threadpool(_answer, lesson, dict(request.query_params))


def _answer(lesson: str, query: dict[str, str]) -> JSONResponse:
    from primer_core.language.limits import Refused  # the server starts without NumPy

    module = importlib.import_module(f"ui.arrays.parts.{lesson}")
    try:
        parts = module.parts(_changed(query, getattr(module, "after", None)))
    except Refused as refused:
        return JSONResponse({"problem": str(refused)}, 400)
    return JSONResponse(parts, headers={"Cache-Control": "no-store"})


def _changed(query: Mapping[str, str], after: Callable[[Mapping[str, str], CellEvent], Settings] | None) -> Settings:
    """What the widgets say after what the learner does, which the query tells of."""
    from primer_core.language.limits import Refused
    from primer_core.language.resizing import resized
    from ui.components.linked_grids import read_event

    changed = dict(query)
    key, sizes, sent = changed.pop("resize", None), changed.pop("shape", ""), changed.pop("event", None)
    if key is not None:
        shape = tuple(int(size) for size in sizes.split(",") if size.isascii() and size.isdigit() and len(size) < 7)
        if ",".join(map(str, shape)) != sizes:
            raise Refused(f"Expected sizes with commas between them in shape, such as 4,3, not {sizes[:40]}.")
        changed[key] = resized(changed.get(key, ""), shape)
    if sent is not None:
        try:
            event = read_event(json.loads(sent))
        except (ValueError, RecursionError):
            event = None
        if event is None or after is None:
            raise Refused("Expected an event of a cell of a lesson that answers them.")
        changed = after(changed, event)
    return changed


ROUTES = (Route(f"{ADDRESS}/{{lesson}}", answer, methods=["GET"]),)
