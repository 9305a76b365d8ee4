"""Small real raw files, made of MNIST images, and a real web server that gives them away."""

from __future__ import annotations

import gzip
import hashlib
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
import torchvision.datasets

from primer_core.data import ImageSplit, load_images

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def to_idx(values: torch.Tensor) -> bytes:
    """Write a tensor as IDX: the format's own header and one byte a value."""
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return header + values.to(torch.uint8).numpy().tobytes()


@pytest.fixture(scope="session")
def sample() -> ImageSplit:
    return load_images("mnist-sample")


@pytest.fixture(scope="session")
def plain_files(sample: ImageSplit) -> dict[str, bytes]:
    """The four files of a small set: 600 images and 100 to test on."""
    parts = (
        sample.train_images[:600],
        sample.train_labels[:600],
        sample.test_images[:100],
        sample.test_labels[:100],
    )
    return dict(zip(NAMES, map(to_idx, parts), strict=True))


@pytest.fixture(scope="session")
def gzipped_files(plain_files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}.gz": gzip.compress(content) for name, content in plain_files.items()}


@pytest.fixture
def lay_out() -> Callable[[Path, dict[str, bytes]], Path]:
    """Write files into a folder, which is made if need be."""

    def write(folder: Path, files: dict[str, bytes]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    return write


@dataclass
class Mirror:
    """A web server on this machine. What it does wrong is set by file name."""

    address: str
    files: dict[str, bytes]
    missing: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    endless: set[str] = field(default_factory=set)
    unsized: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def start_mirror(gzipped_files: dict[str, bytes]) -> Iterator[Callable[[], Mirror]]:
    running: list[tuple[Mirror, ThreadingHTTPServer, threading.Thread]] = []

    def start() -> Mirror:
        mirror = Mirror(address="", files=gzipped_files)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/")
                mirror.requests.append(name)
                try:
                    self.give(name)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client has had enough: some tests do that

            def give(self, name: str) -> None:
                if name in mirror.missing:
                    self.send_error(404)
                    return
                if name in mirror.silent:
                    mirror.closing.wait(30)
                    return
                content = mirror.files[name]
                if name in mirror.altered:
                    content = content[:-1] + bytes([content[-1] ^ 1])
                self.send_response(200)
                if name not in mirror.endless | mirror.unsized:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if name in mirror.cut:
                    self.wfile.write(content[: len(content) // 2])
                    self.close_connection = True
                    return
                self.wfile.write(content)
                while name in mirror.endless and not mirror.closing.is_set():
                    self.wfile.write(bytes(4096))

            def log_message(self, *_: object) -> None:
                """Keep the test's output quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = False  # so that closing waits for them
        mirror.address = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        running.append((mirror, server, thread))
        return mirror

    yield start
    for mirror, server, thread in running:
        mirror.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def mirrored_at(gzipped_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tell torchvision's MNIST where its files are, and what their checksums are."""

    def point(*addresses: str) -> None:
        checksums = [
            (name, hashlib.md5(content, usedforsecurity=False).hexdigest()) for name, content in gzipped_files.items()
        ]
        monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", list(addresses))
        monkeypatch.setattr(torchvision.datasets.MNIST, "resources", checksums)

    return point


@pytest.fixture
def mirror(start_mirror: Callable[[], Mirror], mirrored_at: Callable[..., None]) -> Mirror:
    """The only mirror there is."""
    only = start_mirror()
    mirrored_at(only.address)
    return only
