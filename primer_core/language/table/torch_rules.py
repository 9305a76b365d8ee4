"""Rules of PyTorch's functions whose cost or sources follow a way of their own."""

from __future__ import annotations

from math import comb, prod
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.limits import Refused
from primer_core.language.table import costs, sources
from primer_core.language.table.costs import given, shape_of, size_of, sizes_in
from primer_core.language.table.entry import Bound, Cost, Rule
from primer_core.language.table.products import Letters, given_operands, product
from primer_core.language.table.sources import NO_CELLS, Cells, Done, Sources, operands


def _torch() -> Any:
    load_torch()
    import torch

    return torch


def _number(value: Any, default: int = 0) -> int:
    return int(value) if isinstance(value, bool | int | np.integer) else default


def _squared(bound: Bound) -> Cost:
    size = given(bound)
    return Cost(size * size, size * size)


def _triangle(bound: Bound) -> Cost:
    size = 2 * max(_number(bound.get("row")), 0) * max(_number(bound.get("col")), 0)
    return Cost(size, size)


def _combined(bound: Bound) -> Cost:
    size, r = size_of(bound.get("input")), max(_number(bound.get("r"), 2), 0)
    count = comb(size, min(r, 60)) * max(r, 1)
    return Cost(count, count)


def _old_tensor(bound: Bound) -> Cost:
    sizes = bound.get("sizes", default=())
    size = prod(sizes_in(size) for size in sizes) if all(isinstance(size, int) for size in sizes) else given(bound)
    return Cost(size, size)


def only_sizes(bound: Bound) -> bool:
    """Return whether ``torch.Tensor`` was given sizes, and no values: its cells are never written then."""
    sizes = bound.get("sizes", default=())
    return bool(sizes) and all(isinstance(size, int) for size in sizes)


def _distances(bound: Bound) -> Cost:
    one, other = shape_of(bound.get("x1")), shape_of(bound.get("x2"))
    size = prod(one[:-1]) * max(prod(other[-2:-1]), 1)
    return Cost(size, 4 * size * max(prod(one[-1:]), 1))


def _extreme(call: Done, cell: int, part: int) -> Sources:
    """Return what ``max`` compares: all cells, those along an axis, or the two at the same place."""
    if len(operands(call)) == 2:
        return sources.same_place(call, cell, part)
    return sources.along_axes("dim")(call, cell, part)


def _top(call: Done, cell: int, part: int) -> Sources:
    """Return the line along the axis, which ``topk`` shortens."""
    return sources.in_lines("dim", default=-1)(call, cell, part)


def _masked_fill(call: Done, cell: int, part: int) -> Sources:
    """Return the mask's cell, and the cell of what was filled unless it was filled over."""
    tensor, mask, *rest = sources.same_place(call, cell, part)
    covered = bool(np.asarray(operands(call)[1]).reshape(-1)[mask][0])
    return (NO_CELLS if covered else tensor, mask, *rest)


def _gather(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that was gathered, and the cell of the index that named it."""
    del part
    index = call.bound.get("index", "indices")
    chosen = sources.moved_alone(call, 0, cell)
    place = np.unravel_index(cell, tuple(call.result.shape))
    same = [0 if size == 1 else at for size, at in zip(tuple(index.shape), place, strict=True)]
    return (chosen, np.array([np.ravel_multi_index(same, tuple(index.shape))], np.int64))


def _index_select(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that was taken, and the place of the index along its axis."""
    del part
    dim = int(call.bound.get("dim")) % max(len(call.result.shape), 1)
    chosen = sources.moved_alone(call, 0, cell)
    at = int(np.unravel_index(cell, tuple(call.result.shape))[dim])
    return (chosen, np.array([at], np.int64))


def _written_to(call: Done, cell: int, part: int) -> Sources:
    """Return what was written to a cell, the places of the index that could name it, and the cell as it was before.

    As `torch.Tensor.scatter_add_` and `torch.Tensor.index_add_` say it: a place of the index names where along an axis
    the number at the same place of the source goes; of ``index_add`` and its like where a whole slice does.
    """
    del part
    arrays = operands(call)
    name = call.entry.name.rpartition(".")[2]
    index = np.asarray(call.bound.get("index"))
    shape = tuple(call.result.shape)
    dim = int(call.bound.get("dim")) % max(len(shape), 1)
    if len(arrays) < 2 or tuple(arrays[0].shape) != shape or not shape:
        return sources.whole(call, cell, 0)
    place = np.unravel_index(cell, shape)
    if name.startswith("scatter"):
        if index.ndim != len(shape) or any(
            at >= size for axis, (at, size) in enumerate(zip(place, index.shape, strict=True)) if axis != dim
        ):
            return tuple(np.array([cell] if array is arrays[0] else [], np.int64) for array in arrays)
        along = tuple(slice(None) if axis == dim else int(at) for axis, at in enumerate(place))
        named = sources.numbered(index, 0)[along]
        hits = np.flatnonzero(index[along] == place[dim])
        of_source = [np.asarray(sources.numbered(array, 0))[along][hits] for array in arrays[2:]]
    else:
        flat = index.reshape(-1)
        named, hits = np.arange(flat.size), np.flatnonzero(flat == place[dim])
        at = [slice(None) if axis == dim else int(each) for axis, each in enumerate(place)]
        of_source = [np.asarray(sources.numbered(array, 0))[tuple(at)].reshape(-1)[hits] for array in arrays[2:]]
    replaces = not name.endswith("add") and not call.bound.values.get("reduce") and bool(hits.size)
    if replaces:
        of_source = [each[-1:] for each in of_source]  # the last one stays
    before = np.array([] if replaces else [cell], np.int64)
    return (before, named.astype(np.int64), *(each.astype(np.int64) for each in of_source))


def _of_addmm(bound: Bound) -> Letters | None:
    arrays = given_operands(bound)
    return Letters(((1, 2), (1, 0), (0, 2)), (1, 2)) if [len(array.shape) for array in arrays] == [2, 2, 2] else None


def _of_cdist(bound: Bound) -> Letters | None:
    arrays = given_operands(bound)
    return Letters(((1, 0), (2, 0)), (1, 2)) if [len(array.shape) for array in arrays] == [2, 2] else None


def _gradients(bound: Bound) -> Cost:
    size = given(bound)
    return Cost(size, 100 * size)


def _selected(bound: Bound) -> Cost:
    """Return the cost of taking slices along an axis: as many as the index has places."""
    shape = shape_of(bound.get("input"))
    dim = _number(bound.get("dim"))
    row = size_of(bound.get("input")) // max(shape[dim % len(shape)], 1) if shape else 1
    size = row * size_of(bound.get("index"))
    return Cost(size, size)


def _as_other(call: Done, cell: int, part: int) -> Sources:
    """Return the cell of the first operand; of the other only the shape counts."""
    own = sources.moved_alone(call, 0, cell)
    del part
    return (own, *(NO_CELLS for _ in operands(call)[1:]))


def _like_other(bound: Bound) -> Cost:
    return Cost(size_of(bound.get("other")), 1)


def _repeated(bound: Bound) -> Cost:
    sizes = bound.get("sizes", default=())
    wanted = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple | list) else sizes
    size = size_of(bound.get("x")) * sizes_in(tuple(wanted))
    return Cost(size, size)


def _unfolded(bound: Bound) -> Cost:
    size = size_of(bound.get("x")) * max(_number(bound.get("size"), 1), 1)
    return Cost(size, 1)


def _strided(bound: Bound) -> Cost:
    """Return the cost of another view, which has to stay inside the tensor's own memory.

    Raises
    ------
    Refused
        If it does not, or counts backwards.
    """
    tensor, size, stride = bound.get("x"), bound.get("size"), bound.get("stride")
    offset = bound.get("storage_offset")
    if not (isinstance(size, tuple | list) and isinstance(stride, tuple | list) and len(size) == len(stride)):
        return Cost(1, 1)
    if not hasattr(tensor, "storage_offset"):
        return Cost(1, 1)  # PyTorch takes no other arrays
    start = tensor.storage_offset() if offset is None else _number(offset)
    last = start + sum((_number(n) - 1) * _number(step) for n, step in zip(size, stride, strict=True))
    room = tensor.untyped_storage().nbytes() // tensor.element_size()
    if prod(map(_number, size)) and not (start >= 0 and last < room and min(map(_number, stride), default=0) >= 0):
        raise Refused(
            f"as_strided would read up to element {last} of memory that holds {room}. Stay inside it: smaller sizes or "
            "strides."
        )
    return Cost(sizes_in(tuple(size)), 1)


def _backward(bound: Bound) -> Cost:
    return Cost(1, 100 * given(bound))


def _searched(call: Done, cell: int, part: int) -> Sources:
    """Return the number that was looked for, and the sorted ones: those of its own line, where there are several."""
    found, read = sources.each_among("input")(call, cell, part), operands(call)
    lines = call.bound.get("sorted_sequence")
    if len(lines.shape) < 2 or len({id(array) for array in read}) < len(read):
        return found
    size, line = lines.shape[-1], cell // call.result.shape[-1]
    own = np.arange(size * line, size * (line + 1), dtype=np.int64)
    return tuple(own if array is lines else each for array, each in zip(read, found, strict=True))


def _loss(call: Done, cell: int, part: int) -> Sources:
    """Return all cells where the loss is one number; without a reduction, the row of the sample, or the cell."""
    result = tuple(call.result.shape)
    if not result:
        return sources.whole(call, cell, part)
    found: list[Cells] = []
    for array in operands(call):
        shape = tuple(array.shape)
        if shape == result:
            found.append(np.array([cell], np.int64))
        elif shape[:1] == result[:1]:
            size = prod(shape[1:])
            found.append(np.arange(size * cell, size * (cell + 1)))
        else:
            found.append(np.arange(prod(shape)))
    return tuple(found)


def _by_labels(call: Done, cell: int, part: int) -> Sources:
    """Return the numbers of each row that counts, the labels, and their weights.

    The loss of log-probabilities picks one number of a row, cross-entropy reads all of it. A row whose label is left
    out gives no number.
    """
    given, target, weight = (call.bound.get(name) for name in ("input", "target", "weight"))
    if np.asarray(target).dtype.kind == "f":
        return _loss(call, cell, part)
    labels = np.asarray(target).reshape(-1)
    places = np.array([cell], np.int64) if call.result.shape else np.arange(labels.size, dtype=np.int64)
    kept = places[labels[places] != call.bound.get("ignore_index", default=-100)]
    shape = tuple(given.shape) if len(given.shape) > 1 else (1, *given.shape)
    every, classes = call.entry.name == "F.cross_entropy", np.arange(shape[1])
    read = classes[:, None] if every else labels[kept]
    rows, within = np.divmod(kept, prod(shape[2:]))
    numbers = (rows * shape[1] + read) * prod(shape[2:]) + within
    weighing = classes if every and call.bound.get("label_smoothing") else labels[kept]
    came = {id(given): np.unique(numbers), id(target): places, id(weight): np.unique(weighing)}
    return tuple(came[id(array)] for array in operands(call))


def _last_of_both(call: Done, cell: int, part: int) -> Sources:
    return sources.along_axes("dim", default=-1)(call, cell, part)


def _first_two_along(call: Done, cell: int, part: int) -> Sources:
    return sources.along_axes("dim", default=1)(call, cell, part)


def _prelu(call: Done, cell: int, part: int) -> Sources:
    """Return the cell at the same place; the slope counts where it is negative, one for all or one a channel."""
    del part
    array, weight = operands(call)
    channel = int(np.unravel_index(cell, tuple(array.shape))[1]) if weight.shape[0] > 1 else 0
    return (np.array([cell], np.int64), np.array([channel], np.int64))


def _glu(call: Done, cell: int, part: int) -> Sources:
    """Return the two cells, half the axis apart, of which one gates the other."""
    del part
    array = operands(call)[0]
    shape, result = tuple(array.shape), tuple(call.result.shape)
    dim = int(call.bound.get("dim", default=-1)) % len(shape)
    place = [int(at) for at in np.unravel_index(cell, result)]
    other = [at + (result[dim] if axis == dim else 0) for axis, at in enumerate(place)]
    return (np.array([np.ravel_multi_index(place, shape), np.ravel_multi_index(other, shape)], np.int64),)


def _layer_norm(call: Done, cell: int, part: int) -> Sources:
    """Return all cells that are normalised together; of weight and bias the cell at the same place."""
    del part
    rest = operands(call)[1:]
    size = prod(call.bound.get("normalized_shape", default=()))
    start = cell // size * size
    return (np.arange(start, start + size), *(np.array([cell % size], np.int64) for _ in rest))


def _of_linear(bound: Bound) -> Letters | None:
    """Write ``linear(x, W, b)``: features meet; the bias has the letter of the outputs."""
    arrays = given_operands(bound)
    rank = len(shape_of(arrays[0])) if arrays else 0
    if len(arrays) < 2 or len(arrays[1].shape) != 2 or not rank:
        return None
    before = tuple(range(10, 10 + rank - 1))
    bias = ((1,),) if len(arrays) > 2 else ()
    return Letters(((*before, 0), (1, 0), *bias), (*before, 1))


def _of_bilinear(bound: Bound) -> Letters | None:
    arrays = given_operands(bound)
    if [len(array.shape) for array in arrays[:3]] != [2, 2, 3]:
        return None
    return Letters(((3, 0), (3, 1), (2, 0, 1), *(((2,),) if len(arrays) > 3 else ())), (3, 2))


def _embedding(call: Done, cell: int, part: int) -> Sources:
    """Return the index that chose a row, and the row's cell."""
    del part
    index, weight = operands(call)
    width = int(weight.shape[1])
    row = int(np.asarray(index).reshape(-1)[cell // width])
    return (np.array([cell // width], np.int64), np.array([row * width + cell % width], np.int64))


def _embedded(bound: Bound) -> Cost:
    size = size_of(bound.get("input")) * max(prod(shape_of(bound.get("weight"))[1:]), 1)
    return Cost(size, size)


def _one_hot(bound: Bound) -> Cost:
    values = np.asarray(bound.get("tensor")).reshape(-1)
    classes = _number(bound.get("num_classes"), -1)
    if classes < 0 and values.size and values.dtype.kind in "iu":
        classes = int(values.max()) + 1
    size = values.size * max(classes, 1)
    return Cost(size, size)


def _one_hot_sources(call: Done, cell: int, part: int) -> Sources:
    del part
    return (np.array([cell // max(int(call.result.shape[-1]), 1)], np.int64),)


def _sizes(value: Any, count: int, default: int) -> tuple[int, ...]:
    if isinstance(value, tuple | list):
        return tuple(_number(each, default) for each in value) * (1 if len(value) == count else count)
    return (_number(value, default),) * count


def _convolved(bound: Bound) -> Cost:
    image, weight = shape_of(bound.get("input")), shape_of(bound.get("weight"))
    rank = max(len(weight) - 2, 0)
    padding = bound.get("padding", default=0)
    around = _sizes(padding, rank, 0) if not isinstance(padding, str) else weight[2:]
    size = prod(image[: len(image) - rank - 1]) * prod(weight[:1])
    size *= prod(length + 2 * more for length, more in zip(image[len(image) - rank :], around, strict=False))
    return Cost(size, 2 * size * prod(weight[1:]))


def _windowed(call: Done, cell: int, weight: Any, kernel: tuple[int, ...], default_stride: int) -> tuple[Any, ...]:
    """Return at which places of the image the window of a cell lies: batch, output channel and a list of places."""
    image = operands(call)[0]
    rank = len(kernel)
    stride = call.bound.get("stride")
    stride = kernel if stride is None and default_stride == 0 else _sizes(stride, rank, 1)
    dilation = _sizes(call.bound.get("dilation"), rank, 1)
    padding = call.bound.get("padding", default=0)
    if padding == "same":
        around = tuple((size - 1) * apart // 2 for size, apart in zip(kernel, dilation, strict=True))
    else:
        around = _sizes(padding if not isinstance(padding, str) else 0, rank, 0)
    at = tuple(int(i) for i in np.unravel_index(cell, tuple(call.result.shape)))
    lengths = tuple(image.shape)[len(image.shape) - rank :]
    places = []
    for offset in np.ndindex(*kernel):
        place = tuple(
            i * step - before + each * apart
            for i, step, before, each, apart in zip(at[len(at) - rank :], stride, around, offset, dilation, strict=True)
        )
        if all(0 <= i < length for i, length in zip(place, lengths, strict=True)):
            places.append((place, offset))
    del weight
    return at[: len(at) - rank], places


def _convolution(call: Done, cell: int, part: int) -> Sources:
    """Return the image's cells under the kernel, the kernel's own cells, and the bias of the channel."""
    del part
    image, weight, *bias = operands(call)
    head, places = _windowed(call, cell, weight, tuple(weight.shape)[2:], 1)
    channel = head[-1]
    groups = _number(call.bound.get("groups"), 1)
    inner = int(weight.shape[1])
    first = channel // (int(weight.shape[0]) // groups) * inner
    own, of_weight = [], []
    for at in range(inner):
        for place, offset in places:
            own.append(np.ravel_multi_index((*head[:-1], first + at, *place), tuple(image.shape)))
            of_weight.append(np.ravel_multi_index((channel, at, *offset), tuple(weight.shape)))
    return (
        np.array(sorted(own), np.int64),
        np.array(sorted(of_weight), np.int64),
        *(np.array([channel], np.int64) for _ in bias),
    )


def _pool(call: Done, cell: int, part: int) -> Sources:
    """Return the cells of the window."""
    del part
    image = operands(call)[0]
    rank = 2 if call.entry.name.endswith("2d") else 1
    head, places = _windowed(call, cell, None, _sizes(call.bound.get("kernel_size"), rank, 1), 0)
    return (np.array([np.ravel_multi_index((*head, *place), tuple(image.shape)) for place, _ in places], np.int64),)


def _pooled(bound: Bound) -> Cost:
    size = size_of(bound.get("input"))
    kernel = max(sizes_in(bound.get("kernel_size")), 1)
    return Cost(size, 4 * size * kernel * kernel)


def _adapted(bound: Bound) -> Cost:
    size = size_of(bound.get("input")) * max(sizes_in(bound.get("output_size")), 1)
    return Cost(size, 4 * size)


def _adaptive_pool(call: Done, cell: int, part: int) -> Sources:
    """Return the cells of the window; all windows together cover the image, and neighbours may share a line.

    PyTorch's ``AdaptiveAveragePooling.cpp``: window i of n over a length runs from ``floor(i length / n)`` to
    ``ceil((i + 1) length / n)``.
    """
    del part
    shape, result = tuple(operands(call)[0].shape), tuple(call.result.shape)
    rank = 2 if call.entry.name.endswith("2d") else 1
    at = np.unravel_index(cell, result)
    head = tuple(slice(int(i), int(i) + 1) for i in at[: len(shape) - rank])
    window = tuple(
        slice(int(i) * length // count, -(-(int(i) + 1) * length // count))
        for i, length, count in zip(at[-rank:], shape[-rank:], result[-rank:], strict=True)
    )
    return (np.arange(prod(shape)).reshape(shape)[(*head, *window)].reshape(-1),)


def _patched(bound: Bound) -> Cost:
    size = size_of(bound.get("input")) * max(sizes_in(_sizes(bound.get("kernel_size"), 2, 1)), 1)
    around = sizes_in(tuple(2 * each + 1 for each in _sizes(bound.get("padding"), 2, 0)))
    return Cost(size * max(around, 1), size)


def _patches(call: Done, cell: int, part: int) -> Sources:
    """Return the image's cell that stands here in its patch; none for one of the padding."""
    (image,) = operands(call)
    numbers = _torch().arange(1.0, size_of(image) + 1, dtype=_torch().float64).reshape(image.shape)
    found = int(sources.done_with(call, [numbers], part).reshape(-1)[cell])
    return (np.array([found - 1], np.int64) if found else NO_CELLS,)


def _folded(call: Done, cell: int, part: int) -> Sources:
    """Return the cells of the patches that are added up here: those into which unfolding would copy this cell."""
    del part
    result = call.result
    numbers = _torch().arange(1.0, size_of(result) + 1, dtype=_torch().float64).reshape(result.shape)
    names = ("kernel_size", "dilation", "padding", "stride")
    given = {name: call.bound.values[name] for name in names if name in call.bound.values}
    patches = _torch().nn.functional.unfold(numbers, **given).reshape(-1)
    return (np.flatnonzero(patches.numpy() == cell + 1),)


def _resized(bound: Bound) -> Cost:
    """Return the cost of another shape for the same memory, which has to have room for it.

    Raises
    ------
    Refused
        If it has not: PyTorch would add memory as it finds it.
    """
    tensor, sizes = bound.get("x"), bound.get("sizes", default=())
    wanted = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple | list) else sizes
    size = sizes_in(tuple(wanted))
    if not hasattr(tensor, "untyped_storage"):
        return Cost(1, 1)
    room = tensor.untyped_storage().nbytes() // tensor.element_size() - tensor.storage_offset()
    if size > room:
        raise Refused(
            f"resize_ would make {size} cells of memory that holds {room}: the others were never written. "
            "torch.zeros and a copy of the cells say what stands there."
        )
    return Cost(size, 1)


def _drawn(bound: Bound) -> Cost:
    shape = shape_of(bound.get("input"))
    size = prod(shape[:-1]) * max(_number(bound.get("num_samples")), 0)
    return Cost(size, 10 * size)


SQUARED = Rule("moved", _squared, sources.moved)
TRIANGLE = Rule("made", _triangle, sources.none)
COMBINED = Rule("moved", _combined, sources.moved)
OLD_TENSOR = Rule("moved", _old_tensor, sources.moved)
CDIST = Rule("product", _distances, product(_of_cdist).sources)
SPREAD = Rule("reduction", costs.every, sources.along_axes("dim"))
EXTREME = Rule("chosen", costs.every, _extreme)
RUNNING = Rule("chosen", costs.every, sources.up_to("dim"))
TOPK = Rule("chosen", costs.sorting, _top)
MASKED_FILL = Rule("chosen", costs.each, _masked_fill)
GATHER = Rule("chosen", costs.every, _gather)
INDEX_SELECT = Rule("chosen", _selected, _index_select)
SCATTER = Rule("chosen", costs.every, _written_to)
SEARCHED = Rule("chosen", costs.sorting, _searched)
RANDOM = Rule("chosen", costs.viewed, sources.whole)
DRAWN = Rule("chosen", _drawn, sources.whole)
ALL_OF_BOTH = Rule("reduction", costs.each, sources.whole)
ADDMM = product(_of_addmm)
GRADIENTS = Rule("whole", _gradients, sources.whole)
AS_OTHER = Rule("moved", costs.viewed, _as_other)
EXPAND_AS = Rule("moved", _like_other, _as_other)
FIRST = Rule("chosen", costs.viewed, _as_other)
REPEATED = Rule("moved", _repeated, sources.moved)
UNFOLDED = Rule("moved", _unfolded, sources.moved)
STRIDED = Rule("moved", _strided, sources.by_address)
BACKWARD = Rule("asked", _backward, sources.none)
LOSS = Rule("chosen", costs.each, _loss)
LABELS = Rule("chosen", costs.each, _by_labels)
ALONG_BOTH = Rule("reduction", costs.each, _first_two_along)
LAST_OF_BOTH = Rule("reduction", costs.each, _last_of_both)
PRELU = Rule("chosen", costs.every, _prelu)
GLU = Rule("elementwise", costs.every, _glu)
LAYER_NORM = Rule("reduction", costs.every, _layer_norm)
LINEAR = product(_of_linear)
BILINEAR = product(_of_bilinear)
EMBEDDING = Rule("chosen", _embedded, _embedding)
ONE_HOT = Rule("chosen", _one_hot, _one_hot_sources)
DROPOUT = Rule("chosen", costs.every, sources.same_place)
CONVOLUTION = Rule("product", _convolved, _convolution)
POOL = Rule("chosen", _pooled, _pool)
MEAN_POOL = Rule("window", _pooled, _pool)
ADAPTIVE_POOL = Rule("chosen", _adapted, _adaptive_pool)
ADAPTIVE_MEAN_POOL = Rule("window", _adapted, _adaptive_pool)
PATCHES = Rule("moved", _patched, _patches)
FOLDED = Rule("reduction", costs.every, _folded)
RESIZED = Rule("written", _resized)
