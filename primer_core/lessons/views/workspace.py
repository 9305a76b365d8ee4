"""Names bound to real arrays: runs the lines of a program, and keeps everything that was ever bound to a name."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.language.evaluator import Call, Evaluator, warnings_of
from primer_core.language.execution import is_array
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size
from primer_core.language.table.functions import function_of
from primer_core.lessons.views.code import spelled
from primer_core.lessons.views.steps import only_moved, steps_to

MAX_ARRAYS = 16
"""Most arrays that are drawn at once."""

_MAX_PARTS = 8
"""Most entries of a list or a tuple whose arrays are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """An array that a name was bound to.

    Parameters
    ----------
    array
        The array, tensor or NumPy scalar itself.
    first
        The name that it was first bound to.
    code
        The line that made it, as code.
    origins
        ``(size, 2)``: for each cell, in C order, the number of the thing and the flat index of the cell it was read
        from; None where that is not followed.
    moved
        Whether its cells are cells of an array that was there, and no results.
    """

    array: Any
    first: str
    code: str
    origins: NDArray[np.int64] | None
    moved: bool


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line that has run.

    Parameters
    ----------
    node
        Its syntax tree.
    code
        The line as code that can be copied.
    calls
        What the libraries did in it, in order.
    printed
        What it printed.
    """

    node: ast.stmt
    code: str
    calls: tuple[Call, ...]
    printed: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the libraries warned of, in their words."""
        return warnings_of(self.calls)


@dataclass(slots=True, eq=False)
class Workspace:
    """The names of a program, and all arrays that were ever bound to one, in the order in which that happened."""

    evaluator: Evaluator = field(default_factory=Evaluator)
    things: list[Thing] = field(default_factory=list)

    @property
    def arrays(self) -> dict[str, Any]:
        """Return each array that can be reached by a name, by the code that reaches it: ``a``, ``parts[0]``."""
        found: dict[str, Any] = {}
        for name, value in self.evaluator.names.items():
            if is_array(value):
                found[name] = value
            elif isinstance(value, tuple | list):
                found |= {f"{name}[{place}]": part for place, part in enumerate(value[:_MAX_PARTS]) if is_array(part)}
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Return what each name is bound to whose value neither is an array nor holds one."""
        held = {label.partition("[")[0] for label in self.arrays}
        return {name: value for name, value in self.evaluator.names.items() if name not in held}

    def place_of(self, array: Any) -> int | None:
        """Return the number of the thing that an array is; None if it is none."""
        return next((place for place, thing in enumerate(self.things) if thing.array is array), None)

    def run(self, node: ast.stmt, source: str) -> Line:
        """Run one statement of a source, and take up the arrays that it bound.

        Raises
        ------
        Rejection
            If the statement comes to nothing.
        Refused
            If it bound more, or larger arrays, than are drawn.
        """
        evaluator, code = self.evaluator, spelled(node, self.evaluator.names)
        calls, printed = len(evaluator.calls), len(evaluator.printed)
        evaluator.statement(node, source)
        line = Line(node, code, tuple(evaluator.calls[calls:]), tuple(evaluator.printed[printed:]))
        self.take_up(line)
        return line

    def take_up(self, line: Line) -> None:
        """Keep the arrays that a line bound to names.

        Raises
        ------
        Refused
            If there are too many of them, or one cannot be drawn.
        """
        arrays = self.arrays
        if len(arrays) > MAX_ARRAYS:
            raise Refused(f"These are {len(arrays)} arrays; at most {MAX_ARRAYS} are drawn at once. del takes a name.")
        for name, array in arrays.items():
            _check_drawn(name, array)
            if self.place_of(array) is None:
                origins = self._origins(line.calls, array)
                self.things.append(Thing(array, name, line.code, origins, only_moved(steps_to(line.calls, array))))

    def _origins(self, calls: tuple[Call, ...], array: Any) -> NDArray[np.int64] | None:
        numbers = origins_of(calls, array, [thing.array for thing in self.things])
        if numbers is None or numbers.shape != tuple(array.shape):
            return None
        return np.stack(np.divmod(numbers.ravel(), MAX_ELEMENTS + 1), axis=1)


def origins_of(calls: tuple[Call, ...], array: Any, known: list[Any]) -> NDArray[np.int64] | None:
    """Return for each cell of an array a number for the cell of a known array that it was read from.

    The calls that made it are made anew with the numbers of cells in the place of the cells. Where a cell was computed
    from several, or chosen by value, it is not followed.

    Parameters
    ----------
    calls
        Those that led to the array.
    array
        What the last of them made, or one of the known arrays.
    known
        Arrays whose cells are numbered: cell ``i`` of the ``k``-th is ``k * (MAX_ELEMENTS + 1) + i``.
    """
    for number, each in enumerate(known):
        if each is array:
            start = number * (MAX_ELEMENTS + 1)
            size = int(np.prod(tuple(array.shape), dtype=np.int64))
            return np.arange(start, start + size, dtype=np.int64).reshape(tuple(array.shape))
    place = next((place for place in range(len(calls) - 1, -1, -1) if calls[place].result is array), None)
    if place is None:
        return None
    call, before = calls[place], calls[:place]
    given = call.given
    if given is None or call.entry.writes:
        return None
    sources = [value for value in (*given.positional, *given.keywords.values()) if is_array(value)]
    if not sources:
        return None
    numbers = origins_of(before, sources[0], known)
    if numbers is None:
        return None
    if call.entry.rule.kind == "elementwise":
        alone = len(sources) == 1 and numbers.shape == tuple(array.shape)
        return numbers if alone else None
    if call.entry.name.endswith(".[]"):
        return _moved(call, numbers)
    if call.entry.rule.kind == "moved" and len(sources) == 1 and not call.entry.name.endswith(".view"):
        return _moved(call, numbers)
    return numbers.reshape(tuple(array.shape)) if numbers.size == array_size(array) and _is_view(call) else None


def array_size(array: Any) -> int:
    """Return how many cells an array has."""
    return int(np.prod(tuple(array.shape), dtype=np.int64))


def _is_view(call: Call) -> bool:
    return call.entry.name.endswith(".view") and call.bound.get("dtype") is None


def _moved(call: Call, numbers: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Move numbers of cells as a call moved the cells.

    None where it casts them to a dtype that cannot hold them, and where a cell came from no array: the 5 of
    ``np.append(a, 5)`` is what was written, and no number of a cell.
    """
    moved = _carried(call, numbers)
    if moved is None or not numbers.size:
        return moved
    beyond = int(numbers.max()) + MAX_ELEMENTS + 1
    again = _carried(call, numbers + beyond)
    return moved if again is not None and np.array_equal(again, moved + beyond) else None


def _carried(call: Call, numbers: NDArray[np.int64]) -> NDArray[np.int64] | None:
    if call.given is None or {"dtype", "copy"} & set(call.given.values):
        return None
    first = next(value for value in (*call.given.positional, *call.given.keywords.values()) if is_array(value))
    own = backend_of(first).make(numbers)

    positional, keywords = list(call.given.positional), dict(call.given.keywords)
    place = next((place for place, value in enumerate(positional) if value is first), None)
    if place is None:
        keywords |= {name: own for name, value in keywords.items() if value is first}
    else:
        positional[place] = own  # and not a second time, where an array is indexed with itself
    found = function_of(call.entry)(*positional, **keywords)
    return backend_of(found).to_numpy(found).astype(np.int64) if is_array(found) else None


def _check_drawn(name: str, array: Any) -> None:
    """Refuse an array that is too large to draw, or whose cells cannot be looked at.

    Raises
    ------
    Refused
        If it is.
    """
    check_size(tuple(array.shape), name)
    kind = str(array.dtype)
    if kind == "torch.bfloat16":
        raise Refused(f"{name} is bfloat16, which NumPy has no dtype for: it is not drawn here. Take float32.")
    if hasattr(array, "is_conj") and (array.is_conj() or array.is_neg()):
        raise Refused(
            f"{name} is a view that turns the sign of what it reads when it is read, which is not drawn here. "
            "Adding 0 writes it out."
        )
