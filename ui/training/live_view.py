"""What a page shows of a run while it goes on, straight from the server to the browser, without a rerun of the page.

A rerun draws every element of the page again, which takes the browser longer than the batches take to train. The chart
therefore asks the server's own address `ADDRESS` for news, and has the page run again only when the run's `mark` has
changed: when it was paused, has ended, or is steered by somebody else now. Each question says what the chart has
already, and each answer brings what is new.
"""

from __future__ import annotations

import csv
import io
import math
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from primer_core.claims.claim import percent
from primer_core.training.history import History, SettingChange
from primer_core.training.kept import KeptRunError
from primer_core.training.moments import kept_steps
from primer_core.training.spec import RunSpec
from primer_core.training.symptoms import symptoms_of
from ui.address import on_this_server
from ui.requests import RequestError
from ui.training.words import setting_text, value_text

if TYPE_CHECKING:
    from primer_core.training.desk import Desk
    from primer_core.training.run import Run, RunState

ADDRESS = "/api/run"
LOSSES_ADDRESS = "/api/run/losses.csv"

#: Milliseconds between two questions of a page, and how much each run that goes on adds: many learners, one server.
REFRESH = 50
REFRESH_PER_RUN = 6
REFRESH_PAUSED = 250

#: Batches that one answer brings at most: 43 kB a line of the chart. A page that lacks more asks again at once.
MOST_BATCHES = 8000
#: Earlier runs that are drawn behind a run at most.
MOST_BEHIND = 4

_CLASS_WORDS = {2: "two", 10: "ten"}


def numbers(classes: int) -> dict[str, str]:
    """What each number of a view is called and what it means, for so many classes; in the order of the view."""
    return {
        "Train loss": "Mean cross-entropy of the latest batches, in nats: how surprising the right answer is. It is "
        "the mean of the latest 20 batches, and of the latest quarter while there are fewer than 80. Guessing evenly "
        f"among {_CLASS_WORDS.get(classes, classes)} classes gives ln {classes} = {math.log(classes):.3f}.",
        "Validation loss": "The same on samples that it is not trained on, after each epoch. When this rises while the "
        "train loss falls, it learns the samples by heart.",
        "Validation accuracy": "The share of validation samples whose largest logit is the right class. Look at it as "
        "often as you like.",
        "Test accuracy": "The share of the test samples read correctly, measured when the run ends, and again "
        "where it goes on to another end: choosing settings by this number would make it look better than it is.",
    }


_NOTHING = "Nothing is training. Press Start: the first batch comes as soon as torch and the data are loaded."
_WAITS = "Waiting: it starts when another run of the sweep has ended."
#: Settings that the legend names of an earlier run at most.
_MOST_TOLD = 2
_SUPERSCRIPTS = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


@dataclass(frozen=True, slots=True)
class Behind:
    """An earlier run that is drawn pale behind a run.

    Parameters
    ----------
    run
        That goes on or has ended.
    name
        What it is called in the legend, in a few words: ``"before: rate 0.003"``.
    """

    run: Run
    name: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a page has of a run already. One who has nothing of this run, or things of another, gets all.

    Parameters
    ----------
    run
        Id of the run.
    batches, epochs, changes
        How many losses, validation results and changes of settings it has.
    moments
        The version of the list of kept moments that it has, as a view gives it.
    behind
        How many batches it has of each run behind, by the run's id.
    """

    run: str = ""
    batches: int = 0
    epochs: int = 0
    changes: int = 0
    moments: str = ""
    behind: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of_query(cls, query: QueryParams) -> Cursor:
        """Read what a page's question says; what is no number counts as 0."""
        pairs = (pair.rpartition(":") for pair in query.get("behind", "").split(",")[:MOST_BEHIND])
        return cls(
            run=query.get("run", ""),
            batches=_count(query.get("batches", "")),
            epochs=_count(query.get("epochs", "")),
            changes=_count(query.get("changes", "")),
            moments=query.get("moments", ""),
            behind={name: _count(count) for name, _, count in pairs},
        )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def address(desk: Desk, visitor: str) -> str:
    """Where a visitor's browser asks about the run on a desk."""
    return f"{on_this_server(ADDRESS)}?{urlencode({'desk': desk.id, 'visitor': visitor})}"


def live_view(
    run: Run | None,
    state: RunState | None,
    *,
    role: str,
    active_runs: int,
    behind: Sequence[Behind] = (),
    waits: bool = False,
    cursor: Cursor | None = None,
) -> dict[str, Any]:
    """A run as `ui.components.live_chart` shows it.

    Parameters
    ----------
    run, state
        The run and its state, as the page is drawn after; None if there is none.
    role
        What the visitor who asks may do, as `role_at` tells it.
    active_runs
        How many runs go on on this server.
    behind
        Earlier runs to draw behind it, the first `MOST_BEHIND` of them.
    waits
        Whether it starts later, when others of its sweep have ended.
    cursor
        What the page has already; None for a view without curves, which the page's chart then asks for.

    Returns
    -------
    dict
        Always: ``at`` (seconds, tells older from newer), ``mark`` (what the page around the chart depends on),
        ``again`` (milliseconds until it is worth asking again, 0 for never), ``run``, ``ended``, ``share`` (0 to 1),
        ``progress``, ``numbers`` (texts or None), ``batches`` (trained on so far) and ``planned`` (in the whole run).

        For a cursor also ``curve`` (``first``, and ``losses`` and ``means`` from there on: base64 of float32 numbers,
        little-endian, one a batch), ``epochs`` (``first``, and ``points`` from there on: epoch, batch, train loss,
        validation loss and accuracy from 0 to 1, with None for what is not finite), ``changes`` (``first``, and
        ``points``: batch and words), ``behind`` (a list of ``run``, ``name``, ``batches``, ``first`` and ``means``)
        and, where it changed, ``moments`` (``version``, and the ``steps`` of kept moments) and ``summary``.
    """
    history = run.history if run else History()
    view: dict[str, Any] = {
        "at": round(time.monotonic(), 4),
        "mark": _mark(run, state, role, behind) + " waits" * waits,
        "again": REFRESH_PAUSED if waits else _again(state, active_runs, behind),
        "run": run.id if run else "none",
        "ended": bool(state and state.ended),
        "share": round(min(1.0, state.step / state.total_steps), 4) if state and state.total_steps else 0.0,
        "progress": _WAITS if waits else progress_text(state) if run and state else _NOTHING,
        "numbers": _numbers(run, state),
        "batches": history.size,
        "planned": state.total_steps if state else 0,
    }
    if cursor is not None:
        view |= _news(run, state, cursor if cursor.run == view["run"] else Cursor())
        view["behind"] = [_line_behind(earlier, cursor.behind) for earlier in behind[:MOST_BEHIND]]
    return view


def _news(run: Run | None, state: RunState | None, cursor: Cursor) -> dict[str, Any]:
    """The part of a view that the cursor of its own run leaves over."""
    history = run.history if run else History()
    stretch = history.stretch(cursor.batches, MOST_BATCHES)
    epochs, changes = history.epochs, history.changes
    first_epoch, first_change = min(cursor.epochs, len(epochs)), min(cursor.changes, len(changes))
    news: dict[str, Any] = {
        "curve": {"first": stretch.first, "losses": _base64(stretch.losses), "means": _base64(stretch.means)},
        "epochs": {
            "first": first_epoch,
            "points": [
                [point.epoch, point.step, *map(_finite, (point.train_loss, point.validation_loss)), accuracy]
                for point in epochs[first_epoch:]
                for accuracy in (point.validation_accuracy,)
            ],
        },
        "changes": {
            "first": first_change,
            "points": [[change.step, _change_words(change)] for change in changes[first_change:]],
        },
    }
    steps = kept_steps(run) if run else ()
    version = f"{len(steps)}-{steps[-1]}" if steps else "0"
    if version != cursor.moments:
        news["moments"] = {"version": version, "steps": list(steps)}
    if not cursor.run or first_epoch < len(epochs) or (state and state.ended):
        news["summary"] = _in_words(run, state)
    return news


def _line_behind(earlier: Behind, had: Mapping[str, int]) -> dict[str, Any]:
    history = earlier.run.history
    stretch = history.stretch(had.get(earlier.run.id, 0), MOST_BATCHES)
    return {
        "run": earlier.run.id,
        "name": earlier.name,
        "batches": history.size,
        "first": stretch.first,
        "means": _base64(stretch.means),
    }


def _base64(values: bytes) -> str:
    return b64encode(values).decode("ascii")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _change_words(change: SettingChange) -> str:
    return setting_text(change.setting, change.value)


def role_at(desk: Desk | None, visitor: str) -> str:
    """What a visitor may do at a desk: ``"steers"``, or ``"looks on"``, as all do at runs of another server."""
    if desk is None:
        return "steers"
    elsewhere = desk.current is not None and desk.current.elsewhere
    return "steers" if desk.steers(visitor) and not elsewhere else "looks on"


def waits_at(desk: Desk | None) -> bool:
    """Whether the current run of a desk is of a sweep, and starts later."""
    return desk is not None and desk.sweep is not None and desk.current in desk.sweep.waiting


def behind_at(desk: Desk | None) -> tuple[Behind, ...]:
    """The earlier runs on a desk that can be compared with the current one, for they learned from the same data.

    Of runs with the same settings only the latest is among them.
    """
    run = desk.current if desk else None
    if desk is None or run is None:
        return ()
    latest = {run.spec: run}
    for other in desk.earlier:
        if other.spec.data == run.spec.data and other.history.size:
            latest.setdefault(other.spec, other)
    compared = [other for other in desk.compared if other is not run and other.spec.data == run.spec.data]
    return (
        *(Behind(other, f"compared: {_called(other) or _otherwise(other.spec, run.spec)}") for other in compared),
        *(
            Behind(other, f"{'beside' if other in desk.together else 'before'}: {_otherwise(other.spec, run.spec)}")
            for other in latest.values()
            if other is not run and other not in compared
        ),
    )


def _called(run: Run) -> str:
    """What its owner calls a run; empty if it has no name."""
    try:
        return "" if run.folder is None else run.folder.card().name
    except KeptRunError:
        return ""


def _otherwise(earlier: RunSpec, now: RunSpec) -> str:
    values = {field.name: getattr(earlier, field.name) for field in fields(RunSpec)}
    told = [setting_text(name, value) for name, value in values.items() if value != getattr(now, name)]
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"{', '.join(told[:_MOST_TOLD])}{more}"


def _mark(run: Run | None, state: RunState | None, role: str, behind: Sequence[Behind]) -> str:
    if run is None or state is None:
        return f"none {role}"
    phase = state.status if state.ended or state.status == "paused" else "going"
    ails = ", ".join(symptom.name for symptom in symptoms_of(run, state))
    going_behind = sum(not earlier.run.ended for earlier in behind)
    unwritten = "unwritten" * state.unwritten
    return f"{run.id} {phase} {len(run.history.changes)} {going_behind} {role} {unwritten} {ails}"


def _again(state: RunState | None, active_runs: int, behind: Sequence[Behind]) -> int:
    if state is None or (state.ended and all(earlier.run.ended for earlier in behind)):
        return 0
    return REFRESH_PAUSED if state.status == "paused" else max(REFRESH, REFRESH_PER_RUN * active_runs)


def progress_text(state: RunState) -> str:
    """Where a run stands, in a line."""
    where = _thin(f"epoch {state.epoch} of {state.spec.epochs} · batch {state.step:,} of {state.total_steps:,}")
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
        case "returning":
            again = f": batch {state.returned:,} is trained again" if state.returned else ""
            return _thin(f"Going back to batch {state.step:,}{again}.")
        case "training":
            left = f" · {_clock(state.seconds_left)} left" if state.seconds_left is not None else ""
            return f"Training · {where}{speed}{left}"
        case "paused":
            return f"Paused · {where}"
        case "completed" if not state.step:
            return "A network from outside, which was not trained here"
        case "completed":
            return f"Finished · {where}{speed}"
        case "stopped":
            return f"Stopped · {where}"
        case "interrupted":
            return f"Interrupted · {where}" if state.total_steps else "Interrupted before the first batch"
        case "reached":
            return f"Target reached · {where}"
        case "levelled":
            return f"No new best for {value_text('patience', state.spec.patience)} · {where}"
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
    loss = run.history.running_mean if run else None
    tested = state.test_accuracy if state and state.network_step == state.step else None
    return [
        None if loss is None else _loss(loss),
        None if epoch is None else _loss(epoch.validation_loss),
        None if epoch is None else percent(epoch.validation_accuracy, 2),
        None if tested is None else percent(tested, 2),
    ]


def _loss(value: float) -> str:
    """Four decimals where they say something, else two digits and a power of ten: at most ten letters."""
    if not math.isfinite(value):
        return "not finite"
    if value == 0 or 0.001 <= abs(value) < 1000:
        return f"{value:.4f}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits}\u00d710{str(int(power)).translate(_SUPERSCRIPTS)}"


def _in_words(run: Run | None, state: RunState | None) -> str:
    """The chart for who cannot see it; changes once an epoch, not with every batch."""
    epoch = run.history.last_epoch if run else None
    if run is None or state is None:
        return "No run yet."
    if epoch is None:
        return f"Training curves: {state.status}, no epoch finished."
    return (
        f"Training curves after epoch {epoch.epoch}: train loss {epoch.train_loss:.3f}, validation loss "
        f"{epoch.validation_loss:.3f}, validation accuracy {percent(epoch.validation_accuracy)}."
    )


async def answer(request: Request) -> JSONResponse:
    """Answer a chart: the run on the desk that the query names, or 404 where no such desk is kept (any more)."""
    query = request.query_params
    try:
        view = await run_in_threadpool(
            _view_at, query.get("desk", ""), query.get("visitor", ""), Cursor.of_query(query)
        )
    except RequestError as error:
        return error.response()
    return JSONResponse(view, headers={"Cache-Control": "no-store"})


async def losses(request: Request) -> Response:
    """Answer with a file of every batch's loss of the run on the desk that the query names."""
    try:
        run = await run_in_threadpool(_run_at, request.query_params.get("desk", ""))
        text = await run_in_threadpool(losses_table, run)
    except RequestError as error:
        return error.response()
    headers = {"Content-Disposition": 'attachment; filename="losses.csv"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv", headers=headers)


def losses_table(run: Run) -> str:
    """Every batch of a run as lines of CSV, its numbers with all their digits.

    The columns are the batch, its epoch, its loss and the running mean up to it in nats; after an epoch's last batch
    also the validation loss in nats and the share of validation samples read correctly, 0 to 1; and what was changed
    just before the batch.
    """
    history = run.history
    steps, values = history.losses()
    measured = {point.step: point for point in history.epochs}
    changed: dict[int, list[str]] = {}
    for change in history.changes:
        changed.setdefault(change.step + 1, []).append(_change_words(change))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("batch", "epoch", "loss", "running mean", "validation loss", "validation accuracy", "changed"))
    epochs = _epochs_of(steps, sorted(measured))
    for step, epoch, loss, mean in zip(steps, epochs, values, history.means(), strict=False):
        point = measured.get(step)
        after = (point.validation_loss, point.validation_accuracy) if point else ("", "")
        writer.writerow((step, epoch, loss, mean, *after, "; ".join(changed.get(step, ()))))
    return text.getvalue()


def _epochs_of(steps: Sequence[int], ends: Sequence[int]) -> Iterator[int]:
    """The epoch of each batch, given the last batches of the epochs that are over."""
    epoch = 0
    for step in steps:
        yield epoch + 1
        if epoch < len(ends) and step == ends[epoch]:
            epoch += 1


def _desk_at(desk_id: str) -> tuple[Desk, int]:
    """The desk of that id, and how many runs go on on this server."""
    from ui import cached  # it may only be imported once the server runs

    desks = cached.training_desks()
    desk = desks.get(desk_id)
    if desk is None:
        raise RequestError(404, "That desk is not kept here. Load the page again.")
    return desk, desks.service.active_runs


def _run_at(desk_id: str) -> Run:
    run = _desk_at(desk_id)[0].current
    if run is None:
        raise RequestError(404, "There is no run on that desk. Press Start first.")
    return run


def _view_at(desk_id: str, visitor: str, cursor: Cursor) -> dict[str, Any]:
    desk, active_runs = _desk_at(desk_id)
    run = desk.current
    state = run.state() if run else None
    return live_view(
        run,
        state,
        role=role_at(desk, visitor),
        active_runs=active_runs,
        behind=behind_at(desk),
        waits=waits_at(desk),
        cursor=cursor,
    )


ROUTES = (Route(ADDRESS, answer, methods=["GET"]), Route(LOSSES_ADDRESS, losses, methods=["GET"]))
