"""Training speed on 60 000 images of Fashion-MNIST, as ratios measured in one run.

Compared, by turns, with one torch thread, an MLP 784-128-64-10, Adam and batches of 64:

* loader     the usual loop: a DataLoader that makes each image a PIL image, then ToTensor and Normalize
* generator  `primer_core.training.loop.train`
* fixed      the same step over and over on one batch: what is left when data costs nothing
* products   the matrix products of such a step alone, without a graph, an optimizer or anything else: no training of
             this network takes less, whatever feeds it
* worker     the generator in its process, with its events flowing to the server

Run as ``python -m benchmarks.training [DATA_FOLDER]``; the folder holds Fashion-MNIST's raw files (Debian's package
dataset-fashion-mnist puts them in /usr/share/datasets).
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, repeat

from primer_core.training.service import WORKER_ENVIRONMENT

os.environ.update(WORKER_ENVIRONMENT)  # what is measured here runs as in a worker; torch reads it when it is loaded

import torch
from PIL import Image
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from primer_core.data import ImageSplit, load_images
from primer_core.models import build_model
from primer_core.training import RunSpec, TrainingService
from primer_core.training.loop import Samples, load_samples, steps_in, train

ROUNDS = 5
BLOCK = 60  # batches of the generator, then of the fixed batch, and so on: a machine's speed drifts within a second
COLD = 10  # of them, while the caches fill, are not timed
EPOCHS = 3
LOADER_BATCHES = 150
SPEC = RunSpec(data="fashion-mnist", epochs=EPOCHS)


class UsualImages(Dataset[tuple[torch.Tensor, int]]):
    """Images as torchvision's data sets hand them out: one by one, through PIL and transforms."""

    def __init__(self, split: ImageSplit) -> None:
        self._images, self._labels = split.train_images, split.train_labels
        self._transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((split.mean,), (split.std,))])

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self._transform(Image.fromarray(self._images[index].numpy())), int(self._labels[index])


def plain_steps(batches: Iterator[tuple[torch.Tensor, torch.Tensor]], *, fused: bool) -> Iterator[int]:
    """Train on batch after batch; yield the samples of each."""
    model = build_model(SPEC.model, SPEC.seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=SPEC.learning_rate, fused=fused)
    for x, y in batches:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        loss.item()
        yield len(y)


def timed(steps: Iterator[int], count: int) -> tuple[int, float]:
    """Take so many steps; the samples of all but the cold ones, and the seconds that they took."""
    samples, began = 0, 0.0
    for number, size in enumerate(islice(steps, count)):
        if number == COLD - 1:
            began = time.perf_counter()
        elif number >= COLD:
            samples += size
    return samples, time.perf_counter() - began


def loader_rate(split: ImageSplit) -> float:
    """The usual loop, with the usual optimizer."""
    loader = DataLoader(UsualImages(split), batch_size=SPEC.batch_size, shuffle=True)
    samples, seconds = timed(plain_steps(iter(loader), fused=False), LOADER_BATCHES)
    return samples / seconds


def step_rates(samples: Samples) -> tuple[float, float]:
    """Of the generator's training steps, and of the same step over and over on one batch, in blocks by turns."""
    x, y = samples.train[0][: SPEC.batch_size].clone(), samples.train[1][: SPEC.batch_size].clone()
    fixed_steps = plain_steps(repeat((x, y)), fused=True)
    totals = [[0, 0.0], [0, 0.0]]
    for _ in range(EPOCHS):
        one_epoch = replace(SPEC, epochs=1)
        generator_steps = (SPEC.batch_size for event in train(one_epoch, samples=samples) if event.kind == "step")
        for _ in range(steps_in(one_epoch, len(samples.train[1])) // BLOCK):
            for kind, total in zip((generator_steps, fixed_steps), totals, strict=True):
                trained, seconds = timed(kind, BLOCK)
                total[0] += trained
                total[1] += seconds
    generator, fixed = (trained / seconds for trained, seconds in totals)
    return generator, fixed


def product_rate() -> float:
    """Of the matrix products that a step takes: each layer forward, its weights' gradient, and its input's but one."""
    model = build_model(SPEC.model, SPEC.seed)
    layers = [each for each in model.modules() if isinstance(each, torch.nn.Linear)]
    inputs = [torch.rand(SPEC.batch_size, layer.in_features) for layer in layers]
    slopes = [torch.rand(SPEC.batch_size, layer.out_features) for layer in layers]

    def steps() -> Iterator[int]:
        while True:
            for place, (layer, x, slope) in enumerate(zip(layers, inputs, slopes, strict=True)):
                functional.linear(x, layer.weight, layer.bias)
                slope.t() @ x
                if place:
                    slope @ layer.weight
            yield SPEC.batch_size

    with torch.no_grad():
        samples, seconds = timed(steps(), 10 * BLOCK)
    return samples / seconds


def epoch_rate(samples: Samples) -> float:
    """Of a whole epoch of the generator, with its validation."""
    trained, began = 0, 0.0
    for event in train(replace(SPEC, epochs=1), samples=samples):
        if event.kind == "step":
            if event.step == COLD:
                trained, began = 0, time.perf_counter()
            else:
                trained += SPEC.batch_size
        elif event.kind == "epoch":
            break
    return trained / (time.perf_counter() - began)


def worker_rate(service: TrainingService) -> float:
    """Whole epochs with their validation, as the server sees them come in."""
    run = service.start(SPEC)
    run.wait_for(lambda state: state.step >= 10)
    began, first = time.perf_counter(), run.state().step
    run.wait_for(lambda _: run.history.last_epoch is not None and run.history.last_epoch.epoch == EPOCHS)
    rate = (run.state().step - first) * SPEC.batch_size / (time.perf_counter() - began)
    service.forget(run)
    return rate


def main(root: str) -> None:
    """Measure by turns and print medians."""
    torch.set_num_threads(1)
    split = load_images("fashion-mnist", root)
    samples = load_samples("fashion-mnist", normalise=True, root=root)
    service = TrainingService(max_workers=1, root=root)
    worker_rate(service)  # loads the images there
    rows = []
    for _ in range(ROUNDS):
        generator, fixed = step_rates(samples)
        rows.append((loader_rate(split), generator, fixed, epoch_rate(samples), worker_rate(service), product_rate()))
    service.close()
    names = ("loader", "generator", "fixed batch", "generator, whole epochs", "worker, whole epochs", "products alone")
    for name, rates in zip(names, zip(*rows, strict=True), strict=True):
        print(f"{name:26} {statistics.median(rates):9,.0f} samples/s   ({min(rates):,.0f} to {max(rates):,.0f})")
    goals = (
        ("generator / loader", [row[1] / row[0] for row in rows], 9.0),
        ("generator / fixed batch", [row[1] / row[2] for row in rows], 0.90),
        ("worker / generator", [row[4] / row[3] for row in rows], 0.85),
        ("products / loader", [row[5] / row[0] for row in rows], None),
    )
    for name, ratios, goal in goals:
        aim = f"; goal {goal:g}" if goal else ": what is left of a step is autograd's, the loss's and the optimizer's"
        print(f"{name:26} {statistics.median(ratios):9.2f}   ({min(ratios):.2f} to {max(ratios):.2f}{aim})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets")
