"""The library's own function behind each entry of the table."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import Parameter, signature, unwrap
from types import FunctionType
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.table.entry import Entry

_SIGNS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift, "==": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "-x": operator.neg, "+x": operator.pos,
    "~x": operator.invert, "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv,
    "//=": operator.ifloordiv, "%=": operator.imod, "**=": operator.ipow, "@=": operator.imatmul, "&=": operator.iand,
    "|=": operator.ior, "^=": operator.ixor, "<<=": operator.ilshift, ">>=": operator.irshift,
}  # fmt: skip

_OF_VALUES = (
    "ndarray",
    "Tensor",
    "Generator",
    "RandomState",
    "torch.Generator",
    "list",
    "tuple",
    "pair",
    "range",
    "text",
    "number",
    "dtype",
    "flags",
    "iinfo",
    "finfo",
)


@cache
def function_of(entry: Entry) -> Callable[..., Any]:
    """Return the library's own function behind an entry; PyTorch is loaded if it is PyTorch's.

    Methods and attributes are functions of the value that they belong to.
    """
    owner, _, name = entry.name.rpartition(".")
    if owner == "operator":
        return _SIGNS[name]
    if name == "[]":
        return operator.getitem
    if name == "[]=":
        return operator.setitem
    if name.endswith("="):
        return lambda value, given: setattr(value, name[:-1], given)
    if entry.attribute:
        return operator.attrgetter(name)
    if owner in _OF_VALUES:
        return lambda value, /, *positional, **keywords: getattr(value, name)(*positional, **keywords)
    if owner == "builtins":
        return _BUILTINS[name]
    return _from_module(owner, name.partition("(")[0])


def has_no_such_keyword(entry: Entry, keywords: Iterable[str]) -> bool:
    """Return whether an entry's function has no parameter of one of these names, so that Python refuses to call it.

    Compiled functions do not tell their parameters; none of NumPy's is called as PyTorch's are, and none that sorts as
    Python's are.
    """
    strange = set(keywords) - set(entry.parameters)
    if not strange:
        return False
    if entry.library in ("np", "ndarray") and not strange.isdisjoint({"dim", "keepdim", "reverse", "key"}):
        return True
    function = unwrap(function_of(entry))
    if not isinstance(function, FunctionType):
        return False
    parameters = signature(function).parameters
    if any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return False
    return not strange <= parameters.keys()


_BUILTINS: Mapping[str, Callable[..., Any]] = {
    "len": len, "abs": abs, "bool": bool, "int": int, "float": float, "range": range, "slice": slice, "round": round,
    "min": min, "max": max, "sum": sum, "list": list, "tuple": tuple,
}  # fmt: skip


def _from_module(owner: str, name: str) -> Callable[..., Any]:
    root, *inner = owner.split(".")
    module: Any = np
    if root != "np":
        load_torch()
        import torch

        if name == "manual_seed":
            # torch's own also seeds devices that are not there: it writes down where it was called, reading sources.
            return torch.default_generator.manual_seed
        module = torch.nn.functional if root == "F" else torch
    for part in (*inner, name):
        module = getattr(module, part)
    function: Callable[..., Any] = module
    return function
