from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.data import DamagedFileError, ImageSplit, load_images
from tests.profiles import examples

LayOut = Callable[[Path, dict[str, bytes]], Path]


@pytest.fixture(scope="module")
def folders(
    tmp_path_factory: pytest.TempPathFactory, plain_files: dict[str, bytes], gzipped_files: dict[str, bytes]
) -> dict[str, tuple[Path, dict[str, bytes]]]:
    """A root for each form, with whole files in it."""
    made = {}
    for form, files in (("plain", plain_files), ("gzipped", gzipped_files)):
        folder = tmp_path_factory.mktemp(form) / "mnist"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        made[form] = (folder, files)
    return made


def load_with(folder: Path, name: str, content: bytes, whole: bytes) -> ImageSplit | DamagedFileError:
    """Load the set with one file's content exchanged; the file is whole again afterwards."""
    (folder / name).write_bytes(content)
    try:
        return load_images("mnist", folder.parent)
    except DamagedFileError as damage:
        return damage
    finally:
        (folder / name).write_bytes(whole)


@examples(60)
@given(data=st.data())
@pytest.mark.parametrize("form", ["plain", "gzipped"])
def test_a_cut_file_is_named(folders: dict[str, tuple[Path, dict[str, bytes]]], form: str, data: st.DataObject) -> None:
    folder, files = folders[form]
    name = data.draw(st.sampled_from(sorted(files)))
    keep = data.draw(st.integers(0, len(files[name]) - 1))
    outcome = load_with(folder, name, files[name][:keep], files[name])
    assert isinstance(outcome, DamagedFileError)
    assert outcome.path == folder / name


@examples(100)
@given(data=st.data())
@pytest.mark.parametrize("form", ["plain", "gzipped"])
def test_a_flipped_bit_is_named_or_harmless(
    folders: dict[str, tuple[Path, dict[str, bytes]]], form: str, data: st.DataObject
) -> None:
    folder, files = folders[form]
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    # Half of the flips near the start, where the headers are.
    last = data.draw(st.sampled_from([min(31, len(content) - 1), len(content) - 1]))
    at = data.draw(st.integers(0, last))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    outcome = load_with(folder, name, bytes(content), files[name])
    if isinstance(outcome, DamagedFileError):
        assert outcome.path == folder / name
    elif form == "gzipped":
        # Only the parts of a gzip header that say nothing of the content go unchecked.
        whole = load_images("mnist", folder.parent)
        assert torch.equal(outcome.train_images, whole.train_images)
        assert torch.equal(outcome.train_labels, whole.train_labels)
        assert torch.equal(outcome.test_images, whole.test_images)
        assert torch.equal(outcome.test_labels, whole.test_labels)
    else:
        # A plain file carries no checksum, so a changed value shows only where it is an impossible label.
        assert at >= (8 if "labels" in name else 16)
        assert outcome.train_images.shape == (550, 28, 28)
        assert int(outcome.train_labels.max()) <= 9


@examples(80)
@given(data=st.data())
@pytest.mark.parametrize("form", ["plain", "gzipped"])
def test_any_other_bytes_are_named(
    folders: dict[str, tuple[Path, dict[str, bytes]]], form: str, data: st.DataObject
) -> None:
    folder, files = folders[form]
    name = data.draw(st.sampled_from(sorted(files)))
    inside = data.draw(st.binary(max_size=300))
    content = data.draw(st.sampled_from([inside, gzip.compress(inside)]))
    outcome = load_with(folder, name, content, files[name])
    assert isinstance(outcome, DamagedFileError)
    assert outcome.path == folder / name


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("train-labels-idx1-ubyte", struct.pack(">II", 0x801, 3) + bytes(3), "3 labels for 600 images"),
        ("t10k-labels-idx1-ubyte", struct.pack(">II", 0x801, 100) + bytes([10] * 100), "the label 10"),
        ("t10k-labels-idx1-ubyte", struct.pack(">IIII", 0x803, 2, 28, 28) + bytes(1568), "0x00000803"),
        ("t10k-images-idx3-ubyte", struct.pack(">IIII", 0x803, 2, 32, 32) + bytes(2048), "32x32, not 28x28"),
        ("t10k-images-idx3-ubyte", struct.pack(">IIII", 0xD03, 2, 28, 28) + bytes(6272), "0x00000d03"),
        ("t10k-images-idx3-ubyte", struct.pack(">IIII", 0x803, 9, 28, 28) + bytes(784), "784 follow"),
        ("t10k-images-idx3-ubyte", b"\0\0", "inside its header"),
    ],
)
def test_the_reason_is_said(
    folders: dict[str, tuple[Path, dict[str, bytes]]], name: str, content: bytes, reason: str
) -> None:
    folder, files = folders["plain"]
    outcome = load_with(folder, name, content, files[name])
    assert isinstance(outcome, DamagedFileError)
    assert reason in outcome.reason
    assert str(folder / name) in str(outcome)


def test_a_whole_form_stands_in_for_a_damaged_one(
    tmp_path: Path, plain_files: dict[str, bytes], gzipped_files: dict[str, bytes], lay_out: LayOut
) -> None:
    folder = lay_out(tmp_path / "MNIST" / "raw", {**plain_files, **gzipped_files})
    whole = load_images("mnist", tmp_path)
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"damaged")
    (folder / "t10k-labels-idx1-ubyte").write_bytes(b"damaged")
    again = load_images("mnist", tmp_path)
    assert torch.equal(again.train_images, whole.train_images)
    (folder / "train-images-idx3-ubyte").write_bytes(b"damaged")
    with pytest.raises(DamagedFileError) as caught:
        load_images("mnist", tmp_path)
    assert caught.value.path == folder / "train-images-idx3-ubyte.gz"
