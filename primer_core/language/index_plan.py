"""The rule of indexing, worked out without indexing: which item takes which axis, and what becomes of it.

A number drops its axis, a slice keeps it, None adds one, ``...`` keeps all that no other item speaks of. As soon
as one item is an array (a list, a mask), all arrays and numbers work together: they are broadcast to one shape,
which stands in place of their axes if they are neighbours and goes to the front if something stands between them.
Source: https://numpy.org/doc/stable/user/basics.indexing.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.interface import IndexItem


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one item does to one axis, or to the axes that a mask covers.

    Parameters
    ----------
    place
        Of the item in the index; None for a ``:`` that was not written but is meant.
    item
        The item; a full slice for each axis that ``...`` stands for.
    axes
        Axes of the array that it consumes; empty for None.
    kept
        Axis of the result that a slice or None becomes; None for what drops its axis or is an array.
    """

    place: int | None
    item: IndexItem
    axes: tuple[int, ...]
    kept: int | None

    @property
    def advanced(self) -> bool:
        """Whether it is an array."""
        return isinstance(self.item, np.ndarray)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What an index does to a shape.

    Parameters
    ----------
    shape
        Of the result.
    steps
        In the order of the index; ``...`` is spelled out.
    joint
        The shape to which all index arrays are broadcast; None where there are none.
    first
        Axis of the result at which `joint` begins.
    apart
        Whether something stands between the arrays, which sends `joint` to the front.
    """

    shape: tuple[int, ...]
    steps: tuple[Step, ...]
    joint: tuple[int, ...] | None
    first: int
    apart: bool


def consumes(item: IndexItem) -> int:
    """How many axes of the array one item speaks of; ``...`` counts none, it takes what the others leave."""
    if item is None or item is ...:
        return 0
    return item.ndim if isinstance(item, np.ndarray) and item.dtype == np.bool_ else 1


def index_shape(item: NDArray[Any]) -> tuple[int, ...]:
    """The shape with which an index array takes part: a mask counts as the list of its true places."""
    return (int(np.count_nonzero(item)),) if item.dtype == np.bool_ else item.shape


def plan_index(shape: tuple[int, ...], items: Sequence[IndexItem], *, numbers_join: bool = True) -> Plan | None:
    """Apply the rule to a shape; None where NumPy will refuse, unless it does so for a number out of bounds.

    Parameters
    ----------
    shape
        Of the array.
    items
        Of the index.
    numbers_join
        Whether numbers work together with arrays, as in NumPy. PyTorch lets each drop its axis before, and an
        ``...`` that stands for nothing does not part its neighbours.
    """
    left = len(shape) - sum(consumes(item) for item in items)
    if left < 0 or sum(item is ... for item in items) > 1 or any(_stands_still(item) for item in items):
        return None
    together = any(isinstance(item, np.ndarray) for item in items)
    written: list[tuple[int | None, IndexItem]] = list(enumerate(items))
    if all(item is not ... for item in items):
        written.append((None, ...))
    kept: list[int] = []
    steps: list[Step] = []
    met: list[int] = []  # where the items stand that work together
    first = axis = 0
    for place, item in written:
        if item is ...:
            for _ in range(left):
                steps.append(Step(place, slice(None), (axis,), len(kept)))
                kept.append(shape[axis])
                axis += 1
        elif item is None:
            steps.append(Step(place, None, (), len(kept)))
            kept.append(1)
        elif isinstance(item, slice):
            steps.append(Step(place, item, (axis,), len(kept)))
            kept.append(len(range(*item.indices(shape[axis]))))
            axis += 1
        else:
            assert place is not None
            if numbers_join or isinstance(item, np.ndarray):
                first = first if met else len(kept)
                met.append(place if numbers_join else len(kept))
            steps.append(Step(place, item, tuple(range(axis, axis + consumes(item))), None))
            axis += consumes(item)
    if not together:
        return Plan(tuple(kept), tuple(steps), None, 0, apart=False)
    try:
        joint = np.broadcast_shapes(*(index_shape(item) for item in items if isinstance(item, np.ndarray)))
    except ValueError:
        return None
    # In NumPy's rule what lies between counts as written; in PyTorch's, what it left standing.
    apart = met[-1] - met[0] != (len(met) - 1 if numbers_join else 0)
    first = 0 if apart else first
    moved = tuple(
        Step(step.place, step.item, step.axes, step.kept + len(joint))
        if step.kept is not None and step.kept >= first
        else step
        for step in steps
    )
    return Plan((*kept[:first], *joint, *kept[first:]), moved, joint, first, apart)


def _stands_still(item: IndexItem) -> bool:
    return isinstance(item, slice) and item.step == 0
