"""What programs can ask of Python itself, by name."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from typing import Any

from primer_core.language.programs.values import Once, Record

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

_OF_DICTS = ("get", "items", "keys", "values", "pop", "popitem", "copy", "setdefault", "update", "clear")
_OF_FROZEN_SETS = (
    "union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint", "copy",
)  # fmt: skip

METHODS: Mapping[type, tuple[str, ...]] = {
    list: ("append", "extend", "insert", "pop", "remove", "clear", "index", "count", "reverse", "sort", "copy"),
    tuple: ("index", "count"),
    dict: _OF_DICTS,
    OrderedDict: (*_OF_DICTS, "move_to_end"),
    defaultdict: _OF_DICTS,
    Counter: (*_OF_DICTS, "most_common", "elements", "subtract", "total"),
    set: (
        *_OF_FROZEN_SETS, "add", "remove", "discard", "pop", "clear", "update", "intersection_update",
        "difference_update", "symmetric_difference_update",
    ),
    frozenset: _OF_FROZEN_SETS,
    deque: (
        "append", "appendleft", "extend", "extendleft", "insert", "pop", "popleft", "remove", "clear", "index", "count",
        "reverse", "rotate", "copy",
    ),
    Once: ("send",),
    Record: ("index", "count", "_asdict", "_replace"),
    str: (
        "capitalize", "center", "count", "endswith", "find", "format", "isalpha", "isdigit", "join", "ljust", "lower",
        "lstrip", "replace", "rjust", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
        "partition", "rpartition", "removeprefix", "removesuffix", "zfill", "isupper", "islower", "isspace", "isalnum",
        "swapcase", "rfind", "index", "isnumeric", "casefold", "isidentifier", "rsplit", "isdecimal", "istitle",
        "rindex",
    ),
}  # fmt: skip
"""What can be asked of Python's own values."""

FUNCTIONS = (
    "str", "repr", "sorted", "zip", "enumerate", "isinstance", "type", "any", "all", "dict", "reversed", "map",
    "filter", "print", "max", "min", "sum", "len", "list", "tuple", "int", "float", "bool", "callable",
    "next", "iter", "divmod", "pow", "ord", "chr", "hex", "bin", "id", "set", "frozenset",
    "getattr", "hasattr", "setattr",
)  # fmt: skip
"""Functions of Python's own that are called here, besides those of the table of the language."""

COLLECTIONS: Mapping[str | None, type] = {
    f"collections.{kind.__name__}": kind for kind in (Counter, OrderedDict, defaultdict, deque)
}
"""What is made of ``collections``, besides ``namedtuple``, by the name that code calls it by."""

ITERTOOLS = (
    "accumulate", "chain", "chain.from_iterable", "combinations", "combinations_with_replacement", "compress", "count",
    "cycle", "dropwhile", "filterfalse", "groupby", "islice", "pairwise", "permutations", "product", "repeat",
    "starmap", "takewhile", "zip_longest",
)  # fmt: skip
"""What can be asked of ``itertools``."""

ARITHMETIC: Mapping[str, str] = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
}  # fmt: skip
COMPARISONS: Mapping[str, str] = {"==": "eq", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge"}
ONE_SIDED: Mapping[str, str] = {"-x": "neg", "+x": "pos", "~x": "invert"}

DUNDER = (
    "__init__", "__len__", "__getitem__", "__setitem__", "__call__", "__repr__", "__str__", "__iter__", "__next__",
    "__contains__", "__bool__", "__post_init__", "__enter__", "__exit__",
    *(f"__{name}__" for name in (*ARITHMETIC.values(), *COMPARISONS.values(), *ONE_SIDED.values())),
    *(f"__r{name}__" for name in ARITHMETIC.values()),
)  # fmt: skip
"""Methods that a class of a program can define, besides those with names of its own."""
