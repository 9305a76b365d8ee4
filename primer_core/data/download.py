"""Downloading a set's raw files: with progress, cancellable, checksummed, whole or not at all.

Where the files are and what their checksums are is torchvision's knowledge. Its own download shows a caller
no progress and cannot be stopped, so the transfer is done here. What arrives lies where torchvision looks.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from primer_core.data.errors import DamagedFileError, DataUnavailableError, DownloadCancelled
from primer_core.data.idx import RawFiles, download_target, raw_files_in
from primer_core.data.registry import IMAGE_SETS, ImageSet

Progress: TypeAlias = Callable[[int, int], bool | None]

TIMEOUT_S = 15.0
"""Longest silence of a mirror that is put up with, in seconds."""

_CHUNK = 1 << 16
_POLL_S = 0.1


class _MirrorError(Exception):
    """One mirror did not give the file; the text is a clause that says what happened."""


class _WrongContentError(_MirrorError):
    """One mirror gave something, but not the file."""


@dataclass(slots=True)
class _Transfer:
    """The download into one folder: bytes by file name, and a lock held by the thread that does it."""

    done: dict[str, int]
    total: dict[str, int]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def report(self, progress: Progress | None) -> None:
        if progress is not None and progress(sum(self.done.values()), sum(self.total.values())) is False:
            raise DownloadCancelled("The download was cancelled.")


_transfers: dict[Path, _Transfer] = {}
_transfers_lock = threading.Lock()


def download(image_set: ImageSet, folder: Path, progress: Progress | None = None) -> RawFiles:
    """Bring the files of a set into the data folder; those there with the right checksum are kept.

    Each file is tried on torchvision's mirrors in turn, checked against torchvision's MD5, and put in place
    whole. Threads that ask for the same set at once share one transfer. Cancelling takes effect when the next
    piece arrives, or when the mirror has been silent for `TIMEOUT_S`.

    Parameters
    ----------
    image_set
        A set that needs a download.
    folder
        The data folder.
    progress
        As for `load_images`.

    Raises
    ------
    DataUnavailableError
        No mirror gave the file, or the folder cannot be written.
    DamagedFileError
        What a mirror gave does not match the checksum, and no other mirror did better.
    DownloadCancelled
        `progress` returned False.
    """
    import torchvision.datasets

    source = getattr(torchvision.datasets, image_set.torchvision_name)
    target = download_target(image_set, folder)
    sizes = image_set.file_bytes
    with _transfers_lock:
        transfer = _transfers.setdefault(target.resolve(), _Transfer(done=dict.fromkeys(sizes, 0), total=dict(sizes)))
    while not transfer.lock.acquire(timeout=_POLL_S):
        transfer.report(progress)
    try:
        transfer.done, transfer.total = dict.fromkeys(sizes, 0), dict(sizes)
        for name, md5 in source.resources:
            size = _size_if_right(target / name, md5)
            if size is None:
                content = _fetch(image_set, target / name, md5, source.mirrors, transfer, progress)
                _put_in_place(image_set, target / name, content)
                size = len(content)
            transfer.done[name] = transfer.total[name] = size
            transfer.report(progress)
    finally:
        transfer.lock.release()
    files = raw_files_in(target)
    if files is None:
        raise DataUnavailableError(f"The files of {image_set.title} were taken away from {target}.")
    return files


def _size_if_right(path: Path, md5: str) -> int | None:
    """Give the file's size in bytes if it is there with this checksum."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return len(content) if _md5(content) == md5 else None


def _md5(content: bytes | bytearray) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _fetch(
    image_set: ImageSet,
    path: Path,
    md5: str,
    mirrors: Sequence[str],
    transfer: _Transfer,
    progress: Progress | None,
) -> bytearray:
    """Get the content of a file from the first mirror that gives it right."""
    failures: list[_MirrorError] = []
    for mirror in mirrors:
        try:
            content = _fetch_from(mirror, path.name, 2 * image_set.file_bytes[path.name], transfer, progress)
            if _md5(content) == md5:
                return content
            raise _WrongContentError(f"what {_host(mirror)} gave does not match the file's checksum")
        except _MirrorError as failure:
            failures.append(failure)
    what_happened = "; ".join(map(str, failures))
    ready = ", ".join(other.title for other in IMAGE_SETS.values() if not other.needs_download)
    remedy = (
        f"{ready} works without network. To put the files there by hand, copy "
        f"{', '.join(image_set.file_bytes)} into {path.parent}."
    )
    if any(isinstance(failure, _WrongContentError) for failure in failures):
        raise DamagedFileError(path, f"it did not arrive as it should ({what_happened})", remedy)
    raise DataUnavailableError(
        f"{image_set.title} is not in the data folder and could not be downloaded: {what_happened}. {remedy}"
    )


def _fetch_from(mirror: str, name: str, most: int, transfer: _Transfer, progress: Progress | None) -> bytearray:
    """Get from one mirror what it has under this name, at most `most` bytes.

    All of it is held in memory, some 30 MB: so whatever happens, no half file is on the disk.
    """
    host = _host(mirror)
    request = urllib.request.Request(f"{mirror}{name}", headers={"User-Agent": "primer"})  # noqa: S310
    content = bytearray()
    transfer.done[name] = 0
    transfer.report(progress)
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310  torchvision's own address
    except (OSError, http.client.HTTPException) as error:
        raise _MirrorError(_what_happened(host, error)) from error
    with response:
        size = response.length
        if size is not None:
            transfer.total[name] = size
        while chunk := _next_chunk(response, host):
            content += chunk
            if len(content) > most:
                raise _WrongContentError(f"{host} gave more than the file can hold")
            transfer.done[name] = len(content)
            transfer.report(progress)
    if size is not None and len(content) < size:
        raise _MirrorError(f"the connection to {host} broke off after {len(content):,} of {size:,} bytes")
    return content


def _next_chunk(response: http.client.HTTPResponse, host: str) -> bytes:
    try:
        # read1 gives what has arrived, so that a slow network is seen to move and can be cancelled.
        return response.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _MirrorError(_what_happened(host, error)) from error


def _host(mirror: str) -> str:
    return urlsplit(mirror).hostname or mirror


def _what_happened(host: str, error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        error.close()  # it holds the connection
        return f"{host} answered {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"{host} said nothing for {TIMEOUT_S:g} seconds"
    return f"{host} could not be reached ({getattr(cause, 'strerror', None) or cause or type(cause).__name__})"


def _put_in_place(image_set: ImageSet, path: Path, content: bytearray) -> None:
    """Write a file under a passing name and rename it, so that nobody ever sees half of it."""
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DataUnavailableError(
            f"{image_set.title} cannot be put into {path.parent}: {error.strerror or error}. "
            "Choose another data folder with the environment variable PRIMER_DATA."
        ) from error
