"""What the playground's page is told: the state after some steps, and all that is drawn of it.

The numbers of a picture come as bytes in base64: of the plane two each, little-endian, from probability 0 to 1; of a
unit one each, 128 for zero and 255 for its number of the largest size.
"""

from __future__ import annotations

import base64
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Claim
from primer_core.lessons.playground.claims import claims_of, right
from primer_core.lessons.playground.network import Network
from primer_core.lessons.playground.question import (
    EDGE,
    PlaygroundQuestion,
    read_place,
    read_unit,
)
from primer_core.lessons.playground.sets import points_of
from primer_core.lessons.playground.training import (
    State,
    Tensors,
    advance,
    loss_of,
    network_of,
    tensors_of,
)

if TYPE_CHECKING:
    import torch

SIDE = 50
"""Places of the plane along each axis at which the network is asked."""

ALONG = 161
"""Places of the axis at which the network is asked where it learns a height."""

UNIT_SIDE, UNIT_SIDE_OF_MANY = 24, 16
UNIT_ALONG = 48
"""Places at which the picture of one unit is drawn, fewer where there are many units."""

MANY = 32
_ZERO, _LARGEST = 128, 127


def answer(
    question: PlaygroundQuestion, before: State, steps: int, *, seconds: float, told: bool
) -> tuple[dict[str, Any], State]:
    """Take steps and draw what has come of them.

    Parameters
    ----------
    question
        That is asked; what it names is there, see `primer_core.lessons.playground.question.fitting`.
    before
        State to start from.
    steps, seconds
        As for `primer_core.lessons.playground.training.advance`.
    told
        Whether the points come with it.

    Returns
    -------
    answer, state
        In plain JSON, and the state after the steps.
    """
    state, losses = advance(question, before, steps, seconds=seconds)
    network = network_of(question, state)
    train, test = tensors_of(question)
    found: dict[str, Any] = {
        "step": state.step,
        "state": state.text(),
        "sizes": list(question.sizes),
        "losses": [_finite(loss) for loss in losses],
        "train": _score(question, network, train),
        "test": _score(question, network, test),
        **_pictures(question, network),
        "looked": _looked(question, network),
    }
    if told:
        points = points_of(question.drawn())
        is_train = np.zeros(len(points.x), dtype=bool)
        is_train[points.train] = True
        found["points"] = [
            [float(x), float(y), int(label), int(trained)]
            for x, y, label, trained in zip(points.x, points.y, points.label, is_train, strict=True)
        ]
    return found, state


def said(question: PlaygroundQuestion, state: State) -> tuple[Claim, ...]:
    """What is said of a state, as claims."""
    train, test = tensors_of(question)
    return claims_of(question, state.step, network_of(question, state), train, test)


def _score(question: PlaygroundQuestion, network: Network, points: Tensors) -> dict[str, Any] | None:
    """Loss on some points, and of a classification how many are right; None without points."""
    if not len(points.inputs):
        return None
    logits = network.layers(points.inputs)[-1][1]
    loss = _finite(float(loss_of(question)(logits, points.targets)))
    if question.is_curve:
        return {"loss": loss, "of": len(logits)}
    return {"loss": loss, "right": right(question, logits, points), "of": len(logits)}


def _pictures(question: PlaygroundQuestion, network: Network) -> dict[str, Any]:
    units = sum(question.sizes[1:])
    if question.is_curve:
        heights = network.layers(_axis(ALONG))[-1][1][:, 0]
        values = _values(network, _axis(UNIT_ALONG))
        return {"curve": [_finite(height) for height in heights.tolist()], **_units(values, [1, UNIT_ALONG])}
    side = UNIT_SIDE if units <= MANY else UNIT_SIDE_OF_MANY
    logits = network.layers(_plane(SIDE))[-1][1]
    blue = logits.softmax(dim=1)[:, 1] if question.outputs == "2" else logits.sigmoid()[:, 0]
    shades = np.rint(np.nan_to_num(blue.numpy(), nan=0.5) * 65_535).astype("<u2")
    return {"surface": _text(shades.tobytes()), "side": SIDE, **_units(_values(network, _plane(side)), [side, side])}


def _values(network: Network, inputs: torch.Tensor) -> NDArray[np.float32]:
    """What each unit gives, of the layers one after another: (units, n)."""
    values = np.concatenate([values.numpy() for _, values in network.layers(inputs)], axis=1).T
    return np.ascontiguousarray(values)


def _units(values: NDArray[np.float32], dims: list[int]) -> dict[str, Any]:
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    peaks = np.abs(values).max(axis=1)
    scaled = values / np.where(peaks > 0, peaks, 1)[:, None]
    cells = (np.rint(scaled * _LARGEST) + _ZERO).astype(np.uint8)
    return {"units": _text(cells.tobytes()), "dims": dims, "peaks": [float(f"{peak:.4g}") for peak in peaks.tolist()]}


def _looked(question: PlaygroundQuestion, network: Network) -> dict[str, Any] | None:
    """What the network makes of the place that is looked at, and the sum of the chosen unit there."""
    place = read_place(question.at)
    if place is None:
        return None
    load_torch()
    import torch

    inputs = torch.tensor([place[:1] if question.is_curve else place])
    layers = network.layers(inputs)
    logits = layers[-1][1][0]
    found: dict[str, Any] = {
        "at": list(place),
        "values": [[_finite(value) for value in values[0].tolist()] for _, values in layers],
        "logits": [_finite(logit) for logit in logits.tolist()],
    }
    if not question.is_curve:
        shares = logits.softmax(dim=0) if question.outputs == "2" else logits.sigmoid()
        found["probabilities"] = [_finite(share) for share in shares.tolist()]
    unit = read_unit(question.unit)
    if unit is not None:
        layer, row = unit
        given = inputs[0] if layer == 0 else layers[layer - 1][1][0]
        weights = network.weights[layer][row].detach()
        sums, values = layers[layer]
        found["sum"] = {
            "inputs": [_finite(value) for value in given.tolist()],
            "weights": [_finite(value) for value in weights.tolist()],
            "products": [_finite(value) for value in (given * weights).tolist()],
            "bias": _finite(network.biases[layer][row].item()),
            "total": _finite(sums[0, row].item()),
            "activation": "none" if layer == len(layers) - 1 else question.activation,
            "value": _finite(values[0, row].item()),
        }
    return found


@lru_cache(maxsize=4)
def _plane(side: int) -> torch.Tensor:
    """The middles of squares into which the plane is cut, row by row from the top: (side², 2)."""
    load_torch()
    import torch

    middles = torch.from_numpy(((np.arange(side) + 0.5) / side * 2 - 1) * EDGE).float()
    return torch.stack([middles.repeat(side), middles.flip(0).repeat_interleave(side)], dim=1)


@lru_cache(maxsize=4)
def _axis(count: int) -> torch.Tensor:
    """Places along the axis from end to end: (count, 1)."""
    load_torch()
    import torch

    return torch.linspace(-EDGE, EDGE, count).unsqueeze(1)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
