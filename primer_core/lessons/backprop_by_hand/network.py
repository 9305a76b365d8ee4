"""The network that is derived: its batch, its first parameters, and what PyTorch itself computes from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from primer_core.backend.loading import load_torch
from primer_core.lessons.backprop_by_hand.steps import Array, Role

if TYPE_CHECKING:
    import torch

DTypeName = Literal["float32", "float64"]
Slip = Literal[
    "none", "no 1/B", "no ReLU mask", "W not transposed", "z instead of h", "bias not summed", "diagonal only"
]
"""A mistake that people make in this derivation, or none."""

Activation = Literal["relu", "round", "straight through"]
"""What stands between two layers; rounding can be passed straight through on the way back."""

Start = Literal["random", "zeros", "constant"]
"""What the first weights and biases are, where they are not typed."""

CONSTANT = 0.3
"""The number that every weight and bias is where they start as a constant."""

DIGIT_PIXELS, DIGIT_CLASSES, DIGIT_COUNT = 784, 10, 5000


@dataclass(frozen=True, slots=True)
class BackpropParams:
    """What to derive.

    Parameters
    ----------
    sizes
        Width of the input, of each hidden layer and of the output; 2 or 3 layers of weights. An input of 784
        takes real digits (and then the output has 10 classes); any other takes random points.
    batch
        Rows of ``X``, 1 to 16.
    seed
        Draws the data and the first weights.
    dtype
        Of every tensor.
    learning_rate
        Of the one update step.
    slip
        A mistake to make on purpose.
    activation
        Between two layers.
    start
        What the first weights and biases are.
    by_jacobian
        Whether the gradient of the loss goes through softmax in a step of its own.
    typed
        Values that stand in the place of drawn ones, by symbol: ``X``, ``labels``, ``W1``, ``b1``, ...
    """

    sizes: tuple[int, ...] = (2, 3, 2)
    batch: int = 3
    seed: int = 0
    dtype: DTypeName = "float32"
    learning_rate: float = 0.5
    slip: Slip = "none"
    activation: Activation = "relu"
    start: Start = "random"
    by_jacobian: bool = False
    typed: Mapping[str, torch.Tensor] = field(default_factory=dict)


def draw_batch(params: BackpropParams) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw the batch.

    Parameters
    ----------
    params
        What was asked; its seed draws the rows.

    Returns
    -------
    tuple of Tensor
        X, (batch, features) of the dtype, digits in 0 to 1; and labels, (batch,) int64, 0-based.
    """
    load_torch()
    import torch

    dtype: torch.dtype = getattr(torch, params.dtype)
    if params.sizes[0] == DIGIT_PIXELS:
        images, digits = _digits()
        rows = list(digit_rows(params))
        pixels = torch.as_tensor(images[rows]).reshape(params.batch, DIGIT_PIXELS)
        return pixels.to(dtype) / 255, torch.as_tensor(digits[rows])
    g = _generator(params.seed)
    x = torch.randn(params.batch, params.sizes[0], generator=g, dtype=torch.float64)
    labels = torch.randint(params.sizes[-1], (params.batch,), generator=g)
    return params.typed.get("X", tidy(x)).to(dtype), params.typed.get("labels", labels)


def digit_rows(params: BackpropParams) -> tuple[int, ...]:
    """Rows of the 5 000 digits that make up the batch."""
    load_torch()
    import torch

    return tuple(torch.randperm(DIGIT_COUNT, generator=_generator(params.seed))[: params.batch].tolist())


def given_values(params: BackpropParams, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    """Name what the derivation starts from.

    Parameters
    ----------
    params
        What was asked; its seed + 1 draws the parameters.
    x, labels
        Of `draw_batch`.

    Returns
    -------
    dict of str to Tensor
        X, y (one-hot, (batch, classes)) and the first Wk, (fan_in, fan_out), and bk, (fan_out,), by symbol.
    """
    load_torch()
    import torch

    g = _generator(params.seed + 1)
    one_hot = torch.nn.functional.one_hot(labels, params.sizes[-1]).to(x.dtype)
    values = {"X": x, "y": one_hot}
    digits = params.sizes[0] == DIGIT_PIXELS
    for k, (fan_in, fan_out) in enumerate(pairwise(params.sizes), start=1):
        weight = torch.randn(fan_in, fan_out, generator=g, dtype=torch.float64) * (2 / fan_in) ** 0.5
        bias = torch.randn(fan_out, generator=g, dtype=torch.float64) / 5
        for name, drawn in ((f"W{k}", weight), (f"b{k}", bias)):
            first = drawn if digits else tidy(drawn)
            if params.start != "random":
                first = torch.full_like(drawn, CONSTANT if params.start == "constant" else 0.0)
            values[name] = params.typed.get(name, first).to(x.dtype)
    return values


def activated(z: torch.Tensor, activation: Activation) -> torch.Tensor:
    """Return what an activation makes of z, with the gradient that PyTorch gives it."""
    match activation:
        case "relu":
            return z.relu()
        case "round":
            return z.round()
        case "straight through":
            return z + (z.round() - z).detach()


def tidy(x: torch.Tensor) -> torch.Tensor:
    """One decimal: a number that fits on screen is a number that can be checked in the head."""
    return (x * 10).round() / 10 + 0.0  # adding 0 turns -0.0 into 0.0


def given_role(symbol: str) -> Role:
    """Whether a symbol of `given_values` is data or a parameter."""
    return "input" if symbol in {"X", "y"} else "parameter"


def layer_of(symbol: str) -> int:
    """Layer of a symbol of `given_values`, 1-based; 0 for data."""
    return int(symbol[1:]) if symbol[1:].isdigit() else 0


def by_autograd(params: BackpropParams, start: Mapping[str, torch.Tensor], labels: torch.Tensor) -> dict[str, Array]:
    """Ask PyTorch's functions, its autograd and its SGD for every symbol.

    Parameters
    ----------
    params
        What was asked.
    start
        Of `given_values`; left as it is.
    labels
        Class of each row, (batch,).

    Returns
    -------
    dict of str to ndarray
        Every symbol of a step, with PyTorch's value of it.
    """
    load_torch()
    import torch
    from torch.nn import functional

    layers = len(params.sizes) - 1
    leaves = {name: value.clone().requires_grad_() for name, value in start.items() if given_role(name) == "parameter"}
    found: dict[str, torch.Tensor] = {}
    h = start["X"]
    for k in range(1, layers + 1):
        found[f"z{k}"] = h @ leaves[f"W{k}"] + leaves[f"b{k}"]
        if k < layers:
            h = found[f"h{k}"] = activated(found[f"z{k}"], params.activation)
    found["p"] = functional.softmax(found[f"z{layers}"], dim=1)
    found["loss"] = functional.cross_entropy(found[f"z{layers}"], labels)
    p = found["p"].detach().requires_grad_()
    likelihood = -(start["y"] * p.log()).sum() / len(labels)
    wanted = {f"delta{k}": found[f"z{k}"] for k in range(1, layers + 1)} | {
        f"d{name}": leaf for name, leaf in leaves.items()
    }
    gradients = dict(zip(wanted, torch.autograd.grad(found["loss"], list(wanted.values())), strict=True))
    for name, leaf in leaves.items():
        leaf.grad = gradients[f"d{name}"]
    found |= gradients
    (found["dp"],) = torch.autograd.grad(likelihood, p)
    torch.optim.SGD(leaves.values(), lr=params.learning_rate).step()
    found |= {f"{name}_new": leaf for name, leaf in leaves.items()}
    return {name: value.detach().numpy() for name, value in found.items()}


def updated_loss(params: BackpropParams, values: Mapping[str, torch.Tensor], labels: torch.Tensor) -> float:
    """Mean cross-entropy of X, by PyTorch, with the parameters ``Wk_new`` and ``bk_new`` of the update."""
    load_torch()
    from torch.nn import functional

    h, layers = values["X"], len(params.sizes) - 1
    for k in range(1, layers + 1):
        h = h @ values[f"W{k}_new"] + values[f"b{k}_new"]
        if k < layers:
            h = activated(h, params.activation)
    return float(functional.cross_entropy(h, labels))


def _generator(seed: int) -> torch.Generator:
    load_torch()
    import torch

    return torch.Generator().manual_seed(seed)


@lru_cache(maxsize=1)
def _digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Read the 5 000 digits once: 4 MB, and reading takes longer than the whole derivation."""
    from primer_core.data.sample import read_sample

    return read_sample()
