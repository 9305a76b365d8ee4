"""What the browser asks about runs that are kept, without a rerun of the page: the list of its own, and their files."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from primer_core.training.export import EXPORTS, ExportError
from primer_core.training.kept import Card, KeptRunError, RunFolder
from primer_core.training.spec import RunSpec
from primer_core.training.store import digest
from ui.address import on_this_server
from ui.browsers import LEARNER_COOKIE, read_secret
from ui.replicas import page_of
from ui.requests import RequestError, read_object
from ui.training.words import STATUS_TITLES, in_words, setting_name, value_text

if TYPE_CHECKING:
    from primer_core.training.desk import Desks

ADDRESS = "/api/runs"
EXPORT_ADDRESS = "/api/run/export"
#: Runs that the list holds, the latest.
MOST_LISTED = 60
MOST_BYTES = 2_000


_ELSEWHERE = "Another server trains this run: it is deleted there."


def export_address(run_id: str, kind: str) -> str:
    """Where the browser gets a file of a run: `kind` is a name of `EXPORTS`."""
    return f"{on_this_server(EXPORT_ADDRESS)}?{urlencode({'run': run_id, 'as': kind})}"


def _desks() -> Desks:
    from ui import cached  # it may only be imported once the server runs

    return cached.training_desks()


def _learner(request: Request) -> str:
    """The digest of the secret that the browser of a request keeps."""
    secret = read_secret(request.cookies.get(LEARNER_COOKIE))
    if not secret:
        raise RequestError(403, "This browser has started no run here.")
    return digest(secret)


async def listed(request: Request) -> JSONResponse:
    """Answer with the runs of the browser that asks, the latest first, and how many bytes they take."""
    try:
        told = await run_in_threadpool(_listed, _learner(request))
    except RequestError as error:
        return error.response()
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _listed(owner: str) -> dict[str, Any]:
    service = _desks().service
    found = service.store.owned_by(owner)
    return {
        "runs": [_row(folder, card) for folder, card in found[:MOST_LISTED]],
        "more": max(0, len(found) - MOST_LISTED),
        "now": time.time(),
    }


def _row(folder: RunFolder, card: Card) -> dict[str, Any]:
    summary = folder.summary(card)
    here = _desks().service.going_on(folder.run)
    status = summary.status
    if here is not None and status == "training":
        status = "paused" if here.state().status == "paused" else "training"
    return {
        "run": folder.run,
        "name": card.name,
        "made": in_words(card.spec),
        "data": card.spec.data,
        "state": STATUS_TITLES.get(status, status),
        "going": status in ("training", "paused"),
        "step": summary.step,
        "total": summary.total_steps,
        "accuracy": summary.validation_accuracy,
        "bytes": summary.bytes_used,
        "started": card.started,
        "settings": [
            [setting_name(field.name), value_text(field.name, getattr(summary.spec, field.name))]
            for field in fields(RunSpec)
        ],
    }


async def act(request: Request) -> JSONResponse:
    """Rename or delete a run: JSON with ``run``, ``do`` and, to rename, ``name`` in, the list out.

    The answer is 4xx with the ``problem`` where anything else comes, 403 for a run of another browser, 404 where it is
    not kept, 409 while another server trains it, with the address of its ``page`` there.
    """
    try:
        owner = _learner(request)
        asked = await read_object(request, limit=MOST_BYTES, depth=1, expected="run, do and name")
        told = await run_in_threadpool(_acted, owner, asked)
    except RequestError as error:
        return error.response()
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _acted(owner: str, asked: dict[str, Any]) -> dict[str, Any]:
    desks = _desks()
    run_id, name = asked.get("run"), asked.get("name", "")
    folder = desks.service.store.find(run_id) if isinstance(run_id, str) else None
    try:
        card = folder.card() if folder is not None else None
    except KeptRunError:
        card = None
    if folder is None or card is None:
        raise RequestError(404, "That run is not kept any more.")
    if card.owner != owner:
        raise RequestError(403, "That run is another browser's.")
    if asked.get("do") == "rename":
        if not isinstance(name, str):
            raise RequestError(400, f"Expected a name, a text; got {name!r:.40}.")
        try:
            folder.rename(name)
        except (OSError, KeptRunError):
            raise RequestError(409, "The name could not be written: the disk may be full.") from None
    elif asked.get("do") == "delete":
        run = desks.service.open(folder.run)
        if run is None or not desks.remove(run):
            page = page_of(folder)
            raise RequestError(
                409, _ELSEWHERE if page else "Another server trains this run. Stop it there, then delete it.", page=page
            )
    else:
        raise RequestError(400, f"Expected something to do, rename or delete; got {asked.get('do')!r:.40}.")
    return _listed(owner)


async def exported(request: Request) -> Response:
    """Answer with a file of a run: `run` names it, `as` what of it; anybody who has its id may have it."""
    query = request.query_params
    try:
        name, media_type, content = await run_in_threadpool(_exported, query.get("run", ""), query.get("as", ""))
    except RequestError as error:
        return error.response()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def _exported(run_id: str, kind: str) -> tuple[str, str, bytes]:
    export = EXPORTS.get(kind)
    if export is None:
        raise RequestError(400, f"Expected one of {', '.join(EXPORTS)}; got {kind[:40]!r}.")
    run = _desks().service.open(run_id)
    if run is None:
        raise RequestError(404, "That run is not kept here any more.")
    if why_not := export.why_not(run):
        raise RequestError(409, why_not)
    try:
        return f"run-{run.id}{export.file}", export.media_type, export.make(run)
    except ExportError as error:
        raise RequestError(409, str(error)) from None


ROUTES = (
    Route(ADDRESS, listed, methods=["GET"]),
    Route(ADDRESS, act, methods=["POST"]),
    Route(EXPORT_ADDRESS, exported, methods=["GET"]),
)
