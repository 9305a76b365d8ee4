"""The folder of one run: what was asked, all that was told of it, its networks, and its last checkpoint.

The process that trains a run writes each report into the run's log before it tells it, so that whatever was shown is in
the log. A lock says which process that is; the system takes it away when the process ends, however it ends.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from primer_core.training.messages import (
    Changed,
    EpochEnded,
    Failed,
    Finished,
    Judged,
    Measured,
    MessageError,
    Report,
    Started,
    Steps,
    TakenUp,
    decode_report,
    encode,
)
from primer_core.training.spec import RunSpec, SpecError

#: Reports that are kept; the others tell of the moment only.
LOGGED = (Started, Steps, Changed, EpochEnded, Measured, Judged, Finished, Failed, TakenUp)
_CARD, _LOG, _LOCK, _CHECKPOINT, _MOMENTS = "run.json", "log.jsonl", "lock", "checkpoint.pt", "moments"
_REPLICA = "replica"
_REPLICA_NAME = re.compile(r"r[0-9]{1,4}", re.ASCII)
#: Seconds that who wants to write waits for who only looks whether somebody writes.
_LOCK_WAIT = 3.0
#: Bytes of the beginning and of the end of a log that tell how a run stands.
_PART = 30_000
#: Letters of a run's name at most.
MOST_LETTERS = 60


class KeptRunError(ValueError):
    """A folder holds no run that can be read; the text says what is wrong with it."""


class RunInUseError(RuntimeError):
    """Another process trains this run now."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a run was started with, and what it is called.

    Parameters
    ----------
    spec
        What was asked.
    owner
        Tells whose run it is: a digest of the secret of the browser that started it; empty for nobody's.
    started
        Seconds since 1970.
    name
        What its owner calls it, at most `MOST_LETTERS` letters; empty for no name.
    beside, before
        Ids of the runs that started with it, and of those that lay behind it then, the latest first.
    digit_labels
        Of a run that fine-tunes: the labels of the digits that came with its start; their images are kept nowhere.
    brought
        Whether it is a network from outside, which was not trained here.
    sweep
        Ids of all runs of the sweep that it is one of, in the order of `primer_core.training.sweep.combinations`; empty
        where it is of none.
    """

    spec: RunSpec
    owner: str = ""
    started: float = field(default_factory=time.time)
    name: str = ""
    beside: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    digit_labels: tuple[int, ...] | None = None
    brought: bool = False
    sweep: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The card as a JSON object."""
        return json.dumps({**asdict(self), "version": 1})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The card that `to_json` wrote.

        Raises
        ------
        KeptRunError
            If the text is something else.
        """
        try:
            given: dict[str, Any] = json.loads(text)
            labels = given["digit_labels"]
            return cls(
                spec=RunSpec.from_json(json.dumps(given["spec"])),
                owner=str(given["owner"]),
                started=float(given["started"]),
                name=str(given["name"])[:MOST_LETTERS],
                beside=tuple(map(str, given["beside"])),
                before=tuple(map(str, given["before"])),
                digit_labels=None if labels is None else tuple(map(int, labels)),
                brought=bool(given.get("brought", False)),
                sweep=tuple(map(str, given.get("sweep", ()))),
            )
        except (ValueError, TypeError, LookupError, SpecError, RecursionError) as error:
            raise KeptRunError(f"Expected the card of a run as JSON; got {text[:80]!r} ({error}).") from error


class LogReader:
    """Reads a run's log, and later what has been added to it.

    A log ends before its first line that cannot be read, or that does not follow upon the ones before: the end of a
    line that a process was killed in, or what a broken disk gives. Whoever writes on cuts it there.

    Parameters
    ----------
    path
        Of the log; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._step = 0
        self._closed = False
        #: Bytes from the beginning that could be read.
        self.size = 0

    def read(self) -> Iterator[Report]:
        """Give the reports that were not given yet."""
        if self._closed:
            return
        try:
            with self._path.open("rb") as file:
                file.seek(self.size)
                lines = file.read().splitlines(keepends=True)
        except OSError:
            return
        for line in lines:
            if not line.endswith(b"\n"):
                return
            try:
                report = decode_report(line)
            except MessageError:
                self._closed = True
                return
            if not isinstance(report, LOGGED) or not self._follows(report):
                self._closed = True
                return
            self.size += len(line)
            yield report

    def _follows(self, report: Report) -> bool:
        if isinstance(report, Steps):
            expected = tuple(range(self._step + 1, self._step + 1 + len(report.steps)))
            self._step += len(report.steps)
            return report.steps == expected
        return not isinstance(report, EpochEnded | Changed | Finished) or report.step == self._step


class LogWriter:
    """Writes a run's log: each report at once, so that it outlives this process.

    Where nothing can be written, as on a full disk, what could not is kept here and written as soon as that is possible
    again. A log that somebody has removed meanwhile is written anew, as long as its folder is there.

    Parameters
    ----------
    path
        Of the log.
    size
        Bytes of it that can be read; what follows is cut off.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        os.ftruncate(self._file, size)
        os.lseek(self._file, size, os.SEEK_SET)
        self._writing = threading.Lock()
        self._waiting = b""
        self._unsynced = False

    @property
    def behind(self) -> bool:
        """Whether there are reports that could not be written yet."""
        return bool(self._waiting)

    def append(self, report: Report) -> None:
        """Write a report; safe from any thread."""
        line = encode(report)
        with self._writing:
            self._waiting += line
            self._write()

    def _write(self) -> None:
        with suppress(OSError):
            while self._waiting:
                self._waiting = self._waiting[os.write(self._file, self._waiting) :]
                self._unsynced = True

    def mend(self) -> None:
        """Write what waits, and write the log anew where it was removed."""
        with self._writing, suppress(OSError):
            self._write()
            if self._path.parent.is_dir() and not self._is_there():
                size = os.lseek(self._file, 0, os.SEEK_CUR)
                content = os.pread(self._file, size, 0)
                anew = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
                os.close(self._file)
                self._file, self._waiting = anew, content + self._waiting
                self._write()

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._file))
        except FileNotFoundError:
            return False

    def sync(self) -> None:
        """Have the system put what was written onto the disk; may take a while."""
        if self._unsynced:
            self._unsynced = False
            with suppress(OSError):
                os.fsync(self._file)

    def close(self) -> None:
        """Put everything onto the disk, and close the file."""
        self.mend()
        self.sync()
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a kept run stands, by the end of its log.

    Parameters
    ----------
    status
        An outcome, or ``"failed"``, ``"training"`` where a process has it, or ``"interrupted"``.
    step, total_steps
        Batches trained on, and in the whole run; the total is 0 until its data was loaded.
    spec
        What it trains, with the settings in use.
    validation_accuracy
        After its last pass, 0 to 1; None before.
    bytes_used
        On the disk.
    """

    status: str
    step: int
    total_steps: int
    spec: RunSpec
    validation_accuracy: float | None
    bytes_used: int


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run lies.

    Parameters
    ----------
    path
        The folder; its name is the run's id.
    """

    path: Path

    @property
    def run(self) -> str:
        """Id of the run."""
        return self.path.name

    @property
    def log(self) -> Path:
        """The reports of the run, a line each."""
        return self.path / _LOG

    @property
    def checkpoint(self) -> Path:
        """What `primer_core.training.checkpoint` makes of a run in training."""
        return self.path / _CHECKPOINT

    @property
    def moments(self) -> Path:
        """The folder of moments, as `primer_core.training.moments` finds them."""
        return self.path / _MOMENTS

    def network(self, step: int) -> Path:
        """The network that an end after so many batches left, as `primer_core.inference.load_trained` takes it."""
        return self.path / f"network-{step:09d}.pt"

    def write_network(self, step: int, content: bytes) -> None:
        """Keep a network in place of the one of an earlier end.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        write_whole(self.network(step), content)
        for other in self.path.glob("network-*.pt"):
            if other != self.network(step):
                other.unlink(missing_ok=True)

    def card(self) -> Card:
        """Read the card.

        Raises
        ------
        KeptRunError
            If there is none that can be read.
        """
        try:
            return Card.from_json((self.path / _CARD).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise KeptRunError(f"The card of the run {self.run} cannot be read: {error}.") from error

    def write_card(self, card: Card) -> None:
        """Keep a card in place of the one that is there.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        write_whole(self.path / _CARD, card.to_json().encode())

    def rename(self, name: str) -> Card:
        """Change what the run is called, and give its card.

        Raises
        ------
        KeptRunError, OSError
            As of `card` and `write_card`.
        """
        card = replace(self.card(), name=" ".join(name.split())[:MOST_LETTERS])
        self.write_card(card)
        return card

    def summary(self, card: Card) -> Summary:
        """How the run of a card stands, without reading all of its log."""
        status: str = "interrupted"
        step, total, spec = 0, 0, card.spec
        accuracy: float | None = None
        for report in self._last_reports():
            status = "interrupted"
            match report:
                case Started(total_steps=total_steps):
                    total = total_steps
                case Changed(spec=spec, total_steps=total):
                    pass
                case Steps(steps=steps):
                    step = steps[-1]
                case EpochEnded(validation_accuracy=accuracy):
                    pass
                case Finished(outcome=outcome):
                    status = outcome
                case Failed():
                    status = "failed"
        if status == "interrupted" and self.in_use():
            status = "training"
        return Summary(status, step, total, spec, accuracy, self.bytes_used())

    def _last_reports(self) -> Iterator[Report]:
        """The first reports of the log, and the last ones."""
        try:
            with self.log.open("rb") as file:
                content = file.read(_PART)
                rest = max(0, self.log.stat().st_size - _PART)
                if rest:
                    file.seek(max(_PART, rest))
                    content = content[: content.rfind(b"\n") + 1] + b"\n" + file.read()
        except OSError:
            return
        for line in content.splitlines():
            with suppress(MessageError):  # the end of a line, or the beginning of one
                yield decode_report(line)

    def bytes_used(self) -> int:
        """Bytes of all its files."""
        total = 0
        for folder, _, names in os.walk(self.path):
            for name in names:
                with suppress(OSError):
                    total += (Path(folder) / name).stat().st_size
        return total

    def in_use(self) -> bool:
        """Whether a process trains it now, or could go on with it: this one, or another on any server."""
        try:
            with _opened(self.path / _LOCK) as file:
                return not _locked(file, shared=True)
        except OSError:
            return False

    def trained_by(self) -> str:
        """Which of several servers trained it last, as `own_replica` names it; empty where none of these did."""
        try:
            name = (self.path / _REPLICA).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""
        return name if _REPLICA_NAME.fullmatch(name) else ""

    def hold(self) -> int:
        """Become the one process that writes here, until the file that this gives is closed.

        Raises
        ------
        RunInUseError
            If another process is.
        OSError
            If the lock cannot be made.
        """
        file = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _LOCK_WAIT
        while not _locked(file, shared=False):
            if time.monotonic() >= deadline:
                os.close(file)
                raise RunInUseError("This run is being trained by another process. It can go on here once that ends.")
            time.sleep(0.02)
        with suppress(OSError):  # what is missing is the way there, for who asks another server
            (self.path / _REPLICA).unlink(missing_ok=True)
            if name := own_replica():
                (self.path / _REPLICA).write_text(name, encoding="ascii")
        return file

    def remove(self) -> None:
        """Remove all of it. What another process would still write finds no folder any more."""
        gone = self.path.with_name(f".{self.run}-removed")
        with suppress(OSError):
            self.path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def own_replica() -> str:
    """Give the name of this server among several behind one address, from ``PRIMER_REPLICA``; empty for one alone."""
    name = os.environ.get("PRIMER_REPLICA", "")
    return name if _REPLICA_NAME.fullmatch(name) else ""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that there is the old one or the new one at any time, and never half of one.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of the attempt then.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR)
    try:
        yield file
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _locked(file: int, *, shared: bool) -> bool:  # noqa: ARG001 - Windows has one kind of lock
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(file: int, *, shared: bool) -> bool:
        """Take the lock of an open file, if nobody has it; it goes when the file is closed."""
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
