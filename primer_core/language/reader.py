"""Reads what a learner types: a safe subset of Python's expressions and statements, with NumPy and PyTorch.

What is read is a syntax tree in which every node is of a kind that `primer_core.language.evaluator` knows. Nothing is
run here. Accepted besides Python itself are

- what the libraries print: ``[[1 2] [3 4]]``, ``array([1, 2])``, ``tensor([1., 2.])``;
- lines of the usual imports, and ``x =`` in front of an expression, which are read off;
- ``4x3`` and ``4 × 3`` where a shape makes sense.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from math import isinf

from primer_core.language.instead import instead_of
from primer_core.language.limits import MAX_NESTING, MAX_STRING, MAX_TEXT, MAX_WHOLE
from primer_core.language.parsing import TooDeepError, parse
from primer_core.language.printed import leaves_out, with_commas, with_dtypes
from primer_core.language.rejection import Place, Rejection
from primer_core.language.text import quoted

_SIZES = re.compile(r"^\s*\(?\s*\d+(\s*[xX×]\s*\d+)+\s*\)?\s*$")

_EXPRESSIONS: tuple[type[ast.AST], ...] = (
    ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Constant, ast.List, ast.Name, ast.Slice,
    ast.Subscript, ast.Tuple, ast.UnaryOp, ast.keyword,
)  # fmt: skip
_STATEMENTS: tuple[type[ast.AST], ...] = (ast.Assign, ast.AugAssign, ast.Delete, ast.Expr, ast.Pass)
_PARTS: tuple[type[ast.AST], ...] = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Module)

_INSTEAD: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.ListComp, "A comprehension is not read here. Write the list out, or an array such as np.arange(6)."),
    (ast.GeneratorExp, "A generator is not read here. Write the values out, or an array such as np.arange(6)."),
    (ast.Lambda, "A function of your own is not read here. Write what it computes."),
    (ast.IfExp, "“… if … else …” is not read here. np.where(condition, a, b) chooses cell by cell."),
    (ast.Starred, "A star is not read here. Write the arguments out."),
    (ast.JoinedStr, "An f-string is not read here. Write the value itself."),
    (ast.Dict, "A dictionary is not read here. Write an array, a list or a number."),
    (ast.Set, "A set is not read here. Write a list in [ ] instead."),
    (ast.NamedExpr, "“:=” is not read here. Write the assignment as a statement of its own."),
    (ast.For, "A loop is not read here. Write out what it does, or use a whole array."),
    (ast.While, "A loop is not read here. Write out what it does, or use a whole array."),
    (ast.If, "“if” is not read here. np.where(condition, a, b) chooses cell by cell."),
    (ast.FunctionDef, "A function of your own is not read here. Write what it computes."),
    (ast.ClassDef, "A class is not read here."),
    (ast.With, "“with” is not read here."),
    (ast.Try, "“try” is not read here: an error is shown as it is."),
)

_NO_NAMES = frozenset(
    {"__import__", "eval", "exec", "compile", "open", "getattr", "setattr", "globals", "locals", "vars"}
)

ALIASES = {
    "np": "np", "numpy": "np", "torch": "torch", "F": "F", "nn": "torch.nn", "torch.nn.functional": "F",
    "nn.functional": "F",
}  # fmt: skip
"""How the libraries' modules are called in code, and the name by which the table knows them."""

_TOO_LARGE = "Whole numbers stay below 2**64 here. Write a smaller one."

_IMPORTS = frozenset(
    {
        "import numpy as np", "import numpy", "import torch", "import numpy as np, torch", "import torch, numpy as np",
        "import torch.nn.functional as F", "import torch.nn as nn", "from torch import nn", "from torch import tensor",
        "from torch.nn import functional as F", "from numpy import array", "import numpy, torch",
        "from numpy.lib.stride_tricks import as_strided",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """One expression as it was read.

    Parameters
    ----------
    node
        Its syntax tree; each node is of a kind that is evaluated.
    source
        str, the text that the tree was parsed from; `Place` counts in it.
    name
        str, the name in front, ``x`` of ``x = ...``; empty for none.
    """

    node: ast.expr
    source: str
    name: str = ""

    @property
    def text(self) -> str:
        """The expression in its plainest spelling."""
        return ast.unparse(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """Statements as they were read, imports left out.

    Parameters
    ----------
    nodes
        Their syntax trees.
    source
        str, the text that the trees were parsed from.
    """

    nodes: tuple[ast.stmt, ...]
    source: str


def read_expression(text: str) -> Expression:
    """Read one expression. Space around it does not count, and places are counted without it.

    Raises
    ------
    Rejection
        With the verdict *unread* or *refused*, and the place of what is at fault.
    """
    source = text.strip()
    if not source:
        raise Rejection("unread", "There is nothing here yet.", Place(1, 0, 1, 0, ""))
    statements = read_statements(source)
    match statements.nodes:
        case (ast.Expr(node),):
            return Expression(node, statements.source)
        case (ast.Assign([ast.Name(name)], node),):
            return Expression(node, statements.source, name)
        case (*_, last) if len(statements.nodes) > 1:
            place = Place.of(last, statements.source)
            raise Rejection("unread", "One expression is read here. Write one, and leave out the rest.", place)
    place = Place.of(statements.nodes[0], statements.source) if statements.nodes else Place(1, 0, 1, 0, source)
    raise Rejection("unread", f"{quoted(place.text)} has no value. Write an expression such as a[1:] or a + 1.", place)


def read_statements(text: str, *, blocks: bool = False) -> Statements:
    """Read statements, one or several to a line.

    Parameters
    ----------
    text
        What was typed.
    blocks
        Whether ``with torch.no_grad():`` and a ``try:`` that prints an error are read, too. The evaluator knows none of
        them: who asks for them runs them statement by statement.

    Raises
    ------
    Rejection
        With the verdict *unread* or *refused*, and the place of what is at fault.
    """
    source = with_commas(_checked(text))
    if leaves_out(source):
        message = "Three dots stand for cells that were not printed. Write all cells, or an array such as np.arange(9)."
        raise Rejection("unread", message, whole(source))
    try:
        tree = parse(source, "exec", MAX_TEXT, MAX_NESTING)
    except TooDeepError as error:
        raise Rejection("refused", f"This is nested more than {MAX_NESTING} levels deep.", whole(source)) from error
    except SyntaxError as error:
        if "integer string conversion" in (error.msg or ""):
            raise Rejection("refused", _TOO_LARGE, place_of(error, source)) from error
        raise Rejection("unread", _unreadable(error, source), place_of(error, source)) from error
    nodes = tuple(with_dtypes(node) for node in tree.body if not _is_usual_import(node))
    for node in nodes:
        _check_statement(node, source, blocks=blocks)
    return Statements(nodes, source)


def read_shape(text: str) -> tuple[int, ...] | None:
    """Return the shape that a text is: ``(4, 3)``, ``4, 3``, ``4x3``, ``4 × 3``; None for anything else.

    A lone number and ``()`` are shapes where a shape makes sense, and so is a tuple in which a size is negative: what
    is made of it says no to it.
    """
    if _SIZES.match(text):
        return tuple(int(size) for size in re.findall(r"\d+", text))
    try:
        node = read_expression(text).node
    except Rejection:
        return None
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    sizes = [_whole_number(part) for part in parts]
    return tuple(size for size in sizes if size is not None) if None not in sizes else None


def _checked(text: str) -> str:
    if len(text) > MAX_TEXT:
        message = f"This is {len(text)} characters long; at most {MAX_TEXT} are read. Shorten it."
        raise Rejection("refused", message, Place(1, 0, 1, 0, text[:60]))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("−", "-")


def _is_usual_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) and ast.unparse(node) in _IMPORTS


def _check_statement(node: ast.stmt, source: str, *, blocks: bool) -> None:
    """Refuse what is not read, in a statement and, where blocks are read, in the statements of a block."""
    body: list[ast.stmt] = []
    match node:
        case ast.With(items, inner) if blocks:
            if ", ".join(map(ast.unparse, items)) not in GRAD_MODES:
                message = "Of “with”, “with torch.no_grad():” and “with torch.enable_grad():” are read here."
                raise Rejection("unread", message, Place.of(items[0].context_expr, source))
            body = inner
        case ast.Try(inner, [ast.ExceptHandler() as handler], [], []) if blocks:
            if not _prints_error(handler):
                message = "After “except” one line is read here: print(error), or pass."
                raise Rejection("unread", message, Place.of(handler, source))
            body = inner
        case _:
            check_nodes(node, source)
    for each in body:
        _check_statement(each, source, blocks=blocks)


GRAD_MODES = ("torch.no_grad()", "torch.enable_grad()")
"""What stands behind ``with`` where blocks are read."""


def _prints_error(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler catches one kind of exception, or all, and prints it or goes on without a word."""
    if not isinstance(handler.type, ast.Name | None):
        return False
    match handler.body:
        case [ast.Pass()]:
            return True
        case [ast.Expr(ast.Call(ast.Name("print"), [ast.Name(name)], []))]:
            return name == handler.name
    return False


def check_nodes(
    node: ast.AST,
    source: str,
    *,
    also: tuple[type[ast.AST], ...] = (),
    named: tuple[str, ...] = (),
    called: tuple[str, ...] = (),
) -> None:
    """Refuse every node of a kind that is not evaluated, outermost first.

    Parameters
    ----------
    node
        As it was parsed.
    source
        str, what it was parsed from.
    also
        Kinds that the asker evaluates besides.
    named
        Attributes that the asker knows, though what they are called is no name here.
    called
        Names that the asker knows so.

    Raises
    ------
    Rejection
        With the verdict *unread*, *unknown* or *refused*.
    """
    if isinstance(node, _PARTS):
        return
    if not isinstance(node, (*_EXPRESSIONS, *_STATEMENTS, *also)):
        message = next((words for kind, words in _INSTEAD if isinstance(node, kind)), "")
        place = Place.of(node, source)
        raise Rejection("unread", message or f"{quoted(place.text)} is not read here.", place)
    match node:
        case ast.Constant(int(value)) if abs(value) >= MAX_WHOLE:
            raise Rejection("refused", _TOO_LARGE, Place.of(node, source))
        case ast.Constant(float(value)) if isinf(value):
            raise Rejection(
                "refused",
                "This number is too large: floats go up to about 1.8e308. Write a smaller one.",
                Place.of(node, source),
            )
        case ast.Constant(str(value)) if len(value) > MAX_STRING:
            raise Rejection(
                "refused", f"A text has at most {MAX_STRING} characters here. Shorten it.", Place.of(node, source)
            )
        case ast.Constant(bytes()):
            raise Rejection("unread", "Bytes are not read here. Write a list of numbers.", Place.of(node, source))
        case ast.Attribute(_, name) if name in named:
            pass
        case ast.Name(name) if name in called:
            pass
        case ast.Attribute(_, name) | ast.Name(name) if name.startswith("__") or name in _NO_NAMES:
            message = f"{quoted(name)} is not known here. {instead_of(ast.unparse(node))}".rstrip()
            raise Rejection("unknown", message, Place.of(node, source))
        case ast.Name(name) if not name.isascii() and len(name) > MAX_STRING:
            raise Rejection("refused", f"A name has at most {MAX_STRING} characters here.", Place.of(node, source))
    for inner in ast.iter_child_nodes(node):
        check_nodes(inner, source, also=also, named=named, called=called)


def _whole_number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(bool()):
            return None
        case ast.Constant(int(value)):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return -value
    return None


def whole(source: str) -> Place:
    """Return the place of all of a text."""
    lines = source.split("\n")
    return Place(1, 0, len(lines), len(lines[-1]), source[:60])


def place_of(error: SyntaxError, source: str) -> Place:
    """Return where the parser's error stands in the text that it was given."""
    lines = source.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    column = min(max((error.offset or 1) - 1, 0), len(lines[line - 1]))
    end = error.end_offset - 1 if error.end_offset and error.end_lineno == line else column + 1
    end = min(max(end, column), len(lines[line - 1]))
    return Place(line, column, line, end, lines[line - 1][column:end])


def _unreadable(error: SyntaxError, source: str) -> str:
    """Say what is wrong, in the parser's words where they say something."""
    words = (error.msg or "").strip()
    where = f" in line {error.lineno}" if error.lineno and "\n" in source.strip() else ""
    if "grad_fn=<" in source:
        return "grad_fn=<…> is what PyTorch prints of a computed tensor. Leave it out, or write what computes it."
    if not words or words == "invalid syntax":
        return f"{quoted(source.strip())} cannot be read as Python{where}."
    return f"This cannot be read as Python{where}: {words.rstrip('.?')}."
