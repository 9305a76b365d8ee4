"""What a model is made of: each layer with its output shape, its parameters and its work per sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer of a model, in the order in which a forward pass calls it.

    Parameters
    ----------
    name
        Its path in the model, as in ``state_dict``; empty for parameters that belong to the model itself.
    kind
        Its class, such as ``"Linear"``.
    output_shape
        Of one sample, without the batch axis.
    parameters
        How many numbers it learns.
    flops
        Floating-point operations for one sample in the forward pass; a multiplication and an addition count as two.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    flops: int


def describe(model: nn.Module, input_shape: Sequence[int]) -> tuple[LayerSummary, ...]:
    """List a model's layers by running one sample of zeros through it.

    Operations are counted by torch itself (`torch.utils.flop_counter.FlopCounterMode`), which counts matrix products
    and convolutions, 2mnk for (m, k) @ (k, n), and leaves out what is cheap beside them, such as adding a bias.

    Parameters
    ----------
    model
        Any module that takes one tensor.
    input_shape
        Of one sample, without the batch axis, such as (1, 28, 28).

    Returns
    -------
    tuple of LayerSummary
        Its leaf modules in calling order; then one entry for parameters that the model holds outside of any leaf
        module, with the model's own output shape.

    Raises
    ------
    ValueError
        If the model does not take that shape, with torch's own reason.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    names = {module: name for name, module in model.named_modules()}
    leaves = [module for module in model.modules() if module is not model and not any(True for _ in module.children())]
    shapes: dict[nn.Module, tuple[int, ...]] = {}

    def note_shape(module: nn.Module, _: Any, output: torch.Tensor) -> None:
        shapes[module] = tuple(output.shape[1:])

    hooks = [leaf.register_forward_hook(note_shape) for leaf in leaves]
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            output = model(torch.zeros(1, *input_shape, device=device))
    except RuntimeError as error:
        raise ValueError(
            f"{type(model).__name__} does not take one sample of shape {tuple(input_shape)} "
            f"({math.prod(input_shape)} values): {error}"
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
        model.train(was_training)

    counts = counter.get_flop_counts()  # by path, where there are any; it begins with the class
    layers = [
        LayerSummary(
            name=names[leaf],
            kind=type(leaf).__name__,
            output_shape=shape,
            parameters=sum(parameter.numel() for parameter in leaf.parameters()),
            flops=sum(counts.get(f"{type(model).__name__}.{names[leaf]}", {}).values()),
        )
        for leaf, shape in shapes.items()
    ]
    outside = sum(parameter.numel() for parameter in model.parameters()) - sum(layer.parameters for layer in layers)
    if outside or not layers:
        flops = counter.get_total_flops() - sum(layer.flops for layer in layers)
        layers.append(LayerSummary("", type(model).__name__, tuple(output.shape[1:]), outside, flops))
    return tuple(layers)
