"""Training and reading without the app: ``python -m primer_core train SPEC``, ``predict IMAGE``, ``runs``.

Runs are kept in the same folder as those of the app: its page shows them by their id, and this goes on with runs of the
page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from primer_core.training.kept import KeptRunError
from primer_core.training.run import Run, RunState
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec, SpecError
from primer_core.training.store import RunStore, runs_folder

_BAR = 24
#: Seconds between two pictures of the progress on a terminal, and between two lines where there is none.
_REFRESH, _REFRESH_LINES = 0.1, 5.0
#: Exit codes: what was asked cannot be done; and what a shell gives for an interrupt.
_REFUSED, _INTERRUPTED = 2, 130


class CommandError(Exception):
    """What was asked cannot be done; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m primer_core", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train a spec, or go on with a run")
    training.add_argument("spec", help="a spec as JSON, a file that holds one, or the id of a run that is kept")
    reading = commands.add_parser("predict", help="read the digits on a picture")
    reading.add_argument("image", type=Path, help="a PNG, JPEG or WebP, as it is: on paper or on a screen")
    reading.add_argument("--run", default="", help="id of a run whose network reads; without it, the shipped one")
    commands.add_parser("runs", help="list the runs that are kept")
    given = parser.parse_args(arguments)
    try:
        if given.command == "train":
            return _train(given.spec)
        return _predict(given.image, given.run) if given.command == "predict" else _list()
    except (CommandError, SpecError) as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    except KeyboardInterrupt:
        return _INTERRUPTED


def _train(asked: str) -> int:
    service = TrainingService(max_workers=1)
    try:
        run = _begun(service, asked)
        if run.folder is None:
            sys.stderr.write("This run is not kept: its folder could not be made. The disk may be full.\n")
        sys.stderr.write(f"run {run.id}\n")
        _follow(run, sys.stderr)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nInterrupted. It goes on with: python -m primer_core train {run.id}\n")
        return _INTERRUPTED
    finally:
        service.close()
    state = run.state()
    if state.status in ("failed", "interrupted"):
        raise CommandError(state.reason or "The run was interrupted.")
    tested = "" if state.test_accuracy is None else f", test accuracy {state.test_accuracy:.2%}"
    sys.stdout.write(f"{run.id}: {state.status} after batch {state.step}{tested}\n")
    return 0


def _begun(service: TrainingService, asked: str) -> Run:
    """Start a run, or go on with one that is kept."""
    if asked.lstrip().startswith("{"):
        return service.start(RunSpec.from_json(asked))
    path = Path(asked)
    if path.is_file():
        return service.start(RunSpec.from_json(path.read_text(encoding="utf-8")))
    run = service.open(asked)
    if run is None:
        raise CommandError(f"Expected a spec as JSON, a file, or the id of a kept run; {asked[:80]!r} is none.")
    if run.elsewhere:
        raise CommandError("Another process trains this run.")
    state = run.state()
    if not state.can_go_on or (state.status != "interrupted" and state.step >= state.total_steps):
        raise CommandError(f"This run cannot go on: it is {state.status} after batch {state.step}.")
    run.train_on()
    return run


def _follow(run: Run, out: IO[str]) -> None:
    """Show how far a run is until it has ended."""
    live = out.isatty()
    while not run.wait(_REFRESH if live else _REFRESH_LINES):
        out.write(f"\r{progress(run)}\x1b[K" if live else f"{progress(run)}\n")
        out.flush()
    out.write(f"\r{progress(run)}\x1b[K\n" if live else f"{progress(run)}\n")


def progress(run: Run) -> str:
    """How far a run is, in a line with a bar."""
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


def _predict(image: Path, run_id: str) -> int:
    from primer_core.inference import predict_digit
    from primer_core.inference.photos import PhotoError, decode_photo, digits_on

    model = None
    if run_id:
        run = TrainingService(max_workers=1).open(run_id)
        if run is None:
            raise CommandError(f"No run of the id {run_id[:80]!r} is kept.")
        try:
            model = run.network()
        except LookupError as error:
            raise CommandError(f"{str(error).capitalize()}.") from None
    try:
        _, found = digits_on(decode_photo(image.read_bytes()).grey)
    except OSError as error:
        raise CommandError(f"{image}: {error.strerror}.") from None
    except PhotoError as error:
        raise CommandError(str(error)) from None
    for digit in found.digits:
        read = predict_digit(digit.canvas, model)
        if read.label is not None:
            sys.stdout.write(f"{read.label}  {read.probabilities[read.label]:.1%}\n")
    if not found.digits:
        raise CommandError("No digit was found on this picture.")
    return 0


def _list() -> int:
    store = RunStore(runs_folder())
    lines = []
    for folder in store.all():
        try:
            card = folder.card()
        except KeptRunError:
            continue
        summary = folder.summary(card)
        accuracy = "" if summary.validation_accuracy is None else f"{summary.validation_accuracy:.2%}"
        size = f"{summary.bytes_used / 1e6:.1f} MB"
        where = f"{summary.step}/{summary.total_steps}"
        lines.append((card.started, folder.run, summary.status, where, accuracy, size, card.name or card.spec.model))
    for _, *told in sorted(lines):
        sys.stdout.write("  ".join(f"{text:<12}" for text in told).rstrip() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
