"""Reads operands that are written as tensors: ``torch.arange(6).reshape(2, 3)``, ``tensor([1., 2.])``.

The expression is evaluated by PyTorch, and its values go on as an array of the same dtype. What makes that array in
NumPy's code is the translation, where NumPy's values and dtype are the same; else the values written out.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.equivalents import NoEquivalent, translated
from primer_core.language.evaluator import Evaluator
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import HOW, MAX_TEXT, Operand, read_operand
from primer_core.language.parsing import code_expression
from primer_core.language.reader import read_expression
from primer_core.language.rejection import Rejection
from primer_core.language.text import quoted

_OF_TORCH = re.compile(r"\b(?:torch|F|nn)\s*\.|\btensor\s*\(")


def speaks_of_tensors(text: str) -> bool:
    """Return whether a text calls something of PyTorch by name, which takes PyTorch to be read."""
    return _OF_TORCH.search(text) is not None


def read_array(text: str) -> Operand:
    """Read an operand of at most `MAX_ELEMENTS` elements, which may be written as a tensor.

    Raises
    ------
    Refused
        If it is none; of what a library declines, in its words.
    """
    operand = _read_tensor(text) if speaks_of_tensors(text) and len(text) <= MAX_TEXT else read_operand(text)
    check_size(operand.shape)
    return operand


def _read_tensor(text: str) -> Operand:
    evaluator = Evaluator()
    try:
        expression = read_expression(text)
        value = evaluator.evaluate(expression)
    except Rejection as rejection:
        raise Refused(_sentence(rejection)) from rejection
    typed, node = expression.text, _Prefixed().visit(expression.node)
    warned = tuple(dict.fromkeys(warning for call in evaluator.calls for warning in call.warnings))
    if type(value).__module__ != "torch" or not hasattr(value, "detach"):
        if isinstance(value, np.ndarray | np.generic | bool | int | float):
            values = _checked(np.asarray(value), node)
            return Operand(typed, _numpy_code(node, values), values, "derived", warnings=warned)
        raise Refused(f"{quoted(typed)} is no tensor and no array. {HOW}")
    check_size(tuple(value.shape))
    if evaluator.uninitialised.cells(value) is not None:
        raise Refused(
            f"{quoted(typed)} has cells that were never written: what stands there is anything. Write a "
            "tensor with values, such as torch.zeros(2, 3)."
        )
    try:
        values = value.detach().numpy().copy()
    except (TypeError, RuntimeError) as error:
        message = f"{quoted(typed)} has the dtype {value.dtype}; cells here are numbers or booleans."
        raise Refused(message) from error
    values = _checked(values, node)
    return Operand(
        typed,
        _numpy_code(node, values),
        values,
        "derived",
        warnings=warned,
        # Random numbers that were seeded here are no others' when the code runs: its values are written out.
        tensor_code="" if evaluator.seeded else ast.unparse(node),
    )


def _checked(values: NDArray[Any], node: ast.expr) -> NDArray[Any]:
    if values.dtype.kind not in "biuf":
        raise Refused(f"{quoted(ast.unparse(node))} has the dtype {values.dtype}; cells here are numbers or booleans.")
    return values


def _numpy_code(node: ast.expr, values: NDArray[Any]) -> str:
    """Write NumPy's code of an array with these values: the translation, where it gives them, else all of them."""
    found = translated(node, "NumPy")
    if not isinstance(found, NoEquivalent):
        for code in (found, f"{found}.astype(np.{values.dtype})"):
            try:
                made = read_operand(code).values
            except Refused:
                continue
            if made.dtype == values.dtype and np.array_equal(made, values, equal_nan=values.dtype.kind == "f"):
                return code
    code = re.sub(r"\b(nan|inf)\b", r"np.\1", str(values.tolist()))
    shape = f".reshape{values.shape}" if not values.size else ""
    return f"np.array({code}, dtype=np.{values.dtype}){shape}"


class _Prefixed(ast.NodeTransformer):
    """Writes ``tensor``, which PyTorch prints bare, and ``nn.functional`` as code does after ``import torch``."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        spelled = {"tensor": "torch.tensor", "F": "torch.nn.functional", "nn": "torch.nn", "nan": "torch.nan",
                   "inf": "torch.inf"}.get(node.id)  # fmt: skip
        return code_expression(spelled) if spelled else node


def _sentence(rejection: Rejection) -> str:
    """Say whose verdict it is."""
    if rejection.declined is not None:
        of = quoted(rejection.place.text)
        library = "NumPy" if re.match(r"(?:np|numpy)\b", rejection.place.text) else "PyTorch"
        return f"{library} says of {of}: {rejection.declined.words}"
    return rejection.message if rejection.verdict == "refused" else f"{rejection.message} {HOW}"
