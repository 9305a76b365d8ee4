"""Indexing: what ``x[index]`` costs, and which cells of the array and of the index a cell of the result came from."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.table.costs import shape_of, size_of
from primer_core.language.table.entry import Bound, Cost, Rule
from primer_core.language.table.sources import Cells, Done, Sources, numbered, operands


def _cost(bound: Bound) -> Cost:
    """Return the size of x times that of the index arrays: what slices and numbers give is no larger than x."""
    index = bound.values.get("index")
    shapes = [shape_of(part) for part in (index if isinstance(index, tuple) else (index,)) if _is_places(part)]
    if not shapes and not any(map(_is_mask, index if isinstance(index, tuple) else (index,))):
        return Cost(1, 1)
    rank = max(map(len, shapes), default=0)
    joint = prod(max(shape[len(shape) - at] for shape in shapes if len(shape) >= at) for at in range(1, rank + 1))
    size = size_of(bound.values.get("x")) * max(joint, 1)
    return Cost(size, size)


def _sources(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that the index chose, and of each index array and mask the cell that chose it."""
    del part
    array, index = call.bound.values["x"], call.bound.values["index"]
    chosen = int(np.asarray(numbered(array, 0)[index]).reshape(-1)[cell])
    found: list[Cells] = [np.array([chosen], np.int64)]
    parts = index if isinstance(index, tuple) else (index,)
    for decides in operands(call)[1:]:
        if not tuple(decides.shape):
            found.append(np.array([0], np.int64))
        elif _is_mask(decides):
            axis = _axis_of(decides, parts, len(array.shape))
            place = np.unravel_index(chosen, tuple(array.shape))[axis : axis + len(decides.shape)]
            found.append(np.array([np.ravel_multi_index(place, tuple(decides.shape))], np.int64))
        else:
            joint = _joint_place(array, parts, cell)
            numbers = np.arange(prod(decides.shape)).reshape(tuple(decides.shape))
            found.append(np.broadcast_to(numbers, joint[1]).reshape(-1)[[joint[0]]].astype(np.int64))
    return tuple(found)


INDEXED = Rule("chosen", _cost, _sources)
"""Cells that an index names: numbers and slices by their place alone, index arrays and masks by their values."""


def _joint_place(array: Any, parts: tuple[Any, ...], cell: int) -> tuple[int, tuple[int, ...]]:
    """Return at which place of the index arrays, broadcast together, a cell of the result was read, and their shape.

    It is asked by indexing an array that knows its coordinate along the first indexed axis with the numbers of these
    places, and all other index arrays 0: what comes out are the places.
    """
    split = tuple(each for part in parts for each in (_coordinates(part) if _is_mask(part) else (part,)))
    arrays = [part for part in split if _is_places(part)]
    shape = tuple(np.broadcast_shapes(*(shape_of(part) for part in arrays)))
    count = prod(shape)
    axis = _axis_of(arrays[0], split, len(array.shape))
    sizes = [*array.shape]
    sizes[axis] = count
    coordinates = np.arange(count).reshape([count if at == axis else 1 for at in range(len(sizes))])
    numbers: Any = np.arange(count).reshape(shape)
    zeros: Any = np.zeros(shape, np.int64)
    wide: Any = np.broadcast_to(coordinates, sizes)
    if hasattr(array, "numpy"):
        load_torch()
        import torch

        numbers, zeros = torch.from_numpy(numbers), torch.from_numpy(zeros)
        wide = torch.from_numpy(coordinates).expand(sizes)
    index = tuple((numbers if part is arrays[0] else zeros) if _is_places(part) else part for part in split)
    return int(np.asarray(wide[index]).reshape(-1)[cell]), shape


def _coordinates(mask: Any) -> tuple[Any, ...]:
    """Return the index arrays that a mask stands for: the coordinates of its true cells, axis by axis."""
    found = mask.nonzero(as_tuple=True) if hasattr(mask, "numpy") else mask.nonzero()
    return tuple(found)


def _axis_of(wanted: Any, parts: tuple[Any, ...], rank: int) -> int:
    """Return the axis of the array on which a part of the index begins."""
    axis = 0
    for part in parts:
        if part is wanted:
            break
        axis += rank - sum(map(_consumed, parts)) if part is Ellipsis else _consumed(part)
    return axis


def _consumed(part: Any) -> int:
    """Return how many axes of the array a part of the index uses up."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    return len(part.shape) if _is_mask(part) else 1


def _is_mask(part: Any) -> bool:
    return hasattr(part, "dtype") and str(part.dtype).endswith("bool") and bool(tuple(part.shape))


def _is_places(part: Any) -> bool:
    return (isinstance(part, list) or (hasattr(part, "shape") and bool(tuple(part.shape)))) and not _is_mask(part)
