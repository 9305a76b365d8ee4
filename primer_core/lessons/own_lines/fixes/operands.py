"""What is tried for every failing sub-expression: one operand with another axis, order of axes, or dtype."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.failing import Entry
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, ended
from primer_core.lessons.own_lines.fixes.python import array_of_lists


def candidates(failure: Failure) -> Iterator[Candidate]:
    """Go through changes of one operand, the later ones first."""
    written = _written(failure)
    yield from (each for each in array_of_lists(failure) if each.place != written)
    yield from _of_the_other_kind(failure)
    yield from _roomier(failure)
    for operand in failure.operands:
        if operand.shape is None or operand.place == written:
            continue
        axes = len(operand.shape)
        whole = "float" not in operand.dtype and "complex" not in operand.dtype
        if operand.is_tensor:
            endings = [".float()"] if whole else [".long()"] if _is_whole(operand.value) else []
            endings += [".detach()"] if operand.requires_grad else []
        else:
            endings = [".astype(float)"] if whole else [".astype(int)"] if _is_whole(operand.value) else []
        endings += {1: ["[:, None]"], 2: [".T"]}.get(axes, [])
        endings += [".squeeze()"] if 1 in operand.shape else []
        endings += [".copy()"] if not operand.is_tensor else []
        yield from (ended(operand, ending) for ending in endings)


def _of_the_other_kind(failure: Failure) -> Iterator[Candidate]:
    """Take the tensor out of a tuple, or make one of an array, where PyTorch wants a tensor; and the other way."""
    stopped = failure.trace.stopped
    words = "" if stopped is None else stopped.message
    for operand in failure.operands:
        holds = isinstance(operand.value, tuple) and any(isinstance(each, Entry) for each in operand.value)
        if holds and any(f"must be Tensor, not {kind}" in words for kind in ("tuple", "list")):
            yield ended(operand, "[0]")
        if operand.shape is not None and not operand.is_tensor and "must be Tensor, not numpy" in words:
            yield Candidate(operand.place, f"torch.from_numpy({operand.text}).float()")
        if operand.kind in ("builtin_function_or_method", "method"):
            if operand.place != _written(failure):
                yield Candidate(operand.place, f"{operand.text}()")
            elif operand.text.isidentifier():
                bound = failure.binding(operand.text)
                method = failure.text(bound.value) if bound is not None else operand.text
                yield failure.before(failure.failing.statement, f"{operand.text} = {method}()")
        if operand.kind == "float" and "sequence of integers" in words and float(operand.value).is_integer():
            yield Candidate(operand.place, f"int({operand.text})")
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name("np"), name), [given], []) if failure.operands:
            operand = failure.operands[-1]
            if operand.is_tensor and operand.place == failure.place(given):
                yield failure.whole(f"{operand.asked}.{name}()")
                yield ended(operand, f"{'.detach()' if operand.requires_grad else ''}.numpy()")


def _written(failure: Failure) -> Place | None:
    """Return where the array stands that the failing statement writes to: what is made of it would be nobody's."""
    match failure.node:
        case ast.Subscript(value, _, ast.Store()):
            return failure.place(value)
    return None


def _roomier(failure: Failure) -> Iterator[Candidate]:
    """Bind the array that is written to anew, with a dtype that holds more numbers."""
    match failure.node:
        case ast.Subscript(ast.Name(name), _, ast.Store()):
            for operand in failure.operands:
                if operand.text != name or operand.shape is None or operand.is_tensor or "int" not in operand.dtype:
                    continue
                for dtype in ("int", "float") if operand.dtype != "int64" else ("float",):
                    yield failure.before(failure.failing.statement, f"{name} = {name}.astype({dtype})")


def _is_whole(values: object) -> bool:
    """Return whether an array holds whole numbers alone, which lose nothing as integers."""
    return isinstance(values, np.ndarray) and values.dtype.kind == "f" and bool((values == values.round()).all())
