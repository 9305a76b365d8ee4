"""Questions drawn at random: loaders of all sizes, layers, pixels, and files that fit or do not."""

import random
from collections.abc import Callable

from primer_core.lessons.data_loading.question import DataLoadingQuestion

Scene = Callable[[random.Random], DataLoadingQuestion]


def data_loading_state(chance: random.Random) -> DataLoadingQuestion:
    """Draw one of the scenes that learners come with, and everything in it."""
    return chance.choice(SCENES)(chance)


def _loader(chance: random.Random) -> DataLoadingQuestion:
    return DataLoadingQuestion(
        data=chance.choice(["points", "numbered", "numbered"]),
        samples=chance.randint(1, 24),
        batch_size=chance.randint(1, 8),
        shuffle=chance.random() < 0.7,
        seed=chance.randint(0, 9999),
        drop_last=chance.random() < 0.4,
    )


def _layer(chance: random.Random) -> DataLoadingQuestion:
    size = chance.randint(1, 5)
    return DataLoadingQuestion(
        data="numbered",
        samples=chance.choice([size * chance.randint(1, 4) + 1, chance.randint(2, 20)]),
        batch_size=size,
        shuffle=chance.random() < 0.5,
        drop_last=chance.random() < 0.2,
        through=chance.choice(["training", "training", "eval"]),
    )


def _images(chance: random.Random) -> DataLoadingQuestion:
    size = chance.randint(20, 64)
    return DataLoadingQuestion(data="images", batch_size=size, through=chance.choice(["nothing", "training"]))


def _workers(chance: random.Random) -> DataLoadingQuestion:
    return DataLoadingQuestion("Workers", workers=chance.randint(1, 4), step=chance.randint(0, 20))


def _pixels(chance: random.Random) -> DataLoadingQuestion:
    mean, std = round(chance.uniform(-1, 2), 3), round(chance.uniform(0.1, 3), 3)
    return DataLoadingQuestion("Normalising", pixel=chance.randint(0, 255), mean=mean, std=std)


def _file(chance: random.Random) -> DataLoadingQuestion:
    hidden = chance.randint(1, 12)
    return DataLoadingQuestion(
        "Saving",
        hidden=hidden,
        norm=chance.random() < 0.4,
        keys=chance.choice(["plain", "plain", "wrapped", "stripped"]),
        into_hidden=chance.choice([hidden, hidden, chance.randint(1, 12)]),
        into_norm=chance.random() < 0.4,
        strict=chance.random() < 0.7,
    )


SCENES: tuple[Scene, ...] = (*(4 * (_loader,)), *(3 * (_layer,)), _images, _workers, _pixels, _pixels, *(4 * (_file,)))
"""What learners come with."""
