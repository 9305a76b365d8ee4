"""What to say when a library refuses an index, and which index would work."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.indexing.code import item_text
from primer_core.lessons.indexing.plan import Item, consumes, index_shape

_MOST = 3


@dataclass(frozen=True, slots=True)
class Fix:
    """An index close to the one that was refused, which works.

    Parameters
    ----------
    action
        What to do, in words.
    expression
        The index.
    """

    action: str
    expression: str


@dataclass(frozen=True, slots=True, eq=False)
class _Fault:
    """What is wrong with an index: in one sentence, and what could stand there instead."""

    advice: str
    instead: tuple[tuple[str, tuple[str, ...]], ...]


def advice(shape: tuple[int, ...], items: Sequence[Item]) -> str:
    """Say in one or two sentences what is wrong with an index that was refused."""
    fault = _fault(shape, items, tuple(item_text(item) for item in items))
    return fault.advice if fault else "Only numbers, slices, ..., None, lists and masks can stand in an index."


def fixes(
    shape: tuple[int, ...], items: Sequence[Item], sources: Sequence[str], works: Callable[[str], bool]
) -> tuple[Fix, ...]:
    """Propose indices that come close to one that was refused.

    Parameters
    ----------
    shape
        Of the array.
    items, sources
        Of the index, and as they were written.
    works
        Tries an index for real.
    """
    fault = _fault(shape, items, tuple(sources))
    found = [Fix(action, _joined(parts)) for action, parts in fault.instead] if fault else []
    return tuple(fix for fix in found if works(fix.expression))[:_MOST]


def _joined(sources: tuple[str, ...]) -> str:
    # Without a comma behind it, PyTorch would take a nested list for a tuple of lists.
    nested = len(sources) == 1 and sources[0].startswith(("[[", "[("))
    return f"{sources[0]}," if nested else ", ".join(sources)


def _fault(shape: tuple[int, ...], items: Sequence[Item], sources: tuple[str, ...]) -> _Fault | None:
    """Find the first fault, in the order in which NumPy looks for them."""
    spoken = sum(consumes(item) for item in items)

    def instead(place: int, *texts: str) -> tuple[str, ...]:
        return (*sources[:place], *texts, *sources[place + 1 :])

    dots = [place for place, item in enumerate(items) if item is ...]
    if len(dots) > 1:
        return _Fault(
            "`...` stands for as many `:` as are missing; with two of them nobody knows how many each stands for.",
            (("Keep the first", tuple(text for place, text in enumerate(sources) if place not in dots[1:])),),
        )
    if spoken > len(shape):
        fewer = tuple(text for item, text in zip(items, sources, strict=True) if consumes(item))[: len(shape)]
        axes = f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        return _Fault(
            f"`a` has {axes}, and this index speaks of {spoken}. Each axis takes one item; None takes none.",
            (("Leave out what is too much", fewer or ("...",)), ("Add an axis first", ("None", *fewer))),
        )
    axis, left = 0, len(shape) - spoken
    for place, item in enumerate(items):
        fault = _item_fault(shape, axis, place, item, instead)
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
    shape: tuple[int, ...], axis: int, place: int, item: Item, instead: Callable[..., tuple[str, ...]]
) -> _Fault | None:
    if isinstance(item, slice) and item.step == 0:
        ends = ["" if end is None else str(end) for end in (item.start, item.stop)]
        return _Fault(
            "A step of 0 would never arrive. Leave it out for every element in turn.",
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
        return _Fault(
            f"A mask says yes or no to every place, so it needs the shape {covered} of the axes that it stands for; "
            f"this one has {item.shape}.",
            (("Cut or fill the mask", instead(place, item_text(fitting))),),
        )
    size = shape[axis]
    outside = np.asarray(item)[(np.asarray(item) < -size) | (np.asarray(item) >= size)]
    if not outside.size:
        return None
    if size == 0:
        return _Fault(
            f"Axis {axis} has size 0: it has no index. A slice may select nothing.",
            (("Select nothing with a slice", instead(place, ":")),),
        )
    nearest = np.clip(item, -size, size - 1)
    instead_of_it = [("The nearest that there is", instead(place, item_text(nearest)))]
    if not isinstance(item, np.ndarray):
        instead_of_it.append(("Reach over with a slice", instead(place, f"{size}:")))
    return _Fault(
        f"Axis {axis} has size {size}: its indices run from 0 to {size - 1}, or from −{size} to −1 counted from the "
        f"end. A slice may reach over the end; a number may not.",
        tuple(instead_of_it),
    )


def _unequal(arrays: list[tuple[int, NDArray[Any]]], sources: tuple[str, ...]) -> _Fault:
    shapes = " and ".join(str(index_shape(item)) for _, item in arrays)
    candidates: list[tuple[str, tuple[str, ...]]] = []
    if len(arrays) == len(sources) and all(len(index_shape(item)) == 1 for _, item in arrays):
        flat = [np.flatnonzero(item) if item.dtype == np.bool_ else item for _, item in arrays]
        least = min(item.size for item in flat)
        candidates = [
            ("Every one with every other", (f"np.ix_({', '.join(item_text(item) for item in flat)})",)),
            ("Pairs only", tuple(item_text(item[:least]) for item in flat)),
        ]
    return _Fault(
        f"Index arrays are read together, element by element, so their shapes must be equal or broadcast; {shapes} do "
        "not.",
        tuple(candidates),
    )


def _backwards(shape: tuple[int, ...], items: Sequence[Item], instead: Callable[..., tuple[str, ...]]) -> _Fault | None:
    """A negative step, which PyTorch has no strides for."""

    def listed() -> Iterator[tuple[str, tuple[str, ...]]]:
        axis, left = 0, len(shape) - sum(consumes(item) for item in items)
        for place, item in enumerate(items):
            if isinstance(item, slice) and (item.step or 1) < 0:
                counted = np.arange(shape[axis])[item]
                yield "The same as a list, which copies", instead(place, item_text(counted))
            axis += left if item is ... else consumes(item)

    found = tuple(listed())
    if not found:
        return None
    return _Fault(
        "A PyTorch tensor cannot stride backwards, so a negative step is refused, where NumPy returns a view. "
        "`torch.flip(a, dims)` copies.",
        found,
    )
