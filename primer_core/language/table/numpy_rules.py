"""Rules of NumPy's functions whose cost or sources follow a way of their own."""

from __future__ import annotations

from math import ceil, prod
from typing import Any

import numpy as np

from primer_core.language.limits import MAX_LIST, MAX_SIZE, MAX_STRING, Refused, thousands
from primer_core.language.table import costs, sources
from primer_core.language.table.costs import CostRule, arrays_in, given, shape_of, size_of, sizes_in
from primer_core.language.table.entry import Bound, Cost, Rule
from primer_core.language.table.products import Letters, given_operands, product
from primer_core.language.table.sources import NO_CELLS, Cells, Done, Sources, operands, result_of

_HUGE = 1000 * MAX_SIZE


def _number(value: Any, default: float = 0) -> float:
    """Return a real number as it is, and what is none as the default."""
    return float(value) if isinstance(value, bool | int | float | np.number) and value == value else default


def _like(bound: Bound) -> Cost:
    shape = bound.get("shape")
    size = sizes_in(shape) if shape is not None else size_of(bound.get("a", "input"))
    return Cost(size, size)


def _arange(bound: Bound) -> Cost:
    values = [value for value in bound.values.values() if isinstance(value, bool | int | float | np.number)]
    start, stop = (0.0, _number(values[0])) if len(values) == 1 else tuple(map(_number, values[:2])) or (0.0, 0.0)
    step = _number(values[2], 1.0) if len(values) > 2 else 1.0
    count = (stop - start) / step if step else 0.0
    size = ceil(count) if 0 < count < _HUGE else _HUGE if count >= _HUGE else 0
    return Cost(size, size)


def _spaced(bound: Bound) -> Cost:
    size = int(min(max(_number(bound.get("num", "steps"), 50), 0), _HUGE))
    size *= max(size_of(bound.get("start", default=0)), size_of(bound.get("stop", "end", default=0)))
    return Cost(size, size)


def _square(bound: Bound) -> Cost:
    rows = bound.get("N", "n")
    columns = bound.get("M", "m")
    size = sizes_in(rows) * sizes_in(rows if columns is None else columns)
    return Cost(size, size)


def _triangle(bound: Bound) -> Cost:
    rows, columns = bound.get("n"), bound.get("m")
    size = 2 * sizes_in(rows) * sizes_in(rows if columns is None else columns)
    return Cost(size, size)


def _diagonal(bound: Bound) -> Cost:
    size = sizes_in(bound.get("n")) * max(int(_number(bound.get("ndim"), 2)), 0)
    return Cost(size, size)


def _places_of(bound: Bound) -> Cost:
    size = 2 * size_of(bound.get("arr"))
    return Cost(size, size)


def rows_of(name: str) -> CostRule:
    """Return the cost of drawing so many rows, each as long as the array in a parameter, whose square is looked at."""

    def cost(bound: Bound) -> Cost:
        length, wanted = size_of(bound.get(name)), bound.get("size")
        size = (sizes_in(wanted) if wanted is not None else 1) * length
        return Cost(size, size + length**3)

    return cost


def _indices(bound: Bound) -> Cost:
    dimensions = bound.get("dimensions")
    size = sizes_in(dimensions) * len(dimensions) if isinstance(dimensions, tuple | list) else 1
    return Cost(size, size)


def _vander(bound: Bound) -> Cost:
    x = bound.get("x")
    size = size_of(x) * int(_number(bound.get("N"), size_of(x)))
    return Cost(size, size)


def _broadcast_to(bound: Bound) -> Cost:
    return Cost(sizes_in(bound.get("shape", "size", "sizes")), 1)


def _broadcast(bound: Bound) -> Cost:
    each = costs.each(Bound((), {}, dict(enumerate(_flat(bound)))))  # type: ignore[arg-type] # places stand for names
    return Cost(each.size * max(len(_flat(bound)), 1), each.size)


def _flat(bound: Bound) -> list[Any]:
    return [inner for value in bound.values.values() for inner in (value if isinstance(value, tuple) else (value,))]


def _repeat(bound: Bound) -> Cost:
    repeats = bound.get("repeats")
    size = size_of(bound.get("a", "input"))
    if isinstance(repeats, int | np.integer):
        size *= max(int(repeats), 0)
    else:
        size *= max((abs(int(each)) for each in np.asarray(_listed(repeats)).reshape(-1)), default=0)
    return Cost(size, size)


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value if isinstance(value, tuple | list) else 0


def _tile(bound: Bound) -> Cost:
    repeats = bound.get("reps", "dims", "sizes")
    size = size_of(bound.get("A", "input")) * (sizes_in(repeats) if isinstance(repeats, tuple | list | int) else 1)
    return Cost(size, size)


def _pad(bound: Bound) -> Cost:
    shape = shape_of(bound.get("array", "input"))
    width = bound.get("pad_width", "pad")
    most = max((abs(int(_number(each))) for each in _leaves(width)), default=0)
    size = prod(length + 2 * most for length in shape)
    return Cost(size, 4 * size)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return _leaves(list(value.values()))
    if isinstance(value, tuple | list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return list(np.asarray(value).reshape(-1)) if hasattr(value, "shape") else [value]


def _diag(bound: Bound) -> Cost:
    value = bound.get("v", "input")
    offset = abs(int(_number(bound.get("k", "diagonal", "offset"))))
    size = (size_of(value) + offset) ** 2
    return Cost(size, size)


def _split(bound: Bound) -> Cost:
    """Cost of views of the same cells; there may be as many of them as a list has entries, however few cells there are.

    Raises
    ------
    Refused
        If more are asked for.
    """
    asked = bound.get("indices_or_sections", "sections", "chunks")
    if isinstance(asked, int) and asked > MAX_LIST:
        raise Refused(f"This makes {thousands(asked)} pieces; at most {thousands(MAX_LIST)} are made here.")
    size = given(bound)
    return Cost(size, size)


def _meshgrid(bound: Bound) -> Cost:
    parts = bound.get("xi", "tensors", default=())
    size = prod(size_of(part) for part in parts) * max(len(parts), 1)
    return Cost(size, size)


def _windows(bound: Bound) -> Cost:
    shape = shape_of(bound.get("x"))
    window = bound.get("window_shape")
    size = prod(shape) * max(sizes_in(window), 1)
    return Cost(size, 1)


def _strided(bound: Bound) -> Cost:
    """Return the cost of another view, which has to stay inside the memory of the array that owns it.

    Raises
    ------
    Refused
        If it does not, or if there is no array of numbers.
    """
    array, shape, strides = bound.get("x"), bound.get("shape"), bound.get("strides")
    if not isinstance(array, np.ndarray) or array.dtype == object:
        raise Refused("as_strided takes an array of numbers here.")
    shape, strides = array.shape if shape is None else shape, array.strides if strides is None else strides
    if not (isinstance(shape, tuple | list) and isinstance(strides, tuple | list) and len(shape) == len(strides)):
        raise Refused("as_strided takes a shape and as many strides as it has sizes, in bytes: (2, 3), (24, 8).")
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    start, end = np.lib.array_utils.byte_bounds(owner)
    first = int(array.__array_interface__["data"][0])
    reaches = [(int(_number(n)) - 1) * int(_number(step)) for n, step in zip(shape, strides, strict=True)]
    lowest = first + sum(min(reach, 0) for reach in reaches) - start
    highest = first + sum(max(reach, 0) for reach in reaches) + array.itemsize - start
    if sizes_in(tuple(shape)) and (lowest < 0 or highest > end - start):
        raise Refused(
            f"as_strided would read bytes {lowest} to {highest} of memory that has bytes 0 to {end - start}. Stay "
            "inside it: smaller sizes or strides."
        )
    return Cost(sizes_in(tuple(shape)), 1)


def _histogram(bound: Bound) -> Cost:
    bins = bound.get("bins")
    count = int(min(abs(_number(bins, 10)), _HUGE)) if not hasattr(bins, "shape") else size_of(bins)
    if isinstance(bins, str):  # the rules by which a text chooses bins stay below a root of the range of the values
        count = MAX_SIZE // 4
    return Cost(2 * count, size_of(bound.get("a", "input")) + 4 * count)


def _bincount(bound: Bound) -> Cost:
    values = np.asarray(_listed(bound.get("x", "input"))).reshape(-1)
    largest = int(values.max()) if values.size and values.dtype.kind in "iu" else 0
    size = max(largest + 1, int(_number(bound.get("minlength"))))
    return Cost(size, size + values.size)


def places(bound: Bound) -> Cost:
    """Return the cost of what names the cells that are not zero: a number for each axis of each cell."""
    array = next(iter(bound.values.values()), None)
    size = size_of(array) * max(len(shape_of(array)), 1)
    return Cost(size, size)


def cubed(bound: Bound) -> Cost:
    """Return the cost of what works on whole matrices: their side times all their cells, some thirty times."""
    size = given(bound)
    side = max((max(shape_of(value), default=1) for value in bound.values.values()), default=1)
    return Cost(2 * size, 30 * size * side)


def fitted(bound: Bound) -> Cost:
    """Return the cost of fitting a polynomial: a matrix with a column for each power, and its decomposition."""
    size, columns = given(bound), max(int(_number(bound.get("deg"))), 0) + 1
    return Cost(size * columns, 30 * size * columns * columns)


def rooted(bound: Bound) -> Cost:
    """Return the cost of a polynomial's zeros, or of the polynomial with them: a matrix's eigenvalues."""
    size = given(bound)
    return Cost(size * size, 30 * size**3)


def each_with_each(bound: Bound) -> Cost:
    """Return the cost of what takes each number of one operand with each of the others."""
    size = prod(max(size_of(value), 1) for value in bound.values.values())
    return Cost(given(bound), size)


def _powered(bound: Bound) -> Cost:
    power = abs(int(_number(bound.get("n"))))
    one = cubed(bound)
    return Cost(one.size, one.steps * max(power.bit_length(), 1))


def _fft(bound: Bound) -> Cost:
    n = int(min(abs(_number(bound.get("n"))), _HUGE))
    size = size_of(bound.get("a", "input")) * max(n, 1) if n else size_of(bound.get("a", "input"))
    return Cost(size, 20 * size * max(size.bit_length(), 1))


def _convolved(bound: Bound) -> Cost:
    one, other = size_of(bound.get("a")), size_of(bound.get("v"))
    return Cost(one + other, 2 * one * other)


def _taken(bound: Bound) -> Cost:
    chosen = size_of(bound.get("indices", "index"))
    array = bound.get("a", "arr", "input")
    axis = bound.get("axis", "dim")
    shape = shape_of(array)
    row = 1 if axis is None or not shape else size_of(array) // max(shape[int(axis) % len(shape)], 1)
    return Cost(chosen * max(row, 1), chosen * max(row, 1))


def _open_mesh(bound: Bound) -> Cost:
    size = sum(size_of(part) for part in bound.get("args", default=()))
    return Cost(size, size)


# Sources


def _counted_in_bins(call: Done, cell: int, part: int) -> Sources:
    """Return of ``histogram`` what was counted and between which edges; of the edges what these come of."""
    return _edges(call, cell, part) if part else sources.whole(call, cell, part)


def _edges(call: Done, cell: int, part: int) -> Sources:
    """Return what edges of bins come of: those that were given, a range that was, or all numbers that are counted."""
    bins = call.bound.get("bins")
    if bins is not None and not isinstance(bins, int | np.integer | str):
        return sources.given("bins")(call, cell, part)
    if call.bound.get("range") is None or isinstance(bins, str):  # such a rule goes by the numbers
        return sources.whole(call, cell, part)
    return sources.given("range")(call, cell, part)


def where_sources(call: Done, cell: int, part: int) -> Sources:
    """Return of ``where(condition, x, y)`` the condition's cell, and that of the operand whose value was taken."""
    if bound_is_short(call.bound):
        return sources.whole(call, cell, part)
    lined = sources.same_place(call, cell, part)
    arrays = operands(call)
    condition = call.bound.get("condition")
    if not hasattr(condition, "shape"):
        return lined
    holds = bool(np.asarray(condition).reshape(-1)[lined[0]][0])
    left = call.bound.get("y", "other") if holds else call.bound.get("x", "self", "input")
    return tuple(
        NO_CELLS if array is left and array is not condition else cells
        for array, cells in zip(arrays, lined, strict=True)
    )


def _choose(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that names a choice, and that of the choice which it names."""
    index, choices = call.bound.get("a"), call.bound.get("choices")
    if not isinstance(choices, list | tuple):
        return sources.whole(call, cell, part)  # the choices are parts of one array
    return _of_these(call, cell, part, (index, choices[_at(index, call, cell)]))


def _select(call: Done, cell: int, part: int) -> Sources:
    """Return the conditions that were asked, up to the one that holds, and the cell of its choice or of the default."""
    conditions, choices = call.bound.get("condlist"), call.bound.get("choicelist")
    if not (isinstance(conditions, list | tuple) and isinstance(choices, list | tuple)):
        return sources.whole(call, cell, part)
    holds = next((place for place, each in enumerate(conditions) if _at(each, call, cell)), None)
    taken = call.bound.get("default") if holds is None else choices[holds]
    asked = conditions if holds is None else conditions[: holds + 1]
    return _of_these(call, cell, part, (*asked, taken))


def _at(value: Any, call: Done, cell: int) -> Any:
    """Return the number that broadcasting lines up with a cell of the result."""
    return np.broadcast_to(value, np.shape(call.result)).reshape(-1)[cell]


def _of_these(call: Done, cell: int, part: int, read: tuple[Any, ...]) -> Sources:
    """Return the cells that are lined up with one of the result, of those operands alone that were read for it."""
    held = {id(array) for array in arrays_in(read)}
    lined = sources.distributed(call, cell, part)
    return tuple(cells if id(array) in held else NO_CELLS for array, cells in zip(operands(call), lined, strict=True))


def bound_is_short(bound: Bound) -> bool:
    """Return whether ``where`` has its condition alone."""
    return len(bound.values) == 1


def _where_cost(bound: Bound) -> Cost:
    return places(bound) if bound_is_short(bound) else costs.each(bound)


def _take_sources(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that was taken, and that of the indices which named it."""
    del part
    indices = call.bound.get("indices", "index")
    axis = call.bound.get("axis", "dim")
    place = _place_of_array(call)
    chosen = sources.moved_alone(call, place, cell)
    if not hasattr(indices, "shape"):
        return (chosen,)
    before = 0 if axis is None else int(axis) % max(len(shape_of(operands(call)[place])), 1)
    at = np.unravel_index(cell, tuple(call.result.shape))[before : before + len(indices.shape)]
    named = int(np.ravel_multi_index(at, tuple(indices.shape))) if len(indices.shape) else 0
    return _in_order(place, chosen, np.array([named], np.int64))


def _take_along_sources(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that was taken, and the cell of the indices at the same place."""
    del part
    shape, result = shape_of(call.bound.get("indices", "index")), tuple(call.result.shape)
    place = _place_of_array(call)
    chosen = sources.moved_alone(call, place, cell)
    at = np.unravel_index(cell, result)
    same = [0 if size == 1 else each for size, each in zip(shape, at, strict=True)] if len(shape) == len(result) else []
    named = int(np.ravel_multi_index(same, shape)) if same else cell
    return _in_order(place, chosen, np.array([named], np.int64))


def _place_of_array(call: Done) -> int:
    """Return which operand is taken from: the first that is not the indices."""
    indices = call.bound.get("indices", "index")
    return next((place for place, array in enumerate(operands(call)) if array is not indices), 0)


def _in_order(place: int, chosen: Cells, named: Cells) -> Sources:
    return (chosen, named) if place == 0 else (named, chosen)


def _difference(call: Done, cell: int, part: int) -> Sources:
    """Return the n + 1 neighbours that ``diff`` takes from each other."""
    n = int(call.bound.get("n", default=1))
    return sources.in_lines("axis", "dim", default=-1, window=lambda place, _: slice(place, place + n + 1))(
        call, cell, part
    )


def _neighbours(call: Done, cell: int, part: int) -> Sources:
    """Return the cells on both sides, whose difference ``gradient`` takes; at an end the cell and its neighbour."""
    array = call.bound.get("f")
    axis = call.bound.get("axis", default=part if isinstance(call.result, tuple) else 0)

    def window(place: int, length: int) -> slice:
        if place in (0, length - 1):
            return slice(max(place - 1, 0), min(place + 2, length))
        return slice(place - 1, place + 2, 2)

    shape = tuple(array.shape)
    own = sources.line(shape, shape, axis, cell, window)
    return (own, *(NO_CELLS for _ in operands(call)[1:]))


def _convolution(call: Done, cell: int, part: int) -> Sources:
    """Return the cells that lie over each other when the shorter is slid along the longer, turned round or not."""
    del part
    one, other = (np.asarray(_listed(call.bound.get(name))).size for name in ("a", "v"))
    turned = call.entry.name.endswith("convolve")
    mode = call.bound.get("mode", default="full" if turned else "valid")
    short, long = min(one, other), max(one, other)
    first = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}.get(str(mode), 0)
    at = cell + first
    if turned:
        pairs = [(i, at - i) for i in range(one) if 0 <= at - i < other]
    else:
        # correlate(a, v)[at] = sum of a[i + at] v[i], counted from the first place where they touch
        shift = at - (other - 1)
        if mode == "same":
            shift = cell - (other - 1 - (short - 1) // 2) if one >= other else cell + 1 - other + (short) // 2
        pairs = [(i + shift, i) for i in range(other) if 0 <= i + shift < one]
    del long
    cells = {"a": [pair[0] for pair in pairs], "v": [pair[1] for pair in pairs]}
    return tuple(
        np.array(sorted(cells[name]), np.int64) for name in ("a", "v") if hasattr(call.bound.get(name), "shape")
    )


def _vecdot(bound: Bound) -> Letters | None:
    arrays = given_operands(bound)
    if len(arrays) != 2:
        return None
    ranks = [len(array.shape) for array in arrays]
    letters = tuple(range(max(ranks)))
    return Letters(tuple(letters[len(letters) - rank :] for rank in ranks), letters[:-1])


def _kron(call: Done, cell: int, part: int) -> Sources:
    """Return the two cells whose product stands here: blocks of b, one for each cell of a."""
    del part
    a, b = (shape_of(call.bound.get(name)) for name in ("a", "b"))
    result = tuple(call.result.shape)
    a, b = (1,) * (len(result) - len(a)) + a, (1,) * (len(result) - len(b)) + b
    place = np.unravel_index(cell, result)
    first = np.ravel_multi_index([at // size for at, size in zip(place, b, strict=True)], a)
    second = np.ravel_multi_index([at % size for at, size in zip(place, b, strict=True)], b)
    cells: list[Cells] = [np.array([first], np.int64), np.array([second], np.int64)]
    return tuple(each for each, name in zip(cells, ("a", "b"), strict=True) if hasattr(call.bound.get(name), "shape"))


def _kron_cost(bound: Bound) -> Cost:
    size = size_of(bound.get("a")) * size_of(bound.get("b"))
    return Cost(size, 2 * size)


def _cross(call: Done, cell: int, part: int) -> Sources:
    """Return the two other components of each vector, from which a component of the cross product is made.

    Raises
    ------
    LookupError
        If the vectors are not of 3 components, lie along another axis than the last, or are stretched.
    """
    del part
    components = 3
    result = tuple(call.result.shape)
    axis = call.bound.get("axis")
    alike = all(shape_of(each) == result for each in operands(call))
    if result[-1:] != (components,) or axis not in (None, -1, len(result) - 1) or not alike:
        raise LookupError("no such vectors")
    row, own = divmod(cell, components)
    others = [row * components + at for at in range(components) if at != own]
    return tuple(np.array(others, np.int64) for _ in operands(call))


def _norm(call: Done, cell: int, part: int) -> Sources:
    return sources.along_axes("axis", "dim")(call, cell, part)


def _percentile_cost(bound: Bound) -> Cost:
    size = given(bound)
    return Cost(size * max(size_of(bound.get("q")), 1), costs.sorting(bound).steps)


def _percentile(call: Done, cell: int, part: int) -> Sources:
    """Return all cells along the axis: their order decides."""
    del part
    array, levels = call.bound.get("a"), call.bound.get("q")
    rest = prod(tuple(call.result.shape)) // max(size_of(levels), 1) if shape_of(levels) else prod(call.result.shape)
    own = sources.reduced_cells(shape_of(array), call.bound.get("axis"), cell % max(rest, 1))
    more = [np.array([cell // max(rest, 1)], np.int64)] if hasattr(levels, "shape") else []
    return (own, *more)


def _python_sum(call: Done, cell: int, part: int) -> Sources:
    """Return what Python's own ``sum`` adds: the parts along the first axis, to a start, or one array after another."""
    joint, values = shape_of(result_of(call, part)), call.bound.get("values")
    found = []
    for place, array in enumerate(operands(call)):
        shape = shape_of(array)
        if place == 0 and array is values:  # its parts are added, each lined up with the others and the start
            (at,) = sources.lined_up(shape[1:], joint, cell)
            found.append(at + np.arange(shape[0], dtype=np.int64) * prod(shape[1:]))
        else:
            found.append(sources.lined_up(shape, joint, cell))
    return tuple(found)


def _rounded(bound: Bound) -> Cost:
    """Return the cost of Python's own ``round``, which computes a power of ten.

    Raises
    ------
    Refused
        Beyond `MAX_STRING` digits.
    """
    if abs(_number(bound.get("ndigits"))) > MAX_STRING:
        raise Refused(f"round takes at most {MAX_STRING} digits here.")
    return costs.each(bound)


def _range(bound: Bound) -> Cost:
    size = int(min(max((abs(_number(each)) for each in bound.get("bounds", default=())), default=0), _HUGE))
    return Cost(size, 1)


LIKE = Rule("made", _like, sources.given("fill_value"))
ARANGE = Rule("made", _arange, sources.given("start", "stop", "end", "step"))
SPACED = Rule("made", _spaced, sources.given("start", "stop", "end"))
SQUARE = Rule("made", _square, sources.none)
TRIANGLE = Rule("made", _triangle, sources.none)
DIAGONAL_PLACES = Rule("made", _diagonal, sources.none)
PLACES_OF = Rule("made", _places_of, sources.none)
INDICES = Rule("made", _indices, sources.none)
VANDER = Rule("chosen", _vander, lambda call, cell, _: (
    np.array([cell // call.result.shape[1]], np.int64),))  # fmt: skip
BROADCAST_TO = Rule("moved", _broadcast_to, sources.moved)
BROADCAST = Rule("moved", _broadcast, sources.moved)
REPEAT = Rule("moved", _repeat, sources.moved)
TILE = Rule("moved", _tile, sources.moved)
PAD = Rule("moved", _pad, sources.moved)
DIAG = Rule("moved", _diag, sources.moved)
SPLIT = Rule("moved", _split, sources.moved)
MESHGRID = Rule("moved", _meshgrid, sources.moved)
WINDOWS = Rule("moved", _windows, sources.moved)
STRIDED = Rule("moved", _strided, sources.by_address)
VIEW = Rule("moved", costs.viewed, sources.viewed)
CHOOSE = Rule("chosen", costs.each, _choose)
SELECT = Rule("chosen", costs.each, _select)
WHERE = Rule("chosen", _where_cost, where_sources)
PERCENTILE = Rule("chosen", _percentile_cost, _percentile)
VECDOT = product(_vecdot)
KRON = Rule("product", _kron_cost, _kron)
CROSS = Rule("product", costs.each, _cross)
DIFF = Rule("window", costs.every, _difference)
EDIFF = Rule("window", costs.every, _difference)
GRADIENT = Rule("window", costs.every, _neighbours)
CONVOLVE = Rule("window", _convolved, _convolution)
BINCOUNT = Rule("chosen", _bincount, sources.whole)
INTERPOLATION = Rule("whole", costs.every, sources.each_among("x"))
HISTOGRAM = Rule("chosen", _histogram, _counted_in_bins)
BIN_EDGES = Rule("chosen", _histogram, _edges)
TAKE = Rule("chosen", _taken, _take_sources)
TAKE_ALONG = Rule("chosen", _taken, _take_along_sources)
IX = Rule("moved", _open_mesh, sources.moved)
NORM = Rule("reduction", cubed, _norm)
POWER = Rule("whole", _powered, sources.whole)
FFT = Rule("whole", _fft, sources.whole)
PYTHON_SUM = Rule("reduction", costs.every, _python_sum)
ROUND = Rule("elementwise", _rounded, sources.same_place)
RANGE = Rule("asked", _range, sources.none)
