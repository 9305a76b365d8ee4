"""What helps where numbers are of the wrong dtype."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from primer_core.lessons.own_lines.failing import Operand, wrapped
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, each_ended, ended

_CASTS = {"torch.float32": ".float()", "torch.float64": ".double()", "torch.int64": ".long()"}


def _meet(failure: Failure) -> Iterator[Candidate]:
    """Make one operand what the other is: a float of an integer, and else the default dtype of both."""
    tensors = tuple(each for each in failure.operands if each.is_tensor)
    wholes = tuple(each for each in tensors if _is_whole(each))
    dtypes = {each.dtype for each in tensors if not _is_whole(each)}
    if len(dtypes) == 1:
        cast = _CASTS.get(next(iter(dtypes)), ".float()")
        yield from each_ended(wholes, cast)
    yield from each_ended(tuple(each for each in tensors if each.dtype != "torch.float32"), ".float()")
    yield from each_ended(tuple(each for each in tensors if each.dtype != "torch.float64"), ".double()")


def _is_whole(operand: Operand) -> bool:
    return "float" not in operand.dtype and "complex" not in operand.dtype


def _floats(failure: Failure) -> Iterator[Candidate]:
    tensors = tuple(each for each in failure.operands if each.is_tensor and _is_whole(each))
    yield from each_ended(tensors, ".float()")


def _wholes(failure: Failure) -> Iterator[Candidate]:
    yield from each_ended(tuple(each for each in failure.operands if each.is_tensor), ".long()")


def _whole_index(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp) and isinstance(node.slice.op, ast.Div):
        left, right = failure.text(node.slice.left), failure.text(node.slice.right)
        yield failure.instead(node.slice, f"{left} // {right}")
    for operand in failure.operands:
        if operand.shape is None:
            yield Candidate(operand.place, f"int({operand.text})")
        else:
            yield ended(operand, ".long()" if operand.is_tensor else ".astype(int)")


def mask_of(failure: Failure) -> Operand | None:
    """Return an index that holds zeros and ones, both, one for each cell of what it picks of; None where it is none."""
    match failure.node, failure.failing.operands:
        case ast.Subscript(), (holder, index) if index.shape and holder.shape is not None:
            numbers = np.unique(index.value).tolist() if isinstance(index.value, np.ndarray) else []
            return index if numbers == [0, 1] and index.shape == holder.shape[: len(index.shape)] else None
    return None


def _swapped(failure: Failure) -> Iterator[Candidate]:
    """Swap the first two arguments: the prediction comes before the target."""
    arguments = failure.positional()
    if isinstance(failure.node, ast.Call) and len(arguments) == 2 and not failure.node.keywords:
        first, second = map(failure.text, arguments)
        yield failure.whole(f"{failure.text(failure.node.func)}({second}, {first})")
    yield from _floats(failure)


def _gradient_dtype(failure: Failure) -> Iterator[Candidate]:
    text, node = failure.failing.place.text, failure.node
    if isinstance(node, ast.Call) and any(word.arg == "requires_grad" for word in node.keywords):
        yield failure.whole(f"{text[:-1]}, dtype=torch.float32)")
    match failure.failing.statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "requires_grad_")) as call) if call is node:
            yield failure.whole(f"{name} = {name}.float(){text[len(name) :]}")
            return  # a tensor of floats that no name holds would help nobody
        case ast.Assign([ast.Attribute(ast.Name(name), "requires_grad")]):
            yield failure.before(failure.failing.statement, f"{name} = {name}.float()")
            return
    yield from each_ended(failure.operands, ".float()")


def _of_truths(failure: Failure) -> Iterator[Candidate]:
    """Say with the signs of truths what was subtracted; then subtract numbers."""
    node = failure.node
    if not isinstance(node, ast.BinOp):
        return
    left, right = (wrapped(side, failure.text(side)) for side in (node.left, node.right))
    if isinstance(node.left, ast.Constant):
        if node.left.value == 1:  # and True
            yield failure.whole(f"~{right}")
    else:
        yield failure.whole(f"{left} ^ {right}")
        yield failure.whole(f"{left} & ~{right}")
    arrays = tuple(each for each in failure.operands if each.shape is not None and each.dtype.endswith("bool"))
    if len(arrays) == 2:
        second, first = (f"{each.asked}{'.float()' if each.is_tensor else '.astype(int)'}" for each in arrays)
        yield failure.whole(f"{first} - {second}")


def _wider(failure: Failure) -> Iterator[Candidate]:
    """Compute in int64, where a whole number does not fit an array's dtype."""
    arrays = tuple(each for each in failure.operands if each.shape is not None and "int" in each.dtype)
    if not isinstance(failure.node, ast.Subscript):  # what is written to stays what it is
        yield from (ended(each, ".long()" if each.is_tensor else ".astype(int)") for each in arrays)


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    **dict.fromkeys(("dtypes_differ", "mixed_dtype_torch", "other_dtype_torch", "close_dtype_torch"), _meet),
    **dict.fromkeys(
        ("mean_dtype_torch", "spread_dtype_torch", "norm_dtype_torch", "loss_dtype_torch", "probabilities_dtype_torch"),
        _floats,
    ),
    **dict.fromkeys(("class_dtype_torch", "indices_dtype_torch", "index_dtype_torch"), _wholes),
    **dict.fromkeys(("index_kind", "index_kind_torch", "index_dtype"), _whole_index),
    "not_implemented_torch": _swapped,
    "number_too_large": _wider,
    "grad_dtype_torch": _gradient_dtype,
    "bool_negative": lambda failure: (failure.whole(f"~{each.asked}") for each in failure.operands[:1]),
    "bool_minus": _of_truths,
    "bool_minus_torch": _of_truths,
}
"""By the kind of the message."""
