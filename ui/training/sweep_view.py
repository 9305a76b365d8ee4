"""What a page shows of a sweep while it goes on: a cell for each of its runs, each with a small curve.

The table asks the server's own address `ADDRESS` for news. Each question says what it has of each run, and each answer
brings the cells in which something is new: points are only ever added to a curve.
"""

from __future__ import annotations

import json
import math
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from primer_core.claims.claim import percent
from primer_core.training.sweep import MOST_COMBINATIONS, best_of, curve_points, curve_steps, facts_of, table_axes
from ui.address import on_this_server
from ui.requests import RequestError
from ui.training.words import STATUS_TITLES, value_text

if TYPE_CHECKING:
    from primer_core.training.desk import Desk
    from primer_core.training.run import Run
    from primer_core.training.sweep import Facts, Sweep

ADDRESS = "/api/sweep"
#: Milliseconds between two questions of a page, and how much each run that goes on on this server adds.
REFRESH = 250
REFRESH_PER_RUN = 6
REFRESH_PAUSED = 500

#: Of a run that has not started, too.
_STATES = {"waiting": "Waiting", "not started": "Not started", **STATUS_TITLES}


@dataclass(frozen=True, slots=True)
class Had:
    """What a page has of one run of a sweep.

    Parameters
    ----------
    total
        Batches of the whole run, as the page knows it: where there are others now, its points lie elsewhere.
    points
        How many points of its curve.
    facts
        The version of all else that its cell says, as a view gives it.
    """

    total: int = -1
    points: int = 0
    facts: str = ""


def had_of_query(query: QueryParams) -> dict[str, Had]:
    """Read what a page has of each run, ``run:total:points:facts`` with commas between; nonsense counts as nothing."""
    had = {}
    for part in query.get("had", "").split(",")[:MOST_COMBINATIONS]:
        run, *numbers, facts = (*part.split(":"), "")[:4]
        if len(numbers) == 2 and all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
            had[run] = Had(int(numbers[0]), int(numbers[1]), facts)
    return had


def address(desk: Desk) -> str:
    """Where a browser asks about the sweep on a desk."""
    return f"{on_this_server(ADDRESS)}?{urlencode({'desk': desk.id})}"


def mark_of(sweep: Sweep) -> str:
    """What stands around the table depends on this: whether the sweep goes on, and holds."""
    phase = "over" if not sweep.going else "held" if sweep.held else "going"
    return f"{phase} {len(sweep.runs)}"


def sweep_view(sweep: Sweep, *, active_runs: int, had: Mapping[str, Had]) -> dict[str, Any]:
    """A sweep as `ui.components.sweep_table` shows it.

    Parameters
    ----------
    sweep
        Going on or over.
    active_runs
        How many runs go on on this server.
    had
        What the page has already, by the run's id.

    Returns
    -------
    dict
        ``at`` (seconds, tells older from newer), ``mark`` (see `mark_of`), ``again`` (milliseconds until it is worth
        asking again, 0 for never), ``rates`` and ``batches`` (the axes, as texts), ``going`` (whether something of it
        does), ``best`` (id of the run with the lowest validation loss so far, or None), and ``cells``, those with news:
        ``run``, ``rate`` and ``batch`` (its places on the axes), ``total`` (its batches), ``of`` (points of its whole
        curve), ``first`` and ``means`` (points from there on in nats, None for what is not finite), ``facts`` (a
        version), ``state`` (words), ``kind`` (``waiting``, ``going``, ``ended`` or ``bad``), ``share`` (0 to 1),
        ``loss``, ``accuracy`` and ``epoch`` of its latest validation (texts, empty before the first one, and a number).
    """
    waiting = sweep.waiting
    runs = sweep.runs
    rates, sizes = table_axes([run.spec for run in runs])
    going = sweep.going
    best = best_of(runs)
    cells = [
        _cell(run, run in waiting, had.get(run.id, Had()))
        | {"rate": rates.index(run.spec.learning_rate), "batch": sizes.index(run.spec.batch_size)}
        for run in runs
    ]
    return {
        "at": round(time.monotonic(), 4),
        "mark": mark_of(sweep),
        "again": 0 if not going else REFRESH_PAUSED if sweep.held else REFRESH + REFRESH_PER_RUN * active_runs,
        "rates": [value_text("learning_rate", rate) for rate in rates],
        "batches": [value_text("batch_size", size) for size in sizes],
        "going": going,
        "best": None if best is None else best.id,
        "cells": [cell for cell in cells if cell["means"] or cell["facts"] != had.get(cell["run"], Had()).facts],
    }


def _cell(run: Run, waits: bool, had: Had) -> dict[str, Any]:
    state = run.state()
    facts = facts_of(run, state, waiting=waits)
    told = {
        "total": state.total_steps,
        "of": len(curve_steps(state.total_steps)),
        "state": _state_words(facts),
        "kind": _kind(facts),
        "share": round(min(1.0, facts.share), 2),
        "loss": "" if facts.validation_loss is None else _loss(facts.validation_loss),
        "accuracy": "" if facts.validation_accuracy is None else percent(facts.validation_accuracy),
        "epoch": facts.epoch,
    }
    first = had.points if had.total == state.total_steps else 0
    means = curve_points(run, state.total_steps, first)
    version = f"{zlib.crc32(json.dumps(told).encode()):x}"
    return {"run": run.id, **told, "facts": version, "first": first, "means": [_point(mean) for mean in means]}


def _point(mean: float) -> float | None:
    return float(f"{mean:.4g}") if math.isfinite(mean) else None


def _loss(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "not finite"


def _state_words(facts: Facts) -> str:
    words = _STATES[facts.status]
    if facts.status == "diverged" and facts.not_finite is not None:
        return f"{words} at batch {facts.not_finite}"
    return words


def _kind(facts: Facts) -> str:
    if facts.status in ("diverged", "failed"):
        return "bad"
    if facts.status in ("waiting", "not started", "interrupted"):
        return "waiting"
    return "going" if facts.status in ("starting", "loading", "returning", "training", "paused") else "ended"


async def answer(request: Request) -> JSONResponse:
    """Answer a table: the sweep on the desk that the query names, or 404 where there is none."""
    query = request.query_params
    try:
        view = await run_in_threadpool(_view_at, query.get("desk", ""), had_of_query(query))
    except RequestError as error:
        return error.response()
    return JSONResponse(view, headers={"Cache-Control": "no-store"})


def _view_at(desk_id: str, had: Mapping[str, Had]) -> dict[str, Any]:
    from ui import cached  # it may only be imported once the server runs

    desks = cached.training_desks()
    desk = desks.get(desk_id)
    sweep = None if desk is None else desk.sweep
    if sweep is None:
        raise RequestError(404, "There is no sweep on that desk. Load the page again.")
    return sweep_view(sweep, active_runs=desks.service.active_runs, had=had)


ROUTES = (Route(ADDRESS, answer, methods=["GET"]),)
