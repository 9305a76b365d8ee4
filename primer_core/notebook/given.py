"""What a reader gives to lines that are explained: checked, and copied with all that its arrays share."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.limits import MAX_BYTES, MAX_ENTRIES, MAX_NESTING, MAX_RANK, MAX_SIZE, thousands

if TYPE_CHECKING:
    import torch

_KINDS = "biufc"
"""Kinds of NumPy's dtypes that are explained: truth values, whole numbers and numbers, complex ones too."""

_DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip
"""PyTorch's dtypes that are explained."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Values by the names that lines know them by.

    Parameters
    ----------
    values
        Numbers, texts, None, arrays, CPU tensors, and lists, tuples and dicts of them.

    Raises
    ------
    TypeError
        If a value is of another kind; the message names it and says what to give instead.
    ValueError
        If an array, or all that a list holds, is too large, or a name is a word of Python's own.
    """

    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Check each value."""
        for name, value in self.values.items():
            if iskeyword(name):
                raise ValueError(f"{name!r} is a word of Python's own, which no line can use as a name.")
            _check(name, value)

    @property
    def has_tensors(self) -> bool:
        """Return whether PyTorch is needed for a value."""
        return any(_is_tensor(each) for value in self.values.values() for each in _within(value))

    def copies(self) -> dict[str, Any]:
        """Copy all values; arrays that lie in one memory do so again, and what is one object is one again."""
        copier = _Copier()
        return {name: copier.copied(value) for name, value in self.values.items()}


def _check(name: str, value: Any) -> None:
    try:
        count = sum(1 for _ in _within(value))
    except RecursionError:
        raise ValueError(f"{name} holds lists within lists more than {MAX_NESTING} deep; give a part of it.") from None
    if count > MAX_ENTRIES:
        raise ValueError(f"{name} holds {thousands(count)} values; at most {thousands(MAX_ENTRIES)} can be given.")
    for each in _within(value):
        _check_one(name, each)


def _within(value: Any, depth: int = 0) -> Any:
    """Go through a value and all that it holds."""
    if depth > MAX_NESTING:
        raise RecursionError
    yield value
    held = value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()
    for each in held:
        yield from _within(each, depth + 1)


def _check_one(name: str, value: Any) -> None:
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, list, tuple, dict):
        return
    if isinstance(value, np.generic) or kind is np.ndarray:
        if value.dtype.kind not in _KINDS:
            raise TypeError(f"{name} has the dtype {value.dtype}; expected truth values or numbers.")
        _check_size(name, value.shape, "an array")
    elif isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {kind.__name__}; expected a plain array, as np.asarray({name}) gives one.")
    elif _is_tensor(value):
        _check_tensor(name, value)
    elif hasattr(value, "to_numpy"):
        raise TypeError(f"{name} is a {kind.__name__}; expected an array, as {name}.to_numpy() gives one.")
    else:
        raise TypeError(
            f"{name} is of the type {kind.__name__}; expected arrays, tensors, numbers, texts, None, and lists, tuples "
            "and dicts of them. Functions, classes and networks can be written into the lines themselves."
        )


def _check_tensor(name: str, value: torch.Tensor) -> None:
    dtype = str(value.dtype).removeprefix("torch.")
    if value.device.type != "cpu" or value.layout != sys.modules["torch"].strided:
        raise TypeError(f"{name} lies on {value.device} as {value.layout}; expected a dense tensor on the CPU.")
    if dtype not in _DTYPES:
        raise TypeError(f"{name} has the dtype {dtype}; expected one of {', '.join(_DTYPES)}, as {name}.float().")
    if value.grad_fn is not None:
        raise TypeError(
            f"{name} was computed while PyTorch recorded, and its graph cannot be copied. Give what it was computed "
            f"from and put that line into the code, or give {name}.detach()."
        )
    _check_size(name, tuple(value.shape), "a tensor")


def _check_size(name: str, shape: tuple[int, ...], what: str) -> None:
    size = int(np.prod(shape, dtype=object)) if shape else 1
    if size > MAX_SIZE:
        raise ValueError(
            f"{name} has {thousands(size)} elements; {what} of at most {thousands(MAX_SIZE)} can be given. A part of "
            f"it shows the same: {name}[:100]."
        )
    if len(shape) > MAX_RANK:
        raise ValueError(f"{name} has {len(shape)} axes; at most {MAX_RANK} are taken.")


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter)


@dataclass(slots=True)
class _Copier:
    """Copies values, each object and each memory once."""

    _objects: dict[int, Any] = field(default_factory=dict)
    _memories: dict[int, Any] = field(default_factory=dict)

    def copied(self, value: Any) -> Any:
        """Copy a value."""
        if id(value) not in self._objects:
            self._objects[id(value)] = self._copy(value)
        return self._objects[id(value)]

    def _copy(self, value: Any) -> Any:
        if type(value) is dict:
            return {key: self.copied(each) for key, each in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self.copied(each) for each in value)
        if type(value) is np.ndarray:
            return self._array(value)
        return self._tensor(value) if _is_tensor(value) else value

    def _array(self, array: NDArray[Any]) -> NDArray[Any]:
        owner = array
        while type(owner.base) is np.ndarray:
            owner = owner.base
        if owner is array or not array.size or not owner.flags.forc or owner.nbytes > MAX_BYTES:
            found = array.copy(order="K")
        else:
            own = self.copied(owner)
            flat = (own.T if own.flags.f_contiguous else own).reshape(-1)
            place = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
            found = np.ndarray(array.shape, array.dtype, flat, place, array.strides)
        found.flags.writeable = array.flags.writeable
        return found

    def _tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        import torch

        storage = tensor.untyped_storage()
        own = tensor.detach().clone()
        if storage.nbytes() <= MAX_BYTES and tensor.numel():
            if storage.data_ptr() not in self._memories:
                whole = tensor.detach().as_strided((storage.nbytes() // tensor.element_size(),), (1,), 0)
                self._memories[storage.data_ptr()] = whole.clone().untyped_storage()
            memory = self._memories[storage.data_ptr()]
            own = torch.empty(0, dtype=tensor.dtype)
            own.set_(memory, tensor.storage_offset(), tensor.shape, tensor.stride())
        if isinstance(tensor, torch.nn.Parameter):
            own = torch.nn.Parameter(own, requires_grad=False)
        own.requires_grad_(tensor.requires_grad)
        if tensor.grad is not None:
            own.grad = tensor.grad.detach().clone()
        return own
