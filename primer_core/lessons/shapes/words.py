"""A step of one library in the words of the other."""

from __future__ import annotations

import ast
from collections.abc import Collection

from primer_core.backend import Library
from primer_core.language.equivalents import NoEquivalent, Shapes, translated
from primer_core.language.limits import Refused
from primer_core.language.parsing import code_expression, typed_expression
from primer_core.language.rejection import Rejection
from primer_core.lessons.shapes.steps import OWNERS, TENSOR, Step, joins, named_in, read_step, short

_OTHER = "other"


def other_library(library: Library) -> Library:
    """Return the one of the two that is not this."""
    return next(other for other in OWNERS if other != library)


def in_words_of(library: Library, text: str, shapes: Shapes, names: Collection[str] = ()) -> str | NoEquivalent:
    """Write a step of the other library in the words of this one.

    Parameters
    ----------
    library
        In whose words it shall be.
    text
        The step.
    shapes
        By name, shapes of the arrays that are known; some equivalents hang on them.
    names
        What the step may speak of, besides the tensor.

    Returns
    -------
    str or NoEquivalent
        The step; or what has no equivalent that is known here. Whether it gives the same is for the libraries to say.
    """
    try:
        step = read_step(text, other_library(library), names)
    except (Refused, Rejection) as problem:
        return NoEquivalent(str(problem))
    typed = _short_join(step)
    if typed is None:
        found = translated(step.node, library, shapes)
        written = found if isinstance(found, NoEquivalent) else short(found)
    else:
        written = _join_in_words_of(library, step, typed, shapes)
    return f"{step.name} = {written}" if step.name and isinstance(written, str) else written


def _short_join(step: Step) -> ast.Call | None:
    """Return the call of a join as it was typed, where it was typed in the short form and names another array."""
    try:
        node = typed_expression(step.source)
    except SyntaxError:
        return None
    match step.node, node:
        case (
            ast.Call(ast.Attribute() as function, [ast.List([ast.Name(), second]), *_]),
            ast.Call(ast.Name()) as typed,
        ) if joins(ast.unparse(function)) and TENSOR not in named_in(second):
            return typed
    return None


def _join_in_words_of(library: Library, step: Step, typed: ast.Call, shapes: Shapes) -> str | NoEquivalent:
    node = code_expression(ast.unparse(step.node))
    assert isinstance(node, ast.Call), "a join is a call"
    node.args[0] = code_expression(f"[{TENSOR}, {_OTHER}]")
    found = translated(node, library, shapes)
    if isinstance(found, NoEquivalent):
        return found
    match code_expression(found):
        case ast.Call(ast.Attribute(_, name), [ast.List(), *rest], keywords):
            first = typed.args[0]
            if isinstance(first, ast.List | ast.Tuple) and TENSOR in named_in(first):
                first = first.elts[-1]
            return ast.unparse(ast.Call(ast.Name(name, ast.Load()), [first, *rest], keywords))
    return found
