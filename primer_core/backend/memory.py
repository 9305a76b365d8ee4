"""Where the cells of an array lie in memory, asked of its data pointer and strides.

A cell is found by one sum: ``offset + index[0] * stride[0] + index[1] * stride[1] + ...``, all counted in elements.
Source: the NumPy reference, "Internal memory layout of an ndarray". PyTorch finds cells in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of

if TYPE_CHECKING:
    import torch

    AnyArray = NDArray[Any] | torch.Tensor


@dataclass(frozen=True, slots=True)
class Layout:
    """How one array lies in memory.

    Parameters
    ----------
    shape
        Size of each axis.
    strides
        Elements (not bytes) from one cell to the next, an axis at a time; 0 where an axis is stretched,
        negative where it is read backwards.
    offset
        Elements from the first one of the base to the cell ``[0, 0, ...]``.
    itemsize
        Bytes of one element.
    c_contiguous, f_contiguous
        What the library's own flags say: whether the cells lie without gaps in C order (last axis fastest), or in
        Fortran order (first axis fastest).
    """

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    itemsize: int
    c_contiguous: bool
    f_contiguous: bool

    @property
    def size(self) -> int:
        """Number of cells."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that all cells take when each has its own: size times itemsize."""
        return self.size * self.itemsize

    @property
    def byte_strides(self) -> tuple[int, ...]:
        """The strides in bytes, as NumPy gives them."""
        return tuple(stride * self.itemsize for stride in self.strides)

    @property
    def addresses(self) -> NDArray[np.intp]:
        """Of `shape`: for every cell, its distance from the base's first element, in elements."""
        found = np.asarray(self.offset, np.intp)
        for size, stride in zip(self.shape, self.strides, strict=True):
            found = np.add.outer(found, np.arange(size, dtype=np.intp) * stride)
        return found

    @property
    def distinct(self) -> int:
        """Number of elements of memory that the cells read; fewer than `size` where cells share one."""
        if self.c_contiguous or self.f_contiguous:
            return self.size
        return len(np.unique(self.addresses))


def layout_of(array: "AnyArray", base: "AnyArray") -> Layout:
    """Measure how an array lies in the memory of its base.

    Parameters
    ----------
    array, base
        NumPy arrays or CPU tensors.

    Returns
    -------
    Layout
        Its offset is the distance of the two data pointers. Where `array` lies in memory of its own, and not in that
        of `base`, the offset counts from the start of its own memory. Without cells it is 0.

    Raises
    ------
    ValueError
        If the distance, or a stride, is no whole number of elements.
    """
    own = backend_of(array)
    shape, strides, itemsize = tuple(map(int, array.shape)), own.byte_strides(array), own.itemsize(array)
    origin = backend_of(base).data_pointer(base) if in_memory_of(array, base) else extent(array)[0]
    offset = own.data_pointer(array) - origin if prod(shape) else 0
    if any(number % itemsize for number in (offset, *strides)):
        raise ValueError(f"an offset of {offset} and strides of {strides} bytes are no whole elements of {itemsize}")
    in_elements = tuple(stride // itemsize for stride in strides)
    return Layout(shape, in_elements, offset // itemsize, itemsize, *own.contiguity(array))


def extent(array: "AnyArray") -> tuple[int, int]:
    """First byte that the cells of an array touch, and the first behind them; both the same without cells."""
    return backend_of(array).extent(array)


def in_memory_of(array: "AnyArray", base: "AnyArray") -> bool:
    """Whether the bytes from the first to the last of an array overlap those of a base: the same allocation."""
    (start, stop), (first, last) = extent(array), extent(base)
    return max(start, first) < min(stop, last)


def shares_memory(array: "AnyArray", other: "AnyArray") -> bool:
    """Ask the library whether two arrays share memory.

    Two NumPy arrays, or an array and a tensor: ``np.shares_memory``. Two tensors: whether the data pointers of their
    storages are the same.
    """
    own = backend_of(array)
    if backend_of(other) is own:
        return own.shares_memory(array, other)
    return share_cells(array, other)


def share_cells(array: Any, other: Any) -> bool:
    """Return whether two arrays have a cell in common; a NumPy scalar has none in common with any.

    PyTorch says of arrays in one memory that they share it, whether they have a cell in common or not: NumPy is asked.
    """
    if any(backend_of(each).is_number(each) for each in (array, other)):
        return False
    first, second = (backend_of(each).on_its_memory(each) for each in (array, other))
    return bool(np.shares_memory(first, second))


def address_text(layout: Layout, index: Sequence[int]) -> str:
    """Spell the address sum of one cell, in elements: ``0 + 1·4 + 2·1 = 6``.

    The first number is the offset, then one product of index and stride an axis. A cell of an array without axes is
    at the offset itself.
    """
    products = [f"{place}·{_signed(stride)}" for place, stride in zip(index, layout.strides, strict=True)]
    total = layout.offset + sum(place * stride for place, stride in zip(index, layout.strides, strict=True))
    return f"{' + '.join([str(layout.offset), *products])} = {total}" if products else str(total)


def address_texts(layout: Layout) -> tuple[str, ...]:
    """Spell the address sum of every cell, in C order."""
    return tuple(address_text(layout, index) for index in np.ndindex(layout.shape))


def address_rule(layout: Layout) -> str:
    """Spell the sum in general: ``offset + i·4 + j·1``, with the numbers of this layout, for up to four axes."""
    products = [f"{name}·{_signed(stride)}" for name, stride in zip("ijkl", layout.strides, strict=False)]
    return " + ".join([str(layout.offset), *products])


def _signed(stride: int) -> str:
    return str(stride) if stride >= 0 else f"(−{-stride})"
