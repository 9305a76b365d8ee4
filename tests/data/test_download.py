from __future__ import annotations

import pickle
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
import torchvision.datasets

from primer_core.data import (
    DamagedFileError,
    DataError,
    DataUnavailableError,
    DownloadCancelled,
    is_available,
    load_images,
)
from primer_core.data import download as download_module

if TYPE_CHECKING:
    from tests.data.conftest import Mirror

FIRST, SECOND, THIRD, FOURTH = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def files_in(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def nobody_listens() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def test_a_download_is_whole_and_is_done_once(tmp_path: Path, mirror: Mirror, gzipped_files: dict[str, bytes]) -> None:
    assert not is_available("mnist", tmp_path)
    split = load_images("mnist", tmp_path)
    assert split.train_images.shape == (550, 28, 28)
    raw = tmp_path / "MNIST" / "raw"
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == gzipped_files
    assert is_available("mnist", tmp_path)
    again = load_images("mnist", tmp_path)
    assert torch.equal(again.train_images, split.train_images)
    assert sorted(mirror.requests) == sorted(gzipped_files)


def test_torchvision_takes_what_was_downloaded(
    tmp_path: Path, mirror: Mirror, mirrored_at: Callable[..., None]
) -> None:
    split = load_images("mnist", tmp_path)
    mirrored_at(nobody_listens())
    theirs = torchvision.datasets.MNIST(tmp_path, train=False, download=True)
    assert torch.equal(theirs.data, split.test_images)
    assert len(mirror.requests) == 4


def test_progress_goes_up_to_the_total(tmp_path: Path, mirror: Mirror, gzipped_files: dict[str, bytes]) -> None:
    calls: list[tuple[int, int]] = []
    load_images("mnist", tmp_path, progress=lambda done, total: calls.append((done, total)))
    size = sum(map(len, gzipped_files.values()))
    done = [each for each, _ in calls]
    assert done == sorted(done)
    assert calls[0][0] == 0
    assert calls[0][1] > 0
    assert calls[-1] == (size, size)
    assert len(set(done)) > 4, "more often than once a file"
    assert all(done <= total for done, total in calls)
    assert mirror.requests


def test_progress_without_an_announced_size(tmp_path: Path, mirror: Mirror, gzipped_files: dict[str, bytes]) -> None:
    mirror.unsized.update(gzipped_files)
    calls: list[tuple[int, int]] = []
    load_images("mnist", tmp_path, progress=lambda done, total: calls.append((done, total)))
    size = sum(map(len, gzipped_files.values()))
    assert calls[-1] == (size, size)


def test_cancelled_in_the_middle_of_a_file_nothing_of_it_is_left(
    tmp_path: Path, mirror: Mirror, gzipped_files: dict[str, bytes]
) -> None:
    before = len(gzipped_files[FIRST]) + len(gzipped_files[SECOND])
    with pytest.raises(DownloadCancelled):
        load_images("mnist", tmp_path, progress=lambda done, _: done <= before)
    assert files_in(tmp_path) == sorted([FIRST, SECOND])
    assert not is_available("mnist", tmp_path)
    mirror.requests.clear()
    load_images("mnist", tmp_path)
    assert mirror.requests == [THIRD, FOURTH], "what was there already is kept"


def test_cancelled_at_once_nothing_is_asked_for(tmp_path: Path, mirror: Mirror) -> None:
    with pytest.raises(DownloadCancelled):
        load_images("mnist", tmp_path / "new", progress=lambda _done, _total: False)
    assert mirror.requests == []
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("error", [BrokenPipeError, KeyboardInterrupt, ZeroDivisionError])
def test_what_progress_raises_comes_out_as_it_is(tmp_path: Path, mirror: Mirror, error: type[BaseException]) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise error

    with pytest.raises(error):
        load_images("mnist", tmp_path, progress=stop)
    assert files_in(tmp_path) == []
    load_images("mnist", tmp_path)
    assert mirror.requests[0] == FIRST


def test_the_next_mirror_is_tried(
    tmp_path: Path,
    start_mirror: Callable[[], Mirror],
    mirrored_at: Callable[..., None],
    gzipped_files: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(download_module, "TIMEOUT_S", 0.3)
    bad, good = start_mirror(), start_mirror()
    bad.missing.add(FIRST)
    bad.altered.add(SECOND)
    bad.cut.add(THIRD)
    bad.silent.add(FOURTH)
    mirrored_at(nobody_listens(), bad.address, good.address)
    calls: list[tuple[int, int]] = []
    load_images("mnist", tmp_path, progress=lambda done, total: calls.append((done, total)))
    assert bad.requests == good.requests == [FIRST, SECOND, THIRD, FOURTH]
    size = sum(map(len, gzipped_files.values()))
    assert calls[-1] == (size, size)
    assert files_in(tmp_path) == sorted(gzipped_files)


def test_a_small_wrong_page_does_not_spoil_the_next_mirror(
    tmp_path: Path, start_mirror: Callable[[], Mirror], mirrored_at: Callable[..., None]
) -> None:
    portal, good = start_mirror(), start_mirror()
    portal.files = dict.fromkeys((FIRST, SECOND, THIRD, FOURTH), b"<html>Please sign in</html>")
    mirrored_at(portal.address, good.address)
    assert load_images("mnist", tmp_path).train_images.shape == (550, 28, 28)


def test_no_network_is_said_with_what_to_do(tmp_path: Path, mirrored_at: Callable[..., None]) -> None:
    mirrored_at(nobody_listens(), "http://primer.invalid/")
    with pytest.raises(DataUnavailableError) as caught:
        load_images("mnist", tmp_path / "data")
    text = str(caught.value)
    assert "127.0.0.1 could not be reached (Connection refused)" in text
    assert "primer.invalid could not be reached" in text
    assert "MNIST sample works without network" in text
    assert all(name in text for name in (FIRST, SECOND, THIRD, FOURTH))
    assert str(tmp_path / "data" / "MNIST" / "raw") in text
    assert not (tmp_path / "data").exists()
    assert load_images("mnist-sample", tmp_path / "data").train_images.shape == (4000, 28, 28)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("missing", "127.0.0.1 answered 404"),
        ("cut", "the connection to 127.0.0.1 broke off after"),
        ("silent", "127.0.0.1 said nothing for 0.3 seconds"),
    ],
)
def test_what_a_mirror_did_is_said(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, fault: str, said: str
) -> None:
    monkeypatch.setattr(download_module, "TIMEOUT_S", 0.3)
    getattr(mirror, fault).add(THIRD)
    with pytest.raises(DataUnavailableError, match=said):
        load_images("mnist", tmp_path)
    assert files_in(tmp_path) == sorted([FIRST, SECOND])


@pytest.mark.parametrize(("fault", "said"), [("altered", "checksum"), ("endless", "more than the file can hold")])
def test_wrong_content_is_not_kept(tmp_path: Path, mirror: Mirror, fault: str, said: str) -> None:
    getattr(mirror, fault).add(FOURTH)
    with pytest.raises(DamagedFileError, match=said) as caught:
        load_images("mnist", tmp_path)
    assert caught.value.path == tmp_path / "MNIST" / "raw" / FOURTH
    assert FOURTH not in files_in(tmp_path)


def test_a_damaged_file_is_fetched_again_on_request(tmp_path: Path, mirror: Mirror) -> None:
    whole = load_images("mnist", tmp_path)
    path = tmp_path / "MNIST" / "raw" / THIRD
    path.write_bytes(path.read_bytes()[:-100])
    mirror.requests.clear()
    with pytest.raises(DamagedFileError) as caught:
        load_images("mnist", tmp_path)
    assert caught.value.path == path
    assert mirror.requests == [], "nothing is fetched unasked"
    again = load_images("mnist", tmp_path, refetch=True)
    assert mirror.requests == [THIRD]
    assert torch.equal(again.test_images, whole.test_images)


def test_a_failed_second_fetch_leaves_the_files_alone(
    tmp_path: Path, mirror: Mirror, mirrored_at: Callable[..., None]
) -> None:
    load_images("mnist", tmp_path)
    assert len(mirror.requests) == 4
    path = tmp_path / "MNIST" / "raw" / FIRST
    path.write_bytes(b"damaged")
    mirrored_at(nobody_listens())
    with pytest.raises(DataUnavailableError):
        load_images("mnist", tmp_path, refetch=True)
    assert path.read_bytes() == b"damaged"
    assert len(files_in(tmp_path)) == 4


def test_damage_among_a_users_own_files_is_mended_beside_them(
    tmp_path: Path, mirror: Mirror, plain_files: dict[str, bytes], lay_out: Callable[..., Path]
) -> None:
    own = lay_out(tmp_path / "mnist", {**plain_files, "t10k-labels-idx1-ubyte": b"damaged"})
    with pytest.raises(DamagedFileError):
        load_images("mnist", tmp_path)
    load_images("mnist", tmp_path, refetch=True)
    assert (own / "t10k-labels-idx1-ubyte").read_bytes() == b"damaged"
    mirror.requests.clear()
    assert load_images("mnist", tmp_path).test_images.shape == (100, 28, 28)
    assert mirror.requests == []


def test_a_folder_that_refuses_is_said(tmp_path: Path, mirror: Mirror) -> None:
    (tmp_path / "MNIST").write_text("a file where a folder should be")
    with pytest.raises(DataUnavailableError, match=r"cannot be put into .* PRIMER_DATA"):
        load_images("mnist", tmp_path)
    assert mirror.requests == [FIRST]


def test_threads_share_one_transfer(tmp_path: Path, mirror: Mirror, gzipped_files: dict[str, bytes]) -> None:
    with ThreadPoolExecutor(6) as pool:
        splits = list(pool.map(lambda _: load_images("mnist", tmp_path), range(6)))
    assert all(torch.equal(split.train_images, splits[0].train_images) for split in splits)
    assert sorted(mirror.requests) == sorted(gzipped_files)
    assert files_in(tmp_path) == sorted(gzipped_files)


def test_who_waits_for_anothers_transfer_sees_it_and_may_leave(
    tmp_path: Path, mirror: Mirror, gzipped_files: dict[str, bytes]
) -> None:
    mirror.silent.add(SECOND)
    reached = threading.Event()

    def first_progress(done: int, _total: int) -> None:
        if done == len(gzipped_files[FIRST]):
            reached.set()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(load_images, "mnist", tmp_path, progress=first_progress)
        assert reached.wait(10)
        seen: list[int] = []

        def leave(done: int, _total: int) -> bool:
            seen.append(done)
            return len(seen) < 3

        started = time.monotonic()
        with pytest.raises(DownloadCancelled):
            load_images("mnist", tmp_path, progress=leave)
        assert time.monotonic() - started < 5
        assert seen == [len(gzipped_files[FIRST])] * 3
        mirror.closing.set()
        with pytest.raises(DataUnavailableError):
            first.result(20)


def test_errors_are_of_one_family_and_survive_a_process_boundary() -> None:
    damaged = DamagedFileError(Path("a.gz"), "it is cut", "Fetch it again.")
    again = pickle.loads(pickle.dumps(damaged))  # noqa: S301  our own bytes
    assert str(again) == "The file a.gz is damaged: it is cut. Fetch it again."
    assert again.path == Path("a.gz")
    assert all(issubclass(kind, DataError) for kind in (DamagedFileError, DataUnavailableError, DownloadCancelled))
