"""Which lesson shows a part of a program, and what it is asked then: that part, with the operands that it had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

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
from primer_core.lessons.einsum.question import NAMES as LETTERS_OF_EINSUM
from primer_core.lessons.einsum.question import EinsumQuestion
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.own_lines.trace import Part
from primer_core.lessons.question import Question
from primer_core.lessons.reductions.question import DIVISORS, OPERATIONS, ReductionsQuestion
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.softmax.question import Reduction, SoftmaxQuestion

MOST_WRITTEN = 144
"""Cells of an operand that is written out in a field of another lesson, in an address too."""

_LETTERS = 21
"""Characters that a cell takes on average, at most."""

_Writes = Callable[[Any], str | None]
"""Writes an operand as code; None where it cannot be."""

_OPERATIONS: Mapping[str, OperationName] = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_PRODUCTS = ("operator.@", "np.matmul", "np.dot", "torch.matmul", "torch.mm", "torch.bmm", "ndarray.dot", "Tensor.mm")
_MOVING = frozenset({
    "atleast_2d", "broadcast_to", "expand", "expand_dims", "flatten", "flip", "fliplr", "flipud", "moveaxis", "movedim",
    "permute", "ravel", "repeat", "repeat_interleave", "reshape", "resize", "roll", "rot90", "squeeze", "swapaxes", "t",
    "T", "tile", "transpose", "unsqueeze", "view",
})  # fmt: skip
_PICKING = frozenset({
    "argwhere", "compress", "delete", "diagonal", "flatnonzero", "gather", "index_select", "insert", "masked_select",
    "nonzero", "scatter", "scatter_add", "take", "take_along_axis", "take_along_dim", "where",
})  # fmt: skip
"""What the lesson on indices shows as an expression of an array."""

_JOINING = frozenset({"cat", "column_stack", "concat", "concatenate", "dstack", "hstack", "stack", "vstack"})


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
    for reads in (_elementwise, _product, _index, _picked, _reduction, _moved, _einsum, _loss):
        found = reads(part, owner, name, written)
        if found is not None:
            return found
    return None


def letters_of(part: Part, slug: str) -> str:
    """Return what a lesson calls the operands of a part, first to last, with spaces between."""
    match slug:
        case "broadcasting" | "matmul":
            return "a b"
        case "einsum":
            return " ".join(LETTERS_OF_EINSUM)
        case "shapes":
            return "x b1 c1 d1 e1" if is_join(part) else "x"
        case "softmax":
            return "z y"
    return "a"


def is_join(part: Part) -> bool:
    """Return whether a part joins a list of arrays."""
    owner, _, name = part.entry.partition(".")
    listed = bool(part.operands) and isinstance(part.operands[0], list | tuple)
    return listed and owner in ("np", "torch") and name in _JOINING


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
    texts = [value for value in operands if isinstance(value, str)]
    others = [value for value in operands if not isinstance(value, str)]
    arrays = [backend_of(value).to_numpy(value) if is_array(value) else np.asarray(value) for value in others]
    entry = entry_named("np.einsum" if texts else "operator.@" if part.entry in _PRODUCTS else part.entry)
    if entry is None:
        return False
    found, _ = attempted(function_of(entry), (*texts, *arrays), {})
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


def _picked(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    if owner not in ("np", "torch", "ndarray", "Tensor") or name not in _PICKING or not part.operands:
        return None
    array = written(part.operands[0]) if is_array(part.operands[0]) else None
    values = [_given(value, written) for value in part.operands[1:]]
    named = {word: _given(value, written) for word, value in part.keywords.items()}
    arrays = [each for each in (*part.operands, *part.keywords.values()) if is_array(each)]
    if array is None or None in values or None in named.values() or len({_library(each) for each in arrays}) > 1:
        return None
    given = ", ".join((*map(str, values), *(f"{word}={value}" for word, value in named.items())))
    whole = (
        f"a.{name}({given})"
        if owner in ("ndarray", "Tensor")
        else f"{owner}.{name}({', '.join(filter(None, ('a', given)))})"
    )
    return "indexing", IndexingQuestion(array=array, expression=whole, library=_library(part.operands[0]))


def _given(value: Any, written: _Writes) -> str | None:
    """Write an argument: an array, or what is none."""
    return written(value) if is_array(value) or isinstance(value, float) else _plain(value)


def _reduction(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    if name == "linalg.norm" and len(part.operands) > 1:
        return None  # a second argument says which norm, and is no axis
    operation = next((known for known in OPERATIONS if known == name.removeprefix("linalg.")), None)
    if owner not in ("np", "torch", "F", "ndarray", "Tensor") or operation is None or not part.operands:
        return None
    array = written(part.operands[0])
    axes = part.keywords.get("axis", part.keywords.get("dim", (*part.operands[1:], None)[0]))
    known = {"axis", "dim", "keepdims", "keepdim", "ddof", "correction", "unbiased"}
    if array is None or set(part.keywords) - known or len(part.operands) > 2 or not _is_axes(axes):
        return None
    engine = backend_of(part.operands[0])
    off = int(part.keywords.get("unbiased", engine.default_ddof))
    off = part.keywords.get("ddof", part.keywords.get("correction", off))
    if off not in range(len(DIVISORS)) or (operation == "softmax" and axes is None):
        return None  # what PyTorch's softmax takes for an axis that is not given depends on how many there are
    return "reductions", ReductionsQuestion(
        array=array,
        operation=operation,
        axis=str(axes),
        library=engine.library,
        divisor=DIVISORS[off],
        places=isinstance(part.result, tuple),
        keepdims=bool(part.keywords.get("keepdims", part.keywords.get("keepdim", False))),
    )


def _moved(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    if owner not in ("np", "torch", "ndarray", "Tensor") or not part.lies_alike or not part.operands:
        return None
    listed = is_join(part)
    arrays = list(part.operands[0]) if listed else [part.operands[0]]
    if (name not in _MOVING and not listed) or not arrays or not all(map(is_array, arrays)):
        return None
    of_library = [_library(each) for each in arrays]
    array, *others = (_as_it_lies(each, written) for each in arrays)
    values = [*(_plain(value) for value in part.operands[1:])]
    named = {word: _plain(value) for word, value in part.keywords.items()}
    if array is None or None in others or None in values or None in named.values() or len(set(of_library)) > 1:
        return None
    given = ", ".join((*map(str, values), *(f"{word}={value}" for word, value in named.items())))
    if name == "T":
        step = name
    elif owner in ("ndarray", "Tensor"):
        step = f"{name}({given})"
    else:
        first = f"[{', '.join(('x', *map(str, others)))}]" if listed else "x"
        step = f"{owner}.{name}({', '.join(filter(None, (first, given)))})"
    return "shapes", ShapesQuestion(x=array, steps=step, library=of_library[0])


def _einsum(part: Part, owner: str, name: str, written: _Writes) -> tuple[str, Question] | None:
    subscripts, *operands = part.operands or (None,)
    if owner not in ("np", "torch") or name != "einsum" or not isinstance(subscripts, str) or part.keywords:
        return None
    if not 1 <= len(operands) <= len(LETTERS_OF_EINSUM) or not all(map(is_array, operands)):
        return None
    texts = [written(each) for each in operands]
    libraries = {_library(each) for each in operands}
    if None in texts or len(libraries) > 1 or not _agrees(part, part.operands):
        return None
    fields = {letter: each for letter, each in zip(LETTERS_OF_EINSUM, texts, strict=False) if each is not None}
    return "einsum", EinsumQuestion(subscripts=subscripts, library=libraries.pop(), **{"b": "", "c": "", **fields})


def _loss(part: Part, _: str, __: str, written: _Writes) -> tuple[str, Question] | None:
    reduction = part.keywords.get("reduction", "mean")
    known = part.entry == "F.cross_entropy" and len(part.operands) == 2 and not set(part.keywords) - {"reduction"}
    if not known or reduction not in get_args(Reduction) or not all(map(is_array, part.operands)):
        return None
    logits, target = map(written, part.operands)
    if logits is None or target is None or "nan" in logits + target or "inf" in logits + target:
        return None
    return "softmax", SoftmaxQuestion(typed=logits, target=target, reduction=reduction)


def _plain(value: Any) -> str | None:
    """Write what is no array: numbers, texts, and tuples and lists of them; None for anything else."""
    match value:
        case None | bool() | int() | str():
            return repr(value)
        case tuple() | list():
            inner = [_plain(each) for each in value]
            if None in inner:
                return None
            return repr(tuple(value) if isinstance(value, tuple) else value)
    return None


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
