"""What is wrong with an index that a library declines, and what would work instead."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.interface import Backend, IndexItem
from primer_core.claims.fixes import AsFloats, IndexInstead
from primer_core.claims.picking import (
    EllipsesOvershoot,
    IndicesDiffer,
    MaskMisfit,
    NoBackwards,
    OutOfBounds,
    TooManyItems,
    TwoEllipses,
    ZeroStep,
)
from primer_core.language.index_plan import consumes, index_shape
from primer_core.language.operand import Operand
from primer_core.language.parsing import code_expression
from primer_core.lessons.indexing.code import item_text

_LONGEST = 200
"""Characters of an array that a button writes out."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that works.

    Parameters
    ----------
    claim
        What is said of it.
    puts
        The new text of each field, by its parameter.
    """

    claim: IndexInstead | AsFloats
    puts: Mapping[str, str]


Fault = (
    TwoEllipses | EllipsesOvershoot | TooManyItems | ZeroStep | MaskMisfit | OutOfBounds | IndicesDiffer | NoBackwards
)
"""What is wrong with an index."""

_Instead = tuple[tuple[str, tuple[str, ...]], ...]
"""What is meant, and the sources of an index' items then."""


def fault_of(shape: tuple[int, ...], items: Sequence[IndexItem], engine: Backend) -> Fault | None:
    """Find the first fault of an index that was declined, in the order in which NumPy looks for them.

    Parameters
    ----------
    shape
        Of the array.
    items
        Of the index.
    engine
        The library that declined it.
    """
    found = _find(shape, items, tuple(item_text(item) for item in items), engine)
    return found[0] if found else None


def index_fixes(
    shape: tuple[int, ...],
    items: Sequence[IndexItem],
    sources: Sequence[str],
    trial: Callable[[str], tuple[int, ...] | None],
    engine: Backend,
) -> Iterator[Fix]:
    """Yield indices that come close to one that was declined, and work.

    Parameters
    ----------
    shape
        Of the array.
    items, sources
        Of the index, and as they were written.
    trial
        Tries an index and returns the shape that it picks; None where the library declines it.
    engine
        The library that declined it.
    """
    found = _find(shape, items, tuple(sources), engine)
    for meaning, parts in found[1] if found else ():
        index = _joined(parts)
        picked = trial(index)
        if picked is not None:
            yield Fix(IndexInstead(meaning, index, picked), {"index": index})


def value_fixes(operand: Operand, value: Operand) -> tuple[Fix, ...]:
    """Propose to write whole numbers as floats, where the array or the value, but not both, are floats."""
    kinds = operand.values.dtype.kind, value.values.dtype.kind
    if "f" not in kinds or kinds == ("f", "f"):
        return ()
    whole, name, field = (value, "v", "value") if kinds[0] == "f" else (operand, "a", "array")
    numbers = whole.values.astype(np.float64).tolist()
    floats = str(numbers)
    keeps = np.shape(numbers) == whole.values.shape  # a list says nothing of the axes behind an empty one
    return (Fix(AsFloats(name, floats), {field: floats}),) if keeps and len(floats) <= _LONGEST else ()


def _joined(sources: tuple[str, ...]) -> str:
    # Without a comma behind it, PyTorch would take a nested list for a tuple of lists.
    nested = len(sources) == 1 and sources[0].startswith(("[[", "[("))
    return f"{sources[0]}," if nested else ", ".join(sources)


def _find(
    shape: tuple[int, ...], items: Sequence[IndexItem], sources: tuple[str, ...], engine: Backend
) -> tuple[Fault, _Instead] | None:
    """Find the first fault, in the order in which NumPy looks for them."""
    spoken = sum(consumes(item) for item in items)

    def instead(place: int, *texts: str) -> tuple[str, ...]:
        return (*sources[:place], *texts, *sources[place + 1 :])

    dots = [place for place, item in enumerate(items) if item is ...]
    one_ellipsis = ("dots", tuple(text for place, text in enumerate(sources) if place not in dots[1:]))
    if len(dots) > 1 and not engine.takes_ellipses:
        return TwoEllipses(len(dots)), (one_ellipsis,)
    if spoken > len(shape):
        fewer = tuple(text for item, text in zip(items, sources, strict=True) if consumes(item))[: len(shape)]
        return (
            TooManyItems(len(shape), spoken),
            (("fewer", fewer or ("...",)), ("added", ("None", *fewer))),
        )
    axis, left = 0, len(shape) - spoken
    faults: list[tuple[Fault, _Instead]] = []
    for place, item in enumerate(items):
        if axis + consumes(item) > len(shape):
            if not isinstance(item, slice) and item is not ...:  # a slice out there is taken
                faults.append((EllipsesOvershoot(len(dots), left, len(shape)), (one_ellipsis,)))
                break
            continue
        fault = _item_fault(shape, axis, place, item, sources[place], instead)
        faults += [fault] if fault else []
        axis += left if item is ... else consumes(item)
    early = [fault for fault in faults if not isinstance(fault[0], OutOfBounds | EllipsesOvershoot)]
    if early:
        return early[0]
    arrays = [(place, item) for place, item in enumerate(items) if isinstance(item, np.ndarray)]
    try:
        np.broadcast_shapes(*(index_shape(item) for _, item in arrays))
    except ValueError:
        return _unequal(arrays, sources)  # index arrays have met before any number in them is looked at
    return faults[0] if faults else _backwards(shape, items, instead)


def _item_fault(
    shape: tuple[int, ...],
    axis: int,
    place: int,
    item: IndexItem,
    source: str,
    instead: Callable[..., tuple[str, ...]],
) -> tuple[Fault, _Instead] | None:
    if isinstance(item, slice) and item.step == 0:
        ends = ["" if end is None else str(end) for end in (item.start, item.stop)]
        return (
            ZeroStep(axis),
            tuple(
                (meaning, instead(place, ":".join([*ends, str(step)])))
                for meaning, step in (("forwards", 1), ("backwards", -1))
            ),
        )
    if item is None or item is ... or isinstance(item, slice):
        return None
    if isinstance(item, np.ndarray) and item.dtype == np.bool_:
        covered = shape[axis : axis + item.ndim]
        if item.shape == covered or not item.ndim:
            return None
        fitting = np.zeros(covered, dtype=np.bool_)
        common = tuple(slice(min(one, other)) for one, other in zip(covered, item.shape, strict=True))
        fitting[common] = item[common]
        mended = [("fitted", instead(place, item_text(fitting)))] if fitting.size else []
        if item.shape == (*covered[:1], 1) and source.isascii():
            mended.insert(0, ("rows", instead(place, f"({source})[:, 0]")))
        if len(covered) == 2 and item.shape == (1, covered[1]) != covered:
            mended.insert(0, ("columns", instead(place, ":", item_text(item[0]))))
        return (MaskMisfit(axis, covered, item.shape), tuple(mended))
    size = shape[axis]
    outside = np.asarray(item)[(np.asarray(item) < -size) | (np.asarray(item) >= size)]
    if not outside.size:
        return None
    if size == 0:
        return (
            OutOfBounds(axis, 0),
            (("nothing", instead(place, ":")),),
        )
    fault = OutOfBounds(axis, size)
    if not _is_written_out(source):  # it was computed: the nearest place would be another answer
        return fault, tuple(_meant(shape, item, source)) if not axis and instead(place) == () else ()
    nearest = np.clip(item, -size, size - 1)
    instead_of_it = [("nearest", instead(place, item_text(nearest)))]
    if not isinstance(item, np.ndarray):
        instead_of_it.append(("slice", instead(place, f"{size}:")))
    return fault, tuple(instead_of_it)


def _is_written_out(source: str) -> bool:
    return not any(isinstance(part, ast.Call | ast.Name) for part in ast.walk(code_expression(source)))


def _meant(shape: tuple[int, ...], item: IndexItem, source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a lone index that was computed may have been meant for."""
    if isinstance(item, np.ndarray):
        if item.ndim == len(shape) == 2 and item.shape[0] == shape[0] and item.min() >= 0 and item.max() < shape[1]:
            yield "each row", (f"np.arange({shape[0]})[:, None]", source)
    elif isinstance(item, int) and 0 <= item < prod(shape) and len(shape) > 1:
        yield "counted", (f"np.unravel_index({source}, {shape})",)


def _unequal(arrays: list[tuple[int, NDArray[Any]]], sources: tuple[str, ...]) -> tuple[Fault, _Instead]:
    candidates: list[tuple[str, tuple[str, ...]]] = []
    if len(arrays) == len(sources) and all(len(index_shape(item)) == 1 for _, item in arrays):
        flat = [np.flatnonzero(item) if item.dtype == np.bool_ else item for _, item in arrays]
        least = min(item.size for item in flat)
        candidates = [
            ("grid", (f"np.ix_({', '.join(item_text(item) for item in flat)})",)),
            ("pairs", tuple(item_text(item[:least]) for item in flat)),
        ]
    return IndicesDiffer(tuple(index_shape(item) for _, item in arrays)), tuple(candidates)


def _backwards(
    shape: tuple[int, ...], items: Sequence[IndexItem], instead: Callable[..., tuple[str, ...]]
) -> tuple[Fault, _Instead] | None:
    """A negative step, which PyTorch has no strides for."""

    def listed() -> Iterator[tuple[int, tuple[str, ...]]]:
        axis, left = 0, len(shape) - sum(consumes(item) for item in items)
        for place, item in enumerate(items):
            if isinstance(item, slice) and (item.step or 1) < 0 and axis < len(shape):
                counted = np.arange(shape[axis])[item]
                yield axis, instead(place, item_text(counted))
            axis += left if item is ... else consumes(item)

    found = tuple(listed())
    return (NoBackwards(found[0][0]), tuple(("list", texts) for _, texts in found)) if found else None
