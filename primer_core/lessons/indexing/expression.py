"""An expression of the array, beside an index of it: ``np.take_along_axis(a, i, axis=1)``, ``np.where(a > 5, a, 0)``.

Statements before the expression may bind names. The first array that they write out is the lesson's own, and so is a
list that a call is about: ``np.insert([1, 2, 3], -1, 9)`` is ``np.insert(a, -1, 9)`` of another a. Which cell of a
result came from where is what `primer_core.language.provenance` knows of the call that made it.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import LIBRARIES, Backend, Declined, Library, backend
from primer_core.claims.lookups import IndexLacksAxes
from primer_core.claims.picking import MaskMisfit
from primer_core.language.equivalents import NoEquivalent, translated
from primer_core.language.evaluator import Call, Evaluator
from primer_core.language.execution import is_array
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand
from primer_core.language.parsing import code_expression
from primer_core.language.provenance import all_sources, operands
from primer_core.language.reader import ALIASES, read_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table import CONSTANTS, TABLE
from primer_core.language.table.sources import result_of
from primer_core.language.tensors import read_array, speaks_of_tensors
from primer_core.language.text import quoted
from primer_core.lessons.indexing import code as snippets
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.outcome import Unread

HOW = "Write an expression of a, such as np.where(a > 5, a, 0), np.take_along_axis(a, i, axis=1) or a.gather(1, i)."

_WINDOWS = "np.lib.stride_tricks.sliding_window_view"
_MOST_PARTS = 4
_MOST_TRACED = 1024
"""Cells of a result up to which each is traced to where it came from; of more, only what is asked once for all."""

_MADE = frozenset({"array", "asarray", "tensor", "arange", "zeros", "ones", "eye", "linspace", "full", "reshape"})
"""Calls that write an array out."""

Cells = NDArray[np.int64]


_OF_NUMBERS = frozenset({"ix_", "unravel_index", "ravel_multi_index", "meshgrid"})
"""Calls whose lists are places or coordinates, and no array that is shown."""


Coordinates = tuple[str, tuple[int, ...], str]
"""What gives coordinates, their shape, and what picks the cells that these name."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An array that the last call took.

    Parameters
    ----------
    name
        How the expression calls it; "a" is the lesson's array.
    values
        Its cells.
    cells
        For each result, ``(result.size, k)``: which of its cells each of the result's came from, filled up with -1.
    of_a
        ``(values.size, k)``: the cells of a that each of its cells came from; None where that is not known, or none.
    """

    name: str
    values: NDArray[Any]
    cells: tuple[Cells, ...]
    of_a: Cells | None


@dataclass(frozen=True, slots=True, eq=False)
class Expressed:
    """The expression has a value.

    Parameters
    ----------
    operand
        The array a as it was understood.
    library
        In whose words it is.
    text
        The expression; what was bound before it is in `code`.
    entry
        Name of the table's entry that made the value; empty where a call did not.
    parameters
        What that call was given, by its parameters.
    arguments
        By parameter, the numbers and None among the arguments of that call.
    results
        The value, or each part of a tuple.
    is_tuple
        Whether the value is a tuple.
    number
        Whether it is a bare number.
    sources
        What the call took.
    offset
        Bytes from the first cell of a to that of the value, which views it; None where it does not.
    strides
        Of the value, in bytes.
    warnings
        What the library warned of.
    coordinates
        What gives coordinates of cells that stand as an index, their shape, and what picks these cells; None where
        nothing does.
    code
        Snippet that prints the value.
    """

    operand: Operand
    library: Library
    text: str
    entry: str
    parameters: tuple[str, ...]
    arguments: Mapping[str, Any]
    results: tuple[NDArray[Any], ...]
    is_tuple: bool
    number: bool
    sources: tuple[Source, ...]
    offset: int | None
    strides: tuple[int, ...]
    warnings: tuple[str, ...]
    coordinates: Coordinates | None
    code: str


@dataclass(frozen=True, slots=True)
class Instead:
    """An expression that works.

    Parameters
    ----------
    meaning, text
        What it does differently, as a key of `primer_core.claims.fixes.EXPRESSION_MEANINGS`, and the expression.
    code
        Its statements, with the name b for the value.
    """

    meaning: str
    text: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionDeclined:
    """The library does not take the expression.

    Parameters
    ----------
    operand, library, text
        As of `Expressed`.
    declined, where
        The library's error, and the sub-expression that it was raised by.
    cause
        Which shapes do not go together, where that is known.
    fixes
        Expressions that work.
    coordinates
        As of `Expressed`.
    code
        Snippet that prints the error.
    """

    operand: Operand
    library: Library
    text: str
    declined: Declined
    where: str
    cause: IndexLacksAxes | MaskMisfit | None
    fixes: tuple[Instead, ...]
    coordinates: Coordinates | None
    code: str


def settled(question: IndexingQuestion) -> IndexingQuestion:
    """Return the question with its array in the field of the array, and in the library that the expression speaks.

    The question itself is returned where there is no expression, or where it cannot be read.
    """
    if not question.expression.strip():
        return question
    try:
        nodes = _read(question.expression)
    except Refused:
        return question
    written, array = _lifted(nodes)
    text = question.expression.strip() if array is None and written == nodes else "\n".join(map(ast.unparse, written))
    library = _library_of(text if array is None else f"{array}\n{text}", question.library)
    return replace(question, expression=text, array=question.array if array is None else array, library=library)


def in_words_of(question: IndexingQuestion, library: Library) -> str:
    """Write a question's expression in the words of another library.

    Raises
    ------
    Refused
        If no equivalent is known; the message says of what.
    """
    nodes, operand = _read(question.expression), read_array(question.array)
    found = []
    for node in nodes:
        text = translated(node, library, {"a": operand.shape})
        if isinstance(text, NoEquivalent):
            if _is_alike(nodes, operand):
                return question.expression
            raise Refused(f"{text.reason} The expression stays {question.library}'s: write another, or empty it.")
        found.append(text)
    return "\n".join(found)


def _is_alike(nodes: tuple[ast.stmt, ...], operand: Operand) -> bool:
    """Return whether both libraries take the same words and give the same: ``a[:, :1].T``."""
    found = [_evaluated(nodes, operand, backend(library)) for library in LIBRARIES]
    values = [run.value for run in found if not isinstance(run, Rejection) and is_array(run.value)]
    names_one = any(isinstance(part, ast.Name) and part.id in ALIASES for node in nodes for part in ast.walk(node))
    if names_one or len(values) < len(LIBRARIES):
        return False
    first, *others = map(_shown, values)
    return all(np.array_equal(first, other) for other in others)


def explain_expression(question: IndexingQuestion, operand: Operand) -> Expressed | ExpressionDeclined | Unread:
    """Explain what an expression makes of an array.

    Parameters
    ----------
    question
        As `settled` returns it.
    operand
        Its array.
    """
    engine = backend(question.library)
    try:
        nodes = _read(question.expression)
    except Refused as refused:
        return Unread("expression", str(refused))
    found = _evaluated(nodes, operand, engine)
    if isinstance(found, Rejection):
        if found.declined is None:
            return Unread("expression", _sentence(found))
        return ExpressionDeclined(
            operand,
            question.library,
            question.expression.strip(),
            found.declined,
            found.place.text,
            _cause(nodes, operand, engine, found.place.text),
            _fixes(nodes, operand, engine),
            _coordinates(nodes, operand, engine),
            _failing(nodes, operand, engine, found.declined.builtin),
        )
    value, calls = found.value, found.evaluator.calls
    parts = value if isinstance(value, tuple) else (value,)
    try:
        results = tuple(_shown(part) for part in parts)
        if not 0 < len(results) <= _MOST_PARTS:
            raise Refused(f"This gives {len(parts)} arrays; up to {_MOST_PARTS} are drawn. Take one of them: [0].")
    except Refused as refused:
        return Unread("expression", str(refused))
    call = _made_by(calls, value)
    offset = engine.offset_within(value, found.a) if is_array(value) and not engine.is_number(value) else None
    return Expressed(
        operand=operand,
        library=question.library,
        text=ast.unparse(found.last),
        entry=call.entry.name if call else "",
        parameters=() if call is None else tuple(call.bound.values),
        arguments={} if call is None else {k: v for k, v in call.bound.values.items() if v is None or _is_plain(v)},
        results=results,
        is_tuple=isinstance(value, tuple),
        number=not isinstance(value, tuple) and (not is_array(value) or engine.is_number(value)),
        sources=() if call is None else _sources(call, found, results),
        offset=offset,
        strides=engine.byte_strides(value) if offset is not None else (),
        warnings=(*operand.warnings, *dict.fromkeys(word for each in calls for word in each.warnings)),
        coordinates=_coordinates(nodes, operand, engine),
        code=_snippet(nodes, operand, engine),
    )


def _is_plain(value: Any) -> bool:
    whole = isinstance(value, int | float)
    return whole or (isinstance(value, tuple | list) and all(isinstance(each, int) for each in value))


# Reading


def _read(text: str) -> tuple[ast.stmt, ...]:
    """Read statements, of which the last has a value.

    Raises
    ------
    Refused
        If they cannot be read.
    """
    text = re.sub(r"^\s*from numpy\.lib\.stride_tricks import sliding_window_view\s*$", "", text, flags=re.MULTILINE)
    try:
        nodes = read_statements(text).nodes
    except Rejection as rejection:
        raise Refused(_sentence(rejection)) from rejection
    nodes = tuple(ast.fix_missing_locations(_Dotted().visit(node)) for node in nodes)
    match nodes:
        case (*_, ast.Assign([ast.Name(bound)]), ast.Expr(ast.Call(ast.Name("print"), [ast.Name(name)]))) if (
            name == bound
        ):
            nodes = nodes[:-1]  # what is printed is what was bound
    for node in nodes:
        plain = isinstance(node, ast.Expr) or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name))
        if not plain:
            raise Refused(f"{quoted(ast.unparse(node))} changes something. {HOW}")
    if not nodes:
        raise Refused(f"There is no expression here. {HOW}")
    return nodes


class _Dotted(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != "sliding_window_view":
            return node
        return code_expression(_WINDOWS)


def _printed(node: ast.stmt) -> ast.expr | None:
    match node:
        case ast.Expr(ast.Call(ast.Name("print"), [value, *_])):
            return value
    return None


def _value_of(node: ast.stmt) -> ast.expr:
    """Return the expression of the last statement."""
    printed = _printed(node)
    if printed is not None:
        return printed
    assert isinstance(node, ast.Expr | ast.Assign)
    match node.value:
        case ast.Call(ast.Attribute(array, "tolist"), [], []):
            return array  # the same numbers, as an array that can be drawn
    return node.value


def _lifted(nodes: tuple[ast.stmt, ...]) -> tuple[tuple[ast.stmt, ...], str | None]:
    """Take the array that is written out of the statements, and call it a, as a name that they do not bind is called.

    Returns
    -------
    nodes, array
        The statements then, and the array's text; None where none is written out.
    """
    match nodes:
        case (ast.Assign([ast.Name(name)], value), *rest) if rest and _is_written_out(value) and not _free(nodes):
            return tuple(_Renamed(name, "a").visit(copy.deepcopy(node)) for node in rest), ast.unparse(value)
    free = _free(nodes)
    if len(free) == 1 and "a" not in free:
        return tuple(_Renamed(free[0], "a").visit(copy.deepcopy(node)) for node in nodes), None
    if not free and len(nodes) == 1:
        lifting = _Lifting()
        node = lifting.visit(copy.deepcopy(nodes[0]))
        if lifting.found is not None:
            return (ast.fix_missing_locations(node),), ast.unparse(lifting.found)
    return nodes, None


def _is_written_out(node: ast.expr) -> bool:
    """Return whether a node is an array with its numbers, as a list or as a call that makes one."""
    match node:
        case ast.List():
            return True
        case ast.Call(ast.Attribute(holder, name)) if name in _MADE:
            return (isinstance(holder, ast.Name) and holder.id in ALIASES) or _is_written_out(holder)
        case ast.Call(ast.Name("array" | "tensor")):
            return True
    return False


@dataclass(slots=True)
class _Lifting(ast.NodeTransformer):
    """Puts a name in the place of the first array that a call is about."""

    found: ast.expr | None = None

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node.func:
            case ast.Attribute(_, name) if name in _OF_NUMBERS:
                return node
            case ast.Attribute(holder) if _is_written_out(holder) and self.found is None:
                self.found = holder
                node.func.value = ast.Name("a", ast.Load())
                return node
        if node.args and self.found is None and _is_written_out(node.args[0]) and not _is_written_out(node):
            self.found = node.args[0]
            node.args[0] = ast.Name("a", ast.Load())
            return node
        self.generic_visit(node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if self.found is None and _is_written_out(node.value):
            self.found = node.value
            node.value = ast.Name("a", ast.Load())
            return node
        self.generic_visit(node)
        return node


@dataclass(frozen=True, slots=True)
class _Renamed(ast.NodeTransformer):
    before: str
    after: str

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self.after if node.id == self.before else node.id, node.ctx)


def _free(nodes: Sequence[ast.stmt]) -> list[str]:
    """Return the names that statements speak of before they bind them, in order."""
    bound: set[str] = set()
    found: list[str] = []
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in bound:
                known = part.id in ALIASES or part.id in CONSTANTS or part.id in ("array", "tensor", "print")
                if not known and f"builtins.{part.id}" not in TABLE and part.id not in found:
                    found.append(part.id)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            bound.add(node.targets[0].id)
    return found


def _library_of(text: str, current: Library) -> Library:
    """Return in whose words a text is; the current library's where it does not say."""
    if speaks_of_tensors(text):
        return "PyTorch"
    if re.search(r"\b(?:np|numpy)\s*\.", text):
        return "NumPy"
    methods = re.findall(r"\.(\w+)\b", text)
    if any(f"Tensor.{name}" in TABLE and f"ndarray.{name}" not in TABLE for name in methods):
        return "PyTorch"
    if any(f"ndarray.{name}" in TABLE and f"Tensor.{name}" not in TABLE for name in methods):
        return "NumPy"
    return current


def _sentence(rejection: Rejection) -> str:
    where = f"In line {rejection.place.line}: " if rejection.place.line > 1 else ""
    return f"{where}{rejection.message}{f' {HOW}' if rejection.verdict != 'refused' else ''}"


# Evaluation


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """A program that ran.

    Parameters
    ----------
    evaluator, source, nodes
        That ran it, its text, and what was read of that.
    a
        The lesson's array, as the library has it.
    last, value
        The last expression, and what it gave.
    """

    evaluator: Evaluator
    source: str
    nodes: tuple[ast.stmt, ...]
    a: Any
    last: ast.expr
    value: Any


def _evaluated(nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend) -> _Run | Rejection:
    """Run statements, all but the last for what they bind."""
    a = engine.make(operand.values)
    evaluator = Evaluator({"a": a})
    source = "\n".join(map(ast.unparse, nodes))
    try:
        read = read_statements(source).nodes
        for node in read[:-1]:
            evaluator.statement(node, source)
        last = _value_of(read[-1])
        return _Run(evaluator, source, read, a, last, evaluator.value_of(last, source))
    except Rejection as rejection:
        return rejection


def _shown(value: Any) -> NDArray[Any]:
    """Return a value as an array that can be drawn.

    Raises
    ------
    Refused
        If it cannot.
    """
    if isinstance(value, bool | int | float):
        return np.asarray(value)
    if not is_array(value):
        raise Refused(f"This gives {quoted(str(value))}, and no array that can be drawn. {HOW}")
    check_size(tuple(value.shape), "What this gives")
    foreign = type(value).__module__ == "torch"
    try:
        shown = np.array(value.detach().numpy()) if foreign else np.array(value)
    except (TypeError, RuntimeError) as error:
        raise Refused(f"This gives the dtype {value.dtype}; cells here are real numbers or booleans.") from error
    if shown.dtype.kind not in "biuf":
        raise Refused(f"This gives the dtype {shown.dtype}; cells here are real numbers or booleans.")
    return shown


def _made_by(calls: Sequence[Call], value: Any) -> Call | None:
    """Return the call that made a value: of what was taken out of a tuple, the call that made the tuple."""
    for call in reversed(calls):
        if call.result is value and call.entry.rule.kind != "asked":
            return call
    for call in reversed(calls):
        if isinstance(call.result, tuple) and any(part is value for part in call.result):
            return call
    return None


def _part_of(call: Call, value: Any) -> int:
    if isinstance(call.result, tuple):
        return next((place for place, part in enumerate(call.result) if part is value), 0)
    return 0


def _nodes_of(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands for operands in a call, in their order."""
    match node:
        case ast.Call(function, arguments, keywords):
            if isinstance(function, ast.Attribute):
                yield function.value
            for argument in [*arguments, *(word.value for word in keywords)]:
                yield from argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
        case ast.BinOp(left, _, right):
            yield from (left, right)
        case ast.Compare(left, _, rights):
            yield from (left, *rights)
        case ast.Subscript(base, index):
            yield base
            yield from index.elts if isinstance(index, ast.Tuple) else [index]
        case ast.Attribute(inner) | ast.UnaryOp(_, inner):
            yield inner


@dataclass(frozen=True, slots=True)
class _Tracing:
    """Finds out of which cells of a the arrays of a program are made."""

    run: _Run

    def origin(self, node: ast.expr) -> tuple[Any, Call | None] | None:
        """Return the array that a node gave, and the call that made it; None if it gave no array."""
        if isinstance(node, ast.Name):
            value = self.run.evaluator.names.get(node.id)
            return (
                (value, None if value is self.run.a else _made_by(self.run.evaluator.calls, value))
                if is_array(value)
                else None
            )
        place = Place.of(node, self.run.source)
        for call in reversed(self.run.evaluator.calls):
            if call.place == place and is_array(call.result):
                return call.result, _made_by(self.run.evaluator.calls, call.result) or call
        return None

    def operands_of(self, call: Call) -> list[tuple[str, Any, Call | None]]:
        """Return name, value and maker of each operand of a call."""
        arrays, node = operands(call), self.node_at(call.place)
        found = (
            [(each, origin) for each in _nodes_of(node) if (origin := self.origin(each)) is not None] if node else []
        )
        if len(found) != len(arrays):
            return [(f"operand {place + 1}", array, None) for place, array in enumerate(arrays)]
        return [(ast.unparse(each), value, maker) for each, (value, maker) in found]

    def node_at(self, place: Place) -> ast.AST | None:
        for node in (part for statement in self.run.nodes for part in ast.walk(statement)):
            if isinstance(node, ast.expr) and Place.of(node, self.run.source) == place:
                return node
        return None

    def cells_of_a(self, call: Call | None, value: Any, depth: int = 6) -> Cells | None:
        """Return for each cell of a value the cells of a that it came from; None where none is known."""
        if call is None or depth == 0 or int(np.prod(tuple(value.shape))) > _MOST_TRACED:
            return None
        if call.entry.rule.sources is None:
            return None
        rows: list[set[int]] = [set() for _ in range(int(np.prod(tuple(value.shape))))]
        found = all_sources(call, _part_of(call, value))
        for (_, array, maker), cells in zip(self.operands_of(call), found, strict=True):
            further = None if array is self.run.a else self.cells_of_a(maker, array, depth - 1)
            if array is not self.run.a and further is None:
                continue
            for row, cell in zip(rows, cells, strict=True):
                for each in cell[cell >= 0]:
                    row |= {int(each)} if further is None else {int(one) for one in further[each] if one >= 0}
        return _columns(rows) if any(rows) else None


def _sources(call: Call, run: _Run, results: Sequence[NDArray[Any]]) -> tuple[Source, ...]:
    """Follow each cell of the results to the operands of the call that made them, and these to a."""
    if call.entry.rule.sources is None or sum(result.size for result in results) > _MOST_TRACED:
        return ()
    first = 0 if isinstance(run.value, tuple) else _part_of(call, run.value)
    places = [_places(call, first + part, result) for part, result in enumerate(results)]
    tracing = _Tracing(run)
    found: list[Source] = []
    for at, (name, array, maker) in enumerate(tracing.operands_of(call)):
        is_a = array is run.a
        of_a = None if is_a else tracing.cells_of_a(maker, array)
        found.append(Source("a" if is_a else name, _shown(array), tuple(each[at] for each in places), of_a))
    return tuple(found)


def _places(call: Call, part: int, result: NDArray[Any]) -> tuple[Cells, ...]:
    """Return the cells of each operand that each cell of a part of the result came from, or that it names."""
    arrays = operands(call)
    if call.entry.name in ("np.where", "torch.where", "np.nonzero", "ndarray.nonzero") and len(arrays) == 1:
        return (np.flatnonzero(np.asarray(arrays[0])).astype(np.int64)[:, None],)
    if tuple(result_of(call, part).shape) != result.shape:
        return tuple(np.full((result.size, 0), -1, np.int64) for _ in arrays)
    return tuple(np.asarray(each, np.int64) for each in all_sources(call, part))


def _columns(rows: Sequence[set[int]]) -> Cells:
    found = np.full((len(rows), max(map(len, rows), default=0)), -1, np.int64)
    for place, row in enumerate(rows):
        found[place, : len(row)] = sorted(row)
    return found


# What was declined


def _cause(
    nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend, where: str
) -> IndexLacksAxes | MaskMisfit | None:
    """Find which shapes do not go together in what was declined."""
    source = "\n".join(map(ast.unparse, nodes))
    evaluator = Evaluator({"a": engine.make(operand.values)})

    def shape_of(node: ast.expr) -> tuple[tuple[int, ...], str]:
        value = evaluator.value_of(node, where)
        return (tuple(value.shape), str(value.dtype)) if is_array(value) else ((), "")

    try:
        for node in read_statements(source).nodes[:-1]:
            evaluator.statement(node, source)
        match code_expression(where):
            case ast.Call() as call if (found := _lookup(call)) is not None:
                (array, _), (index, _) = map(shape_of, found)
                return IndexLacksAxes(len(index), len(array)) if len(index) != len(array) else None
            case ast.Subscript(base, key) if not isinstance(key, ast.Tuple | ast.Slice):
                (own, _), (mask, dtype) = shape_of(base), shape_of(key)
                covered = own[: len(mask)]
                is_misfit = "bool" in dtype and 0 < len(mask) <= len(own) and mask != covered
                return MaskMisfit(0, covered, mask) if is_misfit else None
    except (Rejection, SyntaxError):
        return None
    return None


def _coordinates(nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend) -> Coordinates | None:
    """Find coordinates of cells, a row each, that stand as an index."""
    for part in (part for node in nodes for part in ast.walk(node)):
        mask = _mask_of(part.slice) if isinstance(part, ast.Subscript) else None
        if mask is None:
            continue
        assert isinstance(part, ast.Subscript)
        found = _evaluated((*nodes[:-1], ast.Expr(part.slice)), operand, engine)
        if not isinstance(found, Rejection) and is_array(found.value) and len(found.value.shape) == 2:
            picks = ast.unparse(ast.Subscript(part.value, mask, ast.Load()))
            return ast.unparse(part.slice), tuple(found.value.shape), picks
    return None


def _mask_of(node: ast.expr) -> ast.expr | None:
    """Return the mask of which a call gives the coordinates; None of any other expression."""
    match node:
        case (
            ast.Call(ast.Attribute(ast.Name("np" | "torch"), "argwhere"), [given], [])
            | ast.Call(ast.Attribute(ast.Name("torch"), "nonzero"), [given], [])
            | ast.Call(ast.Attribute(given, "argwhere"), [], [])
        ):
            pass
        case _:
            return None
    # Of numbers these are the coordinates of all that are not 0.
    return given if isinstance(given, ast.Compare) else ast.Compare(given, [ast.NotEq()], [ast.Constant(0)])


def _lookup(call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """Return the array and the index of a call that looks places up; None of any other call, or without both."""
    place = _place_of_index(call)
    if place is None or place >= len(call.args):
        return None
    assert isinstance(call.func, ast.Attribute), "only methods and functions of libraries look places up"
    return (call.args[0] if _is_function(call.func) else call.func.value), call.args[place]


def _place_of_index(call: ast.Call) -> int | None:
    """Return which argument of a call is the index in which places are looked up; None of any other call."""
    match call.func:
        case ast.Attribute(_, "gather" | "take_along_axis" | "take_along_dim" as name):
            return (1 if name == "gather" else 0) + _is_function(call.func)
    return None


def _is_function(method: ast.Attribute) -> bool:
    return isinstance(method.value, ast.Name) and method.value.id in ALIASES


# Fixes and code


def _fixes(nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend) -> tuple[Instead, ...]:
    """Propose expressions that come close to one that was declined, and work."""
    found: dict[str, Instead] = {}
    for meaning, changed in _changes(nodes):
        text = "\n".join(map(ast.unparse, changed))
        if text not in found and not isinstance(_evaluated(changed, operand, engine), Rejection):
            lines = [*map(ast.unparse, changed[:-1]), f"b = {ast.unparse(_value_of(changed[-1]))}"]
            found[text] = Instead(meaning, text, "\n".join(lines))
    return tuple(found.values())[:3]


def _changes(nodes: tuple[ast.stmt, ...]) -> Iterator[tuple[str, tuple[ast.stmt, ...]]]:
    for taking in (_FirstOfTuple(), _WithAxis("column"), _WithAxis("row"), _RowsOfMask(), _MaskItself()):
        changed = tuple(ast.fix_missing_locations(taking.visit(copy.deepcopy(node))) for node in nodes)
        if any(ast.dump(one) != ast.dump(other) for one, other in zip(changed, nodes, strict=True)):
            yield taking.meaning, changed


class _FirstOfTuple(ast.NodeTransformer):
    meaning = "first"

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Attribute(_, "where" | "nonzero"), [] | [_], []):
                return ast.Subscript(node, ast.Constant(0), ast.Load())
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return node


@dataclass(frozen=True, slots=True)
class _WithAxis(ast.NodeTransformer):
    """Gives the index array of a gather as many axes as the array has."""

    which: str

    @property
    def meaning(self) -> str:
        return self.which

    def visit_Call(self, node: ast.Call) -> ast.expr:
        place = _place_of_index(node)
        if place is None:
            self.generic_visit(node)
            return node
        if place < len(node.args):
            key = ":, None" if self.which == "column" else "None, :"
            index = code_expression(f"({ast.unparse(node.args[place])})[{key}]")
            node.args[place] = index
        return node


class _MaskItself(ast.NodeTransformer):
    meaning = "mask"

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        mask = _mask_of(node.slice)
        return node if mask is None else ast.Subscript(node.value, mask, ast.Load())


class _RowsOfMask(ast.NodeTransformer):
    meaning = "rows"

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node:
            case ast.Subscript(ast.Name("a"), ast.Compare() as mask):
                rows = code_expression(f"({ast.unparse(mask)})[:, 0]")
                return ast.Subscript(node.value, rows, ast.Load())
        self.generic_visit(node)
        return node


def _snippet(nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend) -> str:
    lines = [*_given(nodes, operand, engine), *map(ast.unparse, nodes[:-1])]
    return "\n".join([*lines, f"b = {ast.unparse(_value_of(nodes[-1]))}", "print(b)"])


def _failing(nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend, error: str) -> str:
    tried = [*map(ast.unparse, nodes[:-1]), f"b = {ast.unparse(_value_of(nodes[-1]))}"]
    lines = [*_given(nodes, operand, engine), "try:", *(f"    {line}" for line in tried)]
    return "\n".join([*lines, f"except {error} as error:", "    print(error)"])


def _given(nodes: tuple[ast.stmt, ...], operand: Operand, engine: Backend) -> list[str]:
    lines = snippets.given(engine, operand)
    text = "\n".join(map(ast.unparse, nodes))
    missing = {
        "import torch.nn.functional as F": r"\bF\.",
        "from torch import nn": r"(?<!\.)\bnn\.",
        "import torch": r"\btorch\.",
        "import numpy as np": r"\bnp\.",
        "from torch import tensor": r"(?<!\.)\btensor\(",
        "from numpy import array": r"(?<!\.)\barray\(",
    }
    for line, spoken in missing.items():
        if re.search(spoken, text) and line not in lines:
            lines = [line, *lines]
    return lines
