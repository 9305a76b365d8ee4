"""Reads the shapes, arrays and numbers that learners type. Nothing typed is run: it is parsed, then walked.

An operand is written as

- a shape, ``(4, 3)``, ``4, 3`` or ``4x3``, which is filled by counting,
- an array, ``[[1, 2], [3, 4]]``, or a number, ``2.5``,
- the name of an earlier operand, ``a``,

and any of these may be followed by what NumPy can do to it: ``.T``, ``[:, None]``, ``.reshape(3, 1)``,
``.mean(axis=1, keepdims=True)``.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size
from primer_core.language.parsing import syntax_tree
from primer_core.language.spelling import shape_text
from primer_core.language.text import literal_number, quoted, ragged

MAX_TEXT = 4000
"""Characters read of one field."""

HOW = "Write a shape such as (4, 3), an array such as [[1, 2], [3, 4]], or a number."

_VIEWS = frozenset({"swapaxes", "transpose"})
"""Methods that touch no element, so that even an array too large to fill may have them."""

_METHODS = _VIEWS | {"reshape", "ravel", "squeeze", "sum", "mean", "max", "min"}

Kind = Literal["shape", "array", "number", "derived"]
"""How an operand was written: as a shape that is filled by counting, as its entries, as one number, or as something
made of another operand: its name, or what is done to it."""

_TIMES = re.compile(r"^\d+(\s*[xX×*]\s*\d+)+")


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
    """

    text: str
    code: str
    values: NDArray[Any]
    kind: Kind
    filled: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        return self.values.shape

    def followed_by(self, suffix: str) -> str:
        """Spell this operand with something done to it."""
        # A number takes no dot: 3.T is not Python, (3).T is.
        return (f"({self.text})" if self.kind == "number" else self.text) + suffix


def parse_shape(text: str) -> tuple[int, ...]:
    """Read a shape: ``(4, 3)``, ``4, 3``, ``4x3``; a single number is a shape of one axis.

    Raises
    ------
    Refused
        If it is no shape, or one with more than four axes. Its number of elements is not limited.
    """
    node = _tree(text, "Write a shape such as (4, 3).")
    sizes = node.elts if isinstance(node, ast.Tuple) else [node]
    return _sizes(sizes)


def parse_array(text: str) -> NDArray[Any]:
    """Read nested lists of numbers, or one number.

    Raises
    ------
    Refused
        If it is neither, is ragged, or has too many axes or elements.
    """
    return _literal(_tree(text, "Write an array such as [[1, 2], [3, 4]]."))


def parse_number(text: str) -> float | int:
    """Read one finite number.

    Raises
    ------
    Refused
        If it is none.
    """
    number: float | int = _number(_tree(text, "Write a number such as 2.5."))
    return number


def read_operand(text: str, *, step: int = 1, names: Mapping[str, Operand] | None = None) -> Operand:
    """Read an operand in any of the spellings that the module names.

    Parameters
    ----------
    text
        What was typed.
    step
        A shape is filled with step, 2·step, 3·step, ..., so that operands can be told apart by their numbers.
    names
        Earlier operands that the text may speak of.

    Raises
    ------
    Refused
        If it is none of them.
    """
    return _Walker(step, names or {}).walk(_tree(text, HOW))


@dataclass(frozen=True, slots=True)
class _Walker:
    """Walks a parsed expression and computes what it knows; everything else is refused."""

    step: int
    names: Mapping[str, Operand]

    def walk(self, node: ast.expr) -> Operand:
        match node:
            case ast.Tuple(elts):
                return self.counted(_sizes(elts))
            case ast.List() | ast.Constant() | ast.UnaryOp():
                values = _literal(node)
                kind: Kind = "array" if isinstance(node, ast.List) else "number"
                return Operand(str(values.tolist()), f"np.array({values.tolist()})", values, kind)
            case ast.Name(name) if name in self.names:
                named = self.names[name]
                return Operand(name, name, named.values, "derived", named.filled)
            case ast.Attribute(base, "T"):
                return self.then(base, ".T", operator.attrgetter("T"))
            case ast.Subscript(base, place):
                index, spelled = _new_axes(place)
                return self.then(base, f"[{spelled}]", operator.itemgetter(index))
            case ast.Call(ast.Attribute(base, method), arguments, keywords) if method in _METHODS:
                return self.call(base, method, arguments, keywords)
            case _:
                raise Refused(f"{quoted(ast.unparse(node))} is not understood here. {HOW}")

    def counted(self, shape: tuple[int, ...]) -> Operand:
        size, text = prod(shape), shape_text(shape)
        if size > MAX_ELEMENTS:
            return Operand(text, f"np.broadcast_to(np.int8(0), {text})", stand_in(shape), "shape", filled=False)
        if shape == ():
            return Operand(text, f"np.array({self.step})", np.array(self.step), "shape")
        stop = f"{self.step * (size + 1)}"
        code = f"np.arange({self.step}, {stop}{f', {self.step}' if self.step != 1 else ''})"
        code += f".reshape{text}" if len(shape) > 1 else ""
        return Operand(text, code, np.arange(self.step, self.step * (size + 1), self.step).reshape(shape), "shape")

    def call(self, base: ast.expr, method: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Operand:
        given = [_argument(argument) for argument in arguments]
        named = {word.arg: _argument(word.value) for word in keywords if word.arg in ("axis", "keepdims")}
        if len(named) != len(keywords):
            raise Refused(f".{method}() takes axis= and keepdims= here, and nothing else by name.")
        spelled = ", ".join([*map(str, given), *(f"{word}={value}" for word, value in named.items())])
        return self.then(
            base,
            f".{method}({spelled})",
            operator.methodcaller(method, *given, **named),
            reads=method not in _VIEWS,
        )

    def then(self, base: ast.expr, suffix: str, act: Callable[[NDArray[Any]], Any], *, reads: bool = False) -> Operand:
        """Do to an operand what NumPy does; what NumPy refuses is refused in its words."""
        before = self.walk(base)
        if reads:
            check_size(before.shape, f"The array before {suffix}")
        if reads and before.values.size == 0:
            raise Refused(f"{quoted(before.text)} has no cells, so {suffix} has nothing to work on.")
        made = NUMPY.attempt(act, before.values)
        if isinstance(made, Declined):
            raise Refused(f"NumPy says of {quoted(before.text + suffix)}: {made.words}")
        values = np.asarray(made)
        _check_axes(values.shape)
        return Operand(before.followed_by(suffix), before.code + suffix, values, "derived", before.filled)


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


def _tree(text: str, how: str) -> ast.expr:
    """Parse, once every × between sizes is a comma."""
    spelled = text if len(text) > MAX_TEXT else _TIMES.sub(lambda sizes: f"({re.sub('[xX×*]', ',', sizes[0])})", text)
    tree: ast.expr = syntax_tree(spelled, how, longest=MAX_TEXT)
    return tree


def _sizes(nodes: list[ast.expr]) -> tuple[int, ...]:
    sizes = tuple(_number(node) for node in nodes)
    for size in sizes:
        if not isinstance(size, int) or size < 0:
            raise Refused(f"{size} is no size of an axis: a shape is made of whole numbers from 0 up.")
    _check_axes(sizes)
    return sizes


def _check_axes(shape: tuple[int, ...]) -> None:
    check_size((1,) * len(shape), f"The shape {shape_text(shape)}")


def _number(node: ast.expr) -> Any:
    number = literal_number(node)
    if number is not None:
        return number
    match node:
        case ast.UnaryOp(ast.USub(), ast.Constant() as positive):
            return -_number(positive)
        case ast.UnaryOp(ast.UAdd(), ast.Constant() as same):
            return _number(same)
        case ast.BinOp(ast.Constant(int(base)), ast.Pow(), ast.Constant(int(power))) if (
            power < 64 and base < 100 and base**power < 2**63
        ):
            return base**power
        case _:
            raise Refused(f"{quoted(ast.unparse(node))} is no number that fits here. {HOW}")


def _literal(node: ast.expr) -> NDArray[Any]:
    def plain(item: ast.expr) -> Any:
        return [plain(inner) for inner in item.elts] if isinstance(item, ast.List) else _number(item)

    cells = plain(node)
    try:
        values = np.array(cells)
    except ValueError as error:
        raise Refused(ragged(cells)) from error
    check_size(values.shape)
    return values


def _argument(node: ast.expr) -> Any:
    match node:
        case ast.Constant(bool() | None as value):
            return value
        case ast.Tuple(elts):
            return tuple(_number(inner) for inner in elts)
        case _:
            return _number(node)


def _new_axes(place: ast.expr) -> tuple[tuple[Any, ...], str]:
    """Read an index that adds axes and selects nothing, made of ``:``, ``None`` and ``...``, and spell it."""
    parts = place.elts if isinstance(place, ast.Tuple) else [place]

    if not parts:
        raise Refused("An empty [ ] adds no axis. Write [:, None], for instance.")

    def part(node: ast.expr) -> Any:
        match node:
            case ast.Slice(None, None, None):
                return slice(None)
            case ast.Constant(None):
                return None
            case ast.Constant(value) if value is ...:
                return ...
            case _:
                raise Refused(f"Only :, None and ... may stand in [ ] here, not {quoted(ast.unparse(node))}.")

    return tuple(part(node) for node in parts), ", ".join(ast.unparse(node) for node in parts)
