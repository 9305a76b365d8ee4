"""The inside view of a network: a look at it as plain data, small enough to be sent four times a second.

A look holds the first layer's weights, what each layer's weights and activations are like now and at the start, how far
steps go, which units are dead, and how the fixed validation samples are read.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from primer_core.models import build_model
from primer_core.training.inside import (
    LOOKED_AT,
    Layer,
    Trainee,
    dead_units,
    gradient_norm,
    hidden_and_logits,
    layers_of,
    update_ratio,
)

if TYPE_CHECKING:
    from primer_core.training.loop import Event, Samples
    from primer_core.training.spec import RunSpec

#: Seconds between two looks at least, and the largest part of the time that looking may take.
INTERVAL = 0.25
LARGEST_PART = 0.1
#: Seconds between two steps from which on there is time to keep the weights before each of them.
SLOW = 0.02
#: Seconds that a view counts as open after it was last heard of.
OPEN_FOR = 3.0
#: First-layer units in one look.
UNITS = 16
#: The most confident mistakes in one look.
MISTAKES = 8
#: Samples of the next batch in one look.
NEXT = 64
#: Bars of a histogram.
BINS = 32
#: Activations are counted on so many of the validation samples: a convolution has thousands a sample.
COUNTED = 50
#: Points along each side of a decision surface, and the part of the plane that it covers, the same on both axes.
SURFACE = 41
PLANE = (-4.0, 4.0)

#: A value of -1 to 1 as one of 63 characters, the middle one for 0; of 0 to 1 as one of 64.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_HALF = 31
#: Weights of a first layer up to so many are sent as they are, and not as characters.
_EXACT = 1000


class _Start(NamedTuple):
    """The network that a run begins with: its weights, and what its hidden units gave."""

    weights: list[torch.Tensor]
    hidden: list[torch.Tensor]


class Viewer:
    """Looks at one network in training while somebody has the view open.

    Parameters
    ----------
    spec
        What is trained.
    trainee
        The network.
    samples
        The data, as the network takes it.
    clock
        Seconds.
    start
        The network that the run began with, where that is none drawn from its seed.
    """

    def __init__(
        self,
        spec: RunSpec,
        trainee: Trainee,
        samples: Samples,
        clock: Callable[[], float] = time.perf_counter,
        start: nn.Module | None = None,
    ) -> None:
        self._spec = spec
        self._trainee = trainee
        self._samples = samples
        self._clock = clock
        self._open: dict[int, float] = {}
        self._due = 0.0
        self._step = 0
        self._stepped = 0.0
        self._looked: dict[int, int] = {}
        self._before: tuple[int, list[torch.Tensor]] = (-1, [])
        self._ratios: tuple[int, list[float]] = (-1, [])
        self._start: _Start | None = None
        self._began_with = start

    def watch(self, first_unit: int) -> Iterator[tuple[int, int, str]]:
        """Count the view of these units as open, and look if they were not looked at as they are now.

        Yields
        ------
        tuple
            As `take` does.
        """
        now = self._clock()
        seen = self._looked.get(first_unit) if first_unit in self._open else None
        self._open[first_unit] = now + OPEN_FOR
        if self._trainee.model is not None and seen != self._step and (seen is None or now >= self._due):
            yield self._look(first_unit)

    def take(self, event: Event) -> Iterator[tuple[int, int, str]]:
        """Take an event of the loop.

        Yields
        ------
        tuple
            The batch, the first unit of a view that is open, and a look for it.
        """
        if event.kind not in ("step", "finished"):
            return
        self._step = event.step
        if not self._open:
            return
        model = self._trainee.model
        assert model is not None  # there was an event
        now = self._clock()
        if event.kind == "step":
            # The change of a step is only known where the weights before it were kept, which costs time: it is done
            # where there is plenty, and for the step before a look.
            slow, due, self._stepped = now - self._stepped > SLOW, now >= self._due, now
            if not slow and not due:
                return
            watched, before = self._before
            weights = [layer.weight.detach().clone() for layer in layers_of(model)]
            self._before = event.step, weights
            if watched == event.step - 1:
                ratios = [update_ratio(new, old) for new, old in zip(weights, before, strict=True)]
                self._ratios = event.step, ratios
            elif not slow:
                return  # the next step is looked at
            if not due:
                return
        self._open = {first: until for first, until in self._open.items() if until > now}
        for first_unit in self._open:
            yield self._look(first_unit)
        self._due = max(now + INTERVAL, self._clock() + (self._clock() - now) / LARGEST_PART)

    def _look(self, first_unit: int) -> tuple[int, int, str]:
        self._looked[first_unit] = self._step
        model = self._trainee.model
        assert model is not None
        if self._start is None:
            self._start = start_of(self._spec, self._samples, self._began_with)
        layers = layers_of(model)
        measured, ratios = self._ratios
        steps = ratios if measured == self._step else [math.nan] * len(layers)
        gradients = [gradient_norm(layer) if self._step else math.nan for layer in layers]
        told = look(
            model,
            self._start,
            self._samples,
            step=self._step,
            first_unit=first_unit,
            gradients=gradients,
            steps=steps,
            # Own digits are in no set that could be shown by its rows.
            next_rows=None if self._spec.start else self._trainee.next_rows(),
        )
        return self._step, first_unit, told


def start_of(spec: RunSpec, samples: Samples, start: nn.Module | None = None) -> _Start:
    """The network of a spec before its first step, on the device of its samples: `start`, or that of its seed."""
    model = (start or build_model(spec.model, spec.seed)).to(samples.validation[0].device)
    hidden, _ = hidden_and_logits(model, samples.validation[0][:COUNTED])
    return _Start([layer.weight.detach().clone() for layer in layers_of(model)], hidden)


def look(
    model: nn.Module,
    start: _Start,
    samples: Samples,
    *,
    step: int,
    first_unit: int = 0,
    gradients: list[float] | None = None,
    steps: list[float] | None = None,
    next_rows: list[int] | None = None,
) -> str:
    """Look at a network.

    Parameters
    ----------
    model
        The network.
    start
        The same network before its first step.
    samples
        The data, as it takes it; the first 500 validation samples are looked at, or all where there are fewer.
    step
        int, batches it was trained on.
    first_unit
        int from 0, the first of the units of the first layer whose weights are told.
    gradients, steps
        The norm of each layer's gradient, and of its latest change divided by that of its weights; None or NaN where
        they are not known.
    next_rows
        The numbers of the training samples that come next.

    Returns
    -------
    str
        A JSON object, at most 20 kB.
    """
    inputs, labels = (part[:LOOKED_AT].to(next(model.parameters()).device) for part in samples.validation)
    layers = layers_of(model)
    hidden, logits = hidden_and_logits(model, inputs)
    unknown = [math.nan] * len(layers)
    told: dict[str, Any] = {
        "step": step,
        "first": _first_layer(layers[0], first_unit),
        "layers": [
            _layer(layer, start, hidden, number, gradient, change)
            for number, (layer, gradient, change) in enumerate(
                zip(layers, gradients or unknown, steps or unknown, strict=True)
            )
        ],
        "next": None if next_rows is None else _next_batch(next_rows, samples.train[1]),
        **_readings(logits, labels),
    }
    if inputs.ndim == 2:
        told["surface"] = _surface(model)
        told["points"] = [
            *_points(model, samples.train, "train"),
            *_points(model, samples.validation, "validation"),
        ]
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def _next_batch(rows: list[int], labels: torch.Tensor) -> dict[str, Any]:
    shown = rows[:NEXT]
    return {"size": len(rows), "rows": shown, "labels": "".join(str(int(labels[row])) for row in shown)}


def _first_layer(layer: Layer, first_unit: int) -> dict[str, Any]:
    """Weights of the first layer by unit, all in parts of the largest in the whole layer."""
    weights = layer.weight.detach().float().cpu()
    if not layer.units_first:
        weights = weights.T
    units = len(weights)
    first_unit = max(0, min(first_unit, units - 1)) // UNITS * UNITS
    shown = weights.flatten(1)[first_unit : first_unit + UNITS]
    largest = float(weights.abs().max())
    side = math.isqrt(shown.shape[1])
    told: dict[str, Any] = {
        "units": units,
        "from": first_unit,
        "side": side if side * side == shown.shape[1] else None,
        "convolution": weights.ndim == 4,
        "largest": _number(largest),
        "least": _numbers(shown.amin(dim=1)),
        "most": _numbers(shown.amax(dim=1)),
        "norms": _numbers(shown.norm(dim=1)),
    }
    if not math.isfinite(largest):
        return told
    if shown.numel() <= _EXACT:
        told["exact"] = [_numbers(unit) for unit in shown]
    told["weights"] = _characters((shown / (largest or 1.0) * _HALF).round().int().flatten() + _HALF)
    return told


def _layer(
    layer: Layer, start: _Start, hidden: list[torch.Tensor], number: int, gradient: float, change: float
) -> dict[str, Any]:
    weights = layer.weight.detach()
    shape = list(weights.shape)
    if not layer.units_first:
        shape.reverse()
    told: dict[str, Any] = {
        "shape": shape,
        "norm": _number(float(weights.norm())),
        "gradient": _number(gradient),
        "change": _number(change),
        "weights": _histograms(weights, start.weights[number]),
    }
    if number < len(hidden):
        outputs, before = hidden[number][:COUNTED], start.hidden[number]
        told["units"], told["dead"] = hidden[number].shape[1], dead_units(hidden[number])
        told["zeros"] = [_number(float((values == 0).float().mean())) for values in (outputs, before)]
        told["activations"] = _histograms(outputs[outputs > 0], before[before > 0])
    return told


def _histograms(now: torch.Tensor, before: torch.Tensor) -> dict[str, Any] | None:
    """How many values of two tensors lie in each of `BINS` ranges of the same width; None if one is not finite."""
    sides = [float(side) for values in (now, before) if values.numel() for side in torch.aminmax(values)]
    if not sides or not all(map(math.isfinite, sides)):
        return None
    low, high = min(sides), max(sides)
    counts = [torch.histc(values.float().flatten(), BINS, low, high).int().tolist() for values in (now, before)]
    return {"low": _number(low), "high": _number(high), "now": counts[0], "start": counts[1]}


def _readings(logits: torch.Tensor, labels: torch.Tensor) -> dict[str, Any]:
    """How labelled samples are read: each class, the counts of each pair, and the most confident mistakes."""
    classes = logits.shape[1]
    probabilities = logits.softmax(dim=1)
    sure, read = probabilities.max(dim=1)
    pairs = torch.bincount(labels * classes + read, minlength=classes * classes).reshape(classes, classes)
    wrong = (read != labels).nonzero().flatten()
    wrong = wrong[sure[wrong].nan_to_num(0.0).sort(descending=True, stable=True).indices][:MISTAKES]
    return {
        "samples": len(labels),
        "right": int((read == labels).sum()),
        "labels": "".join(map(str, labels.tolist())),
        "read": "".join(map(str, read.tolist())),
        "confusion": pairs.tolist(),
        "mistakes": [
            {
                "row": row,
                "label": int(labels[row]),
                "read": int(read[row]),
                "sure": _number(float(sure[row])),
                "right": _number(float(probabilities[row, labels[row]])),
            }
            for row in wrong.tolist()
        ],
    }


def _surface(model: nn.Module) -> dict[str, Any]:
    """The probability of class 1 over the plane, a row of points after the other, the lowest first."""
    device = next(model.parameters()).device
    along = torch.linspace(*PLANE, SURFACE, device=device)
    points = torch.cartesian_prod(along, along).flip(1)
    _, logits = hidden_and_logits(model, points)
    probabilities = logits.softmax(dim=1)[:, 1].nan_to_num(0.5)
    levels = (probabilities * (len(ALPHABET) - 1)).round().int()
    return {"range": list(PLANE), "side": SURFACE, "values": _characters(levels)}


def _points(model: nn.Module, part: tuple[torch.Tensor, torch.Tensor], name: str) -> list[dict[str, Any]]:
    points, labels = part
    _, logits = hidden_and_logits(model, points)
    probabilities = logits.softmax(dim=1)[:, 1]
    return [
        {"part": name, "x": _number(x), "y": _number(y), "label": label, "one": _number(one)}
        for (x, y), label, one in zip(points.tolist(), labels.tolist(), probabilities.tolist(), strict=True)
    ]


def _characters(levels: torch.Tensor) -> str:
    return "".join(ALPHABET[level] for level in levels.tolist())


def _number(value: float) -> float | None:
    """Three significant digits: more cannot be seen; None for what is no finite number."""
    return float(f"{value:.3g}") if math.isfinite(value) else None


def _numbers(values: torch.Tensor) -> list[float | None]:
    return [_number(value) for value in values.tolist()]
