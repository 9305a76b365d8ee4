"""What the playground says of a network, as claims."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Claim
from primer_core.claims.fitting import (
    BothClassesAtOnce,
    ErrorNotFinite,
    LeftOver,
    NoLongerFinite,
    NumbersToLearn,
    OnTheirSide,
    SilentUnits,
    StraightBorder,
)
from primer_core.lessons.playground.network import Network
from primer_core.lessons.playground.question import PlaygroundQuestion
from primer_core.lessons.playground.training import Tensors

if TYPE_CHECKING:
    import torch


def claims_of(
    question: PlaygroundQuestion, step: int, network: Network, train: Tensors, test: Tensors
) -> tuple[Claim, ...]:
    """All that is said of a network after so many steps, what matters most first."""
    if not bool(network.row.isfinite().all()):
        return (NoLongerFinite(step), NumbersToLearn(question.sizes))
    said: list[Claim] = []
    layers = network.layers(train.inputs)
    if len(train.inputs):
        said.append(_fit(question, step, layers[-1][1], train, test, network))
    if not question.is_curve:
        said += _contradictions(train)
    if question.activation == "none" or not question.widths:
        said.append(_affine(question, network))
    elif question.activation == "relu" and len(train.inputs):
        for place, (_, values) in enumerate(layers[:-1], start=1):
            silent = int((values == 0).all(dim=0).sum())
            if silent:
                said.append(SilentUnits(place, silent, values.shape[1]))
    return (*said, NumbersToLearn(question.sizes))


def _fit(
    question: PlaygroundQuestion, step: int, logits: torch.Tensor, train: Tensors, test: Tensors, network: Network
) -> Claim:
    if question.is_curve:
        heights = train.targets
        error = float(((logits - heights) ** 2).mean())
        if not math.isfinite(error):
            return ErrorNotFinite(step, float(np.finfo(np.float32).max))
        return LeftOver(step, error, float(heights.var(correction=0)))
    test_right = right(question, network.layers(test.inputs)[-1][1], test)
    return OnTheirSide(step, right(question, logits, train), len(logits), test_right, len(test.inputs))


def _contradictions(train: Tensors) -> tuple[Claim, ...]:
    """Say of the first place where training points of both classes lie that they do."""
    found: dict[tuple[float, float], list[int]] = {}
    for (x, y), label in zip(train.inputs.tolist(), train.targets.flatten().tolist(), strict=True):
        found.setdefault((x, y), [0, 0])[int(label)] += 1
    both = (BothClassesAtOnce(place, (zeros, ones)) for place, (zeros, ones) in found.items() if zeros and ones)
    return tuple(islice(both, 1))


def right(question: PlaygroundQuestion, logits: torch.Tensor, points: Tensors) -> int:
    """How many points of a classification the logits put into their class."""
    if question.outputs == "2":
        return int((logits.argmax(dim=1) == points.targets).sum())
    return int(((logits > 0) == (points.targets == 1)).sum())


def _affine(question: PlaygroundQuestion, network: Network) -> Claim:
    """The one affine map that layers without activation are: what it makes of 0, and of each unit of the input."""
    load_torch()
    import torch

    corners = torch.cat([torch.zeros(1, question.sizes[0]), torch.eye(question.sizes[0])])
    with torch.no_grad():
        logits = _in_double(network, corners)
    given = logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits[:, 0]
    return StraightBorder(tuple((given[1:] - given[0]).tolist()), float(given[0]))


def _in_double(network: Network, inputs: torch.Tensor) -> torch.Tensor:
    values = inputs.double()
    for weight, bias in zip(network.weights, network.biases, strict=True):
        values = values @ weight.double().T + bias.double()
    return values
