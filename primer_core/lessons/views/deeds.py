"""What one statement did: which names it bound to what, which elements of which memory it wrote, and what it lost."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, backend_of
from primer_core.backend.memory import share_cells
from primer_core.language.evaluator import Call
from primer_core.language.execution import is_array
from primer_core.language.table import entry_named
from primer_core.language.table.functions import function_of
from primer_core.language.table.sources import named_again
from primer_core.lessons.views.state import Made, Snapshot, cells_changed, differing, written_elements
from primer_core.lessons.views.steps import Step, arrays_given, steps_to
from primer_core.lessons.views.workspace import Line, Workspace

How = Literal["same", "view", "apart", "copy", "empty", "value", "gone"]
"""What a name is bound to: an object that was there, a new array that shares cells with one that was there, that reads
other cells of its memory, that has memory of its own, that has no cells; no array at all; or nothing any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A name that a statement bound anew.

    Parameters
    ----------
    name
        The name.
    how
        What it is bound to.
    of
        The name, before the statement, of the array whose object or memory it has; empty for none.
    number, of_number
        The numbers of its array, and of that which `of` names; None for none.
    steps
        How the array was made.
    first
        Whether it was no name before.
    values
        The cells of the array then, 0 where none had been written; the value itself where it is no array; None for
        nothing.
    unwritten
        Of the shape of the array: which cells were never written; None if all were.
    """

    name: str
    how: How
    of: str
    number: int | None
    of_number: int | None
    steps: tuple[Step, ...]
    first: bool
    values: Any = None
    unwritten: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that changed.

    Parameters
    ----------
    name, index
        The array, and where in it.
    old, new
        The numbers; old is None where none had been written.
    """

    name: str
    index: tuple[int, ...]
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Written:
    """What a statement wrote to one memory: the buffers were compared.

    Parameters
    ----------
    buffer
        The memory's number.
    elements
        How many elements of it are others than before.
    readers
        The names whose arrays read one of them.
    cells
        The first cells of the first reader that changed.
    """

    buffer: int
    elements: int
    readers: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unnamed:
    """A copy that a statement made, wrote into, and let go of, as in ``a[[1, 2]][0] = 100``.

    Parameters
    ----------
    statement
        All of it.
    code
        The part that made the copy: ``a[[1, 2]]``.
    values
        What was written into it.
    steps
        How the copy was made.
    """

    statement: str
    code: str
    values: NDArray[Any]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """A statement read cells that it wrote, and did what it would have done with a copy of what it read.

    Parameters
    ----------
    statement
        All of it.
    running
        The code of the running total, for which it may be mistaken; empty where it is no such sum.
    """

    statement: str
    running: str


@dataclass(frozen=True, slots=True)
class Again:
    """A cell that an index names several times, and that was changed once.

    Parameters
    ----------
    name, cell
        The array, and where in it.
    times
        How often the index names it.
    each
        The statement that changes it each time; empty where none is known that works.
    """

    name: str
    cell: tuple[int, ...]
    times: int
    each: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """Several assignments of one statement, one of which wrote what a view on the right was to be read for.

    Parameters
    ----------
    written
        What was written first, as code.
    read, target
        The view, and what was written with it, as code.
    """

    written: str
    read: str
    target: str


@dataclass(frozen=True, slots=True, eq=False)
class Deed:
    """What one statement did.

    Parameters
    ----------
    code
        The statement.
    bound
        The names that it bound anew.
    written
        The memories of which it changed elements.
    cells
        How many cells of each name's array changed that was there before; names whose array is as it was are left out.
    turned
        The names whose arrays have another shape or other strides than before, and are the same objects; each with the
        shape.
    unnamed
        Copies that it wrote into and let go of.
    overlap
        Whether it read cells that it wrote; None if not, or where it is not known what came of it.
    again
        A cell that its index names several times; None if there is none.
    too_late
        What it read after it had written it; None for nothing.
    printed
        What it printed.
    warnings
        What the libraries warned of, in their words.
    """

    code: str
    bound: tuple[Bound, ...]
    written: tuple[Written, ...]
    cells: tuple[tuple[str, int], ...]
    turned: tuple[tuple[str, tuple[int, ...]], ...]
    unnamed: tuple[Unnamed, ...]
    overlap: Overlap | None
    again: Again | None
    too_late: TooLate | None
    printed: tuple[str, ...]
    warnings: tuple[str, ...]


def deed_of(line: Line, work: Workspace, before: Snapshot, after: Snapshot, values: Mapping[str, Any]) -> Deed:
    """Say what a statement did that has run just now.

    Parameters
    ----------
    line
        The statement.
    work
        The names and arrays as they are now.
    before, after
        All arrays before and after it.
    values
        What names were bound to before that was no array.
    """
    return Deed(
        code=line.code,
        bound=_bound(line, work, before, after, values),
        written=tuple(_written(before, after)),
        cells=tuple(_counts(before, after)),
        turned=tuple(_turned(before, after)),
        unnamed=tuple(_unnamed(line, work)),
        overlap=_overlap(line),
        again=_again(line),
        too_late=_too_late(line),
        printed=line.printed,
        warnings=line.warnings,
    )


def _bound(
    line: Line, work: Workspace, before: Snapshot, after: Snapshot, values: Mapping[str, Any]
) -> tuple[Bound, ...]:
    found = []
    for name in after.names:
        number = after.called(name).number
        first = name not in before.names and name not in values
        if name in before.names and before.called(name).number == number:
            continue
        how, of, of_number = _kind(number, before, after)
        steps, made = steps_to(line.calls, work.things[number].array), after.arrays[number]
        found.append(Bound(name, how, of, number, of_number, steps, first, made.values, made.unwritten))
    for name, value in work.values.items():
        if name not in values or values[name] is not value:
            first = name not in values and name not in before.names
            found.append(Bound(name, "value", "", None, None, (), first, value))
    gone = {*before.names, *values} - {*after.names, *work.values}
    taken = {name.partition("[")[0] for name in (*after.names, *work.values)}
    found += [Bound(name, "gone", "", None, None, (), first=False) for name in sorted(gone)
              if name.partition("[")[0] not in taken]  # fmt: skip
    return tuple(found)


def _kind(number: int, before: Snapshot, after: Snapshot) -> tuple[How, str, int | None]:
    """Return what the array with that number is to those that had a name before, with that name and its number."""
    if number < len(before.arrays):
        return "same", before.arrays[number].name, number
    made = after.arrays[number]
    if not made.values.size:
        return "empty", "", None
    if made.kind == "view" and made.of is not None:
        return "view", _called(before, after, made.of), made.of
    alive = (other.number for other in after.arrays[:number] if other.names or _named_before(before, other.number))
    beside = next((other for other in alive if after.arrays[other].buffer == made.buffer), None)
    return ("copy", "", None) if beside is None else ("apart", _called(before, after, beside), beside)


def _named_before(before: Snapshot, number: int) -> bool:
    return number < len(before.arrays) and bool(before.arrays[number].names)


def _called(before: Snapshot, after: Snapshot, number: int) -> str:
    return before.arrays[number].name if number < len(before.arrays) else after.arrays[number].name


def _written(before: Snapshot, after: Snapshot) -> list[Written]:
    found = []
    for buffer in after.buffers:
        mask = written_elements(before, after, buffer.number)
        if not mask.any():
            continue
        readers = [made for made in after.lying_in(buffer.number) if mask[made.elements].any()]
        cells: tuple[Cell, ...] = ()
        if readers and readers[0].number < len(before.arrays):
            cells = tuple(_cells(before, after, readers[0].number))
        names = tuple(sorted(name for made in readers for name in made.names))
        found.append(Written(buffer.number, int(mask.sum()), names, cells))
    return found


def _counts(before: Snapshot, after: Snapshot) -> list[tuple[str, int]]:
    found = []
    for name in after.names:
        made = after.called(name)
        if made.number < len(before.arrays) and not _is_turned(before.arrays[made.number], made):
            count = int(cells_changed(before, after, made.number).sum())
            found += [(name, count)] if count else []
    return found


def _is_turned(old: Made, new: Made) -> bool:
    return (old.layout.shape, old.layout.strides) != (new.layout.shape, new.layout.strides)


def _turned(before: Snapshot, after: Snapshot) -> list[tuple[str, tuple[int, ...]]]:
    found: list[tuple[str, tuple[int, ...]]] = []
    for old, new in zip(before.arrays, after.arrays, strict=False):
        if _is_turned(old, new):
            found += [(name, new.layout.shape) for name in new.names]
    return sorted(found)


def _cells(before: Snapshot, after: Snapshot, number: int, most: int = 4) -> list[Cell]:
    """Return the first cells of an array that changed; none where its cells are others than before."""
    old, new = before.arrays[number], after.arrays[number]
    if old.values.shape != new.values.shape or old.layout.strides != new.layout.strides:
        return []
    fresh = np.zeros(old.values.shape, np.bool_) if old.unwritten is None else old.unwritten
    still = np.zeros(old.values.shape, np.bool_) if new.unwritten is None else new.unwritten
    changed = (differing(new.values, old.values) | fresh) & ~still
    found = []
    for flat in np.flatnonzero(changed)[:most]:
        index = tuple(int(place) for place in np.unravel_index(flat, new.values.shape)) if new.values.ndim else ()
        was = None if fresh[index] else old.values[index]
        found.append(Cell(new.name, index, was, new.values[index]))
    return found


def _unnamed(line: Line, work: Workspace) -> list[Unnamed]:
    """Find arrays that were written to, share memory with none that has a name, and go nowhere else."""
    found = []
    for place, call in enumerate(line.calls):
        target = _target(call)
        if target is None or any(target is thing.array or share_cells(target, thing.array) for thing in work.things):
            continue
        later = [array for after in line.calls[place + 1 :] for array in arrays_given(after)]
        if any(target is array for array in later) or any(share_cells(target, array) for array in work.arrays.values()):
            continue
        code = next(
            (earlier.place.text for earlier in reversed(line.calls[:place]) if earlier.result is target),
            call.place.text,
        )
        values = backend_of(target).to_numpy(target)
        found.append(Unnamed(line.code, code, values, steps_to(line.calls[:place], target)))
    return found


def _target(call: Call) -> Any:
    """Return the array that a call wrote to; None for none, and for a NumPy scalar, which cannot be written to."""
    if not call.entry.writes or call.given is None:
        return None
    target = call.given.values.get(call.entry.writes)
    return None if not is_array(target) or backend_of(target).is_number(target) else target


def _overlap(line: Line) -> Overlap | None:
    """See whether a statement read cells that it wrote at other places, and did as if it had read them all before."""
    for call in line.calls:
        target, name = _target(call), call.entry.name
        if target is None or call.given is None:
            continue
        if name.endswith(".[]="):
            value = call.given.values.get("value")
            region = _region(target, call.given.values.get("index"))
            if region is None or not is_array(value) or value is region or not _crosses(region, value):
                continue
            if _equal(region, call.bound.values["value"]):
                return Overlap(line.code, "")
        elif name.startswith("operator.") and "y" in call.given.values:
            value = call.given.values["y"]
            if not is_array(value) or not _crosses(target, value):
                continue
            plain = entry_named(name.removesuffix("="))
            if plain is None:
                continue
            meant = function_of(plain)(call.bound.values["x"], call.bound.values["y"])
            if _equal(target, meant):
                return Overlap(line.code, _running_total(line.node, name))
    return None


_EACH_TIME: Mapping[type[ast.operator], np.ufunc] = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply}


def _again(line: Line) -> Again | None:
    """Find a cell that the index of ``a[[0, 0]] += 1`` names several times."""
    match line.node:
        case ast.AugAssign(ast.Subscript(ast.Name(name), key), sign, value):
            call = next((call for call in line.calls if call.entry.name.endswith(".[]=")), None)
        case _:
            return None
    if call is None or call.given is None or not is_array(call.given.values.get("x")):
        return None
    after, index = call.given.values["x"], call.given.values["index"]
    engine = backend_of(after)
    before = engine.to_numpy(call.bound.values["x"])
    changed = differing(before, engine.to_numpy(after)).ravel()
    cell, count = next((found for found in named_again(after, index) if changed[found[0]]), (0, 0))
    if not count:
        return None
    each = ""
    if engine.runs_numpy_code and type(sign) in _EACH_TIME and not any(isinstance(n, ast.Slice) for n in ast.walk(key)):
        ufunc, given = _EACH_TIME[type(sign)], _added(line)
        if given is not None and not isinstance(engine.attempt(ufunc.at, before.copy(), index, given), Declined):
            each = f"np.{ufunc.__name__}.at({name}, {ast.unparse(key)}, {ast.unparse(value)})"
    return Again(name, tuple(int(place) for place in np.unravel_index(cell, before.shape)), count, each)


def _added(line: Line) -> Any:
    """Return what stands on the right of ``+=``; None where it is not known."""
    signs = (call for call in line.calls if call.entry.name.startswith("operator.") and call.entry.writes)
    return next((call.bound.values.get("y") for call in signs), None)


def _too_late(line: Line) -> TooLate | None:
    """Find what ``a[0], a[1] = a[1], a[0]`` reads when it is overwritten."""
    match line.node:
        case ast.Assign([ast.Tuple(targets) | ast.List(targets)], ast.Tuple(values) | ast.List(values)):
            places = [place for place, target in enumerate(targets) if isinstance(target, ast.Subscript)]
        case _:
            return None
    writes = [call for call in line.calls if call.entry.name.endswith(".[]=")]
    if len(targets) != len(values) or len(writes) != len(places):
        return None
    for later, call in enumerate(writes):
        value = None if call.given is None else call.given.values.get("value")
        read = next((each for each in line.calls if each.result is value and each.entry.name.endswith(".[]")), None)
        if not is_array(value) or read is None or read.given is None:
            continue
        for earlier, other in enumerate(writes[:later]):
            if other.given is None or other.given.values["x"] is not read.given.values["x"]:
                continue
            was = backend_of(value).attempt(operator.getitem, other.bound.values["x"], read.given.values["index"])
            if is_array(was) and not _equal(was, call.bound.values["value"]):
                written, target = targets[places[earlier]], targets[places[later]]
                return TooLate(ast.unparse(written), ast.unparse(values[places[later]]), ast.unparse(target))
    return None


def _region(array: Any, index: Any) -> Any:
    """Return what an index names of an array, where that is a view."""
    found = backend_of(array).attempt(operator.getitem, array, index)
    return found if is_array(found) and share_cells(found, array) else None


def _crosses(one: Any, other: Any) -> bool:
    """Return whether two arrays share memory, but not cell by cell at the same places."""
    first, second = (backend_of(each).on_its_memory(each) for each in (one, other))
    same = (first.ctypes.data, first.shape, first.strides) == (second.ctypes.data, second.shape, second.strides)
    return not same and share_cells(one, other)


def _equal(one: Any, other: Any) -> bool:
    left, right = (backend_of(each).on_its_memory(each) for each in (one, other))
    try:
        return not differing(left, np.broadcast_to(right, left.shape)).any()
    except ValueError:
        return False


def _running_total(node: ast.stmt, name: str) -> str:
    """Return the code of the running total that ``a[1:] += a[:-1]`` may be taken for; empty where it is none."""
    match node:
        case ast.AugAssign(
            ast.Subscript(ast.Name(holder), ast.Slice(ast.Constant(1), None, None)),
            ast.Add(),
            ast.Subscript(ast.Name(other), ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1)), None)),
        ) if holder == other and name == "operator.+=":
            return f"{holder}.cumsum(0)"
    return ""
