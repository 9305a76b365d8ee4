"""What to say when a library refuses a reduction, and what would work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend
from primer_core.backend.interface import Axis
from primer_core.language.operand import Operand
from primer_core.lessons.reductions.question import SCANS, ReductionsQuestion

_MOST = 4
_AVERAGES = ("mean", "std", "var", "norm", "softmax")
"""Operations whose result is a float, whatever they are given."""
_CHOICES = ("max", "min", "argmax", "argmin", "softmax")
"""Operations that look for the largest or the smallest element."""


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


def advice(values: NDArray[Any], question: ReductionsQuestion, axis: Axis, library: Backend) -> str:
    """Say in a sentence or two for each cause what is wrong with a reduction that was refused."""
    operation = question.operation
    causes = [_axis_cause(values.ndim, question, axis, library)]
    if operation in _AVERAGES and not library.averages_integers and values.dtype.kind in "iu":
        causes.append(
            "This tensor holds whole numbers, and PyTorch does not turn them into floats by itself, as NumPy does."
        )
    if not any(causes) and values.size == 0 and operation in _CHOICES:
        causes.append("There is no element to choose from. A sum of nothing is 0, but a maximum of nothing is nothing.")
    return " ".join(filter(None, causes)) or "Choose other axes, or None for all."


def _axis_cause(rank: int, question: ReductionsQuestion, axis: Axis, library: Backend) -> str:
    """Say what is wrong with the axes themselves; nothing if it is not they."""
    operation, several = question.operation, isinstance(axis, tuple)
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
    if operation in ("argmax", "argmin") and several:
        answers = f"{operation} answers with a place along one axis"
        return f"{answers}, so it takes one axis, or None for a place in all of a."
    if operation == "norm" and not library.has_softmax and isinstance(axis, tuple) and len(axis) not in (1, 2):
        return "np.linalg.norm knows vectors (one axis) and matrices (two). None takes all elements for one vector."
    if operation in SCANS and not isinstance(axis, int):
        alone = "" if several else " NumPy takes None for the flat array."
        return f"{operation} runs along one axis: name it.{alone}"
    if question.asks_places and several:
        return f"{operation} with its places takes one dim. a{operation} gives values alone, and takes several."
    if library.max_gives_places and operation in ("prod", "median"):
        if several:
            return f"PyTorch's {operation} takes one dim, or none for all cells."
        if axis is None and question.keeps_axes:
            return f"PyTorch's {operation} of all cells has no keepdim: it gives one number without axes."
    return ""


def fixes(
    operand: Operand, question: ReductionsQuestion, axis: Axis, works: Callable[[Mapping[str, str]], bool]
) -> tuple[Fix, ...]:
    """Propose fields that would work.

    Parameters
    ----------
    operand, question, axis
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
    found += [Fix("dtype = float32", {"dtype": "float32"})] if whole and question.operation == "mean" else []
    found += [Fix("Without places", {"places": "false"})] if question.asks_places else []
    found += [Fix("Without keepdims", {"keepdims": "false"})] if question.keeps_axes else []
    found += [Fix(f"axis = {text}", {"axis": text}) for text in texts]
    if whole:
        found += [Fix(f"Make them floats, and axis = {text}", {**floats, "axis": text}) for text in texts]
    working = [fix for fix in found if works(fix.puts)]
    # A change of two fields is offered only where no change of one works.
    return tuple([fix for fix in working if len(fix.puts) == 1][:_MOST] or working[:_MOST])
