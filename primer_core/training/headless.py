"""Training without a page: from the command line, a script or a notebook, with a line that says how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from primer_core.training.run import Run, RunState
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec

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


def _begun(service: TrainingService, asked: RunSpec | str) -> Run:
    """Start a run, or go on with one that is kept."""
    if isinstance(asked, RunSpec):
        return service.start(asked)
    if asked.lstrip().startswith("{"):
        return service.start(RunSpec.from_json(asked))
    path = Path(asked)
    if path.is_file():
        return service.start(RunSpec.from_json(path.read_text(encoding="utf-8")))
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
    facts += [] if epoch is None else [f"validation {epoch.validation_accuracy:.2%}"]
    return "  ".join(facts)


def _where(state: RunState) -> str:
    if state.downloaded[1]:
        return f"downloading {state.downloaded[0] / 1e6:.1f} of {state.downloaded[1] / 1e6:.1f} MB"
    return f"epoch {state.epoch}/{state.spec.epochs} {state.status}"
