"""Training and reading without the app: ``python -m primer_core train SPEC``, ``predict IMAGE``, ``runs``.

Runs are kept in the same folder as those of the app: its page shows them by their id, and this goes on with runs of the
page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from primer_core.claims.claim import percent
from primer_core.training.headless import CannotTrainError, read_spec, sweep_table, train, train_sweep
from primer_core.training.kept import KeptRunError
from primer_core.training.service import TrainingService
from primer_core.training.spec import SpecError
from primer_core.training.store import RunStore, runs_folder
from primer_core.training.sweep import combinations

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
    training.add_argument(
        "--sweep",
        nargs=2,
        metavar=("lr=R,R", "batch=N,N"),
        help="train each of these rates with each of these batch sizes, from the same first weights, and print a table",
    )
    reading = commands.add_parser("predict", help="read the digits on a picture")
    reading.add_argument("image", type=Path, help="a PNG, JPEG or WebP, as it is: on paper or on a screen")
    reading.add_argument("--run", default="", help="id of a run whose network reads; without it, the shipped one")
    commands.add_parser("runs", help="list the runs that are kept")
    given = parser.parse_args(arguments)
    try:
        if given.command == "train":
            return _sweep(given.spec, given.sweep) if given.sweep else _train(given.spec)
        return _predict(given.image, given.run) if given.command == "predict" else _list()
    except (CommandError, CannotTrainError, SpecError) as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    except KeyboardInterrupt:
        return _INTERRUPTED


def _train(asked: str) -> int:
    run = train(asked, out=sys.stderr)
    state = run.state()
    tested = "" if state.test_accuracy is None else f", test accuracy {percent(state.test_accuracy, 2)}"
    sys.stdout.write(f"{run.id}: {state.status} after batch {state.step}{tested}\n")
    return 0


def _sweep(asked: str, axes: Sequence[str]) -> int:
    spec = read_spec(asked)
    if spec is None:
        raise CommandError(f"Expected a spec as JSON or a file that holds one, for a sweep; {asked[:80]!r} is neither.")
    runs = train_sweep(combinations(spec, *read_axes(axes)), out=sys.stderr)
    sys.stdout.write(f"{sweep_table(runs)}\n{runs[0].id}: the page shows the whole sweep by this id\n")
    return _REFUSED if any(run.state().status in ("failed", "interrupted") for run in runs) else 0


def read_axes(texts: Sequence[str]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Read ``lr=0.01,0.1`` and ``batch=16,64``, in either order: the rates and the batch sizes.

    Raises
    ------
    CommandError
        If they are not that.
    """
    given = dict(text.partition("=")[::2] for text in texts)
    try:
        rates = tuple(float(rate) for rate in given["lr"].split(","))
        return rates, tuple(int(size) for size in given["batch"].split(","))
    except (KeyError, ValueError):
        raise CommandError(
            f"Expected the axes of a sweep as lr=0.01,0.1 batch=16,64; got {' '.join(texts)[:80]!r}."
        ) from None


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
            sys.stdout.write(f"{read.label}  {percent(read.probabilities[read.label])}\n")
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
        accuracy = "" if summary.validation_accuracy is None else percent(summary.validation_accuracy, 2)
        size = f"{summary.bytes_used / 1e6:.1f} MB"
        where = f"{summary.step}/{summary.total_steps}"
        lines.append((card.started, folder.run, summary.status, where, accuracy, size, card.name or card.spec.model))
    for _, *told in sorted(lines):
        sys.stdout.write("  ".join(f"{text:<12}" for text in told).rstrip() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
