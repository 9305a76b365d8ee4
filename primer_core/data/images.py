"""Image sets as tensors: train, validation and test, split the same way on every machine."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from primer_core.data.download import Progress, download
from primer_core.data.folder import data_folder
from primer_core.data.idx import find_raw_files, read_images, read_labels
from primer_core.data.registry import find_image_set
from primer_core.data.sample import read_sample, sample_file

if TYPE_CHECKING:
    import torch

_SPLIT_SEED = 123
_BLOCK = 1 << 20  # pixels; NumPy counts 8-byte integers, so all at once would take eight times the set


class LabelledImages(NamedTuple):
    """Images with their labels, image k with label k.

    Attributes
    ----------
    images
        (n, 28, 28) uint8, 0 is background and 255 full ink.
    labels
        (n,) int64, 0 to 9.
    """

    images: torch.Tensor
    labels: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class ImageSplit:
    """An image set in its three parts. Every load gives new tensors.

    Attributes
    ----------
    name
        The set's name in `IMAGE_SETS`.
    train_images, validation_images, test_images
        (n, 28, 28) uint8, 0 is background and 255 full ink.
    train_labels, validation_labels, test_labels
        (n,) int64, 0 to 9.
    mean, std
        Of the pixels in [0, 1] of all that is not test, train and validation together; std divides by the
        number of pixels. On the 60 000 of MNIST these are the textbooks' 0.1307 and 0.3081.
    classes
        The ten class names; label k means ``classes[k]``.
    """

    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    validation_images: torch.Tensor
    validation_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    mean: float
    std: float
    classes: tuple[str, ...]

    @property
    def train(self) -> LabelledImages:
        """The images to learn from."""
        return LabelledImages(self.train_images, self.train_labels)

    @property
    def validation(self) -> LabelledImages:
        """The images to choose settings by."""
        return LabelledImages(self.validation_images, self.validation_labels)

    @property
    def test(self) -> LabelledImages:
        """The images to look at once, at the end."""
        return LabelledImages(self.test_images, self.test_labels)


def load_images(
    name: str,
    root: str | os.PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
    refetch: bool = False,
) -> ImageSplit:
    """Load an image set by name, downloading it first if its files are not there.

    The split is fixed and stratified: the same images in the same parts on every machine. ``mnist-sample``
    gives 4 000, 500 and 500 images, the same number of each digit. ``mnist`` and ``fashion-mnist`` keep their
    own 10 000 test images and hold back every twelfth of the 60 000 others for validation, class by class.

    Parameters
    ----------
    name
        One of `IMAGE_SETS`.
    root
        The data folder; None means `data_folder()`. Raw files, plain or gzipped IDX, are used without network
        where they lie in ``<torchvision's name>/raw``, ``<name>/raw``, ``<name>`` or in the folder itself.
        Downloads go to the first of these.
    progress
        Called as ``progress(done_bytes, total_bytes)`` during a download. Returning False cancels it; so does
        raising. What is done can go back when one mirror fails and the next begins.
    refetch
        Download the files again, but for those whose checksum is right.

    Raises
    ------
    ValueError
        There is no such set.
    DataUnavailableError
        The files are not there and cannot be fetched.
    DamagedFileError
        A file is there but damaged; `refetch` fetches it again.
    DownloadCancelled
        `progress` returned False.
    """
    import torch

    image_set = find_image_set(name)
    if image_set.needs_download:
        folder = data_folder(root)
        files = None if refetch else find_raw_files(image_set, folder)
        if files is None:
            files = download(image_set, folder, progress)
        images, test_images = read_images(files.train_images), read_images(files.test_images)
        labels = read_labels(files.train_labels, len(images))
        test_labels = read_labels(files.test_labels, len(test_images))
        validation_size = max(1, len(images) // 12)
    else:
        images, labels = map(torch.from_numpy, read_sample())
        # The file is sorted by digit; whoever looks at the first few images wants to see several digits.
        order = torch.from_numpy(np.random.RandomState(_SPLIT_SEED).permutation(len(labels)))
        images, labels = images[order], labels[order]
        is_test = _chosen_evenly(labels, image_set.test_size)
        test_images, test_labels = images[is_test], labels[is_test]
        images, labels = images[~is_test], labels[~is_test]
        validation_size = image_set.validation_size

    mean, std = _pixel_statistics(images)
    is_validation = _chosen_evenly(labels, validation_size)
    return ImageSplit(
        name=name,
        train_images=images[~is_validation],
        train_labels=labels[~is_validation],
        validation_images=images[is_validation],
        validation_labels=labels[is_validation],
        test_images=test_images,
        test_labels=test_labels,
        mean=mean,
        std=std,
        classes=image_set.classes,
    )


def is_available(name: str, root: str | os.PathLike[str] | None = None) -> bool:
    """Tell whether `load_images` would find the set's files without network; does not read them."""
    image_set = find_image_set(name)
    if image_set.needs_download:
        return find_raw_files(image_set, data_folder(root)) is not None
    return sample_file() is not None


def images_to_floats(images: torch.Tensor, mean: float, std: float, *, normalise: bool = True) -> torch.Tensor:
    """Turn images into what a network takes in: one channel of floats.

    Parameters
    ----------
    images
        (n, height, width) uint8.
    mean, std
        Of the pixels in [0, 1], as `ImageSplit` gives them.
    normalise
        True: (pixel / 255 - mean) / std. False: pixel / 255, in [0, 1].

    Returns
    -------
    (n, 1, height, width) float32, on the device of `images`.
    """
    import torch

    if images.dtype != torch.uint8 or images.ndim != 3:
        raise ValueError(
            f"images must be uint8 of shape (n, height, width); got {images.dtype} of shape {tuple(images.shape)}."
        )
    floats = images.unsqueeze(1).to(torch.float32).div_(255)
    if normalise:
        if not std > 0:
            raise ValueError(f"std must be above 0 to divide by it; got {std}.")
        floats.sub_(mean).div_(std)
    return floats


def _chosen_evenly(labels: torch.Tensor, count: int) -> torch.Tensor:
    """Choose `count` images, always the same, with the same share of every class: (n,) bool."""
    import torch

    values, total = labels.numpy(), len(labels)
    # RandomState, because NumPy promises that its numbers never change: the split must outlive an upgrade.
    order = np.random.RandomState(_SPLIT_SEED).permutation(total)
    by_class = order[np.argsort(values[order], kind="stable")]
    # Walking through the classes one after the other, take an image whenever count/total more is due.
    due = np.arange(total + 1) * count // total
    chosen = np.zeros(total, dtype=bool)
    chosen[by_class[np.diff(due) == 1]] = True
    return torch.from_numpy(chosen)


def _pixel_statistics(images: torch.Tensor) -> tuple[float, float]:
    """Mean and standard deviation of the pixels / 255, exact: counted, not summed in floats."""
    counts = np.zeros(256, dtype=np.int64)
    pixels = images.numpy().ravel()
    for start in range(0, pixels.size, _BLOCK):
        counts += np.bincount(pixels[start : start + _BLOCK], minlength=256)
    shares, levels = counts / counts.sum(), np.arange(256) / 255
    mean = float(shares @ levels)
    return mean, math.sqrt(shares @ (levels - mean) ** 2)
