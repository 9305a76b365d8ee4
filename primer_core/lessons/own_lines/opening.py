"""Which lesson shows a part of a program, and what it is asked then: that part, with the operands that it had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from primer_core.backend import Library, backend_of
from primer_core.backend.interface import Declined
from primer_core.language.execution import attempted, is_array, owner_of
from primer_core.language.spelling import shape_text
from primer_core.language.table import entry_named
from primer_core.language.table.costs import shape_of, size_of
from primer_core.language.table.functions import function_of
from primer_core.lessons.alignment import axis_rule, joint_shape
from primer_core.lessons.broadcasting.question import BroadcastingQuestion, OperationName
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.own_lines.trace import Part
from primer_core.lessons.question import Question
from primer_core.lessons.reductions.question import DIVISORS, OPERATIONS, ReductionsQuestion
from primer_core.lessons.shapes.question import ShapesQuestion

MOST_WRITTEN = 144
"""Cells of an operand that is written out in a field of another lesson, in an address too."""

_LETTERS = 21
"""Characters that a cell takes on average, at most."""

_Writes = Callable[[Any], str | None]
"""Writes an operand as code; None where it cannot be."""

_OPERATIONS: Mapping[str, OperationName] = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_PRODUCTS = ("operator.@", "np.matmul", "np.dot", "torch.matmul", "torch.mm", "torch.bmm", "ndarray.dot", "Tensor.mm")
_MOVING = (
    "flatten", "moveaxis", "movedim", "permute", "ravel", "reshape", "squeeze", "swapaxes", "t", "T", "transpose",
    "unsqueeze", "view",
)  # fmt: skip


def question_of(part: Part, most_cells: int = MOST_WRITTEN) -> tuple[str, Question] | None:
    """Find the lesson that shows a part of a program.

    Parameters
    ----------
    part
        The part.
    most_cells
        int, cells of an operand at most.

    Returns
    -------
    slug, question
        Of the lesson; None where no lesson shows the part, or where an operand is too large to be written out.
    """
    owner, _, name = part.entry.partition(".")
    written = partial(_written, most_cells=most_cells)
    for reads in (_elementwise, _product, _index, _reduction, _moved):
        found = reads(part, owner, name, written)
        if found is not None:
            return found
    return None


def question_of_shapes(part: Part) -> tuple[str, Question] | None:
    """Find the lesson that shows why shapes do not meet, and ask it of arrays of such shapes whose values are others.

    Returns
    -------
    slug, question
        Of the lesson; None where the part did not fail, or where no lesson shows that by shapes alone.
    """
    arrays = [value for value in part.operands if is_array(value)]
    if part.result is not None or len(arrays) != 2 or len(part.operands) != 2 or not all(len(a.shape) for a in arrays):
        return None
    shapes = [shape_of(array) for array in arrays]
    left, right = map(shape_text, shapes)
    owner, _, name = part.entry.partition(".")
    if part.entry in _PRODUCTS and shapes[0][-1] != shapes[1][max(len(shapes[1]) - 2, 0)]:
        return "matmul", MatmulQuestion(left, right, _library(arrays[0]))
    if owner == "operator" and name in _OPERATIONS and joint_shape(axis_rule(shapes)) is None:
        return "broadcasting", BroadcastingQuestion(a=left, op=_OPERATIONS[name], b=right)
    return None


def _elementwise(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    sign = name.removesuffix("=")
    if owner != "operator" or sign not in _OPERATIONS or len(part.operands) != 2:
        return None
    operands = _strong(part.operands)
    left, right = map(written, operands)
    if left is None or right is None or not _agrees(part, operands):
        return None
    return "broadcasting", BroadcastingQuestion(a=left, op=_OPERATIONS[sign], b=right, inplace=name.endswith("="))


def _product(part: Part, _: str, __: str, written: _Writes) -> tuple[str, Question] | None:
    if part.entry not in _PRODUCTS or len(part.operands) != 2 or not all(map(is_array, part.operands)):
        return None
    left, right = map(written, part.operands)
    if left is None or right is None or not _agrees(part, part.operands):
        return None
    return "matmul", MatmulQuestion(left, right, _library(part.operands[0]))


def _strong(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give a number of Python's the dtype that it takes on beside an array; leave it where it cannot have that.

    A lesson reads each operand as an array, whose dtype counts as much as the other's.
    """
    arrays = [backend_of(value).to_numpy(value) for value in operands if is_array(value)]
    if len(arrays) != 1 or arrays[0].dtype.kind == "U":
        return operands

    def strong(value: Any) -> Any:
        if not isinstance(value, bool | int | float):
            return value
        dtype = np.result_type(arrays[0], value)
        if dtype == np.asarray(value).dtype:
            return value
        found, _ = attempted(dtype.type, (value,), {})
        return value if isinstance(found, Declined) else found

    return tuple(map(strong, operands))


def _agrees(part: Part, operands: tuple[Any, ...]) -> bool:
    """Return whether NumPy, in whose words two lessons speak, makes of the operands what the program made of them."""
    arrays = [backend_of(value).to_numpy(value) if is_array(value) else np.asarray(value) for value in operands]
    entry = entry_named("operator.@" if part.entry in _PRODUCTS else part.entry)
    if entry is None:
        return False
    found, _ = attempted(function_of(entry), tuple(arrays), {})
    if isinstance(found, Declined) or part.result is None:
        refused = isinstance(found, Declined) and part.result is None
        of_numpy = not any(owner_of(value) == "Tensor" for value in operands)
        # What PyTorch says of dtypes is another thing; that shapes do not meet is one rule.
        return refused and (of_numpy or joint_shape(axis_rule([array.shape for array in arrays])) is None)
    own = backend_of(part.result).to_numpy(part.result)
    return own.dtype == found.dtype and own.shape == found.shape and np.allclose(own, found, equal_nan=True)


def _index(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    if owner not in ("ndarray", "Tensor") or name != "[]" or len(part.operands) != 2:
        return None
    array, index = written(part.operands[0]), _index_text(part.operands[1])
    if array is None or index is None or (index.startswith("[[") and backend_of(part.operands[0]).lone_list_is_tuple):
        return None
    return "indexing", IndexingQuestion(array=array, index=index, library=_library(part.operands[0]))


def _reduction(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    operation = next((known for known in OPERATIONS if known == name), None)
    if owner not in ("np", "torch", "ndarray", "Tensor") or operation is None or not part.operands:
        return None
    array = written(part.operands[0])
    axes = part.keywords.get("axis", part.keywords.get("dim", (*part.operands[1:], None)[0]))
    known = {"axis", "dim", "keepdims", "keepdim"}
    if array is None or set(part.keywords) - known or len(part.operands) > 2 or not _is_axes(axes):
        return None
    engine = backend_of(part.operands[0])
    return "reductions", ReductionsQuestion(
        array=array,
        operation=operation,
        axis=str(axes),
        library=engine.library,
        divisor=DIVISORS[engine.default_ddof],
        places=isinstance(part.result, tuple),
        keepdims=bool(part.keywords.get("keepdims", part.keywords.get("keepdim", False))),
    )


def _moved(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    if owner not in ("ndarray", "Tensor") or name not in _MOVING or part.keywords or not part.lies_alike:
        return None
    array = _as_it_lies(part.operands[0], written)
    values = part.operands[1:]
    if array is None or any(is_array(value) for value in values):
        return None
    step = name if name == "T" else f"{name}({', '.join(map(repr, values))})"
    return "shapes", ShapesQuestion(x=array, steps=step, library=_library(part.operands[0]))


def _written(value: Any, most_cells: int) -> str | None:
    """Write an operand as code; None where it is too large, or no array and no number."""
    if isinstance(value, bool | int | float):
        return repr(value)
    if not is_array(value) or size_of(value) > most_cells:
        return None
    engine = backend_of(value)
    cells = engine.to_numpy(value)
    if cells.dtype.kind == "U":  # lessons read arrays of numbers
        return None
    code = engine.array_code(cells)
    return code if len(code) <= _LETTERS * most_cells else None


def _as_it_lies(array: Any, written: _Writes) -> str | None:
    """Write an array whose cells follow each other in memory along its axes in some order, as one that lies so too."""
    engine = backend_of(array)
    order = sorted(range(len(array.shape)), key=lambda axis: -engine.byte_strides(array)[axis])
    reorders = "permute" if engine.transposes_two_axes else "transpose"
    code = written(getattr(array, reorders)(order))
    if code is None or order == sorted(order):
        return code
    back = ", ".join(str(order.index(axis)) for axis in range(len(order)))
    return f"{code}.{reorders}({back})"


def lies_as_written(part: Part) -> bool:
    """Return whether the arrays of a part lie in memory as those that its lesson reads: row after row."""
    arrays = [value for value in part.operands if is_array(value)]
    return part.lies_alike and all(backend_of(array).contiguity(array)[0] for array in arrays)


def _index_text(value: Any) -> str | None:
    if isinstance(value, tuple):
        parts = [_index_text(each) for each in value]
        return None if None in parts or not parts else ", ".join(part for part in parts if part is not None)
    match value:
        case None | bool() | int():
            return repr(value)
        case slice():
            ends = ["" if end is None else str(end) for end in (value.start, value.stop, value.step)]
            return f"{ends[0]}:{ends[1]}" + (f":{ends[2]}" if ends[2] else "")
        case list():
            return repr(value)
    if value is Ellipsis:
        return "..."
    if is_array(value) and size_of(value) <= MOST_WRITTEN:
        return repr(value.tolist())
    return None


def _is_axes(axes: Any) -> bool:
    return axes is None or isinstance(axes, int) or (isinstance(axes, tuple) and all(isinstance(a, int) for a in axes))


def _library(value: Any) -> Library:
    return backend_of(value).library
