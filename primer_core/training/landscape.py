"""The ground around a network: its loss at weights a little way off, in two directions.

A network of thousands of weights stands at one point of a space of thousands of axes. Two random directions span a
plane through that point; the loss above this plane is a surface that can be drawn. Each direction is scaled filter by
filter to the length of the network's own weights, so that a step of 1 is as long as the weights themselves, whatever
the layer (Li, Xu, Taylor, Studer, Goldstein: Visualizing the Loss Landscape of Neural Nets, 2018, section 4). Biases
stay as they are, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn

#: Points along each direction, an odd number, so that the network itself is one of them; and how far they reach.
SIZE = 21
REACH = 1.0


@dataclass(frozen=True, slots=True)
class Landscape:
    """Losses above a plane of weights.

    Parameters
    ----------
    steps
        ``(size,)`` from -reach to reach: how far each row and column lies off, in lengths of the weights.
    losses
        ``(size, size)`` nats: ``losses[i][j]`` at ``weights + steps[i] · u + steps[j] · v``; that of the network itself
        in the middle.
    """

    steps: tuple[float, ...]
    losses: tuple[tuple[float, ...], ...]

    @property
    def here(self) -> float:
        """Return the loss of the network itself."""
        middle = len(self.steps) // 2
        return self.losses[middle][middle]

    @property
    def lowest(self) -> tuple[float, float, float]:
        """Return the smallest loss that was found, and the steps along u and v at which it lies."""
        size = range(len(self.steps))
        loss, i, j = min((self.losses[i][j], i, j) for i in size for j in size)
        return loss, self.steps[i], self.steps[j]


def landscape(
    model: nn.Module,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    seed: int,
    *,
    size: int = SIZE,
    reach: float = REACH,
) -> Landscape:
    """Compute the loss on a plane of weights around a network.

    Parameters
    ----------
    model
        In evaluation mode; takes `inputs` and gives logits. It is not changed.
    inputs, labels
        ``(n, ...)`` and ``(n,)``: the samples whose mean cross-entropy is taken.
    seed
        int from 0, of the two directions.
    size
        int from 3, odd: points along each direction.
    reach
        float above 0: how far the outermost points lie off, in lengths of the weights.

    Raises
    ------
    ValueError
        If `size` is even or below 3.
    """
    if size < 3 or size % 2 == 0:
        raise ValueError(f"Expected an odd size of 3 or more, not {size}.")
    import torch
    from torch.func import functional_call
    from torch.nn.functional import cross_entropy

    weights = {name: tensor.detach() for name, tensor in model.named_parameters()}
    u, v = (directions(weights, torch.Generator().manual_seed(2 * seed + n)) for n in (0, 1))
    steps = [reach * (2 * place / (size - 1) - 1) for place in range(size)]
    rows = []
    with torch.inference_mode():
        for along_u in steps:
            row = []
            for along_v in steps:
                moved = {name: tensor + along_u * u[name] + along_v * v[name] for name, tensor in weights.items()}
                row.append(cross_entropy(functional_call(model, moved, (inputs,)), labels).item())
            rows.append(tuple(row))
    return Landscape(tuple(steps), tuple(rows))


def directions(weights: dict[str, torch.Tensor], generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Draw a random direction, each filter of it as long as that of the weights, and nothing for biases.

    Parameters
    ----------
    weights
        By name. A filter is what makes one unit: of two axes or more, ``weights[name][unit]``.
    generator
        Where random numbers come from.
    """
    import torch

    found = {}
    for name, tensor in weights.items():
        drawn = torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)
        if tensor.ndim < 2:
            found[name] = torch.zeros_like(drawn)
            continue
        axes = tuple(range(1, tensor.ndim))
        lengths = [torch.linalg.vector_norm(each, dim=axes, keepdim=True) for each in (tensor, drawn)]
        found[name] = drawn * lengths[0] / lengths[1]
    return found
