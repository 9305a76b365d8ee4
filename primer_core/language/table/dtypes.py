"""Dtypes that arrays may have here, by the names that code gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.limits import MAX_STRING, Refused
from primer_core.language.text import quoted

NUMPY_DTYPES = (
    "bool", "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
    "float64", "complex64", "complex128", "intp", "int_", "uint", "single", "double", "half",
)  # fmt: skip
TORCH_DTYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32",
    "float64", "complex64", "complex128", "float", "double", "half", "int", "long", "short", "cfloat", "cdouble",
)  # fmt: skip

_PLAIN = re.compile(r"[<>=|]?[A-Za-z]\w{0,15}")
"""How the name of a dtype may look."""

_KINDS = frozenset("biufc")
_NAMES_OF_KINDS = {
    "U": "text", "S": "text", "V": "structured", "M": "date", "m": "time difference", "O": "object",
}  # fmt: skip


def read_dtype(name: str) -> Any:
    """Return the dtype that code calls by this name, ``np.float32`` or ``torch.int64``; None if it is none."""
    library, _, last = name.partition(".")
    if library == "np" and last in NUMPY_DTYPES:
        return getattr(np, last)
    if library == "torch" and last in TORCH_DTYPES:
        load_torch()
        import torch

        return getattr(torch, last)
    return None


BUILTIN_DTYPES: Mapping[str, Callable[[], Any]] = {
    "int": lambda: int,
    "float": lambda: float,
    "bool": lambda: bool,
    "complex": lambda: complex,
    "object": lambda: object,
}
"""Python's own types, which stand for dtypes."""


BYTES_OF_A_LETTER = 4
"""Bytes that NumPy takes for each letter of a text in an array."""


def check_dtype(value: Any, *, texts: bool = False) -> None:
    """Refuse a dtype that no array has here, by its name. What is no dtype at all is the library's own affair.

    Parameters
    ----------
    value
        What was given as a dtype.
    texts
        Whether arrays may hold texts, each of at most `MAX_STRING` letters.

    Raises
    ------
    Refused
        Of text, void, structured, subarray and date dtypes, and of ``longdouble``.
    """
    if value is None or value is object or type(value).__module__ == "torch":
        return
    if isinstance(value, tuple | list):
        raise Refused(f"{quoted(str(value))} is a structured dtype. Arrays hold numbers here: write int64 or float32.")
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        # NumPy would parse it: "(1000000000,)i4", "i4,f4". Which of these is a dtype at all is not worth finding out.
        if value[:1].isalnum() or value[:1] in "(<>=|{":
            raise Refused(
                f"{quoted(value)} is no plain name of a dtype. Arrays hold numbers or booleans here: write int64, "
                "float32 or bool."
            )
        return
    try:
        dtype = np.dtype(value)
    except (TypeError, ValueError, OverflowError, SyntaxError):
        return
    if dtype.kind == "O":
        return
    if dtype.kind in _KINDS and dtype.itemsize <= 16 and dtype.char not in "gG" and dtype.subdtype is None:
        return
    if texts and dtype.kind == "U" and dtype.subdtype is None:
        if dtype.itemsize > MAX_STRING * BYTES_OF_A_LETTER:
            raise Refused(f"A text in an array has at most {MAX_STRING} letters here.")
        return
    kind = "longdouble" if dtype.char in "gG" else _NAMES_OF_KINDS.get(dtype.kind, "subarray")
    raise Refused(
        f"{value!s:.40} is a {kind} dtype. Arrays hold numbers or booleans here: write int64, float32 or bool."
    )
