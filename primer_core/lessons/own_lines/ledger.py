"""Keeps which cell came from which while a program runs, by the memory that the cells lie in.

Every cell that the program makes or writes gets a number, and each place in memory knows the number of the cell that
stands there now. A view has no cells of its own: it lies where its base does. A write puts a new number there, so what
was read before keeps the old one. What a call read is kept as those numbers; which of them a cell came from is asked of
`primer_core.language.provenance` when somebody wants to know.
"""

from __future__ import annotations

import ast
import operator
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.backend.loading import load_torch
from primer_core.backend.memory import Layout
from primer_core.language.evaluator import Call
from primer_core.language.execution import is_array, is_wrapped, owner_of
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.programs import networks
from primer_core.language.programs.functions import Happening
from primer_core.language.programs.interpreter import Interpreter, Moment
from primer_core.language.programs.layers import is_module
from primer_core.language.programs.scope import Scope
from primer_core.language.rejection import Place
from primer_core.language.table import entry_named
from primer_core.language.table.costs import arrays_in, shape_of, size_of
from primer_core.language.table.entry import Bound, Entry
from primer_core.language.table.sources import let_through, numbered
from primer_core.lessons.own_lines.layer_calls import call_of, holds_layers, parameters_of
from primer_core.lessons.own_lines.statements import Numbers, statement_numbers

MAX_CALLS = 4_000
"""Calls that are followed; of a longer program nothing is said after them."""

_MAX_BUFFER = 16 * MAX_ELEMENTS
"""Bytes of the largest memory that is followed."""

_MAX_HELD = 32 * 2**20
"""Bytes of memory that are held, so that no other array comes to lie there."""

_MAX_KEPT = 12 * 2**20
"""Bytes of what calls read and made that are kept of one program; of what comes after them nothing is said."""

_MAX_NAMES = 40
"""Names that are looked at before and after a statement."""

Cells = NDArray[np.int64]
"""Numbers of cells; 0 stands for one that nothing is known of."""

_NOTHING: Cells = np.array(0)

_KNOWN = (networks.make, networks.set_attribute, networks.set_item, operator.getitem, len, hasattr, str)
"""What is done with PyTorch's objects and puts no number into a cell that the program has already."""

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
_ASKING = ("builtins.bool", "builtins.int", "builtins.round", "builtins.list", "builtins.tuple", "ndarray.tolist")
BACKWARD = "Tensor.backward"
_GRADIENTS = (BACKWARD, "torch.autograd.grad")
_SET_APART = ("Tensor.requires_grad=", "Tensor.grad=", "ndarray.shape=")
"""What sets something of an array, and none of its numbers."""
STEP = "Optimizer.step"
_MOST_NODES = 2_000
"""Nodes of a graph that are looked at."""

_WITHOUT_WRITES = (
    "children", "eval", "modules", "named_children", "named_modules", "named_parameters", "parameters", "train",
    "zero_grad",
)  # fmt: skip
"""Methods of networks and optimisers that put no number into a cell, as they are called usually."""


@dataclass(slots=True, eq=False)
class Statement:
    """A statement that was begun.

    Parameters
    ----------
    number
        int, how many were begun before it.
    line
        int, what it is called: its line, counted from 1, and `BEHIND` for each that begins before it on that line.
    time
        int, how-manieth time, counted from 1.
    names
        For each name that is bound to an array, or to a number of NumPy's, before it: the numbers of its cells, of its
        shape.
    values
        For each name that is bound to a number of Python's before it: the number.
    tensors
        Which names are bound to tensors, and to no arrays of NumPy's.
    tells
        Whether what it did can be told as arithmetic: it is a simple statement.
    """

    number: int
    line: int
    time: int
    names: Mapping[str, Cells]
    values: Mapping[str, Any]
    tensors: Set[str]
    tells: bool


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Cells that came to be at once.

    Parameters
    ----------
    first
        Number of the first; the others follow.
    values
        ``(n,)``: what stood in them then; None where that was not seen.
    place
        The expression; None where it was not seen.
    entry
        Name of what did it in the table of the language; a sign such as ``+`` where Python computed with its own
        numbers; the name of a layer that began with these numbers, and `STEP` of an optimiser's step; empty where that
        was not seen.
    call
        What was done, its arrays copied; None where Python or something unseen did it.
    part
        Which result of the call, where there are several.
    written
        ``(n,)``: which cells of the array that was written to these are; None where they were made anew.
    read
        For each operand the numbers of its cells, flat. Of what was written to, they are those that stood there before;
        of a gradient those of what backward() was called of, and of the gradient to which it was added; of an
        optimiser's step those of the parameter before, and of its gradient.
    numbers
        Numbers of the cells that Python's own numbers among the arguments came from.
    arguments
        Python's numbers that Python computed with; of a step that is the parameter less its gradient times the learning
        rate, that rate.
    statement
        The statement that was under way.
    """

    first: int
    values: NDArray[Any]
    place: Place | None
    entry: str
    call: Call | None
    part: int
    written: Cells | None
    read: tuple[Cells, ...]
    numbers: tuple[int, ...]
    arguments: tuple[Any, ...]
    statement: Statement | None


@dataclass(frozen=True, slots=True, eq=False)
class Birth:
    """A name holds cells for the first time, after a statement.

    Parameters
    ----------
    statement
        The statement.
    name
        The name.
    cells
        Numbers of all its cells then, of its shape.
    """

    statement: Statement
    name: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step that an optimiser took.

    Parameters
    ----------
    count
        int, parameters that it holds.
    moved
        int, how many of them have a gradient.
    unheld
        What code calls a parameter of a network in sight that has a gradient, and that no optimiser in sight holds;
        empty for none.
    """

    count: int
    moved: int
    unheld: str


@dataclass(frozen=True, slots=True)
class Early:
    """A scheduler's step before the first one of its optimiser.

    Parameters
    ----------
    optimiser
        What code calls the optimiser where that takes its first step.
    rate, used
        The learning rate before the scheduler's step, and that of the optimiser's first one.
    """

    optimiser: str
    rate: float
    used: float


@dataclass(slots=True, eq=False)
class _Buffer:
    """Memory that arrays lie in: the number of the cell that stands at each place of ``unit`` bytes."""

    start: int
    stop: int
    unit: int
    numbers: Cells
    held: Any
    version: int | None = 0
    changes: int = 0
    seen: dict[Any, Cells] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What was seen of an array: where it lies, how often that was written to until then, and its cells."""

    value: Any
    buffer: _Buffer | None
    changes: int
    cells: Cells


@dataclass(slots=True, eq=False)
class Ledger:
    """What is kept of a program.

    Parameters
    ----------
    origins
        In the order in which they came to be.
    births
        In the order in which they came to be.
    sights
        For each moment, the numbers of the cells of what each name is bound to.
    stepped
        By line and how-manieth time it was begun, the step that an optimiser took there.
    early
        By line and how-manieth time it was begun, the first step of a scheduler that came before its optimiser's.
    added_up
        By line and how-manieth time it was begun, the gradients to which backward() added there, as ``w.grad``.
    sigmoids
        By line and how-manieth time it was begun, how many sigmoids lay behind each other on the way that backward()
        went back there.
    attributes
        By line and how-manieth time it was begun, how many parameters require a gradient of a layer whose attribute
        ``requires_grad`` was set to False there.
    closed
        Whether the program went on for longer than it is followed.
    """

    origins: list[Origin] = field(default_factory=list)
    births: list[Birth] = field(default_factory=list)
    sights: dict[Moment, Mapping[str, Cells]] = field(default_factory=dict)
    stepped: dict[tuple[int, int], Stepped] = field(default_factory=dict)
    early: dict[tuple[int, int], Early] = field(default_factory=dict)
    added_up: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    sigmoids: dict[tuple[int, int], int] = field(default_factory=dict)
    attributes: dict[tuple[int, int], int] = field(default_factory=dict)
    closed: bool = False
    _next: int = 1
    _firsts: list[int] = field(default_factory=list)
    _of_runs: dict[tuple[int, int], list[Origin]] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)
    _buffers: list[_Buffer] = field(default_factory=list)
    _tensors: list[_Buffer] = field(default_factory=list)
    _scalars: dict[int, tuple[Any, Cells]] = field(default_factory=dict)
    _held: int = 0
    _kept: int = 0
    _calls: int = 0

    def origin_of(self, number: int) -> Origin | None:
        """Return how a cell came to be; None where nothing is known of it."""
        if number < 1:
            return None
        return self.origins[bisect_right(self._firsts, number) - 1]

    def origins_after(self, number: int) -> Sequence[Origin]:
        """Return what came to be after a cell."""
        return self.origins[bisect_right(self._firsts, number) :]

    def origins_in(self, run: tuple[int, int]) -> Sequence[Origin]:
        """Return what came to be in a statement, by its line and how-manieth time, itself."""
        return self._of_runs.get(run, ())

    def let_go(self) -> None:
        """Forget where things lie, which only counts while the program runs."""
        self._buffers.clear()
        self._tensors.clear()
        self._starts.clear()
        self._scalars.clear()

    # While the program runs

    def cells(self, array: Any) -> Cells:
        """Return the numbers of the cells of an array, of its shape."""
        nothing = np.broadcast_to(_NOTHING, shape_of(array))
        if self.closed or not 0 < size_of(array) <= MAX_ELEMENTS:
            return nothing
        if isinstance(array, np.generic):
            return self.cell(array)
        buffer = self._buffer_of(array)
        if buffer is None:
            return nothing
        key = self._key(array)
        found = buffer.seen.get(key)
        if found is None:
            places, itemsize = self._places(array, buffer)
            found = buffer.numbers[places]
            if itemsize > buffer.unit:  # bytes of another dtype: several cells may lie in one
                inside = buffer.numbers[places[..., None] + np.arange(itemsize // buffer.unit)]
                found = np.where((inside == found[..., None]).all(axis=-1), found, 0)
            buffer.seen[key] = found
        return found

    def number_of(self, value: Any) -> int:
        """Return the number of a cell whose value is now a number by itself, which is no array; 0 for none."""
        return int(self.cell(value))

    def cell(self, value: Any) -> Cells:
        """Return that number as an array without axes."""
        known = self._scalars.get(id(value))
        return known[1] if known is not None and known[0] is value else _NOTHING

    def _name(self, value: Any, number: int) -> None:
        self._scalars[id(value)] = (value, np.array(number))

    def note(self, call: Call, read: tuple[Cells, ...], numbers: tuple[int, ...], statement: Statement | None) -> None:
        """Keep what a call made or wrote."""
        self._calls += 1
        if self._calls > MAX_CALLS or self._held > _MAX_HELD or self._kept > _MAX_KEPT:
            self.closed = True
        if self.closed:
            return
        given = call.given or call.bound
        target = given.values.get(call.entry.writes) if call.entry.writes else None
        if any(size_of(array) > MAX_ELEMENTS for array in _arrays_of(call)):  # a view may be larger than its memory
            buffer = self.memory_of(target) if _has_memory(target) else None
            if buffer is not None:
                self._number_unseen(buffer, call.place, statement)
            return
        if call.entry.name in _SET_APART:
            return
        if call.entry.writes:
            twin = twin_of(call.entry)
            if isinstance(target, np.generic) and twin is not None:  # a number of NumPy's is not changed in place
                if isinstance(call.result, np.generic):
                    self._note_number(replace(call, entry=twin), 0, call.result, read, numbers, statement)
                return
            if _has_memory(target) and self._buffer_of(target) is not None:
                self._write(call, target, read, numbers, statement)
            return
        if call.entry.name in _GRADIENTS:
            self.look_for_writes(call.place, statement)
        if call.entry.name in _GRADIENTS or call.entry.rule.kind == "asked":
            for array in filter(_has_memory, arrays_in(call.result)):
                self._buffer_of(array)
        results = call.result if isinstance(call.result, tuple | list) else (call.result,)
        alike = read[0].reshape(-1) if len(read) == 1 else np.empty(0, np.int64)
        for part, result in enumerate(results):
            if call.entry.rule.kind == "asked" and is_array(result):
                continue
            if isinstance(result, np.generic):
                self._note_number(call, part, result, read, numbers, statement)
            elif is_array(result):
                if size_of(result) and self.memory_of(result) is None and self._add(result) is not None:
                    origin = self._origin(call, part, result, read, numbers, statement)
                    self._put(result, origin.first + np.arange(origin.values.size).reshape(tuple(result.shape)))
            elif type(result) is float and alike.size == len(results):
                self._name(result, int(alike[part]))

    def computed(
        self, sign: str, values: tuple[Any, ...], result: Any, place: Place, statement: Statement | None
    ) -> None:
        """Keep what Python computed with its own numbers, some of which came from cells."""
        numbers = tuple(map(self.number_of, values))
        if self.closed or not any(numbers) or type(result) is not float or not all(map(_is_number, values)):
            return
        origin = Origin(self._next, np.array([result]), place, sign, None, 0, None, (), numbers, values, statement)
        self._name(result, self._keep(origin))

    def go_back(
        self, gradient: Any, read: tuple[Cells, ...], added: Cells | None, place: Place, statement: Statement | None
    ) -> None:
        """Keep that backward() wrote a gradient, or added it to one."""
        if self.closed or self._buffer_of(gradient) is None:
            return
        if added is not None and np.array_equal(self.cells(gradient).reshape(-1), added):
            return  # it was not written to
        values = backend_of(gradient).to_numpy(gradient).reshape(-1)
        more = () if added is None else (added,)
        origin = Origin(
            self._next, values, place, BACKWARD if read else "", None, 0, None, (*read, *more), (), (), statement
        )
        self._put(gradient, self._keep(origin) + np.arange(values.size).reshape(tuple(gradient.shape)))

    def begin(self, array: Any, entry: str, place: Place, statement: Statement | None) -> None:
        """Keep that a layer was made with these numbers; those that are the program's own tensor are known already."""
        if self.closed or not 0 < size_of(array) <= MAX_ELEMENTS:
            return
        if self.memory_of(array) is None and self._add(array) is not None:
            values = backend_of(array).to_numpy(array).reshape(-1)
            origin = Origin(self._next, values, place, entry, None, 0, None, (), (), (), statement)
            self._put(array, self._keep(origin) + np.arange(values.size).reshape(tuple(array.shape)))

    def step(
        self, parameter: Any, read: tuple[Cells, Cells], rate: float | None, place: Place, statement: Statement | None
    ) -> None:
        """Keep that an optimiser wrote to a parameter."""
        if self.closed or self._buffer_of(parameter) is None:
            return
        values = backend_of(parameter).to_numpy(parameter).reshape(-1)
        arguments = () if rate is None else (rate,)
        origin = Origin(self._next, values, place, STEP, None, 0, None, read, (), arguments, statement)
        self._put(parameter, self._keep(origin) + np.arange(values.size).reshape(tuple(parameter.shape)))

    def look_for_writes(self, place: Place, statement: Statement | None) -> None:
        """Number the cells of tensors anew that were written to by something unseen."""
        for buffer in self._tensors:
            if buffer.version is None:
                self._number_unseen(buffer, place, statement)
            elif (version := getattr(buffer.held, "_version", 0)) != buffer.version:  # asked of each, after each call
                buffer.version = version
                self._number_unseen(buffer, place, statement)

    def _note_number(
        self,
        call: Call,
        part: int,
        result: np.generic,
        read: tuple[Cells, ...],
        numbers: tuple[int, ...],
        statement: Statement | None,
    ) -> None:
        if isinstance(result, np.bool_):  # there are only two of them
            return
        origin = self._origin(call, part, result, read, numbers, statement)
        self._name(result, origin.first)

    def _write(
        self, call: Call, target: Any, read: tuple[Cells, ...], numbers: tuple[int, ...], statement: Statement | None
    ) -> None:
        before = self.cells(target)
        written = np.arange(before.size, dtype=np.int64)
        if call.entry.name.endswith(".[]="):
            chosen = np.unique(np.asarray(numbered(target, 0)[call.bound.values["index"]]).reshape(-1))
            written = chosen.astype(np.int64)
        elif "where" in call.bound.values:
            written = np.flatnonzero(let_through(call.bound, target))
        if not written.size:
            return
        values = backend_of(target).to_numpy(target).reshape(-1)[written]
        origin = Origin(
            self._next, values, call.place, call.entry.name, _copied(call), 0, written, read, numbers, (), statement
        )
        first = self._keep(origin)
        after = before.reshape(-1).copy()
        after[written] = first + np.arange(written.size)
        self._put(target, after.reshape(before.shape))

    def _origin(
        self,
        call: Call,
        part: int,
        result: Any,
        read: tuple[Cells, ...],
        numbers: tuple[int, ...],
        statement: Statement | None,
    ) -> Origin:
        values = backend_of(result).to_numpy(result).reshape(-1)
        origin = Origin(
            self._next, values, call.place, call.entry.name, _copied(call), part, None, read, numbers, (), statement
        )
        self._keep(origin)
        return origin

    def _keep(self, origin: Origin) -> int:
        self.origins.append(origin)
        self._firsts.append(origin.first)
        if origin.statement is not None:
            self._of_runs.setdefault((origin.statement.line, origin.statement.time), []).append(origin)
        self._next += origin.values.size
        self._kept += origin.values.nbytes + sum(numbers.nbytes for numbers in origin.read)
        if origin.call is not None:
            self._kept += sum(map(_bytes_of, _arrays_of(origin.call)))
        return origin.first

    # Memory

    def memory_of(self, array: Any) -> _Buffer | None:
        """Return the memory that an array lies in, if that is followed already."""
        start, stop = backend_of(array).extent(array)
        place = bisect_right(self._starts, start) - 1
        if place >= 0 and self._buffers[place].stop >= stop:
            return self._buffers[place]
        return None

    def _buffer_of(self, array: Any) -> _Buffer | None:
        """Return the memory that an array lies in; what was not seen before came from something unseen."""
        found = self.memory_of(array)
        if found is None and size_of(array):
            found = self._add(array)
            if found is not None:
                self._number_unseen(found, None, None)
        return found

    def _add(self, array: Any) -> _Buffer | None:
        engine = backend_of(array)
        start, stop = engine.allocation(array)
        place = bisect_right(self._starts, start)
        clashes = place < len(self._starts) and self._starts[place] < stop
        clashes = clashes or (place > 0 and self._buffers[place - 1].stop > start)
        if not 0 < stop - start <= _MAX_BUFFER or clashes:
            return None
        held = array.detach() if hasattr(array, "detach") else array
        unit = engine.itemsize(array)
        if (stop - start) % unit:
            unit = 1
        buffer = _Buffer(start, stop, unit, np.zeros((stop - start) // unit, np.int64), held)
        buffer.version = version_of(held)
        self._starts.insert(place, start)
        self._buffers.insert(place, buffer)
        if buffer.version is None or hasattr(held, "_version"):
            self._tensors.append(buffer)
        self._held += stop - start
        return buffer

    def _number_unseen(self, buffer: _Buffer, place: Place | None, statement: Statement | None) -> None:
        found = backend_of(buffer.held).to_numpy(backend_of(buffer.held).whole_memory(buffer.held))
        size = buffer.numbers.size
        values = found if found.size == size else np.full(size, None)
        origin = Origin(self._next, values, place, "", None, 0, None, (), (), (), statement)
        buffer.numbers = self._keep(origin) + np.arange(values.size, dtype=np.int64)
        buffer.seen.clear()
        buffer.changes += 1

    def _put(self, array: Any, numbers: Cells) -> None:
        buffer = self._buffer_of(array)
        if buffer is None:
            return
        places, itemsize = self._places(array, buffer)
        for at in range(itemsize // buffer.unit):
            buffer.numbers[places + at] = numbers
        buffer.version = version_of(buffer.held)
        buffer.seen.clear()
        buffer.changes += 1

    def _places(self, array: Any, buffer: _Buffer) -> tuple[NDArray[np.intp], int]:
        """Return where in a buffer each cell begins, counted in its units, and the bytes of a cell."""
        engine = backend_of(array)
        strides, itemsize = engine.byte_strides(array), engine.itemsize(array)
        offset = engine.data_pointer(array) - buffer.start
        shape = shape_of(array)
        if buffer.unit > 1 and (itemsize != buffer.unit or any(n % buffer.unit for n in (offset, *strides))):
            buffer.numbers = np.repeat(buffer.numbers, buffer.unit)
            buffer.unit = 1
        return Layout(shape, strides, offset, 1, False, False).addresses.reshape(shape) // buffer.unit, itemsize

    @staticmethod
    def _key(array: Any) -> Any:
        engine = backend_of(array)
        return engine.data_pointer(array), tuple(array.shape), engine.byte_strides(array), engine.itemsize(array)


@dataclass(eq=False)
class Recorder(Interpreter):
    """Runs programs and keeps which cell came from which.

    Parameters
    ----------
    ledger
        Where that is kept.
    """

    ledger: Ledger = field(default_factory=Ledger)
    _under_way: list[Statement] = field(default_factory=list)
    _times: dict[int, int] = field(default_factory=dict)
    _numbers: Numbers = field(default_factory=dict)
    _looks: dict[str, _Look] = field(default_factory=dict)
    _hears: bool = False
    _steppers: dict[int, Any] = field(default_factory=dict)
    _waiting: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    _told: tuple[ast.stmt | None, Mapping[str, Cells]] = (None, {})

    def run_program(self, program: Any) -> Any:
        """Run a program as far as it goes, as `Interpreter.run_program`."""
        self._numbers = statement_numbers(program.nodes)
        return super().run_program(program)

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement, and look at its names before and after."""
        if self.ledger.closed or self.unseen:
            super().statement(node, source)
            return
        line = self._numbers[node.lineno, node.col_offset]
        self._times[line] = self._times.get(line, 0) + 1
        self._told = (None, {})
        simple = isinstance(node, _SIMPLE)
        looks = isinstance(node, (*_SIMPLE, ast.Return))
        names, values, tensors = self._looked_at() if looks else ({}, {}, frozenset[str]())
        begun = Statement(self._executed, line, self._times[line], names, values, tensors, simple)
        self._under_way.append(begun)
        try:
            super().statement(node, source)
        finally:
            self._under_way.pop()
        if simple:
            own = _targets(node)
            after = self._told[1] if self._told[0] is node else self._looked_at()[0]
            fresh = [(name, cells) for name, cells in after.items() if names.get(name) is not cells]
            for name, cells in sorted(fresh, key=lambda born: born[0] not in own):
                self.ledger.births.append(Birth(begun, name, cells))

    def _looked_at(self) -> tuple[dict[str, Cells], dict[str, Any], Set[str]]:
        """Return the cells of what names are bound to, of gradients as ``w.grad``, numbers of Python's, and tensors."""
        names: dict[str, Cells] = {}
        tensors = set[str]()
        values: dict[str, Any] = {}
        looks: dict[str, _Look] = {}
        for name in list(self.names)[:_MAX_NAMES]:
            value = self.names[name]
            if _is_number(value):
                values[name] = value
                if self.ledger.number_of(value):
                    names[name] = self.ledger.cell(value)
            elif is_array(value) and not is_wrapped(value):
                self._look_at_leaf(name, value, looks)
                if owner_of(value) == "Tensor":
                    tensors.add(name)
            elif is_module(value):
                for path, parameter in parameters_of(value):
                    self._look_at_leaf(f"{name}{path}", parameter, looks)
        self._looks = looks
        for name, look in looks.items():
            names[name] = look.cells
        return names, values, tensors

    def _look_at_leaf(self, name: str, value: Any, looks: dict[str, _Look]) -> None:
        looks[name] = self._look(name, value)
        gradient = gradient_of(value)
        if gradient is not None:
            looks[f"{name}.grad"] = self._look(f"{name}.grad", gradient)

    def _look(self, name: str, value: Any) -> _Look:
        """Look at an array: where nothing was written since the last look, that still holds."""
        last = self._looks.get(name)
        is_same = last is not None and last.value is value and last.cells.shape == tuple(value.shape)
        if is_same and last is not None and last.buffer is not None and last.buffer.changes == last.changes:
            return last
        cells = self.ledger.cells(value)
        buffer = None if isinstance(value, np.generic) or self.ledger.closed else self.ledger.memory_of(value)
        return _Look(value, buffer, 0 if buffer is None else buffer.changes, cells)

    def _tell(self, node: ast.stmt, happening: Happening = "statement") -> None:
        if self.unseen:
            return
        moment = Moment(node, happening, tuple(function.name for function in self._running))
        if not self.ledger.closed:
            seen = self._looked_at()[0]
            self.ledger.sights[moment] = seen
            self._told = (node, seen)
            if happening == "call" and isinstance(self.names, Scope):
                self._name_arguments(self.names.values_here, seen)
            elif happening in ("loop", "test"):
                self._name_arguments(_named_by(node), seen)
        self.watch(moment)

    def _name_arguments(self, own: Iterable[str], seen: Mapping[str, Cells]) -> None:
        """Keep that a function's arguments, or what the head of a block binds, are names of cells.

        What put a number there is told by other names alone.
        """
        under_way = self._under_way[-1] if self._under_way else None
        if under_way is not None:
            begun = replace(under_way, number=-1, names={}, values={}, tells=False)
            self.ledger.births.extend(Birth(begun, name, seen[name]) for name in own if name in seen)

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if self.ledger.closed:
            return super()._perform(name, positional, keywords, node)
        arguments = (*positional, *keywords.values())
        arrays = tuple(arrays_in(arguments))
        if any(map(is_wrapped, arrays)):
            self._tell_nothing()
            return super()._perform(name, positional, keywords, node)
        read = tuple(self.ledger.cells(array).reshape(-1) for array in arrays)
        numbers = tuple(number for number in map(self.ledger.number_of, _floats(arguments)) if number)
        goes_back = name == BACKWARD
        before = self._gradients() if goes_back else {}
        versions = {leaf: version_of(gradient) for leaf, (_, gradient, _) in before.items()}
        held = [leaf for leaf, (_, gradient, _) in before.items() if bool(gradient.any())]
        way = getattr(positional[0], "grad_fn", None) if goes_back and positional else None
        in_a_row = 0 if way is None else _in_a_row(way, "SigmoidBackward")
        result = super()._perform(name, positional, keywords, node)
        if name in _ASKING and read:
            for each in self._under_way:
                each.tells = False
        statement = self._under_way[-1] if self._under_way else None
        if not any(map(is_wrapped, arrays_in(result))):
            self.ledger.note(self.calls[-1], read, numbers, statement)
        if goes_back:
            alone = len(positional) == 1 and not keywords
            after = self._gradients()
            reached = [
                leaf
                for leaf, (_, gradient, _) in after.items()
                if leaf not in before or gradient is not before[leaf][1] or version_of(gradient) != versions[leaf]
            ]
            for leaf in reached:
                added = before[leaf][2] if leaf in before else None
                gradient = after[leaf][1]
                self.ledger.go_back(gradient, read if alone else (), added, Place.of(node, self._source), statement)
            names = tuple(f"{before[leaf][0]}.grad" for leaf in held if leaf in reached)
            if statement is not None and names:
                self.ledger.added_up[statement.line, statement.time] = names
            if statement is not None and in_a_row:
                self.ledger.sigmoids[statement.line, statement.time] = in_a_row
        return result

    def _gradients(self) -> dict[int, tuple[str, Any, Cells]]:
        """Return what code calls leaves that have a gradient, the gradients, and the numbers of their cells."""
        found = {}
        for name in list(self.names)[:_MAX_NAMES]:
            value = self.names[name]
            for path, leaf in parameters_of(value) if is_module(value) else [("", value)]:
                gradient = gradient_of(leaf)
                if gradient is not None and id(leaf) not in found:
                    found[id(leaf)] = (f"{name}{path}", gradient, self.ledger.cells(gradient).reshape(-1))
        return found

    def _in_python(self, symbol: str, compute: Any, node: ast.AST, *values: Any) -> Any:
        result = super()._in_python(symbol, compute, node, *values)
        statement = self._under_way[-1] if self._under_way else None
        if isinstance(result, bool) and any(map(self.ledger.number_of, values)):
            for each in self._under_way:
                each.tells = False
        self.ledger.computed(symbol, values, result, Place.of(node, self._source), statement)
        return result

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if self.ledger.closed or self.unseen:
            return super()._outside(function, positional, keywords, node)
        place, statement = Place.of(node, self._source), self._under_way[-1] if self._under_way else None
        owner = getattr(function, "__self__", None)
        optimiser = self._holder(node) if owner is None else owner
        name = getattr(function, "__name__", "")
        steps = name == "step" and hasattr(optimiser, "param_groups") and not positional
        before = tuple(self._before_step(optimiser)) if steps else ()
        if function is networks.set_attribute and statement is not None and is_module(positional[0]):
            _, attribute, value = positional
            if attribute == "requires_grad" and value is False:
                count = sum(each.requires_grad for each in positional[0].parameters())
                self.ledger.attributes[statement.line, statement.time] = count
        if steps and statement is not None:
            self.ledger.stepped[statement.line, statement.time] = self._stepped(optimiser)
            self._first_step(optimiser, node)
        if name == "step" and hasattr(optimiser, "last_epoch") and statement is not None:
            self._scheduled(optimiser.optimizer, statement)
        with self._layers_heard(function):
            result = super()._outside(function, positional, keywords, node)
        for parameter, read, rate in before:
            self.ledger.step(parameter, read, rate, place, statement)
        if function is networks.make and is_module(result):
            for _, parameter in parameters_of(result):
                self.ledger.begin(parameter, f"torch.nn.{positional[0]}", place, statement)
        is_known = is_module(function) or steps or function in _KNOWN
        forgets = not positional and not keywords.keys() - {"set_to_none"} and keywords.get("set_to_none", True) is True
        is_known = is_known or (name in _WITHOUT_WRITES and forgets)
        if not is_known:
            self._tell_nothing()
        self.ledger.look_for_writes(place, statement)
        return result

    def _tell_nothing(self) -> None:
        """Let no statement that is under way be told: something was done that nothing is known of."""
        for statement in self._under_way:
            statement.tells = False

    def _stepped(self, optimiser: Any) -> Stepped:
        """Return what is known of a step that an optimiser is about to take."""
        own = [each for group in optimiser.param_groups for each in group["params"]]
        values = [self.names[name] for name in list(self.names)[:_MAX_NAMES]]
        groups = (group for value in values for group in getattr(value, "param_groups", ()))
        held = {id(each) for each in own} | {id(each) for group in groups for each in group["params"]}
        unheld = (
            f"{name}{path}"
            for name in list(self.names)[:_MAX_NAMES]
            if is_module(self.names[name])
            for path, parameter in parameters_of(self.names[name])
            if parameter.grad is not None and id(parameter) not in held
        )
        return Stepped(len(own), sum(each.grad is not None for each in own), next(unheld, ""))

    def _holder(self, node: ast.AST) -> Any:
        """Return whose method is called: a scheduler puts a function in the place of its optimiser's ``step``."""
        match node:
            case ast.Call(ast.Attribute(ast.Name(name))):
                return self.names.get(name)
        return None

    def _scheduled(self, optimiser: Any, statement: Statement) -> None:
        """Know that a scheduler is about to step, and what the rate is before that."""
        if id(optimiser) not in self._steppers:
            rate = float(optimiser.param_groups[0]["lr"])
            self._waiting.setdefault(id(optimiser), (statement.line, statement.time, rate))

    def _first_step(self, optimiser: Any, node: ast.AST) -> None:
        """Keep whether a scheduler stepped before an optimiser that is about to step for the first time."""
        if id(optimiser) in self._steppers:
            return
        self._steppers[id(optimiser)] = optimiser
        waiting = self._waiting.get(id(optimiser))
        match node:
            case ast.Call(ast.Attribute(ast.Name(name), "step")) if waiting is not None:
                line, time, rate = waiting
                self.ledger.early[line, time] = Early(name, rate, float(optimiser.param_groups[0]["lr"]))

    def _before_step(self, optimiser: Any) -> Iterator[tuple[Any, tuple[Cells, Cells], float | None]]:
        """Return what an optimiser is about to write to, the cells that it reads, and the rate of a plain step."""
        for group in optimiser.param_groups:
            is_plain = type(optimiser).__name__ == "SGD" and not any(
                group[name] for name in ("momentum", "weight_decay", "maximize")
            )
            for parameter in group["params"]:
                if parameter.grad is not None and size_of(parameter) <= MAX_ELEMENTS:
                    read = (self.ledger.cells(parameter).reshape(-1), self.ledger.cells(parameter.grad).reshape(-1))
                    yield parameter, read, float(group["lr"]) if is_plain else None

    @contextmanager
    def _layers_heard(self, function: Any) -> Iterator[None]:
        """Hear of each layer that a network calls, while it is called."""
        if self._hears or not is_module(function):
            yield
            return
        load_torch()
        from torch.nn.modules.module import register_module_forward_hook

        handle = register_module_forward_hook(self._heard)
        self._hears = True
        try:
            yield
        finally:
            self._hears = False
            handle.remove()

    def _heard(self, layer: Any, inputs: tuple[Any, ...], result: Any) -> None:
        """Keep what a layer read and made, as the function behind it would."""
        if self.ledger.closed or self.unseen or holds_layers(layer):
            return
        written = call_of(layer, inputs)
        entry = None if written is None else entry_named(written[0])
        if written is None or entry is None:
            self._tell_nothing()
            return
        _, positional, keywords = written
        bound = entry.bind(positional, keywords)
        place = Place.of(self._node, self._source)
        read = tuple(self.ledger.cells(array).reshape(-1) for array in arrays_in((*positional, *keywords.values())))
        statement = self._under_way[-1] if self._under_way else None
        self.ledger.note(Call(entry, bound, result, place, (), bound), read, (), statement)


def _arrays_of(call: Call) -> Iterator[Any]:
    """Go through the arrays that a call was given, and those that it gave."""
    return arrays_in((*call.bound.positional, *call.bound.keywords.values(), call.result))


def _bytes_of(array: Any) -> int:
    return size_of(array) * backend_of(array).itemsize(array)


def _in_a_row(way: Any, kind: str) -> int:
    """Return how many nodes of a kind lie behind each other at most on the way back from a node."""
    depths: dict[Any, int] = {}
    waiting = [way]
    while waiting and len(depths) < _MOST_NODES:
        node = waiting[-1]
        behind = [each for each, _ in node.next_functions if each is not None]
        missing = [each for each in behind if each not in depths]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        depths[node] = max((depths[each] for each in behind), default=0) + node.name().startswith(kind)
    return depths.get(way, 0)


def version_of(array: Any) -> int | None:
    """Return how often a tensor was written to, and 0 of an array of NumPy's; None of one that does not count."""
    if hasattr(array, "is_inference") and array.is_inference():
        return None
    return int(getattr(array, "_version", 0))


def gradient_of(value: Any) -> Any:
    """Return the gradient that backward() left at a leaf; None for what has none."""
    if getattr(value, "is_leaf", False) and value.requires_grad:
        return value.grad
    return None


def twin_of(entry: Entry) -> Entry | None:
    """Return the entry that computes what another writes in place; None where the table has none."""
    owner, _, name = entry.name.rpartition(".")
    if entry.name == "ndarray.sort":
        return entry_named("np.sort")
    plain = name.removesuffix("(out=)").removesuffix("_" if owner == "Tensor" else "=")
    return entry_named(f"{owner}.{plain}") if plain != name else None


def _named_by(node: ast.stmt) -> tuple[str, ...]:
    """Return the names that the head of a loop, of a ``with`` or of a ``match`` binds."""
    match node:
        case ast.For(target):
            heads: list[ast.AST] = [target]
        case ast.With(items):
            heads = [item.optional_vars for item in items if item.optional_vars is not None]
        case ast.Match(cases=cases):
            heads = [case.pattern for case in cases]
        case _:
            return ()
    parts = [part for head in heads for part in ast.walk(head)]
    names = [part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    return (*names, *(part.name for part in parts if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name))


def _targets(node: ast.stmt) -> tuple[str, ...]:
    """Return the names that a statement writes to: those are what it is said to have changed."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return tuple(each.id for target in targets if target for each in ast.walk(target) if isinstance(each, ast.Name))


def _has_memory(value: Any) -> bool:
    """Whether it is an array or a tensor; a number of NumPy's lies in no memory that others see."""
    return is_array(value) and not isinstance(value, np.generic)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _floats(value: Any) -> Iterator[float]:
    """Go through Python's own numbers of the floating-point kind in an argument."""
    if type(value) is float:
        yield value
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _floats(inner)


def _copied(call: Call) -> Call:
    """Return a call whose arrays are its own: the program may write to them later, or give them another shape."""
    copies: dict[int, Any] = {}

    def copied(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return type(value)(map(copied, value)) if type(value) in (tuple, list) else value
        if not is_array(value) or isinstance(value, np.generic):
            return value
        if id(value) not in copies:
            own = isinstance(value, np.ndarray)
            copies[id(value)] = value.copy() if own else value.detach().clone()
        return copies[id(value)]

    bound = call.bound
    kept = Bound(
        tuple(map(copied, bound.positional)),
        {name: copied(value) for name, value in bound.keywords.items() if name != "requires_grad"},
        {name: copied(value) for name, value in bound.values.items()},
    )  # numbers of cells, which a rule puts in the place of arrays, have no gradients
    return Call(call.entry, kept, copied(call.result), call.place)
