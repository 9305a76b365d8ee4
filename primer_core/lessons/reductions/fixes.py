"""What to say when a library refuses a reduction, and what would work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend
from primer_core.language.operand import Operand

_MOST = 4


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
    """Say in one or two sentences what is wrong with a reduction that was refused."""
    rank = values.ndim
    given = () if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if any(not -rank <= one < rank for one in given):
        if rank == 0:
            return "A number has no axis: only None, all of the none that there are, can be reduced."
        axes = "axis 0, or −1" if rank == 1 else f"axes 0 to {rank - 1}, or −{rank} to −1 counted from the end"
        return f"a has {axes}."
    if len({one % rank for one in given}) < len(given):
        return "An axis can disappear only once: name each axis once."
    if operation == "argmax" and isinstance(axis, tuple):
        return "argmax answers with a place along one axis, so it takes one axis, or None for a place in all of a."
    if operation == "norm" and len(given) > 2:
        return "np.linalg.norm knows vectors (one axis) and matrices (two). None takes all elements for one vector."
    if not library.averages_integers and values.dtype.kind in "iu":
        return "This tensor holds whole numbers, and PyTorch does not turn them into floats by itself, as NumPy does."
    if library.has_softmax and operation == "softmax":
        return "torch.softmax takes one dim. Over several axes, flatten them into one before."
    if values.size == 0:
        return "There is no element to choose from. A sum of nothing is 0, but a maximum of nothing is nothing."
    return "Choose other axes, or None for all."


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
    found: list[Fix] = []
    if operand.values.dtype.kind in "iu" and operand.values.ndim:
        found.append(Fix("Make them floats", {"array": str(operand.values.astype(np.float64).tolist())}))
    given = axis if isinstance(axis, tuple) else ()
    once = tuple(dict.fromkeys(given))
    texts = [str(once)] if len(once) > 1 else []
    texts += [str(one) for one in once] or [str(one) for one in range(operand.values.ndim)]
    texts += ["-1"] if not once and operand.values.ndim else []
    found += [Fix(f"axis = {text}", {"axis": text}) for text in [*texts, "None"]]
    return tuple(fix for fix in found if works(fix.puts))[:_MOST]
