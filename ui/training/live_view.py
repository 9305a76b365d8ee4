"""What a page shows of a run while it goes on, straight from the server to the browser, without a rerun of the page.

A rerun draws every element of the page again, which takes the browser longer than the batches take to train. The chart
therefore asks the server's own address `ADDRESS` for news, and has the page run again only when the run's `mark` has
changed: when it was paused, has ended, or is steered by somebody else now.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from primer_core.training.history import Curve
from primer_core.training.symptoms import symptoms_of
from ui.address import on_this_server
from ui.requests import RequestError

if TYPE_CHECKING:
    from primer_core.training.desk import Desk
    from primer_core.training.run import Run, RunState
    from primer_core.training.spec import RunSpec

ADDRESS = "/api/run"

#: Milliseconds between two questions of a page, and how much each run that goes on adds: many learners, one server.
REFRESH = 60
REFRESH_PER_RUN = 6
REFRESH_PAUSED = 1000

#: What each of a view's numbers is called, and what it means; `_numbers` gives them in this order.
NUMBERS = {
    "Train loss": "Mean cross-entropy of the latest batches, in nats: how surprising the right answer is. Guessing "
    "evenly among ten classes gives ln 10 = 2.303.",
    "Validation loss": "The same on samples that it is not trained on, after each epoch. When this rises while the "
    "train loss falls, it learns the samples by heart.",
    "Validation accuracy": "The share of validation samples whose largest logit is the right class. Look at it as "
    "often as you like.",
    "Test accuracy": "The share of the test samples read correctly, measured once, when the run ends: choosing "
    "settings by this number would make it look better than it is.",
}

_NOTHING = "Nothing is training. Press Start: the first batch takes a second or two."
_EMPTY = Curve([], [], [], [], (), ())


def address(desk: Desk, visitor: str) -> str:
    """Where a visitor's browser asks about the run on a desk."""
    return f"{on_this_server(ADDRESS)}?{urlencode({'desk': desk.id, 'visitor': visitor})}"


def live_view(run: Run | None, state: RunState | None, *, steers: bool, active_runs: int) -> dict[str, Any]:
    """A run as `ui.components.live_chart` draws it.

    Parameters
    ----------
    run, state
        The run and its state, as the page is drawn after; None if there is none.
    steers
        Whether the visitor who asks steers it.
    active_runs
        How many runs go on on this server.

    Returns
    -------
    dict
        ``at`` (seconds, tells older from newer), ``mark`` (what the page around the chart depends on), ``again``
        (milliseconds until it is worth asking again, 0 for never), ``run``, ``share`` (0 to 1), ``progress``,
        ``numbers`` (texts or None), the lines ``raw``, ``smooth``, ``epochs`` and ``changes``, ``totalSteps`` and
        ``summary``.
    """
    curve = run.history.curve() if run else _EMPTY
    return {
        "at": time.monotonic(),
        "mark": _mark(run, state, steers=steers),
        "again": _again(state, active_runs),
        "run": run.id if run else "none",
        "share": min(1.0, state.step / state.total_steps) if state and state.total_steps else 0.0,
        "progress": progress_text(run.spec, state) if run and state else _NOTHING,
        "numbers": _numbers(run, state),
        "raw": {"x": curve.raw_steps, "y": _rounded(curve.raw_losses)},
        "smooth": {"x": curve.smooth_steps, "y": _rounded(curve.smooth_losses)},
        "epochs": {
            "x": [point.step for point in curve.epochs],
            "epoch": [point.epoch for point in curve.epochs],
            "loss": _rounded([point.validation_loss for point in curve.epochs]),
            "accuracy": _rounded([100 * point.validation_accuracy for point in curve.epochs]),
        },
        "changes": [{"step": change.step, "rate": f"{change.learning_rate:g}"} for change in curve.rate_changes],
        "totalSteps": state.total_steps if state else 0,
        "summary": _in_words(run, state),
    }


def _mark(run: Run | None, state: RunState | None, *, steers: bool) -> str:
    if run is None or state is None:
        return "none"
    phase = state.status if state.ended or state.status == "paused" else "going"
    ails = ", ".join(symptom.name for symptom in symptoms_of(run, state))
    return f"{run.id} {phase} {'steers' if steers else 'looks on'} {ails}"


def _again(state: RunState | None, active_runs: int) -> int:
    if state is None or state.ended:
        return 0
    return REFRESH_PAUSED if state.status == "paused" else max(REFRESH, REFRESH_PER_RUN * active_runs)


def progress_text(spec: RunSpec, state: RunState) -> str:
    """Where a run stands, in a line."""
    where = _thin(f"epoch {state.epoch} of {spec.epochs} · batch {state.step:,} of {state.total_steps:,}")
    speed = _thin(f" · {state.samples_per_second:,.0f} samples/s") if state.samples_per_second else ""
    match state.status:
        case "starting":
            return "Starting a training process and loading torch."
        case "loading":
            have, total = state.downloaded
            return (
                f"Downloading: {have / 1e6:.1f} of {total / 1e6:.1f} MB. Stop cancels it."
                if total
                else "Loading the data."
            )
        case "training":
            left = f" · {_clock(state.seconds_left)} left" if state.seconds_left is not None else ""
            return f"Training · {where}{speed}{left}"
        case "paused":
            return f"Paused · {where}"
        case "completed":
            return f"Finished · {where}{speed}"
        case "stopped":
            return f"Stopped · {where}"
        case "diverged":
            return f"Diverged · {where}"
        case _:
            return f"Failed · {where}" if state.total_steps else "Failed"


def _thin(text: str) -> str:
    return text.replace(",", "\u2009")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _numbers(run: Run | None, state: RunState | None) -> list[str | None]:
    epoch = run.history.last_epoch if run else None
    loss = run.history.last_smooth_loss if run else None
    tested = state.test_accuracy if state else None
    return [
        None if loss is None else _loss(loss),
        None if epoch is None else _loss(epoch.validation_loss),
        None if epoch is None else f"{epoch.validation_accuracy:.2%}",
        None if tested is None else f"{tested:.2%}",
    ]


def _loss(value: float) -> str:
    if not math.isfinite(value):
        return f"{value}"
    return f"{value:.4f}" if 0.001 <= value < 100_000 or value == 0 else f"{value:.1e}"


def _in_words(run: Run | None, state: RunState | None) -> str:
    """The chart for who cannot see it; changes once an epoch, not with every batch."""
    epoch = run.history.last_epoch if run else None
    if run is None or state is None:
        return "No run yet."
    if epoch is None:
        return f"Training curves: {state.status}, no epoch finished."
    return (
        f"Training curves after epoch {epoch.epoch}: train loss {epoch.train_loss:.3f}, validation loss "
        f"{epoch.validation_loss:.3f}, validation accuracy {epoch.validation_accuracy:.1%}."
    )


def _rounded(values: list[float]) -> list[float | None]:
    """Four significant digits: more cannot be seen, and cost twice the bytes. What is not a number is left out."""
    return [float(f"{value:.4g}") if value == value else None for value in values]


async def answer(request: Request) -> JSONResponse:
    """Answer a chart: the run on the desk that the query names, or 404 where no such desk is kept (any more)."""
    desk, visitor = (request.query_params.get(name, "") for name in ("desk", "visitor"))
    try:
        view = await run_in_threadpool(_view_at, desk, visitor)
    except RequestError as error:
        return error.response()
    return JSONResponse(view, headers={"Cache-Control": "no-store"})


def _view_at(desk_id: str, visitor: str) -> dict[str, Any]:
    from ui import cached  # it may only be imported once the server runs

    desks = cached.training_desks()
    desk = desks.get(desk_id)
    if desk is None:
        raise RequestError(404, "That desk is not kept here. Load the page again.")
    run = desk.current
    state = run.state() if run else None
    return live_view(run, state, steers=desk.steers(visitor), active_runs=desks.service.active_runs)


ROUTES = (Route(ADDRESS, answer, methods=["GET"]),)
