"""Layers that are made of data: what stands in the brackets of a class is read as its settings."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from primer_core.language.programs import networks
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.failing import nodes_of, wrapped

_IN_PLACE = ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid")
"""Layers whose one setting is whether they write to what they are given."""

FIRST: Mapping[str, str] = {
    **dict.fromkeys(_IN_PLACE, "inplace"),
    **dict.fromkeys(("ELU", "CELU"), "alpha"),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "MaxPool3d", "AvgPool1d", "AvgPool2d"), "kernel_size"),
    "LeakyReLU": "negative_slope", "GELU": "approximate", "Flatten": "start_dim", "Softplus": "beta", "Identity": "",
}  # fmt: skip
"""By the class of a layer that is made of whatever stands there: its first setting; empty where it has none."""

_ALONE = (
    *_IN_PLACE, "ELU", "CELU", "LeakyReLU", "GELU", "Flatten", "Softplus", "Identity", "Sigmoid", "Tanh",
    "Softsign", "LogSigmoid", "Tanhshrink", "Hardtanh", "Dropout", "Dropout1d", "Dropout2d", "AlphaDropout",
    "Softmax2d",
)  # fmt: skip
"""Layers that need no settings."""

_ALONG = ("Softmax", "LogSoftmax", "Softmin")
"""Layers that need an axis."""

_POOLS = ("MaxPool1d", "MaxPool2d", "MaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d")
"""Layers that need one setting."""

_TAKES: Mapping[str, range] = {
    "Flatten": range(2, 64), "Softmax2d": range(3, 5), "Dropout1d": range(2, 4), "Dropout2d": range(3, 5),
    **{pool: range(rank, rank + 2) for pool, rank in zip(_POOLS, (2, 3, 4, 2, 3, 4), strict=True)},
}  # fmt: skip
"""How many axes the data of a layer may have, where not any number of them."""

NEVER_NUMBERS = (*_IN_PLACE, "GELU", "Identity")
"""Layers none of whose settings is a number."""

_NO_LAYERS = ("Parameter", "ParameterList", "ModuleList", "ModuleDict", "Sequential")

_OF_TORCH: Mapping[str, str] = {"ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh"}


@dataclass(frozen=True, slots=True)
class Making:
    """A call of a layer's class that is given data.

    Parameters
    ----------
    kind
        Name of the class.
    given
        The data, as code.
    function
        What is called.
    instead
        What makes the layer first and calls it of the data; empty where settings are missing.
    also
        The function that does the same without a layer; empty where none is known.
    """

    kind: str
    given: str
    function: str
    instead: str
    also: str


def kind_of(function: ast.expr, source: str) -> str:
    """Return which layer or loss a class of PyTorch's makes; empty for what is none."""
    match function:
        case ast.Attribute(ast.Name("nn") | ast.Attribute(ast.Name("torch"), "nn"), name):
            pass
        case ast.Name(called):
            name = next(
                (
                    each.name
                    for node in nodes_of(source)
                    if isinstance(node, ast.ImportFrom) and node.module == "torch.nn"
                    for each in node.names
                    if (each.asname or each.name) == called or each.name == "*"
                ),
                "",
            )
            name = called if name == "*" else name
        case _:
            return ""
    return name if name in (*networks.LAYERS, *networks.LOSSES) and name not in _NO_LAYERS else ""


def making_of(call: ast.Call, source: str, axes: int) -> Making | None:
    """Return what a call makes whose first argument is data, of so many axes."""
    kind = kind_of(call.func, source)
    if kind not in networks.LAYERS or not call.args or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    given, *others = (Place.of(each, source).text for each in call.args)
    words = [f"{word.arg}={Place.of(word.value, source).text}" for word in call.keywords if word.arg]
    function = Place.of(call.func, source).text
    settings = [*others, *words]
    if kind in _ALONG and not settings:
        settings = ["dim=-1"]
    known = kind in (*_ALONE, *_ALONG) or (kind in _POOLS and settings)
    instead = (
        "" if not known or axes not in _TAKES.get(kind, range(64)) else f"{function}({', '.join(settings)})({given})"
    )
    asked = wrapped(call.args[0], given)
    also = f"{asked}.{_OF_TORCH[kind]}()" if kind in _OF_TORCH and not settings else ""
    return Making(kind, given, function, instead, also)
