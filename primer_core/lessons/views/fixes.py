"""What to say and to offer when NumPy or PyTorch refuses a line of the lesson on views.

Causes are claims with the facts at hand, which are asked of the arrays as they are when the line is refused.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from primer_core.backend import backend_of
from primer_core.claims.claim import Claim
from primer_core.claims.refusing import (
    BeyondDtype,
    KeepsDtype,
    KeepsShape,
    LibrariesMixed,
    NegativeStride,
    NoNegativeStep,
    NoStridesFor,
    NotSideBySide,
    OneElement,
    OnlyRead,
    ReadsWhatItWrites,
    TooManyIndices,
    ViewTakesDtype,
)
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.limits import Refused
from primer_core.language.reader import read_expression, read_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.lessons.views.code import spelled

Problem = Literal[
    "view",
    "dtype",
    "read-only",
    "overlap",
    "step",
    "strides",
    "grows",
    "range",
    "crossing",
    "indices",
    "shape",
    "mixed",
    "apart",
    "other",
]
"""What kind of refusal it is, as far as there is more to say about it than the library says."""

_SIGNS: Mapping[str, Problem] = {
    "view size is not compatible": "view",
    "Unable to avoid creating a copy": "view",
    "Cannot cast ufunc": "dtype",
    "can't be cast to the desired output type": "dtype",
    "read-only": "read-only",
    "more than one element of the written-to tensor": "overlap",
    "step must be greater than zero": "step",
    "At least one stride in the given numpy array is negative": "strides",
    "some of the strides of a given numpy array are negative": "strides",
    "non-broadcastable output operand": "grows",
    "output with shape": "grows",
    "Python integer": "range",
    "cannot be converted to type": "range",
    "some elements of the input tensor and the written-to tensor refer to a single memory location": "crossing",
    "too many indices": "indices",
    "'numpy.ndarray' and 'Tensor'": "mixed",
    "'Tensor' and 'numpy.ndarray'": "mixed",
    "Concatenation operation is not implemented for NumPy arrays": "mixed",
    "Cannot interpret '": "shape",
    "Tuple must have size 2": "shape",
    "Type must be a sub-type of ndarray": "shape",
    "the last axis must be contiguous": "apart",
    "self.stride(-1) must be 1 to view": "apart",
}
"""What the words of an error tell of its kind."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would work.

    Parameters
    ----------
    how
        "instead" where a line is replaced, "without" where a definition is left out, "pairs" where another view of the
        lesson shows the cause.
    line
        Which line is replaced or left out: its number in `Program.lines`, one more than the last for the refused one.
    code
        What stands there instead; of "pairs", what was to be viewed.
    name
        What the refused line is about.
    texts
        The new text of each field, by its parameter.
    shape, dtype
        What is bound to the name once all has run; empty before the fix was tried.
    axes
        Of "pairs": those that do not join; empty before it was tried.
    """

    how: Literal["instead", "without", "pairs"]
    line: int
    code: str
    name: str
    texts: Mapping[str, str]
    shape: tuple[int, ...] = ()
    dtype: str = ""
    axes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Failed:
    """What was refused, in the field in which it stands.

    Parameters
    ----------
    place
        The field.
    tree
        The field's syntax tree: an expression, or a module of statements.
    part
        The node that was refused.
    statement
        The statement in which it stands; the node itself in a field that holds an expression.
    typed
        The text of each field.
    evaluator
        Has the arrays as they are now.
    """

    place: str
    tree: ast.AST
    part: ast.AST
    statement: ast.AST
    typed: Mapping[str, str]
    evaluator: Evaluator

    @property
    def code(self) -> str:
        """Return the refused line as code."""
        return self._line(self.statement)

    @property
    def name(self) -> str:
        """Return the name that the refused line is about: what it binds, or writes to, or else begins with."""
        if not isinstance(self.tree, ast.Module):
            return self.place
        match self.statement:
            case ast.AugAssign() | ast.Assign([ast.Name() | ast.Subscript()]):
                return _root(self.statement)
        names = (node.id for node in ast.walk(self.statement) if isinstance(node, ast.Name))
        return next((name for name in names if is_array(self.evaluator.names.get(name))), "")

    def _line(self, node: ast.AST) -> str:
        code = spelled(node, self.evaluator.names)
        return code if isinstance(self.tree, ast.Module) else f"{self.place} = {code}"

    @property
    def number(self) -> int:
        """Return the number of the refused line."""
        return self._number(self.statement)

    def _number(self, statement: ast.AST) -> int:
        defined = 1 + sum(bool(self.typed[field].strip()) for field in ("b", "c"))
        if isinstance(self.tree, ast.Module):
            return defined + next(place for place, node in enumerate(self.tree.body) if node is statement)
        return self.number_of(self.place)

    def number_of(self, field: str) -> int:
        """Return the number of the line that defines b or c."""
        return 1 + bool(self.typed["b"].strip()) if field == "c" else 1

    def instead(self, node: ast.AST, new: ast.AST, statement: ast.AST | None = None) -> Fix:
        """Offer the field's text with another node in the place of one of its own."""
        holder = statement or (self.statement if isinstance(self.tree, ast.Module) else self.tree)
        line = self._line(_Exchange(node, new).visit(copy.deepcopy(holder)))
        text = _text(_Exchange(node, new).visit(copy.deepcopy(self.tree)))
        return Fix("instead", self._number(holder), line, self.name, {self.place: text})

    def seen(self, node: ast.AST) -> Any:
        """Return the array that an expression gives as things are now; None where it gives none."""
        try:
            found = self.evaluator.evaluate(read_expression(ast.unparse(node)))
        except (Rejection, Refused):
            return None
        return found if is_array(found) else None

    def sizes(self, given: list[ast.expr]) -> tuple[int, ...]:
        """Return the sizes that arguments are, one by one or as one tuple; empty where they are none."""
        try:
            found = self.evaluator.evaluate(read_expression(f"({', '.join(map(ast.unparse, given))},)"))
        except (Rejection, Refused):
            return ()
        found = found[0] if len(found) == 1 and isinstance(found[0], tuple | list) else found
        return tuple(found) if all(isinstance(size, int) for size in found) else ()


def advise(
    rejection: Rejection, place: str, typed: Mapping[str, str], evaluator: Evaluator
) -> tuple[Claim | None, tuple[Fix, ...]]:
    """Return the cause, of which the refused line is not numbered yet, and fixes, which are still to be tried.

    Parameters
    ----------
    rejection
        What the library refused, and where it stands.
    place
        The field in which it stands: "b", "c" or "then".
    typed
        The text of each field.
    evaluator
        Has the arrays as they are now.
    """
    failed = _located(rejection.place, place, typed, evaluator)
    if failed is None:
        return None, ()
    problem = next((kind for sign, kind in _SIGNS.items() if sign in rejection.message), "other")
    match problem:
        case "view":
            return _view(failed)
        case "dtype" | "grows":
            return _not_stored(failed, problem), _rebinding(failed)
        case "read-only":
            return _one_element(failed), _own_memory(failed, "copy")
        case "overlap":
            return _one_element(failed), _own_memory(failed, "clone")
        case "crossing":
            return _crossing(failed)
        case "step":
            return NoNegativeStep((failed.code, 1), spelled(failed.part, evaluator.names)), _flipped(failed)
        case "strides":
            return _copied_first(failed)
        case "apart":
            return _side_by_side(failed)
        case "indices":
            return _fewer_indices(failed)
        case "range":
            return _beyond(failed), _widened(failed, rejection)
        case "mixed":
            return _mixed(failed), ()
        case "shape":
            return _dtype_meant(failed)
        case _:
            return None, ()


def _located(place: Place, field: str, typed: Mapping[str, str], evaluator: Evaluator) -> _Failed | None:
    """Find the node that was refused in the syntax tree of its field."""
    tree: ast.AST
    if field == "then":
        read = read_statements(typed[field])
        tree, source = ast.Module(list(read.nodes), []), read.source
    else:
        expression = read_expression(typed[field])
        tree, source = expression.node, expression.source
    _mark(tree)
    found = [
        node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt) and Place.of(node, source) == place
    ]
    if not found:
        return None
    part = found[0]
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    statement = next((node for node in statements if part in set(ast.walk(node))), part)
    return _Failed(field, tree, part, statement, typed, evaluator)


class _Exchange(ast.NodeTransformer):
    """Puts a node in the place of another, which is known by its mark."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.mark = getattr(old, "mark", None)
        self.new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if self.mark is not None and getattr(node, "mark", None) == self.mark:
            return self.new
        return self.generic_visit(node)


def _mark(tree: ast.AST) -> None:
    """Number the nodes of a tree, so that those of a copy can be told."""
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.expr | ast.stmt):
            node.mark = number  # type: ignore[union-attr]  # a node takes any attribute


def _text(tree: ast.AST) -> str:
    if isinstance(tree, ast.Module):
        return "; ".join(ast.unparse(node) for node in tree.body)
    return ast.unparse(tree)


def _method(holder: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(holder, name, ast.Load()), list(arguments), [])


def _root(node: ast.AST) -> str:
    """Return the name that a statement binds or writes to, or else the first that stands in it."""
    match node:
        case ast.AugAssign(target) | ast.Assign([target]):
            node = target
    return next((each.id for each in ast.walk(node) if isinstance(each, ast.Name)), "")


def _array_name(failed: _Failed) -> str:
    """Return the name of the array that the refused part writes to."""
    names = [node.id for node in ast.walk(failed.part) if isinstance(node, ast.Name)]
    return next((name for name in [_root(failed.part), *names] if is_array(failed.evaluator.names.get(name))), "")


def _view(failed: _Failed) -> tuple[Claim | None, tuple[Fix, ...]]:
    call = failed.part
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return None, ()
    holder, given = call.func.value, call.args
    if call.func.attr == "view":
        in_order: ast.expr = _method(holder, "contiguous")
    else:  # NumPy refuses in reshape(..., copy=False)
        in_order = _function("np", "ascontiguousarray", holder)
    again = ast.Call(ast.Attribute(in_order, call.func.attr, ast.Load()), given, call.keywords)
    sizes = failed.sizes(given)
    cause = NoStridesFor((failed.code, 1), spelled(holder, failed.evaluator.names), sizes) if sizes else None
    return cause, (
        failed.instead(call, _method(holder, "reshape", *given)),
        failed.instead(call, again),
        *_asking_why(failed, holder, given),
    )


def _function(module: str, name: str, *arguments: ast.expr) -> ast.Call:
    return _method(ast.Name(module, ast.Load()), name, *arguments)


def _asking_why(failed: _Failed, holder: ast.expr, given: list[ast.expr]) -> tuple[Fix, ...]:
    """Offer the view that explains it, which has the base and one array made of it."""
    sizes = ", ".join(map(ast.unparse, given)).strip("()")
    shape = f"({sizes},)" if sizes and "," not in sizes else f"({sizes})"
    texts = {"view": "Refused views", "to": shape}
    made_from = spelled(holder)
    if (made_from, failed.place) != ("b", "c"):
        if {node.id for node in ast.walk(holder) if isinstance(node, ast.Name)} - {"a", "np", "torch"}:
            return ()
        texts["b"] = made_from
    return (Fix("pairs", failed.number, spelled(holder, failed.evaluator.names), failed.name, texts),)


def _not_stored(failed: _Failed, problem: Literal["dtype", "grows"]) -> Claim | None:
    """Say that a result is stored in place, where dtype and shape stay."""
    match failed.part.value if isinstance(failed.part, ast.Expr) else failed.part:
        case ast.AugAssign(target, sign, value):
            made: ast.expr = ast.BinOp(_loaded(target), sign, value)
        case ast.Call(ast.Attribute(holder, name), given, []) if name.endswith("_"):
            target, made = holder, _method(holder, name.removesuffix("_"), *given)
        case ast.Call(function, given, [ast.keyword("out", target)]):
            made = ast.Call(function, given, [])
        case _:
            return None
    held, result = failed.seen(_loaded(target)), failed.seen(made)
    if held is None or result is None:
        return None
    line, name = (failed.code, 1), spelled(target, failed.evaluator.names)
    if problem == "dtype":
        dtypes = [backend_of(array).dtype_name(array) for array in (held, result)]
        return KeepsDtype(line, name, *dtypes) if dtypes[0] != dtypes[1] else None
    shapes = [tuple(array.shape) for array in (held, result)]
    return KeepsShape(line, name, *shapes) if shapes[0] != shapes[1] else None


def _loaded(node: ast.expr) -> ast.expr:
    loaded = copy.deepcopy(node)
    if isinstance(loaded, ast.Name | ast.Subscript | ast.Attribute):
        loaded.ctx = ast.Load()
    return loaded


def _rebinding(failed: _Failed) -> tuple[Fix, ...]:
    node = failed.statement
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Name):
        return ()
    value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
    return (failed.instead(node, ast.Assign([node.target], value, lineno=1), node),)


def _one_element(failed: _Failed) -> Claim | None:
    """Say why nothing may be written through an array: its cells are fewer elements, or it is only to be read."""
    name = _array_name(failed)
    array = failed.evaluator.names.get(name)
    if not is_array(array):
        return None
    cells = backend_of(array).on_its_memory(array)
    steps = [stride * np.arange(size) for size, stride in zip(cells.shape, cells.strides, strict=True)]
    places = sum(np.ix_(*steps), start=np.zeros((), np.intp)) if steps else np.zeros(1, np.intp)
    elements = len(np.unique(places))
    line = (failed.code, 1)
    return OneElement(line, name, cells.size, elements) if elements < cells.size else OnlyRead(line, name)


def _own_memory(failed: _Failed, method: str) -> tuple[Fix, ...]:
    """Offer to give what is written to memory of its own, where it is made."""
    name = _array_name(failed)
    if failed.typed.get(name, "").strip() and name in ("b", "c"):
        made = _method(read_expression(failed.typed[name]).node, method)
        line = f"{name} = {spelled(made, failed.evaluator.names)}"
        return (Fix("instead", failed.number_of(name), line, failed.name, {name: ast.unparse(made)}),)
    for node in ast.walk(failed.tree):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            return (failed.instead(node.value, _method(node.value, method), node),)
    return ()


def _crossing(failed: _Failed) -> tuple[Claim | None, tuple[Fix, ...]]:
    node = failed.statement
    grows = _not_stored(failed, "grows")
    if grows is not None:
        return grows, _rebinding(failed)
    if not isinstance(node, ast.AugAssign | ast.Assign):
        return None, ()
    cause = ReadsWhatItWrites((failed.code, 1), spelled(node.value, failed.evaluator.names))
    return cause, (failed.instead(node.value, _method(node.value, "clone")),)


def _flipped(failed: _Failed) -> tuple[Fix, ...]:
    match failed.part:
        case ast.Subscript(holder, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))):
            return (failed.instead(failed.part, _method(holder, "flip", ast.Constant(0))),)
    return ()


def _copied_first(failed: _Failed) -> tuple[Claim | None, tuple[Fix, ...]]:
    match failed.part:
        case ast.Call(function, [array, *rest], keywords):
            again = ast.Call(function, [_method(array, "copy"), *rest], keywords)
            found = failed.seen(array)
            cause = None
            if found is not None:
                strides = backend_of(found).byte_strides(found)
                cause = NegativeStride((failed.code, 1), spelled(array, failed.evaluator.names), strides)
            return cause, (failed.instead(failed.part, again),)
    return None, ()


def _side_by_side(failed: _Failed) -> tuple[Claim | None, tuple[Fix, ...]]:
    match failed.part:
        case ast.Call(ast.Attribute(holder, "view"), given, keywords):
            found = failed.seen(holder)
            if found is None:
                return None, ()
            engine = backend_of(found)
            method = "copy" if engine.runs_numpy_code else "contiguous"
            again = ast.Call(ast.Attribute(_method(holder, method), "view", ast.Load()), given, keywords)
            stride = engine.byte_strides(found)[-1] if found.ndim else 0
            name = spelled(holder, failed.evaluator.names)
            cause = NotSideBySide((failed.code, 1), name, stride, int(found.itemsize), method) if stride else None
            return cause, (failed.instead(failed.part, again),)
    return None, ()


def _fewer_indices(failed: _Failed) -> tuple[Claim | None, tuple[Fix, ...]]:
    match failed.part:
        case ast.Subscript(holder, ast.Tuple([*parts])) if len(parts) > 1:
            fewer = [parts[:count] for count in range(len(parts) - 1, 0, -1)]
            indices = [part[0] if len(part) == 1 else ast.Tuple(part, ast.Load()) for part in fewer]
            array = failed.seen(holder)
            naming = [part for part in parts if not (isinstance(part, ast.Constant) and part.value in (None, ...))]
            cause = None
            if array is not None and all(isinstance(part, ast.Slice | ast.Constant | ast.UnaryOp) for part in naming):
                code = spelled(holder, failed.evaluator.names)
                cause = TooManyIndices((failed.code, 1), code, len(array.shape), len(naming))
            return cause, tuple(
                failed.instead(failed.part, ast.Subscript(holder, index, failed.part.ctx)) for index in indices
            )
    return None, ()


def _beyond(failed: _Failed) -> Claim | None:
    name = _array_name(failed)
    array = failed.evaluator.names.get(name)
    if not is_array(array):
        return None
    dtype = backend_of(array).on_its_memory(array).dtype
    if dtype.kind not in "iu":
        return None
    return BeyondDtype((failed.code, 1), name, str(dtype), int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def _widened(failed: _Failed, rejection: Rejection) -> tuple[Fix, ...]:
    """Offer to bind the array that is written to to a copy of a wider dtype before."""
    if not isinstance(failed.tree, ast.Module) or not isinstance(failed.statement, ast.Assign | ast.AugAssign):
        return ()
    name = _array_name(failed)
    cast = "astype(np.int64)" if "Python integer" in rejection.message else "to(torch.int64)"
    lines = [ast.unparse(node) for node in failed.tree.body]
    place = failed.tree.body.index(failed.statement)
    lines[place] = f"{name} = {name}.{cast}; {lines[place]}"
    code = f"{name} = {name}.{cast}; {failed.code}"
    return (Fix("instead", failed.number, code, name, {"then": "; ".join(lines)}),)


def _mixed(failed: _Failed) -> Claim | None:
    """Say which of two operands is NumPy's and which PyTorch's."""
    match failed.part:
        case ast.BinOp(left, _, right) | ast.AugAssign(left, _, right):
            sides = [(spelled(side, failed.evaluator.names), failed.seen(_loaded(side))) for side in (left, right)]
        case _:
            return None
    if any(array is None for _, array in sides):
        return None
    by = {backend_of(array).library: code for code, array in sides}
    tensors = [_function("torch", "from_numpy", side) if backend_of(array).runs_numpy_code else side
               for side, (_, array) in zip((left, right), sides, strict=True)]  # fmt: skip
    if failed.seen(ast.BinOp(_loaded(tensors[0]), failed.part.op, _loaded(tensors[1]))) is None:
        return None
    return LibrariesMixed((failed.code, 1), by["NumPy"], by["PyTorch"]) if len(by) == 2 else None


def _dtype_meant(failed: _Failed) -> tuple[Claim | None, tuple[Fix, ...]]:
    match failed.part:
        case ast.Call(ast.Attribute(holder, "view"), [*given], []):
            cause = ViewTakesDtype((failed.code, 1), spelled(holder, failed.evaluator.names))
            return cause, (failed.instead(failed.part, _method(holder, "reshape", *given)),)
    return None, ()
