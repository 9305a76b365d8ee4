"""The training loop: a plain generator of events, with no printing, no thread and no user interface."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from primer_core.data import Progress, images_to_floats, load_images, toy_points
from primer_core.devices import resolve_device
from primer_core.models import build_with_random_state
from primer_core.training.controls import Controls
from primer_core.training.inside import Trainee
from primer_core.training.spec import TOY, Outcome, RunSpec

EventKind = Literal["step", "paused", "epoch", "finished"]

_EVALUATION_BATCH = 1000
_PAUSE_WAIT = 0.05
_DROPOUT = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


class Event(NamedTuple):
    """What just happened in a run.

    A tuple, since one is made every step, and a frozen dataclass takes a fortieth of a small network's step to make.

    Parameters
    ----------
    kind
        ``"step"`` after each batch, ``"epoch"`` after each pass over the training samples, ``"paused"`` while nothing
        happens, and ``"finished"`` once, at the end.
    step
        Batches trained on so far.
    epoch
        The pass over the training samples that the last batch belonged to, counted from 1; 0 before the first batch.
    learning_rate
        In use now.
    samples_per_second
        Training speed of the pass so far, counting only time spent in training steps.
    train_loss
        Mean cross-entropy, in nats, of the batch (``"step"``) or of all batches of the pass (``"epoch"``).
    validation_loss, validation_accuracy
        On the validation samples, after each pass: cross-entropy in nats and the share read correctly, 0 to 1.
    test_loss, test_accuracy
        On the test samples, at the end.
    outcome
        At the end: whether the run came to its end, was stopped, or left the range of numbers.
    state_dict
        At the end: the model's parameters, on the CPU.
    """

    kind: EventKind
    step: int
    epoch: int
    learning_rate: float
    samples_per_second: float
    train_loss: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    outcome: Outcome | None = None
    state_dict: Mapping[str, torch.Tensor] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The data of a run, as its model takes it.

    Parameters
    ----------
    train, validation, test
        Inputs (n, 1, 28, 28) or (n, 2), float32, and labels (n,), int64.
    mean, std
        What was taken off the inputs, in 0..1 for pixels, and what they were divided by after that.
    """

    train: tuple[torch.Tensor, torch.Tensor]
    validation: tuple[torch.Tensor, torch.Tensor]
    test: tuple[torch.Tensor, torch.Tensor]
    mean: float = 0.0
    std: float = 1.0

    def to(self, device: torch.device) -> Samples:
        """The same on a device."""
        moved = [(inputs.to(device), labels.to(device)) for inputs, labels in (self.train, self.validation, self.test)]
        return replace(self, train=moved[0], validation=moved[1], test=moved[2])


def load_samples(
    data: str, *, normalise: bool, root: str | None = None, progress: Progress | None = None, refetch: bool = False
) -> Samples:
    """Load what a spec names, whole, into one tensor a split.

    Parameters
    ----------
    data
        A name of `primer_core.training.spec.DATA_NAMES`.
    normalise
        Whether to take off the set's mean and divide by its standard deviation; points are left as they are.
    root
        The data folder, if not the usual one.
    progress, refetch
        As `primer_core.data.load_images` takes them.

    Raises
    ------
    primer_core.data.DataError
        If the set cannot be had or is damaged.
    """
    if data == TOY:
        points = toy_points()
        train = (points.train_points, points.train_labels)
        test = (points.test_points, points.test_labels)
        # Five points leave none to hold out: the two test points serve as both.
        return Samples(train=train, validation=test, test=test)
    split = load_images(data, root, progress=progress, refetch=refetch)

    def prepared(images: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images_to_floats(images, mean=split.mean, std=split.std, normalise=normalise), labels

    return Samples(
        train=prepared(split.train_images, split.train_labels),
        validation=prepared(split.validation_images, split.validation_labels),
        test=prepared(split.test_images, split.test_labels),
        mean=split.mean if normalise else 0.0,
        std=split.std if normalise else 1.0,
    )


def train(
    spec: RunSpec,
    controls: Controls | None = None,
    *,
    samples: Samples | None = None,
    trainee: Trainee | None = None,
) -> Iterator[Event]:
    """Train a model as a spec says, and tell what happens as it happens.

    On a CPU, the same spec gives the same losses every time. They are those of a plain script that calls
    ``torch.manual_seed(spec.seed)``, builds the model and trains it on a shuffling ``DataLoader``: order and dropout
    are drawn from the same stream.

    Parameters
    ----------
    spec
        What to train.
    controls
        Through which another thread, or the consumer between two events, may steer.
    samples
        The data, if it is loaded already.
    trainee
        Is told the model, and the order of the samples; it may be looked at between two events.

    Yields
    ------
    Event
        One a batch, one a pass, and one at the end.

    Raises
    ------
    primer_core.devices.DeviceUnavailableError
        If the device is not there.
    primer_core.data.DataError
        If the data cannot be had.
    """
    controls = controls or Controls()
    device = resolve_device(spec.device)
    samples = (samples or load_samples(spec.data, normalise=spec.normalise)).to(device)
    inputs, labels = samples.train
    model, random_state = build_with_random_state(spec.model, spec.seed)
    model.to(device)
    stream = _RandomStream(random_state, spec.seed, device)
    draws_in_forward = any(isinstance(module, _DROPOUT) for module in model.modules())
    optimizer = _optimizer(spec, model)
    batches = _batches_per_epoch(spec, len(labels))
    places = _places(inputs, spec.batch_size)
    clock = _Clock()
    trainee = trainee or Trainee()
    trainee.model = model
    trainee.next_pass = lambda: torch.split(stream.foreseen(partial(_epoch_order, len(labels))), spec.batch_size)
    step, epoch, last_loss = 0, 0, 0.0

    def event(kind: EventKind, **details: object) -> Event:
        rate = optimizer.param_groups[0]["lr"]
        return Event(kind, step, epoch, rate, clock.samples_per_second, **details)  # type: ignore[arg-type]  # typed by Event

    def passes() -> Iterator[Event]:
        nonlocal step, epoch, last_loss
        for epoch_now in range(1, spec.epochs + 1):
            with stream.borrowed():
                order = _epoch_order(len(labels)).to(device)
            # Cut up before the pass: small slices between large steps find nothing in the processor's caches.
            chosen, targets = (torch.split(part, spec.batch_size) for part in (order, labels[order]))
            clock.restart()
            trainee.order, trainee.taken = chosen[:batches], 0
            total = 0.0
            for rows, y, x in zip(chosen[:batches], targets, places, strict=False):
                while not controls.may_step(_PAUSE_WAIT) and not controls.stopped:
                    yield event("paused")
                if controls.stopped:
                    return
                began = time.perf_counter()
                if controls.learning_rate is not None:
                    for group in optimizer.param_groups:
                        group["lr"] = controls.learning_rate
                torch.index_select(inputs, 0, rows, out=x)
                if draws_in_forward:
                    with stream.borrowed():
                        last_loss = _step(model, optimizer, x, y)
                else:
                    last_loss = _step(model, optimizer, x, y)
                clock.count(x.shape[0], time.perf_counter() - began)
                step, epoch = step + 1, epoch_now
                trainee.taken += 1
                total += last_loss
                yield event("step", train_loss=last_loss)
                if not math.isfinite(last_loss):
                    return
            validation_loss, validation_accuracy = evaluate(model, *samples.validation)
            yield event(
                "epoch",
                train_loss=total / batches,
                validation_loss=validation_loss,
                validation_accuracy=validation_accuracy,
            )

    model.train()
    yield from passes()
    outcome: Outcome = "completed"
    if not math.isfinite(last_loss):
        outcome = "diverged"
    elif step < batches * spec.epochs:
        outcome = "stopped"
    test_loss, test_accuracy = evaluate(model, *samples.test)
    state_dict = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    yield event("finished", test_loss=test_loss, test_accuracy=test_accuracy, outcome=outcome, state_dict=state_dict)


def evaluate(model: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Mean cross-entropy in nats and accuracy (0 to 1) of a model on labelled samples.

    The model is in evaluation mode meanwhile, so dropout passes everything on and batch normalisation uses its
    running statistics; no graph is recorded.

    Parameters
    ----------
    model
        Takes `inputs`, gives logits (n, classes).
    inputs
        (n, ...), float32.
    labels
        (n,), int64.
    """
    was_training = model.training
    model.eval()
    loss, correct = 0.0, 0
    with torch.inference_mode():
        for x, y in zip(*(torch.split(part, _EVALUATION_BATCH) for part in (inputs, labels)), strict=True):
            logits = model(x)
            loss += functional.cross_entropy(logits, y, reduction="sum").item()
            correct += int((logits.argmax(dim=1) == y).sum().item())
    model.train(was_training)
    return loss / len(labels), correct / len(labels)


def steps_in(spec: RunSpec, train_size: int) -> int:
    """How many batches a run of `spec` takes on `train_size` samples."""
    return _batches_per_epoch(spec, train_size) * spec.epochs


def _batches_per_epoch(spec: RunSpec, train_size: int) -> int:
    whole, rest = divmod(train_size, spec.batch_size)
    return max(1, whole if spec.drop_last else whole + bool(rest))


def _places(inputs: torch.Tensor, batch_size: int) -> list[torch.Tensor]:
    """Where each batch of a pass is gathered: all in the same memory, which thereby stays in the processor's caches."""
    place = torch.empty_like(inputs[:batch_size])
    whole, rest = divmod(len(inputs), batch_size)
    return [place] * whole + [place[:rest]] * bool(rest)


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> float:
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(x), y)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def _optimizer(spec: RunSpec, model: nn.Module) -> torch.optim.Optimizer:
    # Fused kernels update all parameters in one call: on small layers the calls cost more than the arithmetic.
    if spec.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=spec.learning_rate, weight_decay=spec.weight_decay, fused=True)
    return torch.optim.SGD(
        model.parameters(), lr=spec.learning_rate, momentum=spec.momentum, weight_decay=spec.weight_decay, fused=True
    )


def _epoch_order(size: int) -> torch.Tensor:
    """A permutation of `size` samples, (size,), drawn from the global generator exactly as a DataLoader does.

    A DataLoader first draws a seed for its workers, then its sampler draws a seed for a generator of its own.
    """
    torch.empty((), dtype=torch.int64).random_()
    seed = int(torch.empty((), dtype=torch.int64).random_().item())
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))


class _RandomStream:
    """A run's own stream of random numbers, which stands in for torch's global one while it is borrowed.

    Layers such as dropout can only draw from the global generators; many runs take turns in one process.
    """

    def __init__(self, state: torch.Tensor, seed: int, device: torch.device) -> None:
        self._state = state
        self._device = device if device.type == "cuda" else None
        self._device_state: torch.Tensor | None = None
        self._seed = seed

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        with torch.random.fork_rng(devices=[self._device] if self._device else []):
            torch.set_rng_state(self._state)
            if self._device and self._device_state is None:
                torch.cuda.manual_seed(self._seed)
            elif self._device and self._device_state is not None:
                torch.cuda.set_rng_state(self._device_state, self._device)
            yield
            self._state = torch.get_rng_state()
            if self._device:
                self._device_state = torch.cuda.get_rng_state(self._device)

    def foreseen(self, draw: Callable[[], torch.Tensor]) -> torch.Tensor:
        """What the stream would give next, without taking it."""
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._state)
            return draw()


class _Clock:
    """Samples and the seconds spent on them."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self._samples, self._seconds = 0, 0.0

    def count(self, samples: int, seconds: float) -> None:
        self._samples += samples
        self._seconds += seconds

    @property
    def samples_per_second(self) -> float:
        return self._samples / self._seconds if self._seconds else 0.0
