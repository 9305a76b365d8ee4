"""The image sets by name: what a page can say about each without loading any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_DIGITS = tuple("0123456789")
_CLOTHING = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True, slots=True)
class ImageSet:
    """One set of 28x28 grey images in ten classes.

    Attributes
    ----------
    name
        The key in `IMAGE_SETS`.
    title
        Its name for people.
    classes
        The ten class names; label k means ``classes[k]``.
    train_size, validation_size, test_size
        Number of images in each part of the complete set.
    torchvision_name
        The class in `torchvision.datasets` that knows its files; empty for a set that comes with the app.
    file_bytes
        Its files and their sizes on the mirrors, in bytes; empty for a set that comes with the app.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train_size: int
    validation_size: int
    test_size: int
    torchvision_name: str = ""
    file_bytes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def needs_download(self) -> bool:
        """Whether the images come over the network, unless their files are already there."""
        return bool(self.file_bytes)

    @property
    def download_bytes(self) -> int:
        """Bytes to download when none of the files is there yet."""
        return sum(self.file_bytes.values())


IMAGE_SETS: Mapping[str, ImageSet] = MappingProxyType(
    {
        image_set.name: image_set
        for image_set in (
            ImageSet(
                name="mnist-sample",
                title="MNIST sample",
                classes=_DIGITS,
                train_size=4_000,
                validation_size=500,
                test_size=500,
            ),
            ImageSet(
                name="mnist",
                title="MNIST",
                classes=_DIGITS,
                train_size=55_000,
                validation_size=5_000,
                test_size=10_000,
                torchvision_name="MNIST",
                file_bytes=MappingProxyType(
                    {
                        "train-images-idx3-ubyte.gz": 9_912_422,
                        "train-labels-idx1-ubyte.gz": 28_881,
                        "t10k-images-idx3-ubyte.gz": 1_648_877,
                        "t10k-labels-idx1-ubyte.gz": 4_542,
                    }
                ),
            ),
            ImageSet(
                name="fashion-mnist",
                title="Fashion-MNIST",
                classes=_CLOTHING,
                train_size=55_000,
                validation_size=5_000,
                test_size=10_000,
                torchvision_name="FashionMNIST",
                file_bytes=MappingProxyType(
                    {
                        "train-images-idx3-ubyte.gz": 26_421_880,
                        "train-labels-idx1-ubyte.gz": 29_515,
                        "t10k-images-idx3-ubyte.gz": 4_422_102,
                        "t10k-labels-idx1-ubyte.gz": 5_148,
                    }
                ),
            ),
        )
    }
)


def find_image_set(name: str) -> ImageSet:
    """Look the image set of that name up; ValueError names the ones there are."""
    try:
        return IMAGE_SETS[name]
    except KeyError:
        raise ValueError(
            f"There is no image set named {name!r}; there are {', '.join(map(repr, IMAGE_SETS))}."
        ) from None
