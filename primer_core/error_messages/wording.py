"""How messages write shapes, dtypes and names, and how each is read.

Every pattern here takes time in proportion to the text: none has a repetition within another one of the same letters,
and one that begins with a name tries each name only once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from primer_core.claims.claim import Shape

ROUND = r"\([\d, ]{0,200}\)"
"""A shape as NumPy writes it: ``(4,3)`` and ``(4,)``."""

SQUARE = r"(?:torch\.Size\()?\[[\d, x-]{0,200}\]\)?"
"""A shape as PyTorch writes it: ``[4, 3]``, ``torch.Size([4, 3])``, and of old ``[4 x 3]``."""

CROSSED = r"\d{1,18}(?: ?x ?\d{1,18}){0,8}"
"""A shape as PyTorch writes it within a product: ``64x784``."""

WHOLE = r"-?\d{1,18}"
"""A whole number that fits into a place of memory."""

DTYPES = {
    "bool": "bool",
    "byte": "uint8",
    "char": "int8",
    "short": "int16",
    "int": "int32",
    "long": "int64",
    "half": "float16",
    "float": "float32",
    "double": "float64",
    "bfloat16": "bfloat16",
    "long int": "int64",
    "long long": "int64",
    "unsigned char": "uint8",
    "signed char": "int8",
    "short int": "int16",
    "c10::half": "float16",
    "c10::bfloat16": "bfloat16",
    "complexfloat": "complex64",
    "complexdouble": "complex128",
}
"""The dtype by the name that PyTorch gives it, in small letters."""

_NUMBER = re.compile(r"-?\d+")
_ANY_SHAPE = re.compile(
    r"\(\d{1,18},\)|\(\d{1,18}(?:, ?\d{1,18}){1,30},?\)|\[\d{1,18}(?:(?:, | x )\d{1,18}){0,30}\]|"
    r"(?<![\w.])\d{1,18}(?:x\d{1,18}){1,8}(?![\w.])"
)
_NUMPY_DTYPE = re.compile(r"\b(bool|u?int(?:8|16|32|64)|float(?:16|32|64|128)|bfloat16|complex(?:64|128)|object)_?\b")
_TENSOR_TYPE = re.compile(r"\btorch\.(?:cuda\.)?(\w{2,20})Tensor\b")
_TORCH_WORD = re.compile(
    r"\b(?:(Half|Double|Long|Short|Byte|Char|BFloat16|Bool|ComplexFloat|ComplexDouble|Float|Int)\b(?! object| scalar))"
)
_QUOTED = re.compile(r"'([^'\n]{1,100})'|\"([^\"\n]{1,100})\"|`([^`\n]{1,100})`")


def shape_of(text: str) -> Shape | None:
    """Read one shape in any of its spellings; None where a size is too large to be one."""
    return sizes(_NUMBER.findall(text))


def sizes(numbers: Iterable[str]) -> Shape | None:
    """Read sizes that were found one by one; None where one is too large to be one."""
    found = tuple(numbers)
    return tuple(map(int, found)) if all(len(number) <= 18 for number in found) else None


def shapes_in(text: str) -> tuple[Shape, ...]:
    """Return all shapes of a text, in its order; a lone number in round brackets is none."""
    found = (shape_of(match[0]) for match in _ANY_SHAPE.finditer(text))
    return tuple(shape for shape in found if shape is not None)


def dtype_of(name: str) -> str:
    """Return the name of a dtype, as ``float32``; ``Float`` and ``dtype('float32')`` are read."""
    if tensor := _TENSOR_TYPE.search(name):
        name = tensor[1]
    if numpy := _NUMPY_DTYPE.search(name):
        return numpy[1]
    plain = name.strip(" '\"`").removeprefix("torch.")
    return DTYPES.get(plain.lower(), plain)


def dtypes_in(text: str) -> tuple[str, ...]:
    """Return all dtypes of a text, each once, in its order."""
    found = [
        (match.start(), dtype_of(match[0]))
        for pattern in (_NUMPY_DTYPE, _TENSOR_TYPE, _TORCH_WORD)
        for match in pattern.finditer(text)
    ]
    return tuple(dict.fromkeys(dtype for _, dtype in sorted(found)))


def names_in(text: str) -> tuple[str, ...]:
    """Return what stands in quotes, each once, in its order; shapes are left out."""
    found = (next(filter(None, match.groups())) for match in _QUOTED.finditer(text))
    return tuple(dict.fromkeys(name for name in found if not _ANY_SHAPE.fullmatch(name)))
