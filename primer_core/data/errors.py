"""What can go wrong with a data set, as errors whose text can be shown to a learner as it stands."""

from __future__ import annotations

from pathlib import Path


class DataError(Exception):
    """A data set cannot be had now; the text says why and what to do."""


class DataUnavailableError(DataError):
    """The files are not in the data folder and cannot be put there: no network, or a folder that refuses."""


class DamagedFileError(DataError):
    """A file is there, or came from the network, but does not hold what it should.

    Parameters
    ----------
    path
        The damaged file.
    reason
        What is wrong with it: a clause without a full stop.
    remedy
        What to do about it: a sentence.
    """

    def __init__(self, path: Path, reason: str, remedy: str = "Fetch it again, or replace it.") -> None:
        super().__init__(path, reason, remedy)
        self.path = path
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"The file {self.path} is damaged: {self.reason}. {self.remedy}"


class DownloadCancelled(DataError):  # noqa: N818  somebody's wish, not a fault
    """The progress callback asked to stop; nothing half-finished is left behind."""
