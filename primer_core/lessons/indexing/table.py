"""What each item of an index does to its axis, as a table."""

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import plain
from primer_core.claims.picking import ItemDoes
from primer_core.language.index_plan import Plan, Step
from primer_core.lessons.indexing import claims
from primer_core.lessons.indexing.explain import Picked
from primer_core.picture.number import full_text
from primer_core.picture.parts import Table, TableCell
from primer_core.picture.text import Code, text

_MOST = 8
_HEAD = ("item", "takes of a", "picks", "what it does", "gives b")


def table(picked: Picked) -> Table | None:
    """List what each item does, in the order of the index, and the axes that it does not speak of.

    Returns
    -------
    Table or None
        None where there is nothing to list, or where the library has a rule of its own.
    """
    if picked.plan is None or not picked.plan.steps:
        return None
    shape = picked.operand.shape
    said = zip(picked.plan.steps, claims.items(picked), strict=True)
    rows = tuple(_row(step, picked.plan, shape, claim) for step, claim in said)
    return Table(tuple(map(text, _HEAD)), rows, "What each item of the index does")


def _row(step: Step, plan: Plan, shape: tuple[int, ...], claim: ItemDoes) -> tuple[TableCell, ...]:
    takes = ", ".join(_axis(axis, shape[axis]) for axis in step.axes) or "none"
    picks, does = _picks(step, shape), plain(claim.sentence())
    if step.item is None or isinstance(step.item, slice | int):
        gives = "gone" if step.kept is None else _axis(step.kept, plan.shape[step.kept])
    else:
        gives = ", ".join(_axis(plan.first + i, size) for i, size in enumerate(plan.joint or ())) or "gone"
    if step.place is None:
        item = text("( ", Code(":"), " ) not written")
        return tuple(TableCell(cell, "quiet") for cell in (item, *map(text, (takes, picks, does, gives))))
    cells = (text(Code(claim.item)), *map(text, (takes, picks, does, gives)))
    return tuple(map(TableCell, cells))


def _picks(step: Step, shape: tuple[int, ...]) -> str:
    """Say which places an item picks along its axes."""
    item = step.item
    match item:
        case None:
            return ""
        case slice():
            size = shape[step.axes[0]]
            start, stop, stride = item.indices(size)
            places = range(start, stop, stride)
            if len(places) == size and stride == 1:
                return "all"
            # Backwards over the beginning, `indices` gives −1, which written as a stop would mean the last index.
            ends = f"stop {stop}" if stop >= 0 else "no stop"
            return f"start {full_text(start)}, {ends}, step {full_text(stride)}: {_listed(np.array(places))}"
        case np.ndarray():
            if item.dtype == np.bool_:
                return f"{np.count_nonzero(item)} of {item.size} are True"
            return f"shape {item.shape}: {_listed(item.ravel())}"
        case int() if item < 0:
            return f"{full_text(item)} = {shape[step.axes[0]] + item}"
    return str(item)


def _listed(places: NDArray[np.integer]) -> str:
    if places.size == 0:
        return "none"
    shown = [full_text(int(place)) for place in places[:_MOST]]
    return ", ".join(shown) + (f", … {full_text(int(places[-1]))}" if places.size > _MOST else "")


def _axis(axis: int, size: int) -> str:
    """Name an axis with its size, in one line."""
    return f"axis {axis} · {size}".replace(" ", "\u00a0")
