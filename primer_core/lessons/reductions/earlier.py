"""A reduction that the array of a question ends in: which axes it took, and how those that stay are numbered since."""

from __future__ import annotations

import ast
from typing import get_args

from primer_core.backend.interface import ReductionName
from primer_core.claims.reducing import NumberedAnew
from primer_core.language.limits import Refused
from primer_core.language.operand import read_operand
from primer_core.language.parsing import code_expression, typed_literal

_REDUCTIONS = {*get_args(ReductionName), "amax", "amin"}


def numbered_anew(code: str, shape: tuple[int, ...]) -> NumberedAnew | None:
    """Tell the axes that are left of an array; None where its code ends in no reduction along named axes.

    Parameters
    ----------
    code
        Of the array, in NumPy.
    shape
        Of what it gives.
    """
    match code_expression(code):
        case ast.Call(ast.Attribute(ast.Name("np"), name), [holder, *given], words) if name in _REDUCTIONS:
            pass
        case ast.Call(ast.Attribute(holder, name), given, words) if name in _REDUCTIONS:
            pass
        case _:
            return None
    written = next((word.value for word in words if word.arg in ("axis", "dim")), given[0] if given else None)
    if written is None:
        return None
    try:
        named = typed_literal(ast.unparse(written))
        before = read_operand(ast.unparse(holder)).shape
    except (SyntaxError, Refused):
        return None
    axes = named if isinstance(named, tuple) else (named,)
    if not all(type(axis) is int and -len(before) <= axis < len(before) for axis in axes):
        return None
    taken = tuple(sorted({axis % len(before) for axis in axes}))
    stay = [axis for axis in range(len(before)) if axis not in taken]
    if not stay or tuple(before[axis] for axis in stay) != shape:
        return None
    return NumberedAnew(taken, before, shape, tuple((old, new) for new, old in enumerate(stay) if old != new))
