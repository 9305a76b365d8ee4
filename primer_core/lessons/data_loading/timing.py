"""Loaders timed on this machine: who loads which sample when, which random numbers workers draw, and a whole pass.

Here processes are started: it runs in a process of its own, which is ended when it takes too long (see
`primer_core.evaluation.bench`).
"""

from __future__ import annotations

import multiprocessing
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter, sleep, thread_time
from typing import Any, Literal

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.lessons.data_loading.question import Work

SAMPLES, BATCH_SIZE = 32, 4
"""Of the timed loader: eight batches."""

COMPUTES_FOR, WAITS_FOR = 8, 20
"""Milliseconds of one sample."""

ROWS, COLUMNS, ROWS_A_BATCH = 4096, 784, 64
"""Of the set that a whole pass goes through."""

Doing = Literal["load", "step", "wait", "start"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a process did for a while.

    Parameters
    ----------
    who
        Number of the worker; −1 for the process of the training loop.
    doing
        What it did.
    batch
        Number of the batch; −1 for none.
    start, end
        Milliseconds since the loader was asked for its first batch.
    """

    who: int
    doing: Doing
    batch: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Timed:
    """One pass of a loader.

    Parameters
    ----------
    workers
        How many processes loaded; 0 for the training loop's own.
    stretches
        What was done when.
    first, total
        Milliseconds until the first batch was there, and until the last step was done.
    warned
        What PyTorch warned of.
    """

    workers: int
    stretches: tuple[Stretch, ...]
    first: float
    total: float
    warned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """First random numbers of each worker, by where they came from.

    Parameters
    ----------
    source
        Key of `SOURCES`.
    numbers
        ``[epoch][worker]``: the first number in [0, 1) that a worker drew in an epoch.
    """

    source: str
    numbers: tuple[tuple[float, ...], ...]

    @property
    def alike(self) -> bool:
        """Return whether all workers drew the same number in an epoch."""
        return any(len(set(epoch)) == 1 < len(epoch) for epoch in self.numbers)

    @property
    def repeats(self) -> bool:
        """Return whether the second epoch brought the numbers of the first."""
        return self.numbers[0] == self.numbers[1]


@dataclass(frozen=True, slots=True)
class Pass:
    """How long a whole pass took.

    Parameters
    ----------
    name
        How the rows came.
    seconds
        The shortest of `repeats` passes, with the start of workers in it.
    batches, repeats
        How many batches came, and how often it was run.
    """

    name: str
    seconds: float
    batches: int
    repeats: int


class TimedSet:
    """A data set that tells who loaded a sample, from when to when."""

    def __init__(self, work: Work) -> None:
        load_torch()
        import torch
        from torch.utils.data import get_worker_info

        self._worker = get_worker_info
        self._work = work
        self._rows = torch.zeros(SAMPLES, COLUMNS)

    def __len__(self) -> int:
        """Return how many samples there are."""
        return SAMPLES

    def __getitem__(self, index: int) -> tuple[int, float, float, Any]:
        """Return the number of the worker, when it began and ended, and the sample."""
        start = perf_counter()
        if self._work == "compute":
            compute(COMPUTES_FOR)
        elif self._work == "wait":
            sleep(WAITS_FOR / 1e3)
        row = self._rows[index]
        return number_of(self._worker()), start, perf_counter(), row


class RandomSet:
    """A data set that returns random numbers from several sources."""

    def __init__(self, samples: int) -> None:
        load_torch()
        import torch
        from torch.utils.data import get_worker_info

        self._worker, self._rand = get_worker_info, torch.rand
        self._samples = samples
        self._own = np.random.default_rng(0)
        self._seeded: np.random.Generator | None = None

    def __len__(self) -> int:
        """Return how many samples there are."""
        return self._samples

    def __getitem__(self, index: int) -> tuple[int, dict[str, float]]:
        """Return the number of the worker, and a number of each of `SOURCES`."""
        worker = self._worker()
        if self._seeded is None:
            self._seeded = np.random.default_rng(0 if worker is None else worker.seed)
        return number_of(worker), {
            "own": float(self._own.random()),
            "numpy": float(np.random.rand()),
            "torch": float(self._rand(())),
            "python": random.random(),  # noqa: S311 - this is what is looked at
            "seeded": float(self._seeded.random()),
        }


SOURCES = ("own", "numpy", "torch", "python", "seeded")
"""Where `RandomSet` takes its numbers from."""


def number_of(worker: Any) -> int:
    """Return the number of a worker, as ``get_worker_info`` tells of it; −1 for None, which is no worker."""
    return -1 if worker is None else int(worker.id)


def compute(milliseconds: float) -> None:
    """Keep a core busy for so long, by the clock that stands still while others have the core."""
    end = thread_time() + milliseconds / 1e3
    while thread_time() < end:
        pass


def time_loader(work: Work, workers: int, step: float) -> Timed:
    """Time one pass of a loader, with a training step of `step` milliseconds after each batch."""
    load_torch()
    from torch.utils.data import DataLoader

    stretches: list[Stretch] = []
    dataset: Any = TimedSet(work)
    with warnings.catch_warnings(record=True) as caught:  # this process has no other thread
        warnings.simplefilter("always")
        loader = DataLoader(dataset, BATCH_SIZE, num_workers=workers)
        begin = perf_counter()

        def since(moment: float) -> float:
            return max(0.0, (moment - begin) * 1e3)

        first = 0.0
        began: set[int] = set()
        batches = iter(loader)
        asked = begin
        for number, (who, starts, ends, _) in enumerate(batches):
            there = perf_counter()
            worker = int(who[0])
            loaded = [(since(float(start)), since(float(end))) for start, end in zip(starts, ends, strict=True)]
            if number == 0:
                first = since(there)
            if worker >= 0:
                if worker not in began:
                    began.add(worker)
                    stretches.append(Stretch(worker, "start", -1, 0.0, loaded[0][0]))
                stretches.append(Stretch(-1, "wait", number, since(asked), since(there)))
            stretches.append(Stretch(worker, "load", number, loaded[0][0], loaded[-1][1]))
            if step:
                start = perf_counter()
                compute(step)
                stretches.append(Stretch(-1, "step", number, since(start), since(perf_counter())))
            asked = perf_counter()
        total = since(asked)
        del batches
    warned = tuple(dict.fromkeys(str(each.message) for each in caught))
    return Timed(workers, tuple(stretches), first, total, warned)


def draw_numbers(workers: int) -> tuple[Drawn, ...]:
    """Let workers draw random numbers for two epochs; return the first of each worker, source by source."""
    load_torch()
    import torch
    from torch.utils.data import DataLoader

    torch.default_generator.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    dataset: Any = RandomSet(workers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loader = DataLoader(dataset, 1, num_workers=workers)
        epochs = [{int(who): numbers for who, numbers in loader} for _ in range(2)]
    return tuple(
        Drawn(source, tuple(tuple(float(epoch[worker][source]) for worker in range(workers)) for epoch in epochs))
        for source in SOURCES
    )


def time_passes(workers: int, *, repeats: int = 2) -> tuple[Pass, ...]:
    """Time a pass over one set: as one tensor that is indexed, by a loader, and by a loader with workers."""
    load_torch()
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    rows = torch.rand(ROWS, COLUMNS)

    def resident() -> Iterator[Any]:
        order = torch.randperm(ROWS)
        for start in range(0, ROWS, ROWS_A_BATCH):
            yield rows[order[start : start + ROWS_A_BATCH]]

    def loader(workers: int) -> Iterator[Any]:
        return iter(DataLoader(TensorDataset(rows), ROWS_A_BATCH, shuffle=True, num_workers=workers))

    plural = "s" if workers > 1 else ""
    ways: tuple[tuple[str, Callable[[], Iterator[Any]]], ...] = (
        ("one tensor, indexed", resident),
        ("DataLoader, num_workers=0", lambda: loader(0)),
        (f"DataLoader, {workers} worker{plural}", lambda: loader(workers)),
    )
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, way in ways:
            best, batches = float("inf"), 0
            for _ in range(repeats):
                start = perf_counter()
                batches = sum(1 for _ in way())
                best = min(best, perf_counter() - start)
            found.append(Pass(name, max(best, 1e-9), batches, repeats))
    return tuple(found)


def start_method() -> str:
    """Return how this system starts worker processes."""
    return multiprocessing.get_start_method()
