"""What to say when a library refuses a reduction, and what would work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend
from primer_core.language.operand import Operand

_MOST = 4
_AVERAGES = ("mean", "std", "norm", "softmax")
"""Operations whose result is a float, whatever they are given."""
_CHOICES = ("max", "argmax", "softmax")
"""Operations that look for the largest element."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of one field with which the reduction works.

    Parameters
    ----------
    action
        What to do, in words.
    puts
        Text of the field that it changes, by the field's parameter.
    """

    action: str
    puts: Mapping[str, str]


def advice(values: NDArray[Any], operation: str, axis: int | tuple[int, ...] | None, library: Backend) -> str:
    """Say in a sentence or two for each cause what is wrong with a reduction that was refused."""
    causes = [_axis_cause(values.ndim, operation, axis, library)]
    if operation in _AVERAGES and not library.averages_integers and values.dtype.kind in "iu":
        causes.append(
            "This tensor holds whole numbers, and PyTorch does not turn them into floats by itself, as NumPy does."
        )
    if not any(causes) and values.size == 0 and operation in _CHOICES:
        causes.append("There is no element to choose from. A sum of nothing is 0, but a maximum of nothing is nothing.")
    return " ".join(filter(None, causes)) or "Choose other axes, or None for all."


def _axis_cause(rank: int, operation: str, axis: int | tuple[int, ...] | None, library: Backend) -> str:
    """Say what is wrong with the axes themselves; nothing if it is not they."""
    if operation == "softmax" and library.has_softmax and not isinstance(axis, int):
        return "torch.softmax takes one dim. Over several axes, flatten them into one before."
    given = () if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if any(not -rank <= one < rank for one in given):
        if rank == 0:
            return "A number has no axis to name."
        axes = "axis 0, or −1" if rank == 1 else f"axes 0 to {rank - 1}, or −{rank} to −1 counted from the end"
        return f"a has {axes}."
    if len({one % rank for one in given}) < len(given):
        return "An axis can disappear only once: name each axis once."
    if operation == "argmax" and isinstance(axis, tuple):
        return "argmax answers with a place along one axis, so it takes one axis, or None for a place in all of a."
    if operation == "norm" and not library.has_softmax and isinstance(axis, tuple) and len(axis) not in (1, 2):
        return "np.linalg.norm knows vectors (one axis) and matrices (two). None takes all elements for one vector."
    return ""


def fixes(
    operand: Operand, axis: int | tuple[int, ...] | None, works: Callable[[Mapping[str, str]], bool]
) -> tuple[Fix, ...]:
    """Propose fields that would work.

    Parameters
    ----------
    operand, axis
        That do not work together.
    works
        Tries texts of fields for real.
    """
    whole = operand.values.dtype.kind in "iu"
    floats = {"array": str(operand.values.astype(np.float64).tolist())} if whole else {}
    given = axis if isinstance(axis, tuple) else ()
    once = tuple(dict.fromkeys(given))
    texts = [str(once)] if len(once) > 1 else []
    texts += [str(one) for one in once] or [str(one) for one in range(operand.values.ndim or 1)]
    texts += ["-1"] if not once and operand.values.ndim else []
    texts.append("None")
    found = [Fix("Make them floats", floats)] if whole else []
    found += [Fix(f"axis = {text}", {"axis": text}) for text in texts]
    if whole:
        found += [Fix(f"Make them floats, and axis = {text}", {**floats, "axis": text}) for text in texts]
    working = [fix for fix in found if works(fix.puts)]
    # A change of two fields is offered only where no change of one works.
    return tuple([fix for fix in working if len(fix.puts) == 1][:_MOST] or working[:_MOST])
