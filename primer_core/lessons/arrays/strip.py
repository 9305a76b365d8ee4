"""The memory that an array's cells lie in, from the lowest to the highest of them, read from the array itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.uninitialised import Uninitialised


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A run of memory, element by element.

    Parameters
    ----------
    values
        Of shape (n,): what lies there, of the array's dtype.
    unwritten
        Of shape (n,): whether the element was never written; None where all were.
    cells
        For each cell of the array, in C order, its place in the strip.
    own
        Of shape (n,): whether the element is a cell of the array.
    itemsize
        Bytes of an element.
    """

    values: NDArray[Any]
    unwritten: NDArray[np.bool_] | None
    cells: NDArray[np.intp]
    own: NDArray[np.bool_]
    itemsize: int

    @property
    def first(self) -> int:
        """Bytes from the start of the strip to the cell ``[0, 0, ...]``."""
        return int(self.cells[0]) * self.itemsize if self.cells.size else 0

    @property
    def nbytes(self) -> int:
        """Bytes of the whole run."""
        return self.values.size * self.itemsize


def values_of(array: Any) -> NDArray[Any]:
    """Return the values of an array of either library, for a picture: a copy; bfloat16 becomes float32."""
    if owner_of(array) != "Tensor":
        return np.array(array)
    tensor = array.detach().resolve_conj().resolve_neg()
    if str(tensor.dtype) == "torch.bfloat16":  # which NumPy does not have; float32 has all of its numbers
        tensor = tensor.float()
    return np.array(tensor.numpy())


def unwritten_of(array: Any, uninitialised: Uninitialised) -> NDArray[np.bool_] | None:
    """Return which cells of an array were never written, of its shape; None where all were."""
    return uninitialised.cells(array) if prod(array.shape) else None


def strip_of(array: Any, uninitialised: Uninitialised) -> Strip | None:
    """Read the memory that an array's cells lie in.

    Returns
    -------
    Strip or None
        None where that cannot be drawn: the run has more than `MAX_ELEMENTS` elements, the cells do not lie a whole
        number of elements apart, or the tensor stands for other numbers than its memory holds.
    """
    own, shape = backend_of(array), tuple(array.shape)
    itemsize, strides = own.itemsize(array), own.byte_strides(array)
    if not prod(shape):
        return Strip(np.empty(0, values_of(array).dtype), None, np.empty(0, np.intp), np.empty(0, np.bool_), itemsize)
    if any(stride % itemsize for stride in strides) or _is_reflected(array):
        return None
    steps = [stride // itemsize for stride in strides]
    length = sum((size - 1) * abs(step) for size, step in zip(shape, steps, strict=True)) + 1
    if length > MAX_ELEMENTS:
        return None
    cells = np.zeros((1,) * len(shape), np.intp)
    for axis, (size, step) in enumerate(zip(shape, steps, strict=True)):
        others = tuple(other for other in range(len(shape)) if other != axis)
        cells = cells + np.expand_dims(np.arange(size) * step, others)
    cells = (cells - cells.min()).ravel()
    run = _run(array, length, itemsize)
    mask = np.zeros(length, np.bool_)
    mask[cells] = True
    return Strip(values_of(run), unwritten_of(run, uninitialised), cells, mask, itemsize)


def _run(array: Any, length: int, itemsize: int) -> Any:
    """View the memory from the lowest cell of an array on; no element of it lies outside of the array's base."""
    if owner_of(array) == "Tensor":
        tensor = array.detach()
        return tensor.as_strided((length,), (1,), tensor.storage_offset())
    if isinstance(array, np.generic):
        return np.asarray(array).reshape(1)
    forward = array[tuple(slice(None, None, -1 if stride < 0 else 1) for stride in array.strides)]
    return np.lib.stride_tricks.as_strided(forward, (length,), (itemsize,))


def _is_reflected(array: Any) -> bool:
    return owner_of(array) == "Tensor" and bool(array.is_conj() or array.is_neg())
