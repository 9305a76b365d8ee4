"""What readers and messages share: numbers that are written out, and how a learner's text is quoted."""

import ast
from math import isfinite
from typing import Any

import numpy as np

from primer_core.language.limits import Refused


def quoted(text: str) -> str:
    """Quote what was typed, cut where it is long."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


def literal_number(node: ast.expr) -> int | float | None:
    """A number that is written out, of 64 bits; None if the node is something else.

    Raises
    ------
    Refused
        If it is too large.
    """
    match node:
        case ast.Constant(bool()):
            return None
        case ast.Constant(int(value)) if value < 2**63:
            return value
        case ast.Constant(float(value)) if isfinite(value):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))) if value == 2**63:
            return -value  # the one whole number whose opposite does not fit
        case ast.Constant(int() | float()):
            raise Refused(
                "One of these numbers is too large: whole numbers go from −2**63 to 2**63 − 1, others up to about "
                "1.8e308. Write a smaller one."
            )
    return None


def ragged(cells: list[Any]) -> str:
    """Say which rows of nested lists do not go together, of lists that NumPy refused for that."""
    shapes = []
    for row in cells:
        try:
            shapes.append(np.shape(row))
        except ValueError:
            return ragged(row)
    other = next(place for place, shape in enumerate(shapes) if shape != shapes[0])
    return (
        f"The rows of this array differ in length: row 0 has shape {shapes[0]}, row {other} has shape {shapes[other]}. "
        "Every row needs the same number of cells."
    )
