"""Where a cell of a program came from: its sources, line by line back to the inputs, and the arithmetic in numbers."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from math import isclose, isnan, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.evaluator import Call
from primer_core.language.execution import is_array
from primer_core.language.parsing import code_statements
from primer_core.language.provenance import all_sources, asked_at_once, operands, sources
from primer_core.language.table import entry_named
from primer_core.language.table import sources as rules
from primer_core.language.table.entry import Bound
from primer_core.lessons.event import EventError
from primer_core.lessons.own_lines.ledger import BACKWARD, STEP, Birth, Cells, Ledger, Origin, Statement, twin_of
from primer_core.lessons.own_lines.trace import Trace

MAX_LINKED = 18_000
"""Bytes of the links between cells in sight, about."""

_MOST_WALKED = 600
"""Cells that are walked through for the links of one array, beyond which it has none."""

_MOST_WALKED_IN_ALL = 1_800

MAX_ROWS = 12
"""Rows of a chain that are told."""

MAX_CELLS = 400
"""Cells of a chain that are followed."""

_LONGEST = 96
"""Characters of an expression that is spelled out."""

_DEEPEST = 12
"""Steps within one statement that are spelled out."""

_UNFIT = (LookupError, ValueError, RuntimeError, TypeError, StopIteration)
"""What rules raise at arguments that they were not written for: then a cell may have come from all cells."""

Named = tuple[str, tuple[int, ...]]
"""A cell: the name of an array and one index an axis."""


@dataclass(frozen=True, slots=True)
class Row:
    """How one cell came to be.

    Parameters
    ----------
    statement
        The statement that made it.
    cell
        What it is called after that statement.
    value
        What stood there then.
    shown
        What it was computed of, as an expression over cells that have names before the statement; empty where it is
        too long, or has no such form.
    numbers
        The same with the numbers that stood there.
    sources
        The cells with names that it came from, in the order of their names.
    slope_of
        What backward() was called of, if that wrote it; else empty.
    added
        Whether it was added to a gradient that was there.
    """

    statement: Statement
    cell: Named
    value: Any
    shown: str
    numbers: str
    sources: tuple[Named, ...]
    slope_of: str = ""
    added: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one array that one statement made.

    Parameters
    ----------
    row
        How the first of them came to be; None where that is not known.
    name
        What the array is called.
    line, time
        Which statement; 0 where that is not known.
    cells
        All of them.
    """

    row: Row | None
    name: str
    line: int
    time: int
    cells: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a cell came from.

    Parameters
    ----------
    cell
        What was asked for.
    groups
        The latest first; the cell itself stands in the first one.
    more
        Whether there are more than `MAX_ROWS` groups or `MAX_CELLS` cells, and earlier ones are left out.
    """

    cell: Named
    groups: tuple[Group, ...]
    more: bool


class NotKnownError(LookupError):
    """What a cell came from was not seen."""


_OF_WHOLE_NUMBERS: Mapping[str, Callable[..., int]] = {
    "square": lambda one: one * one, "pow": operator.pow, "power": operator.pow, "abs": abs, "absolute": abs,
    "negative": operator.neg, "neg": operator.neg, "invert": operator.invert, "bitwise_not": operator.invert,
    "left_shift": operator.lshift, "bitwise_left_shift": operator.lshift,
}  # fmt: skip
"""What gives whole numbers of whole numbers, which may be too large for their dtype."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a cell came from.

    Parameters
    ----------
    operands
        For each operand of the call the numbers of the cells.
    numbers
        Numbers of the cells that Python's own numbers among the arguments came from.
    exact
        Whether it came from each of them; otherwise it came from no others.
    """

    operands: tuple[tuple[int, ...], ...]
    numbers: tuple[int, ...]
    exact: bool = True

    @property
    def all(self) -> tuple[int, ...]:
        """Return the numbers of all cells, each once; a 0 among them is one that nothing is known of."""
        return tuple(dict.fromkeys((*(number for each in self.operands for number in each), *self.numbers)))


def chain_of(trace: Trace, at: int, text: str) -> Chain | None:
    """Return where a cell came from; None where the text names none that is there.

    Parameters
    ----------
    trace
        The program.
    at
        int, how many of its steps are shown.
    text
        The name of an array in sight and the flat place of the cell, as ``rows:1``.
    """
    chosen = chosen_cell(trace, at, text)
    return None if chosen is None else finder_of(trace).chain(*chosen)


def chosen_cell(trace: Trace, at: int, text: str) -> tuple[Named, int] | None:
    """Return the cell that a text names, as `chain_of` reads it, and its number; None where none is there."""
    name, _, written = text.rpartition(":")
    cells = cells_in_sight(trace, at).get(name)
    if cells is None or not (written.isdecimal() and len(written) < 10 and int(written) < cells.size):
        return None
    place = int(written)
    return (name, _index(place, cells.shape)), int(cells.reshape(-1)[place])


def rows_of(trace: Trace, at: int, name: str) -> tuple[Row | None, ...]:
    """Return how each cell of an array in sight came to be; None for those of which that is not known."""
    finder = finder_of(trace)
    cells = cells_in_sight(trace, at).get(name)
    return () if cells is None else tuple(finder.row(number, name) for number in cells.reshape(-1).tolist())


def place_of(trace: Trace, at: int, name: str, index: Sequence[int]) -> str:
    """Write a cell of an array in sight as `chain_of` reads it.

    Raises
    ------
    EventError
        If there is no such cell.
    """
    cells = cells_in_sight(trace, at).get(name)
    if (
        cells is None
        or len(index) != cells.ndim
        or not all(0 <= i < n for i, n in zip(index, cells.shape, strict=True))
    ):
        raise EventError(f"{name} has no cell {tuple(index)} there.")
    return f"{name}:{int(np.ravel_multi_index(tuple(index), cells.shape)) if index else 0}"


def links_of(trace: Trace, at: int, names: Sequence[str]) -> Iterator[tuple[str, str, Cells]]:
    """Return which cells in sight other cells in sight came from, through whatever went between.

    Parameters
    ----------
    trace, at
        The program, and how many of its steps are shown.
    names
        Arrays in sight, those that lie in one memory each by itself.

    Returns
    -------
    iterator of (source, target, cells)
        Names, and for each cell of the target the flat places of the cells of the source that it came from, filled up
        with -1. What was written to since is no source any more. Where there are more than `MAX_LINKED` bytes of them,
        or they lie far back, those of further arrays are left out.
    """
    sight = cells_in_sight(trace, at)
    standing: dict[int, tuple[str, int]] = {}
    for name in names:
        for place, number in enumerate(sight[name].reshape(-1).tolist() if name in sight else ()):
            if number:
                standing.setdefault(number, (name, place))
    walk = Walk(finder_of(trace), standing)
    room = MAX_LINKED
    for target in names:
        cells = sight[target].reshape(-1).tolist() if target in sight else []
        found: dict[str, list[list[int]]] = {}
        for place, number in enumerate(cells):
            if standing.get(number) == (target, place):
                for source, flat in sorted(walk.nearest(number)):
                    if source not in found:
                        found[source] = [[] for _ in cells]
                    found[source][place].append(flat)
        if walk.tired:
            found = {}
        walk.rest()
        for source, rows in found.items():
            room -= sum(len(f"{row},") for row in rows)
            if room > 0:
                yield source, target, _filled(rows)


def _filled(rows: Sequence[Sequence[int]]) -> Cells:
    found = np.full((len(rows), max(map(len, rows))), -1, np.int64)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found


@dataclass(slots=True, eq=False)
class Walk:
    """Walks back from cells to those that stand in sight."""

    finder: Finder
    standing: Mapping[int, tuple[str, int]]
    left: int = _MOST_WALKED
    left_in_all: int = _MOST_WALKED_IN_ALL
    _nearest: dict[int, frozenset[tuple[str, int]]] = field(default_factory=dict)
    _found: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def tired(self) -> bool:
        """Return whether it has walked as far as it does for one array."""
        return self.left <= 0

    def rest(self) -> None:
        """Begin with another array."""
        self.left_in_all -= max(_MOST_WALKED - self.left, 0)
        self.left = min(_MOST_WALKED, self.left_in_all)

    def nearest(self, number: int) -> frozenset[tuple[str, int]]:
        """Return the nearest sources of a cell that stand in sight, as far as they were seen."""
        waiting = [number]
        while waiting and not self.tired:
            at = waiting[-1]
            sources = self._sources(at)
            behind = [each for each in sources if each not in self.standing and each not in self._nearest]
            if behind:
                waiting.extend(behind)
                continue
            waiting.pop()
            stands = {self.standing[each] for each in sources if each in self.standing}
            further = (self._nearest[each] for each in sources if each not in self.standing)
            self._nearest[at] = frozenset(stands).union(*further)
        return self._nearest.get(number, frozenset())

    def _sources(self, number: int) -> tuple[int, ...]:
        self.left -= 1
        if number not in self._found:
            try:
                self._found[number] = self.finder.sources(number).all
            except NotKnownError:
                self._found[number] = ()
        return self._found[number]


def cells_in_sight(trace: Trace, at: int) -> Mapping[str, Cells]:
    """Return the cells of the names that the last of so many steps sees; 0 where they are not followed any more."""
    steps = trace.steps[:at]
    if not steps:
        return {}
    seen = ((name, each.shape) for name, each in steps[-1].names.items() if each.shape is not None)
    unknown = {name: np.broadcast_to(np.int64(0), shape) for name, shape in seen}
    return {**unknown, **_ledger_of(trace).sights.get(steps[-1].moment, {})}


def finder_of(trace: Trace) -> Finder:
    """Return what finds where cells of a program came from."""
    return _finder(_ledger_of(trace))


@lru_cache(maxsize=8)
def _finder(ledger: Ledger) -> Finder:
    return Finder(ledger)


def _ledger_of(trace: Trace) -> Ledger:
    assert trace.ledger is not None
    return trace.ledger


def sources_of(ledger: Ledger, number: int) -> Known:
    """Return the cells that a cell came from at once.

    Raises
    ------
    NotKnownError
        If that was not seen.
    """
    origin = ledger.origin_of(number)
    if origin is None or not origin.entry:
        raise NotKnownError
    cell = number - origin.first
    if origin.entry == BACKWARD:
        whole, *added = origin.read
        return Known((tuple(map(int, whole)), *((int(numbers[cell]),) for numbers in added)), ())
    if origin.entry == STEP:
        return Known(tuple((int(numbers[cell]),) for numbers in origin.read), ())
    if origin.call is None:
        return Known((), tuple(filter(None, origin.numbers)))
    found = _read(origin, cell) if origin.written is None else _written(origin, origin.call, int(origin.written[cell]))
    if found is not None and not all(map(_are_there, origin.read, found)):
        found = None
    cells = _whole(origin) if found is None else found
    return Known(
        tuple(tuple(map(int, numbers[each])) for numbers, each in zip(origin.read, cells, strict=True)),
        origin.numbers,
        found is not None,
    )


def _read(origin: Origin, cell: int) -> Sequence[Cells] | None:
    """Return the cells of the operands that a cell came from; None where no rule says so."""
    call = origin.call
    assert call is not None
    rule = call.entry.rule
    if rule.sources is None:
        return None
    try:
        found: Sequence[Cells] = sources(call, cell, origin.part)
    except _UNFIT:
        return None
    return found if len(found) == len(origin.read) else None


def _are_there(numbers: NDArray[np.int64], cells: Cells) -> bool:
    """Return whether an operand has all the cells that a rule names."""
    return not cells.size or (int(cells.min()) >= 0 and int(cells.max()) < numbers.size)


def _whole(origin: Origin) -> Sequence[Cells]:
    return [np.arange(numbers.size) for numbers in origin.read]


def _written(origin: Origin, call: Call, cell: int) -> Sequence[Cells] | None:
    """Return what a cell that was written to came from: what the same call without writing would have read."""
    if call.entry.name.endswith(".[]="):
        return _put(call, cell)
    if call.entry.name == "Tensor.copy_":
        return [rules.NO_CELLS, *rules.same_place(call, cell, 0)[1:]]
    if call.entry.name in ("Tensor.fill_", "Tensor.zero_", "ndarray.fill"):
        return [rules.NO_CELLS, *_whole(origin)[1:]]
    given = {word: value for word, value in call.bound.keywords.items() if word != "out"}
    twin = entry_named(call.entry.name.replace("(out=)", "(where=)")) if "where" in given else twin_of(call.entry)
    if twin is None or twin.rule.sources is None:
        return None
    try:
        bound = twin.bind(call.bound.positional, given)
        result = operands(call)[0] if call.result is None else call.result
        found = list(twin.rule.sources(Call(twin, bound, result, call.place), cell, 0))
    except _UNFIT:
        return None
    out = call.bound.values.get("out")
    if out is None:
        return found
    rest = iter(found)
    return [rules.NO_CELLS if each is out else next(rest) for each in operands(call)]


def _put(call: Call, cell: int) -> Sequence[Cells]:
    """Return what stands in a cell after ``x[index] = value``: a cell of the value, and what of the index named it."""
    array, index, value = (call.bound.values[name] for name in ("x", "index", "value"))
    chosen = np.asarray(rules.numbered(array, 0)[index])
    place = int(np.flatnonzero(chosen.reshape(-1) == cell)[-1])
    indexed = entry_named("ndarray.[]" if isinstance(array, np.ndarray) else "Tensor.[]")
    assert indexed is not None
    assert indexed.rule.sources is not None
    asked = Call(indexed, indexed.bind((array, index), {}), chosen, call.place)
    found = [rules.NO_CELLS, *indexed.rule.sources(asked, place, 0)[1:]]
    arrays = list(operands(Call(call.entry, Bound((value,), {}, {}), None, call.place)))
    if len(arrays) == 1 and arrays[0] is value:
        shape = tuple(value.shape)
        while len(shape) > chosen.ndim and shape[0] == 1:  # leading axes of 1 are left out when an array is written
            shape = shape[1:]
        numbers = np.arange(prod(shape)).reshape(shape)
        return [*found, np.broadcast_to(numbers, chosen.shape).reshape(-1)[[place]].astype(np.int64)]
    return [*found, *(np.arange(prod(each.shape)) for each in arrays)]


# The chain


@dataclass(eq=False)
class Finder:
    """Finds where cells of a program came from.

    Parameters
    ----------
    ledger
        What was kept of it.
    """

    ledger: Ledger
    _known: dict[int, Known] = field(default_factory=dict)
    _tables: dict[int, tuple[NDArray[np.int64], ...]] = field(default_factory=dict)
    _names: dict[int, Mapping[int, Named]] = field(default_factory=dict)
    _unfit: set[int] = field(default_factory=set)

    def sources(self, number: int) -> Known:
        """Return the cells that a cell came from at once, as `sources_of`."""
        known = self._known.get(number)
        if known is None:
            origin = self.ledger.origin_of(number)
            at_once = origin is not None and origin.call is not None and origin.written is None
            if origin is not None and origin.call is not None and at_once and asked_at_once(origin.call):
                cells = self._from_table(origin, origin.call, number - origin.first)
                known = Known(cells, origin.numbers, origin.first not in self._unfit)
            else:
                known = sources_of(self.ledger, number)
            self._known[number] = known
        return known

    def _from_table(self, origin: Origin, call: Call, cell: int) -> tuple[tuple[int, ...], ...]:
        if origin.first not in self._tables:
            try:
                self._tables[origin.first] = all_sources(call, origin.part)
                if any(len(table) != origin.values.size for table in self._tables[origin.first]):
                    raise LookupError("the call, asked again, gave another number of cells")
            except _UNFIT:
                self._unfit.add(origin.first)
                whole = [np.arange(numbers.size) for numbers in origin.read]
                self._tables[origin.first] = tuple(np.tile(cells, (origin.values.size, 1)) for cells in whole)
        rows = [table[cell].tolist() for table in self._tables[origin.first]]
        return tuple(
            tuple(int(numbers[flat]) for flat in row if flat >= 0)
            for numbers, row in zip(origin.read, rows, strict=True)
        )

    @cached_property
    def births(self) -> Mapping[int, tuple[Birth, int]]:
        """By the number of a cell, when a name first held it, and at which place: a name that is told, if any."""
        found: dict[int, tuple[Birth, int]] = {}
        for birth in sorted(self.ledger.births, key=lambda birth: not birth.statement.tells):
            for place, number in enumerate(birth.cells.reshape(-1).tolist()):
                if number:
                    found.setdefault(number, (birth, place))
        return found

    @cached_property
    def _born_together(self) -> Mapping[int, Sequence[Birth]]:
        """By the number of a statement, what it gave names to."""
        found: dict[int, list[Birth]] = {}
        for birth in self.ledger.births:
            found.setdefault(birth.statement.number, []).append(birth)
        return found

    def chain(self, cell: Named, number: int) -> Chain:
        """Return where a cell came from, back to the inputs."""
        waiting, seen = [-number], {number}
        groups: dict[tuple[int, int, str], list[int]] = {}
        count = 0
        while waiting and count < MAX_CELLS:
            at = -heappop(waiting)
            count += 1
            name = self._name_of(at, cell, number)[0]
            try:
                statement = self.told(at).statement
                sources = self._named_sources(at, statement)
                key = (statement.line, statement.time, name)
            except NotKnownError:
                sources, key = (), (0, 0, name)
            if key not in groups and len(groups) == MAX_ROWS:
                break
            groups.setdefault(key, []).append(at)
            for source in sources:
                if source not in seen:
                    seen.add(source)
                    heappush(waiting, -source)
        else:
            count = 0
        found = tuple(
            Group(
                None if not key[0] else self.row(numbers[0], "" if place else cell[0]),
                key[2],
                *key[:2],
                tuple(self._name_of(each, cell, number) for each in numbers),
            )
            for place, (key, numbers) in enumerate(groups.items())
        )
        return Chain(cell, found, bool(count or waiting))

    def _name_of(self, number: int, cell: Named, asked: int) -> Named:
        known = self.births.get(number)
        if known is None:
            return cell if number == asked else ("", ())
        birth, place = known
        return birth.name, _index(place, birth.cells.shape)

    def told(self, number: int) -> Birth:
        """Return when a cell got its first name, in a statement that can be told.

        Raises
        ------
        NotKnownError
            If there is none.
        """
        known = self.births.get(number)
        if known is None or not known[0].statement.tells:
            raise NotKnownError
        return known[0]

    def row(self, number: int, called: str = "") -> Row | None:
        """Return how a cell came to be; None where that is not known, and of a cell that was never written.

        Parameters
        ----------
        number
            Of the cell.
        called
            What its array is called rather, where the statement that made it gave it several names.
        """
        try:
            statement = self.told(number).statement
            sources = self._named_sources(number, statement)
        except NotKnownError:
            return None
        origin = self.ledger.origin_of(number)
        assert origin is not None
        made = origin.call
        if made is not None and made.entry.uninitialised is not None and made.entry.uninitialised(made.bound):
            return None
        names = self._names_at(statement)
        shown = numbers = ""
        try:
            term = _Writer(self, names, statement).term(number)
            if len(term.text) <= _LONGEST:
                shown, numbers = term.text, term.numbers
        except _NoTerm:
            pass
        cells = tuple(sorted(names[source] for source in sources))
        goes_back = origin.entry == BACKWARD and origin.place is not None
        return Row(
            statement,
            self.called(number, called),
            origin.values[number - origin.first],
            shown,
            numbers,
            cells,
            _called_of(origin.place.text) if goes_back and origin.place else "",
            goes_back and len(origin.read) > 1,
        )

    def called(self, number: int, name: str) -> Named:
        """Return what a cell is called after the statement that gave it its first name, by this name if that has it."""
        first, place = self.births[number]
        for birth in self._born_together[first.statement.number]:
            if birth.name == name:
                found = np.flatnonzero(birth.cells.reshape(-1) == number)
                if found.size:
                    return name, _index(int(found[0]), birth.cells.shape)
        return first.name, _index(place, first.cells.shape)

    def _names_at(self, statement: Statement) -> Mapping[int, Named]:
        """Return, by number, what cells are called before a statement: by the name that held them first, if it does."""
        found = self._names.get(statement.number)
        if found is None:
            found = {}
            for name, cells in statement.names.items():
                for index, number in zip(np.ndindex(cells.shape), cells.reshape(-1).tolist(), strict=True):
                    if number in self.births:
                        found.setdefault(number, (name, index))
            self._names[statement.number] = found
        return found

    def _named_sources(self, number: int, statement: Statement) -> tuple[int, ...]:
        """Return the cells with names before a statement that a cell came from.

        Raises
        ------
        NotKnownError
            If it came from something that was not seen.
        """
        names = self._names_at(statement)
        waiting, found = [*self.sources(number).all], dict[int, None]()
        seen = set(waiting)
        while waiting:
            at = waiting.pop(0)
            if at in names:
                found[at] = None
                continue
            for source in self.sources(at).all:
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return tuple(found)


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(int, np.unravel_index(place, shape))) if shape else ()


# The arithmetic


class _NoTerm(Exception):  # noqa: N818 - a signal, and no error
    """A cell has no form that is spelled out here."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a cell was computed of.

    Parameters
    ----------
    text
        As an expression over named cells.
    numbers
        The same with numbers in their place.
    amount
        Its value, computed anew from these numbers.
    binds
        int, how strongly its sign binds, as Python has it; `_ATOM` for what is no sum.
    """

    text: str
    numbers: str
    amount: Any
    binds: int = 4

    def within(self, binds: int) -> tuple[str, str]:
        """Return text and numbers as they stand beside a sign that binds so strongly."""
        bare = self.binds >= binds
        minus = self.binds == _ATOM and self.numbers.startswith("-")
        text = self.text if bare else f"({self.text})"
        return text, (self.numbers if bare and not minus else f"({self.numbers})")


_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ATOM = 4
_NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?![\w.(])")
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "**": 3}
_NAMED_SIGNS = {
    "add": "+", "subtract": "-", "sub": "-", "multiply": "*", "mul": "*", "divide": "/", "true_divide": "/", "div": "/",
}  # fmt: skip
_SUMMED = ("sum", "cumsum", "trace")
_ERRORS = ("mse_loss", "l1_loss")
_WINDOWS = {f"{kind}_pool{rank}d": word for kind, word in (("max", "max"), ("avg", "mean")) for rank in (1, 2)}
_CHOSEN = {"max": max, "amax": max, "min": min, "amin": min}


@dataclass(slots=True, eq=False)
class _Writer:
    """Spells out cells over those that have names before a statement."""

    finder: Finder
    names: Mapping[int, Named]
    statement: Statement

    def term(self, number: int, depth: int = 0) -> Term:
        """Spell out what a cell was computed of."""
        origin = self.finder.ledger.origin_of(number)
        if origin is None or not origin.entry or depth > _DEEPEST:
            raise _NoTerm
        value = origin.values[number - origin.first]
        made = self._made(origin, number, value, depth)
        if not _equal(made.amount, value):
            raise _NoTerm
        return made

    def _cell(self, number: int, depth: int) -> Term:
        """Write a cell: by its name, if it has one."""
        named = self.names.get(number)
        if named is None:
            return self.term(number, depth + 1)
        origin = self.finder.ledger.origin_of(number)
        if origin is None:
            raise _NoTerm
        value = origin.values[number - origin.first]
        if not isinstance(value, np.generic):  # an object, or nothing
            raise _NoTerm
        name, index = named
        text = f"{name}[{', '.join(map(str, index))}]" if index else name
        return Term(text, number_code(value), value.item())

    def _made(self, origin: Origin, number: int, value: Any, depth: int) -> Term:
        if origin.entry == BACKWARD:
            raise _NoTerm
        if origin.entry == STEP:
            return self._step(origin, number, depth)
        if origin.call is None:
            terms = [
                self._cell(known, depth) if known else self._bare(given, str(given))
                for known, given in zip(origin.numbers, origin.arguments, strict=True)
            ]
            return self._signed(origin.entry, terms)
        known = self.finder.sources(number)
        call, name = origin.call, origin.entry
        owner, _, last = name.rpartition(".")
        if name.endswith(".[]="):
            given = call.bound.values["value"]
            if known.operands and known.operands[-1] and operands(call)[-1] is given:
                return self._cell(known.operands[-1][0], depth)
            return self._argument(call, given, 1, depth, known)
        kind, rule = call.entry.rule.kind, call.entry.rule.sources
        if origin.written is not None:
            twin = twin_of(call.entry)
            if twin is None or twin.rule.sources is None:
                raise _NoTerm
            kind, rule = twin.rule.kind, twin.rule.sources
            last = twin.name.rpartition(".")[2]
        cells = [cell for each in known.operands for cell in each]
        if kind == "moved" or last == "[]":
            if len(known.operands[0] if last == "[]" else cells) != 1:
                raise _NoTerm
            return self._cell(cells[0], depth)
        if last in _ERRORS and owner == "F":
            return self._error(call, last, known.operands, depth)
        if last in _WINDOWS:
            return self._reduced(_WINDOWS[last], cells, depth)
        if rule is rules.same_place:
            return self._elementwise(origin, call, owner, last, known, value, depth)
        if len(known.operands) == 1 and not _has_options(call.bound):
            return self._reduced(last, cells, depth)
        if kind == "product" and len(known.operands) == 2:
            return self._product(known.operands, depth)
        if kind == "product" and len(known.operands) == 3 and len(known.operands[2]) == 1:
            met = self._product(known.operands[:2], depth)
            return self._signed("+", [met, self._cell(known.operands[2][0], depth)])
        raise _NoTerm

    def _step(self, origin: Origin, number: int, depth: int) -> Term:
        """Write the step of an optimiser, where it is the parameter less its gradient times the learning rate."""
        if not origin.arguments:
            raise _NoTerm
        (rate,) = origin.arguments
        (before,), (gradient,) = self.finder.sources(number).operands
        less = self._signed("*", [Term(repr(rate), number_code(rate), rate), self._cell(gradient, depth)])
        return self._signed("-", [self._cell(before, depth), less])

    def _error(self, call: Call, last: str, cells: Sequence[Sequence[int]], depth: int) -> Term:
        """Write a loss that is the mean or the sum of an error for each pair of cells."""
        ones, others = cells
        if not 0 < len(ones) == len(others) <= _LONGEST // 12:
            raise _NoTerm
        terms = []
        for one, other in zip(ones, others, strict=True):
            apart = self._signed("-", [self._cell(one, depth), self._cell(other, depth)])
            if last == "mse_loss":
                terms.append(self._signed("**", [apart, Term("2", "2", 2)]))
            else:
                terms.append(Term(f"abs({apart.text})", f"abs({apart.numbers})", abs(apart.amount)))
        total = terms[0]
        for term in terms[1:]:
            total = self._signed("+", [total, term])
        if len(terms) == 1 or call.bound.get("reduction") == "sum":
            return total
        return self._signed("/", [total, Term(str(len(terms)), str(len(terms)), len(terms))])

    def _elementwise(
        self, origin: Origin, call: Call, owner: str, last: str, known: Known, value: Any, depth: int
    ) -> Term:
        given = call.bound.positional
        terms = [self._argument(call, each, place, depth, known) for place, each in enumerate(given)]
        sign = last if owner == "operator" else _NAMED_SIGNS.get(last, "")
        if sign in _SIGNS and len(terms) == 2:
            return self._signed(sign, terms)
        if last == "-x":
            return self._signed("-x", terms)
        if owner in ("np", "torch", "F") and not call.bound.keywords and origin.written is None:
            title = f"torch.nn.functional.{last}" if owner == "F" else f"{owner}.{last}"
            texts, numbers = ", ".join(term.text for term in terms), ", ".join(term.numbers for term in terms)
            if self._is_of_another_library(owner, texts) or _wraps(last, [term.amount for term in terms], value):
                raise _NoTerm
            return Term(f"{title}({texts})", f"{title}({numbers})", value.item())
        if len(terms) == 1 and not call.bound.keywords and _equal(terms[0].amount, value):
            if _is_truth(terms[0].amount) and not _is_truth(value):  # which would not add up as numbers do
                return Term(f"float({terms[0].text})", f"float({terms[0].numbers})", value.item())
            return terms[0]
        raise _NoTerm

    def _is_of_another_library(self, owner: str, text: str) -> bool:
        """Return whether a function would be given a cell of the other library, which it may not take."""
        names = [name for name in _NAMES.findall(text) if name in self.statement.names]
        return any((name in self.statement.tensors) == (owner == "np") for name in names)

    def _argument(self, call: Call, given: Any, place: int, depth: int, known: Known) -> Term:
        for each, cells in zip(operands(call), known.operands, strict=True):
            if each is given:
                if len(cells) != 1:
                    raise _NoTerm
                return self._cell(cells[0], depth)
        return self._bare(given, _written_at(call.place.text, place))

    def _bare(self, given: Any, text: str) -> Term:
        """Write a number that is no cell: by its name, if that stands there, and else as it is."""
        if type(given) not in (int, float):
            raise _NoTerm
        named = text in self.statement.values and self.statement.values[text] is given
        return Term(text if named else repr(given), number_code(given), given)

    def _signed(self, sign: str, terms: Sequence[Term]) -> Term:
        if sign == "-x":
            (text, numbers), amount = terms[0].within(3), -terms[0].amount
            return Term(f"-{text}", f"-{numbers}", amount, 2)
        if sign not in _SIGNS or len(terms) != 2:
            raise _NoTerm
        binds = _BINDS.get(sign, 0)
        (one, first), (other, second) = terms[0].within(binds + (sign == "**")), terms[1].within(binds + 1)
        try:
            amount = _SIGNS[sign](terms[0].amount, terms[1].amount)
        except (ArithmeticError, TypeError) as error:
            raise _NoTerm from error
        if isinstance(amount, bool) and _shortened(sign, first, second) == (not amount):
            first, second = (repr(term.amount) for term in terms)  # with eight digits it would be untrue
        return Term(f"{one} {sign} {other}", f"{first} {sign} {second}", amount, binds)

    def _reduced(self, last: str, cells: Sequence[int], depth: int) -> Term:
        if not 0 < len(cells) <= _LONGEST // 4:
            raise _NoTerm
        terms = [self._cell(cell, depth) for cell in cells]
        amounts = [term.amount for term in terms]
        if len(terms) > 1 and all(map(_is_truth, amounts)):  # two of them make True with a plus, and no 2
            raise _NoTerm
        sign = "*" if last in ("prod", "cumprod") else "+"
        texts, numbers = zip(*(term.within(_BINDS[sign]) for term in terms), strict=True)
        if last in _SUMMED or last in ("prod", "cumprod"):
            amount = sum(amounts) if last in _SUMMED else prod(amounts)
            binds = _BINDS[sign] if len(terms) > 1 else terms[0].binds
            return Term(f" {sign} ".join(texts), f" {sign} ".join(numbers), amount, binds)
        if last == "mean":
            count = len(terms)
            return Term(
                f"({' + '.join(texts)}) / {count}", f"({' + '.join(numbers)}) / {count}", sum(amounts) / count, 2
            )
        if last in _CHOSEN:
            if len(terms) == 1:
                return terms[0]
            word = last.removeprefix("a")
            text, plain = ", ".join(term.text for term in terms), ", ".join(term.numbers for term in terms)
            return Term(f"{word}({text})", f"{word}({plain})", _CHOSEN[last](amounts))
        raise _NoTerm

    def _product(self, cells: Sequence[Sequence[int]], depth: int) -> Term:
        left, right = cells
        if not 0 < len(left) == len(right) <= _LONGEST // 8:
            raise _NoTerm
        pairs = [(self._cell(one, depth), self._cell(other, depth)) for one, other in zip(left, right, strict=True)]
        inner = [(one.within(2), other.within(3)) for one, other in pairs]
        texts, numbers = ([f"{one[at]} * {other[at]}" for one, other in inner] for at in (0, 1))
        amount = sum(one.amount * other.amount for one, other in pairs)
        return Term(" + ".join(texts), " + ".join(numbers), amount, 1 if len(pairs) > 1 else 2)


def _wraps(function: str, amounts: Sequence[Any], value: Any) -> bool:
    """Return whether a function of whole numbers gave another number than the exact one, too large for its dtype."""
    exact = _OF_WHOLE_NUMBERS.get(function)
    if exact is None or not isinstance(value, np.integer) or not all(type(each) is int for each in amounts):
        return False
    if len(amounts) > 1 and not 0 <= amounts[1] <= _LONGEST:
        return True
    return bool(exact(*amounts) != value.item())


def _has_options(bound: Bound) -> bool:
    """Return whether a call was given more than arrays and axes."""
    axes = ("axis", "dim", "keepdims", "keepdim")
    return any(name not in axes and not is_array(value) and value is not None for name, value in bound.values.items())


def _shortened(sign: str, left: str, right: str) -> bool | None:
    """Return what a comparison gives of two numbers as they are written; None where one is more than a number."""
    try:
        return bool(_SIGNS[sign](float(left), float(right)))
    except ValueError:
        return None


def number_code(value: Any) -> str:
    """Write a number as code does, with eight significant digits at most."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(value, np.float32 | np.float16):
        return repr(float(str(value)))
    if isinstance(plain, float):
        return repr(float(f"{plain:.8g}"))
    return repr(plain)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")


def _equal(amount: Any, value: Any) -> bool:
    if isinstance(value, str):  # "2" is no 2, though both are read as one number
        return False
    try:
        one, other = float(amount), float(value)
    except (TypeError, ValueError):
        return False
    if isnan(one) or isnan(other):
        return isnan(one) and isnan(other)
    small = getattr(value, "dtype", np.dtype(np.float64)) in (np.float32, np.float16)
    return isclose(one, other, rel_tol=1e-4 if small else 1e-9, abs_tol=1e-6 if small else 1e-12)


@lru_cache(maxsize=64)
def _called_of(text: str) -> str:
    """Return what a method is called of."""
    match code_statements(text)[0]:
        case ast.Expr(ast.Call(ast.Attribute(holder))):
            return ast.unparse(holder)
    return ""


@lru_cache(maxsize=256)
def _written_at(text: str, place: int) -> str:
    """Return the name or number that stands at a place of an expression: an operand of a sign, or an argument."""
    try:
        node: Any = code_statements(text)[0]
    except (SyntaxError, IndexError):
        return ""
    expression = getattr(node, "value", node)
    match node, expression:
        case (ast.AugAssign() | ast.Assign(), _):
            found = expression if place else None
        case _, ast.BinOp(left, _, right):
            found = (left, right)[place] if place < 2 else None
        case _, ast.Compare(left, _, [right]):
            found = (left, right)[place] if place < 2 else None
        case _, ast.Call(_, arguments) if place < len(arguments):
            found = arguments[place]
        case _:
            found = None
    return ast.unparse(found) if found is not None else ""
