"""An image on its way through a network: what every layer makes of it, and what a unit of one adds up.

The network is watched from the thread that asks it, by a `torch.overrides.TorchFunctionMode`, which sees every
operation of that thread and of no other. Nothing is hooked into the network, which may be one object for all learners,
and a unit is switched off by handing on something else than the operation gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.asking import one_thread, tensor_of
from primer_core.inference.held_out import Counts

if TYPE_CHECKING:
    import torch
    from torch import nn

Kind = Literal["normalise", "convolution", "pool", "flatten", "affine", "other"]
Off = Mapping[int, frozenset[int]]
"""Which units are switched off: by the number of a layer, the numbers of its units or channels."""

Tensor = NDArray[np.float32]

_BATCH = 50  # test images at once
_SHOWN_TERMS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Normaliser:
    """Batch normalisation of one channel, as it is after training: ``(z - mean) / sqrt(var + eps) * scale + shift``."""

    mean: float
    var: float
    eps: float
    scale: float
    shift: float

    def __call__(self, z: float) -> float:
        """Normalise a weighted sum."""
        return (z - self.mean) / float(np.sqrt(self.var + self.eps)) * self.scale + self.shift


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """The parameters of a layer that weighs its inputs.

    Attributes
    ----------
    weight
        (channels, inputs, height, width) of a convolution, (units, inputs) of an affine layer.
    bias
        One number a unit or channel, or None.
    normalisers
        One for each channel where batch normalisation follows, or None.
    activation
        Name of the function that comes last, such as ``"relu"``, or None.
    padding, stride
        Of a convolution, both ways.
    """

    weight: Tensor
    bias: Tensor | None
    normalisers: tuple[Normaliser, ...] | None
    activation: str | None
    padding: tuple[int, int]
    stride: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer that an image has passed; batch normalisation and activation belong to the layer before them.

    Attributes
    ----------
    name
        What it is called on the page: "convolution 1", "dense 2", "logits".
    kind
        What it does.
    code
        The operations, as PyTorch calls them, in their order.
    given
        What it was given, (1, ...).
    values
        What it gave, (1, ...), with what is switched off at zero.
    learnt
        Its parameters, where it weighs its inputs.
    """

    name: str
    kind: Kind
    code: str
    given: Tensor
    values: Tensor
    learnt: Learnt | None

    @property
    def units(self) -> int:
        """How many channels or units there are."""
        return int(self.values.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """An image's way through a network.

    Attributes
    ----------
    layers
        In their order; the last gives the logits.
    logits, probabilities
        float32 (classes,).
    """

    layers: tuple[Layer, ...]
    logits: Tensor
    probabilities: Tensor

    def can_switch(self, layer: int) -> bool:
        """Whether the units of a layer can be switched off: it weighs its inputs, and its outputs are no answer yet."""
        return 0 <= layer < len(self.layers) - 1 and self.layers[layer].learnt is not None


@dataclass(frozen=True, slots=True)
class Term:
    """One product in a weighted sum.

    Attributes
    ----------
    place
        Of the input: (input,), or (channel, row, column), in the shape that the layer before gave.
    value, weight
        The input, and what it is multiplied by.
    """

    place: tuple[int, ...]
    value: float
    weight: float

    @property
    def product(self) -> float:
        """What it adds to the sum."""
        return self.value * self.weight


@dataclass(frozen=True, slots=True, eq=False)
class UnitSum:
    """How a unit, or a channel at one place, comes to its value.

    Attributes
    ----------
    weight
        (channels, height, width) or (inputs,): what it multiplies its inputs by.
    inputs
        The inputs, in the same shape; zeros beyond the edge of an image.
    at
        Row and column of the output of a convolution; None for a unit.
    terms
        The products that are largest in size, the largest first.
    rest
        Sum of all other products.
    others
        How many other products are not zero.
    bias
        What is added to the sum; 0.0 where there is none.
    total
        The sum of all products and the bias.
    normaliser
        What batch normalisation does to the total; None where there is none.
    activation
        Name of the function that comes last, or None.
    value
        What the unit gives.
    """

    weight: NDArray[np.float32]
    inputs: NDArray[np.float32]
    at: tuple[int, int] | None
    terms: tuple[Term, ...]
    rest: float
    others: int
    bias: float
    total: float
    normaliser: Normaliser | None
    activation: str | None
    value: float


def pass_through(image: Tensor, model: nn.Module, off: Off | None = None) -> Passage:
    """Ask a network about an image and note what each of its layers gives.

    It may be called from several threads at once, and leaves the network as it was.

    Parameters
    ----------
    image
        float32 (28, 28) in 0..1.
    model
        In evaluation mode; takes (n, 1, 28, 28) and gives logits (n, classes).
    off
        Units whose outputs are put to zero. What names no unit of a hidden layer has no effect.
    """
    import torch

    with torch.inference_mode(), one_thread():
        batch = tensor_of(image[None], model)
        logits, made = _watched(model, batch, off or {})
        probabilities = torch.softmax(logits.float(), dim=1)
    last = len(made) - 1
    counts: dict[str, int] = {}
    layers = []
    for number, one in enumerate(made):
        title = _TITLES[one.kind]
        counts[title] = counts.get(title, 0) + 1
        is_numbered = one.kind in ("convolution", "affine", "pool")
        name = "logits" if number == last else f"{title} {counts[title]}" if is_numbered else title
        layers.append(one.layer(name))
    return Passage(tuple(layers), _array(logits[0]), _array(probabilities[0]))


def strongest(layer: Layer, channel: int) -> tuple[int, int]:
    """Row and column where a channel of a convolution gives most."""
    field = layer.values[0, channel]
    row, column = np.unravel_index(int(field.argmax()), field.shape)
    return int(row), int(column)


def add_up(layer: Layer, unit: int, at: tuple[int, int] | None = None, before: Layer | None = None) -> UnitSum:
    """Spell out the weighted sum of one unit.

    Parameters
    ----------
    layer
        Has learnt weights.
    unit
        Number of the unit or channel.
    at
        Row and column of a convolution's output; where its channel is strongest if None.
    before
        The layer before: the inputs of a unit are told in the shape that they had before they were flattened.

    Raises
    ------
    ValueError
        If the layer weighs nothing, or has no such unit or place.
    """
    learnt = layer.learnt
    if learnt is None:
        raise ValueError(f"{layer.name} has no weights")
    if not 0 <= unit < layer.units:
        raise ValueError(f"{layer.name} has units 0 to {layer.units - 1}, got {unit}")
    weight = learnt.weight[unit]
    if layer.kind == "convolution":
        height, width = layer.values.shape[2:]
        row, column = at = strongest(layer, unit) if at is None else at
        if not (0 <= row < height and 0 <= column < width):
            raise ValueError(f"{layer.name} has places up to ({height - 1}, {width - 1}), got ({row}, {column})")
        (up, left), (down, right) = learnt.padding, learnt.stride
        padded = np.pad(layer.given[0], ((0, 0), (up, up), (left, left)))
        top, start = row * down, column * right
        inputs = padded[:, top : top + weight.shape[1], start : start + weight.shape[2]]
        corner = (0, top - up, start - left)
    else:
        at, corner = None, (0, 0, 0)
        inputs = layer.given[0].reshape(-1)
        if before is not None and before.kind == "flatten" and before.given.ndim == 4:
            inputs, weight = inputs.reshape(before.given.shape[1:]), weight.reshape(before.given.shape[1:])
    products = inputs.astype(np.float64) * weight
    order = np.argsort(-np.abs(products), axis=None, kind="stable")[:_SHOWN_TERMS]
    terms = []
    for place in zip(*(axis.tolist() for axis in np.unravel_index(order, products.shape)), strict=True):
        if products[place]:
            outside = place if len(place) == 1 else tuple(map(sum, zip(place, corner, strict=True)))
            terms.append(Term(outside, float(inputs[place]), float(weight[place])))
    bias = 0.0 if learnt.bias is None else float(learnt.bias[unit])
    total = float(products.sum()) + bias
    normaliser = None if learnt.normalisers is None else learnt.normalisers[unit]
    value = total if normaliser is None else normaliser(total)
    return UnitSum(
        weight=weight,
        inputs=inputs,
        at=at,
        terms=tuple(terms),
        rest=float(products.sum()) - sum(term.product for term in terms),
        others=int(np.count_nonzero(products)) - len(terms),
        bias=bias,
        total=total,
        normaliser=normaliser,
        activation=learnt.activation,
        value=value if learnt.activation is None else _activated(learnt.activation, value),
    )


def count_right(model: nn.Module, images: Tensor, labels: NDArray[np.int64], off: Off | None = None) -> int:
    """Count the images that a network reads right, with some of its units switched off.

    What was counted is kept: see `primer_core.inference.held_out.Counts`.

    Parameters
    ----------
    model, off
        As for `pass_through`.
    images
        float32 (n, 28, 28) in 0..1: the same in every call for a network.
    labels
        (n,).
    """
    wanted = frozenset((layer, units) for layer, units in (off or {}).items() if units)
    return _COUNTS.of(model, wanted, lambda: _count(model, images, labels, dict(wanted)))


_COUNTS = Counts()


def _count(model: nn.Module, images: Tensor, labels: NDArray[np.int64], off: Off) -> int:
    import torch

    right = 0
    with torch.inference_mode(), one_thread():
        for start in range(0, len(images), _BATCH):
            batch = tensor_of(images[start : start + _BATCH], model)
            logits = _watched(model, batch, off)[0] if off else model(batch)
            right += int((logits.argmax(dim=1).cpu().numpy() == labels[start : start + _BATCH]).sum())
    return right


# -- watching ---------------------------------------------------------------------------------------------------------

_TITLES: Mapping[Kind, str] = {
    "normalise": "normalised",
    "convolution": "convolution",
    "pool": "max pool",
    "flatten": "flatten",
    "affine": "dense",
    "other": "other",
}
_ACTIVATIONS = ("relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid")


@dataclass(slots=True, eq=False)
class _Made:
    """A layer that is being watched: what it was given and gave so far, and its parameters as tensors."""

    kind: Kind
    calls: list[str]
    given: torch.Tensor
    out: torch.Tensor
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None
    norm: tuple[Any, ...] | None = None
    activation: str | None = None
    padding: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)

    def layer(self, name: str) -> Layer:
        learnt = None
        if self.weight is not None:
            normalisers = None
            if self.norm is not None:
                *statistics, eps = self.norm
                columns = [tensor.double().cpu().tolist() for tensor in statistics]
                normalisers = tuple(
                    Normaliser(mean, var, eps, scale, shift) for mean, var, scale, shift in zip(*columns, strict=True)
                )
            learnt = Learnt(
                weight=_array(self.weight),
                bias=None if self.bias is None else _array(self.bias),
                normalisers=normalisers,
                activation=self.activation,
                padding=self.padding,
                stride=self.stride,
            )
        return Layer(name, self.kind, " → ".join(self.calls), _array(self.given), _array(self.out), learnt)


def _array(tensor: torch.Tensor) -> Tensor:
    array: Tensor = np.ascontiguousarray(tensor.detach().float().cpu().numpy())
    return array


def _watched(model: nn.Module, batch: torch.Tensor, off: Off) -> tuple[torch.Tensor, list[_Made]]:
    """Give the logits of a batch and the layers that made them."""
    mode = _watch_class()(off)
    with mode:
        logits = model(batch)
    last = len(mode.made) - 1
    if last in off:  # which layer gives the logits is known only now
        return _watched(model, batch, {layer: units for layer, units in off.items() if layer != last})
    return logits, mode.made


@cache
def _watch_class() -> Callable[[Off], Any]:
    """The mode's class, made once torch is there."""
    import torch
    from torch.nn import functional
    from torch.overrides import TorchFunctionMode

    convolutions = {functional.conv2d, torch.conv2d}
    pools = {functional.max_pool2d, torch.max_pool2d}
    products = {torch.matmul, torch.Tensor.matmul, torch.Tensor.__matmul__, torch.mm, torch.Tensor.mm}
    sums = {torch.add, torch.Tensor.add, torch.Tensor.__add__, torch.Tensor.__radd__}
    flattening = {"flatten", "reshape", "view"}
    scaling = {"sub", "__sub__", "div", "__truediv__", "true_divide"}

    class Watch(TorchFunctionMode):
        """Notes the layers of one pass, and hands zeros on for what is switched off."""

        def __init__(self, off: Off) -> None:
            super().__init__()
            self.off = off
            self.made: list[_Made] = []

        def __torch_function__(
            self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            kwargs = kwargs or {}
            out = func(*args, **kwargs)
            given: Any = args[0] if args else None
            is_step = isinstance(out, torch.Tensor) and isinstance(given, torch.Tensor) and out.is_floating_point()
            if not is_step or out is given or out.ndim < 2 or given.shape[:1] != out.shape[:1]:
                return out
            name = getattr(func, "__name__", "?")
            last = self.made[-1] if self.made and self.made[-1].out is given else None
            if not self._belongs_to(last, func, name, args, kwargs, out):
                if self.made and last is None and name in ("dropout", "contiguous", "to", "float"):
                    return out
                self.made.append(self._begun(func, name, args, kwargs, out))
            newest = self.made[-1]
            newest.out = self._without(len(self.made) - 1, newest, out)
            return newest.out

        def _belongs_to(
            self, last: _Made | None, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any
        ) -> bool:
            """Whether an operation goes on with the last layer; it is noted there then."""
            if last is None:
                return False
            if name == "dropout":
                last.calls.append("dropout")
                return True
            if last.kind == "normalise" and name in scaling:
                last.calls.append(name.strip("_"))
                return True
            if last.weight is None or last.activation is not None:
                return False
            if func in sums and last.bias is None and last.norm is None and isinstance(args[1], torch.Tensor):
                if args[1].shape != (out.shape[1],):
                    return False
                last.bias = args[1]
                last.calls.append("+ bias")
                return True
            if name == "batch_norm" and last.norm is None:
                asked = dict(zip(_BATCH_NORM, args[1:], strict=False)) | kwargs
                mean, var = asked["running_mean"], asked["running_var"]
                scale = torch.ones_like(mean) if asked.get("weight") is None else asked["weight"]
                shift = torch.zeros_like(mean) if asked.get("bias") is None else asked["bias"]
                last.norm = (mean, var, scale, shift, float(asked.get("eps", 1e-5)))
                last.calls.append("batch_norm")
                return True
            if name in _ACTIVATIONS:
                last.activation = name
                last.calls.append(name)
                return True
            return False

        def _begun(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any) -> _Made:
            given = args[0]
            if func in convolutions:
                asked = dict(zip(_CONVOLUTION, args[1:], strict=False)) | kwargs
                if asked.get("groups", 1) == 1 and _pair(asked.get("dilation", 1)) == (1, 1):
                    padding, stride = _pair(asked.get("padding", 0)), _pair(asked.get("stride", 1))
                    return _Made(
                        "convolution", ["conv2d"], given, out, asked["weight"], asked.get("bias"),
                        padding=padding, stride=stride,
                    )  # fmt: skip
            if name == "linear":
                asked = dict(zip(("weight", "bias"), args[1:], strict=False)) | kwargs
                return _Made("affine", ["linear"], given, out, asked["weight"], asked.get("bias"))
            if func in products and isinstance(args[1], torch.Tensor) and args[1].ndim == 2:
                return _Made("affine", ["matmul"], given, out, args[1].T)
            if func in pools or name == "max_pool2d":
                return _Made("pool", ["max_pool2d"], given, out)
            if name in flattening:
                return _Made("flatten", ["flatten"], given, out)
            if name in scaling and not self.made:
                return _Made("normalise", [name.strip("_")], given, out)
            return _Made("other", [name], given, out)

        def _without(self, number: int, layer: _Made, out: Any) -> Any:
            units = self.off.get(number)
            if not units or layer.weight is None:
                return out
            kept = out.clone()
            kept[:, [unit for unit in units if 0 <= unit < out.shape[1]]] = 0
            return kept

    return Watch


#: Parameters of the functions of `torch.nn.functional`, after the first.
_CONVOLUTION = ("weight", "bias", "stride", "padding", "dilation", "groups")
_BATCH_NORM = ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[-1])) if isinstance(value, tuple | list) else (int(value), int(value))


def _activated(name: str, value: float) -> float:
    import torch
    from torch.nn import functional

    function = getattr(functional, name)
    return float(function(torch.tensor(value, dtype=torch.float64)))
