"""What PyTorch's own layers compute, as calls of the functions behind them, of which is known what reads which cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from primer_core.language.programs.layers import step_to
from primer_core.language.programs.lazy import is_waiting
from primer_core.language.programs.values import CLASS

MAX_WEIGHTS = 512
"""Numbers of a parameter that are followed by its name."""

_MOST_PARAMETERS = 16
"""Parameters of a network that are followed by their names."""

Written = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A call: the name in the table of the language, and the arguments in order and by name."""


def call_of(layer: Any, inputs: tuple[Any, ...]) -> Written | None:
    """Return what a layer computes of its inputs; None for a layer of which that is not known here.

    A layer that writes to its input, or keeps something of it, is not known.
    """
    make = _CALLS.get(type(layer).__name__)
    if make is None or getattr(layer, "inplace", False) or hasattr(type(layer), CLASS):
        return None
    return make(layer, *inputs)


def holds_layers(module: Any) -> bool:
    """Return whether a module only calls what it holds, or what a program has written."""
    return hasattr(type(module), CLASS) or type(module).__name__ in ("Sequential", "ModuleList", "ModuleDict")


def parameters_of(module: Any) -> Iterator[tuple[str, Any]]:
    """Go through the small parameters of a network, each with what code calls it after the network's name."""
    for path, parameter in islice(_parameters_in(module, "", set()), _MOST_PARAMETERS):
        if not is_waiting(parameter) and parameter.numel() <= MAX_WEIGHTS:
            yield path, parameter


def _parameters_in(module: Any, path: str, met: set[int]) -> Iterator[tuple[str, Any]]:
    """Go through parameters in the order of ``named_parameters()``, which takes three times as long."""
    met.add(id(module))
    held = vars(module)  # without these, its __init__ has not run yet
    for name, parameter in held.get("_parameters", {}).items():
        if parameter is not None and id(parameter) not in met:
            met.add(id(parameter))
            yield path + step_to(module, name), parameter
    for name, inner in held.get("_modules", {}).items():
        if inner is not None and id(inner) not in met:
            yield from _parameters_in(inner, path + step_to(module, name), met)


def _elementwise(name: str) -> Callable[..., Written]:
    return lambda _, x: (f"F.{name}", (x,), {})


def _weighted(layer: Any) -> tuple[Any, ...]:
    return (layer.weight,) if layer.bias is None else (layer.weight, layer.bias)


def _convolved(rank: int) -> Callable[..., Written | None]:
    def call(layer: Any, x: Any) -> Written | None:
        if layer.padding_mode != "zeros":
            return None
        options = {name: getattr(layer, name) for name in ("stride", "padding", "dilation", "groups")}
        return f"F.conv{rank}d", (x, *_weighted(layer)), options

    return call


def _largest(rank: int) -> Callable[..., Written | None]:
    def call(layer: Any, x: Any) -> Written | None:
        if layer.return_indices:
            return None
        options = {name: getattr(layer, name) for name in ("kernel_size", "stride", "padding", "dilation", "ceil_mode")}
        return f"F.max_pool{rank}d", (x,), options

    return call


def _averaged(layer: Any, x: Any) -> Written | None:
    if layer.ceil_mode or getattr(layer, "divisor_override", None) is not None:
        return None
    options = {name: getattr(layer, name) for name in ("kernel_size", "stride", "padding")}
    return f"F.{'avg_pool1d' if type(layer).__name__ == 'AvgPool1d' else 'avg_pool2d'}", (x,), options


def _loss(name: str, *options: str) -> Callable[..., Written]:
    def call(layer: Any, x: Any, y: Any) -> Written:
        given = {option: getattr(layer, option) for option in ("reduction", *options)}
        usual = {"reduction": "mean", "label_smoothing": 0.0, "ignore_index": -100}
        kept = {option: value for option, value in given.items() if value is not None and value != usual.get(option)}
        return f"F.{name}", (x, y), kept

    return call


_CALLS: Mapping[str, Callable[..., Written | None]] = {
    "Linear": lambda layer, x: ("F.linear", (x, *_weighted(layer)), {}),
    "Conv1d": _convolved(1),
    "Conv2d": _convolved(2),
    "MaxPool1d": _largest(1),
    "MaxPool2d": _largest(2),
    "AvgPool2d": _averaged,
    "Embedding": lambda layer, x: ("F.embedding", (x, layer.weight), {}) if layer.max_norm is None else None,
    "Flatten": lambda layer, x: ("torch.flatten", (x, layer.start_dim, layer.end_dim), {}),
    "LayerNorm": lambda layer, x: (
        ("F.layer_norm", (x, layer.normalized_shape, layer.weight, layer.bias, layer.eps), {})
        if layer.weight is not None and layer.bias is not None
        else None
    ),
    "Softmax": lambda layer, x: ("F.softmax", (x, layer.dim), {}) if layer.dim is not None else None,
    "LogSoftmax": lambda layer, x: ("F.log_softmax", (x, layer.dim), {}) if layer.dim is not None else None,
    "Dropout": lambda layer, x: ("F.dropout", (x, layer.p, layer.training), {}),
    "LeakyReLU": lambda layer, x: ("F.leaky_relu", (x, layer.negative_slope), {}),
    "GELU": lambda layer, x: ("F.gelu", (x,), {}) if layer.approximate == "none" else None,
    "ELU": lambda layer, x: ("F.elu", (x,), {}) if layer.alpha == 1 else None,
    "Softplus": lambda layer, x: ("F.softplus", (x,), {}) if (layer.beta, layer.threshold) == (1, 20) else None,
    "ReLU": _elementwise("relu"),
    "SiLU": _elementwise("silu"),
    "Sigmoid": _elementwise("sigmoid"),
    "Tanh": _elementwise("tanh"),
    "MSELoss": _loss("mse_loss"),
    "L1Loss": _loss("l1_loss"),
    "HuberLoss": _loss("huber_loss", "delta"),
    "SmoothL1Loss": _loss("smooth_l1_loss", "beta"),
    "CrossEntropyLoss": _loss("cross_entropy", "weight", "ignore_index", "label_smoothing"),
    "KLDivLoss": lambda layer, x, y: None if layer.log_target else _loss("kl_div")(layer, x, y),
    "NLLLoss": _loss("nll_loss", "weight", "ignore_index"),
    "BCELoss": _loss("binary_cross_entropy", "weight"),
    "BCEWithLogitsLoss": _loss("binary_cross_entropy_with_logits", "weight", "pos_weight"),
}
