"""Raw files in MNIST's own format, IDX: finding them, checking them, reading them with torchvision.

The format: two zero bytes, a type code (8 for uint8), the number of axes, each axis's length as four bytes,
big end first, then the values. Source: http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import math
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from primer_core.data.errors import DamagedFileError, DataUnavailableError
from primer_core.data.registry import IMAGE_SETS, ImageSet

if TYPE_CHECKING:
    import torch

_UINT8 = 0x08


@dataclass(frozen=True, slots=True)
class RawFiles:
    """The four files of a set. Each is given in the forms that are there, gzipped before plain."""

    train_images: tuple[Path, ...]
    train_labels: tuple[Path, ...]
    test_images: tuple[Path, ...]
    test_labels: tuple[Path, ...]


def download_target(image_set: ImageSet, folder: Path) -> Path:
    """Give the folder that downloads go to: the one where torchvision itself would look for them."""
    return folder / image_set.torchvision_name / "raw"


def find_raw_files(image_set: ImageSet, folder: Path) -> RawFiles | None:
    """Find the first folder in or under `folder` that holds all four files, plain or gzipped, if any does.

    All sets use the same file names, so the folder itself counts only when it does not bear another set's
    name.
    """
    candidates = [
        download_target(image_set, folder),
        folder / image_set.name / "raw",
        folder / image_set.name,
    ]
    if _plain_name(folder.resolve().name) not in _names_of_others(image_set):
        candidates.append(folder)
    return next((files for files in map(raw_files_in, candidates) if files is not None), None)


def _plain_name(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _names_of_others(image_set: ImageSet) -> set[str]:
    return {_plain_name(name) for name in IMAGE_SETS if name != image_set.name}


def raw_files_in(folder: Path) -> RawFiles | None:
    """Find the four files in exactly this folder; None when one of them is in neither form."""

    # The gzipped form comes first because it carries a checksum, which shows damage that a plain file hides.
    def forms(stem: str) -> tuple[Path, ...]:
        return tuple(path for path in (folder / f"{stem}.gz", folder / stem) if os.path.isfile(path))

    files = RawFiles(
        train_images=forms("train-images-idx3-ubyte"),
        train_labels=forms("train-labels-idx1-ubyte"),
        test_images=forms("t10k-images-idx3-ubyte"),
        test_labels=forms("t10k-labels-idx1-ubyte"),
    )
    complete = files.train_images and files.train_labels and files.test_images and files.test_labels
    return files if complete else None


def read_images(forms: tuple[Path, ...]) -> torch.Tensor:
    """Read the first undamaged form of a file of images: (n, 28, 28) uint8, n at least 2."""
    return _first_undamaged(forms, _read_image_form)


def read_labels(forms: tuple[Path, ...], count: int) -> torch.Tensor:
    """Read the first undamaged form of a file of `count` labels: (count,) int64, 0 to 9."""

    def read(path: Path) -> torch.Tensor:
        return _read_label_form(path, count)

    return _first_undamaged(forms, read)


def _first_undamaged(forms: tuple[Path, ...], read: Callable[[Path], torch.Tensor]) -> torch.Tensor:
    first_damage: DamagedFileError | None = None
    for path in forms:
        try:
            return read(path)
        except DamagedFileError as damage:
            first_damage = first_damage or damage
        except OSError as error:
            raise DataUnavailableError(f"The file {path} cannot be read: {error.strerror or error}.") from error
    if first_damage is None:
        raise ValueError("no form of the file was given")
    raise first_damage


def _read_image_form(path: Path) -> torch.Tensor:
    from torchvision.datasets.mnist import read_image_file

    with tempfile.TemporaryDirectory(prefix="primer-") as scratch:
        plain = _unpacked(path, Path(scratch))
        count, *size = _checked_shape(path, plain, axes=3)
        if size != [28, 28]:
            raise DamagedFileError(path, f"its images are {size[0]}x{size[1]}, not 28x28")
        if count < 2:
            raise DamagedFileError(path, f"it holds {count} images, and a split needs at least 2")
        images: torch.Tensor = read_image_file(str(plain))
    return images


def _read_label_form(path: Path, count: int) -> torch.Tensor:
    from torchvision.datasets.mnist import read_label_file

    with tempfile.TemporaryDirectory(prefix="primer-") as scratch:
        plain = _unpacked(path, Path(scratch))
        (length,) = _checked_shape(path, plain, axes=1)
        if length != count:
            raise DamagedFileError(path, f"it holds {length:,} labels for {count:,} images")
        labels: torch.Tensor = read_label_file(str(plain))
    if int(labels.max()) > 9:
        raise DamagedFileError(path, f"it holds the label {int(labels.max())}, outside 0 to 9")
    return labels


def _unpacked(path: Path, scratch: Path) -> Path:
    """Unpack `path` into `scratch` if it is gzipped, since torchvision reads plain files."""
    if path.suffix != ".gz":
        return path
    plain = scratch / path.stem
    try:
        with gzip.open(path) as source, plain.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DamagedFileError(path, f"it cannot be unpacked ({error})") from error
    return plain


def _checked_shape(path: Path, plain: Path, axes: int) -> list[int]:
    """Give the shape in the header of `plain` if it agrees with the file's size; errors name `path`."""
    length = 4 * (axes + 1)
    with plain.open("rb") as file:
        header = file.read(length)
    if len(header) < length:
        raise DamagedFileError(path, f"it ends after {len(header)} bytes, inside its header")
    magic, *shape = struct.unpack(f">{axes + 1}I", header)
    expected = _UINT8 << 8 | axes
    if magic != expected:
        raise DamagedFileError(path, f"it begins with 0x{magic:08x}, an IDX file of this kind with 0x{expected:08x}")
    announced, present = math.prod(shape), plain.stat().st_size - length
    if announced != present:
        raise DamagedFileError(path, f"its header announces {announced:,} bytes and {present:,} follow")
    return shape
