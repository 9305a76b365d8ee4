"""What a step asks of the tensor, where it is one call: its name and its arguments, as values."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.parsing import typed_expression
from primer_core.language.rejection import Rejection
from primer_core.lessons.shapes.steps import TENSOR, Shape, Step, joins, named_in

_SPLITS = frozenset(
    {"split", "chunk", "array_split", "tensor_split", "hsplit", "vsplit", "dsplit", "unbind", "unstack"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """The second array of a join.

    Parameters
    ----------
    text
        How a step names it.
    values
        Its cells.
    itself
        Whether it is the tensor once more.
    """

    text: str
    values: NDArray[Any]
    itself: bool

    @property
    def shape(self) -> Shape:
        """Return its shape."""
        return self.values.shape


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One call, or one attribute.

    Parameters
    ----------
    name
        Of the method, the function or the attribute.
    of
        The name of the array that it is asked of.
    args
        Numbers, texts, tuples or lists: all that is given by place, without the array.
    options
        What is given by name.
    called
        Whether it is written with ( ).
    piece
        The piece that is chosen, where there are several.
    other
        What it is joined with; None for what joins nothing.
    """

    name: str
    of: str
    args: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    called: bool = True
    piece: int | None = None
    other: Other | None = None

    @property
    def text(self) -> str:
        """How a learner would write it in the short form."""
        given = [] if self.other is None else [self.other.text]
        inside = [*given, *map(repr, self.args), *(f"{name}={value!r}" for name, value in self.options)]
        piece = "" if self.piece is None else f"[{self.piece}]"
        return f"{self.name}({', '.join(inside)}){piece}" if self.called else f"{self.name}{piece}"


def asked_of(step: Step, node: ast.expr, evaluator: Evaluator) -> Asked | None:
    """Return what a step asks; None where it is any other expression.

    Parameters
    ----------
    step
        The step.
    node
        Its expression, in which arrays have names.
    evaluator
        Holds these.
    """
    try:
        return _asked(step, node, evaluator)
    except Rejection:
        return None


def _asked(step: Step, node: ast.expr, evaluator: Evaluator) -> Asked | None:
    if any(isinstance(part, ast.Call) for part in _inside(node)):
        return None
    piece: int | None = None
    if isinstance(node, ast.Subscript):
        key = evaluator.value_of(node.slice, step.source)
        if type(key) is not int:
            return None
        piece, node = key, node.value
    match node:
        case ast.Attribute(ast.Name(of), name):
            found = Asked(name, of, called=False)
        case ast.Call(ast.Attribute(ast.Name("np" | "torch") as library, name), [first, *rest], keywords):
            other, of = None, first.id if isinstance(first, ast.Name) else ""
            if joins(f"{library.id}.{name}"):
                of, other = _joined(step, first, evaluator)
                if other is None:
                    return None
            found = Asked(name, of, *_values(rest, keywords, step, evaluator), other=other)
        case ast.Call(ast.Attribute(ast.Name(of), name), arguments, keywords):
            found = Asked(name, of, *_values(arguments, keywords, step, evaluator))
        case _:
            return None
    if not is_array(evaluator.names.get(found.of)) or any(
        map(_holds_arrays, (*found.args, *dict(found.options).values()))
    ):
        return None
    if piece is not None and found.name not in _SPLITS:
        return None
    return Asked(found.name, found.of, found.args, found.options, found.called, piece, found.other)


def _inside(node: ast.expr) -> list[ast.AST]:
    """Return all parts of an expression but for the call that it is, which is not made twice."""
    outer = node.value if isinstance(node, ast.Subscript) else node
    return [part for part in ast.walk(node) if part is not outer]


def _values(
    arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword], step: Step, evaluator: Evaluator
) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    values = tuple(evaluator.value_of(argument, step.source) for argument in arguments)
    return values, tuple((word.arg or "", evaluator.value_of(word.value, step.source)) for word in keywords)


def _holds_arrays(value: Any) -> bool:
    return any(map(_holds_arrays, value)) if isinstance(value, tuple | list) else is_array(value)


def _joined(step: Step, first: ast.expr, evaluator: Evaluator) -> tuple[str, Other | None]:
    match first:
        case ast.List([ast.Name(of), ast.Name(other)]) | ast.Tuple([ast.Name(of), ast.Name(other)]):
            array: Any = evaluator.names.get(other)
            if is_array(array):
                text = TENSOR if other == TENSOR else _written(step) or other
                return of, Other(text, np.array(array.tolist()).reshape(tuple(array.shape)), of == other)
    return "", None


def _written(step: Step) -> str:
    """Return how a step names what it joins x with, as it was typed."""
    try:
        node = typed_expression(step.source.partition("=")[2].strip() if step.name else step.source)
    except SyntaxError:
        return ""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    first = node.args[0]
    if isinstance(first, ast.List | ast.Tuple) and TENSOR in named_in(first):
        first = first.elts[-1]
    return ast.unparse(first)
