"""How the learning rate moves over a run: a factor of the rate that was chosen, as a function of the run's progress.

Each function stands by itself: the script of a run holds its source.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping


def step(progress: float) -> float:
    """A tenth of the rate from the second third of the run on, a hundredth from the last third on."""
    return 1.0 if progress < 1 / 3 else 0.1 if progress < 2 / 3 else 0.01


def cosine(progress: float) -> float:
    """Half a wave of a cosine, from 1 down to 0.01 (Loshchilov and Hutter 2017, without restarts)."""
    return 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2


def one_cycle(progress: float) -> float:
    """Up from 0.04 to 1 over three tenths of the run, then down to 0.01 (Smith and Topin 2018)."""
    if progress < 0.3:
        return 1 - 0.96 * (1 + math.cos(math.pi * progress / 0.3)) / 2
    return 0.01 + 0.99 * (1 + math.cos(math.pi * (progress - 0.3) / 0.7)) / 2


def rising(progress: float) -> float:
    """From a hundred-thousandth to 1, each batch by the same factor: the test that finds a rate (Smith 2017)."""
    return math.pow(10, 5 * (progress - 1))


def constant(_: float) -> float:
    """The rate as it is."""
    return 1.0


#: Each schedule by its name: a function of the progress, 0 at its first batch and 1 at its end and ever after.
SCHEDULES: Mapping[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one-cycle": one_cycle,
    "rising": rising,
}
