"""Why a library would not run a statement that changes an array, and what would run in its place: each is tried."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from primer_core.backend import Declined, backend_of
from primer_core.claims.changing import (
    NegativePower,
    OneCellOneNumber,
    OneNumberOfAll,
    StatementsRunInstead,
    TextIntoNumbers,
)
from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import DoesNotFit
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.limits import MAX_ELEMENTS, Refused
from primer_core.language.parsing import code_expression, code_statements
from primer_core.language.rejection import Rejection
from primer_core.lessons.arrays.making import NAME

_NUMBERS = {"int": "astype(int)", "float": "astype(float)"}
"""Python's functions that make one number, and the method of an array that does so with each cell."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a statement stopped.

    Parameters
    ----------
    claim
        What in it the error comes from.
    works
        What runs in its place; None where nothing was found that does.
    """

    claim: Claim
    works: StatementsRunInstead | None = None


def reason_of(node: ast.stmt, evaluator: Evaluator, declined: Declined, source: str) -> Reason | None:
    """Find why a statement on an array of NumPy's was declined; None where that is not known.

    Parameters
    ----------
    node
        The statement, as code.
    evaluator
        Its names are as they were before the statement; it is not changed.
    declined
        The library's own exception.
    source
        What was typed.
    """
    array = evaluator.names.get(NAME)
    if not isinstance(array, np.ndarray) or array.size > MAX_ELEMENTS:
        return None
    for claim, code in _reasons(node, _Asked(evaluator, source), array, declined.words):
        return Reason(claim, _tried(code, evaluator, source) if code else None)
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Evaluates parts of a statement apart, where nothing is changed by it."""

    evaluator: Evaluator
    source: str

    def value(self, node: ast.expr) -> Any:
        """Return the value of an expression; None where it has none."""
        try:
            return Evaluator(_copies(self.evaluator)).value_of(node, self.source)
        except Rejection:
            return None


def _reasons(node: ast.stmt, asked: _Asked, array: Any, words: str) -> Iterator[tuple[Claim, str]]:
    """Yield each reason with what may run in the place of the statement; empty where nothing is offered."""
    match node:
        case ast.AugAssign(ast.Name(name), ast.Pow(), power) if name == NAME and "negative integer powers" in words:
            code = f"{NAME} = {ast.unparse(_power(ast.Name(NAME, ast.Load()), power))}"
            yield NegativePower(ast.unparse(node), str(array.dtype)), code
        case ast.AugAssign(ast.Name(name), sign, value) if name == NAME and "Cannot cast ufunc" in words:
            computed = ast.BinOp(ast.Name(NAME, ast.Load()), sign, value)
            made = asked.value(ast.fix_missing_locations(ast.copy_location(computed, node)))
            if is_array(made):
                code = f"{NAME} = {ast.unparse(computed)}"
                yield DoesNotFit(ast.unparse(node), NAME, str(array.dtype), str(made.dtype)), code
        case ast.Assign([ast.Subscript(ast.Name(name))], ast.Constant(str(word))) if name == NAME and (
            "could not convert string to float" in words or "invalid literal for int" in words
        ):
            yield TextIntoNumbers(NAME, str(array.dtype), word), f"{NAME} = {NAME}.astype(object); {ast.unparse(node)}"
        case ast.Assign([ast.Subscript(ast.Name(name), index) as target], value) if (
            name == NAME and "setting an array element with a sequence" in words
        ):
            held, cell = asked.value(value), asked.value(ast.copy_location(_read(target), target))
            count = np.size(held) if isinstance(held, list | np.ndarray) else 0
            if count > 1 and np.ndim(held) == 1 and np.ndim(cell) == 0 and cell is not None:
                yield (
                    OneCellOneNumber(ast.unparse(target), ast.unparse(value), count),
                    _slice(array, index, value, count),
                )
    for part in ast.walk(node):
        match part:
            case ast.BinOp(left, ast.Pow(), right) | ast.Call(
                ast.Attribute(ast.Name("np"), "power"), [left, right]
            ) if "negative integer powers" in words:
                base = asked.value(left)
                if is_array(base) and base.dtype.kind in "iu":
                    yield NegativePower(ast.unparse(part), str(base.dtype)), _with(node, part, _power(left, right))
            case ast.Call(ast.Name(function), [given], []) if (
                function in _NUMBERS and "only 0-dimensional arrays can be converted" in words
            ):
                several = asked.value(given)
                if is_array(several) and several.size > 1:
                    each = code_expression(f"({ast.unparse(given)}).{_NUMBERS[function]}")
                    claim = OneNumberOfAll(function, ast.unparse(given), several.size, ast.unparse(each))
                    yield claim, _with(node, part, each)


def _power(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.BinOp(code_expression(f"({ast.unparse(left)}).astype(float)"), ast.Pow(), right)


def _read(target: ast.Subscript) -> ast.Subscript:
    return ast.Subscript(target.value, target.slice, ast.Load())


def _slice(array: Any, index: ast.expr, value: ast.expr, count: int) -> str:
    """Write the assignment to as many cells from one on; empty where there are not so many."""
    match index:
        case ast.Constant(int(first)) if array.ndim == 1 and first >= 0 and first + count <= array.size:
            return f"{NAME}[{first}:{first + count}] = {ast.unparse(value)}"
    return ""


def _with(node: ast.stmt, part: ast.expr, by: ast.expr) -> str:
    """Write a statement with another expression in the place of one."""
    return ast.unparse(copy.deepcopy(node, {id(part): by}))


def _copies(evaluator: Evaluator) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in evaluator.names.items()}


def _tried(code: str, evaluator: Evaluator, source: str) -> StatementsRunInstead | None:
    """Run statements on copies; None where they do not run, or leave no array that is drawn."""
    other = Evaluator(_copies(evaluator))
    try:
        for statement in code_statements(code):
            other.statement(statement, source)
    except (Rejection, Refused):
        return None
    array: Any = other.names.get(NAME)
    if not is_array(array) or array.size > MAX_ELEMENTS:
        return None
    return StatementsRunInstead(
        code, NAME, tuple(array.shape), backend_of(array).dtype_name(array).removeprefix("torch.")
    )
