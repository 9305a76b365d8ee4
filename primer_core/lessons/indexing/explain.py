"""Indexing: which elements an index picks, what becomes of each axis, and whether the outcome is a view or a copy.

An index of numbers, slices, ``...`` and None is *basic*: it only changes where reading starts and how it strides, so
the result is a view. A list or a mask makes it *advanced*: the elements lie anywhere, so they are gathered into new
memory. Assigning is another matter: ``a[index] = value`` writes to ``a`` whatever the index is.
"""

import ast
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend, Declined, backend, takes_loading
from primer_core.language.index import Index, read_index
from primer_core.language.index_plan import Plan, plan_index
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand, read_operand
from primer_core.language.tensors import read_array, speaks_of_tensors
from primer_core.lessons.indexing import code as snippets
from primer_core.lessons.indexing.expression import Expressed, ExpressionDeclined, explain_expression, settled
from primer_core.lessons.indexing.fixes import Fault, Fix, fault_of, index_fixes, value_fixes
from primer_core.lessons.indexing.question import IndexingQuestion, Then
from primer_core.lessons.outcome import Unread

_MOST_FIXES = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """Where a view lies in the memory of the array that it views.

    Parameters
    ----------
    offset
        Bytes from the first element of the array to that of the view.
    strides
        Bytes from one element to the next along each axis.
    """

    offset: int
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An index array, and which element of it each cell of the result was picked by.

    Parameters
    ----------
    place
        Of the item in the index.
    values
        The array of int64 or bool.
    elements
        ``(result.size,)`` flat indices into `values`.
    """

    place: int
    values: NDArray[Any]
    elements: NDArray[np.intp]

    @property
    def mask(self) -> bool:
        """Whether it says yes or no to each element, instead of naming places."""
        return self.values.dtype == np.bool_


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """What an index picks of an array.

    Parameters
    ----------
    operand, index
        As they were understood.
    sources
        The source text of each item of the index.
    plan
        What each item does to the axes; None where the library has a rule of its own.
    result
        ``a[index]`` as an array, before anything was changed.
    number
        Whether NumPy returned a number, not an array.
    memory
        Where the result lies in the memory of `a`, if it is a view: the library was asked.
    cells
        ``(result.size,)`` flat indices into `a`: the element behind each cell of the result.
    readings
        One for each index array; none where `plan` is None.
    """

    operand: Operand
    index: Index
    sources: tuple[str, ...]
    plan: Plan | None
    result: NDArray[Any]
    number: bool
    memory: Memory | None
    cells: NDArray[np.intp]
    readings: tuple[Reading, ...]

    @property
    def times(self) -> NDArray[np.intp]:
        """Of the shape of `a`: how often each element is picked."""
        values = self.operand.values
        return np.bincount(self.cells, minlength=values.size).reshape(values.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """What a statement did to the arrays.

    Parameters
    ----------
    value
        What was added or assigned.
    elements
        Flat indices into the value: which of its elements each cell of the result, or of `b`, was given.
    a, b
        After the statement; `b` is None where none was read. A number to which an array was added is an array now.
    computed
        Of the shape of `b` or the picked cells: the sum, or the value, before it was stored.
    """

    value: Operand
    elements: NDArray[np.intp]
    a: NDArray[Any]
    b: NDArray[Any] | None
    computed: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Unindexed:
    """The array can be read, and no index is written yet.

    Parameters
    ----------
    operand
        The array as it was understood.
    message
        Plain text: what an index is made of.
    """

    operand: Operand
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class IndexDeclined:
    """The library does not take the index.

    Parameters
    ----------
    operand, index
        As they were understood.
    error
        The library's own words, with the kind of error before them.
    fault
        What is wrong with the index; None where that is not known.
    fixes
        Indices that work.
    code
        Snippet that prints the error.
    """

    operand: Operand
    index: Index
    error: str
    fault: Fault | None
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The index was read, and nothing written.

    Parameters
    ----------
    picked
        What it picks.
    code
        Snippet that prints it, and whether memory is shared.
    """

    picked: Picked
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class NotWritten:
    """The index picks cells, and the library does not take what shall be written to them.

    Parameters
    ----------
    picked
        What the index picks.
    value
        What should have been added or assigned.
    error
        The library's own words, with the kind of error before them.
    cause
        Whether the shape of the value does not fit, its dtype, or a number, which is beyond what the array holds.
    fixes
        Changes with which the statement runs.
    code
        Snippet that prints the error.
    """

    picked: Picked
    value: Operand
    error: str
    cause: Literal["shape", "dtype", "number"]
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A value was written through the index, or to what it read.

    Parameters
    ----------
    picked
        What the index picks.
    changed
        What the statement left behind.
    statements
        What was run, a line each.
    code
        Snippet that prints what it left.
    """

    picked: Picked
    changed: Changed
    statements: tuple[str, ...]
    code: str


Outcome = Unread | Unindexed | IndexDeclined | Read | NotWritten | Written | Expressed | ExpressionDeclined
"""What comes of a question."""


def explain(question: IndexingQuestion) -> Outcome:
    """Explain what an index into an array does; nothing that is typed makes it raise. PyTorch is loaded if asked."""
    question = settled(question)
    engine = backend(question.library)
    try:
        operand = read_array(question.array)
    except Refused as refused:
        return Unread("array", str(refused))
    if question.expression.strip():
        return explain_expression(question, operand)
    try:
        index = read_index(question.index, operand.values, unpack=engine.lone_list_is_tuple)
    except Refused as refused:
        return Unread("index", str(refused)) if question.index.strip() else Unindexed(operand, str(refused))
    try:
        value = None if question.then == "Read" else _value(question.value)
    except Refused as refused:
        return Unread("value", str(refused))
    picked = _pick(operand, index, engine)
    if isinstance(picked, Declined):
        return _index_declined(question, operand, index, picked, engine)
    if value is None:
        return Read(picked, snippets.snippet(engine, operand, index, question.then, None))
    changed = _change(picked, question.then, value, engine)
    if isinstance(changed, Declined):
        return _not_written(question, picked, value, changed, engine)
    return Written(
        picked,
        changed,
        snippets.statements(engine, index, question.then, value),
        snippets.snippet(engine, operand, index, question.then, value),
    )


def needs_torch(question: IndexingQuestion) -> bool:
    """Return whether PyTorch answers a question, or reads what is typed in it."""
    question = settled(question)
    return takes_loading(question.library) or speaks_of_tensors(question.array)


def item_sources(index: Index, engine: Backend) -> tuple[str, ...]:
    """Split the code of an index into the source of each of its items; an array that was typed is the library's own."""
    node = snippets.inside(index)
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    if len(parts) == len(index.items):
        return tuple(
            engine.array_code(item) if isinstance(item, np.ndarray) and _is_array(part) else snippets.source(part)
            for part, item in zip(parts, index.items, strict=True)
        )
    return tuple(snippets.item_text(item) for item in index.items)


def _is_array(part: ast.expr) -> bool:
    """Return whether an item is an array written out, as NumPy has it."""
    return isinstance(part, ast.Call) and ast.unparse(part.func) == "np.array"


def shape_of(operand: Operand, text: str, engine: Backend) -> tuple[int, ...] | None:
    """Return the shape of what an index picks; None where it is not taken."""
    try:
        index = read_index(text, operand.values, unpack=engine.lone_list_is_tuple)
    except Refused:
        return None
    found = engine.get(engine.make(operand.values), _key(index, engine))
    return None if isinstance(found, Declined) else engine.to_numpy(found).shape


def _key(index: Index, engine: Backend) -> Any:
    return engine.index_key(index.items, lone=index.lone, lists=snippets.stay_lists(index))


def _value(text: str) -> Operand:
    value = read_operand(text)
    check_size(value.shape, "This value")
    return value


def _pick(operand: Operand, index: Index, engine: Backend) -> Picked | Declined:
    a, key = engine.make(operand.values), _key(index, engine)
    b = engine.get(a, key)
    if isinstance(b, Declined):
        return b
    # An index says where cells lie, whatever stands in them: of an array of places it picks the places.
    places = engine.get(engine.make(np.arange(operand.values.size).reshape(operand.shape)), key)
    result, offset = engine.to_numpy(b), engine.offset_within(b, a)
    plan = plan_index(operand.shape, index.items, numbers_join=engine.numbers_join_index_arrays)
    plan = plan if plan is not None and plan.shape == result.shape else None
    return Picked(
        operand=operand,
        index=index,
        sources=item_sources(index, engine),
        plan=plan,
        result=result,
        number=engine.is_number(b),
        memory=None if offset is None else Memory(offset, engine.byte_strides(b)),
        cells=engine.to_numpy(places).ravel(),
        readings=_readings(index, plan, result),
    )


def _readings(index: Index, plan: Plan | None, result: NDArray[Any]) -> tuple[Reading, ...]:
    """Follow each cell of the result back to the element of each index array that picked it."""
    if plan is None or plan.joint is None:
        return ()
    here = np.indices(result.shape).reshape(result.ndim, result.size)[plan.first : plan.first + len(plan.joint)]
    flat = np.ravel_multi_index(tuple(here), plan.joint) if plan.joint and here.size else np.zeros(result.size, np.intp)
    found: list[Reading] = []
    for place, item in enumerate(index.items):
        if isinstance(item, np.ndarray):
            is_mask = item.dtype == np.bool_
            elements = np.flatnonzero(item) if is_mask else np.arange(item.size).reshape(item.shape)
            found.append(Reading(place, item, np.broadcast_to(elements, plan.joint).ravel()[flat]))
    return tuple(found)


def _index_declined(
    question: IndexingQuestion, operand: Operand, index: Index, declined: Declined, engine: Backend
) -> IndexDeclined:
    fixes = index_fixes(
        operand.shape, index.items, item_sources(index, engine), lambda text: shape_of(operand, text, engine), engine
    )
    return IndexDeclined(
        operand,
        index,
        declined.text,
        fault_of(operand.shape, index.items, engine),
        tuple(islice(fixes, _MOST_FIXES)),
        snippets.failing(engine, operand, index, question.then, None, declined.builtin),
    )


def _change(picked: Picked, then: Then, value: Operand, engine: Backend) -> Changed | Declined:
    a, key = engine.make(picked.operand.values), _key(picked.index, engine)
    given = value.values.item() if value.values.ndim == 0 else engine.make(value.values)
    b, declined = None, None
    with np.errstate(all="ignore"):  # NumPy warns of bare numbers that overflow, and of floats that no integer holds
        if then == "Add in place":
            declined = engine.add_at(a, key, given)
        elif then == "Assign":
            declined = engine.put(a, key, given)
        else:
            b = engine.get(a, key)
            b = b if isinstance(b, Declined) else engine.add(b, given)
            declined = b if isinstance(b, Declined) else None
        if declined is not None:
            return declined
        left = None if b is None else engine.to_numpy(b)
        # A number is not changed but replaced, by an array if one is added; an array keeps its shape.
        shape = left.shape if left is not None else picked.result.shape
        cells = _as_assigned(value, len(shape))
        stretched = np.broadcast_to(cells, shape)
        return Changed(
            value=value,
            elements=np.broadcast_to(np.arange(cells.size).reshape(cells.shape), shape).ravel(),
            a=engine.to_numpy(a),
            b=left,
            computed=stretched if then == "Assign" else picked.result + stretched,
        )


def _as_assigned(value: Operand, axes: int) -> NDArray[Any]:
    """Leave out axes in front: an assignment takes more than there are, if they have size 1."""
    return value.values.reshape(value.shape[max(value.values.ndim - axes, 0) :])


def _not_written(
    question: IndexingQuestion, picked: Picked, value: Operand, declined: Declined, engine: Backend
) -> NotWritten:
    cause: Literal["shape", "dtype", "number"] = "dtype" if _fits(value, picked.result.shape) else "shape"
    if declined.kind == "OverflowError":
        cause = "number"
    fixes = value_fixes(picked.operand, value) if cause == "dtype" else ()

    def works(fix: Fix) -> bool:
        mended = question.taking(fix.puts)
        return mended is not None and isinstance(explain(mended), Written)

    return NotWritten(
        picked,
        value,
        declined.text,
        cause,
        tuple(fix for fix in fixes if works(fix)),
        snippets.failing(engine, picked.operand, picked.index, question.then, value, declined.builtin),
    )


def _fits(value: Operand, shape: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(value.shape, shape) == shape
    except ValueError:
        return False
