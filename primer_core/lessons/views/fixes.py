"""What to say and to offer when NumPy or PyTorch refuses a line of the lesson on views."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
    "Concatenation operation is not implemented for NumPy arrays": "mixed",
    "Cannot interpret '": "shape",
    "Tuple must have size 2": "shape",
    "Type must be a sub-type of ndarray": "shape",
}
"""What the words of an error tell of its kind."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would work.

    Parameters
    ----------
    words
        Plain text: what it does; empty where its code says that.
    code
        What the changed field would hold; empty where words say it.
    texts
        The new text of each field, by its parameter.
    """

    words: str
    code: str
    texts: Mapping[str, str]


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
    """

    place: str
    tree: ast.AST
    part: ast.AST
    statement: ast.AST
    typed: Mapping[str, str]

    def instead(self, node: ast.AST, new: ast.AST, words: str = "") -> Fix:
        """Offer the field's text with another node in the place of one of its own."""
        text = _text(_Exchange(node, new).visit(copy.deepcopy(self.tree)))
        shown = text if self.place == "then" else f"{self.place} = {text}"
        return Fix(words, shown, {self.place: text})


def advise(rejection: Rejection, place: str, typed: Mapping[str, str]) -> tuple[str, tuple[Fix, ...]]:
    """Return the cause in a sentence, and fixes, which are still to be tried.

    Parameters
    ----------
    rejection
        What the library refused, and where it stands.
    place
        The field in which it stands: "b", "c" or "then".
    typed
        The text of each field.
    """
    failed = _located(rejection.place, place, typed)
    if failed is None:
        return "", ()
    problem = next((kind for sign, kind in _SIGNS.items() if sign in rejection.message), "other")
    match problem:
        case "view":
            return _view(failed)
        case "dtype":
            cause = (
                "Writing in place keeps the dtype: fractions do not fit into integers. "
                "A new array, bound to the same name, may have another dtype."
            )
            return cause, _rebinding(failed)
        case "grows":
            cause = (
                "In place the result has to fit into the cells that are there, and broadcast together both sides make "
                "more of them. A new array, bound to the same name, may have another shape."
            )
            return cause, _rebinding(failed)
        case "read-only":
            cause = "NumPy lets nobody write through this view, because several of its cells may be one element."
            return cause, _own_memory(failed, "copy")
        case "overlap":
            cause = "Several cells of this view are one element: PyTorch cannot tell what should be written there."
            return cause, _own_memory(failed, "clone")
        case "crossing":
            return _crossing(failed)
        case "step":
            cause = "PyTorch has no negative strides, so nothing can be read backwards in place: flip makes a copy."
            return cause, _flipped(failed)
        case "strides":
            return _copied_first(failed)
        case "indices":
            return _fewer_indices(failed)
        case "range":
            cause = "The array's dtype does not hold this number. A copy of a wider dtype does."
            return cause, _widened(failed, rejection)
        case "mixed":
            cause = (
                "One side is an array of NumPy's, the other a tensor of PyTorch's. torch.from_numpy(...) and .numpy() "
                "bring one to the other, on the same memory."
            )
            return cause, ()
        case "shape":
            return _dtype_meant(failed)
        case _:
            return "", ()


def _located(place: Place, field: str, typed: Mapping[str, str]) -> _Failed | None:
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
    return _Failed(field, tree, part, statement, typed)


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


def _view(failed: _Failed) -> tuple[str, tuple[Fix, ...]]:
    cause = (
        "No single stride for each new axis walks these cells in order: some axes cannot be joined without moving "
        "elements. A copy in order can have any shape."
    )
    call = failed.part
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return cause, ()
    holder, given = call.func.value, call.args
    if call.func.attr == "view":
        in_order: ast.expr = _method(holder, "contiguous")
    else:  # NumPy refuses in reshape(..., copy=False)
        in_order = _function("np", "ascontiguousarray", holder)
    again = ast.Call(ast.Attribute(in_order, call.func.attr, ast.Load()), given, call.keywords)
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
    return (Fix("Why, axis pair by axis pair", "", texts),)


def _rebinding(failed: _Failed) -> tuple[Fix, ...]:
    node = failed.statement
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Name):
        return ()
    value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
    return (failed.instead(node, ast.Assign([node.target], value, lineno=1)),)


def _own_memory(failed: _Failed, method: str) -> tuple[Fix, ...]:
    """Offer to give what is written to memory of its own, where it is made."""
    name = next((node.id for node in ast.walk(failed.part) if isinstance(node, ast.Name)), "")
    if failed.typed.get(name, "").strip() and name in ("b", "c"):
        made = ast.unparse(_method(read_expression(failed.typed[name]).node, method))
        return (Fix("", f"{name} = {made}", {name: made}),)
    for node in ast.walk(failed.tree):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            return (failed.instead(node.value, _method(node.value, method)),)
    return ()


def _crossing(failed: _Failed) -> tuple[str, tuple[Fix, ...]]:
    cause = (
        "The right side reads elements that the left side writes, and what comes of that would hang on the order. "
        "NumPy reads all of them before it writes; PyTorch wants a copy to read from."
    )
    node = failed.statement
    if not isinstance(node, ast.AugAssign | ast.Assign):
        return cause, ()
    return cause, (failed.instead(node.value, _method(node.value, "clone")),)


def _flipped(failed: _Failed) -> tuple[Fix, ...]:
    match failed.part:
        case ast.Subscript(holder, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))):
            return (failed.instead(failed.part, _method(holder, "flip", ast.Constant(0))),)
    return ()


def _copied_first(failed: _Failed) -> tuple[str, tuple[Fix, ...]]:
    cause = (
        "Reading backwards moved nothing, it only made a stride negative, and PyTorch has no negative strides. "
        "copy() writes the cells down in the order in which they are read."
    )
    match failed.part:
        case ast.Call(function, [array, *rest], keywords):
            again = ast.Call(function, [_method(array, "copy"), *rest], keywords)
            return cause, (failed.instead(failed.part, again),)
    return cause, ()


def _fewer_indices(failed: _Failed) -> tuple[str, tuple[Fix, ...]]:
    cause = "An index names at most as many axes as the array has."
    match failed.part:
        case ast.Subscript(holder, ast.Tuple([*parts])) if len(parts) > 1:
            fewer = [parts[:count] for count in range(len(parts) - 1, 0, -1)]
            indices = [part[0] if len(part) == 1 else ast.Tuple(part, ast.Load()) for part in fewer]
            return cause, tuple(
                failed.instead(failed.part, ast.Subscript(holder, index, failed.part.ctx)) for index in indices
            )
    return cause, ()


def _widened(failed: _Failed, rejection: Rejection) -> tuple[Fix, ...]:
    """Offer to bind the array that is written to to a copy of a wider dtype before."""
    if not isinstance(failed.tree, ast.Module) or not isinstance(failed.statement, ast.Assign | ast.AugAssign):
        return ()
    name = next((node.id for node in ast.walk(failed.statement) if isinstance(node, ast.Name)), "")
    cast = "astype(np.int64)" if "Python integer" in rejection.message else "to(torch.int64)"
    lines = [ast.unparse(node) for node in failed.tree.body]
    lines.insert(failed.tree.body.index(failed.statement), f"{name} = {name}.{cast}")
    text = "; ".join(lines)
    return (Fix("", text, {"then": text}),)


def _dtype_meant(failed: _Failed) -> tuple[str, tuple[Fix, ...]]:
    match failed.part:
        case ast.Call(ast.Attribute(holder, "view"), [*given], []):
            cause = "NumPy's .view() takes no shape: it reads the same bytes as another dtype. reshape takes a shape."
            return cause, (failed.instead(failed.part, _method(holder, "reshape", *given)),)
    return "", ()
