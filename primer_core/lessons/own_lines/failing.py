"""The sub-expression at which a program stopped, and what its operands were then."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from primer_core.backend import backend_of
from primer_core.language.execution import is_array, is_wrapped
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.parsing import parse
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.values import Class, Function, Method, Partial, type_name
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import shape_of, size_of


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """An operand of the sub-expression that failed.

    Parameters
    ----------
    place
        Where it stands.
    kind
        Name of its type, as Python gives it; empty where its value is not known.
    shape, dtype
        Of an array; None and empty for what is none.
    value
        A number or a text; the entries of a tuple or a list, the keys of a dict; a copy of a small array. None for all
        else.
    atom
        Whether a method can be asked of it without brackets around it.
    requires_grad, leaf, contiguous
        Of a tensor.
    """

    place: Place
    kind: str = ""
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    value: Any = None
    atom: bool = True
    requires_grad: bool = False
    leaf: bool = True
    contiguous: bool = True

    @property
    def is_tensor(self) -> bool:
        """Whether it is a tensor of PyTorch's."""
        return self.shape is not None and "numpy" not in self.kind

    @property
    def text(self) -> str:
        """What stands there."""
        return self.place.text

    @property
    def asked(self) -> str:
        """What stands there, so that a method can be asked of it."""
        return self.text if self.atom else f"({self.text})"


@dataclass(frozen=True, slots=True, eq=False)
class Failing:
    """The sub-expression at which a program stopped.

    Parameters
    ----------
    node
        Its syntax tree.
    place
        Where it stands.
    statement
        The innermost statement around it.
    operands
        In the order in which they stand; of a method the object first.
    scope
        What each name in sight was bound to there: name of its type.
    """

    node: ast.AST
    place: Place
    statement: ast.stmt
    operands: tuple[Operand, ...]
    scope: Mapping[str, str]


def failing_of(interpreter: Interpreter, source: str, stopped: Rejection) -> Failing | None:
    """Return where an exception stopped a program, and the operands there; None for what is no exception."""
    blamed = interpreter.blamed
    found = nodes_at(source, stopped.place)
    if stopped.declined is None or found is None:
        return None
    node, statement = found
    names = blamed[1] if blamed is not None and blamed[0] is stopped else interpreter.names
    given = _given(interpreter, stopped)
    parts = [*parts_of(node), *_put_there(node, statement)]
    known = [*[_NONE] * (len(parts) - len(given)), *given][-len(parts) :] if parts else []
    asked = _Asked(interpreter, names, source)
    operands = []
    for part, value in zip(parts, known, strict=False):
        place = Place.of(part, source)
        operand = _operand(place, asked.value(part, place) if value is _NONE else value)
        around = None if is_atom(part) else in_brackets(place, source)
        operands.append(replace(operand, place=around or place, atom=is_atom(part) or around is not None))
    return Failing(node, stopped.place, statement, tuple(operands), {name: type_name(v) for name, v in names.items()})


def in_brackets(place: Place, source: str) -> Place | None:
    """Return a place with the brackets that stand right around it; None where there are none, or a call's."""
    lines = source.split("\n")
    before, after = lines[place.line - 1][: place.column], lines[place.end_line - 1][place.end_column :]
    called = before[:-1].rstrip()[-1:]
    if not before.endswith("(") or not after.startswith(")") or called.isalnum() or called in ("_", ")", "]"):
        return None
    return Place(place.line, place.column - 1, place.end_line, place.end_column + 1, f"({place.text})")


def nodes_at(source: str, place: Place) -> tuple[ast.AST, ast.stmt] | None:
    """Return what stands at a place, and the innermost statement around it; None for what is no expression."""
    found = node_at(source, place)
    if found is None or isinstance(found, ast.stmt):
        return None if found is None else (found, found)
    lines = (node for node in nodes_of(source) if isinstance(node, ast.stmt))
    around = [node for node in lines if node.lineno <= place.line <= (node.end_lineno or node.lineno)]
    return (found, around[-1]) if around else None


def node_at(source: str, place: Place) -> ast.AST | None:
    """Return what stands at a place; None for what is neither an expression nor a statement."""
    return _by_place(source).get(place)


def statements_of(source: str) -> tuple[ast.stmt, ...]:
    """Return the statements of a program, those within others, too, in the order of their lines."""
    found = [node for node in nodes_of(source) if isinstance(node, ast.stmt)]
    return tuple(sorted(found, key=lambda node: (node.lineno, node.col_offset)))


def assignments_to(name: str, statements: Iterable[ast.stmt]) -> list[ast.Assign]:
    """Return the assignments among statements that bind a name by itself."""
    return [
        each
        for each in statements
        if isinstance(each, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in each.targets)
    ]


@lru_cache(maxsize=16)
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Return the nodes of a program, outer ones first; none for what cannot be parsed."""
    try:
        return tuple(ast.walk(parse(source, "exec", len(source), 1000)))
    except SyntaxError:
        return ()


@lru_cache(maxsize=16)
def _by_place(source: str) -> dict[Place, ast.expr | ast.stmt]:
    """Return the expressions and statements of a program, the outermost of those that stand at the same place."""
    found: dict[Place, ast.expr | ast.stmt] = {}
    for node in nodes_of(source):
        if isinstance(node, ast.expr | ast.stmt) and not isinstance(node, ast.Expr):
            found.setdefault(Place.of(node, source), node)
    return found


def is_atom(node: ast.expr) -> bool:
    """Return whether a method can be asked of an expression without brackets around it."""
    return isinstance(node, ast.Name | ast.Call | ast.Subscript | ast.Attribute | ast.List | ast.Tuple)


def wrapped(node: ast.expr, text: str) -> str:
    """Return what stands at a node so that a method can be asked of it."""
    return text if is_atom(node) else f"({text})"


def parts_of(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, _, right):
            yield from (left, right)
        case ast.UnaryOp(_, inner):
            yield inner
        case ast.Compare(left, _, rights):
            yield from (left, *rights)
        case ast.Subscript(value, index):
            yield value
            yield from index.elts if isinstance(index, ast.Tuple) else [index]
        case ast.Attribute(value):
            yield value
        case ast.Call(function, arguments, keywords):
            if isinstance(function, ast.Attribute):
                yield function.value
            yield from arguments
            yield from (word.value for word in keywords)
        case ast.AugAssign(target, _, value):
            yield from (target, value)
        case ast.Assign([target], value):
            yield from (target, value)


def _put_there(node: ast.AST, statement: ast.stmt) -> list[ast.expr]:
    """Return what is put where a parameter stands, of an attribute that is set."""
    match statement:
        case ast.Assign([target], value) if target is node and isinstance(node, ast.Attribute):
            return [value]
    return []


def _given(interpreter: Interpreter, stopped: Rejection) -> list[Any]:
    """Return the arguments of the call that a library refused; none where another one was."""
    failed = interpreter.failed
    if failed is None or failed.rejection is not stopped or failed.entry.endswith((".[]", ".[]=")):
        return []
    return [*failed.positional, *failed.keywords.values()]


_NONE = object()


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Looks up what an expression was, without telling anyone: the program is over."""

    interpreter: Interpreter
    names: Any
    source: str

    def value(self, node: ast.expr, place: Place) -> Any:
        """Return the value of an expression; `_NONE` where it cannot be asked for again."""
        for call in reversed(self.interpreter.calls):
            if call.place == place:
                return call.result
        calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
        if any(isinstance(each, ast.Name) and _is_own(self.names.get(each.id)) for each in calls):
            return _NONE
        before = self.interpreter.names, self.interpreter.watch
        self.interpreter.names, self.interpreter.watch = self.names, _unheard
        try:
            return self.interpreter.value_of(node, self.source)
        except (Rejection, RecursionError):
            return _NONE
        finally:
            self.interpreter.names, self.interpreter.watch = before


def _is_own(value: Any) -> bool:
    """Return whether a value is a function of the program, which would do all that it does once more."""
    return isinstance(value, Function | Method | Partial | Class)


def _unheard(_: object) -> None:
    pass


def _operand(place: Place, value: Any) -> Operand:
    if value is _NONE:
        return Operand(place)
    if not is_array(value) or isinstance(value, np.generic):
        plain = isinstance(value, bool | int | float | str | np.generic)
        listed = isinstance(value, tuple | list | dict) and len(value) <= 64
        kept = value if plain else tuple(map(_entry, value)) if listed else None
        return Operand(place, type_name(value), value=kept)
    engine = backend_of(value)
    tensor = hasattr(value, "requires_grad")
    return Operand(
        place,
        type_name(value),
        shape_of(value),
        engine.dtype_name(value),
        engine.to_numpy(value).copy() if size_of(value) <= MAX_ELEMENTS and not is_wrapped(value) else None,
        requires_grad=bool(tensor and value.requires_grad),
        leaf=bool(not tensor or value.is_leaf),
        contiguous=bool(not tensor or value.is_contiguous()),
    )


def _entry(value: Any) -> Any:
    """Return an entry of a tuple: a number or a text, or the shape of an array."""
    if is_array(value) and not isinstance(value, np.generic):
        return Entry(type_name(value), shape_of(value))
    return value if isinstance(value, bool | int | float | str | np.generic) else None


@dataclass(frozen=True, slots=True)
class Entry:
    """An array in a tuple or a list: name of its type, and its shape."""

    kind: str
    shape: tuple[int, ...]


def operand_names(
    source: str, place: Place, letters: str, given: int, *, listed: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return by which letters a lesson calls the operands of a part, and what stands for each in the program.

    Parameters
    ----------
    source
        The program.
    place
        Of the part.
    letters
        What the lesson calls the first operands, with spaces between.
    given
        int, how many operands the part has, with those by name.
    listed
        Whether the first of them is a list of what has the letters.

    Returns
    -------
    names
        Those that are called otherwise in the program, and stand on one line.
    """
    found = nodes_at(source, place)
    parts = [] if found is None else list(parts_of(found[0]))
    if found is not None and isinstance(found[0], ast.Call):
        parts = parts[max(len(parts) - given, 0) :]  # the name before a function is none of them
    operands = parts
    if listed:
        operands = operands[0].elts if operands and isinstance(operands[0], ast.List | ast.Tuple) else []
    elif operands and isinstance(operands[0], ast.Constant) and isinstance(operands[0].value, str):
        operands = operands[1:]  # of subscripts
    if any(isinstance(operand, ast.Starred) for operand in operands):
        return ()
    pairs = [
        (letter, Place.of(operand, source).text) for letter, operand in zip(letters.split(), operands, strict=False)
    ]
    return tuple((letter, written) for letter, written in pairs if "\n" not in written and letter != written)
