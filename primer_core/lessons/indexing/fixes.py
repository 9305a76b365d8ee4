"""What is wrong with an index that a library declines, and what would work instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.interface import IndexItem
from primer_core.language.index_plan import consumes, index_shape
from primer_core.language.operand import Operand
from primer_core.lessons.indexing.code import item_text

_LONGEST = 200
"""Characters of an array that a button writes out."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that works.

    Parameters
    ----------
    words
        Plain text: what it does.
    code
        What would stand there then: ``a[2]``.
    puts
        The new text of each field, by its parameter.
    """

    words: str
    code: str
    puts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TwoEllipses:
    """An index has ``...`` more than once."""


@dataclass(frozen=True, slots=True)
class TooManyItems:
    """An index speaks of more axes than there are.

    Parameters
    ----------
    axes, spoken
        How many there are, and how many it speaks of.
    """

    axes: int
    spoken: int


@dataclass(frozen=True, slots=True)
class ZeroStep:
    """A slice has a step of 0."""


@dataclass(frozen=True, slots=True)
class MaskMisfit:
    """A mask has not the shape of the axes that it stands for.

    Parameters
    ----------
    covered, given
        The shape of those axes, and that of the mask.
    """

    covered: tuple[int, ...]
    given: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutOfBounds:
    """A number, or one in a list, is none of an axis' indices.

    Parameters
    ----------
    axis, size
        Which axis, and how long it is.
    """

    axis: int
    size: int


@dataclass(frozen=True, slots=True)
class ArraysDiffer:
    """The shapes of the index arrays don't broadcast.

    Parameters
    ----------
    shapes
        One an array.
    """

    shapes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class NegativeStep:
    """A slice goes backwards, for which PyTorch has no strides."""


Fault = TwoEllipses | TooManyItems | ZeroStep | MaskMisfit | OutOfBounds | ArraysDiffer | NegativeStep
"""What is wrong with an index."""

_Instead = tuple[tuple[str, tuple[str, ...]], ...]
"""What to do in words, and the sources of an index' items then."""


def fault_of(shape: tuple[int, ...], items: Sequence[IndexItem]) -> Fault | None:
    """Find the first fault of an index that was declined, in the order in which NumPy looks for them.

    Parameters
    ----------
    shape
        Of the array.
    items
        Of the index.
    """
    found = _find(shape, items, tuple(item_text(item) for item in items))
    return found[0] if found else None


def index_fixes(shape: tuple[int, ...], items: Sequence[IndexItem], sources: Sequence[str]) -> tuple[Fix, ...]:
    """Propose indices that come close to one that was declined; which of them work is not tried here.

    Parameters
    ----------
    shape
        Of the array.
    items, sources
        Of the index, and as they were written.
    """
    found = _find(shape, items, tuple(sources))
    proposed = [(words, _joined(parts)) for words, parts in found[1]] if found else []
    return tuple(Fix(words, f"a[{index}]", {"index": index}) for words, index in proposed)


def value_fixes(operand: Operand, value: Operand) -> tuple[Fix, ...]:
    """Propose to write whole numbers as floats, where the array or the value, but not both, are floats."""
    kinds = operand.values.dtype.kind, value.values.dtype.kind
    if "f" not in kinds or kinds == ("f", "f"):
        return ()
    whole, name, field = (value, "v", "value") if kinds[0] == "f" else (operand, "a", "array")
    floats = str(whole.values.astype(np.float64).tolist())
    return (Fix(f"{name} as floats", f"{name} = {floats}", {field: floats}),) if len(floats) <= _LONGEST else ()


def _joined(sources: tuple[str, ...]) -> str:
    # Without a comma behind it, PyTorch would take a nested list for a tuple of lists.
    nested = len(sources) == 1 and sources[0].startswith(("[[", "[("))
    return f"{sources[0]}," if nested else ", ".join(sources)


def _find(
    shape: tuple[int, ...], items: Sequence[IndexItem], sources: tuple[str, ...]
) -> tuple[Fault, _Instead] | None:
    """Find the first fault, in the order in which NumPy looks for them."""
    spoken = sum(consumes(item) for item in items)

    def instead(place: int, *texts: str) -> tuple[str, ...]:
        return (*sources[:place], *texts, *sources[place + 1 :])

    dots = [place for place, item in enumerate(items) if item is ...]
    if len(dots) > 1:
        return (
            TwoEllipses(),
            (("Keep the first", tuple(text for place, text in enumerate(sources) if place not in dots[1:])),),
        )
    if spoken > len(shape):
        fewer = tuple(text for item, text in zip(items, sources, strict=True) if consumes(item))[: len(shape)]
        return (
            TooManyItems(len(shape), spoken),
            (("Leave out what is too much", fewer or ("...",)), ("Add an axis first", ("None", *fewer))),
        )
    axis, left = 0, len(shape) - spoken
    for place, item in enumerate(items):
        fault = _item_fault(shape, axis, place, item, sources[place], instead)
        if fault:
            return fault
        axis += left if item is ... else consumes(item)
    arrays = [(place, item) for place, item in enumerate(items) if isinstance(item, np.ndarray)]
    try:
        np.broadcast_shapes(*(index_shape(item) for _, item in arrays))
    except ValueError:
        return _unequal(arrays, sources)
    return _backwards(shape, items, instead)


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
            ZeroStep(),
            tuple((f"A step of {step}", instead(place, ":".join([*ends, str(step)]))) for step in (1, -1)),
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
        mended = [("Cut or fill the mask", instead(place, item_text(fitting)))]
        if item.shape == (*covered[:1], 1) and source.isascii():
            mended.insert(0, ("One mask for axis 0: it picks rows", instead(place, f"({source})[:, 0]")))
        return (MaskMisfit(covered, item.shape), tuple(mended))
    size = shape[axis]
    outside = np.asarray(item)[(np.asarray(item) < -size) | (np.asarray(item) >= size)]
    if not outside.size:
        return None
    if size == 0:
        return (
            OutOfBounds(axis, 0),
            (("Select nothing with a slice", instead(place, ":")),),
        )
    nearest = np.clip(item, -size, size - 1)
    instead_of_it = [("The nearest that there is", instead(place, item_text(nearest)))]
    if not isinstance(item, np.ndarray):
        instead_of_it.append(("Reach over with a slice", instead(place, f"{size}:")))
    return OutOfBounds(axis, size), tuple(instead_of_it)


def _unequal(arrays: list[tuple[int, NDArray[Any]]], sources: tuple[str, ...]) -> tuple[Fault, _Instead]:
    candidates: list[tuple[str, tuple[str, ...]]] = []
    if len(arrays) == len(sources) and all(len(index_shape(item)) == 1 for _, item in arrays):
        flat = [np.flatnonzero(item) if item.dtype == np.bool_ else item for _, item in arrays]
        least = min(item.size for item in flat)
        candidates = [
            ("Every one with every other", (f"np.ix_({', '.join(item_text(item) for item in flat)})",)),
            ("Pairs only", tuple(item_text(item[:least]) for item in flat)),
        ]
    return ArraysDiffer(tuple(index_shape(item) for _, item in arrays)), tuple(candidates)


def _backwards(
    shape: tuple[int, ...], items: Sequence[IndexItem], instead: Callable[..., tuple[str, ...]]
) -> tuple[Fault, _Instead] | None:
    """A negative step, which PyTorch has no strides for."""

    def listed() -> Iterator[tuple[str, tuple[str, ...]]]:
        axis, left = 0, len(shape) - sum(consumes(item) for item in items)
        for place, item in enumerate(items):
            if isinstance(item, slice) and (item.step or 1) < 0:
                counted = np.arange(shape[axis])[item]
                yield "The same as a list, which copies", instead(place, item_text(counted))
            axis += left if item is ... else consumes(item)

    found = tuple(listed())
    return (NegativeStep(), found) if found else None
