"""How many floating-point operations a second this machine does in a matrix product, measured when asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np

SIZES: tuple[int, ...] = (16, 32, 64, 128, 256, 512, 1024)
"""Rows and columns of the square matrices that are multiplied."""

Precision = Literal["float32", "float64"]

GPT3_FLOPS = 3.14e23
"""FLOPs that the training of GPT-3 took (Brown et al. 2020, Language Models are Few-Shot Learners, table D.1)."""

SECONDS_A_YEAR = 365.25 * 24 * 3600

MOST_REPEATS = 50
"""Products timed of one size, at most; large ones stop when their share of the time is over."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One measurement.

    Parameters
    ----------
    size
        Rows and columns n of both square matrices.
    dtype
        Of their numbers.
    seconds
        The shortest of `repeats` products.
    repeats
        How many were timed, after one that was not.
    """

    size: int
    dtype: Precision
    seconds: float
    repeats: int

    @property
    def flops(self) -> int:
        """Floating-point operations of one product: 2·n·n·n."""
        return 2 * self.size**3

    @property
    def gigaflops(self) -> float:
        """Billions of floating-point operations a second."""
        return self.flops / self.seconds / 1e9


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured.

    Parameters
    ----------
    rates
        By size, then by dtype; sizes for which there was no time are absent.
    seconds
        That it took altogether.
    clock
        Name of the function whose readings they are.
    numpy
        Version of NumPy.
    code
        A snippet that measures the same on the machine that runs it.
    """

    rates: tuple[Rate, ...]
    seconds: float
    clock: str
    numpy: str
    code: str

    @property
    def best(self) -> Rate:
        """The fastest one."""
        return max(self.rates, key=lambda rate: rate.gigaflops)

    def years_for(self, flops: float) -> float:
        """How many years this machine needs for that many floating-point operations at its best."""
        return flops / (self.best.gigaflops * 1e9) / SECONDS_A_YEAR


def measure_flops(
    sizes: Sequence[int] = SIZES,
    dtypes: Sequence[Precision] = ("float32", "float64"),
    *,
    budget: float = 2.0,
    clock: Callable[[], float] = perf_counter,
) -> Speed:
    """Time products of growing square matrices with NumPy, until the time is used up.

    Parameters
    ----------
    sizes
        Rows and columns, growing.
    dtypes
        Of the matrices.
    budget
        Seconds that may be spent. A product is not begun if, going by the last smaller one, it would exceed them;
        the first size is always measured.
    clock
        Returns seconds; the best of several repeats counts, for whatever else the machine does only adds to the time.
    """
    began = clock()
    share = budget / max(len(sizes) * len(dtypes), 1)
    rates: list[Rate] = []
    for size, dtype in ((size, dtype) for size in sizes for dtype in dtypes):
        before = next((rate for rate in reversed(rates) if rate.dtype == dtype), None)
        # The first product of a size also warms up, so a size needs at least two.
        expected = 2 * before.seconds * (size / before.size) ** 3 if before else 0.0
        if before and clock() - began + expected > budget:
            continue
        seconds = list(_timed(size, dtype, share, clock))
        rates.append(Rate(size, dtype, min(seconds), len(seconds)))
    return Speed(tuple(rates), clock() - began, clock.__name__, np.__version__, _code(sizes, dtypes))


def _timed(size: int, dtype: Precision, share: float, clock: Callable[[], float]) -> Iterator[float]:
    chance = np.random.default_rng(0)
    a = chance.random((size, size)).astype(dtype)
    b = chance.random((size, size)).astype(dtype)
    c = np.empty_like(a)
    np.matmul(a, b, out=c)
    end = clock() + share
    for repeat in range(MOST_REPEATS):
        start = clock()
        np.matmul(a, b, out=c)
        stop = clock()
        # A product may be shorter than the clock can tell: then the clock's own resolution is the time.
        yield max(stop - start, 1e-9)
        if repeat and stop >= end:
            return


def _code(sizes: Sequence[int], dtypes: Sequence[Precision]) -> str:
    return f"""\
from time import perf_counter
import numpy as np

for n in {tuple(sizes)}:
    for dtype in {tuple(dtypes)}:
        a = np.random.default_rng(0).random((n, n)).astype(dtype)
        seconds = []
        for _ in range(5):
            start = perf_counter()
            a @ a
            seconds.append(perf_counter() - start)
        print(n, dtype, f"{{2 * n**3 / min(seconds) / 1e9:.1f}} GFLOP/s")"""
