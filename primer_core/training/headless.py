"""Training without a page: from the command line, a script or a notebook, with a line that says how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from primer_core.claims.claim import percent
from primer_core.training.run import Run, RunState
from primer_core.training.service import TrainingService, default_worker_count
from primer_core.training.spec import RunSpec
from primer_core.training.sweep import best_of, table_axes

_BAR = 24
#: Seconds between two pictures of the progress on a terminal, and between two lines where there is none.
_REFRESH, _REFRESH_LINES = 0.1, 5.0


class CannotTrainError(Exception):
    """What was asked cannot be trained, or the run has failed; the text says why."""


def train(spec: RunSpec | str, *, out: IO[str] | None = None) -> Run:
    """Train in a process of its own until the run has ended.

    The run is kept in the same folder as those of the app, whose page shows it by its id.

    Parameters
    ----------
    spec
        What to train: a spec; its JSON, or the path of a file that holds that; or the id of a kept run, to go on with.
    out
        Where it is told how far the run is: on a terminal in a line that changes, else in a line every 5 seconds. None
        for nowhere.

    Returns
    -------
    Run
        Its ``history`` has the loss of each batch and the figures of each epoch, ``network()`` is what was trained.

    Raises
    ------
    CannotTrainError
        If nothing of that kind can be trained, or the run fails.
    SpecError
        If a spec cannot be read.
    KeyboardInterrupt
        If it is interrupted from the keyboard; the run is kept and can go on.
    """
    service = TrainingService(max_workers=1)
    try:
        run = _begun(service, spec)
        if out is not None:
            if run.folder is None:
                out.write("This run is not kept: its folder could not be made. The disk may be full.\n")
            out.write(f"run {run.id}\n")
        try:
            _follow(run, out)
        except KeyboardInterrupt:
            if out is not None:
                out.write(f"\nInterrupted. It goes on with: python -m primer_core train {run.id}\n")
            raise
    finally:
        service.close()
    state = run.state()
    if state.status in ("failed", "interrupted"):
        raise CannotTrainError(state.reason or "The run was interrupted.")
    return run


def read_spec(text: str) -> RunSpec | None:
    """Read a spec as JSON, or the file that holds it; None for a text that is neither.

    Raises
    ------
    SpecError
        If it is one of these, and no spec.
    """
    if text.lstrip().startswith("{"):
        return RunSpec.from_json(text)
    path = Path(text)
    return RunSpec.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def _begun(service: TrainingService, asked: RunSpec | str) -> Run:
    """Start a run, or go on with one that is kept."""
    spec = asked if isinstance(asked, RunSpec) else read_spec(asked)
    if spec is not None:
        return service.start(spec)
    assert isinstance(asked, str)  # it is no spec
    run = service.open(asked)
    if run is None:
        raise CannotTrainError(f"Expected a spec as JSON, a file, or the id of a kept run; {asked[:80]!r} is none.")
    if run.elsewhere:
        raise CannotTrainError("Another process trains this run.")
    state = run.state()
    if not state.can_go_on or (state.status != "interrupted" and state.step >= state.total_steps):
        raise CannotTrainError(f"This run cannot go on: it is {state.status} after batch {state.step}.")
    run.train_on()
    return run


def train_sweep(specs: Sequence[RunSpec], *, out: IO[str] | None = None) -> tuple[Run, ...]:
    """Train all runs of a sweep, in one process a core, until each has ended.

    They are kept in the same folder as those of the app, whose page shows the whole sweep by the id of any of them.

    Parameters
    ----------
    specs
        As `primer_core.training.sweep.combinations` makes them.
    out
        As `train` takes it.

    Returns
    -------
    tuple of Run
        In the order of the specs; those that failed are among them.

    Raises
    ------
    CannotTrainError
        If the runs cannot be kept.
    KeyboardInterrupt
        If it is interrupted from the keyboard; each run is kept and can go on.
    """
    service = TrainingService(max_workers=min(len(specs), default_worker_count()))
    try:
        try:
            runs = service.prepare(specs)
        except OSError as error:
            raise CannotTrainError(f"The runs of the sweep could not be kept: {error}. The disk may be full.") from None
        for run in runs:
            run.train_on()
        live = out is not None and out.isatty()
        while (going := next((run for run in runs if not run.ended), None)) is not None:
            going.wait(_REFRESH if live else _REFRESH_LINES)
            if out is not None:
                told = progress_of_all(runs)
                out.write(f"\r{told}\x1b[K" if live else f"{told}\n")
                out.flush()
        if live and out is not None:
            out.write("\n")
    finally:
        service.close()
    return runs


def progress_of_all(runs: Sequence[Run]) -> str:
    """Write how far the runs of a sweep are, in a line with a bar."""
    states = [run.state() for run in runs]
    share = sum(1.0 if state.ended else state.step / max(1, state.total_steps) for state in states) / len(runs)
    ended = sum(state.ended for state in states)
    return f"[{'#' * round(share * _BAR):<{_BAR}}]  {ended} of {len(runs)} runs ended"


def sweep_table(runs: Sequence[Run]) -> str:
    """Write what came of a sweep as a table of text: a line for each rate, a column for each batch size.

    A cell has the validation loss and accuracy after the last pass, or how its run has ended without; a star marks the
    lowest loss.
    """
    rates, sizes = table_axes([run.spec for run in runs])
    best = best_of(runs)
    cells = {(run.spec.learning_rate, run.spec.batch_size): _cell(run, best is run) for run in runs}
    rows = [["rate", *(f"batch {size}" for size in sizes)]]
    rows += [[f"{rate:g}", *(cells.get((rate, size), "") for size in sizes)] for rate in rates]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    legend = "" if best is None else "\nvalidation loss and accuracy after the last epoch; * has the lowest loss"
    return "\n".join(lines) + legend


def _cell(run: Run, best: bool) -> str:
    state, point = run.state(), run.history.last_epoch
    if state.status == "diverged":
        return f"diverged at batch {run.history.first_not_finite}"
    if point is None or state.status == "failed":
        return state.status
    return f"{point.validation_loss:.4f}  {percent(point.validation_accuracy)}{' *' if best else ''}"


def _follow(run: Run, out: IO[str] | None) -> None:
    """Show how far a run is until it has ended."""
    if out is None:
        while not run.wait(_REFRESH_LINES):
            pass  # an interrupt comes between two waits
        return
    live = out.isatty()
    while not run.wait(_REFRESH if live else _REFRESH_LINES):
        out.write(f"\r{progress(run)}\x1b[K" if live else f"{progress(run)}\n")
        out.flush()
    out.write(f"\r{progress(run)}\x1b[K\n" if live else f"{progress(run)}\n")


def progress(run: Run) -> str:
    """Write how far a run is, in a line with a bar."""
    state = run.state()
    share = state.step / state.total_steps if state.total_steps else 0.0
    bar = "#" * round(share * _BAR)
    loss, epoch = run.history.running_mean, run.history.last_epoch
    facts = [f"[{bar:<{_BAR}}]", f"batch {state.step}/{state.total_steps}", _where(state)]
    facts += [] if loss is None else [f"loss {loss:.4f}"]
    facts += [] if epoch is None else [f"validation {percent(epoch.validation_accuracy, 2)}"]
    return "  ".join(facts)


def _where(state: RunState) -> str:
    if state.downloaded[1]:
        return f"downloading {state.downloaded[0] / 1e6:.1f} of {state.downloaded[1] / 1e6:.1f} MB"
    return f"epoch {state.epoch}/{state.spec.epochs} {state.status}"
