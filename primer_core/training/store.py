"""All runs that are kept, each in a folder of its own; whose they are is kept beside them."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from primer_core.training.kept import Card, KeptRunError, RunFolder

_ID = re.compile(r"[A-Za-z0-9][\w-]{7,39}", re.ASCII)
_OWNERS = "owners"


def runs_folder() -> Path:
    """Give the folder in which runs are kept; it need not exist yet.

    It is the one in the environment variable ``PRIMER_RUNS``, else ``primer/runs`` in the platform's data folder:
    ``XDG_DATA_HOME`` or ``~/.local/share`` on Linux, ``~/Library/Application Support`` on macOS, ``LOCALAPPDATA`` on
    Windows.
    """
    if chosen := os.environ.get("PRIMER_RUNS"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "primer" / "runs"


def moments_room() -> int:
    """Give the bytes that the moments of all runs together may take: ``PRIMER_MOMENTS_MB`` megabytes, or 10 000.

    A setting that is no whole number from 0 on counts as none.
    """
    given = os.environ.get("PRIMER_MOMENTS_MB", "")
    return (int(given) if given.isdecimal() else 10_000) * 1_000_000


def digest(secret: str) -> str:
    """What is kept of a browser's secret: enough to know it again, too little to find it out."""
    return hashlib.sha256(f"primer run {secret}".encode()).hexdigest()[:32]


class RunStore:
    """Runs in a folder, which several servers may share.

    Parameters
    ----------
    path
        The folder; it is made when the first run is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, card: Card, run: str = "") -> RunFolder:
        """Keep a new run.

        Parameters
        ----------
        card
            What it is started with.
        run
            Its id, as `new_id` gives one; a new one where it is empty.

        Raises
        ------
        OSError
            If its folder cannot be made; nothing is left of it then.
        """
        folder = RunFolder(self.path / (run or new_id()))
        try:
            folder.path.mkdir(parents=True, mode=0o700)
            folder.write_card(card)
            if card.owner:
                mark = self.path / _OWNERS / card.owner / folder.run
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
        except OSError:
            folder.remove()
            raise
        return folder

    def find(self, run: str) -> RunFolder | None:
        """The folder of the run of that id; None if there is none."""
        folder = RunFolder(self.path / run) if _ID.fullmatch(run) else None
        return folder if folder is not None and folder.path.is_dir() and run != _OWNERS else None

    def all(self) -> tuple[RunFolder, ...]:
        """The folders of all runs, whosever they are."""
        try:
            found = [self.find(name) for name in os.listdir(self.path)]
        except OSError:
            return ()
        return tuple(folder for folder in found if folder is not None)

    def owned_by(self, owner: str) -> tuple[tuple[RunFolder, Card], ...]:
        """The runs of an owner whose cards can be read, the latest first."""
        found = []
        try:
            runs = os.listdir(self.path / _OWNERS / owner) if owner.isalnum() else []
        except OSError:
            return ()
        for run in runs:
            folder = self.find(run)
            if folder is None:
                continue
            with suppress(KeptRunError):
                found.append((folder, folder.card()))
        return tuple(sorted(found, key=lambda each: each[1].started, reverse=True))

    def thin_out(self, most_bytes: int) -> int:
        """Remove moments to look back at, those of the runs that ended first, until the others take no more than that.

        Nothing else of a run is touched: its losses, its network and its checkpoint stay. A run that a process has is
        left alone.

        Parameters
        ----------
        most_bytes
            int from 0, bytes that the moments of all runs together may take.

        Returns
        -------
        int
            How many runs lost theirs.
        """
        found = []
        for folder in self.all():
            with suppress(OSError):
                sizes = [path.stat().st_size for path in folder.moments.iterdir()]
                found.append((folder.moments.stat().st_mtime, sum(sizes), folder))
        taken = sum(size for _, size, _ in found)
        thinned = 0
        for _, size, folder in sorted(found, key=lambda each: each[0]):
            if taken <= most_bytes:
                break
            if size and not folder.in_use():
                shutil.rmtree(folder.moments, ignore_errors=True)
                taken -= size
                thinned += 1
        return thinned

    def remove(self, folder: RunFolder) -> None:
        """Keep a run no longer."""
        owner = ""
        with suppress(KeptRunError):
            owner = folder.card().owner
        folder.remove()
        if owner.isalnum():
            (self.path / _OWNERS / owner / folder.run).unlink(missing_ok=True)


def new_id() -> str:
    """Give an id for a run that cannot be guessed, and that is a good name for a folder."""
    return f"r{secrets.token_urlsafe(9)}"
