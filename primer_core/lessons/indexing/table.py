"""What each item of an index does to its axis, as lines of a table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.indexing.explain import Indexing
from primer_core.lessons.indexing.plan import Plan, Step

_MOST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One item of an index.

    Parameters
    ----------
    item
        Its source; in parentheses where it was not written but is meant.
    takes
        The axes of the array that it consumes, with their sizes.
    picks
        The places that it picks along them, and how they come about.
    does
        What becomes of the axes.
    gives
        The axes of the result.
    """

    item: str
    takes: str
    picks: str
    does: str
    gives: str


def lines(explained: Indexing) -> tuple[Line, ...]:
    """List what each item does, in the order of the index; empty where the index was refused."""
    plan = explained.plan
    if plan is None or explained.operand is None:
        return ()
    shape = explained.operand.shape
    return tuple(_line(step, plan, shape, explained.sources) for step in plan.steps)


def _line(step: Step, plan: Plan, shape: tuple[int, ...], sources: tuple[str, ...]) -> Line:
    item = "( : ) not written" if step.place is None else sources[step.place]
    takes = ", ".join(f"axis {axis} · {shape[axis]}" for axis in step.axes) or "none"
    gives = "gone" if step.kept is None else f"axis {step.kept} · {plan.shape[step.kept]}"
    if step.item is None:
        return Line(item, takes, "", "adds an axis of size 1", gives)
    if isinstance(step.item, slice):
        size = shape[step.axes[0]]
        start, stop, stride = step.item.indices(size)
        places = range(start, stop, stride)
        if len(places) == size and stride == 1:
            return Line(item, takes, "all", "keeps the axis", gives)
        how = f"start {start}, stop {_minus(stop)}, step {_minus(stride)}: {_listed(np.array(places))}"
        return Line(item, takes, how, f"keeps the axis, {len(places)} of {size}", gives)
    joint = ""
    if plan.joint is not None:
        axes = [f"axis {plan.first + i} · {size}" for i, size in enumerate(plan.joint)]
        joint = ", ".join(axes) or "gone"
    if isinstance(step.item, np.ndarray):
        if step.item.dtype == np.bool_:
            count = int(np.count_nonzero(step.item))
            return Line(item, takes, f"{count} of {step.item.size} are True", "picks where it is True", joint)
        what = f"shape {step.item.shape}: {_listed(step.item.ravel())}"
        return Line(item, takes, what, "picks place by place", joint)
    assert isinstance(step.item, int)
    resolved = str(step.item) if step.item >= 0 else f"{_minus(step.item)} = {shape[step.axes[0]] + step.item}"
    return Line(item, takes, resolved, "drops the axis", gives)


def _listed(places: NDArray[np.integer]) -> str:
    if places.size == 0:
        return "none"
    shown = [_minus(int(place)) for place in places[:_MOST]]
    return ", ".join(shown) + (f", … {_minus(int(places[-1]))}" if places.size > _MOST else "")


def _minus(number: int) -> str:
    return str(number).replace("-", "−")
