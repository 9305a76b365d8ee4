"""The format safetensors: eight bytes that say how long the header is, the header as JSON, and the numbers.

Source: https://huggingface.co/docs/safetensors. Reading it runs no code, whatever is in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from primer_core.claims.claim import thousands

if TYPE_CHECKING:
    import torch

#: Bytes of a header at most; that of the largest network here has a few thousand.
MOST_HEADER = 100_000
_NAMES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U8": "uint8",
    "BOOL": "bool",
}


class SafetensorsError(ValueError):
    """A file is none of this format; the text says what is wrong with it."""


def to_safetensors(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> bytes:
    """The content of a file with these tensors, on the CPU, and these texts beside them."""
    import torch

    codes = {getattr(torch, name): code for code, name in _NAMES.items()}
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    parts, place = [], 0
    for name, tensor in tensors.items():
        content = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {
            "dtype": codes[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [place, place + len(content)],
        }
        parts.append(content)
        place += len(content)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join((len(text).to_bytes(8, "little"), text, *parts))


def from_safetensors(content: bytes) -> dict[str, torch.Tensor]:
    """The tensors of a file.

    Raises
    ------
    SafetensorsError
        If the file is none of this format.
    """
    if len(content) < 8:
        raise SafetensorsError(f"Expected 8 bytes at least, which say how long the header is; it has {len(content)}.")
    size = int.from_bytes(content[:8], "little")
    if size > min(MOST_HEADER, len(content) - 8):
        raise SafetensorsError(
            f"Expected a header of at most {thousands(MOST_HEADER)} bytes, all within the file of "
            f"{thousands(len(content))}; it says it has {thousands(size)}."
        )
    try:
        header = json.loads(content[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        raise SafetensorsError(f"Expected a header of JSON; it is not: {error}.") from None
    if not isinstance(header, dict):
        raise SafetensorsError("Expected a header that is a JSON object.")
    header.pop("__metadata__", None)
    numbers = memoryview(content)[8 + size :]
    return {str(name): _tensor(str(name), told, numbers) for name, told in header.items()}


def _tensor(name: str, told: object, numbers: memoryview) -> torch.Tensor:
    import torch

    given = told if isinstance(told, dict) else {}
    code, shape, offsets = given.get("dtype"), given.get("shape"), given.get("data_offsets")
    if not isinstance(code, str) or code not in _NAMES or not _whole(shape) or not _whole(offsets):
        raise SafetensorsError(f"Expected a dtype, a shape and two offsets of {name[:60]!r}; got {told!r:.120}.")
    assert isinstance(shape, list)  # `_whole` has seen to it
    assert isinstance(offsets, list)
    dtype: torch.dtype = getattr(torch, _NAMES[code])
    size = math.prod(shape) * dtype.itemsize
    if len(offsets) != 2 or offsets[1] - offsets[0] != size or offsets[1] > len(numbers):
        raise SafetensorsError(
            f"Expected {thousands(size)} bytes of {name[:60]!r} within the {thousands(len(numbers))} that there "
            f"are; got {offsets!r:.60}."
        )
    if not size:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(bytearray(numbers[offsets[0] : offsets[1]]), dtype=dtype).reshape(shape)


def _whole(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 8
        and all(isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**40 for number in value)
    )
