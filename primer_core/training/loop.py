"""The training loop: a plain generator of events, with no printing, no thread and no user interface."""

from __future__ import annotations

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pickle import UnpicklingError
from typing import Any, Literal, NamedTuple, Protocol

import torch
from torch import nn
from torch.nn import functional

from primer_core.data import Progress, images_to_floats, load_images, toy_points
from primer_core.devices import resolve_device
from primer_core.inference.trained import load_trained
from primer_core.models import MODELS, build_with_random_state
from primer_core.models.normalise import Normalised
from primer_core.training.checkpoint import Checkpoint, CheckpointError, Place
from primer_core.training.controls import Controls
from primer_core.training.feed import Feed, OwnDigits, WholeSet, digits_of
from primer_core.training.inside import Trainee
from primer_core.training.moments import MomentKeeper, Worth
from primer_core.training.schedules import SCHEDULES
from primer_core.training.spec import TOY, Outcome, RunSpec, SpecError, batches_per_pass
from primer_core.training.teaching import Teaching

EventKind = Literal["step", "paused", "changed", "epoch", "finished"]

_EVALUATION_BATCH = 1000
_PAUSE_WAIT = 0.05
_DROPOUT = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


class Event(NamedTuple):
    """What just happened in a run.

    A tuple, since one is made every step, and a frozen dataclass takes a fortieth of a small network's step to make.

    Parameters
    ----------
    kind
        ``"step"`` after each batch, ``"changed"`` before the first one with other settings, ``"epoch"`` after each pass
        over the training samples, ``"paused"`` while nothing happens, and ``"finished"`` at the end.
    step
        Batches trained on so far.
    epoch
        The pass over the training samples that the last batch belonged to, counted from 1; 0 before the first batch.
    learning_rate
        In use now.
    samples_per_second
        Training speed of the pass so far, counting only time spent in training steps.
    left_in_pass, total_steps
        Batches to come in this pass, and in the whole run as it is planned, those trained on included.
    spec
        What is trained, with the settings that are in use now.
    train_loss
        Mean cross-entropy over samples, in nats: of the batch (``"step"``), or of all samples that were trained on in
        the pass, each with the weights of its time (``"epoch"``).
    validation_loss, validation_accuracy
        On the validation samples, after each pass: cross-entropy in nats and the share read correctly, 0 to 1.
    test_loss, test_accuracy
        On the test samples, at the end.
    outcome
        At the end: why the run has ended.
    state_dict
        At the end: the model's parameters, on the CPU.
    """

    kind: EventKind
    step: int
    epoch: int
    learning_rate: float
    samples_per_second: float
    left_in_pass: int
    total_steps: int
    spec: RunSpec
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

    def scaled(self, mean: float, std: float) -> Samples:
        """The same with another mean taken off, and divided by another standard deviation; images only."""
        train, validation, test = (
            ((inputs * self.std + self.mean - mean) / std, labels)
            for inputs, labels in (self.train, self.validation, self.test)
        )
        return Samples(train, validation, test, mean, std)


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
    moments: MomentKeeper | None = None,
    trainee: Trainee | None = None,
    teaching: Teaching | None = None,
    checkpoint: Checkpoint | None = None,
    changes: Sequence[tuple[int, RunSpec]] = (),
) -> Iterator[Event]:
    """Train a model as a spec says, and tell what happens as it happens.

    On a CPU, the same spec gives the same losses every time. They are those of a plain script that calls
    ``torch.manual_seed(spec.seed)``, builds the model and trains it on a shuffling ``DataLoader``: order, dropout and
    noise are drawn from the same stream.

    After an event of kind ``"finished"`` the generator can be advanced further, and trains on, if the reason for the
    end does not hold any more: more epochs were asked for, a stop was taken back, or the rule that ended the run is
    off. The losses are those that it would have had without the end.

    Parameters
    ----------
    spec
        What to train.
    controls
        Through which another thread, or the consumer between two events, may steer.
    samples
        The data, if it is loaded already.
    moments
        Is offered the model at the start, after each batch, after each pass and at the end.
    trainee
        Is told the model, and the order of the samples; it may be looked at between two events.
    teaching
        The network to begin with and the digits to learn, where the spec names a start; `samples` are then scaled as
        this network takes them.
    checkpoint
        Where to go on, as `trainee` gave it between two events of a run of the same spec; None for the start. The
        controls then ask for its settings, unless others are to be used from there on.
    changes
        Of the settings, which that run used after it: after how many batches, and the settings, in their order.

    Yields
    ------
    Event
        One a batch, one a change of the settings, one a pass, and one at each end.

    Raises
    ------
    primer_core.devices.DeviceUnavailableError
        If the device is not there.
    primer_core.data.DataError
        If the data cannot be had.
    primer_core.training.checkpoint.CheckpointError
        If the checkpoint is of another run.
    SpecError
        If the spec names a start and there is no teaching, or the other way round, or the network is of another
        architecture.
    """
    if bool(spec.start) != (teaching is not None):
        raise SpecError("A run that fine-tunes names its start, and gets a network and digits; others neither.")
    device = resolve_device(spec.device)
    start = None if teaching is None else start_network(spec, teaching)
    if samples is None:
        load = partial(load_samples, spec.data)
        samples = (
            load(normalise=spec.normalise) if start is None else samples_for(start, load, normalise=spec.normalise)
        )
    samples = samples.to(device)
    feed: Feed = WholeSet(*samples.train) if teaching is None else feed_of(spec, teaching, samples)
    training = _Training(
        spec,
        controls or Controls(spec if checkpoint is None else checkpoint.spec),
        samples,
        feed,
        device,
        moments,
        trainee or Trainee(),
        None if start is None else start.model,
    )
    training.to_come.extend(changes)
    if checkpoint is not None:
        training.restore(checkpoint)
    yield from training.events()


def start_network(spec: RunSpec, teaching: Teaching) -> Normalised:
    """The network that a run fine-tunes, as something that takes pixels.

    Raises
    ------
    SpecError
        If it is of another architecture than the spec says.
    """
    try:
        network = load_trained(spec, teaching.network)
    except (RuntimeError, LookupError, UnpicklingError) as error:
        title = MODELS[spec.model].title
        raise SpecError(f"The network to begin with is none of the architecture {title}.") from error
    assert isinstance(network, Normalised)
    return network


class Load(Protocol):
    """Loads the set of a run."""

    def __call__(self, *, normalise: bool) -> Samples:
        """As `load_samples` does."""
        ...


def samples_for(start: Normalised, load: Load, *, normalise: bool) -> Samples:
    """Samples scaled as a network takes them: those of the spec, where it was trained on such."""
    samples = load(normalise=normalise)
    mean, std = start.mean.item(), start.std.item()
    if math.isclose(mean, samples.mean, abs_tol=1e-6) and math.isclose(std, samples.std, abs_tol=1e-6):
        return samples
    return load(normalise=False).scaled(mean, std)


def feed_of(spec: RunSpec, teaching: Teaching, samples: Samples) -> OwnDigits:
    """What a run that fine-tunes trains on: digits that are not held out, and training images of its set."""
    inputs, labels = digits_of(teaching, samples.mean, samples.std)
    learned = ~torch.tensor(teaching.held_out)
    device = samples.train[0].device
    return OwnDigits(*samples.train, inputs[learned].to(device), labels[learned].to(device), spec.replay)


class _Training:
    """A run while it goes on: the network, its optimizer, and how far it has come."""

    def __init__(
        self,
        spec: RunSpec,
        controls: Controls,
        samples: Samples,
        feed: Feed,
        device: torch.device,
        moments: MomentKeeper | None,
        trainee: Trainee,
        start: nn.Module | None,
    ) -> None:
        self.spec = spec
        self.controls = controls
        self.samples = samples
        self.feed = feed
        self.size = feed.size
        self.device = device
        self.moments = moments
        self.model, random_state = build_with_random_state(spec.model, spec.seed)
        if start is not None:
            self.model.load_state_dict(start.state_dict())
        self.model.to(device)
        self.stream = _RandomStream(random_state, spec.seed, device)
        self.trainee = trainee
        trainee.model = self.model
        trainee.next_pass = self.foreseen
        trainee.checkpoint = self.checkpoint
        self.optimizer = _optimizer(spec, self.model)
        self.place = self.new_place()
        self.clock = _Clock()
        self.step, self.epoch, self.total_steps = 0, 0, steps_in(spec, self.size)
        self.passes = 0  # that are over and measured
        self.order: torch.Tensor | None = None  # of the pass that is going on
        self.position, self.total = 0, 0.0  # in samples, within the pass, and the sum of their losses
        self.changes = 0  # of settings, that are in use
        self.to_come: deque[tuple[int, RunSpec]] = deque()  # changes that were made in a run that is trained again
        self.batches: deque[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = deque()
        self.schedule_runs = (0, spec.epochs * self.size)  # from and to which sample
        self.best_validation_loss, self.epochs_without_better = math.inf, 0
        self.last_loss = self.last_accuracy = 0.0
        self.ended = False
        self.prepare()

    def events(self) -> Iterator[Event]:
        if not self.step:
            self.offer("start")
        elif self.order is None or not math.isfinite(self.last_loss):
            yield from self.judge_pass()
            if self.ended:
                return
        for epoch in itertools.count(self.passes + 1):
            self.foresee_change()
            if epoch > self.controls.spec.epochs:
                yield self.finished("completed")
                if epoch > self.controls.spec.epochs:
                    return
            yield from self.one_pass(epoch)
            yield from self.judge_pass()
            if self.ended:
                return

    def judge_pass(self) -> Iterator[Event]:
        """End the run, if what its last pass has come to says so; `ended` tells whether it has."""
        if not math.isfinite(self.last_loss):
            self.ended = True
            yield self.finished("diverged")
        elif not self.ended and (outcome := self.rule(self.spec)) is not None:
            self.foresee_change()
            yield self.finished(outcome)
            self.ended = self.rule(self.controls.spec) is not None

    def one_pass(self, epoch: int) -> Iterator[Event]:
        """Train on each sample once, and measure; ended early, `ended` says so, or `last_loss` is not finite."""
        if self.order is None:
            with self.stream.borrowed():
                self.order = self.feed.order().to(self.device)
            self.position, self.total = 0, 0.0
        self.cut_up(self.order)
        self.clock.restart()
        while self.batches:
            if self.to_come and self.to_come[0][0] == self.step:
                self.controls.change(self.to_come.popleft()[1])
            if self.controls.spec is not self.spec:
                yield from self.take_settings(epoch, self.order)
                continue
            if not self.controls.may_step(_PAUSE_WAIT):
                if not self.controls.stopped:
                    yield self.event("paused")
                    continue
                yield self.finished("stopped")
                self.ended = self.controls.stopped
                if self.ended:
                    return
                continue
            began = time.perf_counter()
            rows, y, x = self.batches.popleft()
            if self.spec.schedule != "constant":
                self.set_rate(epoch)
            self.feed.gather(rows, x)
            if self.draws:
                with self.stream.borrowed():
                    if self.spec.noise:
                        x = x + self.spec.noise * torch.randn_like(x)
                    loss = _step(self.model, self.optimizer, x, y)
            else:
                loss = _step(self.model, self.optimizer, x, y)
            count = x.shape[0]
            self.clock.count(count, time.perf_counter() - began)
            self.step, self.epoch, self.last_loss = self.step + 1, epoch, loss
            self.position += count
            self.trainee.taken += 1
            self.total += loss * count
            if self.moments is not None:
                self.moments.offer(self.step, self.model)
            yield self.event("step", train_loss=loss)
            if not math.isfinite(loss):
                return
        self.controls.pass_ended()
        self.offer("pass")
        validation_loss, self.last_accuracy = evaluate(self.model, *self.samples.validation)
        better = validation_loss < self.best_validation_loss
        self.best_validation_loss = min(validation_loss, self.best_validation_loss)
        self.epochs_without_better = 0 if better else self.epochs_without_better + 1
        self.passes, self.order = epoch, None
        yield self.event(
            "epoch",
            train_loss=self.total / self.position,
            validation_loss=validation_loss,
            validation_accuracy=self.last_accuracy,
        )

    def rule(self, spec: RunSpec) -> Outcome | None:
        """Why the run ends after the pass that was measured last, if the settings say so."""
        if spec.target and self.last_accuracy >= spec.target:
            return "reached"
        return "levelled" if spec.patience and self.epochs_without_better >= spec.patience else None

    def cut_up(self, order: torch.Tensor) -> None:
        """Lay out the batches of what is left of a pass.

        All at once: small slices between large steps find nothing in the processor's caches. All are gathered in the
        same memory, which thereby stays in them.
        """
        rest = order[self.position :]
        size = self.spec.batch_size
        parts = list(zip(torch.split(rest, size), torch.split(self.feed.labels[rest], size), strict=True))
        if not len(rest) or (self.spec.drop_last and len(rest) % size and (len(parts) > 1 or self.position)):
            parts.pop()
        whole = self.place
        self.batches = deque((rows, y, whole if len(rows) == size else whole[: len(rows)]) for rows, y in parts)
        self.trainee.order, self.trainee.taken = tuple(rows for rows, _ in parts), 0

    def new_place(self) -> torch.Tensor:
        """Memory for the inputs of a whole batch."""
        inputs = self.samples.train[0]
        return inputs.new_empty((self.spec.batch_size, *inputs.shape[1:]))

    def foreseen(self) -> tuple[torch.Tensor, ...]:
        """The batches of the next pass, as they will be cut up if no setting changes before it."""
        order = self.stream.foreseen(self.feed.order)
        return torch.split(order, self.controls.spec.batch_size)

    def take_settings(self, epoch: int, order: torch.Tensor) -> Iterator[Event]:
        """Use the settings that were asked for, and tell if they are others."""
        before, self.spec = self.spec, self.controls.spec
        if before == self.spec:
            return
        self.changes += 1
        seen = (epoch - 1) * self.size + self.position
        if before.schedule != self.spec.schedule or self.step == 0:
            self.schedule_runs = (seen, max(self.spec.epochs * self.size, seen + 1))
        if before.batch_size != self.spec.batch_size:
            self.place = self.new_place()
            self.cut_up(order)
        self.prepare()
        passes_to_come = max(0, self.spec.epochs - epoch)
        self.total_steps = self.step + len(self.batches) + passes_to_come * batches_per_pass(self.spec, self.size)
        yield self.event("changed")

    def prepare(self) -> None:
        """Set model and optimizer as the settings say."""
        for group in self.optimizer.param_groups:
            group["lr"], group["weight_decay"] = self.spec.learning_rate, self.spec.weight_decay
            if "momentum" in group:
                group["momentum"] = self.spec.momentum
        entry = MODELS[self.spec.model]
        frozen = sum(entry.layers[: self.spec.frozen])
        for place, parameter in enumerate(self.model.parameters()):
            parameter.requires_grad_(place >= frozen)
            if self.spec.momentum and self.step:
                # A step of SGD expects every parameter to have a running mean, or none; zeros are as good as none.
                self.optimizer.state[parameter].setdefault("momentum_buffer", torch.zeros_like(parameter))
        dropouts = [module for module in self.model.modules() if isinstance(module, _DROPOUT)]
        share = entry.dropout if self.spec.dropout is None else self.spec.dropout
        if share is not None:
            for module in dropouts:
                module.p = share
        training = self.spec.mode == "train"
        self.model.train(training)
        self.draws = self.spec.noise > 0 or (training and bool(dropouts))

    def set_rate(self, epoch: int) -> None:
        """Set the learning rate as the schedule has it for the next batch."""
        begins, ends = self.schedule_runs
        progress = min(1.0, ((epoch - 1) * self.size + self.position - begins) / (ends - begins))
        for group in self.optimizer.param_groups:
            group["lr"] = self.spec.learning_rate * SCHEDULES[self.spec.schedule](progress)

    def foresee_change(self) -> None:
        """Between two passes of a run that is trained again, ask for what was asked for then: it may be more passes."""
        if self.to_come and self.to_come[0][0] == self.step:
            self.controls.change(self.to_come[0][1])

    def checkpoint(self, beside: Mapping[str, Any]) -> Checkpoint:
        """What the run needs to go on from here; the caller is between two events."""
        return Checkpoint(
            spec=self.spec,
            place=Place(
                step=self.step,
                passes=self.passes,
                epoch=self.epoch,
                position=self.position,
                total=self.total,
                changes=self.changes,
                total_steps=self.total_steps,
                schedule_runs=self.schedule_runs,
                last_loss=self.last_loss,
                last_accuracy=self.last_accuracy,
                best_validation_loss=self.best_validation_loss,
                epochs_without_better=self.epochs_without_better,
            ),
            model=self.model.state_dict(),
            optimizer=self.optimizer.state_dict(),
            random_state=self.stream.state,
            device_random_state=self.stream.device_state,
            order=None if self.order is None else self.order.cpu(),
            beside=beside,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Stand where a run of the same spec stood.

        Raises
        ------
        CheckpointError
            If it was another run.
        """
        if checkpoint.spec != self.spec.with_live(checkpoint.spec):
            raise CheckpointError("Expected a checkpoint of this run; it is of another one.")
        try:
            self.model.load_state_dict(checkpoint.model)
            self.optimizer.load_state_dict(dict(checkpoint.optimizer))
        except (RuntimeError, ValueError, LookupError) as error:
            raise CheckpointError(f"Expected a checkpoint of this run; its network is another one: {error}") from error
        place = checkpoint.place
        self.step, self.passes, self.epoch = place.step, place.passes, place.epoch
        self.position, self.total, self.total_steps = place.position, place.total, place.total_steps
        self.changes, self.schedule_runs = place.changes, place.schedule_runs
        self.last_loss, self.last_accuracy = place.last_loss, place.last_accuracy
        self.best_validation_loss = place.best_validation_loss
        self.epochs_without_better = place.epochs_without_better
        self.order = None if checkpoint.order is None else checkpoint.order.to(self.device)
        self.stream.state, self.stream.device_state = checkpoint.random_state, checkpoint.device_random_state
        self.spec = checkpoint.spec
        self.place = self.new_place()
        self.prepare()
        for group, kept in zip(self.optimizer.param_groups, checkpoint.optimizer["param_groups"], strict=True):
            group["lr"] = kept["lr"]  # as the schedule had set it

    def offer(self, worth: Worth) -> None:
        """Have the network as it is now kept, if moments of the run are."""
        if self.moments is not None:
            self.moments.offer(self.step, self.model, worth)

    def event(self, kind: EventKind, **details: float) -> Event:
        rate = self.optimizer.param_groups[0]["lr"]
        left, speed = len(self.batches), self.clock.samples_per_second
        return Event(kind, self.step, self.epoch, rate, speed, left, self.total_steps, self.spec, **details)  # type: ignore[arg-type]  # typed by Event

    def finished(self, outcome: Outcome) -> Event:
        """Measure the network as it is, and give it."""
        self.offer("end")
        test_loss, test_accuracy = evaluate(self.model, *self.samples.test)
        state_dict = {name: tensor.detach().cpu().clone() for name, tensor in self.model.state_dict().items()}
        return self.event("finished")._replace(
            test_loss=test_loss, test_accuracy=test_accuracy, outcome=outcome, state_dict=state_dict
        )


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
    return batches_per_pass(spec, train_size) * spec.epochs


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


class _RandomStream:
    """A run's own stream of random numbers, which stands in for torch's global one while it is borrowed.

    Layers such as dropout can only draw from the global generators; many runs take turns in one process.
    """

    def __init__(self, state: torch.Tensor, seed: int, device: torch.device) -> None:
        self.state = state
        self._device = device if device.type == "cuda" else None
        self.device_state: torch.Tensor | None = None
        self._seed = seed

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        with torch.random.fork_rng(devices=[self._device] if self._device else []):
            torch.set_rng_state(self.state)
            if self._device and self.device_state is None:
                torch.cuda.manual_seed(self._seed)
            elif self._device and self.device_state is not None:
                torch.cuda.set_rng_state(self.device_state, self._device)
            yield
            self.state = torch.get_rng_state()
            if self._device:
                self.device_state = torch.cuda.get_rng_state(self._device)

    def foreseen(self, draw: Callable[[], torch.Tensor]) -> torch.Tensor:
        """What the stream would give next, without taking it."""
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self.state)
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
