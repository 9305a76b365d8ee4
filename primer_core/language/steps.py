"""The steps of a shapes pipeline, as learners write them: ``unsqueeze(0), permute(0, 2, 1)``.

A step is spelled as the method that it is, without the tensor in front: ``view(2, -1)``, ``T``; a function of the
library may carry its prefix, and then takes the tensor first: ``np.flip(x, 0)``. What joins two tensors names the other
one by its shape, as an array, or as ``x`` for the tensor itself: ``cat((1, 3), dim=0)``,
``cat([[5, 6]], 0)``, ``stack(x, 0)``. What gives several pieces goes on with the one in [ ]: ``split(2, dim=1)[0]``.
Nothing typed is run: it is parsed, then walked.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from primer_core.backend import Library
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand, read_operand
from primer_core.language.parsing import typed_expression
from primer_core.language.text import quoted

Shape = tuple[int, ...]

MAX_STEPS = 12
"""Steps of one pipeline: as many as a screen has room for."""

MAX_STEP_TEXT = 300
"""Characters of one step that are read."""

_OPTIONS = frozenset(
    {"dim", "axis", "dims", "axes", "dim0", "dim1", "axis1", "axis2", "start_dim", "end_dim", "shape", "repeats"}
    | {"split_size", "chunks", "sections", "indices_or_sections", "indices", "source", "destination", "shift", "shifts"}
    | {"reps"}
)
"""Names that arguments may be given by. None of them lets a step write anywhere or change a dtype."""

_SELF = frozenset({"x", "self"})
_PREFIXES = frozenset({"np", "numpy", "torch"})


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a pipeline can do to a tensor.

    Parameters
    ----------
    name
        Of the method or function.
    does
        What it does, in one line.
    kind
        How it is called: ``x.name(...)``, ``x.name``, ``np.name(x, ...)``; with a list of tensors; or for pieces.
    example
        ``example(shape)``: arguments that work on a tensor of that shape, as they would be typed; what a new
        step begins with.
    elsewhere
        What the other library calls it, if it has it.
    offered
        Whether a button adds it; what is not offered is taken where it is typed.
    """

    name: str
    does: str
    kind: Literal["method", "property", "function", "join", "pieces"]
    example: Callable[[Shape], str]
    elsewhere: str | None = None
    offered: bool = True

    def spelled(self, shape: Shape) -> str:
        """Write a first step of this kind for a tensor of that shape."""
        return self.name if self.kind == "property" else f"{self.name}{self.example(shape)}"


def _written(*numbers: int) -> str:
    return f"({', '.join(map(str, numbers))})"


def _single(shape: Shape) -> str:
    """The first axis of size 1, or none: what squeeze can take away."""
    return f"({shape.index(1)})" if 1 in shape else "()"


def _halves(shape: Shape) -> str:
    half = next((size // 2 for size in shape if size % 2 == 0 and size), None)
    return "(-1)" if half is None else _written(2, -1)


def _stretch(shape: Shape) -> Shape:
    return tuple(3 if size == 1 else size for size in shape) if 1 in shape else (2, *shape)


def _longest(shape: Shape) -> int:
    return max(range(len(shape)), key=lambda axis: shape[axis], default=0)


def _twice(shape: Shape) -> Shape:
    return (2,) + (1,) * (len(shape) - 1)


def _ends(shape: Shape) -> str:
    return _written(0, -1 if len(shape) > 1 else 0)


def _halved(shape: Shape) -> str:
    return f"(2, dim={_longest(shape)})[0]"


def _typed(
    name: str, does: str, kind: Literal["method", "property", "function", "pieces"], example: Callable[[Shape], str],
    elsewhere: str,
) -> Operation:  # fmt: skip
    return Operation(name, does, kind, example, elsewhere, offered=False)


def _method(name: str, does: str, example: Callable[[Shape], str], elsewhere: str | None = None) -> Operation:
    return Operation(name, does, "method", example, elsewhere)


_SHARED = (
    _method("reshape", "other sizes, same order of cells; −1 is solved", _halves, "reshape"),
    _method("ravel", "one axis; a view where that is possible", lambda _: "()", "ravel"),
    Operation("T", "the axes in reverse", "property", lambda _: "", "T"),
)

_TORCH = (
    _method("unsqueeze", "a new axis of size 1 at a place", lambda _: "(0)", "expand_dims"),
    _method("squeeze", "takes an axis of size 1 away", _single, "squeeze"),
    _method("view", "other sizes, never a copy; −1 is solved", _halves, "reshape"),
    *_SHARED,
    _method("flatten", "one axis out of several", lambda shape: "(1)" if len(shape) > 2 else "()", "flatten"),
    _method("permute", "the axes in another order", lambda shape: _written(*reversed(range(len(shape)))), "transpose"),
    _method("transpose", "two axes change places", lambda shape: "(0, 1)" if len(shape) > 1 else "(0, 0)", "swapaxes"),
    _method("expand", "an axis of size 1 is read again and again", lambda s: _written(*_stretch(s)), "broadcast_to"),
    _method("repeat", "whole copies side by side", lambda shape: _written(*_twice(shape)), "tile"),
    Operation("cat", "joins with another tensor along an axis", "join", lambda _: "(x, dim=0)", "concatenate"),
    Operation("stack", "joins with another tensor along a new axis", "join", lambda _: "(x, dim=0)", "stack"),
    Operation("split", "pieces of a size; goes on with one", "pieces", lambda s: f"(2, dim={_longest(s)})[0]"),
    Operation(
        "chunk", "a number of pieces; goes on with one", "pieces", lambda s: f"(2, dim={_longest(s)})[0]", "array_split"
    ),
    _method("contiguous", "a copy in C order, unless it is that already", lambda _: "()", "ascontiguousarray"),
    _method("clone", "a copy", lambda _: "()", "copy"),
    _typed("t", "two axes change places", "method", lambda _: "()", "T"),
    _typed("mT", "the last two axes change places", "property", lambda _: "", "mT"),
    _typed("swapaxes", "two axes change places", "method", _ends, "swapaxes"),
    _typed("movedim", "an axis moves to another place", "method", _ends, "moveaxis"),
    _typed("tile", "whole copies side by side", "method", lambda shape: _written(*_twice(shape)), "tile"),
    _typed("repeat_interleave", "each element several times", "method", lambda _: "(2, dim=0)", "repeat"),
    _typed("flip", "an axis is read backwards", "method", lambda _: "(0)", "flip"),
    _typed("roll", "the cells move along an axis, round the end", "method", lambda _: "(1, 0)", "roll"),
    _typed("tensor_split", "a number of pieces; goes on with one", "pieces", _halved, "array_split"),
)

_NUMPY = (
    Operation("expand_dims", "a new axis of size 1 at a place", "function", lambda _: "(0)", "unsqueeze"),
    _method("squeeze", "takes an axis of size 1 away", _single, "squeeze"),
    *_SHARED,
    _method("flatten", "one axis, always a copy", lambda _: "()", "flatten"),
    _method("transpose", "the axes in another order", lambda shape: _written(*reversed(range(len(shape)))), "permute"),
    _method("swapaxes", "two axes change places", lambda shape: "(0, 1)" if len(shape) > 1 else "(0, 0)", "transpose"),
    Operation(
        "broadcast_to",
        "an axis of size 1 is read again and again",
        "function",
        lambda shape: f"({_stretch(shape)})",
        "expand",
    ),
    Operation("tile", "whole copies side by side", "function", lambda shape: f"({_twice(shape)})", "tile"),
    _method("repeat", "each element several times", lambda _: "(2, axis=0)", "repeat_interleave"),
    Operation("concatenate", "joins with another array along an axis", "join", lambda _: "(x, axis=0)", "cat"),
    Operation("stack", "joins with another array along a new axis", "join", lambda _: "(x, axis=0)", "stack"),
    Operation(
        "split",
        "a number of equal pieces; goes on with one",
        "pieces",
        lambda s: f"(2, axis={_longest(s)})[0]",
        "chunk",
    ),
    Operation(
        "array_split",
        "a number of pieces; goes on with one",
        "pieces",
        lambda s: f"(2, axis={_longest(s)})[0]",
        "tensor_split",
    ),
    Operation("ascontiguousarray", "a copy in C order, unless it is that", "function", lambda _: "()", "contiguous"),
    _method("copy", "a copy", lambda _: "()", "clone"),
    _typed("mT", "the last two axes change places", "property", lambda _: "", "mT"),
    _typed("moveaxis", "an axis moves to another place", "function", _ends, "movedim"),
    _typed("flip", "an axis is read backwards", "function", lambda _: "(0)", "flip"),
    _typed("roll", "the cells move along an axis, round the end", "function", lambda _: "(1, 0)", "roll"),
)

OPERATIONS: Mapping[Library, Mapping[str, Operation]] = {
    "PyTorch": {operation.name: operation for operation in _TORCH},
    "NumPy": {operation.name: operation for operation in _NUMPY},
}
"""By library, what its pipelines are made of."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step as it was understood.

    Parameters
    ----------
    name
        A name of either library; the one that lacks it says so itself when it is taken.
    args
        Whole numbers, tuples or lists of them, or whatever else was typed: the library judges.
    options
        Arguments given by name.
    called
        Whether it was written with ( ).
    piece
        The piece that it goes on with, where there are several.
    other
        The tensor that is joined; None where there is none, or where it is the tensor itself.
    itself
        Whether the tensor is joined with itself.
    """

    name: str
    args: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    called: bool = True
    piece: int | None = None
    other: Operand | None = None
    itself: bool = False

    @property
    def joins(self) -> bool:
        """Whether it takes a second tensor."""
        return self.itself or self.other is not None

    @property
    def text(self) -> str:
        """How a learner would write it; reads back as the same step."""
        given = ["x"] if self.itself else [self.other.text] if self.other is not None else []
        return self.spelled(given)

    def spelled(self, before: Sequence[str]) -> str:
        """Write the call with other arguments put before its own."""
        inside = [*before, *map(str, self.args), *(f"{name}={value}" for name, value in self.options)]
        piece = "" if self.piece is None else f"[{self.piece}]"
        return f"{self.name}({', '.join(inside)}){piece}" if self.called else f"{self.name}{piece}"


def split_steps(text: str) -> tuple[str, ...]:
    """Cut a text into the texts of its steps, at commas, semicolons, line breaks, or dots between calls.

    It cuts anything: what cannot be read as a step stays as a piece of its own, so that nothing typed is lost. A
    semicolon and a line break end a step even where a bracket in it is not closed.
    """
    pieces: list[str] = []
    depth, start = 0, 0

    def cut(stop: int, after: int) -> None:
        nonlocal start
        pieces.append(text[start:stop].strip())
        start = after

    for place, sign in enumerate(text):
        if sign in ";\n":
            cut(place, place + 1)
            depth = 0
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth = max(0, depth - 1)
        elif depth == 0 and (sign == "," or (sign == "." and _between_calls(text[start:place], text[place + 1 :]))):
            cut(place, place + 1)
    cut(len(text), len(text))
    if len(pieces) > 1 and pieces[0] in _SELF:
        pieces = pieces[1:]
    return tuple(piece for piece in pieces if piece)


def join_steps(texts: Sequence[str]) -> str:
    """Write the texts of steps as one; `split_steps` cuts it into the same pieces as each of the texts alone.

    They are parted by commas; by a semicolon behind a text that would draw the next one into it, such as one with a
    bracket that is not closed.
    """
    steps = [piece for text in texts for piece in split_steps(text)]
    parted = "".join(f"{piece}{', ' if split_steps(f'{piece}, T') == (piece, 'T') else '; '}" for piece in steps[:-1])
    return parted + steps[-1] if steps else ""


def _between_calls(before: str, after: str) -> bool:
    before = before.strip()
    if before in _PREFIXES:
        return False
    return after[:1].isidentifier() and (not before or before[-1] in ")]" or before.isidentifier())


def read_step(text: str) -> Step:
    """Read one step.

    Raises
    ------
    Refused
        If it is none; the message says how one is written.
    """
    text = text.strip()
    if len(text) > MAX_STEP_TEXT:
        raise Refused(f"This step is {len(text)} characters long; at most {MAX_STEP_TEXT} are read.")
    try:
        node = typed_expression(text)
    except SyntaxError as error:
        raise Refused(f"{quoted(text)} cannot be read. {_HOW}") from error
    piece = None
    if isinstance(node, ast.Subscript):
        piece = _whole(node.slice)
        node = node.value
    match node:
        case ast.Name(name):
            return Step(name, called=False, piece=piece)
        case ast.Call(ast.Name(name), arguments, keywords):
            return _call(name, arguments, keywords, piece)
        case ast.Call(ast.Attribute(ast.Name(prefix), name), arguments, keywords) if prefix in _PREFIXES:
            return _function(f"{prefix}.{name}", name, arguments, keywords, piece)
        case _:
            raise Refused(f"{quoted(text)} is no step. {_HOW}")


def read_step_or_none(text: str) -> Step | None:
    """Read one step; None where it is none."""
    try:
        return read_step(text)
    except Refused:
        return None


_HOW = "Write a step such as reshape(2, -1), squeeze() or T."


def _function(
    written: str, name: str, arguments: list[ast.expr], keywords: list[ast.keyword], piece: int | None
) -> Step:
    """Read a function with its prefix: the tensor is its first argument."""
    if not _joins(name):
        if not arguments or not _is_self(arguments[0]):
            raise Refused(f"{written} takes the tensor first: {written}(x, ...).")
        arguments = arguments[1:]
    return _call(name, arguments, keywords, piece)


def _joins(name: str) -> bool:
    return any(name in operations and operations[name].kind == "join" for operations in OPERATIONS.values())


def _call(name: str, arguments: list[ast.expr], keywords: list[ast.keyword], piece: int | None) -> Step:
    options = []
    for word in keywords:
        if word.arg not in _OPTIONS:
            raise Refused(f"{quoted(str(word.arg))} is no argument that a step takes here. {_HOW}")
        options.append((word.arg, _value(word.value)))
    if not _joins(name):
        return Step(name, tuple(map(_value, arguments)), tuple(options), piece=piece)
    if not arguments:
        raise Refused(f"{name} joins two tensors: name the other one, as in {name}((1, 3), 0) or {name}(x, 0).")
    other = _other(arguments[0])
    rest = tuple(map(_value, arguments[1:]))
    return Step(name, rest, tuple(options), piece=piece, other=other, itself=other is None)


def _other(node: ast.expr) -> Operand | None:
    """Read the second tensor of a join; None stands for the first one itself."""
    if isinstance(node, ast.List | ast.Tuple) and any(_is_self(inner) for inner in node.elts):
        if len(node.elts) != 2 or not _is_self(node.elts[0]):
            raise Refused("A join takes x and one other tensor here, in this order: [x, (1, 3)].")
        node = node.elts[1]
    if _is_self(node):
        return None
    return read_tensor(ast.unparse(node), step=10)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _SELF


def read_tensor(text: str, *, step: int = 1) -> Operand:
    """Read a tensor to begin with: a shape, an array, a number, or ``arange(12)``.

    Parameters
    ----------
    text
        What was typed.
    step
        A shape is filled with step, 2·step, 3·step, ...

    Raises
    ------
    Refused
        If it is none, or too large, or something is done to it already: that would be a step.
    """
    bare = text.strip().removeprefix("torch.").removeprefix("np.")
    if bare.startswith("arange(") and bare.endswith(")") and bare[7:-1].strip().isdecimal():
        return _counted(int(bare[7:-1]))
    if bare.startswith("arange("):
        raise Refused(f"{quoted(text)} cannot be read. Of arange, x takes one whole number from 0 up: arange(12).")
    written = read_operand(text, step=step)
    check_size(written.shape, f"A tensor of shape {written.text}" if not written.filled else "This tensor")
    if written.kind == "derived":
        raise Refused(f"Begin with a shape or an array; what is done to {quoted(written.text)} is a step.")
    return written


def _counted(size: int) -> Operand:
    check_size((size,), f"arange({size})")
    return Operand(f"arange({size})", f"np.arange({size})", np.arange(size), "array")


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(bool() | None as value):
            return value
        case ast.Constant(int(value)) if value < 2**63:
            return value
        case ast.Constant(float(value)) if isfinite(value):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float()) as positive):
            return -_value(positive)
        case ast.Tuple(elts):
            return tuple(_value(inner) for inner in elts)
        case ast.List(elts):
            return [_value(inner) for inner in elts]
        case _:
            raise Refused(f"{quoted(ast.unparse(node))} is no argument that a step takes here: write whole numbers.")


def _whole(node: ast.expr) -> int:
    value = _value(node)
    if type(value) is not int:
        raise Refused(f"[{ast.unparse(node)}] chooses no piece: write the number of one, as in split(2)[0].")
    return value
