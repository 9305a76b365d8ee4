"""What can be seen inside a network while it trains. Looking changes no loss, not in its last digit.

No random number is drawn, no gradient is recorded, and layers that work differently in training are put back as they
were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from primer_core.training.checkpoint import Checkpoint
from primer_core.training.vitals import LayerVitals, Vitals

if TYPE_CHECKING:
    from primer_core.training.loop import Event

#: So many validation samples are looked at, always the same ones: the first of the set.
LOOKED_AT = 500
_RELU: frozenset[Callable[..., torch.Tensor]] = frozenset({functional.relu, torch.relu, torch.Tensor.relu})


@dataclass(eq=False)
class Trainee:
    """A network that is being trained, for whoever looks at it between two batches. Only the loop writes here.

    Parameters
    ----------
    model
        The network, in training; None until the loop has begun.
    order
        The samples of this pass in the order of training, a tensor of row numbers a batch.
    taken
        int, batches of this pass trained on so far.
    next_pass
        Function that gives the order of the next pass before it begins, as it will be drawn.
    checkpoint
        Function that gives what the run needs to go on from here, and takes what is to be kept with it.
    """

    model: nn.Module | None = None
    order: tuple[torch.Tensor, ...] = ()
    taken: int = 0
    next_pass: Callable[[], tuple[torch.Tensor, ...]] | None = field(default=None, repr=False)
    checkpoint: Callable[[Mapping[str, Any]], Checkpoint] | None = field(default=None, repr=False)

    def next_rows(self) -> list[int] | None:
        """The numbers of the training samples in the next batch; None before the loop has begun."""
        if self.taken < len(self.order):
            return self.order[self.taken].tolist()
        return None if self.next_pass is None else self.next_pass()[0].tolist()


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer with weights.

    Parameters
    ----------
    weight
        (outputs, inputs), (inputs, outputs) or (outputs, channels, height, width).
    biases
        Its other parameters: biases, and scales of a normalisation behind it.
    units_first
        Whether the first axis of the weights is that of the units, as in ``nn.Linear`` and ``nn.Conv2d``; in
        ``x @ W`` it is the second.
    """

    weight: nn.Parameter
    biases: tuple[nn.Parameter, ...]
    units_first: bool


def layers_of(model: nn.Module) -> tuple[Layer, ...]:
    """The layers of a network that have weights, from the input to the logits.

    Parameters of one axis count to the weights before them.
    """
    made_of_modules = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, nn.Linear | nn.Conv2d)
        for parameter in module.parameters(recurse=False)
    }
    found: list[Layer] = []
    for parameter in model.parameters():
        if parameter.ndim > 1:
            found.append(Layer(parameter, (), id(parameter) in made_of_modules))
        elif found:
            last = found[-1]
            found[-1] = Layer(last.weight, (*last.biases, parameter), last.units_first)
    return tuple(found)


class _Rectified(TorchFunctionMode):
    """Keeps what each ReLU gives while it is entered, whether a module or a function makes it."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs: list[torch.Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func in _RELU:
            self.outputs.append(result)
        return result


@contextmanager
def _as_it_is_used(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode without a graph; each of its modules is put back as it was."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def hidden_and_logits(model: nn.Module, inputs: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Run a network on inputs (n, ...): what its ReLUs give, each (n, units, ...), and its logits (n, classes)."""
    with _as_it_is_used(model), _Rectified() as rectified:
        logits = model(inputs)
    return rectified.outputs, logits


def dead_units(hidden: torch.Tensor) -> int:
    """How many units of (n, units, ...) are 0 on all n samples, a channel at all its places."""
    answers = hidden.flatten(2).amax(dim=2) if hidden.ndim > 2 else hidden
    return int((answers.amax(dim=0) <= 0).sum())


class Observer:
    """Measures the vitals of a network in training, seldom enough to cost nothing that can be felt.

    It measures after the second batch, whose step it has watched; after the first, second, fourth, eighth pass and so
    on, where a symptom that builds up slowly shows; each time that the loss has grown tenfold; and at the end.

    Parameters
    ----------
    trainee
        What is trained.
    inputs, labels
        The validation samples as the network takes them.
    """

    def __init__(self, trainee: Trainee, inputs: torch.Tensor, labels: torch.Tensor) -> None:
        self._trainee = trainee
        self._inputs, self._labels = inputs[:LOOKED_AT], labels[:LOOKED_AT]
        std, mean = torch.std_mean(self._inputs, correction=0)
        self._input_mean, self._input_std = mean.item(), std.item()
        self._before: tuple[int, list[torch.Tensor]] = (0, [])
        #: The loss that is compared with, in nats.
        self.highest = math.inf
        self._measured = 0

    @property
    def model(self) -> nn.Module:
        """The network in training; there was an event."""
        assert self._trainee.model is not None
        return self._trainee.model

    def take(self, event: Event) -> Vitals | None:
        """Take an event of the loop; measure where it is time to."""
        match event.kind:
            case "step":
                return self._after_step(event.step, event.epoch, event.train_loss or 0.0)
            case "epoch" if is_measured(event.epoch):
                return self.vitals(event.step)
            case "finished" if event.step != self._measured:
                return self.vitals(event.step)
        return None

    def _after_step(self, step: int, epoch: int, loss: float) -> Vitals | None:
        if step == 1:
            self.highest = loss
            self._watch(2)
            return None
        if step == 2:
            return self.vitals(step)
        if self._trainee.taken == len(self._trainee.order) - 1 and is_measured(epoch):
            self._watch(step + 1)
        if loss > 10 * self.highest:
            self.highest = loss
            return self.vitals(step)
        return None

    def _watch(self, step: int) -> None:
        """Remember the weights before a step, so that what it changes can be told."""
        assert self._trainee.model is not None  # there was an event
        self._before = step, [layer.weight.detach().clone() for layer in layers_of(self._trainee.model)]

    def vitals(self, step: int) -> Vitals:
        """Measure the network after batch `step`."""
        model = self._trainee.model
        assert model is not None
        self._measured = step
        layers = layers_of(model)
        device = layers[0].weight.device
        self._inputs, self._labels = self._inputs.to(device), self._labels.to(device)
        hidden, logits = hidden_and_logits(model, self._inputs)
        counts = [(outputs.shape[1], dead_units(outputs)) for outputs in hidden]
        counts += [(0, 0)] * (len(layers) - len(counts))
        losses = functional.cross_entropy(logits, self._labels, reduction="none")
        right = logits.argmax(dim=1) == self._labels
        watched, before = self._before
        weights_before = before if watched == step else [None] * len(layers)
        return Vitals(
            step=step,
            layers=tuple(
                LayerVitals(
                    units=units,
                    dead=dead,
                    weight_norm=layer.weight.norm().item(),
                    gradient_norm=gradient_norm(layer),
                    update_ratio=update_ratio(layer.weight, weights),
                )
                for layer, (units, dead), weights in zip(layers, counts, weights_before, strict=True)
            ),
            samples=len(self._labels),
            wrong=int((~right).sum()),
            loss_of_wrong=losses[~right].mean().item() if not bool(right.all()) else math.nan,
            loss_of_right=losses[right].mean().item() if bool(right.any()) else math.nan,
            input_mean=self._input_mean,
            input_std=self._input_std,
        )


def is_measured(epoch: int) -> bool:
    """Whether vitals are measured after a pass, counted from 1: after the first, second, fourth, eighth, ..."""
    return epoch & (epoch - 1) == 0


def gradient_norm(layer: Layer) -> float:
    """The Euclidean norm of the gradient of a layer's parameters for the latest batch; NaN where there is none."""
    gradients = [parameter.grad for parameter in (layer.weight, *layer.biases) if parameter.grad is not None]
    if not gradients:
        return math.nan
    return math.hypot(*(gradient.norm().item() for gradient in gradients))


def update_ratio(weight: torch.Tensor, before: torch.Tensor | None) -> float:
    """The norm of a change of weights divided by their norm before it; NaN where that is not known, or is 0."""
    if before is None:
        return math.nan
    size = before.norm().item()
    return (weight.detach() - before).norm().item() / size if size else math.nan
