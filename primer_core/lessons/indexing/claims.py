"""What is said of an index, or of an expression of the array: the claims of each outcome."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend, backend
from primer_core.claims.claim import Claim
from primer_core.claims.fixes import ExpressionInstead
from primer_core.claims.layout import NothingToShare
from primer_core.claims.lookups import (
    AtWhichPlaces,
    CoordinatesAsPlaces,
    Flattened,
    IsTuple,
    IsView,
    JoinsTuples,
    LeavesItsArray,
    LookedUp,
    OneAfterAnother,
    PutIntoGaps,
    RaisedBy,
    SharesNothing,
    TakenApart,
    TakenFlat,
    WhichValue,
    WindowsOverlap,
)
from primer_core.claims.picking import (
    CopiedBytes,
    Gathered,
    ItemDoes,
    JointAxes,
    LiesAt,
    NeverComesTo,
    NoCellEqualsNan,
    NumberDropsAxis,
    OnlyStrides,
    PickedOften,
    PlacesNoMask,
    ReadTogether,
    SliceCut,
    TakenOut,
    TruthAddsAxis,
    TupleOfLists,
)
from primer_core.claims.writing import (
    AddedOnce,
    AddedToRead,
    Comes,
    ComesAs,
    ExceedsDtype,
    FilledInOrder,
    FractionsCut,
    LastStays,
    NotConverted,
    Reads,
    ValueMisfit,
    WrappedAsStored,
    WrittenItself,
)
from primer_core.language.evaluator import Evaluator
from primer_core.language.index import Index
from primer_core.language.index_plan import Step, index_shape
from primer_core.language.limits import Refused
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Rejection
from primer_core.lessons.indexing.code import index_code
from primer_core.lessons.indexing.explain import (
    Changed,
    IndexDeclined,
    NotWritten,
    Outcome,
    Picked,
    Read,
    Unindexed,
    Written,
    shape_of,
)
from primer_core.lessons.indexing.expression import Expressed, ExpressionDeclined, settled
from primer_core.lessons.indexing.question import IndexingQuestion, Then
from primer_core.lessons.outcome import Unread

GATHERS = ("gather", "take_along_axis", "take_along_dim")
"""Functions that look one place of each cell up in an index."""

_SOUND_IN_PLACE = ("delete", "insert", "append")
"""NumPy's functions that sound as if they changed their array."""

_WHERE = ("np.where", "torch.where")
_PLACES = (*_WHERE, "np.nonzero", "ndarray.nonzero")


def claims_of(question: IndexingQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    question = settled(question)
    match outcome:
        case Unread() | Unindexed():
            return ()
        case Read() | Written():
            said = (*told(outcome, question), *note(outcome, question.then), *items(outcome.picked))
            return (comes_as(outcome, question.then), *said)
        case IndexDeclined():
            return (*faults(outcome), *(fix.claim for fix in outcome.fixes))
        case NotWritten():
            mended = tuple(fix.claim for fix in outcome.fixes)
            return (why_not_written(outcome, question.then), *mended, *items(outcome.picked))
        case Expressed():
            return (value_comes_as(outcome), *of_expression(outcome), *(lies_at(outcome)))
        case ExpressionDeclined():
            return (why_declined(outcome), *(claim for claim, _ in expression_fixes(outcome)))


# An index


def reads(picked: Picked) -> Reads:
    """Say what an index gives where it is read."""
    return "number" if picked.number else "copy" if picked.memory is None else "view"


def comes_as(outcome: Read | Written, then: Then) -> ComesAs:
    """Say in a few words what the index reads."""
    picked = outcome.picked
    shape = None if picked.number else picked.result.shape
    kind = reads(picked) if picked.result.size else "none"
    return ComesAs("b", kind, shape, parts=False, written=then in ("Assign", "Add in place"))


def told(outcome: Read | Written, question: IndexingQuestion) -> tuple[Claim, ...]:
    """Say what the index picked, and what became of it."""
    picked, then, engine = outcome.picked, question.then, backend(question.library)
    found: list[Claim] = [*nested(picked.index), *_of_a_truth(picked), *_equal_to_nan(picked, engine)]
    if then in ("Read", "Add to b"):
        found += _verdict(picked, engine)
    if isinstance(outcome, Written):
        found += _effect(outcome, then)
    found += _joint(picked)
    found += _dropped(picked, engine)
    found += [*_cut(picked), *_nowhere(picked, engine), *_no_mask(picked, engine)]
    if picked.times.max(initial=0) > 1:
        found.append(_repeated(picked, then, engine))
    return tuple(found)


def _of_a_truth(picked: Picked) -> Iterator[Claim]:
    """Say what one True or False does that stands alone."""
    truths = [item for item in picked.index.items if isinstance(item, np.ndarray) and item.ndim == 0]
    if len(picked.index.items) == len(truths) == 1 and truths[0].dtype == np.bool_:
        yield TruthAddsAxis(bool(truths[0]), picked.result.shape)


_NAN = re.compile(r"a == (?:(?:np|numpy|torch|math)\.nan|float\((['\"])nan\1\))")


def _equal_to_nan(picked: Picked, engine: Backend) -> Iterator[Claim]:
    """Say that nothing equals nan, where a mask asks for it."""
    for source in picked.sources:
        if _NAN.fullmatch(source) is not None and picked.operand.values.dtype.kind in "fc":
            count = int(np.count_nonzero(np.isnan(picked.operand.values)))
            yield NoCellEqualsNan(source, f"{engine.prefix}.isnan(a)", count)
            return


def items(picked: Picked) -> tuple[ItemDoes, ...]:
    """Say of each item of an index, in their order, what it does; nothing where the library has a rule of its own."""
    shape, plan = picked.operand.shape, picked.plan
    if plan is None:
        return ()
    return tuple(
        ItemDoes(
            ":" if step.place is None else picked.sources[step.place],
            step.axes[0] if step.axes else None,
            _does(step, shape),
        )
        for step in plan.steps
    )


def _does(step: Step, shape: tuple[int, ...]) -> str:
    match step.item:
        case None:
            return "adds an axis of size 1"
        case slice():
            size = shape[step.axes[0]]
            places = range(*step.item.indices(size))
            whole = len(places) == size and places.step == 1
            return "keeps the axis" if whole else f"keeps the axis, {len(places)} of {size}"
        case np.ndarray():
            return "picks where it is True" if step.item.dtype == np.bool_ else "picks place by place"
    return "drops the axis"


def note(outcome: Read | Written, then: Then) -> tuple[Claim, ...]:
    """Say where what was read lies in memory, or what its copy cost; nothing where nothing is read."""
    picked = outcome.picked
    if picked.number or then in ("Assign", "Add in place"):
        return ()
    if picked.memory is None:
        return (CopiedBytes("b", "a", picked.result.size, picked.result.nbytes),)
    return (LiesAt("b", "a", picked.memory.offset, picked.memory.strides),) if picked.result.size else ()


def nested(index: Index) -> Iterator[Claim]:
    """Say what PyTorch makes of a nested list."""
    if index.nested is not None:
        shapes = {item.shape for item in index.items if isinstance(item, np.ndarray)}
        yield TupleOfLists(index.nested, index.code, even=len(shapes) == 1)


def faults(declined: IndexDeclined) -> tuple[Claim, ...]:
    """Say what is wrong with an index that was declined."""
    return (*nested(declined.index), *(() if declined.fault is None else (declined.fault,)))


def why_not_written(outcome: NotWritten, then: Then) -> Claim:
    """Say why a value was not written."""
    held, given = outcome.picked.operand.values.dtype, outcome.value.values
    adds = then != "Assign"
    if outcome.cause == "shape":
        return ValueMisfit(outcome.picked.result.shape, given.shape, adds, then == "Add to b")
    if outcome.cause == "number" and held.kind in "iu" and given.dtype.kind in "iu":
        limits = np.iinfo(held)
        beyond = next((int(one) for one in given.flat if not limits.min <= one <= limits.max), None)
        if beyond is not None:
            return ExceedsDtype(beyond, str(held), int(limits.min), int(limits.max))
    return NotConverted(str(held), str(given.dtype), adds)


def _verdict(picked: Picked, engine: Backend) -> Iterator[Claim]:
    written = index_code(engine, picked.index)
    if picked.number:
        items = picked.index.items
        kept = [f"{item}:{item + 1 or ''}" for item in items if isinstance(item, int)]
        yield TakenOut("b", "a", ", ".join(kept) or "...", (1,) * len(kept))
    elif not picked.result.size:
        yield NothingToShare("b")
    elif picked.memory is not None:
        yield OnlyStrides(written, "b", "a")
    elif picked.index.kind == "advanced":
        arrays = [item for item in picked.index.items if isinstance(item, np.ndarray)]
        kinds = {"a mask" if item.dtype == np.bool_ else "a list of places" for item in arrays}
        yield Gathered(written, "b", "a", tuple(sorted(kinds)))


def _joint(picked: Picked) -> Iterator[Claim]:
    """Say how index arrays meet, and where their axes go."""
    plan = picked.plan
    if plan is None or not plan.joint or not picked.result.size:
        return
    shapes = tuple(index_shape(item) for item in picked.index.items if isinstance(item, np.ndarray))
    if len(shapes) > 1:
        yield ReadTogether("b", shapes, plan.joint)
    if plan.apart or len(shapes) > 1 or len(plan.joint) > 1:
        yield JointAxes("b", plan.joint, plan.first, plan.apart)


def _dropped(picked: Picked, engine: Backend) -> Iterator[Claim]:
    """Say that a number removes its axis, and what would keep it."""
    plan, items = picked.plan, picked.index.items
    if plan is None or picked.result.ndim == 0 or picked.index.kind == "advanced":
        return
    step = next((step for step in plan.steps if isinstance(step.item, int)), None)
    if step is None or step.place is None or not isinstance(step.item, int) or len(items) != len(picked.sources):
        return
    number, place = step.item, step.place

    def instead(text: str) -> str:
        return ", ".join((*picked.sources[:place], text, *picked.sources[place + 1 :]))

    kept, as_list = instead(f"{number}:{number + 1 or ''}"), instead(f"[{number}]")
    shape = shape_of(picked.operand, kept, engine)
    if shape is not None:
        same = shape_of(picked.operand, as_list, engine) == shape
        written = index_code(engine, picked.index)
        yield NumberDropsAxis(written, number, step.axes[0], kept, as_list if same else "", shape)


def _cut(picked: Picked) -> Iterator[Claim]:
    """Say of the first slice that goes beyond its axis that it is cut."""
    for step in picked.plan.steps if picked.plan is not None else ():
        if isinstance(step.item, slice) and step.place is not None:
            stop, size = step.item.stop, picked.operand.shape[step.axes[0]]
            if stop is not None and stop > size and (step.item.step or 1) > 0:
                yield SliceCut(picked.sources[step.place], stop, step.axes[0], size)
                return


_FROM_TO = re.compile(r"(-?\d+):(-?\d+)")


def _nowhere(picked: Picked, engine: Backend) -> Iterator[Claim]:
    """Say of the first slice that takes nothing of an axis with cells that its stop lies behind its start."""
    for step in picked.plan.steps if picked.plan is not None else ():
        if not isinstance(step.item, slice) or step.place is None:
            continue
        item, size = picked.sources[step.place], picked.operand.shape[step.axes[0]]
        start, stop = step.item.start, step.item.stop
        if not size or _FROM_TO.fullmatch(item) is None or len(range(*step.item.indices(size))):
            continue
        count = len(range(*slice(start, stop, -1).indices(size)))
        if count:
            back = f"{item}:-1" if engine.runs_numpy_code else ""
            yield NeverComesTo(item, step.axes[0], back, count if back else 0)
            return


def _no_mask(picked: Picked, engine: Backend) -> Iterator[Claim]:
    """Say of a lone index array of 0 and 1, one for each place, that it is no mask."""
    (item, *others), shape = picked.index.items or (None,), picked.operand.shape
    if others or not isinstance(item, np.ndarray) or item.dtype.kind not in "iu" or len(picked.sources) != 1:
        return
    one_each = item.ndim > 0 and item.shape == shape[: item.ndim] and item.size > 1
    if one_each and set(item.ravel().tolist()) == {0, 1}:
        (source,) = picked.sources
        made = "np.array" if engine.runs_numpy_code else "torch.tensor"
        written = f"{made}({source})" if source.startswith("[") else f"({source})"
        yield PlacesNoMask(source, f"{written} == 1", int(item.sum()))


def _repeated(picked: Picked, then: Then, engine: Backend) -> Claim:
    times = picked.times
    cell = tuple(int(place) for place in np.unravel_index(int(times.argmax()), times.shape))
    most, promised = int(times.max()), engine.keeps_last_write
    match then:
        case "Add in place":
            return AddedOnce(cell, most, promised, engine.library, _every(picked, engine))
        case "Assign":
            return LastStays(cell, most, promised, engine.library)
    return PickedOften("a", cell, most)


def _every(picked: Picked, engine: Backend) -> str:
    """Return code that adds every time; empty where it is not that of one index array."""
    items = picked.index.items
    if engine.runs_numpy_code:
        return engine.accumulate_code("a", "i", "v")
    is_one = len(items) == 1 and isinstance(items[0], np.ndarray) and items[0].dtype != np.bool_
    return engine.accumulate_code("a", "i", "v") if is_one else ""


def _effect(outcome: Written, then: Then) -> Iterator[Claim]:
    picked, changed = outcome.picked, outcome.changed
    before, after = picked.operand.values, changed.a
    if then == "Add to b" and not picked.result.size:
        return
    if then == "Add to b":
        cells = zip(before.ravel(), after.ravel(), strict=True)
        read = reads(picked)
        shape = changed.b.shape if read == "number" and changed.b is not None else ()
        yield AddedToRead(read, sum(one.tobytes() != other.tobytes() for one, other in cells), shape)
        if changed.b is not None and changed.b.dtype.kind in "iu" and changed.value.values.dtype.kind in "biu":
            places = np.arange(changed.b.size)
            yield from _wrapped("b", changed.b, places, picked, changed, adds=True)
        return
    yield WrittenItself(int(np.count_nonzero(picked.times)), reads(picked), adds=then == "Add in place")
    masks = [item for item in picked.index.items if isinstance(item, np.ndarray) and item.dtype == np.bool_]
    whole = len(masks) == len(picked.index.items) == 1 and masks[0].shape == before.shape
    values = changed.value.values
    if then == "Assign" and whole and values.ndim == 1 and 1 < values.size == int(np.count_nonzero(masks[0])):
        true = np.argwhere(masks[0]).tolist()
        yield FilledInOrder(values.size, tuple(true[0]), tuple(true[-1]))
    if after.dtype.kind in "iu" and changed.computed.dtype.kind == "f" and picked.times.max(initial=0) == 1:
        given, stored = np.asarray(changed.computed).ravel(), after.ravel()[picked.cells]
        cut = int(np.count_nonzero((given != stored) & (np.trunc(given) == stored)))
        if cut:
            yield FractionsCut("a", str(after.dtype), cut)
    if after.dtype.kind in "iu" and changed.value.values.dtype.kind in "biu" and picked.times.max(initial=0) == 1:
        yield from _wrapped("a", changed.a, picked.cells, picked, changed, adds=then == "Add in place")


def _wrapped(
    name: str, left: NDArray[Any], cells: NDArray[np.intp], picked: Picked, changed: Changed, *, adds: bool
) -> Iterator[Claim]:
    """Say of the first whole number that was beyond the dtype of what is left what became of it.

    Its numbers were put, or added, to `cells` of it.
    """
    given = changed.value.values.astype(object).ravel()[changed.elements]
    if adds:
        given = given + np.broadcast_to(picked.result.astype(object), changed.computed.shape).ravel()
    limits = np.iinfo(left.dtype)
    for cell, number in zip(cells.tolist(), given.tolist(), strict=True):
        if not limits.min <= int(number) <= limits.max:
            index = tuple(int(place) for place in np.unravel_index(cell, left.shape))
            stored, (least, most) = int(left.ravel()[cell]), (int(limits.min), int(limits.max))
            yield WrappedAsStored(name, index, str(left.dtype), least, most, int(number), stored)
            return


# An expression


def value_comes_as(found: Expressed) -> ComesAs:
    """Say in a few words what the value of an expression is."""
    kind: Comes = "view" if found.offset is not None and found.results[0].size else "none"
    if found.is_tuple:
        return ComesAs("b", "none", (len(found.results),), parts=True, written=False)
    shape = None if found.number else found.results[0].shape
    return ComesAs("b", kind, shape, parts=False, written=False)


def of_expression(found: Expressed) -> tuple[Claim, ...]:
    """Say what the call does, and where its result lies."""
    claims = [*_of_the_call(found), *_one_after_another(found)]
    if found.is_tuple:
        return (*claims, IsTuple("b", len(found.results), is_of_places(found)))
    if found.number or not found.results[0].size:
        return tuple(claims)
    return (*claims, IsView("b", "a") if found.offset is not None else SharesNothing("b", "a"))


def _one_after_another(found: Expressed) -> Iterator[Claim]:
    """Say of a with two pairs of brackets what both would give in one; nothing where that is not taken."""
    match code_expression(found.text):
        case ast.Subscript(ast.Subscript(ast.Name("a"), first), second) if not (
            found.is_tuple or isinstance(first, ast.Tuple) or isinstance(second, ast.Tuple)
        ):
            one, other = ast.unparse(first), ast.unparse(second)
        case _:
            return
    evaluator = Evaluator({"a": backend(found.library).make(found.operand.values)})
    taken = []
    for code in (f"a[{one}]", f"a[{one}, {other}]"):
        try:
            value = evaluator.value_of(code_expression(code), code)
        except (Rejection, Refused):
            return
        taken.append(np.asarray(value))
    between, joint = taken
    same = joint.shape == found.results[0].shape and bool(np.array_equal(joint, found.results[0]))
    yield OneAfterAnother(f"a[{one}]", between.shape, other, f"a[{one}, {other}]", joint.shape, same)


def lies_at(found: Expressed) -> tuple[Claim, ...]:
    """Say where a view lies."""
    if found.offset is None or not found.results[0].size:
        return ()
    return (LiesAt("b", "a", found.offset, found.strides),)


def last_name(found: Expressed) -> str:
    """Return what the call is named, without what it belongs to."""
    return found.entry.rpartition(".")[2]


def is_of_places(found: Expressed) -> bool:
    """Return whether places of True cells were asked for, and no choice between two values."""
    return found.entry in _PLACES and (found.entry not in _WHERE or found.parameters == ("condition",))


def is_where(found: Expressed) -> bool:
    """Return whether the call was where."""
    return found.entry in _WHERE


def _of_the_call(found: Expressed) -> Iterator[Claim]:
    name, arguments, results = last_name(found), found.arguments, found.results
    axis = arguments.get("axis", arguments.get("dim"))
    sources = found.sources
    if name in GATHERS and len(sources) == 2 and isinstance(axis, int) and not found.is_tuple:
        array, index = sources
        if index.values.shape == results[0].shape:
            yield LookedUp("b", axis, index.values.shape, array.values.shape)
    elif is_where(found) and sources and not is_of_places(found):
        condition = np.broadcast_to(sources[0].values.astype(bool), results[0].shape)
        yield WhichValue("b", int(np.count_nonzero(condition)), condition.size)
    elif is_of_places(found) and sources:
        condition = sources[0].values
        yield AtWhichPlaces("b", int(np.count_nonzero(condition)), condition.size)
    elif name == "insert":
        yield from _inserted(found, axis)
    elif name == "take" and axis is None and sources and not found.number:
        yield from _taken(found)
    elif name in ("sliding_window_view", "unfold") and found.offset is not None:
        cells = results[0].size
        elements = len(np.unique(_addresses(results[0].shape, found.strides)))
        if elements < cells:
            yield WindowsOverlap("b", cells, elements)
    elif name == "unravel_index":
        yield from _unravelled(found)
    if name in _SOUND_IN_PLACE and sources and sources[0].name == "a" and not found.is_tuple:
        yield LeavesItsArray(f"np.{name}", "b", results[0].shape, "a", found.operand.values.shape)
    if found.coordinates is not None:
        yield CoordinatesAsPlaces(*found.coordinates)


def _taken(found: Expressed) -> Iterator[Claim]:
    shape, given = found.sources[0].values.shape, found.arguments.get("indices", found.arguments.get("index"))
    places = [given] if isinstance(given, int) else given
    if len(shape) < 2 or not isinstance(places, tuple | list) or not all(type(place) is int for place in places):
        return
    inside = [place for place in places if 0 <= place < np.prod(shape)]
    if inside:
        place = max(inside)
        yield TakenFlat("b", shape, place, tuple(int(part) for part in np.unravel_index(place, shape)))


def _addresses(shape: Sequence[int], strides: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    places = np.indices(shape).reshape(len(shape), -1)
    return np.asarray((places * np.asarray(strides)[:, None]).sum(axis=0))


def _inserted(found: Expressed, axis: object) -> Iterator[Claim]:
    shape = found.operand.values.shape
    places = found.arguments.get("obj", found.arguments.get("indices"))
    along = axis if isinstance(axis, int) else None
    size = int(np.prod(shape)) if along is None else shape[along]
    given = (places,) if isinstance(places, int) else places
    if isinstance(given, tuple | list) and given and all(type(place) is int for place in given):
        yield PutIntoGaps("b", tuple(given), size)
    if along is None and len(shape) > 1:
        yield Flattened("b", shape)


def _unravelled(found: Expressed) -> Iterator[Claim]:
    shape, flat = found.arguments.get("shape"), found.arguments.get("indices")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
    if isinstance(flat, int) and sizes and "order" not in found.parameters and found.is_tuple:
        yield TakenApart("b", flat, sizes, tuple(int(part) for part in found.results))


def why_declined(declined: ExpressionDeclined) -> Claim:
    """Say what the error means, where that is known."""
    words = declined.declined.words
    if "concatenate tuple" in words:
        return JoinsTuples(declined.where)
    if declined.cause is not None:
        return declined.cause
    if declined.coordinates is not None:
        return CoordinatesAsPlaces(*declined.coordinates)
    return RaisedBy(declined.where, declined.library, declined.declined.kind)


def expression_fixes(declined: ExpressionDeclined) -> tuple[tuple[ExpressionInstead, str], ...]:
    """Say what would work, each with the text that puts it."""
    return tuple((ExpressionInstead(fix.meaning, fix.text, fix.code), fix.text) for fix in declined.fixes)
