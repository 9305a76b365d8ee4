"""The short form of a program, and how it is written out in PyTorch.

In it ``w = param([1, 2])`` is a leaf that requires a gradient, a name for a number or a list is a tensor of floats, and
functions of ``torch`` and ``torch.nn.functional`` are called by their bare names: ``loss = cross_entropy(x @ w, [1])``.
It is read where a program has something of it, and where nothing in a program says ``torch``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.evaluator import Evaluator
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table import entry_named

_SHORTER: Mapping[str, str] = {"bce": "F.binary_cross_entropy", "bce_with_logits": "F.binary_cross_entropy_with_logits"}
_OF_PYTHON = frozenset({"len", "bool", "int", "float", "list", "tuple", "range", "slice", "print", "tensor", "array"})
"""What stays Python's or is known without a prefix; ``sum``, ``max``, ``min``, ``abs`` and ``round`` are PyTorch's."""

_BUILTINS = frozenset({"sum", "max", "min", "abs", "round"})
_OF_TWO_TENSORS = frozenset(
    {"bce", "bce_with_logits", "cross_entropy", "nll_loss", "mse_loss", "l1_loss", "maximum", "minimum", "dot", "mm",
     "mv", "matmul", "outer"}
)  # fmt: skip
_OF_CLASSES = ("cross_entropy", "nll_loss")


def is_short(nodes: Sequence[ast.stmt]) -> bool:
    """Return whether a program is in the short form."""
    inner = [node for statement in nodes for node in ast.walk(statement)]
    bound = {node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    called = {node.func.id for node in inner if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)} - bound
    if any(name == "param" or (name not in _BUILTINS and _full_name(name)) for name in called):
        return True
    return "tensor" not in called and not any(isinstance(node, ast.Attribute) for node in inner)


def is_written(node: ast.expr) -> bool:
    """Return whether an expression is a number that is written out, or a list of such, at any depth."""
    match node:
        case ast.Constant(value):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ast.UnaryOp(ast.USub() | ast.UAdd(), ast.Constant() as inner):
            return is_written(inner)
        case ast.List(parts):
            return bool(parts) and all(map(is_written, parts))
    return False


def data_names(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names that stand for data in a program of the short form.

    Such a name is bound once, to numbers that are written or computed from written ones, and nowhere used where Python
    wants a number of its own: as a size, an axis, an index or by name.
    """
    inner = [node for statement in nodes for node in ast.walk(statement)]
    bound = [node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    made = {
        node.targets[0].id
        for node in inner
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and _is_of_numbers(node.value)
    }
    plain = {name.id for node in inner for name in _plain_uses(node)}
    return frozenset(name for name in made if bound.count(name) == 1 and name not in plain)


def _is_of_numbers(node: ast.expr) -> bool:
    """Return whether an expression is a number or a list of such, written out or computed from written numbers."""
    match node:
        case ast.List(parts):
            return bool(parts) and all(map(_is_of_numbers, parts))
        case ast.UnaryOp(ast.USub() | ast.UAdd(), inner):
            return not isinstance(inner, ast.List) and _is_of_numbers(inner)
        case ast.BinOp(left, _, right):
            return not any(isinstance(each, ast.List) or not _is_of_numbers(each) for each in (left, right))
    return is_written(node)


def _plain_uses(node: ast.AST) -> Iterator[ast.Name]:
    """Yield the names that stand where Python's own numbers and lists are wanted."""
    parts: list[ast.AST] = []
    match node:
        case ast.Call(ast.Name(name), arguments, keywords) if name != "print":
            parts = [*arguments[2 if name in _OF_TWO_TENSORS else 1 :], *(keyword.value for keyword in keywords)]
        case ast.Call(ast.Attribute(), arguments, keywords):
            parts = [*arguments, *(keyword.value for keyword in keywords)]
        case ast.Subscript(_, index):
            parts = [index]
        case ast.List(elements) | ast.Tuple(elements):
            parts = list(elements)
        case ast.Slice(lower, upper, step):
            parts = [part for part in (lower, upper, step) if part is not None]
    yield from (part for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load))


def _full_name(name: str) -> str:
    """Return how the table calls a function of the short form; empty if it has none of that name."""
    if name in _OF_PYTHON:
        return ""
    candidates = (_SHORTER.get(name, ""), f"torch.{name}", f"F.{name}")
    return next((full for full in candidates if full and entry_named(full) is not None), "")


@dataclass(slots=True, eq=False)
class ShortForm:
    """Writes statements of the short form out in PyTorch.

    Parameters
    ----------
    data
        Names that stand for data.
    names
        The learner's names with their values by now.
    source
        The program's text, in which places count.
    """

    data: frozenset[str]
    names: Mapping[str, Any]
    source: str

    def statement(self, node: ast.stmt) -> ast.stmt:
        """Write out a statement, each part of which keeps its place.

        Raises
        ------
        Rejection
            If something in it stands for no tensor.
        """
        match node:
            case ast.Assign([ast.Name(name) as target], value) if name in self.data:
                return ast.copy_location(ast.Assign([target], self._tensor(value)), node)
            case ast.Assign(targets, value):
                return ast.copy_location(ast.Assign([self._target(each) for each in targets], self._part(value)), node)
            case ast.AugAssign(target, sign, value):
                written = ast.AugAssign(self._target(target), sign, self._operand(value))  # type: ignore[arg-type]  # a target stays one
                return ast.copy_location(written, node)
            case ast.Expr(ast.Call(ast.Name("print") as function, arguments, keywords) as call):
                printed = ast.Call(function, [self._part(argument) for argument in arguments], keywords)
                return ast.copy_location(ast.Expr(ast.copy_location(printed, call)), node)
            case ast.Expr(value):
                made = self._tensor(value) if is_written(value) else self._part(value)
                return ast.copy_location(ast.Expr(made), node)
        return node

    def _target(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Subscript):
            return ast.copy_location(ast.Subscript(node.value, self._part(node.slice), node.ctx), node)
        return node

    def _part(self, node: ast.expr) -> ast.expr:
        """Write out an expression."""
        match node:
            case ast.BinOp(left, sign, right):
                made: ast.expr = ast.BinOp(self._operand(left), sign, self._operand(right))
            case ast.UnaryOp(sign, inner):
                made = ast.UnaryOp(sign, self._operand(inner))
            case ast.Compare(left, signs, rights):
                made = ast.Compare(self._operand(left), signs, [self._operand(right) for right in rights])
            case ast.BoolOp(sign, parts):
                made = ast.BoolOp(sign, [self._part(part) for part in parts])
            case ast.Attribute(inner, name):
                made = ast.Attribute(self._operand(inner), name, node.ctx)
            case ast.Subscript(inner, index):
                made = ast.Subscript(self._part(inner), self._part(index), node.ctx)
            case ast.List(parts):
                made = ast.List([self._part(part) for part in parts], node.ctx)
            case ast.Tuple(parts):
                made = ast.Tuple([self._part(part) for part in parts], node.ctx)
            case ast.Slice(lower, upper, step):
                bounds = (None if part is None else self._part(part) for part in (lower, upper, step))
                made = ast.Slice(*bounds)
            case ast.Call():
                made = self._call(node)
            case _:
                return node
        return ast.copy_location(made, node)

    def _operand(self, node: ast.expr) -> ast.expr:
        """Write out an operand: a list is a tensor, a number stays one."""
        return self._tensor(node) if isinstance(node, ast.List) else self._part(node)

    def _tensor(self, node: ast.expr) -> ast.expr:
        """Write out what has to be a tensor: numbers are made one."""
        if not _is_of_numbers(node):
            return self._part(node)
        return self._made(node)

    def _made(self, node: ast.expr, *, whole: bool = False, requires_grad: bool = False) -> ast.expr:
        """Return ``torch.tensor(…)`` of numbers, as floats or, if `whole`, as integers."""
        try:
            value = Evaluator().value_of(node, self.source)
        except Rejection as rejection:
            message = f"These are no numbers that can be computed: {rejection.message}. Change them."
            raise Rejection("refused", message, rejection.place) from rejection
        numbers = ast.copy_location(_constants(value, int if whole else float), node)
        words = [ast.keyword("requires_grad", ast.Constant(True))] if requires_grad else []
        return _located(ast.Call(_dotted("torch.tensor"), [numbers], words), node)

    def _call(self, node: ast.Call) -> ast.expr:
        keywords = [ast.keyword(word.arg, self._part(word.value)) for word in node.keywords]
        match node.func:
            case ast.Name("param"):
                return self._param(node)
            case ast.Name("detach") if len(node.args) == 1 and "detach" not in self.names:
                function = ast.Attribute(self._tensor(node.args[0]), "detach", ast.Load())
                return _located(ast.Call(function, [], keywords), node)
            case ast.Name(name) if name not in self.names and _full_name(name):
                return self._function(node, name, keywords)
            case ast.Attribute():
                arguments = [self._part(argument) for argument in node.args]
                return ast.copy_location(ast.Call(self._part(node.func), arguments, keywords), node)
        return ast.copy_location(ast.Call(node.func, [self._part(each) for each in node.args], keywords), node)

    def _param(self, node: ast.Call) -> ast.expr:
        if len(node.args) != 1 or node.keywords or not _is_of_numbers(node.args[0]):
            message = (
                "param(…) makes a leaf of numbers: param(2), param([1, 2]). Of anything else write a leaf as PyTorch "
                "does: torch.ones(3, requires_grad=True)."
            )
            raise Rejection("unread", message, Place.of(node, self.source))
        return self._made(node.args[0], requires_grad=True)

    def _function(self, node: ast.Call, name: str, keywords: list[ast.keyword]) -> ast.expr:
        tensors = 2 if name in _OF_TWO_TENSORS else 1
        arguments = [
            self._tensor(each) if place < tensors else self._part(each) for place, each in enumerate(node.args)
        ]
        words = {keyword.arg for keyword in keywords}
        if name in ("softmax", "log_softmax") and len(arguments) == 1 and "dim" not in words:
            arguments.append(_located(ast.Constant(-1), node))
        if name in _OF_CLASSES and len(arguments) > 1:
            arguments[1] = self._target_of(arguments, node.args[1], name)
        function = _located(_dotted(_full_name(name)), node.func)
        return ast.copy_location(ast.Call(function, arguments, keywords), node)

    def _target_of(self, arguments: list[ast.expr], typed: ast.expr, name: str) -> ast.expr:
        """Write out the target of a loss over classes.

        PyTorch tells class numbers from probabilities by their dtype. All numbers of the short form are floats, so that
        their shape does it here: probabilities have the shape of the logits, class numbers have one axis less.
        """
        values = self._tried(arguments[:2])
        if values is None:
            return arguments[1]
        logits, target = values
        shape = tuple(target.shape)
        if (name == "cross_entropy" and shape and shape == tuple(logits.shape)) or not target.is_floating_point():
            return arguments[1]
        if not bool((target.isfinite() & (target == target.round())).all()):
            words = Place.of(typed, self.source).text
            message = (
                f"The target {words} has shape {shape}, the logits have shape {tuple(logits.shape)}. A target of "
                f"another shape than the logits must hold whole class numbers, and {words} does not. Write 0, 1, 2 … "
                "for the class of each row, or a probability for each logit."
            )
            raise Rejection("refused", message, Place.of(typed, self.source))
        if _is_of_numbers(typed):
            return self._made(typed, whole=True)
        return _located(ast.Call(ast.Attribute(arguments[1], "long", ast.Load()), [], []), typed)

    def _tried(self, nodes: Sequence[ast.expr]) -> list[Any] | None:
        """Compute expressions on copies of the tensors, so that nothing is changed; None where that fails."""
        load_torch()
        import torch

        with torch.no_grad():
            copies = {n: v.detach().clone() if isinstance(v, torch.Tensor) else v for n, v in self.names.items()}
            try:
                values = [Evaluator(copies).value_of(node, self.source) for node in nodes]
            except Rejection:
                return None
        return values if all(isinstance(value, torch.Tensor) for value in values) else None


def _constants(value: Any, convert: type[int] | type[float]) -> ast.expr:
    """Write out numbers as floats or integers; one below zero is a minus before a number."""
    if isinstance(value, list):
        return ast.List([_constants(part, convert) for part in value], ast.Load())
    number = convert(value)
    if isinstance(number, float) and not np.isfinite(number):
        plain: ast.expr = _dotted("torch.nan" if number != number else "torch.inf")
    else:
        plain = ast.Constant(abs(number))
    return ast.UnaryOp(ast.USub(), plain) if np.signbit(number) else plain


def _dotted(name: str) -> ast.expr:
    first, *rest = name.split(".")
    node: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def _located(node: ast.expr, at: ast.expr) -> ast.expr:
    """Give a node that was made, and all in it that has no place, the place of what it stands for."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.expr | ast.keyword) and not hasattr(inner, "lineno"):
            ast.copy_location(inner, at)
    return node
