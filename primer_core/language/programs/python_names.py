"""What programs can ask of Python itself, by name."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

MATH: Mapping[str, Any] = {
    name: getattr(math, name)
    for name in (
        "acos", "asin", "atan", "atan2", "ceil", "cos", "cosh", "degrees", "e", "exp", "expm1", "fabs", "floor",
        "fmod", "hypot", "inf", "isclose", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "nan", "pi",
        "pow", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "tau", "trunc",
    )
}  # fmt: skip
"""What can be asked of ``math``."""

RANDOM = (
    "choice", "choices", "gauss", "normalvariate", "randint", "random", "randrange", "sample", "seed", "shuffle",
    "uniform",
)  # fmt: skip
"""What can be asked of ``random``."""

_OF_DICTS = ("get", "items", "keys", "values", "pop", "copy", "setdefault", "update", "clear")

METHODS: Mapping[type, tuple[str, ...]] = {
    list: ("append", "extend", "insert", "pop", "remove", "clear", "index", "count", "reverse", "sort", "copy"),
    tuple: ("index", "count"),
    dict: _OF_DICTS,
    OrderedDict: _OF_DICTS,
    str: (
        "capitalize", "center", "count", "endswith", "find", "format", "isalpha", "isdigit", "join", "ljust", "lower",
        "lstrip", "replace", "rjust", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
    ),
}  # fmt: skip
"""What can be asked of Python's own values."""

FUNCTIONS = (
    "str", "repr", "sorted", "zip", "enumerate", "isinstance", "type", "any", "all", "dict", "reversed", "map",
    "filter", "print", "max", "min", "sum", "len", "list", "tuple", "int", "float", "bool", "callable",
    "next", "iter", "divmod", "pow", "ord", "chr", "hex", "bin", "id",
)  # fmt: skip
"""Functions of Python's own that are called here, besides those of the table of the language."""
