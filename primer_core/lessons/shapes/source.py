"""Reads the tensor that a pipeline begins with: any operand of the language, in the words of either library."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from primer_core.backend import Library, backend
from primer_core.language.equivalents import translated
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import MAX_TEXT, read_operand
from primer_core.language.parsing import code_expression
from primer_core.language.reader import read_expression
from primer_core.language.rejection import Rejection
from primer_core.language.table import CALLABLES, TABLE
from primer_core.language.text import quoted
from primer_core.lessons.shapes.steps import OWNERS, named_in

_OF_TORCH = frozenset({"torch", "F", "nn", "tensor"})


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The tensor that a pipeline begins with, as it was understood.

    Parameters
    ----------
    code
        The expression that makes it, in which the library that is chosen makes the tensor.
    tensor
        What it gives.
    """

    code: str
    tensor: Any


def read_source(text: str, library: Library, evaluator: Evaluator) -> Source:
    """Read a tensor.

    Parameters
    ----------
    text
        What was typed. A function without its library's name is that of the library, or else of the other.
    library
        Whose array it shall be.
    evaluator
        Makes it.

    Raises
    ------
    Refused
        If it is none, or too large.
    """
    if len(text) > MAX_TEXT:
        raise Refused(f"This is {len(text)} characters long; at most {MAX_TEXT} are read. Shorten it.")
    refusals = []
    for spelled in _spellings(text, library):
        try:
            return _made(_code(spelled, library), evaluator)
        except Refused as refused:
            refusals.append(refused)
        except Rejection as rejection:
            refusals.append(Refused(_sentence(rejection)))
    raise refusals[0]


def _spellings(text: str, library: Library) -> Iterator[str]:
    """Yield a text with the name of a library in front of each function that has none: this one's first."""
    try:
        expression = read_expression(text)
    except Rejection:
        yield text
        return
    others: list[Library] = [library, *(other for other in OWNERS if other != library)]
    found = [_prefixed(text, backend(each).prefix) for each in others]
    if found[0] is None and found[1] is None:
        yield text if expression.name == "" else ast.unparse(expression.node)
    yield from (spelled for spelled in found if spelled is not None)


def _prefixed(text: str, prefix: str) -> str | None:
    """Return a text with a library's name in front of its functions that have none; None if it has no such function."""
    node = read_expression(text).node
    found = False
    for part in ast.walk(node):
        match part:
            case ast.Call(ast.Name(name)) if (
                name not in CALLABLES and f"builtins.{name}" not in TABLE and f"{prefix}.{name}" in TABLE
            ):
                part.func = ast.Attribute(ast.Name(prefix, ast.Load()), name, ast.Load())
                found = True
    return ast.unparse(node) if found else None


def _code(text: str, library: Library) -> str:
    """Write what makes a tensor in the words of a library.

    Raises
    ------
    Refused, Rejection
        If it is no array.
    """
    engine = backend(library)
    tensor = _torch_code(text)
    if tensor is not None:
        if not engine.runs_numpy_code:
            return tensor
        return _in_words_of(library, tensor) or f"({tensor}).numpy()"
    unwritten = _unwritten_code(text)
    if unwritten is not None:
        if engine.runs_numpy_code:
            return unwritten
        return _in_words_of(library, unwritten) or f"torch.from_numpy({unwritten})"
    operand = read_operand(text)
    check_size(operand.shape, f"A tensor of shape {operand.text}" if not operand.filled else "This tensor")
    if engine.runs_numpy_code:
        return operand.code
    if operand.kind != "derived":
        try:
            return engine.native_code(operand.code)
        except ValueError:  # it names a dtype
            pass
    return _in_words_of(library, operand.code) or engine.from_numpy_code(operand.code)


def _torch_code(text: str) -> str | None:
    """Return the expression that makes a tensor of PyTorch; None for one that makes none.

    Raises
    ------
    Rejection
        If it comes to nothing.
    """
    try:
        expression = read_expression(text)
    except Rejection:
        return None
    if not _OF_TORCH.intersection(named_in(expression.node)):
        return None
    value = Evaluator().evaluate(expression)
    if owner_of(value) != "Tensor":
        return None
    node = expression.node
    for part in ast.walk(node):
        match part:
            case ast.Call(ast.Name(name)) if name in CALLABLES:
                part.func = code_expression(CALLABLES[name])
    return ast.unparse(node)


def _unwritten_code(text: str) -> str | None:
    """Return the expression that makes an array of NumPy with cells that were never written; None for any other."""
    evaluator = Evaluator()
    try:
        expression = read_expression(text)
        value = evaluator.evaluate(expression)
    except Rejection:
        return None
    is_unwritten = owner_of(value) == "ndarray" and evaluator.uninitialised.cells(value) is not None
    return expression.text if is_unwritten else None


def _in_words_of(library: Library, code: str) -> str | None:
    """Return the code in a library's words; None where it has no equivalent that gives the same numbers."""
    found = translated(code, library)
    if not isinstance(found, str):
        return None
    own, other = Evaluator(), Evaluator()
    try:
        here, there = own.value_of(code_expression(code), code), other.value_of(code_expression(found), found)
    except Rejection:
        return None
    if owner_of(there) != OWNERS[library] or tuple(here.shape) != tuple(there.shape):
        return None
    if own.uninitialised.cells(here) is not None and other.uninitialised.cells(there) is not None:
        return found
    return found if np.array_equal(np.asarray(here), np.asarray(there), equal_nan="float" in str(here.dtype)) else None


def _made(code: str, evaluator: Evaluator) -> Source:
    value = evaluator.value_of(code_expression(code), code)
    if not is_array(value):
        raise Refused(
            f"{quoted(code)} is no array. Write a shape such as (4, 3), an array, a number, or what makes one."
        )
    check_size(tuple(value.shape), "This tensor")
    if isinstance(value, np.generic):
        code = f"np.array({code})"
        value = evaluator.value_of(code_expression(code), code)
    return Source(code, value)


def _sentence(rejection: Rejection) -> str:
    if rejection.declined is None:
        return rejection.message
    return rejection.sentence("", kind=True)
