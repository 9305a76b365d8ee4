"""Reads the operands that learners type: a shape, an array, a number, or any expression that gives an array.

An operand is written as

- a shape, ``(4, 3)``, ``4, 3`` or ``4x3``, which is filled by counting,
- an array, ``[[1, 2], [3, 4]]`` or as a library prints it, or a number, ``2.5``,
- an expression of `primer_core.language.reader`: ``np.ones((2, 3))``, ``a.mean(axis=1)``, ``a[:, None] + 1``. A tensor
  of PyTorch is taken as the array of NumPy that has the same cells in the same dtype.

Where an array is asked for something, a shape and a list stand for one: ``(4, 3).T``, ``[1, 2][:, None]``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined
from primer_core.language.equivalents import translated
from primer_core.language.evaluator import Evaluator, warnings_of
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size
from primer_core.language.parsing import code_expression
from primer_core.language.reader import read_expression
from primer_core.language.rejection import Rejection
from primer_core.language.spelling import shape_text
from primer_core.language.text import quoted, ragged

MAX_TEXT = 4000
"""Characters read of one field."""

HOW = "Write a shape such as (4, 3), an array such as [[1, 2], [3, 4]], a number, or an expression that gives an array."

Kind = Literal["shape", "array", "number", "derived"]
"""How an operand was written: as a shape that is filled by counting, as its entries, as one number, or as something
made of other things: a name, or what a library does."""

_TIMES = re.compile(r"\d+(?:\s*[xX×]\s*\d+)+")
"""A shape as it is spoken."""

_BARE = {"array": "np.array", "nan": "np.nan", "inf": "np.inf", "tensor": "torch.tensor"}
"""What the libraries print without the name of theirs, and how it is called in code."""

_MOST_WRITTEN = 256
"""Numbers that are written out at most, where no shorter code makes them."""

_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Tuple)


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """An operand as it was understood.

    Parameters
    ----------
    text
        The same operand in its plainest spelling, which reads back as the same operand.
    code
        The NumPy expression that makes it.
    values
        The array. Of a shape with more than `MAX_ELEMENTS` elements, and of what is made of such a shape, it is a
        stand-in of the same shape without memory of its own: every stride is 0.
    kind
        How it was written.
    filled
        Whether `values` are its values, not a stand-in.
    warnings
        What the library warned of while it was made, in its words.
    tensor_code
        The PyTorch expression that makes it, where it was typed as a tensor; empty else.
    number
        The number of Python that was typed, as code; empty where it was none. It has no dtype of its own, as `values`
        has.
    """

    text: str
    code: str
    values: NDArray[Any]
    kind: Kind
    filled: bool = True
    warnings: tuple[str, ...] = ()
    tensor_code: str = ""
    number: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        return self.values.shape

    def followed_by(self, suffix: str) -> str:
        """Spell this operand with something done to it."""
        # A number takes no dot: 3.T is not Python, (3).T is; and what is done to a sum is not done to its last term.
        # What is done is NumPy's to do, so a tensor is spelled as an array.
        spelled = self.code if self.tensor_code else self.text
        atom = self.kind == "shape" or isinstance(code_expression(spelled), _ATOMS)
        return (spelled if atom else f"({spelled})") + suffix


def read_operand(
    text: str, *, step: int = 1, names: Mapping[str, Operand] | None = None, most: int = MAX_ELEMENTS
) -> Operand:
    """Read an operand in any of the spellings that the module names.

    Parameters
    ----------
    text
        What was typed.
    step
        A shape is filled with step, 2·step, 3·step, ..., so that operands can be told apart by their numbers.
    names
        Earlier operands that the text may speak of.
    most
        Elements of an operand that is no shape.

    Raises
    ------
    Refused
        If it is none of them; of what NumPy declines, in its words.
    """
    if not text.strip():
        raise Refused(f"There is nothing here yet. {HOW}")
    if len(text) > MAX_TEXT:
        raise Refused(f"This is {len(text)} characters long; at most {MAX_TEXT} are read. Shorten it.")
    try:
        return _read(_TIMES.sub(lambda sizes: f"({re.sub('[xX×]', ',', sizes[0])})", text), step, names or {}, most)
    except Rejection as rejection:
        raise Refused(rejection.sentence(HOW)) from rejection


def stand_in(shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Make an array of any shape that owns one byte, for asking NumPy what it thinks of the shape.

    Raises
    ------
    Refused
        If NumPy has no array of that shape.
    """
    made: NDArray[np.int8] | Declined = NUMPY.attempt(np.broadcast_to, np.int8(0), shape)
    if isinstance(made, Declined):
        raise Refused(f"NumPy has no array of shape {shape_text(shape)}: {made.words}")
    return made


def counted(shape: tuple[int, ...], step: int) -> Operand:
    """Return the operand of a shape, filled by counting."""
    check_size((1,) * len(shape), f"The shape {shape_text(shape)}")
    size, text = prod(shape), shape_text(shape)
    if size > MAX_ELEMENTS:
        return Operand(text, f"np.broadcast_to(np.int8(0), {text})", stand_in(shape), "shape", filled=False)
    if shape == ():
        return Operand(text, f"np.array({step})", np.array(step), "shape")
    code = f"np.arange({step}, {step * (size + 1)}{f', {step}' if step != 1 else ''})"
    code += f".reshape{text}" if len(shape) > 1 else ""
    return Operand(text, code, np.arange(step, step * (size + 1), step).reshape(shape), "shape")


def _read(text: str, step: int, names: Mapping[str, Operand], most: int) -> Operand:
    expression = read_expression(text)
    node = expression.node
    if isinstance(node, ast.Tuple):
        return counted(_sizes(node), step)
    literals = _Literals(step)
    asked = literals.visit(ast.fix_missing_locations(node))
    known = {name: operand.values for name, operand in (*names.items(), *literals.found.items())}
    evaluator = Evaluator(dict(known))
    value = evaluator.value_of(asked, expression.source)
    used = {part.id for part in ast.walk(asked) if isinstance(part, ast.Name)}
    unfilled = [operand for name, operand in (*names.items(), *literals.found.items())
                if name in used and not operand.filled]  # fmt: skip
    if unfilled and any(call.entry.rule.kind != "moved" for call in evaluator.calls if call.entry.name != "ndarray.[]"):
        check_size(unfilled[0].shape, "The array that this is computed from")
    if (
        evaluator.uninitialised.cells(value) is not None
        if isinstance(value, np.ndarray) or _is_tensor(value)
        else False
    ):
        raise Refused(
            f"{quoted(ast.unparse(node))} has cells that were never written: they hold what happened to lie in memory. "
            "np.zeros makes an array of the same shape."
        )
    if _is_tensor(value):
        operand = _of_tensor(_Spelled(literals.found, names).visit(asked), value, known, names)
        check_size(operand.shape, most=most)
        check_size((1,) * operand.values.ndim, f"The shape {shape_text(operand.shape)}")
        return operand
    values = _array(value, node)
    if not unfilled:
        check_size(values.shape, most=most)
    check_size((1,) * values.ndim, f"The shape {shape_text(values.shape)}")
    code = ast.unparse(_Spelled(literals.found, names).visit(asked))
    if isinstance(node, ast.List):
        text = str(values.tolist())
        return Operand(
            text, f"np.array({ast.unparse(_Spelled({}, names).visit(code_expression(text)))})", values, "array"
        )
    if type(value) in (bool, int, float):  # and no number of NumPy's, which is a float, too
        spelled = repr(value)
        number = ast.unparse(_Spelled({}, names).visit(code_expression(spelled)))
        return Operand(spelled, f"np.array({number})", values, "number", number=number)
    if isinstance(value, list):  # of an expression, [0.1] * 3: what is done to an array is not done to a list
        code = f"np.array({code})"
        return Operand(code, code, values, "array", warnings=warnings_of(evaluator.calls))
    kind: Kind = "array" if _is_written_out(node) else "derived"
    if evaluator.seeded and not unfilled and values.size <= _MOST_WRITTEN:
        code = _written(values)
    return Operand(ast.unparse(node), code, values, kind, not unfilled, warnings_of(evaluator.calls))


def _is_tensor(value: Any) -> bool:
    return type(value).__module__ == "torch" and type(value).__name__ == "Tensor"


def _of_tensor(asked: ast.expr, tensor: Any, known: Mapping[str, Any], names: Mapping[str, Operand]) -> Operand:
    """Take a tensor as an array: in NumPy's words where they are known and give the same, else its values."""
    code = ast.unparse(asked)
    named = f"{_atom(code)}{'.detach()' if tensor.requires_grad else ''}.numpy()"
    evaluator = Evaluator(dict(known))
    values = _array(evaluator.value_of(code_expression(named), named), code_expression(code))
    spelled = named if values.size > _MOST_WRITTEN else _written(values)
    translation = translated(code, "NumPy", {name: operand.shape for name, operand in names.items()})
    words = translation if isinstance(translation, str) else spelled
    for candidate in (words, f"{_atom(words)}.astype(np.{values.dtype})"):
        with suppress(Rejection):
            found = Evaluator(dict(known)).evaluate(read_expression(candidate))
            if isinstance(found, np.ndarray) and found.dtype == values.dtype and _same(found, values):
                spelled = candidate
                break
    # Random numbers that were seeded here are others where the code runs.
    if evaluator.seeded and values.size <= _MOST_WRITTEN:
        spelled = _written(values)
    tensor_code = "" if evaluator.seeded else code
    return Operand(code, spelled, values, "derived", warnings=warnings_of(evaluator.calls), tensor_code=tensor_code)


def _written(values: NDArray[Any]) -> str:
    """Write an array out."""
    cells = re.sub(r"\b(nan|inf)\b", r"np.\1", str(values.tolist()))
    return f"np.array({cells}, dtype=np.{values.dtype}){f'.reshape{values.shape}' if not values.size else ''}"


def _same(found: NDArray[Any], values: NDArray[Any]) -> bool:
    return np.array_equal(found, values, equal_nan=values.dtype.kind == "f")


def _atom(code: str) -> str:
    return code if isinstance(code_expression(code), _ATOMS) else f"({code})"


@dataclass(slots=True)
class _Literals(ast.NodeTransformer):
    """Puts an array in the place of each shape, list and number that something is asked of: ``(4, 3).T``.

    Each gets a name that no learner can write, under which `found` has it.
    """

    step: int
    found: dict[str, Operand] = field(default_factory=dict)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.copy_location(ast.Attribute(self.array(node.value), node.attr, node.ctx), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return ast.copy_location(ast.Subscript(self.array(node.value), self.visit(node.slice), node.ctx), node)

    def array(self, node: ast.expr) -> ast.expr:
        """Return the name of the array that a literal stands for, or the node with what is inside it visited."""
        match node:
            case ast.Tuple():
                operand = counted(_sizes(node), self.step)
            case ast.List() | ast.Constant(int() | float()) | ast.UnaryOp(ast.USub(), ast.Constant()):
                value = Evaluator().value_of(node, ast.unparse(node))
                values = _array(value, node)
                operand = Operand(str(value), f"np.array({values.tolist()})", values, "array")
            case _:
                visited: ast.expr = self.visit(node)
                return visited
        name = f"{ast.unparse(node)} {len(self.found)}"
        self.found[name] = operand
        return ast.copy_location(ast.Name(name, ast.Load()), node)


@dataclass(slots=True)
class _Spelled(ast.NodeTransformer):
    """Puts the code that makes it in the place of each name of `_Literals`, and of each that libraries print bare."""

    found: Mapping[str, Operand]
    names: Mapping[str, Operand]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.found:
            return code_expression(self.found[node.id].code)
        if node.id in _BARE and node.id not in self.names:
            return code_expression(_BARE[node.id])
        return node


def _sizes(node: ast.Tuple) -> tuple[int, ...]:
    sizes = []
    for part in node.elts:
        size = Evaluator().value_of(part, ast.unparse(part))
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise Refused(f"{size} is no size of an axis: a shape is made of whole numbers from 0 up.")
        sizes.append(size)
    check_size((1,) * len(sizes), f"The shape {shape_text(tuple(sizes))}")
    return tuple(sizes)


def _array(value: Any, node: ast.expr) -> NDArray[Any]:
    """Return the array that a value is.

    Raises
    ------
    Refused
        If it is none, or none of numbers or booleans.
    """
    if isinstance(value, list):
        try:
            value = np.array(value)
        except ValueError as error:
            raise Refused(ragged(value)) from error
    if isinstance(value, bool | int | float | np.generic):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray):
        raise Refused(f"{quoted(ast.unparse(node))} is {_kind_of(value)}, and no array. {HOW}")
    if value.dtype.kind not in "biuf":
        raise Refused(
            f"{quoted(ast.unparse(node))} has the dtype {value.dtype}; cells here are real numbers or booleans."
        )
    return value


def _kind_of(value: Any) -> str:
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    kind = type(value)
    return "a tensor of PyTorch" if kind.__module__ == "torch" else f"of type {kind.__name__}"


def _is_written_out(node: ast.expr) -> bool:
    match node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy"), "array" | "asarray"), [ast.List()], _):
            return True
        case ast.Call(ast.Name("array"), [ast.List()], _):
            return True
    return isinstance(node, ast.List)
