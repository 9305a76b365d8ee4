"""Races between a Python loop and NumPy, timed when asked, on the same numbers, to the same result."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

DOT_SIZE = 1_000_000
"""Elements of each of the two sequences whose dot product is raced for."""

ADD_SHAPE = (400, 500)
"""Rows and columns of the matrix to which a number is added."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One way to compute it.

    Parameters
    ----------
    name
        What it is, in a few words.
    seconds
        The shortest of `repeats` runs.
    repeats
        How often it ran.
    value
        What it computed, as text: the number, or the sum of all cells.
    """

    name: str
    seconds: float
    repeats: int
    value: str


@dataclass(frozen=True, slots=True)
class Race:
    """Two ways to compute one thing.

    Parameters
    ----------
    title
        What is computed, of how much.
    loop, numpy
        The Python loop, and NumPy's way.
    same
        Whether both gave the same result, every cell of it.
    clock, version
        Name of the clock, and NumPy's version.
    code
        A snippet that runs the same race on the machine that runs it.
    """

    title: str
    loop: Runner
    numpy: Runner
    same: bool
    clock: str
    version: str
    code: str

    @property
    def ratio(self) -> float:
        """How many times longer the loop took."""
        return self.loop.seconds / self.numpy.seconds


def python_dot(a: list[int], b: list[int]) -> int:
    """Sum the products of the elements of two lists of one length, one after the other."""
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def python_add(matrix: Any, number: int) -> Any:
    """Add a number to every cell of a two-axis array, one after the other."""
    result = np.empty_like(matrix)
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            result[i, j] = matrix[i, j] + number
    return result


def race_dot(
    size: int = DOT_SIZE, *, loops: int = 2, repeats: int = 20, clock: Callable[[], float] = perf_counter
) -> Race:
    """Race for the dot product of 0, 1, 2, ... with itself: lists in a Python loop against ``np.dot``.

    Parameters
    ----------
    size
        Elements of each sequence; up to 2 000 000 the sum fits into 64 bits.
    loops, repeats
        How often the loop and NumPy run; the best run counts.
    clock
        Returns seconds.
    """
    list_a, list_b = list(range(size)), list(range(size))
    array_a, array_b = np.arange(size), np.arange(size)
    slow, slow_value = _timed(lambda: python_dot(list_a, list_b), loops, clock)
    fast, fast_value = _timed(lambda: np.dot(array_a, array_b), repeats, clock)
    return Race(
        title=f"Dot product of two sequences of {size:,} elements".replace(",", " "),
        loop=Runner("two lists, Python loop", slow, loops, str(slow_value)),
        numpy=Runner("two arrays, np.dot", fast, repeats, str(fast_value)),
        same=slow_value == int(fast_value),
        clock=clock.__name__,
        version=np.__version__,
        code=_DOT_CODE.format(size=size, loops=loops, repeats=repeats),
    )


def race_add(
    shape: tuple[int, int] = ADD_SHAPE,
    number: int = 10,
    *,
    loops: int = 2,
    repeats: int = 20,
    clock: Callable[[], float] = perf_counter,
) -> Race:
    """Race for ``matrix + number``: two nested Python loops over the cells against the ufunc.

    Parameters
    ----------
    shape
        Rows and columns of the matrix, which counts 0, 1, 2, ...
    number
        Added to every cell.
    loops, repeats
        How often the loops and NumPy run; the best run counts.
    clock
        Returns seconds.
    """
    matrix = np.arange(shape[0] * shape[1]).reshape(shape)
    slow, slow_value = _timed(lambda: python_add(matrix, number), loops, clock)
    fast, fast_value = _timed(lambda: matrix + number, repeats, clock)
    return Race(
        title=f"matrix + {number} in {shape[0]} × {shape[1]} cells",
        loop=Runner("two Python loops", slow, loops, f"sum of all cells {slow_value.sum()}"),
        numpy=Runner("ufunc np.add", fast, repeats, f"sum of all cells {fast_value.sum()}"),
        same=bool(np.array_equal(slow_value, fast_value)),
        clock=clock.__name__,
        version=np.__version__,
        code=_ADD_CODE.format(
            rows=shape[0], columns=shape[1], size=shape[0] * shape[1], number=number, loops=loops, repeats=repeats
        ),
    )


def _timed(run: Callable[[], Any], repeats: int, clock: Callable[[], float]) -> tuple[float, Any]:
    """Run something a few times; return its shortest time in seconds, and what it returned."""
    best, value = float("inf"), None
    for _ in range(repeats):
        start = clock()
        value = run()
        best = min(best, clock() - start)
    # A run may be shorter than the clock can tell: then the clock's own resolution is the time.
    return max(best, 1e-9), value


_DOT_CODE = """\
from timeit import repeat
import numpy as np

a, b = list(range({size})), list(range({size}))

def python_dot(a, b):
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total

x, y = np.array(a), np.array(b)
print(python_dot(a, b), np.dot(x, y))

loop = min(repeat(lambda: python_dot(a, b), number=1, repeat={loops}))
fast = min(repeat(lambda: np.dot(x, y), number=1, repeat={repeats}))
print(f"{{loop * 1e3:.2f}} ms against {{fast * 1e3:.2f}} ms: {{loop / fast:.0f}} times")"""

_ADD_CODE = """\
from timeit import repeat
import numpy as np

matrix = np.arange({size}).reshape({rows}, {columns})

def python_add(matrix):
    result = np.empty_like(matrix)
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            result[i, j] = matrix[i, j] + {number}
    return result

print(np.array_equal(python_add(matrix), matrix + {number}), (matrix + {number}).sum())

loop = min(repeat(lambda: python_add(matrix), number=1, repeat={loops}))
fast = min(repeat(lambda: matrix + {number}, number=1, repeat={repeats}))
print(f"{{loop * 1e3:.2f}} ms against {{fast * 1e3:.2f}} ms: {{loop / fast:.0f}} times")"""
