"""How an array was made: the calls that led to it, one after another, and what each did with memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from primer_core.backend import Library, backend_of
from primer_core.backend.memory import share_cells
from primer_core.language.evaluator import Call
from primer_core.language.execution import is_array
from primer_core.language.table.entry import Sharing

Result = Literal["view", "copy", "made", "number"]
"""What came of a step: an array on the memory of what it was done to, one with memory of its own, one that was made of
no array, or a NumPy scalar."""


_CASTS = {
    *("astype", "to", "type", "type_as", "float", "double", "half", "int", "long", "short", "char", "byte", "bool"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"),
}
"""Operations that write the numbers of an array in another dtype."""

_FILLING = {"pad", "diag", "diagflat", "diag_embed", "meshgrid", "ix_", "item"}
"""Operations that move cells and put others beside them."""


@dataclass(frozen=True, slots=True)
class Lies:
    """How an array lies in memory at one moment.

    Parameters
    ----------
    library, dtype
        Of the array; the dtype without the library's name.
    shape, strides
        Of the array; strides in elements.
    in_order
        Whether the cells lie without gaps in C order.
    """

    library: Library
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    in_order: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One of the operations that a line does, one after another.

    Parameters
    ----------
    code
        The expression up to here, as it was typed.
    operation
        Name of the method, function or attribute; "index" for ``[...]``, "unpacking" where names stand on the left for
        the parts of an array, "arithmetic" for ``+`` and its like.
    result
        Asked of the library: whether what came of it shares memory with what it was done to.
    casts
        Whether the dtype is another than before.
    shares
        What is known of the operation itself: whether its result always, never, or in some cases shares memory.
    chooses
        Whether it is an index in which a list or an array of numbers or truth values stands.
    copies
        Whether it was told to copy, by ``copy=True`` or ``copy=False``; None where it was told nothing.
    moves
        Whether its cells are cells of what it was done to, in whatever order and dtype, and no results.
    before, after
        How what it was done to lies in memory, and how its result does; before is None where there was nothing.
    offset
        Elements from the first cell of what it was done to to that of the result; None where they lie apart, or not in
        whole elements.
    """

    code: str
    operation: str
    result: Result
    casts: bool
    shares: Sharing
    chooses: bool
    copies: bool | None
    moves: bool
    before: Lies | None
    after: Lies
    offset: int | None


def steps_to(calls: Sequence[Call], array: Any) -> tuple[Step, ...]:
    """Return the steps that led to an array, from what has a name to the array itself.

    Parameters
    ----------
    calls
        What the libraries did in the line, in order.
    array
        What came of one of them; if of none, as where the line is only a name, there are no steps.
    """
    found: list[Step] = []
    current = array
    for place in range(len(calls) - 1, -1, -1):
        call = calls[place]
        if not any(current is each for each in _parts(call.result)):
            continue
        sources = _sources(call, current, calls[:place])
        if any(current is source for source in sources):
            continue  # it was written to, or handed back as it is: no other array came of it
        found.append(_step(call, current, sources))
        if not sources:
            break
        current = sources[0]
    return tuple(reversed(found))


def only_moved(steps: Sequence[Step]) -> bool:
    """Return whether the cells of what steps led to are cells of what they began with, and no results."""
    return bool(steps) and steps[0].before is not None and all(step.moves for step in steps)


def arrays_given(call: Call) -> list[Any]:
    """Return the arrays among a call's own arguments, in order, those in lists and tuples too."""
    if call.given is None:
        return []
    return [array for value in (*call.given.positional, *call.given.keywords.values()) for array in _parts(value)]


def _parts(value: Any) -> Iterator[Any]:
    if is_array(value):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _parts(each)


def _sources(call: Call, result: Any, before: Sequence[Call]) -> list[Any]:
    """Return what a call was done to: first what shares memory with its result, then what the line itself made."""
    made = [part for earlier in before for part in _parts(earlier.result)]

    def order(array: Any) -> tuple[bool, bool]:
        return not share_cells(array, result), not any(array is each for each in made)

    given = arrays_given(call)
    if call.entry.name.endswith(".[]"):
        given = given[:1]  # what stands in the index decides, and is not read
    return sorted(given, key=order)


def _step(call: Call, result: Any, sources: Sequence[Any]) -> Step:
    name = call.entry.name
    operation = "index" if name.endswith(".[]") else name.rpartition(".")[2]
    if operation == "index" and not call.place.text.rstrip().endswith("]"):
        operation = "unpacking"
    if name.startswith("operator."):
        operation = "arithmetic"
    came: Result = "copy" if sources else "made"
    if backend_of(result).is_number(result):
        came = "number"
    elif any(share_cells(source, result) for source in sources):
        came = "view"
    casts = bool(sources) and _dtype(sources[0]) != _dtype(result)
    index = call.bound.get("index") if operation == "index" else None
    parts = index if isinstance(index, tuple) else (index,)
    chooses = any(isinstance(part, list) or bool(getattr(part, "shape", ())) for part in parts)
    told = call.bound.get("copy")
    copies = told if isinstance(told, bool) else None
    moves = (call.entry.rule.kind == "moved" and operation not in _FILLING) or operation in ("index", *_CASTS)
    if _adds(call, operation):
        moves = False
    if came == "copy" and backend_of(sources[0]).is_number(sources[0]):
        moves = False  # a number has no cells that could be moved
    return Step(
        code=call.place.text,
        operation=operation,
        result=came,
        casts=casts,
        shares=call.entry.shares,
        chooses=chooses,
        copies=copies,
        moves=moves,
        before=_lies(sources[0]) if sources else None,
        after=_lies(result),
        offset=_offset(sources[0], result) if came == "view" else None,
    )


def _adds(call: Call, operation: str) -> bool:
    """Whether a call puts cells beside those of its array that were in no array: the 5 of ``np.append(a, 5)``."""
    if operation in ("append", "insert"):
        return not is_array(call.bound.get("values"))
    given = () if call.given is None else call.given.positional
    joined = given[0] if given and isinstance(given[0], list | tuple) else ()
    return any(is_array(part) for part in joined) and not all(is_array(part) for part in joined)


def _lies(array: Any) -> Lies:
    engine = backend_of(array)
    if engine.is_number(array):
        return Lies(engine.library, _dtype(array), (), (), in_order=True)
    size = engine.itemsize(array)
    strides = tuple(stride // size for stride in engine.byte_strides(array))
    return Lies(engine.library, _dtype(array), tuple(array.shape), strides, engine.contiguity(array)[0])


def _offset(source: Any, result: Any) -> int | None:
    first, second = (backend_of(array).data_pointer(array) for array in (source, result))
    elements, rest = divmod(second - first, backend_of(result).itemsize(result))
    return None if rest else elements


def _dtype(array: Any) -> str:
    return str(array.dtype).removeprefix("torch.")
