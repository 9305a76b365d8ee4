"""Indexing: which elements an index picks, what becomes of each axis, and whether the outcome is a view or a copy.

An index of numbers, slices, ``...`` and None is *basic*: it only changes where reading starts and how it strides, so
the result is a view. A list or a mask makes it *advanced*: the elements lie anywhere, so they are gathered into new
memory. Assigning is another matter: ``a[index] = value`` writes to ``a`` whatever the index is.
"""

import ast
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend, Declined, Library, backend
from primer_core.language.index import Index, read_index
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand, read_operand
from primer_core.language.parsing import code_expression
from primer_core.lessons.indexing import code as indexing_code
from primer_core.lessons.indexing.fixes import Fix, advice, fixes
from primer_core.lessons.indexing.plan import Plan, plan_index

Then = Literal["Read", "Add in place", "Assign", "Add to b"]
"""What is done: ``b = a[index]``, ``a[index] += v``, ``a[index] = v``, or ``b = a[index]; b += v``."""

THENS: tuple[Then, ...] = ("Read", "Add in place", "Assign", "Add to b")


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
class Indexing:
    """What an index does.

    Parameters
    ----------
    library, then
        Whose rules apply, and what is done with the index.
    operand, index
        As they were understood; None where one was refused.
    refusal, refused
        Why nothing could be computed, and which field is at fault.
    error
        The library's own words, with the kind of error before them.
    advice, fixes
        What the error means here, and what would work instead.
    plan
        What each item does to the axes; None where the library refuses the index, or has a rule of its own for it.
    sources
        The source text of each item.
    result
        ``a[index]`` as an array, before `then` changed anything.
    number
        Whether NumPy returned a number, not an array.
    memory
        Where the result lies in the memory of `a`, if it is a view: the library was asked.
    picked
        ``(result.size,)`` flat indices into `a`: the element behind each cell of the result.
    readings
        One for each index array.
    changed
        What the statement left behind; None where the index was only read.
    statements
        What was run, a line each.
    code
        Runs as copied and prints what was found.
    """

    library: Library = "NumPy"
    then: Then = "Read"
    operand: Operand | None = None
    index: Index | None = None
    refusal: str | None = None
    refused: Literal["a", "index", "v"] | None = None
    error: str | None = None
    advice: str = ""
    fixes: tuple[Fix, ...] = ()
    plan: Plan | None = None
    sources: tuple[str, ...] = ()
    result: NDArray[Any] | None = None
    number: bool = False
    memory: Memory | None = None
    picked: NDArray[np.intp] | None = None
    readings: tuple[Reading, ...] = ()
    changed: Changed | None = None
    statements: tuple[str, ...] = ()
    code: str = ""

    @property
    def tuple_note(self) -> str:
        """What PyTorch makes of a nested list, in Markdown; empty where none was taken for a tuple."""
        if self.index is None or self.index.nested is None:
            return ""
        return (
            "PyTorch takes a list that stands alone and holds more than numbers for a **tuple**, and warns of it: "
            f"`a[{self.index.nested}]` is `a[{self.index.code}]`. To NumPy a list is one index array; with a comma "
            "behind it, to PyTorch too."
        )

    @property
    def times(self) -> NDArray[np.intp]:
        """Of the shape of `a`: how often each element is picked; all zero where nothing is."""
        assert self.operand is not None
        values = self.operand.values
        picked = np.empty(0, np.intp) if self.picked is None else self.picked
        return np.bincount(picked, minlength=values.size).reshape(values.shape)


def explain_index(
    array: str, expression: str, then: Then = "Read", value: str = "100", library: Library = "NumPy"
) -> Indexing:
    """Explain what an index into an array does. Nothing that is typed makes it raise.

    Parameters
    ----------
    array
        A shape, which is filled by counting, or an array, as `primer_core.language.operand.read_operand` reads it.
    expression
        What stands between the brackets of ``a[...]``, or all of it.
    then
        What to do with it.
    value
        What is added or assigned: a number, an array or a shape. Not read where nothing is.
    library
        Whose rules apply. PyTorch is imported only if asked for.
    """
    asked, engine = Indexing(library, then), backend(library)
    field: Literal["a", "index", "v"] = "a"
    try:
        operand = read_operand(array)
        check_size(operand.shape)
        asked, field = replace(asked, operand=operand), "index"
        index = read_index(expression, operand.values, unpack=engine.lone_list_is_tuple)
        asked, field = replace(asked, index=index, sources=item_sources(index)), "v"
        given = None if then == "Read" else _value(value)
    except Refused as refused:
        return replace(asked, refusal=str(refused), refused=field)
    a, key = engine.make(operand.values), _key(index, engine)
    b = engine.get(a, key)
    if isinstance(b, Declined):
        return _refused(asked, b, engine)
    result, numbers = engine.to_numpy(b), np.arange(operand.values.size).reshape(operand.shape)
    picked = engine.to_numpy(engine.get(engine.make(numbers), key))
    plan = plan_index(operand.shape, index.items, numbers_join=engine.numbers_join_index_arrays)
    asked = replace(
        asked,
        plan=plan if plan is not None and plan.shape == result.shape else None,
        result=result,
        number=engine.is_number(b),
        memory=_memory(a, b, engine),
        picked=picked.ravel(),
        statements=indexing_code.statements(engine, index, then, given),
        code=indexing_code.snippet(engine, operand, index, then, given),
    )
    asked = replace(asked, readings=_readings(asked))
    if given is None:
        return asked
    changed = _change(asked, given, engine)
    if isinstance(changed, Declined):
        return replace(
            asked,
            error=changed.builtin_text,
            advice=_unfit(asked, given),
            code=indexing_code.failing(engine, operand, index, then, given, changed.builtin),
        )
    return replace(asked, changed=changed)


def item_sources(index: Index) -> tuple[str, ...]:
    """Split the code of an index into the source of each of its items."""
    node = code_expression(f"_[{index.code}]")
    assert isinstance(node, ast.Subscript)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if len(parts) == len(index.items):
        return tuple(indexing_code.source(part) for part in parts)
    return tuple(indexing_code.item_text(item) for item in index.items)


def _key(index: Index, engine: Backend) -> Any:
    return engine.index_key(index.items, lone=index.lone, lists=indexing_code.stay_lists(index))


def _memory(a: Any, b: Any, engine: Backend) -> Memory | None:
    """Ask where a result lies in the memory of what was indexed; None where it does not."""
    offset = engine.offset_within(b, a)
    return None if offset is None else Memory(offset, engine.byte_strides(b))


def _value(text: str) -> Operand:
    value = read_operand(text)
    check_size(value.shape, "This value")
    return value


def _refused(asked: Indexing, declined: Declined, engine: Backend) -> Indexing:
    assert asked.operand is not None
    assert asked.index is not None
    values = asked.operand.values

    def works(expression: str) -> bool:
        try:
            index = read_index(expression, values, unpack=engine.lone_list_is_tuple)
        except Refused:
            return False
        return not isinstance(engine.get(engine.make(values), _key(index, engine)), Declined)

    return replace(
        asked,
        error=declined.builtin_text,
        advice=" ".join(filter(None, (asked.tuple_note, advice(values.shape, asked.index.items)))),
        fixes=fixes(values.shape, asked.index.items, asked.sources, works),
        code=indexing_code.failing(engine, asked.operand, asked.index, asked.then, None, declined.builtin),
    )


def _readings(asked: Indexing) -> tuple[Reading, ...]:
    """Follow each cell of the result back to the element of each index array that picked it."""
    plan, index, result = asked.plan, asked.index, asked.result
    assert index is not None
    assert result is not None
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


def _change(asked: Indexing, value: Operand, engine: Backend) -> Changed | Declined:
    assert asked.operand is not None
    assert asked.index is not None
    assert asked.result is not None
    a, key = engine.make(asked.operand.values), _key(asked.index, engine)
    given = value.values.item() if value.values.ndim == 0 else engine.make(value.values)
    b, declined = None, None
    if asked.then == "Add in place":
        declined = engine.add_at(a, key, given)
    elif asked.then == "Assign":
        declined = engine.put(a, key, given)
    else:
        b = engine.get(a, key)
        b = b if isinstance(b, Declined) else engine.add(b, given)
        declined = b if isinstance(b, Declined) else None
    if declined is not None:
        return declined
    left = None if b is None else engine.to_numpy(b)
    # A number is not changed but replaced, by an array if one is added; an array keeps its shape.
    shape = left.shape if left is not None else asked.result.shape
    # An assignment takes more axes than there are, if those in front have size 1.
    extra = max(value.values.ndim - len(shape), 0)
    cells = value.values.reshape(value.shape[extra:])
    stretched = np.broadcast_to(cells, shape)
    return Changed(
        value=value,
        elements=np.broadcast_to(np.arange(cells.size).reshape(cells.shape), shape).ravel(),
        a=engine.to_numpy(a),
        b=left,
        computed=stretched if asked.then == "Assign" else asked.result + stretched,
    )


def _unfit(asked: Indexing, value: Operand) -> str:
    assert asked.operand is not None
    assert asked.result is not None
    kept, picked = value.values.dtype, asked.operand.values.dtype
    if kept.kind == "f" and picked.kind in "iu":
        return f"`a` holds {picked}, and what is added is {kept}. Use whole numbers, or an array of floats."
    return (
        f"The index picks cells of shape {asked.result.shape}. The value must have that shape, or broadcast to it: a "
        f"single number always does."
    )
